# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks against the emulator: what an operator's shell holds, and inventories."""

from __future__ import annotations

import functools
import typing as t
from pathlib import Path

import pytest
import yaml
from support import requests
from support.playbooks import ROOT, Run, run_playbook
from tenant_emulator.testing import Emulator

# The table of requests in the summary.
pytest_sessionstart = requests.pytest_sessionstart
pytest_terminal_summary = requests.pytest_terminal_summary


@pytest.fixture
def operator(emulator: Emulator, workdir: Path) -> dict[str, str]:
    """The environment of an operator whose automation identity works in all tenants of the emulator."""
    identity = emulator.identity()
    vault_password = workdir / "vault-password"
    vault_password.write_text("emulated-vault-password\n")
    return {
        **emulator.env(),
        "AZURE_CLIENT_ID": identity["client_id"],
        "AZURE_CLIENT_SECRET": identity["secret"],
        "WORKSPACE365_INSTANCE_URL": emulator.workspace365_url(),
        "WORKSPACE365_PROVISIONING_KEY": provisioning_key(emulator),
        "WORKATO_API_TOKEN": emulator.workato("contoso")["tokens"]["automation"],
        "ANSIBLE_VAULT_IDENTITY_LIST": f"connectors@{vault_password}",
    }


@pytest.fixture
def unhurried(emulator: Emulator) -> None:
    """The limits of Workato's API are tested with the module; elsewhere they would only cost time."""
    emulator.settings(workato_lists_per_minute=0, workato_others_per_second=0)


def provisioning_key(emulator: Emulator, instance: str = "portal") -> str:
    """The key of an emulated Workspace 365 instance."""
    return t.cast(str, emulator.control("GET", f"workspace365/{instance}")["provisioning_key"])


@pytest.fixture
def inventory(emulator: Emulator, workdir: Path) -> t.Callable[..., Path]:
    """Writes an inventory: C(inventory(contoso={...}, fabrikam={...}))."""

    def write(**hosts: dict[str, t.Any] | None) -> Path:
        data = {
            "all": {
                "vars": {
                    "ansible_connection": "local",
                    "workspace365_instance_url": emulator.workspace365_url(),
                    "workspace365_provisioning_key": provisioning_key(emulator),
                },
                "hosts": {
                    name: {"entra_tenant_id": f"{name}.onmicrosoft.com", "workspace365_environment": name, **(more or {})} for name, more in hosts.items()
                },
            }
        }
        path = workdir / "inventory.yml"
        path.write_text(yaml.safe_dump(data))
        return path

    return write


@pytest.fixture
def play(operator: dict[str, str], workdir: Path) -> t.Callable[..., Run]:
    """Runs a playbook of this collection (by file name) or any other (by path) as the operator."""
    runner = functools.partial(run_playbook, workdir=workdir)

    def run(playbook: str | Path, **more: t.Any) -> Run:
        path = ROOT / "playbooks" / playbook if isinstance(playbook, str) else playbook
        env = {**operator, **more.pop("env", {})}
        return runner(path, env={name: value for name, value in env.items() if value is not None}, **more)

    return run
