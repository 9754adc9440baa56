# SPDX-License-Identifier: GPL-3.0-or-later
"""The scripts of the pipelines among the examples, run by a shell with what each service gives a job: from its token to the report and to what is left."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sysconfig
import typing as t
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from support.pipelines import PIPELINES
from support.playbooks import environment
from support.products import products
from tenant_emulator.testing import Emulator

Inventory = t.Callable[..., Path]
ROLE = max(products())
NO_SECRET = ("AZURE_CLIENT_SECRET", "AZURE_SECRET")
GITLAB = ("https://gitlab.example", "project_path:tailspin/fleet:ref_type:branch:ref:main")
CONNECTION = "6b1f0a52-9d3e-4c87-8f15-2a7c4e9d0b63"
INSTALL = re.compile(r"^\s*(?:pip install|ansible-galaxy collection install) .*$", re.MULTILINE)


def job_of(name: str, emulator: Emulator, application: dict[str, t.Any]) -> dict[str, str]:
    """What the service gives the job, whose workload the application trusts."""
    if name == "gitlab":
        begun = {
            "issuer": GITLAB[0],
            "subject": GITLAB[1],
            "environment": {"ENTRA_ID_TOKEN": emulator.assertion(*GITLAB), "AZURE_CLIENT_ID": application["appId"]},
        }
    elif name == "github":
        begun = emulator.pipeline_job("github_actions", subject="repo:tailspin/fleet:environment:production")
    else:
        begun = emulator.pipeline_job("azure_devops", subject="sc://tailspin/fleet/fleet", connection=CONNECTION)
        begun["environment"] |= {"AZURESUBSCRIPTION_CLIENT_ID": application["appId"], "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID": CONNECTION}
    emulator.add_federated("tailspin", application["id"], name="rollout", issuer=begun["issuer"], subject=begun["subject"])
    return t.cast("dict[str, str]", begun["environment"])


def filled(text: str, name: str, known: t.Mapping[str, str]) -> str:
    """A variable as its service would have filled it in."""
    values = {
        "${{ vars.AZURE_CLIENT_ID }}": known["client_id"],
        "${{ inputs.limit || 'all' }}": known["limit"],
        "${{ inputs.resume_run }}": "",
        "${{ parameters.limit }}": known["limit"],
        "${{ parameters.resumeRun }}": "none",
        "$(System.AccessToken)": known.get("SYSTEM_ACCESSTOKEN", ""),
    }
    if "${{" in text or "$(" in text:
        assert text in values, f"{name}: what would {text} be?"
    return values.get(text, text)


@pytest.mark.parametrize("name", PIPELINES)
def test_a_job_signs_in_without_a_secret_and_says_who_is_left(
    inventory: Inventory, emulator: Emulator, operator: dict[str, str], workdir: Path, name: str
) -> None:
    """Two tenants, one of which is not the one that it says. The job fails, its reports are there, and a second job does what is left."""
    application = emulator.add_application("tailspin", displayName="Fleet", signInAudience="AzureADMultipleOrgs", service_principal=True)["application"]
    for tenant in ("contoso", "fabrikam"):
        principal = emulator.control("POST", f"tenants/{tenant}/servicePrincipals", {"appId": application["appId"]})
        names = ["Application.ReadWrite.OwnedBy", "DelegatedPermissionGrant.ReadWrite.All", "Organization.Read.All", "Policy.Read.All"]
        emulator.control("POST", f"tenants/{tenant}/servicePrincipals/{principal['id']}/roles", {"resource": "Microsoft Graph", "names": names})
    given = job_of(name, emulator, application)
    checkout = workdir / "checkout"
    (checkout / "reports").mkdir(parents=True)

    def run(limit: str, **hosts: dict[str, t.Any]) -> int:
        inventory(**hosts).rename(checkout / "inventory")
        known = {"client_id": application["appId"], "limit": limit, **given}
        variables = {key: filled(text, name, known) for key, text in PIPELINES[name].variables().items()}
        env = {**{key: value for key, value in operator.items() if key not in (*NO_SECRET, "AZURE_CLIENT_ID")}, **given, "LIMIT": limit, "RESUME": "false"}
        env = {**environment(workdir, {**env, **variables}), "PATH": f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"}
        for script in PIPELINES[name].scripts():
            done = subprocess.run(
                ["bash", "-e", "-c", INSTALL.sub("", script)], cwd=checkout, env=env, text=True, capture_output=True, check=False, timeout=600
            )
            if done.returncode:
                assert "left.txt" in script, done.stdout + done.stderr
                return done.returncode
        return 0

    chosen = {"connectors": [ROLE]}
    assert run("all", contoso=chosen, fabrikam={**chosen, "entra_expected_domain": "contoso.com"}) == 2
    reports = {path.name for path in (checkout / "reports").iterdir()}
    assert reports == {"rollout.html", "rollout.json", "rollout.xml", "preflight.json", "left.txt"}
    assert (checkout / "reports" / "left.txt").read_text().split() == ["fabrikam"]
    verdicts = {tenant["host"]: tenant["verdict"] for tenant in json.loads((checkout / "reports" / "preflight.json").read_text())["tenants"]}
    assert verdicts == {"contoso": "go", "fabrikam": "no_go"}
    cases = {case.get("classname"): [part.tag for part in case] for case in ET.parse(checkout / "reports" / "rollout.xml").iter("testcase")}
    assert cases == {"contoso": [], "fabrikam": ["failure"]}
    if name == min(PIPELINES):  # the scripts of the others are the same, and another job takes as long as the first
        assert run("fabrikam", contoso=chosen, fabrikam=chosen) == 0
        assert (checkout / "reports" / "left.txt").read_text().split() == ["!all"]
    registered = emulator.tenant("tailspin")["applications"][application["id"]]
    assert (registered["passwordCredentials"], registered["keyCredentials"]) == ([], [])
