# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of answer of the emulated Graph has the shape the SDK's models of v1.0 have, and the documented keys."""

from __future__ import annotations

import functools
import json
import typing as t
import uuid

import pytest
from tenant_emulator.graph import routes
from tenant_emulator.graph.partners import STATUSES
from tenant_emulator.testing import Emulator

from . import shapes
from .walk import GRAPH, Walk, certificate, full_application, proof

JsonObject = dict[str, t.Any]
ADMIN = "admin@contoso.com"
EVENTUAL = {"ConsistencyLevel": "eventual"}
PREFER = {"Prefer": "create-if-missing"}
# Privileges for policies, which the automation identity has no use for.
POLICIES = [f"Policy.ReadWrite.{name}" for name in ("ApplicationConfiguration", "Authorization", "PermissionGrant", "ConsentRequest")]


@pytest.fixture
def walk(emulator: Emulator, tally: shapes.Tally) -> Walk:
    """A walk in contoso, with the automation identity's privileges and those for policies."""
    client = emulator.identity()["client_id"]
    principal = next(item for item in emulator.tenant("contoso")["service_principals"].values() if item["appId"] == client)
    emulator.grant_roles("contoso", principal["id"], [*POLICIES, "GroupSettings.ReadWrite.All", "DelegatedAdminRelationship.Read.All"])
    return Walk(emulator, tally)


def test_every_operation(walk: Walk, emulator: Emulator, refused: set[tuple[str, str, int]]) -> None:
    application, principal = registrations(walk)
    for kind, item in (("applications", application), ("servicePrincipals", principal)):
        credentials(walk, kind, item)
        owners(walk, kind, item, principal["id"])
    federated(walk, application)
    policies(walk, application, principal)
    consent_policies(walk)
    consent(walk, principal)
    directory(walk, application, principal)
    partners(walk)
    signed_in_user(walk, emulator, principal)
    deleted(walk, application)
    errors(walk, refused)
    assert walk.problems == []
    everything = {(path, method) for path, methods in routes.ROUTES.items() for method in methods}
    assert everything - walk.done == set()


def registrations(walk: Walk) -> tuple[JsonObject, JsonObject]:
    """Applications and service principals: create, upsert, change, read, list."""
    _key, der = certificate()
    application = walk.ask("POST", "applications", full_application(der))
    one = f"applications/{application['id']}"
    scope = application["api"]["oauth2PermissionScopes"][0]["id"]
    known = [{"appId": application["appId"], "delegatedPermissionIds": [scope]}]
    walk.ask("PATCH", one, {"api": {"preAuthorizedApplications": known}, "identifierUris": [f"api://{application['appId']}"]})
    walk.ask("PUT", f"{one}/logo", b"\x89PNG", headers={"Content-Type": "image/png"})
    walk.ask("PATCH", "applications(uniqueName='upserted')", {"displayName": "Upserted"}, headers=PREFER)
    principal = walk.ask("POST", "servicePrincipals", {"appId": application["appId"], "tags": ["own"], "notes": "Notes"})
    more = {"samlSingleSignOnSettings": {"relayState": "https://app.example"}, "notificationEmailAddresses": [ADMIN], "preferredSingleSignOnMode": "saml"}
    walk.ask("PATCH", f"servicePrincipals/{principal['id']}", {**more, "alternativeNames": ["other"], "loginUrl": "https://app.example/login"})
    names = [application["appId"], f"api://{application['appId']}", "https://other.example"]
    walk.ask("PATCH", f"servicePrincipals/{principal['id']}", {"servicePrincipalNames": names})
    for path in ("applications", "servicePrincipals"):
        for query in ("", "?$top=2", "?$select=id,displayName", "?$filter=displayName eq 'Everything'", "?$expand=owners"):
            walk.ask("GET", path + query)
        walk.ask("GET", f"{path}?$count=true&$orderby=displayName", headers=EVENTUAL)
        walk.ask("GET", f"{path}/$count", headers=EVENTUAL)
        walk.ask("GET", f"{path}(appId='{application['appId']}')")
    walk.ask("GET", walk.ask("GET", "applications?$top=1")["@odata.nextLink"])
    walk.ask("GET", f"{one}?$select=keyCredentials,passwordCredentials")
    walk.ask("GET", f"applications(uniqueName='{application['uniqueName']}')")
    walk.ask("GET", f"servicePrincipals(appId='{GRAPH}')")
    return walk.ask("GET", one), walk.ask("GET", f"servicePrincipals/{principal['id']}")


def credentials(walk: Walk, kind: str, item: JsonObject) -> None:
    """Secrets and certificates."""
    one = f"{kind}/{item['id']}"
    made = walk.ask("POST", f"{one}/addPassword", {"passwordCredential": {"displayName": "shape"}})
    walk.ask("POST", f"{one}/removePassword", {"keyId": made["keyId"]})
    key, der = certificate()
    wanted = {"type": "AsymmetricX509Cert", "usage": "Verify", "key": der}
    present = [{**entry, "key": None} for entry in item["keyCredentials"]]
    walk.ask("PATCH", one, {"keyCredentials": [*present, {**wanted, "displayName": "second"}]})
    body = {"keyCredential": {**wanted, "key": certificate()[1]}, "passwordCredential": None, "proof": proof(key, item["id"])}
    added = walk.ask("POST", f"{one}/addKey", body)
    walk.ask("GET", one)
    walk.ask("POST", f"{one}/removeKey", {"keyId": added["keyId"], "proof": proof(key, item["id"])})


def owners(walk: Walk, kind: str, item: JsonObject, service: str) -> None:
    """Owners of both types, as objects, by type and as links."""
    one = f"{kind}/{item['id']}/owners"
    user = walk.ask("GET", f"users/{ADMIN}")["id"]
    for owner in (user, service):
        walk.ask("POST", f"{one}/$ref", {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{owner}"})
    for path in ("", "/$ref", "/microsoft.graph.user", "/microsoft.graph.servicePrincipal", "/graph.user"):
        assert walk.ask("GET", one + path)["value"], path
    walk.ask("GET", f"{kind}/{item['id']}?$expand=owners")
    walk.ask("DELETE", f"{one}/{service}/$ref")


def federated(walk: Walk, application: JsonObject) -> None:
    """Federated identity credentials."""
    path = f"applications/{application['id']}/federatedIdentityCredentials"
    body = {"name": "pipeline", "issuer": "https://issuer.example", "subject": "a", "audiences": ["api://AzureADTokenExchange"], "description": "Pipeline"}
    made = walk.ask("POST", path, body)
    walk.ask("PATCH", f"{path}(name='upserted')", {**body, "name": "upserted", "subject": "b"}, headers=PREFER)
    walk.ask("GET", path)
    walk.ask("GET", f"{path}/{made['id']}")
    walk.ask("PATCH", f"{path}/{made['id']}", {"description": None})
    walk.ask("GET", f"{path}/pipeline")
    walk.ask("GET", f"applications/{application['id']}?$expand=federatedIdentityCredentials")
    walk.ask("DELETE", f"{path}/{made['id']}")


def policies(walk: Walk, application: JsonObject, principal: JsonObject) -> None:
    """App management and authorization policies."""
    password = {"restrictionType": "passwordLifetime", "state": "enabled", "maxLifetime": "P90D", "restrictForAppsCreatedAfterDateTime": "2030-01-01T00:00:00Z"}
    key = {**password, "restrictionType": "asymmetricKeyLifetime"}
    restrictions = {"passwordCredentials": [password], "keyCredentials": [key]}
    uris = {"nonDefaultUriAddition": {"state": "disabled", "excludeSaml": True, "excludeAppsReceivingV2Tokens": True}}
    one = "policies/defaultAppManagementPolicy"
    walk.ask("GET", one)
    walk.ask("PATCH", one, {"applicationRestrictions": {**restrictions, "identifierUris": uris}, "servicePrincipalRestrictions": restrictions})
    walk.ask("GET", one)
    walk.ask("PATCH", "policies/authorizationPolicy", {"allowUserConsentForRiskyApps": False})
    walk.ask("GET", "policies/authorizationPolicy")
    made = walk.ask("POST", "policies/appManagementPolicies", {"displayName": "Strict", "isEnabled": True, "restrictions": restrictions})
    custom = f"policies/appManagementPolicies/{made['id']}"
    walk.ask("PATCH", custom, {"description": "Stricter"})
    for kind, item in (("applications", application), ("servicePrincipals", principal)):
        path = f"{kind}/{item['id']}/appManagementPolicies"
        walk.ask("POST", f"{path}/$ref", {"@odata.id": f"https://graph.microsoft.com/v1.0/{custom}"})
        assert walk.ask("GET", path)["value"]
        assert walk.ask("GET", f"{custom}/appliesTo")["value"]
        walk.ask("DELETE", f"{path}/{made['id']}/$ref")
    walk.ask("GET", "policies/appManagementPolicies")
    walk.ask("GET", custom)
    walk.ask("DELETE", custom)


def consent_policies(walk: Walk) -> None:
    """Who may consent to what, requests for an administrator's consent, and the settings of groups."""
    one = "policies/permissionGrantPolicies"
    walk.ask("GET", one)
    walk.ask("POST", one, {"id": "shape", "displayName": "Shape", "description": "Shape"})
    for side in ("includes", "excludes"):
        made = walk.ask("POST", f"{one}/shape/{side}", {"permissionType": "delegated", "permissionClassification": "low", "clientApplicationIds": [GRAPH]})
        walk.ask("GET", f"{one}/shape/{side}")
        walk.ask("GET", f"{one}/shape/{side}/{made['id']}")
        walk.ask("GET", f"{one}/shape?$expand=includes,excludes")
        walk.ask("DELETE", f"{one}/shape/{side}/{made['id']}")
    walk.ask("PATCH", f"{one}/shape", {"description": "Changed"})
    walk.ask("DELETE", f"{one}/shape")
    reviewer = {"query": "/users/0c1e5a77-93d1-4f0e-a8e2-5b1d3c9f6a01", "queryType": "MicrosoftGraph", "queryRoot": None}
    body = {"isEnabled": True, "notifyReviewers": True, "remindersEnabled": True, "requestDurationInDays": 30, "reviewers": [reviewer]}
    walk.ask("GET", "policies/adminConsentRequestPolicy")
    walk.ask("PUT", "policies/adminConsentRequestPolicy", body)
    walk.ask("GET", "policies/adminConsentRequestPolicy")
    template = walk.ask("GET", "groupSettingTemplates")["value"][0]["id"]
    walk.ask("GET", f"groupSettingTemplates/{template}")
    made = walk.ask("POST", "groupSettings", {"templateId": template, "values": []})
    setting = f"groupSettings/{made['id']}"
    walk.ask("PATCH", setting, {"values": made["values"]})
    walk.ask("GET", "groupSettings")
    walk.ask("GET", setting)
    walk.ask("DELETE", setting)


def consent(walk: Walk, principal: JsonObject) -> None:
    """Application permissions from both sides, and delegated grants."""
    resource = walk.ask("GET", f"servicePrincipals(appId='{GRAPH}')?$select=id,appRoles")
    for number, (side, holder) in enumerate((("appRoleAssignedTo", resource["id"]), ("appRoleAssignments", principal["id"]))):
        path = f"servicePrincipals/{holder}/{side}"
        body = {"principalId": principal["id"], "resourceId": resource["id"], "appRoleId": resource["appRoles"][number]["id"]}
        made = walk.ask("POST", path, body)
        walk.ask("GET", path)
        walk.ask("GET", f"{path}/{made['id']}")
        walk.ask("GET", f"servicePrincipals/{holder}?$select=id&$expand={side}")
        walk.ask("DELETE", f"{path}/{made['id']}")
    user = walk.ask("GET", f"users/{ADMIN}")["id"]
    for who in ({"consentType": "AllPrincipals"}, {"consentType": "Principal", "principalId": user}):
        made = walk.ask("POST", "oauth2PermissionGrants", {"clientId": principal["id"], "resourceId": resource["id"], "scope": "User.Read", **who})
    walk.ask("GET", f"oauth2PermissionGrants?$filter=clientId eq '{principal['id']}'")
    walk.ask("GET", f"oauth2PermissionGrants/{made['id']}")
    walk.ask("PATCH", f"oauth2PermissionGrants/{made['id']}", {"scope": "User.Read email"})
    walk.ask("GET", f"servicePrincipals/{principal['id']}/oauth2PermissionGrants")
    walk.ask("GET", f"servicePrincipals/{principal['id']}?$expand=oauth2PermissionGrants")
    walk.ask("DELETE", f"oauth2PermissionGrants/{made['id']}")


def directory(walk: Walk, application: JsonObject, principal: JsonObject) -> None:
    """The tenant, who is in it, objects of any type, and a batch."""
    tenant = walk.ask("GET", "organization")["value"][0]
    walk.ask("GET", f"organization/{tenant['id']}")
    walk.ask("GET", "organization?$select=id,verifiedDomains")
    walk.ask("GET", "domains")
    walk.ask("GET", "domains/contoso.com")
    found = [walk.ask("GET", kind)["value"][0]["id"] for kind in ("users", "groups")]
    for kind, item in zip(("users", "groups"), found, strict=True):
        walk.ask("GET", f"{kind}/{item}")
        walk.ask("GET", f"{kind}?$select=id,displayName&$top=1")
        walk.ask("GET", f"{kind}/$count", headers=EVENTUAL)
    walk.emulator.control("PUT", f"tenants/contoso/groups/{found[1]}/members", {"ids": [found[0]]})
    for groups in ("memberOf", "transitiveMemberOf"):
        assert walk.ask("GET", f"users/{found[0]}/{groups}")["value"], groups
    ids = [*found, application["id"], principal["id"]]
    assert len(walk.ask("POST", "directoryObjects/getByIds", {"ids": ids})["value"]) == 4
    for item in ids:
        walk.ask("GET", f"directoryObjects/{item}")
    parts = {
        "read": {"method": "GET", "url": f"/applications/{application['id']}"},
        "list": {"method": "GET", "url": "/servicePrincipals?$top=5"},
        "made": {"method": "POST", "url": "/applications", "headers": {"Content-Type": "application/json"}, "body": {"displayName": "In a batch"}},
        "none": {"method": "GET", "url": f"/applications/{uuid.uuid4()}"},
        "after": {"method": "GET", "url": "/organization", "dependsOn": ["none"]},
    }
    walk.ask("POST", "$batch", {"requests": [{"id": name, **part} for name, part in parts.items()]})


def partners(walk: Walk) -> None:
    """Customers of a partner: of relationships in every state, of resellers too, page by page, and of contracts."""
    make = functools.partial(walk.emulator.control, "POST", "tenants/contoso/delegatedAdminRelationships")
    for status in STATUSES:
        make({"status": status, "customer": {"tenantId": str(uuid.uuid4()), "displayName": f"Customer, {status}"}, "autoExtendDuration": "P180D"})
    make({"indirectProviderTenantId": str(uuid.uuid4()), "duration": "P2Y"})
    walk.emulator.control("POST", "tenants/contoso/contracts", {"displayName": "A customer by contract"})
    for path in ("tenantRelationships/delegatedAdminCustomers", "tenantRelationships/delegatedAdminRelationships"):
        assert len(walk.ask("GET", f"{path}?$count=true")["value"]) >= len(STATUSES) - 2
        walk.ask("GET", f"{path}?$select=id,displayName&$filter=startswith(displayName,'Customer')")
        walk.ask("GET", walk.ask("GET", f"{path}?$top=2")["@odata.nextLink"])
    walk.ask("GET", "contracts?$filter=displayName eq 'A customer by contract'")


def signed_in_user(walk: Walk, emulator: Emulator, principal: JsonObject) -> None:
    """The one path that needs a person."""
    resource = walk.ask("GET", f"servicePrincipals(appId='{GRAPH}')?$select=id")["id"]
    emulator.add_grant("contoso", principal["id"], resource, "User.Read")
    secret = walk.ask("POST", f"servicePrincipals/{principal['id']}/addPassword", {})["secretText"]
    form = f"grant_type=password&client_id={principal['appId']}&client_secret={secret}&scope=https://graph.microsoft.com/.default"
    form += "&username=service@contoso.com&password=emulated-service-password"
    url = f"{emulator.login_url}/{emulator.tenant_id('contoso')}/oauth2/v2.0/token"
    status, raw = emulator.request("POST", url, form.encode(), {"Content-Type": "application/x-www-form-urlencoded"})
    assert status == 200, raw
    own, walk.token = walk.token, json.loads(raw)["access_token"]
    walk.ask("GET", "me")
    walk.token = own


def deleted(walk: Walk, application: JsonObject) -> None:
    """Deleted items: list, read, restore, delete for good; and deleting for good at once."""
    one = f"directory/deletedItems/{application['id']}"
    principal = walk.ask("GET", f"servicePrincipals(appId='{application['appId']}')")
    walk.ask("DELETE", f"applications/{application['id']}")
    for name, kind in (("application", "Application"), ("servicePrincipal", "ServicePrincipal"), ("user", "User"), ("group", "Group")):
        walk.ask("GET", f"directory/deletedItems/microsoft.graph.{name}", model=f"{kind}CollectionResponse")
    walk.ask("GET", one)
    walk.ask("POST", f"{one}/restore")
    walk.ask("GET", f"servicePrincipals/{principal['id']}")
    walk.ask("DELETE", f"servicePrincipals/{principal['id']}")
    walk.ask("POST", f"directory/deletedItems/{principal['id']}/restore", {})
    walk.ask("POST", f"servicePrincipals/{principal['id']}/permanentDelete")
    walk.ask("DELETE", f"applications/{application['id']}")
    walk.ask("DELETE", one)
    made = walk.ask("POST", "applications", {"displayName": "Short-lived"})
    walk.ask("POST", f"applications/{made['id']}/permanentDelete")


def errors(walk: Walk, refused: set[tuple[str, str, int]]) -> None:
    """One refusal of every kind: they have one shape."""
    cases: list[tuple[str, str, t.Any, int]] = [
        ("GET", "applications/not-an-id", None, 400),
        ("POST", "applications", {"displayName": "Twice", "uniqueName": "upserted"}, 400),
        ("GET", "nothing", None, 400),
        ("GET", "me", None, 400),
        ("GET", f"users/{uuid.uuid4()}", None, 404),
        ("PUT", "applications", {}, 405),
        ("POST", "servicePrincipals", {"appId": GRAPH}, 409),
    ]
    for method, path, body, status in cases:
        refused.add((method, f"/{path}", status))
        assert walk.ask(method, path, body, expect=status)["error"]["code"]
    own, walk.token = walk.token, "nonsense"
    refused.add(("GET", "/applications", 401))
    walk.ask("GET", "applications", expect=401)
    walk.token = own


_DATES = {"startDateTime": "2030-01-01T00:00:00Z", "endDateTime": "2031-01-01T00:00:00Z", "customKeyIdentifier": None}
_SECRET = {**_DATES, "displayName": "s", "keyId": GRAPH, "hint": "abc", "secretText": "abcdef"}
_KEY = {**_DATES, "displayName": "k", "keyId": GRAPH, "key": "QUJD" * 40, "type": "AsymmetricX509Cert", "usage": "Verify"}

SPOILED = {
    "a property that does not exist": (lambda body: body.update(windows=None), "has no such property"),
    "one further down": (lambda body: body["web"].update(oauth2AllowImplicitFlow=False), "has no such property"),
    "text for a truth value": (lambda body: body["web"]["implicitGrantSettings"].update(enableIdTokenIssuance="false"), "is not what get_bool_value reads"),
    "a truth value for a number": (lambda body: body["api"].update(requestedAccessTokenVersion=True), "is not what get_int_value reads"),
    "an object for a list": (lambda body: body.update(appRoles={}), "is not what get_collection_of_object_values reads"),
    "a list of the wrong things": (lambda body: body.update(tags=["good", 1]), "is not what get_collection_of_primitive_values reads"),
    "no date": (lambda body: body.update(createdDateTime="yesterday afternoon"), "yesterday afternoon"),
    "no id": (lambda body: body.update(tokenEncryptionKeyId="none"), "UUID"),
    "a documented key that is missing": (lambda body: body.pop("signInAudience"), "no signInAudience"),
    "null where null is not allowed": (lambda body: body.update(appId=None), "appId is null"),
    "a secret in a read": (lambda body: body.update(passwordCredentials=[_SECRET]), "gives credentials away"),
    "key material in a read": (lambda body: body.update(keyCredentials=[_KEY]), "gives credentials away"),
    "no context": (lambda body: body.pop("@odata.context"), "@odata.context"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_spoiled_answer_is_noticed(walk: Walk, emulator: Emulator, name: str) -> None:
    """The control: the same check, on answers that a fault rule made wrong."""
    spoil, part = SPOILED[name]
    walk.tally = shapes.Tally()  # what is wrong on purpose does not count
    made = walk.ask("POST", "applications", {"displayName": "Spoiled"})
    assert walk.problems == []
    spoil(made)
    emulator.fault(service="graph", method="GET", path="/applications/", action="status", status=200, body=made)
    walk.ask("GET", f"applications/{made['id']}")
    assert len(walk.problems) == 1 and part in walk.problems[0]


def test_a_page_instead_of_json_is_noticed(emulator: Emulator, walk: Walk) -> None:
    emulator.fault(service="graph", path="/organization", action="html", status=200)
    _status, raw = emulator.request("GET", f"{emulator.graph_url}/v1.0/organization", headers={"Authorization": f"Bearer {walk.token}"})
    (problem,) = shapes.problems(raw, shapes.model("OrganizationCollectionResponse"))
    assert "cannot read it" in problem
