# SPDX-License-Identifier: GPL-3.0-or-later
"""What roles say and do with less than the permissions that their READMEs give."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from integration.okta_workflows.helpers import OPEN, PLAYBOOK
from support.documented import documented
from support.playbooks import ROOT, Run
from support.plays import failed_well, little
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]
GRANT = "DelegatedPermissionGrant.ReadWrite.All"
OWN = ("Application.ReadWrite.OwnedBy", "Organization.Read.All")


def result(run: Run) -> dict[str, t.Any]:
    """What the role left."""
    return t.cast("dict[str, t.Any]", [event.facts["workspace365_result"] for event in run.events if "workspace365_result" in event.facts][-1])


def test_what_may_not_be_read_is_not_missing(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """The run that makes the application knows that nothing was consented to, and names what it lacks; later ones do not know it any more."""
    hosts = little(emulator, *OWN)
    first = play("workspace365.yml", inventory=inventory(contoso=hosts)).ok()
    assert result(first)["status"] == "awaiting_consent" and result(first)["consent"]["hand_off"]["lacks"] == [GRANT]
    assert f"lacks {GRANT}: with that the next run does it." in first.output
    app_id = result(first)["app"]["app_id"]
    tenant = emulator.tenant("contoso")
    principals = {one["appId"]: one["id"] for one in tenant["service_principals"].values()}
    emulator.add_grant("contoso", principals[app_id], principals["00000003-0000-0000-c000-000000000000"], "openid User.Read")
    later = play("workspace365.yml", inventory=inventory(contoso=hosts)).ok()
    found = result(later)
    assert (found["status"], found["consent"]["state"]) == ("consent_not_assessed", "not_assessed")
    assert found["consent"]["missing"] == [] and "waiting for admin consent" not in later.output
    assert "'workspace365_consent: none' goes on without it" in later.output and GRANT in later.output
    assert emulator.journal("workspace365", "PUT") == []
    assert result(play("workspace365.yml", inventory=inventory(contoso={**hosts, "workspace365_consent": "none"})).ok())["status"] == "connected"


def test_all_that_is_missing_is_said_before_anything_is_made(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Neither in two runs nor after the application was registered."""
    hosts = {**little(emulator, "Application.Read.All", "Organization.Read.All"), "workspace365_consent_on_forbidden": "fail"}
    emulator.clear_journal()
    for more in ({}, {"check": True}):
        run = play("workspace365.yml", inventory=inventory(contoso=hosts), **more)
        failed_well(run, emulator, "Application.ReadWrite.OwnedBy", GRANT, "Nothing was written")
    assert emulator.writes() == []


@pytest.mark.parametrize("lacking", ["GroupSettings.ReadWrite.All", "Policy.ReadWrite.Authorization"])
def test_rights_are_looked_at_before_a_tenant_is_opened(lacking: str, play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Nothing is changed, not even by the steps before it."""
    names = [*documented("okta_workflows", "| reading, `audit` |"), *documented("okta_workflows", "| `vendor_documented` and taking it back |")]
    hosts = {**little(emulator, *(name for name in names if name != lacking)), **OPEN}
    emulator.clear_journal()
    failed_well(play(PLAYBOOK, inventory=inventory(contoso=hosts)), emulator, lacking, "Nothing was written")
    assert emulator.writes() == []


def test_a_refusal_names_what_the_role_needs(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Not only the call that was refused: an operator who grants it is not refused again."""
    needed = documented("workspace365", "needs `Application.ReadWrite.All`")
    assert f"tenantkit_needs: {','.join(needed)} #" in (ROOT / "roles" / "workspace365" / "tasks" / "recover.yml").read_text()
    nothing = little(emulator, "User.Read.All")
    failed_well(play("workspace365_recover.yml", inventory=inventory(contoso=nothing)), emulator, *needed)
    names = [*documented("okta_workflows", "| reading, `audit` |"), *documented("okta_workflows", "| `vendor_documented` and taking it back |")]
    asked = [name for name in names if name not in ("Policy.Read.All", "GroupSettings.Read.All", "Application.Read.All")]
    failed_well(play(PLAYBOOK, inventory=inventory(contoso={**nothing, **OPEN})), emulator, *asked)
