# SPDX-License-Identifier: GPL-3.0-or-later
"""The role workato against the emulated workspace: connection, sign-in, rotation, sinks, account types."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from support.playbooks import Run
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

TOKEN = "wrkaus-emulated-token-of-contoso-with-rights"
SIGN_IN = "ready_for_authorization"
NO_TOKEN: dict[str, t.Any] = {"env": {"WORKATO_API_TOKEN": None}}


@pytest.fixture
def hosts(inventory: Inventory) -> Path:
    """One tenant with a workspace in the United States."""
    return inventory(contoso={"workato_api_token": TOKEN})


@pytest.fixture
def unhurried(emulator: Emulator) -> None:
    """The vendor's limits are tested with the module; here they would only cost time in the second run of a job."""
    emulator.settings(workato_lists_per_minute=0, workato_others_per_second=0)


def connection(emulator: Emulator) -> dict[str, t.Any]:
    """The only connection of the workspace."""
    (found,) = emulator.workato("contoso")["connections"]
    return t.cast("dict[str, t.Any]", found)


def result(run: Run) -> dict[str, t.Any]:
    """The fact that the role leaves."""
    return t.cast("dict[str, t.Any]", run.task("Report Workato").result["ansible_facts"]["workato_result"])


def test_check_then_connect_then_again(play: Play, hosts: Path, emulator: Emulator, unhurried: None) -> None:
    predicted = play("workato.yml", inventory=hosts, check=True).ok()
    assert emulator.writes() == [] and predicted.changed()
    first = play("workato.yml", inventory=hosts).ok()
    held = connection(emulator)
    (app,) = [item for item in emulator.tenant("contoso")["applications"].values() if item["uniqueName"] == "tenantkit.workato.contoso"]
    assert app["web"]["redirectUris"] == ["https://www.workato.com/oauth/callback"]
    assert held["key_id"] in emulator.tenant("contoso")["secrets"]
    assert result(first)["status"] == SIGN_IN and result(first)["connection"]["authorization_url"]
    emulator.clear_journal()
    again = play("workato.yml", inventory=hosts).ok()
    assert again.changed() == [] and emulator.writes() == []
    assert first.warnings() == [] and again.warnings() == []


def test_a_person_signs_in_and_is_signed_out(play: Play, hosts: Path, emulator: Emulator, unhurried: None) -> None:
    """Every run looks: ready until somebody signed in, connected then, ready again when the sign-in was lost."""
    play("workato.yml", inventory=hosts).ok()
    emulator.authorize_workato_connection("contoso", connection(emulator)["id"], force=True)
    assert result(play("workato.yml", inventory=hosts).ok())["status"] == "connected"
    emulator.control("POST", f"workato/contoso/connections/{connection(emulator)['id']}/lose", {"reason": "MFA is asked for now"})
    lost = result(play("workato.yml", inventory=hosts).ok())
    assert lost["status"] == SIGN_IN and lost["connection"]["reconnect_required"]


def test_a_connection_that_is_gone_gets_a_new_secret(play: Play, hosts: Path, emulator: Emulator, unhurried: None) -> None:
    play("workato.yml", inventory=hosts).ok()
    old = connection(emulator)
    status, _body = emulator.request("DELETE", f"{emulator.workato_url}/api/connections/{old['id']}", None, {"Authorization": f"Bearer {TOKEN}"})
    assert status == 200
    play("workato.yml", inventory=hosts).ok()
    new = connection(emulator)
    assert new["key_id"] != old["key_id"] and new["key_id"] in emulator.tenant("contoso")["secrets"]


def test_switching_the_account_type_in_one_run(play: Play, hosts: Path, emulator: Emulator, unhurried: None) -> None:
    play("workato.yml", inventory=hosts).ok()
    play("workato.yml", inventory=hosts, extra={"workato_account_type": "multitenant_and_personal"}).ok()
    (app,) = [item for item in emulator.tenant("contoso")["applications"].values() if item["uniqueName"] == "tenantkit.workato.contoso"]
    assert app["signInAudience"] == "AzureADandPersonalMicrosoftAccount" and app["api"]["requestedAccessTokenVersion"] == 2
    back = play("workato.yml", inventory=hosts).failed()
    assert "accept_audience_narrowing" in back.failure()["msg"]


def test_partner_tenants_get_an_address_each(play: Play, hosts: Path, emulator: Emulator, unhurried: None) -> None:
    partner = emulator.tenant_id("fabrikam")
    run = play("workato.yml", inventory=hosts, extra={"workato_account_type": "multitenant_and_personal", "workato_partner_tenants": [partner]}).ok()
    url = result(run)["partner_consent_urls"][partner]
    assert url.startswith(f"{emulator.login_url}/{partner}/v2.0/adminconsent?client_id=")
    assert "common" not in url and "redirect_uri=https%3A%2F%2Fwww.workato.com%2Foauth%2Fcallback" in url
    assert "https%3A%2F%2Fgraph.microsoft.com%2FUser.Read.All" in url and "offline_access" in url and "graph.microsoft.com%2Foffline" not in url


def test_without_token_and_without_sink_nothing_is_made(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    run = play("workato.yml", inventory=inventory(contoso={}), **NO_TOKEN).failed()
    assert "nobody would hold this secret" in run.failure()["msg"]
    assert emulator.writes() == []


def test_a_vault_file_keeps_the_secret_and_is_asked_every_run(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    password = workdir / "password"
    password.write_text("a password of the test\n")
    sink = {"type": "vault_file", "vault_id": "ops", "directory": str(workdir / "credentials")}
    hosts = inventory(contoso={"entra_connector_sink": sink})
    locked = play("workato.yml", inventory=hosts, env={**NO_TOKEN["env"], "ANSIBLE_VAULT_IDENTITY_LIST": None}).failed()
    assert "vault" in locked.failure()["msg"] and emulator.writes() == []
    args = ["--vault-id", f"ops@{password}"]
    run = play("workato.yml", inventory=hosts, args=args, **NO_TOKEN).ok()
    (file,) = (workdir / "credentials").iterdir()
    assert file.read_text().startswith("$ANSIBLE_VAULT;") and file.stat().st_mode & 0o777 == 0o600
    assert result(run)["enter_by_hand"]["tenant"] == emulator.tenant_id("contoso")
    assert play("workato.yml", inventory=hosts, args=args, **NO_TOKEN).ok().changed() == []
    file.unlink()
    before = set(emulator.tenant("contoso")["secrets"])
    play("workato.yml", inventory=hosts, args=args, **NO_TOKEN).ok()
    assert file.exists() and len(set(emulator.tenant("contoso")["secrets"]) - before) == 1


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"workato_api_token": "wrkaus-emulated-token-of-contoso-without"}, "Connections"),
        ({"workato_api_token": "no-such-token"}, "Workato"),
        ({"workato_expected_workspace": "Fabrikam"}, "Fabrikam"),
    ],
    ids=["rights", "token", "workspace"],
)
def test_what_is_wrong_with_workato_is_said_before_anything_is_written(
    play: Play, inventory: Inventory, emulator: Emulator, unhurried: None, variables: dict[str, t.Any], words: str
) -> None:
    run = play("workato.yml", inventory=inventory(contoso={"workato_api_token": TOKEN, **variables})).failed()
    assert words in run.failure()["msg"]
    assert emulator.writes() == []


def test_a_connector_that_workato_refuses_costs_the_new_key_and_nothing_else(play: Play, inventory: Inventory, emulator: Emulator, unhurried: None) -> None:
    run = play("workato.yml", inventory=inventory(contoso={"workato_api_token": TOKEN, "workato_provider": "no_such_connector"})).failed()
    assert "'provider'" in run.failure()["msg"] and "removed again" in run.failure()["msg"]
    (app,) = [item for item in emulator.tenant("contoso")["applications"].values() if item["uniqueName"] == "tenantkit.workato.contoso"]
    assert app["passwordCredentials"] == [] and app["tags"] == ["tkc:created"]
    assert emulator.workato("contoso")["connections"] == []


def test_absent_removes_connection_and_application(play: Play, hosts: Path, emulator: Emulator, unhurried: None) -> None:
    play("workato.yml", inventory=hosts).ok()
    refused = play("workato.yml", inventory=hosts, extra={"workato_state": "absent"}).failed()
    assert "workato_absent_confirmed" in refused.failure()["msg"] and connection(emulator)
    play("workato.yml", inventory=hosts, extra={"workato_state": "absent", "workato_absent_confirmed": "contoso"}).ok()
    assert emulator.workato("contoso")["connections"] == []
    assert not [item for item in emulator.tenant("contoso")["applications"].values() if item["uniqueName"] == "tenantkit.workato.contoso"]
    assert play("workato.yml", inventory=hosts, extra={"workato_state": "absent"}).ok().changed() == []
