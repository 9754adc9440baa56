# SPDX-License-Identifier: GPL-3.0-or-later
"""The planner of consent, its view, and the checks before a grant: no I/O."""

from __future__ import annotations

import datetime
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import PLACEHOLDER_ID, Plan
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.common.publisher import check_publisher, is_fresh
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent.model import ConsentCurrent, ConsentDesired, Grant, GrantState
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent.plan import carried_out, consent_view, plan_consent
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.permission.catalogue import MICROSOFT_GRAPH, Permission, ResourceApi
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.permission.option import ResourcePermissions
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError
from hypothesis import given, settings
from hypothesis import strategies as st

CLIENT = "cccccccc-0000-0000-0000-000000000001"
GRAPH = "11111111-0000-0000-0000-000000000001"
OTHER = "22222222-0000-0000-0000-000000000001"
USER = "99999999-0000-0000-0000-000000000001"
SOMEBODY = "99999999-0000-0000-0000-000000000002"
ROLE = "aaaaaaaa-0000-0000-0000-000000000001"
PRINCIPAL = {"id": CLIENT, "appId": "eeeeeeee-0000-0000-0000-000000000001", "displayName": "Payroll"}


def nobody(_text: str) -> None:
    return None


def wanted(*delegated: str, roles: t.Sequence[str] = ()) -> ResourcePermissions:
    ids = {role: ROLE[:-1] + str(number) for number, role in enumerate(roles, 1)}
    return ResourcePermissions("Microsoft Graph", MICROSOFT_GRAPH, GRAPH, dict.fromkeys(delegated, "id"), ids)


def grant(scope: str | None, principal: str | None = None, resource: str = GRAPH, client: str = CLIENT) -> dict[str, t.Any]:
    kind = "Principal" if principal else "AllPrincipals"
    return {
        "id": f"grant-{resource[:1]}-{principal}",
        "clientId": client,
        "resourceId": resource,
        "consentType": kind,
        "principalId": principal,
        "scope": scope,
    }


def assigned(role: str = ROLE, resource: str = GRAPH) -> dict[str, t.Any]:
    return {"id": f"assigned-{role[-1]}", "resourceId": resource, "appRoleId": role, "resourceDisplayName": "Some API"}


def plan(
    permissions: t.Sequence[ResourcePermissions],
    grants: t.Sequence[dict[str, t.Any]] = (),
    assignments: t.Sequence[dict[str, t.Any]] = (),
    *,
    user: str | None = None,
    listed: bool = True,
    create_client: bool = False,
    **options: t.Any,
) -> Plan:
    principal = options.pop("principal", PRINCIPAL)  # None for an application without one
    options["permissions"] = [] if listed else None
    who = {"id": user, "userPrincipalName": "svc@contoso.com"} if user else None
    desired = ConsentDesired.from_options(options, permissions, who)
    current = ConsentCurrent.from_graph(principal, grants, assignments, label="payroll")
    return plan_consent(desired, current, nobody, create_client=create_client)


def kinds(result: Plan) -> list[str]:
    return [action.kind for action in result.actions]


def test_first_grant() -> None:
    result = plan([wanted("openid", "User.Read", roles=["Group.Read.All"])])
    assert kinds(result) == ["create_grant", "assign_role"]
    assert result.actions[0].payload == {"key": GRAPH, "grant_id": None, "scopes": ["openid", "User.Read"], "known": [], "principal_id": None}
    assert result.actions[1].payload == {"key": GRAPH, "role": ROLE}
    assert result.texts == [
        "grant User.Read, openid of Microsoft Graph (delegated) to 'Payroll' for the tenant",
        "grant Group.Read.All of Microsoft Graph (application) to 'Payroll'",
    ]
    assert result.facts["consent"]["complete"] and not result.facts["now"]["complete"]
    assert result.facts["now"]["missing"] == result.facts["consent"]["requested"]


def test_an_existing_grant_is_extended_and_never_doubled() -> None:
    result = plan([wanted("openid", "User.Read")], [grant(" Mail.Read  openid ")])
    assert kinds(result) == ["update_grant"]
    assert result.actions[0].payload["scopes"] == ["Mail.Read", "openid", "User.Read"]
    assert result.actions[0].payload["grant_id"] == "grant-1-None"
    assert result.facts["consent"]["extra"][0]["delegated"] == ["Mail.Read"]


def test_case_and_white_space_do_not_matter() -> None:
    assert kinds(plan([wanted("openid", "User.Read")], [grant(" user.read OPENID ")])) == []


def test_a_grant_for_somebody_is_no_consent_for_the_tenant() -> None:
    """The classic mistake: any grant with the resource's id is taken, and a user's consent promoted or dropped."""
    result = plan([wanted("User.Read")], [grant("User.Read", SOMEBODY)])
    assert kinds(result) == ["create_grant"] and result.actions[0].payload["principal_id"] is None
    assert kinds(plan([], [grant("User.Read", SOMEBODY)], mode="exact")) == []
    assert kinds(plan([], [grant("User.Read", SOMEBODY)], listed=False, state="absent")) == []


def test_a_grant_of_another_client_is_not_looked_at() -> None:
    assert kinds(plan([wanted("User.Read")], [grant("User.Read", client=OTHER)])) == ["create_grant"]


def test_a_grant_without_scope() -> None:
    assert kinds(plan([wanted("User.Read")], [grant(None)])) == ["update_grant"]
    assert kinds(plan([], [grant("")], mode="exact")) == []


def test_exact_takes_away_here_and_on_other_resources() -> None:
    other_role = ROLE[:-1] + "9"
    result = plan(
        [wanted("User.Read", roles=["Group.Read.All"])],
        [grant("User.Read Mail.Read"), grant("x", resource=OTHER)],
        [assigned(other_role), assigned(ROLE), assigned(other_role, OTHER)],
        mode="exact",
    )
    assert kinds(result) == ["update_grant", "remove_role", "delete_grant", "remove_role"]
    assert result.actions[0].payload["scopes"] == ["User.Read"]
    assert result.facts["consent"]["complete"] and result.facts["consent"]["extra"] == []
    assert not result.facts["now"]["complete"]


def test_being_assigned_without_a_role_is_no_permission() -> None:
    assert kinds(plan([], [], [assigned(PLACEHOLDER_ID)], mode="exact")) == []


def test_report_changes_nothing() -> None:
    result = plan([wanted("User.Read")], [grant("Mail.Read")], mode="report")
    assert kinds(result) == [] and result.before == result.after
    view = result.facts["consent"]
    assert (view["missing"][0]["delegated"], view["extra"][0]["delegated"], view["complete"]) == (["User.Read"], ["Mail.Read"], False)


def test_absent_takes_away_what_is_listed() -> None:
    result = plan([wanted("User.Read", roles=["Group.Read.All"])], [grant("User.Read Mail.Read")], [assigned()], state="absent")
    assert kinds(result) == ["update_grant", "remove_role"]
    assert result.actions[0].payload["scopes"] == ["Mail.Read"] and "revoke User.Read" in result.texts[0]
    assert result.facts["consent"]["complete"] and not result.facts["now"]["complete"]


def test_absent_takes_away_of_every_api_that_is_listed() -> None:
    other = ResourcePermissions("Payroll API", "aaaa", OTHER, {"Payslips.Read": "id"}, {})
    result = plan([wanted("User.Read"), other], [grant("User.Read"), grant("Payslips.Read", resource=OTHER)], state="absent")
    assert result.texts == [
        "revoke all delegated permissions of Microsoft Graph from 'Payroll' for the tenant (User.Read)",
        "revoke all delegated permissions of Payroll API from 'Payroll' for the tenant (Payslips.Read)",
    ]


def test_absent_of_the_last_scope_deletes_the_grant() -> None:
    assert kinds(plan([wanted("user.read")], [grant("User.Read")], state="absent")) == ["delete_grant"]
    assert kinds(plan([wanted("User.Read")], [], state="absent")) == []


def test_absent_without_list_takes_away_everything_of_the_key() -> None:
    result = plan([], [grant("User.Read"), grant("a", resource=OTHER), grant("b", USER)], [assigned()], listed=False, state="absent")
    assert sorted(kinds(result)) == ["delete_grant", "delete_grant", "remove_role"]


def test_single_principal() -> None:
    result = plan([wanted("User.Read")], [grant("Mail.Read", USER), grant("Files.Read", SOMEBODY)], user=USER)
    assert kinds(result) == ["update_grant"]
    assert result.actions[0].payload["scopes"] == ["Mail.Read", "User.Read"] and "for svc@contoso.com" in result.texts[0]
    assert result.warnings == ()


def test_single_principal_beside_a_tenant_wide_grant_is_reported() -> None:
    result = plan([wanted("User.Read")], [grant("user.read")], user=USER)
    assert kinds(result) == ["create_grant"]
    assert "already has user.read of Microsoft Graph for every user" in result.warnings[0]


def test_single_principal_exact_leaves_tenant_wide_grants_and_roles() -> None:
    result = plan([wanted("User.Read")], [grant("a b"), grant("User.Read c", USER)], [assigned()], user=USER, mode="exact")
    assert kinds(result) == ["update_grant"] and result.actions[0].payload["principal_id"] == USER


def test_what_the_registration_requests_of_the_application_kind_is_not_for_one_principal() -> None:
    result = plan([wanted("User.Read", roles=["Group.Read.All"])], user=USER, listed=False)
    assert kinds(result) == ["create_grant"] and result.facts["consent"]["requested"][0]["application"] == []


def test_prediction_for_a_new_client_and_a_new_resource() -> None:
    new = ResourcePermissions("Power Platform API", "8578e004-a5c6-46e7-913e-12f58912df43", None, {"A.Read": None}, {"B": None})
    result = plan([new], principal=None, create_client=True)
    assert kinds(result) == ["create_client", "create_grant", "assign_role"]
    assert result.actions[0].payload == {"app_id": PLACEHOLDER_ID}
    assert result.facts["consent"]["granted"][0]["application"] == ["B"] and result.facts["consent"]["complete"]


def test_no_client_is_made_for_nothing() -> None:
    assert kinds(plan([], principal=None, create_client=True)) == []


def test_grant_from_graph() -> None:
    one = Grant.from_graph({"id": "x", "clientId": CLIENT.upper(), "resourceId": GRAPH, "consentType": "AllPrincipals", "principalId": None, "scope": None})
    assert one.client_id == CLIENT and one.principal_id is None and one.scopes == ()


OWN, VENDOR = "70000000-0000-0000-0000-000000000001", "70000000-0000-0000-0000-000000000002"


def check(owner: str | None, expected: str | None = None, *, granting: bool = True, here: bool = False) -> None:
    principal = {"appId": "e", "displayName": "Okta", "appOwnerOrganizationId": owner}
    check_publisher(principal, expected, OWN, registered_here=here, granting=granting)


def test_own_application_needs_no_publisher() -> None:
    check(OWN.upper())
    check(None, here=True)


def test_a_vendors_application_needs_its_publisher() -> None:
    with pytest.raises(OptionError) as caught:
        check(VENDOR)
    assert caught.value.code == "publisher_not_named"
    check(VENDOR, VENDOR.upper())
    check(VENDOR, granting=False)
    with pytest.raises(OptionError):
        check(None)


@pytest.mark.parametrize("owner", [OWN, None, "70000000-0000-0000-0000-000000000003"])
@pytest.mark.parametrize("granting", [True, False])
def test_a_wrong_publisher_is_always_an_error(owner: str | None, granting: bool) -> None:
    with pytest.raises(OptionError) as caught:
        check(owner, VENDOR, granting=granting, here=True)
    assert caught.value.code == "publisher_mismatch"


def test_fresh() -> None:
    now = datetime.datetime(2026, 11, 22, 12, 0, tzinfo=datetime.UTC)
    assert is_fresh(None, {"createdDateTime": "2026-11-22T11:52:00.1234567Z"}, now=now)
    assert not is_fresh({"createdDateTime": "2026-11-22T11:42:00Z"}, {}, {"createdDateTime": "soon"}, now=now)


OTHER_ROLE = ROLE[:-1] + "2"
SCOPES = st.sets(st.sampled_from(["openid", "User.Read", "Mail.Read"]))


def as_graph(state: GrantState, principal: str | None) -> tuple[list[dict[str, t.Any]], list[dict[str, t.Any]]]:
    """The grants and assignments of a tenant that has exactly this."""
    grants = [grant(" ".join(held.scopes.values()), principal, key) for key, held in state.items() if held.scopes]
    return grants, [assigned(role, key) for key, held in state.items() for role in held.roles]


@given(
    listed=SCOPES, roles=st.booleans(), held=SCOPES, elsewhere=SCOPES, somebodys=SCOPES, assigned_roles=st.sets(st.sampled_from([ROLE, OTHER_ROLE])),
    mode=st.sampled_from(["merge", "exact", "report"]), state=st.sampled_from(["present", "absent"]), user=st.sampled_from([None, USER]),
    everything=st.booleans(),
)  # fmt: skip
@settings(max_examples=200)
def test_carrying_out_a_plan_is_what_it_says_and_leaves_nothing_to_do(
    listed: set[str], roles: bool, held: set[str], elsewhere: set[str], somebodys: set[str], assigned_roles: set[str], mode: str, state: str,
    user: str | None, everything: bool,
) -> None:  # fmt: skip
    permissions = [wanted(*sorted(listed), roles=["Group.Read.All"] if roles and user is None else [])]  # a single principal has no roles
    options: dict[str, t.Any] = {"mode": mode, "state": state, "user": user, "listed": not (everything and state == "absent")}
    others = [grant("User.Read", SOMEBODY), grant("User.Read", client=OTHER)]
    grants = [grant(" ".join(sorted(held)), user), grant(" ".join(sorted(elsewhere)), user, OTHER), grant(" ".join(sorted(somebodys)), SOMEBODY, OTHER)]
    assignments = [assigned(role) for role in sorted(assigned_roles)]
    result = plan(permissions, [*others, *grants], assignments, **options)
    now = result.facts["state"]
    for action in result.actions:
        carried_out(now, action)
    who = {"id": user} if user else None
    desired = ConsentDesired.from_options({"mode": mode, "state": state, "permissions": [] if options["listed"] else None}, permissions, who)
    current = ConsentCurrent.from_graph(PRINCIPAL, label="payroll")
    assert consent_view(desired, current, now, nobody) == result.facts["consent"]
    # Nothing that somebody else was granted is named in any action.
    assert {action.payload.get("grant_id") for action in result.actions} <= {None, *(one["id"] for one in grants if one["principalId"] == user)}
    after, roles_after = as_graph(now, user)
    again = plan(permissions, [*others, *after], roles_after if user is None else assignments, **options)
    assert again.actions == () and again.before == again.after


def test_what_was_refused_is_not_carried_out() -> None:
    """One API took its grant, the other refused: what is reported is what there is then."""
    result = plan([wanted("User.Read", roles=["Group.Read.All"])], principal=None, create_client=True)
    now = result.facts["state"]
    for action in result.actions[:2]:  # the client and the grant; the role was refused
        carried_out(now, action)
    assert list(now[GRAPH].scopes.values()) == ["User.Read"] and now[GRAPH].roles == {}


def test_a_role_that_the_tenant_no_longer_has_is_not_an_error() -> None:
    result = plan([wanted()], [], [assigned(OTHER_ROLE)], mode="exact")
    assert result.texts == [f"revoke {OTHER_ROLE} of Microsoft Graph (application) from 'Payroll'"]


def test_names_come_from_the_api_where_it_is_known() -> None:
    api = ResourceApi(OTHER, "aaaa", "Payroll API", None, (), (), (Permission(OTHER_ROLE, "Payslips.Read", True),))
    current = ConsentCurrent.from_graph(PRINCIPAL, [], [assigned(OTHER_ROLE, OTHER)])
    result = plan_consent(ConsentDesired.from_options({"state": "absent"}, ()), current, {OTHER: api}.get)
    assert result.texts == ["revoke Payslips.Read of Payroll API (application) from 'Payroll'"]
    assert result.before["granted"] == [{"resource": "Payroll API", "resource_app_id": "aaaa", "delegated": [], "application": ["Payslips.Read"]}]
