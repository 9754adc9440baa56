# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of the configuration that are about Workato and Power Platform."""

from __future__ import annotations

import dataclasses

from . import powerplatform, rbac
from .products import DATA_CENTERS, WorkatoClient, WorkatoWorkspace
from .world import JsonObject, Tenant, World

#: What a configuration or the control path may set of a workspace.
OPTIONS = {
    "data_center",
    "host",
    "folders",
    "providers",
    "rights_status",
    "retry_after",
    "list_provider",
    "oauth_links",
    "push_keeps_authorization",
    "input_fields",
}
WORKSPACE = OPTIONS | {"name", "clients"}
RIGHTS = frozenset({"connections", "connectors"})


def set_options(workspace: WorkatoWorkspace, values: JsonObject) -> None:
    """Change how a workspace behaves. Raises ValueError."""
    if unknown := sorted(set(values) - OPTIONS):
        raise ValueError(f"cannot set {', '.join(unknown)}; known are {', '.join(sorted(OPTIONS))}")
    if values.get("data_center", "us") not in DATA_CENTERS:
        raise ValueError(f"data_center must be one of {', '.join(DATA_CENTERS)}")
    for name, value in values.items():
        setattr(workspace, name, value)


def client(values: JsonObject) -> WorkatoClient:
    """An API client. Raises ValueError."""
    rights = list(values.get("rights") or [])
    if unknown := sorted(set(rights) - RIGHTS):
        raise ValueError(f"unknown right: {', '.join(unknown)}; known are {', '.join(sorted(RIGHTS))}")
    return WorkatoClient(values["name"], values["token"], rights)


def workspace(item: JsonObject) -> WorkatoWorkspace:
    """A workspace with its API clients. Raises ValueError."""
    made = WorkatoWorkspace(item["name"], clients=[client(values) for values in item.get("clients") or []])
    set_options(made, {name: value for name, value in item.items() if name in OPTIONS})
    return made


def fill_power_platform(world: World, tenant: Tenant, item: JsonObject, identities: list[JsonObject]) -> None:
    """Give a tenant its environments, groups, administrators and first role assignments. Raises ValueError."""
    known = {"environments", "groups", "administrators", "role_assignments"}
    if unknown := sorted(set(item) - known):
        raise ValueError(f"power_platform: unknown {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    state = tenant.power_platform
    for group in item.get("groups") or []:
        state.groups[group["id"]] = {"id": group["id"], "displayName": group["name"]}
    for given in item.get("environments") or []:
        add_environment(tenant, given)
    for name in item.get("administrators") or []:
        state.administrators.append(_user(tenant, name))
    for given in item.get("role_assignments") or []:
        app_id = next(identity["client_id"] for identity in identities if identity["name"] == given["identity"])
        principal = next(found["id"] for found in tenant.service_principals.values() if found["appId"] == app_id)
        rbac.assign(tenant, principal, "ApplicationUser", rbac.role_id(given["role"]), rbac.tenant_scope(tenant))


def add_environment(tenant: Tenant, values: JsonObject) -> JsonObject:
    """An environment: name, id, type, group, and ``refusals``, how many assignments are refused because it is fresh."""
    body = dict(values)
    fields: JsonObject = {"environmentGroupId": body.pop("group", None)}
    refusals = body.pop("refusals", 0)
    made = powerplatform.new_environment(tenant, body.pop("name"), body.pop("type", "Production"), body.pop("id", None), **fields, **body)
    if refusals:
        tenant.power_platform.refusals[made["id"]] = refusals
    return made


def _user(tenant: Tenant, name: str) -> str:
    for user in tenant.users.values():
        if name.lower() in (user["userPrincipalName"].lower(), user["id"]):
            return str(user["id"])
    raise ValueError(f"power_platform: tenant '{tenant.display_name}' has no user '{name}'")


def describe(tenant: Tenant) -> JsonObject:
    """What a tenant holds of Power Platform, for the control path."""
    return dataclasses.asdict(tenant.power_platform)
