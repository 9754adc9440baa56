# SPDX-License-Identifier: GPL-3.0-or-later
"""The runs of ansible-playbook of this test process: each of them forked or real, counted."""

from __future__ import annotations

import collections
import contextlib
import os
import subprocess
import time
import typing as t
from pathlib import Path

from support.forked_client import ForkServer, Process, RealProcess, finish


class Runs:
    """Starts runs one way or the other. Nothing is forked before C(fork_from) was called: a tool that starts a playbook starts the real command."""

    def __init__(self) -> None:
        self.forked = 0
        self.real = 0
        self.reasons: collections.Counter[str] = collections.Counter()  # of runs that could have been forked but for this
        self._env: dict[str, str] | None = None
        self._server: ForkServer | None = None

    def fork_from(self, env: t.Mapping[str, str]) -> None:
        """From now on fork what can be forked, from a server with this environment. It is started when the first run needs it."""
        self._env = dict(env)

    def run(
        self, command: t.Sequence[str], *, env: t.Mapping[str, str], cwd: Path, timeout: float, clock: t.Callable[[], float] = time.monotonic
    ) -> subprocess.CompletedProcess[str]:
        """Run ansible-playbook to its end.

        Raises:
            subprocess.TimeoutExpired: it took longer than ``timeout`` seconds, and was killed with all its descendants.
        """
        process = self._start(command, env, cwd)
        forked = not isinstance(process, RealProcess)
        self.forked += forked
        self.real += not forked
        done = finish(process, command, timeout, clock)
        if process.replaced:
            self.forked -= 1
            self.real += 1
            self.reasons.update(process.replaced)
        return done

    def _start(self, command: t.Sequence[str], env: t.Mapping[str, str], cwd: Path) -> Process:
        if self._env is not None:
            if self._server is not None and self._server.env != self._env:
                self.close()
            if self._server is None:
                self._server = ForkServer(command[0], self._env)
            reasons = self._server.reasons_for_real(command, env)
            if not reasons:
                return self._server.start(command, env, cwd)
            self.reasons.update(reasons)
        return RealProcess(command, env, cwd)

    @contextlib.contextmanager
    def forking(self, env: t.Mapping[str, str] | None) -> t.Iterator[None]:
        """Fork what can be forked meanwhile, from a server with this environment, or nothing."""
        before, self._env = self._env, None if env is None else dict(env)
        try:
            yield
        finally:
            self._env = before

    def close(self) -> None:
        """End the server."""
        if self._server is not None:
            self._server.close()
            self._server = None


RUNS = Runs()


def can_fork() -> bool:
    """Whether this machine has what the server needs."""
    return hasattr(os, "pidfd_open") and Path("/proc/self/environ").exists()
