# SPDX-License-Identifier: GPL-3.0-or-later
"""Workspace 365: the instance-level Provisioning API, as far as single sign-on needs it, and the sign-in page."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hmac
import json
import re
import typing as t
from urllib.parse import quote, unquote, urlencode

from .. import checks
from ..web import Request, Response, Service
from ..world import JsonObject, World
from . import base

_BEHAVIOUR = {"on_premises", "api_enabled", "strict_headers", "environment_shape"}
_AUTHORITY = re.compile(r"https://login\.(windows\.net|microsoftonline\.com)/.+")
_MEMBERS = ("Authority", "ClientId", "Key")


@dataclasses.dataclass
class SsoSettings:
    """What a Workspace 365 environment was last told by its OAuth2 SSO call."""

    authority: str
    client_id: str
    key: str
    written_at: dt.datetime


@dataclasses.dataclass
class Environment:
    """One customer's environment in a Workspace 365 instance."""

    name: str
    sso: SsoSettings | None = None
    active: bool = True
    purchased_licenses: int = 25
    used_licenses: int = 10
    page_mode: str = "normal"  # the sign-in page: normal, bare (names no client id), html (never redirects) or error (500)
    page_lag: int = 0  # how many reads of the page after a SSO call show what was there before
    page_before: SsoSettings | None = None  # what those reads show
    page_behind: int = 0  # how many of them are left
    writes: list[SsoSettings] = dataclasses.field(default_factory=list)  # every accepted SSO call, oldest first


@dataclasses.dataclass
class Instance:
    """One Workspace 365 installation with its own host name and provisioning key."""

    name: str
    host: str
    provisioning_key: str
    environments: dict[str, Environment] = dataclasses.field(default_factory=dict)
    on_premises: bool = False
    api_enabled: bool = True
    strict_headers: bool = True  # refuse a call without X-Requested-With
    environment_shape: str = "strings"  # of the environment list: strings or objects


def instances(world: World) -> dict[str, Instance]:
    """The instances by name."""
    return t.cast("dict[str, Instance]", world.products.setdefault(Product.name, {}))


# -- the API and the pages --


class WorkspaceService:
    """Answers for one instance."""

    def __init__(self, world: World, instance: str) -> None:
        self._world = world
        self._name = instance

    @property
    def _instance(self) -> Instance:
        return instances(self._world)[self._name]

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        segments = [unquote(item) for item in request.path.split("/") if item]
        if segments[:1] == ["Provisioning"]:
            return self._refusal(request) or self._provisioning(request, segments[1:])
        if len(segments) == 2 and segments[1] == "SignIn":
            environment = self._instance.environments.get(segments[0])
            return _sign_in(request, environment) if environment else Response(404)
        return Response(404)

    def _refusal(self, request: Request) -> Response | None:
        """Why this caller is not let in, or None. The API answers 403, never 401, and without a body."""
        instance = self._instance
        key = request.headers.get("ProvisioningKey", "")
        if not instance.api_enabled or not instance.provisioning_key:
            return Response(403)
        if not hmac.compare_digest(key.strip().lower().encode(), instance.provisioning_key.lower().encode()):
            return Response(403)
        if instance.strict_headers and request.headers.get("X-Requested-With") != "XMLHttpRequest":
            return _validation("X-Requested-With", "The header is missing.")
        return None

    def _provisioning(self, request: Request, segments: list[str]) -> Response:
        if segments == ["Environment"]:
            return self._environments() if request.method == "GET" else Response(404)
        if len(segments) == 3 and segments[0] == "Environment" and segments[2] in ("Activate", "Deactivate"):
            environment = self._instance.environments.get(segments[1])
            if environment is None or request.method != "PUT":
                return Response(404)
            environment.active = segments[2] == "Activate"
            return Response(200)
        if len(segments) < 2 or segments[0] not in self._instance.environments:
            return Response(404)
        environment = self._instance.environments[segments[0]]
        if segments[1:] == ["UserLicenses"] and request.method == "GET":
            licenses = {"purchasedLicenses": environment.purchased_licenses, "usedLicenses": environment.used_licenses}
            return Response.json(200, licenses)
        if segments[1:] == ["SingleSignOnSettings", "OAuth2"]:
            # Nothing reads the settings back: a client that tries is told that there is no such thing.
            if request.method != "PUT" or self._instance.on_premises:
                return Response(404)
            return self._set_sso(request, environment)
        return Response(404)

    def _environments(self) -> Response:
        names = list(self._instance.environments)
        if self._instance.environment_shape == "objects":
            return Response.json(200, [{"Name": name} for name in names])
        return Response.json(200, names)

    def _set_sso(self, request: Request, environment: Environment) -> Response:
        media_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        try:
            body = request.json()
        except ValueError:
            return Response(500)
        if media_type != "application/json" or not isinstance(body, dict):
            return Response(500)
        given: JsonObject = {name.lower(): value for name, value in body.items() if value is not None}
        values: dict[str, str] = {name: given.get(name.lower(), "") for name in _MEMBERS}
        if any(not isinstance(value, str) for value in values.values()):
            return Response(500)
        for name, value in values.items():
            if not value.strip():
                return _validation(name, f"The {name} field is required.")
        if not _AUTHORITY.fullmatch(values["Authority"]):
            return _validation("Authority", "The Authority field is not a valid authority.")
        settings = SsoSettings(values["Authority"], values["ClientId"], values["Key"], self._world.clock.now())
        environment.page_before, environment.page_behind = environment.sso, environment.page_lag
        environment.sso = settings
        environment.writes.append(settings)
        return Response(200)


def _validation(name: str, message: str) -> Response:
    return Response.json(400, [{"PropertyName": name, "Message": message}])


def _sign_in(request: Request, environment: Environment) -> Response:
    """The page a person opens: a form, or the way to Entra once single sign-on is set."""
    if request.method not in ("GET", "HEAD"):
        return Response(404)
    if environment.page_mode == "error":
        return _html(500, "Something went wrong")
    sso = environment.page_before if environment.page_behind else environment.sso
    environment.page_behind = max(0, environment.page_behind - 1)
    if sso is None or environment.page_mode == "html":
        return _html(200, '<form method="post"><input name="EmailAddress"><input name="Password" type="password"></form>')
    target = f"{request.base_url}/{quote(environment.name)}/OAuth2/HandleAuthorityResponse"
    client = {} if environment.page_mode == "bare" else {"client_id": sso.client_id}
    query = urlencode({**client, "response_type": "code", "redirect_uri": target})
    return Response(302, b"", {"Location": f"{sso.authority.rstrip('/')}/oauth2/authorize?{query}"})


def _html(status: int, content: str) -> Response:
    page = f"<!DOCTYPE html><html><head><title>Workspace 365</title></head><body>{content}</body></html>"
    return Response(status, page.encode(), {"Content-Type": "text/html; charset=utf-8"})


# -- what tests see --


class Handle(base.Handle):
    """The environments of an instance."""

    def workspace365_url(self, instance: str = "portal") -> str:
        """Root of a Workspace 365 instance."""
        return f"{self._url('workspace365')}/{instance}"

    def _operator(self) -> dict[str, str]:
        key = str(self._get("workspace365", "portal")["provisioning_key"])
        return {"WORKSPACE365_INSTANCE_URL": self.workspace365_url(), "WORKSPACE365_PROVISIONING_KEY": key}

    def workspace365(self, instance: str = "portal", environment: str = "contoso") -> JsonObject:
        """What an environment holds: ``sso`` is None or {authority, client_id, key_id}."""
        return self._get("workspace365", instance, environment)

    def set_workspace365(self, instance: str, environment: str | None = None, **fields: t.Any) -> JsonObject:
        """Set what an environment holds (``sso``, ``page_mode`` ...), or without one how the instance behaves."""
        return self._post(fields, "workspace365", instance, *([environment] if environment else []))


class Product(base.Product):
    """Each instance is at ``/workspace365/<its name>`` and at its host name."""

    name = "workspace365"
    services = ("workspace365",)
    handle = Handle
    in_world = True

    def host_names(self, world: World) -> list[str]:
        return ["portal.workspace365.net", "*.workspace365.net", *(item.host for item in instances(world).values())]

    def by_host(self, world: World, host: str) -> tuple[str, Service] | None:
        found = next((name for name, item in instances(world).items() if host == item.host.lower()), None)
        return ("workspace365", WorkspaceService(world, found)) if found else None

    def by_path(self, world: World, service: str, rest: str) -> base.Place | None:
        name = rest.partition("/")[0]
        return base.Place(WorkspaceService(world, name), name) if name in instances(world) else None

    def start(self, world: World, given: t.Any) -> None:
        for item in given:
            checks.mapping(item, {field.name for field in dataclasses.fields(Instance)}, ("name", "host"), self.name)
            made = Instance(**{"provisioning_key": "", **item, "environments": {}})
            for values in item.get("environments") or []:
                entry = {"name": values} if isinstance(values, str) else values
                known = {field.name for field in dataclasses.fields(Environment)} - {"sso", "writes", "page_before", "page_behind"}
                checks.mapping(entry, known, ("name",), f"{self.name} {made.name}, environments")
                made.environments[entry["name"]] = Environment(**entry)
            instances(world)[made.name] = made
            world.issued += [made.provisioning_key] if made.provisioning_key else []

    def describe(self, world: World) -> JsonObject:
        return {name: _describe_instance(world, item) for name, item in instances(world).items()}

    def control(self, world: World, method: str, rest: list[str], body: JsonObject) -> t.Any:
        match (method, rest):
            case ("POST", [name, environment, "sign-in"]):
                return _try(world, _find(_instance(world, name), environment))
            case ("GET" | "POST", [name]):
                instance = _instance(world, name)
                if method == "POST":
                    checks.set_fields(instance, body, _BEHAVIOUR)
                return {**_describe_instance(world, instance), "provisioning_key": instance.provisioning_key}
            case ("GET", [name, environment]):
                return _describe(world, _find(_instance(world, name), environment))
            case ("POST", [name, environment]):
                target = _instance(world, name).environments.setdefault(environment, Environment(environment))
                if "sso" in body:
                    sso = body.pop("sso")
                    target.sso = SsoSettings(sso["authority"], sso["client_id"], sso["key"], world.clock.now()) if sso else None
                checks.set_fields(target, body, {"page_mode", "page_lag", "active", "purchased_licenses", "used_licenses"})
                return _describe(world, target)
        return None


def _instance(world: World, name: str) -> Instance:
    return checks.found(instances(world), name, f"there is no Workspace 365 instance '{name}'")


def _find(instance: Instance, name: str) -> Environment:
    return checks.found(instance.environments, name, f"instance '{instance.name}' has no environment '{name}'")


def _try(world: World, environment: Environment) -> JsonObject:
    """Do what the product does with its settings when a person signs in, as far as the client secret goes: ask for a token."""
    from ..login import LoginService

    if environment.sso is None or world.tokens is None:
        return {"sso": None, "sign_in": "not connected", "status": None}
    form = {
        "grant_type": "client_credentials",
        "client_id": environment.sso.client_id,
        "client_secret": environment.sso.key,
        "scope": "https://graph.microsoft.com/.default",
    }
    path = f"/{environment.sso.authority.rstrip('/').rsplit('/', 1)[-1]}/oauth2/v2.0/token"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = LoginService(world, world.tokens).handle(Request("POST", path, "", headers, urlencode(form).encode(), ""))
    body = json.loads(answer.body)
    said = "a token was issued" if answer.status == 200 else str(body.get("error_description") or body).partition(" Trace ID")[0]
    return {"sso": _describe_sso(world, environment.sso), "sign_in": said, "status": answer.status}


def _describe_instance(world: World, instance: Instance) -> JsonObject:
    shown = {name: getattr(instance, name) for name in ("name", "host", *sorted(_BEHAVIOUR))}
    return {**shown, "environments": {name: _describe(world, item) for name, item in instance.environments.items()}}


def _describe(world: World, environment: Environment) -> JsonObject:
    """What an environment holds: the key is named by its id, never shown."""
    return {
        "name": environment.name,
        "active": environment.active,
        "page_mode": environment.page_mode,
        "sso": _describe_sso(world, environment.sso),
        "writes": [_describe_sso(world, item) for item in environment.writes],
    }


def _describe_sso(world: World, settings: SsoSettings | None) -> JsonObject | None:
    if settings is None:
        return None
    return {
        "authority": settings.authority,
        "client_id": settings.client_id,
        "key_id": world.key_id(settings.key),
        "written_at": settings.written_at.isoformat(),
    }
