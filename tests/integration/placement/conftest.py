# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs ansible-playbook of the Python that runs pytest on a copy of the collection whose modules are probes."""

from __future__ import annotations

import dataclasses
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from support.forked_runs import RUNS
from support.playbooks import ASKS_OTHERS, MODULES, kept

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
CALLBACKS = ROOT / "tests" / "support" / "callbacks"  # behind our own, whose record is another one

# Those of the action group: their defaults reach a probe, those of the others do not.
IN_GROUP = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))["action_groups"]["entra"]


@dataclasses.dataclass
class Run:
    """One finished run of ansible-playbook."""

    code: int
    stdout: str
    stderr: str
    record: list[dict]

    def result(self, task: str, host: str = "contoso") -> dict:
        """The only result of a task on a host."""
        entries = [entry for entry in self.record if (entry["task"], entry["host"]) == (task, host) and "item" not in entry["event"]]
        found = [{"failed": entry["event"] == "failed", **entry["result"]} for entry in entries]
        assert len(found) == 1, f"{len(found)} results of {task!r} on {host}:\n{self.stdout}\n{self.stderr}"
        return found[0]


def make_collection(directory: Path) -> Path:
    """A collections path with the real actions, shared code and generator, and a probe in the place of every module."""
    collection = directory / "ansible_collections" / "tenantkit" / "connectors"
    for part in ("action", "plugin_utils", "module_utils"):
        shutil.copytree(ROOT / "plugins" / part, collection / "plugins" / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(HERE / "probe" / "_probe.py", collection / "plugins" / "module_utils")
    modules = collection / "plugins" / "modules"
    modules.mkdir()
    text = "#!/usr/bin/python\n" + (HERE / "probe" / "module.py").read_text(encoding="utf-8")
    for name in MODULES:
        (modules / f"{name}.py").write_text(text.replace("auth=True", f"auth={name in IN_GROUP}"), encoding="utf-8")
    subprocess.run([sys.executable, ROOT / "tests" / "tools" / "generate.py", "--root", collection], check=True, stdout=subprocess.DEVNULL)
    return directory


@pytest.fixture(scope="session")
def collections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_collection(tmp_path_factory.mktemp("collections"))


@pytest.fixture(scope="session")
def every_module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A playbook with every module of the collection once."""
    play = {
        "hosts": "tenants",
        "gather_facts": False,
        "module_defaults": {"group/tenantkit.connectors.entra": {"tenant_id": "t"}},
        "tasks": [{"name": module, f"tenantkit.connectors.{module}": {}} for module in MODULES if module not in ASKS_OTHERS],
    }
    playbook = tmp_path_factory.mktemp("every") / "every_module.yml"
    playbook.write_text(yaml.safe_dump([play]), encoding="utf-8")
    return playbook


@pytest.fixture(scope="session")
def other_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with Pythons that can run a module, but not ours: they have neither msal nor requests."""
    directory = tmp_path_factory.mktemp("other") / "bin"
    directory.mkdir()
    blocker = directory.parent / "blocked"
    for package in ("msal", "requests"):
        (blocker / package).mkdir(parents=True)
        (blocker / package / "__init__.py").write_text(f"raise ImportError('no {package} here')\n", encoding="utf-8")
    for name in ("python3", "python", *(f"python3.{minor}" for minor in range(9, 16))):
        script = directory / name
        script.write_text(f'#!/bin/sh\nPYTHONPATH="{blocker}" exec "{sys.executable}" "$@"\n', encoding="utf-8")
        script.chmod(0o755)
    return directory


@pytest.fixture(scope="session")
def play(tmp_path_factory: pytest.TempPathFactory, collections: Path, other_python: Path):
    """Run a playbook of this directory: play("placement.yml", "--check", extra={...}, environ={...}, inventory="...")."""

    def run(playbook: str | Path, *arguments: str, extra: dict | None = None, environ: dict | None = None, inventory: str | None = None) -> Run:
        directory = tmp_path_factory.mktemp("run")
        record = directory / "record"
        hosts = directory / "inventory.ini"
        hosts.write_text(inventory or INVENTORY.replace("OTHER", str(other_python / "python3")), encoding="utf-8")
        command = [str(Path(sys.executable).parent / "ansible-playbook"), "-i", str(hosts), str(HERE / "playbooks" / playbook)]
        env = {
            **kept(),
            "HOME": str(directory),
            "ANSIBLE_ASYNC_DIR": str(directory / "async"),
            "ANSIBLE_COLLECTIONS_PATH": str(collections),
            "ANSIBLE_CALLBACK_PLUGINS": f"{HERE / 'callback'}:{CALLBACKS}",
            "ANSIBLE_CALLBACKS_ENABLED": "record",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_NOCOLOR": "1",
            "PROBE_RECORD": str(record),
            **(environ or {}),
        }
        done = RUNS.run([*command, "-e", json.dumps(extra or {}), *arguments], env=env, cwd=directory, timeout=300)
        entries = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()] if record.exists() else []
        return Run(done.returncode, done.stdout, done.stderr, entries)

    return run


INVENTORY = """
[tenants]
contoso ansible_connection=local

[remote]
elsewhere ansible_connection=ssh ansible_host=192.0.2.1 ansible_python_interpreter=/nowhere/python

[local_ones]
local_plain ansible_connection=local
local_other ansible_connection=local ansible_python_interpreter=OTHER
local_become ansible_connection=local ansible_become=true ansible_become_user=nobody ansible_become_exe=/nonexistent/sudo
"""
