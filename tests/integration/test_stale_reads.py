# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads that are behind the writes of the same run, and of runs a moment ago: nothing is lost, nothing made twice, nobody locked out."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from integration.workspace365.helpers import own_application, signs_in
from support.playbooks import Run
from support.plays import GRAPH, key_ids, no_secret_shown, scopes_of, task, write_play
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

DAY = 86400
STALE = {"update_reads": 2, "list_reads": 2}
PAYROLL = {"unique_name": "payroll"}


def held(emulator: Emulator) -> str:
    """The id of the key that Workspace 365 holds."""
    return str(emulator.workspace365("portal", "contoso")["sso"]["key_id"])


@pytest.mark.parametrize("ahead", [pytest.param(0, id="clocks-agree"), pytest.param(-3600, id="an-hour-behind")])
def test_connecting_under_stale_reads(play: Play, inventory: Inventory, emulator: Emulator, ahead: int) -> None:
    """One application, one grant, one secret, which is the one that is delivered. How new an object is, is judged by the service's clock."""
    hosts = inventory(contoso={})
    emulator.reset(forget=True, ahead=ahead)
    emulator.settings(**STALE, replication_reads=2, replication_flap=True)
    run = play("workspace365.yml", inventory=hosts).ok()
    application = own_application(emulator)
    assert key_ids(application) == [held(emulator)]
    assert len(scopes_of(emulator, "contoso", application["appId"])) == 1
    assert signs_in(emulator)
    no_secret_shown(run, emulator)


@pytest.mark.exhaustive
def test_renewal_under_stale_reads(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """The renewed secret is delivered, the old one stays for its overlap and goes after it."""
    hosts = inventory(contoso={})
    play("workspace365.yml", inventory=hosts).ok()
    first = held(emulator)
    emulator.settings(**STALE)
    emulator.advance(155 * DAY)
    play("workspace365.yml", inventory=hosts).ok()
    second = held(emulator)
    assert second != first
    assert set(key_ids(own_application(emulator))) == {first, second}
    emulator.advance(8 * DAY)
    play("workspace365.yml", inventory=hosts).ok()
    play("workspace365.yml", inventory=hosts).ok()
    assert held(emulator) == second
    assert key_ids(own_application(emulator)) == [second]
    assert signs_in(emulator)


def test_consent_under_stale_reads(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """What an earlier task granted is in no list yet: it is extended and kept, not refused as a conflict and not overwritten."""

    def consent(name: str, *scopes: str) -> dict[str, t.Any]:
        permissions = [{"resource": GRAPH, "delegated": list(scopes), "application": ["User.Read.All"]}]
        return task(name, "entra_admin_consent", {**PAYROLL, "permissions": permissions})

    playbook = write_play(
        workdir,
        task("app", "entra_app", {**PAYROLL, "display_name": "Payroll"}),
        task("principal", "entra_service_principal", PAYROLL),
        consent("one", "User.Read"),
        consent("two", "openid"),
        consent("three", "profile"),
    )
    emulator.settings(**STALE)
    play(playbook, inventory=inventory(contoso={})).ok()
    app_id = own_application(emulator, "contoso", "payroll")["appId"]
    assert scopes_of(emulator, "contoso", app_id) == [{"User.Read", "openid", "profile"}]


def test_requested_permissions_under_stale_reads(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """A second task adds to what the first one has just written, not to what was there before."""

    def request(name: str) -> dict[str, t.Any]:
        return task(name, "entra_app_permission", {**PAYROLL, "permissions": [{"resource": GRAPH, "delegated": [name]}]})

    playbook = write_play(workdir, task("app", "entra_app", {**PAYROLL, "display_name": "Payroll"}), request("User.Read"), request("openid"))
    emulator.settings(**STALE)
    play(playbook, inventory=inventory(contoso={})).ok()
    (entry,) = own_application(emulator, "contoso", "payroll")["requiredResourceAccess"]
    assert len(entry["resourceAccess"]) == 2


@pytest.mark.exhaustive
def test_certificate_under_stale_reads(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """A certificate is made, delivered and confirmed, and a second one is added beside it."""
    sink = {"connector": "sink", "instance": "vault/contoso/payroll certificate"}
    one = {**PAYROLL, "name": "one", "generate": True, "delivery": sink}
    playbook = write_play(
        workdir,
        task("app", "entra_app", {**PAYROLL, "display_name": "Payroll"}),
        task("principal", "entra_service_principal", PAYROLL),
        task("issue", "entra_app_certificate", one, register="issued", no_log=True),
        task("confirm", "entra_app_certificate", {**PAYROLL, "name": "one", "delivery": {**sink, "delivered_key_id": "{{ issued.certificate.key_id }}"}}),
        task("second", "entra_app_certificate", {**PAYROLL, "name": "two", "generate": True}, no_log=True),
    )
    emulator.settings(**STALE, certificate_activation_delay=2)
    play(playbook, inventory=inventory(contoso={})).ok()
    names = [entry["displayName"] for entry in own_application(emulator, "contoso", "payroll")["keyCredentials"]]
    assert len(names) == len(set(names)) == 2
