# SPDX-License-Identifier: GPL-3.0-or-later
"""Workspace 365: the instance-level Provisioning API, as far as single sign-on needs it, and the sign-in page."""

from __future__ import annotations

import hmac
import re
import typing as t
from urllib.parse import quote, unquote, urlencode

from .web import Request, Response
from .world import JsonObject, SsoSettings, WorkspaceEnvironment, WorkspaceInstance, World

_AUTHORITY = re.compile(r"https://login\.(windows\.net|microsoftonline\.com)/.+")
_MEMBERS = ("Authority", "ClientId", "Key")


class WorkspaceService:
    """Answers for one instance."""

    def __init__(self, world: World, instance: str) -> None:
        self._world = world
        self._name = instance

    @property
    def _instance(self) -> WorkspaceInstance:
        return self._world.workspace365[self._name]

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

    def _set_sso(self, request: Request, environment: WorkspaceEnvironment) -> Response:
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
        environment.sso = settings
        environment.writes.append(settings)
        return Response(200)


def _validation(name: str, message: str) -> Response:
    return Response.json(400, [{"PropertyName": name, "Message": message}])


def _sign_in(request: Request, environment: WorkspaceEnvironment) -> Response:
    """The page a person opens: a form, or the way to Entra once single sign-on is set."""
    if request.method not in ("GET", "HEAD"):
        return Response(404)
    if environment.page_mode == "error":
        return _html(500, "Something went wrong")
    if environment.sso is None or environment.page_mode == "html":
        return _html(200, '<form method="post"><input name="EmailAddress"><input name="Password" type="password"></form>')
    target = f"{request.base_url}/{quote(environment.name)}/OAuth2/HandleAuthorityResponse"
    query = urlencode({"client_id": environment.sso.client_id, "response_type": "code", "redirect_uri": target})
    return Response(302, b"", {"Location": f"{environment.sso.authority.rstrip('/')}/oauth2/authorize?{query}"})


def _html(status: int, content: str) -> Response:
    page = f"<!DOCTYPE html><html><head><title>Workspace 365</title></head><body>{content}</body></html>"
    return Response(status, page.encode(), {"Content-Type": "text/html; charset=utf-8"})


def describe(world: World, environment: WorkspaceEnvironment) -> JsonObject:
    """What an environment holds, for the control path: the key is named by its id, never shown."""
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
        "key_id": key_id(world, settings.key),
        "written_at": settings.written_at.isoformat(),
    }


def key_id(world: World, value: str) -> t.Any:
    """The id of the issued secret with this value, or None when no live secret has it."""
    for tenant in world.tenants.values():
        for secret in tenant.secrets.values():
            if secret.value == value:
                return secret.key_id
    return None
