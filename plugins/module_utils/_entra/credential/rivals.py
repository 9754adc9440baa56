# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Two runs that deliver to one target at the same moment: whom to wait for, and which of them goes on. Pure.

A run makes its key, proves it, marks it as pending and then looks at the keys and marks of the application. Keys are added one by one by the service, so a
run sees every key that was made before its own. That is why the earlier key decides, and not the mark: the list of tags is replaced as a whole, and a
mark can be missing for a moment while another run writes its own.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import typing as t

from .delivery import Delivery, vouches
from .key import Key
from .marks import SUPERSEDED, Mark

_TASKS = 4  # of a run, from the key to the settled mark
_UNDECIDED = 3  # deliveries without an end, from which on a new key is made at most once in this time
_PAUSE = dt.timedelta(days=1)


class Turn(enum.Enum):
    """What a run does once its key is marked."""

    GO_ON = "go on"
    EARLIER = "another run has made a key before"  # give way
    DELIVERED = "another run has delivered a key meanwhile"  # give way
    LOST = "the key of this run is gone"  # give way


@dataclasses.dataclass(frozen=True)
class Look:
    """What a run sees of one target right after it marked its own key as pending.

    ``keys`` are the managed keys of the name, with its own. ``marks`` are those of the target that any of its reads showed, ``before`` those that were
    there before its own, ``known`` the ids of the keys that had a mark of the target when the run decided to make one. ``now`` is the service's time.
    """

    own: str  # the id of its key
    keys: t.Sequence[Key]
    marks: t.Sequence[Mark]
    before: t.Sequence[Mark]
    known: t.Collection[str]
    now: dt.datetime


def run_time(timeout: float) -> dt.timedelta:
    """How long a run may take from making a key to its settled mark, from the budget (seconds) that each of its tasks has.

    One makes, proves and marks the key, one stores it in the sinks, one hands it to the product, one settles its mark.
    """
    return _TASKS * dt.timedelta(seconds=timeout)


def at_work(delivery: Delivery, keys: t.Sequence[Key], marks: t.Sequence[Mark], now: dt.datetime, span: dt.timedelta) -> list[Key]:
    """The keys that other runs may be proving or delivering at this moment, oldest first. ``keys`` are the managed keys of the name.

    A key with a mark of other targets alone is theirs. A mark whose content is C(SUPERSEDED) says that no run is at work on its key any more.
    """
    return [key for key in keys if now < key.start + span and _is_open(key, delivery, marks)]


def whose_turn(delivery: Delivery, look: Look, span: dt.timedelta) -> tuple[Turn, tuple[str, ...]]:
    """Whether this run may send its key, and the ids of the keys that it gives way to.

    The earlier key goes on: the later run sees it. Two of one moment do not tell which run could see which, so the lower id goes on only where its run
    sees both marks and wrote its own first. Otherwise neither sends.
    """
    own = next((key for key in look.keys if key.key_id == look.own), None)
    if own is None:
        return Turn.LOST, (look.own,)
    there = {key.key_id for key in look.keys}
    new = tuple(sorted({mark.key_id for mark in delivery.own(look.marks) if vouches(mark)} & there - {own.key_id, *look.known}))
    if new:
        return Turn.DELIVERED, new
    marked = {mark.key_id for mark in delivery.own(look.marks)}
    first = {mark.key_id for mark in delivery.own(look.before)}

    def precedes(key: Key) -> bool:
        if key.start != own.start:
            return key.start < own.start
        return key.key_id < own.key_id or key.key_id not in marked or key.key_id in first

    # A mark that was written since this run looked is that of a run at work, however old its key is.
    fresh = {mark.key_id for mark in delivery.own(look.marks) if _is_pending(mark)} - set(look.known)
    others = [*at_work(delivery, look.keys, look.marks, look.now, span), *(key for key in look.keys if key.key_id in fresh)]
    earlier = tuple(sorted({key.key_id for key in others if key is not own and precedes(key)}))
    return (Turn.EARLIER, earlier) if earlier else (Turn.GO_ON, ())


def gives_way(mark: Mark, own: Key, starts: t.Mapping[str, dt.datetime], now: dt.datetime, span: dt.timedelta) -> bool:
    """Whether another key's mark is that of a run which sees the key C(own) at work, and so will take its key and mark away by itself."""
    start = starts.get(mark.key_id)
    return _is_pending(mark) and start is not None and start >= own.start and now < own.start + span


def next_attempt(delivery: Delivery, keys: t.Sequence[Key], marks: t.Sequence[Mark], now: dt.datetime) -> tuple[list[Key], dt.datetime | None]:
    """The keys of which it is not known whether the target took them, and the time before which no other one is made; None: one may be made now."""
    own = delivery.own(marks)
    by_id = {key.key_id: key for key in keys}
    delivered = max((by_id[mark.key_id].start for mark in own if vouches(mark) and mark.key_id in by_id), default=None)
    pending = {mark.key_id for mark in own if not mark.delivered}
    undecided = [key for key in keys if key.key_id in pending and (delivered is None or key.start > delivered)]
    if len(undecided) < _UNDECIDED:
        return undecided, None
    allowed = max(key.start for key in undecided) + _PAUSE
    return undecided, allowed if now < allowed else None


def _is_open(key: Key, delivery: Delivery, marks: t.Sequence[Mark]) -> bool:
    """Whether no mark says what became of the key."""
    every = [mark for mark in marks if mark.key_id == key.key_id]
    return not every or any(map(_is_pending, delivery.own(every)))


def _is_pending(mark: Mark) -> bool:
    """Whether a run may be at work on the mark's key."""
    return not mark.delivered and mark.content != SUPERSEDED
