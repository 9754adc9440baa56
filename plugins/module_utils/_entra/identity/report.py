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
from ..permission.catalogue import MICROSOFT_GRAPH
from ..permission.privileged import is_privileged


class Outcome(enum.Enum):
    """What is known of the consent of a tenant."""

    CONSENTED = "consented"  # to what is needed; perhaps to more
    INCOMPLETE = "incomplete"
    NOT_CONSENTED = "not_consented"
    NOT_ASSESSED = "not_assessed"


# The refusals of a tenant that has not taken the application in.
NEVER_CONSENTED = frozenset({Remedy.CLIENT_ID_AND_TENANT, Remedy.SERVICE_PRINCIPAL})


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


def judge(seen: Seen, needed: t.Sequence[str]) -> dict[str, t.Any]:
    """What is missing and what is more than needed, with a sentence. Names are compared without regard to case, as Entra ID does."""
    granted = sorted(seen.roles or ())
    have, want = ({name.lower() for name in names} for names in (granted, needed))
    missing = [name for name in needed if name.lower() not in have] if seen.roles is not None else []
    extra = [name for name in granted if name.lower() not in want]
    outcome = _outcome(seen, missing)
    return {
        "tenant": seen.tenant,
        "tenant_id": seen.tenant_id,
        "app_id": seen.app_id,
        "object_id": seen.object_id,
        "outcome": outcome.value,
        "granted": granted,
        "missing": missing,
        "extra": extra,
        "privileged_extra": [name for name in extra if is_privileged(MICROSOFT_GRAPH, "application", name)],
        "code": seen.code,
        "message": _message(seen, outcome, missing, extra),
    }


def _outcome(seen: Seen, missing: t.Sequence[str]) -> Outcome:
    if seen.roles is not None:
        return Outcome.INCOMPLETE if missing else Outcome.CONSENTED
    return Outcome.NOT_CONSENTED if seen.remedy in NEVER_CONSENTED else Outcome.NOT_ASSESSED


def _message(seen: Seen, outcome: Outcome, missing: t.Sequence[str], extra: t.Sequence[str]) -> str:
    if outcome is Outcome.NOT_CONSENTED:
        return f"Tenant {seen.tenant} has not consented to the application {seen.app_id} ({seen.code})."
    if outcome is Outcome.NOT_ASSESSED:
        return f"What tenant {seen.tenant} has granted to the application {seen.app_id} is not assessed: {seen.reason}"
    more = f" It has granted more than is needed: {', '.join(extra)}." if extra else ""
    if missing:
        return f"Tenant {seen.tenant} has not granted {', '.join(missing)} to the application {seen.app_id}.{more}"
    return f"Tenant {seen.tenant} has granted what is needed to the application {seen.app_id}.{more}"
