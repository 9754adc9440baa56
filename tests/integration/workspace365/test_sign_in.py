# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the sign-in page of Workspace 365 leads after a delivery, and that nothing about it undoes the delivery."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from integration.workspace365.helpers import own_application, signs_in
from support.playbooks import Run
from support.plays import key_ids
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]
PLAYBOOK = "workspace365.yml"


def outcome(run: Run) -> dict[str, t.Any]:
    """What the run left as its result."""
    return t.cast("dict[str, t.Any]", run.task("Report the connection").facts["workspace365_result"])


def test_verified(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """By the run that delivers, after the call and before the mark; a run that finds everything as it should be looks at no page."""
    hosts = inventory(contoso=None)
    result = outcome(play(PLAYBOOK, inventory=hosts).ok())
    assert result["sign_in"] == "verified" and own_application(emulator)["appId"] in result["sign_in_reason"]
    paths = [entry["path"] for entry in emulator.journal("workspace365")]
    assert [path.rpartition("/")[2] for path in paths[-2:]] == ["OAuth2", "SignIn"]
    emulator.clear_journal()
    again = play(PLAYBOOK, inventory=hosts).ok()
    assert "sign_in" not in outcome(again) and emulator.journal("workspace365") == []


@pytest.mark.parametrize("page", ["bare", "error"])
def test_unverified_is_a_warning_and_undoes_nothing(page: str, play: Play, inventory: Inventory, emulator: Emulator) -> None:
    emulator.set_workspace365("portal", "contoso", page_mode=page)
    hosts = inventory(contoso={"workspace365_take_over": True})
    run = play(PLAYBOOK, inventory=hosts).ok()
    result = outcome(run)
    assert (result["status"], result["sign_in"]) == ("connected", "unverified") and result["sign_in_reason"].startswith("After the delivery the sign-in page")
    assert any("were accepted, and stay" in text for text in run.warnings()) and f"TO DO: {result['sign_in_reason']}" in " ".join(run.output.split())
    (key,) = key_ids(own_application(emulator))
    assert emulator.workspace365("portal", "contoso")["sso"]["key_id"] == key and signs_in(emulator)
    assert play(PLAYBOOK, inventory=hosts).ok().changed() == []


def test_a_page_that_breaks_off_takes_no_key_away(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """The product holds the key: a failure of the look must not be taken for its refusal."""
    hosts = inventory(contoso={"workspace365_take_over": True})
    play(PLAYBOOK, inventory=hosts).ok()
    emulator.fault(service="workspace365", path="/SignIn$", action="drop_before", times=None, skip=1)
    result = outcome(play(PLAYBOOK, inventory=hosts, extra={"workspace365_force": True}).ok())
    assert result["sign_in"] == "unverified" and "could not be read" in result["sign_in_reason"]
    assert emulator.workspace365("portal", "contoso")["sso"]["key_id"] == result["secret"]["key_id"] and signs_in(emulator)
