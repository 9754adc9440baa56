# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""A certificate with its private key, PEM or PKCS#12. Whatever is wrong with the file is found before a request is sent."""

from __future__ import annotations

import datetime as dt
import hashlib
import typing as t

from .._certificates import LoadedCertificate, load, problem, read_file
from .base import ConfidentialCredential, Login, msal_is_at_least


class Certificate(ConfidentialCredential):
    """An application with a certificate."""

    method = "certificate"
    label = "certificate"

    def __init__(self, client_id: str, path: str, password: str | None, source: str) -> None:
        super().__init__(client_id, source)
        self.path = path
        self._password = password or None
        self._loaded: LoadedCertificate | None = None
        self._content: bytes | None = None

    def validate(self) -> None:
        self.check_client_id("auth_client_id")
        self._load()

    def check_dates(self, now: dt.datetime) -> None:
        self._load().check_dates(now)

    def identity(self) -> t.Sequence[str]:
        return (hashlib.sha256(self._read()).hexdigest(),)

    @property
    def certificate(self) -> LoadedCertificate:
        """The certificate with its private key. Raises CredentialError as C(validate) does."""
        return self._load()

    @property
    def secrets(self) -> t.Sequence[str]:
        return (self._password,) if self._password else ()

    def describe(self) -> str:
        return f"certificate {self.path} of {(self.client_id or '')[:8]}... from {self.source}"

    def msal_credential(self, login: Login) -> t.Any:
        found = self._load()
        credential = {"private_key": found.private_key_pem(), "public_certificate": found.pem}
        # With the certificate alone msal signs with PS256 and x5t#S256, which is what Entra documents today. Before 1.35 it cannot.
        if not msal_is_at_least(1, 35):
            credential["thumbprint"] = found.thumbprint
        return credential

    @property
    def _place(self) -> str:
        return f"file {self.path} (from {self.source})"

    def _read(self) -> bytes:
        if self._content is None:
            self._content = read_file(self.path, self._place)
        return self._content

    def _load(self) -> LoadedCertificate:
        """The certificate and its private key, checked but for their dates."""
        if self._loaded is None:
            found = load(self._read(), self._password, self._place, password_option="auth_certificate_password")
            if found.private_key is None:
                raise problem(self._place, "holds no private key", "The file has to hold the certificate and its private key.")
            self._loaded = found
        return self._loaded
