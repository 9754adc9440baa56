# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role does after the look, and after its sinks were asked."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import PLACEHOLDER_ID
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connector.plan import answers_of, live_key_ids, note, plan_after_sinks, plan_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError
from support.looks import APP_ID, KEY_ID, NEW_KEY, blocker, new_app, seen, wanted

FILES = [{"type": "vault_file", "vault_id": "default"}, {"type": "tasks", "file": "/srv/a.yml"}]
NEEDED = {"needed": True, "key_id": None, "retire": []}


def plan(look: dict[str, t.Any], *, handed_on: bool = True, check_mode: bool = False, **more: t.Any) -> dict[str, t.Any]:
    return plan_of(wanted(**more), look, handed_on=handed_on, check_mode=check_mode)


def asked(look: dict[str, t.Any], held: bool | None, told: bool | None, **more: t.Any) -> dict[str, t.Any]:
    """After the vault file said C(held) and the task file said C(told)."""
    whole = wanted(role={"sinks": FILES, **more.pop("role", {})}, **more)
    look = {**look, "wanted": whole, "next": plan_of(whole, look, handed_on=True, check_mode=False)}
    assert look["next"]["asks"] is True
    answers = {} if told is None else {"decision": {KEY_ID: {"holds": {"1": told}}}}
    rows = [{"index": 0, "type": "vault_file", "place": "/srv/file.yml", "held": held}, {"index": 1, "type": "tasks", "place": "/srv/a.yml", "held": None}]
    sinks = {"sinks": rows, "task_files": [{"index": 1, "file": "/srv/a.yml"}]}
    return plan_after_sinks({"look": look, "sinks": sinks, "answers": answers, "check_mode": False})


def test_a_connection_as_it_should_be_is_done() -> None:
    found = plan(seen())
    assert {name: found[name] for name in ("open", "lost", "makes_credential", "retires", "tries_sinks", "asks", "secret_due", "sinks")} == {
        "open": False,
        "lost": [],
        "makes_credential": False,
        "retires": False,
        "tries_sinks": False,
        "asks": False,
        "secret_due": False,
        "sinks": [],
    }
    assert (found["key_id"], found["client_id"]) == (KEY_ID, APP_ID)
    assert (found["result"]["status"], found["result"]["changed"]) == ("connected", False)


@pytest.mark.parametrize(
    ("actions", "later", "is_open", "due"),
    [
        ({}, False, False, False),
        ({}, True, False, False),
        ({"app": ["a"]}, False, True, False),
        ({"app": ["a"]}, True, True, False),
        ({"resources": ["a"]}, False, True, False),
        ({"secret": ["a"]}, False, True, False),
        ({"secret": ["a"]}, True, False, True),  # the credential alone is left to the later call
        ({"secret": ["a"], "consent": ["b"]}, True, True, True),
    ],
)
def test_open(actions: dict[str, list[str]], later: bool, is_open: bool, due: bool) -> None:
    found = plan(seen(actions), role={"secret_later": later})
    assert (found["open"], found["secret_due"], found["result"]["secret_due"]) == (is_open, due, due)


SHUT = blocker()
GRAPH_OFF = blocker("disabled", "api", shuts=False)
UNASSIGNED = blocker("no_assignment", "service_principal", shuts=False, stops_renewal=False)
DUE: dict[str, t.Any] = {"needed": True, "key_id": KEY_ID, "retire": []}
BOTH_DUE: dict[str, t.Any] = {**DUE, "retire": ["remove the old one"]}


@pytest.mark.parametrize(
    ("blockers", "actions", "secret", "is_open", "makes", "retires"),
    [
        # Where no token is issued for the application nothing at all is done.
        ([SHUT], {}, {}, False, False, False),
        ([SHUT], {"app": ["a"], "consent": ["b"], "secret": ["c"]}, BOTH_DUE, False, False, False),
        ([UNASSIGNED, SHUT], {"secret": ["c"]}, DUE, False, False, False),
        # Where a new key cannot be proven none is made, and the rest goes on.
        ([GRAPH_OFF], {"secret": ["c"]}, DUE, False, False, False),
        ([GRAPH_OFF], {"app": ["a"], "secret": ["c"]}, DUE, True, False, False),
        ([GRAPH_OFF], {"secret": ["c", "d"]}, BOTH_DUE, True, False, True),
        # What keeps people alone from signing in lets no key expire.
        ([UNASSIGNED], {}, {}, False, False, False),
        ([UNASSIGNED], {"secret": ["c"]}, DUE, True, True, False),
        ([UNASSIGNED], {"secret": ["c", "d"]}, BOTH_DUE, True, True, True),
    ],
)
@pytest.mark.parametrize("later", [False, True])
def test_what_goes_on_behind_a_blocker(
    blockers: list[t.Any], actions: dict[str, list[str]], secret: dict[str, t.Any], is_open: bool, makes: bool, retires: bool, later: bool
) -> None:
    found = plan(seen(actions, blockers=blockers, status="blocked", secret=secret or seen()["secret"]), role={"secret_later": later})
    others = bool(set(actions) - {"secret"}) and not any(one["shuts"] for one in blockers)
    assert found["open"] == (others if later else is_open)
    assert (found["makes_credential"], found["retires"]) == (makes, retires)
    assert found["secret_due"] == (later and (makes or retires))
    assert (found["result"]["status"], found["result"]["blockers"]) == ("blocked", blockers)


def test_what_a_sink_lost_is_not_made_anew_behind_a_blocker() -> None:
    found = asked(seen(blockers=[SHUT], status="blocked"), False, True)
    assert (found["open"], found["makes_credential"], found["lost"]) == (False, False, [0])


def test_a_blocker_does_not_keep_anything_from_being_taken_away() -> None:
    found = plan(seen({"app": ["delete"]}, blockers=[SHUT]), state="absent", role={"absent_confirmed": "payroll"})
    assert found["open"] is True


def test_there_is_no_key_to_ask_for_before_one_was_made() -> None:
    assert plan(seen(secret=NEEDED))["key_id"] == ""


@pytest.mark.parametrize(
    ("state", "needed", "retire", "later", "tasks"),
    [
        ("present", True, [], False, "present"),
        ("present", False, ["remove"], False, "present"),
        ("present", False, [], False, "registered"),
        ("present", True, ["remove"], True, "registered"),  # the credential is left to the later call
        ("absent", True, ["remove"], False, "absent"),
    ],
)
def test_which_tasks_bring_it_about(state: str, needed: bool, retire: list[str], later: bool, tasks: str) -> None:
    look = seen(secret={"needed": needed, "key_id": KEY_ID, "retire": retire}, delivery={"held": False, "marked": False})
    assert plan(look, state=state, role={"secret_later": later})["tasks"] == tasks


@pytest.mark.parametrize(
    ("secret", "state", "makes"),
    [
        ({"needed": True, "key_id": None}, "present", True),
        ({"needed": False, "key_id": KEY_ID}, "present", False),
        ({}, "present", False),
        ({"needed": True, "key_id": KEY_ID}, "absent", False),
    ],
)
def test_makes_a_credential(secret: dict[str, t.Any], state: str, makes: bool) -> None:
    delivery = {"authority": "", "held": False}
    assert plan(seen(secret=secret, delivery=delivery), state=state)["makes_credential"] is makes


def test_retires() -> None:
    assert plan(seen({"secret": ["a"]}, secret={"needed": False, "key_id": KEY_ID, "retire": ["remove"]}))["retires"] is True


def test_a_certificate_counts_as_a_secret_does() -> None:
    look = seen(secret={}, certificate={"needed": True, "key_id": NEW_KEY, "retire": ["x"]})
    look["steps"]["certificate"] = {"actions": ["make"], "open": True, "options": {}}
    found = plan(look, secret=None, certificate={"name": "a"}, role={"sinks": FILES})
    assert {name: found[name] for name in ("open", "makes_credential", "retires", "tries_sinks", "asks", "key_id")} == {
        "open": True,
        "makes_credential": True,
        "retires": True,
        "tries_sinks": True,
        "asks": True,
        "key_id": NEW_KEY,
    }


@pytest.mark.parametrize(
    ("sinks", "state", "key_id", "asks"),
    [(FILES, "present", KEY_ID, True), ([], "present", KEY_ID, False), (FILES, "absent", KEY_ID, False), (FILES, "present", None, False)],
)
def test_asks_the_sinks_for_a_key_that_was_delivered(sinks: list[t.Any], state: str, key_id: str | None, asks: bool) -> None:
    look = seen(secret={"needed": False, "key_id": key_id}, delivery={"held": False})
    found = plan(look, state=state, role={"sinks": sinks})
    assert found["asks"] is asks
    assert found["sinks_call"] == {"sinks": sinks, "tenant_id": "0f1d0b1e-7c39-4d2c-9c1a-6a4f1d1f2b01", "connector": "payroll"}


@pytest.mark.parametrize(
    ("held", "told", "lost"), [(True, True, []), (False, True, [0]), (True, False, [1]), (True, None, [1]), (False, None, [0, 1]), (None, True, [])]
)
def test_what_a_sink_lost_is_made_anew(held: bool | None, told: bool | None, lost: list[int]) -> None:
    found = asked(seen(), held, told)
    assert (found["lost"], found["open"], found["makes_credential"], found["tries_sinks"]) == (lost, bool(lost), bool(lost), bool(lost))
    assert [(row["place"], row["key_id"], row["held"]) for row in found["sinks"]] == [
        ("/srv/file.yml", KEY_ID, held),
        ("/srv/a.yml", KEY_ID, bool(told)),
    ]


def test_what_a_sink_lost_is_left_to_the_later_call() -> None:
    found = asked(seen(), False, True, role={"secret_later": True})
    assert (found["open"], found["secret_due"], found["makes_credential"]) == (False, True, True)


@pytest.mark.parametrize(
    ("secret", "handed_on", "role", "refused"),
    [
        (NEEDED, True, {}, False),
        (NEEDED, False, {}, True),  # a product without tasks that hand the secret to it
        (NEEDED, True, {"has_product": False}, True),
        (NEEDED, False, {"has_product": False, "sinks": FILES}, False),
        (NEEDED, False, {"secret_later": True}, False),
        ({"needed": False, "key_id": KEY_ID}, False, {"has_product": False}, False),
    ],
)
def test_a_credential_that_nothing_would_hold_is_not_made(secret: dict[str, t.Any], handed_on: bool, role: dict[str, t.Any], refused: bool) -> None:
    look = seen({"secret": ["mint"]}, secret=secret)
    if not refused:
        plan(look, handed_on=handed_on, role=role)
        return
    with pytest.raises(OptionError) as caught:
        plan(look, handed_on=handed_on, role=role)
    assert caught.value.code == "credential_goes_nowhere"
    assert caught.value.sentence() == (
        "The connection payroll of Contoso needs a client secret, but no sink and no product would receive it. Name a sink in 'entra_connector_sink', "
        "or where it is delivered in 'entra_connector_delivery' and 'entra_connector_deliver_tasks'."
    )


def test_a_private_key_goes_to_a_sink() -> None:
    look = seen(secret={}, certificate={"needed": True, "key_id": None})
    with pytest.raises(OptionError) as caught:
        plan(look, secret=None, certificate={"name": "a"}, role={"has_product": False})
    assert caught.value.sentence() == (
        "The connection payroll of Contoso needs a private key, but no sink and no product would receive it. Name a sink in 'entra_connector_sink'."
    )


@pytest.mark.parametrize(("held", "confirmed", "refused"), [(True, "", True), (True, "contoso", True), (True, "payroll", False), (False, "", False)])
def test_taking_away_what_is_delivered_is_confirmed(held: bool, confirmed: str, refused: bool) -> None:
    look = seen({"app": ["delete"]}, delivery={"held": held})
    if not refused:
        assert plan(look, state="absent", role={"absent_confirmed": confirmed})["open"] is True
        return
    # What it means for the product is the product's to say.
    for consequence, told in (("", "without it payroll cannot sign in any more"), ("nothing is paid out any more", "nothing is paid out any more")):
        with pytest.raises(OptionError) as caught:
            plan(look, state="absent", role={"absent_confirmed": confirmed, "absent_consequence": consequence})
        assert caught.value.code == "absent_not_confirmed"
        assert caught.value.sentence() == (
            f"State absent would delete. Payroll ({APP_ID}) in Contoso has a credential that was or may have been delivered to payroll: {told}. Set "
            "'payroll_absent_confirmed' to 'payroll' to confirm that."
        )


@pytest.mark.parametrize(
    ("app", "on_soft_deleted", "client_id"),
    [
        (new_app(), "restore", None),
        (new_app(), "fail", PLACEHOLDER_ID),
        (seen()["app"], "restore", APP_ID),
    ],
)
def test_whose_a_vault_file_is(app: dict[str, t.Any], on_soft_deleted: str, client_id: str | None) -> None:
    found = plan(seen(app=app), app={"unique_name": "a", "on_soft_deleted": on_soft_deleted})
    assert found["client_id"] == client_id


def test_answers() -> None:
    rows = {"sinks": [{"index": 0, "held": True}, {"index": 2, "held": False}, {"index": 1, "held": None}], "task_files": [{"index": 1}, {"index": 3}]}
    assert answers_of("a", rows, {"a": {"holds": {"1": True}}, "b": {"holds": {"3": True}}}) == {0: True, 1: True, 2: False, 3: False}
    assert answers_of("a", {}, {}) == {}


def test_notes_are_kept_by_key() -> None:
    first = note({"key_id": "a", "index": 0, "holds": "yes"})
    assert first == {"a": {"holds": {"0": True}, "stored": []}}
    second = note({"key_id": "a", "index": 1, "holds": False, "earlier": {"decision": first}})
    assert second == {"a": {"holds": {"0": True, "1": False}, "stored": []}}
    assert note({"key_id": "b", "index": 1, "holds": True, "earlier": {"decision": second}}) == {"b": {"holds": {"1": True}, "stored": []}}
    stored = note({"key_id": "b", "stored": ["vault_file"]})
    assert note({"key_id": "b", "stored": ["tasks"], "earlier": {"decision": stored}}) == {"b": {"holds": {}, "stored": ["vault_file", "tasks"]}}
    assert note({"key_id": "b", "stored": ["tasks"], "earlier": {"skipped": True}}) == {"b": {"holds": {}, "stored": ["tasks"]}}
    with pytest.raises(TypeError):
        note({"key_id": "a", "index": 0, "holds": "perhaps"})


VAULT = {"type": "azure_key_vault", "vault_url": "https://keys.vault.azure.net"}
LIVE = {"managed": [{"key_id": KEY_ID}, {"key_id": "before"}], "foreign": [{"key_id": "by-hand"}]}


@pytest.mark.parametrize(
    ("older", "retire", "live", "blockers", "clears", "is_open"),
    [
        ([], [], LIVE, [], False, False),
        (None, [], LIVE, [], False, False),
        (["before"], [], LIVE, [], False, False),
        (["before", "by-hand"], [], LIVE, [], False, False),
        # A run that ended between the two: the key is gone, and its version can still be read.
        (["gone"], [], LIVE, [], True, True),
        (["before", "gone"], [], LIVE, [], True, True),
        (["before"], ["remove the old one"], LIVE, [], True, True),
        # Nothing is known of the keys: then no version is called dead.
        (["gone"], [], {}, [], False, False),
        (["gone"], [], LIVE, [SHUT], False, False),
        (["gone"], [], LIVE, [UNASSIGNED], True, True),
    ],
)
def test_versions_of_keys_that_are_gone(
    older: list[str] | None, retire: list[str], live: dict[str, t.Any], blockers: list[t.Any], clears: bool, is_open: bool
) -> None:
    secret = {"needed": False, "key_id": KEY_ID, "retire": retire, **live}
    whole = wanted(role={"sinks": [VAULT]})
    look = {**seen({"secret": retire}, secret=secret, blockers=blockers), "wanted": whole}
    look["next"] = plan_of(whole, look, handed_on=True, check_mode=False)
    rows = [{"index": 0, "type": "azure_key_vault", "place": "https://keys.vault.azure.net/secrets/a", "held": True, "older": older}]
    found = plan_after_sinks({"look": look, "sinks": {"sinks": rows, "task_files": []}, "check_mode": False})
    assert (found["disables_versions"], found["open"], found["makes_credential"]) == (clears, is_open, False)
    assert found["tasks"] == ("present" if clears else "registered")


@pytest.mark.parametrize(("predicts", "live"), [(False, [KEY_ID, "before", "by-hand"]), (True, [KEY_ID, "by-hand"])])
def test_which_keys_sign_in(predicts: bool, live: list[str]) -> None:
    """A prediction leaves out what it would remove; a key of others is never ours to remove."""
    managed = [{"key_id": KEY_ID, "removable": False}, {"key_id": "before", "removable": True}]
    assert live_key_ids({"managed": managed, "foreign": [{"key_id": "by-hand"}]}, predicts=predicts) == live
    assert live_key_ids({}, predicts=predicts) == []


def test_a_file_has_no_versions() -> None:
    assert not plan(seen(secret={**NEEDED, "retire": ["remove the old one"]}), role={"sinks": FILES})["disables_versions"]


def test_versions_are_left_to_the_later_call() -> None:
    whole = wanted(role={"sinks": [VAULT], "secret_later": True})
    look = {**seen(secret={"needed": False, "key_id": KEY_ID, "retire": [], **LIVE}), "wanted": whole}
    look["next"] = plan_of(whole, look, handed_on=True, check_mode=False)
    found = plan_after_sinks({"look": look, "sinks": {"sinks": [{"index": 0, "held": True, "older": ["gone"]}]}, "check_mode": False})
    assert (found["open"], found["secret_due"], found["disables_versions"]) == (False, True, True)
