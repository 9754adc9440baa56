# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 34: what keeps the accounts from signing in ends the role as blocked, and nothing enables a vendor's application."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from integration.okta_workflows.helpers import CHOSEN, OKTA, outcome
from support.blocked import found_in, principal_of, said
from support.playbooks import Run
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]


@pytest.mark.parametrize("kind", ["disabled", "deactivated", "account"])
def test_34_okta_workflows(play: Play, inventory: Inventory, emulator: Emulator, kind: str) -> None:
    """A vendor's enterprise application is never enabled, and has no variable for it."""
    hosts = inventory(contoso=CHOSEN)
    play("okta_workflows.yml", inventory=hosts).ok()
    principal = principal_of(emulator, OKTA)
    if kind == "account":
        (user,) = [item for item in emulator.tenant("contoso")["users"].values() if item["userPrincipalName"] == CHOSEN["okta_workflows_accounts"][0]]
        emulator.update("contoso", "users", user["id"], accountEnabled=False)
    else:
        emulator.update("contoso", "servicePrincipals", principal["id"], **({"isDisabled": True} if kind == "deactivated" else {"accountEnabled": False}))
    emulator.clear_journal()
    run = play("okta_workflows.yml", inventory=hosts).ok()
    blocked = outcome(run)
    assert blocked["status"] == "blocked"
    assert found_in(blocked) == ["account disabled" if kind == "account" else f"service_principal {kind}"]
    assert emulator.writes() == [] and run.changed() == []
    said(run, "Who can take it back:")
    assert not any("_enable" in one["who"] for one in blocked["blockers"])
