# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts the processes that a Python program starts: one byte in the file of BENCH_PROCESSES for each.

Python imports this file by its name at its start when its folder is in PYTHONPATH, so that a program that is counted needs no change.
"""

from __future__ import annotations

import os
import sys

# C(subprocess) raises its event whether it forks or spawns.
STARTS = frozenset({"os.fork", "os.forkpty", "os.system", "subprocess.Popen"})


def note(event: str, _arguments: object) -> None:
    """Write one byte where a process starts. The file is opened each time: programs close what they did not open."""
    if event in STARTS:
        file = os.open(os.environ["BENCH_PROCESSES"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(file, b".")
        os.close(file)


if "BENCH_PROCESSES" in os.environ:
    sys.addaudithook(note)
