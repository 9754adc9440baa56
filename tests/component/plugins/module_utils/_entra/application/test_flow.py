# SPDX-License-Identifier: GPL-3.0-or-later
"""Applications and enterprise applications against the emulator: requests counted, lost answers, lag, refusals."""

from __future__ import annotations

import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import Execution, execute
from ansible_collections.tenantkit.connectors.plugins.modules import entra_app, entra_app_info, entra_service_principal
from tenant_emulator.testing import Emulator

PERSONAL = "AzureADandPersonalMicrosoftAccount"


class Tenant:
    """Runs the modules in one tenant of the emulator, as the collection does in a worker."""

    def __init__(self, emulator: Emulator, cache: str) -> None:
        self.emulator = emulator
        self._environ = {"TENANTKIT_JOB_ID": "1-" + "0" * 32, "TENANTKIT_JOB_DIR": cache}

    def _run(self, module: t.Any, check: bool, identity: str, options: dict[str, t.Any]) -> Execution:
        who = self.emulator.identity(identity)
        given: dict[str, t.Any] = {"tenant_id": self.emulator.tenant_id("contoso"), "timeout": 300}
        given.update(auth_client_id=who["client_id"], auth_client_secret=who["secret"])
        given.update(login_url=self.emulator.login_url, graph_url=self.emulator.graph_url, ca_path=self.emulator.ca_path)
        checked = ArgumentSpecValidator(module.DECLARATION.argument_spec()).validate({**given, **options})
        assert checked.error_messages == []
        self.emulator.clear_journal()
        return execute(module.DECLARATION, checked.validated_parameters, check_mode=check, environ=self._environ)

    def app(self, *, check: bool = False, identity: str = "automation", **options: t.Any) -> Execution:
        return self._run(entra_app, check, identity, options)

    def info(self, **options: t.Any) -> list[dict[str, t.Any]]:
        outcome = self._run(entra_app_info, False, "automation", options)
        assert not outcome.failed, outcome.result
        return t.cast("list[dict[str, t.Any]]", outcome.result["apps"])

    def principal(self, *, check: bool = False, **options: t.Any) -> Execution:
        return self._run(entra_service_principal, check, "automation", options)

    def sent(self) -> list[str]:
        """The requests to Graph, without what is asked once a job."""
        return [f"{entry['method']} {entry['path'].partition('?')[0]}" for entry in self.emulator.journal("graph") if "organization" not in entry["path"]]

    def stored(self, object_id: str) -> dict[str, t.Any]:
        return t.cast("dict[str, t.Any]", self.emulator.tenant("contoso")["applications"][object_id])


@pytest.fixture
def tenant(emulator: Emulator, tmp_path: t.Any) -> Tenant:
    cache = tmp_path / "job"
    cache.mkdir(mode=0o700)
    return Tenant(emulator, str(cache))


def ok(outcome: Execution) -> dict[str, t.Any]:
    assert not outcome.failed, outcome.result
    return outcome.result


def failed(outcome: Execution) -> dict[str, t.Any]:
    assert outcome.failed, outcome.result
    return outcome.result


NOBODY = "99999999-0000-4000-8000-000000000099"


@pytest.mark.parametrize("owner", [NOBODY, "nobody@contoso.com"])
def test_an_owner_that_does_not_exist_is_found_before_the_first_write(tenant: Tenant, owner: str) -> None:
    result = failed(tenant.app(unique_name="payroll", display_name="Payroll", owners={"add": [owner]}))
    assert (result["failure"]["code"], tenant.emulator.writes()) == ("principal_not_found", [])
    assert f"'{owner}' ('owners')" in result["msg"]
    assert len(tenant.sent()) == 1


def test_an_owner_that_cannot_be_looked_for_and_does_not_exist(tenant: Tenant) -> None:
    """The look-up takes a right that the task does not need otherwise. The write says so at once: the application is new, its owner is not."""
    denied = {"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges to complete the operation."}}
    tenant.emulator.fault(action="status", service="graph", path="directoryObjects", part=True, status=403, body=denied, times=None)
    result = failed(tenant.app(unique_name="payroll", display_name="Payroll", owners={"add": [NOBODY]}))
    assert result["failure"]["http_status"] == 404 and NOBODY in result["msg"]
    assert sum(sent.endswith("owners/$ref") for sent in tenant.sent()) == 1


def test_create_is_a_read_and_a_write_and_confirming_is_a_read(tenant: Tenant) -> None:
    options = {"unique_name": "payroll", "display_name": "Payroll", "redirect_uris": {"web": {"set": ["https://a.example/"]}}}
    assert ok(tenant.app(check=True, **options))["app"]["would_create"]
    assert tenant.emulator.writes() == []
    made = ok(tenant.app(**options))
    assert [line for line in tenant.sent() if "/organization" not in line] == ["POST /v1.0/$batch", "PATCH /v1.0/applications(uniqueName='payroll')"]
    assert tenant.stored(made["app"]["object_id"])["tags"] == ["tkc:created"]
    again = ok(tenant.app(**options))
    assert not again["changed"]
    assert tenant.sent() == ["POST /v1.0/$batch"]
    assert again["app"] == made["app"]


@pytest.mark.parametrize("name", ["O'Neil", "a/b", "ünï cödé", "100% & more?#x", "a+b"])
def test_any_name(tenant: Tenant, name: str) -> None:
    for options in ({"unique_name": name, "display_name": name}, {"display_name": name + " only"}):
        made = ok(tenant.app(**options))
        assert ok(tenant.app(**options))["changed"] is False
        found = tenant.info(**dict(list(options.items())[:1]))
        assert [app["object_id"] for app in found] == [made["app"]["object_id"]]


@pytest.mark.parametrize("action", ["drop_after", "status_after"])
@pytest.mark.parametrize("options", [{"unique_name": "lost", "display_name": "Lost"}, {"display_name": "Lost"}])
def test_a_lost_answer_makes_no_second_application(tenant: Tenant, action: str, options: dict[str, str]) -> None:
    more = {"status": 503} if action == "status_after" else {}
    tenant.emulator.fault(action=action, service="graph", method="PATCH" if "unique_name" in options else "POST", path="/applications", **more)
    made = ok(tenant.app(**options))
    assert [app["object_id"] for app in tenant.info(created_here=True)] == [made["app"]["object_id"]]
    assert ok(tenant.app(**options))["changed"] is False


def test_an_upsert_that_the_cloud_does_not_know(tenant: Tenant) -> None:
    body = {"error": {"code": "Request_BadRequest", "message": "The alternate key is not supported for this operation."}}
    tenant.emulator.fault(action="status", status=400, service="graph", method="PATCH", path="/applications", body=body)
    made = ok(tenant.app(unique_name="national", display_name="National"))
    assert made["app"]["unique_name"] == "national"
    assert tenant.sent()[-1] == "POST /v1.0/applications"


def test_a_refused_upsert_is_not_sent_again_in_another_way(tenant: Tenant) -> None:
    body = {"error": {"code": "SignInAudienceNotAllowedAsPerAppPolicy", "message": "Not allowed as per assigned policy."}}
    tenant.emulator.fault(action="status", status=400, service="graph", method="PATCH", path="/applications", body=body)
    assert failed(tenant.app(unique_name="x"))["failure"]["code"] == "SignInAudienceNotAllowedAsPerAppPolicy"
    assert tenant.sent()[-1].startswith("PATCH")


def test_an_audience_that_a_policy_forbids(tenant: Tenant) -> None:
    """Exempted is an application by its policy, and the automation while there is none."""
    policy = {"isEnabled": True, "applicationRestrictions": {"audiences": {"azureAdMultipleOrgs": {"state": "enabled"}}}}
    tenant.emulator.control("PUT", "tenants/contoso/policies/defaultAppManagementPolicy", policy)
    several: dict[str, t.Any] = {"unique_name": "several", "display_name": "Several", "sign_in_audience": "AzureADMultipleOrgs"}
    failure = failed(tenant.app(**several))["failure"]
    assert failure["code"] == "SignInAudienceNotAllowedAsPerAppPolicy" and "'sign_in_audience'" in failure["advice"]
    assert failure["details"]["hand_off"]["graph_requests"][0]["path"] == "/v1.0/directory/attributeSets"
    made = ok(tenant.app(unique_name="several", display_name="Several"))["app"]
    failure = failed(tenant.app(**several))["failure"]
    assert made["object_id"] in failure["details"]["hand_off"]["graph_requests"][1]["path"]


def test_an_agents_blueprint_is_never_adopted(tenant: Tenant) -> None:
    made = tenant.emulator.add_application("contoso", displayName="Helper", uniqueName="helper")["application"]
    tenant.emulator.update("contoso", "applications", made["id"], **{"@odata.type": "#microsoft.graph.agentIdentityBlueprint"})
    tenant.emulator.clear_journal()
    for options in ({"unique_name": "helper", "adopt": True}, {"app_id": made["appId"], "adopt": True}, {"app_id": made["appId"], "state": "absent"}):
        for check in (True, False):
            assert failed(tenant.app(check=check, **options))["failure"]["code"] == "agent_identity"
    assert tenant.emulator.writes() == []


def test_replication_is_waited_for_only_on_what_this_run_made(tenant: Tenant) -> None:
    tenant.emulator.settings(replication_reads=2)
    ok(tenant.app(unique_name="lag", display_name="Lag", owners={"add": ["admin@contoso.com"]}))
    assert failed(tenant.app(app_id="11111111-1111-1111-1111-111111111111"))["failure"]["code"] == "application_not_found"


def test_personal_accounts(tenant: Tenant) -> None:
    ok(tenant.app(unique_name="open", display_name="Open"))
    tenant.emulator.settings(personal_account_delay=2)
    ok(tenant.app(unique_name="open", sign_in_audience=PERSONAL))
    statuses = [entry["status"] for entry in tenant.emulator.journal("graph", "PATCH")]
    assert statuses[0] == 204
    assert statuses[1] == 409
    assert statuses[-1] == 204
    assert not ok(tenant.app(unique_name="open", sign_in_audience=PERSONAL))["changed"]


def test_adoption_by_display_name_fills_the_unique_name_in(tenant: Tenant) -> None:
    hand_made = tenant.emulator.add_application("contoso", displayName="Hand made")["application"]
    refused = failed(tenant.app(display_name="Hand made", notes="n"))
    assert refused["failure"]["code"] == "not_ours"
    assert hand_made["appId"] in refused["msg"]
    adopted = ok(tenant.app(unique_name="hand", display_name="Hand made", adopt=True))
    assert adopted["app"]["object_id"] == hand_made["id"]
    assert tenant.stored(hand_made["id"])["uniqueName"] == "hand"
    assert tenant.stored(hand_made["id"])["tags"] == []
    assert not ok(tenant.app(unique_name="hand", display_name="Hand made", adopt=True))["changed"]
    assert failed(tenant.app(unique_name="hand", state="absent", adopt=True))["failure"]["code"] == "not_ours"


def test_deleted_twins(tenant: Tenant) -> None:
    object_id = ok(tenant.app(unique_name="payroll", display_name="Payroll"))["app"]["object_id"]
    tenant.emulator.add_secret("contoso", object_id, displayName="by hand")
    ok(tenant.app(unique_name="payroll", state="absent"))
    assert not ok(tenant.app(unique_name="payroll", state="absent"))["changed"]
    refused = failed(tenant.app(unique_name="payroll", display_name="Payroll"))
    assert refused["failure"]["details"]["soft_deleted_object_ids"] == [object_id]
    restored = tenant.app(unique_name="payroll", display_name="New", on_soft_deleted="restore")
    assert ok(restored)["app"]["object_id"] == object_id
    assert "by hand" in restored.warnings[0]
    assert tenant.stored(object_id)["displayName"] == "New"
    ok(tenant.app(object_id=object_id, state="absent", purge=True))
    assert tenant.emulator.tenant("contoso")["deleted"] == {}
    assert ok(tenant.app(unique_name="payroll"))["app"]["object_id"] != object_id


def test_bad_input_is_found_before_anything_is_sent(tenant: Tenant) -> None:
    failed(tenant.app(unique_name="x", redirect_uris={"web": {"add": ["http://a.example/"]}}))
    assert tenant.emulator.journal() == []


def test_a_read_that_fails_is_not_an_absent_application(tenant: Tenant) -> None:
    ok(tenant.app(unique_name="there"))
    body = {"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges to complete the operation."}}
    tenant.emulator.fault(action="status", status=403, part=True, service="graph", path="uniqueName", times=None, body=body)
    assert failed(tenant.app(unique_name="there"))["failure"]["kind"] == "forbidden"
    assert tenant.emulator.writes() == []


def test_changes_behind_our_back_are_seen(tenant: Tenant) -> None:
    options = {"unique_name": "drift", "redirect_uris": {"web": {"set": ["https://a.example/"]}}}
    object_id = ok(tenant.app(**options))["app"]["object_id"]
    tenant.emulator.update("contoso", "applications", object_id, web={"redirectUris": ["https://evil.example/"]})
    assert "https://evil.example/" in ok(tenant.app(**options))["actions"][0]
    assert tenant.stored(object_id)["web"]["redirectUris"] == ["https://a.example/"]


def test_info_never_shows_values(tenant: Tenant) -> None:
    object_id = ok(tenant.app(unique_name="secrets"))["app"]["object_id"]
    tenant.emulator.add_secret("contoso", object_id, displayName="tkc:default:0123abcd", value="V3ry~secret")
    tenant.emulator.add_secret("contoso", object_id, displayName="by hand")
    (app,) = tenant.info(unique_name="secrets")
    assert {secret["display_name"]: secret["managed"] for secret in app["secrets"]} == {"tkc:default:0123abcd": True, "by hand": False}
    assert "V3r" not in repr(app)


def test_with_power_over_its_own_applications_only(tenant: Tenant) -> None:
    options = {"unique_name": "owned", "display_name": "Owned", "identity": "limited-contoso"}
    made = tenant.app(**options)
    assert ok(made)["changed"]
    assert made.warnings == []
    assert not ok(tenant.app(**options))["changed"]
    # The caller became the owner when it made the application, and could do nothing any more if it were removed.
    kept = ok(tenant.app(**options, owners={"set": []}))
    assert not kept["changed"]
    assert len(kept["app"]["owners"]) == 1
    others = tenant.emulator.add_application("contoso", displayName="Others", uniqueName="others")["application"]
    refused = failed(tenant.app(unique_name="others", adopt=True, notes="n", identity="limited-contoso"))
    assert refused["failure"]["http_status"] == 403
    assert tenant.stored(others["id"])["notes"] is None


class TestServicePrincipal:
    def test_of_a_new_application_is_waited_for(self, tenant: Tenant) -> None:
        app_id = ok(tenant.app(unique_name="payroll"))["app"]["app_id"]
        tenant.emulator.settings(service_principal_delay=2)
        options = {"app_id": app_id, "app_role_assignment_required": True, "assigned_to": {"set": [{"group": "Contoso Staff"}]}}
        made = ok(tenant.principal(**options))
        assert made["service_principal"]["app_role_assignment_required"]
        assert not ok(tenant.principal(**options))["changed"]
        assert tenant.sent() == ["POST /v1.0/$batch"]

    def test_of_an_unknown_application_is_not_waited_for(self, tenant: Tenant) -> None:
        failed(tenant.principal(app_id="11111111-1111-1111-1111-111111111111"))
        assert tenant.sent() == ["POST /v1.0/$batch", "POST /v1.0/servicePrincipals"]

    def test_a_lost_answer_makes_no_second_one(self, tenant: Tenant) -> None:
        app_id = ok(tenant.app(unique_name="payroll"))["app"]["app_id"]
        tenant.emulator.fault(action="drop_after", service="graph", method="POST", path="/servicePrincipals$")
        tenant.emulator.fault(action="drop_after", service="graph", method="POST", path="/appRoleAssignedTo$")
        ok(tenant.principal(app_id=app_id, assigned_to={"add": [{"user": "admin@contoso.com"}]}))
        assert not ok(tenant.principal(app_id=app_id, assigned_to={"set": [{"user": "admin@contoso.com"}]}))["changed"]

    def test_disabled_behind_our_back(self, tenant: Tenant) -> None:
        app_id = ok(tenant.app(unique_name="payroll"))["app"]["app_id"]
        object_id = ok(tenant.principal(app_id=app_id))["service_principal"]["object_id"]
        tenant.emulator.update("contoso", "service_principals", object_id, accountEnabled=False)
        assert ok(tenant.principal(app_id=app_id, account_enabled=True))["actions"] == ["set account enabled of service principal 'payroll' to 'true'"]

    def test_absent(self, tenant: Tenant) -> None:
        app_id = ok(tenant.app(unique_name="payroll"))["app"]["app_id"]
        ok(tenant.principal(app_id=app_id))
        assert ok(tenant.principal(app_id=app_id, state="absent"))["changed"]
        assert not ok(tenant.principal(app_id=app_id, state="absent"))["changed"]
        assert not ok(tenant.principal(unique_name="never", state="absent"))["changed"]


def test_tags_that_were_lost(tenant: Tenant) -> None:
    """Another tool wrote the whole list: what is missing is said, and what else speaks for whose it is; nothing is changed and nothing deleted."""
    made = ok(tenant.app(unique_name="payroll", display_name="Payroll"))["app"]
    stored = tenant.stored(made["object_id"])
    assert stored["createdByAppId"] == tenant.emulator.identity()["client_id"]
    tenant.emulator.update("contoso", "applications", made["object_id"], tags=[])
    for options in ({"notes": "n"}, {"state": "absent"}):
        result = failed(tenant.app(unique_name="payroll", **options))
        assert result["failure"]["code"] == "not_ours"
        for said in ("'tkc:created'", "its unique name is the one that was asked for", "it was created by the application that signs in here"):
            assert said in result["msg"], said
        assert "others" not in result["msg"]
        assert not tenant.emulator.writes()
    assert "Delivery marks" in failed(tenant.app(unique_name="payroll", notes="n"))["msg"]
    assert ok(tenant.app(unique_name="payroll", notes="n", adopt=True))["changed"]


@pytest.mark.parametrize("name", ["$svc-connector@contoso.com", "o'neil@contoso.com", "guest_fabrikam.com#EXT#@contoso.com"])
def test_accounts_with_any_name_are_assigned(tenant: Tenant, name: str) -> None:
    user = tenant.emulator.control("POST", "tenants/contoso/users", {"userPrincipalName": name, "displayName": "An account"})
    made = ok(tenant.app(unique_name="payroll", display_name="Payroll"))["app"]
    wanted = {"app_id": made["app_id"], "assigned_to": {"add": [{"user": name}]}}
    assert ok(tenant.principal(**wanted))["service_principal"]["assigned_to"][0]["principal_id"] == user["id"]
    assert not ok(tenant.principal(**wanted))["changed"]
    assert ok(tenant.app(unique_name="payroll", owners={"add": [name]}))["changed"]
