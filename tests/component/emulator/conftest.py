# SPDX-License-Identifier: GPL-3.0-or-later
"""One running emulator for all tests of a worker, put back to its configuration before each of them."""

from __future__ import annotations

import typing as t

import pytest
import requests
from tenant_emulator.testing import Emulator


@pytest.fixture(scope="session")
def running() -> t.Iterator[Emulator]:
    with Emulator(proxy=True) as emulator:
        yield emulator


@pytest.fixture
def emulator(running: Emulator) -> Emulator:
    running.reset(forget=True)
    return running


@pytest.fixture
def http(emulator: Emulator) -> t.Iterator[requests.Session]:
    """A session that trusts the emulator, whatever the environment says."""
    with requests.Session() as session:
        session.trust_env = False
        session.verify = emulator.ca_path
        yield session
