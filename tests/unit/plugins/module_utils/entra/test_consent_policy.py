# SPDX-License-Identifier: GPL-3.0-or-later
"""Consent settings of a tenant: what is kept, what is recorded, what is put back; planners, and the engine against the emulator."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import Outcome, execute
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import Plan
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.admin_consent_requests import Requests
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent_policy import (
    SELF,
    ConsentPolicyCurrent,
    ConsentPolicyDesired,
    plan_consent_policy,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent_policy_record import Record
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent_policy_restore import plan_restore
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.group_settings import TEMPLATE, ConsentSettings
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConflictError, NotFoundError, OptionError
from ansible_collections.tenantkit.connectors.plugins.modules.entra_consent_policy import DECLARATION
from tenant_emulator.testing import Emulator

APP = "7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11"
OWNED = "ManagePermissionGrantsForOwnedResource.microsoft-dynamically-managed-permissions-for-team"
TEAM = "managepermissiongrantsforownedresource.DeveloperConsent"
LEGACY, LOW, RECOMMENDED = "microsoft-user-default-legacy", "microsoft-user-default-low", "microsoft-user-default-recommended"
VALUES = {
    "EnableGroupSpecificConsent": "false", "BlockUserConsentForRiskyApps": "true", "EnableAdminConsentRequests": "false",
    "ConstrainGroupSpecificConsentToMembersOfGroupId": "",
}  # fmt: skip
REQUESTS = {"isEnabled": False, "notifyReviewers": False, "remindersEnabled": False, "requestDurationInDays": 0, "reviewers": [], "version": 0}
POLICY = {"id": "payroll-only", "client_application_ids": [APP.upper()]}


def current(*assigned: str, notes: str | None = None, **more: t.Any) -> ConsentPolicyCurrent:
    given = {
        "tenant": "contoso", "assigned": assigned or (OWNED, SELF + RECOMMENDED, TEAM), "settings": ConsentSettings(True, "s", VALUES),
        "requests": Requests.from_graph(REQUESTS), "holder": {"id": "h", "appId": APP, "displayName": "Payroll", "notes": notes},
    }  # fmt: skip
    return ConsentPolicyCurrent(**{**given, **more})


def plan(found: ConsentPolicyCurrent, **options: t.Any) -> Plan:
    return plan_consent_policy(ConsentPolicyDesired.from_options({"record_on": APP, **options}), found)


def kinds(found: Plan) -> list[str]:
    return [action.kind for action in found.actions]


def recorded(found: Plan) -> dict[str, t.Any]:
    return dict(Record.parse(found.actions[0].payload["notes"]).entries)


class TestUserConsent:
    def test_what_is_not_ours_is_kept(self) -> None:
        found = plan(current(), user_consent={"set": [LEGACY]})
        assert kinds(found) == ["record", "assign"]
        assert found.actions[1].payload["assigned"] == [OWNED, TEAM, SELF + LEGACY]
        assert recorded(found) == {"user_consent": {"was": [RECOMMENDED], "set": [LEGACY]}}

    def test_case_and_spelling(self) -> None:
        odd = "managePermissionGrantsForSelf.Microsoft-User-Default-Low"
        assert plan(current(odd, OWNED), user_consent={"set": [LOW]}).actions == ()
        found = plan(current(odd, OWNED), user_consent={"add": [SELF + LEGACY]})
        assert found.actions[1].payload["assigned"] == [OWNED, odd, SELF + LEGACY]

    def test_several_of_ones_own(self) -> None:
        allow = "microsoft-user-default-allow-consent-apps"
        found = plan(current(SELF + RECOMMENDED, SELF + allow, OWNED), user_consent={"remove": [allow.upper()]})
        assert found.actions[1].payload["assigned"] == [OWNED, SELF + RECOMMENDED]

    def test_off(self) -> None:
        found = plan(current(), user_consent={"set": []})
        assert found.actions[1].payload["assigned"] == [OWNED, TEAM]
        assert plan(current(OWNED), user_consent={"set": []}).actions == ()

    @pytest.mark.parametrize("item", [OWNED, "a b", ""])
    def test_no_policy_of_ones_own(self, item: str) -> None:
        with pytest.raises(OptionError):
            plan(current(), user_consent={"add": [item]})

    def test_policy_that_does_not_exist(self) -> None:
        with pytest.raises(NotFoundError, match="'nothing'"):
            plan(current(missing_policies=("nothing",)), user_consent={"add": ["nothing"]})


class TestRecord:
    def test_needed_for_what_is_tenant_wide(self) -> None:
        with pytest.raises(OptionError) as caught:
            plan(current(), user_consent={"set": []}, record_on=None)
        assert caught.value.code == "record_missing"
        assert plan(current(), user_consent={"set": [RECOMMENDED]}, record_on=None).actions == ()

    def test_earlier_value_is_never_overwritten(self) -> None:
        first = plan(current(notes="by hand\nsecond line"), user_consent={"set": [LEGACY]})
        notes = first.actions[0].payload["notes"]
        assert notes.startswith("by hand\nsecond line\ntkc:consent-policy {")
        second = plan(current(SELF + LEGACY, notes=notes), user_consent={"set": [LOW]})
        assert recorded(second) == {"user_consent": {"was": [RECOMMENDED], "set": [LOW]}}
        assert plan(current(SELF + LEGACY, notes=notes), user_consent={"set": [LEGACY]}).actions == ()

    def test_that_cannot_be_read_is_not_overwritten(self) -> None:
        with pytest.raises(ConflictError, match="cannot be read"):
            plan(current(notes="tkc:consent-policy {oops"), user_consent={"set": []})

    def test_that_does_not_fit(self) -> None:
        with pytest.raises(OptionError) as caught:
            plan(current(notes="n" * 1000), user_consent={"set": []})
        assert caught.value.code == "record_too_long"

    def test_without_its_service_principal(self) -> None:
        with pytest.raises(NotFoundError, match="has no service principal"):
            plan(current(holder=None), user_consent={"set": []})
        assert kinds(plan(current(holder=None, predicted_holder=True), user_consent={"set": []})) == ["record", "assign"]


class TestSettings:
    def test_all_values_are_sent_as_texts(self) -> None:
        found = plan(current(), consent_settings={"enable_group_specific_consent": True})
        assert found.actions[1].payload["values"][0] == {"name": "EnableGroupSpecificConsent", "value": "true"}
        assert len(found.actions[1].payload["values"]) == len(VALUES) and found.actions[1].payload["id"] == "s"
        assert recorded(found)["consent_settings"] == {"was": {"EnableGroupSpecificConsent": "false"}, "set": {"EnableGroupSpecificConsent": "true"}}

    def test_defaults_need_no_setting(self) -> None:
        none = ConsentSettings(True, None, VALUES)
        assert plan(current(settings=none), consent_settings={"enable_group_specific_consent": False}).actions == ()
        found = plan(current(settings=none), consent_settings={"enable_group_specific_consent": True})
        assert found.actions[1].payload["id"] is None and recorded(found)["consent_settings"]["was"] is None

    def test_absent_template_is_not_an_error(self) -> None:
        nothing = ConsentSettings.from_graph([], [{"id": "other", "values": []}])
        found = plan(current(settings=nothing), consent_settings={"enable_group_specific_consent": True})
        assert found.actions == () and found.facts["not_applicable"] == ["enable_group_specific_consent"]
        fewer = ConsentSettings(True, "s", {"BlockUserConsentForRiskyApps": "true"})
        found = plan(current(settings=fewer), consent_settings={"enable_group_specific_consent": True, "block_user_consent_for_risky_apps": False})
        assert found.facts["not_applicable"] == ["enable_group_specific_consent"] and len(found.actions[1].payload["values"]) == 1

    def test_further_values_join_the_record(self) -> None:
        notes = plan(current(), consent_settings={"enable_group_specific_consent": True}).actions[0].payload["notes"]
        now = ConsentSettings(True, "s", {**VALUES, "EnableGroupSpecificConsent": "True"})
        found = plan(current(settings=now, notes=notes), consent_settings={"enable_group_specific_consent": True, "enable_admin_consent_requests": True})
        assert recorded(found)["consent_settings"]["was"] == {"EnableGroupSpecificConsent": "false", "EnableAdminConsentRequests": "false"}

    def test_group_has_to_be_an_id(self) -> None:
        with pytest.raises(OptionError):
            plan(current(), consent_settings={"constrain_group_specific_consent_to_members_of_group_id": "Staff"})


class TestGrantPolicy:
    def test_made_before_it_is_assigned(self) -> None:
        found = plan(current(), grant_policy=POLICY, user_consent={"set": ["payroll-only"]})
        assert kinds(found) == ["record", "create_policy", "add_condition", "assign"]
        assert found.actions[2].payload["body"]["clientApplicationIds"] == [APP] and recorded(found)["grant_policy"] == ["payroll-only"]

    def test_drift_is_narrowed_first(self) -> None:
        wide = {"id": "c1", "permissionType": "delegated", "clientApplicationIds": ["all"]}
        mine = {
            "id": "payroll-only",
            "displayName": "payroll-only",
            "description": "Lets people consent to single applications. [tkc:created]",
            "includes": [wide],
        }
        assert kinds(plan(current(policy=mine), grant_policy=POLICY)) == ["remove_condition", "add_condition"]
        good = {**wide, "id": "c2", "clientApplicationIds": [APP.upper()], "permissions": ["all"], "resourceApplication": "any"}
        assert plan(current(policy={**mine, "includes": [good]}), grant_policy=POLICY).actions == ()
        foreign = {**mine, "description": "by hand", "includes": [wide]}
        with pytest.raises(ConflictError, match="not made by this collection"):
            plan(current(policy=foreign), grant_policy=POLICY)
        assert kinds(plan(current(policy=foreign), grant_policy={**POLICY, "adopt": True})) == ["update_policy", "remove_condition", "add_condition"]

    @pytest.mark.parametrize(
        "more",
        [
            {"id": "microsoft-x"}, {"id": "a b"}, {"client_application_ids": []}, {"client_application_ids": ["all"]},
            {"permissions": [APP]}, {"resource_application": "nobody"}, {"resource_application": APP, "permissions": ["User.Read"]},
        ],
    )  # fmt: skip
    def test_refused(self, more: dict[str, t.Any]) -> None:
        with pytest.raises(OptionError):
            plan(current(), grant_policy={**POLICY, **more})


class TestRequests:
    def test_whole_policy_is_sent(self) -> None:
        found = plan(current(), admin_consent_requests={"is_enabled": True, "reviewers": [{"user": APP}, {"role_definition_id": APP}]})
        body = found.actions[1].payload["body"]
        assert body["requestDurationInDays"] == 30 and body["notifyReviewers"] is False and "version" not in body
        assert [entry["query"] for entry in body["reviewers"]] == [
            f"/users/{APP}", f"/beta/roleManagement/directory/roleAssignments?$filter=roleDefinitionId eq '{APP}'"
        ]  # fmt: skip

    def test_spelling_of_reviewers(self) -> None:
        on = {**REQUESTS, "isEnabled": True, "requestDurationInDays": 7, "reviewers": [{"query": f"/v1.0/groups/{APP}/transitiveMembers"}]}
        found = current(requests=Requests.from_graph(on))
        assert plan(found, admin_consent_requests={"is_enabled": True, "reviewers": [{"group": APP}]}).actions == ()

    @pytest.mark.parametrize("option", [{"is_enabled": True}, {"request_duration_in_days": 61}, {"reviewers": [{"role_definition_id": "Admin"}]}])
    def test_refused(self, option: dict[str, t.Any]) -> None:
        with pytest.raises(OptionError):
            plan(current(), admin_consent_requests=option)


class TestRestore:
    @staticmethod
    def changed(**options: t.Any) -> str:
        return t.cast(str, plan(current(notes="by hand"), **options).actions[0].payload["notes"])

    def test_user_consent(self) -> None:
        notes = self.changed(user_consent={"set": [LEGACY]})
        found = plan_restore(current(OWNED, SELF + LEGACY.upper(), notes=notes))
        assert kinds(found) == ["assign", "record"] and found.actions[0].payload["assigned"] == [OWNED, SELF + RECOMMENDED]
        assert found.actions[1].payload["notes"] == "by hand"
        assert kinds(plan_restore(current(SELF + RECOMMENDED, notes=notes))) == ["record"]

    def test_what_somebody_else_changed_stays(self) -> None:
        notes = self.changed(user_consent={"set": [LEGACY]}, consent_settings={"enable_group_specific_consent": True})
        now = ConsentSettings(True, "s", {**VALUES, "EnableGroupSpecificConsent": "true"})
        found = plan_restore(current(SELF + LOW, settings=now, notes=notes))
        assert kinds(found) == ["settings", "record"] and "user consent" in found.warnings[0] and found.facts["restored"] == ["consent_settings"]
        assert list(Record.parse(found.actions[1].payload["notes"]).entries) == ["user_consent"]
        again = plan_restore(current(SELF + LOW, notes=found.actions[1].payload["notes"]))
        assert again.actions == () and again.facts["kept"]

    def test_single_values(self) -> None:
        notes = self.changed(consent_settings={"enable_group_specific_consent": True, "block_user_consent_for_risky_apps": False})
        group = "ConstrainGroupSpecificConsentToMembersOfGroupId"
        now = ConsentSettings(True, "s", {**VALUES, "BlockUserConsentForRiskyApps": "false", group: APP})
        found = plan_restore(current(settings=now, notes=notes))
        values = {entry["name"]: entry["value"] for entry in found.actions[0].payload["values"]}
        assert values["BlockUserConsentForRiskyApps"] == "true" and values[group] == APP  # what was never ours stays

    def test_setting_that_was_made(self) -> None:
        notes = (
            plan(current(settings=ConsentSettings(True, None, VALUES)), consent_settings={"enable_group_specific_consent": True}).actions[0].payload["notes"]
        )
        now = {**VALUES, "EnableGroupSpecificConsent": "true"}
        assert kinds(plan_restore(current(settings=ConsentSettings(True, "s", now), notes=notes))) == ["remove_settings", "record"]
        assert plan_restore(current(settings=ConsentSettings(True, "s", {**now, "EnableAdminConsentRequests": "true"}), notes=notes)).facts["kept"]
        assert kinds(plan_restore(current(settings=ConsentSettings(True, None, VALUES), notes=notes))) == ["record"]

    def test_policy_goes_when_nobody_uses_it(self) -> None:
        notes = self.changed(grant_policy=POLICY, user_consent={"set": ["payroll-only"]})
        mine = {"id": "payroll-only", "description": "x [tkc:created]", "includes": []}
        assert kinds(plan_restore(current(SELF + "payroll-only", made={"payroll-only": mine}, notes=notes))) == ["assign", "remove_policy", "record"]
        kept = plan_restore(current(SELF + "payroll-only", SELF + LOW, made={"payroll-only": mine}, notes=notes))
        assert kept.actions == () and len(kept.facts["kept"]) == 2

    def test_several_policies(self) -> None:
        """Each that was made is remembered, also beside one that an earlier release recorded as a text; each goes or stays for itself."""
        mine = {"id": "x", "description": "x [tkc:created]", "includes": []}
        notes = 'by hand\ntkc:consent-policy {"grant_policy":"first"}'
        made = plan(current(notes=notes), grant_policy=POLICY)
        assert recorded(made) == {"grant_policy": ["first", "payroll-only"]}
        notes = made.actions[0].payload["notes"]
        assert kinds(plan_restore(current(made={"first": mine, "payroll-only": mine}, notes=notes))) == ["remove_policy", "remove_policy", "record"]
        one = plan_restore(current(SELF + "payroll-only", made={"first": mine, "payroll-only": mine}, notes=notes))
        assert kinds(one) == ["remove_policy", "record"] and one.facts["restored"] == [] and "payroll-only" in one.facts["kept"][0]
        assert Record.parse(one.actions[1].payload["notes"]).policies == ["payroll-only"]
        again = plan_restore(current(SELF + "payroll-only", made={"payroll-only": mine}, notes=one.actions[1].payload["notes"]))
        assert again.actions == () and again.facts["kept"]
        old = 'tkc:consent-policy {"grant_policy":"first"}'
        assert plan_restore(current(SELF + "first", made={"first": mine}, notes=old)).actions == ()
        assert kinds(plan_restore(current(made={"first": mine}, notes=old))) == ["remove_policy", "record"]

    def test_without_a_record(self) -> None:
        assert plan_restore(current(notes="by hand")).actions == ()
        with pytest.raises(OptionError):
            ConsentPolicyDesired.from_options({"state": "restored"})
        with pytest.raises(OptionError):
            ConsentPolicyDesired.from_options({"state": "restored", "record_on": APP, "user_consent": {"set": []}})


class Bench:
    """One tenant of the emulator, with a service principal that keeps the record."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        made = emulator.add_application("contoso", displayName="Payroll", service_principal=True)
        self.app_id, self.principal_id = made["application"]["appId"], made["service_principal"]["id"]
        emulator.update("contoso", "servicePrincipals", self.principal_id, notes="by hand")
        emulator.clear_journal()

    def run(self, *, check: bool = False, identity: str = "automation", **options: t.Any) -> Outcome:
        who = self.emulator.identity(identity)
        plain = {"tenant_id": self.emulator.tenant_id("contoso"), "timeout": 30, "record_on": self.app_id}
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
    assert refused.result["failure"]["http_status"] == 403 and "Policy.Read.All" in refused.result["msg"]


def test_unknown_reviewer(bench: Bench) -> None:
    outcome = bench.run(admin_consent_requests={"is_enabled": True, "reviewers": [{"user": "nobody@contoso.com"}]})
    assert outcome.result["failure"]["code"] == "principal_not_found" and not bench.emulator.writes()


def test_template_id() -> None:
    assert TEMPLATE == "dffd5d46-495d-40a9-8e21-954ff55e198a"
