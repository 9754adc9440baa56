# SPDX-License-Identifier: GPL-3.0-or-later
"""Promises 29 to 33: proof and honesty."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from support.playbooks import Run
from support.plays import GRAPH, failed_well, own_application, signs_in, task, write_play
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]


@pytest.fixture
def connected(play: Play, inventory: Inventory, emulator: Emulator) -> Path:
    """Contoso is connected; the inventory that did it."""
    hosts = inventory(contoso={})
    play("workspace365.yml", inventory=hosts).ok()
    emulator.clear_journal()
    return hosts


def test_29_a_proof_is_made_at_the_home_tenant_each_time_anew(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Three requests of the new secret to the tenant's GUID, on top of the automation's one; retried while Entra does not know it yet."""
    emulator.settings(secret_activation_delay=1)
    play("workspace365.yml", inventory=inventory(contoso={})).ok()
    app_id = own_application(emulator)["appId"]
    proofs = [entry for entry in emulator.journal("login", "POST") if entry["app_id"] == app_id]
    assert all(entry["path"].startswith(f"/{emulator.tenant_id('contoso')}/") for entry in proofs)
    assert [entry["status"] for entry in proofs][-3:] == [200, 200, 200]
    assert 401 in {entry["status"] for entry in proofs}


def test_29_blocked_is_not_a_bad_secret(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """Conditional Access says nothing about the secret: the failure says blocked, and nothing is delivered."""
    payroll = {"unique_name": "payroll"}
    made = write_play(workdir, task("app", "entra_app", {**payroll, "display_name": "Payroll"}), task("principal", "entra_service_principal", payroll))
    play(made, inventory=inventory(contoso={})).ok()
    emulator.settings(conditional_access_blocks=[own_application(emulator, "contoso", "payroll")["appId"]])
    run = play(write_play(workdir, task("secret", "entra_client_secret", {**payroll, "name": "nightly"})), inventory=inventory(contoso={}))
    failed_well(run, emulator, "Conditional Access", "AADSTS53003", "says nothing about the secret")


def test_30_one_token_for_a_job_and_a_fresh_one_after_a_403(play: Play, emulator: Emulator, connected: Path) -> None:
    """Tokens are kept for the job; one that is refused is dropped and asked for again once, before the refusal is reported."""
    emulator.fault(service="graph", path="batch", action="status", status=401, body={"error": {"code": "InvalidAuthenticationToken", "message": "Expired."}})
    assert play("workspace365.yml", inventory=connected).ok().changed() == []
    assert len([entry for entry in emulator.journal("login", "POST") if entry["status"] == 200]) <= 2
    emulator.clear_journal()
    play("workspace365.yml", inventory=connected).ok()
    assert len(emulator.journal("login", "POST")) == 1
    emulator.clear_journal()
    denied = {"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges to complete the operation."}}
    emulator.fault(service="graph", action="status", status=403, body=denied, headers={"request-id": "0c0ffee0-1111-4222-8333-444455556666"}, times=None)
    run = play("workspace365.yml", inventory=connected)
    failed_well(run, emulator, "Authorization_RequestDenied", "0c0ffee0-1111-4222-8333-444455556666", "contoso.onmicrosoft.com")
    assert len(emulator.journal("login", "POST")) <= 2


def test_32_results_say_last_delivered(play: Play, emulator: Emulator, connected: Path) -> None:
    """What a product holds is never claimed."""
    run = play("workspace365.yml", inventory=connected).ok()
    words = json.dumps([event.result for event in run.events])
    assert "last delivered" in words
    assert "holds" not in words.lower()


@pytest.mark.parametrize("damage", ["grant", "principal", "key", "uri", "permission"])
def test_33_confirming_means_looking(play: Play, emulator: Emulator, connected: Path, damage: str) -> None:
    """What somebody changed behind our back is found by the next run, and put right."""
    tenant, application = emulator.tenant("contoso"), own_application(emulator)
    (principal,) = (item for item in tenant["service_principals"].values() if item["appId"] == application["appId"])
    key = emulator.workspace365("portal", "contoso")["sso"]["key_id"]
    if damage == "grant":
        (grant,) = (item for item in tenant["grants"].values() if item["clientId"] == principal["id"])
        emulator.delete("contoso", "oauth2PermissionGrants", grant["id"])
    elif damage == "principal":
        emulator.update("contoso", "servicePrincipals", principal["id"], accountEnabled=False)
    elif damage == "key":
        emulator.control("DELETE", f"tenants/contoso/applications/{application['id']}/secrets/{key}")
    elif damage == "uri":
        emulator.update("contoso", "applications", application["id"], web={**application["web"], "redirectUris": ["https://elsewhere.example/"]})
    else:
        emulator.update("contoso", "applications", application["id"], requiredResourceAccess=[])
    check = play("workspace365.yml", inventory=connected, check=True).ok()
    assert check.changed(), damage
    assert emulator.writes() == []
    assert play("workspace365.yml", inventory=connected).ok().changed(), damage
    assert play("workspace365.yml", inventory=connected).ok().changed() == []
    mended, tenant = own_application(emulator), emulator.tenant("contoso")
    assert any(grant["clientId"] == principal["id"] and set(grant["scope"].split()) == {"openid", "User.Read"} for grant in tenant["grants"].values())
    assert tenant["service_principals"][principal["id"]]["accountEnabled"]
    assert any(uri.endswith("/OAuth2/HandleAuthorityResponse") for uri in mended["web"]["redirectUris"])
    assert mended["requiredResourceAccess"] == application["requiredResourceAccess"]
    assert (emulator.workspace365("portal", "contoso")["sso"]["key_id"] != key) == (damage == "key")
    assert signs_in(emulator)


def test_33_an_empty_look_is_not_a_success(play: Play, emulator: Emulator, connected: Path) -> None:
    """A read that is refused is never taken for absent: nothing is made anew because of it."""
    denied = {"error": {"code": "Authorization_RequestDenied"}}
    emulator.fault(service="graph", part=True, path="/applications", action="status", status=403, body=denied, times=None)
    failed_well(play("workspace365.yml", inventory=connected), emulator, GRAPH, "403", "contoso.onmicrosoft.com")
    assert emulator.writes() == []
