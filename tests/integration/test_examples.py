# SPDX-License-Identifier: GPL-3.0-or-later
"""What a newcomer copies: the examples, and the playbook that rolls everything out, run as they are written."""

from __future__ import annotations

import json
import shutil
import typing as t
from pathlib import Path

import pytest
import yaml
from integration.workspace365.helpers import own_application, signs_in
from support.key_value import TOKEN, key_value
from support.playbooks import ROOT, Run
from support.plays import failed_well, no_secret_shown, write_play
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

EXAMPLES = ROOT / "examples"
TENANTS = ("contoso", "fabrikam", "northwind")
VENDOR = {"okta_workflows_app_id": "c7e15b90-4d28-4a6f-b3c1-90f2d6e8a745", "okta_workflows_publisher_tenant_id": "5e0b7a42-9c16-4f83-a2d7-e41c8b60f395"}


def life(play: Play, playbook: Path, emulator: Emulator) -> Run:
    """Check on empty, real, again, check again, over the example inventory. Returns the real run."""
    first = play(playbook, inventory=EXAMPLES / "inventory", check=True).ok()
    assert emulator.writes() == []
    run = play(playbook, inventory=EXAMPLES / "inventory").ok()
    assert {event.host for event in run.changed()} == set(TENANTS)
    emulator.clear_journal()
    for check in (False, True):
        again = play(playbook, inventory=EXAMPLES / "inventory", check=check).ok()
        assert again.changed() == [] and emulator.writes() == []
    assert [text for one in (first, run, again) for text in one.warnings()] == []
    return run


def test_a_play_of_ones_own(play: Play, emulator: Emulator) -> None:
    life(play, EXAMPLES / "own_play.yml", emulator)
    for tenant in TENANTS:
        application = own_application(emulator, tenant, "payroll-sync")
        assert application["web"]["redirectUris"] == ["https://payroll.example/callback"]


def test_another_product(play: Play, emulator: Emulator, workdir: Path) -> None:
    """The example as it is, but for the address of a product that does not exist: the values go into a file instead."""
    folder = workdir / "examples"
    shutil.copytree(EXAMPLES, folder)
    content = "{{ {'client_id': entra_connector_client_id, 'client_secret': entra_connector_secret_value} | to_json }}"
    deliver = {
        "name": "Keep it",
        "ansible.builtin.copy": {"dest": f"{workdir}/{{{{ inventory_hostname }}}}.json", "mode": "0600", "content": content},
        "when": "not ansible_check_mode",
        "no_log": True,
    }
    (folder / "tasks" / "deliver_payroll.yml").write_text(yaml.safe_dump([deliver]))
    life(play, folder / "other_product.yml", emulator)
    for tenant in TENANTS:
        held = json.loads((workdir / f"{tenant}.json").read_text())
        assert emulator.token(tenant, held["client_id"], held["client_secret"])["status"] == 200


@pytest.mark.exhaustive
def test_a_sink_of_ones_own(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """The key/value store gets the credential, is asked on every run, loses it, is closed, and forgets it in the end."""
    role = {"ansible.builtin.include_role": {"name": "tenantkit.connectors.entra_connector"}}
    playbook = write_play(workdir, {"name": "Connect it", **role})
    variables = {
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        "entra_connector_name": "payroll",
        "entra_connector_app": {"unique_name": "payroll", "display_name": "Payroll"},
        "entra_connector_secret": {"name": "payroll"},
        "entra_connector_sink": {"type": "tasks", "file": str(EXAMPLES / "tasks" / "sink_key_value.yml")},
    }
    hosts, gone = inventory(contoso=variables), {"entra_connector_state": "absent", "entra_connector_absent_confirmed": "payroll"}
    entry = "tenantkit/contoso/payroll"
    with key_value() as store:
        env = {"VAULT_ADDR": store.address, "VAULT_TOKEN": TOKEN}
        refused = play(playbook, inventory=hosts, env={**env, "VAULT_TOKEN": "another"})
        failed_well(refused, emulator, "may not write secret/data/tenantkit/contoso/payroll")
        play(playbook, inventory=hosts, env=env, check=True).ok()
        assert emulator.writes() == [] and store.data == {}
        play(playbook, inventory=hosts, env=env).ok()
        first = store.data[entry]
        assert emulator.token("contoso", first["client_id"], first["value"])["status"] == 200
        assert play(playbook, inventory=hosts, env=env).ok().changed() == []
        store.metadata[entry] = {}
        play(playbook, inventory=hosts, env=env).ok()
        assert store.data[entry]["key_id"] == store.metadata[entry]["key_id"] != first["key_id"]
        emulator.clear_journal()
        failed_well(play(playbook, inventory=hosts, env={**env, "VAULT_TOKEN": "another"}, extra=gone), emulator, "may not write")
        assert emulator.writes() == [] and store.data
        ends = play(playbook, inventory=hosts, env=env, extra=gone).ok()
        assert store.data == {} and emulator.writes() != []
        no_secret_shown(ends, emulator)


def test_a_rollout_goes_on_for_the_others(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Every connector of every tenant; one customer whose tenant is wrong stops nobody else, and a second run changes nothing."""
    two = {"connectors": ["workspace365", "okta_workflows"], **VENDOR, "okta_workflows_permissions": "directory"}
    hosts = inventory(
        contoso={**two, "okta_workflows_accounts": ["service@contoso.com"]},
        fabrikam={**two, "okta_workflows_accounts": ["service@fabrikam.com"], "entra_expected_domain": "contoso.com"},
        northwind={"connectors": "workspace365"},
        wingtip={},
    )
    run = play("rollout.yml", inventory=hosts).failed()
    assert "[wingtip] nothing chosen: 'connectors' names no connector" in run.output
    assert not [entry for entry in emulator.journal() if "wingtip" in entry["path"]]
    assert "contoso.com" in run.failure("fabrikam")["msg"]
    assert signs_in(emulator, "contoso") and signs_in(emulator, "northwind")
    assert emulator.workspace365("portal", "fabrikam")["sso"] is None
    assert not [app for app in emulator.tenant("fabrikam")["applications"].values() if "tkc:created" in app["tags"]]
    again = play("rollout.yml", inventory=hosts, args=["--limit", "contoso,northwind"]).ok()
    assert again.changed() == []


def test_an_inventory_that_says_nothing_of_connections(play: Play, emulator: Emulator, workdir: Path) -> None:
    """A host is a tenant: the playbooks of the collection run on the controller, with the Python that runs Ansible."""
    url = emulator.workspace365_url()
    hosts = workdir / "plain.yml"
    host = {"entra_tenant_id": "contoso.onmicrosoft.com", "workspace365_environment": "contoso", "connectors": ["workspace365"]}
    keys = {url: emulator.control("GET", "workspace365/portal")["provisioning_key"]}
    shared = {"workspace365_instance_url": url, "workspace365_provisioning_keys": keys}
    hosts.write_text(yaml.safe_dump({"tenants": {"vars": shared, "hosts": {"contoso": host}}}))
    play("workspace365.yml", inventory=hosts).ok()
    assert signs_in(emulator)
    assert play("rollout.yml", inventory=hosts).ok().changed() == []
