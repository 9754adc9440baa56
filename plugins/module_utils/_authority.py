# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The authority that a product is told: it sends everybody who signs in to the tenant it names."""

from __future__ import annotations

import typing as t
import urllib.parse

from ansible_collections.tenantkit.connectors.plugins.module_utils._addresses import address_problem, without_secrets
from ansible_collections.tenantkit.connectors.plugins.module_utils._clouds import LOGIN_HOSTS, tenant_in_login_url
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError


def check_authority_address(authority: str, service: str | None = None) -> None:
    """Raise OptionError for what is no address that people can be sent to for their sign-in."""
    problem = address_problem(authority) or _nobodys(authority)
    if problem:
        raise OptionError(
            f"The authority {without_secrets(authority)!r} {problem}.",
            code="invalid_authority",
            service=service,
            outcome="refused",
            advice="Correct it, for example: https://login.windows.net/contoso.com",
        )


def check_authority_tenant(authority: str, own: t.Collection[str], owner: str, service: str | None = None) -> None:
    """Raise OptionError for an authority of another tenant.

    ``own`` are the tenant's id and verified domains in lower case, ``owner`` says in words whose they are. What is not Entra's, or names no certain
    tenant (C(common)), is left alone.
    """
    named = tenant_in_login_url(authority)
    if named and named not in own:
        raise OptionError(
            f"The authority {authority} names {named}, which is neither the id nor a verified domain of {owner}: "
            "everybody would be sent to another tenant's sign-in.",
            code="authority_of_another_tenant",
            service=service,
            outcome="refused",
            advice="Correct the authority; a domain that is not verified yet does not count.",
        )


def _nobodys(authority: str) -> str | None:
    parts = urllib.parse.urlsplit(authority)
    return "names no tenant after the host" if (parts.hostname or "").lower() in LOGIN_HOSTS and not parts.path.strip("/") else None
