# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What delivery marks say: whether a product or sink has to be given a new key, and which keys no target can still need.

At most one mark of a target vouches: it is delivered and carries the fingerprint of Authority and Client ID. A mark whose content is
C(SUPERSEDED) vouches for nothing and only protects its key: a delivered one belongs to a key that a later delivery has replaced, a
pending one to a key whose delivery another run may have overwritten.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ..common.tags import check_connector, fingerprint
from .key import Key, days_left, is_due
from .marks import SUPERSEDED, Mark

ORPHAN_AGE = dt.timedelta(hours=1)  # an unmarked key younger than this may belong to a run that is still at work


@dataclasses.dataclass(frozen=True)
class Delivery:
    """The option C(delivery): where the credential goes."""

    connector: str
    instance: str
    authority: str = ""
    former_authorities: tuple[str, ...] = ()
    delivered_key_id: str | None = None
    undecided_key_id: str | None = None  # no run is at work on this key any more, and it is not known whether the target holds it

    def __post_init__(self) -> None:
        check_connector(self.connector, "delivery.connector")

    @property
    def target(self) -> str:
        """The fingerprint of what is delivered to."""
        return fingerprint(self.instance)

    def content(self, app_id: str) -> str:
        """The fingerprint of what is delivered besides the key."""
        return fingerprint(self.authority, app_id)

    def mark(self, key_id: str, app_id: str, *, delivered: bool) -> Mark:
        """This delivery's mark for a key."""
        return Mark(self.connector, self.target, delivered, key_id, self.content(app_id))

    def own(self, marks: t.Iterable[Mark]) -> list[Mark]:
        """The marks of this target among all marks of the application."""
        return [mark for mark in marks if (mark.connector, mark.target) == (self.connector, self.target)]


@dataclasses.dataclass(frozen=True)
class Verdict:
    """Whether something has to be delivered, and why."""

    needed: bool
    reason: str
    status: str  # delivered, pending or none
    key_id: str | None  # last delivered, or the pending one
    warning: str | None = None


def vouches(mark: Mark) -> bool:
    """Whether the target was last given this mark's key, as far as is known."""
    return mark.delivered and mark.content != SUPERSEDED


def superseded(mark: Mark) -> Mark:
    """The mark of a key that a later delivery replaced."""
    return dataclasses.replace(mark, delivered=True, content=SUPERSEDED)


def contested(mark: Mark) -> Mark:
    """The mark of a key of which no run can say any more whether the target holds it."""
    return dataclasses.replace(mark, delivered=False, content=SUPERSEDED)


def judge(
    delivery: Delivery, marks: t.Sequence[Mark], keys: t.Sequence[Key], app_id: str, renew_before: int, force: bool, now: dt.datetime, noun: str
) -> Verdict:
    """Whether this target needs a new key. Everything that is not known for certain means yes.

    ``renew_before`` is in days; ``noun`` is what sentences call a key.
    """
    own = delivery.own(marks)
    by_id = {key.key_id: key for key in keys}
    pending = [mark for mark in own if not mark.delivered]
    current = [mark for mark in own if vouches(mark)]
    if pending:
        names = ", ".join(mark.key_id for mark in pending)
        return Verdict(True, f"whether key {names} arrived there is not known", "pending", pending[-1].key_id)
    if not current:
        return Verdict(True, "no key is marked as delivered there", "none", None)
    # This collection never writes two vouching marks; if there are two, the newest key counts.
    mark = max(current, key=lambda item: by_id[item.key_id].start if item.key_id in by_id else dt.datetime.max.replace(tzinfo=dt.UTC))
    key = by_id.get(mark.key_id)
    known = {"status": "delivered", "key_id": mark.key_id}
    if key is None:
        return Verdict(True, f"key {mark.key_id}, which was last delivered, no longer exists", **known)
    if key.end <= now:
        return Verdict(True, f"key {mark.key_id}, which was last delivered, has expired", **known)
    if force:
        return Verdict(True, f"a new {noun} was asked for (force)", **known)
    warning = None
    if mark.content != delivery.content(app_id):
        former = {fingerprint(authority, app_id): authority for authority in delivery.former_authorities}
        if mark.content not in former:
            return Verdict(True, "Authority or Client ID differ from what was delivered", **known)
        warning = (
            f"What was last delivered to {delivery.instance} names the authority {former[mark.content]}, today it would be {delivery.authority}. "
            "It is kept; name one of the two explicitly to settle it."
        )
    if is_due(key, renew_before, now):
        return Verdict(True, f"key {mark.key_id}, which was last delivered, expires in {days_left(key, now)} days", **known)
    return Verdict(False, f"key {mark.key_id} was last delivered and is valid for {days_left(key, now)} days", warning=warning, **known)


def keepers(managed: t.Sequence[Key], marks: t.Sequence[Mark], delivery: Delivery | None, overlap: dt.timedelta, now: dt.datetime, noun: str) -> dict[str, str]:
    """Why each managed key has to stay: key id to reason. A key that is not in here may be removed.

    Unknown always means stay: without any mark of the target it is not known what the target holds. ``noun`` is what sentences call a key.
    """
    # Clocks are told in whole seconds, starts of keys in fractions: no key was made in the future.
    now = max([now, *(key.start for key in managed)])
    names = {key.key_id for key in managed}
    targets = {(mark.connector, mark.target) for mark in marks if mark.key_id in names}
    if delivery is not None:
        targets.add((delivery.connector, delivery.target))
    # target -> the key that vouches for it
    by_id = {key.key_id: key for key in managed if key.end > now}
    current: dict[tuple[str, str], Key] = {}
    for mark in marks:
        key = by_id.get(mark.key_id)
        where = (mark.connector, mark.target)
        if key is not None and vouches(mark) and (where not in current or current[where].start < key.start):
            current[where] = key
    reasons: dict[str, str] = {}
    for key in managed:
        own = [mark for mark in marks if mark.key_id == key.key_id]
        reason = _marked(key, own, current, overlap, now) if own else _unmarked(key, managed, targets, current, overlap, now, noun)
        if reason:
            reasons[key.key_id] = reason
    return reasons


def _marked(key: Key, own: t.Sequence[Mark], current: t.Mapping[tuple[str, str], Key], overlap: dt.timedelta, now: dt.datetime) -> str | None:
    """Why a key with marks stays. Every target that was ever given this key must have got a later one, the overlap ago."""
    if any(not mark.delivered for mark in own):
        return "its delivery is pending: the product may hold it"
    for mark in own:
        later = current.get((mark.connector, mark.target))
        if later is None or later.start <= key.start:
            return "no later key has been delivered"
        if now - later.start < overlap:
            return "the overlap after the delivery of a later key has not passed"
    return None


def _unmarked(
    key: Key,
    managed: t.Sequence[Key],
    targets: t.Collection[tuple[str, str]],
    current: t.Mapping[tuple[str, str], Key],
    overlap: dt.timedelta,
    now: dt.datetime,
    noun: str,
) -> str | None:
    """Why a key without marks stays. It was lost by a run that died, or it is one that was never meant to be delivered."""
    if now - key.start <= ORPHAN_AGE:
        return "it is younger than an hour: another run may be about to deliver it"
    if targets:
        if all(where in current and current[where].start > key.start for where in targets):
            return None
        return "no later key has been delivered"
    if any(other.end > now and other.start > key.start and now - other.start >= overlap for other in managed):
        return None
    return f"no later {noun} of this name is as old as the overlap"
