# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's clock, as its answers carry it."""

from __future__ import annotations

import datetime as dt

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils import _clock

NOON = dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("headers", "date"),
    [
        ({"Date": "Sat, 31 Jan 2026 12:00:00 GMT"}, NOON),
        ({"Date": "Sat, 31 Jan 2026 13:00:00 +0100"}, NOON),
        ({"Date": "soon"}, None),
        ({"Date": "Sat, 31 Jan 99999 12:00:00 GMT"}, None),
        ({}, None),
    ],
)
def test_the_date_of_an_answer(headers: dict[str, str], date: dt.datetime | None) -> None:
    assert _clock.date_of(headers) == date


def test_this_machines_clock_stands_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_clock, "machine_time", NOON.timestamp)
    assert _clock.or_machine_time(None) == NOON
    assert _clock.or_machine_time(NOON - dt.timedelta(days=1)) == NOON - dt.timedelta(days=1)
