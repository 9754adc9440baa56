# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rollout of Okta Workflows would meet."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connector.look import Ask, Host, Looked
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connector.preflight import Foreseen
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows import preflight as preflights
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.plan import plan
from integration.okta_workflows.decisions import CLOSED, OPENED, consent, given, incomplete, principal
from integration.okta_workflows.helpers import OKTA, OPEN, PUBLISHER, SERVICE, Json
from support.looks import lead

HOST = Host("contoso", check_mode=False, credentials="")
TASKS = Path(__file__).parents[6] / "roles" / "okta_workflows" / "tasks"
WIDE: Json = {
    "granted": ["Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All", "Policy.ReadWrite.Authorization"]
    + ["GroupSettings.ReadWrite.All"]
}
NO = {"failed": True, "msg": "It is refused.", "failure": {"code": "refused"}}
DONE: Json = {SERVICE: consent(SERVICE, "openid")}
TODO: Json = {SERVICE: incomplete(SERVICE, "openid")}


def foreseen(
    monkeypatch: pytest.MonkeyPatch,
    variables: Json,
    *found: Json,
    looked: Json,
    settings: Json = CLOSED,
    answers: t.Sequence[Json] = (),
    identity: Json | None = None,
) -> tuple[list[Ask], Foreseen]:
    """What is asked after the look, and what is foreseen."""
    seen = given(variables, *found, looked=looked, settings=settings)

    def look(connection: Json, host: Host) -> t.Any:
        answer = plan(seen)
        told = {name: seen[name] for name in ("info", "consents", "settings")}
        yield from ()
        return Looked(answer["open"], {}, {**told, "plan": answer} if answer["open"] else told)

    monkeypatch.setattr(preflights, "look", look)
    asked, end = lead(preflights.preflight(seen["connection"], HOST, WIDE if identity is None else identity), *answers)
    assert end.open is end.seen["foreseen"].opens
    return asked, end.seen["foreseen"]


def said(found: Foreseen) -> list[tuple[str, str]]:
    """The findings in short."""
    return [(finding.code, finding.weight.value) for finding in found.findings if finding.weight.value != "note"]


def test_nothing_is_left_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, found = foreseen(monkeypatch, {}, principal(), looked=DONE)
    assert (asked, found.opens, said(found)) == ([], False, [])
    assert "AppRoleAssignment.ReadWrite.All" in found.documented


def test_the_steps_of_preconsent_are_predicted_as_its_task_file_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, found = foreseen(monkeypatch, {}, looked=TODO, answers=[{}, {}])
    assert [ask.module for ask in asked] == ["entra_service_principal", "entra_admin_consent"]
    assert all(ask.predicts and ask.optional and ask.needs for ask in asked)
    (task, *_rest) = yaml.safe_load((TASKS / "preconsent.yml").read_text())
    written = task["tenantkit.connectors.entra_service_principal"]
    assert set(asked[0].options) == set(written) and asked[0].options["expected_publisher_tenant_id"] == PUBLISHER
    assert asked[0].options["assigned_to"] == {"add": [{"user": SERVICE, "app_role": ""}]}
    assert asked[1].options["app_id"] == OKTA and "whom" not in asked[1].options and asked[1].variables == {"principal": "okta_workflows_accounts"}
    assert said(found) == [("publisher_not_seen", "not_assessed")]


def test_the_vendors_way_is_predicted_as_its_task_file_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, _found = foreseen(monkeypatch, OPEN, looked={}, answers=[{}, {}])
    principal_task, policy_task = yaml.safe_load((TASKS / "vendor_documented.yml").read_text())
    assert set(asked[0].options) == set(principal_task["tenantkit.connectors.entra_service_principal"])
    assert {**policy_task["tenantkit.connectors.entra_consent_policy"], "record_on": OKTA} == asked[1].options


def test_a_publisher_that_is_there_was_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(foreseen(monkeypatch, {}, principal(assigned_to=[]), looked=DONE, answers=[{}])[1]) == []


def test_an_audit_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, found = foreseen(monkeypatch, {"okta_workflows_mode": "audit"}, principal(assigned_to=[]), looked=TODO, identity={})
    assert asked == [] and not found.opens and ("rights_not_certain", "not_assessed") not in said(found)


def test_the_first_refusal_is_no_go(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, found = foreseen(monkeypatch, {}, principal(assigned_to=[]), looked=TODO, answers=[NO])
    assert len(asked) == 1 and said(found) == [("refused", "no_go")]


def test_a_blocker_is_no_go(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, found = foreseen(monkeypatch, {}, principal(account_enabled=False), looked=TODO)
    assert asked == [] and said(found) == [("disabled", "no_go")]


@pytest.mark.parametrize(
    ("looked", "identity", "findings"),
    [
        (TODO, {"granted": ["Application.ReadWrite.All"]}, [("awaiting_consent", "to_do")]),
        ({SERVICE: {**incomplete(SERVICE, "openid"), "state": "not_assessed", "unread": "Unread."}}, WIDE, [("consent_not_assessed", "not_assessed")]),
        (TODO, WIDE, []),
    ],
)
def test_a_consent_that_is_left_to_a_person(monkeypatch: pytest.MonkeyPatch, looked: Json, identity: Json, findings: t.Any) -> None:
    assert said(foreseen(monkeypatch, {}, principal(), looked=looked, answers=[{}], identity=identity)[1]) == findings


def test_rights_that_the_token_does_not_name(monkeypatch: pytest.MonkeyPatch) -> None:
    found = foreseen(monkeypatch, {}, principal(assigned_to=[]), looked=DONE, answers=[{}], identity={})[1]
    assert said(found) == [("rights_not_certain", "not_assessed")]


def test_what_was_not_looked_at_is_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {**OPENED, "not_assessed": ["A setting."]}
    found = foreseen(monkeypatch, OPEN, principal(), looked={}, settings=settings)[1]
    assert ("not_looked_at", "A setting.") in [(finding.code, finding.sentence) for finding in found.findings] and said(found) == []


def test_what_is_taken_away_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = {"okta_workflows_state": "absent"}
    assert said(foreseen(monkeypatch, absent, principal(), looked={})[1]) == [("removal_not_tried", "not_assessed")]
    assert said(foreseen(monkeypatch, absent, looked={})[1]) == []
