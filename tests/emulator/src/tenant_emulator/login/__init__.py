# SPDX-License-Identifier: GPL-3.0-or-later
"""The Microsoft identity platform: discovery, signing keys and the token endpoint."""

from .service import LoginService

__all__ = ["LoginService"]
