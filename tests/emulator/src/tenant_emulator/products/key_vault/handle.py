# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests ask of vaults."""

from __future__ import annotations

import typing as t

from ...world import JsonObject
from .. import base


class Handle(base.Handle):
    """The vaults, as a test sees and changes them."""

    @property
    def key_vault_root(self) -> str:
        """Below which every vault is reached by its name."""
        return self._url("keyvault")

    def key_vault(self, name: str = "tailspin-keys") -> JsonObject:
        """What a vault holds: for each secret its versions, oldest first, the value named by the id of the key that has it."""
        return self._get("key_vault", name)

    def change_key_vault(self, name: str = "tailspin-keys", **fields: t.Any) -> JsonObject:
        """Change C(access) (a role, or none, by client id) or C(shut) of a vault; a name that there is not makes one."""
        return self._post(fields, "key_vault", name)

    def put_in_key_vault(self, secret: str, vault: str = "tailspin-keys", **version: t.Any) -> JsonObject:
        """Add a version by hand: C(value), C(tags), C(enabled), C(exp)."""
        return self._post(version, "key_vault", vault, "secrets", secret)

    def delete_from_key_vault(self, secret: str, vault: str = "tailspin-keys", *, purge: bool = False) -> None:
        """Delete a secret by hand; it stays recoverable unless it is purged."""
        self._delete("key_vault", vault, "deletedsecrets" if purge else "secrets", secret)
