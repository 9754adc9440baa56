# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The gate in front of permissions that amount to owning a tenant: nothing of that kind is declared, granted or handed off unasked."""

from __future__ import annotations

import fnmatch
import re
import typing as t

from ..._errors import OptionError
from .privileged_data import PRIVILEGED

KINDS = ("delegated", "application")

_RULES: tuple[tuple[str, str, re.Pattern[str]], ...] = tuple(
    # Entra compares permission names without regard to case, and so does the gate.
    (app_id, kind, re.compile(fnmatch.translate(name), re.IGNORECASE))
    for app_id, kind, name in PRIVILEGED
)


class HasPermissions(t.Protocol):
    """What the gate looks at; fulfilled by C(ResourcePermissions)."""

    @property
    def resource(self) -> str: ...

    @property
    def resource_app_id(self) -> str: ...

    @property
    def delegated(self) -> t.Mapping[str, t.Any]: ...

    @property
    def application(self) -> t.Mapping[str, t.Any]: ...


def is_privileged(resource_app_id: str, kind: str, name: str) -> bool:
    """Whether this permission amounts to owning the tenant."""
    wanted = resource_app_id.lower()
    return any(app_id == wanted and rule_kind == kind and rule.match(name) for app_id, rule_kind, rule in _RULES)


def parse_accepted(entries: t.Iterable[str] | None, warn: t.Callable[[str], None] | None = None) -> frozenset[tuple[str, str]]:
    """Read C(accept_privileged): entries C(delegated:Name) or C(application:Name), no wildcards.

    One that is not on the list accepts nothing: it is not needed, or misspelt, and then what was meant is refused by its right name. ``warn`` is told of it.
    Raises OptionError for other entries.
    """
    accepted: set[tuple[str, str]] = set()
    for entry in entries or ():
        kind, colon, name = str(entry).strip().partition(":")
        name = name.strip()
        if not colon or kind not in KINDS or not name or re.search(r"\s", name):
            raise OptionError(
                f"'accept_privileged' has the entry {str(entry)!r}, which is neither 'delegated:Name' nor 'application:Name'.",
                code="accept_privileged_malformed",
            )
        if "*" in name or "?" in name or "[" in name:
            raise OptionError(
                f"'accept_privileged' has the entry {str(entry)!r}: wildcards are not accepted, every privileged permission is named.",
                code="accept_privileged_wildcard",
            )
        if not any(rule_kind == kind and rule.match(name) for _app_id, rule_kind, rule in _RULES):
            if warn is not None:
                warn(
                    f"'accept_privileged' ('<role>_accept_privileged' of a role) has the entry {str(entry)!r}, which is not a privileged {kind} permission and "
                    "needs no acceptance: remove the entry, or correct its name."
                )
            continue
        accepted.add((kind, name.lower()))
    return frozenset(accepted)


def check_accepted_exist(accepted: frozenset[tuple[str, str]], resource_app_id: str, names: t.Mapping[str, t.Collection[str]]) -> None:
    """Raises OptionError for accepted entries that a rule's wildcard lets through but that the resource does not know (C(Policy.ReadWrite.Nonsense)).

    ``names`` has the resource's permission names per kind. Only done for resources that have rules.
    """
    for kind, name in sorted(accepted):
        if not is_privileged(resource_app_id, kind, name):
            continue
        if name not in {known.lower() for known in names[kind]}:
            raise OptionError(
                f"'accept_privileged' has an entry '{kind}:{name}' (in any case), but the resource API has no such {kind} permission.",
                code="accept_privileged_unknown",
            )


def privileged_of(permissions: t.Iterable[HasPermissions]) -> list[tuple[str, str, str]]:
    """The privileged ones as (resource, kind, name), in a stable order."""
    found: list[tuple[str, str, str]] = []
    for entry in permissions:
        for kind, names in zip(KINDS, (entry.delegated, entry.application), strict=True):
            found.extend((entry.resource, kind, name) for name in names if is_privileged(entry.resource_app_id, kind, name))
    return sorted(found)


def privileged_in(rows: t.Iterable[t.Mapping[str, t.Any]]) -> list[str]:
    """The privileged ones in a result's rows per resource API, as C(kind:Name)."""
    return sorted({f"{kind}:{name}" for row in rows for kind in KINDS for name in row[kind] if is_privileged(row["resource_app_id"] or "", kind, name)})


def not_accepted(permissions: t.Iterable[HasPermissions], accepted: frozenset[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """The privileged permissions that were not accepted."""
    return [(resource, kind, name) for resource, kind, name in privileged_of(permissions) if (kind, name.lower()) not in accepted]


def check_privileged(permissions: t.Iterable[HasPermissions], accepted: frozenset[tuple[str, str]], doing: str) -> None:
    """Raises OptionError when something privileged was not accepted by name; the message lists what to add.

    ``doing`` is the verb phrase: "request", "grant".
    """
    refused = not_accepted(permissions, accepted)
    if not refused:
        return
    listed = ", ".join(f"{kind}:{name} ({resource})" for resource, kind, name in refused)
    entries = ", ".join(sorted({f"'{kind}:{name}'" for _resource, kind, name in refused}))
    raise OptionError(
        f"Refused to {doing} privileged permissions, with which the application could take over the tenant: {listed}. Nothing was changed.",
        code="privileged_not_accepted",
        advice=f"If that is intended, add to 'accept_privileged' ('<role>_accept_privileged' of a role): [{entries}].",
        details={"accept_privileged": sorted({f"{kind}:{name}" for _resource, kind, name in refused})},
    )
