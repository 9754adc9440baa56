# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The tags this collection writes on applications: the creation tag and the delivery marks.

A delivery mark is C(tkc:<connector>:<target>:<p|d>:<key id>:<content>) where target is 12 hex digits of what was delivered to
(instance and environment, or sink), p is pending, d is delivered, and content is 12 hex digits of Authority and Client ID.
C(tkc:<connector>:unproven:<outcome>) remembers that the credential of a connector could not be proven.
Tags can be seen beyond the tenant, so no readable name stands in them. Tags have at most 256 characters and no whitespace.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError

PREFIX = "tkc:"
CREATION_TAG = "tkc:created"

_CONNECTOR = r"[a-z0-9_]+"
_MARK = re.compile(rf"^tkc:({_CONNECTOR}):([0-9a-f]{{12}}):([pd]):([0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}):([0-9a-f]{{12}})$")


def check_connector(name: str, option: str) -> str:
    """The name of a connector, which becomes a part of tags. Raises OptionError for one that no tag would be recognised by."""
    if re.fullmatch(_CONNECTOR, name) is None:
        raise OptionError(f"'{option}' is {name!r}; it consists of lower case letters from a to z, digits and '_'.", code="invalid_name")
    return name


def fingerprint(*parts: str) -> str:
    """12 hex digits that stand for these words; case and surrounding white space do not matter."""
    text = "\n".join(part.strip().lower().rstrip("/") for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@dataclasses.dataclass(frozen=True)
class Mark:
    """One delivery mark."""

    connector: str
    target: str  # fingerprint of instance+environment, or of the sink
    delivered: bool  # false: pending, the product may or may not hold this key
    key_id: str
    content: str  # fingerprint of Authority and Client ID

    @property
    def tag(self) -> str:
        """The mark as an application tag."""
        return f"tkc:{self.connector}:{self.target}:{'d' if self.delivered else 'p'}:{self.key_id}:{self.content}"

    @classmethod
    def parse(cls, tag: str) -> Mark | None:
        """The mark in a tag, or None when the tag is something else."""
        match = _MARK.match(tag)
        if match is None:
            return None
        connector, target, status, key_id, content = match.groups()
        return cls(connector, target, status == "d", key_id, content)


def marks_of(tags: t.Iterable[str]) -> list[Mark]:
    """All delivery marks among an application's tags, in the order of the tags."""
    return [mark for mark in map(Mark.parse, tags) if mark is not None]


def unproven_tag(connector: str, outcome: str) -> str:
    """The tag that remembers a proof that failed."""
    return f"{PREFIX}{connector}:unproven:{outcome}"


def unproven_outcome(tag: str, connector: str) -> str | None:
    """What such a tag says, None for any other."""
    start = unproven_tag(connector, "")
    return tag.removeprefix(start) if tag.startswith(start) else None


def created_here(tags: t.Iterable[str]) -> bool:
    """Whether this collection made the application."""
    return CREATION_TAG in tags


def is_reserved(tag: str) -> bool:
    """Whether a tag is ours to write; users cannot set or remove these through C(tags)."""
    return tag.startswith(PREFIX)
