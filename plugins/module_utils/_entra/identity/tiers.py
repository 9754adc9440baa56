# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The tiers in which a service provider's applications are consented to: what each may ask for, by its name. Pure.

A customer who consents to a tier goes by its name. So one that is called base asks for the three permissions that the README begins with and for nothing
else, and power is in a tier that says so, or accepts each of it by name.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ..._errors import OptionError
from ..permission.catalogue import MICROSOFT_GRAPH, well_known_app_id
from ..permission.privileged import is_privileged, parse_accepted

BASE, PRIVILEGED = "base", "privileged"
# What the README names for the product that signs people in.
BASE_PERMISSIONS = ("Application.ReadWrite.OwnedBy", "DelegatedPermissionGrant.ReadWrite.All", "Organization.Read.All")
_VARIABLE = "automation_identity_tiers"


@dataclasses.dataclass(frozen=True)
class Tier:
    """One tier as the operator wrote it."""

    name: str
    unique_name: str
    permissions: tuple[str, ...]  # of Microsoft Graph
    others: tuple[tuple[str, tuple[str, ...]], ...]  # resource API, permissions
    accepted: frozenset[tuple[str, str]]
    given: t.Mapping[str, t.Any] = dataclasses.field(repr=False)

    @classmethod
    def from_given(cls, given: t.Any, number: int) -> Tier:
        """From an entry of the list. Raises OptionError for one that lacks a name or is of another shape."""
        if not isinstance(given, dict):
            raise _refused(f"entry {number} is no mapping with 'name', 'unique_name', 'display_name' and 'permissions'")
        for key in ("name", "unique_name", "display_name"):
            if not isinstance(given.get(key), str) or not given[key].strip():
                raise _refused(
                    f"entry {number} has no '{key}'", "Each tier has a 'name': 'base' (the README's three permissions), 'privileged', or another one."
                )
        label = f"the tier '{given['name']}'"
        others = given.get("other_permissions") or []
        if not isinstance(others, list) or not all(isinstance(row, dict) and row.get("resource") and _is_names(row.get("application")) for row in others):
            raise _refused(f"'other_permissions' of {label} is no list of entries with 'resource' and 'application'")
        if not _is_names(given.get("permissions") or ([] if others else None)):
            raise _refused(f"'permissions' of {label} is no list of names of application permissions of Microsoft Graph, or an empty one")
        return cls(
            given["name"].strip(),
            given["unique_name"].strip(),
            tuple(given.get("permissions") or ()),
            tuple((str(row["resource"]), tuple(row["application"])) for row in others),
            parse_accepted(given.get("accept_privileged")),
            given,
        )

    @property
    def power(self) -> list[str]:
        """Which of its permissions amount to owning a tenant."""
        rows = [(MICROSOFT_GRAPH, self.permissions), *((well_known_app_id(resource) or "", names) for resource, names in self.others)]
        return sorted({name for app_id, names in rows for name in names if is_privileged(app_id, "application", name)})

    def to_result(self) -> dict[str, t.Any]:
        """As the tasks take it: what it asks for by resource API."""
        rows = [("Microsoft Graph", self.permissions)] if self.permissions else []
        return {**self.given, "requested": [{"resource": resource, "application": list(names)} for resource, names in (*rows, *self.others)]}


def automation_tiers(given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """All tiers, checked together, so that none is registered when another one is refused. Raises OptionError."""
    entries = given.get("tiers")
    if not isinstance(entries, list) or not entries:
        raise _refused("it is no list of tiers")
    tiers = [Tier.from_given(entry, number) for number, entry in enumerate(entries, 1)]
    for what, names in (("name", [tier.name.lower() for tier in tiers]), ("unique_name", [tier.unique_name.lower() for tier in tiers])):
        double = sorted({name for name in names if names.count(name) > 1})
        if double:
            raise _refused(f"two tiers have the '{what}' {double[0]!r}", "Each tier is an application of its own.")
    for tier in tiers:
        _check(tier)
    return {"tiers": [tier.to_result() for tier in tiers]}


def _check(tier: Tier) -> None:
    """Raises OptionError for a tier that asks for something else than its name says, or for power that is not accepted."""
    if tier.name.lower() == BASE:
        wanted, asked = ({name.lower() for name in names} for names in (BASE_PERMISSIONS, tier.permissions))
        more = [name for name in tier.permissions if name.lower() not in wanted] + [f"{name} ({resource})" for resource, names in tier.others for name in names]
        lacking = [name for name in BASE_PERMISSIONS if name.lower() not in asked]
        if more or lacking:
            told = [f"it has {', '.join(more)} on top"] if more else []
            told += [f"it lacks {', '.join(lacking)}"] if lacking else []
            raise _refused(
                f"the tier '{tier.name}' asks for exactly {', '.join(BASE_PERMISSIONS)}; {' and '.join(told)}",
                "Give what needs something else a tier of another name, to which each customer consents by itself.",
            )
    missing = [name for name in tier.power if ("application", name.lower()) not in tier.accepted]
    if missing:
        entries = ", ".join(f"'application:{name}'" for name in missing)
        call = "" if tier.name.lower() in (BASE, PRIVILEGED) else f"call the tier '{PRIVILEGED}' or keep its name, and "
        raise _refused(
            f"the tier '{tier.name}' asks for {', '.join(missing)}, with which an application can take over a customer's tenant, and does not accept that",
            f"If it is intended, {call}add to its 'accept_privileged': [{entries}].",
        )


def _is_names(value: t.Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) and name.strip() for name in value)


def _refused(what: str, advice: str | None = None) -> OptionError:
    return OptionError(f"'{_VARIABLE}': {what}. Nothing was registered.", code="automation_tiers", outcome="refused", advice=advice)
