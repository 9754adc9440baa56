# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Certificates and private keys as files and texts: PEM, DER, PKCS#12. Whatever is wrong with one is found before a request is sent.

Sources: https://learn.microsoft.com/entra/identity-platform/certificate-credentials (thumbprints) and
https://learn.microsoft.com/entra/identity-platform/howto-create-self-signed-certificate (keys of 2048 bits); read 2026-11. The difference between clocks
(inferred).
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import datetime as dt
import re
import typing as t

from ._crypto import crypto
from ._errors import CredentialError

_LARGEST = 1024 * 1024
_SMALLEST_KEY = 2048
_KEY_BLOCK = re.compile(rb"-----BEGIN ((?:[A-Z0-9]+ )*PRIVATE KEY)-----.*?-----END \1-----", re.DOTALL)
CLOCKS = dt.timedelta(minutes=5)  # by which Entra's clock and the one that dated the certificate may differ


@dataclasses.dataclass(frozen=True)
class LoadedCertificate:
    """A certificate, with its private key where that is known."""

    der: bytes = dataclasses.field(repr=False)
    thumbprint: str  # SHA-1, as Entra shows it
    thumbprint_sha256: str
    subject: str
    not_before: dt.datetime
    not_after: dt.datetime
    key_size: int  # in bits
    source: str  # for sentences
    private_key: t.Any = dataclasses.field(default=None, repr=False, compare=False)

    @property
    def pem(self) -> str:
        """The certificate, which is public."""
        text = base64.b64encode(self.der).decode()
        lines = [text[start : start + 64] for start in range(0, len(text), 64)]
        return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])

    def private_key_pem(self) -> str:
        """The private key without a password (PKCS#8)."""
        form = crypto().serialization
        encoded = self.private_key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
        return t.cast(str, encoded.decode())

    def check_dates(self, now: dt.datetime, consequence: str = "") -> None:
        """Raises CredentialError when it has expired, and when it is not valid yet (C(CLOCKS) are forgiven). ``consequence`` ends the sentence."""
        if now >= self.not_after:
            raise CredentialError(
                f"The certificate {self.source} expired on {self.not_after:%Y-%m-%d}{consequence}.",
                code="certificate_expired",
                advice="Use a new certificate; to sign in with it, add it to the application first.",
                outcome="refused",
            )
        if now < self.not_before - CLOCKS:
            raise CredentialError(
                f"The certificate {self.source} is not valid before {self.not_before:%Y-%m-%d %H:%M} UTC{consequence}.",
                code="certificate_not_yet_valid",
                advice="Use it when it is valid, or check the clocks of this machine and of the one that made it.",
                outcome="refused",
            )

    def check_size(self) -> None:
        """Raise CredentialError when the key is shorter than what may be added to an application today."""
        if self.key_size < _SMALLEST_KEY:
            raise problem(self.source, f"has a key of {self.key_size} bits", f"Use one of at least {_SMALLEST_KEY} bits.")


def load(
    content: bytes, password: str | None, source: str, *, key: bytes | None = None, key_source: str | None = None, password_option: str = "private_key_password"
) -> LoadedCertificate:
    """The certificate in a file or text, with its private key when that is there or given apart.

    ``source`` and ``key_source`` name them in sentences ("file /x.pem"), ``password_option`` the option for the password of either. Raises
    CredentialError.
    """
    certificates, own = _parse(content, password, source, password_option)
    if key is not None:
        own = _parse_key(key, password, key_source or source, password_option)
    return describe(_choose(certificates, own, source), own, source)


def read_file(path: str, source: str) -> bytes:
    """What a file of a certificate or key holds. Raises CredentialError."""
    try:
        with open(path, "rb") as file:
            return file.read(_LARGEST)
    except OSError as error:
        raise CredentialError(f"The {source} cannot be read: {error.strerror or error}.", code="certificate", outcome="refused") from None


def read_text(text: str, what: str) -> bytes:
    """What an option holds: PEM, or the base64 of DER or PKCS#12. Raises CredentialError."""
    if "-----BEGIN " in text:
        return text.encode()
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise CredentialError(f"{what} is neither PEM nor the base64 of DER.", code="certificate", outcome="refused") from None


def describe(certificate: t.Any, key: t.Any, source: str) -> LoadedCertificate:
    """A certificate of cryptography's as this collection speaks of it. Raises CredentialError."""
    public = certificate.public_key()
    if not isinstance(public, crypto().rsa.RSAPublicKey):
        raise problem(source, "has a key that is not RSA", "Entra accepts RSA keys only.")
    return LoadedCertificate(
        der=certificate.public_bytes(crypto().serialization.Encoding.DER),
        thumbprint=certificate.fingerprint(crypto().hashes.SHA1()).hex().upper(),  # the name Entra gives to a certificate, not a protection
        thumbprint_sha256=certificate.fingerprint(crypto().hashes.SHA256()).hex().upper(),
        subject=certificate.subject.rfc4514_string(),
        # cryptography before 42 has only the names without a time zone.
        not_before=getattr(certificate, "not_valid_before_utc", None) or certificate.not_valid_before.replace(tzinfo=dt.UTC),
        not_after=getattr(certificate, "not_valid_after_utc", None) or certificate.not_valid_after.replace(tzinfo=dt.UTC),
        key_size=public.key_size,
        source=source,
        private_key=key,
    )


def problem(source: str, text: str, advice: str | None = None, code: str = "certificate") -> CredentialError:
    """What is wrong with a certificate, to be raised."""
    return CredentialError(f"The certificate {source} {text}.", code=code, advice=advice, outcome="refused")


def _parse(content: bytes, password: str | None, source: str, password_option: str) -> tuple[list[t.Any], t.Any]:
    """All certificates, and the private key if there is one."""
    if b"-----BEGIN " in content:
        try:
            certificates = crypto().x509.load_pem_x509_certificates(content)
        except ValueError:
            raise problem(source, "holds no certificate, or a damaged one") from None
        return list(certificates), _parse_key(content, password, source, password_option) if _KEY_BLOCK.search(content) else None
    try:
        return [crypto().x509.load_der_x509_certificate(content)], None
    except ValueError:
        pass
    try:
        key, certificate, others = crypto().pkcs12.load_key_and_certificates(content, password.encode() if password else None)
    except ValueError as error:
        if "password" not in str(error).lower():
            raise problem(source, "is neither PEM, DER nor PKCS#12 (.pfx)") from None
        if password:
            raise problem(source, "does not open with the password", code="certificate_password") from None
        raise problem(source, "is protected by a password, and none is given", f"Set '{password_option}'.", "certificate_password") from None
    return [found if hasattr(found, "public_bytes") else found.certificate for found in (certificate, *others) if found is not None], key


def _parse_key(content: bytes, password: str | None, source: str, password_option: str) -> t.Any:
    load: t.Callable[[bytes, bytes | None], t.Any] = crypto().serialization.load_pem_private_key
    if b"-----BEGIN " in content:
        blocks = list(_KEY_BLOCK.finditer(content))
        if len(blocks) != 1:
            raise CredentialError(f"The private key {source} is not one PEM block: {len(blocks)} were found.", code="private_key", outcome="refused")
        content = blocks[0][0]
        locked = b"ENCRYPTED" in content
    else:
        load, locked = crypto().serialization.load_der_private_key, _is_locked_der(content)
    if locked and password is None:
        raise CredentialError(
            f"The private key {source} is encrypted, and no password is given.",
            code="certificate_password",
            advice=f"Set '{password_option}'.",
            outcome="refused",
        )
    try:
        return load(content, password.encode() if locked and password else None)
    except (ValueError, TypeError, crypto().exceptions.UnsupportedAlgorithm):
        text = "does not open with the password" if locked else "is damaged, or of an unsupported kind"
        raise CredentialError(f"The private key {source} {text}.", code="certificate_password" if locked else "private_key", outcome="refused") from None


def _is_locked_der(content: bytes) -> bool:
    """Whether this is an encrypted private key as DER, which says so only when it is opened without a password."""
    try:
        crypto().serialization.load_der_private_key(content, None)
    except TypeError:
        return True
    except (ValueError, crypto().exceptions.UnsupportedAlgorithm):
        return False
    return False


def _choose(certificates: list[t.Any], key: t.Any, source: str) -> t.Any:
    """The certificate that fits the key; without a key there has to be exactly one."""
    if key is None:
        if len(certificates) != 1:
            raise problem(source, f"holds {len(certificates)} certificates", "Keep only the certificate that is to be added, or give its private key as well.")
        return certificates[0]
    wanted = _public(key)
    for certificate in certificates:
        if _public(certificate) == wanted:
            return certificate
    raise problem(source, "does not fit the private key", "Give the certificate together with its own key.", "certificate_key_mismatch")


def _public(thing: t.Any) -> bytes:
    return bytes(thing.public_key().public_bytes(crypto().serialization.Encoding.DER, crypto().serialization.PublicFormat.SubjectPublicKeyInfo))
