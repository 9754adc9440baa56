# SPDX-License-Identifier: GPL-3.0-or-later
"""The fact that the role okta_workflows leaves, the line of a person, and results of runs that were recorded before the report was written in Python."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.connection import connection
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.failure import went_wrong
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.plan import plan
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.report import report
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.registry import CONNECTIONS, DECISIONS
from integration.okta_workflows.decisions import CLOSED, consent, given, grant, principal
from integration.okta_workflows.helpers import SERVICE, Json

RECORDED = json.loads((Path(__file__).parent / "recorded.json").read_text())
AUDIT: Json = {"okta_workflows_mode": "audit"}


def reported(variables: Json, *found: Json, **more: t.Any) -> Json:
    (only,) = report(given(variables, *found, **more))["reports"]
    return t.cast(Json, only)


def test_settings_that_may_not_be_read_are_not_assessed() -> None:
    """The status is that of a run that did not look."""
    unread = {**CLOSED, "consent_settings": None, "not_assessed": ["What owners of groups may consent to: not shown."]}
    looked = {SERVICE: consent(SERVICE, "openid")}
    told = reported({}, principal(), looked=looked, settings=unread)
    assert told["not_assessed"][-1:] == unread["not_assessed"] and told["status"] == "ready_for_authorization" and not told["changed"]
    assert len(reported({}, principal(), looked=looked, settings=CLOSED)["not_assessed"]) == len(told["not_assessed"]) - 1


def test_the_result() -> None:
    """All of it."""
    step = {"actions": ["assign"], "service_principal": {"account_enabled": True, "object_id": "new"}}
    found = principal(grants=[grant("openid")])
    given_now = consent(SERVICE, "openid")
    told = reported(
        {"okta_workflows_custom_scopes": ["openid", "Mail.Read", "email"]},
        found,
        settings=CLOSED,
        enterprise_application_step=step,
        consent_step={"results": [{"consent": given_now, "actions": ["grant"]}]},
    )
    without_grants = {key: value for key, value in found.items() if key != "grants"}
    assert told == {
        "connector": "okta_workflows",
        "mode": "preconsent",
        "tenant": {"display_name": "Contoso"},
        "status": "ready_for_authorization",
        "blockers": [],
        "not_assessed": [f"Whether {SERVICE} can sign in: that an account is enabled is shown with User.Read.All only."],
        "changed": True,
        "actions": ["assign", "grant"],
        "would_do": [],
        "service_principal": {**without_grants, "account_enabled": True, "object_id": "new"},
        "accounts": [SERVICE],
        "connections": [],
        "permissions": "custom",
        "consent": {
            "for": "principal",
            "complete": True,
            "requested": ["email", "Mail.Read", "openid"],
            "consents": [given_now],
            "hand_off": [],
            "not_accepted": [],
            "mode": "merge",
            "extra": [],
            "administrator": {
                "count": 1,
                "of": 3,
                "scopes": ["Mail.Read"],
                "undecided": [],
                "policies": ["microsoft-user-default-recommended"],
                "assignment_required": True,
            },
        },
        "not_listed": [],
        "existing_grants": [grant("openid")],
        "requested_but_not_granted": [],
        "granted_but_not_requested": [],
        "candidates": [],
        "tenant_settings": CLOSED,
        "notes": [f"Contoso is ready for authorization: authorize the connection in Okta Workflows as {SERVICE}."],
        "to_do": [f"Contoso is ready for authorization: authorize the connection in Okta Workflows as {SERVICE}."],
    }


@pytest.mark.parametrize(
    ("settings", "count", "undecided", "policies"),
    [
        ({"user_consent": ["microsoft-user-default-recommended"]}, 49, 0, ["microsoft-user-default-recommended"]),
        ({"user_consent": ["microsoft-user-default-legacy"]}, 39, 0, ["microsoft-user-default-legacy"]),
        ({"user_consent": ["microsoft-user-default-low"]}, 39, 23, ["microsoft-user-default-low"]),
        ({"user_consent": ["microsoft-user-default-allow-consent-apps"]}, 62, 0, ["microsoft-user-default-allow-consent-apps"]),
        ({"user_consent": ["of-their-own"]}, 0, 62, ["of-their-own"]),
        ({"user_consent": []}, 62, 0, []),
        ({"user_consent": None}, 0, 62, None),
        ({}, 0, 62, None),
    ],
)
def test_how_many_scopes_need_an_administrator(settings: Json, count: int, undecided: int, policies: list[str] | None) -> None:
    """By the tenant's own policies, as they were found."""
    told = reported({"okta_workflows_permissions": "full"}, settings=settings)["consent"]["administrator"]
    assert (told["count"], told["of"], len(told["scopes"]), len(told["undecided"])) == (count, 62, count, undecided)
    assert (told["policies"], told["assignment_required"]) == (policies, False)


STEP: Json = {"actions": ["assign"], "service_principal": {"account_enabled": "predicted"}}


@pytest.mark.parametrize(
    ("variables", "check_mode", "changed", "actions", "would_do", "enabled"),
    [
        ({}, False, True, ["assign"], [], "predicted"),
        ({}, True, True, ["assign"], ["assign"], "predicted"),
        (AUDIT, False, False, [], ["assign"], True),
    ],
)
def test_an_audit_changes_nothing(variables: Json, check_mode: bool, changed: bool, actions: list[str], would_do: list[str], enabled: t.Any) -> None:
    result = reported(variables, principal(), check_mode=check_mode, enterprise_application_step=STEP)
    assert (result["changed"], result["actions"], result["would_do"]) == (changed, actions, would_do)
    assert result["service_principal"]["account_enabled"] == enabled


def test_a_run_that_did_nothing() -> None:
    result = reported({}, principal(), looked={SERVICE: consent()}, enterprise_application_step={"service_principal": None})
    assert (result["changed"], result["consent"]["complete"], result["candidates"]) == (False, True, [])
    assert reported({"okta_workflows_state": "absent"}, principal())["consent"]["complete"] is False


def test_candidates_are_shown() -> None:
    result = plan(given({"okta_workflows_app_id": ""}, principal(), principal()))["reports"][0]
    assert (result["candidates"], result["service_principal"]) == ([principal(), principal()], {})


@pytest.mark.parametrize("run", RECORDED, ids=lambda run: run["name"])
def test_what_was_recorded(run: Json) -> None:
    """Runs against the emulator whose report was made by the expressions that stood here before."""
    chosen = connection(run["variables"], host="contoso", check_mode=run["check_mode"])
    handed = {**run["given"], "connection": chosen, "check_mode": run["check_mode"] or chosen["audit"]}
    answer = report(handed) if run["stepped"] else plan(handed)
    result = answer["reports"][0]
    derived = {
        **{key: result[key] for key in run["expected"] if key != "consent"},
        "consent": {key: result["consent"][key] for key in run["expected"]["consent"]},
    }
    assert derived == run["expected"]


def test_the_doors() -> None:
    assert CONNECTIONS["okta_workflows"] is connection
    assert {name: DECISIONS[f"okta_workflows.{name}"] for name in ("plan", "report", "went_wrong")} == {
        "plan": plan,
        "report": report,
        "went_wrong": went_wrong,
    }
