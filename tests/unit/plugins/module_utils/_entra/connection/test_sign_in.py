# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps sign-ins from succeeding once the steps are done, and drift that stops no renewal."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import types
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.common.blockers import Account
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connection.model import ConnectionDesired, ManagedDetails, Snapshot
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connection.plan import status_of, view_connection
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connection.sign_in import disabled_people, leave_drift, unassessed_people
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.service_principal.model import ServicePrincipalCurrent
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError

Tenants = types.SimpleNamespace
Json = dict[str, t.Any]
TENANT_ID = "5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10"
GRAPH: Json = {"appId": "00000003-0000-0000-c000-000000000000", "displayName": "Microsoft Graph", "accountEnabled": True, "isDisabled": None}
NAMES = {"tenant": "contoso.com", "tenant_id": TENANT_ID}


def snapshot(tenants: Tenants, app: Json | None = None, principal: Json | None = None, **more: t.Any) -> Snapshot:
    """A connected tenant, with these differences."""
    tenant = tenants.connected()
    application = {**tenant["application"], "isDisabled": None, **(app or {})}
    enterprise = {**tenant["principal"], "isDisabled": None, "appRoleAssignmentRequired": False, **(principal or {})}
    organization = {"id": TENANT_ID, "displayName": "Contoso", "verifiedDomains": tenant["domains"]}
    now = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
    return Snapshot(
        organization,
        application,
        enterprise,
        tuple(tenant["grants"]),
        tuple(tenant["assignments"]),
        now,
        policies=tenant["policies"],
        **{"apis": (GRAPH,), **more},
    )


def wanted(tenants: Tenants, **more: t.Any) -> ConnectionDesired:
    return t.cast(ConnectionDesired, tenants.wanted(**{"service_principal": {}, "prefix": "payroll", **more}))


def found(tenants: Tenants, desired: ConnectionDesired, seen: Snapshot) -> tuple[str, list[str], list[str]]:
    apis = tenants.connected()["apis"]
    view = view_connection(desired, seen, lambda text: next((api for api in apis if text in (api.app_id, api.object_id, api.display_name)), None), **NAMES)
    status = status_of(desired, view, seen.application)
    return status, [f"{one.object_type} {one.what}" for one in view.findings.blockers], view.plans["service_principal"].texts + view.plans["app"].texts


def test_as_it_should_be(tenants: Tenants) -> None:
    assert found(tenants, wanted(tenants), snapshot(tenants)) == ("connected", [], [])


@pytest.mark.parametrize(
    ("more", "blockers"),
    [
        ({"app": {"isDisabled": True}}, ["application deactivated"]),
        ({"app": {"isDisabled": True}, "principal": {"isDisabled": True, "accountEnabled": False}}, ["application deactivated", "service_principal disabled"]),
        ({"principal": {"accountEnabled": False}}, ["service_principal disabled"]),
        ({"apis": ({**GRAPH, "accountEnabled": False},)}, ["api disabled"]),
        ({"principal": {"appRoleAssignmentRequired": True}, "assigned": 0}, ["service_principal no_assignment"]),
        ({"accounts": (Account("svc@contoso.com", "u", False),)}, ["account disabled"]),
    ],
)
def test_nothing_is_undone_by_itself(tenants: Tenants, more: Json, blockers: list[str]) -> None:
    assert found(tenants, wanted(tenants), snapshot(tenants, **more)) == ("blocked", blockers, [])


def test_what_is_asked_for_is_done_and_no_blocker(tenants: Tenants) -> None:
    seen = snapshot(tenants, {"isDisabled": True}, {"isDisabled": True, "accountEnabled": False})
    desired = wanted(tenants, app={"is_disabled": False}, service_principal={"account_enabled": True})
    assert found(tenants, desired, seen) == (
        "not_connected",
        [],
        ["set account enabled of service principal 'Payroll' to 'true'", "set deactivated of application 'Payroll' to 'false'"],
    )


def test_what_is_asked_for_covers_the_own_application_alone(tenants: Tenants) -> None:
    microsoft = {"disabledByMicrosoftStatus": "DisabledDueToViolationOfServicesAgreement"}
    seen = snapshot(tenants, microsoft, apis=({**GRAPH, "accountEnabled": False},), accounts=(Account("svc", "u", False),))
    desired = wanted(tenants, app={"is_disabled": False}, service_principal={"account_enabled": True})
    assert found(tenants, desired, seen) == ("blocked", ["application disabled_by_microsoft", "api disabled", "account disabled"], [])


@pytest.mark.parametrize(("people", "asked", "blocked"), [(True, [], True), (False, None, False), (None, None, True), (None, [], False)])
def test_whom_a_missing_assignment_blocks(tenants: Tenants, people: bool | None, asked: list[t.Any] | None, blocked: bool) -> None:
    """Without a word about it: where delegated permissions are wanted."""
    seen = snapshot(tenants, principal={"appRoleAssignmentRequired": True}, assigned=0)
    more = {} if asked is None else {"asked": asked}
    assert (found(tenants, wanted(tenants, people_sign_in=people, **more), seen)[0] == "blocked") is blocked


def test_check_mode_looks_through_a_new_connection(tenants: Tenants) -> None:
    seen = dataclasses.replace(snapshot(tenants, apis=({**GRAPH, "accountEnabled": False},)), application=None, principal=None)
    assert found(tenants, wanted(tenants), seen)[:2] == ("blocked", ["api disabled"])


# Drift

WIDENED = {"signInAudience": "AzureADMultipleOrgs"}


def test_a_wider_audience_is_said_and_left(tenants: Tenants) -> None:
    """It stopped the run, and the secret expired: with advice that named no variable of the role."""
    seen, desired = snapshot(tenants, WIDENED), wanted(tenants, app={"sign_in_audience": "AzureADMyOrg"})
    with pytest.raises(OptionError, match="locks out people"):
        found(tenants, desired, seen)
    kept, said = leave_drift(desired, seen, ManagedDetails(), **NAMES)
    assert found(tenants, kept, seen) == ("connected", [], [])
    (sentence,) = said
    assert "is AzureADMultipleOrgs, not AzureADMyOrg, and stays so" in sentence and "'payroll_accept_audience_narrowing: true' narrows it." in sentence


@pytest.mark.parametrize(
    ("prefix", "name"),
    [
        ("workspace365", "'workspace365_accept_audience_narrowing: true' narrows it."),
        ("entra_connector", "'accept_audience_narrowing: true' in 'entra_connector_app' narrows it."),
        ("", "'accept_audience_narrowing: true' in 'app' narrows it."),
    ],
)
def test_the_variable_that_narrows_it(tenants: Tenants, prefix: str, name: str) -> None:
    desired = wanted(tenants, app={"sign_in_audience": "AzureADMyOrg"}, prefix=prefix)
    assert leave_drift(desired, snapshot(tenants, WIDENED), ManagedDetails(), **NAMES)[1][0].endswith(name)


@pytest.mark.parametrize(
    ("app", "more"),
    [
        ({**WIDENED, "tags": ["theirs"]}, {}),  # not in use yet: the operator who adopts it decides
        (WIDENED, {"state": "absent"}),
        (WIDENED, {"app": {"sign_in_audience": "AzureADMyOrg", "accept_audience_narrowing": True}}),
        (WIDENED, {"app": {}}),
        ({}, {}),
        # The operator changed the options: what was delivered is for others.
        (WIDENED, {"delivery": {"connector": "payroll", "instance": "https://portal.example contoso", "authority": "https://login.example/other"}}),
    ],
)
def test_what_is_no_drift(tenants: Tenants, app: Json, more: Json) -> None:
    desired = wanted(tenants, **{"app": {"sign_in_audience": "AzureADMyOrg"}, **more})
    assert leave_drift(desired, snapshot(tenants, app), ManagedDetails(), **NAMES) == (desired, ())


def test_an_adopted_application_in_use(tenants: Tenants) -> None:
    tags = [tenants.mark()]
    kept, said = leave_drift(wanted(tenants, app={"sign_in_audience": "AzureADMyOrg"}), snapshot(tenants, {**WIDENED, "tags": tags}), ManagedDetails(), **NAMES)
    assert "sign_in_audience" not in kept.app and len(said) == 1


def test_people_who_would_be_locked_out_stop_no_renewal(tenants: Tenants) -> None:
    seen = snapshot(tenants)
    grants = [{"clientId": "c", "consentType": "Principal", "principalId": "u", "resourceId": "r", "id": "g", "scope": "User.Read"}]
    current = ServicePrincipalCurrent.from_graph(copy.deepcopy(dict(seen.principal or {})), application=seen.application, grants=grants, **NAMES)
    desired = wanted(tenants, service_principal={"app_role_assignment_required": True, "notes": "n"})
    kept, said = leave_drift(desired, seen, ManagedDetails(principal=current), **NAMES)
    assert kept.service_principal == {"notes": "n"}
    assert "would lock out 1 of the 1 principals" in said[0] and "So assignment is not required." in said[0]
    unused = snapshot(tenants, {"tags": ["theirs"]})
    assert leave_drift(desired, unused, ManagedDetails(principal=current), **NAMES) == (desired, ()), "before anything was delivered it is refused"


def test_owners_who_cannot_take_anything_back(tenants: Tenants) -> None:
    people = (Account("a@contoso.com", "1", False), Account("b@contoso.com", "2", True), Account("3", "3", None))
    (sentence,) = disabled_people(snapshot(tenants, people_owning=people))
    assert sentence.startswith("Among the owners of '") and sentence.endswith("are disabled accounts: a@contoso.com.")
    assert disabled_people(snapshot(tenants)) == ()


def test_users_who_hold_a_consent_and_cannot_sign_in(tenants: Tenants) -> None:
    people = (Account("a@contoso.com", "1", False), Account("b@contoso.com", "2", True), Account("c@contoso.com", "4", False))
    owning, holding = disabled_people(snapshot(tenants, people_owning=people[:1], holders=people))
    assert owning.startswith("Among the owners of '")
    assert holding.startswith("Among the users who hold a consent of their own to '") and holding.endswith("accounts: a@contoso.com, c@contoso.com.")
    assert disabled_people(dataclasses.replace(snapshot(tenants, holders=people), application=None)) == ()


def test_people_of_whom_it_may_not_be_read(tenants: Tenants) -> None:
    hidden, known = Account("3", "3", None), Account("b@contoso.com", "2", True)
    (said,) = unassessed_people(snapshot(tenants, people_owning=(hidden, known), holders=(hidden, Account("5", "5", None))))
    assert said == "Whether 3, 5, who own the application or hold a consent to it, are enabled: that is shown with User.Read.All only."
    (more,) = unassessed_people(snapshot(tenants, holders=(known,) * 20, more_holders=7))
    assert more == "Whether 7 more users who hold a consent of their own are enabled: 20 were looked at."
    assert unassessed_people(snapshot(tenants, people_owning=(known,))) == ()
