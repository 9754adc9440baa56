# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 34: what keeps people from signing in ends the role as blocked, and nothing of it is undone by itself. Promises 36 and 39 beside it."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from integration.workspace365.helpers import own_application, signs_in
from support.blocked import SHUT, Json, found_in, principal_of, said, shut
from support.playbooks import Run
from support.plays import key_ids, little
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

DAY = 86400
LEAST = ("Application.ReadWrite.OwnedBy", "DelegatedPermissionGrant.ReadWrite.All", "Organization.Read.All")


def result(run: Run, host: str = "contoso") -> Json:
    """What the role left: the last task that set the fact."""
    return t.cast(Json, [event.facts["workspace365_result"] for event in run.events if event.host == host and "workspace365_result" in event.facts][-1])


@pytest.mark.parametrize("kind", SHUT)
def test_34_workspace365(play: Play, inventory: Inventory, emulator: Emulator, kind: str) -> None:
    """Nothing is written, not even a renewal that is due; with the variable, what is the application's own is taken back, and the renewal made up for."""
    _collection, _change, blocker, covered, who = SHUT[kind]
    hosts = inventory(contoso={})
    play("workspace365.yml", inventory=hosts).ok()
    app = own_application(emulator)
    shut(emulator, app, kind)
    for check, days in ((True, 0), (False, 0), (False, 160)):  # the last time the secret is to be renewed
        if days:
            emulator.advance(days * DAY)
        run = play("workspace365.yml", inventory=hosts, check=check).ok()
        assert emulator.writes() == [] and run.changed() == [], "36: no key is made"
        blocked = result(run)
        assert (blocked["status"], found_in(blocked), blocked["changed"]) == ("blocked", [blocker], False)
        assert who in blocked["blockers"][0]["who"] and ("workspace365_enable: true" in blocked["blockers"][0]["who"]) is covered
        said(run, "Who can take it back:", who)
    run = play("workspace365.yml", inventory=hosts, args=["-e", "workspace365_enable=true"]).ok()
    if not covered:
        assert result(run)["status"] == "blocked" and emulator.writes() == []
        return
    assert result(run)["status"] == "connected" and result(run)["blockers"] == []
    assert signs_in(emulator) and len(key_ids(own_application(emulator))) == 2, "renewed"
    assert play("workspace365.yml", inventory=hosts).ok().changed() == []


def test_34_a_confirmed_tenant_is_not_blocked(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    hosts = inventory(contoso={})
    play("workspace365.yml", inventory=hosts).ok()
    run = play("workspace365.yml", inventory=hosts).ok()
    assert (result(run)["status"], result(run)["blockers"], result(run)["not_assessed"], result(run)["drift"]) == ("connected", [], [], [])
    assert run.warnings() == []


def test_34_assignment_required_and_none_assigned(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """It stops people, and no renewal: the secret is not let expire for it."""
    hosts = inventory(contoso={})
    play("workspace365.yml", inventory=hosts).ok()
    principal = principal_of(emulator, own_application(emulator)["appId"])
    emulator.update("contoso", "servicePrincipals", principal["id"], appRoleAssignmentRequired=True)
    emulator.clear_journal()
    run = play("workspace365.yml", inventory=hosts).ok()
    assert (result(run)["status"], found_in(result(run))) == ("blocked", ["service_principal no_assignment"])
    assert emulator.writes() == []
    said(run, "neither a user nor a group is assigned", "'Users and groups'")
    emulator.advance(160 * DAY)
    run = play("workspace365.yml", inventory=hosts).ok()
    assert result(run)["status"] == "blocked" and len(key_ids(own_application(emulator))) == 2
    assert emulator.tenant("contoso")["service_principals"][principal["id"]]["appRoleAssignmentRequired"]


def test_39_least_privileges_and_an_older_cloud(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """What takes more is not assessed: status and changes are those of a run that did not look. Own objects are read with the least rights."""
    hosts = inventory(contoso=little(emulator, *LEAST))
    play("workspace365.yml", inventory=hosts).ok()
    app = own_application(emulator)
    emulator.update("contoso", "applications", app["id"], isDisabled=True)
    assert found_in(result(play("workspace365.yml", inventory=hosts).ok())) == ["application deactivated"]
    emulator.update("contoso", "applications", app["id"], isDisabled=False)
    principal = principal_of(emulator, app["appId"])
    emulator.update("contoso", "servicePrincipals", principal["id"], appRoleAssignmentRequired=True)
    assert found_in(result(play("workspace365.yml", inventory=hosts).ok())) == ["service_principal no_assignment"]
    emulator.update("contoso", "servicePrincipals", principal["id"], appRoleAssignmentRequired=False)
    # A cloud without the property: the look repeats without it, everything else is found as before.
    emulator.settings(unknown_properties=["isDisabled"])
    emulator.update("contoso", "applications", app["id"], isDisabled=True)
    for args in ([], ["-e", "workspace365_enable=true"]):
        run = play("workspace365.yml", inventory=hosts, args=args).ok()
        assert (result(run)["status"], result(run)["blockers"], run.changed()) == ("connected", [], [])
        assert "this cloud does not know the property isDisabled" in result(run)["not_assessed"][0]
    emulator.update("contoso", "servicePrincipals", principal["id"], accountEnabled=False)
    assert found_in(result(play("workspace365.yml", inventory=hosts).ok())) == ["service_principal disabled"]


def test_36_a_wider_audience_stops_no_renewal(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """It is said in every run with a variable that exists, and stays."""
    hosts = inventory(contoso={})
    play("workspace365.yml", inventory=hosts).ok()
    emulator.update("contoso", "applications", own_application(emulator)["id"], signInAudience="AzureADMultipleOrgs")
    for days in (0, 160):
        emulator.advance(days * DAY)
        run = play("workspace365.yml", inventory=hosts).ok()
        said(run, "The sign-in audience of", "'workspace365_accept_audience_narrowing: true' narrows it.")
        assert result(run)["status"] == "connected" and len(result(run)["drift"]) == 1
    assert len(key_ids(own_application(emulator))) == 2 and own_application(emulator)["signInAudience"] == "AzureADMultipleOrgs"
    play("workspace365.yml", inventory=hosts, args=["-e", "workspace365_accept_audience_narrowing=true"]).ok()
    assert own_application(emulator)["signInAudience"] == "AzureADMyOrg"


def test_34_a_rollout_says_so(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """The task that reports the connectors that are looked at only carries the word, and the run goes on with the other tenants. It ends with an error."""
    chosen = {"connectors": ["workspace365"]}
    hosts = inventory(contoso=chosen, fabrikam=chosen)
    play("rollout.yml", inventory=hosts).ok()
    shut(emulator, own_application(emulator), "deactivated")
    run = play("rollout.yml", inventory=hosts).failed()
    assert emulator.writes() == []
    said(run, "workspace365: blocked", "is deactivated", "workspace365: connected")
    assert {event.host for event in run.events if event.status == "failed"} == {"contoso"}


@pytest.mark.parametrize("kind", ["deactivated", "disabled", "by Microsoft"])
def test_34_recover(play: Play, inventory: Inventory, emulator: Emulator, kind: str) -> None:
    """It prints the command that takes it back; a new secret alone would help no user."""
    uri = f"{emulator.workspace365_url()}/contoso/OAuth2/HandleAuthorityResponse"
    made = emulator.add_application("contoso", displayName="W365", web={"redirectUris": [uri]}, secrets=[{"displayName": "by hand"}])
    app = made["application"]
    sso = {"authority": "https://login.windows.net/contoso.com", "client_id": app["appId"], "key": made["secrets"][0]["value"]}
    emulator.set_workspace365("portal", "contoso", sso=sso)
    shut(emulator, app, kind)
    hosts = inventory(contoso={})
    run = play("workspace365_recover.yml", inventory=hosts).ok()
    assert emulator.writes() == []
    left = run.task("Report the recovery").facts["workspace365_result"]
    assert (left["status"], found_in(left), left["enterprise_application"]) == ("blocked", [SHUT[kind][2]], "unchanged")
    command = "ansible-playbook tenantkit.connectors.workspace365_recover -i INVENTORY --limit contoso -e workspace365_enable=true"
    assert (command in " ".join(left["notes"])) is SHUT[kind][3]
    again = play("workspace365_recover.yml", inventory=hosts, args=["-e", "workspace365_enable=true"]).ok()
    assert signs_in(emulator) is SHUT[kind][3]
    if SHUT[kind][3]:
        repaired = again.task("Report the recovery").facts["workspace365_result"]
        assert repaired["enterprise_application"] == {"deactivated": "activated", "disabled": "enabled"}[kind]
