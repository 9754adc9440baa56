# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits of the collection take no time: they move its own clock and the emulator's."""

from __future__ import annotations

import functools

import pytest
import requests
from ansible_collections.tenantkit.connectors.plugins.module_utils._budget import Budget
from cryptography.hazmat.primitives import serialization
from jwt import algorithms
from support.waiting import OwnClock, patient

# To load a private key is to check its primes, which takes a hundred times as long as anything else about it, and the tests have a handful of keys.
_loaded_once = functools.cache(serialization.load_pem_private_key)


@pytest.fixture(autouse=True)
def own_clock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> OwnClock:
    """The clock of every budget that the test does not give another one."""
    clock = OwnClock()
    if "emulator" in request.fixturenames:
        clock = OwnClock(request.getfixturevalue("emulator").advance)
        monkeypatch.setattr(requests.Session, "send", patient(requests.Session.send))
    monkeypatch.setattr(Budget.__init__, "__defaults__", (clock.now, clock.sleep))
    for module in (serialization, algorithms):  # the collection's, and what MSAL signs with
        monkeypatch.setattr(module, "load_pem_private_key", _loaded_once)
    return clock
