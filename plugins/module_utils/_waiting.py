# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The three ways to do something more than once, each with a defined end.

C(until) looks again until something is there, C(answered) repeats a call whose answer says "not yet", C(settled) repeats a write whose answer was lost.
One HTTP request is repeated elsewhere, in C(_http/client.py).
"""

from __future__ import annotations

import dataclasses
import typing as t

from ._budget import Budget
from ._errors import BudgetError, ConnectorError, Fields

T = t.TypeVar("T")
_NEVER: t.Any = object()  # nothing was seen yet


def pauses() -> t.Iterator[float]:
    """Seconds between two looks: 1, 2, 4, then 5 for ever. The budget ends it."""
    yield from (1.0, 2.0, 4.0)
    while True:
        yield 5.0


def polls(seconds: float, every: float) -> t.Iterator[float]:
    """Equal pauses that make up so many seconds; the last one is the rest."""
    while seconds > 0:
        yield min(seconds, every)
        seconds -= every


def until(
    look: t.Callable[[], T],
    counts: t.Callable[[T], object],
    *,
    pauses: t.Iterable[float],
    wait: t.Callable[[float, str], None],
    why: str,
    seen: T = _NEVER,
    quietly: bool = False,
) -> T:
    """Look until what is seen counts, with one pause before each look but the first; when the pauses are over, what was seen last is the answer.

    ``seen`` is what an earlier look saw. Raises BudgetError when the task's time ends first; ``quietly``, that ends the looks like the last pause.
    """
    found = look() if seen is _NEVER else seen
    for pause in pauses:
        if counts(found):
            break
        try:
            wait(pause, why)
        except BudgetError:
            if not quietly:
                raise
            break
        found = look()
    return found


@dataclasses.dataclass(frozen=True)
class NotYet:
    """An answer that means that what a call needs is not there yet.

    ``known`` is what the failure says when the task's time ends first, ``pause`` the least number of seconds before the call is repeated.
    """

    why: str
    known: Fields
    pause: float = 0.0


def answered(call: t.Callable[[], T], judge: t.Callable[[T, float], NotYet | None], budget: Budget) -> T:
    """Repeat a call until its answer is final, and return that. ``judge`` is given each answer and the seconds that were waited by then.

    Raises BudgetError when the task's time ends first.
    """
    waited, waiting = 0.0, pauses()
    while True:
        answer = call()
        verdict = judge(answer, waited)
        if verdict is None:
            return answer
        pause = max(next(waiting), verdict.pause)
        budget.wait(pause, verdict.why, **verdict.known)
        waited += pause


def settled(
    write: t.Callable[[], T],
    look: t.Callable[[ConnectorError, int], T | None],
    *,
    lost: t.Callable[[ConnectorError, int], bool],
    tries: int | None = None,
    doubtful: bool = True,
) -> T:
    """Carry out a write until it is known what became of it.

    After a failure that ``lost`` calls one, ``look`` waits and looks whether it was done all the same; what it finds is the answer. If it finds nothing,
    a write whose outcome is not known is sent again, ``tries`` times in all or until ``look`` raises something. Both functions are given the failure and
    the number of the try. ``doubtful``: a later refusal does not say what became of the tries before it, so its outcome is not known either.

    Raises the failure of the last try, and what ``look`` raises.
    """
    tried = 0
    while True:
        tried += 1
        try:
            return write()
        except ConnectorError as error:
            failure = error.with_(outcome="unknown" if doubtful and tried > 1 else error.outcome)
            if not lost(error, tried):
                raise failure from error
            found = look(error, tried)
            if found is not None:
                return found
            if tried == tries or error.outcome != "unknown":
                raise failure from error
