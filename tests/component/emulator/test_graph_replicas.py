# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads that are behind: an object as it was before its last writes, and lists without what is new."""

from __future__ import annotations

import typing as t

import pytest
from tenant_emulator.graph import seed
from tenant_emulator.graph.direct import Direct


@pytest.fixture
def graph() -> Direct:
    return Direct()


@pytest.fixture
def app(graph: Direct) -> dict[str, t.Any]:
    return graph.ask("POST", "applications", {"displayName": "App", "tags": ["a"]}, 201)


def tags(graph: Direct, app: dict) -> list[str]:
    return graph.ask("GET", f"applications/{app['id']}?$select=tags")["tags"]


def test_reads_show_an_updated_object_as_it_was(graph: Direct, app: dict) -> None:
    graph.world.settings.update_reads = 2
    graph.ask("PATCH", f"applications/{app['id']}", {"tags": ["b"]}, 204)
    assert [tags(graph, app) for _read in range(3)] == [["a"], ["a"], ["b"]]


def test_every_write_is_behind_by_itself(graph: Direct, app: dict) -> None:
    graph.world.settings.update_reads = 2
    graph.ask("PATCH", f"applications/{app['id']}", {"tags": ["b"]}, 204)
    assert tags(graph, app) == ["a"]
    graph.ask("PATCH", f"applications/{app['id']}", {"tags": ["c"]}, 204)
    assert [tags(graph, app) for _read in range(3)] == [["a"], ["b"], ["c"]]


def test_lists_count_their_own_reads(graph: Direct, app: dict) -> None:
    graph.world.settings.update_reads = 1
    graph.ask("PATCH", f"applications/{app['id']}", {"displayName": "New"}, 204)
    path = f"applications?$filter=appId eq '{app['appId']}'"
    assert [graph.ask("GET", path)["value"][0]["displayName"] for _read in range(2)] == ["App", "New"]
    assert graph.ask("GET", f"applications(appId='{app['appId']}')")["displayName"] == "App"


def test_writes_meet_the_directory_itself(graph: Direct, app: dict) -> None:
    """A write after an update is checked against what is stored, not against what a read shows."""
    graph.world.settings.update_reads = 5
    made = graph.ask("POST", f"applications/{app['id']}/addPassword", {"passwordCredential": {"displayName": "x"}})
    assert graph.ask("GET", f"applications/{app['id']}")["passwordCredentials"] == []
    graph.ask("POST", f"applications/{app['id']}/removePassword", {"keyId": made["keyId"]}, 204)


def test_a_service_principal_is_behind_its_application(graph: Direct) -> None:
    made = seed.add_application(graph.world, graph.tenant, {"displayName": "Old"})
    graph.world.settings.update_reads = 1
    graph.ask("PATCH", f"applications/{made['id']}", {"displayName": "New"}, 204)
    path = f"servicePrincipals(appId='{made['appId']}')"
    assert [graph.ask("GET", path)["displayName"] for _read in range(2)] == ["Old", "New"]


def test_a_deleted_object_has_no_earlier_version(graph: Direct, app: dict) -> None:
    graph.world.settings.update_reads = 3
    graph.ask("PATCH", f"applications/{app['id']}", {"displayName": "New"}, 204)
    graph.ask("DELETE", f"applications/{app['id']}", None, 204)
    graph.ask("POST", f"directory/deletedItems/{app['id']}/restore")
    assert graph.ask("GET", f"applications/{app['id']}")["displayName"] == "New"


def test_lists_of_grants_miss_what_is_new_and_show_what_is_gone(graph: Direct) -> None:
    resource = next(item for item in graph.tenant.service_principals.values() if item["displayName"] == "Microsoft Graph")
    graph.world.settings.list_reads = 1
    body = {"clientId": graph.caller["id"], "resourceId": resource["id"], "consentType": "AllPrincipals", "scope": "User.Read"}
    made = graph.ask("POST", "oauth2PermissionGrants", body, 201)

    def scopes() -> list[str]:
        return [entry["scope"] for entry in graph.ask("GET", f"oauth2PermissionGrants?$filter=clientId eq '{graph.caller['id']}'")["value"]]

    assert graph.ask("GET", f"oauth2PermissionGrants/{made['id']}")["scope"] == "User.Read"
    assert [scopes(), scopes()] == [[], ["User.Read"]]
    graph.ask("PATCH", f"oauth2PermissionGrants/{made['id']}", {"scope": "openid"}, 204)
    assert [scopes(), scopes()] == [["User.Read"], ["openid"]]
    graph.ask("DELETE", f"oauth2PermissionGrants/{made['id']}", None, 204)
    assert [scopes(), scopes()] == [["openid"], []]


def test_lists_of_assignments_and_federated_credentials_are_behind(graph: Direct, app: dict) -> None:
    resource = next(item for item in graph.tenant.service_principals.values() if item["displayName"] == "Microsoft Graph")
    graph.world.settings.list_reads = 1
    body = {"principalId": graph.caller["id"], "resourceId": resource["id"], "appRoleId": resource["appRoles"][0]["id"]}
    graph.ask("POST", f"servicePrincipals/{resource['id']}/appRoleAssignedTo", body, 201)
    path = f"servicePrincipals/{graph.caller['id']}/appRoleAssignments"
    assert [len(graph.ask("GET", path)["value"]) for _read in range(2)] == [0, 1]
    credential = {"name": "one", "issuer": "https://issuer.example", "subject": "s", "audiences": ["api://AzureADTokenExchange"]}
    graph.ask("POST", f"applications/{app['id']}/federatedIdentityCredentials", credential, 201)
    path = f"applications/{app['id']}/federatedIdentityCredentials"
    assert [[entry["name"] for entry in graph.ask("GET", path)["value"]] for _read in range(2)] == [[], ["one"]]
    assert "#of" not in str(graph.ask("GET", path))


ROLE = {
    "allowedMemberTypes": ["User"],
    "description": "Approves",
    "displayName": "Approver",
    "id": "7b1f0f4e-2f7e-4a2b-9c55-0f5f3c1f9a10",
    "isEnabled": True,
    "value": "Approver",
}


def test_a_role_does_not_count_as_disabled_at_once(graph: Direct) -> None:
    made = seed.add_application(graph.world, graph.tenant, {"displayName": "Roles", "appRoles": [ROLE]})
    graph.world.settings.entitlement_delay = 30
    graph.ask("PATCH", f"applications/{made['id']}", {"appRoles": [{**ROLE, "isEnabled": False}]}, 204)
    refused = graph.refused("PATCH", f"applications/{made['id']}", {"appRoles": []})
    assert refused[1] == "CannotDeleteOrUpdateEnabledEntitlement"
    graph.world.clock.advance(31)
    graph.ask("PATCH", f"applications/{made['id']}", {"appRoles": []}, 204)


def test_a_new_role_cannot_be_assigned_at_once(graph: Direct) -> None:
    made = seed.add_application(graph.world, graph.tenant, {"displayName": "Roles"})
    user = seed.add_user(graph.world, graph.tenant)
    principal = next(item for item in graph.tenant.service_principals.values() if item["appId"] == made["appId"])
    graph.world.settings.entitlement_delay = 30
    graph.ask("PATCH", f"applications/{made['id']}", {"appRoles": [ROLE]}, 204)
    path, body = f"servicePrincipals/{principal['id']}/appRoleAssignedTo", {"principalId": user["id"], "resourceId": principal["id"], "appRoleId": ROLE["id"]}
    assert "Permission being assigned was not found" in graph.refused("POST", path, body)[2]
    graph.world.clock.advance(31)
    graph.ask("POST", path, body, 201)
