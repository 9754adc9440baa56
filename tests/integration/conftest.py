# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks against the emulator: what an operator's shell holds, and inventories."""

from __future__ import annotations

import functools
import re
import typing as t
from pathlib import Path

import pytest
import yaml
from support import requests
from support.kill_plan import SAMPLE
from support.playbooks import ROOT, Run, run_playbook
from tenant_emulator.testing import Emulator

# The table of requests in the summary.
pytest_sessionstart = requests.pytest_sessionstart
pytest_terminal_summary = requests.pytest_terminal_summary


# What "make test" leaves to "make test-all", to stay below 15 minutes on two cores: the same promises at more points, in the other way of running, or
# for another kind of credential.
EXHAUSTIVE = re.compile(
    r"placement/.*((traceback_on_demand|keyword_timeout).*process|\[check\]|free|host_pinned|elsewhere|retried|ansible\.cfg|another module)"
    rf"|test_kill\.py::test_killed\[(?!({'|'.join(map(str, SAMPLE))})\])"
    rf"|test_kill\.py::test_every_write_is_known\[(?!({'|'.join(case.scenario for case in SAMPLE)})\])"
    r"|test_kill\.py::test_killed_while_the_vault_file_is_written\[(?!workato_file_renew-half)"
    r"|test_leaks\.py::(?!test_the_search|test_nothing_is_left\[(connect|refused|check|workato_connect|platform_ropc)-worker"
    r"|test_nothing_is_left\[platform_certificate-process|test_a_run_killed_with_a_secret_in_its_hands\[worker-/addPassword"
    r"|test_another_connector_killed_with_a_secret_in_its_hands\[worker-platform_key_made)"
    r"|test_budgets\.py::test_confirming_each_connector\[(workato_file|platform_certificate|okta_open)"
    r"|test_budgets\.py::test_confirming_means_looking\[(?!grant_narrowed|mark_removed)"  # test_33 of test_safety_proof.py looks for the others
    r"|test_faults\.py::test_put_that_stays_unknown\[(?!drop_after-True|drop_before-False)"
    r"|test_modules\.py::.*process"
    r"|test_stale_reads\.py::test_(certificate|renewal)"
    r"|test_power_proof\.py::.*(process|in_every_form|killed_before|what_cannot_be_read_back_stays_unproven\[certificate)"
    r"|test_power_renewal\.py::test_(?!renewed_kept_for_the_overlap_and_retired\[secret|another_kind_of_credential\[secret)"
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is only run by C(make test-all)."""
    for item in items:
        if EXHAUSTIVE.search(item.nodeid):
            item.add_marker("exhaustive")


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
