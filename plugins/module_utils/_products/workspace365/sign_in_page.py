# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the sign-in page of an environment of Workspace 365 says about who may sign in.

Sources: https://support.workspace365.net/hc/en-us/articles/4408392843410-Manual-setup-of-SSO (the authority that people are sent to); read 2026-11. What the
page of an environment without single sign-on looks like (inferred).
"""

from __future__ import annotations

import dataclasses
import html
import re
import typing as t
import urllib.parse

from ..._clouds import LOGIN_HOSTS, tenant_in_login_url

UNCONNECTED, THIS_TENANT, OTHER_TENANT, UNCLEAR = "unconnected", "this_tenant", "other_tenant", "unclear"

_PASSWORD_FIELD = re.compile(r"<input\b[^>]*\btype\s*=\s*[\"']?password\b", re.IGNORECASE)
_URL = re.compile(r"https://[^\s\"'<>\\]+", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class SignInPage:
    """What the public sign-in page shows about the environment's connection."""

    connection: str  # C(UNCONNECTED), C(THIS_TENANT), C(OTHER_TENANT) or C(UNCLEAR)
    seen: str  # what it was concluded from, for sentences


def _classify_url(url: str, expected: t.Collection[str]) -> SignInPage:
    tenant = tenant_in_login_url(url)
    if tenant is None:
        return SignInPage(UNCLEAR, f"it sends people to {url.partition('?')[0][:120]}, which names no tenant")
    if tenant in expected:
        return SignInPage(THIS_TENANT, f"it sends people to tenant {tenant}")
    return SignInPage(OTHER_TENANT, f"it sends people to tenant {tenant}")


def classify_redirect(location: str, expected: t.Collection[str]) -> SignInPage:
    """A sign-in page that redirects: single sign-on of some kind is set."""
    return _classify_url(location, expected)


def classify_page(status: int, text: str, expected: t.Collection[str]) -> SignInPage:
    """A sign-in page that shows itself: a password form without any way to Entra is an unconnected environment."""
    if status == 404:
        return SignInPage(UNCLEAR, "there is no sign-in page (404)")
    if status != 200:
        return SignInPage(UNCLEAR, f"it answers {status}")
    pages = [_classify_url(url, expected) for url in _URL.findall(html.unescape(text)) if (urllib.parse.urlsplit(url).hostname or "").lower() in LOGIN_HOSTS]
    for connection in (OTHER_TENANT, UNCLEAR, THIS_TENANT):  # the worst that it offers
        for page in pages:
            if page.connection == connection:
                return page
    if _PASSWORD_FIELD.search(text):
        return SignInPage(UNCONNECTED, "it asks for a password of Workspace 365 itself")
    return SignInPage(UNCLEAR, "it neither asks for a password nor sends people to Entra")
