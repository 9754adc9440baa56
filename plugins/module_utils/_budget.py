# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""One time budget per task, looked at before every wait and every write."""

from __future__ import annotations

import contextlib
import math
import time
import typing as t

from ._errors import BudgetError, Fields


class Budget:
    """The seconds one task may take (option C(timeout)).

    ``clock`` and ``sleep`` are injectable so that unit tests need no real time.
    """

    def __init__(
        self,
        seconds: float,
        clock: t.Callable[[], float] = time.monotonic,
        sleep: t.Callable[[float], None] = time.sleep,
        *,
        limit: float | None = None,
    ) -> None:
        """``limit``: seconds after which everything has to be over, whatever is waited for aside."""
        self.seconds = float(seconds)
        self._latest = math.inf if limit is None else clock() + limit
        self._clock = clock
        self._sleep = sleep
        self._deadline = clock() + self.seconds

    def remaining(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self._deadline - self._clock())

    def check_write(self, doing: str) -> None:
        """Raises BudgetError in place of a write when no time is left: after a task was reported failed nothing is written."""
        if self.remaining() <= 0:
            raise BudgetError(
                f"The time budget of {self.seconds:g} s was spent before this write was started: {doing}.",
                code="budget_spent",
                advice="The write was not sent. Run again; raise 'timeout' if the service is slow.",
            )

    @contextlib.contextmanager
    def aside(self, seconds: float) -> t.Iterator[None]:
        """So many seconds more, for waiting until others are done. The time of the task itself stands still meanwhile, but for its limit."""
        left = self.remaining()
        self._deadline = min(self._deadline + seconds, self._latest)
        try:
            yield
        finally:
            self._deadline = min(self._clock() + left, self._latest)

    def wait(self, seconds: float, why: str, **known: t.Unpack[Fields]) -> None:
        """Sleep. Raises BudgetError at once when the budget would end during the wait.

        ``why`` reads like "throttled by Microsoft Graph" or "application 'x' is not replicated yet". ``known`` is what the failure says of the service
        that is waited for, and of what it answered last.
        """
        left = self.remaining()
        if seconds >= left:
            fields: Fields = {"code": "budget_spent", "advice": "Run again later, or raise 'timeout'.", **known}
            raise BudgetError(
                f"Gave up waiting: {why}; the next try would be in {seconds:.3g} s and {left:.3g} s of the time budget of {self.seconds:g} s are left.",
                **fields,
            )
        self._sleep(seconds)
