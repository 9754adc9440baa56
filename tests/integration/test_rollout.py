# SPDX-License-Identifier: GPL-3.0-or-later
"""A rollout looks at a tenant once for all its connectors, and nothing about one connector hides, delays or changes another."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml
from support import requests
from support.connected import Runs
from support.playbooks import ROOT, SETS_FACTS, Run, run_playbook
from support.products import products
from support.waiting import OWN_CLOCK
from tenant_emulator.testing import Emulator

PLAYBOOKS = ROOT / "playbooks"
REQUESTS, HOST_TASKS = 9, 8  # of the one tenant of a run in which all connectors are as they should be; three of the tasks are once a wave
Host = dict[str, t.Any]
Rollout = t.Callable[..., Run]


@pytest.fixture
def rollout(emulator: Emulator, operator: dict[str, str], workdir: Path, unhurried: None) -> Rollout:
    """Runs a playbook on contoso of the demo's inventory, with more variables of the host."""
    inventory = yaml.safe_load((ROOT / "tests" / "demo" / "inventory.yml").read_text())
    env = {**operator, "DEMO_DIRECTORY": str(workdir), "ANSIBLE_VAULT_IDENTITY_LIST": f"demo@{workdir / 'vault-password'}"}

    def run(playbook: str = "rollout.yml", more: t.Mapping[str, str] | None = None, **host: t.Any) -> Run:
        tenants = {"vars": inventory["tenants"]["vars"], "hosts": {"contoso": {**inventory["tenants"]["hosts"]["contoso"], **host}}}
        hosts = workdir / "tenants.yml"
        hosts.write_text(yaml.safe_dump({"tenants": tenants}))
        emulator.clear_journal()
        return run_playbook(PLAYBOOKS / playbook, workdir, inventory=hosts, env={**env, **(requests.timeline_env(workdir) if more is None else more)})

    return run


@pytest.fixture
def rolled_out(rollout: Rollout, runs: Runs, operator: dict[str, str], workdir: Path) -> None:
    """All connectors of contoso are connected."""
    runs.get(workdir, {"playbook": "rollout.yml", "operator": operator}, lambda: rollout().ok())


def results(run: Run) -> dict[str, t.Any]:
    """The result facts that a run left, by role."""
    found = {}
    for event in run.events:
        if event.action in SETS_FACTS and event.status == "ok":
            found |= {name.removesuffix("_result"): value for name, value in event.facts.items() if name.endswith("_result")}
    return {role: value for role, value in found.items() if role in products()}


def test_four_converged_connectors_cost_one_look(rolled_out: None, rollout: Rollout, emulator: Emulator, workdir: Path) -> None:
    again = rollout().ok()
    entries = emulator.journal()
    requests.report(requests.table("Confirm four connectors in a rollout", entries, again, workdir))
    assert [entry["service"] for entry in entries] == requests.documented("confirm of four connectors")
    assert again.changed() == [] and emulator.writes() == []
    assert (len(entries), again.host_tasks("contoso")) <= (REQUESTS, HOST_TASKS), [event.task for event in again.events]
    # Each alone, by its own playbook, says the same.
    together = results(again)
    assert sorted(together) == sorted(products())
    for role in products():
        alone = rollout(f"{role}.yml").ok()
        assert results(alone)[role] == together[role], role


def others(run: Run, role: str) -> None:
    """The results of all connectors but one are whole."""
    found = {name: result["status"] for name, result in results(run).items() if result["status"] != "failed"}
    assert set(found) == set(products()) - {role}, found


def test_what_is_wrong_with_one_connector_leaves_the_others_whole(rolled_out: None, rollout: Rollout, emulator: Emulator) -> None:
    run = rollout(power_platform_credential="magic").failed()
    assert "power_platform_credential" in run.failure()["msg"]
    others(run, "power_platform")

    others(rollout(workato_external_id="{{ not_there }}").failed(), "workato")

    with emulator.faulty(action="status", status=403, service="graph", path="/users/service@contoso.com", part=True, times=None):
        others(rollout().failed(), "okta_workflows")
    assert emulator.writes() == []

    with emulator.faulty(action="status", status=503, service="workato", times=None):
        others(rollout(more=OWN_CLOCK).failed(), "workato")
    rollout().ok()


def test_only_what_has_something_to_do_runs(rolled_out: None, rollout: Rollout, emulator: Emulator) -> None:
    before = results(rollout().ok())
    app = next(item for item in emulator.tenant("contoso")["applications"].values() if item.get("uniqueName") == "tenantkit.workato.contoso")
    emulator.update("contoso", "applications", app["id"], web={"redirectUris": []})
    run = rollout().ok()
    assert results(run)["workato"]["changed"] and {role: result for role, result in results(run).items() if role != "workato"} == {
        role: result for role, result in before.items() if role != "workato"
    }
    roles = {event.task.partition(" : ")[0] for event in run.events if " : " in event.task}
    assert roles == {"tenantkit.connectors.workato", "tenantkit.connectors.entra_connector"}
