# SPDX-License-Identifier: GPL-3.0-or-later
"""A provider's customers as an inventory: listed, kept, grouped, rolled out to, and whole or not at all."""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
import typing as t
from pathlib import Path

import pytest
import yaml
from support.partners import HOSTILE, PROVIDER, READ, add_customer, add_customers, customer_id, end_relationships, provider_identity
from support.playbooks import ROOT, environment, run_playbook
from support.products import of_tenant, products
from tenant_emulator.testing import Emulator

CUSTOMERS = 40
NAMED = ("contoso", "fabrikam")  # tenants that the emulator has
ROLE = max(products())


@pytest.fixture
def folder(emulator: Emulator, workdir: Path) -> Path:
    """An inventory of 40 customers, with the operator's words about three of them beside it."""
    add_customers(emulator, *range(CUSTOMERS - len(NAMED)))
    for name in NAMED:
        add_customer(emulator, emulator.tenant_id(name))
    add_customer(emulator, customer_id(99), status="terminated")
    rows = [f"{emulator.tenant_id(name)},{name},{name}.com,emea" for name in NAMED] + [f"{customer_id(0)},,,emea"]
    (workdir / "customers.csv").write_text("\n".join(["tenant_id,name,expected_domain,region", *rows]))
    found = workdir / "inventory"
    found.mkdir()
    (found / "provider.tenants.yml").write_text(
        yaml.safe_dump(
            {
                "plugin": "tenantkit.connectors.tenants",
                "source": "gdap",
                "tenant_id": emulator.tenant_id(PROVIDER),
                "csv_path": "../customers.csv",
                "csv_variables": ["region"],
                "compose": {"label": "partner_display_name | length"},
                "groups": {"long_names": "label | int > 9"},
                "keyed_groups": [{"key": "region", "prefix": "region"}],
                "tenants_min": CUSTOMERS,
                "max_shrink": "5%",
                "cache": True,
                "cache_plugin": "ansible.builtin.jsonfile",
                "cache_connection": str(workdir / "cache"),
            }
        )
    )
    return found


@pytest.fixture
def operator_of_list(emulator: Emulator, workdir: Path) -> dict[str, str]:
    """The environment of an operator with the provider's own identity, one field of whose credential is empty."""
    return environment(workdir, {**emulator.env(), **provider_identity(emulator, READ), "TENANTKIT_PROVIDER_CERTIFICATE_PATH": ""})


def listed(source: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """What ansible-inventory says of a folder or a file."""
    command = [str(Path(sysconfig.get_path("scripts")) / "ansible-inventory"), "-i", str(source), "--list"]
    return subprocess.run(command, env=env, cwd=source.parent, capture_output=True, text=True, check=False)


def test_forty_customers(folder: Path, operator_of_list: dict[str, str], emulator: Emulator, workdir: Path) -> None:
    done = listed(folder, operator_of_list)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    found = json.loads(done.stdout)
    assert len(found["partner_relationship_active"]["hosts"]) == len(found["_meta"]["hostvars"]) == CUSTOMERS
    assert sorted(found["region_emea"]["hosts"]) == [customer_id(0), *NAMED]
    assert len(found["long_names"]["hosts"]) == CUSTOMERS
    said = found["_meta"]["hostvars"]["contoso"]
    assert said["entra_tenant_id"] == {"__ansible_unsafe": emulator.tenant_id("contoso")}
    assert said["partner_display_name"] == {"__ansible_unsafe": HOSTILE}
    assert (said["label"], said["entra_expected_domain"]) == (len(HOSTILE), {"__ansible_unsafe": "contoso.com"})

    # Kept for the next run, without anything secret, as are names that are new.
    emulator.clear_journal()
    assert listed(folder, operator_of_list).stdout == done.stdout
    assert emulator.journal() == []
    (kept,) = (workdir / "cache").iterdir()
    assert not [value for value in emulator.issued() if len(value) >= 10 and value in kept.read_text() + done.stdout]

    # A part of it is a failure that ends a run, also beside a source that is in order; what was kept does not stand in for it, however old it is.
    end_relationships(emulator, *range(1, 11))
    add_customers(emulator, *range(100, 110))
    (folder / "static.yml").write_text("all: {hosts: {other: }}\n")
    strict = {**operator_of_list, "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true"}
    os.utime(kept, (0, 0))
    failed = listed(folder, strict)
    assert (failed.returncode, failed.stdout) == (1, ""), failed.stderr
    assert "Of the 40 tenants of the list before this one, 10 are gone" in failed.stderr and "provider.tenants.yml" in failed.stderr
    # Without the setting Ansible goes on with what it has.
    lost = listed(folder, operator_of_list)
    assert lost.returncode == 0 and json.loads(lost.stdout)["ungrouped"]["hosts"] == ["other"] and "10 are gone" in lost.stderr
    assert json.loads(lost.stdout)["_meta"]["hostvars"] == {}
    accepted = listed(folder, {**strict, "TENANTKIT_TENANTS_MAX_SHRINK": "100%"})
    assert len(json.loads(accepted.stdout)["_meta"]["hostvars"]) == CUSTOMERS, accepted.stderr


def test_the_example(operator_of_list: dict[str, str], emulator: Emulator) -> None:
    for name in (*NAMED, "northwind"):
        add_customer(emulator, emulator.tenant_id(name), autoExtendDuration="P180D" if name == "contoso" else "PT0S", duration="P60D")
    found = json.loads(listed(ROOT / "examples" / "provider" / "inventory", operator_of_list).stdout)
    hosts = {group: sorted(content["hosts"]) for group, content in found.items() if "hosts" in content}
    assert hosts == {
        "partner_relationship_active": ["contoso", "fabrikam", "northwind"],
        "partner_relationship_ending": ["fabrikam", "northwind"],
        "region_amer": ["northwind"],
        "region_emea": ["contoso", "fabrikam"],
    }


def test_what_ansible_would_pass_over(folder: Path, operator_of_list: dict[str, str], workdir: Path) -> None:
    """Ansible makes a host of each line of a CSV file in the folder that is the inventory, and takes any key in a file; it says nothing of either."""
    moved = (workdir / "customers.csv").rename(folder / "customers.csv")
    written = folder / "provider.tenants.yml"
    written.write_text(written.read_text().replace("../customers.csv", "customers.csv"))
    env = {**operator_of_list, "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true"}
    assert "'csv_path' is customers.csv, which is in a folder that Ansible reads as an inventory" in listed(folder, env).stderr
    assert listed(written, env).returncode == 0  # the file alone, and not its folder
    written.write_text(written.read_text().replace("tenants_min:", "tenant_min:"))
    assert "The file has 'tenant_min', which is no option of the plugin. Did you mean 'tenants_min'?" in listed(written, env).stderr
    assert moved.exists()


def test_two_sources_that_call_two_tenants_by_one_name(workdir: Path) -> None:
    """The second would take the place of the first. A file that says more of a host is no second tenant."""
    found = workdir / "inventory"
    found.mkdir()
    for number in (1, 2):
        (workdir / f"{number}.csv").write_text(f"tenant_id,name\n{customer_id(number)},contoso\n")
        written = {"plugin": "tenantkit.connectors.tenants", "source": "csv", "csv_path": f"../{number}.csv"}
        (found / f"{number}.tenants.yml").write_text(yaml.safe_dump(written))
    (found / "0.yml").write_text("all: {hosts: {contoso: {connectors: []}}}\n")
    env = environment(workdir, {"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true"})
    said = f"Host 'contoso' is tenant {customer_id(1)} in another source of the inventory, and 'contoso' is tenant {customer_id(2)} in this one."
    failed = listed(found, env)
    assert failed.returncode and said in failed.stderr and "2.tenants.yml" in failed.stderr
    (workdir / "2.csv").write_text(f"tenant_id,name\n{customer_id(2)},fabrikam\n")
    hosts = json.loads(listed(found, env).stdout)["_meta"]["hostvars"]
    assert {name: said["entra_tenant_id"]["__ansible_unsafe"] for name, said in hosts.items()} == {"contoso": customer_id(1), "fabrikam": customer_id(2)}


def test_a_rollout_over_a_group_of_them(folder: Path, operator_of_list: dict[str, str], operator: dict[str, str], emulator: Emulator, workdir: Path) -> None:
    """One of three customers has a connector, which is looked at and not made; the name that it gave itself stays text."""
    shared: dict[str, t.Any] = {name: value for product in products().values() for name, value in product.variables(emulator).items()}
    hosts = {"contoso": {**of_tenant("contoso"), "connectors": [ROLE]}}
    (folder / "connectors.yml").write_text(yaml.safe_dump({"region_emea": {"vars": shared, "hosts": hosts}}))
    emulator.clear_journal()
    env = {**operator, **operator_of_list, "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true"}
    run = run_playbook(ROOT / "playbooks" / "rollout.yml", workdir, inventory=folder, env=env, check=True, extra={"rollout_hosts": "region_emea"}).ok()
    assert {event.host for event in run.events} == {customer_id(0), *NAMED}
    assert run.changed("contoso") and emulator.writes() == []
    reached = {entry["tenant"] for entry in emulator.journal("graph")}
    assert reached == {emulator.tenant_id("contoso"), emulator.tenant_id(PROVIDER)}
    assert "uid=" not in run.output
