# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens the files that the sink C(vault_file) writes, and signs in with what they hold, as a person who reads them would."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import typing as t
import uuid
from pathlib import Path
from urllib.parse import urlencode

import jwt
from ansible.parsing.vault import VaultLib, VaultSecret
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from tenant_emulator.testing import Emulator

VAULT_ID = "connectors"
VAULT_PASSWORD = "emulated-vault-password"
_HEADER = f"$ANSIBLE_VAULT;1.2;AES256;{VAULT_ID}"
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def sink(folder: Path) -> dict[str, t.Any]:
    """The host variables of a vault file in a folder."""
    return {"entra_connector_sink": {"type": "vault_file", "directory": str(folder)}, "entra_connector_vault_id": VAULT_ID}


@dataclasses.dataclass
class VaultFiles:
    """A folder of vault files."""

    folder: Path
    emulator: Emulator
    tenant: str = "contoso"

    def path(self, connector: str) -> Path:
        """Where the file of a connector is."""
        return self.folder / f"{self.emulator.tenant_id(self.tenant)}_{connector}.yml"

    def read(self, connector: str) -> dict[str, t.Any] | None:
        """What a connector's file holds; None when there is no file. Anything but a whole file is an assertion error."""
        path = self.path(connector)
        if not path.exists():
            return None
        text = path.read_text()
        assert text.splitlines()[:1] == [_HEADER], f"{path.name} begins with {text[:60]!r}"
        assert path.stat().st_mode & 0o777 == 0o600
        vault = VaultLib([(VAULT_ID, VaultSecret(VAULT_PASSWORD.encode()))])
        return t.cast("dict[str, t.Any]", json.loads(vault.decrypt(text))["tenantkit_credential"])

    def left_over(self) -> list[str]:
        """Files that are not whole ones under their own names."""
        return sorted(item.name for item in self.folder.iterdir() if not item.name.endswith(".yml")) if self.folder.exists() else []

    def values(self) -> list[str]:
        """All values that all files hold."""
        names = [path.stem.partition("_")[2] for path in self.folder.glob("*.yml")] if self.folder.exists() else []
        return [str(held["value"]) for name in names if (held := self.read(name))]

    def signs_in(self, connector: str) -> bool:
        """Whether an application signs in with what its file holds."""
        held = self.read(connector)
        assert held is not None
        client_id, value = held["facts"]["client_id"], held["value"]
        if "PRIVATE KEY" in value:
            return certificate_signs_in(self.emulator, self.tenant, client_id, value)
        return bool(self.emulator.token(self.tenant, client_id, value)["status"] == 200)


def certificate_signs_in(emulator: Emulator, tenant: str, client_id: str, pem: str) -> bool:
    """Whether an application signs in with a private key and its certificate."""
    key = serialization.load_pem_private_key(pem.encode(), None)
    thumbprint = x509.load_pem_x509_certificate(pem[pem.index("-----BEGIN CERTIFICATE") :].encode()).fingerprint(hashes.SHA256())
    url = f"{emulator.login_url}/{emulator.tenant_id(tenant)}/oauth2/v2.0/token"
    now = int(dt.datetime.fromisoformat(emulator.control("GET", "clock")["now"]).timestamp())
    claims = {"aud": url, "iss": client_id, "sub": client_id, "jti": str(uuid.uuid4()), "nbf": now, "iat": now, "exp": now + 600}
    header = {"x5t#S256": jwt.utils.base64url_encode(thumbprint).decode()}
    form = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "scope": "https://graph.microsoft.com/.default",
        "client_assertion_type": _ASSERTION,
        "client_assertion": jwt.encode(claims, t.cast(t.Any, key), algorithm="PS256", headers=header),
    }
    status, _raw = emulator.request("POST", url, urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"})
    return status == 200
