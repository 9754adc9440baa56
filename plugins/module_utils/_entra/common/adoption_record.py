# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What a connector added to an application that others made, on record there, so that just that can be taken away again.

The record is a tag C(tkc:<connector>:a:<items>), or several: twelve hex digits for each thing that was added, since tags can be seen beyond the tenant.
It is written before anything is added. A thing that was there before is not in it, whatever happens to it later.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ..._errors import OptionError
from .tags import CONNECTOR, PREFIX, check_connector

_ITEM = re.compile(r"[0-9a-f]{12}")
_RECORD = re.compile(rf"{PREFIX}({CONNECTOR}):a:")
_PER_TAG = 16  # a tag has at most 256 characters


@dataclasses.dataclass(frozen=True)
class AdoptionRecord:
    """The items that one connector has on record on an application."""

    connector: str
    items: frozenset[str] = frozenset()

    @classmethod
    def from_tags(cls, tags: t.Iterable[str], connector: str) -> AdoptionRecord:
        """What the tags of an application say."""
        prefix = _prefix(connector)
        return cls(connector, frozenset(item for tag in tags if tag.startswith(prefix) for item in _ITEM.findall(tag[len(prefix) :])))

    @classmethod
    def from_option(cls, option: t.Mapping[str, t.Any] | None) -> AdoptionRecord | None:
        """The option C(adoption_record) of C(entra_app); None when it was not given. Raises OptionError for what is no such record."""
        if option is None:
            return None
        items = [str(item).strip().lower() for item in option.get("items") or ()]
        if not all(map(_ITEM.fullmatch, items)):
            raise OptionError("'adoption_record' has to be the value that entra_connection_info returns as 'connection.adds'.", code="invalid_record")
        return cls(check_connector(option["connector"], "adoption_record.connector"), frozenset(items))

    def apply(self, tags: t.Sequence[str]) -> list[str]:
        """The tags with this record in place of the one that is there; all others stay where they are."""
        prefix, items = _prefix(self.connector), sorted(self.items)
        wanted = [prefix + "".join(items[start : start + _PER_TAG]) for start in range(0, len(items), _PER_TAG)]
        kept = [tag for tag in tags if not tag.startswith(prefix) or tag in wanted]
        return kept + [tag for tag in wanted if tag not in kept]


def recorded_items(tags: t.Iterable[str]) -> dict[str, frozenset[str]]:
    """What all connectors have on record among these tags, by connector."""
    found: dict[str, set[str]] = {}
    for tag in tags:
        match = _RECORD.match(tag)
        if match is not None:
            found.setdefault(match[1], set()).update(_ITEM.findall(tag[match.end() :]))
    return {connector: frozenset(items) for connector, items in found.items()}


def _prefix(connector: str) -> str:
    return f"{PREFIX}{connector}:a:"
