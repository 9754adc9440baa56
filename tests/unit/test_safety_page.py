# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/safety.md names the tests that hold its promises; each of them has to exist."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
PAGE = TESTS.parent / "docs" / "safety.md"


def test_every_test_that_the_page_names_exists() -> None:
    missing, file = [], ""
    for named, test in re.findall(r"`((?:integration|unit|component)/[\w/*.]+\.py|\.\.\.)(?:::(\w+))?`", PAGE.read_text()):
        file = file if named == "..." else named
        found = list(TESTS.glob(file))
        if not found or (test and not any(f"def {test}(" in path.read_text() for path in found)):
            missing.append(f"{file}::{test}" if test else file)
    assert not missing


def test_every_promise_is_held_by_a_test() -> None:
    rows = re.findall(r"^\| (\d+) \|.*\| (.*) \|$", PAGE.read_text(), re.MULTILINE)
    numbers = [int(number) for number, _tests in rows]
    assert numbers[:33] == list(range(1, 34)) and numbers == sorted(set(numbers)), "a number is never given anew"
    assert [number for number, tests in rows if ".py" not in tests] == []
