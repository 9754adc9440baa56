# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What came of each of several connections of one tenant, see connections.py."""

from __future__ import annotations

import typing as t

from ..._entra.common.blockers import ACCOUNT
from ..._entra.consent.assessment import STATUS as CONSENT_NOT_ASSESSED
from ..._entra.consent.assessment import is_unknown
from .names import delegated
from .outcome import RunOutcome

Json = dict[str, t.Any]
Given = t.Mapping[str, t.Any]


def results_of(outcome: RunOutcome) -> list[Json]:
    """The result of each connection, in the order of the list."""
    return [_result(outcome, one) for one in outcome.chosen.get("connections") or ()]


def _result(outcome: RunOutcome, one: Given) -> Json:
    seen = next((consent for account, consent in outcome.seen.looked if account.lower() == one["account"].lower()), None)
    now = seen
    for consent in outcome.consents:  # what a step gave comes last
        now = consent if seen is not None and consent["principal_id"] == seen["principal_id"] else now
    return {
        "nickname": one["nickname"],
        "account": one["account"],
        "permissions": one["profile"],
        "status": _status(outcome, one, seen, now),
        "requested": sorted(one["scopes"], key=str.lower),
        "missing": delegated(now["missing"]) if now else [],
        "hand_off": (now or {}).get("hand_off"),
    }


def _status(outcome: RunOutcome, one: Given, seen: Given | None, now: Given | None) -> str:
    """That of the role, unless what it says is so for other connections only."""
    if seen is None or now is None:  # with state absent, and while the application is not known
        return outcome.status
    mine = {one["account"].lower(), str(seen["principal_id"])}
    blockers = outcome.seen.findings.blockers
    if any(blocker.object_type != ACCOUNT or {blocker.name.lower(), blocker.object_id} & mine for blocker in blockers):
        return "blocked"
    if not now["complete"] and not outcome.audit:
        return CONSENT_NOT_ASSESSED if is_unknown(now) else "awaiting_consent"
    surplus = any(account.lower() == one["account"].lower() for account, _names in outcome.seen.surplus)
    let_in = bool(outcome.steps.enterprise_application.get("actions"))
    predicted = outcome.only_predicted and (not seen["complete"] or surplus or let_in)
    return "not_ready" if predicted else "ready_for_authorization"
