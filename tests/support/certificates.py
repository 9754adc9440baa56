# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys and certificates: what applications of the emulator sign in with, and what tests bring along."""

from __future__ import annotations

import datetime as dt
import typing as t

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from tenant_emulator.testing import Emulator


def certificate(valid_for: dt.timedelta = dt.timedelta(days=30)) -> tuple[rsa.RSAPrivateKey, x509.Certificate, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "automation")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=60))
        .not_valid_after(now + valid_for)
        .sign(key, hashes.SHA256())
    )
    return key, made, made.public_bytes(serialization.Encoding.PEM).decode()


def key_pem(key: rsa.RSAPrivateKey) -> str:
    raw = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return raw.decode()


def register(emulator: Emulator, pem: str) -> str:
    made = emulator.add_application("contoso", displayName="Certified")
    emulator.control("POST", f"tenants/contoso/applications/{made['application']['id']}/certificates", {"pem": pem})
    return str(made["application"]["appId"])


class Pair(t.NamedTuple):
    """A key and its certificate."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def key_pem(self) -> bytes:
        """The private key."""
        return self._key(serialization.Encoding.PEM)

    @property
    def key_der(self) -> bytes:
        """The private key."""
        return self._key(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        """The certificate."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def der(self) -> bytes:
        """The certificate."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    def _key(self, encoding: serialization.Encoding) -> bytes:
        return self.key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def pair(begin: float = -1, end: float = 300) -> Pair:
    """A certificate that is valid from so many days on to so many days on."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "brought along")])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now + dt.timedelta(begin), now + dt.timedelta(end))
    return Pair(key, builder.sign(key, hashes.SHA256()))
