# SPDX-License-Identifier: GPL-3.0-or-later
"""What the look of the role power_platform asks, and what follows from the answers."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connector.look import Ask, Host, Json
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform import look as looks
from support.looks import lead

HOST = Host("contoso", check_mode=False, credentials="/srv/credentials")
ROLE = {"role": "reader", "scope": "tenant"}


def connection(**more: t.Any) -> Json:
    """What the role publishes."""
    plain = {"state": "present", "force": False, "needs_more": False, "wants_role": True, "role": ROLE, "look": {"connector": "power_platform"}}
    return {**plain, "credential": "none", "federated": {}, **more}


def entra(*, opened: bool = False, new: bool = False) -> Json:
    """The answer of entra_connection_info."""
    app = {"app_id": "00000000-0000-0000-0000-000000000000" if new else "6aa1", "would_create": new}
    result = {"status": "connected", "service_principal": {"object_id": "4f7a"}, "app": app}
    return {"connection": {"app": app, "next": {"open": opened, "tasks": "present", "asks": False, "result": result}}}


@pytest.fixture
def decided(monkeypatch: pytest.MonkeyPatch) -> Json:
    """What the decision about the credential is given; it says C(then)."""
    handed: Json = {"then": "report", "ends_with": "report", "file": {}}

    def credential(given: Json) -> Json:
        handed["given"] = given
        return {name: handed[name] for name in ("then", "ends_with", "file")} | {"report": {"status": "connected", "of": "power_platform"}}

    monkeypatch.setattr(looks, "credential", credential)
    return handed


def test_entra_then_the_role_as_the_administrator_in_check_mode(decided: Json) -> None:
    asked, looked = lead(looks.look(connection(), HOST), entra(), {"changed": False, "role_assignment": {"id": "r1"}})
    assert asked[1] == Ask(
        "powerplatform_role_assignment", {**ROLE, "principal_object_id": "4f7a"}, session="power_platform_admin_auth", predicts=True, optional=True
    )
    assert (looked.open, looked.result) == (False, {"status": "connected", "of": "power_platform"})
    assert decided["given"]["role"]["role_assignment"] == {"id": "r1"}
    assert decided["given"]["registration"]["status"] == "connected"
    assert decided["given"]["check_mode"] is False


@pytest.mark.parametrize("answer", [{"changed": True}, {"failed": True, "msg": "403"}])
def test_a_role_that_is_missing_or_cannot_be_seen_is_left_to_the_role(decided: Json, answer: Json) -> None:
    _asked, looked = lead(looks.look(connection(), HOST), entra(), answer)
    assert looked.open and "given" not in decided


@pytest.mark.parametrize("then", ["credential_managed", "settle", "tell"])
def test_a_credential_that_needs_something_keeps_it_open(decided: Json, then: str) -> None:
    decided["then"] = then
    _asked, looked = lead(looks.look(connection(), HOST), entra(), {"changed": False})
    assert (looked.open, looked.seen["does"]) == (True, "present")


def test_a_file_that_was_asked_for_is_all_that_is_left(decided: Json) -> None:
    """Only the role can tell whether it is as it should be; nothing is asked a second time for it."""
    decided |= {"then": "hand_over", "ends_with": "hand_over", "file": {"path": "/srv/c.md", "content": "text"}}
    _asked, looked = lead(looks.look(connection(), HOST), entra(), {"changed": False})
    assert (looked.open, looked.result) == (True, {})
    assert looked.seen == {"does": "hand_over", "report": {"status": "connected", "of": "power_platform"}, "file": {"path": "/srv/c.md", "content": "text"}}


def test_a_file_does_not_hide_what_else_is_left(decided: Json) -> None:
    decided |= {"then": "settle", "ends_with": "hand_over", "file": {"path": "/srv/c.md", "content": "text"}}
    _asked, looked = lead(looks.look(connection(), HOST), entra(), {"changed": False})
    assert (looked.open, looked.seen["does"]) == (True, "present")


def test_without_a_role_nothing_of_power_platform_is_asked(decided: Json) -> None:
    asked, looked = lead(looks.look(connection(wants_role=False), HOST), entra())
    assert len(asked) == 1 and not looked.open
    assert decided["given"]["role"] == {"skipped": True}


@pytest.mark.parametrize(("more", "opened"), [({}, True), ({"needs_more": True}, False)])
def test_what_is_open_in_entra_needs_no_further_question(decided: Json, more: Json, opened: bool) -> None:
    asked, looked = lead(looks.look(connection(**more), HOST), entra(opened=opened))
    assert len(asked) == 1 and looked.open
    assert looked.seen["entra"]


def test_taking_away_looks_for_itself(decided: Json) -> None:
    asked, looked = lead(looks.look(connection(state="absent"), HOST))
    assert (asked, looked.open) == ([], True)


TRUST = {"credential": "federated", "federated": {"name": "ci", "issuer": "https://issuer.example", "subject": "s"}}
ROOM = Ask("entra_federated_credential", {**TRUST["federated"], "app_id": "6aa1", "state": "present"}, predicts=True)  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("more", "answers"),
    [
        ({}, [entra(opened=True)]),
        ({"needs_more": True}, [entra()]),
        ({}, [entra(), {"changed": True}]),
        ({}, [entra(), {"failed": True}]),
    ],
)
def test_a_federated_credential_has_to_have_room_before_anything_is_written(decided: Json, more: Json, answers: list[Json]) -> None:
    asked, looked = lead(looks.look(connection(**TRUST, **more), HOST), *answers, {"changed": True})
    assert asked[-1] == ROOM and looked.open


@pytest.mark.parametrize(
    ("more", "answers"),
    [
        (TRUST, [entra(opened=True, new=True)]),  # there is no application yet, so it has room
        (TRUST, [entra(), {"changed": False}]),  # nothing is written before it
        ({}, [entra(opened=True)]),
        ({"credential": "secret"}, [entra(opened=True)]),
    ],
)
def test_room_is_not_asked_for_otherwise(decided: Json, more: Json, answers: list[Json]) -> None:
    asked, _looked = lead(looks.look(connection(**more), HOST), *answers)
    assert "entra_federated_credential" not in {one.module for one in asked}
