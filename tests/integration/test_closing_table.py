# SPDX-License-Identifier: GPL-3.0-or-later
"""The table at the end of a run over several tenants, by the callback rollout_report."""

from __future__ import annotations

import typing as t
from pathlib import Path

from support.playbooks import Run
from support.products import products
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]
ROLE = max(products())
ENABLED = {"ANSIBLE_CALLBACKS_ENABLED": "tenantkit.connectors.rollout_report"}


def table(run: Run) -> list[str]:
    """The lines between the banner and the recap."""
    assert "rollout_report" not in run.stderr, "the callback failed"
    after = run.stdout.partition("TENANTS *")[2].partition("PLAY RECAP")[0] or run.stdout.partition("TENANTS *")[2]
    return [line for line in after.splitlines()[1:] if line.strip()]


def test_every_tenant_is_in_it(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    chosen = {"connectors": [ROLE]}
    hosts = inventory(contoso=chosen, fabrikam={**chosen, "entra_expected_domain": "contoso.com"}, northwind={}, wingtip=chosen)
    run = play("rollout.yml", inventory=hosts, env=ENABLED)
    lines = table(run)
    rows = {line.split()[0]: line.split()[1:] for line in lines[1 : lines.index("Failed:")]}
    assert rows["contoso"][:2] == [ROLE, "connected"] and rows["contoso"][-1] == "changed"
    assert (rows["fabrikam"][:2], rows["northwind"], rows["wingtip"][:2]) == ([ROLE, "failed"], ["nothing", "chosen"], [ROLE, "failed"])
    assert any(line.startswith(f"  fabrikam ({ROLE}): ") and "contoso.com" in line for line in lines)


def test_one_tenant_needs_no_table_and_check_mode_predicts(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    assert "TENANTS *" not in play(f"{ROLE}.yml", inventory=inventory(contoso={}), env=ENABLED, check=True).ok().stdout
    run = play(f"{ROLE}.yml", inventory=inventory(contoso={}, fabrikam={}), env=ENABLED, check=True).ok()
    assert [line.rstrip()[-12:] for line in table(run)[1:3]] == ["would change"] * 2


def test_other_playbooks_have_none(play: Play, inventory: Inventory, workdir: Path) -> None:
    playbook = workdir / "other.yml"
    playbook.write_text("- {hosts: all, gather_facts: false, tasks: [{ansible.builtin.debug: {msg: hello}}]}\n")
    assert "TENANTS *" not in play(playbook, inventory=inventory(contoso={}, fabrikam={}), env=ENABLED).ok().stdout
