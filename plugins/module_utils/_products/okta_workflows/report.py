# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The result of the role okta_workflows."""

from __future__ import annotations

import typing as t

from .connection_results import results_of
from .notes import notes_of, to_do_of
from .outcome import RunOutcome, Steps
from .seen import Json, SeenTenant


def report(given: t.Mapping[str, t.Any]) -> Json:
    """The report of a run that had something to do.

    In: what the plan was made from (see plan.py), and the results of the steps: C(enterprise_application_step), C(consent_step), C(surplus_step) and
    C(settings_step). Out: C(reports), a list of one: the fact that the role leaves.
    """
    seen = SeenTenant.of(given)
    return report_of(seen, Steps.of(given, seen.does), check_mode=given["check_mode"])


def report_of(seen: SeenTenant, steps: Steps, *, check_mode: bool) -> Json:
    """The same, from what was read of it."""
    outcome = RunOutcome(seen, steps, check_mode=check_mode)
    return {"reports": [_result(outcome, notes_of(outcome))]}


def _result(outcome: RunOutcome, notes: t.Sequence[str]) -> Json:
    seen, chosen, audit = outcome.seen, outcome.chosen, outcome.audit
    now = {} if audit else outcome.steps.enterprise_application.get("service_principal") or {}
    return {
        "connector": "okta_workflows",
        "mode": chosen["mode"],
        "tenant": seen.tenant,
        "status": outcome.status,
        "blockers": [blocker.to_result() for blocker in seen.findings.blockers],
        "not_assessed": [*seen.findings.not_assessed, *(outcome.settings.get("not_assessed") or ())],
        "changed": bool(outcome.actions) and not audit,
        "actions": [] if audit else outcome.actions,
        "would_do": outcome.would_do if outcome.only_predicted else [],
        "service_principal": {**{key: value for key, value in seen.principal.items() if key != "grants"}, **now},
        "accounts": chosen["accounts"],
        "connections": results_of(outcome),
        "permissions": chosen["profile"],
        "consent": {
            "for": chosen["consent_for"],
            "complete": outcome.complete and bool(outcome.consents),
            "requested": sorted(seen.scopes, key=str.lower),
            "consents": outcome.consents,
            "hand_off": outcome.hand_offs,
            "not_accepted": seen.not_accepted,
            "mode": chosen["consent"]["mode"],
            "extra": outcome.extra,
            "administrator": _administrator(outcome),
        },
        "not_listed": outcome.not_listed,
        "existing_grants": list(seen.grants),
        "requested_but_not_granted": outcome.requested_but_not_granted,
        "granted_but_not_requested": outcome.granted_but_not_requested,
        "candidates": list(outcome.candidates),
        "tenant_settings": outcome.settings,
        "notes": list(notes),
        "to_do": to_do_of(outcome),
    }


def _administrator(outcome: RunOutcome) -> Json:
    """How many of the chosen scopes need an administrator as the tenant was found, and by which of its policies."""
    found = outcome.who_consents
    return {
        "count": len(found.administrator),
        "of": len(outcome.seen.scopes),
        "scopes": list(found.administrator),
        "undecided": list(found.undecided),
        "policies": None if found.policies is None else list(found.policies),
        "assignment_required": outcome.assignment_required,
    }
