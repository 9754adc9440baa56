# SPDX-License-Identifier: GPL-3.0-or-later
"""Service principals, role assignments, delegated grants, owners, deleted items, the organization and its people."""

from __future__ import annotations

import base64
import json
import typing as t
import uuid

import pytest
from tenant_emulator.graph import seed
from tenant_emulator.graph.direct import Direct

BAD = "Request_BadRequest"
NO_ROLE = "00000000-0000-0000-0000-000000000000"
VENDOR = "11111111-2222-3333-4444-555555555555"


def missing(key: str) -> tuple[int, str, str]:
    message = f"Resource '{key}' does not exist or one of its queried reference-property objects are not present."
    return 404, "Request_ResourceNotFound", message


@pytest.fixture
def graph() -> Direct:
    return Direct()


@pytest.fixture
def app(graph: Direct) -> dict[str, t.Any]:
    return graph.ask("POST", "applications", {"displayName": "App"}, 201)


@pytest.fixture
def principal(graph: Direct, app: dict) -> dict[str, t.Any]:
    return graph.ask("POST", "servicePrincipals", {"appId": app["appId"]}, 201)


@pytest.fixture
def msgraph(graph: Direct) -> dict[str, t.Any]:
    return graph.ask("GET", f"servicePrincipals(appId='{seed.GRAPH}')")


def role_id(resource: dict, value: str) -> str:
    return next(role["id"] for role in resource["appRoles"] if role["value"] == value)


def test_microsoft_graph_is_there_with_its_real_permissions(graph: Direct, msgraph: dict) -> None:
    assert role_id(msgraph, "Application.Read.All") == "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30"
    scopes = {scope["value"]: scope for scope in msgraph["oauth2PermissionScopes"]}
    assert scopes["User.Read"]["id"] == "e1fe6dd8-ba31-4d61-89e7-88639da4683d"
    assert len(msgraph["appRoles"]) > 700
    other = graph.add_tenant("Fabrikam")
    copy = next(item for item in other.service_principals.values() if item["appId"] == seed.GRAPH)
    own = graph.tenant.service_principals[msgraph["id"]]
    assert copy["appRoles"] is own["appRoles"]
    assert copy["id"] != own["id"]


def test_create_for_an_own_application(graph: Direct, app: dict, principal: dict) -> None:
    assert principal["@odata.context"].endswith("$metadata#servicePrincipals/$entity")
    assert (principal["displayName"], principal["servicePrincipalType"]) == ("App", "Application")
    assert principal["appOwnerOrganizationId"] == graph.tenant.id
    assert principal["servicePrincipalNames"] == [app["appId"]]
    assert principal["accountEnabled"] is True
    assert principal["appRoleAssignmentRequired"] is False


def test_create_errors(graph: Direct, app: dict, principal: dict) -> None:
    unknown = str(uuid.uuid4())
    response = graph.send("POST", "servicePrincipals", {"appId": unknown})
    message = f"The appId '{unknown}' of the service principal does not reference a valid application object."
    error = json.loads(response.body)["error"]
    assert (response.status, error["code"], error["message"]) == (400, BAD, message)
    assert error["details"] == [{"code": "NoBackingApplicationObject", "message": message, "target": "appId"}]
    assert graph.refused("POST", "servicePrincipals", {"appId": app["appId"]}) == (
        409,
        "Request_MultipleObjectsWithSameKeyValue",
        f"The service principal cannot be created, updated, or restored because the service principal name {app['appId']} is already in use.",
    )
    assert graph.refused("POST", "servicePrincipals", {})[0] == 400
    assert graph.refused("POST", "servicePrincipals", {"appId": unknown, "colour": 1}) == (400, BAD, "Invalid property 'colour'.")


def test_first_party_and_vendor_applications_can_be_taken_in(graph: Direct) -> None:
    path = f"servicePrincipals(appId='{seed.POWER_PLATFORM}')"
    assert graph.refused("GET", path)[0] == 404
    made = graph.ask("POST", "servicePrincipals", {"appId": seed.POWER_PLATFORM}, 201)
    assert made["appOwnerOrganizationId"] == "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
    assert "https://api.powerplatform.com" in made["servicePrincipalNames"]
    assert role_id(made, "CopilotStudio.Copilots.Invoke") == "38c13204-7d79-4d83-bdbb-b770e28400df"
    owner = str(uuid.uuid4())
    seed.add_foreign_app(graph.world, VENDOR, "Vendor", owner)
    taken = graph.ask("PATCH", f"servicePrincipals(appId='{VENDOR}')", {}, 201, headers={"Prefer": "create-if-missing"})
    assert (taken["displayName"], taken["appOwnerOrganizationId"]) == ("Vendor", owner)
    graph.ask("PATCH", f"servicePrincipals(appId='{VENDOR}')", {"tags": ["HideApp"]}, 204, headers={"Prefer": "create-if-missing"})
    fabrikam = graph.add_tenant("Fabrikam")
    shared = seed.add_application(graph.world, fabrikam, {"displayName": "S", "signInAudience": "AzureADMultipleOrgs"})
    assert graph.ask("POST", "servicePrincipals", {"appId": shared["appId"]}, 201)["appOwnerOrganizationId"] == fabrikam.id
    own = seed.add_application(graph.world, fabrikam, {"displayName": "T"})
    assert graph.refused("POST", "servicePrincipals", {"appId": own["appId"]})[0] == 400


def test_a_new_application_may_have_no_service_principal_yet(graph: Direct, app: dict) -> None:
    graph.world.settings.service_principal_delay = 20
    assert graph.refused("POST", "servicePrincipals", {"appId": app["appId"]})[:2] == (400, BAD)
    graph.roles = ("Application.ReadWrite.OwnedBy",)
    graph.tenant.owners[app["id"]] = [graph.caller["id"]]
    assert "must in the local tenant" in graph.refused("POST", "servicePrincipals", {"appId": app["appId"]})[2]
    graph.world.clock.advance(21)
    graph.ask("POST", "servicePrincipals", {"appId": app["appId"]}, 201)


def test_update(graph: Direct, principal: dict) -> None:
    path = f"servicePrincipals/{principal['id']}"
    graph.ask("PATCH", path, {"accountEnabled": False, "appRoleAssignmentRequired": True, "notes": "n", "tags": ["HideApp"]}, 204)
    now = graph.ask("GET", path)
    assert (now["accountEnabled"], now["appRoleAssignmentRequired"], now["tags"]) == (False, True, ["HideApp"])
    for prop, value in (("appId", VENDOR), ("appRoles", []), ("oauth2PermissionScopes", []), ("replyUrls", [])):
        assert graph.refused("PATCH", path, {prop: value}) == (400, BAD, f"Property '{prop}' is read-only and cannot be set.")
    message = "Invalid value specified for property 'accountEnabled' of resource 'ServicePrincipal'."
    assert graph.refused("PATCH", path, {"accountEnabled": "no"}) == (400, BAD, message)


# -- app role assignments --


@pytest.mark.parametrize("side", ["appRoleAssignedTo", "appRoleAssignments"])
def test_role_assignments(graph: Direct, principal: dict, msgraph: dict, side: str) -> None:
    holder = msgraph if side == "appRoleAssignedTo" else principal
    path = f"servicePrincipals/{holder['id']}/{side}"
    body = {
        "principalId": principal["id"],
        "resourceId": msgraph["id"],
        "appRoleId": role_id(msgraph, "User.Read.All"),
    }
    made = graph.ask("POST", path, body, 201)
    raw = base64.urlsafe_b64decode(made["id"] + "=")
    assert (len(made["id"]), raw[:16]) == (43, uuid.UUID(principal["id"]).bytes_le)
    assert (made["principalType"], made["principalDisplayName"]) == ("ServicePrincipal", "App")
    assert made["resourceDisplayName"] == "Microsoft Graph"
    for read in (f"servicePrincipals/{principal['id']}/appRoleAssignments", f"servicePrincipals/{msgraph['id']}/appRoleAssignedTo"):
        assert [entry["id"] for entry in graph.ask("GET", read)["value"]] == [made["id"]]
    own = f"servicePrincipals/{principal['id']}/appRoleAssignments"
    assert len(graph.ask("GET", f"{own}?$filter=resourceId eq {msgraph['id']}")["value"]) == 1
    assert graph.refused("POST", path, body) == (400, BAD, "Permission being assigned already exists on the object")
    unknown = str(uuid.uuid4())
    assert graph.refused("POST", path, {**body, "appRoleId": unknown}) == (
        400,
        BAD,
        f"Permission being assigned was not found on application '{seed.GRAPH}'",
    )
    assert graph.refused("POST", path, {**body, "appRoleId": NO_ROLE})[2].startswith("Permission being assigned was not")
    assert graph.refused("GET", f"{path}/{'x' * 43}")[0] == 404
    graph.ask("DELETE", f"{path}/{made['id']}", expect=204)
    assert graph.ask("GET", path)["value"] == []


def test_assignments_to_what_is_missing(graph: Direct, principal: dict, msgraph: dict) -> None:
    gone = str(uuid.uuid4())
    body = {"principalId": gone, "resourceId": msgraph["id"], "appRoleId": role_id(msgraph, "User.Read.All")}
    assert graph.refused("POST", f"servicePrincipals/{msgraph['id']}/appRoleAssignedTo", body) == missing(gone)
    body = {**body, "principalId": principal["id"], "resourceId": gone}
    assert graph.refused("POST", f"servicePrincipals/{principal['id']}/appRoleAssignments", body) == missing(gone)
    assert graph.refused("POST", f"servicePrincipals/{gone}/appRoleAssignedTo", body) == missing(gone)


def test_users_and_groups_are_assigned_to_an_application_without_roles(graph: Direct, principal: dict) -> None:
    path = f"servicePrincipals/{principal['id']}/appRoleAssignedTo"
    for made, kind in ((seed.add_user(graph.world, graph.tenant), "User"), (seed.add_group(graph.world, graph.tenant), "Group")):
        body = {"principalId": made["id"], "resourceId": principal["id"], "appRoleId": NO_ROLE}
        assert graph.ask("POST", path, body, 201)["principalType"] == kind


@pytest.mark.parametrize("role", [{"allowedMemberTypes": ["Application"]}, {"isEnabled": False}])
def test_the_default_role_is_for_applications_without_any(graph: Direct, role: dict) -> None:
    role = {"allowedMemberTypes": ["User"], "description": "d", "displayName": "Job", "id": str(uuid.uuid4()), "isEnabled": True, "value": "Job", **role}
    made = seed.add_application(graph.world, graph.tenant, {"displayName": "Roles", "appRoles": [role]})
    resource = next(item["id"] for item in graph.tenant.service_principals.values() if item["appId"] == made["appId"])
    body = {"principalId": seed.add_user(graph.world, graph.tenant)["id"], "resourceId": resource, "appRoleId": NO_ROLE}
    assert graph.refused("POST", f"servicePrincipals/{resource}/appRoleAssignedTo", body)[2].startswith("Permission being assigned was not")


def test_a_fresh_principal_is_not_known_everywhere(graph: Direct, app: dict, msgraph: dict) -> None:
    graph.world.settings.replication_reads = 2
    made = graph.ask("POST", "servicePrincipals", {"appId": app["appId"]}, 201)
    body = {"principalId": made["id"], "resourceId": msgraph["id"], "appRoleId": role_id(msgraph, "User.Read.All")}
    ask = ("POST", f"servicePrincipals/{msgraph['id']}/appRoleAssignedTo", body)
    assert graph.refused(*ask) == (400, BAD, "Not a valid reference update.")
    assert graph.refused(*ask) == missing(made["id"])
    graph.ask(*ask, expect=201)


# -- delegated grants --


def test_grants(graph: Direct, principal: dict, msgraph: dict) -> None:
    body = {"clientId": principal["id"], "consentType": "AllPrincipals", "resourceId": msgraph["id"], "scope": "User.Read"}
    made = graph.ask("POST", "oauth2PermissionGrants", body, 201)
    raw = uuid.UUID(principal["id"]).bytes_le + uuid.UUID(msgraph["id"]).bytes_le
    assert made["id"] == base64.urlsafe_b64encode(raw).decode().rstrip("=")
    assert {name for name in made if not name.startswith("@")} == {"id", "clientId", "consentType", "principalId", "resourceId", "scope"}
    duplicate = "Permission entry already exists."
    assert graph.refused("POST", "oauth2PermissionGrants", body) == (409, "Request_MultipleObjectsWithSameKeyValue", duplicate)
    graph.world.settings.duplicate_grant_status = 400
    assert graph.refused("POST", "oauth2PermissionGrants", body) == (400, BAD, duplicate)
    path = f"oauth2PermissionGrants/{made['id']}"
    graph.ask("PATCH", path, {"scope": "openid profile"}, 204)
    assert graph.ask("GET", path)["scope"] == "openid profile"
    assert graph.refused("PATCH", path, {"consentType": "Principal"})[0] == 400
    found = f"oauth2PermissionGrants?$filter= clientId eq '{principal['id']}' and consentType eq 'AllPrincipals'"
    assert len(graph.ask("GET", found)["value"]) == 1
    assert len(graph.ask("GET", f"servicePrincipals/{principal['id']}/oauth2PermissionGrants")["value"]) == 1
    graph.ask("DELETE", path, expect=204)
    assert graph.refused("DELETE", path)[0] == 404
    assert graph.ask("POST", "oauth2PermissionGrants", body, 201)["id"] == made["id"]


def test_grants_for_one_user(graph: Direct, principal: dict, msgraph: dict) -> None:
    user = seed.add_user(graph.world, graph.tenant)
    body = {"clientId": principal["id"], "consentType": "Principal", "resourceId": msgraph["id"], "scope": "User.Read"}
    assert graph.refused("POST", "oauth2PermissionGrants", body)[0] == 400
    made = graph.ask("POST", "oauth2PermissionGrants", {**body, "principalId": user["id"]}, 201)
    assert len(base64.urlsafe_b64decode(made["id"] + "=" * (-len(made["id"]) % 4))) == 48
    wrong = {**body, "consentType": "AllPrincipals", "principalId": user["id"]}
    assert graph.refused("POST", "oauth2PermissionGrants", wrong)[0] == 400


def test_grant_errors(graph: Direct, principal: dict, msgraph: dict) -> None:
    body = {"clientId": principal["id"], "consentType": "AllPrincipals", "resourceId": msgraph["id"], "scope": "x"}
    gone = str(uuid.uuid4())
    assert graph.refused("POST", "oauth2PermissionGrants", {**body, "resourceId": gone}) == (400, BAD, "Specified resourceId was not found.")
    assert graph.refused("POST", "oauth2PermissionGrants", {**body, "clientId": gone}) == missing(gone)
    late = {**body, "expiryTime": "2030-01-01T00:00:00Z"}
    assert graph.refused("POST", "oauth2PermissionGrants", late) == (400, BAD, "Invalid property 'expiryTime'.")


# -- owners --


@pytest.mark.parametrize("kind", ["applications", "servicePrincipals"])
def test_owners(graph: Direct, app: dict, principal: dict, kind: str) -> None:
    item = app if kind == "applications" else principal
    path = f"{kind}/{item['id']}/owners"
    user, group = seed.add_user(graph.world, graph.tenant), seed.add_group(graph.world, graph.tenant)

    def reference(object_id: str) -> dict[str, str]:
        return {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{object_id}"}

    graph.ask("POST", f"{path}/$ref", reference(user["id"]), 204)
    graph.ask("POST", f"{path}/$ref", reference(graph.caller["id"]), 204)
    assert graph.refused("POST", f"{path}/$ref", reference(user["id"])) == (
        400,
        BAD,
        "One or more added object references already exist for the following modified properties: 'owners'.",
    )
    listed = graph.ask("GET", path)["value"]
    assert [(owner["@odata.type"], owner["id"]) for owner in listed] == [
        ("#microsoft.graph.user", user["id"]),
        ("#microsoft.graph.servicePrincipal", graph.caller["id"]),
    ]
    assert [owner["id"] for owner in graph.ask("GET", f"{path}/microsoft.graph.user")["value"]] == [user["id"]]
    expanded = graph.ask("GET", f"{kind}/{item['id']}?$expand=owners($select=id)")["owners"]
    assert [owner["id"] for owner in expanded] == [user["id"], graph.caller["id"]]
    graph.ask("DELETE", f"{path}/{user['id']}/$ref", expect=204)
    assert graph.refused("DELETE", f"{path}/{user['id']}/$ref") == (
        400,
        BAD,
        "One or more removed object references do not exist for the following modified properties: 'owners'.",
    )
    assert graph.refused("POST", f"{path}/$ref", reference(str(uuid.uuid4())))[0] == 404
    assert graph.refused("POST", f"{path}/$ref", reference(group["id"]))[0] == 400


def test_owners_at_creation(graph: Direct) -> None:
    user = seed.add_user(graph.world, graph.tenant)
    bind = {"owners@odata.bind": [f"https://graph.microsoft.com/v1.0/directoryObjects('{user['id']}')"]}
    made = graph.ask("POST", "applications", {"displayName": "a", **bind}, 201)
    assert graph.tenant.owners[made["id"]] == [user["id"]]


# -- deleted items --


def test_deleting_an_application_takes_its_consent_along_and_restoring_brings_it_back(graph: Direct, app: dict, principal: dict, msgraph: dict) -> None:
    secret = graph.ask("POST", f"applications/{app['id']}/addPassword", {})
    seed.grant_roles(graph.world, graph.tenant, principal["id"], seed.GRAPH, ["User.Read.All"])
    seed.grant_scopes(graph.tenant, principal["id"], msgraph["id"], ["openid"])
    graph.ask("DELETE", f"applications/{app['id']}", expect=204)
    assert graph.refused("GET", f"applications/{app['id']}") == missing(app["id"])
    assert graph.refused("GET", f"servicePrincipals/{principal['id']}") == missing(principal["id"])
    assert (graph.tenant.grants, graph.tenant.assignments) == ({}, {})
    listed = graph.ask("GET", "directory/deletedItems/microsoft.graph.application")["value"]
    assert [item["id"] for item in listed] == [app["id"]]
    assert listed[0]["deletedDateTime"]
    assert graph.refused("GET", "directory/deleteditems/x") == (400, BAD, "Invalid object identifier 'x'.")
    # Microsoft's SDKs write the namespace of a cast in its short form, which makes this the name of an unknown type.
    assert graph.refused("GET", "directory/deleteditems/graph.x")[:2] == (400, "BadRequest")
    assert graph.ask("GET", "directory/deleteditems/graph.application")["value"] == listed
    assert len(graph.ask("GET", "directory/deletedItems/microsoft.graph.servicePrincipal")["value"]) == 1
    one = graph.ask("GET", f"directory/deletedItems/{app['id']}")
    assert one["@odata.type"] == "#microsoft.graph.application"
    assert not [name for name in graph.ask("GET", f"directory/deletedItems/{principal['id']}") if name.startswith("#")]
    back = graph.ask("POST", f"directory/deletedItems/{app['id']}/restore")
    assert back["@odata.context"].endswith("$metadata#directoryObjects/$entity")
    assert (back["@odata.type"], back["deletedDateTime"]) == ("#microsoft.graph.application", None)
    assert graph.ask("GET", f"servicePrincipals/{principal['id']}")["appId"] == app["appId"]
    assert (len(graph.tenant.grants), len(graph.tenant.assignments)) == (1, 1)
    assert graph.ask("GET", f"applications/{app['id']}")["passwordCredentials"][0]["keyId"] == secret["keyId"]
    assert secret["keyId"] in graph.tenant.secrets


def test_permanent_deletion(graph: Direct, app: dict, principal: dict) -> None:
    graph.ask("POST", f"applications/{app['id']}/addPassword", {})
    assert graph.refused("DELETE", f"directory/deletedItems/{app['id']}") == missing(app["id"])
    graph.ask("DELETE", f"applications(appId='{app['appId']}')", expect=204)
    graph.ask("DELETE", f"directory/deletedItems/{app['id']}", expect=204)
    assert graph.refused("POST", f"directory/deletedItems/{app['id']}/restore") == missing(app["id"])
    assert graph.tenant.secrets == {}
    # The service principal stays among the deleted items.
    assert list(graph.tenant.deleted) == [principal["id"]]
    graph.ask("POST", "applications", {"displayName": "App"}, 201)


def test_a_service_principal_is_not_restored_beside_its_successor(graph: Direct, app: dict, principal: dict) -> None:
    graph.ask("DELETE", f"servicePrincipals/{principal['id']}", expect=204)
    graph.ask("POST", "servicePrincipals", {"appId": app["appId"]}, 201)
    assert graph.refused("POST", f"directory/deletedItems/{principal['id']}/restore")[:2] == (
        409,
        "Request_MultipleObjectsWithSameKeyValue",
    )


# -- tenant and people --


def test_organization_and_domains(graph: Direct) -> None:
    value = graph.ask("GET", "organization")["value"]
    assert [item["id"] for item in value] == [graph.tenant.id]
    assert [(entry["name"], entry["isInitial"], entry["isDefault"]) for entry in value[0]["verifiedDomains"]] == [
        ("contoso.onmicrosoft.com", True, False),
        ("contoso.example", False, True),
    ]
    domains = graph.ask("GET", "domains")["value"]
    assert [(entry["id"], entry["isVerified"]) for entry in domains] == [("contoso.onmicrosoft.com", True), ("contoso.example", True)]
    assert graph.ask("GET", "domains/contoso.example")["isDefault"] is True


def test_users_and_groups(graph: Direct) -> None:
    user = seed.add_user(graph.world, graph.tenant, displayName="Ada Lovelace")
    group = seed.add_group(graph.world, graph.tenant, displayName="Admins")
    for key in (user["id"], "ada.lovelace@contoso.example", "ADA.LOVELACE%40contoso.example"):
        assert graph.ask("GET", f"users/{key}")["id"] == user["id"]
    assert graph.refused("GET", "users/nobody@contoso.example") == missing("nobody@contoso.example")
    found = graph.ask("GET", "users?$filter=userPrincipalName eq 'ada.lovelace@contoso.example'&$select=id")
    assert found["value"] == [{"id": user["id"]}]
    assert graph.ask("GET", "groups?$filter=displayName eq 'Admins'")["value"][0]["id"] == group["id"]
    assert graph.ask("GET", f"groups/{group['id']}")["securityEnabled"] is True


def test_any_object(graph: Direct, app: dict) -> None:
    user = seed.add_user(graph.world, graph.tenant)
    assert graph.ask("GET", f"directoryObjects/{app['id']}")["@odata.type"] == "#microsoft.graph.application"
    gone = str(uuid.uuid4())
    assert graph.refused("GET", f"directoryObjects/{gone}") == missing(gone)
    body = {"ids": [user["id"], app["id"], gone], "types": ["user", "servicePrincipal"]}
    assert [item["id"] for item in graph.ask("POST", "directoryObjects/getByIds", body)["value"]] == [user["id"]]
    assert len(graph.ask("POST", "directoryObjects/microsoft.graph.getByIds", {"ids": body["ids"]})["value"]) == 2


@pytest.mark.parametrize(
    "body",
    [
        {"tags": ["two words"]},
        {"tags": ["twice", "twice"]},
        {"tags": [""]},
        {"notes": "x" * 1025},
        {"description": "x" * 1025},
        {"preferredSingleSignOnMode": "magic"},
        {"homepage": "not a web address"},
        {"displayName": ""},
    ],
)
def test_values_a_service_principal_does_not_take(graph: Direct, principal: dict, body: dict) -> None:
    (name,) = body
    message = f"Invalid value specified for property '{name}' of resource 'ServicePrincipal'."
    assert graph.refused("PATCH", f"servicePrincipals/{principal['id']}", {"notes": "kept out", **body}) == (400, BAD, message)
    stored = graph.ask("GET", f"servicePrincipals/{principal['id']}")
    assert stored["notes"] == principal["notes"] and stored[name] == principal[name]
    app = graph.ask("POST", "applications", {"displayName": "Other"}, 201)
    assert graph.refused("POST", "servicePrincipals", {"appId": app["appId"], **body})[2] == message


def test_values_a_service_principal_takes(graph: Direct, principal: dict) -> None:
    body = {"tags": ["HideApp"], "notes": "x" * 1024, "preferredSingleSignOnMode": "saml", "homepage": "https://portal.example/?a=1", "loginUrl": None}
    graph.ask("PATCH", f"servicePrincipals/{principal['id']}", body, 204)
    assert graph.ask("GET", f"servicePrincipals/{principal['id']}")["notes"] == "x" * 1024


def test_the_basic_profile_is_all_that_some_may_read(graph: Direct) -> None:
    user = seed.add_user(graph.world, graph.tenant, {"userPrincipalName": "leaver@contoso.example", "accountEnabled": False})
    path = f"users/{user['id']}?$select=id,userPrincipalName,accountEnabled"
    assert graph.ask("GET", path)["accountEnabled"] is False
    graph.roles = ("User.ReadBasic.All",)
    seen = graph.ask("GET", path)
    assert (seen["userPrincipalName"], seen["accountEnabled"]) == ("leaver@contoso.example", None)


def test_a_deactivated_application_shows_on_its_service_principals(graph: Direct, app: dict, principal: dict) -> None:
    other = graph.add_tenant("Fabrikam")
    copy = {**graph.tenant.service_principals[principal["id"]], "id": str(uuid.uuid4())}
    other.service_principals[copy["id"]] = copy
    graph.ask("PATCH", f"applications/{app['id']}", {"isDisabled": True}, 204)
    assert graph.ask("GET", f"applications/{app['id']}?$select=isDisabled")["isDisabled"] is True
    assert graph.ask("GET", f"servicePrincipals/{principal['id']}?$select=isDisabled")["isDisabled"] is True
    assert copy["isDisabled"] is True, "deactivation holds in every tenant"
    assert graph.refused("PATCH", f"servicePrincipals/{principal['id']}", {"isDisabled": False})[0] == 400
    graph.ask("PATCH", f"applications/{app['id']}", {"isDisabled": False}, 204)
    assert graph.ask("GET", f"servicePrincipals/{principal['id']}?$select=isDisabled")["isDisabled"] is False


def test_a_cloud_may_not_know_a_property_yet(graph: Direct, app: dict, principal: dict) -> None:
    graph.world.settings.unknown_properties = ["isDisabled"]
    for path, kind in ((f"applications/{app['id']}", "application"), (f"servicePrincipals/{principal['id']}", "servicePrincipal")):
        message = f"Parsing OData Select and Expand failed: Could not find a property named 'isDisabled' on type 'microsoft.graph.{kind}'."
        assert graph.refused("GET", f"{path}?$select=id,isDisabled") == (400, "BadRequest", message)
        assert graph.ask("GET", f"{path}?$select=id")


def test_of_owners_that_may_not_be_read_only_the_ids_are_shown(graph: Direct, app: dict) -> None:
    user = seed.add_user(graph.world, graph.tenant, userPrincipalName="ann@contoso.example", accountEnabled=False)
    graph.tenant.owners[app["id"]] = [user["id"]]
    owners = f"applications/{app['id']}/owners"
    assert graph.ask("GET", owners)["value"][0]["accountEnabled"] is False
    graph.roles = ("Application.ReadWrite.OwnedBy",)
    for path in (owners, f"{owners}/microsoft.graph.user?$select=id,userPrincipalName,accountEnabled"):
        (owner,) = graph.ask("GET", path)["value"]
        assert {name for name, value in owner.items() if value is not None} - {"@odata.type"} == {"id"}


def test_memberships_of_a_user_directly_and_in_any_depth(graph: Direct) -> None:
    user = seed.add_user(graph.world, graph.tenant, userPrincipalName="ada@contoso.example", displayName="Ada")
    inner, outer, other = (seed.add_group(graph.world, graph.tenant, displayName=name)["id"] for name in ("Inner", "Outer", "Other"))
    # A circle ends, too.
    graph.tenant.members |= {inner: [user["id"], outer], outer: [inner], other: []}

    def ids(path: str) -> list[str]:
        rows = graph.ask("GET", f"users/{user['id']}/{path}?$select=id")["value"]
        assert {row["@odata.type"] for row in rows} == {"#microsoft.graph.group"}
        return sorted(row["id"] for row in rows)

    assert ids("memberOf") == [inner] and ids("transitiveMemberOf") == sorted([inner, outer])
    for roles, status in ((("GroupMember.Read.All",), 200), (("User.Read.All",), 200), (("User.ReadBasic.All",), 403), (("Application.Read.All",), 403)):
        graph.roles = roles
        assert graph.send("GET", f"users/{user['id']}/memberOf").status == status, roles
