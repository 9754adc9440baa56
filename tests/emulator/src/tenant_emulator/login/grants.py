# SPDX-License-Identifier: GPL-3.0-or-later
"""The grants of the token endpoint: client credentials and resource owner password."""

from __future__ import annotations

import typing as t

from ..tokens import GRAPH_APP_ID, TokenIssuer
from ..world import JsonObject, Tenant, World
from .clients import Client, is_shut
from .errors import LoginError
from .users import check_access, check_password, check_policies, find_user, granted_scopes

DEFAULT_ACCESS = "00000000-0000-0000-0000-000000000000"
_OPENID_SCOPES = frozenset({"openid", "profile", "offline_access", "email"})

# First-party resources that answer in every tenant, whether or not their service principal was ever looked at. Ids of Microsoft's applications:
# https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in (read 2026-12-01).
_MANAGEMENT = ("797f4846-ba00-4fd7-ba43-dac1f8f63013", "Windows Azure Service Management API")
_ALWAYS_THERE = {
    "https://management.core.windows.net": _MANAGEMENT,
    "https://management.azure.com": _MANAGEMENT,
    "https://vault.azure.net": ("cfa8b339-82a2-471a-a3c9-0fc0be7a4093", "Azure Key Vault"),
}


def find_resource(world: World, tenant: Tenant, name: str) -> JsonObject:
    """The service principal of the API that is called ``name`` in this tenant. Raises LoginError, also when it is disabled."""
    wanted = name.rstrip("/")
    for principal in tenant.service_principals.values():
        names = {principal["appId"], *(principal.get("servicePrincipalNames") or [])}
        if wanted in {item.rstrip("/") for item in names}:
            return _enabled(principal, name)
    if wanted in _ALWAYS_THERE:
        app_id, display_name = _ALWAYS_THERE[wanted]
        return {"id": "", "appId": app_id, "displayName": display_name}
    if wanted == "https://graph.microsoft.com":
        for principal in tenant.service_principals.values():
            if principal["appId"] == GRAPH_APP_ID:
                return _enabled(principal, name)
    raise LoginError(500011, {"resource": name, "tenant": tenant.display_name})


def _enabled(principal: JsonObject, name: str) -> JsonObject:
    if is_shut(principal):
        raise LoginError(500014, {"resource": name})
    return principal


def token_version(world: World, resource: JsonObject) -> int:
    """1, unless the API's registration asks for version 2 tokens."""
    for tenant in world.tenants.values():
        for application in tenant.applications.values():
            if application["appId"] == resource["appId"]:
                return 2 if (application.get("api") or {}).get("requestedAccessTokenVersion") == 2 else 1
    return 1


def _audience(resource: JsonObject, name: str, version: int) -> str:
    return str(resource["appId"]) if version == 2 else name


def _resource_name(scope: str) -> str:
    """What stands before ``/.default``; a resource that ends in a slash keeps it ("…net//.default")."""
    return scope[: -len("/.default")]


def client_credentials(world: World, issuer: TokenIssuer, client: Client, scope: str | None, credential: str, *, managed: bool = False) -> JsonObject:
    """A token for the application itself, with the application roles it is assigned to. Policies say nothing of a managed identity."""
    if scope is None:
        raise LoginError(70011, text="The provided request must include a 'scope' input parameter.")
    scopes = scope.split()
    if not scopes:
        raise LoginError(70011, {"scope": scope})
    if any(not item.endswith("/.default") or item == "/.default" for item in scopes):
        raise LoginError(1002012, {"scope": scope})
    if len(set(scopes)) > 1:
        raise LoginError(70011, {"scope": scope})
    name = _resource_name(scopes[0])
    resource = find_resource(world, client.tenant, name)
    if not managed:
        check_policies(world, resource["appId"])
    mine = [item for item in client.tenant.assignments.values() if item["principalId"] == client.principal["id"] and item["resourceId"] == resource["id"]]
    if resource.get("appRoleAssignmentRequired") and not mine and resource["id"] != client.principal["id"]:
        details = {"app": client.app_id, "name": client.principal.get("displayName")}
        details |= {"resource": resource["appId"], "resource_name": resource.get("displayName")}
        raise LoginError(501051, details)
    assigned = {item["appRoleId"] for item in mine} - {DEFAULT_ACCESS}
    roles = {role.get("value") for role in resource.get("appRoles") or [] if role["id"] in assigned}
    version = token_version(world, resource)
    token = issuer.issue(
        client.tenant,
        client.principal,
        audience=_audience(resource, name, version),
        version=version,
        credential=credential,
        roles=[role for role in roles if role],
    )
    return _success(world, token)


def password(world: World, issuer: TokenIssuer, client: Client, form: t.Mapping[str, str], credential: str) -> JsonObject:
    """A token for a user who gave a password, with the scopes that were consented to."""
    scope = form.get("scope")
    if scope is None:
        raise LoginError(70011, text="The provided request must include a 'scope' input parameter.")
    tenant = client.tenant
    user = find_user(tenant, form["username"])
    check_password(world, tenant, user, form["password"])
    wanted = [item for item in scope.split() if item not in _OPENID_SCOPES]
    names = {split_scope(item)[0] for item in wanted} or {"https://graph.microsoft.com"}
    if len(names) > 1:
        raise LoginError(70011, {"scope": scope})
    name = names.pop()
    resource = find_resource(world, tenant, name)
    scopes = {split_scope(item)[1] for item in wanted}
    check_access(world, tenant, client.principal, resource, user, scopes)
    granted = granted_scopes(world, tenant, client.principal, resource, user)
    asked = scopes - {".default"}
    if not granted or not asked <= granted:
        raise LoginError(65001, {"app": client.app_id, "name": client.principal.get("displayName")})
    version = token_version(world, resource)
    token = issuer.issue(
        tenant,
        client.principal,
        audience=_audience(resource, name, version),
        version=version,
        credential=credential,
        user=user,
        scopes=sorted(granted),
    )
    prefix = "" if resource["appId"] == GRAPH_APP_ID else f"{name.rstrip('/')}/"
    return {**_success(world, token), "scope": " ".join(prefix + item for item in sorted(granted))}


def split_scope(scope: str) -> tuple[str, str]:
    """A requested scope as (resource, permission); a bare name is one of Graph's."""
    if "/" not in scope:
        return "https://graph.microsoft.com", scope
    resource, _slash, permission = scope.rpartition("/")
    return resource, permission


def _success(world: World, token: str) -> JsonObject:
    lifetime = world.settings.token_lifetime
    return {"token_type": "Bearer", "expires_in": lifetime, "ext_expires_in": lifetime, "access_token": token}
