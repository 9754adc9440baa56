# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""A certificate with its private key, PEM or PKCS#12. Whatever is wrong with the file is found before a request is sent."""

from __future__ import annotations

import datetime
import hashlib
import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.base import ConfidentialCredential, msal_is_at_least
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import CredentialError

_LARGEST = 1024 * 1024


class Certificate(ConfidentialCredential):
    """An application with a certificate."""

    method = "certificate"
    label = "certificate"

    def __init__(self, client_id: str, path: str, password: str | None, source: str) -> None:
        super().__init__(client_id, source)
        self.path = path
        self._password = password or None
        self._loaded: tuple[str, str] | None = None
        self._content: bytes | None = None

    def validate(self) -> None:
        self.check_client_id("auth_client_id")
        self._load()

    def identity(self) -> t.Sequence[str]:
        return (hashlib.sha256(self._read()).hexdigest(),)

    @property
    def secrets(self) -> t.Sequence[str]:
        return (self._password,) if self._password else ()

    def describe(self) -> str:
        return f"certificate {self.path} of {(self.client_id or '')[:8]}... from {self.source}"

    def msal_credential(self) -> t.Any:
        key, certificate = self._load()
        credential = {"private_key": key, "public_certificate": certificate}
        # With the certificate alone msal signs with PS256 and x5t#S256, which is what Entra documents today. Before 1.35 it cannot.
        if not msal_is_at_least(1, 35):
            credential["thumbprint"] = _sha1(certificate)
        return credential

    def _problem(self, text: str, advice: str | None = None, code: str = "certificate") -> CredentialError:
        return CredentialError(f"The certificate file {self.path} (from {self.source}) {text}.", code=code, advice=advice)

    def _read(self) -> bytes:
        if self._content is None:
            try:
                with open(self.path, "rb") as file:
                    self._content = file.read(_LARGEST)
            except OSError as error:
                raise self._problem(f"cannot be read: {error.strerror or error}") from None
        return self._content

    def _load(self) -> tuple[str, str]:
        """Private key and certificate as unencrypted PEM texts, checked."""
        if self._loaded is not None:
            return self._loaded
        content = self._read()
        try:
            # Not at the top of the file: it takes long to import, and only certificates need it.
            from cryptography import x509  # noqa: F401 pylint: disable=import-outside-toplevel,unused-import
            from cryptography.hazmat.primitives import serialization  # pylint: disable=import-outside-toplevel
            from cryptography.hazmat.primitives.asymmetric import rsa  # pylint: disable=import-outside-toplevel
        except ImportError:
            raise CredentialError(
                "Signing in with a certificate needs the Python package cryptography.", code="missing_library", advice="Install it next to msal."
            ) from None
        key, certificates = self._parse_pem(content) if b"-----BEGIN " in content else self._parse_pkcs12(content)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise self._problem("holds a key that is not RSA", "Entra takes RSA keys only; make an RSA certificate.")
        wanted = _public(key)
        fitting = [certificate for certificate in certificates if _public(certificate) == wanted]
        if not fitting:
            raise self._problem("holds a private key that does not fit its certificate", "Put the certificate and its own key into the file.")
        certificate = fitting[0]
        self._check_dates(certificate)
        encoding = serialization.Encoding.PEM
        plain = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        self._loaded = (plain.decode(), certificate.public_bytes(encoding).decode())
        return self._loaded

    def _parse_pem(self, content: bytes) -> tuple[t.Any, list[t.Any]]:
        from cryptography import x509  # pylint: disable=import-outside-toplevel
        from cryptography.exceptions import UnsupportedAlgorithm  # pylint: disable=import-outside-toplevel
        from cryptography.hazmat.primitives import serialization  # pylint: disable=import-outside-toplevel

        blocks = list(_pem_blocks(content))
        keys = [block for kind, block in blocks if kind.endswith("PRIVATE KEY")]
        texts = [block for kind, block in blocks if kind in ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE")]
        if not keys:
            raise self._problem("holds no private key", "The file has to hold the certificate and its private key, both in PEM form.")
        if not texts:
            raise self._problem("holds a private key and no certificate", "The file has to hold the certificate and its private key, both in PEM form.")
        if len(keys) > 1:
            raise self._problem("holds more than one private key", "Leave the one that fits the certificate.")
        encrypted = b"ENCRYPTED" in keys[0]
        if encrypted and self._password is None:
            raise self._problem("holds an encrypted private key, and no password is given", "Set auth_certificate_password.", "certificate_password")
        try:
            key = serialization.load_pem_private_key(keys[0], self._password.encode() if encrypted and self._password else None)
        except UnsupportedAlgorithm:
            raise self._problem("holds a private key of an unsupported kind") from None
        except (ValueError, TypeError):
            if encrypted:
                raise self._problem("holds an encrypted private key that the password does not open", code="certificate_password") from None
            raise self._problem("holds a damaged private key") from None
        try:
            return key, [x509.load_pem_x509_certificate(text) for text in texts]
        except ValueError:
            raise self._problem("holds a damaged certificate") from None

    def _parse_pkcs12(self, content: bytes) -> tuple[t.Any, list[t.Any]]:
        from cryptography.hazmat.primitives.serialization import pkcs12  # pylint: disable=import-outside-toplevel

        if not content.startswith(b"\x30"):  # an ASN.1 sequence
            raise self._problem("is neither PEM nor PKCS#12 (.pfx)")
        try:
            key, certificate, others = pkcs12.load_key_and_certificates(content, self._password.encode() if self._password else None)
        except ValueError as error:
            if "password" in str(error).lower():
                if self._password:
                    raise self._problem("does not open with the password", code="certificate_password") from None
                raise self._problem("is protected by a password, and none is given", "Set auth_certificate_password.", "certificate_password") from None
            raise self._problem(
                "is neither PEM nor PKCS#12 (.pfx) with a private key", "A certificate alone (.cer, .der) is not enough: the private key is needed."
            ) from None
        if key is None:
            raise self._problem("holds no private key", "Export it again, with its private key.")
        certificates = [found for found in (certificate, *others) if found is not None]
        if not certificates:
            raise self._problem("holds a private key and no certificate")
        return key, certificates

    def _check_dates(self, certificate: t.Any) -> None:
        now = datetime.datetime.now(datetime.UTC)
        # cryptography before 42 has only the names without a time zone.
        begin = getattr(certificate, "not_valid_before_utc", None) or certificate.not_valid_before.replace(tzinfo=datetime.UTC)
        end = getattr(certificate, "not_valid_after_utc", None) or certificate.not_valid_after.replace(tzinfo=datetime.UTC)
        if now >= end:
            advice = "Use a new one, and add it to the app registration."
            raise self._problem(f"holds a certificate that expired on {end:%Y-%m-%d}", advice, "certificate_expired")
        if now < begin:
            text = f"holds a certificate that is not valid before {begin:%Y-%m-%d %H:%M} UTC"
            raise self._problem(text, "Check this machine's clock.", "certificate_not_yet_valid")


def _public(thing: t.Any) -> bytes:
    """The public key of a key or a certificate, in a form that can be compared."""
    from cryptography.hazmat.primitives import serialization  # pylint: disable=import-outside-toplevel

    return bytes(thing.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))


def _sha1(certificate: str) -> str:
    """The thumbprint that names a certificate in older requests; a name, not a protection."""
    from cryptography import x509  # pylint: disable=import-outside-toplevel
    from cryptography.hazmat.primitives import hashes  # pylint: disable=import-outside-toplevel

    return x509.load_pem_x509_certificate(certificate.encode()).fingerprint(hashes.SHA1()).hex()


def _pem_blocks(content: bytes) -> t.Iterator[tuple[str, bytes]]:
    """Kind and whole text of each PEM block."""
    kind: str | None = None
    lines: list[bytes] = []
    for line in content.splitlines():
        text = line.strip()
        if text.startswith(b"-----BEGIN ") and text.endswith(b"-----"):
            kind, lines = text[11:-5].decode("ascii", "replace").strip(), []
        if kind is not None:
            lines.append(text)
        if kind is not None and text.startswith(b"-----END "):
            yield kind, b"\n".join(lines) + b"\n"
            kind = None
