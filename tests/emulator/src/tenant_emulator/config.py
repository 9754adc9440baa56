# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration: what the emulated world looks like before the first request."""

from __future__ import annotations

import dataclasses
import importlib.resources
import pathlib
import pickle
import typing as t
import uuid

import yaml

from . import config_products
from .world import JsonObject, Settings, Tenant, WorkspaceEnvironment, WorkspaceInstance, World

_TENANT = {"name", "id", "display_name", "domains", "users", "groups", "applications", "settings", "service_principals", "power_platform"}
_USER = {"id", "user_principal_name", "display_name", "password", "multi_factor", "account_enabled"}
_IDENTITY = {"name", "display_name", "client_id", "secret", "home", "tenants", "permissions", "certificate", "public", "delegated"}
_INSTANCE = {
    "name", "host", "provisioning_key", "environments", "on_premises", "api_enabled", "strict_headers", "environment_shape"
}  # fmt: skip
_ENVIRONMENT = {"name", "purchased_licenses", "used_licenses", "page_mode", "active"}
_TOP = {"settings", "tenants", "identities", "workspace365", "managed_identity", "workato", "foreign_apps"}
# Not part of the world that a reset puts back.
_KEPT = {"clock", "issued", "tokens", "part_fault"}


class ConfigError(ValueError):
    """The configuration cannot be used; the text says where and why."""


def _check(value: t.Any, known: set[str], required: tuple[str, ...], where: str) -> JsonObject:
    if not isinstance(value, dict):
        raise ConfigError(f"{where}: expected a mapping, found {type(value).__name__}")
    if unknown := sorted(set(value) - known):
        raise ConfigError(f"{where}: unknown {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    if missing := [name for name in required if not value.get(name)]:
        raise ConfigError(f"{where}: missing {', '.join(missing)}")
    return value


def _guid(value: str, where: str) -> str:
    try:
        return str(uuid.UUID(value))
    except ValueError:
        raise ConfigError(f"{where}: '{value}' is not a GUID") from None


class Config:
    """A checked configuration."""

    def __init__(self, data: t.Any) -> None:
        data = _check(data, _TOP, ("tenants",), "configuration")
        self.settings = _check(data.get("settings") or {}, {f.name for f in dataclasses.fields(Settings)}, (), "settings")
        self.tenants = [_check(item, _TENANT, ("name", "id", "domains"), "tenants") for item in data["tenants"]]
        self.names = {item["name"]: _guid(item["id"], f"tenant {item['name']}") for item in self.tenants}
        self.identities = [_check(item, _IDENTITY, ("name", "client_id", "tenants"), "identities") for item in data.get("identities") or []]
        self.instances = [_check(item, _INSTANCE, ("name", "host"), "workspace365") for item in data.get("workspace365") or []]
        self.workspaces = [_check(item, config_products.WORKSPACE, ("name",), "workato") for item in data.get("workato") or []]
        self.foreign_apps = [
            _check(item, set(item), ("appId", "displayName", "appOwnerOrganizationId"), "foreign_apps") for item in data.get("foreign_apps") or []
        ]
        for identity in self.identities:
            for name in (*identity["tenants"], identity.get("home") or identity["tenants"][0]):
                if name not in self.names:
                    raise ConfigError(f"identity {identity['name']}: there is no tenant '{name}'")
            identity["client_id"] = _guid(identity["client_id"], f"identity {identity['name']}")
        self.managed_identity = self._managed_identity(data.get("managed_identity"))
        self._snapshot: bytes | None = None

    def _managed_identity(self, value: t.Any) -> JsonObject | None:
        if not value:
            return None
        value = _check(value, {"tenant", "identity"}, ("tenant", "identity"), "managed_identity")
        for identity in self.identities:
            if identity["name"] == value["identity"] and value["tenant"] in identity["tenants"]:
                return {"tenant": self.names[value["tenant"]], "client_id": identity["client_id"]}
        raise ConfigError(f"managed_identity: there is no identity '{value['identity']}' in '{value['tenant']}'")

    @classmethod
    def load(cls, path: str | pathlib.Path | None = None) -> Config:
        """Read a YAML or JSON file, or the one that comes with the emulator."""
        if path is None:
            text = importlib.resources.files(__package__).joinpath("data/default.yml").read_text(encoding="utf-8")
        else:
            text = pathlib.Path(path).read_text(encoding="utf-8")
        try:
            return cls(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
        except yaml.YAMLError as problem:
            raise ConfigError(f"{path or 'default configuration'}: {problem}") from None

    def fill(self, world: World) -> None:
        """Make the world what this configuration says. The first call builds it, later ones copy what was built."""
        world.clock.offset = 0.0
        if self._snapshot is None:
            self._build(world)
            kept = {name: value for name, value in vars(world).items() if name not in _KEPT}
            self._snapshot = pickle.dumps(kept)
        else:
            vars(world).update(pickle.loads(self._snapshot))

    def _build(self, world: World) -> None:
        from .graph import seed

        world.settings = Settings(**self.settings)
        world.tenants, world.foreign_apps = {}, {}
        for app in self.foreign_apps:
            rest = {name: value for name, value in app.items() if name not in ("appId", "displayName", "appOwnerOrganizationId")}
            seed.add_foreign_app(world, app["appId"], app["displayName"], app["appOwnerOrganizationId"], **rest)
        for item in self.tenants:
            _add_tenant(world, item, self.names[item["name"]])
        for identity in self.identities:
            self._add_identity(world, identity)
        for item in self.tenants:
            if item.get("power_platform"):
                config_products.fill_power_platform(world, world.tenants[self.names[item["name"]]], item["power_platform"], self.identities)
        world.workato = {item["name"]: config_products.workspace(item) for item in self.workspaces}
        world.issued += [client.token for item in world.workato.values() for client in item.clients]
        world.workspace365 = {item["name"]: _instance(item) for item in self.instances}
        world.issued += [item.provisioning_key for item in world.workspace365.values() if item.provisioning_key]

    def _add_identity(self, world: World, identity: JsonObject) -> None:
        """Register an automation identity at home and let it into each of its tenants with its permissions."""
        from . import seeding
        from .graph import seed

        home = world.tenants[self.names[identity.get("home") or identity["tenants"][0]]]
        shared = identity["tenants"] != [identity.get("home") or identity["tenants"][0]]
        body: JsonObject = {
            "appId": identity["client_id"],
            "displayName": identity.get("display_name") or identity["name"],
            "signInAudience": "AzureADMultipleOrgs" if shared else "AzureADMyOrg",
        }
        if identity.get("public"):
            body["isFallbackPublicClient"] = True
        application = seed.add_application(world, home, body)
        if identity.get("secret"):
            seed.add_secret(world, home, application["id"], "configured", value=identity["secret"])
        if identity.get("certificate"):
            seeding.add_certificate(world, home, application["id"], pathlib.Path(identity["certificate"]).read_bytes())
        for name in identity["tenants"]:
            tenant = world.tenants[self.names[name]]
            principal = seeding.ensure_service_principal(world, tenant, identity["client_id"])
            for resource, roles in (identity.get("permissions") or {}).items():
                seeding.grant_roles(world, tenant, principal["id"], resource, roles)
            for resource, scopes in (identity.get("delegated") or {}).items():
                seeding.grant_scopes(tenant, principal["id"], resource, scopes)


def _add_tenant(world: World, item: JsonObject, identifier: str) -> None:
    """Add one tenant with Microsoft's service principals, its people and its groups."""
    from .graph import seed

    where = f"tenant {item['name']}"
    tenant = Tenant(identifier, item.get("display_name") or item["name"], _domains(item["domains"], where))
    world.tenants[identifier] = tenant
    seed.seed_tenant(world, tenant)
    for app_id in item.get("service_principals") or []:
        seed.instantiate(world, tenant, app_id)
    for given in item.get("users") or []:
        user = _check(given, _USER, ("user_principal_name",), f"{where}, users")
        body: JsonObject = {
            "userPrincipalName": user["user_principal_name"],
            "displayName": user.get("display_name") or user["user_principal_name"],
            "accountEnabled": user.get("account_enabled", True),
        }
        if user.get("id"):
            body["id"] = _guid(user["id"], where)
        made = seed.add_user(world, tenant, **body)
        if user.get("password"):
            tenant.passwords[made["id"]] = str(user["password"])
            world.issued.append(str(user["password"]))
        if user.get("multi_factor"):
            tenant.multi_factor.append(made["id"])
    for given in item.get("groups") or []:
        seed.add_group(world, tenant, **({"displayName": given} if isinstance(given, str) else given))
    for body in item.get("applications") or []:
        seed.add_application(world, tenant, dict(body))


def _domains(given: t.Any, where: str) -> list[JsonObject]:
    domains = []
    for item in given:
        entry = _check({"name": item} if isinstance(item, str) else item, {"name", "initial", "default"}, ("name",), where)
        initial = entry.get("initial", str(entry["name"]).endswith(".onmicrosoft.com"))
        domains.append(
            {
                "capabilities": "Email, OfficeCommunicationsOnline",
                "isDefault": bool(entry.get("default")),
                "isInitial": bool(initial),
                "name": entry["name"],
                "type": "Managed",
            }
        )
    if sum(item["isInitial"] for item in domains) != 1:
        raise ConfigError(f"{where}: exactly one domain must be the initial one (NAME.onmicrosoft.com)")
    if sum(item["isDefault"] for item in domains) == 0:
        domains[0]["isDefault"] = True
    if sum(item["isDefault"] for item in domains) != 1:
        raise ConfigError(f"{where}: exactly one domain must be the default")
    return domains


def _instance(item: JsonObject) -> WorkspaceInstance:
    options = {name: value for name, value in item.items() if name != "environments"}
    options.setdefault("provisioning_key", "")
    instance = WorkspaceInstance(**options)
    for given in item.get("environments") or []:
        values = {"name": given} if isinstance(given, str) else given
        _check(values, _ENVIRONMENT, ("name",), f"workspace365 {instance.name}, environments")
        instance.environments[values["name"]] = WorkspaceEnvironment(**values)
    return instance
