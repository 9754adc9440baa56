# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook preflight: what a rollout would meet, in each tenant and for each connector, and nothing is written."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
import yaml
from component.plugins.module_utils._products.generated_tenants import ENDS_WELL, Tenant
from support.identities import Identity
from support.playbooks import ROOT, Run, run_playbook
from support.products import products
from support.sampling import sampled
from tenant_emulator.testing import Emulator

Host = dict[str, t.Any]
Play = t.Callable[..., Run]


@pytest.fixture
def fleet(emulator: Emulator, operator: dict[str, str], workdir: Path, unhurried: None) -> Play:
    """Runs a playbook on tenants of the demo's inventory, with more variables of contoso."""
    inventory = yaml.safe_load((ROOT / "tests" / "demo" / "inventory.yml").read_text())["tenants"]
    env = {**operator, "DEMO_DIRECTORY": str(workdir), "ANSIBLE_VAULT_IDENTITY_LIST": f"demo@{workdir / 'vault-password'}"}

    def run(playbook: str, names: t.Sequence[str] = ("contoso",), *, check: bool = False, extra: Host | None = None, **contoso: t.Any) -> Run:
        hosts = {name: {**inventory["hosts"][name], **(contoso if name == "contoso" else {})} for name in names}
        path = workdir / "tenants.yml"
        path.write_text(yaml.safe_dump({"tenants": {"vars": inventory["vars"], "hosts": hosts}}))
        emulator.clear_journal()
        return run_playbook(ROOT / "playbooks" / playbook, workdir, inventory=path, env=env, check=check, extra=extra)

    return run


def result(run: Run, host: str = "contoso") -> Host:
    """What was found in a tenant."""
    return t.cast(Host, run.task("Report what was found", host).facts["preflight_result"])


def rows(run: Run, host: str = "contoso") -> dict[str, Host]:
    """The same by connector."""
    return {row["connector"]: row for row in result(run, host)["connectors"]}


def codes(row: Host, weight: str) -> set[str]:
    """The codes of the reasons of one weight."""
    return {reason["code"] for reason in row["reasons"] if reason["weight"] == weight}


def test_a_tenant_before_and_after_a_rollout(fleet: Play, emulator: Emulator, workdir: Path) -> None:
    """Nothing speaks against it, a rollout writes, and then there is nothing to write. Check mode says the same."""
    before = fleet("preflight.yml").ok()
    assert emulator.writes() == [] and before.changed() == []
    assert set(rows(before)) == set(products()) and all(row["writes"] for row in rows(before).values())
    # What is not known of two of them can be known only once the rollout has added what shows it.
    unknown = {"okta_workflows": {"publisher_not_seen"}, "power_platform": {"product_not_tried"}}
    assert {name: codes(rows(before)[name], "not_assessed") for name in unknown} == unknown
    assert {row["verdict"] for row in rows(before).values()} == {"go", "not_assessed"}, rows(before)
    assert result(fleet("preflight.yml", check=True).ok()) == result(before) and emulator.writes() == []
    fleet("rollout.yml").ok()
    after = fleet("preflight.yml").ok()
    assert emulator.writes() == [] and not any(row["writes"] for row in rows(after).values())
    assert result(after)["verdict"] == "go", result(after)


# What is wrong in contoso, by variables of the host; the connectors that cannot go on, and the code of the reason.
WRONG: dict[str, tuple[Host, t.Collection[str], str, str]] = {
    "tenant": ({"entra_expected_domain": "fabrikam.com"}, tuple(products()), "no_go", "domain_mismatch"),
    "identity": (
        {"entra_auth": {"client_id": "9e1d4c6b-52a8-4f37-b0c9-8d7e6f5a4b31", "client_secret": "emu8Q~wrong"}},
        tuple(products()),
        "no_go",
        "AADSTS7000215",
    ),
    "variable": ({"workato_permisions": "full"}, ("workato",), "no_go", "failed"),
    "product key": ({"workspace365_provisioning_key": "00000000-1c6d-4a83-9f05-d8e3a7b61c24"}, ("workspace365",), "no_go", ""),
    "vault": (
        {"entra_connector_sink": {"type": "vault_file", "vault_id": "not-loaded", "directory": "/srv"}},
        ("power_platform", "workato", "workspace365"),
        "no_go",
        "",
    ),
}


@pytest.mark.parametrize(("host", "stopped", "weight", "code"), sampled(WRONG, "tenant", "product key"))
def test_what_is_wrong(fleet: Play, emulator: Emulator, host: Host, stopped: t.Collection[str], weight: str, code: str) -> None:
    """It is a verdict and no failure of the run; what has nothing to do with it stays as it was."""
    run = fleet("preflight.yml", **host).ok()
    assert emulator.writes() == []
    found = rows(run)
    assert {name for name, row in found.items() if row["verdict"] == weight} == set(stopped), result(run)
    assert all(code in codes(found[name], weight) or not code for name in stopped), [found[name]["reasons"] for name in stopped]
    assert all(f"contoso {name}: no-go" in run.stdout for name in stopped)


def test_a_table_a_file_and_an_error(fleet: Play, emulator: Emulator, workdir: Path) -> None:
    """Every tenant was looked at before one fails; a host with a name that no connector has fails by itself, and is in the report."""
    path = workdir / "report.json"
    strict = {"preflight_strict": "true", "preflight_report_path": str(path)}
    run = fleet(
        "preflight.yml", ("contoso", "fabrikam"), extra=strict, check=True, connectors=["workato"], workato_api_token="wrkaus-emulated-token-of-nothing"
    )
    run.failed()
    assert emulator.writes() == []
    report = json.loads(path.read_text())
    assert path.stat().st_mode & 0o777 == 0o600 and [one["host"] for one in report["tenants"]] == ["contoso", "fabrikam"]
    assert report["counts"]["no_go"] == 1 and report["tenants"][0]["verdict"] == "no_go"
    assert run.failure("contoso")["msg"].startswith("A rollout would not end well. workato:")
    assert not [event for event in run.events if event.host == "fabrikam" and event.status == "failed"]
    assert "emulated-token" not in path.read_text() and "emulated-token" not in run.output
    table = run.task("Show all tenants").result["msg"]
    assert table[1].split()[:3] == ["contoso", "workato", "no-go"]

    misspelt = fleet("preflight.yml", ("contoso", "fabrikam"), extra={"preflight_report_path": str(path)}, connectors=["workat"]).failed()
    said = misspelt.failure("contoso")["msg"]
    assert "No connector is called workat." in said and all(name in said for name in products())
    assert json.loads(path.read_text())["not_reached"] == ["contoso"]


def test_a_host_that_chooses_nothing(fleet: Play, emulator: Emulator) -> None:
    run = fleet("preflight.yml", connectors=[]).ok()
    assert result(run)["verdict"] == "nothing_chosen" and emulator.journal() == []


# Generated tenants, as the test of a thousand has them in its own process: that Ansible says and does the same is seen in these.
GENERATED: dict[str, tuple[int, str, list[str]]] = {
    "go": (0, "go", []),
    "go, and the vendor's application is there": (2, "go", []),
    "go, and the API is there": (3, "go", []),
    "a product that is down": (1, "not_assessed", ["http_503"]),
    "a key that is refused": (5, "no_go", ["http_401"]),
    "a policy": (7, "no_go", ["CredentialTypeNotAllowedAsPerAppPolicy"]),
    "missing rights": (9, "no_go", ["permissions_missing"]),
    "a deleted twin": (13, "no_go", ["awaiting_consent", "soft_deleted"]),
    "a blocker": (18, "no_go", ["disabled_by_microsoft"]),
    "another registration": (20, "no_go", ["other_registrations"]),
    "a publisher that is not there": (22, "not_assessed", ["publisher_not_seen"]),
    "rights that are not certain": (35, "not_assessed", ["awaiting_consent", "rights_not_certain"]),
    "a name that is taken": (44, "no_go", ["not_ours"]),
}


@pytest.mark.parametrize(("seed", "verdict", "reasons"), sampled(GENERATED, "a deleted twin"))
def test_a_generated_tenant(
    emulator: Emulator, operator: dict[str, str], play: Play, workdir: Path, unhurried: None, seed: int, verdict: str, reasons: list[str]
) -> None:
    """The verdict, and what a rollout then does."""
    tenant, identity = Tenant.of(seed), Identity(emulator)
    password = workdir / "generated-password"
    password.write_text("generated\n")
    env = {"ANSIBLE_VAULT_IDENTITY_LIST": f"demo@{password}"}

    def run(playbook: str, host: Host) -> Run:
        hosts = workdir / "tenants.yml"
        hosts.write_text(yaml.safe_dump({"all": {"hosts": {"contoso": {"connectors": [tenant.connector], **host}}}}))
        return play(playbook, inventory=hosts, env=env)

    host = tenant.prepare(emulator, lambda host: run("rollout.yml", host).ok(), identity, workdir)
    host["entra_auth"] = {name.removeprefix("auth_"): value for name, value in identity.client.items()}
    emulator.clear_journal()
    row = rows(run("preflight.yml", host).ok())[tenant.connector]
    assert emulator.writes() == []
    ended = run("rollout.yml", host)
    results = [event.facts[f"{tenant.connector}_result"] for event in ended.events if f"{tenant.connector}_result" in event.facts]
    ends_well = ended.returncode == 0 and results[-1]["status"] in ENDS_WELL
    assert row["verdict"] == "not_assessed" or (row["verdict"] == "go") is ends_well, (row, ended.output)
    assert (row["verdict"], sorted(reason["code"] for reason in row["reasons"] if reason["weight"] != "note")) == (verdict, reasons)


def test_what_is_held_is_listed_and_no_host_is_an_error(fleet: Play, emulator: Emulator) -> None:
    run = fleet("preflight.yml", rollout_hold="their migration, until 2999-01-31").ok()
    assert (result(run)["verdict"], emulator.journal()) == ("held", [])
    assert "It is held until 2999-01-31: their migration" in run.stdout
    nobody = fleet("preflight.yml", extra={"preflight_hosts": "nowhere"})
    assert nobody.returncode not in (0, 2) and "No host of the inventory matches 'nowhere' (preflight_hosts)" in nobody.output
    fleet("preflight.yml", extra={"preflight_hosts": "nowhere", "rollout_allow_empty": True}).ok()
