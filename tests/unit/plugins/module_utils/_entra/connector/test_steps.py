# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which step of a connection is open, and with which options."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import PLACEHOLDER_ID
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connector.steps import (
    credential_options,
    later_steps,
    reference_of,
    steps_of,
    target_of,
)
from support.looks import APP_ID, PERMISSIONS, new_app, seen, wanted

RECORD = {"connector": "payroll", "items": ["u:1"]}


def opened(steps: t.Mapping[str, t.Mapping[str, t.Any]]) -> set[str]:
    return {name for name, step in steps.items() if step["open"]}


@pytest.mark.parametrize(
    ("actions", "steps"),
    [
        ({}, set()),
        ({"app": ["update"]}, {"app"}),
        ({"permissions": ["request"]}, {"permissions"}),
        ({"service_principal": ["enable"]}, {"service_principal"}),
        ({"consent": ["grant"]}, {"consent"}),
        ({"secret": ["mint"]}, set()),  # the credential is decided on once the sinks were asked
        ({"app": ["create"], "consent": ["grant"]}, {"app", "consent"}),
    ],
)
def test_only_what_has_something_to_do_is_open(actions: dict[str, list[str]], steps: set[str]) -> None:
    found = steps_of(wanted(), seen(actions), check_mode=False)
    assert opened(found) == steps
    assert {name: found[name]["actions"] for name in steps} == {name: actions[name] for name in steps}


def test_a_new_application_takes_its_permissions_along() -> None:
    found = steps_of(wanted(accept_privileged=["delegated:Directory.ReadWrite.All"]), seen({"app": ["create"]}, app=new_app()), check_mode=False)
    assert found["app"]["options"] == {
        "unique_name": "payroll.x",
        "display_name": "Payroll",
        "chained": True,
        "state": "present",
        "accept_privileged": ["delegated:Directory.ReadWrite.All"],
        "permissions": PERMISSIONS,
    }


@pytest.mark.parametrize(
    ("permissions", "missing", "check_mode", "taken"),
    [
        (PERMISSIONS, [], False, True),
        (PERMISSIONS, [], True, True),
        (PERMISSIONS, ["8578e004"], False, True),
        (PERMISSIONS, ["8578e004"], True, False),  # the names of an API that is not known yet cannot be looked up
        ([], [], False, False),
    ],
)
def test_permissions_of_a_new_application(permissions: list[t.Any], missing: list[str], check_mode: bool, taken: bool) -> None:
    found = steps_of(wanted(permissions=permissions), seen(app=new_app(), missing_resources=missing), check_mode=check_mode)
    assert ("permissions" in found["app"]["options"]) is taken


@pytest.mark.parametrize(
    ("recorded", "actions", "is_open"),
    [(True, {}, False), (False, {}, True), (False, {"app": ["update"]}, True), (True, {"app": ["update"]}, True)],
)
def test_what_is_added_to_an_adopted_application_is_recorded_with_it(recorded: bool, actions: dict[str, list[str]], is_open: bool) -> None:
    found = steps_of(wanted(), seen(actions, adds={"items": ["u:1"], "recorded": recorded}), check_mode=False)
    assert found["app"]["open"] is is_open
    assert found["app"]["options"].get("adoption_record") == (None if recorded else RECORD)


REFERENCE = {"app_id": APP_ID, "chained": True}


def test_the_later_steps_name_the_application_and_what_is_wanted() -> None:
    found = later_steps(wanted(accept_privileged=["a"], permissions_mode="exact"), seen(), APP_ID, restored=False)
    assert found["permissions"]["options"] == {**REFERENCE, "permissions": PERMISSIONS, "accept_privileged": ["a"], "mode": "exact"}
    assert found["service_principal"]["options"] == {"account_enabled": True, **REFERENCE, "state": "present"}
    assert found["consent"]["options"] == {
        "on_forbidden": "hand_off",
        **REFERENCE,
        "permissions": PERMISSIONS,
        "accept_privileged": ["a"],
        "state": "present",
    }


def test_least_options_have_their_defaults() -> None:
    bare = {"connector": "payroll", "app": {}, "state": "present"}
    found = later_steps(bare, seen(), APP_ID, restored=True)
    assert found["permissions"] == {
        "open": False,
        "actions": [],
        "options": {**REFERENCE, "permissions": [], "accept_privileged": [], "mode": "merge"},
    }


@pytest.mark.parametrize(("restored", "permissions", "is_open"), [(True, PERMISSIONS, True), (True, [], False), (False, PERMISSIONS, False)])
def test_a_restored_application_requests_what_it_requested_before(restored: bool, permissions: list[t.Any], is_open: bool) -> None:
    assert later_steps(wanted(permissions=permissions), seen(), APP_ID, restored=restored)["permissions"]["open"] is is_open


@pytest.mark.parametrize(
    ("app", "app_id", "reference"),
    [
        ({"unique_name": "a"}, APP_ID, {"app_id": APP_ID}),
        ({"unique_name": "a"}, PLACEHOLDER_ID, {"unique_name": "a"}),
        ({"app_id": APP_ID}, PLACEHOLDER_ID, {"app_id": PLACEHOLDER_ID}),
        ({"unique_name": None}, PLACEHOLDER_ID, {"app_id": PLACEHOLDER_ID}),
        (None, APP_ID, {"app_id": APP_ID}),
    ],
)
def test_reference(app: dict[str, t.Any] | None, app_id: str, reference: dict[str, str]) -> None:
    assert reference_of({"app": app}, app_id) == reference


def test_the_credential() -> None:
    target = {"connector": "payroll", "instance": "https://payroll.example x", "authority": "https://login.windows.net/contoso.com", "former_authorities": []}
    assert credential_options(wanted(), seen(), APP_ID) == {
        "name": "payroll",
        "validity_days": 90,
        "app_id": APP_ID,
        "kind": "secret",
        "delivery": target,
    }
    certificate = credential_options(wanted(certificate={"name": "key"}, secret=None, delivery=None), seen(), APP_ID)
    assert certificate == {"name": "key", "app_id": APP_ID, "kind": "certificate"}


@pytest.mark.parametrize(
    ("delivery", "found", "target"),
    [
        (None, {}, {}),
        ({"instance": ""}, {}, {}),
        ({"instance": "a"}, {}, {"connector": "payroll", "instance": "a", "authority": "", "former_authorities": []}),
        (
            {"instance": "a", "authority": "{tenant_id}"},
            {"authority": "b", "former_authorities": ("c",)},
            {"connector": "payroll", "instance": "a", "authority": "b", "former_authorities": ["c"]},
        ),
    ],
)
def test_target(delivery: dict[str, str] | None, found: dict[str, t.Any], target: dict[str, t.Any]) -> None:
    assert target_of(wanted(delivery=delivery), seen(delivery=found)) == target


def test_our_own_application_goes_as_a_whole() -> None:
    actions = {"consent": ["revoke"], "service_principal": ["disable"], "app": ["delete"]}
    found = steps_of(wanted(state="absent", accept_privileged=["a"]), seen(actions), check_mode=False)
    assert opened(found) == {"consent", "service_principal", "app"}
    assert found["consent"]["options"] == {"app_id": APP_ID, "permissions": PERMISSIONS, "accept_privileged": ["a"], "state": "absent"}
    assert found["service_principal"]["options"] == {"app_id": APP_ID, "account_enabled": False, "until_present": True}
    assert found["app"]["options"] == {"app_id": APP_ID, "state": "absent"}


def test_an_adopted_application_loses_what_was_added() -> None:
    takes = {"redirect_uris": {"web": {"remove": ["https://a"]}}, "permissions": [{"resource": "b"}], "consent": [{"resource": "c"}]}
    adopted = {"app_id": APP_ID, "display_name": "Theirs", "would_create": False, "tags": []}
    found = steps_of(wanted(state="absent"), seen({"secret": ["remove"], "app": ["update"], "permissions": ["x"]}, app=adopted, takes=takes), check_mode=False)
    assert opened(found) == {"app", "permissions", "credential"}
    assert found["consent"]["options"]["permissions"] == [{"resource": "c"}]
    assert found["permissions"]["options"] == {"app_id": APP_ID, "permissions": [{"resource": "b"}], "state": "absent"}
    assert found["app"]["options"] == {
        "app_id": APP_ID,
        "adopt": True,
        "redirect_uris": {"web": {"remove": ["https://a"]}},
        "adoption_record": {"connector": "payroll", "items": []},
    }
    assert {key: found["credential"]["options"][key] for key in ("app_id", "state", "force", "kind")} == {
        "app_id": APP_ID,
        "state": "absent",
        "force": True,
        "kind": "secret",
    }


def test_a_certificate_is_taken_away_as_well() -> None:
    look = seen()
    look["steps"]["certificate"] = {"actions": ["remove"], "open": True, "options": {}}
    assert steps_of(wanted(state="absent"), look, check_mode=False)["credential"]["open"] is True
