# SPDX-License-Identifier: GPL-3.0-or-later
"""App management policies: what they are by default, and what they forbid."""

from __future__ import annotations

import copy
import datetime as dt
import typing as t

from ..web import Response
from ..world import Tenant
from . import query, schema, store, times
from .call import Call
from .errors import GraphError, JsonObject, bad_request, invalid_value, not_found, read_only

DEFAULT = "defaultAppManagementPolicy"
CUSTOM = "appManagementPolicies"
AUTHORIZATION = "authorizationPolicy"
_DEFAULT_ID = "00000000-0000-0000-0000-000000000000"
_NO_DATE = dt.datetime(2019, 1, 1, tzinfo=dt.UTC)  # what objects without a creation date count as

_DEFAULTS: dict[str, JsonObject] = {
    DEFAULT: {
        "id": _DEFAULT_ID,
        "deletedDateTime": None,
        "displayName": "Default app management tenant policy",
        "description": "Default tenant policy that enforces app management restrictions on applications and service principals.",
        "isEnabled": False,
        "applicationRestrictions": {"passwordCredentials": [], "keyCredentials": [], "identifierUris": None},
        "servicePrincipalRestrictions": {"passwordCredentials": [], "keyCredentials": []},
    },
    AUTHORIZATION: {
        "id": "authorizationPolicy",
        "deletedDateTime": None,
        "allowInvitesFrom": "everyone",
        "allowedToSignUpEmailBasedSubscriptions": True,
        "allowedToUseSSPR": True,
        "allowEmailVerifiedUsersToJoinOrganization": True,
        "allowUserConsentForRiskyApps": None,
        "blockMsolPowerShell": None,
        "guestUserRoleId": "10dae51f-b6af-4016-8d66-8c2a99b929b3",
        "displayName": "Authorization Policy",
        "description": "Used to manage authorization related settings across the company.",
        "defaultUserRolePermissions": {
            "allowedToCreateApps": True,
            "allowedToCreateSecurityGroups": True,
            "allowedToCreateTenants": True,
            "allowedToReadBitlockerKeysForOwnedDevice": True,
            "allowedToReadOtherUsers": True,
            "permissionGrantPoliciesAssigned": ["ManagePermissionGrantsForSelf.microsoft-user-default-recommended"],
        },
    },
}
_SINGLETONS = {DEFAULT: "tenantAppManagementPolicy", AUTHORIZATION: "authorizationPolicy"}


def singleton(tenant: Tenant, name: str) -> JsonObject:
    """A policy that every tenant has exactly once."""
    stored = tenant.policies.setdefault(name, {})
    for prop, value in _DEFAULTS[name].items():  # one put there by a test may be partial
        if prop not in stored:
            stored[prop] = copy.deepcopy(value)
    return stored


def custom(tenant: Tenant) -> dict[str, JsonObject]:
    """The custom app management policies by id."""
    return t.cast("dict[str, JsonObject]", tenant.policies.setdefault(CUSTOM, {}))


def restricts_identifier_uris(tenant: Tenant) -> bool:
    """Whether URIs without an id or a verified domain are refused: on, unless the tenant's policy turns it off."""
    restrictions = singleton(tenant, DEFAULT)["applicationRestrictions"] or {}
    addition = (restrictions.get("identifierUris") or {}).get("nonDefaultUriAddition") or {}
    return bool(addition.get("state") != "disabled")


def _exempt(tenant: Tenant, restriction: JsonObject, caller: str) -> bool:
    """Whether the caller has one of the custom security attributes whose holders are exempt; values are compared with regard to case.

    https://learn.microsoft.com/graph/api/resources/appmanagementpolicyactorexemptions (read 2026-11-30): the id is set and name, with an underscore.
    """
    holder = tenant.service_principals.get(caller) or tenant.users.get(caller) or {}
    attributes = holder.get("customSecurityAttributes") or {}
    for wanted in (restriction.get("excludeActors") or {}).get("customSecurityAttributes") or []:
        set_name, _separator, name = str(wanted.get("id") or "").partition("_")
        if wanted.get("value") is not None and (attributes.get(set_name) or {}).get(name) == wanted["value"]:
            return True
    return False


def _sources(tenant: Tenant, item: JsonObject, kind: str) -> list[tuple[str, JsonObject | None]]:
    """Policy id and restrictions of what holds for an object: the tenant's policy, then those that are assigned."""
    default = singleton(tenant, DEFAULT)
    sources: list[tuple[str, JsonObject | None]] = []
    if default["isEnabled"]:
        section = "applicationRestrictions" if kind == "applications" else "servicePrincipalRestrictions"
        sources.append((default["id"], default[section]))
    for policy_id in tenant.policy_links.get(item["id"], []):
        policy = custom(tenant).get(policy_id)
        if policy and policy["isEnabled"]:
            sources.append((policy_id, policy["restrictions"]))
    return sources


def _in_force(tenant: Tenant, item: JsonObject, restriction: JsonObject, caller: str) -> bool:
    """Whether a restriction is on, for objects as old as this one, and for this caller."""
    created = times.parse(item["createdDateTime"]) if item.get("createdDateTime") else _NO_DATE
    after = restriction.get("restrictForAppsCreatedAfterDateTime")
    old = bool(after) and created < times.parse(after)
    return not old and restriction.get("state", "enabled") == "enabled" and not _exempt(tenant, restriction, caller)


def _restrictions(tenant: Tenant, item: JsonObject, kind: str, credentials: str, caller: str) -> dict[str, tuple[str, JsonObject]]:
    """Restriction type -> (policy id, restriction) in force for an object; an assigned policy replaces the tenant's."""
    found: dict[str, tuple[str, JsonObject]] = {}
    created = times.parse(item["createdDateTime"]) if item.get("createdDateTime") else _NO_DATE
    for policy_id, section_value in _sources(tenant, item, kind):
        for restriction in (section_value or {}).get(credentials) or []:
            after = restriction.get("restrictForAppsCreatedAfterDateTime")
            if after and created < times.parse(after):
                continue
            found[restriction["restrictionType"]] = (policy_id, restriction)
    return {name: entry for name, entry in found.items() if _in_force(tenant, item, entry[1], caller)}


# https://learn.microsoft.com/graph/api/resources/audiencesconfiguration (beta; read 2026-11-30): only these two can be restricted.
_AUDIENCES = {
    "AzureADMultipleOrgs": ("azureAdMultipleOrgs",),
    "AzureADandPersonalMicrosoftAccount": ("azureAdMultipleOrgs", "personalMicrosoftAccount"),
    "PersonalMicrosoftAccount": ("personalMicrosoftAccount",),
}


def check_audience(tenant: Tenant, item: JsonObject, caller: str) -> None:
    """Refuse a sign-in audience that the policies forbid for an application that is made, or that gets it."""
    for name in _AUDIENCES.get(item["signInAudience"], ()):
        found: tuple[str, JsonObject] | None = None
        for policy_id, section in _sources(tenant, item, "applications"):
            own = policy_id != _DEFAULT_ID
            restrictions = ((section or {}).get("applicationRestrictions") if own else section) or {}
            restriction = (restrictions.get("audiences") or {}).get(name)
            found = (policy_id, restriction) if restriction else found
        if found and _in_force(tenant, item, found[1], caller):
            raise bad_request(f"Sign-in audience not allowed as per assigned policy '{found[0]}'.", "SignInAudienceNotAllowedAsPerAppPolicy")


def check_authority(tenant: Tenant, item: JsonObject, kind: str, self_signed: bool, caller: str) -> None:
    """Refuse a certificate that is signed by itself where the policies name authorities. Other certificates are not followed to their authority.

    https://learn.microsoft.com/graph/api/resources/keycredentialconfiguration (beta; read 2026-11-30)
    """
    rule = _restrictions(tenant, item, kind, "keyCredentials", caller).get("trustedCertificateAuthority")
    if rule and self_signed:
        raise bad_request(f"Credential type not allowed as per assigned policy '{rule[0]}'.", "CredentialTypeNotAllowedAsPerAppPolicy")


def check_credential(
    tenant: Tenant, item: JsonObject, kind: str, credentials: str, prefix: str, start: dt.datetime, end: dt.datetime, caller: str = ""
) -> None:
    """Refuse a new credential that the policies forbid or whose life they cap.

    ``prefix`` is the credential's part of the restriction type: password, symmetricKey or asymmetricKey.
    """
    rules = _restrictions(tenant, item, kind, credentials, caller)
    if f"{prefix}Addition" in rules:
        policy_id, _rule = rules[f"{prefix}Addition"]
        raise bad_request(
            f"Credential type not allowed as per assigned policy '{policy_id}'.",
            "CredentialTypeNotAllowedAsPerAppPolicy",
        )
    if f"{prefix}Lifetime" in rules:
        policy_id, rule = rules[f"{prefix}Lifetime"]
        longest = rule.get("maxLifetime")
        if longest and end - start > times.duration(longest):
            message = f"Credential lifetime exceeds the max value allowed as per assigned policy '{policy_id}'."
            raise bad_request(
                message,
                "CredentialInvalidLifetimeAsPerAppPolicy",
                [{"code": "InvalidKeyEndDate", "message": message, "target": "EndDate"}],
            )


def get_singleton(name: str) -> t.Callable[[Call], Response]:
    """The handler for GET of a singleton policy."""
    return lambda call: query.entity(call, singleton(call.tenant, name), _SINGLETONS[name], f"policies/{name}")


def patch_singleton(name: str) -> t.Callable[[Call], Response]:
    """The handler for PATCH of a singleton policy."""

    return lambda call: merge_singleton(call, name, schema.validate(_SINGLETONS[name], call.body()))


def merge_singleton(call: Call, name: str, body: JsonObject) -> Response:
    """Change a singleton policy by a checked body."""
    _merge(singleton(call.tenant, name), body)
    return Response(204)


def _merge(policy: JsonObject, body: JsonObject) -> None:
    for prop in ("id", "deletedDateTime"):
        if prop in body:
            raise read_only(prop)
    for prop, value in body.items():
        if isinstance(value, dict) and isinstance(policy.get(prop), dict):
            policy[prop] = {**policy[prop], **value}
        else:
            policy[prop] = value


def list_custom(call: Call) -> Response:
    """GET /policies/appManagementPolicies."""
    return query.collection(call, custom(call.tenant).values(), "appManagementPolicy", f"policies/{CUSTOM}")


def create_custom(call: Call) -> Response:
    """POST /policies/appManagementPolicies."""
    body = schema.validate("appManagementPolicy", call.body())
    if not body.get("displayName"):
        raise invalid_value("displayName", "AppManagementPolicy")
    policy: JsonObject = {
        "id": store.new_id(),
        "deletedDateTime": None,
        "displayName": None,
        "description": None,
        "isEnabled": False,
        "restrictions": None,
    }
    _merge(policy, body)
    custom(call.tenant)[policy["id"]] = policy
    return query.created(call, policy, f"policies/{CUSTOM}")


def _one(call: Call) -> JsonObject:
    policy = custom(call.tenant).get(call.keys[-1].value)
    if policy is None:
        raise not_found(call.keys[-1].value)
    return policy


def get_custom(call: Call) -> Response:
    """GET /policies/appManagementPolicies/{id}."""
    return query.entity(call, _one(call), "appManagementPolicy", f"policies/{CUSTOM}")


def patch_custom(call: Call) -> Response:
    """PATCH /policies/appManagementPolicies/{id}."""
    policy = _one(call)
    _merge(policy, schema.validate("appManagementPolicy", call.body()))
    return Response(204)


def delete_custom(call: Call) -> Response:
    """DELETE /policies/appManagementPolicies/{id}."""
    policy = _one(call)
    if any(policy["id"] in links for links in call.tenant.policy_links.values()):
        raise bad_request("The policy is still assigned to one or more objects.")
    del custom(call.tenant)[policy["id"]]
    return Response(204)


def applies_to(call: Call) -> Response:
    """GET /policies/appManagementPolicies/{id}/appliesTo."""
    policy_id = _one(call)["id"]
    linked = [key for key, links in call.tenant.policy_links.items() if policy_id in links]
    found = [item for item in (store.typed(call.tenant, key) for key in linked) if item]
    return query.collection(call, found, "directoryObject", "directoryObjects")


def assigned(kind: str) -> t.Callable[[Call], Response]:
    """GET of the policies on an application or service principal."""

    def handler(call: Call) -> Response:
        item = store.get(call, kind, call.keys[0])
        links = call.tenant.policy_links.get(item["id"], [])
        found = [custom(call.tenant)[link] for link in links if link in custom(call.tenant)]
        return query.collection(call, found, "appManagementPolicy", f"policies/{CUSTOM}")

    return handler


def assign(kind: str) -> t.Callable[[Call], Response]:
    """POST .../appManagementPolicies/$ref."""

    def handler(call: Call) -> Response:
        reference = call.body().get("@odata.id")
        item = store.get(call, kind, call.keys[0])
        policy_id = str(reference or "").rstrip("/").rpartition("/")[2]
        if policy_id not in custom(call.tenant):
            raise not_found(policy_id)
        links = call.tenant.policy_links.setdefault(item["id"], [])
        if links:
            raise GraphError(
                400,
                "Request_BadRequest",
                "One or more added object references already exist for the following modified properties: 'appManagementPolicies'.",
            )
        links.append(policy_id)
        return Response(204)

    return handler


def unassign(kind: str) -> t.Callable[[Call], Response]:
    """DELETE .../appManagementPolicies/{id}/$ref."""

    def handler(call: Call) -> Response:
        item = store.get(call, kind, call.keys[0])
        links = call.tenant.policy_links.get(item["id"], [])
        if call.keys[1].value not in links:
            raise not_found(call.keys[1].value)
        links.remove(call.keys[1].value)
        return Response(204)

    return handler
