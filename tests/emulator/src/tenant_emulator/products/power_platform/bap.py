# SPDX-License-Identifier: GPL-3.0-or-later
"""The older administration API of Power Platform: management applications and environments."""

from __future__ import annotations

import re
from urllib.parse import unquote

from ...web import Request, Response
from ...world import JsonObject, Tenant, World
from . import rbac
from .api import Refusal, bearer, refusal
from .state import BAP_HOST, state

APP_ID = "475226c6-020e-4fb2-8a90-7a972cbfc1d4"
AUDIENCES = frozenset({APP_ID, "https://service.powerapps.com", "https://service.powerapps.com/", f"https://{BAP_HOST}", f"https://{BAP_HOST}/"})
_VERSIONS = frozenset({"2020-06-01", "2020-10-01", "2021-04-01"})
_ROOT = ["providers", "microsoft.businessappplatform"]
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class BapService:
    """Answers for api.bap.microsoft.com."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        try:
            tenant, claims = bearer(self._world, request, AUDIENCES)
            return self._route(request, tenant, claims)
        except Refusal as problem:
            return problem.response

    def _route(self, request: Request, tenant: Tenant, claims: JsonObject) -> Response:
        segments = [unquote(item) for item in request.path.split("/") if item]
        rest = segments[2:] if [item.lower() for item in segments[:2]] == _ROOT else []
        names = [item.lower() for item in rest]
        known = names == ["scopes", "admin", "environments"] or names[:1] == ["adminapplications"]
        if not known or len(rest) > 3:
            raise refusal(404, "RouteNotFound", f"No route matches {request.method} {request.path}.")
        version = request.query.get("api-version")
        if version not in _VERSIONS:
            code = "UnsupportedApiVersion" if version else "MissingApiVersionParameter"
            raise refusal(400, code, f"The api-version '{version or ''}' is missing or not supported.")
        if names[0] == "scopes":
            return self._environments(request, tenant, claims)
        if request.method == "GET" and "scp" in claims:
            _administrator(tenant, claims)  # an application may look without being one
        match (request.method, rest[1:]):
            case ("GET", []):
                return Response.json(200, {"value": list(state(tenant).applications.values())})
            case ("GET", [key]):
                return Response.json(200, _application(tenant, key))
            case ("PUT", [key]):
                _administrator(tenant, claims)
                return Response.json(200, _register(tenant, key))
            case ("DELETE", [key]):
                _administrator(tenant, claims)
                del state(tenant).applications[_application(tenant, key)["applicationId"]]
                return Response(204)
        raise refusal(405, "MethodNotAllowed", f"{request.method} is not allowed here.")

    @staticmethod
    def _environments(request: Request, tenant: Tenant, claims: JsonObject) -> Response:
        if request.method != "GET":
            raise refusal(405, "MethodNotAllowed", f"{request.method} is not allowed here.")
        if "scp" in claims:
            _administrator(tenant, claims)
        elif claims.get("appid") not in state(tenant).applications:
            # Roles of the newer API count for nothing here: an application is let in as a management application only.
            raise _forbidden("The service principal is not registered as a management application.")
        return Response.json(200, {"value": [rbac.nested(item) for item in state(tenant).environments.values()]})


def _forbidden(message: str) -> Refusal:
    return refusal(403, "Forbidden", message)


def _administrator(tenant: Tenant, claims: JsonObject) -> None:
    """Only a person who administers Power Platform changes management applications: no application does, not even its own."""
    if "scp" not in claims:
        raise _forbidden("A service principal cannot register or remove a management application.")
    if "User" not in claims["scp"].split() or claims["oid"] not in state(tenant).administrators:
        raise _forbidden("The caller is not an administrator of Power Platform.")


def _application(tenant: Tenant, key: str) -> JsonObject:
    found = state(tenant).applications.get(key.lower())
    if found is None:
        raise refusal(404, "AdminApplicationNotFound", f"The application '{key}' is not registered.")
    return found


def _register(tenant: Tenant, key: str) -> JsonObject:
    """Registering goes by application id; an object id is no application."""
    if not _GUID.fullmatch(key) or not any(item["appId"] == key.lower() for item in tenant.service_principals.values()):
        raise refusal(400, "InvalidApplicationId", f"There is no application with the id '{key}' in the directory.")
    return state(tenant).applications.setdefault(key.lower(), {"applicationId": key.lower()})
