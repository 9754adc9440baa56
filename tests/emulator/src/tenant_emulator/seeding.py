# SPDX-License-Identifier: GPL-3.0-or-later
"""Seeding in the words of the configuration and the control path, on top of what the directory offers."""

from __future__ import annotations

import uuid

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from .graph import seed, store
from .world import JsonObject, Tenant, World


def ensure_service_principal(world: World, tenant: Tenant, app_id: str) -> JsonObject:
    """The service principal of an application in this tenant; taken in when missing."""
    return store.own_principal(tenant, app_id) or seed.instantiate(world, tenant, app_id)


def grant_roles(world: World, tenant: Tenant, principal_id: str, resource: str, names: list[str]) -> list[JsonObject]:
    """Assign application permissions by name; the API is given by its display name or application id."""
    for principal in tenant.service_principals.values():
        if resource in (principal["displayName"], principal["appId"]):
            return seed.grant_roles(world, tenant, principal_id, principal["appId"], names)
    for app_id, app in world.foreign_apps.items():
        if resource in (app["displayName"], app_id):
            return seed.grant_roles(world, tenant, principal_id, app_id, names)
    raise ValueError(f"tenant '{tenant.display_name}' has no API called '{resource}'")


def grant_scopes(tenant: Tenant, principal_id: str, resource: str, names: list[str]) -> JsonObject:
    """Consent for everyone to delegated permissions of an API that is in the tenant, given by name or application id."""
    for principal in tenant.service_principals.values():
        if resource in (principal["displayName"], principal["appId"]):
            return seed.grant_scopes(tenant, principal_id, principal["id"], names)
    raise ValueError(f"tenant '{tenant.display_name}' has no API called '{resource}'")


def add_certificate(world: World, tenant: Tenant, application_id: str, pem: bytes) -> JsonObject:
    """Let an application sign in with this certificate."""
    der = x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)
    return seed.add_certificate(world, tenant, application_id, der)


def add_federated(tenant: Tenant, application_id: str, body: JsonObject) -> JsonObject:
    """Let an application sign in with the assertions of an outside issuer for one subject."""
    credential: JsonObject = {
        "audiences": body.get("audiences") or ["api://AzureADTokenExchange"],
        "description": body.get("description"),
        "id": str(uuid.uuid4()),
        "issuer": body["issuer"],
        "name": body["name"],
        "subject": body["subject"],
    }
    tenant.federated.setdefault(application_id, []).append(credential)
    return credential


def add_grant(tenant: Tenant, body: JsonObject) -> JsonObject:
    """Consent to delegated permissions: for everyone, or for the user named as principal."""
    scopes = body["scope"].split()
    return seed.grant_scopes(tenant, body["clientId"], body["resourceId"], scopes, body.get("principalId"))
