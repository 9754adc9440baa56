# SPDX-License-Identifier: GPL-3.0-or-later
"""States in, blockers out: each switch that stops a sign-in, on each object that has it."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.common.blockers import Account, SignInState, plan_blockers, sentence_of

Json = dict[str, t.Any]
APP_ID, GRAPH, POWER = "22222222-0000-4000-8000-000000000000", "00000003-0000-0000-c000-000000000000", "8578e004-a5c6-46e7-913e-12f58912df43"
VENDOR = "99999999-0000-4000-8000-000000000000"
MICROSOFT = "DisabledDueToViolationOfServicesAgreement"
OPEN: Json = {"isDisabled": None, "disabledByMicrosoftStatus": None}


def app(**more: t.Any) -> Json:
    return {"appId": APP_ID, "displayName": "Payroll", **OPEN, **more}


def principal(**more: t.Any) -> Json:
    return {"id": "sp", "appId": APP_ID, "displayName": "Payroll", "accountEnabled": True, "appRoleAssignmentRequired": False, **OPEN, **more}


def api(app_id: str = GRAPH, name: str = "Microsoft Graph", **more: t.Any) -> Json:
    return {"appId": app_id, "displayName": name, "accountEnabled": True, "appOwnerOrganizationId": VENDOR, **OPEN, **more}


def state(**more: t.Any) -> SignInState:
    given: Json = {"application": app(), "principal": principal(), "apis": (api(), api(POWER, "Power Platform API")), "proving_api": GRAPH}
    return SignInState(**{"tenant": "Contoso", "enable_variable": "payroll_enable", "people": True, "assigned": 0, **given, **more})


def without(item: Json, *names: str) -> Json:
    return {name: value for name, value in item.items() if name not in names}


# what is so -> what is reported, on which object, whether the client is shut, whether a new credential could be proven
TABLE: list[tuple[str, Json, list[tuple[str, str, str, bool, bool]]]] = [
    ("nothing", {}, []),
    ("null and false are the same", {"application": app(isDisabled=False, disabledByMicrosoftStatus="NotDisabled")}, []),
    ("the registration", {"application": app(isDisabled=True)}, [("deactivated", "application", APP_ID, True, True)]),
    (
        "the registration shows on its service principal, which is the same switch",
        {"application": app(isDisabled=True), "principal": principal(isDisabled=True)},
        [("deactivated", "application", APP_ID, True, True)],
    ),
    (
        "the registration of a vendor is seen on the service principal alone",
        {"application": None, "is_own": False, "principal": principal(isDisabled=True, appOwnerOrganizationId=VENDOR)},
        [("deactivated", "service_principal", APP_ID, True, True)],
    ),
    ("the enterprise application", {"principal": principal(accountEnabled=False)}, [("disabled", "service_principal", APP_ID, True, True)]),
    (
        "both",
        {"application": app(isDisabled=True), "principal": principal(accountEnabled=False, isDisabled=True)},
        [("deactivated", "application", APP_ID, True, True), ("disabled", "service_principal", APP_ID, True, True)],
    ),
    ("by Microsoft", {"application": app(disabledByMicrosoftStatus=MICROSOFT)}, [("disabled_by_microsoft", "application", APP_ID, True, True)]),
    (
        "by Microsoft, a vendor's",
        {"application": None, "is_own": False, "principal": principal(disabledByMicrosoftStatus=MICROSOFT)},
        [("disabled_by_microsoft", "service_principal", APP_ID, True, True)],
    ),
    ("the API that proves", {"apis": (api(accountEnabled=False), api(POWER))}, [("disabled", "api", GRAPH, False, True)]),
    ("another API", {"apis": (api(), api(POWER, accountEnabled=False))}, [("disabled", "api", POWER, False, False)]),
    ("the only API", {"apis": (api(POWER, accountEnabled=False),)}, [("disabled", "api", POWER, False, True)]),
    ("an API that its publisher deactivated", {"apis": (api(), api(POWER, isDisabled=True))}, [("deactivated", "api", POWER, False, False)]),
    (
        "an API that Microsoft disabled",
        {"apis": (api(), api(POWER, disabledByMicrosoftStatus=MICROSOFT))},
        [("disabled_by_microsoft", "api", POWER, False, False)],
    ),
    ("no assignment", {"principal": principal(appRoleAssignmentRequired=True)}, [("no_assignment", "service_principal", APP_ID, False, False)]),
    ("an assignment", {"principal": principal(appRoleAssignmentRequired=True), "assigned": 1}, []),
    ("assignments that were not read", {"principal": principal(appRoleAssignmentRequired=True), "assigned": None}, []),
    ("no people", {"principal": principal(appRoleAssignmentRequired=True), "people": False}, []),
    ("an account", {"accounts": (Account("svc@contoso.com", "u", False), Account("b@contoso.com", "v", True))}, [("disabled", "account", "u", False, False)]),
    ("an account that may not be read", {"accounts": (Account("svc@contoso.com", "u", None),)}, []),
    ("nothing is there yet", {"application": None, "principal": None}, []),
    ("a property that was not read", {"application": without(app(), "isDisabled"), "principal": without(principal(), "isDisabled", "accountEnabled")}, []),
]


@pytest.mark.parametrize(("what", "given", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_states(what: str, given: Json, expected: list[t.Any]) -> None:
    found = plan_blockers(state(**given)).blockers
    assert [(one.what, one.object_type, one.object_id, one.shuts, one.stops_renewal) for one in found] == expected
    for one in found:
        assert one.name in one.sentence and "Contoso" in one.sentence
        assert sentence_of(one.to_result()) == f"{one.sentence} Who can take it back: {one.who}"


WHO: list[tuple[Json, str]] = [
    ({"application": app(isDisabled=True)}, "an owner of it, or a Cloud Application Administrator"),
    ({"principal": principal(accountEnabled=False)}, "'Enabled for users to sign-in'"),
    ({"application": None, "is_own": False, "principal": principal(isDisabled=True, appOwnerOrganizationId=VENDOR)}, f"its publisher (tenant {VENDOR})"),
    ({"principal": principal(isDisabled=True)}, "an owner of its app registration"),
    ({"application": app(disabledByMicrosoftStatus=MICROSOFT)}, "only Microsoft"),
    ({"principal": principal(disabledByMicrosoftStatus=MICROSOFT)}, "only Microsoft"),
    ({"apis": (api(accountEnabled=False),)}, "where its subscription has lapsed, renewing that"),
    ({"apis": (api(isDisabled=True),)}, f"its publisher (tenant {VENDOR})"),
    ({"apis": (api(disabledByMicrosoftStatus=MICROSOFT),)}, "only Microsoft"),
    ({"principal": principal(appRoleAssignmentRequired=True)}, "assigns users or groups"),
    ({"accounts": (Account("svc", "u", False),)}, "a User Administrator"),
]


@pytest.mark.parametrize(("given", "who"), WHO)
def test_who_can_take_it_back(given: Json, who: str) -> None:
    (one,) = plan_blockers(state(**given)).blockers
    assert who in one.who


@pytest.mark.parametrize(
    ("given", "offered"),
    [
        ({"application": app(isDisabled=True)}, True),
        ({"principal": principal(accountEnabled=False)}, True),
        # Never a vendor's or an API's, an account's, or what Microsoft did.
        ({"application": None, "is_own": False, "principal": principal(accountEnabled=False)}, False),
        ({"application": None, "is_own": False, "principal": principal(isDisabled=True)}, False),
        ({"application": app(disabledByMicrosoftStatus=MICROSOFT)}, False),
        ({"apis": (api(accountEnabled=False),)}, False),
        ({"accounts": (Account("svc", "u", False),)}, False),
        ({"principal": principal(appRoleAssignmentRequired=True)}, False),
    ],
)
def test_what_the_variable_covers(given: Json, offered: bool) -> None:
    (one,) = plan_blockers(state(**given)).blockers
    assert ("payroll_enable: true" in one.who) is offered
    (silent,) = plan_blockers(dataclasses.replace(state(**given), enable_variable="")).blockers
    assert "_enable" not in silent.who, "a variable that does not exist is not named"


NOT_ASSESSED: list[tuple[Json, list[str]]] = [
    ({}, []),
    ({"application": None, "principal": None, "apis": ()}, []),
    (
        {"application": without(app(), "isDisabled")},
        [f"Whether 'Payroll' ({APP_ID}) is deactivated: this cloud does not know the property isDisabled."],
    ),
    (
        {"application": without(app(), "isDisabled"), "principal": without(principal(), "isDisabled"), "apis": (without(api(), "isDisabled"),)},
        [f"Whether 'Payroll' ({APP_ID}), 'Microsoft Graph' ({GRAPH}) are deactivated: this cloud does not know the property isDisabled."],
    ),
    (
        {"principal": principal(appRoleAssignmentRequired=True), "assigned": None},
        [f"Who is assigned to 'Payroll' ({APP_ID}): the automation identity may not read it."],
    ),
    ({"assigned": None}, []),
    ({"principal": principal(appRoleAssignmentRequired=True), "assigned": None, "people": False}, []),
    (
        {"accounts": (Account("a", "1", None), Account("b", "2", True), Account("c", "3", None))},
        ["Whether a, c can sign in: that an account is enabled is shown with User.Read.All only."],
    ),
]


@pytest.mark.parametrize(("given", "expected"), NOT_ASSESSED)
def test_what_was_not_looked_at(given: Json, expected: list[str]) -> None:
    found = plan_blockers(state(**given))
    assert list(found.not_assessed) == expected
    assert found.blockers == (), "what is not known is no blocker"
