# SPDX-License-Identifier: GPL-3.0-or-later
"""Azure Key Vault."""

from __future__ import annotations

import typing as t

from ... import checks
from ...web import Service
from ...world import JsonObject, World
from .. import base
from .control import answer, describe, known_role, tenant_of
from .handle import Handle
from .service import KeyVaultService
from .state import NAME, SUFFIX, KeyVaultSettings, Vault, vaults


class Product(base.Product):
    """All vaults."""

    name = NAME
    services = ("keyvault",)
    variables: t.ClassVar[t.Mapping[str, str]] = {"TENANTKIT_KEY_VAULT_GATEWAY": "keyvault", "TENANTKIT_KEY_VAULT_LOGIN_URL": "login"}
    settings = KeyVaultSettings
    handle = Handle
    in_world = True

    def host_names(self, world: World) -> list[str]:
        return [f"*{SUFFIX}"]

    def by_host(self, world: World, host: str) -> tuple[str, Service] | None:
        name = host.removesuffix(SUFFIX)
        return ("keyvault", KeyVaultService(world, name)) if host != name and name in vaults(world) else None

    def by_path(self, world: World, service: str, rest: str) -> base.Place | None:
        name = rest.partition("/")[0]
        return base.Place(KeyVaultService(world, name), name) if name in vaults(world) else None

    def fault_body(self, service: str, status: int) -> t.Any:
        code = {401: "Unauthorized", 403: "Forbidden", 404: "SecretNotFound", 409: "Conflict", 429: "Throttled"}.get(status, "InternalServerError")
        return {"error": {"code": code, "message": f"emulated fault {status}"}}

    def start(self, world: World, given: t.Any) -> None:
        for item in given:
            entry = checks.mapping(item, {"name", "tenant", "access"}, ("name", "tenant"), self.name)
            access = {}
            for one in entry.get("access") or []:
                right = checks.mapping(one, {"client_id", "role"}, ("client_id", "role"), f"{self.name} {entry['name']}, access")
                access[right["client_id"]] = known_role(right["role"])
            vaults(world)[entry["name"]] = Vault(entry["name"], tenant_of(world, entry["tenant"]), access)

    def describe(self, world: World) -> JsonObject:
        return {name: describe(world, vault) for name, vault in vaults(world).items()}

    def control(self, world: World, method: str, rest: list[str], body: JsonObject) -> t.Any:
        return answer(world, method, rest, body)
