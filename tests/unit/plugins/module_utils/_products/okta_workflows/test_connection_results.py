# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What came of each of several connections."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.connection_results import results_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.notes import notes_of
from integration.okta_workflows.decisions import SERVICE_ID, assigned, consent, incomplete, outcome, principal
from integration.okta_workflows.helpers import ADMIN, SERVICE, Json

ROWS: list[Json] = [
    {"nickname": "Users", "account": SERVICE, "permissions": "custom", "custom_scopes": ["User.Read", "openid"]},
    {"nickname": "Mail", "account": ADMIN, "permissions": "custom", "custom_scopes": ["Mail.Send"]},
]
SEVERAL: Json = {"okta_workflows_connections": ROWS, "okta_workflows_accounts": []}
BOTH = principal(assigned_to=[assigned(SERVICE), assigned(ADMIN)])
HAND_OFF = {"url": "https://login.example"}
LACKS = incomplete(ADMIN, "Mail.Send")
UNKNOWN = consent(ADMIN, complete=False, state="not_assessed")
EXTRA = consent(
    ADMIN, extra=[{"resource": "Microsoft Graph", "resource_app_id": "00000003-0000-0000-c000-000000000000", "delegated": ["x"], "application": []}]
)
GRANTED: Json = {"consent_step": {"results": [{"consent": consent(ADMIN, "Mail.Send"), "actions": ["grant"]}]}}
REFUSED: Json = {"consent_step": {"results": [{"consent": {**LACKS, "hand_off": HAND_OFF}, "actions": []}]}}
ASSIGNS: Json = {"enterprise_application_step": {"actions": ["assign"]}}


def results(variables: Json, looked: t.Mapping[str, Json], *found: Json, **more: t.Any) -> list[Json]:
    return results_of(outcome({**SEVERAL, **variables}, *(found or (BOTH,)), looked=looked, **more))


def test_the_whole_of_two() -> None:
    assert results({}, {SERVICE: consent(SERVICE, "openid", "User.Read"), ADMIN: LACKS}, **REFUSED) == [
        {
            "nickname": "Users",
            "account": SERVICE,
            "permissions": "custom",
            "status": "ready_for_authorization",
            "requested": ["openid", "User.Read"],
            "missing": [],
            "hand_off": None,
        },
        {
            "nickname": "Mail",
            "account": ADMIN,
            "permissions": "custom",
            "status": "awaiting_consent",
            "requested": ["Mail.Send"],
            "missing": ["Mail.Send"],
            "hand_off": HAND_OFF,
        },
    ]


DONE, READY = consent(SERVICE, "openid"), "ready_for_authorization"
DISABLED = consent(SERVICE, "openid", principal_enabled=False)
STATES: list[tuple[str, Json, dict[str, Json], tuple[Json, ...], Json, tuple[str, str]]] = [
    ("nothing to do", {}, {SERVICE: DONE, ADMIN: consent(ADMIN)}, (), {}, (READY, READY)),
    ("granted in this run", {}, {SERVICE: DONE, ADMIN: LACKS}, (), GRANTED, (READY, READY)),
    ("not known", {}, {SERVICE: DONE, ADMIN: UNKNOWN}, (), {}, (READY, "consent_not_assessed")),
    ("an account is disabled", {}, {SERVICE: DISABLED, ADMIN: consent(ADMIN)}, (), {}, ("blocked", READY)),
    ("the application is disabled", {}, {SERVICE: DONE, ADMIN: LACKS}, (principal(account_enabled=False),), {}, ("blocked", "blocked")),
    ("predicted for one", {}, {SERVICE: DONE, ADMIN: LACKS}, (), {**GRANTED, "check_mode": True}, (READY, "not_ready")),
    ("predicted for all", {}, {SERVICE: DONE, ADMIN: consent(ADMIN)}, (), {**ASSIGNS, "check_mode": True}, ("not_ready", "not_ready")),
    ("too much is predicted", {"okta_workflows_consent_mode": "exact"}, {SERVICE: DONE, ADMIN: EXTRA}, (), {"check_mode": True}, (READY, "not_ready")),
    ("an audit", {"okta_workflows_mode": "audit"}, {SERVICE: DONE, ADMIN: LACKS}, (), {}, (READY, "not_ready")),
    ("taken away", {"okta_workflows_state": "absent"}, {}, (), {}, ("absent", "absent")),
    ("an account that was not looked at", {}, {SERVICE: DONE}, (), {}, (READY, READY)),
]


@pytest.mark.parametrize(("variables", "looked", "found", "more", "expected"), [row[1:] for row in STATES], ids=[row[0] for row in STATES])
def test_the_status_of_each(variables: Json, looked: dict[str, Json], found: tuple[Json, ...], more: Json, expected: tuple[str, str]) -> None:
    assert tuple(one["status"] for one in results(variables, looked, *found, **more)) == expected


def test_the_single_form_has_none() -> None:
    assert results_of(outcome({}, principal(), looked={SERVICE: consent(SERVICE, "openid")})) == []


def test_an_account_by_its_id() -> None:
    rows = [{**ROWS[0], "account": SERVICE_ID}]
    (one,) = results({"okta_workflows_connections": rows}, {SERVICE_ID: DISABLED})
    assert one["status"] == "blocked"


def test_a_person_reads_which_connection_is_authorized_as_whom() -> None:
    told = notes_of(outcome(SEVERAL, BOTH, looked={SERVICE: DONE, ADMIN: LACKS}, **GRANTED))
    assert f"Contoso is ready for authorization: authorize the connections in Okta Workflows: 'Users' as {SERVICE}, 'Mail' as {ADMIN}." in told
