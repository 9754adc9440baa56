# SPDX-License-Identifier: GPL-3.0-or-later
"""A running emulator with customers, and runs of ansible-playbook over some of them: counted or measured, never both at once."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path

from support.playbooks import ROOT, command_line, environment
from tenant_emulator.testing import Emulator

from bench import world
from bench.figures import Count, Took
from bench.forms import FORKS

HOOKS = Path(__file__).resolve().parent / "hooks"
PLAYBOOKS = ROOT / "playbooks"
OF_FOUR = ("rollout.yml", "rollout_mass.yml", "preflight.yml")  # the playbooks that take all connectors of a host
TIMEOUT = 3600.0  # seconds; nothing is left behind when a run hangs
MEMORY_INTERVAL = 0.5  # seconds
# Written down per host and task by a callback for tests; a run that is measured does without it.
RECORDING = ("ANSIBLE_CALLBACKS_ENABLED", "ANSIBLE_CALLBACK_PLUGINS")


class Unconverged(SystemExit):
    """What should have changed nothing changed something, so that its figures mean nothing."""


def counting(processes: Path) -> dict[str, str]:
    """What lets programs in Python write one byte into this file for each process that they start; the first one is the command itself."""
    return {"PYTHONPATH": str(HOOKS), "BENCH_PROCESSES": str(processes)}


def measured(command: t.Sequence[str], env: t.Mapping[str, str], workdir: Path, *, memory: bool = False, status: int = 0) -> Took:
    """Run a command in a tree of its own. Raises SystemExit with the end of its output when it ends with another C(status)."""
    result, output = workdir / "took.json", workdir / "output.txt"
    interval = str(MEMORY_INTERVAL if memory else 0)
    runner = [sys.executable, str(Path(__file__).resolve().parent / "tree.py"), str(result), str(output), interval]
    subprocess.run([*runner, *command], env=dict(env), cwd=workdir, check=True, timeout=TIMEOUT)
    found = json.loads(result.read_text())
    if found["status"] != status:
        raise SystemExit(f"ended with {found['status']} and not with {status}: {' '.join(command)}\n{output.read_text()[-5000:]}")
    return Took(found["wall"], found["cpu"], found["memory"], found["main_process"])


class Customers:
    """Tenants by the hundred. As a context manager it starts their emulator and ends it."""

    def __init__(self, count: int, everything: int = 0, *, proxy: bool = False) -> None:
        self.names = world.names(count)
        self._everything = everything
        self._proxy = proxy
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Customers:
        self.workdir = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        config, password = self.workdir / "world.json", self.workdir / "vault-password"
        config.write_text(json.dumps(world.configuration(self.names, self._everything)))
        password.write_text("made-up-vault-password\n")
        emulator = Emulator(self.workdir / "emulator", config=config, proxy=self._proxy)
        emulator.start(timeout=300)
        self._stack.callback(emulator.stop)
        self.emulator = emulator
        identity = {"AZURE_CLIENT_ID": world.IDENTITY["client_id"], "AZURE_CLIENT_SECRET": world.IDENTITY["secret"]}
        self._env = {**emulator.env(), **identity, "ANSIBLE_VAULT_IDENTITY_LIST": f"{world.VAULT}@{password}"}
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def inventory(self, playbook: str, tenants: t.Sequence[str], *, for_lists: bool = False) -> Path:
        """The file with these tenants for a playbook."""
        url = self.emulator.workspace365_url()
        four = playbook in OF_FOUR
        content = world.four_connectors(tenants, url, str(self.workdir / "credentials"), for_lists=for_lists) if four else world.one_connector(tenants, url)
        path = self.workdir / "inventory.json"
        path.write_text(json.dumps(content))
        return path

    @contextlib.contextmanager
    def late(self, seconds: float) -> t.Iterator[None]:
        """Every answer comes so much later."""
        with self.emulator.faulty(service="*", action="latency", seconds=seconds, times=None) if seconds else contextlib.nullcontext():
            yield

    def requests(self) -> int:
        """How many there were since the last run began."""
        return len(self.emulator.journal())

    def count(self, run: str, playbook: str, tenants: t.Sequence[str]) -> Count:
        """Run a playbook and count everything."""
        processes, record = self.workdir / "processes", self.workdir / "record.jsonl"
        for file in (processes, record):
            file.unlink(missing_ok=True)
        self.emulator.clear_journal()
        recorded = {"RECORD_PATH": str(record)}
        self._run(PLAYBOOKS / playbook, self.inventory(playbook, tenants), FORKS, {**recorded, **counting(processes)}, record=True)
        entries = self.emulator.journal()
        return Count(
            run=run,
            tenants=len(tenants),
            requests=len(entries),
            host_tasks=len(record.read_text().splitlines()),
            processes=processes.stat().st_size,
            bytes_sent=sum(entry["request_bytes"] for entry in entries),
            bytes_received=sum(entry["answer_bytes"] for entry in entries),
        )

    def time(self, playbook: str, tenants: t.Sequence[str], forks: int = FORKS, *, memory: bool = False, env: t.Mapping[str, str] | None = None) -> Took:
        """Run a playbook and measure it."""
        self.emulator.clear_journal()
        return self._run(PLAYBOOKS / playbook, self.inventory(playbook, tenants), forks, env or {}, memory=memory)

    def confirm(self, playbook: str, tenants: t.Sequence[str], forks: int = FORKS, *, latency: float = 0.0, memory: bool = False) -> Took:
        """Measure a run that has nothing to do. Raises Unconverged when it wrote anything."""
        with self.late(latency):
            took = self.time(playbook, tenants, forks, memory=memory)
        if writes := self.emulator.writes():
            wrote = sorted({f"{entry['method']} {entry.get('path') or entry.get('url')}" for entry in writes})
            raise Unconverged(f"confirming {len(tenants)} tenants wrote: {', '.join(wrote[:5])}")
        return took

    def take_away_redirect_uris(self, tenants: t.Sequence[str]) -> None:
        """The applications of Workspace 365 lose their redirect URIs: what a rollout meets whose operator wants another one in all tenants."""
        for name in tenants:
            for app in self.emulator.tenant(name)["applications"].values():
                if app.get("uniqueName") == f"tenantkit.workspace365.{name}":
                    self.emulator.update(name, "applications", app["id"], web={**app["web"], "redirectUris": []})

    def change(self, playbook: str, tenants: t.Sequence[str], *, latency: float) -> Took:
        """Measure a run that has one thing to put right in each tenant. Raises Unconverged when it wrote less or more often."""
        with self.late(latency):
            took = self.time(playbook, tenants, memory=True)
        if len(writes := self.emulator.writes()) != len(tenants):
            raise Unconverged(f"a change in {len(tenants)} tenants took {len(writes)} writes")
        return took

    def floor(self, tenants: t.Sequence[str], forks: int, tasks: int) -> Took:
        """Measure a play of so many tasks that do nothing, on as many hosts."""
        playbook = self.workdir / "floor.json"
        playbook.write_text(json.dumps(world.floor(tasks)))
        return self._run(playbook, self.inventory("floor", tenants), forks, {})

    def command(self, playbook: Path, inventory: Path, forks: int, extra: t.Mapping[str, t.Any] | None = None, args: t.Sequence[str] = ()) -> list[str]:
        """A run of ansible-playbook."""
        return command_line(playbook, inventory=inventory, check=False, diff=False, extra=extra, args=["--forks", str(forks), *args])

    def environment(self, env: t.Mapping[str, str], *, record: bool = False) -> dict[str, str]:
        """What a run finds in its environment."""
        whole = environment(self.workdir, {**self._env, **env})
        return whole if record else {name: value for name, value in whole.items() if name not in RECORDING or name in env}

    def _run(self, playbook: Path, inventory: Path, forks: int, env: t.Mapping[str, str], *, memory: bool = False, record: bool = False) -> Took:
        return measured(self.command(playbook, inventory, forks), self.environment(env, record=record), self.workdir, memory=memory)
