# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs of ansible-runner as AWX starts them: transmitted to a worker, run there, processed where they came from.

The layout of a job, and what its worker may not assume, follow AWX's awx/main/tasks/jobs.py and awx/main/tasks/receptor.py, and slices its
awx/main/models/inventory.py (get_sliced_hosts, get_script_data), all of https://github.com/ansible/awx; read 2026-11.
"""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import sysconfig
import typing as t
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import ansible_runner

from support.playbooks import COLLECTIONS, kept

Json = dict[str, t.Any]
# AWX's own: what the job writes comes back as events and not as text.
SETTINGS = {"suppress_ansible_output": True, "suppress_output_file": True, "job_timeout": 300}
IDENT = "job"
TIMEOUT = 600.0  # seconds; nothing is left behind when a job hangs
STARTING = '"status": "starting"'  # begins the one line of the stream that holds the environment of the job
_CONFIGURATION = """\
# SPDX-License-Identifier: GPL-3.0-or-later
[defaults]
callbacks_enabled = tenantkit.connectors.rollout_report
[rollout_report]
print_json = true
"""


def slice_of(hosts: t.Iterable[str], number: int, count: int) -> list[str]:
    """The hosts of a slice: C(order_by('name')[number - 1::count])."""
    return sorted(hosts)[number - 1 :: count]


def script(hosts: t.Mapping[str, Json], shared: Json) -> str:
    """An inventory as a job finds it: a program that prints JSON."""
    hostvars = {name: {**more, "remote_tower_enabled": "true", "remote_tower_id": number} for number, (name, more) in enumerate(sorted(hosts.items()), 1)}
    data = {"all": {"hosts": sorted(hosts), "vars": {**shared, "remote_tower_enabled": "true"}}, "_meta": {"hostvars": hostvars}}
    return f"#! /usr/bin/env python3\n# -*- coding: utf-8 -*-\nprint({json.dumps(data)!r})\n"


@dataclasses.dataclass(frozen=True)
class Job:
    """One job. Its number is that of the controller."""

    number: int
    hosts: t.Mapping[str, Json]
    shared: Json  # variables of all hosts
    env: t.Mapping[str, str]  # what credentials and the template export
    files: t.Mapping[str, str]  # what credentials keep in files, by the name of the variable that has the path
    extra: Json  # what credentials say as extra variables
    vault: tuple[str, str]  # the id and the password of a vault credential
    limit: str = ""
    playbook: str = "tenantkit.connectors.rollout"


@dataclasses.dataclass(frozen=True)
class Done:
    """A job that is over, as it is seen where it came from."""

    job: Job
    folder: Path  # what process wrote
    stream: str  # what came from the worker
    said: str  # what the worker wrote beside it

    @property
    def artifacts(self) -> Path:
        """What outlives the job."""
        return self.folder / "artifacts" / IDENT

    @property
    def returncode(self) -> int:
        """That of ansible-playbook."""
        return int((self.artifacts / "rc").read_text())

    @property
    def events(self) -> list[Json]:
        """The events, in their order."""
        found = [json.loads(path.read_text()) for path in (self.artifacts / "job_events").glob("*.json")]
        return sorted(found, key=lambda event: int(event["counter"]))

    @property
    def output(self) -> str:
        """The output of the job, as a controller shows it and offers it for download."""
        return "\n".join(event["stdout"].replace("\r\n", "\n") for event in self.events if event["stdout"]) + "\n"


class Place:
    """Where a job runs. Its path is known before the job is: credentials name files in it."""

    def __init__(self, root: Path, job: Job) -> None:
        self.sent, self.worker, self.back = (root / f"{job.number}-{name}" for name in ("sent", "worker", "back"))
        self.temp = root / f"{job.number}-tmp"
        self._job = job

    def write(self) -> None:
        """The private data directory, as a controller makes it."""
        job = self._job
        for folder in ("env", "inventory", "project"):
            (self.sent / folder).mkdir(parents=True)
        self.temp.mkdir()
        (self.worker / "env").mkdir(parents=True)
        facts = {f"{who}_{what}": value for who in ("awx", "tower") for what, value in (("job_id", job.number), ("job_template_name", "rollout"))}
        self._env_file("extravars", {})
        self._env_file("facts.json", {**facts, "awx_user_name": "operator"})
        self._env_file("credential.json", job.extra)
        for name, text in job.files.items():
            (self.sent / "env" / name).write_text(text)
            (self.sent / "env" / name).chmod(0o600)
        paths = {name: str(self.worker / "env" / name) for name in job.files}
        report = {"TENANTKIT_REPORT_JSON": str(self.worker / "artifacts" / IDENT / "report" / "report.json")}
        places = {"ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS), "ANSIBLE_HOME": str(self.worker / "home"), "ANSIBLE_NOCOLOR": "1"}
        own = {"JOB_ID": str(job.number), "AWX_PRIVATE_DATA_DIR": str(self.worker), "INVENTORY_ID": "2", "PROJECT_REVISION": "0" * 40}
        self._env_file("envvars", {**places, **own, **report, **job.env, **paths})
        self._env_file("settings", SETTINGS)
        limit = f" --limit {job.limit}" if job.limit else ""
        extra = [f"-e @{self.worker}/env/{name}.json" for name in ("facts", "credential")]
        vault, password = job.vault
        self._env_file("passwords", {rf"Vault password \({vault}\):\s*?$": password})
        (self.sent / "env" / "cmdline").write_text(" ".join([*extra, f"--vault-id {vault}@prompt"]) + limit)
        inventory = self.sent / "inventory" / "hosts"
        inventory.write_text(script(job.hosts, job.shared))
        inventory.chmod(0o700)
        (self.sent / "project" / "site.yml").write_text(f"- ansible.builtin.import_playbook: {job.playbook}\n")
        (self.sent / "project" / "ansible.cfg").write_text(_CONFIGURATION)
        for path in (self.sent / "project").iterdir():
            path.chmod(0o444)

    def _env_file(self, name: str, content: Json | t.Mapping[str, t.Any]) -> None:
        (self.sent / "env" / name).write_text(json.dumps(content))

    def run(self) -> Done:
        """Transmit the job, let it be run by a worker without a home, and take what comes back: the first and the last in this process, as AWX does."""
        common = {name: value for name, value in kept().items() if name != "TMPDIR"}
        path = os.pathsep.join([sysconfig.get_path("scripts"), common.get("PATH", os.defpath)])
        environ = {**common, "PATH": path, "TMPDIR": str(self.temp)}
        sent, stream = self.worker.with_suffix(".sent"), self.worker.with_suffix(".stream")
        with sent.open("wb") as out:
            ansible_runner.run(streamer="transmit", private_data_dir=str(self.sent), playbook="site.yml", ident=IDENT, _output=out)
        worker = [sys.executable, "-m", "ansible_runner", "worker", "--private-data-dir", str(self.worker)]
        with sent.open("rb") as arrives, stream.open("wb") as out:
            ended = subprocess.run(worker, stdin=arrives, stdout=out, stderr=subprocess.PIPE, env=environ, check=False, timeout=TIMEOUT)
        with stream.open("rb") as arrives:
            ansible_runner.run(streamer="process", private_data_dir=str(self.back), ident=IDENT, quiet=True, _input=arrives)
        return Done(self._job, self.back, stream.read_text(errors="replace"), ended.stderr.decode(errors="replace"))


def run_jobs(root: Path, jobs: t.Sequence[Job]) -> list[Done]:
    """Run jobs side by side, as the slices of one are."""
    places = [Place(root, job) for job in jobs]
    for place in places:
        place.write()
    with ThreadPoolExecutor(len(places)) as pool:
        return list(pool.map(Place.run, places))
