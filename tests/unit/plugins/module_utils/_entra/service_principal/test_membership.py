# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In which of the assigned groups a user is."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.service_principal.membership import (
    Membership,
    groups_in,
    membership_parts,
    memberships,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import BlockedError, ConnectorError, ForbiddenError, NotFoundError, ServiceError
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.parts import PartAnswer

PARTS = membership_parts("ada@contoso.com")


class Reader:
    """Gives the lists of answers, or the failure in their place."""

    def __init__(self, failing: str | None = None, error: ConnectorError | None = None) -> None:
        self._failing, self._error = failing, error

    def items(self, answer: PartAnswer, most: int | None = None) -> list[dict[str, t.Any]]:
        if self._error is not None and answer.part.path.endswith(str(self._failing)):
            raise self._error
        return t.cast("list[dict[str, t.Any]]", answer.body["value"])


def answers(direct: t.Sequence[str], any_depth: t.Sequence[str]) -> dict[str, PartAnswer]:
    rows = {"memberOf": direct, "transitiveMemberOf": any_depth}
    return {name: PartAnswer(200, {"value": [{"id": one} for one in rows[name]]}, part) for name, part in PARTS.items()}


def test_what_is_read() -> None:
    assert [part.path for part in PARTS.values()] == ["/users/ada@contoso.com/memberOf", "/users/ada@contoso.com/transitiveMemberOf"]
    assert all(part.optional and part.method == "GET" for part in PARTS.values())


def test_directly_and_through_others() -> None:
    found = memberships(Reader(), answers(["A"], ["a", "b", "C"]))
    assert found.of({"a", "b", "d"}) == {"direct": ["a"], "nested": ["b"], "not_assessed": None}
    assert memberships(Reader(), answers(["a"], [])).of({"a"})["direct"] == ["a"]


@pytest.mark.parametrize("failing", ["memberOf", "transitiveMemberOf"])
@pytest.mark.parametrize("kind", [ForbiddenError, BlockedError, NotFoundError])
def test_what_may_not_be_read_is_not_assessed(kind: type[ConnectorError], failing: str) -> None:
    found = memberships(Reader(failing, kind("It answered 403.")), answers(["a"], ["a"]))
    assert found == Membership(not_assessed="It answered 403.") and found.of({"a"}) == {"direct": [], "nested": [], "not_assessed": "It answered 403."}


def test_another_failure_is_one() -> None:
    with pytest.raises(ServiceError):
        memberships(Reader("memberOf", ServiceError("It answered 500.")), answers(["a"], ["a"]))


def test_the_groups_among_the_assignments() -> None:
    assert groups_in([{"principalId": "A", "principalType": "Group"}, {"principalId": "B", "principalType": "User"}]) == {"a"}
