# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates that applications of the emulator sign in with."""

from __future__ import annotations

import datetime as dt

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
