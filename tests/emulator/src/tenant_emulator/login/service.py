# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP face of the identity platform: which path does what, and the headers every answer carries."""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from urllib.parse import parse_qsl, unquote

from ..tokens import TokenIssuer
from ..web import Request, Response
from ..world import JsonObject, Tenant, World
from . import grants
from .clients import ASSERTION_TYPE, check_assertion, check_secret, find_client
from .errors import LoginError
from .users import check_policies

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DNS_NAME = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
_SHARED = frozenset({"common", "organizations", "consumers"})
_PUBLIC_BASES = ("https://login.microsoftonline.com", "https://login.windows.net")


class LoginService:
    """Answers for login.microsoftonline.com."""

    def __init__(self, world: World, issuer: TokenIssuer) -> None:
        self._world = world
        self._issuer = issuer

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        correlation_id = _guid_or_new(request.headers.get("client-request-id"))
        headers = {
            "Cache-Control": "no-store, no-cache",
            "Pragma": "no-cache",
            "Expires": "-1",
            "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
            "X-Content-Type-Options": "nosniff",
            "x-ms-request-id": str(uuid.uuid4()),
            "x-ms-ests-server": "2.1.0 - EMULATOR",
        }
        if "client-request-id" in request.headers:
            headers["client-request-id"] = correlation_id
        try:
            return self._route(request, headers)
        except LoginError as problem:
            return problem.response(self._world.clock.now(), correlation_id, headers)

    def _route(self, request: Request, headers: dict[str, str]) -> Response:
        segments = [unquote(item) for item in request.path.split("/") if item]
        name, rest = (segments[0], "/".join(segments[1:])) if segments else ("", "")
        if rest in ("v2.0/.well-known/openid-configuration", ".well-known/openid-configuration"):
            return _only("GET", request) or Response.json(200, self._discovery(request, name, rest), headers)
        if rest in ("discovery/v2.0/keys", "discovery/keys"):
            return _only("GET", request) or Response.json(200, self._issuer.key_set(), headers)
        if name == "common" and rest == "discovery/instance":
            return _only("GET", request) or Response.json(200, _instance_discovery(request.base_url), headers)
        if rest == "oauth2/v2.0/token":
            return _only("POST", request) or Response.json(200, self._token(request, name), headers)
        return Response(404, b"", headers)

    def _tenant(self, name: str, error: str | None = None) -> Tenant:
        tenant = self._world.tenant(name)
        if tenant is None:
            valid = _GUID.fullmatch(name) or _DNS_NAME.fullmatch(name)
            raise LoginError(90002 if valid else 900023, {"given": name}, error=error)
        return tenant

    def _discovery(self, request: Request, name: str, rest: str) -> JsonObject:
        shared = name in _SHARED
        own = name if shared else self._tenant(name, "invalid_tenant").id
        base = f"{request.base_url}/{own}"
        version = "/v2.0" if rest.startswith("v2.0") else ""
        issuer = f"{request.base_url}/{{tenantid}}/v2.0" if shared else f"{base}/v2.0"
        return {
            "token_endpoint": f"{base}/oauth2{version or '/v2.0'}/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "jwks_uri": f"{base}/discovery{version}/keys",
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": issuer if version else f"https://sts.windows.net/{own}/",
            "authorization_endpoint": f"{base}/oauth2{version}/authorize",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            "end_session_endpoint": f"{base}/oauth2{version}/logout",
            "tenant_region_scope": "EU",
            "cloud_instance_name": "microsoftonline.com",
            "cloud_graph_host_name": "graph.windows.net",
            "msgraph_host": "graph.microsoft.com",
        }

    def _token(self, request: Request, name: str) -> JsonObject:
        if name in _SHARED:
            raise LoginError(50059)
        tenant = self._tenant(name)
        try:
            form = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        except UnicodeDecodeError:
            form = {}
        media_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if media_type != "application/x-www-form-urlencoded":
            form = {}  # the parameters are then not seen, which is what the error says
        form = {key: value for key, value in form.items() if value} | _basic_credentials(request)
        grant = form.get("grant_type")
        if grant is None:
            raise LoginError(900144, {"parameter": "grant_type"})
        if grant not in ("client_credentials", "password"):
            raise LoginError(70003, {"grant": grant})
        wanted = ["client_id"] + (["username", "password"] if grant == "password" else [])
        for parameter in wanted:
            if parameter not in form:
                raise LoginError(900144, {"parameter": parameter})
        client = find_client(self._world, tenant, form["client_id"])
        public = bool((client.application or {}).get("isFallbackPublicClient"))
        if grant == "password" and public and ("client_assertion" in form or "client_secret" in form):
            # Without a redirect URI the flag alone says what kind of client asks.
            raise LoginError(700025)
        if "client_assertion" in form:
            if form.get("client_assertion_type") != ASSERTION_TYPE:
                raise LoginError(900144, {"parameter": "client_assertion_type"})
            audiences = self._audiences(request, tenant, name)
            check_assertion(self._world, self._issuer, client, form["client_assertion"], audiences)
            credential = "2"
        elif "client_secret" in form:
            check_secret(self._world, client, form["client_secret"])
            credential = "1"
        elif grant == "password" and public:
            credential = "0"
        else:
            raise LoginError(7000218)
        if grant == "password":
            return grants.password(self._world, self._issuer, client, form, credential)
        check_policies(self._world, client.app_id)
        return grants.client_credentials(self._world, self._issuer, client, form.get("scope"), credential)

    def _audiences(self, request: Request, tenant: Tenant, name: str) -> set[str]:
        """What a client assertion may be addressed to: the token endpoint, or the issuer, of this tenant."""
        found = set()
        for base in (request.base_url, *_PUBLIC_BASES):
            for own in (tenant.id, name):
                root = f"{base}/{own}"
                found |= {f"{root}/oauth2/v2.0/token", f"{root}/oauth2/token", f"{root}/v2.0"}
        return found


def _only(method: str, request: Request) -> Response | None:
    """405 unless the request uses this method (HEAD goes with GET)."""
    if request.method == method or (method == "GET" and request.method == "HEAD"):
        return None
    return Response(405, b"", {"Allow": method})


def _guid_or_new(value: str | None) -> str:
    return value.lower() if value and _GUID.fullmatch(value) else str(uuid.uuid4())


def _basic_credentials(request: Request) -> dict[str, str]:
    """client_id and client_secret from HTTP Basic; both are form-encoded before they are joined."""
    scheme, _space, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        name, _colon, value = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return {}
    return {"client_id": unquote(name), "client_secret": unquote(value)}


def _instance_discovery(base_url: str) -> JsonObject:
    """The list of clouds that client libraries ask for before they trust an authority."""
    aliases = ["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"]
    return {
        "tenant_discovery_endpoint": f"{base_url}/common/v2.0/.well-known/openid-configuration",
        "api-version": "1.1",
        "metadata": [{"preferred_network": aliases[0], "preferred_cache": aliases[1], "aliases": aliases}],
    }
