# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service refuses in an application: audience rules, limits, unique values, the disable-before-remove rule."""

from __future__ import annotations

import dataclasses
import re
import typing as t
from urllib.parse import urlsplit

from ..world import Tenant, World
from . import policies, schema
from .errors import JsonObject, bad_request, conflict, invalid_value, too_large

AUDIENCES = (
    "AzureADMyOrg",
    "AzureADMultipleOrgs",
    "AzureADandPersonalMicrosoftAccount",
    "PersonalMicrosoftAccount",
)
PERSONAL = AUDIENCES[2:]
MOST_ENTRIES = 1000  # of all collections together
SINGLE_TENANT = AUDIENCES[0]
_FORBIDDEN_IN_REDIRECT = set("!$'(),; \t\n")
_ROLE_FIELDS = ("allowedMemberTypes", "description", "displayName", "value")
_SCOPE_FIELDS = (
    "adminConsentDescription",
    "adminConsentDisplayName",
    "type",
    "userConsentDescription",
    "userConsentDisplayName",
    "value",
)


@dataclasses.dataclass
class Change:
    """An application before (None when it is created) and after a write, and the properties the write names."""

    tenant: Tenant
    before: JsonObject | None
    after: JsonObject
    named: t.Collection[str]
    world: World | None = None
    recent: t.Collection[str] = ()  # ids of scopes and roles that were disabled too recently to count as disabled

    @property
    def personal(self) -> bool:
        """Whether personal accounts may sign in afterwards."""
        return self.after["signInAudience"] in PERSONAL


def check(change: Change) -> None:
    """Raise the service's error for the first rule that the change breaks."""
    _names(change)
    _audience(change)
    _redirects(change)
    _tags(change)
    _required_access(change)
    _entitlements(change)
    _pre_authorised(change)
    if "identifierUris" in change.named:
        _identifier_uris(change)
    if {"identifierUris", "signInAudience"} & set(change.named):
        _unique_everywhere(change)
    _unique_name(change)
    if change.personal and len(change.after["passwordCredentials"]) > 2:
        raise too_large()
    if entries(change.after) > MOST_ENTRIES:
        raise too_large()


def _names(change: Change) -> None:
    name = change.after["displayName"]
    if not isinstance(name, str) or not name.strip() or len(name) > (90 if change.personal else 120):
        raise invalid_value("displayName")
    for prop, limit in (("description", 1024), ("notes", 1024), ("serviceManagementReference", 128)):
        value = change.after[prop]
        if prop in change.named and isinstance(value, str) and len(value) > limit:
            raise invalid_value(prop)


def _audience(change: Change) -> None:
    after = change.after
    if after["signInAudience"] not in AUDIENCES:
        raise invalid_value("signInAudience")
    version = after["api"]["requestedAccessTokenVersion"]
    if version not in (None, 1, 2):
        raise bad_request("Property api.requestedAccessTokenVersion is invalid.")
    if change.personal:
        # The token version must be there already: one PATCH with both is refused.
        stored = (change.before or after)["api"]["requestedAccessTokenVersion"]
        if version != 2 or stored != 2:
            raise bad_request("Property api.requestedAccessTokenVersion is invalid.")
        if after["appRoles"]:
            raise invalid_value("appRoles")


def _redirects(change: Change) -> None:
    total = 0
    for platform in ("web", "spa", "publicClient"):
        uris = change.after[platform]["redirectUris"]
        total += len(uris)
        if platform not in change.named:
            continue
        for uri in uris:
            if not redirect_allowed(uri, platform, change.personal):
                raise invalid_value(platform)
    if total > (100 if change.personal else 256):
        raise too_large()
    logout = change.after["web"]["logoutUrl"]
    if logout and "web" in change.named:
        parts = urlsplit(logout)
        local = parts.scheme == "http" and parts.hostname == "localhost"
        if len(logout) > 255 or not (parts.scheme == "https" or local):
            raise invalid_value("web")


def redirect_allowed(uri: str, platform: str, personal: bool) -> bool:
    """Whether a redirect URI may be registered on a platform."""
    if not uri or len(uri) > 256 or set(uri) & _FORBIDDEN_IN_REDIRECT:
        return False
    try:
        parts = urlsplit(uri)
        host = parts.hostname
    except ValueError:
        return False
    if personal and (parts.query or "*" in uri):
        return False
    if host == "::1" or parts.fragment:
        return False
    if parts.scheme == "http":
        return host in ("localhost", "127.0.0.1")
    if parts.scheme == "https":
        return bool(host)
    if platform == "publicClient":
        return bool(parts.scheme)
    schemes = ("ms-appx-web", "brk-multihub", *(("urn",) if platform == "web" else ()))
    return parts.scheme in schemes


def with_slash(uri: str) -> str:
    """A redirect URI as it is stored: one without a path gets its slash."""
    parts = urlsplit(uri)
    if parts.scheme in ("http", "https") and parts.netloc and not parts.path and not parts.query:
        return uri + "/"
    return uri


def _tags(change: Change) -> None:
    if "tags" not in change.named:
        return
    if not tags_allowed(change.after["tags"]):
        raise invalid_value("tags")


def tags_allowed(tags: t.Sequence[str]) -> bool:
    """Whether an application or service principal may have these tags."""
    return len(set(tags)) == len(tags) and all(1 <= len(tag) <= 256 and not re.search(r"\s", tag) for tag in tags)


def _required_access(change: Change) -> None:
    if "requiredResourceAccess" not in change.named:
        return
    resources = change.after["requiredResourceAccess"]
    counts = [len(entry["resourceAccess"]) for entry in resources]
    for entry in resources:
        if not schema.GUID.match(entry["resourceAppId"]):
            raise invalid_value("requiredResourceAccess")
        if any(access["type"] not in ("Scope", "Role") for access in entry["resourceAccess"]):
            raise invalid_value("requiredResourceAccess")
    most_each, most = (30, 200) if change.personal else (400, 400)
    if len(resources) > 50 or sum(counts) > most or any(number > most_each for number in counts):
        raise too_large()


def _entitlements(change: Change) -> None:
    after = change.after
    scopes, roles = after["api"]["oauth2PermissionScopes"], after["appRoles"]
    if not {"api", "appRoles"} & set(change.named):
        return
    for prop, entries in (("api", scopes), ("appRoles", roles)):
        for entry in entries:
            value = entry.get("value") or ""
            longest = 40 if change.personal and prop == "api" else 120
            if len(value) > longest or re.search(r"\s", value):
                raise invalid_value(prop)
    if any(scope["type"] not in ("User", "Admin", None) for scope in scopes):
        raise invalid_value("api")
    if any(not role["allowedMemberTypes"] or set(role["allowedMemberTypes"]) - {"User", "Application"} for role in roles):
        raise invalid_value("appRoles")
    if change.personal and len(scopes) > 100:
        raise too_large()
    ids = [entry["id"].lower() for entry in (*scopes, *roles)]
    values = [entry["value"] for entry in (*scopes, *roles) if entry["value"]]
    if len(set(ids)) != len(ids) or len(set(values)) != len(values):
        raise bad_request("It contains duplicate value. Please provide unique value.")
    if change.before is not None:
        _untouched(change.before["api"]["oauth2PermissionScopes"], scopes, _SCOPE_FIELDS, change.recent)
        _untouched(change.before["appRoles"], roles, _ROLE_FIELDS, change.recent)


def _untouched(before: list[JsonObject], after: list[JsonObject], fields: t.Iterable[str], recent: t.Collection[str]) -> None:
    """Entries that are enabled in the directory may be disabled, but neither changed nor left out."""
    now = {entry["id"].lower(): entry for entry in after}
    for entry in before:
        if not entry["isEnabled"] and entry["id"].lower() not in recent:
            continue
        other = now.get(entry["id"].lower())
        if other is None or any((entry[field] or "") != (other[field] or "") for field in fields):
            raise bad_request(
                "Permission (scope or role) cannot be deleted or updated unless disabled first.",
                "CannotDeleteOrUpdateEnabledEntitlement",
            )


def _pre_authorised(change: Change) -> None:
    if "api" not in change.named:
        return
    api = change.after["api"]
    # Scopes count once they are stored: one PATCH with a scope and its pre-authorisation is refused.
    stored = change.before["api"]["oauth2PermissionScopes"] if change.before else []
    known = {scope["id"].lower() for scope in stored} & {scope["id"].lower() for scope in api["oauth2PermissionScopes"]}
    clients = api["preAuthorizedApplications"] or []
    for client in clients:
        if not {str(scope).lower() for scope in client["delegatedPermissionIds"]} <= known:
            message = "Property api.preAuthorizedApplications.delegatedPermissionIds has a Permission Id that cannot be found in the AppPermissions sets."
            raise bad_request(message, "InvalidValue")
    scopes = [len(client["delegatedPermissionIds"]) for client in clients]
    if change.personal and (len(clients) > 100 or sum(scopes) > 500 or any(number > 30 for number in scopes)):
        raise too_large()


def _identifier_uris(change: Change) -> None:
    uris = change.after["identifierUris"]
    if change.personal and len(uris) > 50:
        raise too_large()
    if len({uri.lower() for uri in uris}) != len(uris):
        raise invalid_value("identifierUris")
    present = set(change.before["identifierUris"]) if change.before else set()
    for uri in uris:
        if uri in present:
            continue
        _identifier_uri(change, uri)
        for other in (*change.tenant.applications.values(), *change.tenant.deleted.values()):
            if other["id"] != change.after["id"] and uri.lower() in map(str.lower, other.get("identifierUris", [])):
                raise conflict("identifierUris")


def _unique_everywhere(change: Change) -> None:
    """An application for other tenants too shares its identifiers with no other one of that kind, wherever it is registered."""
    if change.after["signInAudience"] == SINGLE_TENANT or change.world is None:
        return
    mine = {uri.lower() for uri in change.after["identifierUris"]}
    for tenant in change.world.tenants.values():
        for other in tenant.applications.values():
            if other["id"] != change.after["id"] and other["signInAudience"] != SINGLE_TENANT and mine & {uri.lower() for uri in other["identifierUris"]}:
                raise conflict("identifierUris")


def _identifier_uri(change: Change, uri: str) -> None:
    after, tenant = change.after, change.tenant
    try:
        parts = urlsplit(uri)
        host = (parts.hostname or "").lower()
    except ValueError:
        raise invalid_value("identifierUris") from None
    if not parts.scheme or re.search(r"\s", uri) or uri.endswith("/") or len(uri) > (120 if change.personal else 255):
        raise invalid_value("identifierUris")
    if change.personal and (parts.scheme == "urn" or parts.query or parts.fragment or "*" in uri):
        raise invalid_value("identifierUris")
    domains = [domain["name"].lower() for domain in tenant.domains]
    if any(host == domain or host.endswith("." + domain) for domain in domains):
        return
    if parts.scheme == "api" and host in (after["appId"].lower(), tenant.id.lower()):
        return
    if parts.scheme in ("http", "https") or after["signInAudience"] != SINGLE_TENANT:
        raise bad_request(
            f"Values of identifierUris property must use a verified domain of the organization or its subdomain: '{uri}'",
            "HostNameNotOnVerifiedDomain",
        )
    if parts.scheme == "urn" or after["api"]["requestedAccessTokenVersion"] == 2:
        return
    # An id anywhere in the URI identifies its owner well enough for the default policy.
    if after["appId"].lower() in uri.lower() or tenant.id.lower() in uri.lower():
        return
    if policies.restricts_identifier_uris(tenant):
        raise bad_request(
            f"Failed to add identifier URI {uri}. All newly added URIs must contain a tenant verified domain, tenant ID, "
            "or app ID, as per the default tenant policy of your organization. "
            "See https://aka.ms/identifier-uri-addition-error for more information on this error."
        )


def _unique_name(change: Change) -> None:
    name = change.after["uniqueName"]
    if name is None or (change.before and change.before["uniqueName"] == name):
        return
    if not name:
        raise invalid_value("uniqueName")
    for other in (*change.tenant.applications.values(), *change.tenant.deleted.values()):
        if other["id"] != change.after["id"] and str(other.get("uniqueName") or "").lower() == name.lower():
            raise conflict("uniqueName")


def entries(application: JsonObject) -> int:
    """The entries of all collections together, which the whole object may have only so many of."""

    def counted(value: t.Any) -> int:
        if isinstance(value, dict):
            return sum(counted(part) for part in value.values())
        if isinstance(value, list):
            return sum(max(1, counted(part)) for part in value)
        return 0

    return counted(application)
