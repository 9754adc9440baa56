# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration: what the emulated world looks like before the first request."""

from __future__ import annotations

import importlib.resources
import pathlib
import typing as t

import yaml

from . import checks, copies, settings
from .checks import ConfigError
from .products import products
from .world import JsonObject, Tenant, World

__all__ = ["Config", "ConfigError"]

_TENANT = {"name", "id", "display_name", "domains", "users", "groups", "applications", "settings", "service_principals"}
_USER = {"id", "user_principal_name", "display_name", "password", "multi_factor", "account_enabled"}
_IDENTITY = {"name", "display_name", "client_id", "secret", "home", "tenants", "permissions", "certificate", "public", "delegated"}
_TOP = {"settings", "tenants", "identities", "managed_identity", "foreign_apps"}
# Not part of the world that a reset puts back.
KEPT = {"clock", "issued", "tokens", "part_fault"}


class Config:
    """A checked configuration."""

    def __init__(self, data: t.Any) -> None:
        at_top = {product.name for product in products().values() if product.in_world}
        in_tenants = {product.name for product in products().values() if product.in_tenants}
        data = checks.mapping(data, _TOP | at_top, ("tenants",), "configuration")
        self.settings = checks.mapping(data.get("settings") or {}, settings.names(), (), "settings")
        self.tenants = [checks.mapping(item, _TENANT | in_tenants, ("name", "id", "domains"), "tenants") for item in data["tenants"]]
        self.names = {item["name"]: checks.guid(item["id"], f"tenant {item['name']}") for item in self.tenants}
        self.identities = [checks.mapping(item, _IDENTITY, ("name", "client_id", "tenants"), "identities") for item in data.get("identities") or []]
        self.products = {name: data.get(name) or [] for name in at_top}
        self.foreign_apps = [
            checks.mapping(item, set(item), ("appId", "displayName", "appOwnerOrganizationId"), "foreign_apps") for item in data.get("foreign_apps") or []
        ]
        for identity in self.identities:
            for name in (*identity["tenants"], identity.get("home") or identity["tenants"][0]):
                if name not in self.names:
                    raise ConfigError(f"identity {identity['name']}: there is no tenant '{name}'")
            identity["client_id"] = checks.guid(identity["client_id"], f"identity {identity['name']}")
        self.managed_identity = self._managed_identity(data.get("managed_identity"))
        self._snapshot: bytes | None = None

    def _managed_identity(self, value: t.Any) -> JsonObject | None:
        if not value:
            return None
        value = checks.mapping(value, {"tenant", "identity"}, ("tenant", "identity"), "managed_identity")
        for identity in self.identities:
            if identity["name"] == value["identity"] and value["tenant"] in identity["tenants"]:
                return {"tenant": self.names[value["tenant"]], "client_id": identity["client_id"]}
        raise ConfigError(f"managed_identity: there is no identity '{value['identity']}' in '{value['tenant']}'")

    @classmethod
    def load(cls, path: str | pathlib.Path | None = None) -> Config:
        """Read a YAML or JSON file, or the one that comes with the emulator."""
        try:
            return cls(_default() if path is None else _parse(pathlib.Path(path).read_text(encoding="utf-8")))
        except yaml.YAMLError as problem:
            raise ConfigError(f"{path or 'default configuration'}: {problem}") from None

    def fill(self, world: World, *, ahead: float = 0.0) -> None:
        """Make the world what this configuration says. The first call builds it, later ones copy what was built.

        ``ahead`` are seconds by which the world's clock is before the machine's. What is dated is built anew then, by that clock.
        """
        world.clock.offset = 0.0
        if self._snapshot is None:
            self._build(world)
            kept = {name: value for name, value in vars(world).items() if name not in KEPT}
            self._snapshot = copies.packed(kept)
        else:
            vars(world).update(copies.unpacked(self._snapshot))
        if ahead:
            world.clock.offset = ahead
            self._build(world)

    def _build(self, world: World) -> None:
        from .graph import seed

        settings.start(world, self.settings)
        world.tenants, world.foreign_apps, world.products, world.pipelines = {}, {}, {}, {}
        for app in self.foreign_apps:
            rest = {name: value for name, value in app.items() if name not in ("appId", "displayName", "appOwnerOrganizationId")}
            seed.add_foreign_app(world, app["appId"], app["displayName"], app["appOwnerOrganizationId"], **rest)
        for item in self.tenants:
            _add_tenant(world, item, self.names[item["name"]])
        for identity in self.identities:
            self._add_identity(world, identity)
        for product in products().values():
            for item in self.tenants if product.in_tenants else []:
                if item.get(product.name):
                    product.start_tenant(world, world.tenants[self.names[item["name"]]], item[product.name], self.identities)
            if product.in_world:
                product.start(world, self.products[product.name])

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


def _parse(text: str) -> t.Any:
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _default() -> t.Any:
    """What the emulator starts with when it is told nothing: the tenants, and what each product adds to them."""
    here = importlib.resources.files(__package__)
    data = _parse(here.joinpath("data/default.yml").read_text(encoding="utf-8"))
    for name in products():
        more = here.joinpath(f"products/{name}.yml")
        if more.is_file():
            data = _merged(data, _parse(more.read_text(encoding="utf-8")))
    return data


def _merged(value: t.Any, more: t.Any) -> t.Any:
    """Two pieces of a configuration in one: lists are joined, and what has the same name in them is one entry."""
    if isinstance(value, dict) and isinstance(more, dict):
        return {**value, **{key: _merged(value[key], item) if key in value else item for key, item in more.items()}}
    if not (isinstance(value, list) and isinstance(more, list)):
        return more
    found = list(value)
    for item in more:
        name = item.get("name") if isinstance(item, dict) else None
        same = next((index for index, known in enumerate(found) if name and isinstance(known, dict) and known.get("name") == name), None)
        if same is None:
            found.append(item)
        else:
            found[same] = _merged(found[same], item)
    return found


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
        user = checks.mapping(given, _USER, ("user_principal_name",), f"{where}, users")
        body: JsonObject = {
            "userPrincipalName": user["user_principal_name"],
            "displayName": user.get("display_name") or user["user_principal_name"],
            "accountEnabled": user.get("account_enabled", True),
        }
        if user.get("id"):
            body["id"] = checks.guid(user["id"], where)
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
        entry = checks.mapping({"name": item} if isinstance(item, str) else item, {"name", "initial", "default"}, ("name",), where)
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
