# SPDX-License-Identifier: GPL-3.0-or-later
"""A tenant is left alone until a day, and no text that looks like a hold lets a run through."""

from __future__ import annotations

import datetime as dt
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._fleet.hold import Hold, hold_of

TODAY = dt.date(2026, 12, 24)
UNTIL = dt.date(2027, 1, 31)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, None),
        ("", None),
        ("  ", None),
        (False, None),
        ("migration, until 2027-01-31", Hold("migration", UNTIL)),
        ("  freeze, see CHG-7, until  2027-01-31 ", Hold("freeze, see CHG-7", UNTIL)),
        ("last day, until 2026-12-24", Hold("last day", TODAY)),
        ("over, until 2026-12-23", None),
    ],
)
def test_a_hold_lasts_to_its_last_day(given: t.Any, expected: Hold | None) -> None:
    assert hold_of(given, TODAY) == expected


@pytest.mark.parametrize(
    "given", ["migration", True, "migration until 2027-01-31", "until 2027-01-31", ", until 2027-01-31", "x, until soon", "x, until 2027-02-30", 7, ["x"]]
)
def test_what_is_no_reason_with_a_day_is_an_error(given: t.Any) -> None:
    with pytest.raises(OptionError, match="rollout_hold"):
        hold_of(given, TODAY)


def test_a_result_has_reason_and_day() -> None:
    assert Hold("migration", UNTIL).to_result() == {"reason": "migration", "until": "2027-01-31"}
