# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Eventual consistency: what Graph answers while an object is on its way to all replicas, and how long to wait for it."""

from __future__ import annotations

import dataclasses
import typing as t

_SHORT = 60.0


@dataclasses.dataclass(frozen=True)
class Lag:
    """An error answer that may mean "not replicated yet". ``limit``: after so many seconds it means what it says."""

    status: int
    text: str
    limit: float | None = None


# Texts and detail codes, lower case. 404 needs no entry: on an object that was made in this run it always is one.
LAGS: tuple[Lag, ...] = (
    Lag(400, "nobackingapplicationobject"),
    Lag(400, "does not reference a valid application object"),
    Lag(403, "must in the local tenant"),  # sic
    Lag(403, "must be in the local tenant"),
    Lag(400, "not a valid reference update"),
    Lag(400, "one of its queried reference-property objects are not present"),
    Lag(400, "permission being assigned was not found", _SHORT),  # or the permission does not exist at all
    Lag(400, "specified resourceid was not found", _SHORT),
    Lag(409, "msaappdoesnotexist"),
    Lag(400, "cannot be found in the apppermissions sets"),
)


def lag_of(status: int, words: str, extra: t.Sequence[str] = ()) -> Lag | None:
    """The lag an error answer to a call on a fresh object stands for, or None. ``words`` are its codes and message."""
    lowered = words.lower()
    for lag in LAGS:
        if lag.status == status and lag.text in lowered:
            return lag
    for text in extra:
        if text.lower() in lowered:
            return Lag(status, text)
    return None


def pauses() -> t.Iterator[float]:
    """Seconds between two looks: 1, 2, 4, then 5 for ever. The budget ends it."""
    yield from (1.0, 2.0, 4.0)
    while True:
        yield 5.0
