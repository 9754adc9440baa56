# SPDX-License-Identifier: GPL-3.0-or-later
"""Every role on one host for several tenants: include_role with a loop, its variables taken from C(item), which Ansible evaluates whenever they are used."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml
from support.playbooks import Run
from support.plays import COLLECTION
from support.products import InLoop, products
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
TENANTS = ("contoso", "fabrikam", "northwind")
RESULTS = {"entra_connector": "payroll_result"}  # of the other roles it is ROLE_result

ROLES: dict[str, InLoop] = {
    "entra_connector": InLoop(
        {
            "entra_connector_name": "payroll",
            "entra_connector_result": "payroll_result",
            "entra_connector_app": {"unique_name": "payroll.{{ item.name }}", "display_name": "Payroll of {{ item.name }}"},
            "entra_connector_permissions": [{"resource": "{{ item.resource }}", "delegated": ["User.Read"]}],
            "entra_connector_secret": {"name": "payroll"},
            "entra_connector_sink": {"type": "vault_file", "directory": "{{ item.folder }}"},
            "entra_connector_vault_id": "connectors",
        },
        item=lambda name: {"resource": "Microsoft Graph"},
        has_its_own=lambda emulator, tenant: made_here(emulator, tenant) == [f"payroll.{tenant}"],
    ),
    **{name: product.in_loop for name, product in products().items()},
}


def made_here(emulator: Emulator, tenant: str) -> list[str]:
    """The unique names of the applications that this collection made in a tenant."""
    return [one["uniqueName"] for one in emulator.tenant(tenant)["applications"].values() if "tkc:created" in one["tags"]]


def loop(workdir: Path, role: str, emulator: Emulator) -> Path:
    """A play on one host that uses the role in a loop, and then looks once more. What each of these looks left is printed with its tenant."""
    given = {"entra_tenant_id": "{{ item.id }}", "entra_expected_domain": "{{ item.domain }}", **ROLES[role].variables}
    result = RESULTS.get(role, f"{role}_result")
    keep = {"name": "Keep it", "ansible.builtin.debug": {"msg": f"{{{{ {{'tenant': item.id, 'left': {result}}} }}}}"}}
    once_more = [{"name": "Use the role", "ansible.builtin.include_role": {"name": f"{COLLECTION}.{role}"}, "vars": given}, keep]
    (workdir / "each.yml").write_text(yaml.safe_dump(once_more))
    customers = [
        {"name": name, "id": emulator.tenant_id(name), "domain": f"{name}.com", "folder": str(workdir / "credentials" / name), **ROLES[role].item(name)}
        for name in TENANTS
    ]
    shared = {name: value for product in products().values() for name, value in product.variables(emulator).items()}
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": {**shared, "customers": customers},
        "tasks": [
            {"name": "Connect", "ansible.builtin.include_role": {"name": f"{COLLECTION}.{role}"}, "loop": "{{ customers }}", "vars": given},
            {"name": "Look again", "ansible.builtin.include_tasks": "each.yml", "loop": "{{ customers }}"},
        ],
    }
    path = workdir / "loop.yml"
    path.write_text(yaml.safe_dump([play], sort_keys=False))
    return path


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize("role", ROLES)
def test_every_tenant_is_worked_on_with_its_own_values(play: Play, emulator: Emulator, workdir: Path, role: str) -> None:
    run = play(loop(workdir, role, emulator), args=["-i", "localhost,"]).ok()
    has_its_own = ROLES[role].has_its_own or (lambda emulator, tenant: len(made_here(emulator, tenant)) == 1)
    assert [tenant for tenant in TENANTS if not has_its_own(emulator, tenant)] == []
    kept = [event.result["msg"] for event in run.events if event.task.endswith("Keep it")]
    assert [entry["tenant"] for entry in kept] == [emulator.tenant_id(name) for name in TENANTS]
    assert len({entry["left"]["status"] for entry in kept}) == 1, [entry["left"]["status"] for entry in kept]
    # Nothing of the tenant before: not its result where the role has nothing to do either.
    assert [entry["left"]["tenant"]["tenant_id"] for entry in kept] == [entry["tenant"] for entry in kept]
    assert not any(entry["left"]["changed"] for entry in kept)
