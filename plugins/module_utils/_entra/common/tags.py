# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The tags this collection writes on applications: their prefix, the creation tag, and what may be a part of others.

The delivery marks are in C(credential/marks.py), the records of what was added in C(added.py).
Tags can be seen beyond the tenant, so no readable name stands in them. Tags have at most 256 characters and no whitespace.

Sources: https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation ("Tags"); read 2026-11. That service principals of other tenants
show them (inferred).
"""

from __future__ import annotations

import hashlib
import re
import typing as t

from ..._errors import OptionError

PREFIX = "tkc:"
CREATION_TAG = "tkc:created"

CONNECTOR = r"[a-z0-9_]+"  # a regular expression


def check_connector(name: str, option: str) -> str:
    """The name of a connector, which becomes a part of tags. Raises OptionError for one that no tag would be recognised by."""
    if re.fullmatch(CONNECTOR, name) is None:
        raise OptionError(f"'{option}' is {name!r}; it consists of lower case letters from a to z, digits and '_'.", code="invalid_name")
    return name


def fingerprint(*parts: str) -> str:
    """12 hex digits that stand for these words; case and surrounding white space do not matter."""
    text = "\n".join(part.strip().lower().rstrip("/") for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def created_here(tags: t.Iterable[str]) -> bool:
    """Whether this collection made the application."""
    return CREATION_TAG in tags


def is_reserved(tag: str) -> bool:
    """Whether a tag is ours to write; users cannot set or remove these through C(tags)."""
    return tag.startswith(PREFIX)
