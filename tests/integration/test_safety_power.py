# SPDX-License-Identifier: GPL-3.0-or-later
"""Promises 21 to 28: no more power than asked for."""

from __future__ import annotations

import typing as t
import urllib.parse
from pathlib import Path

from integration.workspace365.helpers import own_application
from support.playbooks import Run
from support.plays import GRAPH, each_failed_well, expected_to_fail, failed_well, little, scopes_of, task, write_play, writes_seen
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

PAYROLL = {"unique_name": "payroll"}
MADE = (
    task("app", "entra_app", {**PAYROLL, "display_name": "Payroll", "redirect_uris": {"web": {"set": ["https://payroll.example/callback"]}}}),
    task("principal", "entra_service_principal", PAYROLL),
)
OWNER = [{"resource": GRAPH, "delegated": ["User.Read"], "application": ["RoleManagement.ReadWrite.Directory"]}]
ROLE_MANAGEMENT = "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8"
VENDOR_APP = "6c1f0e5a-2d4b-4f3c-9b7a-8e5d3c2b1a01"
VENDOR_TENANT = "d2c8b7a6-5f4e-4d3c-8b2a-1f0e9d8c7b6a"


LIMITED = {"auth_client_id": "{{ limited.client_id }}", "auth_client_secret": "{{ limited.secret }}"}  # may not grant application permissions


def test_21_and_22_privileged_permissions_are_named_one_by_one(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """The same gate stands in front of the declaration, the request and the grant; acceptance is by kind and name, without wildcards."""
    wrong_kind = {"accept_privileged": ["delegated:RoleManagement.ReadWrite.Directory"]}
    playbook = write_play(
        workdir,
        *MADE,
        expected_to_fail("declare", "entra_app", {"unique_name": "other", "display_name": "Other", "permissions": OWNER}),
        expected_to_fail("request", "entra_app_permission", {**PAYROLL, "permissions": OWNER}),
        expected_to_fail("grant", "entra_admin_consent", {**PAYROLL, "permissions": OWNER}),
        expected_to_fail("other kind", "entra_app_permission", {**PAYROLL, "permissions": OWNER, **wrong_kind}),
        expected_to_fail("wildcard", "entra_app_permission", {**PAYROLL, "permissions": OWNER, "accept_privileged": ["application:*"]}),
        expected_to_fail("by guid", "entra_app_permission", {**PAYROLL, "permissions": [{"resource": GRAPH, "application": [ROLE_MANAGEMENT]}]}),
    )
    run = play(playbook, inventory=inventory(contoso={})).ok()
    gate = ["application:RoleManagement.ReadWrite.Directory", "accept_privileged"]
    expected = dict.fromkeys(("declare", "request", "grant", "other kind", "by guid"), gate) | {"wildcard": ["application:*", "ildcard"]}
    each_failed_well(run, emulator, expected)
    assert len(writes_seen(emulator)) == 2, writes_seen(emulator)
    accepted = {"permissions": OWNER, "accept_privileged": ["application:RoleManagement.ReadWrite.Directory"]}
    again = write_play(workdir, task("request", "entra_app_permission", {**PAYROLL, **accepted}), task("grant", "entra_admin_consent", {**PAYROLL, **accepted}))
    play(again, inventory=inventory(contoso={})).ok()
    (principal,) = (item["id"] for item in emulator.tenant("contoso")["service_principals"].values() if item["displayName"] == "Payroll")
    assert [item["principalId"] for item in emulator.tenant("contoso")["assignments"].values()].count(principal) == 1


def test_22_the_hand_off_has_the_same_gate(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """Where the identity may not grant, no link asks an administrator for what nobody accepted."""
    playbook = write_play(
        workdir,
        *MADE,
        expected_to_fail("hand off", "entra_admin_consent", {**PAYROLL, "permissions": OWNER, "on_forbidden": "hand_off", "mode": "merge"}),
        task("report", "entra_admin_consent", {**PAYROLL, "permissions": OWNER, "mode": "report"}, ignore_errors=True),
        defaults=LIMITED,
    )
    run = play(playbook, inventory=inventory(contoso={"limited": emulator.identity("limited-contoso")})).ok()
    each_failed_well(run, emulator, {"hand off": ["application:RoleManagement.ReadWrite.Directory"]})
    assert "adminconsent?" not in run.output
    assert "adminconsent?" not in str(run.task("report").result)


def test_23_the_least_that_signs_people_in(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """The default profile is two permissions; what an adopted application has besides stays."""
    play("workspace365.yml", inventory=inventory(fabrikam={})).ok()
    application = own_application(emulator, "fabrikam")
    assert scopes_of(emulator, "fabrikam", application["appId"]) == [{"User.Read", "openid"}]
    assert sum(len(entry["resourceAccess"]) for entry in application["requiredResourceAccess"]) == 2
    mail = {"resourceAppId": "00000003-0000-0000-c000-000000000000", "resourceAccess": [{"id": "570282fd-fa5c-430d-a7fd-fc8dc98a9dca", "type": "Scope"}]}
    made = emulator.add_application("contoso", displayName="By hand", requiredResourceAccess=[mail])
    adopted = {"workspace365_client_id": made["application"]["appId"], "workspace365_adopt": True}
    play("workspace365.yml", inventory=inventory(contoso=adopted)).ok()
    (required,) = emulator.tenant("contoso")["applications"][made["application"]["id"]]["requiredResourceAccess"]
    assert len(required["resourceAccess"]) == 3
    assert mail["resourceAccess"][0] in required["resourceAccess"]


def test_24_the_hand_off_url(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """It carries the tenant's GUID, the exact scopes and a registered redirect URI; for one person there is none, but the Graph request."""
    wanted = [{"resource": GRAPH, "delegated": ["openid", "Mail.Read"]}]
    playbook = write_play(
        workdir,
        *MADE,
        task("for all", "entra_admin_consent", {**PAYROLL, "permissions": wanted, "mode": "report"}),
        task("for one", "entra_admin_consent", {**PAYROLL, "permissions": wanted, "mode": "report", "principal": "service@contoso.com"}),
        expected_to_fail(
            "unregistered", "entra_admin_consent", {**PAYROLL, "permissions": wanted, "mode": "report", "hand_off_redirect_uri": "https://evil.example/"}
        ),
    )
    run = play(playbook, inventory=inventory(contoso={})).ok()
    url = urllib.parse.urlsplit(run.task("for all").result["consent"]["hand_off"]["url"])
    query = urllib.parse.parse_qs(url.query)
    assert url.path.endswith(f"/{emulator.tenant_id('contoso')}/v2.0/adminconsent")
    assert query["client_id"] == [own_application(emulator, "contoso", "payroll")["appId"]]
    assert {scope.rpartition("/")[2] for scope in query["scope"][0].split()} == {"openid", "Mail.Read"}
    assert query["redirect_uri"] == ["https://payroll.example/callback"]
    one = run.task("for one").result["consent"]["hand_off"]
    assert one["url"] is None
    assert one["graph_requests"][0]["body"]["consentType"] == "Principal"
    each_failed_well(run, emulator, {"unregistered": ["https://evil.example/"]})


def test_25_a_vendors_name_is_no_proof(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """A grant to another publisher's application needs its app id and its publisher's tenant id, and they have to fit."""
    emulator.add_foreign_app(VENDOR_APP, "Okta Workflows", VENDOR_TENANT)
    emulator.control("POST", "tenants/contoso/servicePrincipals", {"appId": VENDOR_APP})
    wanted = {"permissions": [{"resource": GRAPH, "delegated": ["User.Read"]}]}
    fabrikam = emulator.tenant_id("fabrikam")
    playbook = write_play(
        workdir,
        expected_to_fail("by name", "entra_admin_consent", {**wanted, "display_name": "Okta Workflows"}),
        expected_to_fail("no publisher", "entra_admin_consent", {**wanted, "app_id": VENDOR_APP}),
        expected_to_fail("wrong publisher", "entra_admin_consent", {**wanted, "app_id": VENDOR_APP, "expected_publisher_tenant_id": fabrikam}),
        expected_to_fail("disable it", "entra_service_principal", {"app_id": VENDOR_APP, "account_enabled": False}),
        expected_to_fail("delete it", "entra_service_principal", {"app_id": VENDOR_APP, "state": "absent"}),
    )
    run = play(playbook, inventory=inventory(contoso={})).ok()
    events = each_failed_well(
        run,
        emulator,
        {
            "by name": ["Okta Workflows"],
            "no publisher": ["expected_publisher_tenant_id", VENDOR_TENANT],
            "wrong publisher": [VENDOR_TENANT, fabrikam],
            "disable it": ["contoso.onmicrosoft.com"],
            "delete it": ["contoso.onmicrosoft.com"],
        },
    )
    assert len(events) == 5
    assert emulator.writes() == []
    allowed = write_play(workdir, task("grant", "entra_admin_consent", {**wanted, "app_id": VENDOR_APP, "expected_publisher_tenant_id": VENDOR_TENANT}))
    play(allowed, inventory=inventory(contoso={})).ok()
    assert scopes_of(emulator, "contoso", VENDOR_APP) == [{"User.Read"}]


def test_26_assignment_is_not_turned_on_over_peoples_heads(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """Whoever holds a grant and is not assigned is named, and stops the run unless that is accepted."""
    one = {**PAYROLL, "permissions": [{"resource": GRAPH, "delegated": ["User.Read"]}], "principal": "service@contoso.com"}
    turn_on = {**PAYROLL, "app_role_assignment_required": True}
    playbook = write_play(
        workdir,
        *MADE,
        task("somebody uses it", "entra_admin_consent", one),
        expected_to_fail("turn on", "entra_service_principal", turn_on),
    )
    run = play(playbook, inventory=inventory(contoso={})).ok()
    each_failed_well(run, emulator, {"turn on": ["service@contoso.com", "accept_unassigned"]})
    app_id = own_application(emulator, "contoso", "payroll")["appId"]
    (principal,) = (item for item in emulator.tenant("contoso")["service_principals"].values() if item["appId"] == app_id)
    assert not principal["appRoleAssignmentRequired"]
    accepted = write_play(workdir, task("turn on", "entra_service_principal", {**turn_on, "accept_unassigned": True}))
    play(accepted, inventory=inventory(contoso={})).ok()
    assert emulator.tenant("contoso")["service_principals"][principal["id"]]["appRoleAssignmentRequired"]


def test_26_a_leavers_consent_stops_nothing(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """An account that is disabled cannot sign in anyway. Whether one is needs a permission of its own: without it the account counts."""
    one = {**PAYROLL, "permissions": [{"resource": GRAPH, "delegated": ["User.Read"]}], "principal": "service@contoso.com"}
    turn_on = {**PAYROLL, "app_role_assignment_required": True, "assigned_to": {"add": [{"user": "admin@contoso.com"}]}}
    play(write_play(workdir, *MADE, task("consent", "entra_admin_consent", one)), inventory=inventory(contoso={})).ok()
    leaver = next(item["id"] for item in emulator.tenant("contoso")["users"].values() if item["userPrincipalName"] == "service@contoso.com")
    emulator.update("contoso", "users", leaver, accountEnabled=False)
    on = write_play(workdir, task("turn on", "entra_service_principal", {**turn_on, "assigned_to": {"add": [{"group": "Contoso Staff"}]}}))
    blind = little(emulator, "Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All", "Group.Read.All",
                   "Organization.Read.All", "User.ReadBasic.All")  # fmt: skip
    env = {"AZURE_CLIENT_ID": blind["entra_auth"]["client_id"], "AZURE_CLIENT_SECRET": blind["entra_auth"]["client_secret"]}
    failed_well(play(on, inventory=inventory(contoso={}), env=env), emulator, "service@contoso.com", "Not assessed", "User.Read.All")
    run = play(write_play(workdir, task("turn on", "entra_service_principal", turn_on)), inventory=inventory(contoso={})).ok()
    (warning,) = run.task("turn on").result["warnings"]
    assert "not counted: service@contoso.com" in warning


def test_28_the_documented_privileges_are_enough(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Workspace 365 is connected and confirmed by an identity that cannot hand out power, and that does not end up as owner."""
    identity = emulator.identity("limited-contoso")
    auth = {"entra_auth": {"client_id": identity["client_id"], "client_secret": identity["secret"]}}
    play("workspace365.yml", inventory=inventory(contoso=auth)).ok()
    assert emulator.workspace365("portal", "contoso")["sso"]["client_id"] == own_application(emulator)["appId"]
    assert play("workspace365.yml", inventory=inventory(contoso=auth)).ok().changed() == []


def test_28_people_who_own_privileged_power_are_named(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """An owner can give the application a credential of their own; without privileged permissions, or without such owners, nobody is warned."""
    power = {"permissions": OWNER, "accept_privileged": ["application:RoleManagement.ReadWrite.Directory"]}
    plain = {"permissions": [{"resource": GRAPH, "delegated": ["User.Read"]}]}
    owned = task("owned", "entra_app", {**PAYROLL, "owners": {"add": ["admin@contoso.com"]}})
    looks = (
        task("plain", "entra_admin_consent", {**PAYROLL, **plain}),
        task("power", "entra_admin_consent", {**PAYROLL, **power}),
        task("look", "entra_connection_info", {"connector": "payroll", "app": PAYROLL, **power}),
    )
    run = play(write_play(workdir, *MADE, *looks), inventory=inventory(contoso={})).ok()
    assert run.warnings() == []
    again = play(write_play(workdir, owned, *looks), inventory=inventory(contoso={})).ok()
    assert not again.task("plain").result.get("warnings")
    for name in ("power", "look"):
        (text,) = again.task(name).result["warnings"]
        assert "admin@contoso.com" in text and "application:RoleManagement.ReadWrite.Directory" in text and "Payroll" in text
