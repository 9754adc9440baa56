# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a named user may sign in, by the assignments alone. What a diagnosis makes of it is in test_diagnosis.py."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform.named_user import access_of, findings_of

UPN, IDENTITY, OTHER = "ada@contoso.com", "0c1e5a77-93d1-4f0e-a8e2-5b1d3c9f6a01", "0c1e5a77-93d1-4f0e-a8e2-5b1d3c9f6a02"
ADA: dict[str, t.Any] = {"principal": UPN, "principal_id": IDENTITY, "principal_type": "user", "principal_enabled": True}
BOB = {**ADA, "principal": "bob@contoso.com", "principal_id": OTHER}
UNREAD = {**BOB, "principal": "Bob"}
SALES, STAFF = ({**ADA, "principal": name, "principal_id": name, "principal_type": "group", "principal_enabled": None} for name in ("Sales", "Staff"))
ASSIGNED, MISSING = f"{UPN} is assigned.", f"{UPN} is not assigned."
UNKNOWN = f"{UPN} has no assignment, and may be a direct member of an assigned group (Sales, Staff), which is not assessed: "
NEITHER = f"{UPN} is not assigned, and is no direct member of an assigned group (Sales, Staff)."
NESTED = f"{UPN} is not assigned, and is a member of Staff only through another group, which does not count."
PERHAPS = f"2 of the assigned users could not be read by their user principal names, and {UPN} may be one of them: give the object id."


FINDINGS = {
    "assignment": (
        "assignment",
        f"Only assigned accounts may sign in, and {UPN} is not assigned (AADSTS50105).",
        "Assign it with assigned_to of tenantkit.connectors.entra_service_principal.",
    ),
    "account": ("account", f"The account {UPN} is disabled (AADSTS50057).", "An administrator of the tenant enables it."),
}


def enterprise(*rows: dict[str, t.Any], required: t.Any = True, member: t.Any = None) -> dict[str, t.Any]:
    return {"app_role_assignment_required": required, "assigned_to": list(rows), **({"member": member} if member else {})}


def groups(*direct: str, nested: t.Sequence[str] = (), not_assessed: str | None = None) -> dict[str, t.Any]:
    """What was read of the user's groups."""
    return {"direct": list(direct), "nested": list(nested), "not_assessed": not_assessed}


@pytest.mark.parametrize(
    ("user", "rows", "assigned", "enabled", "reason"),
    [
        (UPN, [ADA], True, True, ASSIGNED),
        ("ADA@Contoso.com", [BOB, ADA], True, True, "ADA@Contoso.com is assigned."),
        (IDENTITY.upper(), [ADA], True, True, f"{IDENTITY.upper()} is assigned."),
        (UPN, [{**ADA, "principal_enabled": False}], True, False, ASSIGNED),
        (UPN, [STAFF, ADA], True, True, ASSIGNED),
        (UPN, [], False, None, MISSING),
        (UPN, [BOB], False, None, MISSING),
        (UPN, [BOB, STAFF, SALES], None, None, UNKNOWN + "It was not asked for."),
        (UPN, [BOB, UNREAD, UNREAD], None, None, PERHAPS),
        (OTHER[:-1] + "3", [UNREAD], False, None, f"{OTHER[:-1]}3 is not assigned."),
        ("Staff", [STAFF], True, None, "Staff is assigned."),  # a group that is named is found as well
    ],
)
def test_what_the_assignments_tell(user: str, rows: list[dict[str, t.Any]], assigned: bool | None, enabled: bool | None, reason: str) -> None:
    expected = {"name": user, "required": True, "enabled": enabled, "assigned": assigned, "reason": reason}
    assert access_of(user, enterprise(*rows)) == expected


@pytest.mark.parametrize(
    ("rows", "member", "assigned", "reason"),
    [
        ([BOB, STAFF, SALES], groups("staff"), True, f"{UPN} is a direct member of an assigned group: Staff."),
        ([STAFF, SALES], groups("sales", "staff"), True, f"{UPN} is a direct member of an assigned group: Sales, Staff."),
        ([STAFF, SALES], groups("sales", nested=["staff"]), True, f"{UPN} is a direct member of an assigned group: Sales."),
        ([STAFF, SALES], groups(nested=["staff"]), False, NESTED),
        ([STAFF, SALES], groups(), False, NEITHER),
        ([STAFF, SALES], groups(not_assessed="It answered 403."), None, UNKNOWN + "It answered 403."),
        ([STAFF, SALES, ADA], groups(not_assessed="It answered 403."), True, ASSIGNED),
        ([STAFF, UNREAD, UNREAD], groups(), None, PERHAPS),
        ([BOB], groups(not_assessed="It answered 403."), False, MISSING),
    ],
)
def test_what_the_groups_tell(rows: list[dict[str, t.Any]], member: dict[str, t.Any], assigned: bool | None, reason: str) -> None:
    found = access_of(UPN, enterprise(*rows, member=member))
    assert (found["assigned"], found["reason"]) == (assigned, reason)


def test_one_who_is_in_a_group_only_through_another_is_kept_out() -> None:
    found = enterprise(STAFF, member=groups(nested=["staff"]))
    ((check, cause, repair),) = findings_of(access_of(UPN, found), found)
    assert check == "assignment" and "through another group, which does not count (AADSTS50105)." in cause and "direct member of an assigned group" in repair


@pytest.mark.parametrize(("user", "found"), [("", enterprise(ADA)), (UPN, {})])
def test_without_a_name_or_an_enterprise_application_nothing_is_told(user: str, found: dict[str, t.Any]) -> None:
    assert access_of(user, found) == {}
    assert list(findings_of({}, found)) == []


@pytest.mark.parametrize(
    ("rows", "required", "checks"),
    [
        ([BOB], True, ["assignment"]),
        ([BOB], False, []),
        ([BOB], None, []),
        ([], True, []),  # of the enterprise application it is said that no account is assigned
        ([STAFF], True, []),
        ([{**ADA, "principal_enabled": False}], True, ["account"]),
        ([{**ADA, "principal_enabled": None}], True, []),
        ([ADA], True, []),
    ],
)
def test_what_keeps_the_user_out(rows: list[dict[str, t.Any]], required: bool | None, checks: list[str]) -> None:
    found = enterprise(*rows, required=required)
    findings = list(findings_of(access_of(UPN, found), found))
    assert findings == [FINDINGS[check] for check in checks]
