# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the connect run is killed: its requests by what they do, and which of them a test run takes.

By default every state that a kill can leave behind in the services is taken once (after each write, that is), a few more with the other
signals, and two requests that rotate with C(KILL_ROTATION) (a number). C(KILL_ALL=1) takes all requests, before and after, in all ways.
"""

from __future__ import annotations

import dataclasses
import itertools
import os
import typing as t

from tenant_emulator.testing import JsonObject

from support import requests
from support.killing import HOWS, WHENS

SLICES = 8  # tests per scenario and signal with KILL_ALL, so that they spread over processes
SCENARIOS = ("connect", "renew", "adopt")


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
    """What one test does: named points, or a part of all."""

    scenario: str
    how: str
    step: str = ""
    when: str = ""
    part: tuple[int, int] | None = None  # which of how many
    one: int | None = None  # a single point, wherever that is

    def __str__(self) -> str:
        if self.part:
            return f"{self.scenario}-{self.how}-all-{self.part[0]}"
        return f"{self.scenario}-{self.how}-" + (f"rotating-{self.one}" if self.one is not None else f"{self.when}-{self.step}")

    def points(self, steps: t.Sequence[str]) -> list[Point]:
        """The points among the requests of a clean run."""
        found = [Point(number, step, when) for number, step in enumerate(steps, 1) for when in WHENS]
        if self.part:
            return found[self.part[0] :: self.part[1]]
        if self.one is not None:
            return [found[self.one % len(found)]]
        named = [point for point in found if (point.step, point.when) == (self.step, self.when)]
        assert named, f"no request does {self.step!r}: {steps}"
        return named[:1]


def step_of(entry: JsonObject) -> str:
    """What a request does, in a word."""
    writes = requests.writes_of(entry)
    if not writes:
        return "prove" if entry["service"] == "login" and entry["path"].endswith("/token") and entry["seq"] > 3 else "look"
    path = writes[0].path
    if path.endswith("/SingleSignOnSettings/OAuth2"):
        return "deliver"
    for word, step in (("addPassword", "mint"), ("removePassword", "remove"), ("oauth2PermissionGrants", "consent"), ("servicePrincipals", "principal")):
        if word in path:
            return step
    body = next((part["body"] for part in (entry["request"] or {}).get("requests", ()) if part["method"] == "PATCH"), entry["request"])
    if set(body) != {"tags"}:
        return "application"
    return "pending" if any(":p:" in tag for tag in body["tags"]) else "delivered"


def cases() -> list[Case]:
    """What this test run takes."""
    if os.environ.get("KILL_ALL"):
        return [Case(scenario, how, part=(part, SLICES)) for scenario in SCENARIOS for how in HOWS for part in range(SLICES)]
    rotation = int(os.environ.get("KILL_ROTATION") or 0)
    writes = ("application", "principal", "consent", "mint", "pending", "deliver", "delivered")
    return [
        *(Case("connect", "SIGKILL", step, "after") for step in writes),
        Case("connect", "SIGKILL", "deliver", "before"),
        Case("connect", "SIGTERM", "mint", "after"),
        Case("connect", "SIGINT", "deliver", "after"),
        Case("connect", "ORPHAN", "mint", "after"),
        Case("renew", "SIGKILL", "mint", "after"),
        Case("renew", "SIGKILL", "deliver", "after"),
        Case("adopt", "SIGKILL", "deliver", "after"),
        *(
            Case(scenario, how, one=rotation * 11 + at)
            for (scenario, how), at in zip(itertools.product(("renew", "adopt"), ("SIGTERM",)), (16, 9), strict=True)
        ),
    ]
