# SPDX-License-Identifier: GPL-3.0-or-later
"""SAFETY 39: whoever the options of a role name is looked up before the first write, and what Entra would refuse later is refused then as well."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from integration.okta_workflows.helpers import CHOSEN
from integration.workato.helpers import TOKEN, TOKENS, connection, result
from support.playbooks import Run
from support.plays import failed_well, own_application, role_play
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]
Json = dict[str, t.Any]

DAY = 86400
NOBODY, NO_ID = "nobody@contoso.com", "99999999-0000-4000-8000-000000000099"
TRUST = {"name": "ab", "issuer": "https://token.example", "subject": "repo:contoso"}


def payroll(app: Json | None = None, **variables: t.Any) -> Json:
    """A product without a role of its own."""
    named = {"unique_name": "payroll.x", "display_name": "Payroll", **(app or {})}
    return {"entra_connector_name": "payroll", "entra_connector_result": "payroll_result", "entra_connector_app": named, **variables}


# By role: what each of three hosts gets wrong, and what it is told.
MISTAKES: dict[str, dict[str, tuple[Json, str]]] = {
    "entra_connector": {
        "contoso": (payroll({"owners": {"set": [NO_ID]}}), f"no user or service principal '{NO_ID}' ('owners' in 'entra_connector_app')"),
        "fabrikam": (
            payroll(entra_connector_service_principal={"assigned_to": {"add": [{"user": NOBODY}, {"group": "Nobody"}]}}),
            f"no user '{NOBODY}' ('assigned_to' in 'entra_connector_service_principal'), no group 'Nobody'",
        ),
        "northwind": (payroll(entra_connector_consent={"principal": NO_ID}), f"no user '{NO_ID}' ('principal' in 'entra_connector_consent')"),
    },
    "workato": {
        "contoso": ({"workato_api_token": TOKENS["contoso"], "workato_service_accounts": [NOBODY]}, f"no user '{NOBODY}' ('workato_service_accounts')"),
        "fabrikam": ({"workato_api_token": TOKENS["fabrikam"], "workato_service_accounts": [NO_ID]}, f"no user '{NO_ID}' ('workato_service_accounts')"),
    },
    "okta_workflows": {
        "contoso": ({**CHOSEN, "okta_workflows_accounts": [NOBODY]}, f"no user '{NOBODY}' ('okta_workflows_accounts')"),
        "fabrikam": ({**CHOSEN, "okta_workflows_accounts": [NO_ID]}, f"no user '{NO_ID}' ('okta_workflows_accounts')"),
    },
    "power_platform": {
        "contoso": (
            {"power_platform_credential": "federated", "power_platform_federated": TRUST},
            "In power_platform_federated: 'name' is 'ab'; the name of a federated credential consists of 3 to 120 letters",
        ),
    },
}  # fmt: skip


@pytest.mark.parametrize("role", MISTAKES)
def test_39_named_before_the_first_write(role: str, play: Play, inventory: Inventory, emulator: Emulator, workdir: Path, unhurried: None) -> None:
    hosts = inventory(**{host: variables for host, (variables, _words) in MISTAKES[role].items()})
    run = play(role_play(workdir, role), inventory=hosts)
    for host, (_variables, words) in MISTAKES[role].items():
        failed_well(run, emulator, words, host=host)
    assert emulator.writes() == []


def test_owners_and_assignees_by_name_and_id(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """A first connect finds them, and confirming it changes nothing."""
    people = {user["userPrincipalName"]: user["id"] for user in emulator.tenant("contoso")["users"].values()}
    admin, service = people["admin@contoso.com"], people["service@contoso.com"]
    variables = payroll({"owners": {"add": ["admin@contoso.com", service]}}, entra_connector_service_principal={"assigned_to": {"add": [{"user": admin}]}})
    hosts, playbook = inventory(contoso=variables), role_play(workdir, "entra_connector")
    play(playbook, inventory=hosts).ok()
    app = own_application(emulator, "contoso", "payroll.x")
    assert set(emulator.tenant("contoso")["owners"][app["id"]]) >= {admin, service}
    emulator.clear_journal()
    assert play(playbook, inventory=hosts).ok().changed() == []
    assert emulator.writes() == []


def test_36_an_account_that_is_gone_stops_no_renewal(connected: Play, play: Play, inventory: Inventory, emulator: Emulator, unhurried: None) -> None:
    """The connection is in use: its secret is renewed, and every run says who does not exist."""
    connected("workato.yml", inventory=inventory(contoso={"workato_api_token": TOKEN}))
    before = connection(emulator)["key_id"]
    emulator.advance(160 * DAY)
    run = play("workato.yml", inventory=inventory(contoso={"workato_api_token": TOKEN, "workato_service_accounts": [NOBODY]})).ok()
    assert connection(emulator)["key_id"] != before
    assert any(f"There is no user '{NOBODY}' ('workato_service_accounts') in tenant contoso" in text for text in run.warnings()), run.warnings()
    assert result(run)["status"] == "ready_for_authorization"
