# SPDX-License-Identifier: GPL-3.0-or-later
"""How much of the machine other programs used while something was measured."""

from __future__ import annotations

import contextlib
import os
import resource
import time
from pathlib import Path

from support.processes import tree

# Of a line of /proc/stat (proc(5)), in clock ticks: user, nice, system, irq, softirq, steal.
_BUSY = (1, 2, 3, 6, 7, 8)


def busy(stat: str, cores: frozenset[int], ticks: int) -> float:
    """Seconds for which these cores have worked since the machine started."""
    lines = [line.split() for line in stat.splitlines() if line.startswith("cpu")]
    return sum(int(line[column]) for line in lines if line[0][3:] in map(str, cores) for column in _BUSY) / ticks


def running(root: int, ticks: int) -> float:
    """Seconds for which what descends from a process has worked so far, with its own children that have ended."""
    total = 0
    for pid in tree(root)[1:]:
        with contextlib.suppress(OSError):  # it ended meanwhile
            total += sum(int(field) for field in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15])
    return total / ticks


class Load:
    """What this process and its children do not account for, from now on."""

    def __init__(self) -> None:
        self._began = self._now()

    def _now(self) -> tuple[float, float, float]:
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        ticks = os.sysconf("SC_CLK_TCK")
        mine = sum(one.ru_utime + one.ru_stime for one in used) + running(os.getpid(), ticks)  # that of a child is in the former once it has ended
        return time.monotonic(), busy(Path("/proc/stat").read_text(), frozenset(os.sched_getaffinity(0)), ticks), mine

    def of_others(self) -> int:
        """Per cent of the time of the cores that other programs had."""
        wall, worked, mine = (now - began for now, began in zip(self._now(), self._began, strict=True))
        return max(0, round(100 * (worked - mine) / (wall * len(os.sched_getaffinity(0)))))
