# SPDX-License-Identifier: GPL-3.0-or-later
"""The task files that a role hands to entra_connector are found however the role is used."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml
from support.playbooks import Run
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

ROLE = "tenantkit.connectors.workspace365"
INCLUDED = {"name": "Connect", "ansible.builtin.include_role": {"name": ROLE}}
LOOPED = {"name": "Connect", "ansible.builtin.include_role": {"name": "tenantkit.connectors.{{ item }}"}, "loop": ["workspace365"]}
PLAYS: dict[str, dict[str, t.Any]] = {
    "roles": {"roles": [ROLE]},
    "include_role": {"tasks": [INCLUDED]},
    "a loop": {"tasks": [LOOPED]},
    "a role of one's own": {"roles": ["own"]},
}


@pytest.mark.parametrize("how", PLAYS)
def test_the_hooks_are_those_of_the_role(how: str, play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """Before anything is written, and to deliver, the latter in check mode as well."""
    tasks = workdir / "roles" / "own" / "tasks"
    tasks.mkdir(parents=True)
    (tasks / "main.yml").write_text(yaml.safe_dump([INCLUDED]))
    (workdir / "play.yml").write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, **PLAYS[how]}]))
    run = play(workdir / "play.yml", inventory=inventory(contoso={}), check=True).ok()
    assert run.task("Look at Workspace 365").status == "ok"
    assert run.task("Give Workspace 365 its sign-in settings").changed
    assert emulator.writes() == []
