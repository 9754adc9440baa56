# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures that unit and integration tests share."""

from __future__ import annotations

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
    running_emulator.reset()
    running_emulator.clear_faults()
    running_emulator.clear_journal()
    return running_emulator


@pytest.fixture
def workdir(tmp_path: Path) -> Path:
    """An empty directory for one test."""
    return tmp_path
