# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 34: what keeps people or the application from the API ends the role as blocked."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from integration.power_platform.helpers import API, result_of
from support.blocked import SHUT, found_in, principal_of, said, shut
from support.playbooks import Run
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]


@pytest.mark.parametrize("kind", ["deactivated", "disabled", "api"])
def test_34_power_platform(play: Play, inventory: Inventory, emulator: Emulator, kind: str) -> None:
    """Neither the role nor the API is touched; a person signs in here, so that the application itself is what counts."""
    hosts = inventory(contoso={})
    play("power_platform.yml", inventory=hosts).ok()
    (app,) = [item for item in emulator.tenant("contoso")["applications"].values() if item["uniqueName"] == "tenantkit.power_platform"]
    if kind == "api":
        emulator.update("contoso", "servicePrincipals", principal_of(emulator, API)["id"], accountEnabled=False)
        emulator.clear_journal()
    else:
        shut(emulator, app, kind)
    run = play("power_platform.yml", inventory=hosts).ok()
    blocked = result_of(run)
    assert (blocked["status"], found_in(blocked)) == ("blocked", ["api disabled" if kind == "api" else SHUT[kind][2]])
    assert emulator.writes() == [] and run.changed() == []
    said(run, "Who can take it back:")
    again = result_of(play("power_platform.yml", inventory=hosts, extra={"power_platform_enable": True}).ok())
    assert again["status"] == ("blocked" if kind == "api" else "ready_for_authorization")
    assert principal_of(emulator, API)["accountEnabled"] is (kind != "api"), "an API is never enabled"
