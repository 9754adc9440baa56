# SPDX-License-Identifier: GPL-3.0-or-later
"""What people may consent to for themselves: the policies that are assigned to them, each with its conditions."""

from __future__ import annotations

import typing as t

from ..world import JsonObject, Tenant
from . import consent_policies, policies

_SELF = "managepermissiongrantsforself."


def may_consent(tenant: Tenant, client: JsonObject, resource: JsonObject, scopes: t.Iterable[str]) -> bool:
    """Whether a person may consent to all of the scopes of an API for an application.

    Each assigned policy is looked at for itself, and one that approves of a permission is enough.
    https://learn.microsoft.com/entra/identity/enterprise-apps/manage-app-consent-policies (2026-01-22; read 2026-11-30): "Multiple policies".
    Where an assignment is required an administrator consents, whatever the policies say.
    https://learn.microsoft.com/entra/identity/enterprise-apps/configure-user-consent (2025-06-15; read 2026-11-30)
    """
    if client.get("appRoleAssignmentRequired"):
        return False
    entries = policies.singleton(tenant, policies.AUTHORIZATION)["defaultUserRolePermissions"]["permissionGrantPoliciesAssigned"]
    known = {key.lower(): policy for key, policy in consent_policies.grant_policies(tenant).items()}
    assigned = [known[key] for entry in entries if entry.lower().startswith(_SELF) and (key := entry[len(_SELF) :].lower()) in known]
    offered = {scope["value"]: scope for scope in resource.get("oauth2PermissionScopes") or []}
    return all(name in offered and any(_approves(policy, tenant, client, resource, offered[name]) for policy in assigned) for name in scopes)


def _approves(policy: JsonObject, tenant: Tenant, client: JsonObject, resource: JsonObject, scope: JsonObject) -> bool:
    """At least one condition set that it includes fits, and none that it excludes."""

    def fits(conditions: JsonObject) -> bool:
        return _fits(conditions, tenant, client, resource, scope)

    return any(map(fits, policy["includes"])) and not any(map(fits, policy["excludes"]))


def _fits(conditions: JsonObject, tenant: Tenant, client: JsonObject, resource: JsonObject, scope: JsonObject) -> bool:
    """All conditions of a set. Nothing is classified in a tenant of the emulator, so a set for one classification fits nothing."""
    publisher = client.get("verifiedPublisher") or {}
    owner = str(client.get("appOwnerOrganizationId") or "")
    verified = bool(publisher.get("verifiedPublisherId")) or owner == tenant.id
    kinds = ("delegated", "delegatedUserConsentable") if scope["type"] == "User" else ("delegated",)
    return (
        conditions["permissionType"] in kinds
        and conditions["permissionClassification"] == "all"
        and conditions["resourceApplication"] in ("any", resource["appId"])
        and _listed(conditions["permissions"], scope["id"])
        and _listed(conditions["clientApplicationIds"], client["appId"])
        and _listed(conditions["clientApplicationTenantIds"], owner)
        and _listed(conditions["clientApplicationPublisherIds"], str(publisher.get("verifiedPublisherId") or ""))
        and (verified or not conditions["clientApplicationsFromVerifiedPublisherOnly"])
    )


def _listed(values: list[str], value: str) -> bool:
    return values == ["all"] or value.lower() in map(str.lower, values)
