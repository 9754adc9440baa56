# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs ansible-playbook and tells what happened."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import sysconfig
import typing as t
from pathlib import Path

from support.forked_runs import RUNS
from support.results import check_facts, facts_of

ROOT = Path(__file__).resolve().parents[2]
COLLECTIONS = ROOT / ".work" / "collections"
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py") if path.stem != "__init__")
# Their actions never run the module of their own name.
ROLLOUT = {"rollout_turn", "rollout_verdict", "rollout_wave"}
ASKS_OTHERS = {"connector_look", "connector_preflight", *ROLLOUT}
# Nothing else has the vault passwords, and the variables of other hosts.
ONLY_IN_WORKER = {"credential_sinks", "credential_vault_file", *ROLLOUT}
# The collection's own switch: with 1 all its modules run as module processes. make matrix sets it for the tests.
MODULE_PROCESS = "TENANTKIT_MODULE_PROCESS"
# Of the test's own environment only what a newcomer's shell has: no credential and no ANSIBLE_* setting leaks in.
KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "COVERAGE_PROCESS_START")
SETS_FACTS = ("ansible.builtin.set_fact", "set_fact")


@dataclasses.dataclass
class Event:
    """One task on one host."""

    status: str
    host: str
    task: str
    action: str
    no_log: bool
    result: dict[str, t.Any]
    ignored: bool = False

    @property
    def changed(self) -> bool:
        """Whether the task reported a change."""
        return bool(self.result.get("changed"))

    @property
    def facts(self) -> dict[str, t.Any]:
        """The facts that the task set, in a loop or without."""
        return dict(facts_of(self.result))


@dataclasses.dataclass
class Run:
    """A finished ansible-playbook."""

    returncode: int
    stdout: str
    stderr: str
    events: list[Event]
    command: list[str]

    @property
    def output(self) -> str:
        """Everything a person sees."""
        return self.stdout + self.stderr

    def ok(self) -> Run:
        """This run, or an assertion error with its whole output."""
        assert self.returncode == 0, f"{' '.join(self.command)}\nexit {self.returncode}\n{self.output}"
        return self

    def failed(self) -> Run:
        """This run, or an assertion error when it did not fail, or failed with a traceback."""
        assert self.returncode != 0, f"should have failed:\n{self.output}"
        assert "Traceback" not in self.output, self.output
        return self

    def task(self, name: str, host: str | None = None) -> Event:
        """The last event of the task whose name ends so."""
        found = [event for event in self.events if event.task.endswith(name) and (host is None or event.host == host)]
        assert found, f"no task {name!r} in {[event.task for event in self.events]}"
        return found[-1]

    def failure(self, host: str | None = None) -> dict[str, t.Any]:
        """The result of the last task that failed (and was not ignored)."""
        found = [event for event in self.events if event.status == "failed" and not event.ignored and (host is None or event.host == host)]
        assert found, self.output
        return found[-1].result

    def changed(self, host: str | None = None) -> list[Event]:
        """The tasks that reported a change."""
        return [event for event in self.events if event.changed and (host is None or event.host == host)]

    def warnings(self) -> list[str]:
        """Every warning and deprecation, of results and of the output."""
        found = [str(text) for event in self.events for key in ("warnings", "deprecations") for text in event.result.get(key) or ()]
        return found + [line for line in self.output.splitlines() if "[WARNING]" in line or "[DEPRECATION" in line]

    def ways(self) -> set[tuple[str, str]]:
        """Each module of this collection that ran, with C(worker) or C(process), as the run says at -vvv."""
        found = re.findall(r"(\w+) runs (in the worker|as a module process)", self.output)
        return {(module, "worker" if way == "in the worker" else "process") for module, way in found}

    def host_tasks(self, host: str) -> int:
        """How many tasks the host had to go through, skipped ones counted."""
        return sum(event.host == host for event in self.events)


def command_line(
    playbook: str | Path, *, inventory: str | Path | None, check: bool, diff: bool, extra: t.Mapping[str, t.Any] | None, args: t.Sequence[str]
) -> list[str]:
    """The ansible-playbook command of this interpreter's environment."""
    command = [str(Path(sysconfig.get_path("scripts")) / "ansible-playbook"), str(playbook)]
    if inventory is not None:
        command += ["-i", str(inventory)]
    if check:
        command.append("--check")
    if diff:
        command.append("--diff")
    if extra:
        command += ["--extra-vars", json.dumps(extra)]
    return [*command, *args]


def kept() -> dict[str, str]:
    """What a run has of the test's own environment."""
    return {key: os.environ[key] for key in KEPT if key in os.environ}


def base_environment() -> dict[str, str]:
    """What all runs have in common."""
    return {
        **kept(),
        **({MODULE_PROCESS: os.environ[MODULE_PROCESS]} if MODULE_PROCESS in os.environ else {}),
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests" / "support" / "callbacks"),
        "ANSIBLE_CALLBACKS_ENABLED": "record",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_LOCALHOST_WARNING": "False",
        "ANSIBLE_RETRY_FILES_ENABLED": "False",
    }


def environment(workdir: Path, env: t.Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a run: HOME, temp and record inside ``workdir``."""
    home = workdir / "home"
    temp = workdir / "tmp"
    home.mkdir(parents=True, exist_ok=True)
    temp.mkdir(exist_ok=True)
    return {
        **base_environment(),
        "HOME": str(home),
        "TMPDIR": str(temp),
        "ANSIBLE_LOCAL_TEMP": str(temp / "ansible"),
        "RECORD_PATH": str(workdir / "record.jsonl"),
        **(env or {}),
    }


def run_playbook(
    playbook: str | Path,
    workdir: Path,
    *,
    inventory: str | Path | None = None,
    env: t.Mapping[str, str] | None = None,
    check: bool = False,
    diff: bool = False,
    extra: t.Mapping[str, t.Any] | None = None,
    args: t.Sequence[str] = (),
    timeout: float = 300,
) -> Run:
    """Run a playbook to its end and read what the record callback wrote. Every result that a role reported is compared with docs/results."""
    record = workdir / "record.jsonl"
    record.unlink(missing_ok=True)
    command = command_line(playbook, inventory=inventory, check=check, diff=diff, extra=extra, args=args)
    done = RUNS.run(command, env=environment(workdir, env), cwd=workdir, timeout=timeout)
    events = [Event(**json.loads(line)) for line in record.read_text().splitlines()] if record.exists() else []
    for event in events:
        if event.action in SETS_FACTS:
            check_facts(event.task, event.result)
    return Run(done.returncode, done.stdout, done.stderr, events, command)
