# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What came of a connection, and what a person still has to do."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.common.blockers import sentence_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connector.report import hand_off, report, report_of, without_values
from support.looks import KEY_ID, NEW_KEY, blocker, seen, wanted

WAITING = {"complete": False, "hand_off": {"url": "https://login/consent", "note": "n"}}
DONE = {"complete": True, "hand_off": None}
UNREAD = "The consent to 'Payroll' is not assessed. 'payroll_consent: none' goes on without it, once an administrator has consented."
UNKNOWN = {"complete": False, "state": "not_assessed", "unread": UNREAD, "hand_off": {"url": "https://login/consent", "note": None}}
LACKS = {**WAITING, "hand_off": {"url": "https://login/consent", "note": None, "lacks": ["DelegatedPermissionGrant.ReadWrite.All"]}}
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
        "blockers": [],
        "not_assessed": [],
        "drift": [],
        "app": look["app"],
        "service_principal": look["service_principal"],
        "consent": look["consent"],
        "secret": look["secret"],
        "secret_due": False,
        "sinks": [],
        "proof": {"credential": "not_tested", "person": "not_tested"},
        "to_do": [],
    }


def test_what_the_steps_left_takes_its_place() -> None:
    credential = {"credential": {"key_id": NEW_KEY, "proof": "proven", "secret_text": "x"}}
    steps = {"app": {"app": {"app_id": "new"}}, "service_principal": {"service_principal": {"object_id": "new"}}, "consent": {"consent": DONE}}
    found = of(seen(consent=WAITING), {**steps, "credential": credential}, opened=True, secret_due=True, sinks=[{"type": "tasks"}])
    assert (found["app"], found["service_principal"], found["consent"]) == ({"app_id": "new"}, {"object_id": "new"}, DONE)
    assert found["secret"] == {"key_id": NEW_KEY, "proof": "proven"}
    assert (found["proof"]["credential"], found["changed"], found["secret_due"], found["sinks"]) == ("proven", True, True, [{"type": "tasks"}])


RECEIPT = {"key_id": NEW_KEY, "sign_in": "unverified", "sign_in_reason": "It shows another client.", "authority": "x"}
SEEN_THERE = {"sign_in": "unverified", "sign_in_reason": "It shows another client."}


@pytest.mark.parametrize(
    ("receipt", "credential", "more", "told"),
    [
        (RECEIPT, {"key_id": NEW_KEY}, {}, SEEN_THERE),
        ({**RECEIPT, "sign_in": "verified"}, {"key_id": NEW_KEY}, {}, {**SEEN_THERE, "sign_in": "verified"}),
        ({**RECEIPT, "key_id": KEY_ID}, {"key_id": NEW_KEY}, {}, {}),  # of an earlier use of the role
        ({**RECEIPT, "sign_in": "not_checked"}, {"key_id": NEW_KEY}, {}, {}),
        ({}, {"key_id": NEW_KEY}, {}, {}),
        (None, {"key_id": NEW_KEY}, {}, {}),
        ({**RECEIPT, "key_id": None}, {}, {"secret": {}}, {}),
        (RECEIPT, {"key_id": NEW_KEY}, {"certificate": {"name": "a"}, "secret": None}, SEEN_THERE),
    ],
)
def test_what_the_product_showed_after_the_delivery(
    receipt: dict[str, t.Any] | None, credential: dict[str, t.Any], more: dict[str, t.Any], told: dict[str, t.Any]
) -> None:
    look = seen(wanted=wanted(**{name: value for name, value in more.items() if name == "certificate" or value is None}), secret={}, next={"asks": False})
    plan = {"secret_due": False, "tasks": "present", "sinks": [], "tries_sinks": False}
    steps = {"decision": {"retire": {"open": False}}}
    given = {"look": look, "plan": plan, "steps": steps, "credential": {"changed": True, "credential": credential}, "check_mode": False, "receipt": receipt}
    (entry,) = report_of(given)["reports"]
    assert {name: entry[name] for name in ("sign_in", "sign_in_reason") if name in entry} == told
    assert entry["to_do"] == (["It shows another client."] if told.get("sign_in") == "unverified" else [])


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
        ("present", UNKNOWN, True, False, {}, "consent_not_assessed", "consent_not_assessed"),  # unread is neither granted nor missing
        ("present", UNKNOWN, False, False, {}, "consent_not_assessed", "consent_not_assessed"),
        ("present", UNKNOWN, True, False, {"consent_wanted": False}, "connected", "connected"),
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
    ("state", "consent", "opened", "check_mode", "status"),
    [
        ("present", DONE, True, False, "blocked"),
        ("present", WAITING, True, False, "blocked"),  # who consents is said as well, but it does not help alone
        ("present", DONE, False, False, "blocked"),
        ("present", DONE, True, True, "blocked"),
        ("absent", DONE, True, False, "absent"),
    ],
)
def test_blocked(state: str, consent: dict[str, t.Any], opened: bool, check_mode: bool, status: str) -> None:
    look = seen(status="blocked", consent=consent, blockers=[blocker()], not_assessed=["Whether."], drift=["Otherwise."])
    found = of(look, opened=opened, check_mode=check_mode, state=state)
    assert (found["status"], found["blockers"], found["not_assessed"], found["drift"]) == (status, [blocker()], ["Whether."], ["Otherwise."])


@pytest.mark.parametrize(
    ("consent", "sentence"),
    [
        (WAITING, "Contoso is waiting for admin consent, nothing was delivered. An administrator grants it at https://login/consent"),
        ({"hand_off": {"url": None, "note": "Send the request."}}, "Contoso is waiting for admin consent, nothing was delivered. Send the request."),
        (
            {"hand_off": {"url": None, "note": "Send the request.", "graph_requests": [{"method": "DELETE", "body": None}]}},
            "Contoso is waiting for admin consent, nothing was delivered. Send the request. {method: DELETE, body: null}",
        ),
        ({"hand_off": None}, "Contoso is waiting for admin consent, nothing was delivered."),
        ({}, "Contoso is waiting for admin consent, nothing was delivered."),
        (
            LACKS,
            "Contoso is waiting for admin consent, nothing was delivered. It is handed off because the automation identity lacks "
            "DelegatedPermissionGrant.ReadWrite.All: with that the next run does it. An administrator grants it at https://login/consent",
        ),
        (
            UNKNOWN,
            f"Contoso: nothing was delivered. {UNREAD} Where no administrator has consented yet: An administrator grants it at https://login/consent",
        ),
        ({**UNKNOWN, "hand_off": None}, f"Contoso: nothing was delivered. {UNREAD}"),
    ],
)
def test_hand_off(consent: dict[str, t.Any], sentence: str) -> None:
    assert hand_off(seen(), consent) == sentence


BLOCKER = {"sentence": "It is deactivated.", "who": "An owner takes it back.", "shuts": True, "stops_renewal": True}


def test_a_person_takes_back_what_blocks_before_consent_matters() -> None:
    assert of(seen(consent=WAITING, blockers=[BLOCKER]))["to_do"] == [sentence_of(BLOCKER)]
    assert of(seen(consent=WAITING))["to_do"] == [hand_off(seen(), WAITING)]


def test_what_a_step_may_not_read_either_names_the_variable_of_the_role() -> None:
    """The module that the step runs does not know it; the look does."""
    step = {"consent": {**UNKNOWN, "unread": "The consent is not assessed.", "hand_off": {"url": "https://other", "note": None}}}
    found = of(seen(consent=UNKNOWN), {"consent": step}, opened=True)
    assert found["consent"]["unread"] == UNREAD and found["consent"]["hand_off"]["url"] == "https://other"
    assert found["status"] == "consent_not_assessed"
    assert of(seen(consent=UNKNOWN), {"consent": {"consent": DONE}}, opened=True)["consent"] == DONE


def test_values_are_never_reported() -> None:
    assert without_values({"key_id": "a", "kind": "secret", "secret_text": "b", "private_key_pem": "c"}) == {"key_id": "a"}
    assert without_values(None) == {}


PLAN = {"tasks": "present", "secret_due": False, "tries_sinks": False, "sinks": [{"type": "vault_file", "place": None, "held": None}]}


def reported(**more: t.Any) -> dict[str, t.Any]:
    """The result of the one report."""
    (report,) = report_of(given(**more))["reports"]
    return t.cast("dict[str, t.Any]", report)


def given(**more: t.Any) -> dict[str, t.Any]:
    """What the role hands to the report: every register holds something, as after an earlier use of the role on the host."""
    options = {name: more.pop(name) for name in ("role", "state") if name in more}
    actions = more.pop("actions", {"app": ["create"]})
    look = seen(actions, wanted=wanted(**options), next={"asks": more.pop("asks", False)}, consent=more.pop("consent_seen", DONE))
    steps = dict.fromkeys(("service_principal", "consent"), OPEN)
    return {
        "look": look,
        "plan": PLAN | more.pop("plan", {}),
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
    found = reported()
    assert (found["app"]["app_id"], found["service_principal"]["object_id"]) == ("stale or new", "stale or new")
    assert (found["consent"]["stale"], found["secret"]["key_id"], found["changed"]) == (True, "stale or new", True)


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"actions": {"consent": ["grant"]}}, "app"),
        ({"registered": {"decision": {"service_principal": CLOSED, "consent": OPEN}}}, "service_principal"),
        ({"registered": {"decision": {"service_principal": OPEN, "consent": CLOSED}}}, "consent"),
        ({"plan": {"tasks": "registered"}}, "secret"),
    ],
)
def test_what_an_earlier_use_of_the_role_registered_does_not_count(more: dict[str, t.Any], key: str) -> None:
    found = reported(**more)
    assert found[key] == seen({"app": ["create"]})[key]


def test_the_later_call_reports_the_credential_alone() -> None:
    found = reported(later=True, plan={"tasks": "registered", "secret_due": True})
    assert (found["app"], found["consent"], found["secret"]["key_id"], found["secret_due"]) == (seen()["app"], DONE, "stale or new", False)
    assert reported(plan={"secret_due": True})["secret_due"] is True


@pytest.mark.parametrize(("retire", "key_id"), [(OPEN, "retired"), (CLOSED, KEY_ID)])
def test_retiring_counts_when_it_was_due(retire: dict[str, t.Any], key_id: str) -> None:
    found = reported(credential=SKIPPED, steps={"decision": {"retire": retire}})
    assert found["secret"]["key_id"] == key_id


def test_absent_has_no_steps_of_present() -> None:
    (report,) = report_of(given(state="absent"))["reports"]
    assert (report["app"], report["status"], report["to_do"]) == (seen()["app"], "absent", [])


@pytest.mark.parametrize(("tries", "asks", "place"), [(True, False, "/srv/file.yml"), (False, True, "/srv/file.yml"), (False, False, None)])
def test_where_the_credential_is(tries: bool, asks: bool, place: str | None) -> None:
    assert reported(plan={"tries_sinks": tries}, asks=asks)["sinks"] == [{"type": "vault_file", "place": place, "held": None}]


@pytest.mark.parametrize(
    ("more", "waits"),
    [
        ({"consent": {"consent": WAITING}}, True),
        ({"consent": {"consent": WAITING}, "check_mode": True}, False),
        ({"consent": {"consent": WAITING}, "role": {"consent_wanted": False}}, False),
        ({"consent": SKIPPED, "consent_seen": WAITING}, True),
        ({}, False),
    ],
)
def test_who_has_to_consent(more: dict[str, t.Any], waits: bool) -> None:
    (report,) = report_of(given(**more))["reports"]
    assert report["to_do"] == ([hand_off(seen(), WAITING)] if waits else [])
