# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""A change of an application's tags in words. Those of this collection hold hexadecimal digits, which tell a reader nothing. Pure."""

from __future__ import annotations

import typing as t

from ..common.adoption_record import recorded_items
from ..common.list_change import difference, in_words
from ..common.tags import CREATION_TAG, is_reserved
from ..credential.marks import Mark


def tags_in_words(before: t.Sequence[str], after: t.Sequence[str]) -> str:
    """What is said after "set tags of application 'x': "."""
    added, removed = difference(before, after)
    parts = [in_words([tag for tag in before if not is_reserved(tag)], [tag for tag in after if not is_reserved(tag)])]
    parts += _records(before, after)
    parts += [f"{'add' if tag in added else 'remove'} {words}" for tag in (*added, *removed) if (words := _meaning(tag))]
    return "; ".join(filter(None, parts))


def _records(before: t.Sequence[str], after: t.Sequence[str]) -> t.Iterator[str]:
    """What connectors put on record as added to an application that others made."""
    old, new = recorded_items(before), recorded_items(after)
    for connector in sorted({*old, *new}):
        more = new.get(connector, frozenset()) - old.get(connector, frozenset())
        less = old.get(connector, frozenset()) - new.get(connector, frozenset())
        if more:
            yield f"put on record {_things(len(more))} that {connector} adds"
        if less:
            yield f"take {_things(len(less))} that {connector} had added off the record"


def _things(number: int) -> str:
    return f"{number} thing{'s' if number > 1 else ''}"


def _meaning(tag: str) -> str | None:
    """What one tag of this collection stands for; None for users' own, and for records, which are told by what is in them."""
    if not is_reserved(tag) or recorded_items([tag]):
        return None
    if tag == CREATION_TAG:
        return "the mark that this collection made the application"
    mark = Mark.parse(tag)
    if mark is not None:
        return f"the mark that key {mark.key_id} {'was delivered' if mark.delivered else 'is being delivered'} to {mark.connector}"
    return f"a mark of this collection ({tag})"
