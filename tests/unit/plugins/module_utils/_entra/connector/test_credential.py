# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of a connection's credential, and what follows from a failure on the way."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import PLACEHOLDER_ID
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connector.credential import (
    HandedOnError,
    after_registration,
    aftermath,
    credential_steps,
    failed,
    give_up,
    still_live,
)
from support.looks import APP_ID, KEY_ID, NEW_KEY, new_app, seen, wanted

PLAN = {"open": True, "makes_credential": True, "retires": False, "lost": [], "sinks": [], "secret_due": False}
TARGET = {"connector": "payroll", "instance": "https://payroll.example x", "authority": "https://login.windows.net/contoso.com", "former_authorities": []}
SHARED = {"name": "payroll", "validity_days": 90, "app_id": APP_ID, "kind": "secret", "delivery": TARGET}


def look(actions: dict[str, list[str]] | None = None, **more: t.Any) -> dict[str, t.Any]:
    options = {name: more.pop(name) for name in ("role", "force", "certificate", "secret_options", "delivery_options") if name in more}
    if "secret_options" in options:
        options["secret"] = options.pop("secret_options")
    if "delivery_options" in options:
        options["delivery"] = options.pop("delivery_options")
    return {**seen(actions, **more), "wanted": wanted(**options)}


@pytest.mark.parametrize(
    ("app", "step", "app_id"),
    [
        (new_app(), {"changed": True, "app": {"app_id": "new"}}, "new"),
        (new_app(), {"changed": True, "app": {"app_id": PLACEHOLDER_ID}}, PLACEHOLDER_ID),
        (seen()["app"], {"changed": True, "app": {"app_id": "other"}}, APP_ID),
        (seen()["app"], {"skipped": True}, APP_ID),
    ],
)
def test_the_id_of_the_application(app: dict[str, t.Any], step: dict[str, t.Any], app_id: str) -> None:
    found = after_registration({"look": look({"app": ["create"]}, app=app), "app": step, "check_mode": False})
    assert found["app_id"] == app_id
    named = {"unique_name": "payroll.x"} if app_id == PLACEHOLDER_ID else {"app_id": app_id}
    assert named.items() <= found["consent"]["options"].items()


def test_a_registration_of_an_earlier_use_does_not_count() -> None:
    stale = {"app": {"app_id": "stale"}, "restored_grants": []}
    found = after_registration({"look": look(), "app": stale, "check_mode": False})
    assert (found["app_id"], found["permissions"]["open"]) == (APP_ID, False)


def test_a_restored_application_requests_again() -> None:
    restored = {"app": {"app_id": "old"}, "restored_grants": []}
    found = after_registration({"look": look({"app": ["restore"]}, app=new_app()), "app": restored, "check_mode": False})
    assert (found["app_id"], found["permissions"]["open"]) == ("old", True)


def steps(plan: dict[str, t.Any] | None = None, found: dict[str, t.Any] | None = None, **more: t.Any) -> dict[str, t.Any]:
    given = {"look": found or look(), "plan": {**PLAN, **(plan or {})}, "registered": {"decision": {"app_id": APP_ID}}, "check_mode": False, **more}
    return credential_steps(given)


def test_what_is_done_about_the_credential() -> None:
    assert steps({"retires": True}) == {
        "app_id": APP_ID,
        "issue": {"open": True, "options": {**SHARED, "chained": True, "state": "present", "force": False}},
        "retire": {"open": True, "options": {**SHARED, "state": "retired"}},
        "disable": {"open": False},
        "ends_keys": True,
        "deliver": {"open": True, "options": {**SHARED, "chained": True}, "authority": "https://login.windows.net/contoso.com"},
    }


@pytest.mark.parametrize(("force", "lost", "forced"), [(False, [], False), (True, [], True), (False, [0], True)])
def test_force(force: bool, lost: list[int], forced: bool) -> None:
    assert steps({"lost": lost}, look(force=force))["issue"]["options"]["force"] is forced


@pytest.mark.parametrize(
    ("seen_complete", "step", "is_open", "check_mode", "role", "goes_on"),
    [
        (True, {"skipped": True}, True, False, {}, True),
        (False, {"skipped": True}, True, False, {}, False),
        (False, {"consent": {"complete": True}}, True, False, {}, True),
        (True, {"consent": {"complete": False}}, True, False, {}, False),
        (True, {"consent": {"complete": False}}, False, False, {}, True),  # registered by an earlier use of the role
        (False, {"skipped": True}, True, True, {}, True),
        (False, {"skipped": True}, True, False, {"consent_wanted": False}, True),
    ],
)
def test_it_waits_for_the_consent(seen_complete: bool, step: dict[str, t.Any], is_open: bool, check_mode: bool, role: dict[str, t.Any], goes_on: bool) -> None:
    found = look(consent={"complete": seen_complete}, role=role)
    answer = steps({"open": is_open, "retires": True}, found, consent=step, check_mode=check_mode)
    assert (answer["issue"]["open"], answer["retire"]["open"]) == (goes_on, goes_on)


def test_the_later_call_goes_by_the_look() -> None:
    assert steps({"open": False}, registered={"decision": {"app_id": "stale"}})["app_id"] == APP_ID
    assert steps({"open": True}, registered={"decision": {"app_id": "new"}})["app_id"] == "new"


def test_only_what_has_something_to_do() -> None:
    found = steps({"makes_credential": False})
    assert (found["issue"]["open"], found["retire"]["open"]) == (False, False)


@pytest.mark.parametrize(
    ("plan", "complete", "is_open"), [({"disables_versions": True}, True, True), ({"disables_versions": True}, False, False), ({"retires": True}, True, False)]
)
def test_what_sinks_keep_of_retired_keys_is_disabled(plan: dict[str, t.Any], complete: bool, is_open: bool) -> None:
    assert steps(plan, look(consent={"complete": complete}))["disable"] == {"open": is_open}


def keys(*ids: str, removable: str = "") -> dict[str, t.Any]:
    return {"managed": [{"key_id": key_id, "removable": key_id == removable} for key_id in ids], "foreign": [{"key_id": "by-hand"}]}


@pytest.mark.parametrize(
    ("opened", "credential", "retired", "check_mode", "live"),
    [
        ((), {}, {}, False, ["old", "now"]),
        (("issue",), keys("old", "now", "new"), {}, False, ["old", "now", "new"]),
        (("issue", "retire"), keys("old", "now", "new"), keys("now", "new"), False, ["now", "new"]),
        (("retire",), {}, keys("now"), False, ["now"]),
        # Check mode has not removed what it would remove.
        (("retire",), {}, keys("old", "now", removable="old"), True, ["now"]),
        (("issue",), keys("old", "now", removable="old"), {}, True, ["old", "now"]),
        # What an earlier use of the role on the host registered does not count.
        ((), keys("stale"), keys("stale"), False, ["old", "now"]),
        (("issue", "retire"), {}, {}, False, ["old", "now"]),
    ],
)
def test_which_keys_sign_in(opened: tuple[str, ...], credential: dict[str, t.Any], retired: dict[str, t.Any], check_mode: bool, live: list[str]) -> None:
    decided = {name: {"open": name in opened} for name in ("issue", "retire")}
    given = {"look": look(secret=keys("old", "now")), "steps": decided, "check_mode": check_mode}
    found = still_live(
        {**given, "credential": {"credential": credential} if credential else {}, "retired": {"credential": retired} if retired else {"skipped": True}}
    )
    assert found == {"live_key_ids": [*live, "by-hand"]}


def test_without_a_receiver_nothing_is_delivered() -> None:
    found = steps(None, look(delivery_options=None))
    shared = {name: SHARED[name] for name in ("name", "validity_days", "app_id", "kind")}
    assert found["deliver"] == {"open": False, "options": {**shared, "chained": True}, "authority": ""}


REFUSED = {"outcome": "refused", "service": "Workspace 365", "code": "key_not_accepted"}


def after(failure: dict[str, t.Any] | None, **more: t.Any) -> dict[str, t.Any]:
    deliver = {"options": {**SHARED, "kind": more.pop("kind", "secret")}}
    return aftermath({"failure": failure, "msg": " It was refused. ", "steps": {"deliver": deliver}, "key_id": NEW_KEY, "check_mode": False, **more})


@pytest.mark.parametrize(
    ("failure", "stored", "check_mode", "refused", "names", "removes"),
    [
        (REFUSED, {}, False, True, [], True),
        ({**REFUSED, "service": None}, {}, False, True, [], True),
        ({**REFUSED, "outcome": "unknown"}, {}, False, False, [], False),
        ({**REFUSED, "service": "Microsoft Graph"}, {}, False, False, [], False),
        ({**REFUSED, "service": "Microsoft Entra ID"}, {}, False, False, [], False),
        # A sink that could not be signed in to was sent nothing, and says so.
        ({**REFUSED, "service": "Microsoft Entra ID", "details": {"stored": []}}, {}, False, True, [], True),
        ({**REFUSED, "outcome": "unknown", "details": {"stored": []}}, {}, False, False, [], False),
        ({}, {}, False, False, [], False),
        (None, {}, False, False, [], False),
        (REFUSED, {"decision": {NEW_KEY: {"stored": ["vault_file"]}}}, False, True, ["vault_file"], False),
        (REFUSED, {"decision": {KEY_ID: {"stored": ["vault_file"]}}}, False, True, [], True),  # of an earlier key
        ({**REFUSED, "details": {"stored": ["vault_file"]}}, {}, False, True, ["vault_file"], False),
        (REFUSED, {}, True, True, [], False),
        (REFUSED, {"skipped": True}, False, True, [], True),
    ],
)
def test_aftermath(failure: dict[str, t.Any] | None, stored: dict[str, t.Any], check_mode: bool, refused: bool, names: list[str], removes: bool) -> None:
    found = after(failure, stored=stored, check_mode=check_mode)
    assert (found["refused"], found["stored"], found["remove"]["open"]) == (refused, names, removes)
    assert found["remove"]["options"] == {**SHARED, "state": "absent", "key_id": NEW_KEY, "never_sent": True}
    assert found["undecided"] == {"open": not removes and not check_mode, "options": {**SHARED, "undecided_key_id": NEW_KEY}}
    assert (found["msg"], found["key_id"], found["noun"], found["failure"]) == ("It was refused.", NEW_KEY, "key", failure or {})


@pytest.mark.parametrize(
    ("failure", "stored", "sentence"),
    [
        (REFUSED, {}, f"It was refused. The key {NEW_KEY}, whose value was given, was not delivered and stays."),
        (
            REFUSED,
            {"decision": {NEW_KEY: {"stored": ["vault_file"]}}},
            f"It was refused. The key {NEW_KEY}, whose value was given, was not delivered and stays.",
        ),
        ({}, {}, "It was refused. It is not known whether the product took the key: nothing was removed; the next run issues and delivers another credential."),
    ],
)
def test_a_key_whose_value_was_given_is_not_removed(failure: dict[str, t.Any], stored: dict[str, t.Any], sentence: str) -> None:
    found = after(failure, stored=stored, key_was_given=True)
    assert (found["remove"]["open"], found["undecided"]["open"]) == (False, True)
    with pytest.raises(HandedOnError) as caught:
        give_up({"aftermath": found, "removal": {"skipped": True}, "check_mode": False})
    assert caught.value.message == sentence


def test_a_failure_without_a_message() -> None:
    assert after({}, msg="")["msg"] == "The delivery failed without a message."


AGAIN = "nothing was removed; the next run issues and delivers another credential."


@pytest.mark.parametrize(
    ("failure", "kind", "stored", "removal", "check_mode", "sentence"),
    [
        (REFUSED, "secret", {}, {"changed": True}, False, "It was refused. The new key was removed again; the product keeps the one it had."),
        (REFUSED, "certificate", {}, {}, False, "It was refused. The new certificate was removed again; the product keeps the one it had."),
        ({}, "secret", {}, {}, False, f"It was refused. It is not known whether the product took the new key: {AGAIN}"),
        (
            REFUSED,
            "certificate",
            {"decision": {NEW_KEY: {"stored": ["vault_file", "tasks"]}}},
            {},
            False,
            f"It was refused. The new certificate {NEW_KEY} stays, because a sink has stored it (vault_file, tasks): {AGAIN}",
        ),
        (
            REFUSED,
            "secret",
            {},
            {"failure": {"code": "x"}, "msg": "No right."},
            False,
            f"It was refused. The new key {NEW_KEY} was not delivered and could not be removed: No right.",
        ),
        (
            REFUSED,
            "secret",
            {},
            {"failure": {"code": "x"}},
            False,
            f"It was refused. The new key {NEW_KEY} was not delivered and could not be removed: no message",
        ),
        (REFUSED, "secret", {}, {}, True, "It was refused."),
    ],
)
def test_giving_up(failure: dict[str, t.Any], kind: str, stored: dict[str, t.Any], removal: dict[str, t.Any], check_mode: bool, sentence: str) -> None:
    found = after(failure, kind=kind, stored=stored, check_mode=check_mode)
    with pytest.raises(HandedOnError) as caught:
        give_up({"aftermath": found, "removal": removal, "check_mode": check_mode})
    assert caught.value.sentence() == sentence
    assert caught.value.as_failure() == failure


def test_a_removal_of_an_earlier_use_does_not_count() -> None:
    found = after({**REFUSED, "details": {"stored": ["tasks"]}})
    with pytest.raises(HandedOnError, match="stays, because a sink has stored it"):
        give_up({"aftermath": found, "removal": {"failure": {"code": "stale"}}, "check_mode": False})


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"msg": "It failed.", "task": "Issue"}, "It failed."),
        ({"msg": "", "task": "Issue"}, "The task failed without a message: Issue"),
        ({}, "The task failed without a message: unknown"),
    ],
)
def test_a_failed_run(more: dict[str, t.Any], sentence: str) -> None:
    given = {"look": look(), "plan": PLAN, "credential": {"key_id": NEW_KEY, "proof": "proven"}, "failure": REFUSED, "check_mode": False, **more}
    found = failed(given)
    assert found["sentence"] == sentence
    assert (found["result"]["status"], found["result"]["failure"]) == ("failed", REFUSED)
    assert (found["result"]["secret"]["key_id"], found["result"]["changed"], found["result"]["secret_due"]) == (NEW_KEY, False, False)


def test_a_failed_run_that_made_nothing() -> None:
    found = failed({"look": look(), "plan": PLAN, "credential": {}, "failure": None, "msg": "x", "check_mode": False})
    assert (found["result"]["secret"], found["result"]["failure"]) == (seen()["secret"], {})
