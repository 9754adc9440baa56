# SPDX-License-Identifier: GPL-3.0-or-later
"""Where runs are killed: their requests by what they do, and which of them a test run takes.

Every state that a kill can leave behind in the services is taken once (after each write, that is), a few more with the other signals, and two
requests that rotate with C(KILL_ROTATION) (a number). C(make test) takes those that no other one resembles. C(KILL_ALL=1) takes all requests of
all scenarios, before and after, in all ways.
"""

from __future__ import annotations

import dataclasses
import os
import typing as t

from support.killing import HOWS, WHENS
from support.scenarios import SCENARIOS

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
class Case:
    """What one test does: a named point, or a part of all."""

    scenario: str
    how: str
    step: str = ""
    when: str = ""
    nth: int = 1  # of the requests that do this
    part: tuple[int, int] | None = None  # which of how many
    one: int | None = None  # a single point, wherever that is

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


# What make test takes. Each leaves something else behind: what the comment says.
SAMPLE = (
    *(Case("connect", "SIGKILL", step, "after") for step in ("mint", "deliver")),
    Case("platform_certificate", "SIGKILL", "mint", "after"),  # a certificate whose key is lost
    Case("okta_open", "SIGKILL", "record", "after"),  # recorded, not changed
)
# Left to make test-all.
MORE = (
    Case("renew", "SIGKILL", "deliver", "after"),
    Case("workato_renew", "SIGKILL", "deliver", "after"),  # Workato holds a secret that is not marked, a person signed in, a good secret before it
    Case("absent", "SIGKILL", "disable", "after"),  # an application that nobody can sign in with, its secret still there
    Case("connect", "SIGKILL", "pending", "after"),
    Case("workato", "SIGKILL", "deliver", "after"),  # Workato holds a secret that is not marked as delivered
    Case("workato_file_renew", "SIGKILL", "delivered", "before"),  # the file has the new one, the mark the old one
    Case("platform_secret", "SIGKILL", "role", "after"),  # a role for an application that has no credential
    Case("platform_certificate", "SIGKILL", "delivered", "before"),  # the key is in the file, proven, and not marked
    Case("okta_preconsent", "SIGKILL", "principal", "after"),  # an enterprise application that nobody is assigned to
    Case("okta_changed_mind", "SIGKILL", "open", "after"),  # one setting changed, one not, and the next run is to undo it
    Case("okta_absent", "SIGKILL", "open", "after"),  # one setting put back, both still recorded
    *(Case("connect", "SIGKILL", step, "after") for step in ("application", "principal", "consent", "delivered")),
    Case("connect", "SIGKILL", "deliver", "before"),
    Case("connect", "SIGTERM", "mint", "after"),
    Case("connect", "SIGINT", "deliver", "after"),
    Case("connect", "ORPHAN", "mint", "after"),
    Case("renew", "SIGKILL", "mint", "after"),
    Case("adopt", "SIGKILL", "deliver", "after"),
    *(Case("absent", "SIGKILL", step, "after") for step in ("revoke", "delete")),
    *(Case(scenario, "SIGKILL", step, "after") for scenario in ("workato", "workato_file") for step in ("mint", "pending")),
    Case("workato", "SIGTERM", "deliver", "after"),
    Case("workato_renew", "SIGKILL", "pending", "after"),
    Case("workato_both", "SIGKILL", "deliver", "before"),
    Case("workato_both", "SIGKILL", "deliver", "after"),
    *(Case("platform_secret", "SIGKILL", step, "after") for step in ("principal", "mint", "pending")),
    Case("platform_secret", "SIGKILL", "prove", "after", nth=4),
    Case("platform_certificate", "SIGKILL", "pending", "after"),
    Case("platform_certificate", "SIGTERM", "prove", "after", nth=4),
    *(Case("platform_certificate_force", "SIGKILL", step, "after") for step in ("mint", "pending", "delivered")),
    *(Case("workato_absent", "SIGKILL", step, "after") for step in ("disable", "delete", "disconnect")),
    *(Case("platform_absent", "SIGKILL", step, "after") for step in ("unassign", "disable")),
    *(Case("okta_preconsent", "SIGKILL", step, "after") for step in ("assign", "consent")),
    *(Case("okta_open", "SIGKILL", step, "after") for step in ("principal", "enable", "open", "settings")),
    *(Case("okta_changed_mind", "SIGKILL", step, "after") for step in ("record", "settings")),
    *(Case("okta_absent", "SIGKILL", step, "after") for step in ("settings", "record")),
)


def cases() -> list[Case]:
    """What this test run takes."""
    if os.environ.get("KILL_ALL"):
        return [Case(scenario, how, part=(part, SLICES)) for scenario in SCENARIOS for how in HOWS for part in range(SLICES)]
    rotation = int(os.environ.get("KILL_ROTATION") or 0)
    rotating = [Case(scenario, "SIGTERM", one=rotation * 11 + at) for scenario, at in (("renew", 16), ("adopt", 9))]
    return [*SAMPLE, *MORE, *rotating]
