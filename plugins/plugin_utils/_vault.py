# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The vault secrets that this run of ansible-playbook has loaded. Only the controller's processes have them."""

from __future__ import annotations

from ansible.errors import AnsibleError
from ansible.parsing.vault import VaultLib, VaultSecretsContext, is_encrypted, match_encrypt_secret, parse_vaulttext_envelope

DEFAULT_ID = "default"


class VaultBox:
    """Encrypts with one named secret, and decrypts with any: what exists may have been written under another one."""

    def __init__(self, secrets: list[tuple[str, object]]) -> None:
        self._secrets = list(secrets)

    @property
    def ids(self) -> list[str]:
        """The vault ids that are loaded."""
        return list(dict.fromkeys(name for name, _secret in self._secrets))

    def encrypt(self, text: str, vault_id: str) -> bytes:
        """A vault file. The caller has looked that the id is loaded."""
        name, secret = match_encrypt_secret(self._secrets, encrypt_vault_id=vault_id)
        data: bytes = VaultLib(self._secrets).encrypt(text, secret, vault_id=name)
        return data

    def decrypt(self, data: bytes, vault_id: str | None = None) -> str | None:
        """The text, or None when no secret opens it. With ``vault_id`` only that one is tried."""
        secrets = [(name, secret) for name, secret in self._secrets if vault_id in (None, name)]
        try:
            text: bytes = VaultLib(secrets).decrypt(data)
            return text.decode("utf-8")
        except (AnsibleError, UnicodeDecodeError):
            return None

    @staticmethod
    def id_of(data: bytes) -> str | None:
        """The vault id in the header of a file, None when it is no vault file."""
        if not is_encrypted(data):
            return None
        try:
            return str(parse_vaulttext_envelope(data)[3] or DEFAULT_ID)
        except (AnsibleError, ValueError, IndexError):
            return None


def loaded_vault() -> VaultBox:
    """What was given with --vault-id, --vault-password-file, a prompt or the configuration."""
    context = VaultSecretsContext.current(optional=True)
    return VaultBox(list(context.secrets) if context is not None else [])
