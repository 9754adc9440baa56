# SPDX-License-Identifier: GPL-3.0-or-later
"""Workato: the part of the developer API that connections need."""

from __future__ import annotations

import datetime as dt
import hmac
import typing as t
import zlib
from urllib.parse import parse_qsl, unquote, urlencode

from ...web import Request, Response
from ...world import JsonObject, World
from .credentials import problem_with
from .state import Client, Connection, Workspace, settings, workspaces

_CREATE = {"name", "provider", "folder_id", "parent_id", "external_id", "shell_connection", "input"}
_RUNTIME = {"parent_id", "folder_id", "external_id", "name", "callback_url", "redirect_url"}
_FILTERS = {"folder_id", "parent_id", "project_id", "external_id", "include_runtime_connections", "includes[]", "updated_after"}
_TYPES: dict[str, type | tuple[type, ...]] = {
    "name": str,
    "provider": str,
    "folder_id": int,
    "parent_id": int,
    "external_id": str,
    "shell_connection": bool,
    "input": dict,
    "callback_url": str,
    "redirect_url": str,
}
_LARGEST_PAGE = 100


class Refusal(Exception):
    """An error answer."""

    def __init__(self, status: int, message: str, errors: JsonObject | None = None, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        body: JsonObject = {"message": message} | ({"errors": errors} if errors else {})
        self.response = Response.json(status, body, headers)


class WorkatoService:
    """Answers for one data centre, or for all of them at once (``host`` None): the token says which workspace is meant."""

    def __init__(self, world: World, host: str | None = None) -> None:
        self._world = world
        self._host = host

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        segments = [unquote(item) for item in request.path.split("/") if item]
        if segments[:1] != ["api"]:
            return Response(404)
        try:
            workspace, client = self._caller(request)
            answer = self._route(request, segments[1:], workspace, client)
        except Refusal as refusal:
            answer = refusal.response
        if answer.body:
            answer.headers["Content-Type"] = "application/json; charset=utf-8"
        return answer

    def _caller(self, request: Request) -> tuple[Workspace, Client]:
        """The API client whose token this is; a workspace lives in one data centre and is unknown in every other."""
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token.strip():
            for workspace in workspaces(self._world).values():
                if self._host not in (None, workspace.web_host):
                    continue
                for client in workspace.clients:
                    if hmac.compare_digest(client.token.encode(), token.strip().encode()):
                        return workspace, client
        raise Refusal(401, "Unauthorized")

    def _route(self, request: Request, segments: list[str], workspace: Workspace, client: Client) -> Response:
        match (request.method, segments):
            case ("GET", ["users", "me"]):
                return Response.json(200, _me(workspace, client))
            case ("GET", ["integrations", "all"]):
                _need(workspace, client, "connectors")
                return Response.json(200, _integrations(workspace, request))
            case ("GET", ["folders" | "projects" as what]):
                _need(workspace, client, "folders")
                return Response.json(200, _places(workspace, request, projects=what == "projects"))
            case (method, ["connections", *rest]):
                if (method, len(rest)) == ("GET", 1):
                    return _nothing()  # a single connection cannot be read, not even by who may read the list
                _need(workspace, client, "connections")
                self._count(workspace, client, is_list=(method, rest) == ("GET", []))
                return Calls(self._world, workspace, request).run(method, rest)
        return _nothing()

    def _count(self, workspace: Workspace, client: Client, is_list: bool) -> None:
        """Refuse what exceeds the rate limits, which a client is expected to know and keep."""
        now, limits = self._world.clock.now().timestamp(), settings(self._world)
        if is_list:
            client.lists = [moment for moment in client.lists if now - moment < 60]
            if limits.workato_lists_per_minute and len(client.lists) >= limits.workato_lists_per_minute:
                raise _too_many(workspace, 60 - (now - client.lists[0]))
            client.lists.append(now)
            return
        gap = 1 / limits.workato_others_per_second if limits.workato_others_per_second else 0.0
        if client.other is not None and 0 <= now - client.other < gap:
            raise _too_many(workspace, gap - (now - client.other))
        client.other = now


def _too_many(workspace: Workspace, seconds: float) -> Refusal:
    headers = {"Retry-After": str(int(seconds) + 1)} if workspace.retry_after else None
    return Refusal(429, "Too many requests. Please try again later.", headers=headers)


def _need(workspace: Workspace, client: Client, right: str) -> None:
    if right not in client.rights:
        raise Refusal(workspace.rights_status, "Unauthorized" if workspace.rights_status == 401 else "Forbidden")


def _nothing() -> Response:
    return Response.json(404, {"message": "Not found"})


def _me(workspace: Workspace, client: Client) -> JsonObject:
    return {
        "id": zlib.crc32(workspace.name.encode()),  # the same at each start, and another for each workspace
        "name": workspace.name,
        "created_at": "2023-01-01T00:00:00.000Z",
        "plan_id": "business",
        "recipes_count": 0,
        "company_name": workspace.name,
        "email": f"{client.name}@{workspace.name}.example",
    }


def _integrations(workspace: Workspace, request: Request) -> JsonObject:
    """One page of the platform's connectors; a client that does not say how large a page is gets one connector."""
    try:
        page, size = int(request.query.get("page", 1)), int(request.query.get("per_page", 1))
    except ValueError:
        raise Refusal(400, "Bad request") from None
    size = min(size, _LARGEST_PAGE)
    if page < 1 or size < 1:
        raise Refusal(400, "Bad request")
    items = workspace.providers[(page - 1) * size : page * size]
    return {"items": items, "count": len(workspace.providers), "page": page, "per_page": size}


def _places(workspace: Workspace, request: Request, *, projects: bool) -> list[JsonObject]:
    """One page of the projects, or of the folders that lie in one folder, in Home without a parent: a plain array.

    Source: https://docs.workato.com/en/workato-api/folders.md and https://docs.workato.com/ja/workato-api/folders.html (parameters, a page of 100 at most and
    unless told, members), https://github.com/workato-devs/workato-platform-cli (is_project, project_id of a folder); read 2026-11-30. That a project is listed
    among the folders of Home, that an unknown parent has none, and 400 for parameters that are no numbers (inferred).
    """
    try:
        page, size = int(request.query.get("page", 1)), int(request.query.get("per_page", _LARGEST_PAGE))
        parent = int(request.query["parent_id"]) if "parent_id" in request.query and not projects else None
    except ValueError:
        raise Refusal(400, "Bad request") from None
    if page < 1 or size < 1 or set(request.query) - {"page", "per_page", "parent_id"}:
        raise Refusal(400, "Bad request")
    size = min(size, _LARGEST_PAGE)
    listed = workspace.named_folders
    if projects:
        shown = [{"id": item["project_id"], "description": "", "folder_id": item["id"], "name": item["name"]} for item in listed if item.get("project_id")]
    else:
        shown = [
            {
                "id": item["id"],
                "name": item["name"],
                "parent_id": item.get("parent_id"),
                "is_project": bool(item.get("project_id")),
                "project_id": item.get("project_id"),
                "created_at": "2023-01-01T00:00:00.000Z",
                "updated_at": "2023-01-01T00:00:00.000Z",
            }
            for item in listed
            if item.get("parent_id") == parent
        ]
    return shown[(page - 1) * size : page * size]


class Calls:
    """The calls at ``/api/connections`` of one workspace."""

    def __init__(self, world: World, workspace: Workspace, request: Request) -> None:
        self._world = world
        self._workspace = workspace
        self._request = request

    def run(self, method: str, rest: list[str]) -> Response:
        """Answer one of them."""
        match (method, rest):
            case ("GET", []):
                return Response.json(200, self._list())
            case ("POST", []):
                return Response.json(200, self._create())
            case ("POST", ["runtime_user_connections"]):
                return self._runtime()
            case ("GET", ["runtime_user_connections", key, "get_oauth_url"]):
                return self._oauth_url(self._find(key))
            case ("PUT", [key]):
                return Response.json(200, self._update(self._find(key)))
            case ("DELETE", [key]):
                return self._delete(self._find(key))
            case ("POST", [key, "disconnect"]):
                shown = self._find(key).shown
                shown.update(authorization_status=None, authorized_at=None, authorization_error=None, updated_at=self._now())
                return Response.json(200, {"success": True})
            case ("POST", [key, "pick_list"]):
                return self._pick_list(self._find(key))
        return _nothing()

    def _now(self) -> str:
        return stamp(self._world)

    def _find(self, key: str) -> Connection:
        found = self._workspace.connections.get(int(key)) if key.isascii() and key.isdigit() else None
        if found is None:
            raise Refusal(404, "Not found")
        lapse(self._world, found)
        return found

    def _provider(self, name: t.Any) -> JsonObject | None:
        return next((item for item in self._workspace.providers if item["name"] == name), None)

    def _body(self, known: set[str]) -> JsonObject:
        media_type = self._request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        try:
            body = self._request.json()
        except ValueError:
            body = None
        if media_type != "application/json" or not isinstance(body, dict):
            raise Refusal(400, "Bad request")
        errors: JsonObject = {name: ["is unknown"] for name in sorted(set(body) - known)}
        for name, value in body.items():
            wanted = _TYPES.get(name)
            if wanted and (not isinstance(value, wanted) or (wanted is int and isinstance(value, bool))):
                errors[name] = ["is invalid"]
        if "folder_id" in body and "folder_id" not in errors and body["folder_id"] not in self._workspace.folder_ids:
            errors["folder_id"] = ["is invalid"]
        if "parent_id" in body and "parent_id" not in errors and body["parent_id"] not in self._workspace.connections:
            errors["parent_id"] = ["is invalid"]
        if "name" in body and not errors.get("name") and not body["name"].strip():
            errors["name"] = ["can't be blank"]
        if errors:
            raise _invalid(errors)
        return body

    def _list(self) -> list[JsonObject]:
        pairs = parse_qsl(self._request.raw_query, keep_blank_values=True)
        if unknown := sorted({name for name, _value in pairs} - _FILTERS):
            raise Refusal(400, f"Unknown parameter: {', '.join(unknown)}")
        query = dict(pairs)
        found = []
        for connection in self._workspace.connections.values():
            lapse(self._world, connection)
            shown = connection.shown
            if connection.shown["parent_id"] is not None and query.get("include_runtime_connections") != "true":
                continue
            if any(name in query and query[name] != str(shown[name]) for name in ("folder_id", "parent_id", "external_id")):
                continue
            if "updated_after" in query and shown["updated_at"] <= query["updated_after"]:
                continue
            hidden = set() if self._workspace.list_provider else {"provider"}
            hidden |= set() if query.get("includes[]") == "tags" else {"tags"}
            found.append({name: value for name, value in shown.items() if name not in hidden})
        return found

    def _create(self) -> JsonObject:
        body = self._body(_CREATE)
        errors: JsonObject = {} if body.get("name") else {"name": ["can't be blank"]}
        provider = self._provider(body.get("provider"))
        if provider is None:
            errors["provider"] = ["is not included in the list"]
        if errors or provider is None:
            raise _invalid(errors)
        if provider["oauth"] and not body.get("shell_connection"):
            # Credentials are tested unless it is a shell, and without a person's sign-in the test cannot succeed.
            raise Refusal(422, "Connection could not be established: authorization is required.")
        connection = self._add(body, provider)
        connection.shell = bool(body.get("shell_connection"))
        if not connection.shell:
            connection.shown.update(authorization_status="success", authorized_at=self._now())
        return connection.shown

    def _add(self, body: JsonObject, provider: JsonObject) -> Connection:
        workspace, now = self._workspace, self._now()
        shown: JsonObject = {
            "id": workspace.next_id,
            "application": provider["name"],
            "provider": provider["name"],
            "name": body["name"],
            "description": None,
            "authorized_at": None,
            "authorization_status": None,
            "authorization_error": None,
            "created_at": now,
            "updated_at": now,
            "external_id": body.get("external_id"),
            "folder_id": body.get("folder_id", workspace.folders[0]),
            "connection_lost_at": None,
            "connection_lost_reason": None,
            "parent_id": body.get("parent_id"),
            "tags": [],
        }
        connection = Connection(shown, dict(body.get("input", {})))
        workspace.connections[workspace.next_id] = connection
        workspace.next_id += 1
        return connection

    def _update(self, connection: Connection) -> JsonObject:
        body = self._body(_CREATE - {"provider"})
        oauth = (self._provider(connection.shown["provider"]) or {}).get("oauth")
        live = connection.shown["authorization_status"] == "success"
        if "input" in body and not body.get("shell_connection") and oauth and not live:
            raise Refusal(422, "Connection could not be established: authorization is required.")
        held = {**connection.input, **body.get("input", {})}
        if "input" in body and not body.get("shell_connection") and oauth:
            problem = problem_with(self._world, self._workspace, held, connection.user)
            if problem is not None:
                raise Refusal(422, f"Connection could not be established: {problem}")
        connection.shown.update({name: body[name] for name in ("name", "folder_id", "parent_id", "external_id") if name in body})
        connection.shown["updated_at"] = self._now()
        if "input" in body:
            connection.input = held
            if live and oauth and not self._workspace.push_keeps_authorization:
                lose(self._world, connection, "Credentials were changed.")
        return connection.shown

    def _delete(self, connection: Connection) -> Response:
        if connection.shown["authorization_status"] == "success":
            raise Refusal(400, "Connection must be disconnected before it can be deleted.")
        del self._workspace.connections[connection.shown["id"]]
        return Response.json(200, {"success": True})

    def _pick_list(self, connection: Connection) -> Response:
        body = self._body({"pick_list_name", "pick_list_params"})
        if not body.get("pick_list_name"):
            raise _invalid({"pick_list_name": ["can't be blank"]})
        if connection.shown["authorization_status"] != "success":
            raise Refusal(400, "Connection is not authorized.")
        return Response.json(200, {"data": []})

    def _runtime(self) -> Response:
        body = self._body(_RUNTIME)
        if missing := [name for name in ("parent_id", "folder_id", "external_id") if not body.get(name)]:
            raise _invalid({name: ["can't be blank"] for name in missing})
        parent = self._find(str(body["parent_id"]))
        if parent.shown["authorization_status"] != "success":
            raise Refusal(400, "The parent connection is not established.")
        values = {**body, "name": body.get("name") or f"{parent.shown['name']} ({body['external_id']})"}
        made = self._add(values, self._provider(parent.shown["provider"]) or {"name": parent.shown["provider"]})
        made.input = dict(parent.input)
        return Response.json(200, {"data": {"id": made.shown["id"], "url": oauth_link(self._workspace, made)}})

    def _oauth_url(self, connection: Connection) -> Response:
        oauth = (self._provider(connection.shown["provider"]) or {}).get("oauth")
        if not oauth or (connection.shown["parent_id"] is None and not self._workspace.oauth_links):
            return _nothing()
        return Response.json(200, {"data": {"url": oauth_link(self._workspace, connection)}})


def _invalid(errors: JsonObject) -> Refusal:
    return Refusal(400, "Validation failed", errors)


def stamp(world: World) -> str:
    """The present as Workato writes it."""
    return world.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")


def lose(world: World, connection: Connection, reason: str, status: str = "failed") -> None:
    """End a connection's authorization."""
    now = stamp(world)
    connection.shown.update(authorization_status=status, authorization_error=reason, connection_lost_at=now, connection_lost_reason=reason, updated_at=now)


def lapse(world: World, connection: Connection) -> None:
    """A sign-in that brought no refresh token ends with its access token."""
    shown = connection.shown
    if shown["authorization_status"] != "success" or connection.refreshable:
        return
    authorised = dt.datetime.fromisoformat(shown["authorized_at"])
    if (world.clock.now() - authorised).total_seconds() > world.settings.token_lifetime:
        lose(world, connection, "The access token has expired and there is no refresh token.")


def oauth_link(workspace: Workspace, connection: Connection) -> str:
    """Where a person is sent to sign in."""
    fields = workspace.input_fields
    tenant = connection.input.get(fields["tenant"]) or "common"
    query = {
        "client_id": connection.input.get(fields["client_id"], ""),
        "response_type": "code",
        "redirect_uri": workspace.redirect_uri,
        "scope": "https://graph.microsoft.com/.default offline_access",
        "state": str(connection.shown["id"]),
    }
    return f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize?{urlencode(query)}"
