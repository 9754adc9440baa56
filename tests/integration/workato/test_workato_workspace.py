# SPDX-License-Identifier: GPL-3.0-or-later
"""The right workspace: what one API token, or one workspace, of several hosts leads to."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from integration.workato.helpers import SIGN_IN, TOKEN, connection, result
from support.playbooks import Run
from support.plays import failed_well
from support.sampling import sampled
from tenant_emulator.testing import Emulator, JsonObject

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

pytestmark = pytest.mark.usefixtures("unhurried")

SHARED = {"workato_expected_workspace": "Contoso"}
ENVIRONMENT = {"workato_api_token": "{{ lookup('env', 'WORKATO_API_TOKEN') }}"}
CASES: dict[str, tuple[JsonObject, JsonObject, JsonObject]] = {  # variables of contoso, of fabrikam, and those that play.yml would be given with -e
    "nobody has one": ({}, {}, {}),
    "one has one": ({"workato_api_token": TOKEN}, {}, {}),
    "both look it up": (ENVIRONMENT, ENVIRONMENT, {}),
    "both have it": ({"workato_api_token": TOKEN}, {"workato_api_token": TOKEN}, {}),
    "for the whole play": ({}, {}, {"workato_api_token": TOKEN}),
    "taken away": ({}, {}, {"workato_state": "absent"}),
}


@pytest.mark.parametrize("name", sampled(CASES.keys(), "nobody has one", "both look it up", "taken away"))
def test_one_token_does_not_open_a_workspace_for_several_hosts(name: str, play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Whoever forgets a customer's token would put the secret of one customer into the workspace of another."""
    contoso, fabrikam, extra = CASES[name]
    run = play("workato.yml", inventory=inventory(contoso=contoso, fabrikam=fabrikam), extra=extra)
    for host, other in (("contoso", "fabrikam"), ("fabrikam", "contoso")):
        failed_well(run, emulator, "workato_api_token", "WORKATO_API_TOKEN", "workato_expected_workspace", host, other, host=host)
    assert emulator.journal() == []


def test_a_token_of_the_play_is_for_one_host(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """Variables of the play are those of every host, although no host has them."""
    playbook = workdir / "play.yml"
    playbook.write_text(f"- {{hosts: all, gather_facts: false, vars: {{workato_api_token: {TOKEN}}}, roles: [tenantkit.connectors.workato]}}\n")
    hosts = {"contoso": {}, "fabrikam": {"workato_api_token": emulator.workato("fabrikam")["tokens"]["automation"]}, "northwind": {}}
    run = play(playbook, inventory=inventory(**hosts))
    for host, other in (("contoso", "northwind"), ("northwind", "contoso")):
        failed_well(run, emulator, "workato_expected_workspace", host, other, host=host)
    assert emulator.workato("contoso")["connections"] == []


@pytest.mark.exhaustive
def test_an_expression_of_the_play_is_each_hosts_own(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """It may give every host another token, also while one of somebody else is exported."""
    tokens = {name: emulator.workato(name)["tokens"]["automation"] for name in ("contoso", "fabrikam")}
    playbook = workdir / "play.yml"
    variables = f'{{workato_api_token: "{{{{ tokens[inventory_hostname] }}}}", tokens: {tokens}}}'
    playbook.write_text(f"- {{hosts: all, gather_facts: false, vars: {variables}, roles: [tenantkit.connectors.workato]}}\n")
    exported = {"WORKATO_API_TOKEN": emulator.workato("northwind")["tokens"]["automation"]}
    run = play(playbook, inventory=inventory(contoso={}, fabrikam={}), env=exported).ok()
    assert [connection(emulator, name)["input"]["tenant_id"] for name in tokens] == [emulator.tenant_id(name) for name in tokens], run.output


def test_a_rollout_counts_the_hosts_that_use_workato(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """The token of the environment is for the one of them; hosts with other products cannot be confused with it."""
    one = inventory(contoso={"connectors": ["workato"]}, fabrikam={"connectors": []}, northwind={"connectors": []})
    assert result(play("rollout.yml", inventory=one).ok(), "contoso")["status"] == SIGN_IN
    two = inventory(contoso={"connectors": ["workato"]}, fabrikam={"connectors": ["workato", "okta_workflows"]})
    failed_well(play("rollout.yml", inventory=two), emulator, "workato_expected_workspace", "contoso and fabrikam", host="fabrikam")


def test_hosts_that_come_later_count(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """With serial the first one would be done before the second one is looked at."""
    playbook = workdir / "serial.yml"
    playbook.write_text("- {hosts: all, gather_facts: false, serial: 1, roles: [tenantkit.connectors.workato]}\n")
    failed_well(play(playbook, inventory=inventory(contoso={}, fabrikam={})), emulator, "workato_expected_workspace", "contoso and fabrikam")
    assert emulator.journal() == []


def test_the_token_of_the_environment_is_for_one_host(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """It is taken when nobody else is there to be confused with, also beside hosts that have their own."""
    hosts = inventory(contoso={}, fabrikam={"workato_api_token": emulator.workato("fabrikam")["tokens"]["automation"]})
    run = play("workato.yml", inventory=hosts).ok()
    for name in ("contoso", "fabrikam"):
        assert result(run, name)["status"] == SIGN_IN
        assert connection(emulator, name)["input"]["tenant_id"] == emulator.tenant_id(name)


def test_one_workspace_for_many_customers(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """A provider's own workspace: every host says that it means that one, and a host that does not say so is refused alone."""
    run = play("workato.yml", inventory=inventory(contoso=SHARED, fabrikam=SHARED)).ok()
    assert [result(run, name)["status"] for name in ("contoso", "fabrikam")] == [SIGN_IN, SIGN_IN]
    held = {item["external_id"]: item["input"]["tenant_id"] for item in emulator.workato("contoso")["connections"]}
    assert held == {f"tenantkit-entra-{name}": emulator.tenant_id(name) for name in ("contoso", "fabrikam")}
    emulator.clear_journal()
    run = play("workato.yml", inventory=inventory(contoso=SHARED, fabrikam=SHARED, northwind={}))
    failed_well(run, emulator, "workato_expected_workspace", "northwind", host="northwind")
    assert {event.host for event in run.events if event.status == "failed"} == {"northwind"} and emulator.writes() == []


def test_a_run_that_sees_only_some_hosts(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """A host with the same token may be missing, so the workspace has to be named, and else no service is asked."""
    emulator.clear_journal()
    hosts = inventory(contoso={})
    for more, words in (({"args": ["--limit", "contoso"]}, "is limited to 'contoso'"), ({"env": {"JOB_ID": "7"}}, "JOB_ID")):
        run = play("workato.yml", inventory=hosts, check=True, **more)
        failed_well(run, emulator, "'workato_expected_workspace'", words, "Nothing was asked for", host="contoso")
    assert emulator.journal() == []
    play("workato.yml", inventory=inventory(contoso=SHARED), args=["--limit", "contoso"]).ok()
    assert connection(emulator, "contoso")["input"]["tenant_id"] == emulator.tenant_id("contoso")


@pytest.mark.exhaustive
def test_another_token_of_the_same_workspace(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Two hosts open one workspace with a token each, which no variable shows: they have to say it as well."""
    emulator.add_workato_client("contoso", "second", "a-second-token-of-contoso", ["connections", "connectors"])
    hosts = {"contoso": {"workato_api_token": TOKEN}, "fabrikam": {"workato_api_token": "a-second-token-of-contoso"}}
    run = play("workato.yml", inventory=inventory(**hosts))
    failed_well(run, emulator, "contoso and fabrikam", "'contoso'", "workato_expected_workspace", host="fabrikam")
    assert emulator.workato("contoso")["connections"] == []
    play("workato.yml", inventory=inventory(**{name: {**variables, **SHARED} for name, variables in hosts.items()})).ok()
    assert len(emulator.workato("contoso")["connections"]) == 2
