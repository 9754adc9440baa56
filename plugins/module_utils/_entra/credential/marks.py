# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Delivery marks and unproven tags: the one place that knows how either is written as a tag of an application.

A delivery mark is C(tkc:<connector>:<target>:<p|d>:<key id>:<content>) where target is 12 hex digits of what was delivered to
(instance and environment, or sink), p is pending, d is delivered, and content is 12 hex digits of Authority and Client ID.
C(tkc:<connector>:unproven:<outcome>) remembers that the credential of a connector could not be proven.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ..common.tags import CONNECTOR, PREFIX

SUPERSEDED = "0" * 12  # in the place of the content: the mark vouches for nothing, see C(delivery.py)
_OUTCOME = re.compile(r"[a-z_]+")
_MARK = re.compile(rf"^{PREFIX}({CONNECTOR}):([0-9a-f]{{12}}):([pd]):([0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}):([0-9a-f]{{12}})$")


@dataclasses.dataclass(frozen=True)
class Mark:
    """One delivery mark."""

    connector: str
    target: str  # fingerprint of instance+environment, or of the sink
    delivered: bool  # false: pending, the product may or may not hold this key
    key_id: str
    content: str  # fingerprint of Authority and Client ID

    @property
    def subject(self) -> tuple[str, str, str]:
        """What the mark is about."""
        return self.connector, self.target, self.key_id

    @property
    def tag(self) -> str:
        """The mark as an application tag."""
        return f"{PREFIX}{self.connector}:{self.target}:{'d' if self.delivered else 'p'}:{self.key_id}:{self.content}"

    @classmethod
    def parse(cls, tag: str) -> Mark | None:
        """The mark in a tag, or None when the tag is something else."""
        match = _MARK.match(tag)
        if match is None:
            return None
        connector, target, status, key_id, content = match.groups()
        return cls(connector, target, status == "d", key_id, content)


def marks_of(tags: t.Iterable[str]) -> list[Mark]:
    """The delivery marks among an application's tags, in the order of the tags, without one of a delivery that a later one has replaced.

    Tags are replaced as a whole, so a run that writes can put back what another one has replaced since. A key that was replaced is never delivered again.
    """
    found = [mark for mark in map(Mark.parse, tags) if mark is not None]
    replaced = {mark.subject for mark in found if mark.delivered and mark.content == SUPERSEDED}
    return [mark for mark in found if not mark.delivered or mark.content == SUPERSEDED or mark.subject not in replaced]


def marked_keys(tags: t.Iterable[str], connector: str) -> tuple[str, ...]:
    """The ids of the keys that delivery marks of this connector name, each once, in the order of the tags."""
    return tuple(dict.fromkeys(mark.key_id for mark in marks_of(tags) if mark.connector == connector))


def unproven_tag(connector: str, outcome: str) -> str:
    """The tag that remembers a proof that failed."""
    return f"{PREFIX}{connector}:unproven:{outcome}"


def unproven_outcome(tag: str, connector: str) -> str | None:
    """What such a tag says, None for any other."""
    start = unproven_tag(connector, "")
    return tag.removeprefix(start) if tag.startswith(start) else None


def unproven(tags: t.Iterable[str], connector: str) -> dict[str, str]:
    """Tag -> outcome, of this connector. More than one only when two runs wrote at the same time."""
    found = {tag: unproven_outcome(tag, connector) for tag in tags}
    return {tag: outcome for tag, outcome in found.items() if outcome is not None}


def remembered_outcome(tags: t.Iterable[str], connector: str) -> str | None:
    """What came of the connector's last proof where that failed, None where nothing is remembered; the first when two runs wrote at the same time."""
    return next((outcome for outcome in unproven(tags, connector).values() if _OUTCOME.fullmatch(outcome)), None)
