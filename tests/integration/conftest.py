# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks against the emulator: what an operator's shell holds, and inventories."""

from __future__ import annotations

import functools
import typing as t
from pathlib import Path

import pytest
import yaml
from support import forked_plugin, requests
from support.connected import Runs
from support.playbooks import ROOT, Run, run_playbook
from support.products import ProductTests, of_tenant, products
from support.waiting import EMULATOR_VARIABLE
from tenant_emulator.testing import Emulator

# Runs that are forked from one import of ansible-core, and how many they were.
pytest_configure = forked_plugin.pytest_configure
# The table of requests in the summary.
pytest_sessionstart = requests.pytest_sessionstart
pytest_terminal_summary = requests.pytest_terminal_summary


def _of_all(part: t.Callable[[ProductTests], dict[str, t.Any]]) -> dict[str, t.Any]:
    return {name: value for product in products().values() for name, value in part(product).items()}


@pytest.fixture
def operator(emulator: Emulator, workdir: Path) -> dict[str, str]:
    """The environment of an operator whose automation identity works in all tenants of the emulator."""
    vault_password = workdir / "vault-password"
    vault_password.write_text("emulated-vault-password\n")
    return {
        **emulator.operator_env(),
        EMULATOR_VARIABLE: str(emulator.state_dir),
        **_of_all(lambda product: product.environment(emulator)),
        "ANSIBLE_VAULT_IDENTITY_LIST": f"connectors@{vault_password}",
    }


@pytest.fixture
def unhurried(emulator: Emulator) -> None:
    """Limits of products' APIs are tested with their modules; elsewhere they would only cost time."""
    for product in products().values():
        emulator.settings(**product.unhurried)


@pytest.fixture
def inventory(emulator: Emulator, workdir: Path) -> t.Callable[..., Path]:
    """Writes an inventory: C(inventory(contoso={...}, fabrikam={...}))."""

    def write(**hosts: dict[str, t.Any] | None) -> Path:
        data = {
            "all": {
                "vars": {"ansible_connection": "local", **_of_all(lambda product: product.variables(emulator))},
                "hosts": {name: {"entra_tenant_id": f"{name}.onmicrosoft.com", **of_tenant(name), **(more or {})} for name, more in hosts.items()},
            }
        }
        path = workdir / "inventory.yml"
        path.write_text(yaml.safe_dump(data))
        return path

    return write


@pytest.fixture(scope="session")
def runs(running_emulator: Emulator) -> Runs:
    """What tests start from, once carried out."""
    return Runs(running_emulator)


@pytest.fixture
def connected(play: t.Callable[..., Run], operator: dict[str, str], workdir: Path, runs: Runs) -> t.Callable[..., Run]:
    """Like C(play(...).ok()), for a run that the test starts from: what an equal run left is put back, if there was one."""

    def run(playbook: str | Path, **more: t.Any) -> Run:
        return runs.get(workdir, {"playbook": playbook, "operator": operator, **more}, lambda: play(playbook, **more).ok())

    return run


@pytest.fixture
def play(operator: dict[str, str], workdir: Path) -> t.Callable[..., Run]:
    """Runs a playbook of this collection (by file name) or any other (by path) as the operator."""
    runner = functools.partial(run_playbook, workdir=workdir)

    def run(playbook: str | Path, **more: t.Any) -> Run:
        path = ROOT / "playbooks" / playbook if isinstance(playbook, str) else playbook
        env = {**operator, **more.pop("env", {})}
        return runner(path, env={name: value for name, value in env.items() if value is not None}, **more)

    return run
