# SPDX-License-Identifier: GPL-3.0-or-later
"""How many requests and tasks a tenant costs that Workspace 365 is connected in, and that confirming one still means looking at it."""

from __future__ import annotations

import collections
import typing as t
from pathlib import Path

import pytest
from integration.workspace365.helpers import own_application, signs_in
from integration.workspace365.product import PRODUCT
from support import requests
from support.playbooks import Run
from tenant_emulator.testing import Emulator, JsonObject

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

FIRST_CONNECT, FIRST_TASKS = 16, 23
CONFIRM, HOST_TASKS = PRODUCT.budgets["connect"]  # where we are; 8 and 8 are the promise


def principal(emulator: Emulator) -> JsonObject:
    """Its enterprise application."""
    app = own_application(emulator)
    (found,) = [item for item in emulator.tenant("contoso")["service_principals"].values() if item["appId"] == app["appId"]]
    return t.cast(JsonObject, found)


def grants(emulator: Emulator) -> list[JsonObject]:
    """What was consented to for it."""
    client = principal(emulator)["id"]
    return [item for item in emulator.tenant("contoso")["grants"].values() if item["clientId"] == client]


def marks(emulator: Emulator) -> list[str]:
    """The delivery marks on it."""
    return [tag for tag in own_application(emulator)["tags"] if tag.startswith("tkc:") and tag != "tkc:created"]


def test_requests_of_one_tenant(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    hosts = inventory(contoso=None)
    first = play("workspace365.yml", inventory=hosts, env=requests.timeline_env(workdir)).ok()
    entries = emulator.journal()
    requests.report(requests.table("First connect", entries, first, workdir))
    assert len(entries) <= FIRST_CONNECT
    assert [entry["service"] for entry in entries] == requests.documented("first connect of Workspace 365")
    assert first.host_tasks("contoso") <= FIRST_TASKS, [event.task for event in first.events]
    assert len(requests.permission_lists(entries)) == 1, requests.permission_lists(entries)
    assert len([entry for entry in entries if entry["path"].endswith("openid-configuration")]) == 1

    emulator.clear_journal()
    again = play("workspace365.yml", inventory=hosts, env=requests.timeline_env(workdir)).ok()
    entries = emulator.journal()
    requests.report(requests.table("Confirm", entries, again, workdir))
    assert again.changed() == []
    assert len(entries) <= CONFIRM
    assert emulator.writes() == []
    assert again.host_tasks("contoso") <= HOST_TASKS, [event.task for event in again.events]
    reads = collections.Counter(
        requests.object_read(call, emulator.tenant("contoso")) for entry in entries if entry["service"] == "graph" for call in requests.calls_of(entry)
    )
    assert [path for path, count in reads.items() if count > 1] == []
    assert len(requests.permission_lists(entries)) == 1


def limited(emulator: Emulator) -> JsonObject:
    """The least that the role needs, which does not include the reading of policies."""
    identity = emulator.identity("limited-contoso")
    return {"entra_auth": {"client_id": identity["client_id"], "client_secret": identity["secret"]}}


def whole_profile(emulator: Emulator) -> JsonObject:
    """The vendor's twelve permissions, two of which amount to owning the tenant."""
    return {"workspace365_permissions": "full", "workspace365_accept_privileged": ["delegated:Directory.ReadWrite.All", "delegated:Sites.FullControl.All"]}


def unreadable_list(emulator: Emulator) -> JsonObject:
    """The product names its environments in a form that nobody described."""
    emulator.set_workspace365("portal", environment_shape="objects")
    return {}


def made_by_hand(emulator: Emulator) -> JsonObject:
    """A registration that is adopted, with its enterprise application, whose grants are read."""
    made = emulator.add_application("contoso", displayName="By hand", web={"redirectUris": ["https://elsewhere.example/callback"]})["application"]
    return {"workspace365_client_id": made["appId"], "workspace365_adopt": True}


def registered_only(emulator: Emulator) -> JsonObject:
    """The same without an enterprise application: whether there is one is read, and one is made."""
    made = emulator.add_application("contoso", displayName="By hand", service_principal=False)["application"]
    return {"workspace365_client_id": made["appId"], "workspace365_adopt": True}


def by_its_name(emulator: Emulator) -> JsonObject:
    """It is adopted by its display name: what hangs on its app id is asked for once that is known."""
    emulator.add_application("contoso", displayName="By hand")
    return {"workspace365_display_name": "By hand", "workspace365_adopt": True}


# What others made is read: its enterprise application and grants; where there is none, that one has to be made; of a name, what is below its app id.
OTHERS = [(limited, 0), (whole_profile, 0), (unreadable_list, 0), (made_by_hand, 2), (registered_only, 3), (by_its_name, 3)]


@pytest.mark.parametrize(("prepare", "more"), OTHERS, ids=[prepare.__name__ for prepare, _more in OTHERS])
def test_requests_of_other_tenants(
    prepare: t.Callable[[Emulator], JsonObject], more: int, play: Play, inventory: Inventory, emulator: Emulator, workdir: Path
) -> None:
    """The budgets hold for whoever connects what, not only for the shortest way."""
    hosts = inventory(contoso=prepare(emulator))
    emulator.clear_journal()
    first = play("workspace365.yml", inventory=hosts, env=requests.timeline_env(workdir)).ok()
    entries = emulator.journal()
    requests.report(requests.table(f"First connect, {prepare.__name__}", entries, first, workdir))
    emulator.clear_journal()
    again = play("workspace365.yml", inventory=hosts, env=requests.timeline_env(workdir)).ok()
    looked = emulator.journal()
    requests.report(requests.table(f"Confirm, {prepare.__name__}", looked, again, workdir))
    assert (again.changed(), emulator.writes()) == ([], [])
    assert (len(entries) <= FIRST_CONNECT + more, len(looked) <= CONFIRM) == (True, True), (len(entries), len(looked))
    assert first.host_tasks("contoso") <= FIRST_TASKS, [event.task for event in first.events]


def test_three_tenants_share_nothing_and_repeat_nothing(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    names = ("contoso", "fabrikam", "northwind")
    hosts = inventory(**dict.fromkeys(names))
    for budget, phase in ((FIRST_CONNECT, "connect"), (CONFIRM, "confirm")):
        emulator.clear_journal()
        run = play("workspace365.yml", inventory=hosts).ok()
        entries = emulator.journal()
        shared = len(requests.shared(entries, names)) / len(names)
        for name in names:
            own = requests.per_tenant(emulator, entries, name)
            assert len(own) + shared <= budget, (phase, name, [entry["path"] for entry in own])
            assert len(requests.permission_lists(own)) == 1, (phase, name)
            app_id = emulator.identity()["client_id"]
            assert len([entry for entry in own if entry["path"].endswith("/token") and entry["app_id"] == app_id]) == 1, (phase, name)
        assert len(entries) <= budget * len(names), phase
    for name in names:
        assert run.host_tasks(name) <= HOST_TASKS
        assert run.changed(name) == []


@pytest.mark.exhaustive
def test_confirming_means_looking(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """A narrower grant and a lost mark are found and put right. Test_33 of test_safety_proof.py looks for what is removed or changed altogether."""
    hosts = inventory(contoso=None)
    play("workspace365.yml", inventory=hosts).ok()
    assert signs_in(emulator)
    emulator.update("contoso", "oauth2PermissionGrants", grants(emulator)[0]["id"], scope="openid")
    emulator.update("contoso", "applications", own_application(emulator)["id"], tags=["tkc:created"])
    assert marks(emulator) == []
    emulator.advance(3600)  # a new key without a mark may be that of a run at work, which is waited for
    run = play("workspace365.yml", inventory=hosts).ok()
    assert run.task("Grant admin consent").changed
    assert run.task("Issue a credential, prove it and mark it as pending").changed
    assert [set(grant["scope"].split()) for grant in grants(emulator)] == [{"openid", "User.Read"}]
    assert len(marks(emulator)) == 1
    assert signs_in(emulator)
