# SPDX-License-Identifier: GPL-3.0-or-later
"""Hooks of pytest for a run that has to end at a given time: see C(time_given.py)."""

from __future__ import annotations

import os

import pytest

from support import time_given


def _shares_with(item: pytest.Item) -> str:
    """Tests that share what a fixture of their file made stay together: apart from each other each would make it again."""
    definitions = getattr(item, "_fixtureinfo", None)
    fixtures = definitions.name2fixturedefs.values() if definitions else ()
    shared = any(fixture.scope in ("module", "package", "class") for found in fixtures for fixture in found)
    return str(item.path) if shared else item.nodeid


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A hook for conftest.py."""
    if time_given.until(os.environ) is not None:
        items[:] = time_given.in_another_order(items, _shares_with, os.environ.get(time_given.SEED, ""))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A hook for conftest.py."""
    if over := time_given.is_over(os.environ):
        pytest.skip(over)
