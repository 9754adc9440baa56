# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Takes secrets out of texts that people or logs will see: known values first, then whatever looks like one."""

from __future__ import annotations

import json
import re
import typing as t
import urllib.parse

MASK = "********"

# Names whose value is a secret, wherever a service or a library echoes them: forms, JSON, headers.
_NAMES = (
    r"client[_-]?secret|client[_-]?assertion|secret[_-]?text|(?:access|refresh|id|auth)[_-]?token|assertion|password"
    r"|provisioning[_-]?key|api[_-]?key|x-identity-header"
)

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\b(Bearer|Basic|Workspace365)\s+[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE), rf"\1 {MASK}"),
    # A JWT, whole or truncated by a length limit.
    (re.compile(r"\beyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*){0,2}"), MASK),
    # "name": "value", also with quotes escaped once; a value cut off at the end of the text counts too.
    (re.compile(rf"""((?:\\?["'])(?:{_NAMES})(?:\\?["'])\s*:\s*\\?["'])(?:[^"'\\]|\\(?!["'])[^"'])*""", re.IGNORECASE), rf"\1{MASK}"),
    (re.compile(rf"""(\b(?:{_NAMES})\s*=\s*["']?)[^\s&"',;]+""", re.IGNORECASE), rf"\1{MASK}"),
    (re.compile(rf"(\b(?:{_NAMES}):\s*)[^\s\"',;]+", re.IGNORECASE), rf"\1{MASK}"),
    # The shape of a client secret that Entra makes: three characters, a digit, "Q~", then 31 or more.
    (re.compile(r"[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{20,}"), MASK),
    # Credentials in a URL, of a proxy for instance.
    (re.compile(r"(://)[^/\s@]+@"), rf"\1{MASK}@"),
)

_SHORTEST = 4  # masking shorter values would eat ordinary words and still hide nothing
_TAGS = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>?", re.IGNORECASE | re.DOTALL)
_BLANKS = re.compile(r"\s+")


def redact(text: t.Any, secrets: t.Iterable[str] = ()) -> str:
    """``text`` without the given secrets (plain, percent-encoded, JSON-escaped) and without what looks like a secret."""
    result = str(text)
    forms: set[str] = set()
    for secret in secrets:
        if secret and len(secret) >= _SHORTEST:
            forms.update((secret, urllib.parse.quote(secret, safe=""), urllib.parse.quote_plus(secret), json.dumps(secret)[1:-1]))
    for form in sorted(forms, key=len, reverse=True):  # longest first: one secret may be part of another
        result = result.replace(form, MASK)
    for pattern, replacement in _PATTERNS:
        result = pattern.sub(replacement, result)
    return result


def excerpt(text: str, secrets: t.Iterable[str] = (), length: int = 80) -> str:
    """The first characters of a page without its tags, redacted before it is cut so that no half secret survives."""
    plain = _BLANKS.sub(" ", _TAGS.sub(" ", redact(text, secrets))).strip()
    return plain if len(plain) <= length else plain[:length].rstrip() + "..."
