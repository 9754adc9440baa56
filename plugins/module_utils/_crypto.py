# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The package cryptography, which only certificates need."""

from __future__ import annotations

import functools
import types

from ._errors import CredentialError


@functools.cache
def crypto() -> types.SimpleNamespace:
    """The parts of the package by their names: exceptions, hashes, padding, pkcs12, rsa, serialization, x509.

    Raises CredentialError when the package is missing.
    """
    # Loaded here and not at the top: that costs 0.1 to 0.2 s of CPU (measured with cryptography 46 on Python 3.11), and most tasks of a job
    # have nothing to do with certificates.
    try:
        from cryptography import exceptions, x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import padding, rsa
        from cryptography.hazmat.primitives.serialization import pkcs12
    except ImportError:
        raise CredentialError("Certificates need the Python package cryptography.", code="missing_library", advice="Install it next to msal.") from None
    return types.SimpleNamespace(exceptions=exceptions, hashes=hashes, padding=padding, pkcs12=pkcs12, rsa=rsa, serialization=serialization, x509=x509)
