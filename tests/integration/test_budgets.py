# SPDX-License-Identifier: GPL-3.0-or-later
"""How many requests and tasks it costs to make a connection of each product, and to confirm it. Each has its numbers in C(product.py)."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest
from support import requests
from support.connected import Runs
from support.playbooks import MODULE_PROCESS
from support.products import every, products
from support.sampling import sampled
from support.scenarios import Site
from tenant_emulator.testing import Emulator

Inventory = t.Callable[..., Path]

LINES = 3  # that a run without changes prints for each host beside the one that says what came of it
CONFIRMED: dict[str, tuple[int, int]] = every("budgets")
FIRST: dict[str, tuple[int, int]] = every("first_budgets")


@pytest.mark.parametrize("name", sampled(CONFIRMED.keys(), *(next(iter(product.budgets)) for product in products().values())))
def test_each_connector(name: str, emulator: Emulator, operator: dict[str, str], inventory: Inventory, workdir: Path, runs: Runs) -> None:
    """Connecting costs no more than it did. Confirming writes nothing, and looking costs no more than it did."""
    scenario = every("scenarios")[name](Site(emulator, operator, inventory, workdir, runs))
    first = scenario.run(scenario.host, **requests.timeline_env(workdir)).ok()
    made = emulator.journal()
    requests.report(requests.table(f"First connect {name}", made, first, workdir))
    emulator.clear_journal()
    run = scenario.run(scenario.host, **requests.timeline_env(workdir)).ok()
    entries = emulator.journal()
    requests.report(requests.table(f"Confirm {name}", entries, run, workdir))
    assert (run.changed(), emulator.writes()) == ([], [])
    said = [line for line in run.stdout.splitlines() if line.startswith(("ok: [contoso]", "skipping: [contoso]", "included: "))]
    assert len([line for line in said if f"(item=contoso {scenario.playbook.removesuffix('.yml')}: " in line]) == 1 and len(said) <= LINES + 1, said
    budget, tasks = FIRST[name]
    if not os.environ.get(MODULE_PROCESS) or name not in every("process_requests"):
        assert len(made) <= budget
    assert first.host_tasks("contoso") <= tasks, [event.task for event in first.events]
    budget, tasks = CONFIRMED[name]
    if os.environ.get(MODULE_PROCESS):
        budget = every("process_requests").get(name, budget)
    assert len(entries) <= budget
    assert run.host_tasks("contoso") <= tasks, [event.task for event in run.events]
