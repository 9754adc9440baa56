# SPDX-License-Identifier: GPL-3.0-or-later
"""The Power Platform API: role-based access control and the list of environments."""

from __future__ import annotations

import re
import typing as t
from urllib.parse import parse_qsl, unquote, urlencode

from ...graph.times import parse, precise
from ...tokens import TokenRejected
from ...web import Request, Response
from ...world import JsonObject, Tenant, World
from . import rbac
from .state import API_HOST, settings, state

APP_ID = "8578e004-a5c6-46e7-913e-12f58912df43"
AUDIENCES = frozenset({APP_ID, f"https://{API_HOST}", f"https://{API_HOST}/"})
_VERSIONS = frozenset({"2024-10-01", "2022-03-01-preview"})
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_KINDS = {"User": "users", "Group": "groups", "ApplicationUser": "service_principals"}
_INVALID = {"environments": "EnvironmentIdInvalid", "environmentGroups": "EnvironmentGroupIdInvalid"}
_NOUNS = {"environments": "Environment", "environmentGroups": "Environment group"}
_FILTER = re.compile(r"\s*(\w+)\s+eq\s+'((?:[^']|'')*)'\s*(?:and\b|$)", re.IGNORECASE)
_FILTERED = frozenset({"dataverseId", "type", "geo", "state", "environmentGroupId", "domainName"})


class Refusal(Exception):
    """An error answer."""

    def __init__(self, status: int, body: JsonObject | None) -> None:
        super().__init__(str(body))
        self.response = Response.json(status, body) if body else Response(status)


def refusal(status: int, code: str, message: str) -> Refusal:
    """An error with the usual body."""
    return Refusal(status, {"error": {"code": code, "message": message}})


def bearer(world: World, request: Request, audiences: frozenset[str]) -> tuple[Tenant, JsonObject]:
    """The tenant and the claims of the token a request carries. Raises Refusal."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if world.tokens is None:
        raise RuntimeError("the world has no token issuer")
    try:
        claims = world.tokens.verify(token.strip() if scheme.lower() == "bearer" else "", audiences)
    except TokenRejected as problem:
        raise refusal(401, "Unauthorized", str(problem)) from None
    tenant = world.tenants.get(claims["tid"])
    if tenant is None:
        raise refusal(401, "Unauthorized", "Access token validation failure.")
    return tenant, claims


class PowerPlatformService:
    """Answers for api.powerplatform.com."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        try:
            tenant, claims = bearer(self._world, request, AUDIENCES)
            return Call(self._world, tenant, claims, request).run()
        except Refusal as problem:
            return problem.response


class Call:
    """One request of a known caller."""

    def __init__(self, world: World, tenant: Tenant, claims: JsonObject, request: Request) -> None:
        self._world = world
        self._tenant = tenant
        self._claims = claims
        self._request = request
        self._state = state(tenant)
        self._settings = settings(world)

    def run(self) -> Response:
        """Answer it."""
        segments = [unquote(item) for item in self._request.path.split("/") if item]
        handler = self._route(self._request.method, segments)
        if handler is None:
            raise refusal(404, "RouteNotFound", f"No route matches {self._request.method} {self._request.path}.")
        version = self._request.query.get("api-version")
        if version not in _VERSIONS:
            code = "UnsupportedApiVersion" if version else "MissingApiVersionParameter"
            raise refusal(400, code, f"The api-version '{version or ''}' is missing or not supported.")
        return handler()

    def _route(self, method: str, segments: list[str]) -> t.Callable[[], Response] | None:
        match (method, segments):
            case ("GET", ["environmentmanagement", "environments"]):
                return self._environments
            case ("GET", ["authorization", "roleDefinitions"]):
                return self._definitions
            case (_, ["authorization", *middle, "roleAssignments"]) if self._scoped(middle) and method in ("GET", "POST"):
                return (lambda: self._list(middle)) if method == "GET" else (lambda: self._assign(middle))
            case ("DELETE", ["authorization", *middle, "roleAssignments", key]) if self._scoped(middle):
                return lambda: self._unassign(middle, key)
        return None

    @staticmethod
    def _scoped(middle: list[str]) -> bool:
        """Whether this is the part of a path that names a scope: nothing, an environment, or an environment group."""
        return not middle or (len(middle) == 2 and middle[0] in _INVALID)

    def _scope(self, middle: list[str]) -> str:
        return rbac.tenant_scope(self._tenant) + "".join(f"/{part}" for part in middle)

    # -- who may -----------------------------------------------------------------------------------------------------

    def _forbidden(self) -> Refusal:
        if not self._settings.powerplatform_forbidden_body:
            return Refusal(403, None)
        return refusal(403, "Forbidden", "Access denied")

    def _require(self, permission: str, scope: str) -> None:
        """Refuse a caller whose token or whose roles lack the permission at this scope."""
        self._require_scope(permission)
        if not rbac.allowed(self._tenant, self._claims, permission, scope):
            raise self._forbidden()

    def _require_scope(self, permission: str) -> None:
        """A user's token carries what was consented to and opens nothing else; an application's carries nothing."""
        if "scp" in self._claims and not rbac.named(permission, self._claims["scp"].split()):
            raise self._forbidden()

    # -- environments ------------------------------------------------------------------------------------------------

    def _environments(self) -> Response:
        permission = "EnvironmentManagement.Environments.Read"
        self._require_scope(permission)
        found = [
            item for item in self._state.environments.values() if rbac.allowed(self._tenant, self._claims, permission, rbac.scope_of(self._tenant, item["id"]))
        ]
        if "scp" not in self._claims and not found and not rbac.allowed(self._tenant, self._claims, permission, rbac.tenant_scope(self._tenant)):
            raise self._forbidden()
        query = self._request.query
        if "ids" in query:
            wanted = {item.strip().lower() for item in query["ids"].split(",")}
            found = [item for item in found if item["id"] in wanted]
        for name, value in self._filters(query.get("$filter", "")):
            found = [item for item in found if str(item.get(name) or "").lower() == value.lower()]
        nested = self._settings.powerplatform_environment_shape == "nested"
        shown = [rbac.nested(item) if nested else item for item in found]
        return self._page(shown, self._settings.powerplatform_next_link)

    @staticmethod
    def _filters(text: str) -> list[tuple[str, str]]:
        found = _FILTER.findall(text)
        if (text.strip() and not found) or _FILTER.sub("", text).strip() or {name for name, _value in found} - _FILTERED:
            raise refusal(400, "InvalidFilter", f"The filter '{text}' is not supported.")
        return [(name, value.replace("''", "'")) for name, value in found]

    def _page(self, items: list[JsonObject], link: str) -> Response:
        query = self._request.query
        try:
            skip, top = int(query.get("$skip", 0)), int(query.get("$top", 0))
        except ValueError:
            raise refusal(400, "InvalidQuery", "$skip and $top must be numbers.") from None
        size = self._settings.powerplatform_page_size
        last = skip + top if top else len(items)
        page = items[skip : min(last, skip + size) if size else last]
        body: JsonObject = {"value": page}
        if size and skip + size < min(last, len(items)):
            pairs = [(name, value) for name, value in parse_qsl(self._request.raw_query) if name not in ("$skip", "$top")]
            pairs += [("$skip", str(skip + size))] + ([("$top", str(top - size))] if top else [])
            body[link] = f"{self._request.base_url}{self._request.path}?{urlencode(pairs)}"
        return Response.json(200, body)

    # -- role-based access control -----------------------------------------------------------------------------------

    def _definitions(self) -> Response:
        self._require_scope("Authorization.RoleAssignments.Read")
        if not rbac.anywhere(self._tenant, self._claims, "Authorization.RoleAssignments.Read"):
            raise self._forbidden()
        return Response.json(200, {"value": rbac.definitions()})

    def _known_scope(self, middle: list[str], counting: bool) -> None:
        """Refuse an environment or group that is not there, or that the authorization service has not heard of yet."""
        if not middle:
            return
        known = self._state.environments if middle[0] == "environments" else self._state.groups
        key = middle[1].lower()
        fresh = counting and self._state.refusals.get(key, 0) > 0
        if fresh:
            self._state.refusals[key] -= 1
        if fresh or key not in known:
            message = f"{_NOUNS[middle[0]]} id {middle[1]} is invalid."
            raise Refusal(400, {"code": "EndpointInvalid", "message": message, "innererror": {"code": _INVALID[middle[0]]}})

    def _list(self, middle: list[str]) -> Response:
        scope = self._scope(middle)
        self._known_scope(middle, counting=False)
        self._require("Authorization.RoleAssignments.Read", scope)
        nested = self._settings.powerplatform_nested_assignments
        found = [item for item in self._state.assignments.values() if rbac.within(self._tenant, item["scope"], scope, nested)]
        return self._page([self._show(item) for item in found], "@odata.nextLink")

    def _show(self, item: JsonObject) -> JsonObject:
        """An assignment as it is answered: some answers leave the tenant out of a narrower scope."""
        prefix = rbac.tenant_scope(self._tenant)
        if self._settings.powerplatform_short_scopes and item["scope"] != prefix:
            return {**item, "scope": item["scope"].removeprefix(prefix)}
        return item

    def _assign(self, middle: list[str]) -> Response:
        scope = self._scope(middle)
        self._require("Authorization.RoleAssignments.Write", scope)
        body = self._body()
        if not isinstance(body.get("scope"), str) or body["scope"].lower() != scope.lower():
            raise refusal(400, "InvalidScope", f"The scope '{body.get('scope')}' does not match the request URL.")
        self._known_scope(middle, counting=True)
        self._check(body)
        for item in self._state.assignments.values():
            if all(item[name] == body[name].lower() for name in ("roleDefinitionId", "principalObjectId")) and item["scope"].lower() == scope.lower():
                return self._duplicate(item)
        item = rbac.assign(
            self._tenant,
            body["principalObjectId"].lower(),
            body["principalType"],
            body["roleDefinitionId"].lower(),
            scope,
            created=precise(self._world.clock.now()),
            by=self._claims,
        )
        shown = self._show(item)
        return Response.json(201, shown if self._settings.powerplatform_assignment_shape == "flat" else {"value": [shown]})

    def _duplicate(self, item: JsonObject) -> Response:
        status = self._settings.powerplatform_duplicate_status
        if status == 200:
            return Response.json(200, self._show(item))
        raise refusal(status, "RoleAssignmentExists", "The role assignment already exists.")

    def _body(self) -> JsonObject:
        media_type = self._request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        try:
            body = self._request.json()
        except ValueError:
            body = None
        if media_type != "application/json" or not isinstance(body, dict):
            raise refusal(400, "InvalidRequestBody", "The request body is not a JSON object.")
        members = ("roleDefinitionId", "principalObjectId", "principalType", "scope")
        if unknown := sorted(set(body) - set(members)):
            raise refusal(400, "InvalidRequestBody", f"Unknown member: {', '.join(unknown)}.")
        for name in members:
            if not isinstance(body.get(name), str) or not body[name]:
                raise refusal(400, "InvalidRequestBody", f"The member '{name}' is required.")
        return body

    def _check(self, body: JsonObject) -> None:
        """Refuse a role, a type or a principal that does not exist."""
        if body["principalType"] not in _KINDS:
            raise refusal(400, "InvalidPrincipalType", f"The principal type '{body['principalType']}' is not valid.")
        if body["roleDefinitionId"].lower() not in rbac.ROLES:
            raise refusal(400, "RoleDefinitionNotFound", f"The role definition '{body['roleDefinitionId']}' was not found.")
        principal = body["principalObjectId"].lower()
        if not _GUID.fullmatch(principal):
            raise refusal(400, "InvalidPrincipalId", f"The principal id '{principal}' is not a GUID.")
        if any(item["appId"] == principal for item in self._tenant.service_principals.values()):
            raise refusal(400, "InvalidPrincipalId", f"'{principal}' is an application id; the object id of the service principal is needed.")
        found = getattr(self._tenant, _KINDS[body["principalType"]]).get(principal)
        if found is None or self._too_young(found):
            raise refusal(400, "PrincipalNotFound", f"The principal '{principal}' of type '{body['principalType']}' does not exist in the directory.")

    def _too_young(self, principal: JsonObject) -> bool:
        """Whether the authorization service has not heard of this object of the directory yet."""
        delay, created = self._settings.powerplatform_principal_delay, principal.get("createdDateTime")
        return bool(delay and created and (self._world.clock.now() - parse(created)).total_seconds() < delay)

    def _unassign(self, middle: list[str], key: str) -> Response:
        scope = self._scope(middle)
        self._known_scope(middle, counting=False)
        self._require("Authorization.RoleAssignments.Write", scope)
        item = self._state.assignments.get(key.lower())
        if item is None or item["scope"].lower() != scope.lower():
            raise refusal(404, "RoleAssignmentNotFound", f"The role assignment '{key}' was not found.")
        del self._state.assignments[key.lower()]
        return Response(self._settings.powerplatform_delete_status)
