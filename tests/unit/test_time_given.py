# SPDX-License-Identifier: GPL-3.0-or-later
"""A run of pytest that has to end at a given time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.time_given import NOT_BEGUN, SEED, UNTIL, in_another_order, is_over, until

TESTS = Path(__file__).parents[1]
FILE = "def test_one():\n    pass\n\n\ndef test_two():\n    pass\n"


@pytest.mark.parametrize(("environ", "expected"), [({}, None), ({UNTIL: ""}, None), ({UNTIL: "12"}, 12.0)])
def test_until(environ, expected):
    assert until(environ) == expected


@pytest.mark.parametrize(("end", "over"), [("", False), ("1", True), ("99999999999", False)], ids=["none", "past", "to-come"])
def test_is_over(end, over):
    assert is_over({UNTIL: end}) == (NOT_BEGUN if over else "")


@pytest.mark.parametrize("seed", ["", "a", "b", "c"])
def test_each_item_stands_there_once_and_groups_stay_together(seed):
    items = [f"{group}{number}" for group in "vwxyz" for number in range(4)]
    ordered = in_another_order(items, lambda item: item[0] if item[0] in "vw" else item, seed)
    assert sorted(ordered) == items
    for group in "vw":
        start = ordered.index(f"{group}0")
        assert ordered[start : start + 4] == [f"{group}{number}" for number in range(4)]
    assert ordered == in_another_order(items, lambda item: item[0] if item[0] in "vw" else item, seed)


def test_the_order_follows_the_seed():
    orders = {tuple(in_another_order(range(20), str, seed)) for seed in "abcd"}
    assert len(orders) == 4


@pytest.mark.parametrize(
    ("end", "passed", "said"),
    [(None, 2, False), ("99999999999", 2, False), ("1", 0, True)],
    ids=["no-time-given", "time-left", "over"],
)
def test_no_test_is_begun_after_it(tmp_path, end, passed, said):
    (tmp_path / "test_some.py").write_text(FILE)
    environ = {name: value for name, value in os.environ.items() if name not in (UNTIL, SEED)}
    environ |= {"PYTHONPATH": str(TESTS)} | ({} if end is None else {UNTIL: end, SEED: "1"})
    command = [sys.executable, "-m", "pytest", "-p", "support.time_given_plugin", "-p", "no:cacheprovider", "-q", "-rs", "--rootdir", tmp_path, tmp_path]
    done = subprocess.run(command, cwd=tmp_path, env=environ, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout
    assert ("2 passed" if passed else "2 skipped") in done.stdout.splitlines()[-1]
    assert (NOT_BEGUN in done.stdout) is said
