# SPDX-License-Identifier: GPL-3.0-or-later
"""Names are compared without regard to case, and shown as they were written first."""

from __future__ import annotations

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.names import by_name, delegated, lower, once


@pytest.mark.parametrize(
    ("names", "each_once", "sorted_names"),
    [
        ([], [], []),
        (["b", "a"], ["b", "a"], ["a", "b"]),
        (["User.Read", "email", "user.read", "Email"], ["User.Read", "email"], ["email", "User.Read"]),
    ],
)
def test_each_name_once(names: list[str], each_once: list[str], sorted_names: list[str]) -> None:
    assert (once(names), by_name(names)) == (each_once, sorted_names)


def test_lower_keeps_all() -> None:
    assert lower(["A", "a", "B"]) == ["a", "a", "b"]


def test_delegated_permissions_of_all_rows() -> None:
    assert delegated([{"delegated": ["a", "b"]}, {"delegated": []}, {"delegated": ["a"]}]) == ["a", "b", "a"]
