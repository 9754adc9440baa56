# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""One time budget per task, looked at before every wait and every write."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import BudgetError


class Budget:
    """The seconds one task may take (option C(timeout)).

    ``clock`` and ``sleep`` are injectable so that unit tests need no real time.
    """

    def __init__(
        self,
        seconds: float,
        clock: t.Callable[[], float] = time.monotonic,
        sleep: t.Callable[[float], None] = time.sleep,
    ) -> None:
        self.seconds = float(seconds)
        self._clock = clock
        self._sleep = sleep
        self._deadline = clock() + self.seconds

    def remaining(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self._deadline - self._clock())

    def check_write(self, doing: str) -> None:
        """Raise BudgetError instead of starting a write when no time is left: after a task was reported failed nothing is written."""
        if self.remaining() <= 0:
            raise BudgetError(
                f"The time budget of {self.seconds:g} s was spent before this write was started: {doing}.",
                code="budget_spent",
                advice="Nothing of it was sent. Run again; raise 'timeout' if the service is slow.",
            )

    def wait(self, seconds: float, why: str) -> None:
        """Sleep, or raise BudgetError at once when the budget would end during the wait.

        ``why`` reads like "throttled by Microsoft Graph" or "application 'x' is not replicated yet".
        """
        left = self.remaining()
        if seconds >= left:
            raise BudgetError(
                f"Gave up waiting: {why}; the next try would be in {seconds:.3g} s and {left:.3g} s of the time budget of {self.seconds:g} s are left.",
                code="budget_spent",
                advice="Run again later, or raise 'timeout'.",
            )
        self._sleep(seconds)
