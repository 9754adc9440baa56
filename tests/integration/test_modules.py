# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module has a playbook, and each playbook runs four times: check on empty, real, again, check again.

It runs in the worker, and twice as module processes. With TENANTKIT_MODULE_PROCESS=1 (make matrix) all four are module processes.
"""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest
from support.playbooks import MODULE_PROCESS, MODULES, ONLY_IN_WORKER, ROOT, Run
from support.products import of_tenant, products
from tenant_emulator.testing import Emulator

FOLDERS = [ROOT / "tests" / "integration", *(product.folder for product in products().values())]
PLAYBOOKS = sorted((path for folder in FOLDERS for path in (folder / "modules").glob("*.yml")), key=lambda path: path.stem)
PHASES = (("check_empty", True), ("first", False), ("again", False), ("check_again", True))
WAY = "process" if os.environ.get(MODULE_PROCESS) else "worker"


def test_every_module_has_a_playbook() -> None:
    assert [path.stem for path in PLAYBOOKS] == MODULES


@pytest.mark.parametrize(
    ("playbook", "way", "phases"),
    [
        *(pytest.param(playbook, WAY, PHASES, id=playbook.stem) for playbook in PLAYBOOKS),
        # make test runs every module once in a process, see test_both_ways.py.
        *(
            pytest.param(playbook, "process", PHASES[1:3], id=f"{playbook.stem}-process", marks=pytest.mark.exhaustive)
            for playbook in PLAYBOOKS
            if WAY == "worker"
        ),
    ],
)
def test_again_and_again(
    playbook: Path,
    way: str,
    phases: t.Sequence[tuple[str, bool]],
    play: t.Callable[..., Run],
    inventory: t.Callable[..., Path],
    emulator: Emulator,
) -> None:
    hosts = inventory(tenant={"entra_tenant_id": emulator.tenant_id("contoso"), **of_tenant("contoso")})
    env = {MODULE_PROCESS: "1"} if way == "process" else {}
    for phase, check in phases:
        emulator.clear_journal()
        extra = {"phase": phase, "ca_path": emulator.ca_path}
        run = play(playbook, inventory=hosts, check=check, diff=True, extra=extra, env=env, args=["-vvv"] if phase == "first" else []).ok()
        assert run.warnings() == [], (phase, run.warnings())
        if phase == "first":
            assert {ran for _module, ran in run.ways()} == {"worker" if playbook.stem in ONLY_IN_WORKER else way}
        if check:
            assert emulator.writes() == [], phase
        if phase in ("again", "check_again"):
            assert [event.task for event in run.changed()] == [], phase
            assert emulator.writes() == [], phase
        else:
            assert run.changed() or playbook.stem.endswith(("_info", "_decision", "_credential_proof")) or playbook.stem.startswith("rollout_"), phase
