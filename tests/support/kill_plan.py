# SPDX-License-Identifier: GPL-3.0-or-later
"""Where runs are killed: their requests by what they do, and which of them a test run takes. The points are in each product's C(product.py).

Every state that a kill can leave behind in the services is taken once (after each write, that is), a few more with the other signals, and two
requests that rotate with C(KILL_ROTATION) (a number). C(make test) takes those that no other one resembles. C(KILL_ALL=1) takes all requests of
all scenarios, before and after, in all ways.
"""

from __future__ import annotations

import dataclasses
import os
import typing as t

from support.killing import HOWS, WHENS
from support.products import every, products

SLICES = 8  # tests per scenario and signal with KILL_ALL, so that they spread over processes


@dataclasses.dataclass(frozen=True)
class Point:
    """One request of the run, and the side of it on which the run dies."""

    request: int
    step: str
    when: str

    def __str__(self) -> str:
        return f"{self.when} request {self.request} ({self.step})"


@dataclasses.dataclass(frozen=True)
class Kill:
    """What one test does: a named point, or a part of all."""

    scenario: str
    how: str
    step: str = ""
    when: str = ""
    nth: int = 1  # of the requests that do this
    part: tuple[int, int] | None = None  # which of how many
    one: int | None = None  # a single point, wherever that is
    sampled: bool = False  # whether make test takes it; the rest is left to make test-all

    def __str__(self) -> str:
        if self.part:
            return f"{self.scenario}-{self.how}-all-{self.part[0]}"
        what = f"{self.when}-{self.step}" + (f"-{self.nth}" if self.nth > 1 else "")
        return f"{self.scenario}-{self.how}-" + (f"rotating-{self.one}" if self.one is not None else what)

    def points(self, steps: t.Sequence[str]) -> list[Point]:
        """The points among the requests of a clean run."""
        found = [Point(number, step, when) for number, step in enumerate(steps, 1) for when in WHENS]
        if self.part:
            return found[self.part[0] :: self.part[1]]
        if self.one is not None:
            return [found[self.one % len(found)]]
        named = [point for point in found if (point.step, point.when) == (self.step, self.when)]
        assert len(named) >= self.nth, f"no request does {self.step!r}: {steps}"
        return [named[self.nth - 1]]


def after(scenario: str, *steps: str, how: str = "SIGKILL", when: str = "after", sampled: bool = False) -> list[Kill]:
    """Right after (or C(before)) each of these."""
    return [Kill(scenario, how, step, when, sampled=sampled) for step in steps]


def kills() -> list[Kill]:
    """What this test run takes."""
    if os.environ.get("KILL_ALL"):
        return [Kill(scenario, how, part=(part, SLICES)) for scenario in every("scenarios") for how in HOWS for part in range(SLICES)]
    rotation = int(os.environ.get("KILL_ROTATION") or 0)
    rotating = [Kill(scenario, "SIGTERM", one=rotation * 11 + at) for scenario, at in every("rotating").items()]
    named = [kill for product in products().values() for kill in product.kills]
    return sorted(named, key=lambda kill: not kill.sampled) + rotating
