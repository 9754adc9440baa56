# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits of the collection take no time: they move its own clock and the emulator's."""

from __future__ import annotations

import pytest
import requests
from ansible_collections.tenantkit.connectors.plugins.module_utils._budget import Budget
from support.waiting import OwnClock, patient


@pytest.fixture(autouse=True)
def own_clock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> OwnClock:
    """The clock of every budget that the test does not give another one."""
    clock = OwnClock()
    if "emulator" in request.fixturenames:
        clock = OwnClock(request.getfixturevalue("emulator").advance)
        monkeypatch.setattr(requests.Session, "send", patient(requests.Session.send))
    monkeypatch.setattr(Budget.__init__, "__defaults__", (clock.now, clock.sleep))
    return clock
