# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the run of a tenant is a failure: the exit code tells the truth."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._fleet.outcome import (
    Problem,
    cause_of,
    failure_of,
    failure_text,
    goes_on,
    in_use,
    problems_of,
    worked_at_first,
)

DELIVERED = {"key_id": "k", "status": "delivered", "days_left": 100}
NONE: dict[str, t.Any] = {}


def result(status: str, days: int | None = 100, *to_do: str, credential: str = "secret", **more: t.Any) -> dict[str, t.Any]:
    return {"status": status, "to_do": list(to_do), credential: {**DELIVERED, "days_left": days}, **more}


def causes(found: dict[str, t.Any], *, worked: bool = False, waiting: bool = False, renew: int | None = 30) -> list[str]:
    problems = problems_of(["c"], {"c": found}, [], ["c"] if worked else [], lambda name: renew, fail_on_waiting=waiting)
    return [problem.cause for problem in problems]


@pytest.mark.parametrize(
    ("found", "options", "expected"),
    [
        (result("connected"), {}, []),
        (result("absent", None), {"worked": True}, []),
        (result("connected", 3), {}, []),  # nothing waits for a person: the role renews it
        (result("connected", 3, "Sign in."), {}, ["credential_ends_soon"]),
        (result("connected", 20, "Sign in."), {"waiting": True}, []),
        (result("blocked", 100, "Enable it."), {}, ["blocked"]),
        (result("blocked", 100, "Enable it.", secret=NONE), {}, []),  # nothing was delivered yet
        (result("blocked", 100, "Enable it.", secret=NONE), {"waiting": True}, ["waits_for_person"]),
        (result("blocked", 100, "Enable it.", secret=NONE, consent={"complete": True}), {}, ["blocked"]),  # a connector without a credential
        (result("awaiting_consent", 100, "Consent."), {}, []),
        (result("awaiting_consent", 100, "Consent."), {"waiting": True}, ["waits_for_person"]),
        (result("awaiting_consent", 100, "Consent."), {"worked": True}, ["not_connected_any_more"]),
        (result("awaiting_consent", 15, "Consent."), {}, ["credential_ends_soon"]),
        (result("awaiting_consent", 16, "Consent."), {}, []),
        (result("awaiting_consent", -1, "Consent."), {}, ["credential_ends_soon"]),
        (result("awaiting_consent", 15, "Consent."), {"renew": None}, []),
        (result("awaiting_consent", 1, "Consent.", secret={"key_id": "k", "status": "pending", "days_left": 1}), {}, []),
        (result("awaiting_role", 1, "Give it.", credential="certificate"), {}, ["credential_ends_soon"]),
        (result("ready_for_authorization", 100, "Authorize."), {"worked": True}, []),
        (result("ready_for_authorization", 100, "Authorize."), {"waiting": True}, ["waits_for_person"]),
        (result("not_connected"), {"worked": True}, ["not_connected_any_more"]),
    ],
)
def test_what_makes_a_failure(found: dict[str, t.Any], options: dict[str, t.Any], expected: list[str]) -> None:
    assert causes(found, **options) == expected


def test_a_failed_connector_is_one_and_the_others_are_judged_as_well() -> None:
    failures = [{"connector": "a", "code": "gone", "sentence": "It is gone.", "signs_in": None}]
    found = problems_of(["a", "b", "c"], {"a": result("connected"), "b": result("blocked")}, failures, [], lambda name: None, fail_on_waiting=False)
    assert [(problem.connector, problem.cause) for problem in found] == [("a", "gone"), ("b", "blocked"), ("c", "not_tried")]
    assert failure_text(found[:2]) == "a: It is gone. b: it is in use and blocked."


def test_a_failure_of_the_tenant_as_a_whole_stands_alone() -> None:
    failures = [{"connector": "", "code": None, "kind": "option", "sentence": "No connector is called x.", "signs_in": "automation"}]
    found = problems_of(["a"], {}, failures, [], lambda name: None, fail_on_waiting=False)
    assert found == [Problem("", "option", "No connector is called x.", signing_in=True)]
    assert failure_text(found) == "No connector is called x."
    assert found[0].to_result() == {"connector": "", "cause": "option", "sentence": "No connector is called x.", "signing_in": True}


def test_only_named_parts_of_a_failed_result_are_kept() -> None:
    failed = {
        "msg": "It failed.",
        "failure": {
            "code": "AADSTS7000215",
            "kind": "credential",
            "advice": "Do.",
            "request_id": "r",
            "http_status": 401,
            "tenant": "t",
            "details": {"signs_in": "automation"},
        },
        "secret_text": "hidden",
        "invocation": {"module_args": {"auth_client_secret": "hidden"}},
    }
    kept = failure_of(failed, "workato", "Look")
    assert "hidden" not in str(kept)
    assert kept == {
        "connector": "workato",
        "task": "Look",
        "sentence": "It failed.",
        "code": "AADSTS7000215",
        "kind": "credential",
        "advice": "Do.",
        "request_id": "r",
        "http_status": 401,
        "tenant": "t",
        "signs_in": "automation",
    }
    assert failure_of({}, "a", "b")["sentence"] == "no message"
    assert failure_of({"msg": "got: hidden", "_ansible_no_log": True}, "a", "Store it")["sentence"] == "The task 'Store it' failed, and hides its result."
    assert failure_of({**failed, "_ansible_no_log": True}, "a", "b")["sentence"] == "It failed."


@pytest.mark.parametrize(
    ("failure", "cause"),
    [({"code": "a", "kind": "b", "task": "c"}, "a"), ({"code": None, "kind": "b", "task": "c"}, "b"), ({"task": "c"}, "c"), ({}, "unknown")],
)
def test_a_cause_has_no_names_in_it(failure: dict[str, t.Any], cause: str) -> None:
    assert cause_of(failure) == cause


@pytest.mark.parametrize(
    ("failures", "expected"),
    [
        ([], True),
        ([{"kind": "forbidden"}, {"kind": "transport", "signs_in": None}], True),
        ([{"kind": "credential", "signs_in": None}], True),  # a product's
        ([{"kind": "credential", "signs_in": "automation"}], False),
        ([{"kind": "option"}, {"kind": "tenantguard"}], False),
    ],
)
def test_whether_the_next_connector_is_tried(failures: list[dict[str, t.Any]], expected: bool) -> None:
    assert goes_on(failures) is expected


def test_what_is_in_use() -> None:
    assert in_use({"secret": DELIVERED}) and in_use({"certificate": DELIVERED, "secret": NONE}) and in_use({"consent": {"complete": True}})
    assert not in_use({"secret": {"key_id": "k", "status": "none"}, "consent": {"complete": True}}) and not in_use({})


@pytest.mark.parametrize(
    ("status", "held", "expected"),
    [("connected", True, True), ("not_connected", True, True), ("not_connected", False, False), ("awaiting_consent", True, False), ("blocked", True, False)],
)
def test_what_worked_at_the_first_look(status: str, held: bool, expected: bool) -> None:
    assert worked_at_first({"open": True, "entra": {"connection": {"status": status, "delivery": {"held": held}}}}) is expected
    assert not worked_at_first({"open": True})
