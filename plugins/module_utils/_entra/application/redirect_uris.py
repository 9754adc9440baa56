# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Redirect URIs: what Entra accepts per platform, told before anything is written.

Sources: https://learn.microsoft.com/entra/identity-platform/reply-url (numbers, length, characters, http, IPv6, wildcards, queries); read 2026-11. The
schemes of each platform, the refusal of fragments, and that a URI without a path is stored with a slash, where the page speaks of the answer only (inferred).
"""

from __future__ import annotations

import typing as t
from urllib.parse import urlsplit

from ..._errors import OptionError
from ..common.list_change import ListChange

PLATFORMS = ("web", "spa", "public_client")
MAX_LENGTH = 256
MAX_TOTAL, MAX_TOTAL_PERSONAL = 256, 100
_FORBIDDEN = "!$'(),;"
_LOOPBACK = ("localhost", "127.0.0.1")
# A public client may have a scheme of its own (myapp://auth); the other platforms may not.
_SCHEMES = {
    "web": ("https", "http", "ms-appx-web", "brk-multihub", "urn"),
    "spa": ("https", "http", "ms-appx-web", "brk-multihub"),
}
_LABELS = {"web": "web", "spa": "spa", "public_client": "public client"}


def label(platform: str) -> str:
    """How sentences call the list: "redirect URIs (web)"."""
    return f"redirect URIs ({_LABELS[platform]})"


def comparison_key(uri: str) -> str:
    """Scheme and host are compared without regard to case, the rest as it is written."""
    try:
        parts = urlsplit(uri)
        if parts.scheme and parts.netloc:
            return parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower()).geturl()
    except ValueError:
        pass
    return uri


def has_redirect_uri(shape: t.Mapping[str, t.Any], uri: str) -> bool:
    """Whether one of the platforms has this redirect URI."""
    wanted = comparison_key(uri)
    return any(comparison_key(entry) == wanted for uris in shape["redirect_uris"].values() for entry in uris)


def _refuse(uri: str, platform: str, reason: str, advice: str | None = None) -> t.NoReturn:
    raise OptionError(
        f"The redirect URI '{uri}' ({_LABELS[platform]}) {reason}.",
        code="invalid_redirect_uri",
        advice=advice,
        details={"redirect_uri": uri, "platform": platform},
    )


def check_uri(uri: str, platform: str) -> None:
    """Raise OptionError for a URI that Entra would refuse, or would store in another spelling."""
    if not uri:
        _refuse(uri, platform, "is empty")
    if len(uri) > MAX_LENGTH:
        _refuse(uri, platform, f"has {len(uri)} characters, {MAX_LENGTH} are allowed")
    if any(char.isspace() for char in uri):
        _refuse(uri, platform, "contains white space")
    found = sorted({char for char in uri if char in _FORBIDDEN})
    if found:
        _refuse(uri, platform, f"contains {' '.join(found)}, which Entra does not allow in a redirect URI")
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
    except ValueError:
        _refuse(uri, platform, "is not a valid URI")
    if not parts.scheme:
        _refuse(uri, platform, "has no scheme", "Write it in full, such as https://app.example/callback.")
    if platform in _SCHEMES and parts.scheme not in _SCHEMES[platform]:
        _refuse(uri, platform, f"has the scheme '{parts.scheme}', this platform takes {', '.join(_SCHEMES[platform])}")
    if parts.scheme in ("http", "https"):
        _check_http(uri, platform, parts.scheme, host, parts.path)
    if "#" in uri:
        _refuse(uri, platform, "contains a fragment (#), which Entra does not allow in a redirect URI")


def _check_http(uri: str, platform: str, scheme: str, host: str, path: str) -> None:
    if not host:
        _refuse(uri, platform, "has no host")
    if ":" in host:
        _refuse(uri, platform, "has an IPv6 address as its host, which Entra does not support", "Use http://localhost.")
    if scheme == "http" and host not in _LOOPBACK:
        _refuse(uri, platform, "uses http, which Entra allows for localhost only", f"Use 'https://{uri[len('http://') :]}'.")
    if not path and platform != "public_client":
        split = urlsplit(uri)
        right = split._replace(path="/").geturl()
        _refuse(uri, platform, "has no path, and Entra would store it with a slash at its end", f"Write it as '{right}'.")


def check_personal(uri: str, platform: str) -> None:
    """The further rules of an application that personal Microsoft accounts can sign in to."""
    if "*" in uri:
        _refuse(uri, platform, "contains a wildcard, which applications for personal accounts must not have")
    if "?" in uri:
        _refuse(uri, platform, "has a query string, which applications for personal accounts must not have")


def changes_from_option(option: t.Mapping[str, t.Any] | None) -> dict[str, ListChange[str]]:
    """The wanted change per platform, only for platforms that were given; everything that is to be added is checked."""
    changes: dict[str, ListChange[str]] = {}
    for platform in PLATFORMS:
        change = ListChange.from_option((option or {}).get(platform))
        if change is None:
            continue
        for uri in change.wanted:
            check_uri(uri, platform)
        changes[platform] = change
    return changes


def check_total(uris: t.Mapping[str, t.Sequence[str]], *, personal: bool, described: str) -> None:
    """The limit on all platforms together. Raises OptionError when there are more URIs than it allows."""
    total = sum(len(uris.get(platform, ())) for platform in PLATFORMS)
    limit = MAX_TOTAL_PERSONAL if personal else MAX_TOTAL
    if total > limit:
        which = "an application for personal accounts" if personal else "an application"
        raise OptionError(
            f"The {described} would have {total} redirect URIs over all platforms, {limit} are allowed for {which}.",
            code="too_many_redirect_uris",
        )
