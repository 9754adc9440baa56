# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the sign-in page of an environment of Workspace 365 says about who may sign in.

Sources: https://support.workspace365.net/hc/en-us/articles/4408392843410-Manual-setup-of-SSO (the authority that people are sent to); read 2026-11. What the
page of an environment without single sign-on looks like, and that the address that people are sent to names the client id (inferred).
"""

from __future__ import annotations

import dataclasses
import html
import re
import typing as t
import urllib.parse

from ..._clouds import LOGIN_HOSTS, tenant_in_login_url
from ..._ids import is_guid

UNCONNECTED, THIS_TENANT, OTHER_TENANT, UNCLEAR = "unconnected", "this_tenant", "other_tenant", "unclear"
VERIFIED, UNVERIFIED, NOT_CHECKED = "verified", "unverified", "not_checked"

_PASSWORD_FIELD = re.compile(r"<input\b[^>]*\btype\s*=\s*[\"']?password\b", re.IGNORECASE)
_URL = re.compile(r"https://[^\s\"'<>\\]+", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class SignInPage:
    """What the public sign-in page shows about the environment's connection."""

    connection: str  # C(UNCONNECTED), C(THIS_TENANT), C(OTHER_TENANT) or C(UNCLEAR)
    seen: str  # what it was concluded from, for sentences
    tenant: str | None = None  # that people are sent to, as the address names it
    client_id: str | None = None  # of the application that they sign in to


@dataclasses.dataclass(frozen=True)
class SignIn:
    """Whether the sign-in page leads to what was delivered. ``why`` is a sentence."""

    status: str  # C(VERIFIED) or C(UNVERIFIED)
    why: str


def sign_in_of(page: SignInPage, environment: str, client_id: str | None) -> SignIn:
    """What the page that was read after a delivery says of it: it has to name the tenant and the client id that were sent."""
    begin = f"After the delivery the sign-in page of environment '{environment}' was read"
    if page.connection != THIS_TENANT:
        return SignIn(UNVERIFIED, f"{begin}: {page.seen}.")
    if page.client_id is None:
        return SignIn(UNVERIFIED, f"{begin}: {page.seen}, and names no client id.")
    if page.client_id != (client_id or "").lower():
        return SignIn(UNVERIFIED, f"{begin}: {page.seen} with the client id {page.client_id}, and {client_id} was sent.")
    return SignIn(VERIFIED, f"{begin}: {page.seen} with the client id {page.client_id}.")


def _classify_url(url: str, expected: t.Collection[str]) -> SignInPage:
    tenant, client_id = tenant_in_login_url(url), client_id_in(url)
    if tenant is None:
        return SignInPage(UNCLEAR, f"it sends people to {url.partition('?')[0][:120]}, which names no tenant", client_id=client_id)
    return SignInPage(THIS_TENANT if tenant in expected else OTHER_TENANT, f"it sends people to tenant {tenant}", tenant, client_id)


def client_id_in(url: str) -> str | None:
    """The client id that an address of Entra's sign-in names, in lower case; None for another address, and where it names none or several."""
    try:
        parts = urllib.parse.urlsplit(url.strip())
    except ValueError:
        return None
    if (parts.hostname or "").lower() not in LOGIN_HOSTS:
        return None
    found = {value.lower() for value in urllib.parse.parse_qs(parts.query).get("client_id", ()) if is_guid(value)}
    return found.pop() if len(found) == 1 else None


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
