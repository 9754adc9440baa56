# SPDX-License-Identifier: GPL-3.0-or-later
"""What other programs use of the machine."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from bench import load

STAT = """\
cpu  90 1 1 1000 9 1 1 1 0 0
cpu0 50 10 20 900 7 3 2 5 4 4
cpu1 500 100 200 900 7 30 20 50 4 4
cpu10 1 1 1 1 1 1 1 1 1 1
intr 1 2
"""


@pytest.mark.parametrize(("cores", "seconds"), [({0}, 0.9), ({1}, 9.0), ({0, 1}, 9.9), (set(), 0.0)])
def test_what_the_cores_worked(cores: set[int], seconds: float) -> None:
    assert load.busy(STAT, frozenset(cores), 100) == pytest.approx(seconds)


def test_what_a_child_worked_is_its_parents_own() -> None:
    code = "import time\nwhile time.process_time() < 0.5: pass\nprint('ready', flush=True)\ninput()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin and child.stdout
        assert child.stdout.readline() == "ready\n"
        while_it_runs = load.running(os.getpid(), os.sysconf("SC_CLK_TCK"))
        child.stdin.write("\n")
    assert while_it_runs >= 0.4
    assert load.running(os.getpid(), os.sysconf("SC_CLK_TCK")) < 0.4


@pytest.mark.parametrize(
    ("now", "others"),
    [((10.0, 15.0, 5.0), 50), ((10.0, 5.0, 5.0), 0), ((10.0, 4.9, 5.0), 0), ((10.0, 20.0, 0.0), 100)],
    ids=["half", "none", "ticks are coarse", "all"],
)
def test_what_is_not_accounted_for(monkeypatch: pytest.MonkeyPatch, now: tuple[float, float, float], others: int) -> None:
    times = iter([(0.0, 0.0, 0.0), now])
    monkeypatch.setattr(load.os, "sched_getaffinity", lambda who: {0, 1})
    monkeypatch.setattr(load.Load, "_now", lambda self: next(times))
    assert load.Load().of_others() == others
