# SPDX-License-Identifier: GPL-3.0-or-later
"""What commands cost, and the tables that say so."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import tempfile
import threading
import time
import typing as t
import xml.etree.ElementTree as ET
from pathlib import Path

_SLOWEST = 20


@dataclasses.dataclass
class Step:
    """One step of the checks. All in seconds; C(cpu) is that of its commands and of what these waited for."""

    name: str
    started: float = dataclasses.field(default_factory=time.monotonic)
    wall: float = 0.0
    cpu: float = 0.0
    failed: bool = False

    def end(self) -> None:
        """It is over."""
        self.wall = time.monotonic() - self.started


# Steps run side by side in threads; what a command costs is its own thread's step's.
_here = threading.local()


def begin(name: str) -> Step:
    """What this thread runs from now on belongs to this step."""
    _here.step = Step(name)
    return t.cast(Step, _here.step)


def run(command: t.Sequence[str], show: t.Callable[[bytes], object] | None = None, **more: t.Any) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, its output and errors in one, and count what it costs. C(show) gets the output as it comes."""
    with tempfile.TemporaryFile() as kept, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more) as process:
        assert process.stdout
        while piece := os.read(process.stdout.fileno(), 65536):
            kept.write(piece)
            if show:
                show(piece)
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if step := getattr(_here, "step", None):
            step.cpu += usage.ru_utime + usage.ru_stime
        kept.seek(0)
        return subprocess.CompletedProcess(command, process.returncode, kept.read().decode(errors="replace"))


def table(steps: t.Iterable[Step]) -> list[str]:
    """Seconds and seconds of CPU of each step, the longest first, and how it ended."""
    lines = [f"{'step':16} {'seconds':>8} {'of CPU':>8}"]
    for step in sorted(steps, key=lambda item: -item.wall):
        lines.append(f"{step.name:16} {step.wall:8.0f} {step.cpu:8.0f}" + ("  failed" if step.failed else ""))
    return lines


def slowest(report: Path) -> list[str]:
    """The tests of a JUnit report that took longest, with set-up and tear-down. Empty when there is no report."""
    try:
        cases = ET.parse(report).getroot().iter("testcase")
    except (OSError, ET.ParseError):
        return []
    took = sorted(((float(case.get("time", 0)), f"{case.get('classname', '')}::{case.get('name', '')}") for case in cases), reverse=True)
    return [f"{seconds:8.1f}  {name}" for seconds, name in took[:_SLOWEST]]
