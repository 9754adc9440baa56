# SPDX-License-Identifier: GPL-3.0-or-later
"""Who waits, who goes on and who gives way where two runs deliver at one moment."""

from __future__ import annotations

import datetime as dt
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.delivery import Delivery
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.key import Key
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.marks import SUPERSEDED, Mark, marks_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.rivals import (
    Look,
    Turn,
    at_work,
    gives_way,
    next_attempt,
    run_time,
    whose_turn,
)

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
SPAN = dt.timedelta(seconds=1200)
TARGET = Delivery("workspace365", "https://portal.example contoso")


def key_id(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


def key(number: int, age: float) -> Key:
    """A key made so many seconds ago."""
    start = NOW - dt.timedelta(seconds=age)
    return Key(key_id(number), "tkc:sso:0000000a", start, start + dt.timedelta(days=180))


def mark(number: int, status: str = "p", *, content: str = "0123456789ab", target: str = TARGET.target) -> Mark:
    return Mark("workspace365", target, status == "d", key_id(number), content)


def test_a_run_is_four_tasks() -> None:
    assert run_time(300) == SPAN


@pytest.mark.parametrize(
    ("age", "marks", "busy"),
    [
        (10, [mark(1)], True),
        (10, [], True),  # it is being proven
        (1199, [mark(1)], True),
        (1200, [mark(1)], False),
        (1201, [], False),
        (-5, [mark(1)], True),  # the service's clock is told in whole seconds
        (10, [mark(1, "d")], False),
        (10, [mark(1, "d", content=SUPERSEDED)], False),
        (10, [mark(1, content=SUPERSEDED)], False),  # its run ended without an answer
        (10, [mark(1, target="0123456789ab")], False),  # another product's
        (10, [mark(1, target="0123456789ab"), mark(1)], True),
        (10, [mark(2)], True),
    ],
)
def test_at_work(age: float, marks: list[Mark], busy: bool) -> None:
    assert at_work(TARGET, [key(1, age)], marks, NOW, SPAN) == ([key(1, age)] if busy else [])


OWN = key(5, 10)


@pytest.mark.parametrize(
    ("keys", "marks", "before", "known", "turn", "names"),
    [
        ([OWN], [mark(5)], [], [], Turn.GO_ON, ()),
        ([], [mark(5)], [], [], Turn.LOST, (5,)),
        ([key(1, 11)], [mark(1)], [], [], Turn.LOST, (5,)),
        # The earlier key goes on, whatever is marked, and whoever marked first.
        ([OWN, key(1, 9)], [mark(5)], [], [], Turn.GO_ON, ()),
        ([OWN, key(1, 9)], [mark(5), mark(1)], [mark(1)], [], Turn.GO_ON, ()),
        ([OWN, key(9, 11)], [mark(5)], [], [], Turn.EARLIER, (9,)),
        ([OWN, key(9, 11)], [mark(5), mark(9)], [], [], Turn.EARLIER, (9,)),
        ([OWN, key(9, 11), key(8, 12), key(7, 1)], [mark(5), mark(9)], [], [], Turn.EARLIER, (8, 9)),
        # Two of one moment: the lower id, where it marked first and sees the other's mark. Otherwise neither.
        ([OWN, key(9, 10)], [mark(5), mark(9)], [], [], Turn.GO_ON, ()),
        ([OWN, key(9, 10)], [mark(5), mark(9)], [mark(9)], [], Turn.EARLIER, (9,)),
        ([OWN, key(9, 10)], [mark(5)], [], [], Turn.EARLIER, (9,)),
        ([OWN, key(1, 10)], [mark(5), mark(1)], [], [], Turn.EARLIER, (1,)),
        # A key whose run cannot be at work any more counts only where it was marked since.
        ([OWN, key(1, 1200)], [mark(5), mark(1)], [mark(1)], [key_id(1)], Turn.GO_ON, ()),
        ([OWN, key(1, 1200)], [mark(5), mark(1)], [mark(1)], [], Turn.EARLIER, (1,)),
        ([OWN, key(1, 1200)], [mark(5)], [], [], Turn.GO_ON, ()),
        # What is settled, and was not when this run decided.
        ([OWN, key(1, 9)], [mark(5), mark(1, "d")], [], [], Turn.DELIVERED, (1,)),
        ([OWN, key(1, 9)], [mark(5), mark(1, "d")], [], [key_id(1)], Turn.GO_ON, ()),
        ([OWN, key(1, 11)], [mark(5), mark(1, "d", content=SUPERSEDED)], [], [], Turn.GO_ON, ()),
        ([OWN, key(1, 11)], [mark(5), mark(1, content=SUPERSEDED)], [], [], Turn.GO_ON, ()),
        # A mark without a key names nothing that a product could sign in with.
        ([OWN], [mark(5), mark(1, "d"), mark(2)], [], [], Turn.GO_ON, ()),
        ([OWN, key(1, 11)], [mark(5), mark(1, target="0123456789ab")], [], [], Turn.GO_ON, ()),
    ],
)
def test_whose_turn(keys: list[Key], marks: list[Mark], before: list[Mark], known: list[str], turn: Turn, names: tuple[int, ...]) -> None:
    look = Look(OWN.key_id, keys, marks, before, known, NOW)
    assert whose_turn(TARGET, look, SPAN) == (turn, tuple(map(key_id, names)))


@pytest.mark.parametrize("same_moment", [True, False])
def test_never_do_two_go_on(same_moment: bool) -> None:
    """Every order in which two runs can mark and look, with every way in which ids and starts can lie."""
    one, two = key(1, 10), key(2, 10 if same_moment else 9)
    for first, second in ((one, two), (two, one)):
        for first_sees in (True, False):  # whether the second had made its key, and marked it, when the first one looked
            for marked in (True, False):
                if first_sees is False and second.start < first.start:
                    continue  # a key that was made before is seen
                numbers = {one.key_id: 1, two.key_id: 2}
                mine, other = mark(numbers[first.key_id]), mark(numbers[second.key_id])
                keys = [first, second] if first_sees else [first]
                a = whose_turn(TARGET, Look(first.key_id, keys, [mine, other] if first_sees and marked else [mine], [], [], NOW), SPAN)
                b = whose_turn(TARGET, Look(second.key_id, [first, second], [mine, other], [mine], [], NOW), SPAN)
                assert (a[0], b[0]) != (Turn.GO_ON, Turn.GO_ON), (first, second, first_sees, marked)


@pytest.mark.parametrize(
    ("other", "start", "age", "way"),
    [
        (mark(9), 9, 10, True),
        (mark(9), 10, 10, True),
        (mark(9), 11, 10, False),
        (mark(9), None, 10, False),
        (mark(9), 9, 1200, False),  # the other run no longer takes this one for one at work
        (mark(9, "d"), 9, 10, False),
        (mark(9, content=SUPERSEDED), 9, 10, False),
    ],
)
def test_gives_way(other: Mark, start: float | None, age: float, way: bool) -> None:
    starts = {} if start is None else {other.key_id: key(9, start).start}
    assert gives_way(other, key(5, age), starts, NOW, SPAN) is way


DAY = 86400.0


@pytest.mark.parametrize(
    ("keys", "marks", "undecided", "after"),
    [
        ([], [], 0, None),
        ([key(1, 50), key(2, 40)], [mark(1), mark(2)], 2, None),
        ([key(1, 50), key(2, 40), key(3, 30)], [mark(1), mark(2), mark(3)], 3, DAY - 30),
        ([key(1, 50), key(2, 40), key(3, 30)], [mark(1, content=SUPERSEDED), mark(2), mark(3, content=SUPERSEDED)], 3, DAY - 30),
        ([key(1, 3 * DAY), key(2, 2 * DAY), key(3, DAY)], [mark(1), mark(2), mark(3)], 3, None),
        ([key(1, 3 * DAY), key(2, 2 * DAY), key(3, DAY - 1)], [mark(1), mark(2), mark(3)], 3, 1),
        ([key(1, 50), key(2, 40), key(3, 30), key(4, 45)], [mark(1), mark(2), mark(3), mark(4, "d")], 2, None),
        ([key(1, 50), key(2, 40)], [mark(1), mark(2), mark(3)], 2, None),
        ([key(1, 50), key(2, 40), key(3, 30)], [mark(1), mark(2), mark(3, target="0123456789ab")], 2, None),
    ],
)
def test_next_attempt(keys: list[Key], marks: list[Mark], undecided: int, after: float | None) -> None:
    found, allowed = next_attempt(TARGET, keys, marks, NOW)
    assert len(found) == undecided
    assert allowed == (None if after is None else NOW + dt.timedelta(seconds=after))


def test_the_wait_is_over_by_the_services_time() -> None:
    look: t.Callable[[float], list[Key]] = lambda later: at_work(TARGET, [key(1, 0)], [mark(1)], NOW + dt.timedelta(seconds=later), SPAN)  # noqa: E731
    assert [bool(look(seconds)) for seconds in (0, 1199, 1200)] == [True, True, False]


def test_a_mark_that_was_put_back_does_not_count() -> None:
    """Another run has replaced it, and a third one wrote the tags that it had read before."""
    old, replaced, other = mark(1, "d"), mark(1, "d", content=SUPERSEDED), mark(2, "d")
    assert marks_of([old.tag, "own-tag", replaced.tag, other.tag]) == [replaced, other]
    assert marks_of([old.tag, mark(1).tag]) == [old, mark(1)]  # a pending one protects its key in any case
