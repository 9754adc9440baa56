# SPDX-License-Identifier: GPL-3.0-or-later
"""The planner of enterprise applications."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import PLACEHOLDER_ID, Plan
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.common.principals import Principal
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.service_principal.assignments import DEFAULT_ROLE
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.service_principal.model import ServicePrincipalCurrent, ServicePrincipalDesired
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.service_principal.plan import plan_service_principal
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import NotFoundError, OptionError
from hypothesis import given
from hypothesis import strategies as st

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


@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize("kind", ["agentIdentity", "agentIdentityBlueprintPrincipal"])
def test_agents_are_left_to_their_platform(kind: str, state: str) -> None:
    with pytest.raises(OptionError) as caught:
        plan(principal(**{"@odata.type": f"#microsoft.graph.{kind}", "tags": ["tkc:created"]}), state=state, account_enabled=True)
    assert caught.value.code == "agent_identity" and "'Payroll' in tenant contoso.com" in caught.value.message


@pytest.mark.parametrize("state", ["present", "absent"])
def test_the_principal_of_a_blueprint_is_not_made_either(state: str) -> None:
    blueprint = {**APPLICATION, "@odata.type": "#microsoft.graph.agentIdentityBlueprint"}
    with pytest.raises(OptionError) as caught:
        plan(None, state=state, current={"application": blueprint})
    assert caught.value.code == "agent_identity"


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
        assert failure.value.details == {"holders": [ANNA, SALES], "unassigned": [ANNA], "disabled": []}
        assert "anna@contoso.com" in failure.value.message
        result = plan(principal(), app_role_assignment_required=True, accept_unassigned=True, current=current)
        assert result.texts == ["set assignment required of service principal 'Payroll' to 'true'"]
        assert "anna@contoso.com" in result.warnings[0]

    def test_those_who_are_being_unassigned_count_as_unassigned(self) -> None:
        current = {"grants": self.GRANTS, "assigned_to": [assignment(ANNA), assignment(SALES)]}
        with pytest.raises(OptionError):
            plan(principal(), app_role_assignment_required=True, assigned_to={"set": []}, current=current)

    @pytest.mark.parametrize(
        ("accounts", "locked_out", "said", "not_said"),
        [
            ({ANNA: True, SALES: True}, [ANNA, SALES], ["anna@contoso.com"], ["Disabled", "Not assessed"]),
            ({ANNA: True, SALES: False}, [ANNA], [f"Disabled or deleted, and so not counted: {SALES}"], ["Not assessed"]),
            ({SALES: False}, [ANNA], ["not counted", "Not assessed is whether these can sign in, which User.Read.All shows: anna@contoso.com"], []),
            ({}, [ANNA, SALES], ["Not assessed"], ["Disabled"]),
        ],
    )
    def test_only_accounts_that_can_sign_in_are_locked_out(
        self, accounts: dict[str, bool], locked_out: list[str], said: list[str], not_said: list[str]
    ) -> None:
        current = {"grants": self.GRANTS, "names": {ANNA: "anna@contoso.com"}, "accounts": accounts}
        with pytest.raises(OptionError) as failure:
            plan(principal(), app_role_assignment_required=True, current=current)
        assert failure.value.details["unassigned"] == locked_out
        for word in said:
            assert word in failure.value.message, word
        for word in not_said:
            assert word not in failure.value.message, word

    def test_a_leaver_stops_nothing(self) -> None:
        current = {"grants": self.GRANTS, "assigned_to": [assignment(SALES)], "accounts": {ANNA: False}}
        result = plan(principal(), app_role_assignment_required=True, current=current)
        assert result.texts == ["set assignment required of service principal 'Payroll' to 'true'"]
        (warning,) = result.warnings
        assert "not assigned are 0 of them" in warning and f"not counted: {ANNA}" in warning

    def test_tenant_wide_consent_is_reported(self) -> None:
        result = plan(principal(), app_role_assignment_required=True, current={"grants": [{"consentType": "AllPrincipals", "principalId": None}]})
        assert "tenant-wide consent" in result.warnings[0]

    def test_nothing_is_asked_when_it_is_on_already(self) -> None:
        sp = principal(appRoleAssignmentRequired=True)
        assert plan(sp, app_role_assignment_required=True, current={"grants": self.GRANTS}).warnings == ()


class TestWords:
    def test_several_changes_are_one_write_and_one_sentence(self) -> None:
        result = plan(principal(notes="old"), notes="", account_enabled=True, app_role_assignment_required=True, visible_to_users=False)
        assert result.texts == [
            "update service principal 'Payroll': set assignment required to 'true'; set notes to nothing; set tags: add HideApp",
        ]
        assert result.actions[0].payload["body"] == {"appRoleAssignmentRequired": True, "notes": None, "tags": ["HideApp"]}

    def test_one_change_to_nothing(self) -> None:
        assert plan(principal(notes="old"), notes="").texts == ["set notes of service principal 'Payroll' to nothing"]


class TestPublisher:
    VENDOR = "66666666-0000-0000-0000-000000000006"
    OUTSIDE: t.ClassVar[dict[str, t.Any]] = {"application": None, "app_id": APP_ID}

    def test_one_that_is_there_has_to_be_the_vendors(self) -> None:
        found = principal(appOwnerOrganizationId=self.VENDOR)
        options = {"notes": "n", "current": self.OUTSIDE}
        assert plan(found, expected_publisher_tenant_id=self.VENDOR.upper(), **options).texts == ["set notes of service principal 'Payroll' to 'n'"]
        for state in ("present", "absent"):
            with pytest.raises(OptionError) as caught:
                plan(found, expected_publisher_tenant_id=TENANT, state=state, **options)
            assert caught.value.code == "publisher_mismatch"

    def test_one_that_is_not_there_yet_lets_nobody_in_before_its_publisher_is_seen(self) -> None:
        result = plan(None, expected_publisher_tenant_id=self.VENDOR, account_enabled=True, current=self.OUTSIDE)
        assert [action.kind for action in result.actions] == ["create", "update"] and "disabled at first" in result.texts[0]
        first, second = (action.payload["body"] for action in result.actions)
        # The tag is there while it is disabled: a run that is cut off between the two is finished by the next one.
        assert ((first["accountEnabled"], first["tags"]), (second["accountEnabled"], second["tags"])) == ((False, ["tkc:disabled"]), (True, []))
        assert plan(None, expected_publisher_tenant_id=self.VENDOR, current=self.OUTSIDE).actions == result.actions

    @pytest.mark.parametrize(
        ("options", "current"),
        [
            ({"account_enabled": True}, OUTSIDE),
            ({"expected_publisher_tenant_id": VENDOR, "account_enabled": True}, {}),
            ({"expected_publisher_tenant_id": VENDOR, "account_enabled": True, "app_role_assignment_required": True}, OUTSIDE),
        ],
        ids=["no publisher named", "registered here", "only those assigned get in"],
    )
    def test_otherwise_it_is_made_as_it_is_to_be(self, options: dict[str, t.Any], current: dict[str, t.Any]) -> None:
        result = plan(None, current=current, **options)
        assert [action.kind for action in result.actions] == ["create"] and "accountEnabled" not in result.actions[0].payload["body"]


class TestEnabling:
    """One that is disabled stays so: an administrator may have done it. What this collection disabled carries a tag."""

    OFF: t.ClassVar = {"accountEnabled": False}

    @pytest.mark.parametrize(
        ("found", "options", "body"),
        [
            (OFF, {}, None),
            (OFF, {"notes": "n"}, {"notes": "n"}),
            (OFF, {"account_enabled": True}, {"accountEnabled": True}),
            ({**OFF, "tags": ["tkc:disabled", "x"]}, {}, {"accountEnabled": True, "tags": ["x"]}),
            ({**OFF, "tags": ["tkc:disabled"]}, {"account_enabled": False}, None),
            ({**OFF, "tags": ["tkc:disabled"]}, {"account_enabled": False, "until_present": True}, None),
            ({}, {"account_enabled": False}, {"accountEnabled": False}),
            ({"tags": ["x"]}, {"account_enabled": False, "until_present": True}, {"accountEnabled": False, "tags": ["x", "tkc:disabled"]}),
            (OFF, {"account_enabled": False, "until_present": True}, None),  # an administrator was first
            ({"tags": ["tkc:disabled"]}, {}, {"tags": []}),  # enabled by hand
        ],
    )
    def test_what_is_written(self, found: dict[str, t.Any], options: dict[str, t.Any], body: dict[str, t.Any] | None) -> None:
        result = plan(principal(**found), **options)
        assert [action.payload["body"] for action in result.actions] == ([] if body is None else [body])

    def test_the_tag_is_not_told(self) -> None:
        found = plan(principal(accountEnabled=False, tags=["tkc:disabled"]))
        assert found.texts == ["set account enabled of service principal 'Payroll' to 'true'"]


@given(
    notes=st.sampled_from([None, "by hand", 'by hand\ntkc:consent-policy {"a": 1}']),
    tags=st.sets(st.sampled_from(["tkc:created", "inherited", "HideApp", "a", "b"])),
    enabled=st.booleans(), required=st.booleans(), new=st.booleans(),
    options=st.fixed_dictionaries({}, optional={
        "notes": st.sampled_from(["", "new"]), "account_enabled": st.booleans(), "app_role_assignment_required": st.booleans(),
        "visible_to_users": st.booleans(), "tags": st.fixed_dictionaries({"set": st.lists(st.sampled_from(["a", "c"]), unique=True)}),
    }),
)  # fmt: skip
def test_what_was_written_needs_no_further_write(
    notes: str | None, tags: set[str], enabled: bool, required: bool, new: bool, options: dict[str, t.Any]
) -> None:
    before = None if new else principal(notes=notes, tags=sorted(tags), accountEnabled=enabled, appRoleAssignmentRequired=required)
    result = plan(before, **options)
    written = before or principal()
    for action in result.actions:
        written = {**written, **action.payload["body"]}
    again = plan(written, **options)
    assert again.texts == [] and again.before == again.after
    kept = {"tkc:created", "inherited"} & tags if not new else set()
    assert kept <= set(written["tags"]) and ("tkc:" in str(notes) and not new) == ("tkc:" in str(written.get("notes")))
