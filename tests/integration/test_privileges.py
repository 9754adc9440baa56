# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 28: what the README of a role says that the automation identity needs is enough, and it is given nothing else."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from support.documented import identity
from support.playbooks import Run
from support.products import Privileges, products
from support.sampling import sampled
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

CASES = {name: (f"{role}.yml", case) for role, product in products().items() for name, case in product.privileges.items()}


@pytest.mark.parametrize(("playbook", "case"), sampled(CASES, *(name for name, (_playbook, case) in CASES.items() if case.sampled)))
@pytest.mark.usefixtures("unhurried")
def test_28_the_documented_privileges_are_enough(playbook: str, case: Privileges, play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """It is connected, confirmed and taken back."""
    variables = {**case.host(emulator, workdir), **identity(emulator, case.permissions())}
    case.check(play(playbook, inventory=inventory(contoso=variables)).ok())
    assert emulator.writes() != []
    assert play(playbook, inventory=inventory(contoso=variables)).ok().changed() == []
    gone = play(playbook, inventory=inventory(contoso={**variables, **case.absent})).ok()
    assert gone.changed() != []
