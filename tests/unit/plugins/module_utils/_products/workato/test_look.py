# SPDX-License-Identifier: GPL-3.0-or-later
"""What the look of the role workato asks, and what follows from the answers."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connector.look import Ask, Host, Json
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.workato.look import look
from support.looks import lead

HOST = Host("contoso", check_mode=False, credentials="/srv/credentials")


def connection(**more: t.Any) -> Json:
    """What the role publishes."""
    return {
        "asks": True,
        "has_token": True,
        "state": "present",
        "force": False,
        "root": "https://www.workato.com",
        "partner_tenants": [],
        "personal": False,
        "redirect_uri": "https://www.workato.com/oauth/callback",
        "unique_name": "tenantkit.workato",
        "permissions": [],
        "accept_privileged": [],
        "wait_for_authorization": False,
        "connection_name": "Entra",
        "external_id": "tenantkit",
        "look": {"connector": "workato"},
        "secret": {},
        "calls": {"look": {"external_id": "tenantkit"}},
        **more,
    }


def entra(*, opened: bool = False) -> Json:
    """The answer of entra_connection_info."""
    result = {
        "connector": "workato",
        "status": "connected",
        "tenant": {"display_name": "Contoso", "tenant_id": "t1"},
        "app": {"app_id": "7a9c", "would_create": False},
        "consent": {"complete": True},
        "secret": {"key_id": "k1"},
        "sinks": [],
    }
    return {"connection": {"next": {"open": opened, "tasks": "present", "asks": False, "result": result}}}


def seen(**more: t.Any) -> Json:
    """The answer of workato_connection."""
    row = {"id": 36, "ours": True, "differences": {}, "authorization_required": False, "reconnect_required": False, "authorization_url": None, **more}
    return {"connection": row}


def test_workato_is_asked_first_with_the_token_of_the_host() -> None:
    asked, looked = lead(look(connection(), HOST), seen(), entra())
    assert asked[0] == Ask(
        "workato_connection", {"external_id": "tenantkit", "state": "probed", "token_variable": "workato_api_token"}, secrets={"api_token": "workato_api_token"}
    )
    assert [ask.module for ask in asked] == ["workato_connection", "entra_connection_info"]
    assert (looked.open, looked.result["status"]) == (False, "connected")
    assert looked.result["connection"]["id"] == 36
    assert set(looked.seen) == {"entra", "tasks", "workato"}


@pytest.mark.parametrize(("row", "force"), [({}, False), ({"ours": False}, True), ({"id": None, "ours": False}, True)])
def test_a_connection_that_is_not_ours_needs_a_new_secret(row: Json, force: bool) -> None:
    asked, looked = lead(look(connection(), HOST), seen(**row), entra(opened=True))
    assert asked[1].options["force"] is force
    assert looked.open


def test_without_a_token_only_entra_is_asked() -> None:
    asked, looked = lead(look(connection(asks=False, has_token=False), HOST), entra())
    assert [ask.module for ask in asked] == ["entra_connection_info"]
    assert (looked.open, looked.seen["workato"]) == (False, {"skipped": True})


@pytest.mark.parametrize("row", [{"differences": {"name": ["old", "new"]}}])
def test_what_is_left_in_workato_keeps_it_open(row: Json) -> None:
    _asked, looked = lead(look(connection(), HOST), seen(**row), entra())
    assert looked.open


def test_a_person_has_to_sign_in() -> None:
    _asked, looked = lead(look(connection(), HOST), seen(authorization_required=True), entra())
    assert (looked.open, looked.result["status"]) == (False, "ready_for_authorization")
    assert looked.result["to_do"]
