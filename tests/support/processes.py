# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes and what descends from them. ansible-core puts each worker into a session of its own, so that no process group holds a whole run."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path


def parents() -> dict[int, int]:
    """Parent by process id, of all processes that are not dead."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
                if state != "Z":
                    found[int(entry.name)] = int(parent)
    return found


def tree(root: int) -> list[int]:
    """A process and all that descend from it, parents first."""
    known = parents()
    found = [root] if root in known else []
    for pid in found:
        found += [child for child, parent in known.items() if parent == pid]
    return found


def kill_tree(root: int) -> None:
    """End a process and all that descend from it with SIGKILL. The root stops first, so that it cannot start another one meanwhile."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(root, signal.SIGSTOP)
    for pid in tree(root):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
