# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Signing in: one small class per credential, the choice of the credential, tokens, the tenant guard, the proof of a secret."""

from __future__ import annotations

from .._ids import is_guid
from .base import Credential, Login
from .choice import choose_credential
from .guard import TenantGuard, check_expected_domain, check_tenant
from .tokens import Token, TokenProvider

__all__ = [
    "Credential",
    "Login",
    "TenantGuard",
    "Token",
    "TokenProvider",
    "check_expected_domain",
    "check_tenant",
    "choose_credential",
    "is_guid",
]
