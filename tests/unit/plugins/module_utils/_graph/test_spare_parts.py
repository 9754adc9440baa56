# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts that a batch can do without: sent where there is room for them, and never worth a request."""

from __future__ import annotations

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.batch import LARGEST, left_out
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.parts import Part

NEEDED, SPARE = Part("GET", "/a"), Part("GET", "/b", spare=True)


@pytest.mark.parametrize(
    ("needed", "spare", "is_left_out"),
    [
        (0, 0, False),
        (LARGEST - 1, 1, False),
        (LARGEST, 1, True),
        (LARGEST - 1, 2, True),
        (LARGEST + 1, 1, False),
        (2 * LARGEST, 1, True),
        (LARGEST + 1, 0, False),
        (0, 1, True),
    ],
)
def test_which_parts_are_left_out(needed: int, spare: int, is_left_out: bool) -> None:
    assert left_out([SPARE] * spare + [NEEDED] * needed) == (set(range(spare)) if is_left_out else set())
