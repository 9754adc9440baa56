# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Handing consent off to a privileged admin: the admin consent URL where one asks for exactly this, and the Graph requests.

The v2.0 endpoint takes either delegated scopes one by one, or C(<resource>/.default). Application permissions can only be asked for
with C(.default), and that means everything in the application's registration, of every resource. So a URL with C(.default) is given only
when the registration requests exactly what was asked for here; otherwise the admin would be made to consent to something else.

Sources: https://learn.microsoft.com/entra/identity-platform/v2-admin-consent and https://learn.microsoft.com/entra/identity-platform/scopes-oidc
(C(.default)); read 2026-11.
"""

from __future__ import annotations

import dataclasses
import typing as t
import urllib.parse

from ..._addresses import path_segment
from ..._engine import PLACEHOLDER_ID, Action
from ..._errors import OptionError, sentences
from ..._graph.odata import PathKey, below
from ..._ids import is_guid
from ..permission.catalogue import KIND_TYPES, MICROSOFT_GRAPH
from ..permission.model import access_of
from ..permission.option import ResourcePermissions
from .plan import TAKING_AWAY

STATE = "tenantkit.connectors"  # returned with the redirect; only useful in logs
_OPENID = ("openid", "profile", "email", "offline_access")


@dataclasses.dataclass(frozen=True)
class Handover:
    """What the hand-off needs to know about places and the application."""

    login_url: str
    graph_url: str  # with the API version
    graph_scope_root: str  # https://graph.microsoft.com and its national relatives
    tenant_id: str
    app_id: str
    client_id: str
    registered_uris: tuple[str, ...]
    required: tuple[t.Mapping[str, t.Any], ...] | None  # requiredResourceAccess; None when the registration is another tenant's


def registered_uris(application: t.Mapping[str, t.Any] | None, principal: t.Mapping[str, t.Any] | None) -> tuple[str, ...]:
    """The redirect URIs of the registration, web ones first; a vendor's are known from its service principal only."""
    if application is None:
        return tuple((principal or {}).get("replyUrls") or ())
    found: dict[str, None] = {}
    for platform in ("web", "spa", "publicClient"):
        found.update(dict.fromkeys((application.get(platform) or {}).get("redirectUris") or ()))
    return tuple(found)


def check_redirect_uri(redirect_uri: str | None, registered: t.Sequence[str], label: str) -> None:
    """Entra shows an error page for a redirect URI that is not registered; tell it before an administrator is sent there.

    Raises OptionError when it is given and not registered.
    """
    if redirect_uri is not None and redirect_uri not in registered:
        raise OptionError(
            f"'hand_off_redirect_uri' {redirect_uri} is not among the redirect URIs of '{label}' ({', '.join(registered) or 'none'}).",
            code="redirect_uri_not_registered",
            advice="Add it with entra_app, or name one that is registered, letter by letter.",
        )


def consent_url(place: Handover, permissions: t.Sequence[ResourcePermissions], redirect_uri: str | None) -> tuple[str | None, str | None]:
    """The URL, or None and why there is none."""
    redirect_uri = redirect_uri or next(iter(place.registered_uris), None)
    if redirect_uri is None:
        return None, "No URL: the application has no redirect URI, and Entra asks for a registered one."
    if place.app_id == PLACEHOLDER_ID:
        return None, "No URL yet: the application does not exist."
    if any(one.application for one in permissions):
        problem = _registration_differs(place, permissions)
        if problem:
            return None, problem
        first = next(one for one in permissions if one.application)
        scope = f"{_root(place, first)}/.default"
    else:
        scope = " ".join(_scopes(place, permissions))
    query = {"client_id": place.app_id, "scope": scope, "redirect_uri": redirect_uri, "state": STATE}
    words = urllib.parse.urlencode(query, quote_via=urllib.parse.quote, safe="")
    return f"{place.login_url.rstrip('/')}/{path_segment(place.tenant_id)}/v2.0/adminconsent?{words}", None


def partner_urls(
    place: Handover, tenants: t.Sequence[str], permissions: t.Sequence[ResourcePermissions], redirect_uri: str | None, refused: t.Sequence[str]
) -> list[dict[str, t.Any]]:
    """The URL for an administrator of each of some other tenants, where an application for several tenants is to be consented to."""
    rows = []
    for tenant in tenants:
        url: str | None = None
        note: str | None = f"Not given: privileged permissions that 'accept_privileged' does not name: {', '.join(refused)}."
        if not refused:
            url, note = consent_url(dataclasses.replace(place, tenant_id=tenant.lower()), permissions, redirect_uri)
        rows.append({"tenant_id": tenant, "url": url, "note": note})
    return rows


def check_partners(tenants: t.Sequence[str], sign_in_audience: str | None, label: str) -> None:
    """Only ids: under C(common) or a domain it cannot be told whose administrator consents to what. Only where other tenants can sign in at all.

    Raises OptionError for an entry that is no id, and for any entry when the application is for its own tenant only.
    """
    for tenant in tenants:
        if not is_guid(tenant):
            raise OptionError(
                f"'hand_off_tenants' has the entry {tenant!r}, which is not the id of a tenant.",
                code="invalid_id",
                advice="Give the tenant's id (a GUID), not a domain and not 'common'.",
            )
    if tenants and sign_in_audience == "AzureADMyOrg":
        raise OptionError(
            f"'hand_off_tenants' is set, and '{label}' is for its own tenant only (signInAudience AzureADMyOrg): other tenants cannot consent to it.",
            code="single_tenant",
            advice="Leave 'hand_off_tenants' out, or make it an application for several tenants (tenantkit.connectors.entra_app).",
        )


def _registration_differs(place: Handover, permissions: t.Sequence[ResourcePermissions]) -> str | None:
    if place.required is None:
        return "No URL: application permissions are asked for by the registration, which is in the publisher's tenant; use the Graph requests."
    registered, _duplicates = access_of(place.required)
    asked = {one.resource_app_id: {(value, KIND_TYPES[kind]) for kind in KIND_TYPES for value in one.of(kind).values()} for one in permissions}
    if {key: set(pairs) for key, pairs in registered.items() if pairs} == {key: pairs for key, pairs in asked.items() if pairs}:
        return None
    return (
        "No URL: a URL for application permissions asks for everything in the registration, which differs from what was asked for "
        "here. Make the two equal (entra_app_permission with 'mode: exact'), or use the Graph requests."
    )


def _root(place: Handover, one: ResourcePermissions) -> str:
    """What stands in front of a scope's name: an identifier URI of the resource, or its app id, which Entra takes as well."""
    if one.resource_app_id == MICROSOFT_GRAPH:
        return place.graph_scope_root.rstrip("/")
    uris = [uri for uri in one.identifiers if "://" in uri]
    return (uris[0] if uris else one.resource_app_id).rstrip("/")


def _scopes(place: Handover, permissions: t.Iterable[ResourcePermissions]) -> t.Iterator[str]:
    for one in permissions:
        for name in sorted(one.delegated, key=str.lower):
            if one.resource_app_id == MICROSOFT_GRAPH and name in _OPENID:
                yield name  # OpenID Connect's own scopes have no resource
            else:
                yield f"{_root(place, one)}/{name}"


def graph_requests(place: Handover, actions: t.Iterable[Action]) -> list[dict[str, t.Any]]:
    """The plan's writes as plain Graph requests, for an admin who sends them with Graph Explorer, az rest or curl."""
    requests: list[dict[str, t.Any]] = []
    for action in actions:
        data, scope = action.payload, " ".join(action.payload.get("scopes", ()))
        grants = below(place.graph_url.rstrip("/"), "oauth2PermissionGrants")
        roles = below(place.graph_url.rstrip("/"), "servicePrincipals", PathKey(str(data.get("key"))), "appRoleAssignedTo")
        if action.kind == "create_grant":
            requests.append({"method": "POST", "url": grants, "body": grant_body(place.client_id, data["key"], data["principal_id"], scope)})
        elif action.kind == "update_grant":
            requests.append({"method": "PATCH", "url": below(grants, PathKey(data["grant_id"])), "body": {"scope": scope}})
        elif action.kind == "delete_grant":
            requests.append({"method": "DELETE", "url": below(grants, PathKey(data["grant_id"])), "body": None})
        elif action.kind == "assign_role":
            requests.append({"method": "POST", "url": roles, "body": role_body(place.client_id, data["key"], data["role"])})
        elif action.kind == "remove_role":
            requests.append({"method": "DELETE", "url": below(roles, PathKey(data["assignment_id"])), "body": None})
    return requests


def grant_body(client_id: str, resource_id: str, principal_id: str | None, scope: str) -> dict[str, t.Any]:
    """The body of a new oauth2PermissionGrant."""
    body: dict[str, t.Any] = {"clientId": client_id, "consentType": "AllPrincipals", "resourceId": resource_id, "scope": scope}
    if principal_id is not None:
        body.update(consentType="Principal", principalId=principal_id)
    return body


def role_body(client_id: str, resource_id: str, role_id: str) -> dict[str, t.Any]:
    """The body of a new appRoleAssignment."""
    return {"principalId": client_id, "resourceId": resource_id, "appRoleId": role_id}


def hand_off(
    place: Handover,
    actions: t.Sequence[Action],
    permissions: t.Sequence[ResourcePermissions],
    *,
    reason: str,
    redirect_uri: str | None,
    single_principal: bool,
    refused: t.Sequence[str] = (),
    lacks: t.Sequence[str] = (),
    unread: bool = False,
) -> dict[str, t.Any]:
    """RV(consent.hand_off). ``refused`` names privileged permissions that were not accepted: then neither URL nor requests are given.

    ``lacks`` are the permissions of the automation identity without which it had to be handed off. With ``unread`` it is not known what is granted already.
    """
    if refused:
        words = f"Not given: privileged permissions that 'accept_privileged' does not name: {', '.join(refused)}."
        return {"url": None, "reason": reason, "lacks": list(lacks), "note": words, "graph_requests": []}
    url: str | None = None
    note: str | None
    takes_away = any(action.kind in TAKING_AWAY for action in actions)
    if single_principal:
        note = "No URL: a consent URL consents for every user of the tenant. A privileged admin sends the Graph requests."
    elif takes_away or not permissions:
        note = "No URL: it cannot take anything away. A privileged admin sends the Graph requests."
    else:
        url, note = consent_url(place, permissions, redirect_uri)
    if unread:
        note = sentences(note, "What is granted already could not be read: a request for a grant that exists is refused as a conflict.")
    return {"url": url, "reason": reason, "lacks": list(lacks), "note": note, "graph_requests": graph_requests(place, actions)}
