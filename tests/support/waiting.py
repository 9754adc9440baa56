# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting in tests: for something that comes, and, without taking any time, for the end of a task's time budget.

A budget with a clock of its own is spent by the collection's waits alone, however slow the machine is, so that a test of its end neither takes its
length nor is decided by luck.
"""

from __future__ import annotations

import contextlib
import re
import time
import typing as t

#: What gives each task of a run of ansible-playbook a budget with a clock of its own (see C(callbacks/own_clock.py)).
OWN_CLOCK: t.Mapping[str, str] = {"ANSIBLE_CALLBACKS_ENABLED": "record,own_clock"}
_AS_LONG_AS_IT_TAKES = (120.0, 120.0)  # seconds to connect, and for an answer
_HARDLY_ANY_TIME = (120.0, 0.5)  # for an answer that never comes
_LONGEST, _LOOKS_EVERY = 120.0, 0.02  # seconds


EMULATOR_VARIABLE = "RECORD_EMULATOR"  # the state directory of the emulator whose clock moves while a run waits for another one


def pass_time_while_waiting_for_others(budget: t.Any, advance: t.Callable[[float], object]) -> None:
    """Change the class C(Budget): what is waited for aside, which is another run's end, takes no time here, and ``advance`` is told each wait's seconds.

    Another run that was killed never ends, and its time is twenty minutes by the service's clock.
    """
    original = budget.aside

    @contextlib.contextmanager
    def aside(self: t.Any, seconds: float) -> t.Iterator[None]:
        sleep, self._sleep = self._sleep, advance
        try:
            with original(self, seconds):
                yield
        finally:
            self._sleep = sleep

    budget.aside = aside


class OwnClock:
    """A clock that stands still between waits. ``also`` is told the seconds of each wait."""

    def __init__(self, also: t.Callable[[float], object] = lambda seconds: None) -> None:
        self._now, self._also = 0.0, also

    def now(self) -> float:
        """Seconds that were waited for."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let so many seconds be over."""
        self._now += seconds
        self._also(seconds)


def patient(send: t.Callable[..., t.Any], unless: str = "") -> t.Callable[..., t.Any]:
    """C(requests.Session.send) that waits for an answer whatever is left of a budget, unless the URL holds this regular expression."""

    def sending(session: t.Any, request: t.Any, **more: t.Any) -> t.Any:
        never_comes = unless and re.search(unless, request.url)
        return send(session, request, **{**more, "timeout": _HARDLY_ANY_TIME if never_comes else _AS_LONG_AS_IT_TAKES})

    return sending


def impatient(path: str) -> dict[str, str]:
    """C(OWN_CLOCK) for a run that gives up soon where the URL holds this regular expression: where the emulator never answers."""
    return {**OWN_CLOCK, "OWN_CLOCK_IMPATIENT": path}


def eventually(condition: t.Callable[[], object]) -> bool:
    """Look until something is so; what this returns is only false when it does not come to be at all."""
    end = time.monotonic() + _LONGEST
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(_LOOKS_EVERY)
    return True
