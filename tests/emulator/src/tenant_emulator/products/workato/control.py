# SPDX-License-Identifier: GPL-3.0-or-later
"""The control path of Workato: what a workspace holds, and what a person or the product does to a connection."""

from __future__ import annotations

import dataclasses
import typing as t

from ...checks import ControlError
from ...login.browser import sign_in
from ...login.errors import LoginError
from ...world import JsonObject, World
from . import credentials, service
from .state import Connection, Workspace, new_client, set_options, workspaces


def answer(world: World, method: str, rest: list[str], body: JsonObject) -> t.Any:
    """A control request below ``workato``. Returns None for one that is not known here."""
    if not rest:
        return {name: describe(world, item) for name, item in workspaces(world).items()} if method == "GET" else None
    workspace = workspaces(world).get(rest[0])
    if workspace is None:
        raise ControlError(404, f"there is no Workato workspace '{rest[0]}'")
    match (method, rest[1:]):
        case ("GET", []):
            return {**describe(world, workspace), "tokens": {client.name: client.token for client in workspace.clients}}
        case ("POST", []):
            set_options(workspace, body)
            return describe(world, workspace)
        case ("POST", ["clients"]):
            made = new_client(body)
            workspace.clients = [*(item for item in workspace.clients if item.name != made.name), made]
            world.issued.append(made.token)
            return {"name": made.name, "rights": made.rights}
        case ("POST", ["connections", key, "authorize"]):
            return _authorise(world, workspace, _connection(workspace, key), body)
        case ("POST", ["connections", key, "lose"]):
            found = _connection(workspace, key)
            service.lose(world, found, body.get("reason", "The sign-in is no longer valid."), body.get("status", "failed"))
            return found.shown
        case ("POST", ["connections", key, "refresh"]):
            return _refresh(world, workspace, _connection(workspace, key))
    return None


def _connection(workspace: Workspace, key: str) -> Connection:
    """By id, by external id, or by name."""
    for number, found in workspace.connections.items():
        if key in (str(number), found.shown["external_id"], found.shown["name"]):
            return found
    raise ControlError(404, f"workspace '{workspace.name}' has no connection '{key}'")


def _visit(world: World, workspace: Workspace, connection: Connection, user: str, body: JsonObject) -> t.Any:
    """What comes of a sign-in with what the connection holds. Raises LoginError."""
    values, missing = credentials.values_of(workspace, connection.input)
    if missing:
        raise ValueError(f"the connection's input has no {', '.join(missing)}")
    return sign_in(
        world,
        credentials.tenant_of(world, values["tenant"], user),
        client_id=values["client_id"],
        user_name=user,
        scopes=body.get("scopes") or [".default"],
        redirect_uri=workspace.redirect_uri,
        client_secret=values["client_secret"],
        second_factor=body.get("second_factor", True),
        consent=body.get("consent", "none"),
    )


def _authorise(world: World, workspace: Workspace, connection: Connection, body: JsonObject) -> JsonObject:
    """Let a person press Connect and sign in; with ``force`` nothing is asked and it works."""
    shown = connection.shown
    try:
        if body.get("force"):
            connection.user, connection.refreshable = body.get("user"), True
        else:
            visit = _visit(world, workspace, connection, body["user"], body)
            connection.user, connection.refreshable = visit.user["userPrincipalName"], visit.refresh_token
    except LoginError as problem:
        shown.update(authorization_status="failed", authorization_error=str(problem), updated_at=service.stamp(world))
        return {**shown, "error_code": problem.number}
    now = service.stamp(world)
    shown.update(authorization_status="success", authorization_error=None, authorized_at=now, updated_at=now)
    shown.update(connection_lost_at=None, connection_lost_reason=None)
    return shown


def _refresh(world: World, workspace: Workspace, connection: Connection) -> JsonObject:
    """Renew the sign-in as the product does by itself, without a person: a second factor cannot be given then.

    A connection that cannot be renewed any more is lost.
    """
    service.lapse(world, connection)
    if connection.shown["authorization_status"] != "success" or connection.user is None:
        return connection.shown
    try:
        _visit(world, workspace, connection, connection.user, {"second_factor": False})
    except LoginError as problem:
        service.lose(world, connection, str(problem))
        return {**connection.shown, "error_code": problem.number}
    return connection.shown


def describe(world: World, workspace: Workspace) -> JsonObject:
    """A workspace without secret values: the secret of a connection is named by the id of its key."""
    connections = []
    for connection in workspace.connections.values():
        service.lapse(world, connection)
        member = workspace.input_fields["client_secret"]
        values = {name: value for name, value in connection.input.items() if name != member and "secret" not in name.lower()}
        connections.append(
            {
                **connection.shown,
                "input": values,
                "key_id": world.key_id(str(connection.input.get(member, ""))),
                "shell": connection.shell,
                "user": connection.user,
                "refresh_token": connection.refreshable,
            }
        )
    hidden = ("clients", "connections", "providers")
    options = {field.name: getattr(workspace, field.name) for field in dataclasses.fields(workspace) if field.name not in hidden}
    return {
        **options,
        "web_host": workspace.web_host,
        "redirect_uri": workspace.redirect_uri,
        "clients": {client.name: client.rights for client in workspace.clients},
        "connections": connections,
    }
