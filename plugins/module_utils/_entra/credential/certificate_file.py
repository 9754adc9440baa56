# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The certificate that a task was given or makes."""

from __future__ import annotations

import datetime as dt
import typing as t

from ..._certificates import CLOCKS, LoadedCertificate, describe, load, read_file, read_text
from ..._crypto import crypto
from ..._errors import OptionError


def load_given(options: t.Mapping[str, t.Any], password_option: str = "private_key_password") -> LoadedCertificate | None:
    """The certificate that the options give, checked against its private key where there is one. None when they give none.

    ``password_option`` names the one that opens either of them. Raises CredentialError and OptionError.
    """
    path, text = options.get("certificate_path"), options.get("certificate_content")
    keys = [name for name in ("private_key_path", "private_key_content", password_option) if options.get(name)]
    if path is None and text is None:
        if keys:
            raise OptionError(
                f"{' and '.join(keys)} {'is' if len(keys) == 1 else 'are'} given, and no certificate.",
                code="option_missing",
                advice="Set 'certificate_path' or 'certificate_content'.",
            )
        return None
    crypto()
    source = f"file {path}" if path is not None else "in certificate_content"
    content = read_file(path, source) if path is not None else read_text(str(text), f"The certificate {source}")
    key, key_source = None, None
    if options.get("private_key_path"):
        key_source = f"file {options['private_key_path']}"
        key = read_file(options["private_key_path"], key_source)
    elif options.get("private_key_content"):
        key_source = "in private_key_content"
        key = read_text(str(options["private_key_content"]), f"The private key {key_source}")
    found = load(content, options.get(password_option) or None, source, key=key, key_source=key_source, password_option=password_option)
    found.check_size()
    return found


def generate(subject: str, key_size: int, now: dt.datetime, end: dt.datetime) -> LoadedCertificate:
    """A new key with a self-signed certificate."""
    x509 = crypto().x509
    key = crypto().rsa.generate_private_key(public_exponent=65537, key_size=key_size)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, subject)])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - CLOCKS).not_valid_after(end)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    return describe(builder.sign(key, crypto().hashes.SHA256()), key, "made by this task")
