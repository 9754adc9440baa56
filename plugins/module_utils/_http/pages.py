# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Collections that come in pages, each with the address of the next one."""

from __future__ import annotations

import typing as t
import urllib.parse


def all_pages(
    first: t.Any,
    follow: t.Callable[[str], t.Any],
    next_link: t.Callable[[t.Any], t.Any],
    *,
    root: str,
    malformed: t.Callable[[str], Exception],
    most: int | None = None,
) -> list[dict[str, t.Any]]:
    """The entries of all pages, or with ``most`` of as many as show that there are more than that.

    A page is JSON with its entries under C(value), or a list of them; ``follow`` reads the one at an address.

    Raises what ``malformed`` makes of a text for anything else, and for an address that is not below ``root`` or comes twice: the token is sent along, so
    not just anywhere, and a page that names itself would never end.
    """
    found: list[dict[str, t.Any]] = []
    seen: set[str] = set()
    page = first
    while True:
        entries = page.get("value") if isinstance(page, dict) else page
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise malformed("a list without 'value'")
        found += entries
        link = next_link(page) if isinstance(page, dict) else None
        if not link or (most is not None and len(found) > most):
            return found
        if not isinstance(link, str) or _origin(link) != _origin(root):
            raise malformed(f"a next page at another address ({_origin(str(link))[1] or 'no host'})")
        if link in seen:
            raise malformed("the same next page twice")
        seen.add(link)
        page = follow(link)


def _origin(url: str) -> tuple[str, str, int | None]:
    try:
        parts = urllib.parse.urlsplit(url)
        return parts.scheme.lower(), (parts.hostname or "").lower(), parts.port or {"https": 443, "http": 80}.get(parts.scheme.lower())
    except ValueError:
        return "", "", None
