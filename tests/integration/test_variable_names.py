# SPDX-License-Identifier: GPL-3.0-or-later
"""A misspelt variable is noticed before any service is asked: Ansible would take it for one that was not given."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._role_variables import role_options
from support.playbooks import Run
from support.products import products
from support.results import facts_of
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]
ROLES = sorted(products())


def misspelt(role: str) -> tuple[str, str]:
    """A wrong name, and the right one: a variable of the role that nothing needs."""
    right = next(name for name, spec in role_options(role).items() if name.startswith(f"{role}_") and spec.get("type") == "str" and "required" not in spec)
    return f"{right}x", right


def correction(wrong: str, right: str) -> str:
    """What the operator reads."""
    return f"'{wrong}' (meant is probably '{right}')"


@pytest.mark.parametrize("role", ROLES)
def test_a_misspelt_variable_of_a_role(role: str, play: Play, inventory: Inventory, emulator: Emulator) -> None:
    wrong, right = misspelt(role)
    run = play(f"{role}.yml", inventory=inventory(contoso={wrong: "x"}))
    assert run.returncode == 2
    assert correction(wrong, right) in run.output and "entra_check_variables" in run.output
    assert emulator.journal() == []


def test_in_a_rollout_only_that_connector_fails(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    other, role = ROLES[-1], ROLES[0]
    wrong, right = misspelt(role)
    run = play("rollout.yml", inventory=inventory(contoso={"connectors": [other, role], wrong: "x"}))
    assert run.returncode == 2 and correction(wrong, right) in run.output
    left = dict(fact for event in run.events for fact in facts_of(event.result))
    assert left[f"{other}_result"]["changed"] and emulator.writes()


def test_a_name_that_is_meant_so(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """What is far from every name is a warning, said once for all hosts; either can be turned off."""
    role = ROLES[-1]
    own = {f"{role}_contact_of_the_customer": "x"}
    (name,) = own
    run = play(f"{role}.yml", inventory=inventory(contoso=own, fabrikam=own), check=True).ok()
    assert "".join(run.output.split()).count(name) == 1
    quiet = {**own, misspelt(role)[0]: "x", "entra_check_variables": "false"}
    run = play(f"{role}.yml", inventory=inventory(contoso=quiet), check=True).ok()
    assert name not in "".join(run.output.split())
