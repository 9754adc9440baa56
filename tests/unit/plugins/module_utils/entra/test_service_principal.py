# SPDX-License-Identifier: GPL-3.0-or-later
"""The planner of enterprise applications."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import PLACEHOLDER_ID, Plan
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.assignments import DEFAULT_ROLE
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.principals import Principal
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.service_principal_plan import (
    ServicePrincipalCurrent,
    ServicePrincipalDesired,
    plan_service_principal,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import NotFoundError, OptionError

ID, APP_ID, TENANT = "11111111-0000-0000-0000-000000000001", "22222222-0000-0000-0000-000000000002", "44444444-0000-0000-0000-000000000004"
ANNA, SALES, ROBOT = "aaaaaaaa-0000-0000-0000-00000000000a", "bbbbbbbb-0000-0000-0000-00000000000b", "cccccccc-0000-0000-0000-00000000000c"
ROLE = {"id": "dddddddd-0000-0000-0000-00000000000d", "value": "Approver", "isEnabled": True, "allowedMemberTypes": ["User"]}
APPLICATION = {"id": "55555555-0000-0000-0000-000000000005", "appId": APP_ID, "displayName": "Payroll", "tags": ["tkc:created", "inherited"]}
FOUND = {
    ("user", "anna@contoso.com"): Principal(ANNA, "user", "anna@contoso.com"),
    ("group", "Sales"): Principal(SALES, "group", "Sales"),
    ("group", "Nobody"): None,
}


def principal(**fields: t.Any) -> dict[str, t.Any]:
    return {"id": ID, "appId": APP_ID, "displayName": "Payroll", "accountEnabled": True, "appOwnerOrganizationId": TENANT, "tags": [], **fields}


def assignment(who: str, kind: str = "User", role: str = DEFAULT_ROLE) -> dict[str, t.Any]:
    return {"id": f"assignment-{who[0]}", "principalId": who, "principalType": kind, "principalDisplayName": f"Name {who[0]}", "appRoleId": role}


def plan(sp: dict[str, t.Any] | None, *, current: dict[str, t.Any] | None = None, **options: t.Any) -> Plan:
    more = {"application": APPLICATION, "found": FOUND, "tenant": "contoso.com", "tenant_id": TENANT, **(current or {})}
    return plan_service_principal(ServicePrincipalDesired.from_options({"app_id": APP_ID, **options}), ServicePrincipalCurrent.from_graph(sp, **more))


def test_create() -> None:
    result = plan(None, app_role_assignment_required=True, visible_to_users=False, assigned_to={"set": [{"group": "Sales"}]})
    assert result.texts == [f"create service principal 'Payroll' (app id {APP_ID})", "assign group 'Sales' to service principal 'Payroll'"]
    assert result.actions[0].payload["body"] == {"appId": APP_ID, "appRoleAssignmentRequired": True, "tags": ["HideApp"]}
    assert result.facts["service_principal"]["would_create"] is True


def test_predicted_for_an_application_that_does_not_exist_yet() -> None:
    result = plan(None, app_id=None, unique_name="new", current={"application": None, "app_id": None})
    assert result.texts == [f"create service principal 'new' (app id {PLACEHOLDER_ID})"]


def test_nothing_to_do() -> None:
    held = [assignment(ANNA), assignment(ROBOT, "ServicePrincipal", ROLE["id"])]
    sp = principal(tags=["tkc:created", "inherited", "HideApp", "a"], appRoleAssignmentRequired=True)
    options = {"app_role_assignment_required": True, "visible_to_users": False, "tags": {"set": ["a"]}, "account_enabled": True, "notes": ""}
    result = plan(sp, assigned_to={"set": [{"user": "anna@contoso.com"}]}, current={"assigned_to": held}, **options)
    assert result.texts == []
    assert result.before == result.after


def test_tags_of_the_application_and_of_the_collection_stay() -> None:
    sp = principal(tags=["tkc:created", "inherited", "HideApp", "old"])
    result = plan(sp, tags={"set": ["new"]}, visible_to_users=False)
    assert result.actions[0].payload["body"]["tags"] == ["tkc:created", "inherited", "HideApp", "new"]


def test_visibility_and_its_tag_exclude_each_other() -> None:
    with pytest.raises(OptionError):
        plan(principal(), tags={"add": ["HideApp"]}, visible_to_users=True)


def test_assignments_first_then_the_switch_then_removals() -> None:
    current = {"assigned_to": [assignment(ANNA)]}
    result = plan(principal(), app_role_assignment_required=True, assigned_to={"set": [{"group": "Sales"}]}, current=current)
    assert [action.kind for action in result.actions] == ["assign", "update", "unassign"]


def test_applications_that_hold_permissions_are_never_unassigned() -> None:
    result = plan(principal(), assigned_to={"set": []}, current={"assigned_to": [assignment(ROBOT, "ServicePrincipal")]})
    assert result.texts == []


class TestRoles:
    def test_by_value(self) -> None:
        result = plan(principal(appRoles=[ROLE]), assigned_to={"add": [{"group": "Sales", "app_role": "Approver"}]})
        assert result.texts == ["assign group 'Sales' as Approver to service principal 'Payroll'"]

    def test_by_id(self) -> None:
        held = [assignment(SALES, "Group", t.cast(str, ROLE["id"]))]
        result = plan(principal(appRoles=[ROLE]), assigned_to={"set": [{"group": "Sales", "app_role": ROLE["id"]}]}, current={"assigned_to": held})
        assert result.texts == []

    def test_the_only_one_is_taken(self) -> None:
        """Roles that are disabled or for applications are no choice."""
        roles = [ROLE, {**ROLE, "id": "2", "value": "Off", "isEnabled": False}, {**ROLE, "id": "3", "value": "Job", "allowedMemberTypes": ["Application"]}]
        result = plan(principal(appRoles=roles), assigned_to={"add": [{"group": "Sales"}]})
        assert result.texts == ["assign group 'Sales' as Approver to service principal 'Payroll'"]
        held = [assignment(SALES, "Group", t.cast(str, ROLE["id"]))]
        assert plan(principal(appRoles=roles), assigned_to={"set": [{"group": "Sales"}]}, current={"assigned_to": held}).texts == []

    def test_an_assignment_from_before_there_were_roles_stays(self) -> None:
        held = [assignment(SALES, "Group")]
        assert plan(principal(appRoles=[ROLE]), assigned_to={"set": [{"group": "Sales"}]}, current={"assigned_to": held}).texts == []

    @pytest.mark.parametrize(("role", "words"), [(None, "app_role"), ("Aprover", "no app role 'Aprover'")])
    def test_missing_or_unknown(self, role: str | None, words: str) -> None:
        with pytest.raises(OptionError, match=words) as failure:
            plan(principal(appRoles=[ROLE, {**ROLE, "id": "2", "value": "Auditor"}]), assigned_to={"add": [{"group": "Sales", "app_role": role}]})
        assert "Approver, Auditor" in failure.value.message

    @pytest.mark.parametrize("more", [{"isEnabled": False}, {"allowedMemberTypes": ["Application"]}])
    def test_none_for_users(self, more: dict[str, t.Any]) -> None:
        with pytest.raises(OptionError, match="Approver") as failure:
            plan(principal(appRoles=[{**ROLE, **more}]), assigned_to={"add": [{"group": "Sales"}]})
        assert failure.value.code == "no_app_role"

    def test_remove_without_a_role_means_every_role(self) -> None:
        held = [assignment(ANNA, role=t.cast(str, ROLE["id"])), assignment(SALES, "Group", t.cast(str, ROLE["id"]))]
        result = plan(principal(appRoles=[ROLE]), assigned_to={"remove": [{"user": ANNA}, {"group": "Nobody"}]}, current={"assigned_to": held})
        assert result.texts == ["remove the assignment of user 'Name a' as Approver from service principal 'Payroll'"]

    def test_an_unknown_group(self) -> None:
        with pytest.raises(NotFoundError, match="group 'Nobody'"):
            plan(principal(), assigned_to={"add": [{"group": "Nobody"}]})


class TestOtherPublishers:
    VENDOR: t.ClassVar[dict[str, t.Any]] = {"appOwnerOrganizationId": "66666666-0000-0000-0000-000000000006"}

    def test_neither_deleted_nor_disabled(self) -> None:
        for options in ({"state": "absent"}, {"account_enabled": False}):
            with pytest.raises(OptionError) as failure:
                plan(principal(**self.VENDOR), current={"application": None}, **options)
            assert failure.value.code == "not_own_application"
        with pytest.raises(OptionError):
            plan(None, account_enabled=False, current={"application": None, "app_id": APP_ID})

    def test_otherwise_managed(self) -> None:
        assert plan(principal(**self.VENDOR), visible_to_users=False, current={"application": None}).texts == [
            "set tags of service principal 'Payroll': add HideApp"
        ]


def test_absent_is_for_applications_made_here() -> None:
    assert plan(principal(), state="absent").texts == [f"delete service principal 'Payroll' (app id {APP_ID})"]
    assert plan(None, state="absent").texts == []
    for application in (None, {**APPLICATION, "tags": []}):
        with pytest.raises(OptionError):
            plan(principal(), state="absent", current={"application": application})


class TestTurningAssignmentOn:
    GRANTS: t.ClassVar[list[dict[str, t.Any]]] = [{"consentType": "Principal", "principalId": ANNA}, {"consentType": "Principal", "principalId": SALES}]

    def test_unassigned_holders_stop_it(self) -> None:
        current = {"grants": self.GRANTS, "names": {ANNA: "anna@contoso.com"}, "assigned_to": [assignment(SALES)]}
        with pytest.raises(OptionError) as failure:
            plan(principal(), app_role_assignment_required=True, current=current)
        assert failure.value.details == {"holders": [ANNA, SALES], "unassigned": [ANNA]}
        assert "anna@contoso.com" in failure.value.message
        result = plan(principal(), app_role_assignment_required=True, accept_unassigned=True, current=current)
        assert result.texts == ["set assignment required of service principal 'Payroll' to 'true'"]
        assert "anna@contoso.com" in result.warnings[0]

    def test_those_who_are_being_unassigned_count_as_unassigned(self) -> None:
        current = {"grants": self.GRANTS, "assigned_to": [assignment(ANNA), assignment(SALES)]}
        with pytest.raises(OptionError):
            plan(principal(), app_role_assignment_required=True, assigned_to={"set": []}, current=current)

    def test_tenant_wide_consent_is_reported(self) -> None:
        result = plan(principal(), app_role_assignment_required=True, current={"grants": [{"consentType": "AllPrincipals", "principalId": None}]})
        assert "tenant-wide consent" in result.warnings[0]

    def test_nothing_is_asked_when_it_is_on_already(self) -> None:
        sp = principal(appRoleAssignmentRequired=True)
        assert plan(sp, app_role_assignment_required=True, current={"grants": self.GRANTS}).warnings == ()
