# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Numbers as people write them: what each number option may be, in one table. Pure.

A number that no clock or calendar has would else end as a mistake of ours, or be waited for without an end.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ._errors import OptionError

_DAY = 86400  # seconds
_CENTURY = 36500  # days; beyond that a date may leave the calendar, and policies of tenants stop at far less


@dataclasses.dataclass(frozen=True)
class Range:
    """The least and the most that an option may be, and what it counts."""

    least: int
    most: int
    unit: str


# By the name of the option, wherever it stands. A variable of a role ends with the name: entra_timeout, workato_secret_validity_days.
RANGES: t.Mapping[str, Range] = {
    "timeout": Range(1, _DAY, "seconds"),
    "wait_timeout": Range(0, _DAY, "seconds"),
    "proof_timeout": Range(0, _DAY, "seconds"),
    "patience": Range(0, _DAY, "seconds"),
    "wait_for_api": Range(0, _DAY, "seconds"),
    "validity_days": Range(1, _CENTURY, "days"),
    "renew_before_days": Range(0, _CENTURY, "days"),
    "overlap_days": Range(0, _CENTURY, "days"),
    "ending_within_days": Range(0, _CENTURY, "days"),
    "request_duration_in_days": Range(1, 60, "days"),
    "folder_id": Range(1, 2**63 - 1, ""),
    "sink": Range(0, 999, ""),
}


def range_of(name: str) -> Range | None:
    """What a number of this name may be; the longest name in the table that it ends with. None where it has no limits of its own (choices, for example)."""
    fitting = [known for known in RANGES if name == known or name.endswith(f"_{known}")]
    return RANGES[max(fitting, key=len)] if fitting else None


def number_problem(name: str, value: t.Any) -> str | None:
    """The sentence about a number that its option or variable cannot be, None when it can."""
    allowed = range_of(name)
    if allowed is None or not isinstance(value, (int, float)):
        return None
    if allowed.least <= value <= allowed.most:  # NaN is in no range
        return None
    unit = f" {allowed.unit}" if allowed.unit else ""
    return f"'{name}' is {_short(value)} and has to be from {allowed.least} to {allowed.most}{unit}."


def check_numbers(spec: t.Mapping[str, t.Any], options: t.Mapping[str, t.Any]) -> None:
    """Raises OptionError for the first number among the options of a module, also in dicts and lists of them, that cannot be."""
    for name, described in spec.items():
        value = options.get(name)
        if described.get("type") in ("int", "float"):
            problem = number_problem(name, value)
            if problem:
                raise OptionError(problem, code=f"invalid_{name}")
        for member in value if isinstance(value, list) else [value]:
            if described.get("options") and isinstance(member, dict):
                check_numbers(described["options"], member)


def _short(value: float) -> str:
    """A number in few characters."""
    text = str(value)
    return text if len(text) <= 20 else f"{text[:10]}... ({len(text)} characters)"
