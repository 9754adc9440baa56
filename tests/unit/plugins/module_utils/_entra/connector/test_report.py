# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What came of a connection, and what a person still has to do."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connector.report import hand_off, report, report_of, without_values
from support.looks import KEY_ID, NEW_KEY, seen, wanted

WAITING = {"complete": False, "hand_off": {"url": "https://login/consent", "note": "n"}}
DONE = {"complete": True, "hand_off": None}
OPEN = {"open": True, "options": {}}
CLOSED = {"open": False, "options": {}}
SKIPPED = {"changed": False, "skipped": True}


def of(look: dict[str, t.Any] | None = None, steps: dict[str, t.Any] | None = None, **more: t.Any) -> dict[str, t.Any]:
    values = {"sinks": [], "secret_due": False, "opened": False, "check_mode": False, **{name: more.pop(name) for name in list(more) if name in KEYWORDS}}
    return report(wanted(**more), look or seen(), steps or {}, **values)


KEYWORDS = ("sinks", "secret_due", "opened", "check_mode")


def test_what_the_look_saw() -> None:
    look = seen()
    assert of(look) == {
        "connector": "payroll",
        "tenant": look["tenant"],
        "status": "connected",
        "changed": False,
        "app": look["app"],
        "service_principal": look["service_principal"],
        "consent": look["consent"],
        "secret": look["secret"],
        "secret_due": False,
        "sinks": [],
        "proof": {"credential": "not_tested", "person": "not_tested"},
    }


def test_what_the_steps_left_takes_its_place() -> None:
    credential = {"credential": {"key_id": NEW_KEY, "proof": "proven", "secret_text": "x"}}
    steps = {"app": {"app": {"app_id": "new"}}, "service_principal": {"service_principal": {"object_id": "new"}}, "consent": {"consent": DONE}}
    found = of(seen(consent=WAITING), {**steps, "credential": credential}, opened=True, secret_due=True, sinks=[{"type": "tasks"}])
    assert (found["app"], found["service_principal"], found["consent"]) == ({"app_id": "new"}, {"object_id": "new"}, DONE)
    assert found["secret"] == {"key_id": NEW_KEY, "proof": "proven"}
    assert (found["proof"]["credential"], found["changed"], found["secret_due"], found["sinks"]) == ("proven", True, True, [{"type": "tasks"}])


def test_a_skipped_step_leaves_what_the_look_saw() -> None:
    steps = dict.fromkeys(("app", "service_principal", "consent", "credential", "retired"), SKIPPED)
    assert of(steps=steps) == of()


def test_retiring_alone_says_what_is_left() -> None:
    assert of(steps={"retired": {"credential": {"key_id": KEY_ID, "managed": []}}})["secret"] == {"key_id": KEY_ID, "managed": []}


def test_a_certificate_stands_under_its_own_name() -> None:
    found = of(seen(secret={}), {"credential": {"credential": {"key_id": NEW_KEY, "private_key_pem": "x"}}}, certificate={"name": "a"}, secret=None)
    assert (found["secret"], found["certificate"]) == ({}, {"key_id": NEW_KEY})


@pytest.mark.parametrize(
    ("state", "consent", "opened", "check_mode", "role", "seen_status", "status"),
    [
        ("present", DONE, True, False, {}, "not_connected", "connected"),
        ("present", WAITING, True, False, {}, "not_connected", "awaiting_consent"),
        ("present", WAITING, True, False, {"consent_wanted": False}, "not_connected", "connected"),
        ("present", DONE, True, True, {}, "not_connected", "not_connected"),  # check mode connects nothing
        ("present", DONE, False, False, {}, "awaiting_consent", "awaiting_consent"),
        ("present", DONE, False, False, {"secret_later": True}, "not_connected", "connected"),
        ("present", DONE, False, True, {"secret_later": True}, "not_connected", "not_connected"),
        ("absent", DONE, True, False, {}, "not_absent", "absent"),
        ("absent", DONE, True, True, {}, "not_absent", "not_absent"),
        ("absent", DONE, False, False, {}, "absent", "absent"),
    ],
)
def test_status(state: str, consent: dict[str, t.Any], opened: bool, check_mode: bool, role: dict[str, t.Any], seen_status: str, status: str) -> None:
    found = of(seen(status=seen_status, consent=consent), opened=opened, check_mode=check_mode, state=state, role=role)
    assert found["status"] == status


@pytest.mark.parametrize(
    ("consent", "sentence"),
    [
        (WAITING, "Contoso is waiting for admin consent, nothing was delivered. An administrator grants it at https://login/consent"),
        ({"hand_off": {"url": None, "note": "Send the request."}}, "Contoso is waiting for admin consent, nothing was delivered. Send the request."),
        ({"hand_off": None}, "Contoso is waiting for admin consent, nothing was delivered."),
        ({}, "Contoso is waiting for admin consent, nothing was delivered."),
    ],
)
def test_hand_off(consent: dict[str, t.Any], sentence: str) -> None:
    assert hand_off(seen(), consent) == sentence


def test_values_are_never_reported() -> None:
    assert without_values({"key_id": "a", "kind": "secret", "secret_text": "b", "private_key_pem": "c"}) == {"key_id": "a"}
    assert without_values(None) == {}


def given(**more: t.Any) -> dict[str, t.Any]:
    """What the role hands to the report: every register holds something, as after an earlier use of the role on the host."""
    options = {name: more.pop(name) for name in ("role", "state") if name in more}
    actions = more.pop("actions", {"app": ["create"]})
    look = seen(actions, wanted=wanted(**options), next={"asks": more.pop("asks", False)}, consent=more.pop("consent_seen", DONE))
    steps = dict.fromkeys(("service_principal", "consent", "credential"), OPEN)
    return {
        "look": look,
        "plan": {"secret_due": False, "tries_sinks": False, "sinks": [{"type": "vault_file", "place": None, "held": None}]},
        "check_mode": False,
        "registered": {"decision": steps},
        "steps": {"decision": {"retire": OPEN}},
        "app": {"app": {"app_id": "stale or new"}},
        "service_principal": {"service_principal": {"object_id": "stale or new"}},
        "consent": {"consent": {**DONE, "stale": True}},
        "credential": {"credential": {"key_id": "stale or new"}},
        "retired": {"credential": {"key_id": "retired"}},
        "sinks": {"sinks": [{"index": 0, "place": "/srv/file.yml"}]},
        **more,
    }


def test_all_steps_ran() -> None:
    found = report_of(given())["result"]
    assert (found["app"]["app_id"], found["service_principal"]["object_id"]) == ("stale or new", "stale or new")
    assert (found["consent"]["stale"], found["secret"]["key_id"], found["changed"]) == (True, "stale or new", True)


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"actions": {"consent": ["grant"]}}, "app"),
        ({"registered": {"decision": {"service_principal": CLOSED, "consent": OPEN, "credential": OPEN}}}, "service_principal"),
        ({"registered": {"decision": {"service_principal": OPEN, "consent": CLOSED, "credential": OPEN}}}, "consent"),
        ({"registered": {"decision": {"service_principal": OPEN, "consent": OPEN, "credential": CLOSED}}}, "secret"),
    ],
)
def test_what_an_earlier_use_of_the_role_registered_does_not_count(more: dict[str, t.Any], key: str) -> None:
    found = report_of(given(**more))["result"]
    assert found[key] == seen({"app": ["create"]})[key]


def test_the_later_call_reports_the_credential_alone() -> None:
    found = report_of(given(later=True, plan={"secret_due": True, "tries_sinks": False, "sinks": []}))["result"]
    assert (found["app"], found["consent"], found["secret"]["key_id"], found["secret_due"]) == (seen()["app"], DONE, "stale or new", False)
    assert report_of(given(plan={"secret_due": True, "tries_sinks": False, "sinks": []}))["result"]["secret_due"] is True


@pytest.mark.parametrize(("retire", "key_id"), [(OPEN, "retired"), (CLOSED, KEY_ID)])
def test_retiring_counts_when_it_was_due(retire: dict[str, t.Any], key_id: str) -> None:
    found = report_of(given(credential=SKIPPED, steps={"decision": {"retire": retire}}))["result"]
    assert found["secret"]["key_id"] == key_id


def test_absent_has_no_steps_of_present() -> None:
    found = report_of(given(state="absent"))
    assert (found["result"]["app"], found["result"]["status"], found["lines"]) == (seen()["app"], "absent", [])


@pytest.mark.parametrize(("tries", "asks", "place"), [(True, False, "/srv/file.yml"), (False, True, "/srv/file.yml"), (False, False, None)])
def test_where_the_credential_is(tries: bool, asks: bool, place: str | None) -> None:
    plan = {"secret_due": False, "tries_sinks": tries, "sinks": [{"type": "vault_file", "place": None, "held": None}]}
    assert report_of(given(plan=plan, asks=asks))["result"]["sinks"] == [{"type": "vault_file", "place": place, "held": None}]


@pytest.mark.parametrize(
    ("more", "lines"),
    [
        ({"consent": {"consent": WAITING}}, 1),
        ({"consent": {"consent": WAITING}, "check_mode": True}, 0),
        ({"consent": {"consent": WAITING}, "role": {"consent_wanted": False}}, 0),
        ({"consent": SKIPPED, "consent_seen": WAITING}, 1),
        ({}, 0),
    ],
)
def test_who_has_to_consent_is_said_once(more: dict[str, t.Any], lines: int) -> None:
    found = report_of(given(**more))
    assert len(found["lines"]) == lines
    assert all(line == hand_off(seen(), WAITING) for line in found["lines"])
