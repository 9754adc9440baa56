# SPDX-License-Identifier: GPL-3.0-or-later
"""Rollouts over connected tenants that end early, by the breaker or by a signal, and are resumed from their list."""

from __future__ import annotations

import collections
import contextlib
import json
import time
import typing as t
from pathlib import Path

from support.killing import run_and_kill

from bench.customers import PLAYBOOKS, Customers, Unconverged, measured
from bench.figures import Stop
from bench.forms import FORKS, KILLED, LATENCY, MASS_STOPPED, WAVES_STOPPED
from bench.world import IDENTITY

WAVES, MASS = "rollout.yml", "rollout_mass.yml"
FIRST_WAVE = 1  # tenants
CAUSES = 3  # rollout_stop_after, as it is by default


class Stopping:
    """One rollout after the other over the same tenants, each with its resumption. Connected tenants are confirmed, so that all begin alike."""

    def __init__(self, customers: Customers, names: t.Sequence[str]) -> None:
        self._customers = customers
        self._names = names
        self._second_wave = max(CAUSES, len(names) // 20)  # 5 % as by default, but so that the causes find room in it
        self._left = customers.workdir / "left.txt"
        self._report = customers.workdir / "rollout.json"
        self._env = {"ANSIBLE_CALLBACKS_ENABLED": "tenantkit.connectors.rollout_report", "TENANTKIT_REPORT_JSON": str(self._report)}

    def waves(self) -> Stop:
        """The same refusal in three tenants of the second wave."""
        return self._stopped(WAVES_STOPPED, WAVES, self._names[FIRST_WAVE : FIRST_WAVE + CAUSES])

    def mass(self) -> Stop:
        """The same refusal in the first three tenants."""
        return self._stopped(MASS_STOPPED, MASS, self._names[:CAUSES])

    def killed(self) -> Stop:
        """SIGKILL for all processes of a job, while the second wave begins with its last tenant."""
        begun = FIRST_WAVE + self._second_wave
        tenant = self._customers.emulator.tenant_id(self._names[begun - 1])
        self._customers.emulator.clear_journal()
        begun_at = time.monotonic()
        command, env = self._command(WAVES), self._customers.environment(self._env)
        run_and_kill(command, env, self._customers.workdir, self._customers.emulator, how="SIGKILL", path=f"/{tenant}/oauth2")
        wall, requests = time.monotonic() - begun_at, self._customers.requests()
        left = len(self._left.read_text().split())
        return self._resumed(KILLED, WAVES, begun=begun, failed=0, left=left, wall=wall, requests=requests)

    def _stopped(self, run: str, playbook: str, refused: t.Sequence[str]) -> Stop:
        self._customers.emulator.clear_journal()
        with self._customers.late(LATENCY), self._disabled(refused):
            took = measured(self._command(playbook), self._customers.environment(self._env), self._customers.workdir, status=2)
        requests, states = self._customers.requests(), self._states()
        failed, left = states["failed"], len(self._left.read_text().split())
        begun = len(self._names) - states["not_begun"]
        if failed != len(refused) or left != states["not_begun"] + failed:
            raise Unconverged(f"{run}: {dict(states)}, and {left} tenants are left")
        return self._resumed(run, playbook, begun=begun, failed=failed, left=left, wall=took.wall, requests=requests)

    def _resumed(self, run: str, playbook: str, *, begun: int, failed: int, left: int, wall: float, requests: int) -> Stop:
        """Go on from the list. Raises Unconverged unless that reaches each of its tenants, and no other."""
        self._customers.emulator.clear_journal()
        with self._customers.late(LATENCY):
            took = measured(self._command(playbook, "--limit", f"@{self._left}"), self._customers.environment(self._env), self._customers.workdir)
        states = self._states()
        if states["failed"] + states["not_begun"] or states.total() != left or self._left.read_text().split() != ["!all"]:
            raise Unconverged(f"{run}, resumed with {left} tenants: {dict(states)}")
        return Stop(run, len(self._names), begun, failed, left, round(wall, 1), round(took.wall, 1), requests, self._customers.requests())

    def _command(self, playbook: str, *args: str) -> list[str]:
        extra = {"rollout_resume_path": str(self._left), "rollout_waves": [FIRST_WAVE, self._second_wave, "25%"]}
        return self._customers.command(PLAYBOOKS / playbook, self._customers.inventory(playbook, self._names, for_lists=True), FORKS, extra, args)

    def _states(self) -> collections.Counter[str]:
        """How many tenants the report has in each state."""
        return collections.Counter(tenant["state"] for tenant in json.loads(Path(self._report).read_text())["tenants"])

    @contextlib.contextmanager
    def _disabled(self, names: t.Iterable[str]) -> t.Iterator[None]:
        """Meanwhile the automation's enterprise application is disabled in these tenants, so that it cannot sign in there."""
        emulator = self._customers.emulator
        found = [
            (name, item["id"]) for name in names for item in emulator.tenant(name)["service_principals"].values() if item["appId"] == IDENTITY["client_id"]
        ]
        for name, principal in found:
            emulator.update(name, "service_principals", principal, accountEnabled=False)
        try:
            yield
        finally:
            for name, principal in found:
                emulator.update(name, "service_principals", principal, accountEnabled=True)
