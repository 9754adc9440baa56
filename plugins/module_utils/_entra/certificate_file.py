# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Certificates as files, texts, and as made here. Whatever is wrong with one is found before a request is sent.

C(cryptography) is imported where it is needed: it takes long to load, and most tasks of a job have nothing to do with certificates.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import datetime as dt
import re
import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import CredentialError, OptionError

_LARGEST = 1024 * 1024
_SMALLEST_KEY = 2048
_KEY_BLOCK = re.compile(rb"-----BEGIN ((?:[A-Z0-9]+ )*PRIVATE KEY)-----.*?-----END \1-----", re.DOTALL)
_CLOCKS = dt.timedelta(minutes=5)  # by which Entra's clock and the one that dated the certificate may differ


@dataclasses.dataclass(frozen=True)
class LoadedCertificate:
    """A certificate, with its private key where that is known."""

    der: bytes = dataclasses.field(repr=False)
    thumbprint: str  # SHA-1, as Entra shows it
    thumbprint_sha256: str
    subject: str
    not_before: dt.datetime
    not_after: dt.datetime
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
        from cryptography.hazmat.primitives import serialization  # pylint: disable=import-outside-toplevel

        encoded = self.private_key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return t.cast(str, encoded.decode())

    def check_dates(self, now: dt.datetime) -> None:
        """Raise CredentialError when it is not valid now."""
        if now >= self.not_after:
            raise CredentialError(
                f"The certificate {self.source} expired on {self.not_after:%Y-%m-%d}; nothing was written.",
                code="certificate_expired",
                advice="Use a new one.",
                outcome="refused",
            )
        if now < self.not_before - _CLOCKS:
            raise CredentialError(
                f"The certificate {self.source} is not valid before {self.not_before:%Y-%m-%d %H:%M} UTC; nothing was written.",
                code="certificate_not_yet_valid",
                advice="Add it when it is valid, or check the clock of the machine that made it.",
                outcome="refused",
            )


def load_given(options: t.Mapping[str, t.Any]) -> LoadedCertificate | None:
    """The certificate that the options give, checked against its private key where there is one. None when they give none."""
    path, text = options.get("certificate_path"), options.get("certificate_content")
    keys = [name for name in ("private_key_path", "private_key_content", "private_key_password") if options.get(name)]
    if path is None and text is None:
        if keys:
            raise OptionError(
                f"{' and '.join(keys)} {'is' if len(keys) == 1 else 'are'} given, and no certificate.",
                code="option_missing",
                advice="Set 'certificate_path' or 'certificate_content'.",
            )
        return None
    library()
    source = f"file {path}" if path is not None else "in certificate_content"
    content = _file(path, source) if path is not None else _text(str(text), f"The certificate {source}")
    password = options.get("private_key_password") or None
    certificates, key = _parse(content, password, source)
    if options.get("private_key_path"):
        key_source = f"file {options['private_key_path']}"
        key = _parse_key(_file(options["private_key_path"], key_source), password, key_source)
    elif options.get("private_key_content"):
        key_source = "in private_key_content"
        key = _parse_key(_text(str(options["private_key_content"]), f"The private key {key_source}"), password, key_source)
    return _loaded(_choose(certificates, key, source), key, source)


def generate(subject: str, key_size: int, now: dt.datetime, end: dt.datetime) -> LoadedCertificate:
    """A new key with a self-signed certificate."""
    library()
    from cryptography import x509  # pylint: disable=import-outside-toplevel
    from cryptography.hazmat.primitives import hashes  # pylint: disable=import-outside-toplevel
    from cryptography.hazmat.primitives.asymmetric import rsa  # pylint: disable=import-outside-toplevel

    key = rsa.generate_private_key(public_exponent=65537, key_size=key_size)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, subject)])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - _CLOCKS).not_valid_after(end)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    return _loaded(builder.sign(key, hashes.SHA256()), key, "made by this task")


def library() -> None:
    """Raise CredentialError in a sentence when cryptography is missing."""
    try:
        import cryptography  # noqa: F401 pylint: disable=import-outside-toplevel,unused-import
    except ImportError:
        raise CredentialError("Certificates need the Python package cryptography.", code="missing_library", advice="Install it next to msal.") from None


def _problem(source: str, text: str, advice: str | None = None, code: str = "certificate") -> CredentialError:
    return CredentialError(f"The certificate {source} {text}.", code=code, advice=advice, outcome="refused")


def _file(path: str, source: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(_LARGEST)
    except OSError as error:
        raise CredentialError(f"The {source} cannot be read: {error.strerror or error}.", code="certificate", outcome="refused") from None


def _text(text: str, what: str) -> bytes:
    if "-----BEGIN " in text:
        return text.encode()
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise CredentialError(f"{what} is neither PEM nor the base64 of DER.", code="certificate", outcome="refused") from None


def _parse(content: bytes, password: str | None, source: str) -> tuple[list[t.Any], t.Any]:
    """All certificates, and the private key if there is one."""
    from cryptography import x509  # pylint: disable=import-outside-toplevel
    from cryptography.hazmat.primitives.serialization import pkcs12  # pylint: disable=import-outside-toplevel

    if b"-----BEGIN " in content:
        try:
            certificates = x509.load_pem_x509_certificates(content)
        except ValueError:
            raise _problem(source, "holds no certificate, or a damaged one") from None
        return list(certificates), _parse_key(content, password, source) if _KEY_BLOCK.search(content) else None
    try:
        return [x509.load_der_x509_certificate(content)], None
    except ValueError:
        pass
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(content, password.encode() if password else None)
    except ValueError as error:
        if "password" not in str(error).lower():
            raise _problem(source, "is neither PEM, DER nor PKCS#12 (.pfx)") from None
        if password:
            raise _problem(source, "does not open with the password", code="certificate_password") from None
        raise _problem(source, "is protected by a password, and none is given", "Set 'private_key_password'.", "certificate_password") from None
    return [found if hasattr(found, "public_bytes") else found.certificate for found in (certificate, *others) if found is not None], key


def _parse_key(content: bytes, password: str | None, source: str) -> t.Any:
    from cryptography.exceptions import UnsupportedAlgorithm  # pylint: disable=import-outside-toplevel
    from cryptography.hazmat.primitives import serialization  # pylint: disable=import-outside-toplevel

    load: t.Callable[[bytes, bytes | None], t.Any] = serialization.load_pem_private_key
    if b"-----BEGIN " in content:
        blocks = list(_KEY_BLOCK.finditer(content))
        if len(blocks) != 1:
            raise CredentialError(f"The private key {source} is not one PEM block: {len(blocks)} were found.", code="private_key", outcome="refused")
        content = blocks[0][0]
        locked = b"ENCRYPTED" in content
    else:
        load, locked = serialization.load_der_private_key, _is_locked_der(content)
    if locked and password is None:
        raise CredentialError(
            f"The private key {source} is encrypted, and no password is given.",
            code="certificate_password",
            advice="Set 'private_key_password'.",
            outcome="refused",
        )
    try:
        return load(content, password.encode() if locked and password else None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        text = "does not open with the password" if locked else "is damaged, or of an unsupported kind"
        raise CredentialError(f"The private key {source} {text}.", code="certificate_password" if locked else "private_key", outcome="refused") from None


def _is_locked_der(content: bytes) -> bool:
    """Whether this is an encrypted private key as DER, which says so only when it is opened without a password."""
    from cryptography.exceptions import UnsupportedAlgorithm  # pylint: disable=import-outside-toplevel
    from cryptography.hazmat.primitives import serialization  # pylint: disable=import-outside-toplevel

    try:
        serialization.load_der_private_key(content, None)
    except TypeError:
        return True
    except (ValueError, UnsupportedAlgorithm):
        return False
    return False


def _choose(certificates: list[t.Any], key: t.Any, source: str) -> t.Any:
    """The certificate that fits the key; without a key there has to be exactly one."""
    if key is None:
        if len(certificates) != 1:
            raise _problem(source, f"holds {len(certificates)} certificates", "Leave the one that is to be added, or give its private key as well.")
        return certificates[0]
    wanted = _public(key)
    for certificate in certificates:
        if _public(certificate) == wanted:
            return certificate
    raise _problem(source, "does not fit the private key", "Give the certificate together with its own key.", "certificate_key_mismatch")


def _loaded(certificate: t.Any, key: t.Any, source: str) -> LoadedCertificate:
    from cryptography.hazmat.primitives import hashes, serialization  # pylint: disable=import-outside-toplevel
    from cryptography.hazmat.primitives.asymmetric import rsa  # pylint: disable=import-outside-toplevel

    public = certificate.public_key()
    if not isinstance(public, rsa.RSAPublicKey):
        raise _problem(source, "has a key that is not RSA", "Entra takes RSA keys only.")
    if public.key_size < _SMALLEST_KEY:
        raise _problem(source, f"has a key of {public.key_size} bits", f"Use one of at least {_SMALLEST_KEY} bits.")
    return LoadedCertificate(
        der=certificate.public_bytes(serialization.Encoding.DER),
        thumbprint=certificate.fingerprint(hashes.SHA1()).hex().upper(),  # the name Entra gives to a certificate, not a protection
        thumbprint_sha256=certificate.fingerprint(hashes.SHA256()).hex().upper(),
        subject=certificate.subject.rfc4514_string(),
        # cryptography before 42 has only the names without a time zone.
        not_before=getattr(certificate, "not_valid_before_utc", None) or certificate.not_valid_before.replace(tzinfo=dt.UTC),
        not_after=getattr(certificate, "not_valid_after_utc", None) or certificate.not_valid_after.replace(tzinfo=dt.UTC),
        source=source,
        private_key=key,
    )


def _public(thing: t.Any) -> bytes:
    from cryptography.hazmat.primitives import serialization  # pylint: disable=import-outside-toplevel

    return bytes(thing.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))
