# SPDX-License-Identifier: GPL-3.0-or-later
"""What vaults hold, and who may do what with it."""

from __future__ import annotations

import dataclasses
import typing as t

from ...world import World

NAME = "key_vault"
SUFFIX = ".vault.azure.net"
# https://learn.microsoft.com/azure/key-vault/general/rbac-guide and the actions of its roles (read 2026-12-01). That a deleted secret is read with
# readMetadata as well is inferred.
ROLES = {
    "Key Vault Secrets Officer": frozenset({"get", "readMetadata", "set", "update", "delete", "recover", "purge"}),
    "Key Vault Secrets User": frozenset({"get", "readMetadata"}),
    "Key Vault Reader": frozenset({"readMetadata"}),
}


@dataclasses.dataclass
class KeyVaultSettings:
    """What a test can change about all vaults."""

    key_vault_missing_versions: str = "empty"  # what the list of versions of a name that is not there answers: empty (200) or not_found (404)
    key_vault_page_size: int = 25  # the largest page of a list, whatever is asked for
    key_vault_busy: int = 0  # so many of the next writes answer a 409 that says that another operation is under way
    key_vault_delete_delay: float = 0.0  # a deletion takes so long: until then a name can be neither read as deleted nor written


@dataclasses.dataclass
class Version:
    """One version of a secret."""

    id: str
    value: str
    tags: dict[str, str]
    created: int
    updated: int
    enabled: bool = True
    exp: int | None = None
    nbf: int | None = None
    content_type: str | None = None


@dataclasses.dataclass
class Kept:
    """A secret with its versions, oldest first. ``deleted`` is when its deletion was asked for."""

    name: str
    versions: list[Version]
    deleted: float | None = None


@dataclasses.dataclass
class Vault:
    """One vault. Names of secrets are kept in small letters: they differ by more than that."""

    name: str
    tenant_id: str
    access: dict[str, str]  # client id -> role
    shut: str = ""  # the code with which everything is refused: ForbiddenByFirewall, ForbiddenByConnection
    secrets: dict[str, Kept] = dataclasses.field(default_factory=dict)


def vaults(world: World) -> dict[str, Vault]:
    """The vaults by name."""
    return t.cast("dict[str, Vault]", world.products.setdefault(NAME, {}))


def settings(world: World) -> KeyVaultSettings:
    """What a test changed about all vaults."""
    return t.cast(KeyVaultSettings, world.product_settings[NAME])
