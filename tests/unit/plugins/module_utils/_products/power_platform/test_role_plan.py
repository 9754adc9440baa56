# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Power Platform without a network: roles, scopes, shapes, and what is planned."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import PLACEHOLDER_ID
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform.client import PlatformFault, read_fault
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform.environments import EnvironmentsSeen, environment_view
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform.identified import (
    APP_ID,
    APPLICATION,
    MISSING,
    PRINCIPAL,
    Identified,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform.management_app_plan import (
    ManagementCurrent,
    ManagementDesired,
    plan_management,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform.role_plan import (
    CONTRIBUTOR,
    ENVIRONMENT,
    GROUP,
    OWNER,
    RBAC_ADMINISTRATOR,
    READER,
    TENANT,
    RoleAssignment,
    RoleCurrent,
    RoleDesired,
    Scope,
    builtin_role,
    covering,
    created_assignment,
    find_role,
    matching,
    plan_role,
)

T = "2f4c9a1e-7d05-4b6f-8e3a-c1d9b0a47f52"
P = "4f7a2c10-9b8d-4e65-a3f1-6c5d4e3b2a19"
E = "e1a4d7c0-3b62-4f58-9d0e-7c5a1b8f2d01"
OPTIONS = {"state": "present", "role": "reader", "principal_object_id": P, "principal_type": "ApplicationUser", "scope": "environment", "environment_id": E}


def assignment(role: str = READER, scope: str = f"/tenants/{T}", principal: str = P) -> RoleAssignment:
    return RoleAssignment.from_api({"roleAssignmentId": "A-1", "roleDefinitionId": role.upper(), "principalObjectId": principal, "scope": scope})


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        (f"/tenants/{T}", Scope(TENANT)),
        (f"/tenants/{T}/", Scope(TENANT)),
        (f"/tenants/{T}/environments/{E.upper()}", Scope(ENVIRONMENT, E)),
        (f"/environments/{E}", Scope(ENVIRONMENT, E)),
        (f"/tenants/{T}/environmentGroups/{E}", Scope(GROUP, E)),
        (f"/environments/default-{E.upper()}", Scope(ENVIRONMENT, f"Default-{E}")),
        ("", None),
        (None, None),
        ("/subscriptions/x", None),
    ],
)
def test_scopes(text: t.Any, scope: Scope | None) -> None:
    assert Scope.parse(text) == scope
    if scope:
        assert Scope.parse(scope.text(T)) == scope


def test_paths() -> None:
    assert Scope(TENANT).path() == "/authorization/roleAssignments"
    assert Scope(GROUP, E).path("x") == f"/authorization/environmentGroups/{E}/roleAssignments/x"


@pytest.mark.parametrize("name", ["reader", "Power Platform reader", "POWER PLATFORM READER", READER.upper()])
def test_role_names(name: str) -> None:
    assert builtin_role(name) == READER


@pytest.mark.parametrize("name", ["Power Platform Role Based Access Control Administrator", "role-based access control administrator", "RBAC administrator"])
def test_role_names_are_spelled_in_many_ways(name: str) -> None:
    assert builtin_role(name) == RBAC_ADMINISTRATOR


def test_unknown_role() -> None:
    definitions = [{"roleDefinitionId": READER, "roleDefinitionName": "Power Platform reader"}, {"roleDefinitionId": P, "roleDefinitionName": "Auditor"}]
    assert find_role("auditor", definitions) == (P, "Auditor")
    assert find_role(P.upper(), definitions) == (P, "Auditor")
    with pytest.raises(OptionError, match="no role 'raeder'") as caught:
        find_role("raeder", definitions)
    assert "Power Platform reader" in str(caught.value.advice)
    with pytest.raises(OptionError, match="roles are"):
        try:
            find_role("zzz", definitions)
        except OptionError as error:
            raise OptionError(error.sentence()) from None


def test_options() -> None:
    desired = RoleDesired.from_options(OPTIONS)
    assert desired.scope == Scope(ENVIRONMENT, E)
    assert RoleDesired.from_options({**OPTIONS, "environment_id": f"Default-{E}"}).scope == Scope(ENVIRONMENT, f"Default-{E}")
    for wrong in (
        {"environment_id": "prod"},
        {"environment_id": "Default-prod"},
        {"principal_object_id": "me"},
        {"scope": "tenant"},
        {"scope": "environment_group"},
    ):
        with pytest.raises(OptionError):
            RoleDesired.from_options({**OPTIONS, **wrong})


def test_matching_is_exact() -> None:
    listed = [
        assignment(),
        assignment(scope=f"/environments/{E}"),
        assignment(CONTRIBUTOR, f"/environments/{E}"),
        assignment(scope=f"/environments/{E}", principal=T),
    ]
    assert matching(listed, READER, P, Scope(ENVIRONMENT, E)) == (listed[1],)


def test_wider_scopes() -> None:
    scopes = [Scope(TENANT), Scope(GROUP, E)]
    for role, covered in ((OWNER, True), (CONTRIBUTOR, True), (READER, True), (RBAC_ADMINISTRATOR, False)):
        assert bool(covering([assignment(role)], READER, P, scopes)) is covered
    assert not covering([assignment(READER)], CONTRIBUTOR, P, scopes)
    assert not covering([assignment(OWNER, principal=T)], READER, P, scopes)
    assert not covering([assignment(OWNER, f"/environments/{E}")], READER, P, scopes)


@pytest.mark.parametrize("wrap", [lambda item: item, lambda item: {"value": [item]}, lambda item: {"Value": [item]}])
def test_answers_to_a_create(wrap: t.Callable[[t.Any], t.Any]) -> None:
    found = created_assignment(wrap({"roleAssignmentId": "A-1", "scope": f"/tenants/{T}"}))
    assert found is not None and found.id == "a-1"


def test_answers_that_say_nothing() -> None:
    for body in ({}, {"value": []}, [], None, {"value": ["x"]}):
        assert created_assignment(body) is None


def plan(current: RoleCurrent, *, check: bool = False, **options: t.Any) -> t.Any:
    return plan_role(RoleDesired.from_options({**OPTIONS, **options}), current, check_mode=check)


def test_plan() -> None:
    current = RoleCurrent(READER, "Power Platform reader")
    assert plan(current).texts == [f"give role 'Power Platform reader' at environment {E} to {P}"]
    there = RoleCurrent(READER, "Power Platform reader", (assignment(scope=f"/environments/{E}"),))
    assert plan(there).texts == [] and plan(current, state="absent").texts == []
    assert plan(there, state="absent").texts == [f"take role 'Power Platform reader' at environment {E} from {P}"]


def test_a_role_of_an_api_that_the_tenant_does_not_know_yet() -> None:
    """Check mode goes on: whether there is such a role shows when the API is there."""
    made = plan(RoleCurrent("", "reader"))
    assert len(made.actions) == 1 and "not in the tenant yet" in made.warnings[0] and "'reader'" in made.warnings[0]
    assert plan(RoleCurrent(READER, "Power Platform reader")).warnings == ()


def test_a_grant_that_a_wider_scope_gives() -> None:
    made = plan(RoleCurrent(READER, "Power Platform reader", wider=(assignment(OWNER),)))
    assert made.actions and "Power Platform owner' at the tenant, which includes role" in made.warnings[0]


def test_app_id_for_object_id() -> None:
    for kind, words in ((APP_ID, "application .client. id of 'Payroll'"), (APPLICATION, "object id of the app registration 'Payroll'")):
        with pytest.raises(OptionError, match=words) as caught:
            plan(RoleCurrent(READER, "r", principal=Identified(kind, "Payroll", "x", T)))
        assert T in caught.value.message
    for kind in (PRINCIPAL, MISSING):
        assert plan(RoleCurrent(READER, "r", principal=Identified(kind))).actions


def test_placeholder() -> None:
    assert plan(RoleCurrent(READER, "r"), check=True, principal_object_id=PLACEHOLDER_ID).actions
    with pytest.raises(OptionError, match="check mode"):
        plan(RoleCurrent(READER, "r"), principal_object_id=PLACEHOLDER_ID)


@pytest.mark.parametrize(
    ("text", "codes", "message"),
    [
        ("", (), ""),
        ('{"error": {"code": "Forbidden", "message": "Access denied"}}', ("Forbidden",), "Access denied"),
        ('{"code": "EndpointInvalid", "message": "M", "innererror": {"code": "EnvironmentIdInvalid"}}', ("EndpointInvalid", "EnvironmentIdInvalid"), "M"),
        ('{"error": {"code": "A", "innerError": {"code": "B"}}}', ("A", "B"), ""),
        ('{"error": "text"}', (), ""),
        ("[]", (), ""),
        ("<html><p>No way</p>", (), "No way"),
    ],
)
def test_error_bodies(text: str, codes: tuple[str, ...], message: str) -> None:
    assert read_fault(403, text) == PlatformFault(403, codes, message)


def test_environment_shapes() -> None:
    flat = {"id": E, "displayName": "Prod", "type": "Production", "geo": "europe", "environmentGroupId": P}
    nested = {
        "id": f"/providers/x/environments/{E}",
        "name": E,
        "type": "Microsoft.x/environments",
        "location": "europe",
        "properties": {"displayName": "Prod", "environmentSku": "Production", "linkedEnvironmentMetadata": {"instanceUrl": "https://x"}},
    }
    for item in (flat, nested):
        view = environment_view(item)
        assert (view["id"], view["display_name"], view["type"], view["geo"]) == (E, "Prod", "Production", "europe")
    assert environment_view(flat)["environment_group_id"] == P and environment_view(nested)["url"] == "https://x"
    # The preview shape: an id that is none of a path, and properties next to it.
    assert environment_view({"name": E, "properties": {"displayName": "Prod"}})["id"] == E


def test_missing_environments() -> None:
    seen = EnvironmentsSeen(({"id": E.upper()},))
    assert seen.missing([E, P]) == [P] and EnvironmentsSeen().missing([]) == []


def test_management_apps() -> None:
    wanted = ManagementDesired(P, "present")
    assert plan_management(wanted, ManagementCurrent()).texts == [f"register {P} as management application"]
    assert plan_management(wanted, ManagementCurrent(True)).texts == []
    assert plan_management(ManagementDesired(P, "absent"), ManagementCurrent(True)).texts == [f"remove management application {P}"]
    for kind in (PRINCIPAL, APPLICATION):
        with pytest.raises(OptionError, match=f"object id of the .* 'Payroll'.*{T}") as caught:
            plan_management(wanted, ManagementCurrent(False, Identified(kind, "Payroll", T)))
        assert caught.value.code == "object_id_for_app_id"
    for kind in (APP_ID, MISSING):
        assert plan_management(wanted, ManagementCurrent(False, Identified(kind, "Payroll", P))).actions
    with pytest.raises(OptionError, match="check mode"):
        plan_management(ManagementDesired(PLACEHOLDER_ID, "present"), ManagementCurrent())
    assert plan_management(ManagementDesired(PLACEHOLDER_ID, "present"), ManagementCurrent(), check_mode=True).actions
