# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the variables of Workspace 365 is said before anybody is asked."""

from __future__ import annotations

import typing as t
from pathlib import Path

from support.playbooks import Run
from support.plays import failed_well
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]


def test_outside_the_public_cloud_the_authority_has_to_be_given(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """The vendor's page speaks of the public cloud only."""
    failed_well(play("workspace365.yml", inventory=inventory(contoso={"entra_cloud": "usgov"})), emulator, "'workspace365_authority'", "usgov")
    assert emulator.journal() == []
