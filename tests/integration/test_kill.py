# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that dies anywhere locks nobody out, touches nothing foreign, and is finished by the next one.

What is run is in each product's C(scenarios.py); which points are taken says its C(product.py). C(KILL_ALL=1) takes all of them.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import typing as t
from pathlib import Path

import pytest
from support.connected import Runs
from support.kill_plan import Kill, Point, kills
from support.killing import HOLDS, ORPHAN
from support.products import every, products
from support.sampling import sampled
from support.scenarios import Scenario, Site
from tenant_emulator.testing import Emulator

Start = t.Callable[[str], Scenario]
Inventory = t.Callable[..., Path]

# A task's seconds in the run after a kill, and what a run may take with them from making a key to its settled mark. The emulator's clock goes ahead of this
# machine's by that, and a certificate's assertion, which the machine dates, is good for ten minutes.
_TASK = 120
_RUN = 4 * _TASK + 1.0

SCENARIOS: dict[str, type[Scenario]] = every("scenarios")


@pytest.fixture
def start(emulator: Emulator, operator: dict[str, str], inventory: Inventory, workdir: Path, runs: Runs) -> Start:
    """Sets a scenario up, as often as it is called."""

    def make(name: str) -> Scenario:
        for folder in ("home", "tmp", "credentials"):
            shutil.rmtree(workdir / folder, ignore_errors=True)
        return SCENARIOS[name](Site(emulator, operator, inventory, workdir, runs))

    return make


@pytest.fixture
def steps(start: Start, tmp_path_factory: pytest.TempPathFactory) -> t.Callable[[str], list[str]]:
    """What each request of a scenario's clean run does; counted once, whichever process needs it first."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base

    def count(name: str) -> list[str]:
        with (shared / f"kill-{name}.json").open("a+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            text = file.read()
            if not text:
                clean = start(name)
                clean.run(clean.host).ok()
                text = json.dumps([clean.step(entry) for entry in clean.emulator.journal()])
                if clean.next_host == clean.host:
                    clean.check_done()
                file.write(text)
        return t.cast("list[str]", json.loads(text))

    return count


@pytest.mark.parametrize("case", [pytest.param(case, id=str(case), marks=() if case.sampled else pytest.mark.exhaustive) for case in kills()])
def test_killed(case: Kill, start: Start, steps: t.Callable[[str], list[str]]) -> None:
    problems = []
    for point in case.points(steps(case.scenario)):
        try:
            killed_there(start(case.scenario), point, case.how)
        except AssertionError as problem:
            problems.append(f"{case.scenario}, {case.how} {point}:\n{problem}")
    assert not problems, "\n\n".join(problems)


def killed_there(scenario: Scenario, point: Point, how: str) -> None:
    """Kill a run at a request, and look; then see that it is finished."""
    others = scenario.others()
    scenario.kill(how, request=point.request, when=point.when)
    if how != ORPHAN:  # an orphan goes on after the request that the parent died at
        assert len(scenario.emulator.journal()) == point.request
    finished(scenario, others)


def finished(scenario: Scenario, others: t.Any) -> None:
    """Look; run again, and look; run a third time, which has nothing to do."""

    def look() -> None:
        scenario.check_safe()
        assert scenario.others() == others

    look()
    scenario.emulator.advance(_RUN)  # until then what the killed run left belongs to a run that may be at work
    scenario.run({**scenario.next_host, "entra_timeout": _TASK}).ok()
    look()
    scenario.check_done()

    scenario.emulator.clear_journal()
    third = scenario.run(scenario.next_host).ok()
    assert [event.task for event in third.changed()] == []
    assert scenario.emulator.writes() == []

    scenario.check_at_last()
    assert scenario.others() == others


@pytest.mark.parametrize("name", sampled(SCENARIOS.keys(), *(case.scenario for case in kills() if case.sampled)))
def test_every_write_is_known(name: str, steps: t.Callable[[str], list[str]]) -> None:
    """The sample takes writes by what they do; a write that comes new has to come into the sample."""
    assert [step for step in steps(name) if step not in ("look", "prove")] == list(SCENARIOS[name].writes)


STORED = {f"{name}-{hold}": (product.role, name, hold) for product in products().values() for name in product.half_written for hold in HOLDS}
SAMPLED = [f"{product.half_written[0]}-{HOLDS[0]}" for product in products().values() if product.half_written]


@pytest.mark.parametrize(("connector", "name", "hold"), sampled(STORED, *SAMPLED))
def test_killed_while_the_vault_file_is_written(connector: str, name: str, hold: str, start: Start) -> None:
    """It is the old file or the new one, whole."""
    scenario = start(name)
    others, before = scenario.others(), scenario.files.read(connector)
    scenario.kill("SIGKILL", hold=hold)
    after = scenario.files.read(connector)
    assert (after != before) == (hold == "replaced")
    assert len(scenario.files.left_over()) == (hold != "replaced")
    finished(scenario, others)
    assert scenario.files.left_over() == []
