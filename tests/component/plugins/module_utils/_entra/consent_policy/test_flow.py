# SPDX-License-Identifier: GPL-3.0-or-later
"""Consent settings of a tenant: the engine against the emulator."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import Execution, execute
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent_policy.model import SELF
from ansible_collections.tenantkit.connectors.plugins.modules.entra_consent_policy import DECLARATION
from tenant_emulator.testing import Emulator

APP = "7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11"
OWNED = "ManagePermissionGrantsForOwnedResource.microsoft-dynamically-managed-permissions-for-team"
LEGACY, LOW, RECOMMENDED = "microsoft-user-default-legacy", "microsoft-user-default-low", "microsoft-user-default-recommended"
POLICY = {"id": "payroll-only", "client_application_ids": [APP.upper()]}


class Bench:
    """One tenant of the emulator, with a service principal that keeps the record."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        made = emulator.add_application("contoso", displayName="Payroll", service_principal=True)
        self.app_id, self.principal_id = made["application"]["appId"], made["service_principal"]["id"]
        emulator.update("contoso", "servicePrincipals", self.principal_id, notes="by hand")
        emulator.clear_journal()

    def run(self, *, check: bool = False, identity: str = "automation", **options: t.Any) -> Execution:
        who = self.emulator.identity(identity)
        plain = {"tenant_id": self.emulator.tenant_id("contoso"), "timeout": 300, "record_on": self.app_id}
        plain.update(login_url=self.emulator.login_url, graph_url=self.emulator.graph_url, ca_path=self.emulator.ca_path)
        environ = {"AZURE_CLIENT_ID": who["client_id"], "AZURE_CLIENT_SECRET": who["secret"]}
        return execute(DECLARATION, {**plain, **options}, check_mode=check, environ=environ)

    def ok(self, **options: t.Any) -> dict[str, t.Any]:
        outcome = self.run(**options)
        assert not outcome.failed, outcome.result
        return {**outcome.result, "warnings": outcome.warnings}

    @property
    def policies(self) -> dict[str, t.Any]:
        return t.cast("dict[str, t.Any]", self.emulator.tenant("contoso")["policies"])

    @property
    def assigned(self) -> list[str]:
        return t.cast("list[str]", self.policies["authorizationPolicy"]["defaultUserRolePermissions"]["permissionGrantPoliciesAssigned"])

    @property
    def notes(self) -> str:
        return t.cast(str, self.emulator.tenant("contoso")["service_principals"][self.principal_id]["notes"])


EVERYTHING: dict[str, t.Any] = {
    "grant_policy": POLICY,
    "user_consent": {"set": ["payroll-only"]},
    "consent_settings": {"enable_group_specific_consent": True},
    "admin_consent_requests": {"is_enabled": True, "request_duration_in_days": 14, "reviewers": [{"user": "admin@contoso.com"}, {"group": "Contoso Staff"}]},
}


@pytest.fixture
def bench(emulator: Emulator) -> Bench:
    return Bench(emulator)


def test_there_and_back(bench: Bench) -> None:
    audit = bench.ok()["consent_policy"]
    assert audit["user_consent"] == [RECOMMENDED] and not bench.emulator.writes()
    foreseen = bench.ok(check=True, **EVERYTHING)
    assert foreseen["changed"] and not bench.emulator.writes()
    done = bench.ok(**EVERYTHING)
    assert done["actions"] == foreseen["actions"] and len(done["actions"]) == 6 and done["diff"] == foreseen["diff"]
    assert bench.assigned == [SELF + "payroll-only"] and bench.notes.startswith("by hand\ntkc:consent-policy ")
    again = bench.ok(**EVERYTHING)
    assert not again["changed"], again["actions"]
    assert again["consent_policy"]["user_consent"] == ["payroll-only"] and again["consent_policy"]["consent_settings"]["enable_group_specific_consent"]
    back = bench.ok(state="restored")
    assert len(back["consent_policy"]["restored"]) == 4 and back["warnings"] == []
    assert bench.notes == "by hand" and bench.assigned == [SELF + RECOMMENDED]
    assert bench.ok()["consent_policy"] == {**audit, "not_applicable": [], "restored": [], "kept": []}
    assert audit["managed_by_microsoft"] == [RECOMMENDED] and again["consent_policy"]["managed_by_microsoft"] == []
    assert not bench.ok(state="restored")["changed"]


@pytest.mark.parametrize("item", ["microsoft-user-default-lwo", "payroll-olny"])
def test_a_policy_that_is_spelled_wrong(bench: Bench, item: str) -> None:
    """Said with the nearest ones before anything is written, also in check mode, whoever would have made it."""
    bench.ok(grant_policy=POLICY)
    bench.emulator.clear_journal()
    near = {"microsoft-user-default-lwo": "microsoft-user-default-low", "payroll-olny": "payroll-only"}[item]
    for check in (True, False):
        outcome = bench.run(user_consent={"set": [item]}, check=check)
        assert outcome.result["failure"]["code"] == "policy_not_found" and near in outcome.result["msg"]
    assert not bench.emulator.writes()
    assert bench.ok(user_consent={"set": ["microsoft-user-default-allow-consent-apps"]})["changed"]


def test_two_policies_on_one_record(bench: Bench) -> None:
    second = {**POLICY, "id": "second-only"}
    bench.ok(grant_policy=POLICY)
    bench.ok(grant_policy=second, user_consent={"set": ["payroll-only", "second-only"]})
    assert not bench.ok(grant_policy=POLICY)["changed"] and not bench.ok(grant_policy=second)["changed"]
    back = bench.ok(state="restored")
    assert "remove consent policy 'payroll-only'" in back["actions"] and "remove consent policy 'second-only'" in back["actions"]
    assert bench.notes == "by hand" and bench.assigned == [SELF + RECOMMENDED] and back["consent_policy"]["recorded_policies"] == []
    assert not {"payroll-only", "second-only"} & set(str(bench.policies).replace("'", " ").split())


@pytest.mark.parametrize("number", range(3))
def test_run_that_breaks_off_is_finished_by_the_next(bench: Bench, number: int) -> None:
    # The first write reads the notes again, so the fault looks at writes only.
    bench.emulator.fault(service="graph", method="POST", path=r"/(policies/|groupSettings)", action="status", status=403, skip=number, times=1)
    bench.emulator.fault(service="graph", method="PATCH", path=r"/(servicePrincipals/|policies/)", action="status", status=403, skip=number, times=1)
    bench.emulator.fault(service="graph", method="PUT", path=r"/policies/", action="status", status=403, skip=number, times=1)
    assert bench.run(**EVERYTHING).failed
    bench.emulator.clear_faults()
    bench.ok(**EVERYTHING)
    assert not bench.ok(**EVERYTHING)["changed"]
    assert json.loads(bench.notes.partition("tkc:consent-policy ")[2])["user_consent"]["was"] == [RECOMMENDED]
    bench.ok(state="restored")
    assert bench.notes == "by hand" and bench.assigned == [SELF + RECOMMENDED]


def test_list_that_somebody_else_changes(bench: Bench) -> None:
    body = {"defaultUserRolePermissions": {"permissionGrantPoliciesAssigned": [SELF + RECOMMENDED, OWNED]}}
    bench.emulator.fault(service="graph", method="GET", path="^/v1.0/policies/authorizationPolicy", action="status", status=200, body=body)
    outcome = bench.run(user_consent={"set": []})
    assert outcome.result["failure"]["code"] == "list_changed" and bench.assigned == [SELF + RECOMMENDED]


def test_only_what_is_asked_for_has_to_be_readable(bench: Bench) -> None:
    found = bench.ok(identity="limited-contoso", record_on=None)["consent_policy"]
    assert found["user_consent"] is None and found["consent_settings"] is None and found["admin_consent_requests"] is None
    refused = bench.run(identity="limited-contoso", record_on=None, user_consent={"set": []})
    assert refused.result["failure"]["http_status"] == 403 and "Policy.ReadWrite.Authorization" in refused.result["msg"]


def test_unknown_reviewer(bench: Bench) -> None:
    outcome = bench.run(admin_consent_requests={"is_enabled": True, "reviewers": [{"user": "nobody@contoso.com"}]})
    assert outcome.result["failure"]["code"] == "principal_not_found" and not bench.emulator.writes()


def test_a_setting_that_is_older_than_its_template(bench: Bench) -> None:
    """What it lacks has the template's default: that is what is compared, sent and put back."""
    bench.ok(consent_settings={"block_user_consent_for_risky_apps": False})
    bench.ok(state="restored")
    bench.ok(consent_settings={"block_user_consent_for_risky_apps": False})
    ((identifier, setting),) = bench.emulator.tenant("contoso")["group_settings"].items()
    bench.emulator.update("contoso", "groupSettings", identifier, values=setting["values"][:2])
    bench.emulator.clear_journal()
    assert not bench.ok(consent_settings={"enable_admin_consent_requests": False})["changed"]  # the default
    done = bench.ok(consent_settings={"enable_group_specific_consent": True})
    assert done["actions"][-1] == "set EnableGroupSpecificConsent to true in the tenant's consent settings"
    values = {item["name"]: item["value"] for item in bench.emulator.tenant("contoso")["group_settings"][identifier]["values"]}
    assert values == {
        "EnableGroupSpecificConsent": "true",
        "BlockUserConsentForRiskyApps": "false",
        "EnableAdminConsentRequests": "false",
        "ConstrainGroupSpecificConsentToMembersOfGroupId": "",
    }
    assert not bench.ok(consent_settings={"enable_group_specific_consent": True})["changed"]


def test_what_a_tenant_does_not_offer_matters_where_it_was_asked_for(bench: Bench) -> None:
    """Without a licence, or in a tenant of another kind, some policies cannot be read. What is not managed may be so."""
    unlicensed = {
        "error": {"code": "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "message": "Neither tenant is B2C or tenant doesn't have premium license"}
    }
    unsupported = {"error": {"code": "Request_BadRequest", "message": "This request is not supported by the service."}}
    for status, body in ((403, unlicensed), (400, unsupported)):
        with bench.emulator.faulty(
            action="status", status=status, body=body, service="graph", path="adminConsentRequestPolicy|groupSetting", part=True, times=None
        ):
            audit = bench.ok()["consent_policy"]
            assert (audit["user_consent"], audit["consent_settings"], audit["admin_consent_requests"]) == ([RECOMMENDED], None, None)
            outcome = bench.run(admin_consent_requests={"is_enabled": False})
            assert outcome.failed and body["error"]["message"].rstrip(".") in outcome.result["msg"]
    assert not bench.emulator.writes()


def test_the_policy_form_of_group_owners_consent_is_left_alone(bench: Bench) -> None:
    group = "ManagePermissionGrantsForOwnedResource.microsoft-all-application-permissions-for-group"
    assigned = {"defaultUserRolePermissions": {"permissionGrantPoliciesAssigned": [SELF + RECOMMENDED, group]}}
    bench.emulator.control("PUT", "tenants/contoso/policies/authorizationPolicy", assigned)
    wanted = {"enable_group_specific_consent": True, "constrain_group_specific_consent_to_members_of_group_id": ""}
    found = bench.ok(user_consent={"set": [LEGACY]}, consent_settings=wanted)
    assert found["consent_policy"]["not_applicable"] == sorted(wanted) and found["consent_policy"]["owned_resource_consent"] == [group]
    assert set(bench.assigned) == {SELF + LEGACY, group} and bench.emulator.tenant("contoso")["group_settings"] == {}


def test_group_owners_consent_by_policies_there_and_back(bench: Bench) -> None:
    """Both lists stand in one property: one write for them, and one to put them back."""
    before = [OWNED, SELF + RECOMMENDED]
    bench.emulator.control("PUT", "tenants/contoso/policies/authorizationPolicy", {"defaultUserRolePermissions": {"permissionGrantPoliciesAssigned": before}})
    group = "microsoft-pre-approval-apps-for-group"
    wanted: dict[str, t.Any] = {"user_consent": {"add": ["microsoft-user-default-allow-consent-apps"]}, "group_owner_consent": {"set": [group]}}
    foreseen = bench.ok(check=True, **wanted)
    done = bench.ok(**wanted)
    assert done["actions"] == foreseen["actions"] and len(done["actions"]) == 2
    assert set(bench.assigned) == {*before, SELF + "microsoft-user-default-allow-consent-apps", f"ManagePermissionGrantsForOwnedResource.{group}"}
    assert done["consent_policy"]["group_owner_consent"] == [group]
    assert not bench.ok(**wanted)["changed"]
    back = bench.ok(state="restored")
    assert sorted(back["consent_policy"]["restored"]) == ["group_owner_consent", "user_consent"] and len(back["actions"]) == 2
    assert set(bench.assigned) == set(before) and bench.notes == "by hand"


def test_a_policy_of_group_owners_that_the_tenant_does_not_have(bench: Bench) -> None:
    for check in (True, False):
        outcome = bench.run(group_owner_consent={"add": ["microsoft-pre-aproval-apps-for-group"]}, check=check)
        assert outcome.result["failure"]["code"] == "policy_not_found" and "microsoft-pre-approval-apps-for-group" in outcome.result["msg"]
    assert not bench.emulator.writes()
