# SPDX-License-Identifier: GPL-3.0-or-later
"""What an error answer says of whether a write was applied."""

from __future__ import annotations

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._http.answer import HttpAnswer


@pytest.mark.parametrize(
    ("method", "status", "tried_before", "outcome"),
    [
        ("PUT", 400, False, "refused"),
        ("DELETE", 409, False, "refused"),
        ("PUT", 499, False, "refused"),
        ("PUT", 400, True, "unknown"),  # an earlier try may have been applied
        ("POST", 408, False, "unknown"),
        ("PATCH", 500, False, "unknown"),
        ("PATCH", 503, True, "unknown"),
        ("GET", 400, False, None),
        ("GET", 503, True, None),
    ],
)
def test_outcome(method: str, status: int, tried_before: bool, outcome: str | None) -> None:
    assert HttpAnswer(status, {}, "", method=method, tried_before=tried_before).outcome == outcome
