# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests see of vaults and change about them."""

from __future__ import annotations

import dataclasses
import secrets
import typing as t

from ... import checks
from ...world import JsonObject, World
from .state import ROLES, Kept, Vault, Version, vaults


def answer(world: World, method: str, rest: list[str], body: JsonObject) -> t.Any:
    """Answer a request of a test; None for what there is not."""
    match (method, rest):
        case ("GET", []):
            return {name: describe(world, vault) for name, vault in vaults(world).items()}
        case ("GET", [name]):
            return describe(world, _find(world, name))
        case ("POST", [name]):
            if name not in vaults(world):
                vaults(world)[name] = Vault(name, tenant_of(world, str(body.pop("tenant", "tailspin.onmicrosoft.com"))), {})
            vault = _find(world, name)
            for client_id, role in (body.pop("access", None) or {}).items():
                vault.access[client_id] = known_role(role) if role else ""
            checks.set_fields(vault, body, {"shut"})
            return describe(world, vault)
        case ("POST", [name, "secrets", secret]):
            vault = _find(world, name)
            now = int(world.clock.now().timestamp())
            kept = vault.secrets.setdefault(secret.lower(), Kept(secret, []))
            made = {"id": secrets.token_hex(16), "value": secrets.token_hex(16), "tags": {}, "created": now, "updated": now, **body}
            kept.versions.append(Version(**made))
            world.issued.append(kept.versions[-1].value)
            return describe(world, vault)
        case ("DELETE", [name, "secrets", secret]):
            _find(world, name).secrets[secret.lower()].deleted = world.clock.now().timestamp()
            return {}
        case ("DELETE", [name, "deletedsecrets", secret]):
            del _find(world, name).secrets[secret.lower()]
            return {}
    return None


def tenant_of(world: World, name: str) -> str:
    """The id of a tenant. Raises ValueError when there is none of that name."""
    tenant = world.tenant(name)
    if tenant is None:
        raise ValueError(f"there is no tenant '{name}'")
    return tenant.id


def known_role(role: str) -> str:
    """The role itself. Raises ValueError when there is none of that name."""
    if role not in ROLES:
        raise ValueError(f"there is no role '{role}' for secrets; known: {', '.join(ROLES)}")
    return role


def _find(world: World, name: str) -> Vault:
    return checks.found(vaults(world), name, f"there is no vault '{name}'")


def describe(world: World, vault: Vault) -> JsonObject:
    """What a vault holds: values are named by the id of the key that has them, never shown."""
    found = {}
    for kept in vault.secrets.values():
        rows = [{**dataclasses.asdict(item), "holds": world.key_id(item.value)} for item in kept.versions]
        shown = [{name: value for name, value in row.items() if name != "value"} for row in rows]
        found[kept.name] = {"deleted": kept.deleted is not None, "versions": shown}
    return {"name": vault.name, "tenant_id": vault.tenant_id, "access": dict(vault.access), "shut": vault.shut, "secrets": found}
