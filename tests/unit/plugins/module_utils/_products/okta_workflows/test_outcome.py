# SPDX-License-Identifier: GPL-3.0-or-later
"""What came of a run: actions, consents, status, what is left and who else holds something."""

from __future__ import annotations

import collections
import functools
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.outcome import RunOutcome, Steps
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.report import report
from integration.okta_workflows.decisions import (
    ADMIN_ID,
    CLOSED,
    OPENED,
    OTHER_API,
    SERVICE_ID,
    assigned,
    consent,
    given,
    grant,
    incomplete,
    outcome,
    principal,
    row,
)
from integration.okta_workflows.helpers import ADMIN, OKTA, OPEN, SERVICE, Json

EVERYBODY: Json = {"okta_workflows_consent": "all_principals"}
EXACT: Json = {"okta_workflows_consent_mode": "exact"}
ABSENT: Json = {"okta_workflows_state": "absent"}
AUDIT: Json = {"okta_workflows_mode": "audit"}
ADDRESS = f"https://login.microsoftonline.com/common/oauth2/authorize?client_id={OKTA}&scope="


def loop(*rounds: Json) -> Json:
    """The result of a task with a loop."""
    return {"results": list(rounds)}


def done(text: str, one: Json | None = None) -> Json:
    """A step that did something."""
    return {"actions": [text], **({"consent": one} if one else {})}


ALL: Json = {
    "enterprise_application_step": done("principal"),
    "consent_step": loop(done("consent", consent())),
    "surplus_step": loop(done("surplus", consent())),
    "settings_step": done("settings"),
}


@pytest.mark.parametrize(
    ("variables", "actions"),
    [
        ({}, ["principal", "consent", "surplus"]),
        (OPEN, ["principal", "settings"]),
        (ABSENT, ["principal", "consent", "settings"]),
        (AUDIT, ["principal", "consent", "surplus"]),
    ],
)
def test_what_an_earlier_use_of_the_role_left_behind_does_not_count(variables: Json, actions: list[str]) -> None:
    """Each of the task files has its own steps."""
    assert outcome(variables, **ALL).actions == actions


def test_what_did_not_run_does_not_count() -> None:
    skipped = {name: {**step, "skipped": True} for name, step in ALL.items()}
    assert outcome({}, **skipped).actions == []
    rounds = loop({"skipped": True, "actions": ["skipped"]}, done("consent", consent()))
    assert outcome({}, consent_step=rounds).actions == ["consent"]
    assert outcome({}).actions == []


def test_the_consents_as_they_are_now() -> None:
    before, after = incomplete(SERVICE, "openid"), consent(SERVICE, "openid")
    whole = consent(ADMIN, "openid")
    looked = {SERVICE: before, ADMIN: whole}
    step = loop({"consent": after})
    assert outcome({}, looked=looked, consent_step=step).consents == [whole, after]
    assert outcome({}, looked=looked).consents == [whole]
    assert outcome(AUDIT, looked=looked).consents == [before, whole]


@pytest.mark.parametrize(
    ("variables", "found", "more", "status"),
    [
        ({"okta_workflows_app_id": ""}, [], {}, "awaiting_app_id"),
        ({}, [principal()], {"looked": {SERVICE: consent()}}, "ready_for_authorization"),
        ({}, [], {"consent_step": loop({"consent": incomplete()})}, "awaiting_consent"),
        ({}, [], {"consent_step": loop({"consent": incomplete()}, {"consent": consent()})}, "awaiting_consent"),
        ({}, [], {"consent_step": loop({"consent": incomplete()}), "check_mode": True}, "awaiting_consent"),
        ({}, [], {"consent_step": loop({"consent": incomplete(state="not_assessed")})}, "consent_not_assessed"),  # unread is not missing
        ({}, [], {"consent_step": loop({"consent": incomplete()}, {"consent": incomplete(state="not_assessed")})}, "consent_not_assessed"),
        ({}, [], {"consent_step": loop(done("consent", consent())), "check_mode": True}, "not_ready"),
        ({}, [], {"consent_step": loop(done("consent", consent()))}, "ready_for_authorization"),
        (AUDIT, [principal()], {"looked": {SERVICE: incomplete(SERVICE, "openid")}}, "not_ready"),
        (AUDIT, [principal()], {"looked": {SERVICE: incomplete()}}, "ready_for_authorization"),  # no consent is given in an audit, so none is waited for
        (AUDIT, [principal()], {"enterprise_application_step": done("principal")}, "not_ready"),
        (AUDIT, [principal()], {"looked": {SERVICE: consent()}}, "ready_for_authorization"),
        (OPEN, [principal()], {"settings": OPENED}, "ready_for_authorization"),
        (OPEN, [principal()], {"settings_step": done("open"), "check_mode": True}, "not_ready"),
        (ABSENT, [principal()], {}, "absent"),
        (ABSENT, [principal()], {"consent_step": loop(done("revoke", consent()))}, "absent"),
        (ABSENT, [principal()], {"consent_step": loop(done("revoke", consent())), "check_mode": True}, "not_absent"),
        (ABSENT, [principal()], {"check_mode": True}, "absent"),
        (ABSENT, [principal(grants=[grant("Mail.Read", who=None)])], {}, "absent"),
        ({**ABSENT, **EVERYBODY}, [principal(grants=[grant("Mail.Read", who=None)])], {}, "not_absent"),
        (ABSENT, [principal()], {"settings_step": {"consent_policy": {"kept": ["user consent"]}}}, "not_restored"),
        ({**OPEN, **ABSENT}, [], {"settings": OPENED}, "not_restored"),
        ({**OPEN, **ABSENT}, [principal()], {"settings": OPENED}, "absent"),
    ],
)
def test_the_status(variables: Json, found: list[Json], more: Json, status: str) -> None:
    assert outcome(variables, *found, **more).status == status


@pytest.mark.parametrize(
    ("variables", "looked", "would_do"),
    [
        ({}, {SERVICE: incomplete(SERVICE, "openid")}, ["principal"]),
        (AUDIT, {SERVICE: consent()}, ["principal"]),
        (
            {**AUDIT, "okta_workflows_accounts": [SERVICE, ADMIN]},
            {SERVICE: incomplete(SERVICE, "openid", "Mail.Read"), ADMIN: incomplete(ADMIN, "OpenID")},
            ["principal", f"consent to Mail.Read, openid of Microsoft Graph for {SERVICE}, {ADMIN}"],
        ),
        (
            {**AUDIT, **EVERYBODY, **EXACT},
            {"": incomplete(None, "openid", extra=[row("Mail.Read", "User.Read")])},
            ["principal", "consent to openid of Microsoft Graph for every user of the tenant", "revoke Mail.Read, User.Read"],
        ),
    ],
)
def test_what_a_run_would_do(variables: Json, looked: dict[str, Json], would_do: list[str]) -> None:
    assert outcome(variables, looked=looked, enterprise_application_step=done("principal")).would_do == would_do


@pytest.mark.parametrize(("check_mode", "variables", "predicted"), [(True, {}, True), (False, {}, False), (False, AUDIT, True)])
def test_what_is_only_predicted(check_mode: bool, variables: Json, predicted: bool) -> None:
    assert outcome(variables, check_mode=check_mode).only_predicted is predicted


@pytest.mark.parametrize(
    ("variables", "step", "expected"),
    [
        ({}, {}, CLOSED),
        (OPEN, {"consent_policy": OPENED}, OPENED),
        (OPEN, {"consent_policy": OPENED, "skipped": True}, CLOSED),
        ({}, {"consent_policy": OPENED}, CLOSED),
    ],
)
def test_the_settings_as_they_are_now(variables: Json, step: Json, expected: Json) -> None:
    assert outcome(variables, settings=CLOSED, settings_step=step).settings == expected


WIDE = principal(grants=[grant("openid", "Mail.Read", who=None), grant("User.Read", who=None, api=OTHER_API)])


@pytest.mark.parametrize(
    ("variables", "remainder"),
    [
        ({**ABSENT, **EVERYBODY}, ["Mail.Read"]),
        (ABSENT, []),
        (EVERYBODY, []),
        ({**ABSENT, **EVERYBODY, "okta_workflows_custom_scopes": ["openid", "Mail.Read"]}, []),
    ],
)
def test_what_stays_of_the_consent_for_everybody(variables: Json, remainder: list[str]) -> None:
    assert outcome(variables, WIDE).remainder == remainder


GROUPS_OPEN: Json = {"user_consent": [], "consent_settings": {"enable_group_specific_consent": True}}


@pytest.mark.parametrize(
    ("variables", "found", "settings", "without_record", "lost"),
    [
        ({**OPEN, **ABSENT}, [], OPENED, True, True),
        ({**OPEN, **ABSENT}, [principal()], OPENED, True, False),
        (ABSENT, [], OPENED, True, False),
        (ABSENT, [], GROUPS_OPEN, True, False),
        (ABSENT, [], {"user_consent": ["x", "Microsoft-user-default-legacy"]}, True, False),
        ({**OPEN, **ABSENT}, [], CLOSED, False, False),
        ({**OPEN, **ABSENT}, [], {"user_consent": None, "consent_settings": None}, False, False),
        ({**OPEN, **ABSENT}, [], {**OPENED, "restored": ["user_consent"]}, False, False),
        (OPEN, [], OPENED, False, False),
    ],
)
def test_settings_that_are_open_without_a_record(variables: Json, found: list[Json], settings: Json, without_record: bool, lost: bool) -> None:
    came = outcome(variables, *found, settings=settings)
    assert (came.open_without_record, came.record_is_lost) == (without_record, lost)


@pytest.mark.parametrize(("variables", "kept"), [(ABSENT, ["a"]), ({}, [])])
def test_what_was_kept(variables: Json, kept: list[str]) -> None:
    assert outcome(variables, settings={"kept": ["a"]}).kept == kept
    assert outcome(variables, settings={"kept": None}).kept == []


def test_what_is_granted_beyond_the_chosen_scopes() -> None:
    extra = [row("Mail.Read", "Directory.AccessAsUser.All", "User.Read"), row("access_as_user", api=OTHER_API, application=["Everything"])]
    looked = {SERVICE: consent(extra=extra, extra_privileged=["delegated:Directory.AccessAsUser.All", "application:Everything"]), ADMIN: consent(ADMIN)}
    found = principal(grants=[grant("Mail.Read", who=None), grant("Mail.Read")])
    came = outcome({}, found, looked=looked)
    elsewhere = {"principal": SERVICE, "resource": "Another API", "delegated": ["access_as_user"], "application": ["Everything"], "privileged": []}
    assert came.extra == [
        {
            "principal": SERVICE,
            "resource": "Microsoft Graph",
            "delegated": ["Directory.AccessAsUser.All", "Mail.Read", "User.Read"],
            "application": [],
            "privileged": ["Directory.AccessAsUser.All"],
        },
        elsewhere,
    ]
    # What was taken away is no longer there; other APIs were left alone.
    assert outcome(EXACT, found, looked=looked, surplus_step=loop({"consent": consent()})).extra == [elsewhere]
    # Whose consent it is is known by id where no grant of Microsoft Graph names the holder.
    assert [one["principal"] for one in outcome({}, principal(), looked=looked).extra] == [SERVICE_ID, SERVICE_ID]
    assert [one["principal"] for one in outcome(EVERYBODY, found, looked={"": consent(None, extra=extra)}).extra] == [None, None]


OTHERS = principal(
    assigned_to=[assigned(), assigned(ADMIN), assigned("left@contoso.com")],
    grants=[
        grant("openid", who=None),
        grant("openid"),
        grant("access_as_user", api=OTHER_API),
        grant("openid", "Mail.Read", "Directory.AccessAsUser.All", who=ADMIN, privileged=["Directory.AccessAsUser.All"]),
        grant("Mail.Read", "access_as_user", who=ADMIN, api=OTHER_API),
        grant("openid", who="partner@contoso.com"),
    ],
)


@pytest.mark.parametrize(
    ("accounts", "others"),
    [
        ([SERVICE], [ADMIN, "partner@contoso.com", "left@contoso.com"]),
        ([SERVICE.upper(), ADMIN.upper()], ["partner@contoso.com", "left@contoso.com"]),
        ([SERVICE_ID, ADMIN_ID.upper(), "left@contoso.com"], ["partner@contoso.com"]),
        ([], [SERVICE, ADMIN, "partner@contoso.com", "left@contoso.com"]),
    ],
)
def test_who_else_holds_something(accounts: list[str], others: list[str]) -> None:
    for variables in (EVERYBODY, ABSENT):
        listed = outcome({**variables, "okta_workflows_accounts": accounts}, OTHERS).not_listed
        assert [one["principal"] for one in listed] == others


def test_an_account_is_known_by_the_look_at_its_consent() -> None:
    """Its name in the directory may be another one than the operator's."""
    found = principal(assigned_to=[{"principal_id": SERVICE_ID, "principal": "Renamed"}], grants=[grant("a", who=SERVICE, api=OTHER_API)])
    assert outcome({}, found, looked={SERVICE: consent()}).not_listed == []


def test_an_account_is_known_by_its_assignment() -> None:
    """Its grant on another API names it by id alone."""
    mine = {**grant("a", api=OTHER_API), "principal": SERVICE_ID}
    assert outcome(EVERYBODY, principal(grants=[mine])).not_listed == []
    assert outcome(EVERYBODY, principal(assigned_to=[{**assigned(), "principal": None}], grants=[grant("openid")])).not_listed == []


def test_what_others_hold() -> None:
    admin, partner, left = outcome({}, OTHERS, looked={SERVICE: consent()}).not_listed
    assert admin == {
        "principal_id": ADMIN_ID,
        "principal": ADMIN,
        "assigned": True,
        "privileged": ["Directory.AccessAsUser.All"],
        "delegated": ["Directory.AccessAsUser.All", "openid", "Mail.Read", "access_as_user"],
    }
    assert (partner["assigned"], partner["delegated"], partner["privileged"]) == (False, ["openid"], [])
    assert (left["assigned"], left["delegated"], left["principal_id"]) == (True, [], "left@contoso.com")


@pytest.mark.parametrize(
    ("variables", "found", "looked", "missing", "too_much"),
    [
        # One account lacks it, however many have it; what holds for everybody is had.
        ({}, [], {SERVICE: consent(SERVICE, "openid", "MAIL.SEND"), ADMIN: consent(ADMIN, "openid")}, ["Mail.Send"], []),
        ({}, [], {SERVICE: consent(SERVICE, "openid", tenant_wide=[row("mail.send")])}, [], []),
        ({}, [], {SERVICE: consent(SERVICE, "openid", "User.Read", "Mail.Read")}, ["Mail.Send"], ["Mail.Read", "User.Read"]),
        # Nothing was compared: what the enterprise application was found with, for everybody and for each account.
        (OPEN, [], {}, ["Mail.Send", "openid"], []),
        (OPEN, [principal(grants=[grant("openid", "User.Read", who=None), grant("mail.send", "email")])], {}, [], ["email", "User.Read"]),
        (OPEN, [principal(grants=[grant("openid", "email", who=None), grant("Mail.Send", who=ADMIN)])], {}, ["Mail.Send"], ["email"]),
        (
            {**OPEN, "okta_workflows_accounts": [SERVICE, ADMIN]},
            [principal(grants=[grant("openid"), grant("openid", "Mail.Send", who=ADMIN)])],
            {},
            ["Mail.Send"],
            [],
        ),
        ({**OPEN, "okta_workflows_accounts": [SERVICE_ID.upper()]}, [principal(grants=[grant("openid", "Mail.Send")])], {}, [], []),
        ({**OPEN, "okta_workflows_accounts": []}, [principal(grants=[grant("openid", who=None), grant("Mail.Send")])], {}, ["Mail.Send"], []),
    ],
)
def test_what_the_popup_asks_for(variables: Json, found: list[Json], looked: Json, missing: list[str], too_much: list[str]) -> None:
    came = outcome({**variables, "okta_workflows_authorization_url": f"{ADDRESS}openid+Mail.Send"}, *found, looked=looked)
    assert (came.requested_but_not_granted, came.granted_but_not_requested) == (missing, too_much)
    came = outcome(variables, *found, looked=looked)
    assert (came.requested_but_not_granted, came.granted_but_not_requested) == ([], [])


@pytest.mark.parametrize(
    ("variables", "found", "for_an_administrator"),
    [
        (OPEN, [], ["User.Read.All"]),
        (OPEN, [principal(app_role_assignment_required=False)], ["User.Read.All"]),
        (OPEN, [principal()], ["Calendars.ReadWrite", "User.Read.All"]),
        ({}, [], ["Calendars.ReadWrite", "User.Read.All"]),
    ],
)
def test_who_can_consent_to_the_rest(variables: Json, found: list[Json], for_an_administrator: list[str]) -> None:
    """People can where the tenant lets them, but not for an application that requires an assignment."""
    came = outcome({**variables, "okta_workflows_authorization_url": f"{ADDRESS}User.Read.All+Calendars.ReadWrite"}, *found, looked={SERVICE: consent()})
    assert came.for_an_administrator == for_an_administrator


def test_what_an_administrator_needs() -> None:
    needed = {"url": None, "graph_requests": []}
    assert outcome({}, consent_step=loop({"consent": incomplete(SERVICE, "a", hand_off=needed)}, {"consent": consent()})).hand_offs == [needed]


@pytest.mark.parametrize(("variables", "count"), [({"okta_workflows_app_id": ""}, 2), ({}, 0)])
def test_candidates(variables: Json, count: int) -> None:
    assert len(outcome(variables, principal(), principal()).candidates) == count


@pytest.mark.parametrize(("looked", "complete"), [({}, True), ({SERVICE: consent()}, True), ({SERVICE: consent(), ADMIN: incomplete(ADMIN)}, False)])
def test_whether_all_is_consented_to(looked: Json, complete: bool) -> None:
    assert outcome(AUDIT, looked=looked).complete is complete


def test_the_report_is_made_of_what_was_evaluated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The report took three seconds while its parts were worked out anew wherever they were named."""
    counted: collections.Counter[str] = collections.Counter()

    def counting(name: str, work: t.Callable[[RunOutcome], t.Any]) -> functools.cached_property[t.Any]:
        def once(self: RunOutcome) -> t.Any:
            counted[name] += 1
            return work(self)

        wrapped = functools.cached_property(once)
        wrapped.__set_name__(RunOutcome, name)
        return wrapped

    parts = {name: part.func for name, part in vars(RunOutcome).items() if isinstance(part, functools.cached_property)}
    for name, work in parts.items():
        monkeypatch.setattr(RunOutcome, name, counting(name, work))
    report(given({**AUDIT, **EXACT}, OTHERS, looked={SERVICE: incomplete(SERVICE, "openid")}, **ALL))
    assert set(counted.values()) == {1}
    assert len(counted) > 10
    # Nothing that is worked out goes around it, but the candidates, which are handed on.
    assert [name for name, part in vars(RunOutcome).items() if isinstance(part, property)] == ["candidates"]


def test_steps_that_had_no_turn() -> None:
    assert Steps().reached is False
    assert Steps.of({}, "preconsent") == Steps(reached=True)


@pytest.mark.parametrize(
    ("steps", "held", "lacking"),
    [
        ([incomplete(ADMIN, state="not_assessed")], [["openid", "Calendars.ReadWrite"]], []),
        ([consent(SERVICE, "openid"), incomplete(ADMIN, state="not_assessed")], [["openid"]], ["Calendars.ReadWrite"]),
    ],
)
def test_what_may_not_be_read_is_not_told_as_missing(steps: list[Json], held: list[list[str]], lacking: list[str]) -> None:
    address = f"https://login.microsoftonline.com/common/oauth2/authorize?client_id={OKTA}&scope=openid+Calendars.ReadWrite"
    found = outcome({"okta_workflows_authorization_url": address}, consent_step=loop(*({"consent": one} for one in steps)))
    assert (found.held, found.requested_but_not_granted) == (held, lacking)


@pytest.mark.parametrize(
    ("variables", "settings", "managed"),
    [
        (OPEN, CLOSED, ["microsoft-user-default-recommended"]),
        (OPEN, OPENED, []),
        (OPEN, {}, []),
        (OPEN, {**OPENED, "recorded": {}}, []),
        (
            OPEN,
            {**OPENED, "recorded": {"user_consent": {"was": ["microsoft-user-default-allow-consent-apps", "x"]}}},
            ["microsoft-user-default-allow-consent-apps"],
        ),
        ({}, CLOSED, []),
        (AUDIT, CLOSED, []),
    ],
)
def test_the_policies_that_the_mode_of_the_vendor_takes_a_tenant_off(variables: Json, settings: Json, managed: list[str]) -> None:
    assert outcome(variables, settings=settings).no_longer_managed == managed


@pytest.mark.parametrize(("found", "required"), [([], False), ([principal()], True), ([principal(app_role_assignment_required=None)], False)])
def test_whether_assignment_is_required(found: list[Json], required: bool) -> None:
    assert outcome({}, *found).assignment_required is required
