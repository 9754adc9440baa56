# SPDX-License-Identifier: GPL-3.0-or-later
"""A run of tests that has to end at a given time, as a machine that runs every change allows.

C(TENANTKIT_TESTS_UNTIL), in seconds since 1970, is when no further test is begun. A test that was not begun is skipped and says why, so the closing line
counts it. The tests come in another order for each value of C(TENANTKIT_TESTS_SEED) then: what a slow machine does not reach is something else each time.
"""

from __future__ import annotations

import random
import time
import typing as t

UNTIL = "TENANTKIT_TESTS_UNTIL"
SEED = "TENANTKIT_TESTS_SEED"
NOT_BEGUN = f"not begun: the time that {UNTIL} gives was over"
T = t.TypeVar("T")


def until(environ: t.Mapping[str, str]) -> float | None:
    """When no further test is begun, in seconds since 1970; None when there is no such time."""
    return float(environ[UNTIL]) if environ.get(UNTIL) else None


def is_over(environ: t.Mapping[str, str]) -> str:
    """Why nothing more is begun, or nothing."""
    end = until(environ)
    return NOT_BEGUN if end is not None and time.time() >= end else ""


def in_another_order(items: t.Sequence[T], group_of: t.Callable[[T], str], seed: str) -> list[T]:
    """The items in the order of this seed. Those of one group stay together, in the order that they had."""
    groups: dict[str, list[T]] = {}
    for item in items:
        groups.setdefault(group_of(item), []).append(item)
    names = list(groups)
    random.Random(seed).shuffle(names)
    return [item for name in names for item in groups[name]]
