# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a list of tenants is whole."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError, ServiceError
from ansible_collections.tenantkit.connectors.plugins.module_utils._tenants.model import ListedTenant, Relationship
from ansible_collections.tenantkit.connectors.plugins.module_utils._tenants.whole import Shrink, check_customers, check_number, check_shrink

ROW = Relationship("active", False, None, False, ())


@pytest.mark.parametrize(
    ("given", "before", "allowed"),
    [
        (None, 40, 4), ("", 40, 4), ("10%", 9, 1), ("10%", 10, 1), ("10%", 29, 2), ("0%", 100, 0), ("1%", 3, 1), ("100%", 7, 7), (" 50% ", 5, 2), (0, 40, 0),
        ("3", 40, 3), (3, 1, 3),
    ],
)  # fmt: skip
def test_how_many_may_be_gone(given: t.Any, before: int, allowed: int) -> None:
    assert Shrink.of(given).allowed(before) == allowed


@pytest.mark.parametrize("given", ["-1", "101%", "some", "1.5", "10 %", True, "%", [3]])
def test_a_shrink_that_is_none(given: t.Any) -> None:
    with pytest.raises(OptionError, match="'max_shrink' is"):
        Shrink.of(given)


@pytest.mark.parametrize(
    ("before", "now", "shrink", "fails"),
    [
        ("abcdefghij", "abcdefghij", "0", False),
        ("abcdefghij", "abcdefghi", "10%", False),
        ("abcdefghij", "abcdefgh", "10%", True),
        ("abcdefghij", "abcdefghxyz", "10%", True),
        ("abcdefghij", "bcdefghijkl", "1", False),
        ("ab", "", "1", True),
        ("ab", "", "100%", False),
        ("", "", "0", False),
    ],
)
def test_a_list_that_shrinks(before: str, now: str, shrink: str, fails: bool) -> None:
    if not fails:
        check_shrink(before, now, Shrink.of(shrink))
        return
    with pytest.raises(OptionError) as caught:
        check_shrink(before, now, Shrink.of(shrink))
    assert f"Of the {len(before)} tenants" in caught.value.message and f"'max_shrink' is {shrink}." in caught.value.message


def test_only_some_of_many_are_named() -> None:
    with pytest.raises(OptionError, match=r"8 are gone \(a, b, c, d, e and 3 more\)"):
        check_shrink("abcdefgh", "", Shrink.of(0))


@pytest.mark.parametrize(("number", "least"), [(1, 1), (0, 0), (5, 3)])
def test_enough_tenants(number: int, least: int) -> None:
    check_number(range(number), least)


@pytest.mark.parametrize(("number", "least", "said"), [(0, 1, "has 0 tenants"), (1, 2, "has 1 tenant, and 'tenants_min' is 2"), (39, 40, "has 39 tenants")])
def test_too_few_tenants(number: int, least: int, said: str) -> None:
    with pytest.raises(OptionError, match=said):
        check_number(range(number), least)


@pytest.mark.parametrize(
    ("rows", "statuses", "said"),
    [
        ([(ROW,), (ROW, ROW)], ["active"], ""),
        ([(ROW,), ()], ["active", "none"], ""),
        ([(ROW,), ()], ["active"], r"1 customer \(1\) has no relationship"),
        ([(), ()], ["active"], r"2 customers \(0, 1\) have no relationship"),
    ],
)
def test_each_customer_has_a_relationship(rows: list[t.Any], statuses: list[str], said: str) -> None:
    tenants = [ListedTenant(str(number), "", row) for number, row in enumerate(rows)]
    if not said:
        check_customers(tenants, statuses, partner="p")
        return
    with pytest.raises(ServiceError, match=said):
        check_customers(tenants, statuses, partner="p")
