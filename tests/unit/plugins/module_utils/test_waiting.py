# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often is looked, asked and written, how long is waited in between, and what ends it."""

from __future__ import annotations

import itertools
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._budget import Budget
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import BudgetError, ConnectorError, ServiceError
from ansible_collections.tenantkit.connectors.plugins.module_utils._http.pages import all_pages
from ansible_collections.tenantkit.connectors.plugins.module_utils._waiting import NotYet, answered, pauses, polls, settled, until


class Clock:
    """A budget whose waits are written down and take no time."""

    def __init__(self, seconds: float = 100.0) -> None:
        self.now = 0.0
        self.waits: list[float] = []
        self.budget = Budget(seconds, clock=lambda: self.now, sleep=self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


def test_pauses_grow_and_polls_fill_the_time() -> None:
    assert list(itertools.islice(pauses(), 6)) == [1, 2, 4, 5, 5, 5]
    assert list(polls(12, 5)) == [5, 5, 2]
    assert not list(polls(0, 5)) and not list(polls(-1, 5))


# until


def looks(clock: Clock, answers: t.Sequence[int], **more: t.Any) -> tuple[int, int]:
    """What the looks end with, and how many there were."""
    left = list(answers)
    found = until(lambda: left.pop(0), lambda seen: seen > 2, wait=clock.budget.wait, why="it is not there yet", **more)
    return found, len(answers) - len(left)


def test_what_counts_at_once_is_not_waited_for() -> None:
    clock = Clock()
    assert looks(clock, [3, 4], pauses=[1, 2]) == (3, 1) and not clock.waits


def test_looks_until_it_counts() -> None:
    clock = Clock()
    assert looks(clock, [0, 1, 3, 4], pauses=pauses()) == (3, 3) and clock.waits == [1, 2]


def test_the_last_look_is_the_answer_when_the_pauses_are_over() -> None:
    clock = Clock()
    assert looks(clock, [0, 1, 2, 3], pauses=[1, 2]) == (2, 3) and clock.waits == [1, 2]
    assert looks(clock, [0, 1], pauses=[]) == (0, 1)


@pytest.mark.parametrize(("seen", "expected", "waits"), [(5, (5, 0), []), (1, (3, 1), [1]), (None, (3, 1), [1])])
def test_what_was_seen_before_is_the_first_look(seen: int | None, expected: tuple[int, int], waits: list[float]) -> None:
    clock = Clock()
    left = [3]
    found = until(lambda: left.pop(0), lambda one: (one or 0) > 2, pauses=[1, 2], wait=clock.budget.wait, why="x", seen=seen)
    assert (found, 1 - len(left)) == expected and clock.waits == waits


def test_the_end_of_the_time_is_a_failure_or_quietly_the_end() -> None:
    with pytest.raises(BudgetError, match="Gave up waiting: it is not there yet"):
        looks(Clock(2), [0, 0, 0], pauses=pauses())
    clock = Clock(2)
    assert looks(clock, [0, 1, 3], pauses=pauses(), quietly=True) == (1, 2) and clock.waits == [1]


# answered


def test_a_call_is_repeated_while_its_answer_is_not_final() -> None:
    clock, left, judged = Clock(), [1, 2, 3, 4], []

    def judge(answer: int, waited: float) -> NotYet | None:
        judged.append((answer, waited))
        return NotYet("busy", {}, pause=3.0 if answer == 1 else 0.0) if answer < 4 else None

    assert answered(lambda: left.pop(0), judge, clock.budget) == 4
    assert clock.waits == [3, 2, 4] and judged == [(1, 0), (2, 3), (3, 5), (4, 9)]


def test_the_failure_says_what_was_answered_last() -> None:
    with pytest.raises(BudgetError, match="Gave up waiting: busy") as caught:
        answered(lambda: 0, lambda answer, waited: NotYet("busy", {"http_status": 404, "outcome": "refused", "code": "c"}), Clock(2).budget)
    error = caught.value
    assert (error.http_status, error.outcome, error.code, error.advice) == (404, "refused", "c", "Run again later, or raise 'timeout'.")


# settled


class Write:
    """A write that ends as it is told to, and a look after each lost answer that finds what it is told to."""

    def __init__(self, *ends: str | ConnectorError, finds: t.Sequence[str | None] = ()) -> None:
        self.ends, self.finds = list(ends), list(finds)
        self.looked: list[tuple[str | None, int]] = []

    def write(self) -> str:
        end = self.ends.pop(0)
        if isinstance(end, ConnectorError):
            raise end
        return end

    def look(self, error: ConnectorError, tried: int) -> str | None:
        self.looked.append((error.outcome, tried))
        return self.finds.pop(0) if self.finds else None

    def settle(self, **more: t.Any) -> str:
        return settled(self.write, self.look, lost=lambda error, tried: error.outcome == "unknown" or error.code == "exists", **{"tries": 3, **more})


LOST = ServiceError("lost", outcome="unknown")
REFUSED = ServiceError("refused", outcome="refused")
EXISTS = ServiceError("exists", outcome="refused", code="exists")


def test_an_answer_settles_it() -> None:
    write = Write("made")
    assert write.settle() == "made" and not write.looked


def test_a_refusal_settles_it() -> None:
    write = Write(REFUSED)
    with pytest.raises(ServiceError) as caught:
        write.settle()
    assert caught.value.outcome == "refused" and not write.looked


def test_what_a_look_finds_settles_it() -> None:
    write = Write(LOST, finds=["found"])
    assert write.settle() == "found" and write.looked == [("unknown", 1)]


def test_a_write_that_nothing_shows_is_sent_again() -> None:
    write = Write(LOST, LOST, "made")
    assert write.settle() == "made" and write.looked == [("unknown", 1), ("unknown", 2)]


def test_the_last_try_is_looked_for_too() -> None:
    write = Write(LOST, LOST, LOST, finds=[None, None, "found"])
    assert write.settle() == "found"
    write = Write(LOST, LOST, LOST)
    with pytest.raises(ServiceError, match="lost"):
        write.settle()
    assert len(write.looked) == 3


def test_what_is_there_already_and_cannot_be_seen_is_not_written_again() -> None:
    write = Write(EXISTS, "made")
    with pytest.raises(ServiceError, match="exists"):
        write.settle()
    assert write.looked == [("refused", 1)] and write.ends == ["made"]


@pytest.mark.parametrize(("doubtful", "outcome"), [(True, "unknown"), (False, "refused")])
def test_a_refusal_after_a_lost_answer_leaves_a_doubt_or_not(doubtful: bool, outcome: str) -> None:
    with pytest.raises(ServiceError, match="refused") as caught:
        Write(LOST, REFUSED).settle(doubtful=doubtful)
    assert caught.value.outcome == outcome and REFUSED.outcome == "refused"


def test_without_a_number_of_tries_the_look_ends_it() -> None:
    def look(error: ConnectorError, tried: int) -> None:
        if tried == 20:
            raise error.with_(advice="Enough.")

    with pytest.raises(ServiceError) as caught:
        settled(Write(*[LOST] * 30).write, look, lost=lambda error, tried: True)
    assert caught.value.advice == "Enough."


# Pages


def pages(*bodies: t.Any, root: str = "https://a.example/v1") -> list[dict[str, t.Any]]:
    left = list(bodies)
    return all_pages(left.pop(0), lambda link: left.pop(0), lambda body: body.get("next"), root=root, malformed=ValueError)


def page(*ids: int, link: t.Any = None) -> dict[str, t.Any]:
    return {"value": [{"id": one} for one in ids], **({"next": link} if link else {})}


def test_all_pages_are_read_also_after_an_empty_one() -> None:
    found = pages(page(1, link="https://a.example/v1/x?2"), page(link="https://A.example:443/v1/x?3"), page(2, 3))
    assert [entry["id"] for entry in found] == [1, 2, 3]
    assert pages([{"id": 1}]) == [{"id": 1}]


@pytest.mark.parametrize(
    ("bodies", "text"),
    [
        ([{}], "a list without 'value'"),
        ([{"value": [1]}], "a list without 'value'"),
        (["text"], "a list without 'value'"),
        ([page(1, link="https://b.example/v1/x")], "a next page at another address \\(b.example\\)"),
        ([page(1, link="http://a.example/v1/x")], "a next page at another address \\(a.example\\)"),
        ([page(1, link="https://a.example:444/v1/x")], "a next page at another address"),
        ([page(1, link=7)], "a next page at another address \\(no host\\)"),
        ([page(1, link="https://a.example/x"), page(2, link="https://a.example/x")], "the same next page twice"),
    ],
)
def test_pages_that_lead_elsewhere_or_never_end(bodies: list[t.Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        pages(*bodies)
