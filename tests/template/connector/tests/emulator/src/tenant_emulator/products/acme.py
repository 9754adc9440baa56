# SPDX-License-Identifier: GPL-3.0-or-later
"""Acme: the single sign-on settings of a site.

Every tenant has a site that is called like its first domain, with an API key of its own. The API is made up. Inferred: everything.
"""

from __future__ import annotations

import dataclasses
import hmac
import secrets
import typing as t
from urllib.parse import urlencode

from ..checks import ControlError
from ..web import Request, Response, Service
from ..world import JsonObject, World
from . import base

_MEMBERS = ("tenant_id", "client_id", "client_secret", "key_id")


@dataclasses.dataclass
class Site:
    """One customer's site, and what it was last told."""

    api_key: str
    sso: dict[str, str] | None = None
    writes: int = 0


def sites(world: World) -> dict[str, Site]:
    """The sites by name."""
    return t.cast("dict[str, Site]", world.products.setdefault(Product.name, {}))


class SiteService:
    """Answers for one site."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        if request.path != "/api/v1/sso":
            return Response(404)
        if not hmac.compare_digest(request.headers.get("X-Api-Key", "").encode(), self._site.api_key.encode()):
            return _error(401, "invalid_api_key", "The API key is not valid.")
        if request.method == "PUT":
            return self._put(request)
        if self._site.sso is None:
            return _error(404, "not_configured", "Single sign-on is not configured.")
        if request.method == "DELETE":
            self._site.sso = None
            self._site.writes += 1
            return Response(204)
        return self._shown(self._site.sso) if request.method == "GET" else Response(405)

    def _put(self, request: Request) -> Response:
        try:
            body = request.json()
        except ValueError:
            body = None
        given = body if isinstance(body, dict) else {}
        for name in _MEMBERS:
            if not isinstance(given.get(name), str) or not given[name].strip():
                return _error(422, "invalid_settings", f"{name} is missing.")
        self._site.sso = {name: given[name] for name in _MEMBERS}
        self._site.writes += 1
        return self._shown(self._site.sso)

    @staticmethod
    def _shown(sso: t.Mapping[str, str]) -> Response:
        """The secret is never shown."""
        return Response.json(200, {name: value for name, value in sso.items() if name != "client_secret"})


def _error(status: int, code: str, message: str) -> Response:
    return Response.json(status, {"code": code, "message": message})


class Handle(base.Handle):
    """The sites."""

    def acme_root(self) -> str:
        """What the name of a site follows in its address."""
        return self._url("acme")

    def acme_api_keys(self) -> dict[str, str]:
        """The API key of each site."""
        return self._get("acme")

    def acme(self, site: str = "contoso") -> JsonObject:
        """What a site holds: C(sso) is None or {tenant_id, client_id, key_id}, C(sign_in) the status of a token request with it."""
        return self._get("acme", site)

    def set_acme(self, site: str, sso: t.Mapping[str, str] | None) -> JsonObject:
        """Set what a site holds, with all four members."""
        return self._post({"sso": sso}, "acme", site)


class Product(base.Product):
    """Each site is at C(/acme/<its name>) and at its host name."""

    name = "acme"
    services = ("acme",)
    handle = Handle
    in_world = True

    def host_names(self, world: World) -> list[str]:
        return ["*.acme.example"]

    def by_host(self, world: World, host: str) -> tuple[str, Service] | None:
        site = sites(world).get(host.removesuffix(".acme.example")) if host.endswith(".acme.example") else None
        return ("acme", SiteService(site)) if site else None

    def by_path(self, world: World, service: str, rest: str) -> base.Place | None:
        name = rest.partition("/")[0]
        return base.Place(SiteService(sites(world)[name]), name) if name in sites(world) else None

    def start(self, world: World, given: t.Any) -> None:
        for tenant in world.tenants.values():
            made = Site(secrets.token_hex(20))
            sites(world)[tenant.domains[0]["name"].partition(".")[0]] = made
            world.issued.append(made.api_key)

    def describe(self, world: World) -> JsonObject:
        return {name: _describe(world, site) for name, site in sites(world).items()}

    def control(self, world: World, method: str, rest: list[str], body: JsonObject) -> t.Any:
        if (method, rest) == ("GET", []):
            return {name: site.api_key for name, site in sites(world).items()}
        if len(rest) != 1 or method not in ("GET", "POST"):
            return None
        site = sites(world).get(rest[0])
        if site is None:
            raise ControlError(404, f"there is no Acme site '{rest[0]}'")
        if method == "POST":
            site.sso = body["sso"]
        return {**_describe(world, site), "sign_in": _sign_in(world, site)}


def _describe(world: World, site: Site) -> JsonObject:
    """What a site holds: the key by its id in the tenant, whatever id the site was told."""
    held = site.sso and {name: site.sso[name] for name in ("tenant_id", "client_id")} | {"key_id": world.key_id(site.sso["client_secret"])}
    return {"sso": held, "writes": site.writes}


def _sign_in(world: World, site: Site) -> int | None:
    """Do what the product does with its settings when a person signs in, as far as the client secret goes: ask for a token."""
    from ..login import LoginService

    if site.sso is None or world.tokens is None:
        return None
    form = {"grant_type": "client_credentials", "scope": "https://graph.microsoft.com/.default"} | {
        name: site.sso[name] for name in ("client_id", "client_secret")
    }
    path = f"/{site.sso['tenant_id']}/oauth2/v2.0/token"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = LoginService(world, world.tokens).handle(Request("POST", path, "", headers, urlencode(form).encode(), ""))
    return answer.status
