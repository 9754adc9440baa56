# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Rate limits: calls wait for their slot, so that the service does not answer 429."""

from __future__ import annotations

import typing as t

from .._budget import Budget
from .._clock import machine_time
from .cache import JobCache

_FARTHEST = 300.0  # seconds; a slot later than that comes from a clock that was moved


class Pacer:
    """Keeps the rate limits instead of finding them out: the time of every call is booked, for all tasks and hosts of the job together."""

    def __init__(self, budget: Budget, cache: JobCache, key: t.Sequence[str], service: str, clock: t.Callable[[], float] = machine_time) -> None:
        """``key`` is whose calls are counted together, ``service`` is named in sentences."""
        self._budget = budget
        self._cache = cache
        self._key = tuple(key)
        self._service = service
        self._clock = clock
        self._booked: dict[str, list[float]] = {}

    def wait(self, name: str, limit: tuple[int, float], doing: str) -> None:
        """Wait until the next call of this kind is allowed."""
        count, window = limit
        booked = self._booked.setdefault(name, [])

        def remember(stored: dict[str, list[float]]) -> bool:
            booked[:] = [float(slot) for slot in stored["slots"]]
            return True  # always book anew

        def book() -> tuple[dict[str, list[float]], None]:
            now = self._clock()
            slots = [slot for slot in booked if abs(slot - now) < _FARTHEST]
            slot = max(now, slots[-count] + window) if len(slots) >= count else now
            return {"slots": [*slots, slot][-count:]}, None

        stored, _from_cache = self._cache.get_or_create("pace", [*self._key, name], book, reject=remember)
        booked[:] = stored["slots"]
        pause = booked[-1] - self._clock()
        if pause > 0:
            self._budget.wait(pause, f"{self._service} allows {count} such call{'s' if count > 1 else ''} in {window:.0f} s ({doing})")
