# SPDX-License-Identifier: GPL-3.0-or-later
"""The option C(permissions) and the planner of requested permissions: no I/O."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import Plan
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.permission.catalogue import (
    MICROSOFT_GRAPH,
    POWER_PLATFORM_API,
    Permission,
    ResourceApi,
    well_known_app_id,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.permission.model import PermissionCurrent, PermissionDesired, wanted_from_required
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.permission.option import (
    ResourcePermissions,
    parse_permissions,
    resolve_wanted,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.permission.plan import plan_permissions
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError


def guid(number: int) -> str:
    return f"aaaaaaaa-0000-0000-0000-{number:012d}"


OTHER_APP = "dddddddd-0000-0000-0000-000000000001"
NAMES = {"User.Read": 1, "openid": 2, "Directory.ReadWrite.All": 3, "Group.Read.All": 4}
GRAPH = ResourceApi(
    "sp-graph",
    MICROSOFT_GRAPH,
    "Microsoft Graph",
    None,
    ("https://graph.microsoft.com",),
    tuple(Permission(guid(number), name, True) for name, number in NAMES.items()) + tuple(Permission(guid(n), f"Many.{n}", True) for n in range(100, 600)),
    tuple(Permission(guid(number + 50), name, True) for name, number in NAMES.items()),
)


def lookup(text: str) -> ResourceApi | None:
    return GRAPH if (well_known_app_id(text) or text) in (MICROSOFT_GRAPH, GRAPH.object_id) else None


def listed(*delegated: str, application: t.Sequence[str] = (), resource: str = "Microsoft Graph") -> dict[str, t.Any]:
    return {"resource": resource, "delegated": list(delegated), "application": list(application)}


def required(*pairs: tuple[int, str], app: str = MICROSOFT_GRAPH) -> dict[str, t.Any]:
    return {"resourceAppId": app, "resourceAccess": [{"id": guid(number), "type": kind} for number, kind in pairs]}


def plan(current: t.Sequence[dict[str, t.Any]], *permissions: dict[str, t.Any], audience: str = "AzureADMyOrg", **options: t.Any) -> Plan:
    desired = PermissionDesired.from_options({"permissions": list(permissions), **options}, lookup)
    app = {"id": "app-object", "displayName": "Payroll", "signInAudience": audience, "requiredResourceAccess": list(current)}
    return plan_permissions(desired, PermissionCurrent.from_graph(app, "payroll"), lookup)


def written(result: Plan) -> dict[str, set[tuple[str, str]]]:
    (action,) = [action for action in result.actions if action.kind == "set_required_resource_access"]
    assert action.payload["object_id"] == "app-object"
    return {row["resourceAppId"]: {(one["id"], one["type"]) for one in row["resourceAccess"]} for row in action.payload["required"]}


def test_merge_adds_and_keeps_everything_else() -> None:
    result = plan([required((1, "Scope"), (77, "Role")), required((9, "Scope"), app=OTHER_APP)], listed("openid", application=["Group.Read.All"]))
    assert written(result) == {
        MICROSOFT_GRAPH: {(guid(1), "Scope"), (guid(77), "Role"), (guid(2), "Scope"), (guid(54), "Role")},
        OTHER_APP: {(guid(9), "Scope")},
    }
    assert result.texts == ["change requested permissions of application 'Payroll': add delegated:openid, application:Group.Read.All of Microsoft Graph"]
    assert result.after["permissions"] == [
        {"resource": OTHER_APP, "resource_app_id": OTHER_APP, "delegated": [guid(9)], "application": []},
        {"resource": "Microsoft Graph", "resource_app_id": MICROSOFT_GRAPH, "delegated": ["openid", "User.Read"], "application": [guid(77), "Group.Read.All"]},
    ]


def test_nothing_to_do() -> None:
    result = plan([required((2, "Scope"), (1, "Scope"))], listed("User.Read", "openid"))
    assert result.actions == () and result.before == result.after


def test_exact_drops_other_permissions_and_other_resources() -> None:
    result = plan([required((1, "Scope"), (2, "Scope")), required((9, "Scope"), app=OTHER_APP)], listed("User.Read"), mode="exact")
    assert written(result) == {MICROSOFT_GRAPH: {(guid(1), "Scope")}}
    assert "remove delegated:openid of Microsoft Graph" in result.texts[0] and f"remove delegated:{guid(9)} of {OTHER_APP}" in result.texts[0]


def test_exact_with_an_empty_list_empties() -> None:
    assert written(plan([required((1, "Scope"))], mode="exact")) == {}


def test_merge_with_an_empty_list_does_nothing() -> None:
    assert plan([required((1, "Scope"))]).actions == ()


def test_absent_removes_only_what_is_listed_whatever_the_mode() -> None:
    result = plan([required((1, "Scope"), (2, "Scope"))], listed("openid"), state="absent", mode="exact")
    assert written(result) == {MICROSOFT_GRAPH: {(guid(1), "Scope")}}
    assert plan([required((1, "Scope"))], listed("openid"), state="absent").actions == ()


def test_absent_of_the_last_permission_drops_the_resource() -> None:
    assert written(plan([required((1, "Scope"))], listed("User.Read"), state="absent")) == {}


def test_absent_needs_no_acceptance_for_privileged_permissions() -> None:
    assert written(plan([required((3, "Scope"))], listed("Directory.ReadWrite.All"), state="absent")) == {}


def test_duplicates_are_healed() -> None:
    result = plan([required((1, "Scope"), (1, "Scope")), required((2, "Scope"))], listed("User.Read"))
    (action,) = result.actions
    assert [len(row["resourceAccess"]) for row in action.payload["required"]] == [2]
    assert result.before["duplicate_entries"] == 2 and "drop 2 duplicate entries" in action.text


def test_the_gate_comes_before_the_plan() -> None:
    with pytest.raises(OptionError) as caught:
        plan([], listed("Directory.ReadWrite.All"))
    assert caught.value.code == "privileged_not_accepted"
    assert plan([], listed("Directory.ReadWrite.All"), accept_privileged=["delegated:Directory.ReadWrite.All"]).actions


def test_a_privileged_permission_by_id_is_gated_too() -> None:
    with pytest.raises(OptionError) as caught:
        plan([], listed(application=[guid(53)]))
    assert "application:Directory.ReadWrite.All" in caught.value.sentence()


def test_a_prediction_for_a_new_application() -> None:
    desired = PermissionDesired.from_options({"permissions": [listed("User.Read")]}, lookup)
    result = plan_permissions(desired, PermissionCurrent.from_graph(None, "payroll"), lookup)
    assert result.texts == ["change requested permissions of application 'payroll': add delegated:User.Read of Microsoft Graph"]


def test_a_missing_resource_is_an_error_with_the_command() -> None:
    with pytest.raises(OptionError) as caught:
        plan([], listed("Some.Scope", resource="Power Platform API"))
    assert caught.value.code == "permission_unknown"
    assert f"az ad sp create --id {POWER_PLATFORM_API}" in caught.value.sentence()


AZURE_AD_GRAPH = "00000002-0000-0000-c000-000000000000"


@pytest.mark.parametrize("name", [AZURE_AD_GRAPH, "Windows Azure Active Directory", "https://graph.windows.net/"])
@pytest.mark.parametrize("more", [{}, {"create_missing_service_principals": True}])
def test_a_retired_api_is_not_made(name: str, more: dict[str, t.Any]) -> None:
    with pytest.raises(OptionError) as caught:
        plan([], listed("User.Read", resource=name), **more)
    assert "was retired on 2025-07-01" in caught.value.message and "Microsoft Graph in its place" in str(caught.value.advice)
    assert "az ad sp create" not in caught.value.sentence()


def test_a_registration_that_requests_a_retired_api_is_told() -> None:
    before = [required((1, "Scope")), required((7, "Scope"), app=AZURE_AD_GRAPH)]
    result = plan(before, listed("User.Read"))
    (said,) = result.warnings
    assert "Azure AD Graph" in said and "was retired on 2025-07-01" in said and "state: absent" in said
    assert plan(before, listed("User.Read"), mode="exact").warnings == ()
    assert plan([required((1, "Scope"))], listed("User.Read")).warnings == ()
    gone = plan(before, {"resource": AZURE_AD_GRAPH, "delegated": [guid(7)]}, state="absent")
    assert gone.warnings == () and len(gone.actions) == 1


def test_a_missing_resource_is_created_first_when_told() -> None:
    result = plan([], listed("User.Read"), listed("Some.Scope", resource="Power Platform API"), create_missing_service_principals=True)
    assert [action.kind for action in result.actions] == ["create_service_principal", "set_required_resource_access"]
    assert result.actions[0].payload["app_id"] == POWER_PLATFORM_API
    assert result.actions[1].payload["unresolved"] == [POWER_PLATFORM_API]
    assert result.after["permissions"][1]["delegated"] == ["Some.Scope"]


def test_an_unknown_display_name_cannot_be_created() -> None:
    with pytest.raises(OptionError, match="Payroll API"):
        plan([], listed("x", resource="Payroll API"), create_missing_service_principals=True)


@pytest.mark.parametrize(
    ("audience", "count", "fits"), [("AzureADMyOrg", 400, True), ("AzureADMyOrg", 401, False), ("AzureADandPersonalMicrosoftAccount", 31, False)]
)
def test_limits(audience: str, count: int, fits: bool) -> None:
    names = listed(*(f"Many.{number}" for number in range(100, 100 + count)))
    if fits:
        assert plan([], names, audience=audience).actions
        return
    with pytest.raises(OptionError) as caught:
        plan([], names, audience=audience)
    assert caught.value.code == "permission_limit" and str(count) in caught.value.message


def test_too_many_resources() -> None:
    current = [required((1, "Scope"), app=f"eeeeeeee-0000-0000-0000-{number:012d}") for number in range(50)]
    with pytest.raises(OptionError, match="51 resource APIs"):
        plan(current, listed("User.Read"))


def test_entries_of_one_resource_are_merged() -> None:
    (one,) = parse_permissions([listed("User.Read", "openid"), listed("openid", application=["A"], resource=MICROSOFT_GRAPH.upper())])
    assert one.delegated == ("User.Read", "openid") and one.application == ("A",)


@pytest.mark.parametrize("entry", [listed(""), listed("User.Read openid"), listed("User.Read", resource=" ")])
def test_malformed_entries(entry: dict[str, t.Any]) -> None:
    with pytest.raises(OptionError) as caught:
        parse_permissions([entry])
    assert caught.value.code == "permission_malformed"


def test_a_registration_as_option() -> None:
    wanted = wanted_from_required([required((1, "Scope"), (54, "Role")), required((1, "Scope"))])
    assert wanted == [{"resource": MICROSOFT_GRAPH, "delegated": [guid(1)], "application": [guid(54)]}]


class TestResolved:
    ONE = ResourcePermissions("Microsoft Graph", MICROSOFT_GRAPH, "sp-graph", {"openid": guid(2), "User.Read": guid(1)}, {"Group.Read.All": guid(54)})

    def test_as_graph_takes_it(self) -> None:
        assert self.ONE.to_graph() == {
            "resourceAppId": MICROSOFT_GRAPH,
            "resourceAccess": [{"id": guid(2), "type": "Scope"}, {"id": guid(1), "type": "Scope"}, {"id": guid(54), "type": "Role"}],
        }
        assert PermissionDesired.from_options({"permissions": [listed("User.Read")]}, lookup).permissions[0].to_graph() == required((1, "Scope"))

    def test_as_results_show_it(self) -> None:
        assert self.ONE.to_result() == {
            "resource": "Microsoft Graph", "resource_app_id": MICROSOFT_GRAPH, "delegated": ["openid", "User.Read"], "application": ["Group.Read.All"],
        }  # fmt: skip

    def test_names_without_ids_are_never_written(self) -> None:
        with pytest.raises(OptionError, match="no ids"):
            ResourcePermissions("Power Platform API", POWER_PLATFORM_API, None, {"A.Read": None}).to_graph()

    def test_one_api_by_two_texts_is_one_entry(self) -> None:
        """An address or another name of it is known only when the API was looked up."""
        asked = parse_permissions([listed("User.Read", resource="sp-graph"), listed("openid", application=["Group.Read.All"])])
        (one,) = resolve_wanted(asked, lookup, missing_ok=False)
        assert dict(one.delegated) == {"User.Read": guid(1), "openid": guid(2)} and dict(one.application) == {"Group.Read.All": guid(54)}

    def test_every_problem_of_every_api_is_told_at_once(self) -> None:
        asked = parse_permissions([listed("User.Raed"), listed("A.Read", resource="Power Platform API"), listed("x", resource="Somebody's API")])
        with pytest.raises(OptionError) as caught:
            resolve_wanted(asked, lookup, missing_ok=False)
        assert all(words in caught.value.message for words in ("Did you mean User.Read?", "Power Platform API", "Somebody's API"))
