# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Paths, literals and query strings of OData: the one place where a value becomes a part of an address.

Sources: https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html (quotes are doubled, then percent-encoded; a path is split
into segments before they are decoded, once), https://learn.microsoft.com/graph/query-parameters, https://learn.microsoft.com/graph/api/user-get (a name
that begins with a dollar sign stands in parentheses and quotes; a hash is encoded); read 2026-11. That a slash or a parenthesis is safest in quotes
(inferred).
"""

from __future__ import annotations

import dataclasses
import re
import typing as t
import urllib.parse

_QUERY_SAFE = "$,()':/@"  # legal in a query as they are, and far easier to read in logs
# What can stand between slashes. Not so what begins with a dollar sign (read as a query option, however it is encoded), nor what a reader might take for
# the end of the segment, for a key in parentheses, or for the way up.
_PLAIN = re.compile(r"(?!\$|\.+$)[^/\\()']+", re.DOTALL)
_NAME = re.compile(r"\$?[A-Za-z][A-Za-z0-9]*([./][A-Za-z][A-Za-z0-9]*)*")
_ENCODED = re.compile(r"(%[0-9A-Fa-f]{2})")


def odata_string(value: str) -> str:
    """A string literal with its quotes, for paths and for C(params): C(O'Neil & Co) becomes C('O''Neil%20%26%20Co')."""
    return f"'{urllib.parse.quote(value.replace(chr(39), chr(39) * 2), safe=chr(39))}'"


@dataclasses.dataclass(frozen=True)
class PathKey:
    """The key of an object in a path: its id or whatever else names it there, or with C(name) an alternate key."""

    value: str
    name: str | None = None

    def __str__(self) -> str:
        """The key as it follows the name of its collection. Raises ValueError for an empty one, which would name the whole collection."""
        if not self.value:
            raise ValueError(f"the key {self.name or 'of a path'} is empty")
        if self.name:
            return f"({self.name}={odata_string(self.value)})"
        return f"/{urllib.parse.quote(self.value, safe='@')}" if _PLAIN.fullmatch(self.value) else f"({odata_string(self.value)})"


def path_to(*segments: str | PathKey) -> str:
    """A path from the service's root: C(path_to("applications", PathKey(app_id, "appId"), "owners")).

    What is no C(PathKey) is a name of Graph's and stands in the code. Raises ValueError for anything else, and for an empty key.
    """
    return below("", *segments)


def below(path: str, *segments: str | PathKey) -> str:
    """A path that goes on below another one. Raises ValueError as C(path_to) does."""
    for segment in segments:
        if isinstance(segment, str) and not _NAME.fullmatch(segment):
            raise ValueError(f"{segment!r} is no name of Graph's; a value stands in a PathKey")
        path += f"/{segment}" if isinstance(segment, str) else str(segment)
    return path


def with_query(path: str, params: t.Mapping[str, t.Any] | None) -> str:
    """``path`` with query options. None is left out, lists are joined with commas, booleans are C(true) and C(false).

    What is percent-encoded already stays as it is: literals come from C(odata_string), which encodes percent signs too.
    """
    words = [f"{urllib.parse.quote(name, safe='$@')}={_encode(_plain(value))}" for name, value in (params or {}).items() if value is not None]
    return path + ("&" if "?" in path else "?") + "&".join(words) if words else path


def _plain(value: t.Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (set, frozenset)):
        value = sorted(value)
    if isinstance(value, (list, tuple)):
        return ",".join(str(item) for item in value)
    return str(value)


def _encode(text: str) -> str:
    # Blanks become %20: not every reader of OData takes a plus sign for one.
    return "".join(part if _ENCODED.fullmatch(part) else urllib.parse.quote(part, safe=_QUERY_SAFE) for part in _ENCODED.split(text))
