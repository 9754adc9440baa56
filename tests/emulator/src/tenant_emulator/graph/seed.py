# SPDX-License-Identifier: GPL-3.0-or-later
"""Filling a tenant: Microsoft's own service principals, applications, users, groups and consent."""

from __future__ import annotations

import base64
import datetime as dt
import functools
import typing as t
import uuid

from ..world import JsonObject, Secret, Tenant, World
from . import app_rules, applications, credentials, schema, service_principals, shapes, store, times

GRAPH = "00000003-0000-0000-c000-000000000000"
POWER_PLATFORM = "8578e004-a5c6-46e7-913e-12f58912df43"


def _scope(value: str, scope_id: str, kind: str, name: str, enabled: bool = True) -> JsonObject:
    return {
        "adminConsentDescription": name,
        "adminConsentDisplayName": name,
        "id": scope_id,
        "isEnabled": enabled,
        "type": kind,
        "userConsentDescription": name,
        "userConsentDisplayName": name,
        "value": value,
    }


def _role(value: str, role_id: str, name: str, enabled: bool = True) -> JsonObject:
    return {
        "allowedMemberTypes": ["Application"],
        "description": name,
        "displayName": name,
        "id": role_id,
        "isEnabled": enabled,
        "origin": "Application",
        "value": value,
    }


@functools.cache
def first_party_apps() -> dict[str, JsonObject]:
    """Microsoft's applications by app id. The permission lists are made once and shared by all tenants."""
    data = schema.load("graph_permissions.json")
    graph = {
        "appId": GRAPH,
        "displayName": "Microsoft Graph",
        "servicePrincipalNames": [GRAPH, "https://graph.microsoft.com", "https://graph.microsoft.com/"],
        "appRoles": [_role(*row) for row in data["roles"]],
        "oauth2PermissionScopes": [_scope(*row) for row in data["scopes"]],
    }
    found = {GRAPH: graph}
    for entry in schema.load("first_party_apps.json"):
        found[entry["appId"]] = {
            "appId": entry["appId"],
            "displayName": entry["displayName"],
            "servicePrincipalNames": entry["servicePrincipalNames"],
            "appRoles": [_role(value, role_id, value) for value, role_id in entry["roles"]],
            "oauth2PermissionScopes": [_scope(value, scope_id, "User", value) for value, scope_id in entry["scopes"]],
        }
    for app in found.values():
        app["appOwnerOrganizationId"] = shapes.MICROSOFT_TENANT
    return found


def seed_tenant(world: World, tenant: Tenant) -> None:
    """Put Microsoft Graph's service principal into a tenant, and offer Microsoft's other applications."""
    for app_id, app in first_party_apps().items():
        world.foreign_apps.setdefault(app_id, app)
    if store.own_principal(tenant, GRAPH) is None:
        instantiate(world, tenant, GRAPH)


def instantiate(world: World, tenant: Tenant, app_id: str, **fields: t.Any) -> JsonObject:
    """Take another publisher's application in, as POST /servicePrincipals would."""
    source = service_principals.available(world, app_id)
    if source is None:
        raise ValueError(f"no application {app_id} can be taken in")
    item = {**service_principals.build(world, tenant, source), **fields}
    tenant.service_principals[item["id"]] = item
    return item


def add_foreign_app(world: World, app_id: str, display_name: str, owner_tenant: str, **fields: t.Any) -> JsonObject:
    """Offer a vendor's multitenant application to every tenant of the world."""
    body = {"appId": app_id, "displayName": display_name, "appOwnerOrganizationId": owner_tenant, **fields}
    body["oauth2PermissionScopes"] = [schema.complete("permissionScope", entry) for entry in body.get("oauth2PermissionScopes", [])]
    body["appRoles"] = [schema.complete("appRole", entry) for entry in body.get("appRoles", [])]
    world.foreign_apps[app_id.lower()] = body
    return body


def add_application(world: World, tenant: Tenant, body: JsonObject, *, with_service_principal: bool = True) -> JsonObject:
    """Register an application. ``id``, ``appId`` and ``createdDateTime`` may be given, for tests that name them."""
    fixed: JsonObject = {name: body[name] for name in ("id", "appId", "createdDateTime", "publisherDomain") if name in body}
    rest = {name: value for name, value in body.items() if name not in fixed}
    item = shapes.application()
    item["id"], item["appId"] = store.new_id(), store.new_id()
    item["createdDateTime"] = times.plain(world.clock.now())
    item["publisherDomain"] = next((domain["name"] for domain in tenant.domains if domain.get("isInitial")), None)
    item.update(fixed)
    after = applications.merged(item, schema.validate("application", rest))
    app_rules.check(app_rules.Change(tenant, None, after, rest))
    tenant.applications[after["id"]] = after
    if with_service_principal:
        principal = service_principals.build(world, tenant, after)
        tenant.service_principals[principal["id"]] = principal
        store.synchronise(tenant, after)
    return after


def _holder(tenant: Tenant, object_id: str) -> tuple[str, JsonObject]:
    for kind in ("applications", "service_principals"):
        item = store.members(tenant, kind).get(object_id)
        if item is not None:
            return kind, item
    raise ValueError(f"no application or service principal {object_id}")


def add_secret(
    world: World,
    tenant: Tenant,
    application_id: str,
    display_name: str | None,
    value: str | None = None,
    start: dt.datetime | str | None = None,
    end: dt.datetime | str | None = None,
) -> Secret:
    """Give an application (object id) a secret, of a known value if asked for, active at once. No policy is asked."""
    _kind, item = _holder(tenant, application_id)
    first = _moment(start) or world.clock.now()
    last = _moment(end) or first + dt.timedelta(days=730)
    value = value or credentials.secret_value()
    key_id = str(uuid.uuid4())
    stored = {
        "customKeyIdentifier": None,
        "displayName": display_name,
        "endDateTime": times.precise(last),
        "hint": value[:3],
        "keyId": key_id,
        "secretText": None,
        "startDateTime": times.precise(first),
    }
    item["passwordCredentials"] = [stored, *item["passwordCredentials"]]
    secret = Secret(key_id, value, application_id, first)
    tenant.secrets[key_id] = secret
    world.issued.append(value)
    return secret


def _moment(value: dt.datetime | str | None) -> dt.datetime | None:
    return times.parse(value) if isinstance(value, str) else value


def add_certificate(world: World, tenant: Tenant, application_id: str, der: bytes, display_name: str | None = None) -> JsonObject:
    """Give an application (object id) a sign-in certificate."""
    kind, item = _holder(tenant, application_id)
    body = {
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
        "key": base64.b64encode(der).decode(),
        "displayName": display_name,
    }
    entry = credentials.new_key(world, tenant, item, kind, body, seeded=True)
    item["keyCredentials"] = [*item["keyCredentials"], entry]
    return entry


def grant_roles(world: World, tenant: Tenant, sp_id: str, resource_app_id: str, names: t.Iterable[str]) -> list[JsonObject]:
    """Assign application permissions by name, as an administrator who consents."""
    principal = tenant.service_principals[sp_id]
    resource = store.own_principal(tenant, resource_app_id)
    if resource is None:
        resource = instantiate(world, tenant, resource_app_id)
    roles = {role["value"]: role["id"] for role in resource["appRoles"]}
    made = []
    for name in names:
        if name not in roles:
            raise ValueError(f"{resource['displayName']} has no application permission {name}")
        entry = {
            "id": store.assignment_id(sp_id),
            "deletedDateTime": None,
            "appRoleId": roles[name],
            "createdDateTime": times.precise(world.clock.now()),
            "principalDisplayName": principal["displayName"],
            "principalId": sp_id,
            "principalType": "ServicePrincipal",
            "resourceDisplayName": resource["displayName"],
            "resourceId": resource["id"],
        }
        tenant.assignments[entry["id"]] = entry
        made.append(entry)
    return made


def grant_scopes(tenant: Tenant, sp_id: str, resource_sp_id: str, scopes: t.Iterable[str], principal_id: str | None = None) -> JsonObject:
    """Consent to delegated permissions, for everyone or for one user."""
    entry: JsonObject = {
        "clientId": sp_id,
        "consentType": "Principal" if principal_id else "AllPrincipals",
        "id": store.grant_id(sp_id, resource_sp_id, principal_id),
        "principalId": principal_id,
        "resourceId": resource_sp_id,
        "scope": " ".join(scopes),
    }
    tenant.grants[entry["id"]] = entry
    return entry


def add_user(world: World, tenant: Tenant, body: JsonObject | None = None, **fields: t.Any) -> JsonObject:
    """A member of the directory; ``userPrincipalName`` and ``displayName`` get defaults."""
    fields = {**(body or {}), **fields}
    user_id = str(fields.pop("id", None) or store.new_id())
    name = fields.get("displayName") or f"User {len(tenant.users) + 1}"
    default = next((domain["name"] for domain in tenant.domains if domain.get("isDefault")), "example.onmicrosoft.com")
    upn = fields.get("userPrincipalName") or f"{name.lower().replace(' ', '.')}@{default}"
    user = shapes.user(id=user_id, **{"mail": upn, **fields, "displayName": name, "userPrincipalName": upn})
    tenant.users[user_id] = user
    return user


def add_group(world: World, tenant: Tenant, body: JsonObject | None = None, **fields: t.Any) -> JsonObject:
    """A security group."""
    fields = {**(body or {}), **fields}
    name = fields.get("displayName") or f"Group {len(tenant.groups) + 1}"
    group = shapes.group(
        **{
            "id": store.new_id(),
            "createdDateTime": times.plain(world.clock.now()),
            "mailNickname": name.replace(" ", ""),
            **fields,
            "displayName": name,
        }
    )
    tenant.groups[group["id"]] = group
    return group
