# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The authority that a product is told: it sends everybody who signs in to the tenant it names.

Sources: https://support.workspace365.net/hc/en-us/articles/4408392843410-Manual-setup-of-SSO (an authority is login.windows.net and the tenant's domain),
https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud (hosts of the other clouds); read 2026-11.
"""

from __future__ import annotations

import typing as t
import urllib.parse

from ._addresses import address_problem, without_secrets
from ._clouds import EXAMPLE_AUTHORITY, LOGIN_HOSTS, tenant_in_login_url
from ._errors import OptionError


def check_authority_address(authority: str, service: str | None = None) -> None:
    """Raises OptionError for what is no address that people can be sent to for their sign-in."""
    problem = address_problem(authority) or _nobodys(authority)
    if problem:
        raise OptionError(
            f"The authority {without_secrets(authority)!r} {problem}.",
            code="invalid_authority",
            service=service,
            outcome="refused",
            advice=f"Correct 'authority', for example: {EXAMPLE_AUTHORITY}",
        )


def check_authority_tenant(authority: str, own: t.Collection[str], owner: str, service: str | None = None) -> None:
    """Raises OptionError for an authority of another tenant.

    ``own`` are the tenant's id and verified domains in lower case, ``owner`` says in words whose they are. What is not Entra's, or names no certain
    tenant (C(common)), is left alone.
    """
    named = tenant_in_login_url(authority)
    if named and named not in own:
        raise OptionError(
            f"The authority {authority} names {named}, which is neither the id nor a verified domain of {owner}: "
            "every user would be sent to the sign-in of another tenant.",
            code="authority_of_another_tenant",
            service=service,
            outcome="refused",
            advice="Correct 'authority'; a domain that is not verified yet does not count.",
        )


def _nobodys(authority: str) -> str | None:
    parts = urllib.parse.urlsplit(authority)
    return "names no tenant after the host" if (parts.hostname or "").lower() in LOGIN_HOSTS and not parts.path.strip("/") else None
