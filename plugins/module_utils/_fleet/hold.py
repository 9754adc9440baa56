# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""A tenant that a rollout leaves alone until a day, as its operator said. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import typing as t

from .._errors import OptionError

VARIABLE = "rollout_hold"
_FORM = re.compile(r"(?P<reason>.*\S)\s*,\s*until\s+(?P<until>\S+)\s*", re.DOTALL)


@dataclasses.dataclass(frozen=True)
class Hold:
    """Why a tenant is left alone, and the last day on which it is."""

    reason: str
    until: dt.date

    def to_result(self) -> dict[str, str]:
        """As a result of a task has it."""
        return {"reason": self.reason, "until": self.until.isoformat()}


def hold_of(given: t.Any, today: dt.date) -> Hold | None:
    """The hold that a host's variable sets, while it lasts. None for no hold, or one whose last day is over.

    Raises OptionError for a text without reason or day: a hold without an end is forgotten, and one that is not understood must not let a run through.
    """
    if given is None or given is False or (isinstance(given, str) and not given.strip()):
        return None
    match = _FORM.fullmatch(given.strip()) if isinstance(given, str) else None
    until = _day(match["until"]) if match else None
    if match is None or until is None:
        raise OptionError(
            f"'{VARIABLE}' is {given!r}, which is no reason with a day.",
            code="rollout_hold",
            advice=f'Write a reason and the last day of the hold, as in {VARIABLE}: "migration of their domain, until 2027-01-31".',
        )
    return Hold(match["reason"], until) if today <= until else None


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        return None
