# SPDX-License-Identifier: GPL-3.0-or-later
"""Promises 29 to 33: proof and honesty."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from integration.workspace365.helpers import own_application, signs_in
from support.playbooks import Run
from support.plays import GRAPH, failed_well, scopes_of, task, write_play
from tenant_emulator.testing import Emulator

VENDOR = "6c1f0e5a-2d4b-4f3c-9b7a-8e5d3c2b1a01"
Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]


@pytest.fixture
def confirmed(connected: Play, inventory: Inventory, emulator: Emulator) -> Path:
    """Contoso is connected; the inventory that did it."""
    hosts = inventory(contoso={})
    connected("workspace365.yml", inventory=hosts)
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


def test_30_one_token_for_a_job_and_a_fresh_one_after_a_403(play: Play, inventory: Inventory, emulator: Emulator, confirmed: Path, workdir: Path) -> None:
    """Tokens are kept for the job; one that is refused is dropped and asked for again once, before the refusal is reported."""
    emulator.fault(service="graph", path="batch", action="status", status=401, body={"error": {"code": "InvalidAuthenticationToken", "message": "Expired."}})
    assert play("workspace365.yml", inventory=confirmed).ok().changed() == []
    assert len([entry for entry in emulator.journal("login", "POST") if entry["status"] == 200]) == 2
    emulator.clear_journal()
    looks = (task("first", "entra_app_info", {"unique_name": "payroll"}), task("second", "entra_service_principal_info", {"app_id": VENDOR}))
    playbook = write_play(workdir, *looks)
    play(playbook, inventory=inventory(contoso={})).ok()
    assert len(emulator.journal("login", "POST")) == 1
    emulator.clear_journal()
    denied = {"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges to complete the operation."}}
    emulator.fault(service="graph", part=True, path=VENDOR, action="status", status=403, body=denied, times=None)
    run = play(playbook, inventory=inventory(contoso={}))
    assert run.task("first").status == "ok"
    failed_well(run, emulator, "Authorization_RequestDenied", "contoso.onmicrosoft.com")
    assert len(emulator.journal("login", "POST")) == 2, "the cached token was not renewed before the refusal was reported"


def test_32_results_say_last_delivered(play: Play, emulator: Emulator, confirmed: Path) -> None:
    """What a product holds is never claimed."""
    run = play("workspace365.yml", inventory=confirmed).ok()
    words = json.dumps([event.result for event in run.events])
    assert "last delivered" in words
    assert "holds" not in words.lower()


def damage(emulator: Emulator, tenant: str, kind: str) -> None:
    """Change one thing behind our back."""
    application = own_application(emulator, tenant)
    (principal,) = (item for item in emulator.tenant(tenant)["service_principals"].values() if item["appId"] == application["appId"])
    if kind == "grant":
        (grant,) = (item for item in emulator.tenant(tenant)["grants"].values() if item["clientId"] == principal["id"])
        emulator.delete(tenant, "oauth2PermissionGrants", grant["id"])
    elif kind == "principal":
        emulator.update(tenant, "servicePrincipals", principal["id"], accountEnabled=False)
    elif kind == "key":
        key = emulator.workspace365("portal", tenant)["sso"]["key_id"]
        emulator.control("DELETE", f"tenants/{tenant}/applications/{application['id']}/secrets/{key}")
    elif kind == "uri":
        emulator.update(tenant, "applications", application["id"], web={**application["web"], "redirectUris": ["https://elsewhere.example/"]})
    elif kind == "permission":
        emulator.update(tenant, "applications", application["id"], requiredResourceAccess=[])


def whole(emulator: Emulator, tenant: str) -> tuple[t.Any, ...]:
    """What matters of a connection, key ids aside."""
    application = own_application(emulator, tenant)
    (principal,) = (item for item in emulator.tenant(tenant)["service_principals"].values() if item["appId"] == application["appId"])
    ours = [uri for uri in application["web"]["redirectUris"] if uri.endswith("/OAuth2/HandleAuthorityResponse")]
    granted = scopes_of(emulator, tenant, application["appId"])
    return ours, application["requiredResourceAccess"], principal["accountEnabled"], granted, signs_in(emulator, tenant)


@pytest.mark.parametrize(
    "kinds", [{"contoso": "grant", "fabrikam": "principal", "northwind": "key"}, {"contoso": "uri", "fabrikam": "permission", "northwind": "nothing"}]
)
def test_33_confirming_means_looking(play: Play, inventory: Inventory, emulator: Emulator, kinds: dict[str, str]) -> None:
    """What somebody changed behind our back is found by the next run, also in check mode, and put right; nothing else is touched."""
    # What is disabled may be a security measure, so that alone takes the operator's word: without it the run ends as blocked (workspace365/test_blocked.py).
    hosts = inventory(**{tenant: {"workspace365_enable": True} if kind == "principal" else None for tenant, kind in kinds.items()})
    play("workspace365.yml", inventory=hosts).ok()
    before = {tenant: whole(emulator, tenant) for tenant in kinds}
    keys = {tenant: emulator.workspace365("portal", tenant)["sso"]["key_id"] for tenant in kinds}
    for tenant, kind in kinds.items():
        damage(emulator, tenant, kind)
        assert (whole(emulator, tenant) != before[tenant]) == (kind != "nothing")
    emulator.clear_journal()
    check = play("workspace365.yml", inventory=hosts, check=True).ok()
    assert emulator.writes() == []
    run = play("workspace365.yml", inventory=hosts).ok()
    for tenant, kind in kinds.items():
        assert bool(check.changed(tenant)) == bool(run.changed(tenant)) == (kind != "nothing"), kind
        assert whole(emulator, tenant) == before[tenant], kind
        assert (emulator.workspace365("portal", tenant)["sso"]["key_id"] != keys[tenant]) == (kind == "key")
    assert play("workspace365.yml", inventory=hosts).ok().changed() == []


def test_33_an_empty_look_is_not_a_success(play: Play, emulator: Emulator, confirmed: Path) -> None:
    """A read that is refused is never taken for absent: nothing is made anew because of it."""
    denied = {"error": {"code": "Authorization_RequestDenied"}}
    emulator.fault(service="graph", part=True, path="/applications", action="status", status=403, body=denied, times=None)
    failed_well(play("workspace365.yml", inventory=confirmed), emulator, GRAPH, "403", "contoso.onmicrosoft.com")
    assert emulator.writes() == []
