# SPDX-License-Identifier: GPL-3.0-or-later
"""The pipelines among the examples: what they hand to the playbooks, and that they hold no secret."""

from __future__ import annotations

import os
import re
import subprocess
import typing as t
from pathlib import Path

import pytest
import yaml
from support.pipelines import PIPELINES, ROOT, Pipeline

PAGE = (ROOT / "docs" / "pipelines.md").read_text()
OPTIONS = re.compile(r"-e (\w+)=")
# What each service calls a run that another one goes on with, and none.
RESUMED = {"github": ("4711", ""), "gitlab": ("true", "false"), "azure_devops": ("4711", "none")}
ASKED = """#!/bin/sh
printf '%s\\n' "$1" >> called
shift
printf '[%s]' "$@" >> called
echo >> called
case $0 in *ansible-playbook) exit "$(cat ends)";; esac
"""


@pytest.mark.parametrize("pipeline", PIPELINES.values(), ids=PIPELINES)
def test_what_is_run_is_there(pipeline: Pipeline) -> None:
    text = "\n".join(pipeline.scripts())
    playbooks = re.findall(r"ansible-playbook tenantkit\.connectors\.(\w+) ", text)
    assert playbooks == ["preflight", "rollout"]
    assert [name for name in playbooks if not (ROOT / "playbooks" / f"{name}.yml").is_file()] == []
    documented = (ROOT / "docs" / "fleet.md").read_text()
    assert OPTIONS.findall(text) == ["preflight_report_path", "rollout_resume_path"]
    assert [name for name in OPTIONS.findall(text) if f"`{name}`" not in documented] == []
    requirements = (ROOT / "meta" / "ee-requirements.txt").read_text().split("\n")[1:]
    assert [line for line in requirements if line and f'"{line}"' not in text] == []


@pytest.mark.parametrize("pipeline", PIPELINES.values(), ids=PIPELINES)
def test_every_report_has_its_variable_and_is_kept(pipeline: Pipeline) -> None:
    callback = (ROOT / "plugins" / "callback" / "rollout_report.py").read_text()
    reports = {name: value for name, value in pipeline.variables().items() if name.startswith("TENANTKIT_REPORT_")}
    assert set(reports) == {"TENANTKIT_REPORT_HTML", "TENANTKIT_REPORT_JSON", "TENANTKIT_REPORT_JUNIT"}
    assert [name for name in reports if f"- name: {name}\n" not in callback] == []
    assert {Path(value).parent.name for value in reports.values()} == {"reports"}
    assert pipeline.variables()["ANSIBLE_CALLBACKS_ENABLED"] == "tenantkit.connectors.rollout_report"
    assert pipeline.keeps_when_it_failed(), "the report of a run that failed is the one that is wanted"


@pytest.mark.parametrize("pipeline", PIPELINES.values(), ids=PIPELINES)
def test_no_secret_is_needed_and_nothing_typed_becomes_code(pipeline: Pipeline) -> None:
    text = pipeline.path.read_text()
    assert not re.search(r"secrets\.|client.?secret|password|AZURE_SECRET", text, re.IGNORECASE)
    # What a person types, or a branch is called, reaches a script as a variable alone.
    assert [script for script in pipeline.scripts() if "${{" in script or "$(System" in script or "$[" in script] == []
    assert not re.search(r"pull_request|merge_request_event", text)


@pytest.mark.parametrize("pipeline", PIPELINES.values(), ids=PIPELINES)
def test_the_page_says_what_it_needs(pipeline: Pipeline) -> None:
    assert f"../examples/pipelines/{pipeline.path.relative_to(ROOT / 'examples' / 'pipelines')}" in PAGE
    assert pipeline.subject in PAGE and pipeline.title in PAGE


def test_every_file_is_one_of_them() -> None:
    files = {path for path in (ROOT / "examples" / "pipelines").rglob("*") if path.is_file()}
    assert files == {pipeline.path for pipeline in PIPELINES.values()}


def test_the_page_is_found() -> None:
    for page, link in (("README.md", "docs/pipelines.md"), ("docs/fleet.md", "pipelines.md"), ("examples/README.md", "pipelines/")):
        assert link in (ROOT / page).read_text(), page


def test_github_gives_the_job_what_its_token_takes_and_nothing_else() -> None:
    workflow: dict[t.Any, t.Any] = yaml.safe_load(PIPELINES["github"].path.read_text())
    assert workflow["permissions"] == {}
    assert workflow["jobs"]["rollout"]["permissions"] == {"actions": "read", "contents": "read", "id-token": "write"}
    assert workflow["jobs"]["rollout"]["environment"] == "production"


def called(pipeline: Pipeline, folder: Path, ends: str = "0", **given: str) -> tuple[int, dict[str, str]]:
    """The exit code of the scripts of a job, and with which arguments each playbook was called by them."""
    (folder / "bin").mkdir()
    for name in ("ansible-playbook", "ansible-galaxy", "pip"):
        (folder / "bin" / name).write_text(ASKED)
        (folder / "bin" / name).chmod(0o755)
    (folder / "ends").write_text(ends)
    for place in ("reports", "previous"):  # what a cache or an artifact has brought
        (folder / place).mkdir()
        (folder / place / "left.txt").write_text("fabrikam\n")
    env = {"PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}", "ENTRA_ID_TOKEN": "token", "AZURESUBSCRIPTION_CLIENT_ID": "client", **given}
    code = 0
    for script in pipeline.scripts():
        code = subprocess.run(["bash", "-e", "-o", "pipefail", "-c", script], cwd=folder, env=env, check=False).returncode
        if code:
            break
    lines = (folder / "called").read_text().splitlines()
    return code, {name: arguments for name, arguments in zip(lines[::2], lines[1::2], strict=True) if name.startswith("tenantkit.connectors.")}


@pytest.mark.parametrize(
    ("limit", "resumed", "hosts"),
    [
        ("all", False, ""),
        ("emea:!contoso", False, "[--limit][emea:!contoso]"),
        ('a b"; touch $(echo typed) `echo typed` #', False, '[--limit][a b"; touch $(echo typed) `echo typed` #]'),
        ("emea", True, "[--limit][@previous/left.txt]"),
    ],
    ids=["all", "a pattern", "what is typed is no command", "those that are left"],
)
@pytest.mark.parametrize("name", PIPELINES)
def test_for_whom_a_job_is(tmp_path: Path, name: str, limit: str, resumed: bool, hosts: str) -> None:
    code, calls = called(PIPELINES[name], tmp_path, LIMIT=limit, RESUME=RESUMED[name][not resumed])
    reports = f"{tmp_path}/reports"
    assert (code, calls) == (
        0,
        {
            "tenantkit.connectors.preflight": f"[-i][inventory]{hosts}[-e][preflight_report_path={reports}/preflight.json]",
            "tenantkit.connectors.rollout": f"[-i][inventory]{hosts}[-e][rollout_resume_path={reports}/left.txt]",
        },
    )
    assert not (tmp_path / "typed").exists() and (tmp_path / "previous" / "left.txt").read_text() == "fabrikam\n"


@pytest.mark.parametrize("name", PIPELINES)
def test_a_job_ends_as_its_playbook_does(tmp_path: Path, name: str) -> None:
    """And nothing is rolled out where the preflight could not look."""
    code, calls = called(PIPELINES[name], tmp_path, ends="4", LIMIT="all", RESUME=RESUMED[name][1])
    assert code == 4 and list(calls) == ["tenantkit.connectors.preflight"]
