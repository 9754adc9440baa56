# SPDX-License-Identifier: GPL-3.0-or-later
"""workspace365_recover: nobody can sign in any more, and the registration was made by hand years ago."""

from __future__ import annotations

import datetime as dt
import typing as t
from pathlib import Path

import pytest
from support.playbooks import Run
from support.plays import failed_well, key_ids, signs_in
from tenant_emulator.testing import Emulator, JsonObject

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

PLAYBOOK = "workspace365_recover.yml"
DAY = 86400


def soon() -> str:
    """The end of a secret that has a day to live."""
    return (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


def by_hand(emulator: Emulator, name: str = "W365", **more: t.Any) -> JsonObject:
    """A registration with the redirect URI of the environment, as the vendor's page describes it."""
    uri = f"{emulator.workspace365_url()}/contoso/OAuth2/HandleAuthorityResponse"
    made = emulator.add_application(
        "contoso", displayName=name, web={"redirectUris": [uri]}, secrets=[{"displayName": "by hand", "endDateTime": soon()}], **more
    )
    return t.cast(JsonObject, made)


@pytest.fixture
def locked_out(emulator: Emulator) -> JsonObject:
    """The product was connected by hand; the secret that it holds has expired since."""
    made = by_hand(emulator, signInAudience="AzureADMultipleOrgs")
    sso = {"authority": "https://login.windows.net/contoso.com", "client_id": made["application"]["appId"], "key": made["secrets"][0]["value"]}
    emulator.set_workspace365("portal", "contoso", sso=sso)
    assert signs_in(emulator)
    emulator.advance(2 * DAY)
    assert not signs_in(emulator)
    emulator.clear_journal()
    return t.cast(JsonObject, made["application"])


def test_the_registration_is_found_by_its_redirect_uri(play: Play, inventory: Inventory, emulator: Emulator, locked_out: JsonObject) -> None:
    """A new secret of the same registration, proven and delivered; nothing else is made, changed or removed."""
    before = dict(emulator.tenant("contoso")["applications"])
    old = before[locked_out["id"]]
    run = play(PLAYBOOK, inventory=inventory(contoso={})).ok()
    after = emulator.tenant("contoso")["applications"]
    assert set(after) == set(before)
    application = after[locked_out["id"]]
    (new,) = set(key_ids(application)) - set(key_ids(old))
    assert set(key_ids(old)) < set(key_ids(application)), "a secret that is not ours was removed"
    assert emulator.workspace365("portal", "contoso")["sso"]["key_id"] == new
    assert signs_in(emulator)
    unchanged = set(old) - {"passwordCredentials", "tags"}
    assert {name: application[name] for name in unchanged} == {name: old[name] for name in unchanged}
    result = run.task("Report the connection").result["ansible_facts"]["workspace365_result"]
    assert result["status"] == "connected" and result["secret"]["key_id"] == new and result["proof"]["credential"] == "proven"
    # From now on the ordinary playbook keeps it.
    adopted = {"workspace365_client_id": locked_out["appId"], "workspace365_adopt": True}
    play("workspace365.yml", inventory=inventory(contoso=adopted)).ok()
    assert set(key_ids(emulator.tenant("contoso")["applications"][locked_out["id"]])) == set(key_ids(application))


def test_check_mode_says_it_and_writes_nothing(play: Play, inventory: Inventory, emulator: Emulator, locked_out: JsonObject) -> None:
    run = play(PLAYBOOK, inventory=inventory(contoso={}), check=True).ok()
    assert emulator.writes() == []
    assert "would mint secret 'workspace365'" in run.output
    assert not signs_in(emulator)


def test_several_registrations_are_named(play: Play, inventory: Inventory, emulator: Emulator, locked_out: JsonObject) -> None:
    """Which one the product signs in with stands in the address of its sign-in page; it is not guessed."""
    second = by_hand(emulator, "W365 (new)")["application"]
    emulator.clear_journal()
    run = play(PLAYBOOK, inventory=inventory(contoso={}))
    failed_well(run, emulator, locked_out["appId"], second["appId"], "workspace365_client_id", "contoso.onmicrosoft.com")
    assert emulator.writes() == []
    play(PLAYBOOK, inventory=inventory(contoso={"workspace365_client_id": locked_out["appId"]})).ok()
    assert emulator.workspace365("portal", "contoso")["sso"]["client_id"] == locked_out["appId"]
    assert signs_in(emulator)
    assert len(key_ids(emulator.tenant("contoso")["applications"][second["id"]])) == 1


def test_none_is_a_sentence_and_no_application_is_made(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    before = set(emulator.tenant("contoso")["applications"])
    failed_well(play(PLAYBOOK, inventory=inventory(contoso={})), emulator, "HandleAuthorityResponse", "workspace365_client_id", "contoso.onmicrosoft.com")
    nobody = {"workspace365_client_id": "0b9e4c37-36d2-4f4e-8f28-0a54a8d6b1aa"}
    failed_well(play(PLAYBOOK, inventory=inventory(contoso=nobody)), emulator, nobody["workspace365_client_id"])
    assert set(emulator.tenant("contoso")["applications"]) == before
    assert emulator.writes() == []


def test_an_environment_of_another_tenant_is_not_recovered(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    by_hand(emulator)
    other = {"authority": "https://login.windows.net/fabrikam.com", "client_id": "0b9e4c37-36d2-4f4e-8f28-0a54a8d6b1aa", "key": "made-by-hand-long-ago"}
    emulator.set_workspace365("portal", "contoso", sso=other)
    emulator.clear_journal()
    failed_well(play(PLAYBOOK, inventory=inventory(contoso={})), emulator, "another tenant", "fabrikam.com")
    assert emulator.writes() == []


def test_a_refused_key_is_taken_away_again(play: Play, inventory: Inventory, emulator: Emulator, locked_out: JsonObject) -> None:
    emulator.fault(service="workspace365", method="PUT", path="OAuth2", action="status", status=403)
    before = key_ids(emulator.tenant("contoso")["applications"][locked_out["id"]])
    failed_well(play(PLAYBOOK, inventory=inventory(contoso={})), emulator, "provisioning key was not accepted", "removed again")
    assert key_ids(emulator.tenant("contoso")["applications"][locked_out["id"]]) == before
