# SPDX-License-Identifier: GPL-3.0-or-later
"""What follows from the looks before anything is changed: whose grants they are, who is let in, what is too much."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.seen import Seen
from support.okta import ADMIN, OPEN, PUBLISHER, SERVICE, SOMEBODY, Json
from support.okta_decisions import ADMIN_ID, CLOSED, OPENED, OTHER_API, SERVICE_ID, assigned, consent, given, grant, principal, row, seen

EVERYBODY: Json = {"okta_workflows_consent": "all_principals"}
EXACT: Json = {"okta_workflows_consent_mode": "exact"}


@pytest.mark.parametrize("step", [{}, {"skipped": True, "service_principals": [principal()]}])
def test_a_look_that_did_not_run_says_nothing(step: Json) -> None:
    handed = given({}, principal())
    handed["info"] = step
    handed["consents"] = {"skipped": True, "results": [{"item": {}, "consent": consent()}]}
    handed["settings"] = {"skipped": True, "consent_policy": OPENED}
    read = Seen.of(handed)
    assert (read.tenant_name, read.principal, read.looked, read.settings) == ("", {}, (), {})
    assert (read.assigned, read.grants) == ((), ())


def test_rounds_that_failed_or_were_skipped_are_not_counted() -> None:
    handed = given({}, looked={SERVICE: consent()})
    handed["consents"]["results"] += [{"item": {"principal": ADMIN}, "skipped": True}, {"item": {}, "consent": consent(None)}]
    assert [account for account, _consent in Seen.of(handed).looked] == [SERVICE, ""]


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
        ([principal(account_enabled=False)], {SERVICE: consent()}, [SERVICE], False),
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
        ({**OPENED, "consent_settings": {**OPENED["consent_settings"], "enable_group_specific_consent": False}}, False),
        ({**OPENED, "consent_settings": {**OPENED["consent_settings"], "constrain_group_specific_consent_to_members_of_group_id": SERVICE_ID}}, False),
        ({**OPENED, "consent_settings": {**OPENED["consent_settings"], "constrain_group_specific_consent_to_members_of_group_id": None}}, False),
    ],
)
def test_whether_the_tenant_is_as_the_vendor_documents(settings: Json, is_open: bool) -> None:
    assert seen(OPEN, settings=settings).as_the_vendor_documents is is_open
