# SPDX-License-Identifier: GPL-3.0-or-later
"""What the relationships with a customer give together."""

from __future__ import annotations

import datetime as dt

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._tenants.access import access_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._tenants.model import STATUSES, Relationship

NOW = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)


def row(status: str = "active", days: int | None = 100, *, led: bool = False, extends: bool = False, roles: tuple[str, ...] = ("a",)) -> Relationship:
    return Relationship(status, led, None if days is None else NOW + dt.timedelta(days=days), extends, roles)


@pytest.mark.parametrize(
    ("rows", "status", "days", "extends", "roles"),
    [
        ([], "none", None, False, ()),
        ([row()], "active", 100, False, ("a",)),
        ([row("expired", 900, roles=("z",)), row()], "active", 100, False, ("a",)),
        ([row(days=20), row(days=200, roles=("b",))], "active", 200, False, ("a", "b")),
        ([row(days=20, extends=True), row(days=200)], "active", 200, True, ("a",)),
        ([row("expiring", extends=True), row()], "active", 100, False, ("a",)),
        ([row(days=None), row()], "active", None, False, ("a",)),
        ([row("terminating"), row("created")], "terminating", 100, False, ("a",)),
        ([row("unknown"), row("terminated")], "terminated", 100, False, ("a",)),
        ([row("unknown", None)], "unknown", None, False, ("a",)),
        ([row(led=True)], "none", None, False, ()),
        ([row(led=True), row("expired", -1)], "expired", -1, False, ("a",)),
    ],
)
def test_the_best_relationships_count(rows: list[Relationship], status: str, days: int | None, extends: bool, roles: tuple[str, ...]) -> None:
    found = access_of(rows, microsoft_led=False)
    assert (found.status, found.extends_itself, found.roles) == (status, extends, roles)
    assert found.end == (None if days is None else NOW + dt.timedelta(days=days))


def test_what_microsoft_led_counts_where_it_is_wanted() -> None:
    assert access_of([row(led=True), row("expired")], microsoft_led=True).status == "active"


@pytest.mark.parametrize(
    ("rows", "within", "ends"),
    [
        ([row(days=30)], 30, True),
        ([row(days=31)], 30, False),
        ([row(days=-1)], 0, True),
        ([row(days=10), row(days=90)], 30, False),
        ([row(days=10, extends=True)], 30, False),
        ([row(days=None)], 30, False),
        ([row("expiring", 10)], 30, False),
        ([], 30, False),
    ],
)
def test_whether_an_access_ends(rows: list[Relationship], within: int, ends: bool) -> None:
    assert access_of(rows, microsoft_led=False).ends_within(within, NOW) is ends


@pytest.mark.parametrize("status", [*STATUSES.values(), "unknown"])
def test_the_group_of_each_state(status: str) -> None:
    assert access_of([row(status)], microsoft_led=False).groups == (f"partner_relationship_{status}",)


def test_variables() -> None:
    assert access_of([row(extends=True, roles=("b", "a"))], microsoft_led=False).variables() == {
        "partner_relationship_status": "active",
        "partner_relationship_end": "2027-03-11T00:00:00Z",
        "partner_relationship_auto_extend": True,
        "partner_relationship_roles": ["a", "b"],
    }
    assert "partner_relationship_end" not in access_of([], microsoft_led=False).variables()
