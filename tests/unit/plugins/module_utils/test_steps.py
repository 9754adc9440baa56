# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which results of steps count."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._steps import changed, ran


@pytest.mark.parametrize(
    ("step", "result"),
    [
        (None, {}),
        ({}, {}),
        ({"changed": True, "skipped": True}, {}),
        ({"changed": True, "skipped": False}, {"changed": True, "skipped": False}),
        ({"app": 1}, {"app": 1}),
    ],
)
def test_a_step_that_was_skipped_or_never_reached_says_nothing(step: dict[str, t.Any] | None, result: dict[str, t.Any]) -> None:
    assert ran(step) == result


@pytest.mark.parametrize(
    ("steps", "answer"),
    [
        ((), False),
        ((None, {"changed": False}), False),
        (({"changed": False}, {"changed": True}), True),
        (({"changed": True, "skipped": True},), False),
        (({"changed": 1},), True),
    ],
)
def test_changed(steps: tuple[dict[str, t.Any] | None, ...], answer: bool) -> None:
    assert changed(*steps) is answer
