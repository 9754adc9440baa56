# SPDX-License-Identifier: GPL-3.0-or-later
"""App roles of assignments by name, by id, and where none is named."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.service_principal.assignments import DEFAULT_ROLE, existing, role_id
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError

APPROVER = {"id": "r1", "value": "Approver"}
AUDITOR = {"id": "r2", "value": None, "displayName": "Auditor"}
JOB = {"id": "r3", "value": "Job", "allowedMemberTypes": ["Application"]}


@pytest.mark.parametrize(
    ("value", "roles", "expected"),
    [
        (None, [], DEFAULT_ROLE),
        (None, [APPROVER, JOB], "r1"),
        ("Approver", [APPROVER, AUDITOR], "r1"),
        ("r1", [APPROVER], "r1"),
        ("Auditor", [APPROVER, AUDITOR], "r2"),
    ],
)
def test_role_of_an_assignment(value: str | None, roles: list[dict[str, t.Any]], expected: str) -> None:
    assert role_id(value, roles, "service principal 'Payroll'") == expected


@pytest.mark.parametrize(
    ("value", "roles", "code", "words"),
    [
        (None, [APPROVER, AUDITOR], "app_role_missing", "Approver, Auditor"),
        (None, [JOB], "no_app_role", "Job"),
        ("Job", [APPROVER, JOB], "unknown_app_role", "it has Approver."),
        ("Job", [JOB], "unknown_app_role", "for users and groups."),
        ("Approver", [], "unknown_app_role", "leave 'app_role' out"),
    ],
)
def test_refused(value: str | None, roles: list[dict[str, t.Any]], code: str, words: str) -> None:
    with pytest.raises(OptionError) as caught:
        role_id(value, roles, "service principal 'Payroll'")
    assert caught.value.code == code and words in caught.value.message


def test_an_assignment_to_a_role_that_is_gone_goes_by_its_id() -> None:
    rows = [
        {"id": "x", "principalId": "p", "principalType": "User", "appRoleId": "gone"},
        {"id": "y", "principalId": "q", "principalType": "Group", "principalDisplayName": "Sales", "appRoleId": "r2"},
        {"id": "z", "principalId": "s", "principalType": "ServicePrincipal", "appRoleId": "r1"},
    ]
    assert [one.words for one in existing(rows, [APPROVER, AUDITOR])] == ["user 'p' as gone", "group 'Sales' as Auditor"]
