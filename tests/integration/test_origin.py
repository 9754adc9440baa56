# SPDX-License-Identifier: GPL-3.0-or-later
"""What a tenant's logs show of a run: the controller's job, the change, and ids that begin alike."""

from __future__ import annotations

import typing as t
from pathlib import Path

from support.playbooks import Run
from support.products import products
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]
ROLE = max(products())


def test_the_requests_of_a_run_belong_together(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    hosts = inventory(contoso={"entra_change_reference": "CHG0042"})
    play(f"{ROLE}.yml", inventory=hosts, check=True, env={"JOB_ID": "815"}).ok()
    first = emulator.journal("graph")
    assert first and all(entry["user_agent"].endswith(" run/815 change/CHG0042") for entry in first)
    assert len({entry["client_request_id"][:8] for entry in first}) == 1 and len({entry["client_request_id"] for entry in first}) == len(first)
    emulator.clear_journal()
    play(f"{ROLE}.yml", inventory=inventory(contoso={}), check=True).ok()
    (second,) = {entry["user_agent"].partition(" run/")[2] for entry in emulator.journal("graph")}
    assert len(second) == 12 and "change/" not in second


def test_what_is_no_reference_is_refused(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    run = play(f"{ROLE}.yml", inventory=inventory(contoso={"entra_change_reference": "CHG 42"}), check=True)
    assert run.returncode == 2 and "entra_change_reference" in run.output and emulator.journal() == []
