# SPDX-License-Identifier: GPL-3.0-or-later
"""What comes of it when a person signs in to an application in a browser. There are no pages: a test plays the person."""

from __future__ import annotations

import typing as t

from ..tokens import GRAPH_APP_ID
from ..world import JsonObject, Tenant, World
from .clients import check_secret, find_client
from .errors import LoginError
from .grants import find_resource, split_scope
from .users import check_access, find_user, granted_scopes

_OPENID = frozenset({"openid", "profile", "email", "offline_access"})


class Visit(t.NamedTuple):
    """A sign-in that succeeded."""

    user: JsonObject
    client: JsonObject  # the service principal
    resource: JsonObject
    scopes: list[str]
    refresh_token: bool


def sign_in(
    world: World,
    tenant: Tenant,
    *,
    client_id: str,
    user_name: str,
    scopes: t.Sequence[str] = (".default",),
    redirect_uri: str | None = None,
    client_secret: str | None = None,
    second_factor: bool = True,
    consent: str = "none",
) -> Visit:
    """Sign a user in to an application as the authorization code flow would, and redeem the code. Raises LoginError.

    ``consent`` is what the person does on a consent page: nothing, agree for themselves, or agree for everyone as an
    administrator. ``client_secret`` is what the application redeems the code with.
    """
    client = find_client(world, tenant, client_id)
    if redirect_uri is not None and not _registered(client.application, client.principal, redirect_uri):
        raise LoginError(50011, {"app": client.app_id, "redirect": redirect_uri})
    user = find_user(tenant, user_name)
    names = {split_scope(item)[0] for item in scopes if item not in _OPENID and item != ".default"} or {"https://graph.microsoft.com"}
    if len(names) > 1:
        raise LoginError(70011, {"scope": " ".join(scopes)})
    resource = find_resource(world, tenant, names.pop())
    asked = {item if item in _OPENID else split_scope(item)[1] for item in scopes}
    check_access(world, tenant, client.principal, resource, user, asked, second_factor)
    wanted = asked - {".default"}
    granted = granted_scopes(world, tenant, client.principal, resource, user)
    # OpenID's scopes are Graph's; asking another API for them is no request to that API.
    graph = granted if resource["appId"] == GRAPH_APP_ID else granted_scopes(world, tenant, client.principal, _graph(world, tenant), user)
    missing = {item for item in wanted if item not in granted and item not in graph}
    if missing or not granted:
        wanted_now = sorted(missing or wanted)
        if not _agree(tenant, client.principal, resource, user, wanted_now, consent):
            raise LoginError(65001, {"app": client.app_id, "name": client.principal.get("displayName")})
        granted |= set(wanted_now)
    if client_secret is not None:
        check_secret(world, client, client_secret)
    refresh = "offline_access" in granted | graph
    return Visit(user, client.principal, resource, sorted(granted), refresh)


def _graph(world: World, tenant: Tenant) -> JsonObject:
    return find_resource(world, tenant, "https://graph.microsoft.com")


def _registered(application: JsonObject | None, principal: JsonObject, uri: str) -> bool:
    """Whether an answer may be sent there; the comparison is exact."""
    if application is None:
        return uri in (principal.get("replyUrls") or [])
    return any(uri in (application.get(part) or {}).get("redirectUris", []) for part in ("web", "spa", "publicClient"))


def _agree(tenant: Tenant, client: JsonObject, resource: JsonObject, user: JsonObject, scopes: list[str], consent: str) -> bool:
    """Store what the person agrees to, if they may."""
    from ..graph import seed, store, user_consent

    if consent not in ("user", "admin") or not scopes:
        return False
    if consent == "user" and not user_consent.may_consent(tenant, client, resource, scopes):
        return False
    principal = user["id"] if consent == "user" else None
    key = store.grant_id(client["id"], resource["id"], principal)
    before = (tenant.grants.get(key, {}).get("scope") or "").split()
    seed.grant_scopes(tenant, client["id"], resource["id"], dict.fromkeys([*before, *scopes]), principal)
    return True
