# SPDX-License-Identifier: GPL-3.0-or-later
"""What names one tenant, said with C(-e) for a play with several: every role, the preflight and the rollouts, before anything is asked."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml
from support.playbooks import ROOT, Run
from support.plays import COLLECTION, is_sentence
from support.products import products
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]
MEANT_ONE = {"entra_expected_domain": "contoso.com", "awx_job_id": 7, "tower_job_id": 7}
# Entry points that an operator calls, each with what it needs to be called.
ENTRIES: dict[str, tuple[str, str]] = {role: (role, "main") for role in (*products(), "entra_connector")} | {
    f"{role}, {path.stem}": (role, path.stem)
    for role in products()
    for path in (ROOT / "roles" / role / "tasks").glob("*.yml")
    if path.stem in ("recover", "diagnose")
}


def test_every_role_refuses_it(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    needed = {"entra_connector_name": "payroll", "entra_connector_app": {"unique_name": "payroll"}, "entra_connector_secret": {"name": "payroll"}}
    tasks = [
        {
            "block": [{"name": name, "ansible.builtin.include_role": {"name": f"{COLLECTION}.{role}", "tasks_from": entry}, "vars": needed}],
            "rescue": [{"name": f"Went wrong: {name}", "ansible.builtin.debug": {"msg": "{{ ansible_failed_result.msg }}"}}],
        }
        for name, (role, entry) in ENTRIES.items()
    ]
    playbook, extra = workdir / "roles.yml", workdir / "extra.yml"
    playbook.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": tasks}], sort_keys=False))
    extra.write_text(yaml.safe_dump(MEANT_ONE))
    emulator.clear_journal()
    both = play(playbook, inventory=inventory(contoso={}, fabrikam={}), args=["-e", f"@{extra}"]).ok()
    for name in ENTRIES:
        for host in ("contoso", "fabrikam"):
            is_sentence(both.task(f"Went wrong: {name}", host).result, "'entra_expected_domain'", "inventory", "limit the run to one host")
    assert emulator.journal() == []


def test_a_play_of_ones_own_refuses_it(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """As the last play of automation_identity: without a role, with what the hosts say as module defaults."""
    defaults = {f"group/{COLLECTION}.session": "{{ lookup('tenantkit.connectors.session') }}"}
    tasks = [{"name": "Look", f"{COLLECTION}.entra_identity_info": {"permissions": []}}]
    playbook = workdir / "own.yml"
    playbook.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "module_defaults": defaults, "tasks": tasks}]))
    emulator.clear_journal()
    both = play(playbook, inventory=inventory(contoso={}, fabrikam={}), extra={"entra_tenant_id": emulator.tenant_id("contoso")}).failed()
    for host in ("contoso", "fabrikam"):
        assert "'entra_tenant_id' is given as an extra variable" in both.task("Look", host).result["msg"]
    assert emulator.journal() == []


@pytest.mark.parametrize("playbook", ["preflight.yml", "rollout.yml", "rollout_mass.yml"])
def test_a_playbook_for_many_tenants_does_not_begin(play: Play, inventory: Inventory, emulator: Emulator, playbook: str) -> None:
    chosen = {"connectors": [min(products())]}
    run = play(playbook, inventory=inventory(contoso=chosen, fabrikam=chosen), extra=MEANT_ONE).failed()
    said = " ".join(run.output.split())
    assert "'entra_expected_domain' is given as an extra variable" in said and "limit the run to one host" in said
    assert run.events == [] and emulator.journal() == []


def test_for_one_tenant_it_is_as_good_as_in_the_inventory(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    role = max(products())
    hosts = inventory(contoso={"connectors": [role]}, fabrikam={"connectors": [role]})
    run = play("rollout.yml", inventory=hosts, extra=MEANT_ONE, args=["--limit", "contoso"]).ok()
    assert run.changed("contoso") != [] and emulator.writes() != []
