# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Workato connection signs in with, and whether Entra takes it."""

from __future__ import annotations

from ...login.clients import check_secret, find_client
from ...login.errors import LoginError
from ...world import JsonObject, Tenant, World
from .state import Workspace


def values_of(workspace: Workspace, held: JsonObject) -> tuple[dict[str, str], list[str]]:
    """Client id, secret and tenant among a connection's input, and the members of it that are missing."""
    found = {name: held.get(member) for name, member in workspace.input_fields.items()}
    missing = [workspace.input_fields[name] for name, value in found.items() if not isinstance(value, str) or not value]
    return {name: str(value) for name, value in found.items()}, missing


def tenant_of(world: World, name: str, user: str) -> Tenant:
    """The tenant that is signed in to; a shared authority goes by the person's own domain. Raises LoginError."""
    tenant = world.tenant(name)
    if tenant is None and name in ("common", "organizations"):
        tenant = world.tenant(user.rpartition("@")[2])
    if tenant is None:
        raise LoginError(90002, {"given": name})
    return tenant


def problem_with(world: World, workspace: Workspace, held: JsonObject, user: str | None) -> LoginError | None:
    """Why Entra does not take a connection's credentials. Input that names none of its own is not tried."""
    values, missing = values_of(workspace, held)
    if missing:
        return None
    try:
        tenant = tenant_of(world, values["tenant"], user or "")
        check_secret(world, find_client(world, tenant, values["client_id"]), values["client_secret"])
    except LoginError as problem:
        return problem
    return None
