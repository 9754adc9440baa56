# SPDX-License-Identifier: GPL-3.0-or-later
"""The control path below ``tenants/{tenant}``: its directory, the people who sign in, and what products keep in it."""

from __future__ import annotations

import typing as t

from . import seeding, tokens
from .checks import ControlError
from .graph import partners, seed, store
from .graph.group_settings import CONSENT
from .login.browser import sign_in
from .login.errors import LoginError
from .products import products
from .world import JsonObject, Tenant, World

# Path segment -> attribute of Tenant; both spellings are taken.
_COLLECTIONS = {
    "applications": "applications",
    "servicePrincipals": "service_principals",
    "users": "users",
    "groups": "groups",
    "oauth2PermissionGrants": "grants",
    "appRoleAssignments": "assignments",
    "deletedItems": "deleted",
    "policies": "policies",
    "groupSettings": "group_settings",
    "delegatedAdminRelationships": "relationships",
    "contracts": "contracts",
}
_COLLECTIONS |= {name: name for name in _COLLECTIONS.values()}
_LONG = 60  # a list longer than this (the permissions of Microsoft Graph) is left out of a dump


def describe(tenant: Tenant, full: bool = False) -> JsonObject:
    """A tenant as JSON, without any secret value."""
    dump: JsonObject = {"display_name": tenant.display_name, "domains": tenant.domains}
    for attribute in dict.fromkeys(_COLLECTIONS.values()):
        found = getattr(tenant, attribute)
        dump[attribute] = {key: value if full else _shorten(value) for key, value in found.items()}
    dump["owners"] = tenant.owners
    dump["federated"] = tenant.federated
    dump["secrets"] = {
        secret.key_id: {"application_id": secret.application_id, "active_from": secret.active_from.isoformat()} for secret in tenant.secrets.values()
    }
    dump["certificates"] = {key: tokens.thumbprints(der) for key, der in tenant.certificates.items()}
    return dump | {name: product.describe_tenant(tenant) for name, product in products().items() if product.in_tenants}


def answer(world: World, tenant: Tenant, method: str, rest: list[str], body: t.Any) -> t.Any:
    """Answer one control request."""
    match (method, rest):
        case ("POST", ["applications"]):
            return _add_application(world, tenant, dict(body))
        case ("POST", ["users"]):
            return _add_user(world, tenant, dict(body))
        case ("POST", ["groups"]):
            return seed.add_group(world, tenant, **body)
        case ("PUT", ["groups", identifier, "members"]):
            tenant.members[identifier] = [str(one).lower() for one in body["ids"]]
            return {"ids": tenant.members[identifier]}
        case ("POST", ["servicePrincipals" | "service_principals"]):
            return seeding.ensure_service_principal(world, tenant, body["appId"])
        case ("POST", ["applications", identifier, "secrets"]):
            return _add_secret(world, tenant, identifier, body or {})
        case ("DELETE", ["applications" | "servicePrincipals", identifier, "secrets", key]):
            return _remove_secret(tenant, key, identifier)
        case ("POST", ["applications", identifier, "certificates"]):
            pem = body["pem"].encode()
            return seeding.add_certificate(world, tenant, identifier, pem)
        case ("POST", ["applications", identifier, "federatedIdentityCredentials"]):
            return seeding.add_federated(tenant, identifier, body)
        case ("POST", ["oauth2PermissionGrants" | "grants"]):
            return seeding.add_grant(tenant, body)
        case ("POST", ["servicePrincipals" | "service_principals", identifier, "roles"]):
            return seeding.grant_roles(world, tenant, identifier, body["resource"], body["names"])
        case ("POST", ["delegatedAdminRelationships"]):
            return partners.add_relationship(world, tenant, body or {})
        case ("POST", ["contracts"]):
            return partners.add_contract(tenant, body or {})
        case ("PUT", ["policies", name]):
            tenant.policies[name] = body
            return body
        case ("POST", ["sign-in"]):
            return _sign_in(world, tenant, body)
        case ("POST", ["consent-template"]):
            tenant.missing_templates = [] if body["present"] else [CONSENT]
            return {"present": bool(body["present"])}
        case ("PUT", ["type"]):
            tenant.tenant_type = body["tenantType"]
            return {"tenantType": tenant.tenant_type}
        case (_, [collection]) if method == "GET" and collection in _COLLECTIONS:
            return list(getattr(tenant, _COLLECTIONS[collection]).values())
        case (_, [collection, identifier]) if collection in _COLLECTIONS:
            found = _stored(method, tenant, _COLLECTIONS[collection], identifier, body)
            if method == "PATCH" and collection == "applications" and "isDisabled" in body:
                store.deactivation(world, found["appId"], body["isDisabled"])
            return found
    for name, product in products().items():
        if product.in_tenants and rest[:1] == [name.replace("_", "-")]:
            found = product.control_tenant(world, tenant, method, rest[1:], body or {})
            if found is not None:
                return found
    raise ControlError(404, f"the control path has no {method} tenants/{{tenant}}/{'/'.join(rest)}")


def _add_application(world: World, tenant: Tenant, body: JsonObject) -> JsonObject:
    secrets = body.pop("secrets", [])
    with_principal = body.pop("service_principal", True)
    application = seed.add_application(world, tenant, body, with_service_principal=with_principal)
    made = [_add_secret(world, tenant, application["id"], item) for item in secrets]
    principal = next((item for item in tenant.service_principals.values() if item["appId"] == application["appId"]), None)
    return {"application": application, "service_principal": principal, "secrets": made}


def _add_secret(world: World, tenant: Tenant, application_id: str, body: JsonObject) -> JsonObject:
    if application_id not in tenant.applications:
        raise ControlError(404, f"there is no application '{application_id}'")
    known = {"displayName", "value", "startDateTime", "endDateTime"}
    if unknown := sorted(set(body) - known):
        raise ControlError(400, f"unknown in a secret: {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    secret = seed.add_secret(
        world,
        tenant,
        application_id,
        body.get("displayName"),
        value=body.get("value"),
        start=tokens.parse_time(body.get("startDateTime")),
        end=tokens.parse_time(body.get("endDateTime")),
    )
    return {"key_id": secret.key_id, "value": secret.value, "display_name": body.get("displayName")}


def _add_user(world: World, tenant: Tenant, body: JsonObject) -> JsonObject:
    password, multi_factor = body.pop("password", None), body.pop("multi_factor", False)
    user: JsonObject = seed.add_user(world, tenant, **body)
    if password:
        tenant.passwords[user["id"]] = password
        world.issued.append(password)
    if multi_factor:
        tenant.multi_factor.append(user["id"])
    return user


def _sign_in(world: World, tenant: Tenant, body: JsonObject) -> JsonObject:
    """Let a person sign in to any application, as its pop-up would."""
    try:
        visit = sign_in(
            world,
            tenant,
            client_id=body["client_id"],
            user_name=body["user"],
            scopes=body.get("scopes") or [".default"],
            redirect_uri=body.get("redirect_uri"),
            client_secret=body.get("client_secret"),
            second_factor=body.get("second_factor", True),
            consent=body.get("consent", "none"),
        )
    except LoginError as problem:
        return {"signed_in": False, "error_code": problem.number, "error": str(problem)}
    return {"signed_in": True, "scopes": visit.scopes, "refresh_token": visit.refresh_token, "user_id": visit.user["id"]}


def _shorten(value: t.Any) -> t.Any:
    """A stored object without the lists that would drown everything else."""
    if not isinstance(value, dict):
        return value
    return {name: item for name, item in value.items() if not _hidden(name, item)}


def _hidden(name: str, value: t.Any) -> bool:
    return name.startswith("#") or (isinstance(value, list) and len(value) > _LONG)


def _stored(method: str, tenant: Tenant, attribute: str, identifier: str, body: t.Any) -> t.Any:
    """Read, change (top-level properties are replaced) or remove one stored object."""
    found: dict[str, JsonObject] = getattr(tenant, attribute)
    if identifier not in found:
        raise ControlError(404, f"{attribute} has no '{identifier}'")
    if method == "GET":
        return found[identifier]
    if method == "PATCH":
        found[identifier].update(body)
        return found[identifier]
    if method == "DELETE":
        for secret in [item for item in tenant.secrets.values() if item.application_id == identifier]:
            del tenant.secrets[secret.key_id]
        return found.pop(identifier)
    raise ControlError(405, f"{method} is not possible here")


def _remove_secret(tenant: Tenant, key_id: str, holder_id: str) -> JsonObject:
    holder = tenant.applications.get(holder_id) or tenant.service_principals.get(holder_id)
    if holder is None or tenant.secrets.pop(key_id, None) is None:
        raise ControlError(404, f"'{holder_id}' has no secret '{key_id}'")
    holder["passwordCredentials"] = [item for item in holder["passwordCredentials"] if item["keyId"] != key_id]
    return {}
