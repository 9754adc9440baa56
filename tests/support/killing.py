# SPDX-License-Identifier: GPL-3.0-or-later
"""Ends the real ansible-playbook at one of its requests.

ansible-core puts every worker into a session of its own, so that a signal to the process group of ansible-playbook reaches the parent alone.
The parent hands SIGTERM and SIGINT on; SIGKILL is not handed on. What dies when a container is stopped or memory runs out is the whole
tree, and that is what C(SIGKILL) means here; with C(ORPHAN) only the parent dies and the worker finishes its task alone.

The emulator tells that the request has come by killing a process that waits for nothing else, and keeps the client waiting meanwhile.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import subprocess
import typing as t
from pathlib import Path

from tenant_emulator.testing import Emulator

from support.processes import kill_tree, parents, tree
from support.waiting import eventually

ORPHAN = "ORPHAN"
HOWS = ("SIGKILL", "SIGTERM", "SIGINT", ORPHAN)
WHENS = ("before", "after")
# In the middle of writing a vault file: half of it is there, all of it, all of it on the disk, under its own name.
HOLDS = ("half", "written", "synced", "replaced")
_HELD = 600.0  # seconds that a request is kept waiting at most: it ends with its client or with the rule


@dataclasses.dataclass
class Killed:
    """An ansible-playbook that was ended in the middle, and what could be seen of it then."""

    returncode: int
    stdout: str
    stderr: str
    command_lines: list[str]  # of all its processes while the request was held
    files: dict[Path, bytes]  # in its directory, while the request was held

    @property
    def output(self) -> str:
        """Everything a person sees."""
        return self.stdout + self.stderr


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _files(folder: Path) -> dict[Path, bytes]:
    found = {}
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            if path.is_file():
                found[path] = path.read_bytes()
    return found


def _send(how: str, root: int) -> None:
    """The signal, to whom it goes in real life."""
    if how == "SIGKILL":
        kill_tree(root)
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(root, signal.SIGKILL if how == ORPHAN else signal.Signals[how])


def run_and_kill(
    command: t.Sequence[str],
    env: t.Mapping[str, str],
    workdir: Path,
    emulator: Emulator,
    *,
    how: str,
    request: int = 1,
    when: str = "after",
    path: str = "",
    hold: str = "",
) -> Killed:
    """Start a command and end it when its request with this number (from 1) arrives, before or after that takes effect.

    With C(path), a regular expression, only requests with such a path count. With C(hold) requests do not matter: it is ended at this step
    (of C(HOLDS)) of writing a vault file. Returns when no process of it is left.
    """
    with contextlib.ExitStack() as stack:
        wire = stack.enter_context(_waiting(["sleep", "600"]))
        if hold:
            callbacks = f"{env.get('ANSIBLE_CALLBACKS_ENABLED', '')},hold".lstrip(",")
            env = {**env, "ANSIBLE_CALLBACKS_ENABLED": callbacks, "HOLD_AT": hold, "HOLD_PID": str(wire.pid)}
        else:
            rule = stack.enter_context(emulator.faulty(action=f"kill_pid_{when}", pid=wire.pid, path=path, skip=request - 1, seconds=_HELD))
        out, err = (stack.enter_context((workdir / name).open("w+", errors="replace")) for name in ("killed.stdout", "killed.stderr"))
        victim = stack.enter_context(_waiting(command, env=dict(env), cwd=workdir, stdout=out, stderr=err))
        arrived = eventually(lambda: wire.poll() is not None or victim.poll() is not None) and wire.poll() is not None
        members = tree(victim.pid)
        lines, files = [_command_line(pid) for pid in members], _files(workdir)
        if arrived:
            _send(how, victim.pid)
            if how == ORPHAN and not hold:
                emulator.control("DELETE", f"faults/{rule}")  # the worker hears that its connection is broken, and goes on
            ended = eventually(lambda: victim.poll() is not None and not _alive(members))
        out.seek(0), err.seek(0)
        killed = Killed(victim.returncode, out.read(), err.read(), lines, files)
    assert arrived, f"{hold or f'request {request}'} never came:\n{killed.output}"
    assert ended, f"still alive after {how}: {[_command_line(pid) for pid in _alive(members)]}\n{killed.output}"
    return killed


def _alive(members: t.Iterable[int]) -> list[int]:
    known = parents()
    return [pid for pid in members if pid in known]


@contextlib.contextmanager
def _waiting(command: t.Sequence[str], **more: t.Any) -> t.Iterator[subprocess.Popen[t.Any]]:
    """A process in a session of its own that does not outlive the block."""
    process = subprocess.Popen(list(command), stdin=subprocess.DEVNULL, start_new_session=True, **more)
    try:
        yield process
    finally:
        if process.poll() is None:
            kill_tree(process.pid)
        process.wait()
