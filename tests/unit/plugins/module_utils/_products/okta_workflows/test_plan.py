# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left to do, and what must not be done."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.plan import plan
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.seen import GRAPH
from integration.okta_workflows.decisions import CLOSED, OPENED, OTHER_API, SERVICE_ID, assigned, consent, given, grant, incomplete, principal, row
from integration.okta_workflows.helpers import ADMIN, OKTA, OPEN, PUBLISHER, SERVICE, SOMEBODY, Json

EVERYBODY: Json = {"okta_workflows_consent": "all_principals"}
EXACT: Json = {"okta_workflows_consent_mode": "exact"}
ABSENT: Json = {"okta_workflows_state": "absent"}
AUDIT: Json = {"okta_workflows_mode": "audit"}
SHARED: Json = {
    "app_id": OKTA,
    "permissions": [{"resource": "Microsoft Graph", "delegated": ["openid"]}],
    "accept_privileged": [],
    "on_forbidden": "hand_off",
    "expected_publisher_tenant_id": PUBLISHER,
}


def steps(answer: Json) -> tuple[bool, t.Any, t.Any, bool]:
    """Which of the four are open."""
    return (
        answer["enterprise_application"]["open"],
        [one["whom"] for one in answer["consents"]],
        [one["whom"] for one in answer["surplus"]],
        answer["settings"]["open"],
    )


DONE: Json = {SERVICE: consent(SERVICE, "openid")}
TODO: Json = {SERVICE: incomplete(SERVICE, "openid")}
MORE: Json = {SERVICE: consent(SERVICE, "openid", extra=[row("Mail.Read")])}
CLOSED_TO_ALL = principal(assigned_to=[])


@pytest.mark.parametrize(
    ("variables", "found", "looked", "settings", "expected"),
    [
        # preconsent
        ({}, [principal()], DONE, CLOSED, (False, [], [], False)),
        ({}, [], TODO, CLOSED, (True, [SERVICE], [], False)),
        ({}, [principal()], TODO, CLOSED, (False, [SERVICE], [], False)),
        ({}, [CLOSED_TO_ALL], DONE, CLOSED, (True, [], [], False)),
        ({}, [principal()], MORE, CLOSED, (False, [], [], False)),
        (EXACT, [principal()], MORE, CLOSED, (False, [], [SERVICE], False)),
        (EVERYBODY, [principal()], {"": incomplete(None, "openid")}, CLOSED, (False, ["every user of the tenant"], [], False)),
        ({**EVERYBODY, **EXACT}, [principal()], {"": consent(None, extra=[row("Mail.Read")])}, CLOSED, (False, [], ["every user of the tenant"], False)),
        # An audit predicts the first step alone.
        ({**AUDIT, **EXACT}, [CLOSED_TO_ALL], {SERVICE: incomplete(SERVICE, "openid", extra=[row("Mail.Read")])}, CLOSED, (True, [], [], False)),
        (AUDIT, [principal()], DONE, CLOSED, (False, [], [], False)),
        # vendor_documented
        (OPEN, [principal()], {}, OPENED, (False, [], [], False)),
        (OPEN, [principal()], {}, CLOSED, (False, [], [], True)),
        (OPEN, [principal()], {}, {}, (False, [], [], True)),
        (OPEN, [principal(account_enabled=False, tags=["tkc:disabled"])], {}, OPENED, (True, [], [], False)),  # a run was cut off
        # What others disabled or deactivated stays so, and nothing else is done.
        (OPEN, [principal(account_enabled=False)], {}, CLOSED, (False, [], [], False)),
        (OPEN, [principal(is_disabled=True)], {}, CLOSED, (False, [], [], False)),
        ({}, [principal(account_enabled=False, assigned_to=[])], {SERVICE: incomplete(SERVICE, "openid")}, CLOSED, (False, [], [], False)),
        (ABSENT, [principal(account_enabled=False, assigned_to=[assigned(ADMIN)])], {}, CLOSED, (True, [], [], False)),
        (OPEN, [principal(app_owner_organization_id=SOMEBODY)], {}, OPENED, (True, [], [], False)),
        (OPEN, [], {}, OPENED, (True, [], [], False)),
        # absent
        (ABSENT, [], {}, OPENED, (False, [], [], False)),
        (ABSENT, [principal(grants=[grant("openid")])], {}, {**OPENED, "recorded": {"user_consent": {}}}, (True, [SERVICE], [], True)),
        (ABSENT, [CLOSED_TO_ALL], {}, {**OPENED, "recorded": {}}, (False, [], [], False)),
        (ABSENT, [principal(assigned_to=[assigned(ADMIN)])], {}, CLOSED, (True, [], [], False)),
        ({**ABSENT, "okta_workflows_accounts": []}, [principal()], {}, CLOSED, (False, [], [], False)),
        ({**ABSENT, **EVERYBODY}, [principal(grants=[grant("openid", who=None)])], {}, CLOSED, (True, ["every user of the tenant"], [], False)),
        # discovery
        ({"okta_workflows_app_id": ""}, [principal(), principal()], {}, CLOSED, (False, [], [], False)),
    ],
)
def test_what_is_open(variables: Json, found: list[Json], looked: Json, settings: Json, expected: t.Any) -> None:
    answer = plan(given(variables, *found, looked=looked, settings=settings))
    assert steps(answer) == expected
    assert answer["open"] is any(map(bool, expected))
    assert len(answer["reports"]) == (not answer["open"])


@pytest.mark.parametrize("check_mode", [True, False])
def test_the_report_of_a_run_that_has_nothing_to_do(check_mode: bool) -> None:
    answer = plan(given({}, principal(), looked=DONE, check_mode=check_mode))
    (report,) = answer["reports"]
    assert (report["status"], report["notes"], report["to_do"]) == ("ready_for_authorization", [], [])
    assert answer["does"] == "preconsent"


def test_the_options_of_the_steps() -> None:
    accounts = {"okta_workflows_accounts": [SERVICE, ADMIN]}
    looked = {SERVICE: incomplete(SERVICE, "openid"), ADMIN: consent(ADMIN, extra=[row("Mail.Read", "User.Read"), row("access_as_user", api=OTHER_API)])}
    answer = plan(given({**accounts, **EXACT}, looked=looked))
    assert answer == {
        "open": True,
        "does": "preconsent",
        "app_id": OKTA,
        "publisher_tenant_id": PUBLISHER,
        "assignees": [{"user": SERVICE, "app_role": ""}, {"user": ADMIN, "app_role": ""}],
        "accept_unassigned": False,
        "enterprise_application": {"open": True},
        "consents": [{**SHARED, "whom": SERVICE, "principal": SERVICE}],
        "surplus": [{"whom": ADMIN, "principal": ADMIN, "permissions": [{"resource": GRAPH, "delegated": ["Mail.Read", "User.Read"]}]}],
        "settings": {"open": False},
        "reports": [],
    }


@pytest.mark.parametrize(
    ("variables", "accepted"),
    [({}, False), ({"okta_workflows_accept_unassigned": True}, True), (AUDIT, True)],
)
def test_who_may_be_locked_out(variables: Json, accepted: bool) -> None:
    assert plan(given(variables))["accept_unassigned"] is accepted


def test_what_is_taken_back() -> None:
    """An account's consent as a whole, of Microsoft Graph alone where it has consented to other APIs; of one for everybody the chosen scopes."""
    grants = [
        grant("openid", "Mail.Read", who=None),
        grant("openid", "Mail.Read"),
        grant("Mail.Send", who=ADMIN),
        grant("access_as_user", who=ADMIN, api=OTHER_API),
    ]
    variables = {**ABSENT, **EVERYBODY, "okta_workflows_accounts": [SERVICE, ADMIN]}
    service, admin, everybody = plan(given(variables, principal(grants=grants)))["consents"]
    assert service == {"whom": SERVICE, "principal": SERVICE_ID}
    assert admin["permissions"] == [{"resource": GRAPH, "delegated": ["Mail.Send"]}]
    assert everybody == {"whom": "every user of the tenant", "permissions": [{"resource": "Microsoft Graph", "delegated": ["openid"]}]}


def test_what_does_not_fit_together_ends_the_run_before_anything_is_looked_at() -> None:
    handed = given({"okta_workflows_accounts": [], "okta_workflows_publisher_tenant_id": ""})
    skipped = {"skipped": True}
    with pytest.raises(OptionError) as failed:
        plan({"connection": handed["connection"], "info": skipped, "consents": skipped, "settings": skipped, "check_mode": False})
    assert failed.value.message == " ".join(handed["connection"]["problems"])
    assert failed.value.code == "variables_do_not_fit"


SHUT = principal(assigned_to=[])


@pytest.mark.parametrize(
    ("variables", "found", "locked_out"),
    [
        (OPEN, [SHUT], True),
        (OPEN, [principal()], False),
        (OPEN, [principal(assigned_to=[], app_role_assignment_required=False)], False),
        (OPEN, [principal(assigned_to=[], app_owner_organization_id=SOMEBODY)], False),
        (OPEN, [], False),
        ({}, [SHUT], False),
        ({**OPEN, **ABSENT}, [SHUT], False),
    ],
)
def test_where_no_user_could_sign_in(variables: Json, found: list[Json], locked_out: bool) -> None:
    handed = given(variables, *found)
    if not locked_out:
        plan(handed)
        return
    with pytest.raises(OptionError) as failed:
        plan(handed)
    assert failed.value.code == "nobody_assigned"
    assert failed.value.message == (
        "Only assigned accounts may use 'Office 365 Admin for Okta' in Contoso, and no account is assigned: the user who authorizes the connection is refused "
        "(AADSTS50105). Nothing was changed. Assign an administrator (assigned_to of entra_service_principal), let every user in "
        "(app_role_assignment_required: false there), or choose okta_workflows_mode: preconsent."
    )


@pytest.mark.parametrize(
    ("lacking", "accepted", "begins", "ends"),
    [
        (["delegated:A"], [], "This scope is enough to take over Contoso: A. Nothing was changed.", "to [delegated:A], or choose the profile 'directory'."),
        (
            ["delegated:A", "delegated:B"],
            ["delegated:C", "delegated:a"],
            "These scopes are enough to take over Contoso: A, B. Nothing was changed.",
            "If that is intended set 'okta_workflows_accept_privileged' to [delegated:C, delegated:a, delegated:B], or choose the profile 'directory'.",
        ),
    ],
)
def test_what_has_to_be_accepted(lacking: list[str], accepted: list[str], begins: str, ends: str) -> None:
    variables = {"okta_workflows_accept_privileged": accepted}
    looked = {SERVICE: incomplete(SERVICE, "A", not_accepted=lacking)}
    with pytest.raises(OptionError) as failed:
        plan(given(variables, looked=looked))
    assert failed.value.code == "privileged_not_accepted"
    assert failed.value.message.startswith(begins) and failed.value.message.endswith(ends)
    assert plan(given({**variables, **AUDIT}, looked=looked))["open"]  # an audit only says so


def test_two_connections_whose_accounts_turn_out_to_be_one() -> None:
    """One is named by its object id, so that only the look tells; with the single form an account that is named twice is no harm."""
    rows = [{"nickname": "Users", "account": SERVICE}, {"nickname": "Mail", "account": SERVICE_ID}]
    looked = {SERVICE: consent(SERVICE, "openid"), SERVICE_ID: consent(SERVICE, "openid")}
    with pytest.raises(OptionError) as failed:
        plan(given({"okta_workflows_connections": rows, "okta_workflows_accounts": []}, principal(), looked=looked, settings=CLOSED))
    assert f"The accounts {SERVICE} and {SERVICE_ID} in 'okta_workflows_connections' are the same one in Contoso." in failed.value.message
    assert not plan(given({"okta_workflows_accounts": [SERVICE, SERVICE_ID]}, principal(), looked=looked, settings=CLOSED))["open"]
