# SPDX-License-Identifier: GPL-3.0-or-later
"""How many tenants a wave takes, and who goes first."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._fleet.waves import canaries_first, canaries_of, is_wanted, odd_names, pattern_of, waves_of


@pytest.mark.parametrize(
    ("given", "canaries", "expected"),
    [
        (None, 0, [1, "5%", "25%"]),
        ("", 2, [2, 1, "5%", "25%"]),
        ([], 0, [1, "5%", "25%"]),
        ([10, "50%"], 3, [3, 10, "50%"]),
        ("1,10%,30%", 0, [1, "10%", "30%"]),
        ('[1, "5%"]', 0, [1, "5%"]),
        (20, 0, [20]),
        ("100%", 0, ["100%"]),
    ],
)
def test_sizes(given: t.Any, canaries: int, expected: list[int | str]) -> None:
    assert waves_of(given, canaries) == expected


@pytest.mark.parametrize("given", ["0", [0], "1,,2", "0%", "101%", "all", [True], True, {"first": 1}, [-1], "1.5"])
def test_what_is_no_size_is_an_error(given: t.Any) -> None:
    with pytest.raises(OptionError, match="rollout_waves"):
        waves_of(given, 0)


def test_canaries_go_first_in_the_order_of_the_run() -> None:
    chosen = ["a", "b", "c", "d"]
    assert canaries_first(chosen, ["d", "b", "elsewhere"]) == ["b", "d", "a", "c"]
    assert canaries_of(chosen, ["d", "b", "elsewhere"]) == ["b", "d"]
    assert canaries_first(chosen, []) == chosen


def test_names_that_are_patterns_are_odd() -> None:
    names = [
        "contoso",
        "contoso-test_2.example",
        "contoso test",
        "a,b",
        "!a",
        "&a",
        "~a",
        "@a",
        "a*",
        "a?",
        "a[1]",
        "a:b",
        "a!b",
        "2f4c9a1e-7d05-4b6f-8e3a-c1d9b0a47f52",
    ]
    assert odd_names(names) == ["contoso test", "a,b", "!a", "&a", "~a", "@a", "a*", "a?", "a[1]", "a:b"]


@pytest.mark.parametrize(("given", "expected"), [(None, "all"), ("", "all"), ("emea:!x", "emea:!x"), (["emea", "!x"], "emea:!x")])
def test_a_pattern_may_be_a_list(given: t.Any, expected: str) -> None:
    assert pattern_of(given) == expected


@pytest.mark.parametrize(("given", "expected"), [(None, False), ("", False), ("true", True), (False, False), ("no", False), (True, True)])
def test_whether_no_host_is_meant(given: t.Any, expected: bool) -> None:
    assert is_wanted("rollout_allow_empty", given) is expected


def test_what_is_neither_true_nor_false_is_an_error() -> None:
    with pytest.raises(OptionError, match="rollout_allow_empty"):
        is_wanted("rollout_allow_empty", "perhaps")
