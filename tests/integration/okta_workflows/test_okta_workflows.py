# SPDX-License-Identifier: GPL-3.0-or-later
"""The role okta_workflows: each of its modes, twice, what it must not touch, and what an operator can get wrong."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from integration.okta_workflows.helpers import ADMIN, CHOSEN, DIRECTORY, OKTA, OPEN, PLAYBOOK, PUBLISHER, RECOMMENDED, SERVICE, SOMEBODY, Json, Tenant, outcome
from support.documented import documented, identity
from support.playbooks import Run
from support.plays import failed_well, requests_in
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

MAX_HOST_TASKS = 6  # skipped ones and the validation of arguments counted


@pytest.fixture
def tenant(emulator: Emulator) -> Tenant:
    return Tenant(emulator)


def test_preconsent(play: Play, inventory: Inventory, emulator: Emulator, tenant: Tenant) -> None:
    """Check mode on an empty tenant, a run, again, check mode again: one account, exactly these scopes, tenant settings untouched."""
    hosts = inventory(contoso=CHOSEN)
    check = play(PLAYBOOK, inventory=hosts, check=True, diff=True).ok()
    assert emulator.writes() == []
    assert outcome(check)["status"] == "not_ready"
    assert len(outcome(check)["would_do"]) == 3, outcome(check)["would_do"]
    first = play(PLAYBOOK, inventory=hosts, diff=True).ok()
    result = outcome(first)
    assert (result["status"], result["changed"]) == ("ready_for_authorization", True)
    # What the application calls itself is known once the tenant has it.
    assert [text.replace("Office 365 Admin for Okta Workflows", OKTA) for text in result["actions"][2:]] == outcome(check)["would_do"][2:]
    assert result["service_principal"]["app_owner_organization_id"] == PUBLISHER
    assert result["tenant_settings"]["user_consent"] == ["microsoft-user-default-recommended"]
    assert result["tenant"]["display_name"] == "Contoso"
    assert "as service@contoso.com" in " ".join(result["notes"])
    service = tenant.user(SERVICE)
    assert tenant.principal["appRoleAssignmentRequired"] is True
    assert tenant.assigned() == {service}
    assert tenant.grants() == {service: DIRECTORY}
    assert tenant.user_consent() == RECOMMENDED
    emulator.clear_journal()
    again = play(PLAYBOOK, inventory=hosts).ok()
    assert (again.changed(), emulator.writes()) == ([], [])
    assert (outcome(again)["status"], outcome(again)["changed"], outcome(again)["notes"]) == ("ready_for_authorization", False, [])
    assert again.host_tasks("contoso") <= MAX_HOST_TASKS
    last = play(PLAYBOOK, inventory=hosts, check=True).ok()
    assert (last.changed(), emulator.writes()) == ([], [])
    assert outcome(last)["status"] == "ready_for_authorization"
    assert [run.warnings() for run in (check, first, again, last)] == [[], [], [], []]


def test_several_connections(play: Play, inventory: Inventory, emulator: Emulator, tenant: Tenant) -> None:
    """Each account gets the scopes of its own connection, in one run, with a result for each. Exactly these, a second time, and taken away."""
    users = {"nickname": "Users", "account": SERVICE, "permissions": "directory"}
    mail = {"nickname": "Mail", "account": ADMIN, "permissions": "custom", "custom_scopes": ["openid", "Mail.Send"]}
    wanted = {**CHOSEN, "okta_workflows_connections": [users, mail], "okta_workflows_consent_mode": "exact"}
    del wanted["okta_workflows_accounts"]
    both = {tenant.user(SERVICE): DIRECTORY, tenant.user(ADMIN): {"openid", "Mail.Send"}}
    check = outcome(play(PLAYBOOK, inventory=inventory(contoso=wanted), check=True).ok())
    assert ([one["status"] for one in check["connections"]], emulator.writes()) == (["not_ready", "not_ready"], [])
    first = outcome(play(PLAYBOOK, inventory=inventory(contoso=wanted)).ok())
    assert [(one["nickname"], one["account"], one["status"], one["missing"]) for one in first["connections"]] == [
        ("Users", SERVICE, "ready_for_authorization", []),
        ("Mail", ADMIN, "ready_for_authorization", []),
    ]
    assert first["connections"][1]["requested"] == ["Mail.Send", "openid"]
    assert "'Users' as service@contoso.com, 'Mail' as admin@contoso.com" in " ".join(first["notes"])
    assert (tenant.grants(), tenant.assigned()) == (both, set(both))
    emulator.clear_journal()
    again = play(PLAYBOOK, inventory=inventory(contoso=wanted)).ok()
    assert (again.changed(), emulator.writes(), outcome(again)["connections"]) == ([], [], first["connections"])
    assert again.host_tasks("contoso") <= MAX_HOST_TASKS
    wider = {**wanted, "okta_workflows_connections": [users, {**mail, "custom_scopes": ["openid", "Mail.Read"]}]}
    play(PLAYBOOK, inventory=inventory(contoso=wider)).ok()
    assert tenant.grants() == {**both, tenant.user(ADMIN): {"openid", "Mail.Read"}}, "the other connection is left alone"
    gone = outcome(play(PLAYBOOK, inventory=inventory(contoso={**wanted, "okta_workflows_state": "absent"})).ok())
    assert [one["status"] for one in gone["connections"]] == ["absent", "absent"]
    assert (tenant.grants(), tenant.assigned()) == ({}, set())


def test_a_connection_that_waits_for_an_administrator(play: Play, inventory: Inventory, emulator: Emulator, tenant: Tenant) -> None:
    """It alone: the one whose consent is there is ready. A list that cannot be is refused before any request."""
    users = {"nickname": "Users", "account": SERVICE, "permissions": "directory"}
    mail = {"nickname": "Mail", "account": ADMIN, "permissions": "custom", "custom_scopes": ["openid", "Mail.Send"]}
    wanted = {name: value for name, value in CHOSEN.items() if name != "okta_workflows_accounts"}
    play(PLAYBOOK, inventory=inventory(contoso={**wanted, "okta_workflows_connections": [users]})).ok()
    emulator.fault(action="status", status=403, times=None, service="graph", method="POST", path="/oauth2PermissionGrants$")
    waits = outcome(play(PLAYBOOK, inventory=inventory(contoso={**wanted, "okta_workflows_connections": [users, mail]})).ok())
    assert waits["status"] == "awaiting_consent"
    assert [(one["status"], one["missing"], bool(one["hand_off"])) for one in waits["connections"]] == [
        ("ready_for_authorization", [], False),
        ("awaiting_consent", ["Mail.Send", "openid"], True),
    ]
    emulator.clear_journal()
    shared = play(PLAYBOOK, inventory=inventory(contoso={**wanted, "okta_workflows_connections": [users, {**mail, "account": SERVICE}]}))
    failed_well(shared, emulator, "okta_workflows_connections", "more than once")
    assert emulator.journal() == []


def test_what_somebody_undid_is_found(connected: Play, play: Play, inventory: Inventory, emulator: Emulator, tenant: Tenant) -> None:
    """A removed grant, assignment that is no longer required. What is disabled stays so: test_okta_blocked.py."""
    hosts = inventory(contoso=CHOSEN)
    connected(PLAYBOOK, inventory=hosts)
    (grant,) = [one["id"] for one in tenant.state["grants"].values() if one["clientId"] == tenant.principal["id"]]
    emulator.delete("contoso", "oauth2PermissionGrants", grant)
    emulator.update("contoso", "servicePrincipals", tenant.principal["id"], appRoleAssignmentRequired=False)
    play(PLAYBOOK, inventory=hosts).ok()
    assert tenant.principal["appRoleAssignmentRequired"] is True
    assert tenant.grants() == {tenant.user(SERVICE): DIRECTORY}


def test_for_everybody_and_back(play: Play, inventory: Inventory, emulator: Emulator, tenant: Tenant) -> None:
    """Directory-wide consent with required assignment; absent takes back ours alone and never the vendor's enterprise application."""
    principal = tenant.take_in()["id"]
    admin = tenant.user(ADMIN)
    emulator.add_grant("contoso", principal, tenant.graph, "User.Read", admin)
    everybody = {**CHOSEN, "okta_workflows_consent": "all_principals"}
    refused = play(PLAYBOOK, inventory=inventory(contoso=everybody))
    result = failed_well(refused, emulator, "lock out", ADMIN, admin)
    assert result["failure"]["code"] == "unassigned_principals"
    assert emulator.writes() == []
    both = {**everybody, "okta_workflows_accept_unassigned": True}
    first = play(PLAYBOOK, inventory=inventory(contoso=both)).ok()
    assert any(ADMIN in text for text in first.warnings())
    assert tenant.grants() == {None: DIRECTORY, admin: {"User.Read"}}
    emulator.clear_journal()
    again = play(PLAYBOOK, inventory=inventory(contoso=both)).ok()
    assert (again.changed(), emulator.writes(), again.warnings()) == ([], [], [])
    gone = {**both, "okta_workflows_state": "absent"}
    predicted = play(PLAYBOOK, inventory=inventory(contoso=gone), check=True).ok()
    assert emulator.writes() == []
    removed = play(PLAYBOOK, inventory=inventory(contoso=gone)).ok()
    assert outcome(predicted)["would_do"] == outcome(removed)["actions"] != []
    assert outcome(removed)["status"] == "absent"
    assert tenant.grants() == {admin: {"User.Read"}}
    assert tenant.assigned() == set()
    assert tenant.principal["accountEnabled"] is True
    emulator.clear_journal()
    nothing = play(PLAYBOOK, inventory=inventory(contoso=gone)).ok()
    assert (nothing.changed(), emulator.writes()) == ([], [])


MORE: Json = {**CHOSEN, "okta_workflows_permissions": "custom", "okta_workflows_accept_privileged": ["delegated:Directory.AccessAsUser.All"]}
WIDE: Json = {**MORE, "okta_workflows_custom_scopes": ["openid", "Mail.Read", "Directory.AccessAsUser.All"]}
NARROW: Json = {**MORE, "okta_workflows_custom_scopes": ["openid"], "okta_workflows_accept_privileged": []}


def test_a_narrower_profile(connected: Play, play: Play, inventory: Inventory, emulator: Emulator, tenant: Tenant) -> None:
    """What is left of the wider one is named, privileged scopes first; mode exact takes it away, and nothing of others or of other APIs."""
    connected(PLAYBOOK, inventory=inventory(contoso=WIDE))
    service, admin, principal = tenant.user(SERVICE), tenant.user(ADMIN), tenant.principal["id"]
    emulator.add_grant("contoso", principal, tenant.graph, "Mail.Read", admin)
    other = emulator.add_application("contoso", displayName="Another API", service_principal=True)["service_principal"]["id"]
    emulator.add_grant("contoso", principal, other, "access_as_user", service)
    emulator.clear_journal()
    merged = play(PLAYBOOK, inventory=inventory(contoso={**NARROW, "okta_workflows_accept_unassigned": True})).ok()
    (graph,) = [row for row in outcome(merged)["consent"]["extra"] if row["resource"] == "Microsoft Graph"]
    assert graph == {
        "principal": SERVICE,
        "resource": "Microsoft Graph",
        "delegated": ["Directory.AccessAsUser.All", "Mail.Read"],
        "application": [],
        "privileged": ["Directory.AccessAsUser.All"],
    }
    assert "privileged: Directory.AccessAsUser.All" in merged.output and emulator.writes() == []
    assert [one["principal"] for one in outcome(merged)["not_listed"]] == [ADMIN] and f"{ADMIN} has consented to Mail.Read" in merged.output
    exact = {**NARROW, "okta_workflows_consent_mode": "exact"}
    audit = outcome(play(PLAYBOOK, inventory=inventory(contoso={**exact, "okta_workflows_mode": "audit"})).ok())
    assert any("revoke " in text for text in audit["would_do"])
    check = play(PLAYBOOK, inventory=inventory(contoso=exact), check=True).ok()
    assert emulator.writes() == []
    run = play(PLAYBOOK, inventory=inventory(contoso=exact)).ok()
    assert outcome(run)["actions"] == outcome(check)["would_do"] != []
    assert not [row for row in outcome(run)["consent"]["extra"] if row["resource"] == "Microsoft Graph"]
    held = {(one["principalId"], one["resourceId"]): one["scope"].split() for one in tenant.state["grants"].values() if one["clientId"] == principal}
    assert held == {(service, tenant.graph): ["openid"], (service, other): ["access_as_user"], (admin, tenant.graph): ["Mail.Read"]}
    emulator.clear_journal()
    assert play(PLAYBOOK, inventory=inventory(contoso=exact)).ok().changed() == [] and emulator.writes() == []


def test_absent_takes_the_whole_consent_of_an_account(connected: Play, play: Play, inventory: Inventory, emulator: Emulator, tenant: Tenant) -> None:
    """Also what an earlier, wider profile gave it, whichever profile is chosen now."""
    connected(PLAYBOOK, inventory=inventory(contoso=WIDE))
    gone = play(PLAYBOOK, inventory=inventory(contoso={**NARROW, "okta_workflows_state": "absent"})).ok()
    assert (outcome(gone)["status"], tenant.grants()) == ("absent", {})


def test_absent_leaves_what_an_administrator_may_have_given_everybody(play: Play, inventory: Inventory, emulator: Emulator, tenant: Tenant) -> None:
    """Of a consent for everybody only the chosen scopes go, and nobody is told that nothing is left."""
    emulator.add_grant("contoso", tenant.take_in()["id"], tenant.graph, "openid Mail.Read")
    everybody = {**NARROW, "okta_workflows_consent": "all_principals", "okta_workflows_accept_unassigned": True}
    play(PLAYBOOK, inventory=inventory(contoso=everybody)).ok()
    gone = play(PLAYBOOK, inventory=inventory(contoso={**everybody, "okta_workflows_state": "absent"})).ok()
    assert outcome(gone)["status"] == "not_absent" and tenant.grants() == {None: {"Mail.Read"}}
    assert "Mail.Read" in " ".join(outcome(gone)["notes"])


def test_an_account_that_was_dropped(play: Play, inventory: Inventory, emulator: Emulator, tenant: Tenant) -> None:
    """It keeps what it has, and every run says so."""
    play(PLAYBOOK, inventory=inventory(contoso={**CHOSEN, "okta_workflows_accounts": [SERVICE, ADMIN]})).ok()
    for consent in ("principal", "all_principals"):
        run = play(PLAYBOOK, inventory=inventory(contoso={**CHOSEN, "okta_workflows_consent": consent})).ok()
        (dropped,) = [one for one in outcome(run)["not_listed"] if one["principal"] != SERVICE]
        assert (dropped["principal"], dropped["assigned"]) == (ADMIN, True) and set(dropped["delegated"]) == DIRECTORY
        assert ADMIN in " ".join(outcome(run)["notes"])
        assert not [one for one in outcome(run)["not_listed"] if one["principal"] == SERVICE]
    emulator.clear_journal()
    assert play(PLAYBOOK, inventory=inventory(contoso={**CHOSEN, "okta_workflows_consent": "all_principals"})).ok().changed() == []


def test_a_tenant_wide_consent_makes_single_ones_pointless(play: Play, inventory: Inventory, emulator: Emulator, tenant: Tenant) -> None:
    """It is reported, and absent with single consents leaves it where it is."""
    emulator.add_grant("contoso", tenant.take_in()["id"], tenant.graph, "User.ReadWrite.All")
    run = play(PLAYBOOK, inventory=inventory(contoso=CHOSEN)).ok()
    assert any("every user of the tenant" in text for text in run.warnings())
    assert [one["delegated"] for one in outcome(run)["existing_grants"] if one["tenant_wide"]] == [["User.ReadWrite.All"]]
    upper = {**CHOSEN, "okta_workflows_state": "absent", "okta_workflows_accounts": [SERVICE.upper()]}
    play(PLAYBOOK, inventory=inventory(contoso=upper)).ok()
    assert tenant.grants() == {None: {"User.ReadWrite.All"}}


def test_absent_where_nothing_is(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Also when the account is long gone."""
    gone = {**CHOSEN, "okta_workflows_state": "absent", "okta_workflows_accounts": ["left@contoso.com"]}
    run = play(PLAYBOOK, inventory=inventory(contoso=gone)).ok()
    assert (run.changed(), emulator.writes(), outcome(run)["status"]) == ([], [], "absent")
    Tenant(emulator).take_in()
    run = play(PLAYBOOK, inventory=inventory(contoso=gone)).ok()
    assert (run.changed(), emulator.writes()) == ([], [])


def test_the_address_of_the_popup(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Client id and scopes are read from it, and what it asks for beyond the chosen scopes is reported."""
    scopes = "openid+profile%20User.ReadWrite.all%20https%3A%2F%2Fgraph.microsoft.com%2FMail.Send%20Files.ReadWrite.All"
    address = f"https://login.microsoftonline.com/common/oauth2/v2.0/authorize?client_id={OKTA.upper()}&scope={scopes}&state=x%3Dy#top"
    named = {**CHOSEN, "okta_workflows_app_id": "", "okta_workflows_authorization_url": address}
    for run in (play(PLAYBOOK, inventory=inventory(contoso=named), check=check).ok() for check in (True, False, False)):
        result = outcome(run)
        assert result["requested_but_not_granted"] == ["Files.ReadWrite.All", "Mail.Send"]
        assert set(result["granted_but_not_requested"]) == DIRECTORY - {"openid", "profile", "User.ReadWrite.All"}
        assert "Mail.Send" in " ".join(result["notes"])
    assert run.changed() == []


def test_without_the_right_to_consent(play: Play, inventory: Inventory, emulator: Emulator, tenant: Tenant) -> None:
    """The role ends as awaiting_consent with what an administrator needs."""
    refusal = {"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges to complete the operation."}}
    with emulator.faulty(service="graph", method="POST", path="/oauth2PermissionGrants$", action="status", status=403, body=json.dumps(refusal), times=None):
        run_for_one = play(PLAYBOOK, inventory=inventory(contoso=CHOSEN)).ok()
        single = outcome(run_for_one)
        wide = outcome(play(PLAYBOOK, inventory=inventory(contoso={**CHOSEN, "okta_workflows_consent": "all_principals"})).ok())
    assert (single["status"], wide["status"]) == ("awaiting_consent", "awaiting_consent")
    (requests,) = [one["graph_requests"] for one in single["consent"]["hand_off"]]
    assert requests[0]["body"]["principalId"] == tenant.user(SERVICE)
    assert requests_in(run_for_one.output) == requests
    assert single["consent"]["hand_off"][0]["url"] is None
    assert emulator.tenant_id("contoso") in wide["consent"]["hand_off"][0]["url"]
    assert wide["consent"]["hand_off"][0]["url"] in " ".join(wide["notes"])
    assert tenant.grants() == {}


def test_candidates_only(play: Play, inventory: Inventory, emulator: Emulator, tenant: Tenant) -> None:
    """Without an app id nothing is granted, whatever an application calls itself."""
    empty = outcome(play(PLAYBOOK, inventory=inventory(contoso={}), check=True).ok())
    assert (empty["status"], empty["candidates"]) == ("awaiting_app_id", [])
    tenant.take_in()
    imitation = emulator.add_application("contoso", displayName="Office 365 Admin for Okta Workflows")["application"]
    run = play(PLAYBOOK, inventory=inventory(contoso={"okta_workflows_accounts": [SERVICE]})).ok()
    found = {one["app_id"]: (one["app_owner_organization_id"], one["verified_publisher"]) for one in outcome(run)["candidates"]}
    assert found[OKTA] == (PUBLISHER, {"display_name": "Okta, Inc.", "verified_publisher_id": "1234567"})
    assert found[imitation["appId"]] == (emulator.tenant_id("contoso"), None)
    assert PUBLISHER in run.output
    assert (run.changed(), emulator.writes(), outcome(run)["status"]) == ([], [], "awaiting_app_id")


def test_audit(play: Play, inventory: Inventory, emulator: Emulator, tenant: Tenant) -> None:
    """Reads only, in a real run too; says what is and what preconsent would do."""
    audit = {**CHOSEN, "okta_workflows_mode": "audit", "okta_workflows_permissions": "full"}
    hosts = inventory(contoso=audit)
    empty = play(PLAYBOOK, inventory=hosts).ok()
    assert (empty.changed(), emulator.writes(), outcome(empty)["status"], outcome(empty)["changed"]) == ([], [], "not_ready", False)
    assert "delegated:Directory.AccessAsUser.All" in outcome(empty)["consent"]["not_accepted"]
    assert any("create service principal" in text for text in outcome(empty)["would_do"])
    assert "RoleManagement.ReadWrite.Directory" in " ".join(outcome(empty)["would_do"])
    admin = tenant.user(ADMIN)
    emulator.add_grant("contoso", tenant.take_in()["id"], tenant.graph, "User.Read", admin)
    # Whose application it is, is what an audit may be asked for.
    run = play(PLAYBOOK, inventory=inventory(contoso={**audit, "okta_workflows_publisher_tenant_id": "", "okta_workflows_accounts": []})).ok()
    result = outcome(run)
    assert result["service_principal"]["app_owner_organization_id"] == PUBLISHER
    assert [one["principal"] for one in result["existing_grants"]] == [ADMIN]
    assert result["tenant_settings"]["user_consent"] == ["microsoft-user-default-recommended"]
    told = result["consent"]["administrator"]
    assert (told["count"], told["of"], told["policies"], told["assignment_required"]) == (49, 62, ["microsoft-user-default-recommended"], False)
    assert "49 of the 62 chosen scopes need an administrator's consent" in " ".join(result["notes"])
    assert any(ADMIN in text for text in run.warnings())
    assert (run.changed(), emulator.writes()) == ([], [])
    assert tenant.principal["appRoleAssignmentRequired"] is False


WRONG: dict[str, tuple[Json, tuple[str, ...]]] = {
    "no publisher": ({"okta_workflows_publisher_tenant_id": ""}, ("okta_workflows_publisher_tenant_id", "imitated")),
    "no account": ({"okta_workflows_accounts": []}, ("okta_workflows_accounts",)),
    "nobody of that name": ({"okta_workflows_accounts": ["nobody@contoso.com"]}, ("nobody@contoso.com", "contoso.onmicrosoft.com")),
    "nobody, for everybody": (
        {"okta_workflows_accounts": ["nobody@contoso.com"], "okta_workflows_consent": "all_principals"},
        ("nobody@contoso.com", "contoso.onmicrosoft.com"),
    ),
    "privileged": ({"okta_workflows_permissions": "current"}, ("Directory.AccessAsUser.All", "okta_workflows_accept_privileged", "directory")),
    "no such scope": ({"okta_workflows_permissions": "custom", "okta_workflows_custom_scopes": ["Mail.Reed"]}, ("Mail.Reed", "Mail.Read")),
    "no scopes": ({"okta_workflows_permissions": "custom"}, ("okta_workflows_custom_scopes",)),
    "another application's popup": (
        {"okta_workflows_authorization_url": f"https://login.microsoftonline.com/common/oauth2/authorize?client_id={SOMEBODY}&scope=openid"},
        (OKTA, SOMEBODY),
    ),
    "no popup": ({"okta_workflows_authorization_url": "https://workflows.okta.com/app"}, ("client_id", "scope")),
    "no app id": ({"okta_workflows_app_id": "", **{key: OPEN[key] for key in OPEN if key not in CHOSEN}}, ("okta_workflows_app_id",)),
}


def test_bad_input(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Each ends in a sentence, before anything was written. One run, a host for each; they may not share a tenant where they get that far."""
    for names in (list(WRONG)[:2] + list(WRONG)[4:5], list(WRONG)[5:]):
        hosts = inventory(**{f"case{number}": {**CHOSEN, "entra_tenant_id": "contoso.onmicrosoft.com", **WRONG[name][0]} for number, name in enumerate(names)})
        run = play(PLAYBOOK, inventory=hosts, args=["--forks", "1"])
        for number, name in enumerate(names):
            failed_well(run, emulator, *WRONG[name][1], host=f"case{number}")
    for name in ("nobody of that name", "nobody, for everybody"):
        failed_well(play(PLAYBOOK, inventory=inventory(contoso={**CHOSEN, **WRONG[name][0]})), emulator, *WRONG[name][1])
    assert emulator.writes() == []


def test_another_publisher_than_stated(play: Play, inventory: Inventory, emulator: Emulator, tenant: Tenant) -> None:
    """An enterprise application that is there is left alone; a new one is added closed, and nothing is granted."""
    hosts = inventory(contoso={**CHOSEN, "okta_workflows_publisher_tenant_id": SOMEBODY})
    new = failed_well(play(PLAYBOOK, inventory=hosts), emulator, OKTA, PUBLISHER, SOMEBODY)
    assert new["failure"]["code"] == "publisher_mismatch"
    assert tenant.principal["appRoleAssignmentRequired"] is True
    assert (tenant.assigned(), tenant.grants()) == (set(), {})
    emulator.clear_journal()
    failed_well(play(PLAYBOOK, inventory=hosts), emulator, OKTA, PUBLISHER, SOMEBODY)
    wide = inventory(contoso={**OPEN, "okta_workflows_publisher_tenant_id": SOMEBODY})
    failed_well(play(PLAYBOOK, inventory=wide), emulator, OKTA, PUBLISHER, SOMEBODY)
    assert emulator.writes() == []


def test_two_hosts_that_mean_the_same(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    hosts = inventory(
        contoso={**CHOSEN, "entra_tenant_id": emulator.tenant_id("contoso")},
        also={**CHOSEN, "entra_tenant_id": "contoso.com"},
    )
    run = play(PLAYBOOK, inventory=hosts)
    for host in ("contoso", "also"):
        failed_well(run, emulator, "also and contoso", host=host)
    assert emulator.writes() == []


def test_28_okta_workflows_is_audited(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """With the permissions to read alone; the tenant's settings are reported."""
    variables = {**CHOSEN, **identity(emulator, documented("okta_workflows", "| reading, `audit` |")), "okta_workflows_mode": "audit"}
    run = play("okta_workflows.yml", inventory=inventory(contoso=variables)).ok()
    (found,) = run.task("Report").result["results"]
    settings = found["ansible_facts"]["okta_workflows_result"]["tenant_settings"]
    assert settings["user_consent"] == ["microsoft-user-default-recommended"] and settings["consent_settings"] is not None
