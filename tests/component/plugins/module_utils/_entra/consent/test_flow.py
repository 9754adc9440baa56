# SPDX-License-Identifier: GPL-3.0-or-later
"""Requested permissions and consent against the emulator: requests, races, refusals, hand-offs."""

from __future__ import annotations

import typing as t
import urllib.parse

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import Execution, execute
from ansible_collections.tenantkit.connectors.plugins.modules import entra_admin_consent, entra_app_permission
from tenant_emulator.testing import Emulator

GRAPH = "00000003-0000-0000-c000-000000000000"
POWER_PLATFORM = "8578e004-a5c6-46e7-913e-12f58912df43"
SERVICE_USER = "service@contoso.com"
VENDOR_TENANT = "70000000-0000-0000-0000-000000000002"
VENDOR_APP = "70000000-0000-0000-0000-00000000000a"


class Tenant:
    """Runs the two modules in one tenant of the emulator, as the collection does in a worker."""

    def __init__(self, emulator: Emulator, cache: str) -> None:
        self.emulator = emulator
        self.id = emulator.tenant_id("contoso")
        self._environ = {"TENANTKIT_JOB_ID": "1-" + "0" * 32, "TENANTKIT_JOB_DIR": cache}
        made = emulator.add_application(
            "contoso",
            displayName="Payroll",
            web={"redirectUris": ["https://payroll.example/callback"]},
            service_principal=True,
        )
        self.app, self.client = made["application"], made["service_principal"]

    def _run(self, module: t.Any, options: dict[str, t.Any], check: bool, identity: str) -> Execution:
        who = self.emulator.identity(identity)
        spec = module.DECLARATION.argument_spec()
        given = {name: entry.get("default") for name, entry in spec.items()}
        given.update(tenant_id=self.id, auth_client_id=who["client_id"], auth_client_secret=who["secret"], timeout=300)
        given.update(login_url=self.emulator.login_url, graph_url=self.emulator.graph_url, ca_path=self.emulator.ca_path)
        if not {"object_id", "app_id", "unique_name", "display_name"} & options.keys():
            given["app_id"] = self.app["appId"]
        given.update(options)
        return execute(module.DECLARATION, given, check_mode=check, environ=self._environ)

    def permission(self, *permissions: dict[str, t.Any], check: bool = False, identity: str = "automation", **options: t.Any) -> Execution:
        return self._run(entra_app_permission, {"permissions": list(permissions), **options}, check, identity)

    def consent(self, *permissions: dict[str, t.Any], check: bool = False, identity: str = "automation", **options: t.Any) -> Execution:
        if permissions:
            options["permissions"] = list(permissions)
        return self._run(entra_admin_consent, options, check, identity)

    def requests(self) -> list[dict[str, t.Any]]:
        return self.emulator.journal("graph")

    def grants(self) -> list[dict[str, t.Any]]:
        return [one for one in _rows(self.emulator.tenant("contoso"), "grants") if one["clientId"] == self.client["id"]]


def _rows(tenant: dict[str, t.Any], collection: str) -> list[dict[str, t.Any]]:
    found = tenant[collection]
    return list(found.values()) if isinstance(found, dict) else list(found)


def ok(outcome: Execution) -> dict[str, t.Any]:
    assert not outcome.failed, outcome.result
    return outcome.result


def failed(outcome: Execution, code: str) -> str:
    assert outcome.failed, outcome.result
    assert outcome.result["failure"]["code"] == code, outcome.result
    return str(outcome.result["msg"])


def graph(*delegated: str, application: t.Sequence[str] = ()) -> dict[str, t.Any]:
    return {"resource": "Microsoft Graph", "delegated": list(delegated), "application": list(application)}


@pytest.fixture
def tenant(emulator: Emulator, tmp_path: t.Any) -> Tenant:
    directory = tmp_path / "job"
    directory.mkdir(mode=0o700)
    return Tenant(emulator, str(directory))


class TestPermission:
    def test_four_times(self, tenant: Tenant) -> None:
        wanted = graph("openid", "user.read", application=["Group.Read.All"])
        for check in (True, False):
            result = ok(tenant.permission(wanted, check=check))
            assert result["changed"]
            assert result["permissions"] == [
                {"resource": "Microsoft Graph", "resource_app_id": GRAPH, "delegated": ["openid", "User.Read"], "application": ["Group.Read.All"]}
            ]
        for check in (False, True):
            tenant.emulator.clear_journal()
            result = ok(tenant.permission(wanted, check=check))
            assert not result["changed"] and result["actions"] == []
            assert len(tenant.requests()) == 1, "converged: one request"

    def test_what_was_just_written_is_not_taken_away_again(self, tenant: Tenant) -> None:
        """Reads are behind by one: the first task waits until its list can be read, so the second one adds to it."""
        tenant.emulator.settings(update_reads=1)
        for name in ("openid", "User.Read"):
            ok(tenant.permission(graph(name)))
        stored = tenant.emulator.tenant("contoso")["applications"][tenant.app["id"]]["requiredResourceAccess"]
        assert [len(entry["resourceAccess"]) for entry in stored] == [2]

    def test_the_permission_list_is_downloaded_once_a_job(self, tenant: Tenant) -> None:
        for _again in range(2):
            ok(tenant.permission(graph("openid")))
            ok(tenant.consent(graph("openid")))
        parts = [part["path"] for entry in tenant.requests() for part in entry.get("parts") or ()]
        assert sum("oauth2PermissionScopes" in path and GRAPH in path for path in parts) <= 1

    def test_unknown_names_change_nothing(self, tenant: Tenant) -> None:
        message = failed(tenant.permission(graph("Directory.AcessAsUser.All")), "permission_unknown")
        assert "Did you mean Directory.AccessAsUser.All" in message
        assert tenant.emulator.writes() == []

    def test_privileged_changes_nothing(self, tenant: Tenant) -> None:
        failed(tenant.permission(graph(application=["RoleManagement.ReadWrite.Directory"])), "privileged_not_accepted")
        failed(tenant.permission(graph("openid"), accept_privileged=["application:Policy.ReadWrite.Nonsense"]), "accept_privileged_unknown")
        assert tenant.emulator.writes() == []

    def test_exact_merge_and_absent(self, tenant: Tenant) -> None:
        ok(tenant.permission(graph("openid", "User.Read")))
        ok(tenant.permission(graph("profile")))
        result = ok(tenant.permission(graph("profile", "email"), mode="exact"))
        assert result["permissions"][0]["delegated"] == ["email", "profile"]
        result = ok(tenant.permission(graph("email", "User.Read"), state="absent"))
        assert result["changed"] and result["permissions"][0]["delegated"] == ["profile"]

    def test_a_missing_resource(self, tenant: Tenant) -> None:
        wanted = {"resource": "Power Platform API", "delegated": ["EnvironmentManagement.Environments.Read"], "application": []}
        assert "az ad sp create" in failed(tenant.permission(wanted), "permission_unknown")
        assert tenant.emulator.writes() == []
        result = ok(tenant.permission(wanted, create_missing_service_principals=True, check=True))
        assert len(result["actions"]) == 2 and tenant.emulator.writes() == []
        done = ok(tenant.permission(wanted, create_missing_service_principals=True))
        assert done["actions"] == result["actions"] and done["permissions"] == result["permissions"]
        assert not ok(tenant.permission(wanted, create_missing_service_principals=True))["changed"]
        by_uri = {**wanted, "resource": "https://api.powerplatform.com"}
        assert not ok(tenant.permission(by_uri))["changed"]

    def test_a_resource_of_the_tenant_by_display_name(self, tenant: Tenant) -> None:
        scope = {"id": "5c000000-0000-0000-0000-000000000001", "value": "Read", "isEnabled": True, "type": "User"}
        tenant.emulator.add_application("contoso", displayName="Ledger's API", api={"oauth2PermissionScopes": [scope]}, service_principal=True)
        result = ok(tenant.permission({"resource": "Ledger's API", "delegated": ["Read"], "application": []}))
        assert result["permissions"][0]["resource"] == "Ledger's API"
        tenant.emulator.clear_journal()
        assert not ok(tenant.permission({"resource": "Ledger's API", "delegated": ["Read"], "application": []}))["changed"]
        assert len(tenant.requests()) == 1

    def test_check_mode_for_an_application_that_does_not_exist_yet(self, tenant: Tenant) -> None:
        result = ok(tenant.permission(graph("openid"), unique_name="not-yet", check=True))
        assert result["changed"]
        assert tenant.permission(graph("openid"), unique_name="not-yet").failed


class TestConsent:
    def test_four_times(self, tenant: Tenant) -> None:
        wanted = graph("openid", "user.read", application=["Group.Read.All"])
        for check in (True, False):
            result = ok(tenant.consent(wanted, check=check))
            assert result["changed"] and result["consent"]["complete"] and len(result["actions"]) == 2
        for check in (False, True):
            tenant.emulator.clear_journal()
            result = ok(tenant.consent(wanted, check=check))
            assert not result["changed"] and result["consent"]["complete"] and result["consent"]["hand_off"] is None
            assert result["consent"]["granted"] == result["consent"]["requested"]
            assert len(tenant.requests()) == 1
        (grant,) = tenant.grants()
        assert sorted(grant["scope"].split()) == ["User.Read", "openid"]

    def test_what_the_registration_requests(self, tenant: Tenant) -> None:
        ok(tenant.permission(graph("openid", application=["Group.Read.All"])))
        result = ok(tenant.consent())
        assert result["consent"]["granted"][0]["application"] == ["Group.Read.All"] and result["consent"]["complete"]

    def test_by_unique_name_and_without_service_principal(self, tenant: Tenant) -> None:
        tenant.emulator.add_application("contoso", displayName="New", uniqueName="fresh-app", service_principal=False)
        result = ok(tenant.consent(graph("openid"), unique_name="fresh-app"))
        assert result["actions"][0] == "create service principal of application 'New'"
        assert not ok(tenant.consent(graph("openid"), unique_name="fresh-app"))["changed"]

    def test_a_grant_is_extended_and_others_grants_stay(self, tenant: Tenant) -> None:
        resource = _sp(tenant, GRAPH)
        user = next(one for one in _rows(tenant.emulator.tenant("contoso"), "users") if one["userPrincipalName"] == "admin@contoso.com")
        tenant.emulator.add_grant("contoso", tenant.client["id"], resource, "Mail.Read", user["id"])
        tenant.emulator.add_grant("contoso", tenant.client["id"], resource, " Files.Read  OPENID ")
        ok(tenant.consent(graph("openid", "User.Read")))
        scopes = {one["principalId"]: set(one["scope"].split()) for one in tenant.grants()}
        assert scopes == {None: {"Files.Read", "OPENID", "User.Read"}, user["id"]: {"Mail.Read"}}
        ok(tenant.consent(graph("User.Read"), mode="exact"))
        ok(tenant.consent(state="absent"))
        assert [one["principalId"] for one in tenant.grants()] == [user["id"]]

    def test_single_principal(self, tenant: Tenant) -> None:
        result = ok(tenant.consent(graph("User.Read"), principal=SERVICE_USER))
        assert result["changed"] and SERVICE_USER in result["actions"][0] and result["consent"]["tenant_wide"] == []
        assert not ok(tenant.consent(graph("User.Read"), principal=SERVICE_USER))["changed"]
        ok(tenant.consent(graph("User.Read")))
        outcome = tenant.consent(graph("User.Read"), principal=SERVICE_USER)
        assert "for every user of the tenant" in outcome.warnings[0]
        assert ok(outcome)["consent"]["tenant_wide"][0]["delegated"] == ["User.Read"]
        failed(tenant.consent(graph(application=["Group.Read.All"]), principal=SERVICE_USER), "principal_with_application_permissions")
        failed(tenant.consent(graph("User.Read"), principal="nobody@contoso.com"), "principal_not_found")
        ok(tenant.consent(principal=SERVICE_USER, state="absent"))
        assert [one["consentType"] for one in tenant.grants()] == ["AllPrincipals"]

    def test_report(self, tenant: Tenant) -> None:
        ok(tenant.consent(graph("Mail.Read")))
        tenant.emulator.clear_journal()
        view = ok(tenant.consent(graph("openid"), mode="report"))["consent"]
        assert view["missing"][0]["delegated"] == ["openid"] and view["extra"][0]["delegated"] == ["Mail.Read"] and not view["complete"]
        assert "openid" in view["hand_off"]["url"] and tenant.emulator.writes() == []
        view = ok(tenant.consent(graph("Directory.AccessAsUser.All"), mode="report"))["consent"]
        assert view["hand_off"]["url"] is None and view["hand_off"]["graph_requests"] == []

    def test_the_gate(self, tenant: Tenant) -> None:
        failed(tenant.consent(graph("Directory.AccessAsUser.All")), "privileged_not_accepted")
        ok(tenant.permission(graph("Directory.AccessAsUser.All"), accept_privileged=["delegated:Directory.AccessAsUser.All"]))
        tenant.emulator.clear_journal()
        failed(tenant.consent(), "privileged_not_accepted")
        assert tenant.emulator.writes() == []
        ok(tenant.consent(accept_privileged=["delegated:Directory.AccessAsUser.All"]))

    def test_forbidden_fails_with_what_an_admin_needs(self, tenant: Tenant) -> None:
        outcome = tenant.consent(graph("openid", application=["Group.Read.All"]), identity="limited-contoso")
        assert outcome.failed and outcome.result["failure"]["kind"] == "forbidden"
        assert outcome.result["failure"]["details"]["hand_off"]["graph_requests"]
        assert "AppRoleAssignment.ReadWrite.All" in outcome.result["msg"]

    def test_forbidden_hands_off_what_is_left(self, tenant: Tenant) -> None:
        options: dict[str, t.Any] = {"identity": "limited-contoso", "on_forbidden": "hand_off"}
        wanted = graph("openid", application=["Group.Read.All", "User.Read.All"])
        ok(tenant.permission(wanted))
        foreseen = ok(tenant.consent(wanted, check=True, **options))
        result = ok(tenant.consent(wanted, **options))
        assert (foreseen["actions"], foreseen["diff"]) == (result["actions"], result["diff"])
        view = result["consent"]
        assert result["changed"] and len(result["actions"]) == 1 and not view["complete"]
        assert view["missing"][0]["application"] == ["Group.Read.All", "User.Read.All"] and view["granted"][0]["delegated"] == ["openid"]
        assert f"/{tenant.id}/v2.0/adminconsent?" in view["hand_off"]["url"] and "403" in view["hand_off"]["reason"]
        assert [one["method"] for one in view["hand_off"]["graph_requests"]] == ["POST", "POST"]
        for check in (False, True):
            again = ok(tenant.consent(wanted, check=check, **options))
            assert not again["changed"] and again["actions"] == [] and not again["consent"]["complete"]
            assert again["diff"]["before"] == again["diff"]["after"] and again["consent"]["hand_off"]["url"]

    def test_redirect_uri_of_the_hand_off(self, tenant: Tenant) -> None:
        failed(tenant.consent(graph("openid"), hand_off_redirect_uri="https://elsewhere.example"), "redirect_uri_not_registered")
        assert tenant.emulator.writes() == []

    def test_addresses_for_partners(self, tenant: Tenant) -> None:
        """One for each id, under that tenant, with the scopes of every API; nothing that could be anybody's."""
        partner = tenant.emulator.tenant_id("fabrikam")
        power = {"resource": POWER_PLATFORM, "delegated": ["AppManagement.ApplicationPackages.Install"]}
        failed(tenant.consent(graph("openid"), hand_off_tenants=["common"]), "invalid_id")
        failed(tenant.consent(graph("openid"), hand_off_tenants=["fabrikam.com"]), "invalid_id")
        failed(tenant.consent(graph("openid"), hand_off_tenants=[partner]), "single_tenant")
        assert tenant.emulator.writes() == []
        web = {"redirectUris": ["https://payroll.example/callback"]}
        made = tenant.emulator.add_application("contoso", displayName="For many", web=web, signInAudience="AzureADMultipleOrgs", service_principal=True)
        tenant.app = made["application"]
        _create(tenant, POWER_PLATFORM)
        tenant.emulator.clear_journal()
        view = ok(tenant.consent(graph("openid", "User.Read"), power, mode="report", hand_off_tenants=[partner.upper()]))["consent"]
        (row,) = view["partner_urls"]
        assert row["url"].startswith(f"{tenant.emulator.login_url}/{partner}/v2.0/adminconsent?client_id={tenant.app['appId']}&") and row["note"] is None
        scopes = dict(urllib.parse.parse_qsl(row["url"].partition("?")[2]))["scope"].split()
        assert scopes[:2] == ["openid", "https://graph.microsoft.com/User.Read"] and "graph" not in scopes[2] and len(scopes) == 3
        view = ok(tenant.consent(graph("Directory.AccessAsUser.All"), mode="report", hand_off_tenants=[partner]))["consent"]
        assert view["partner_urls"][0]["url"] is None and "Directory.AccessAsUser.All" in view["partner_urls"][0]["note"]
        assert tenant.emulator.writes() == []

    def test_extra_privileged(self, tenant: Tenant) -> None:
        tenant.emulator.add_grant("contoso", tenant.client["id"], _sp(tenant, GRAPH), "Mail.Read Directory.AccessAsUser.All")
        view = ok(tenant.consent(graph("openid"), mode="report"))["consent"]
        assert view["extra_privileged"] == ["delegated:Directory.AccessAsUser.All"]

    def test_a_vendors_application(self, tenant: Tenant) -> None:
        tenant.emulator.add_foreign_app(VENDOR_APP, "Vendor", VENDOR_TENANT)
        status = tenant.consent(graph("openid"), app_id=VENDOR_APP, expected_publisher_tenant_id=VENDOR_TENANT)
        assert "entra_service_principal" in failed(status, "service_principal_not_found")
        _create(tenant, VENDOR_APP)
        failed(tenant.consent(graph("openid"), app_id=VENDOR_APP), "publisher_not_named")
        failed(tenant.consent(graph("openid"), app_id=VENDOR_APP, expected_publisher_tenant_id=tenant.id), "publisher_mismatch")
        failed(tenant.consent(app_id=VENDOR_APP, expected_publisher_tenant_id=VENDOR_TENANT), "permissions_needed")
        tenant.emulator.clear_journal()
        assert ok(tenant.consent(graph("openid"), app_id=VENDOR_APP, expected_publisher_tenant_id=VENDOR_TENANT))["changed"]

    @pytest.mark.parametrize("path", ["/oauth2PermissionGrants", "/appRoleAssignedTo"])
    @pytest.mark.parametrize("effect", [True, False])
    def test_a_lost_answer(self, tenant: Tenant, path: str, effect: bool) -> None:
        wanted = graph("openid", application=["Group.Read.All"])
        tenant.emulator.fault(action="drop_after" if effect else "drop_before", service="graph", method="POST", path=path, times=1)
        assert ok(tenant.consent(wanted))["consent"]["complete"]
        assert not ok(tenant.consent(wanted))["changed"]
        assert len(tenant.grants()) == 1

    def test_grants_of_many_users_come_in_pages(self, tenant: Tenant) -> None:
        resource = _sp(tenant, GRAPH)
        for number in range(120):
            tenant.emulator.add_grant("contoso", tenant.client["id"], resource, "Mail.Read", f"0c1e5a77-93d1-4f0e-a8e2-{number:012d}")
        tenant.emulator.add_grant("contoso", tenant.client["id"], resource, "openid")
        assert ok(tenant.consent(graph("openid"), mode="report"))["consent"]["complete"]
        ok(tenant.consent(graph("openid", "profile")))
        assert len(tenant.grants()) == 121

    @pytest.mark.parametrize(
        ("status", "code", "message"),
        [
            (400, "Request_BadRequest", "Specified resourceId was not found."),
            (400, "Request_BadRequest", "Resource 'x' does not exist or one of its queried reference-property objects are not present."),
            (404, "Request_ResourceNotFound", "Resource 'x' does not exist or one of its queried reference-property objects are not present."),
        ],
    )
    def test_a_client_that_was_just_made_is_waited_for(self, tenant: Tenant, status: int, code: str, message: str) -> None:
        body = {"error": {"code": code, "message": message}}
        tenant.emulator.fault(action="status", status=status, body=body, service="graph", method="POST", path="/oauth2PermissionGrants", times=1)
        assert ok(tenant.consent(graph("openid")))["consent"]["complete"]

    def test_not_readable(self, tenant: Tenant) -> None:
        body = {"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges to complete the operation."}}
        tenant.emulator.fault(action="status", status=403, body=body, service="graph", part=True, path="/oauth2PermissionGrants", times=None)
        assert tenant.consent(graph("openid")).result["failure"]["kind"] == "forbidden"
        tenant.emulator.clear_journal()
        result = ok(tenant.consent(graph("openid"), on_forbidden="hand_off"))
        assert not result["changed"] and result["actions"] == [] and not result["consent"]["complete"]
        assert result["consent"]["hand_off"]["url"] and tenant.emulator.writes() == []

    def test_consent_to_ourselves_warns(self, tenant: Tenant) -> None:
        outcome = tenant.consent(graph("openid"), app_id=tenant.emulator.identity("limited-contoso")["client_id"])
        assert outcome.warnings == [], "another identity"
        who = tenant.emulator.identity("limited-contoso")
        outcome = tenant.consent(graph("profile"), app_id=who["client_id"], identity="limited-contoso")
        ok(outcome)
        assert "this task signs in with" in outcome.warnings[0]

    def test_confirming_means_looking(self, tenant: Tenant) -> None:
        ok(tenant.consent(graph("openid", application=["Group.Read.All"])))
        (grant,) = tenant.grants()
        tenant.emulator.delete("contoso", "grants", grant["id"])
        result = ok(tenant.consent(graph("openid", application=["Group.Read.All"])))
        assert len(result["actions"]) == 1 and tenant.grants()


def _sp(tenant: Tenant, app_id: str) -> str:
    return next(one["id"] for one in _rows(tenant.emulator.tenant("contoso"), "service_principals") if one["appId"] == app_id)


def _create(tenant: Tenant, app_id: str) -> None:
    token = tenant.emulator.token("contoso")["access_token"]
    status, raw = tenant.emulator.request(
        "POST",
        f"{tenant.emulator.graph_url}/v1.0/servicePrincipals",
        f'{{"appId": "{app_id}"}}'.encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    assert status == 201, raw


@pytest.mark.parametrize("action", ["html", "proxy_page"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_page_of_something_else_is_not_handed_off(tenant: Tenant, action: str, method: str) -> None:
    """Graph never saw the request: that is no missing right, and nothing waits for an administrator."""
    path = "batch" if method == "GET" else "/oauth2PermissionGrants$"
    tenant.emulator.fault(service="graph", method="POST", path=path, action=action, status=403, times=None)
    outcome = tenant.consent({"resource": "Microsoft Graph", "delegated": ["User.Read"]}, on_forbidden="hand_off")
    failure = outcome.result["failure"]
    assert outcome.failed and (failure["kind"], failure["code"]) == ("proxyanswer", "not_the_service"), outcome.result
    assert failure["outcome"] == (None if method == "GET" else "unknown")
    assert "entra_graph_url" in outcome.result["msg"] and "hand_off" not in failure["details"] and not tenant.grants()


@pytest.mark.parametrize(
    ("code", "message"),
    [("Directory_QuotaExceeded", "The directory object quota limit has been exceeded."), ("TenantLocked", "The tenant is locked."), ("Whatever", "No.")],
)
def test_only_a_code_for_a_missing_right_is_handed_off(tenant: Tenant, code: str, message: str) -> None:
    body = {"error": {"code": code, "message": message}}
    tenant.emulator.fault(service="graph", method="POST", path="/oauth2PermissionGrants$", action="status", status=403, body=body, times=None)
    outcome = tenant.consent({"resource": "Microsoft Graph", "delegated": ["User.Read"]}, on_forbidden="hand_off")
    failure = outcome.result["failure"]
    assert outcome.failed and (failure["kind"], failure["code"], failure["outcome"]) == ("service", code, "refused"), outcome.result
    assert "missing permission" in failure["advice"] and code in outcome.result["msg"]


@pytest.mark.parametrize(("code", "tokens"), [("LocationConditionEvaluationSatisfied", 1), ("TokenCreatedWithOutdatedPolicies", 2)])
def test_a_token_that_conditional_access_refuses(tenant: Tenant, code: str, tokens: int) -> None:
    """A new token is asked for once, and not at all where the place is refused; the credential is not called wrong."""
    tenant.emulator.fault(service="graph", action="challenge", code=code, times=None)
    outcome = tenant.consent({"resource": "Microsoft Graph", "delegated": ["User.Read"]}, on_forbidden="hand_off")
    failure = outcome.result["failure"]
    assert outcome.failed and (failure["kind"], failure["code"]) == ("blocked", code), outcome.result
    assert "Conditional Access" in outcome.result["msg"] and "check the credential" not in outcome.result["msg"].lower()
    assert len(tenant.emulator.journal("login", "POST")) == tokens


def test_a_newer_token_passes_where_only_the_old_one_was_refused(tenant: Tenant) -> None:
    tenant.emulator.fault(service="graph", action="challenge", code="TokenIssuedBeforeRevocationTimestamp")
    assert not tenant.consent({"resource": "Microsoft Graph", "delegated": ["User.Read"]}).failed
    assert len(tenant.emulator.journal("login", "POST")) == 2
