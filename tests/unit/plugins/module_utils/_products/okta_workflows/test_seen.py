# SPDX-License-Identifier: GPL-3.0-or-later
"""What follows from the looks before anything is changed: whose grants they are, who is let in, what is too much."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent_policy.model import ALL_FOR_GROUPS, OWNED
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.seen import SeenTenant
from integration.okta_workflows.decisions import ADMIN_ID, CLOSED, OPENED, OTHER_API, SERVICE_ID, assigned, consent, given, grant, principal, row, seen
from integration.okta_workflows.helpers import ADMIN, OPEN, PUBLISHER, SERVICE, SOMEBODY, Json

EVERYBODY: Json = {"okta_workflows_consent": "all_principals"}
EXACT: Json = {"okta_workflows_consent_mode": "exact"}


@pytest.mark.parametrize("step", [{}, {"skipped": True, "service_principals": [principal()]}])
def test_a_look_that_did_not_run_says_nothing(step: Json) -> None:
    handed = given({}, principal())
    handed["info"] = step
    handed["consents"] = {"skipped": True, "results": [{"item": {}, "consent": consent()}]}
    handed["settings"] = {"skipped": True, "consent_policy": OPENED}
    read = SeenTenant.of(handed)
    assert (read.tenant_name, read.principal, read.looked, read.settings) == ("", {}, (), {})
    assert (read.assigned, read.grants) == ((), ())


def test_rounds_that_failed_or_were_skipped_are_not_counted() -> None:
    handed = given({}, looked={SERVICE: consent()})
    handed["consents"]["results"] += [{"item": {"principal": ADMIN}, "skipped": True}, {"item": {}, "consent": consent(None)}]
    assert [account for account, _consent in SeenTenant.of(handed).looked] == [SERVICE, ""]


@pytest.mark.parametrize(
    ("variables", "found", "expected"),
    [({}, [principal()], principal()), ({}, [], {}), ({"okta_workflows_app_id": ""}, [principal()], {})],
)
def test_candidates_are_not_the_enterprise_application(variables: Json, found: list[Json], expected: Json) -> None:
    assert seen(variables, *found).principal == expected


SINGLE, OTHERS, WIDE = grant("openid"), grant("openid", who=ADMIN), grant("Mail.Read", who=None)
ELSEWHERE = grant("access_as_user", api=OTHER_API)


@pytest.mark.parametrize(
    ("variables", "ours"),
    [
        ({}, [SINGLE]),
        ({"okta_workflows_accounts": [SERVICE.upper()]}, [SINGLE]),
        ({"okta_workflows_accounts": [SERVICE_ID.upper()]}, [SINGLE]),
        ({"okta_workflows_accounts": [SERVICE, SERVICE_ID]}, [SINGLE]),
        ({"okta_workflows_accounts": [SERVICE_ID, ADMIN]}, [OTHERS, SINGLE]),  # by name first
        ({"okta_workflows_accounts": ["left@contoso.com"]}, []),
        (EVERYBODY, [SINGLE, WIDE]),
        ({**EVERYBODY, "okta_workflows_accounts": []}, [WIDE]),
    ],
)
def test_whose_grants_are_ours(variables: Json, ours: list[Json]) -> None:
    read = seen(variables, principal(grants=[WIDE, SINGLE, OTHERS, ELSEWHERE]))
    assert read.our_grants == ours
    assert read.our_single_grants == [one for one in ours if not one["tenant_wide"]]
    assert read.for_everybody == [WIDE]
    assert read.graph_grants == [WIDE, SINGLE, OTHERS]


def test_what_is_not_accepted_is_there_once() -> None:
    looked = {SERVICE: consent(not_accepted=["delegated:A", "delegated:B"]), ADMIN: consent(ADMIN, not_accepted=["delegated:a", "delegated:C"])}
    assert seen({}, looked=looked).not_accepted == ["delegated:A", "delegated:B", "delegated:C"]


@pytest.mark.parametrize(("variables", "ids"), [({}, [SERVICE_ID]), ({**EVERYBODY, "okta_workflows_accounts": ["A@contoso.com"]}, ["a@contoso.com"])])
def test_the_accounts_by_id_where_they_are_known(variables: Json, ids: list[str]) -> None:
    assert seen(variables, looked={SERVICE: consent()}).account_ids == ids


@pytest.mark.parametrize(
    ("variables", "looked", "surplus"),
    [
        ({}, {SERVICE: consent(extra=[row("Mail.Read")])}, []),
        (EXACT, {SERVICE: consent(extra=[row("Mail.Read"), row("access_as_user", api=OTHER_API)]), ADMIN: consent(ADMIN)}, [(SERVICE, ["Mail.Read"])]),
        (EXACT, {SERVICE: consent(extra=[row("access_as_user", api=OTHER_API)])}, []),
        ({**EXACT, **EVERYBODY}, {"": consent(None, extra=[row("Mail.Read", "User.Read")])}, [("", ["Mail.Read", "User.Read"])]),
    ],
)
def test_what_is_too_much(variables: Json, looked: dict[str, Json], surplus: list[t.Any]) -> None:
    assert seen(variables, looked=looked).surplus == surplus


@pytest.mark.parametrize(
    ("found", "looked", "accounts", "let_in"),
    [
        ([], {SERVICE: consent()}, [SERVICE], False),
        ([principal()], {SERVICE: consent()}, [SERVICE], True),
        ([principal(app_role_assignment_required=False)], {SERVICE: consent()}, [SERVICE], False),
        ([principal(assigned_to=[])], {SERVICE: consent()}, [SERVICE], False),
        ([principal(assigned_to=[assigned(ADMIN)])], {SERVICE: consent()}, [SERVICE], False),
        ([principal()], {SERVICE: consent(), ADMIN: consent(ADMIN)}, [SERVICE, ADMIN], False),
        ([principal(assigned_to=[assigned(ADMIN), assigned()])], {SERVICE: consent(), ADMIN: consent(ADMIN)}, [SERVICE, ADMIN], True),
    ],
)
def test_who_is_let_in(found: list[Json], looked: dict[str, Json], accounts: list[str], let_in: bool) -> None:
    assert seen({"okta_workflows_accounts": accounts}, *found, looked=looked).only_the_accounts_are_let_in is let_in


@pytest.mark.parametrize(("account", "let_in"), [(SERVICE.upper(), True), (SERVICE_ID.upper(), True), (ADMIN, False), (ADMIN_ID, False)])
def test_who_is_let_in_for_everybody(account: str, let_in: bool) -> None:
    """The look at the consent for everybody does not say who the accounts are."""
    found = principal(assigned_to=[{"principal_id": SERVICE_ID, "principal": "Service@Contoso.com"}])
    read = seen({**EVERYBODY, "okta_workflows_accounts": [account]}, found, looked={"": consent(None)})
    assert read.only_the_accounts_are_let_in is let_in


@pytest.mark.parametrize(
    ("owner", "named", "same"),
    [(PUBLISHER, PUBLISHER.upper(), True), (PUBLISHER.upper(), PUBLISHER, True), (SOMEBODY, PUBLISHER, False), (None, PUBLISHER, False)],
)
def test_whose_application_it_is(owner: str | None, named: str, same: bool) -> None:
    assert seen({"okta_workflows_publisher_tenant_id": named}, principal(app_owner_organization_id=owner)).of_the_publisher is same


@pytest.mark.parametrize(
    ("settings", "is_open"),
    [
        ({}, False),
        (OPENED, True),
        (CLOSED, False),
        ({**OPENED, "user_consent": ["Microsoft-User-Default-Legacy"]}, True),
        ({**OPENED, "user_consent": ["microsoft-user-default-legacy", "microsoft-user-default-low"]}, False),
        ({**OPENED, "user_consent": None}, False),
        ({**OPENED, "consent_settings": None}, False),
        ({**OPENED, "consent_settings": None, "owned_resource_consent": [f"managepermissiongrantsforownedresource.{ALL_FOR_GROUPS.upper()}"]}, True),
        ({**OPENED, "consent_settings": None, "owned_resource_consent": [f"{OWNED}microsoft-pre-approval-apps-for-group"]}, False),
        ({**OPENED, "consent_settings": None, "owned_resource_consent": [f"{OWNED}microsoft-all-application-permissions-for-chat"]}, False),
        ({**CLOSED, "owned_resource_consent": [f"{OWNED}{ALL_FOR_GROUPS}"]}, False),
        ({**OPENED, "consent_settings": {**OPENED["consent_settings"], "enable_group_specific_consent": False}}, False),
        ({**OPENED, "consent_settings": {**OPENED["consent_settings"], "constrain_group_specific_consent_to_members_of_group_id": SERVICE_ID}}, False),
        ({**OPENED, "consent_settings": {**OPENED["consent_settings"], "constrain_group_specific_consent_to_members_of_group_id": None}}, False),
    ],
)
def test_whether_the_tenant_is_as_the_vendor_documents(settings: Json, is_open: bool) -> None:
    assert seen(OPEN, settings=settings).as_the_vendor_documents is is_open


MICROSOFT = "DisabledDueToViolationOfServicesAgreement"
AUDIT = {"okta_workflows_mode": "audit"}


@pytest.mark.parametrize(
    ("variables", "found", "looked", "blockers", "shut"),
    [
        ({}, [principal()], {SERVICE: consent()}, [], False),
        ({}, [], {SERVICE: consent()}, [], False),
        ({}, [principal(account_enabled=False)], {SERVICE: consent()}, ["service_principal disabled"], True),
        ({}, [principal(account_enabled=False, tags=["tkc:disabled"])], {SERVICE: consent()}, [], False),
        ({}, [principal(is_disabled=True)], {SERVICE: consent()}, ["service_principal deactivated"], True),
        ({}, [principal(disabled_by_microsoft_status=MICROSOFT)], {SERVICE: consent()}, ["service_principal disabled_by_microsoft"], True),
        ({}, [principal()], {SERVICE: consent(principal_enabled=False)}, ["account disabled"], False),
        ({}, [], {SERVICE: consent(principal_enabled=False)}, ["account disabled"], False),
        # An account that was named by its id is known as a holder of an assignment or a grant.
        (EVERYBODY, [principal(assigned_to=[{**assigned(), "principal_enabled": False}])], {"": consent(None)}, ["account disabled"], False),
        (EVERYBODY, [principal(grants=[{**grant("openid"), "principal_enabled": False}])], {"": consent(None)}, ["account disabled"], False),
        # Others who hold one are not the accounts.
        ({}, [principal(grants=[{**grant("openid", who=ADMIN), "principal_enabled": False}])], {SERVICE: consent()}, [], False),
        # The steps assign the accounts; an audit has no steps.
        ({}, [principal(assigned_to=[])], {SERVICE: consent()}, [], False),
        (AUDIT, [principal(assigned_to=[])], {SERVICE: consent()}, ["service_principal no_assignment"], False),
        ({"okta_workflows_state": "absent"}, [principal(account_enabled=False)], {}, [], False),
        ({"okta_workflows_app_id": ""}, [principal(account_enabled=False)], {}, [], False),
    ],
)
def test_what_blocks(variables: Json, found: list[Json], looked: dict[str, Json], blockers: list[str], shut: bool) -> None:
    now = seen(variables, *found, looked=looked)
    assert [f"{one.object_type} {one.what}" for one in now.findings.blockers] == blockers
    assert now.shut is shut
    assert not any("_enable" in one.who for one in now.findings.blockers), "nothing enables a vendor's application"


def test_an_account_that_may_not_be_looked_at() -> None:
    found = seen({}, principal(), looked={SERVICE: consent(principal_enabled=None)}).findings
    assert found.not_assessed == (f"Whether {SERVICE} can sign in: that an account is enabled is shown with User.Read.All only.",)
