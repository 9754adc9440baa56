# SPDX-License-Identifier: GPL-3.0-or-later
"""The pipelines among the examples: what they run, with which variables."""

from __future__ import annotations

import dataclasses
import typing as t
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
Json = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Pipeline:
    """One of them. The functions take its content."""

    file: str
    title: str
    subject: str  # of the token that the application trusts, as the documentation writes it
    job: t.Callable[[Json], Json]
    steps: t.Callable[[Json], list[str]]  # the scripts of the job, each run by a shell of its own
    more: t.Callable[[Json], Json]  # variables that one step has
    keeps: t.Callable[[Json], bool]

    @property
    def path(self) -> Path:
        """The file."""
        return ROOT / "examples" / "pipelines" / self.file

    def _job(self) -> Json:
        return self.job(yaml.safe_load(self.path.read_text()))

    def scripts(self) -> list[str]:
        """The scripts of the job, in order."""
        return self.steps(self._job())

    def variables(self) -> dict[str, str]:
        """The variables of the job, with expressions of the service in them as they are written."""
        job = self._job()
        return {name: str(value) for name, value in {**(job.get("env") or job.get("variables")), **self.more(job)}.items()}

    def keeps_when_it_failed(self) -> bool:
        """Whether the reports are kept whatever became of the run."""
        return self.keeps(self._job())


def _of_azure(job: Json) -> list[str]:
    return [step.get("bash") or step["inputs"]["inlineScript"] for step in job["steps"] if "bash" in step or step["task"].startswith("AzureCLI@")]


PIPELINES = {
    "github": Pipeline(
        "github/rollout.yml",
        "GitHub Actions",
        "repo:OWNER/REPOSITORY:environment:production",
        job=lambda content: t.cast("Json", content["jobs"]["rollout"]),
        steps=lambda job: [step["run"] for step in job["steps"] if "run" in step],
        more=lambda job: {},
        keeps=lambda job: job["steps"][-1]["if"] == "always()" and job["steps"][-1]["with"]["path"] == "reports",
    ),
    "gitlab": Pipeline(
        "gitlab/gitlab-ci.yml",
        "GitLab",
        "project_path:GROUP/PROJECT:ref_type:branch:ref:main",
        job=lambda content: t.cast("Json", content["rollout"]),
        steps=lambda job: ["\n".join(job["before_script"]), "\n".join(job["script"])],
        more=lambda job: {},
        keeps=lambda job: job["artifacts"]["when"] == "always" and job["artifacts"]["paths"] == ["reports"],
    ),
    "azure_devops": Pipeline(
        "azure_devops/azure-pipelines.yml",
        "Azure DevOps",
        "sc://ORGANIZATION/PROJECT/fleet",
        job=lambda content: t.cast("Json", content["jobs"][0]),
        steps=_of_azure,
        more=lambda job: next(step["env"] for step in job["steps"] if "env" in step),
        keeps=lambda job: all(step["condition"] == "always()" for step in job["steps"] if str(step.get("task")).startswith("Publish")),
    ),
}
