# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures that unit and integration tests share."""

from __future__ import annotations

import tempfile
import typing as t
from pathlib import Path

import pytest
from tenant_emulator.testing import Emulator


@pytest.fixture(scope="session")
def running_emulator() -> t.Iterator[Emulator]:
    """One emulator a test process; C(emulator) puts it back to its configuration for each test."""
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(running_emulator: Emulator) -> Emulator:
    """The emulator as its configuration says, with an empty journal and no faults."""
    # What earlier tests were given cannot turn up in this one's folder, and every look for secrets would go on looking for it.
    running_emulator.reset(forget=True)
    return running_emulator


@pytest.fixture
def workdir() -> t.Iterator[Path]:
    """An empty directory for one test. Its name is short: ansible-core makes Unix sockets below it, whose paths end at 107 characters."""
    with tempfile.TemporaryDirectory(prefix="tk-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)
