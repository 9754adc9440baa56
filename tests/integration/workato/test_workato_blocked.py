# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 34: what keeps the service account from signing in ends the role as blocked."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from integration.workato.helpers import TOKEN, application, result
from support.blocked import SHUT, found_in, said, shut
from support.playbooks import Run
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize("kind", ["deactivated", "disabled", "account"])
def test_34_workato(play: Play, inventory: Inventory, emulator: Emulator, kind: str) -> None:
    """No person is sent to sign in, and nothing waits for one."""
    user = emulator.control("POST", "tenants/contoso/users", {"userPrincipalName": "svc-workato@contoso.com"})
    hosts = inventory(contoso={"workato_api_token": TOKEN, "workato_service_accounts": ["svc-workato@contoso.com"]})
    play("workato.yml", inventory=hosts).ok()
    if kind == "account":
        emulator.update("contoso", "users", user["id"], accountEnabled=False)
        emulator.clear_journal()
    else:
        shut(emulator, application(emulator), kind)
    expected = "account disabled" if kind == "account" else SHUT[kind][2]
    run = play("workato.yml", inventory=hosts, extra={"workato_wait_for_authorization": True}).ok()
    blocked = result(run)
    assert (blocked["status"], found_in(blocked), emulator.writes()) == ("blocked", [expected], [])
    assert len(blocked["notes"]) == 1 and "sign in with the service account" not in " ".join(blocked["notes"])
    said(run, "Who can take it back:")
    again = result(play("workato.yml", inventory=hosts, extra={"workato_enable": True}).ok())
    assert again["status"] == ("blocked" if kind == "account" else "ready_for_authorization")
