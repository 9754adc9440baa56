# SPDX-License-Identifier: GPL-3.0-or-later
"""Power Platform: its API with role-based access control, and the older administration API (BAP), in every tenant."""

from __future__ import annotations

import dataclasses
import typing as t

from ... import checks
from ...checks import ControlError
from ...web import Service
from ...world import JsonObject, Tenant, World
from .. import base
from . import rbac
from .handle import Handle
from .state import API_HOST, BAP_HOST, NAME, Settings, add_environment, state

_HOSTS = {API_HOST: "powerplatform", BAP_HOST: "bap"}


class Product(base.Product):
    """Two services, ``/powerplatform`` and ``/bap``, over one state in each tenant."""

    name = NAME
    services = ("powerplatform", "bap")
    variables = {"POWERPLATFORM_URL": "powerplatform", "BAP_URL": "bap"}
    settings = Settings
    handle = Handle
    in_tenants = True

    def host_names(self, world: World) -> list[str]:
        return list(_HOSTS)

    def by_host(self, world: World, host: str) -> tuple[str, Service] | None:
        return (_HOSTS[host], _service(world, _HOSTS[host])) if host in _HOSTS else None

    def by_path(self, world: World, service: str, rest: str) -> base.Place:
        return base.Place(_service(world, service))

    def start_tenant(self, world: World, tenant: Tenant, given: t.Any, identities: list[JsonObject]) -> None:
        checks.mapping(given, {"environments", "groups", "administrators", "role_assignments"}, (), NAME)
        mine = state(tenant)
        for group in given.get("groups") or []:
            mine.groups[group["id"]] = {"id": group["id"], "displayName": group["name"]}
        for environment in given.get("environments") or []:
            add_environment(tenant, environment)
        for name in given.get("administrators") or []:
            mine.administrators.append(_user(tenant, name))
        for item in given.get("role_assignments") or []:
            app_id = next(identity["client_id"] for identity in identities if identity["name"] == item["identity"])
            principal = next(found["id"] for found in tenant.service_principals.values() if found["appId"] == app_id)
            rbac.assign(tenant, principal, "ApplicationUser", rbac.role_id(item["role"]), rbac.tenant_scope(tenant))

    def describe_tenant(self, tenant: Tenant) -> JsonObject:
        return dataclasses.asdict(state(tenant))

    def control_tenant(self, world: World, tenant: Tenant, method: str, rest: list[str], body: JsonObject) -> t.Any:
        mine = state(tenant)
        match (method, rest):
            case ("GET", []):
                return self.describe_tenant(tenant)
            case ("POST", ["environments"]):
                return add_environment(tenant, body)
            case ("POST", ["administrators"]):
                mine.administrators.append(body["principalId"])
                return {"administrators": mine.administrators}
            case ("POST", ["applications"]):
                return mine.applications.setdefault(body["applicationId"], {"applicationId": body["applicationId"]})
            case ("POST", ["role-assignments"]):
                scope = _scope(tenant, body.get("scope"))
                return rbac.assign(tenant, body["principalId"], body.get("principalType", "ApplicationUser"), rbac.role_id(body["role"]), scope)
            case ("DELETE", ["environments" | "administrators" | "applications" | "role-assignments" as kind, key]):
                return _remove(tenant, kind, key)
        return None


def _service(world: World, name: str) -> Service:
    from .api import PowerPlatformService
    from .bap import BapService

    return BapService(world) if name == "bap" else PowerPlatformService(world)


def _user(tenant: Tenant, name: str) -> str:
    for user in tenant.users.values():
        if name.lower() in (user["userPrincipalName"].lower(), user["id"]):
            return str(user["id"])
    raise ValueError(f"{NAME}: tenant '{tenant.display_name}' has no user '{name}'")


def _scope(tenant: Tenant, scope: str | None) -> str:
    """A scope that may be given without its tenant."""
    return scope if scope and scope.startswith("/tenants/") else rbac.tenant_scope(tenant) + (scope or "")


def _remove(tenant: Tenant, kind: str, key: str) -> JsonObject:
    mine = state(tenant)
    if kind == "administrators":
        mine.administrators = [item for item in mine.administrators if item != key]
        return {}
    found = {"environments": mine.environments, "applications": mine.applications, "role-assignments": mine.assignments}[kind]
    if key not in found:
        raise ControlError(404, f"Power Platform has no '{key}' among {kind}")
    return found.pop(key)
