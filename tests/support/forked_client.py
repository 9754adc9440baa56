# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts ansible-playbook, as the real command or forked from a server that has it imported, and reads what it writes. The same way for both."""

from __future__ import annotations

import abc
import contextlib
import json
import os
import selectors
import socket
import subprocess
import sys
import tempfile
import time
import typing as t
from pathlib import Path

from support.forked_choice import reasons_for_real
from support.processes import kill_tree

SERVER = Path(__file__).resolve().with_name("forked_server.py")
_GLANCE = 1.0  # seconds between two looks at the clock


class Process(abc.ABC):
    """A command that was started. The caller reads both pipes to their end and then waits."""

    pid: int
    pipes: tuple[t.BinaryIO, t.BinaryIO]  # stdout and stderr
    replaced: t.Sequence[str] = ()  # why the real command took its place; known after it ended

    @abc.abstractmethod
    def wait(self) -> int:
        """The exit status, or a negative signal number."""


class RealProcess(Process):
    """The command itself."""

    def __init__(self, command: t.Sequence[str], env: t.Mapping[str, str], cwd: Path) -> None:
        self._process = subprocess.Popen(command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert self._process.stdout and self._process.stderr
        self.pid, self.pipes = self._process.pid, (t.cast(t.BinaryIO, self._process.stdout), t.cast(t.BinaryIO, self._process.stderr))

    def wait(self) -> int:
        """The exit status, or a negative signal number."""
        return self._process.wait()


class ForkedProcess(Process):
    """A child of the server, which tells about it."""

    def __init__(self, answers: t.BinaryIO, pipes: tuple[t.BinaryIO, t.BinaryIO]) -> None:
        self._answers, self.pipes = answers, pipes
        self.pid = self._answer()["pid"]

    def _answer(self) -> dict[str, t.Any]:
        line = self._answers.readline()
        if not line:
            raise RuntimeError("The process that forks ansible-playbook is gone.")
        return t.cast("dict[str, t.Any]", json.loads(line))

    def wait(self) -> int:
        """The exit status, or a negative signal number."""
        with self._answers:
            while "status" not in (answer := self._answer()):
                self.replaced = answer["real"]
        return int(answer["status"])


def interpreter(script: str) -> str:
    """The Python that executes a script, as its first line says."""
    with open(script, "rb") as file:
        path = os.fsdecode(file.readline().removeprefix(b"#!").strip())
    return path if os.access(path, os.X_OK) else sys.executable


class ForkServer:
    """A process with ansible-core imported; it lives until C(close), or as long as this one."""

    def __init__(self, script: str, env: t.Mapping[str, str]) -> None:
        self.env = dict(env)
        self._script = script
        self._connection, its = socket.socketpair()
        with its, tempfile.TemporaryFile() as errors:
            command = [interpreter(script), str(SERVER), str(Path(script).parent), str(its.fileno())]
            quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": errors}
            self._process = subprocess.Popen(command, env=self.env, cwd="/", pass_fds=[its.fileno()], **t.cast(t.Any, quiet))
            its.close()
            with self._connection.makefile("rb") as file:
                hello = file.readline()
            if not hello:
                self.close()
                errors.seek(0)
                raise RuntimeError(f"ansible-core cannot be imported to be forked:\n{errors.read().decode(errors='replace')}")
        self._read = frozenset(json.loads(hello)["environment"])
        self.pid = self._process.pid

    def reasons_for_real(self, command: t.Sequence[str], env: t.Mapping[str, str]) -> list[str]:
        """Why a run cannot be forked from here, if it cannot."""
        return reasons_for_real(env, self.env, self._read) if command[0] == self._script else [f"another command: {command[0]}"]

    def start(self, command: t.Sequence[str], env: t.Mapping[str, str], cwd: Path) -> ForkedProcess:
        """Fork a process that runs this command."""
        umask = os.umask(0o077)
        os.umask(umask)
        wanted = {"command": list(command), "env": dict(env), "cwd": str(cwd), "umask": umask}
        with contextlib.ExitStack() as stack:
            mine, its = (stack.enter_context(side) for side in socket.socketpair())
            (out, its_out), (err, its_err) = os.pipe(), os.pipe()
            try:
                socket.send_fds(self._connection, [b"r"], [its.fileno(), its_out, its_err])
            finally:
                os.close(its_out), os.close(its_err), its.close()
            pipes = os.fdopen(out, "rb"), os.fdopen(err, "rb")
            mine.sendall(json.dumps(wanted).encode())
            mine.shutdown(socket.SHUT_WR)
            return ForkedProcess(t.cast(t.BinaryIO, mine.makefile("rb")), pipes)

    def close(self) -> None:
        """End it, with all its runs."""
        self._connection.close()
        self._process.wait()


def text(data: bytes) -> str:
    """As subprocess decodes what it reads."""
    return data.decode().replace("\r\n", "\n").replace("\r", "\n")


def finish(process: Process, command: t.Sequence[str], timeout: float, clock: t.Callable[[], float] = time.monotonic) -> subprocess.CompletedProcess[str]:
    """Read what a process writes, to the end.

    Raises:
        subprocess.TimeoutExpired: it took longer than ``timeout`` seconds, and was killed with all its descendants.
    """
    end = clock() + timeout
    texts = {pipe: bytearray() for pipe in process.pipes}
    with contextlib.ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        for pipe in process.pipes:
            selector.register(stack.enter_context(pipe), selectors.EVENT_READ)
        while selector.get_map():
            left = end - clock()
            if left < 0:
                kill_tree(process.pid)
                process.wait()
                raise subprocess.TimeoutExpired(command, timeout, *(bytes(data) for data in texts.values()))
            for key, _events in selector.select(min(left, _GLANCE)):
                pipe = t.cast(t.BinaryIO, key.fileobj)
                piece = os.read(pipe.fileno(), 1 << 16)
                texts[pipe] += piece
                if not piece:
                    selector.unregister(pipe)
        status = process.wait()
    return subprocess.CompletedProcess(command, status, *(text(bytes(data)) for data in texts.values()))
