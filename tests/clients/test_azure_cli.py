# SPDX-License-Identifier: GPL-3.0-or-later
"""azure-cli, unchanged and under the public host names, through the emulator's proxy."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from tenant_emulator.testing import Emulator

from .conftest import AzureCli

GRAPH = "00000003-0000-0000-c000-000000000000"
USER_READ = "e1fe6dd8-ba31-4d61-89e7-88639da4683d"
USER_READ_ALL = "df021288-bdef-4463-88db-98f22de89214"


def application(emulator: Emulator, app_id: str) -> dict[str, t.Any]:
    """The application as the emulator holds it."""
    return next(item for item in emulator.tenant("contoso")["applications"].values() if item["appId"] == app_id)


def test_a_registration_from_nothing_to_deleted(
    az: AzureCli, azure_cli: t.Callable[[str], AzureCli], emulator: Emulator, refused: set[tuple[str, str, int]]
) -> None:
    """What a script of today does to connect an application, command by command."""
    made = az("ad", "app", "create", "--display-name", "From a script", "--web-redirect-uris", "https://portal.example/callback")
    app_id = made["appId"]
    assert application(emulator, app_id)["web"]["redirectUris"] == ["https://portal.example/callback"]

    emulator.clear_journal()
    again = az("ad", "app", "create", "--display-name", "From a script", "--web-redirect-uris", "https://portal.example/other")
    assert again["appId"] == app_id
    assert [(entry["method"], entry["status"]) for entry in emulator.writes()] == [("PATCH", 204)]
    assert application(emulator, app_id)["web"]["redirectUris"] == ["https://portal.example/other"]

    wanted = (f"{USER_READ}=Scope", f"{USER_READ_ALL}=Role")
    az("ad", "app", "permission", "add", "--id", app_id, "--api", GRAPH, "--api-permissions", *wanted)
    access = application(emulator, app_id)["requiredResourceAccess"]
    assert {(item["id"], item["type"]) for entry in access for item in entry["resourceAccess"]} == {(USER_READ, "Scope"), (USER_READ_ALL, "Role")}
    assert az("ad", "app", "permission", "list", "--id", app_id)[0]["resourceAppId"] == GRAPH

    principal = az("ad", "sp", "create", "--id", app_id)
    assert emulator.tenant("contoso")["service_principals"][principal["id"]]["appId"] == app_id
    refused.add(("POST", "/servicePrincipals", 409))
    assert "already in use" in az.run("ad", "sp", "create", "--id", app_id).stderr

    az("ad", "app", "permission", "grant", "--id", app_id, "--api", GRAPH, "--scope", "User.Read")
    (grant,) = [item for item in emulator.tenant("contoso")["grants"].values() if item["clientId"] == principal["id"]]
    assert (grant["scope"], grant["consentType"]) == ("User.Read", "AllPrincipals")
    assert az("ad", "app", "permission", "list-grants", "--id", app_id)[0]["id"] == grant["id"]

    first = az("ad", "app", "credential", "reset", "--id", app_id, "--append", "--display-name", "first")
    emulator.settings(secret_start="-")
    second = az("ad", "app", "credential", "reset", "--id", app_id, "--append", "--display-name", "second")
    assert second["password"].startswith("-")  # some of the service's do
    listed = az("ad", "app", "credential", "list", "--id", app_id)
    assert {entry["displayName"] for entry in listed} == {"first", "second"}
    for credential in (first, second):
        azure_cli(credential["password"]).login(app_id, credential["password"], first["tenant"])
    key_id = next(entry["keyId"] for entry in listed if entry["displayName"] == "first")
    az("ad", "app", "credential", "delete", "--id", app_id, "--key-id", key_id)
    assert [entry["displayName"] for entry in application(emulator, app_id)["passwordCredentials"]] == ["second"]

    az("ad", "app", "delete", "--id", app_id)
    tenant = emulator.tenant("contoso")
    assert {made["id"], principal["id"]} <= set(tenant["deleted"])
    assert made["id"] not in tenant["applications"]
    assert principal["id"] not in tenant["service_principals"]


def test_reading_and_changing(az: AzureCli, emulator: Emulator, tmp_path: Path) -> None:
    made = az("ad", "app", "create", "--display-name", "To be changed")
    app_id = made["appId"]
    assert [entry["appId"] for entry in az("ad", "app", "list", "--display-name", "To be")] == [app_id]
    assert [entry["appId"] for entry in az("ad", "app", "list", "--filter", f"appId eq '{app_id}'")] == [app_id]
    assert len(az("ad", "app", "list", "--all")) == len(emulator.tenant("contoso")["applications"])
    assert az("ad", "app", "show", "--id", made["id"])["appId"] == app_id

    roles = tmp_path / "roles.json"
    role = {"allowedMemberTypes": ["User"], "description": "Reads", "displayName": "Reader", "isEnabled": True, "value": "reader"}
    roles.write_text(json.dumps([role]))
    uri = f"api://{app_id}"
    az("ad", "app", "update", "--id", app_id, "--display-name", "Changed", "--identifier-uris", uri, "--app-roles", f"@{roles}")
    az("ad", "app", "update", "--id", app_id, "--set", "notes=by a script")
    after = application(emulator, app_id)
    assert (after["displayName"], after["identifierUris"], after["notes"]) == ("Changed", [uri], "by a script")
    assert [entry["value"] for entry in after["appRoles"]] == ["reader"]
    assert az("ad", "app", "show", "--id", uri)["id"] == made["id"]

    principal = az("ad", "sp", "create", "--id", app_id)
    assert [entry["id"] for entry in az("ad", "sp", "list", "--filter", f"displayName eq 'Changed' and appId eq '{app_id}'")] == [principal["id"]]
    assert az("ad", "sp", "show", "--id", uri)["id"] == principal["id"]
    assert az("ad", "sp", "show", "--id", GRAPH)["appDisplayName"] == "Microsoft Graph"


def test_owners_and_federated_credentials(az: AzureCli, emulator: Emulator) -> None:
    made = az("ad", "app", "create", "--display-name", "Owned")
    user = az("ad", "user", "show", "--id", "admin@contoso.com")["id"]
    az("ad", "app", "owner", "add", "--id", made["appId"], "--owner-object-id", user)
    assert user in emulator.tenant("contoso")["owners"][made["id"]]
    assert user in [entry["id"] for entry in az("ad", "app", "owner", "list", "--id", made["appId"])]
    az("ad", "app", "owner", "remove", "--id", made["appId"], "--owner-object-id", user)
    assert user not in emulator.tenant("contoso")["owners"][made["id"]]

    federated = ("ad", "app", "federated-credential")
    body = {"name": "pipeline", "issuer": "https://issuer.example", "subject": "project:1", "audiences": ["api://AzureADTokenExchange"]}
    created = az(*federated, "create", "--id", made["appId"], "--parameters", json.dumps(body))
    assert {**body, "id": created["id"], "description": None} == emulator.tenant("contoso")["federated"][made["id"]][0]
    changed = {**body, "subject": "project:2"}
    az(*federated, "update", "--id", made["appId"], "--federated-credential-id", "pipeline", "--parameters", json.dumps(changed))
    assert az(*federated, "show", "--id", made["appId"], "--federated-credential-id", created["id"])["subject"] == "project:2"
    assert [entry["name"] for entry in az(*federated, "list", "--id", made["appId"])] == ["pipeline"]
    az(*federated, "delete", "--id", made["appId"], "--federated-credential-id", "pipeline")
    assert emulator.tenant("contoso")["federated"][made["id"]] == []


def test_a_wrong_secret_is_said_so(azure_cli: t.Callable[[str], AzureCli], emulator: Emulator, refused: set[tuple[str, str, int]]) -> None:
    refused.add(("POST", "/oauth2/v2.0/token", 401))
    client = emulator.identity()["client_id"]
    arguments = ("--username", client, "--password", "wrong", "--tenant", "contoso.onmicrosoft.com", "--allow-no-subscriptions")
    done = azure_cli("wrong").run("login", "--service-principal", *arguments)
    assert done.returncode != 0
    assert "AADSTS7000215" in done.stderr


def test_nothing_but_the_emulator_is_asked(az: AzureCli, emulator: Emulator) -> None:
    """Every command's requests arrive under their public names: none went past the proxy unseen."""
    az("ad", "app", "list")
    services = [entry["service"] for entry in emulator.journal()]
    assert {"login", "graph"} <= set(services) <= {"login", "graph", "arm"}
    agents = {entry["user_agent"] for entry in emulator.journal("graph")}
    assert all("AZURECLI" in agent for agent in agents), agents
