# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Literals, keys and query strings of OData, quoted and encoded."""

from __future__ import annotations

import re
import typing as t
import urllib.parse

_QUERY_SAFE = "$,()':/@"  # legal in a query as they are, and far easier to read in logs
_ENCODED = re.compile(r"(%[0-9A-Fa-f]{2})")


def odata_string(value: str) -> str:
    """A string literal with its quotes, for paths and for C(params): C(O'Neil & Co) becomes C('O''Neil%20%26%20Co')."""
    return f"'{urllib.parse.quote(value.replace(chr(39), chr(39) * 2), safe=chr(39))}'"


def odata_key(name: str, value: str) -> str:
    """An alternate key with its parentheses, as it stands in a path: C((uniqueName='team%2Fpayroll'))."""
    return f"({name}={odata_string(value)})"


def path_segment(value: str) -> str:
    """An id as it stands in a path."""
    return urllib.parse.quote(value, safe="")


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
