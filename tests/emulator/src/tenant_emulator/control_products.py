# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of the control path that is about people who sign in, Workato and Power Platform."""

from __future__ import annotations

import dataclasses
import typing as t

from . import config_products, rbac, workato, workato_credentials
from .graph.group_settings import CONSENT
from .login.browser import sign_in
from .login.errors import LoginError
from .products import WorkatoConnection, WorkatoWorkspace
from .world import JsonObject, Tenant, World


class NotThere(Exception):
    """What a control request is about does not exist."""


def for_tenant(world: World, tenant: Tenant, method: str, rest: list[str], body: JsonObject) -> t.Any:
    """A control request below ``tenants/{tenant}``. Returns None for one that is not known here."""
    state = tenant.power_platform
    match (method, rest):
        case ("POST", ["sign-in"]):
            return _sign_in(world, tenant, body)
        case ("POST", ["consent-template"]):
            tenant.missing_templates = [] if body["present"] else [CONSENT]
            return {"present": bool(body["present"])}
        case ("GET", ["power-platform"]):
            return config_products.describe(tenant)
        case ("POST", ["power-platform", "environments"]):
            return config_products.add_environment(tenant, body)
        case ("POST", ["power-platform", "administrators"]):
            state.administrators.append(body["principalId"])
            return {"administrators": state.administrators}
        case ("POST", ["power-platform", "applications"]):
            return state.applications.setdefault(body["applicationId"], {"applicationId": body["applicationId"]})
        case ("POST", ["power-platform", "role-assignments"]):
            scope = _scope(tenant, body.get("scope"))
            return rbac.assign(tenant, body["principalId"], body.get("principalType", "ApplicationUser"), rbac.role_id(body["role"]), scope)
        case ("DELETE", ["power-platform", "environments" | "administrators" | "applications" | "role-assignments" as kind, key]):
            return _remove(tenant, kind, key)
    return None


def _scope(tenant: Tenant, scope: str | None) -> str:
    """A scope that may be given without its tenant."""
    top = rbac.tenant_scope(tenant)
    return scope if scope and scope.startswith("/tenants/") else top + (scope or "")


def _remove(tenant: Tenant, kind: str, key: str) -> JsonObject:
    state = tenant.power_platform
    if kind == "administrators":
        state.administrators = [item for item in state.administrators if item != key]
        return {}
    found = {"environments": state.environments, "applications": state.applications, "role-assignments": state.assignments}[kind]
    if key not in found:
        raise NotThere(f"Power Platform has no '{key}' among {kind}")
    return found.pop(key)


def _sign_in(world: World, tenant: Tenant, body: JsonObject) -> JsonObject:
    """Let a person sign in to any application, as its pop-up would."""
    try:
        visit = sign_in(
            world,
            tenant,
            client_id=body["client_id"],
            user_name=body["user"],
            scopes=body.get("scopes") or [".default"],
            redirect_uri=body.get("redirect_uri"),
            client_secret=body.get("client_secret"),
            second_factor=body.get("second_factor", True),
            consent=body.get("consent", "none"),
        )
    except LoginError as problem:
        return {"signed_in": False, "error_code": problem.number, "error": str(problem)}
    return {"signed_in": True, "scopes": visit.scopes, "refresh_token": visit.refresh_token, "user_id": visit.user["id"]}


# -- Workato --


def for_workato(world: World, method: str, rest: list[str], body: JsonObject) -> t.Any:
    """A control request below ``workato``. Returns None for one that is not known here."""
    if not rest:
        return {name: describe(world, item) for name, item in world.workato.items()} if method == "GET" else None
    workspace = world.workato.get(rest[0])
    if workspace is None:
        raise NotThere(f"there is no Workato workspace '{rest[0]}'")
    match (method, rest[1:]):
        case ("GET", []):
            return {**describe(world, workspace), "tokens": {client.name: client.token for client in workspace.clients}}
        case ("POST", []):
            config_products.set_options(workspace, body)
            return describe(world, workspace)
        case ("POST", ["clients"]):
            made = config_products.client(body)
            workspace.clients = [*(item for item in workspace.clients if item.name != made.name), made]
            world.issued.append(made.token)
            return {"name": made.name, "rights": made.rights}
        case ("POST", ["connections", key, "authorize"]):
            return _authorise(world, workspace, _connection(workspace, key), body)
        case ("POST", ["connections", key, "lose"]):
            found = _connection(workspace, key)
            workato.lose(world, found, body.get("reason", "The sign-in is no longer valid."), body.get("status", "failed"))
            return found.shown
        case ("POST", ["connections", key, "refresh"]):
            return _refresh(world, workspace, _connection(workspace, key))
    return None


def _connection(workspace: WorkatoWorkspace, key: str) -> WorkatoConnection:
    """By id, by external id, or by name."""
    for number, found in workspace.connections.items():
        if key in (str(number), found.shown["external_id"], found.shown["name"]):
            return found
    raise NotThere(f"workspace '{workspace.name}' has no connection '{key}'")


def _visit(world: World, workspace: WorkatoWorkspace, connection: WorkatoConnection, user: str, body: JsonObject) -> t.Any:
    """What comes of a sign-in with what the connection holds. Raises LoginError."""
    values, missing = workato_credentials.values_of(workspace, connection.input)
    if missing:
        raise ValueError(f"the connection's input has no {', '.join(missing)}")
    return sign_in(
        world,
        workato_credentials.tenant_of(world, values["tenant"], user),
        client_id=values["client_id"],
        user_name=user,
        scopes=body.get("scopes") or [".default"],
        redirect_uri=workspace.redirect_uri,
        client_secret=values["client_secret"],
        second_factor=body.get("second_factor", True),
        consent=body.get("consent", "none"),
    )


def _authorise(world: World, workspace: WorkatoWorkspace, connection: WorkatoConnection, body: JsonObject) -> JsonObject:
    """Let a person press Connect and sign in; with ``force`` nothing is asked and it works."""
    shown = connection.shown
    try:
        if body.get("force"):
            connection.user, connection.refreshable = body.get("user"), True
        else:
            visit = _visit(world, workspace, connection, body["user"], body)
            connection.user, connection.refreshable = visit.user["userPrincipalName"], visit.refresh_token
    except LoginError as problem:
        shown.update(authorization_status="failed", authorization_error=str(problem), updated_at=workato.stamp(world))
        return {**shown, "error_code": problem.number}
    now = workato.stamp(world)
    shown.update(authorization_status="success", authorization_error=None, authorized_at=now, updated_at=now)
    shown.update(connection_lost_at=None, connection_lost_reason=None)
    return shown


def _refresh(world: World, workspace: WorkatoWorkspace, connection: WorkatoConnection) -> JsonObject:
    """Renew the sign-in as the product does by itself, without a person: a second factor cannot be given then.

    A connection that cannot be renewed any more is lost.
    """
    workato.lapse(world, connection)
    if connection.shown["authorization_status"] != "success" or connection.user is None:
        return connection.shown
    try:
        _visit(world, workspace, connection, connection.user, {"second_factor": False})
    except LoginError as problem:
        workato.lose(world, connection, str(problem))
        return {**connection.shown, "error_code": problem.number}
    return connection.shown


def describe(world: World, workspace: WorkatoWorkspace) -> JsonObject:
    """A workspace without secret values: the secret of a connection is named by the id of its key."""
    from .workspace365 import key_id

    connections = []
    for connection in workspace.connections.values():
        workato.lapse(world, connection)
        member = workspace.input_fields["client_secret"]
        values = {name: value for name, value in connection.input.items() if name != member and "secret" not in name.lower()}
        connections.append(
            {
                **connection.shown,
                "input": values,
                "key_id": key_id(world, str(connection.input.get(member, ""))),
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
