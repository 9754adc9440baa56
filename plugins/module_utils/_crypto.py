# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The parts of the package cryptography that certificates need, each imported when it is first used.

It takes long to load, and most tasks of a job have nothing to do with certificates; and it may be missing where nobody signs in with one.
"""

from __future__ import annotations

import importlib
import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import CredentialError

_PLACES = {
    "exceptions": "cryptography.exceptions",
    "hashes": "cryptography.hazmat.primitives.hashes",
    "padding": "cryptography.hazmat.primitives.asymmetric.padding",
    "pkcs12": "cryptography.hazmat.primitives.serialization.pkcs12",
    "rsa": "cryptography.hazmat.primitives.asymmetric.rsa",
    "serialization": "cryptography.hazmat.primitives.serialization",
    "x509": "cryptography.x509",
}


def __getattr__(name: str) -> t.Any:
    """The part of that name. Raises CredentialError in a sentence when the package is missing."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return importlib.import_module(_PLACES[name])
    except ImportError:
        raise CredentialError("Certificates need the Python package cryptography.", code="missing_library", advice="Install it next to msal.") from None


def require() -> None:
    """Raise CredentialError when the package is missing, before anything else is done."""
    __getattr__("x509")
