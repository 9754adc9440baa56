# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one command and writes what its whole tree of processes cost, as JSON.

    tree.py RESULT OUTPUT MEMORY_INTERVAL COMMAND...

CPU is user and system time of the command and of everything that descends from it. The kernel adds a process to that only when it was waited for, and
what a command leaves behind it would be missing; so this program becomes the parent of what is left behind, and waits for all of it.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.processes import tree

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


def kilobytes(pid: int, file: str, field: str) -> int:
    """What a file of /proc says of a process (proc(5)); nothing of one that has ended meanwhile."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
            if line.startswith(f"{field}:"):
                return int(line.split()[1])
    return 0


def pss(root: int) -> int:
    """Kilobytes of memory of a process and all that descend from it; what several of them share counts once."""
    return sum(kilobytes(pid, "smaps_rollup", "Pss") for pid in tree(root))


def own(pid: int) -> int:
    """Kilobytes that a process itself wrote to, whoever else shares them: no files."""
    return kilobytes(pid, "status", "RssAnon")


def watch(root: int, interval: float, ended: threading.Event, peak: list[int]) -> None:
    """Keep the highest in C(peak) until the end: of the whole tree, and of its first process alone."""
    while not ended.wait(interval):
        peak[:] = max(peak[0], pss(root)), max(peak[1], own(root))


def wait_for_all(root: int) -> tuple[int, float]:
    """Wait for the command and for what it leaves behind. Returns its status, and when it ended (monotonic seconds)."""
    status, ended = 0, 0.0
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, found = os.wait()
            if pid == root:
                status, ended = os.waitstatus_to_exitcode(found), time.monotonic()
    return status, ended


def main() -> None:
    """Run, wait, write."""
    result, output, interval, *command = sys.argv[1:]
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")
    peak, over = [0, 0], threading.Event()
    started = time.monotonic()
    with Path(output).open("wb") as stream:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream)
    if float(interval):
        threading.Thread(target=watch, args=(child.pid, float(interval), over, peak), daemon=True).start()
    child.returncode, ended = wait_for_all(child.pid)
    over.set()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    memory, main_process = (round(kilobytes / 1024) for kilobytes in peak)
    found = {"status": child.returncode, "wall": ended - started, "cpu": used.ru_utime + used.ru_stime, "memory": memory, "main_process": main_process}
    Path(result).write_text(json.dumps(found))


if __name__ == "__main__":
    main()
