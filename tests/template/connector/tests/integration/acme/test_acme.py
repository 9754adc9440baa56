# SPDX-License-Identifier: GPL-3.0-or-later
"""Acme is connected, confirmed and taken away, and what is wrong is said before anything is written."""

from __future__ import annotations

import typing as t
from pathlib import Path

from integration.acme.product import ABSENT, PLAYBOOK, PRODUCT, PUT, AcmeConnection
from support.playbooks import Run
from support.plays import failed_well, writes_seen
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

OTHER = "0b9e4c37-36d2-4f4e-8f28-0a54a8d6b1aa"


def settings(emulator: Emulator, tenant: str) -> dict[str, str]:
    """What an administrator may have set up by hand for a tenant."""
    return {"tenant_id": emulator.tenant_id(tenant), "client_id": OTHER, "client_secret": "made-by-hand-long-ago", "key_id": OTHER}


def test_the_first_connection(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    run = play(PLAYBOOK, inventory=inventory(contoso={})).ok()
    AcmeConnection(emulator).check_connected()
    assert emulator.acme()["sign_in"] == 200
    assert emulator.acme()["writes"] == 1
    assert run.task("Look at Acme").status == "ok", "the site is looked at before anything is written"
    assert [entry["method"] for entry in emulator.journal("acme")] == ["GET", "GET", "PUT"]
    result = run.task("Report the connection").facts["acme_result"]
    assert result["status"] == "connected"


def test_confirming_changes_nothing(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    hosts = inventory(contoso={})
    play(PLAYBOOK, inventory=hosts).ok()
    emulator.clear_journal()
    again = play(PLAYBOOK, inventory=hosts).ok()
    requests, tasks = PRODUCT.budgets["acme_connect"]
    assert (again.changed(), emulator.writes()) == ([], [])
    assert again.task("Report the connection").facts["acme_result"]["status"] == "connected"
    assert len(emulator.journal()) <= requests and again.host_tasks("contoso") <= tasks


def test_check_mode_says_what_would_happen(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    run = play(PLAYBOOK, inventory=inventory(contoso={}), check=True, diff=True).ok()
    assert run.task("Look at Acme").status == "ok"
    assert run.task("Give Acme its sign-in settings").changed
    assert emulator.writes() == [] and emulator.acme()["sso"] is None
    assert "set single sign-on" in run.stdout


def test_a_forced_renewal_is_delivered(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    play(PLAYBOOK, inventory=inventory(contoso={})).ok()
    first = emulator.acme()["sso"]["key_id"]
    play(PLAYBOOK, inventory=inventory(contoso={"acme_force": True})).ok()
    AcmeConnection(emulator).check_connected()
    assert emulator.acme()["sso"]["key_id"] != first


def test_absent_takes_the_settings_out_first(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    play(PLAYBOOK, inventory=inventory(contoso={})).ok()
    emulator.clear_journal()
    play(PLAYBOOK, inventory=inventory(contoso=ABSENT), check=True).ok()
    assert emulator.writes() == []
    run = play(PLAYBOOK, inventory=inventory(contoso=ABSENT)).ok()
    assert emulator.acme()["sso"] is None and AcmeConnection(emulator).applications() == []
    assert writes_seen(emulator)[0].startswith("DELETE /api/v1/sso")
    assert run.task("Report the connection").facts["acme_result"]["status"] == "absent"
    assert play(PLAYBOOK, inventory=inventory(contoso=ABSENT)).ok().changed() == []


def test_absent_leaves_what_others_set_up(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    play(PLAYBOOK, inventory=inventory(contoso={})).ok()
    emulator.set_acme("contoso", settings(emulator, "contoso"))
    play(PLAYBOOK, inventory=inventory(contoso=ABSENT)).ok()
    assert emulator.acme()["sso"]["client_id"] == OTHER


def test_a_refused_key_stops_the_run_before_anything_is_written(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    failed_well(play(PLAYBOOK, inventory=inventory(contoso={"acme_api_key": "wrong-key-of-no-instance"})), emulator, "API key was not accepted", "'api_key'")
    assert emulator.writes() == []


def test_a_refused_secret_is_taken_away_again(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    emulator.fault(action="status", status=422, body={"code": "invalid_settings", "message": "no"}, **PUT)
    failed_well(play(PLAYBOOK, inventory=inventory(contoso={})), emulator, "invalid", "removed again")
    assert AcmeConnection(emulator).managed() == []


def test_a_site_of_somebody_else_is_not_written(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Another tenant's never, another application's of this tenant only when that is said."""
    for tenant, words in (("fabrikam", "another tenant"), ("contoso", "take_over")):
        emulator.set_acme("contoso", settings(emulator, tenant))
        failed_well(play(PLAYBOOK, inventory=inventory(contoso={})), emulator, words)
        assert emulator.writes() == []
    play(PLAYBOOK, inventory=inventory(contoso={"acme_take_over": True})).ok()
    AcmeConnection(emulator).check_connected()
