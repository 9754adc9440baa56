# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates: what is wrong with a file is said before a request is sent, with its path."""

from __future__ import annotations

import datetime as dt
import pathlib
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth import base
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.base import Login
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.certificate import Certificate
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import CredentialError
from ansible_collections.tenantkit.connectors.plugins.module_utils._http.client import HttpClient
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

CLIENT = "11111111-2222-3333-4444-555555555555"
PEM = serialization.Encoding.PEM
PLAIN = serialization.NoEncryption()
LOCKED = serialization.BestAvailableEncryption(b"open sesame")
DAY = dt.timedelta(days=1)
NOWHERE = t.cast(Login, None)  # a certificate signs without asking

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())


def certificate(key: t.Any = KEY, begin: dt.timedelta = -DAY, end: dt.timedelta = DAY) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "automation")])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
    return builder.not_valid_before(now + begin).not_valid_after(now + end).sign(key, hashes.SHA256())


def key_pem(key: t.Any = KEY, lock: t.Any = PLAIN, form: t.Any = serialization.PrivateFormat.PKCS8) -> bytes:
    return key.private_bytes(PEM, form, lock)


def cert_pem(made: x509.Certificate | None = None) -> bytes:
    return (made or certificate()).public_bytes(PEM)


def pfx(key: t.Any = KEY, made: x509.Certificate | None = None, lock: t.Any = PLAIN) -> bytes:
    return pkcs12.serialize_key_and_certificates(b"x", key, made or (certificate(key) if key else certificate()), None, lock)


TRADITIONAL = serialization.PrivateFormat.TraditionalOpenSSL
GOOD = {
    "pem": (cert_pem() + key_pem(), None),
    "key first": (key_pem() + cert_pem(), None),
    "with remarks and CRLF": (b"Bag Attributes\n  x: y\n" + (cert_pem() + key_pem()).replace(b"\n", b"\r\n"), None),
    "traditional key": (cert_pem() + key_pem(form=TRADITIONAL), None),
    "locked": (cert_pem() + key_pem(lock=LOCKED), "open sesame"),
    "locked, traditional": (cert_pem() + key_pem(lock=LOCKED, form=TRADITIONAL), "open sesame"),
    "password that is not needed": (cert_pem() + key_pem(), "unused"),
    "chain, own certificate last": (cert_pem(certificate(OTHER_KEY)) + cert_pem() + key_pem(), None),
    "pfx": (pfx(), None),
    "locked pfx": (pfx(lock=LOCKED), "open sesame"),
}
BAD = {
    "nothing": (b"", None, "neither PEM, DER nor PKCS#12"),
    "text": (b"hello", None, "neither PEM, DER nor PKCS#12"),
    "no key": (cert_pem(), None, "holds no private key"),
    "no certificate": (key_pem(), None, "holds no certificate"),
    "another key": (cert_pem() + key_pem(OTHER_KEY), None, "does not fit the private key"),
    "two keys": (cert_pem() + key_pem() + key_pem(OTHER_KEY), None, "not one PEM block: 2 were found"),
    "no password": (cert_pem() + key_pem(lock=LOCKED), None, "no password is given"),
    "no password, traditional": (cert_pem() + key_pem(lock=LOCKED, form=TRADITIONAL), None, "no password is given"),
    "wrong password": (cert_pem() + key_pem(lock=LOCKED), "mistaken", "does not open with the password"),
    "damaged key": (cert_pem() + key_pem().replace(b"MII", b"AAA", 1), None, "is damaged, or of an unsupported kind"),
    "damaged certificate": (cert_pem().replace(b"MII", b"AAA", 1) + key_pem(), None, "or a damaged one"),
    "not RSA": (cert_pem(certificate(EC_KEY)) + key_pem(EC_KEY), None, "not RSA"),
    "pfx, no password": (pfx(lock=LOCKED), None, "protected by a password"),
    "pfx, wrong password": (pfx(lock=LOCKED), "mistaken", "does not open with the password"),
    "pfx without key": (pfx(None), None, "holds no private key"),
    "certificate in DER form": (certificate().public_bytes(serialization.Encoding.DER), None, "holds no private key"),
}


@pytest.mark.parametrize("name", GOOD)
def test_good_files(tmp_path: pathlib.Path, name: str) -> None:
    content, password = GOOD[name]
    path = tmp_path / "file"
    path.write_bytes(content)
    credential = Certificate(CLIENT, str(path), password, "the options")
    credential.validate()
    made = credential.msal_credential(NOWHERE)
    assert set(made) - {"thumbprint"} == {"private_key", "public_certificate"}
    own = x509.load_pem_x509_certificate(made["public_certificate"].encode())
    assert own.public_key().public_numbers() == KEY.public_key().public_numbers()
    assert "ENCRYPTED" not in made["private_key"]


@pytest.mark.parametrize("name", BAD)
def test_bad_files(tmp_path: pathlib.Path, name: str) -> None:
    content, password, words = BAD[name]
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(CredentialError) as caught:
        Certificate(CLIENT, str(path), password, "the environment").validate()
    assert words in caught.value.message
    assert str(path) in caught.value.message
    assert "from the environment" in caught.value.message
    assert password is None or password not in caught.value.sentence()


def test_files_that_cannot_be_read(tmp_path: pathlib.Path) -> None:
    for path in (tmp_path / "missing.pem", tmp_path):
        with pytest.raises(CredentialError, match="cannot be read") as caught:
            Certificate(CLIENT, str(path), None, "the options").validate()
        assert str(path) in caught.value.message


def test_an_older_msal_is_told_the_thumbprint(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    made = certificate()
    path.write_bytes(cert_pem(made) + key_pem())
    for version, thumbprint in (("1.31.0", made.fingerprint(hashes.SHA1()).hex().upper()), ("1.35.0b1", None), ("2.0", None)):
        monkeypatch.setattr(base.msal, "__version__", version)
        assert Certificate(CLIENT, str(path), None, "the options").msal_credential(NOWHERE).get("thumbprint") == thumbprint


def test_a_renewed_certificate_is_another_credential(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "file"
    prints = []
    for _time in range(2):
        path.write_bytes(cert_pem() + key_pem())
        prints.append(Certificate(CLIENT, str(path), None, "the options").fingerprint)
    assert prints[0] != prints[1]


class Service(Login):
    """A token service that only tells the time."""

    def service_time(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(float(self.tenant), dt.UTC)


def telling(now: dt.datetime) -> Login:
    return Service(t.cast(HttpClient, None), "https://login.example", str(now.timestamp()))


DATES = {
    "expired": (cert_pem(certificate(begin=-3 * DAY, end=-DAY)) + key_pem(), f"expired on {dt.datetime.now(dt.UTC) - DAY:%Y-%m-%d}", -2 * DAY),
    "too early": (cert_pem(certificate(begin=DAY, end=2 * DAY)) + key_pem(), "not valid before", DAY * 1.5),
    "pfx expired": (pfx(made=certificate(begin=-3 * DAY, end=-DAY)), "expired on", -2 * DAY),
}


@pytest.mark.parametrize(("content", "words", "when"), DATES.values(), ids=DATES)
def test_dates_are_those_of_the_service(tmp_path: pathlib.Path, content: bytes, words: str, when: dt.timedelta) -> None:
    """This machine's clock alone refuses no certificate: the token service is asked for the time first."""
    path = tmp_path / "file"
    path.write_bytes(content)
    credential = Certificate(CLIENT, str(path), None, "the environment")
    credential.validate()
    now = dt.datetime.now(dt.UTC)
    with pytest.raises(CredentialError, match=words) as caught:
        credential.check_dates_at(telling(now))
    assert str(path) in caught.value.message
    assert "from the environment" in caught.value.message
    assert credential.check_dates_at(telling(now + when)) == now + when
