# SPDX-License-Identifier: GPL-3.0-or-later
"""Two keys and certificates of them, for the tests of certificates of an application: files, planner and engine."""

from __future__ import annotations

import datetime as dt
import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.certificate_file import LoadedCertificate, load_given
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
DAY = dt.timedelta(days=1)
PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(key: t.Any = KEY, begin: dt.timedelta = -DAY, end: dt.timedelta = 200 * DAY) -> x509.Certificate:
    """A certificate of one of the keys."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "payroll")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
    return builder.not_valid_before(NOW + begin).not_valid_after(NOW + end).sign(key, hashes.SHA256())


def pem(made: x509.Certificate) -> str:
    """As text."""
    return made.public_bytes(PEM).decode()


def key_pem(key: t.Any = KEY, lock: t.Any = None) -> str:
    """A private key as text, locked with a password or not."""
    return t.cast(bytes, key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, lock or serialization.NoEncryption())).decode()


GOOD = certificate()


def given(made: x509.Certificate = GOOD) -> LoadedCertificate:
    """A certificate as an option gave it."""
    return t.cast(LoadedCertificate, load_given({"certificate_content": pem(made)}))
