# SPDX-License-Identifier: GPL-3.0-or-later
"""What a benchmark runs connects its tenants, then finds nothing to do, and is counted the same each time."""

from __future__ import annotations

import dataclasses

import pytest
from bench import world
from bench.customers import Customers, Unconverged
from bench.measure import FOUR, ONE


@pytest.mark.exhaustive
@pytest.mark.parametrize("playbook", [ONE, FOUR])
def test_a_confirm_is_one(playbook: str) -> None:
    with Customers(1, 1) as customers:
        with pytest.raises(Unconverged):
            customers.confirm(playbook, customers.names)
        customers.confirm(playbook, customers.names, latency=0.01)
        first, second = (customers.count("confirm", playbook, customers.names) for _number in range(2))
        assert first == second
        assert customers.requests() == first.requests
        assert all(getattr(first, field.name) for field in dataclasses.fields(first))


@pytest.mark.exhaustive
def test_a_floor_asks_nothing() -> None:
    with Customers(2) as customers:
        took = customers.floor(world.names(2), 2, 1)
        assert customers.requests() == 0 and took.cpu > 0 and took.wall > 0
