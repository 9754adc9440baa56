# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator's own certificate authority, its server certificate and its token key, kept in the state directory."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import pathlib
import ssl
import typing as t

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_VALID = dt.timedelta(days=365)


def _write_private(path: pathlib.Path, content: bytes) -> None:
    """Create or replace a file that only the owner may read."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(content)
    temporary.replace(path)


def _pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _builder(name: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + _VALID)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


class Authority:
    """A certificate authority that is made on first use and found again after a restart.

    It is kept so that a client that trusts ``ca.pem`` goes on trusting the emulator when it is started anew.
    """

    def __init__(self, directory: pathlib.Path) -> None:
        self._directory = directory
        self.path = directory / "ca.pem"
        key_path = directory / "ca-key.pem"
        if self.path.exists() and key_path.exists():
            self._key = t.cast(ec.EllipticCurvePrivateKey, serialization.load_pem_private_key(key_path.read_bytes(), None))
            self._certificate = x509.load_pem_x509_certificate(self.path.read_bytes())
            if self._certificate.not_valid_after_utc > dt.datetime.now(dt.UTC) + dt.timedelta(days=1):
                return
        self._key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tenant-emulator test authority")])
        self._certificate = (
            _builder(name, name, self._key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        _write_private(key_path, _pem(self._key))
        self.path.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))

    def server_context(self, host_names: t.Iterable[str]) -> ssl.SSLContext:
        """A TLS server context for loopback and all these host names."""
        key = ec.generate_private_key(ec.SECP256R1())
        names: list[x509.GeneralName] = [x509.DNSName(name) for name in dict.fromkeys(("localhost", *host_names))]
        names += [x509.IPAddress(ipaddress.ip_address(address)) for address in ("127.0.0.1", "::1")]
        certificate = (
            _builder(
                x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]),
                self._certificate.subject,
                key.public_key(),
            )
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            # Python 3.13 verifies strictly and refuses a leaf without this.
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        path = self._directory / "server.pem"
        _write_private(path, certificate.public_bytes(serialization.Encoding.PEM) + _pem(key))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(path)
        return context

    def token_key(self) -> rsa.RSAPrivateKey:
        """The key that signs access tokens; kept, because making one takes longer than the rest of the start."""
        path = self._directory / "token-key.pem"
        if path.exists():
            return t.cast(rsa.RSAPrivateKey, serialization.load_pem_private_key(path.read_bytes(), None))
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        _write_private(path, _pem(key))
        return key
