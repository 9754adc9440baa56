# SPDX-License-Identifier: GPL-3.0-or-later
"""What a change of tags is called: no reader has to know what the digits of our own stand for."""

from __future__ import annotations

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.application.tag_words import tags_in_words
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.common.adoption_record import AdoptionRecord

KEY = "0c1e5a77-93d1-4f0e-a8e2-5b1d3c9f6a01"
ONE, TWO = "3c3600000000", "4d4700000000"
MANY = frozenset(f"{number:012x}" for number in range(20))  # more than fit into one tag
DELIVERED, PENDING = (f"tkc:workspace365:0123456789ab:{status}:{KEY}:0123456789ab" for status in "dp")


def record(*items: str, connector: str = "workspace365") -> list[str]:
    return AdoptionRecord(connector, frozenset(items)).apply([])


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (["a", "b"], ["b", "c"], "add c; remove a"),
        ([], record(ONE), "put on record 1 thing that workspace365 adds"),
        (["a"], ["a", *record(ONE, TWO)], "put on record 2 things that workspace365 adds"),
        (record(ONE), record(ONE, TWO), "put on record 1 thing that workspace365 adds"),
        (record(ONE, TWO), record(TWO), "take 1 thing that workspace365 had added off the record"),
        ([], record(*MANY), "put on record 20 things that workspace365 adds"),
        ([], [*record(ONE), *record(TWO, connector="workato")], "put on record 1 thing that workato adds; put on record 1 thing that workspace365 adds"),
        (["x"], ["y", *record(ONE)], "add y; remove x; put on record 1 thing that workspace365 adds"),
        (
            [PENDING],
            [DELIVERED],
            f"add the mark that key {KEY} was delivered to workspace365; remove the mark that key {KEY} is being delivered to workspace365",
        ),
        ([], ["tkc:created"], "add the mark that this collection made the application"),
        ([], ["tkc:workato:unproven:blocked"], "add a mark of this collection (tkc:workato:unproven:blocked)"),
    ],
)
def test_tags_in_words(before: list[str], after: list[str], words: str) -> None:
    assert tags_in_words(before, after) == words
