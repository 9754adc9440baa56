# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 28 for the other roles: what their READMEs say that the automation identity needs is enough, and it is given nothing else."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
from support.playbooks import ROOT, Run
from support.power import API, result_of, vault_file
from support.sampling import sampled
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]
Json = dict[str, t.Any]

PERMISSION = re.compile(r"\b[A-Z][A-Za-z]+(?:\.[A-Z][A-Za-z]+){1,2}\b")
OKTA: Json = {
    "okta_workflows_app_id": "c7e15b90-4d28-4a6f-b3c1-90f2d6e8a745",
    "okta_workflows_publisher_tenant_id": "5e0b7a42-9c16-4f83-a2d7-e41c8b60f395",
    "okta_workflows_accounts": ["service@contoso.com"],
    "okta_workflows_permissions": "directory",
}
OPEN: Json = {"okta_workflows_mode": "vendor_documented", "okta_workflows_accept_tenant_wide_consent": True}


def documented(role: str, start: str) -> list[str]:
    """The permissions in the line of a role's README that begins so."""
    (line,) = [line for line in (ROOT / "roles" / role / "README.md").read_text().splitlines() if line.startswith(start)]
    found = PERMISSION.findall(line)
    assert found, line
    return found


def identity(emulator: Emulator, permissions: t.Sequence[str]) -> Json:
    """Host variables of an automation identity with these application permissions of Microsoft Graph in Contoso, and no others."""
    made = emulator.add_application("contoso", displayName="Limited", secrets=[{"displayName": "automation"}], service_principal=True)
    emulator.grant_roles("contoso", made["service_principal"]["id"], sorted(set(permissions)))
    emulator.clear_journal()
    return {"entra_auth": {"client_id": made["application"]["appId"], "client_secret": made["secrets"][0]["value"]}}


@pytest.mark.parametrize(
    ("row", "more"),
    sampled({"preconsent": ("| `preconsent`, `absent` |", {}), "open": ("| `vendor_documented` and taking it back |", OPEN)}, "preconsent"),
)
def test_28_okta_workflows(row: str, more: Json, play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """It is set up, confirmed and taken back."""
    reading = documented("okta_workflows", "| reading, `audit` |")
    variables = {**OKTA, **more, **identity(emulator, [*reading, *documented("okta_workflows", row)])}
    play("okta_workflows.yml", inventory=inventory(contoso=variables)).ok()
    assert emulator.writes() != []
    assert play("okta_workflows.yml", inventory=inventory(contoso=variables)).ok().changed() == []
    gone = play("okta_workflows.yml", inventory=inventory(contoso={**variables, "okta_workflows_state": "absent"})).ok()
    assert gone.changed() != []


def test_28_okta_workflows_is_audited(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """With the permissions to read alone; the tenant's settings are reported."""
    variables = {**OKTA, **identity(emulator, documented("okta_workflows", "| reading, `audit` |")), "okta_workflows_mode": "audit"}
    run = play("okta_workflows.yml", inventory=inventory(contoso=variables)).ok()
    (found,) = run.task("Report").result["results"]
    settings = found["ansible_facts"]["okta_workflows_result"]["tenant_settings"]
    assert settings["user_consent"] == ["microsoft-user-default-recommended"] and settings["consent_settings"] is not None


@pytest.mark.parametrize("api_is_there", [pytest.param(True, marks=pytest.mark.exhaustive), False])
def test_28_power_platform(api_is_there: bool, play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """The side of Entra; the role in Power Platform is given by somebody else. An API that the tenant does not know takes more."""
    if api_is_there:
        emulator.control("POST", "tenants/contoso/servicePrincipals", {"appId": API})
    owned, *others = documented("power_platform", "| always |")
    more = documented("power_platform", "| to make the API's service principal")[:1]
    who = emulator.identity()
    variables = {
        **vault_file(workdir),
        **identity(emulator, [owned, *others] if api_is_there else [*more, *others]),
        "power_platform_credential": "secret",
        "power_platform_admin_auth": {"client_id": who["client_id"], "client_secret": who["secret"]},
    }
    made = result_of(play("power_platform.yml", inventory=inventory(contoso=variables)).ok())
    assert (made["status"], made["proof"]["status"]) == ("connected", "proven")
    assert play("power_platform.yml", inventory=inventory(contoso=variables)).ok().changed() == []
    play("power_platform.yml", inventory=inventory(contoso={**variables, "power_platform_state": "absent"})).ok()
