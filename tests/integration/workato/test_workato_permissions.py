# SPDX-License-Identifier: GPL-3.0-or-later
"""What Workato may do in a tenant: the profiles, what has to be accepted, and what the automation identity needs for them."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
import yaml
from integration.workato.helpers import NO_TOKEN, SIGN_IN, TOKEN, application, connection, result
from support.playbooks import ROOT, Run
from support.plays import GRAPH, failed_well, scopes_of
from tenant_emulator.testing import Emulator, JsonObject

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

pytestmark = pytest.mark.usefixtures("unhurried")

DIRECTORY = {"offline_access", "User.Read", "User.Read.All", "User.ReadWrite.All"}
QUICK_START = DIRECTORY | {
    "Channel.ReadBasic.All",
    "ChannelMessage.Read.All",
    "ChannelMessage.Send",
    "Chat.Read",
    "Chat.ReadWrite",
    "ChatMessage.Send",
    "Team.ReadBasic.All",
}
FULL = QUICK_START | {
    "Directory.AccessAsUser.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "GroupMember.Read.All",
    "GroupMember.ReadWrite.All",
    "User.ReadBasic.All",
}
FULL_ROLES = {
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Group.Create",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "GroupMember.Read.All",
    "GroupMember.ReadWrite.All",
    "User.ManageIdentities.All",
    "User.Read.All",
    "User.ReadWrite.All",
}
PRIVILEGED = [
    "application:Directory.ReadWrite.All",
    "application:User.ManageIdentities.All",
    "delegated:Directory.AccessAsUser.All",
    "delegated:Directory.ReadWrite.All",
]
ALL = {"workato_permissions": "full", "workato_accept_privileged": PRIVILEGED}
CUSTOM = {"workato_permissions": "custom", "workato_custom_permissions": [{"resource": GRAPH, "delegated": ["Group.Read.All"]}]}
LEAST = ["Application.ReadWrite.OwnedBy", "DelegatedPermissionGrant.ReadWrite.All", "Organization.Read.All"]


def roles_of(emulator: Emulator, app_id: str) -> set[str]:
    """The application permissions of Microsoft Graph that an application holds in Contoso."""
    tenant = emulator.tenant("contoso")
    (principal,) = (item["id"] for item in tenant["service_principals"].values() if item["appId"] == app_id)
    names = {row[1]: row[0] for row in catalogue()["roles"]}
    return {names[item["appRoleId"]] for item in tenant["assignments"].values() if item["principalId"] == principal}


def catalogue() -> JsonObject:
    """The permissions of Microsoft Graph: rows that begin with name and id."""
    return t.cast(JsonObject, json.loads((ROOT / "tests/emulator/src/tenant_emulator/data/graph_permissions.json").read_text()))


def identity(emulator: Emulator, *permissions: str) -> JsonObject:
    """Host variables with a new automation identity that has just these application permissions."""
    made = emulator.add_application("contoso", displayName="Automation", secrets=[{"displayName": "only"}])
    emulator.grant_roles("contoso", made["service_principal"]["id"], list(permissions))
    return {
        "workato_api_token": TOKEN,
        "entra_auth": {"client_id": made["application"]["appId"], "client_secret": made["secrets"][0].get("value") or made["secrets"][0]["secretText"]},
    }


def test_the_permission_lists(play: Play, workdir: Path) -> None:
    """Those of the vendor with its mistakes corrected, every profile with what keeps the connection alive."""
    shown = {"ansible.builtin.set_fact": {"found": "{{ workato_connection.permissions }}"}}
    defaults = yaml.safe_load((ROOT / "roles/workato/defaults/main.yml").read_text())
    files = [str(ROOT / "roles/workato/vars/main.yml")]
    (workdir / "all.yml").write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "vars_files": files, "tasks": [shown]}]))
    hosts = {name: {"workato_permissions": name} for name in ("quick_start", "directory", "full")} | {"custom": CUSTOM}
    (workdir / "hosts.yml").write_text(yaml.safe_dump({"all": {"vars": {"ansible_connection": "local", **defaults}, "hosts": hosts}}))
    run = play(workdir / "all.yml", inventory=workdir / "hosts.yml").ok()
    found = {event.host: event.facts["found"] for event in run.events}
    assert found.pop("custom") == [{"resource": GRAPH, "delegated": ["Group.Read.All"]}, {"resource": GRAPH, "delegated": ["offline_access"]}]
    lists = {}
    for name, entries in found.items():
        (entry,) = entries
        lists[name] = (set(entry["delegated"]), set(entry.get("application", [])))
        assert len(entry["delegated"]) == len(lists[name][0]) and entry["resource"] == GRAPH
    assert lists == {"quick_start": (QUICK_START, set()), "directory": (DIRECTORY, set()), "full": (FULL, FULL_ROLES)}
    known = catalogue()
    assert {row[0] for row in known["scopes"]} >= FULL and {row[0] for row in known["roles"]} >= FULL_ROLES


def test_full_is_accepted_by_name(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """The sentence says what to add, and where; then everything is granted, with the privileges that the README gives."""
    full = {**identity(emulator, *LEAST, "AppRoleAssignment.ReadWrite.All", "Application.Read.All"), **ALL}
    before = emulator.writes()
    refused = play("workato.yml", inventory=inventory(contoso={**full, "workato_accept_privileged": []}))
    failed_well(refused, emulator, "'workato_accept_privileged'", *PRIVILEGED)
    assert emulator.writes() == before
    assert result(play("workato.yml", inventory=inventory(contoso=full)).ok())["status"] == SIGN_IN
    app_id = application(emulator)["appId"]
    assert scopes_of(emulator, "contoso", app_id) == [FULL] and roles_of(emulator, app_id) == FULL_ROLES
    assert connection(emulator)["input"]["client_id"] == app_id


def test_custom_is_what_is_listed(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """And what keeps the connection alive."""
    run = play("workato.yml", inventory=inventory(contoso={"workato_api_token": TOKEN, **CUSTOM})).ok()
    assert result(run)["status"] == SIGN_IN
    app_id = application(emulator)["appId"]
    assert scopes_of(emulator, "contoso", app_id) == [{"Group.Read.All", "offline_access"}] and roles_of(emulator, app_id) == set()


@pytest.mark.parametrize("listed", [[], [{"resource": GRAPH}, {"resource": GRAPH, "delegated": [], "application": []}]], ids=["nothing", "no names"])
def test_custom_without_permissions(listed: list[JsonObject], play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Nobody means a connection that may do nothing."""
    run = play("workato.yml", inventory=inventory(contoso={"workato_permissions": "custom", "workato_custom_permissions": listed}), **NO_TOKEN)
    failed_well(run, emulator, "workato_custom_permissions")
    assert emulator.journal() == []


def test_28_the_documented_privileges_are_enough(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """For the default profile, without the power to hand out power; what more is needed is asked of an administrator."""
    little = identity(emulator, *LEAST)
    assert result(play("workato.yml", inventory=inventory(contoso=little)).ok())["status"] == SIGN_IN
    assert scopes_of(emulator, "contoso", application(emulator)["appId"]) == [QUICK_START]
    assert play("workato.yml", inventory=inventory(contoso=little)).ok().changed() == []
    assert result(play("workato.yml", inventory=inventory(contoso={**little, **ALL})).ok())["status"] == "awaiting_consent"
    gone = {**little, "workato_state": "absent", "workato_absent_confirmed": "contoso"}
    assert result(play("workato.yml", inventory=inventory(contoso=gone)).ok())["status"] == "absent"
