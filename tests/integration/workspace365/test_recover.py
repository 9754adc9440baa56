# SPDX-License-Identifier: GPL-3.0-or-later
"""workspace365_recover: users can no longer sign in, and the registration was made by hand years ago."""

from __future__ import annotations

import datetime as dt
import typing as t
from pathlib import Path

import pytest
from integration.workspace365.helpers import own_application, signs_in
from support.playbooks import Run
from support.plays import failed_well, key_ids, little
from tenant_emulator.testing import Emulator, JsonObject

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

EMERGENCY = ("/contoso/AdminPage/RequestEmergencyAdminAccess", "valid for 15 minutes", "That mail may not arrive")
PLAYBOOK, ORDINARY = "workspace365_recover.yml", "workspace365.yml"
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


def principal_of(emulator: Emulator, application: JsonObject) -> JsonObject:
    """The enterprise application of a registration."""
    (found,) = [item for item in emulator.tenant("contoso")["service_principals"].values() if item["appId"] == application["appId"]]
    return t.cast(JsonObject, found)


def without_tags(entry: JsonObject) -> JsonObject:
    """An object without its tags, which the enterprise application has from the registration: the delivery marks."""
    return {name: value for name, value in entry.items() if name != "tags"}


def outcome(run: Run) -> dict[str, t.Any]:
    """What the recovery left as its result."""
    return t.cast("dict[str, t.Any]", run.task("Report the recovery").facts["workspace365_result"])


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
    before, principal = dict(emulator.tenant("contoso")["applications"]), principal_of(emulator, locked_out)
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
    assert without_tags(principal_of(emulator, locked_out)) == without_tags(principal)
    result = outcome(run)
    assert result["status"] == "connected" and result["secret"]["key_id"] == new and result["proof"]["credential"] == "proven"
    assert (result["enterprise_application"], result["sign_in"]) == ("unchanged", "verified")


def test_it_ends_with_what_the_inventory_has_to_carry(play: Play, inventory: Inventory, emulator: Emulator, locked_out: JsonObject) -> None:
    """With just that the ordinary run keeps the registration and renews the secret; without it stops, and says the same."""
    run = play(PLAYBOOK, inventory=inventory(contoso={})).ok()
    result = outcome(run)
    assert result["inventory"] == {"workspace365_client_id": locked_out["appId"], "workspace365_adopt": True}
    ends = result["secret"]["end_date_time"][:10]
    (note,) = result["notes"]
    for text in (note, " ".join(run.stdout.split())):
        for word in (f"ends on {ends}", f"workspace365_client_id: {locked_out['appId']}", "workspace365_adopt: true", "W365", "contoso"):
            assert word in text, word
    application = emulator.tenant("contoso")["applications"][locked_out["id"]]
    emulator.clear_journal()
    failed_well(play(ORDINARY, inventory=inventory(contoso={})), emulator, locked_out["appId"], "workspace365_client_id", "workspace365_adopt")
    assert emulator.writes() == []
    play(ORDINARY, inventory=inventory(contoso=result["inventory"])).ok()
    assert set(key_ids(emulator.tenant("contoso")["applications"][locked_out["id"]])) == set(key_ids(application))
    emulator.advance(160 * DAY)
    play(ORDINARY, inventory=inventory(contoso=result["inventory"])).ok()
    assert emulator.workspace365("portal", "contoso")["sso"]["key_id"] != result["secret"]["key_id"]
    assert signs_in(emulator)


def test_what_the_ordinary_run_made_needs_nothing_more(connected: Play, play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """The secret was deleted by hand: the ordinary run finds its application again by itself."""
    connected(ORDINARY, inventory=inventory(contoso={}))
    application = own_application(emulator)
    emulator.control("DELETE", f"tenants/contoso/applications/{application['id']}/secrets/{key_ids(application)[0]}")
    assert not signs_in(emulator)
    result = outcome(play(PLAYBOOK, inventory=inventory(contoso={})).ok())
    assert result["inventory"] == {} and "ordinary runs renew it" in " ".join(result["notes"])
    assert signs_in(emulator)
    assert play(ORDINARY, inventory=inventory(contoso={})).ok().changed() == []


def test_an_identity_with_just_the_rights_it_uses(play: Play, inventory: Inventory, emulator: Emulator, locked_out: JsonObject) -> None:
    """What is granted is not looked at, so the right to read grants is not needed."""
    run = play(PLAYBOOK, inventory=inventory(contoso=little(emulator, "Application.ReadWrite.All", "Organization.Read.All"))).ok()
    assert outcome(run)["status"] == "connected"
    assert signs_in(emulator)


@pytest.mark.parametrize("repair", ["enabled", "created"])
def test_the_enterprise_application_is_repaired(play: Play, inventory: Inventory, emulator: Emulator, locked_out: JsonObject, repair: str) -> None:
    """Nobody could sign in without an enabled one, whatever the secret. It is said that this was done, and only the operator's word enables one."""
    principal = principal_of(emulator, locked_out)
    if repair == "enabled":
        emulator.update("contoso", "servicePrincipals", principal["id"], accountEnabled=False)
    else:
        emulator.delete("contoso", "servicePrincipals", principal["id"])
    hosts = inventory(contoso=little(emulator, "Application.ReadWrite.All", "Organization.Read.All"))
    emulator.clear_journal()
    args = ["-e", "workspace365_enable=true"] if repair == "enabled" else []
    check = play(PLAYBOOK, inventory=hosts, check=True, args=args).ok()
    assert emulator.writes() == []
    assert "it would be" in " ".join(outcome(check)["notes"])
    run = play(PLAYBOOK, inventory=hosts, args=args).ok()
    assert signs_in(emulator)
    result, after = outcome(run), principal_of(emulator, locked_out)
    assert result["enterprise_application"] == repair and after["accountEnabled"] is True
    said = {"enabled": "so that users could not sign in: it was enabled", "created": "users cannot sign in without one: it was created"}
    assert said[repair] in " ".join(run.stdout.split())
    if repair == "enabled":
        assert without_tags(after) == without_tags(principal)


def test_the_ordinary_run_does_not_take_the_place_of_a_registration(play: Play, inventory: Inventory, emulator: Emulator, locked_out: JsonObject) -> None:
    """It stops before anything is written, in check mode too, and asks which one is meant; a second one has to be accepted."""
    hosts = inventory(contoso={})
    before = set(emulator.tenant("contoso")["applications"])
    for check in (True, False):
        run = play(ORDINARY, inventory=hosts, check=check)
        words = ("'W365'", locked_out["appId"], "contoso.onmicrosoft.com", "workspace365_client_id", "workspace365_adopt")
        failed_well(run, emulator, *words, "workspace365_accept_second_registration")
        assert emulator.writes() == [] and emulator.journal("workspace365") == []
    second = by_hand(emulator, "W365 (new)")["application"]
    emulator.clear_journal()
    failed_well(play(ORDINARY, inventory=hosts), emulator, "'W365'", "'W365 (new)'", f"{locked_out['appId']} or {second['appId']}")
    assert emulator.writes() == []
    # Given on the command line it is a text.
    play(ORDINARY, inventory=hosts, args=["-e", "workspace365_accept_second_registration=true"]).ok()
    (made,) = set(emulator.tenant("contoso")["applications"]) - before - {second["id"]}
    assert emulator.workspace365("portal", "contoso")["sso"]["client_id"] == emulator.tenant("contoso")["applications"][made]["appId"]
    # Once it is there, the others do not matter.
    assert play(ORDINARY, inventory=hosts).ok().changed() == []


def test_a_tenant_without_advanced_queries(play: Play, inventory: Inventory, emulator: Emulator, locked_out: JsonObject) -> None:
    """An Azure AD B2C tenant takes no search by redirect URI; its applications are looked through instead, before anything is written."""
    emulator.control("PUT", "tenants/contoso/type", {"tenantType": "AAD B2C"})
    hosts = inventory(contoso={})
    failed_well(play(ORDINARY, inventory=hosts), emulator, "'W365'", locked_out["appId"], "workspace365_accept_second_registration")
    assert emulator.writes() == []
    emulator.delete("contoso", "applications", locked_out["id"])
    play(ORDINARY, inventory=hosts).ok()
    assert signs_in(emulator)
    assert play(ORDINARY, inventory=hosts).ok().changed() == []


def test_a_registration_for_another_environment_does_not_matter(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Neither one of another environment, nor one whose path differs in upper and lower case: Workspace 365 cannot sign in with those."""
    site = emulator.workspace365_url()
    for name, environment in (("Other", "fabrikam"), ("Upper", "CONTOSO")):
        emulator.add_application("contoso", displayName=name, web={"redirectUris": [f"{site}/{environment}/OAuth2/HandleAuthorityResponse"]})
    play(ORDINARY, inventory=inventory(contoso={})).ok()
    assert signs_in(emulator)


def test_check_mode_says_it_and_writes_nothing(play: Play, inventory: Inventory, emulator: Emulator, locked_out: JsonObject) -> None:
    run = play(PLAYBOOK, inventory=inventory(contoso={}), check=True).ok()
    assert emulator.writes() == []
    assert "would mint secret 'workspace365'" in run.output
    assert not signs_in(emulator)


def test_the_sign_in_page_tells_which_of_several_it_is(play: Play, inventory: Inventory, emulator: Emulator, locked_out: JsonObject) -> None:
    """No operator has to read the address of a browser."""
    second = by_hand(emulator, "W365 (new)")["application"]
    emulator.clear_journal()
    result = outcome(play(PLAYBOOK, inventory=inventory(contoso={})).ok())
    assert (result["app"]["app_id"], result["sign_in"]) == (locked_out["appId"], "verified")
    assert emulator.workspace365("portal", "contoso")["sso"]["client_id"] == locked_out["appId"]
    assert signs_in(emulator)
    assert len(key_ids(emulator.tenant("contoso")["applications"][second["id"]])) == 1
    look, *_more = emulator.journal("workspace365")
    assert look["path"].endswith("/SignIn")


def test_the_client_id_of_the_page_is_gone(play: Play, inventory: Inventory, emulator: Emulator, locked_out: JsonObject) -> None:
    """The registration was deleted and made anew by hand: the redirect URI leads to the new one, and the change is said."""
    new = by_hand(emulator, "W365 (new)")["application"]
    emulator.delete("contoso", "applications", locked_out["id"])
    result = outcome(play(PLAYBOOK, inventory=inventory(contoso={})).ok())
    assert result["app"]["app_id"] == new["appId"] and locked_out["appId"] in result["notes"][0]
    assert signs_in(emulator)


def test_several_registrations_are_named(play: Play, inventory: Inventory, emulator: Emulator, locked_out: JsonObject) -> None:
    """Where the page does not tell which one the product signs in with, it is not guessed."""
    second = by_hand(emulator, "W365 (new)")["application"]
    emulator.set_workspace365("portal", "contoso", page_mode="bare")
    emulator.clear_journal()
    run = play(PLAYBOOK, inventory=inventory(contoso={}))
    both = (f"'W365' ({locked_out['appId']})", f"'W365 (new)' ({second['appId']})")
    failed_well(run, emulator, *both, "workspace365_client_id", "contoso.onmicrosoft.com", *EMERGENCY)
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
    failed_well(play(PLAYBOOK, inventory=inventory(contoso={})), emulator, "another tenant", "fabrikam.com", *EMERGENCY)
    assert emulator.writes() == []


def test_a_refused_key_is_taken_away_again(play: Play, inventory: Inventory, emulator: Emulator, locked_out: JsonObject) -> None:
    emulator.fault(service="workspace365", method="PUT", path="OAuth2", action="status", status=403)
    before = key_ids(emulator.tenant("contoso")["applications"][locked_out["id"]])
    failed_well(play(PLAYBOOK, inventory=inventory(contoso={})), emulator, "provisioning key was not accepted", "removed again", *EMERGENCY)
    assert key_ids(emulator.tenant("contoso")["applications"][locked_out["id"]]) == before


def test_a_misspelt_variable_is_noticed_first(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    run = play(PLAYBOOK, inventory=inventory(contoso={"workspace365_client_idd": "x"}))
    assert run.returncode == 2 and "'workspace365_client_idd' (meant is probably 'workspace365_client_id')" in run.output
    assert emulator.journal() == []
