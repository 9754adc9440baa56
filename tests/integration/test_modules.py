# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module has a playbook, and each playbook runs four times: check on empty, real, again, check again."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from support.playbooks import ROOT, Run
from tenant_emulator.testing import Emulator

PLAYBOOKS = sorted((ROOT / "tests" / "integration" / "modules").glob("*.yml"))
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py") if path.stem != "__init__")
PHASES = (("check_empty", True), ("first", False), ("again", False), ("check_again", True))


def test_every_module_has_a_playbook() -> None:
    assert [path.stem for path in PLAYBOOKS] == MODULES


@pytest.mark.parametrize("playbook", PLAYBOOKS, ids=lambda path: path.stem)
def test_four_times(playbook: Path, play: t.Callable[..., Run], inventory: t.Callable[..., Path], emulator: Emulator) -> None:
    hosts = inventory(tenant={"entra_tenant_id": emulator.tenant_id("contoso"), "workspace365_environment": "contoso"})
    for phase, check in PHASES:
        emulator.clear_journal()
        run = play(playbook, inventory=hosts, check=check, diff=True, extra={"phase": phase, "ca_path": emulator.ca_path}).ok()
        assert run.warnings() == [], (phase, run.warnings())
        if check:
            assert emulator.writes() == [], phase
        if phase in ("again", "check_again"):
            assert [event.task for event in run.changed()] == [], phase
            assert emulator.writes() == [], phase
        else:
            assert run.changed() or playbook.stem.endswith("_info"), phase
