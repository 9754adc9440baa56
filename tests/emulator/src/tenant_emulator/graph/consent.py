# SPDX-License-Identifier: GPL-3.0-or-later
"""What was consented to: app role assignments and delegated permission grants."""

from __future__ import annotations

import typing as t

from ..web import Response
from ..world import Tenant
from . import query, replicas, schema, store, times
from .call import Call, Key
from .errors import GraphError, JsonObject, bad_request, invalid_value, not_found, read_only

DEFAULT_ROLE = "00000000-0000-0000-0000-000000000000"
_SIDES = {"appRoleAssignedTo": "resourceId", "appRoleAssignments": "principalId"}
_PRINCIPALS = {"service_principals": "ServicePrincipal", "users": "User", "groups": "Group"}
_GRANT = "OAuth2PermissionGrant"


def assignments_of(tenant: Tenant, prop: str, object_id: str) -> list[JsonObject]:
    """The assignments with this principal or resource, as the index shows them."""
    return replicas.links(tenant, "assignments", tenant.assignments.values(), lambda entry: entry[prop] == object_id)


def grants_by(tenant: Tenant, client_id: str | None = None) -> list[JsonObject]:
    """The grants, all or those of one client, as the index shows them."""
    return replicas.links(tenant, "grants", tenant.grants.values(), lambda entry: client_id in (None, entry["clientId"]))


def assignments(side: str) -> t.Callable[[Call], Response]:
    """GET /servicePrincipals/{id}/appRoleAssignments or /appRoleAssignedTo."""

    def handler(call: Call) -> Response:
        item = store.get(call, "service_principals", call.keys[0])
        found = assignments_of(call.tenant, _SIDES[side], item["id"])
        context = f"servicePrincipals('{item['id']}')/{side}"
        return query.collection(call, found, "appRoleAssignment", context)

    return handler


def _assignment(call: Call, side: str) -> JsonObject:
    item = store.get(call, "service_principals", call.keys[0])
    entry = call.tenant.assignments.get(call.keys[1].value)
    if entry is None or entry[_SIDES[side]] != item["id"]:
        raise not_found(call.keys[1].value)
    return entry


def read_assignment(side: str) -> t.Callable[[Call], Response]:
    """GET of one assignment."""

    def handler(call: Call) -> Response:
        entry = _assignment(call, side)
        return query.entity(call, entry, "appRoleAssignment", f"servicePrincipals('{entry[_SIDES[side]]}')/{side}")

    return handler


def assign(side: str) -> t.Callable[[Call], Response]:
    """POST /servicePrincipals/{id}/appRoleAssignments or /appRoleAssignedTo."""

    def handler(call: Call) -> Response:
        body = schema.validate("appRoleAssignment", call.body())
        for name in ("id", "createdDateTime", "principalDisplayName", "principalType", "resourceDisplayName"):
            if body.get(name) is not None:
                raise read_only(name)
        for name in ("principalId", "resourceId", "appRoleId"):
            if not body.get(name):
                raise invalid_value(name, "AppRoleAssignment")
        item = store.get(call, "service_principals", call.keys[0])
        if str(body[_SIDES[side]]).lower() != item["id"]:
            raise invalid_value(_SIDES[side], "AppRoleAssignment")
        entry = _new_assignment(call, body, item["id"])
        call.tenant.assignments[entry["id"]] = entry
        return query.created(call, entry, f"servicePrincipals('{item['id']}')/{side}", f"servicePrincipals/{item['id']}/{side}")

    return handler


def _new_assignment(call: Call, body: JsonObject, seen: str) -> JsonObject:
    tenant = call.tenant
    principal_id, resource_id = str(body["principalId"]).lower(), str(body["resourceId"]).lower()
    role_id = str(body["appRoleId"]).lower()
    found = _principal(call, principal_id, seen)
    resource = tenant.service_principals.get(resource_id)
    if resource is None or (resource_id != seen and not store.visible(tenant, resource_id)):
        raise not_found(resource_id)
    kind, principal = found
    member = "Application" if kind == "service_principals" else "User"
    roles = [role for role in resource["appRoles"] if role["isEnabled"] and member in role["allowedMemberTypes"]]
    # The default role stands for an API without roles of any kind, disabled ones included.
    known = not resource["appRoles"] if role_id == DEFAULT_ROLE else any(role["id"].lower() == role_id for role in roles)
    if not known or role_id in store.recent_entitlements(call.world, tenant):
        raise bad_request(f"Permission being assigned was not found on application '{resource['appId']}'")
    for entry in tenant.assignments.values():
        if (entry["principalId"], entry["resourceId"], entry["appRoleId"]) == (principal_id, resource_id, role_id):
            raise bad_request("Permission being assigned already exists on the object")
    return {
        "id": store.assignment_id(principal_id),
        "deletedDateTime": None,
        "appRoleId": role_id,
        "createdDateTime": times.precise(call.world.clock.now()),
        "principalDisplayName": principal["displayName"],
        "principalId": principal_id,
        "principalType": _PRINCIPALS[kind],
        "resourceDisplayName": resource["displayName"],
        "resourceId": resource_id,
    }


def _principal(call: Call, object_id: str, seen: str) -> tuple[str, JsonObject]:
    for kind in _PRINCIPALS:
        item = store.members(call.tenant, kind).get(object_id)
        if item is None:
            continue
        if object_id != seen and not store.visible(call.tenant, object_id):
            # A replica that is behind has two ways to say so; both are met in one wait.
            reads = call.tenant.lag[object_id]["get"] if object_id in call.tenant.lag else 0
            raise bad_request("Not a valid reference update.") if reads % 2 else not_found(object_id)
        return kind, item
    raise not_found(object_id)


def unassign(side: str) -> t.Callable[[Call], Response]:
    """DELETE of an assignment."""

    def handler(call: Call) -> Response:
        del call.tenant.assignments[_assignment(call, side)["id"]]
        return Response(204)

    return handler


def grants(call: Call) -> Response:
    """GET /oauth2PermissionGrants."""
    return query.collection(call, grants_by(call.tenant), "oAuth2PermissionGrant", "oauth2PermissionGrants")


def grants_of(call: Call) -> Response:
    """GET /servicePrincipals/{id}/oauth2PermissionGrants."""
    item = store.get(call, "service_principals", call.keys[0])
    found = grants_by(call.tenant, item["id"])
    return query.collection(call, found, "oAuth2PermissionGrant", "oauth2PermissionGrants")


def _grant(call: Call) -> JsonObject:
    entry = call.tenant.grants.get(call.keys[0].value)
    if entry is None:
        raise not_found(call.keys[0].value)
    return entry


def read_grant(call: Call) -> Response:
    """GET /oauth2PermissionGrants/{id}."""
    return query.entity(call, _grant(call), "oAuth2PermissionGrant", "oauth2PermissionGrants")


def grant(call: Call) -> Response:
    """POST /oauth2PermissionGrants."""
    body = schema.validate("oAuth2PermissionGrant", call.body(), _GRANT)
    if body.get("id") is not None:
        raise read_only("id")
    for name in ("clientId", "resourceId"):
        if not schema.GUID.match(body.get(name) or ""):
            raise invalid_value(name, _GRANT)
    consent, principal_id = body.get("consentType"), body.get("principalId")
    if consent not in ("AllPrincipals", "Principal"):
        raise invalid_value("consentType", _GRANT)
    if (consent == "Principal") != bool(principal_id):
        raise invalid_value("principalId", _GRANT)
    client, resource = body["clientId"].lower(), body["resourceId"].lower()
    tenant = call.tenant
    if client not in tenant.service_principals or not store.visible(tenant, client):
        raise not_found(client)
    if resource not in tenant.service_principals or not store.visible(tenant, resource):
        raise bad_request("Specified resourceId was not found.")
    if principal_id and store.find(tenant, "users", Key("id", principal_id)) is None:
        raise not_found(principal_id)
    grant_id = store.grant_id(client, resource, principal_id)
    if grant_id in tenant.grants:
        status = call.world.settings.duplicate_grant_status
        code = "Request_MultipleObjectsWithSameKeyValue" if status == 409 else "Request_BadRequest"
        raise GraphError(status, code, "Permission entry already exists.")
    entry = {
        "clientId": client,
        "consentType": consent,
        "id": grant_id,
        "principalId": principal_id,
        "resourceId": resource,
        "scope": body.get("scope"),
    }
    tenant.grants[grant_id] = entry
    return query.created(call, entry, "oauth2PermissionGrants")


def change_grant(call: Call) -> Response:
    """PATCH /oauth2PermissionGrants/{id}: replaces the scopes."""
    body = schema.validate("oAuth2PermissionGrant", call.body(), _GRANT)
    entry = _grant(call)
    for name, value in body.items():
        if name != "scope" and value != entry[name]:
            raise read_only(name)
    entry["scope"] = body.get("scope", entry["scope"])
    return Response(204)


def revoke_grant(call: Call) -> Response:
    """DELETE /oauth2PermissionGrants/{id}."""
    del call.tenant.grants[_grant(call)["id"]]
    return Response(204)
