# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Addresses that users give: what is wrong with one, how a sentence may show it, and its one spelling. And how a value becomes a part of an address."""

from __future__ import annotations

import re
import urllib.parse

_USER = re.compile(r"^([a-z][a-z0-9+.-]*://)?[^/@]*@", re.IGNORECASE)
_IMPLIED_PORT = re.compile(r"^(https://[^/:]+):443(?=/|$)", re.IGNORECASE)


def address_problem(text: str) -> str | None:
    """Why a text is not the https:// address of something, as the end of a sentence that begins with the text; None when it is one."""
    try:
        parts = urllib.parse.urlsplit(text)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:  # of a port that is no number, too
        return "is not an https:// address"
    if parts.scheme.lower() == "http":
        return "is a plain http:// address; only https:// is used"
    if parts.scheme.lower() != "https" or not usable:
        return "is not an https:// address"
    if "@" in parts.netloc:
        return "contains a user name or password"
    if "?" in text or "#" in text:
        return "has a query or a fragment"
    if any(character.isspace() for character in text):
        return "contains white space"
    return None


def without_secrets(address: str) -> str:
    """An address, usable or not, as a sentence may show it: without user name, password, query and fragment."""
    return _USER.sub(lambda found: found[1] or "", re.split(r"[?#]", address, maxsplit=1)[0])


def one_spelling(address: str) -> str:
    """Without white space around it, slashes at its end and the port that goes without saying. Its case stays, since a path may depend on it."""
    return _IMPLIED_PORT.sub(r"\1", address.strip().rstrip("/"))


def path_segment(value: str) -> str:
    """A value as one segment of a path; Graph's paths are built in C(_graph/odata.py), which knows more.

    Raises ValueError for a value that is empty or leads up, which no encoding prevents.
    """
    if not value or value in (".", ".."):
        raise ValueError(f"{value!r} is {'empty' if not value else 'no name: it leads elsewhere'}")
    return urllib.parse.quote(value, safe="")
