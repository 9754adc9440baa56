# SPDX-License-Identifier: GPL-3.0-or-later
"""Role-based access control of Power Platform: the roles, what they allow, and how scopes contain each other."""

from __future__ import annotations

import functools
import typing as t
import uuid

from ...world import JsonObject, Tenant
from .state import state

OWNER = "0cb07c69-1631-4725-ab35-e59e001c51ea"
CONTRIBUTOR = "ff954d61-a89a-4fbe-ace9-01c367b89f87"
READER = "c886ad2e-27f7-4874-8381-5849b8d8a090"
ADMINISTRATOR = "95e94555-018c-447b-8691-bdac8e12211e"
AUDITOR = "5b0f3c1e-2d47-4a86-9c5e-8f1a6b7d0e24"  # one that a tenant made for itself
_WRITE = "Authorization.RoleAssignments.Write"

ROLES = {
    OWNER: "Power Platform owner",
    CONTRIBUTOR: "Power Platform contributor",
    READER: "Power Platform reader",
    ADMINISTRATOR: "Power Platform role-based access control administrator",
    AUDITOR: "Environment auditor",
}


@functools.cache
def _permissions(role: str) -> tuple[str, ...]:
    """What a role allows, in the names of the API's delegated permissions."""
    from ...graph.seed import POWER_PLATFORM, first_party_apps

    names = sorted(scope["value"] for scope in first_party_apps()[POWER_PLATFORM]["oauth2PermissionScopes"])
    if role == OWNER:
        return tuple(names)
    if role == CONTRIBUTOR:
        return tuple(name for name in names if name != _WRITE)
    return tuple(name for name in names if name.endswith(".Read") or (role == ADMINISTRATOR and name == _WRITE))


def definitions() -> list[JsonObject]:
    """The role definitions."""
    return [{"roleDefinitionId": key, "roleDefinitionName": name, "permissions": list(_permissions(key))} for key, name in ROLES.items()]


def role_id(name: str) -> str:
    """A role by its id or name. Raises ValueError."""
    for key, known in ROLES.items():
        if name.lower() in (key, known.lower()):
            return key
    raise ValueError(f"Power Platform has no role '{name}'")


def tenant_scope(tenant: Tenant) -> str:
    """The widest scope."""
    return f"/tenants/{tenant.id}"


def scope_of(tenant: Tenant, environment: str) -> str:
    """The scope of an environment."""
    return f"{tenant_scope(tenant)}/environments/{environment}"


def _around(tenant: Tenant, scope: str) -> set[str]:
    """A scope and every wider one: tenant, group, environment."""
    top = tenant_scope(tenant)
    found = {scope.lower(), top}
    kind, _slash, key = scope.removeprefix(f"{top}/").partition("/")
    environment = state(tenant).environments.get(key.lower()) if kind == "environments" else None
    if environment and environment["environmentGroupId"]:
        found.add(f"{top}/environmentGroups/{environment['environmentGroupId']}".lower())
    return found


def within(tenant: Tenant, scope: str, wanted: str, nested: bool) -> bool:
    """Whether an assignment's scope is the wanted one, or with ``nested`` lies within it."""
    return scope.lower() == wanted.lower() or (nested and wanted.lower() in _around(tenant, scope))


def named(permission: str, names: t.Collection[str]) -> bool:
    """Whether a permission is among the names, or the one that also writes."""
    return permission in names or (permission.endswith("RoleAssignments.Read") and _WRITE in names)


def _rules(tenant: Tenant, claims: JsonObject) -> bool:
    """Whether the caller administers Power Platform as a whole: by a role in Entra, or as a management application."""
    application = str(claims.get("appid") or claims.get("azp") or "")
    return claims["oid"] in state(tenant).administrators or ("scp" not in claims and application in state(tenant).applications)


def _held(tenant: Tenant, claims: JsonObject, permission: str) -> list[str]:
    """The scopes at which the caller's roles give the permission. Membership of groups is not looked at."""
    found = state(tenant).assignments.values()
    mine = [item for item in found if item["principalObjectId"] == claims["oid"]]
    return [item["scope"].lower() for item in mine if permission in _permissions(item["roleDefinitionId"])]


def allowed(tenant: Tenant, claims: JsonObject, permission: str, scope: str) -> bool:
    """Whether the caller has the permission at this scope or a wider one."""
    return _rules(tenant, claims) or bool(set(_held(tenant, claims, permission)) & _around(tenant, scope))


def anywhere(tenant: Tenant, claims: JsonObject, permission: str) -> bool:
    """Whether the caller has the permission at any scope."""
    return _rules(tenant, claims) or bool(_held(tenant, claims, permission))


def assign(
    tenant: Tenant, principal: str, kind: str, role: str, scope: str, *, created: str = "2025-01-15T08:00:00Z", by: JsonObject | None = None
) -> JsonObject:
    """Store a role assignment."""
    delegated = "scp" in (by or {})
    item: JsonObject = {
        "roleAssignmentId": str(uuid.uuid4()),
        "scope": scope,
        "principalType": kind,
        "principalObjectId": principal,
        "roleDefinitionId": role,
        "createdByPrincipalType": "User" if delegated or by is None else "ApplicationUser",
        "createdByPrincipalObjectId": by["oid"] if by else "00000000-0000-0000-0000-000000000000",
        "createdOn": created,
        "expiresOn": None,
    }
    state(tenant).assignments[item["roleAssignmentId"]] = item
    return item


def nested(environment: JsonObject) -> JsonObject:
    """An environment in the older shape, whose name is its id and whose members lie in ``properties``."""
    key = environment["id"]
    inside = ("displayName", "azureRegion", "createdBy")
    return {
        "id": f"/providers/Microsoft.BusinessAppPlatform/scopes/admin/environments/{key}",
        "type": "Microsoft.BusinessAppPlatform/scopes/environments",
        "location": environment["geo"],
        "name": key,
        "properties": {
            **{name: environment[name] for name in inside},
            "description": "",
            "createdTime": environment["createdDateTime"],
            "environmentSku": environment["type"],
            "states": {"management": {"id": "Ready"}},
            "linkedEnvironmentMetadata": {"resourceId": environment["dataverseId"], "instanceUrl": environment["url"]},
        },
    }
