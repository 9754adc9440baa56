# SPDX-License-Identifier: GPL-3.0-or-later
"""Consent settings of a tenant: what is kept, what is recorded, what is put back."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import Plan
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent_policy.admin_consent_requests import ConsentRequests
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent_policy.group_settings import TEMPLATE, ConsentSettings
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent_policy.model import SELF, ConsentPolicyCurrent, ConsentPolicyDesired
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent_policy.plan import list_changed, plan_consent_policy
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent_policy.record import PolicyRecord
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent_policy.restore import plan_restore
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConflictError, NotFoundError, OptionError

APP = "7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11"
OWNED = "ManagePermissionGrantsForOwnedResource.microsoft-dynamically-managed-permissions-for-team"
TEAM = "managepermissiongrantsforownedresource.DeveloperConsent"
OF_GROUPS = "ManagePermissionGrantsForOwnedResource."
PRE_APPROVED, ALL_FOR_GROUPS = "microsoft-pre-approval-apps-for-group", "microsoft-all-application-permissions-for-group"
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
        "requests": ConsentRequests.from_graph(REQUESTS), "holder": {"id": "h", "appId": APP, "displayName": "Payroll", "notes": notes},
    }  # fmt: skip
    return ConsentPolicyCurrent(**{**given, **more})


def plan(found: ConsentPolicyCurrent, **options: t.Any) -> Plan:
    return plan_consent_policy(ConsentPolicyDesired.from_options({"record_on": APP, **options}), found)


def kinds(found: Plan) -> list[str]:
    return [action.kind for action in found.actions]


def recorded(found: Plan) -> dict[str, t.Any]:
    return dict(PolicyRecord.parse(found.actions[0].payload["notes"]).entries)


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


class TestGroupOwnerConsent:
    def test_what_is_about_teams_and_others_is_kept(self) -> None:
        found = plan(current(), group_owner_consent={"set": [PRE_APPROVED]})
        assert kinds(found) == ["record", "assign"]
        assert found.actions[1].text == f"change consent of group owners (add {PRE_APPROVED})"
        assert found.actions[1].payload["assigned"] == [OWNED, TEAM, OF_GROUPS + PRE_APPROVED, SELF + RECOMMENDED]
        assert recorded(found) == {"group_owner_consent": {"was": [], "set": [PRE_APPROVED]}}
        assert found.after["group_owner_consent"] == [PRE_APPROVED] and found.after["owned_resource_consent"] == [OWNED, TEAM, OF_GROUPS + PRE_APPROVED]
        assert found.before["group_owner_consent"] == []

    def test_both_in_one_write(self) -> None:
        found = plan(current(), user_consent={"set": [LEGACY]}, group_owner_consent={"add": [PRE_APPROVED]})
        assert kinds(found) == ["record", "assign"]
        assert found.actions[1].text == (f"change user consent (add {LEGACY}; remove {RECOMMENDED}) and consent of group owners (add {PRE_APPROVED})")
        assert found.actions[1].payload["assigned"] == [OWNED, TEAM, OF_GROUPS + PRE_APPROVED, SELF + LEGACY]

    def test_case_and_spelling(self) -> None:
        odd = "managePermissionGrantsForOwnedResource.Microsoft-Pre-Approval-Apps-For-Group"
        assert plan(current(odd, SELF + LOW), group_owner_consent={"set": [PRE_APPROVED]}).actions == ()
        found = plan(current(odd, SELF + LOW), group_owner_consent={"add": [OF_GROUPS.lower() + ALL_FOR_GROUPS]})
        assert found.actions[1].payload["assigned"] == [odd, OF_GROUPS + ALL_FOR_GROUPS, SELF + LOW]
        gone = plan(current(odd, OWNED, SELF + LOW), group_owner_consent={"remove": [PRE_APPROVED]})
        assert gone.actions[1].payload["assigned"] == [OWNED, SELF + LOW]
        assert recorded(gone)["group_owner_consent"] == {"was": ["Microsoft-Pre-Approval-Apps-For-Group"], "set": []}

    @pytest.mark.parametrize(
        "item", [OWNED, TEAM, "DeveloperConsent", "microsoft-user-default-low", "of our own for-group", "", "-for-group x", SELF + PRE_APPROVED]
    )
    def test_what_is_for_no_group(self, item: str) -> None:
        with pytest.raises(OptionError) as caught:
            plan(current(), group_owner_consent={"add": [item]})
        assert caught.value.code == "invalid_id" and "'group_owner_consent'" in caught.value.message

    def test_policy_that_does_not_exist(self) -> None:
        missing = current(missing_policies=("payrol-for-group",), known_policies=("payroll-for-group", PRE_APPROVED))
        with pytest.raises(NotFoundError) as caught:
            plan(missing, group_owner_consent={"add": ["payrol-for-group"]})
        assert "Did you mean payroll-for-group" in str(caught.value.advice)

    def test_needs_a_place_for_the_record(self) -> None:
        with pytest.raises(OptionError) as caught:
            plan(current(), group_owner_consent={"set": [PRE_APPROVED]}, record_on=None)
        assert caught.value.code == "record_missing"

    @pytest.mark.parametrize(
        ("setting", "options", "warned"),
        [
            ("true", {}, True),
            ("True", {}, True),
            ("false", {}, False),
            ("true", {"consent_settings": {"enable_group_specific_consent": False}}, False),
            ("true", {"group_owner_consent": {"set": []}}, False),
            ("true", {"group_owner_consent": None}, False),
        ],
    )
    def test_the_setting_has_to_be_off_for_them_to_count(self, setting: str, options: dict[str, t.Any], warned: bool) -> None:
        found = current(OF_GROUPS + PRE_APPROVED, settings=ConsentSettings(True, "s", {**VALUES, "EnableGroupSpecificConsent": setting}))
        said = plan(found, **{"group_owner_consent": {"set": [PRE_APPROVED]}, **options}).warnings
        assert len(said) == warned and all("EnableGroupSpecificConsent is on" in text and "contoso" in text for text in said)

    def test_settings_that_may_not_be_read_are_not_warned_about(self) -> None:
        found = current(OF_GROUPS + PRE_APPROVED, settings=ConsentSettings(known=False))
        assert plan(found, group_owner_consent={"set": [PRE_APPROVED]}).warnings == ()


@pytest.mark.parametrize(
    ("wanted", "managed"),
    [
        ({"add": [LOW]}, [RECOMMENDED]),
        ({"set": [LEGACY]}, []),
        ({"set": []}, []),
        ({"set": ["Microsoft-User-Default-Allow-Consent-Apps"]}, ["Microsoft-User-Default-Allow-Consent-Apps"]),
    ],
)
def test_what_microsoft_manages(wanted: dict[str, list[str]], managed: list[str]) -> None:
    assert plan(current(), user_consent=wanted).facts["managed_by_microsoft"] == managed


def test_what_may_not_be_read_is_managed_by_none() -> None:
    found = plan(ConsentPolicyCurrent(tenant="contoso"))
    assert (found.facts["managed_by_microsoft"], found.after["group_owner_consent"], found.after["owned_resource_consent"]) == ([], None, None)


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

    @pytest.mark.parametrize("line", ["[]", '"text"', "{}\ntkc:consent-policy {}"], ids=["list", "text", "two of them"])
    def test_that_is_something_else_is_not_overwritten(self, line: str) -> None:
        with pytest.raises(ConflictError) as caught:
            plan(current(notes=f"tkc:consent-policy {line}"), user_consent={"set": []})
        assert caught.value.code == "record_damaged"

    @pytest.mark.parametrize("record_on", ["Payroll", ""])
    def test_has_to_be_kept_by_an_application(self, record_on: str) -> None:
        with pytest.raises(OptionError) as caught:
            ConsentPolicyDesired.from_options({"record_on": record_on})
        assert caught.value.code == "invalid_id"

    def test_of_settings_that_were_made_stays_without_earlier_values(self) -> None:
        """They were made by us: taking them away again is putting back, whatever is set in them later."""
        notes = (
            plan(current(settings=ConsentSettings(True, None, VALUES)), consent_settings={"enable_group_specific_consent": True}).actions[0].payload["notes"]
        )
        now = ConsentSettings(True, "s", {**VALUES, "EnableGroupSpecificConsent": "true"})
        found = plan(current(settings=now, notes=notes), consent_settings={"block_user_consent_for_risky_apps": False})
        assert recorded(found)["consent_settings"]["was"] is None
        assert recorded(found)["consent_settings"]["set"]["BlockUserConsentForRiskyApps"] == "false"

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

    @pytest.mark.parametrize("policy", ["microsoft-all-application-permissions-for-group", "microsoft-pre-approval-apps-for-group"])
    def test_the_policy_form_of_group_owners_consent(self, policy: str) -> None:
        """The setting has to be off beside it, so it is left alone; everything else of the setting is not."""
        wanted = {
            "enable_group_specific_consent": True,
            "constrain_group_specific_consent_to_members_of_group_id": "",
            "block_user_consent_for_risky_apps": False,
        }
        found = plan(current(SELF + RECOMMENDED, f"managePermissionGrantsForOwnedResource.{policy}"), consent_settings=wanted)
        assert found.actions[-1].text == "set BlockUserConsentForRiskyApps to false in the tenant's consent settings"
        assert found.facts["not_applicable"] == ["constrain_group_specific_consent_to_members_of_group_id", "enable_group_specific_consent"]
        off = plan(current(f"managePermissionGrantsForOwnedResource.{policy}"), consent_settings={"enable_group_specific_consent": False})
        assert off.facts["not_applicable"] == [] and off.actions == ()

    def test_policies_that_go_at_the_same_time_leave_the_setting_free(self) -> None:
        found = plan(
            current(f"{OF_GROUPS}{PRE_APPROVED}", SELF + RECOMMENDED),
            group_owner_consent={"set": []},
            consent_settings={"enable_group_specific_consent": True},
        )
        assert kinds(found) == ["record", "assign", "settings"] and found.facts["not_applicable"] == []
        assert found.actions[1].payload["assigned"] == [SELF + RECOMMENDED]

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

    def test_only_its_texts_differ(self) -> None:
        good = {"id": "c", "permissionType": "delegated", "clientApplicationIds": [APP]}
        found = {"id": "payroll-only", "displayName": "Old", "description": "Old. [tkc:created]", "includes": [good]}
        result = plan(current(policy=found), grant_policy={**POLICY, "display_name": "New"})
        assert result.texts == ["change displayName, description of consent policy 'payroll-only'"]

    def test_is_not_taken_out_of_use_and_brought_into_line_at_once(self) -> None:
        with pytest.raises(OptionError) as caught:
            plan(current(), grant_policy=POLICY, user_consent={"remove": [SELF + "PAYROLL-ONLY"]})
        assert caught.value.code == "option_conflict"

    def test_surplus_of_the_same_kind_goes(self) -> None:
        good = {"id": "c1", "permissionType": "delegated", "clientApplicationIds": [APP]}
        made = plan(current(policy=None), grant_policy=POLICY).actions[1].payload["body"]
        found = {"id": "payroll-only", "displayName": "payroll-only", "description": made["description"], "includes": [good, {**good, "id": "c2"}]}
        result = plan(current(policy=found), grant_policy=POLICY)
        assert [action.payload.get("set") for action in result.actions] == ["c2"]

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

    def test_what_is_the_same_already_is_not_sent(self) -> None:
        assert plan(current(), admin_consent_requests={"is_enabled": False}).actions == ()

    def test_words_name_what_changes_and_only_that(self) -> None:
        (_record, action) = plan(current(), admin_consent_requests={"notify_reviewers": True}).actions
        assert action.text == "change the tenant's admin consent requests (notify_reviewers true)"
        (_record, action) = plan(current(), admin_consent_requests={"reviewers": [{"user": APP}]}).actions
        assert action.text.endswith("(1 reviewer)")

    def test_a_tenant_that_never_touched_them(self) -> None:
        found = ConsentRequests.from_graph({})
        assert found.shape() == {
            "is_enabled": None, "notify_reviewers": None, "reminders_enabled": None, "request_duration_in_days": None, "reviewers": [],
        }  # fmt: skip
        assert ConsentRequests.from_compact(found.compact()).same_as(found)

    def test_spelling_of_reviewers(self) -> None:
        on = {**REQUESTS, "isEnabled": True, "requestDurationInDays": 7, "reviewers": [{"query": f"/v1.0/groups/{APP}/transitiveMembers"}]}
        found = current(requests=ConsentRequests.from_graph(on))
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
        assert list(PolicyRecord.parse(found.actions[1].payload["notes"]).entries) == ["user_consent"]
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
        assert PolicyRecord.parse(one.actions[1].payload["notes"]).policies == ["payroll-only"]
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


def test_restoring_needs_nothing_but_the_record() -> None:
    desired = ConsentPolicyDesired.from_options({"state": "restored", "record_on": APP.upper()})
    assert (desired.state, desired.record_on) == ("restored", APP)


def test_somebody_else_changed_the_list_meanwhile() -> None:
    error = list_changed("contoso")
    assert error.code == "list_changed" and error.outcome == "refused" and error.advice is not None and "Run again" in error.advice


def test_template_id() -> None:
    assert TEMPLATE == "dffd5d46-495d-40a9-8e21-954ff55e198a"
