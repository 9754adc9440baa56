# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What a tenant has granted to the identity that works in it, judged by the token that it issues. Pure."""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from ..._auth.error_code import Remedy
from ..permission.catalogue import MICROSOFT_GRAPH, well_known_name
from ..permission.privileged import is_privileged


class Outcome(enum.Enum):
    """What is known of the consent of a tenant."""

    CONSENTED = "consented"  # to what is needed; perhaps to more
    INCOMPLETE = "incomplete"
    NOT_CONSENTED = "not_consented"
    NOT_ASSESSED = "not_assessed"


# The refusals of a tenant that has not taken the application in.
NEVER_CONSENTED = frozenset({Remedy.CLIENT_ID_AND_TENANT, Remedy.SERVICE_PRINCIPAL})
# Those that say that nothing of an API was granted: the tenant does not have the API, or the API wants an assignment and there is none.
NOTHING_GRANTED = frozenset({Remedy.API_PRINCIPAL, Remedy.API_PRINCIPAL_OR_AUDIENCE, Remedy.ASSIGNMENT_NOT_REQUIRED})


@dataclasses.dataclass(frozen=True)
class SeenApi:
    """What the sign-in for one more resource API brought."""

    app_id: str
    needed: tuple[str, ...]
    roles: tuple[str, ...] | None = None  # None: no token that can be read
    reason: str = ""  # a sentence, where there is none


@dataclasses.dataclass(frozen=True)
class Seen:
    """What the sign-in brought: the permissions in a token, or why there was none."""

    tenant: str
    tenant_id: str | None = None
    app_id: str | None = None
    object_id: str | None = None
    roles: tuple[str, ...] | None = None  # application permissions of Microsoft Graph; None: no token of an application was seen
    code: str | None = None
    remedy: Remedy | None = None
    reason: str = ""  # a sentence, where no token of an application was seen
    others: tuple[SeenApi, ...] = ()


def judge(seen: Seen, needed: t.Sequence[str]) -> dict[str, t.Any]:
    """What is missing and what is more than needed, with a sentence. Names are compared without regard to case, as Entra ID does."""
    graph = _row(SeenApi(MICROSOFT_GRAPH, tuple(needed), seen.roles))
    rows = [graph, *map(_row, seen.others)] if seen.roles is not None else [graph]
    outcome = _outcome(seen, rows)
    return {
        "tenant": seen.tenant,
        "tenant_id": seen.tenant_id,
        "app_id": seen.app_id,
        "object_id": seen.object_id,
        "outcome": outcome.value,
        "granted": graph["granted"],
        "missing": graph["missing"],
        "extra": graph["extra"],
        "privileged_extra": graph["privileged_extra"],
        "resources": rows,
        "code": seen.code,
        "message": _message(seen, outcome, rows),
    }


def _row(api: SeenApi) -> dict[str, t.Any]:
    """What was granted of one resource API."""
    granted = sorted(api.roles or ())
    have, want = ({name.lower() for name in names} for names in (granted, api.needed))
    missing = [name for name in api.needed if name.lower() not in have] if api.roles is not None else []
    extra = [name for name in granted if name.lower() not in want]
    outcome = Outcome.NOT_ASSESSED if api.roles is None else Outcome.INCOMPLETE if missing else Outcome.CONSENTED
    return {
        "resource": well_known_name(api.app_id),
        "resource_app_id": api.app_id,
        "outcome": outcome.value,
        "granted": granted,
        "missing": missing,
        "extra": extra,
        "privileged_extra": [name for name in extra if is_privileged(api.app_id, "application", name)],
        "reason": api.reason or None,
    }


def _outcome(seen: Seen, rows: t.Sequence[t.Mapping[str, t.Any]]) -> Outcome:
    """That of the whole: what certainly is missing before what is not known."""
    if seen.roles is None:
        return Outcome.NOT_CONSENTED if seen.remedy in NEVER_CONSENTED else Outcome.NOT_ASSESSED
    found = {row["outcome"] for row in rows}
    return next((outcome for outcome in (Outcome.INCOMPLETE, Outcome.NOT_ASSESSED) if outcome.value in found), Outcome.CONSENTED)


def _message(seen: Seen, outcome: Outcome, rows: t.Sequence[t.Mapping[str, t.Any]]) -> str:
    if outcome is Outcome.NOT_CONSENTED:
        return f"Tenant {seen.tenant} has not consented to the application {seen.app_id} ({seen.code})."
    if seen.roles is None:
        return f"What tenant {seen.tenant} has granted to the application {seen.app_id} is not assessed: {seen.reason}"
    missing, extra = _listed(rows, "missing"), _listed(rows, "extra")
    unknown = [f"What it has granted of {row['resource']} is not assessed: {row['reason']}" for row in rows if row["outcome"] == Outcome.NOT_ASSESSED.value]
    more = [f"It has granted more than is needed: {extra}."] if extra else []
    first = f"Tenant {seen.tenant} has granted what is needed to the application {seen.app_id}."
    if missing:
        first = f"Tenant {seen.tenant} has not granted {missing} to the application {seen.app_id}."
    elif unknown:
        first = f"Tenant {seen.tenant} has granted what is needed to the application {seen.app_id}, as far as that can be told."
    return " ".join([first, *more, *unknown])


def _listed(rows: t.Sequence[t.Mapping[str, t.Any]], name: str) -> str:
    """Permissions of all resource APIs; those of Microsoft Graph by their name alone."""
    return ", ".join(one if row["resource_app_id"] == MICROSOFT_GRAPH else f"{one} ({row['resource']})" for row in rows for one in row[name])
