# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report takes from results: named fields alone."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import PLACEHOLDER_ID
from ansible_collections.tenantkit.connectors.plugins.module_utils._report import taken
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.model import ConnectorRow, HeldRow, RunRow, StopRow, WhyFailed, WorkKind

CONSENT = "An administrator grants it at https://login.microsoftonline.com/t/v2.0/adminconsent?client_id=a."


def test_a_result_becomes_a_row():
    result = {
        "connector": "workato",
        "status": "awaiting_consent",
        "changed": True,
        "app": {"app_id": "a1"},
        "secret": {"end_date_time": "2027-05-28T10:00:00Z", "days_left": 179, "secret_text": "hush"},
        "to_do": [CONSENT],
        "notes": [CONSENT, "A note."],
        "more": "hush",
    }
    row = taken.connector_of(result)
    assert (
        row == ConnectorRow("workato", "awaiting_consent", True, "a1", "secret", "2027-05-28", 179, row.to_do, ("A note.",))
        and row.to_do[0].address == "https://login.microsoftonline.com/t/v2.0/adminconsent?client_id=a"
    )
    assert "hush" not in str(dataclasses.asdict(row))


@pytest.mark.parametrize(
    ("more", "client", "credential", "end", "days"),
    [
        ({}, "", "", "", None),
        ({"app": {"app_id": PLACEHOLDER_ID}, "service_principal": {"app_id": "v"}}, "v", "", "", None),
        ({"app": None, "credential": {"kind": "certificate", "end_date_time": "2027-01-01"}}, "", "certificate", "2027-01-01", None),
        ({"credential": {"kind": "federated"}}, "", "", "", None),
        ({"certificate": {"end_date_time": "2027-01-01", "days_left": 0}}, "", "certificate", "2027-01-01", 0),
    ],
)
def test_application_and_credential(more, client, credential, end, days):
    row = taken.connector_of({"connector": "x", "status": "connected", **more})
    assert (row.client_id, row.credential, row.end, row.days_left) == (client, credential, end, days)


@pytest.mark.parametrize(
    ("status", "sentence", "more", "kind"),
    [
        ("blocked", CONSENT, {}, WorkKind.CONSENT),
        ("awaiting_consent", "Ask an administrator.", {}, WorkKind.CONSENT),
        ("awaiting_consent", "See https://example.com/help", {}, WorkKind.OTHER),
        ("ready_for_authorization", "Sign in.", {}, WorkKind.SIGN_IN),
        ("not_connected", "Open https://w.example/oauth.", {"connection": {"authorization_url": "https://w.example/oauth"}}, WorkKind.SIGN_IN),
        ("not_connected", "Type it in.", {"enter_by_hand": {"client_id": "a"}}, WorkKind.TYPE_IN),
        ("not_connected", "Do it.", {}, WorkKind.OTHER),
        ("blocked", "Take the policy back.", {}, WorkKind.OTHER),
    ],
)
def test_what_kind_of_work_it_is(status, sentence, more, kind):
    (work,) = taken.connector_of({"connector": "x", "status": status, "to_do": [sentence], **more}).to_do
    assert work.kind == kind


def test_a_role_that_failed_says_why():
    failure = {"message": "Denied.", "code": "forbidden", "advice": "Grant it.", "request_id": "r", "details": {"secret": "hush"}}
    row = taken.connector_of({"connector": "x", "status": "failed", "failure": failure})
    assert row.failure == WhyFailed("Denied.", "forbidden", "Grant it.", "r")
    assert taken.connector_of({"connector": "x", "status": "connected", "failure": failure}).failure is None


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"msg": "It broke. Do this.", "failure": {"advice": "Do this.", "kind": "service"}}, WhyFailed("It broke.", "service", "Do this.", task="T")),
        ({"msg": "Do this.", "failure": {"advice": "Do this."}}, WhyFailed("Do this.", "", "Do this.", task="T")),
        ({"msg": "It broke.", "failure": {"advice": "Do that.", "code": "c"}}, WhyFailed("It broke.", "c", "Do that.", task="T")),
        ({"censored": "the output has been hidden"}, WhyFailed("the output has been hidden", task="T")),
        ({}, WhyFailed("no message", task="T")),
        ({"msg": "One failed", "results": [{"msg": "fine"}, {"failed": True, "msg": "This one."}]}, WhyFailed("This one.", task="T")),
        ({"msg": {"a": 1}}, WhyFailed("", task="T")),
    ],
)
def test_why_a_task_failed(said, why):
    assert taken.why_failed(said, task="T") == why


@pytest.mark.parametrize(
    ("fact", "why"),
    [
        ({"sentence": "S", "connector": "workato", "code": None, "extra": "hush"}, WhyFailed("S", connector="workato")),
        ({"code": "c"}, None),
        ("text", None),
        ({"sentence": "It is gone. Make it again.", "advice": "Make it again."}, WhyFailed("It is gone.", advice="Make it again.")),
    ],
)
def test_what_a_playbook_noted(fact, why):
    assert taken.why_of(fact) == why


def test_turns_breakers_and_choices():
    assert taken.hold_of({"held": {"reason": "frozen", "until": "2026-12-24"}}) == HeldRow("frozen", "2026-12-24")
    assert taken.hold_of({"held": None}) is None
    assert taken.stop_of({"stopped": {"sentence": "It stopped.", "cause": "c"}}) == StopRow("It stopped.", "c")
    assert taken.stop_of({"stopped": {}}) is None
    assert taken.chosen_of({"confirmed": [{"connector": "b"}, 1], "open": ["a", "b"]}) == ["b", "a"]
    assert taken.tenant_of({"tenant": {"tenant_id": "t", "display_name": "", "primary_domain": "d"}}) == {"tenant_id": "t", "domain": "d"}


@pytest.mark.parametrize(
    ("name", "value", "is_one"),
    [
        ("workato_result", {"connector": "workato", "status": "x"}, True),
        ("__workato_entra", {"connector": "workato", "status": "x"}, False),
        ("half", {"status": "x"}, False),
        ("text", "connector status", False),
    ],
)
def test_which_facts_are_results(name, value, is_one):
    assert taken.is_result(name, value) == is_one


@pytest.mark.parametrize(
    ("environ", "extra", "more"),
    [
        ({}, {}, {}),
        ({"JOB_ID": "7", "ENTRA_CHANGE_REFERENCE": "CHG1"}, {}, {"job": "7", "change": "CHG1"}),
        (
            {"JOB_ID": "7"},
            {"awx_job_id": 8, "tower_workflow_job_id": 9, "awx_job_template_name": "Roll out", "entra_change_reference": "CHG2"},
            {"job": "8", "workflow_job": "9", "job_template": "Roll out", "change": "CHG2"},
        ),
    ],
)
def test_the_run(environ, extra, more):
    found = taken.run_of("id", "now", playbook="/home/op/customers/rollout.yml", check_mode=True, version="1.0.0", environ=environ, extra=extra)
    assert found == RunRow("id", "now", "now", playbook="rollout.yml", check_mode=True, version="1.0.0", **more)
