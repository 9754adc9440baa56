# SPDX-License-Identifier: GPL-3.0-or-later
"""How many requests and tasks a tenant costs, and that confirming one still means looking at it."""

from __future__ import annotations

import collections
import typing as t
from pathlib import Path

import pytest
from support import requests
from support.playbooks import Run
from support.plays import own_application, signs_in
from support.sampling import sampled
from support.scenarios import SCENARIOS, Site
from tenant_emulator.testing import Emulator, JsonObject

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

FIRST_CONNECT = 20
CONFIRM, HOST_TASKS = 4, 7  # where we are; 8 and 8 are the promise
# Requests and host-tasks of runs that find everything as it should be, by scenario. They are what was measured, so that they only ever go down.
CONFIRMED = {
    "workato": (7, 12),
    "workato_file": (4, 15),
    "platform_secret": (6, 17),
    "platform_certificate": (6, 17),
    "okta_preconsent": (7, 6),
    "okta_open": (4, 6),
}


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
    """A registration that is adopted, with its enterprise application."""
    made = emulator.add_application("contoso", displayName="By hand", web={"redirectUris": ["https://elsewhere.example/callback"]})["application"]
    return {"workspace365_client_id": made["appId"], "workspace365_adopt": True}


@pytest.mark.parametrize("prepare", [limited, whole_profile, unreadable_list, made_by_hand], ids=lambda prepare: prepare.__name__)
def test_requests_of_other_tenants(prepare: t.Callable[[Emulator], JsonObject], play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
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
    assert (len(entries) <= FIRST_CONNECT, len(looked) <= CONFIRM) == (True, True), (len(entries), len(looked))


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


@pytest.mark.parametrize("name", sampled(CONFIRMED.keys(), "workato", "platform_secret", "okta_preconsent"))
def test_confirming_each_connector(name: str, emulator: Emulator, operator: dict[str, str], inventory: Inventory, workdir: Path) -> None:
    """Nothing is written, and looking costs no more than it did."""
    scenario = SCENARIOS[name](Site(emulator, operator, inventory, workdir))
    scenario.run(scenario.host).ok()
    emulator.clear_journal()
    run = scenario.run(scenario.host, **requests.timeline_env(workdir)).ok()
    entries = emulator.journal()
    requests.report(requests.table(f"Confirm {name}", entries, run, workdir))
    assert (run.changed(), emulator.writes()) == ([], [])
    budget, tasks = CONFIRMED[name]
    assert len(entries) <= budget
    assert run.host_tasks("contoso") <= tasks, [event.task for event in run.events]


@pytest.mark.exhaustive
def test_confirming_means_looking(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """A narrower grant and a lost mark are found and put right. Test_33 of test_safety_proof.py looks for what is removed or changed altogether."""
    hosts = inventory(contoso=None)
    play("workspace365.yml", inventory=hosts).ok()
    assert signs_in(emulator)
    emulator.update("contoso", "oauth2PermissionGrants", grants(emulator)[0]["id"], scope="openid")
    emulator.update("contoso", "applications", own_application(emulator)["id"], tags=["tkc:created"])
    assert marks(emulator) == []
    run = play("workspace365.yml", inventory=hosts).ok()
    assert run.task("Grant admin consent").changed
    assert run.task("Issue a credential, prove it and mark it as pending").changed
    assert [set(grant["scope"].split()) for grant in grants(emulator)] == [{"openid", "User.Read"}]
    assert len(marks(emulator)) == 1
    assert signs_in(emulator)
