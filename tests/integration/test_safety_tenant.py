# SPDX-License-Identifier: GPL-3.0-or-later
"""Promises 1 to 7: the right tenant, the right product."""

from __future__ import annotations

import typing as t
from pathlib import Path

from integration.workspace365.helpers import own_application, signs_in
from support.playbooks import Run
from support.plays import each_failed_well, expected_to_fail, failed_well, write_play
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

PAYROLL = {"unique_name": "payroll", "display_name": "Payroll"}
ALONE = {"workspace365_provisioning_key_instance": None}  # a key that does not say whose it is


def test_1_the_tenant_never_comes_from_the_environment(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """A host without a tenant fails although the environment names one, and nothing at all is requested."""
    injected = {"AZURE_TENANT_ID": emulator.tenant_id("contoso"), "AZURE_TENANT": "contoso.onmicrosoft.com"}
    hosts = inventory(contoso={"entra_tenant_id": "REMOVED"}, fabrikam={"entra_tenant_id": ""})
    hosts.write_text(hosts.read_text().replace("      entra_tenant_id: REMOVED\n", ""))
    run = play("workspace365.yml", inventory=hosts, env=injected)
    assert "missing required arguments: entra_tenant_id" in run.failed().failure("contoso")["msg"]
    failed_well(run, emulator, "'entra_tenant_id' is empty", host="fabrikam")
    alone = write_play(workdir, expected_to_fail("module", "entra_app", PAYROLL))
    text = alone.read_text().replace("      tenant_id: '{{ entra_tenant_id }}'\n", "      timeout: 300\n")
    assert text != alone.read_text()
    alone.write_text(text)
    run = play(alone, inventory=hosts, env=injected).ok()
    assert "tenant_id" in run.task("module", "contoso").result["msg"]
    assert emulator.journal() == []


def test_2_the_tenant_reached_is_the_tenant_named(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """A token decides: its tenant has to be the GUID, or own the domain, before the first write; the expected domain likewise."""
    stray = {"entra_auth": {"access_token": emulator.token("fabrikam")["access_token"]}}
    hosts = inventory(
        contoso={**stray, "entra_tenant_id": emulator.tenant_id("contoso")},
        northwind=stray,
        fabrikam={"entra_tenant_id": emulator.tenant_id("fabrikam"), "entra_expected_domain": "contoso.com"},
    )
    run = play("workspace365.yml", inventory=hosts)
    failed_well(run, emulator, emulator.tenant_id("contoso"), emulator.tenant_id("fabrikam"), host="contoso")
    failed_well(run, emulator, "northwind.onmicrosoft.com", emulator.tenant_id("fabrikam"), host="northwind")
    failed_well(run, emulator, "contoso.com", host="fabrikam")
    assert emulator.writes() == []


def test_3_two_hosts_with_one_tenant(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """The same tenant under two names with the same connection is an error on both hosts; different connections are not."""
    one = {"workspace365_unique_name": "workspace"}
    hosts = inventory(
        contoso=one,
        again={**one, "entra_tenant_id": emulator.tenant_id("contoso"), "workspace365_environment": "fabrikam"},
    )
    run = play("workspace365.yml", inventory=hosts)
    failed_well(run, emulator, "again and contoso", "Nothing was written", host="again")
    failed_well(run, emulator, "again and contoso", "Nothing was written", host="contoso")
    assert emulator.writes() == []


def test_4_automatic_credentials_do_not_guess(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Half a credential in the environment is an error, and nothing but what was given is tried."""
    managed = {"IDENTITY_ENDPOINT": emulator.identity_endpoint, "IDENTITY_HEADER": emulator.ready["identity_header"]}
    half = play("workspace365.yml", inventory=inventory(contoso={}), env={**managed, "AZURE_CLIENT_SECRET": None})
    failed_well(half, emulator, "AZURE_CLIENT_SECRET")
    none = play("workspace365.yml", inventory=inventory(contoso={}), env={**managed, "AZURE_CLIENT_ID": None, "AZURE_CLIENT_SECRET": None})
    failed_well(none, emulator, "credential", "AZURE_CLIENT_ID")
    assert emulator.journal() == []
    play("workspace365.yml", inventory=inventory(contoso={"entra_auth": {"method": "managed_identity"}}), env=managed, check=True).ok()
    assert emulator.journal("identity")


def test_5_an_environment_that_is_not_marked(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """It is written when the page shows it free or connected to this very tenant; in doubt only with take over."""
    emulator.set_workspace365("portal", "contoso", page_mode="error")
    ours = {"authority": "https://login.windows.net/fabrikam.com", "client_id": "0b9e4c37-36d2-4f4e-8f28-0a54a8d6b1aa", "key": "made-by-hand-long-ago"}
    emulator.set_workspace365("portal", "fabrikam", sso=ours)
    run = play("workspace365.yml", inventory=inventory(contoso={}, fabrikam={}))
    failed_well(run, emulator, "contoso", "take_over", "500", host="contoso")
    assert emulator.workspace365("portal", "contoso")["sso"] is None
    assert emulator.workspace365("portal", "fabrikam")["sso"]["client_id"] == own_application(emulator, "fabrikam")["appId"]
    assert {entry["tenant"] for entry in emulator.journal("graph", "POST", "/applications")} == {emulator.tenant_id("fabrikam")}
    play("workspace365.yml", inventory=inventory(contoso={"workspace365_take_over": True})).ok()
    assert signs_in(emulator)


def test_6_a_provisioning_key_belongs_to_its_host(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """One key for several instances is refused before anything is sent; keys go to the instance or the host beside them only."""
    elsewhere = {"workspace365_instance_url": emulator.workspace365_url("other"), "workspace365_environment": "wingtip", **ALONE}
    hosts = inventory(contoso=ALONE, fabrikam=elsewhere)
    run = play("workspace365.yml", inventory=hosts)
    failed_well(run, emulator, "workspace365_provisioning_keys", "fabrikam uses https://", host="contoso")
    failed_well(run, emulator, "workspace365_provisioning_keys", "contoso uses https://", host="fabrikam")
    one = write_play(workdir, roles=["tenantkit.connectors.workspace365"], hosts="contoso")
    failed_well(play(one, inventory=hosts), emulator, "fabrikam uses https://", host="contoso")  # it is no host of this play
    beside = inventory(contoso={}, fabrikam={**elsewhere, "workspace365_provisioning_key_instance": emulator.workspace365_url()})
    run = play("workspace365.yml", inventory=beside, check=True)
    failed_well(run, emulator, "workspace365_instance_url", emulator.workspace365_url(), emulator.workspace365_url("other"), host="fabrikam")
    assert {event.host for event in run.events if event.status == "failed"} == {"fabrikam"}
    emulator.clear_journal()
    keys = {name: emulator.control("GET", f"workspace365/{instance}")["provisioning_key"] for name, instance in (("contoso", "portal"), ("fabrikam", "other"))}
    by_instance = {emulator.workspace365_url("other") + "/": keys.pop("fabrikam"), **keys}
    own_keys = {"workspace365_provisioning_keys": by_instance, "workspace365_provisioning_key": None}
    play("workspace365.yml", inventory=inventory(contoso=own_keys, fabrikam={**elsewhere, **own_keys})).ok()
    assert signs_in(emulator, "contoso", "portal")
    assert signs_in(emulator, "wingtip", "other")
    assert 403 not in {entry["status"] for entry in emulator.journal("workspace365")}


def test_6_a_run_that_sees_only_some_hosts(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """The host whose instance a key belongs to may be the one that is missing, so a key without its instance goes nowhere and no service is asked."""
    emulator.clear_journal()
    hosts = inventory(contoso=ALONE, fabrikam=ALONE)
    words = ["workspace365_provisioning_key_instance", "Nothing was asked for"]
    limited = play("workspace365.yml", inventory=hosts, args=["--limit", "contoso"])
    failed_well(limited, emulator, "is limited to 'contoso'", *words, host="contoso")
    failed_well(play("workspace365.yml", inventory=hosts, env={"JOB_ID": "7"}), emulator, "AWX", *words, host="fabrikam")
    failed_well(play("workspace365.yml", inventory=hosts, extra={"workspace365_hosts": "contoso"}), emulator, "'workspace365_hosts'", *words)
    failed_well(play("workspace365_recover.yml", inventory=hosts, extra={"awx_job_id": 7}), emulator, "awx_job_id", *words, host="contoso")
    assert emulator.journal() == []
    play("workspace365.yml", inventory=inventory(contoso={}, fabrikam=ALONE), args=["--limit", "contoso"]).ok()
    assert signs_in(emulator)


def test_7_plain_http_is_refused(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """An address without TLS gets nothing, neither a credential nor a key. Redirects are in test_faults.py."""
    plain = {"ENTRA_GRAPH_URL": emulator.graph_url.replace("https:", "http:")}
    playbook = write_play(workdir, expected_to_fail("graph", "entra_app", PAYROLL))
    run = play(playbook, inventory=inventory(contoso={}), env=plain).ok()
    each_failed_well(run, emulator, {"graph": ["http://", "https://"]})
    insecure = {"workspace365_instance_url": emulator.workspace365_url().replace("https:", "http:")}
    failed_well(play("workspace365.yml", inventory=inventory(contoso=insecure)), emulator, "https://")
    assert emulator.journal("workspace365") == []
    assert emulator.writes() == []
