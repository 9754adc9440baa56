# SPDX-License-Identifier: GPL-3.0-or-later
"""Changing consent settings and putting them back: the tenant is as it was, and what somebody else changed stays as it is."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import Plan
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent_policy.admin_consent_requests import ConsentRequests
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent_policy.group_settings import ConsentSettings
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent_policy.model import SELF, ConsentPolicyCurrent, ConsentPolicyDesired
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent_policy.plan import plan_consent_policy
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent_policy.record import PolicyRecord
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent_policy.restore import plan_restore
from hypothesis import given
from hypothesis import strategies as st

APP = "7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11"
OWNED = "ManagePermissionGrantsForOwnedResource.microsoft-dynamically-managed-permissions-for-team"
LEGACY, LOW, RECOMMENDED = "microsoft-user-default-legacy", "microsoft-user-default-low", "microsoft-user-default-recommended"
VALUES = {"EnableGroupSpecificConsent": "false", "BlockUserConsentForRiskyApps": "true", "EnableAdminConsentRequests": "false"}
REQUESTS = {"isEnabled": False, "notifyReviewers": False, "remindersEnabled": False, "requestDurationInDays": 0, "reviewers": []}
POLICY = {"id": "payroll-only", "client_application_ids": [APP]}
GROUP, ANY_GROUP, GROUPS = (
    "microsoft-pre-approval-apps-for-group",
    "microsoft-all-application-permissions-for-group",
    "ManagePermissionGrantsForOwnedResource.",
)
GROUP_CONSENT = "enable_group_specific_consent"


@dataclasses.dataclass
class Tenant:
    """What holds in a tenant, as the writes of a plan change it."""

    assigned: tuple[str, ...] = (OWNED, SELF + RECOMMENDED)
    settings: ConsentSettings = dataclasses.field(default_factory=lambda: ConsentSettings(True, "s", dict(VALUES)))
    requests: ConsentRequests = dataclasses.field(default_factory=lambda: ConsentRequests.from_graph(REQUESTS))
    policies: dict[str, dict[str, t.Any]] = dataclasses.field(default_factory=dict)
    notes: str | None = "by hand"

    def seen(self, wanted: str | None = None) -> ConsentPolicyCurrent:
        holder = {"id": "h", "appId": APP, "displayName": "Payroll", "notes": self.notes}
        made = {name: self.policies.get(name) for name in PolicyRecord.parse(self.notes).policies}
        policy = self.policies.get(wanted) if wanted else None
        return ConsentPolicyCurrent("contoso", self.assigned, self.settings, self.requests, policy, made, holder=holder)

    def change(self, **options: t.Any) -> None:
        desired = ConsentPolicyDesired.from_options({"record_on": APP, **options})
        self.carry_out(plan_consent_policy(desired, self.seen(desired.policy.id if desired.policy else None)))

    def restore(self) -> Plan:
        result = plan_restore(self.seen())
        self.carry_out(result)
        return result

    def carry_out(self, plan: Plan) -> None:
        for action in plan.actions:
            getattr(self, f"_{action.kind}")(action.payload)

    def _record(self, data: t.Mapping[str, t.Any]) -> None:
        self.notes = data["notes"]

    def _assign(self, data: t.Mapping[str, t.Any]) -> None:
        self.assigned = tuple(data["assigned"])

    def _settings(self, data: t.Mapping[str, t.Any]) -> None:
        self.settings = ConsentSettings(True, "s", {row["name"]: row["value"] for row in data["values"]})

    def _remove_settings(self, _data: t.Mapping[str, t.Any]) -> None:
        self.settings = ConsentSettings(True, None, dict(VALUES))

    def _requests(self, data: t.Mapping[str, t.Any]) -> None:
        self.requests = ConsentRequests.from_graph(data["body"])

    def _create_policy(self, data: t.Mapping[str, t.Any]) -> None:
        self.policies[data["body"]["id"]] = {**data["body"], "includes": []}

    def _add_condition(self, data: t.Mapping[str, t.Any]) -> None:
        self.policies[data["id"]]["includes"].append({**data["body"], "id": "c"})

    def _remove_policy(self, data: t.Mapping[str, t.Any]) -> None:
        del self.policies[data["id"]]

    def shape(self) -> dict[str, t.Any]:
        own = {entry for entry in self.assigned if entry.startswith(SELF)}
        others = [entry for entry in self.assigned if entry not in own]
        return {
            "own": own, "others": others, "settings": (self.settings.id, self.settings.values), "requests": self.requests.digest(),
            "policies": sorted(self.policies), "notes": self.notes or "",
        }  # fmt: skip


REVIEWED = {"is_enabled": True, "reviewers": [{"user": APP}]}
OPTIONS = st.fixed_dictionaries({}, optional={
    "user_consent": st.sampled_from([{"set": [LEGACY]}, {"set": []}, {"add": [LOW]}, {"remove": [RECOMMENDED]}]),
    "group_owner_consent": st.sampled_from([{"set": [GROUP]}, {"set": []}, {"add": [GROUPS + ANY_GROUP]}, {"remove": [GROUP.upper()]}]),
    "consent_settings": st.dictionaries(st.sampled_from([GROUP_CONSENT, "block_user_consent_for_risky_apps"]), st.booleans(), min_size=1),
    "admin_consent_requests": st.sampled_from([REVIEWED, {"notify_reviewers": True}, {"is_enabled": False}]),
    "grant_policy": st.just(POLICY),
})  # fmt: skip


@given(
    changes=st.lists(OPTIONS, min_size=1, max_size=3),
    assigned=st.sampled_from([(OWNED, SELF + RECOMMENDED), (OWNED,), (SELF + LOW, SELF + LEGACY), (GROUPS + GROUP, SELF + LOW)]),
    setting=st.sampled_from(["s", None]),
    notes=st.sampled_from([None, "by hand"]),
)
def test_any_changes_are_put_back(changes: list[dict[str, t.Any]], assigned: tuple[str, ...], setting: str | None, notes: str | None) -> None:
    tenant = Tenant(assigned, ConsentSettings(True, setting, dict(VALUES)), notes=notes)
    before = tenant.shape()
    for options in changes:
        tenant.change(**options)
        once = tenant.shape()
        tenant.change(**options)
        assert tenant.shape() == once  # the same task again writes nothing
    result = tenant.restore()
    assert tenant.shape() == before and result.warnings == ()
    assert plan_restore(tenant.seen()).actions == ()


class TestUserConsent:
    @pytest.mark.parametrize(("later", "said"), [((SELF + LOW,), LOW), ((), "off")])
    def test_changed_since(self, later: tuple[str, ...], said: str) -> None:
        """What the tenant chose afterwards stays, and stays on record."""
        tenant = Tenant()
        tenant.change(user_consent={"set": [LEGACY]})
        tenant.assigned = (OWNED, *later)
        result = tenant.restore()
        assert result.actions == () and tenant.assigned == (OWNED, *later) and "user_consent" in str(tenant.notes)
        assert f"it is {said}, which is not what was set ({LEGACY})" in result.facts["kept"][0]

    def test_put_back_already(self) -> None:
        tenant = Tenant()
        tenant.change(user_consent={"set": [LEGACY]})
        tenant.assigned = (OWNED, SELF + RECOMMENDED)
        assert [action.kind for action in tenant.restore().actions] == ["record"] and tenant.notes == "by hand"


class TestGroupOwnerConsent:
    def test_both_lists_go_back_at_once(self) -> None:
        """Graph takes the list as a whole, and a second write of it would find it changed."""
        tenant = Tenant()
        tenant.change(user_consent={"set": []}, group_owner_consent={"add": [GROUP]})
        result = tenant.restore()
        assert result.texts[0] == f"put user consent back to {RECOMMENDED} and consent of group owners back to off"
        assert [action.kind for action in result.actions] == ["assign", "record"]
        assert set(tenant.assigned) == {OWNED, SELF + RECOMMENDED} and tenant.notes == "by hand"

    @pytest.mark.parametrize(("later", "said"), [((GROUPS + ANY_GROUP,), ANY_GROUP), ((GROUPS + ANY_GROUP, GROUPS + GROUP), f"{ANY_GROUP}, {GROUP}")])
    def test_changed_since(self, later: tuple[str, ...], said: str) -> None:
        tenant = Tenant()
        tenant.change(group_owner_consent={"set": [GROUP]})
        tenant.assigned = (OWNED, SELF + RECOMMENDED, *later)
        result = tenant.restore()
        assert result.actions == () and "group_owner_consent" in str(tenant.notes)
        assert result.facts["kept"] == [f"consent of group owners: it is {said}, which is not what was set ({GROUP})"]

    def test_taken_away_since(self) -> None:
        """It was on before, and was turned off here; now others have turned another one on."""
        tenant = Tenant((GROUPS + GROUP,))
        tenant.change(group_owner_consent={"set": []})
        tenant.assigned = (GROUPS + ANY_GROUP,)
        assert tenant.restore().facts["kept"] == [f"consent of group owners: it is {ANY_GROUP}, which is not what was set (off)"]
        tenant = Tenant()
        tenant.change(group_owner_consent={"set": [GROUP]})
        tenant.change(group_owner_consent={"set": [ANY_GROUP]})
        tenant.assigned = (GROUPS + GROUP,)
        assert tenant.restore().facts["kept"] == [f"consent of group owners: it is {GROUP}, which is not what was set ({ANY_GROUP})"]

    def test_put_back_already(self) -> None:
        tenant = Tenant()
        tenant.change(group_owner_consent={"set": [GROUP]})
        tenant.assigned = (OWNED, SELF + RECOMMENDED)
        assert [action.kind for action in tenant.restore().actions] == ["record"] and tenant.notes == "by hand"

    def test_a_policy_that_is_assigned_again_stays(self) -> None:
        """What is put back may be the very policy that this collection made."""
        tenant = Tenant((GROUPS + "payroll-for-group", SELF + RECOMMENDED))
        tenant.change(grant_policy={**POLICY, "id": "payroll-for-group"}, group_owner_consent={"set": []})
        assert "is still assigned" in tenant.restore().facts["kept"][0]


class TestSettings:
    def changed(self, **options: t.Any) -> Tenant:
        tenant = Tenant()
        tenant.change(consent_settings={GROUP_CONSENT: True, **options})
        return tenant

    def test_somebody_removed_them(self) -> None:
        tenant = self.changed()
        tenant.settings = ConsentSettings(True, None, dict(VALUES))
        result = tenant.restore()
        assert result.actions == () and "they have been removed since" in result.warnings[0]

    @pytest.mark.parametrize(("value", "said"), [("anything", "is anything"), ("", "is empty")])
    def test_one_value_was_changed_since(self, value: str, said: str) -> None:
        """The others are put back; the one that stays remains on record, so that a later run can still tell."""
        tenant = self.changed(block_user_consent_for_risky_apps=False)
        tenant.settings = ConsentSettings(True, "s", {**tenant.settings.values, "EnableGroupSpecificConsent": value})
        result = tenant.restore()
        assert tenant.settings.values["BlockUserConsentForRiskyApps"] == "true" and tenant.settings.values["EnableGroupSpecificConsent"] == value
        assert result.facts["restored"] == []
        assert f"EnableGroupSpecificConsent {said}, which is not what was set (true)" in result.facts["kept"][0]
        recorded = PolicyRecord.parse(tenant.notes).entries["consent_settings"]
        assert recorded == {"was": {"EnableGroupSpecificConsent": "false"}, "set": {"EnableGroupSpecificConsent": "true"}}

    def test_somebody_put_them_back_already(self) -> None:
        tenant = self.changed()
        tenant.settings = ConsentSettings(True, "s", dict(VALUES))
        assert [action.kind for action in tenant.restore().actions] == ["record"] and tenant.notes == "by hand"

    def test_settings_that_were_made_and_changed_since_stay(self) -> None:
        tenant = Tenant(settings=ConsentSettings(True, None, dict(VALUES)))
        tenant.change(consent_settings={GROUP_CONSENT: True})
        tenant.settings = ConsentSettings(True, "s", {**tenant.settings.values, "EnableAdminConsentRequests": "true"})
        assert tenant.restore().actions == () and tenant.settings.id == "s"


class TestRequests:
    def test_put_back_with_words(self) -> None:
        tenant = Tenant()
        tenant.change(admin_consent_requests=REVIEWED)
        text = tenant.restore().texts[0]
        assert text == "put the tenant's admin consent requests back (is_enabled false, request_duration_in_days 0, 0 reviewers)"

    def test_changed_since(self) -> None:
        tenant = Tenant()
        tenant.change(admin_consent_requests=REVIEWED)
        tenant.requests = dataclasses.replace(tenant.requests, values={**tenant.requests.values, "notify_reviewers": True})
        result = tenant.restore()
        assert result.actions == () and "they have been changed since" in result.facts["kept"][0] and "admin_consent_requests" in str(tenant.notes)

    def test_somebody_put_them_back_already(self) -> None:
        tenant = Tenant()
        tenant.change(admin_consent_requests=REVIEWED)
        tenant.requests = ConsentRequests.from_graph(REQUESTS)
        assert [action.kind for action in tenant.restore().actions] == ["record"]


class TestPolicies:
    def test_one_that_is_gone_is_off_the_record(self) -> None:
        tenant = Tenant()
        tenant.change(grant_policy=POLICY)
        tenant.policies.clear()
        assert [action.kind for action in tenant.restore().actions] == ["record"] and tenant.notes == "by hand"

    def test_one_whose_description_was_changed_stays(self) -> None:
        tenant = Tenant()
        tenant.change(grant_policy=POLICY)
        tenant.policies["payroll-only"]["description"] = "ours now"
        result = tenant.restore()
        assert result.actions == () and "'payroll-only' has been changed since" in result.facts["kept"][0] and "payroll-only" in tenant.policies

    def test_one_that_owners_of_groups_still_use_stays(self) -> None:
        tenant = Tenant()
        tenant.change(grant_policy=POLICY)
        tenant.assigned = ("ManagePermissionGrantsForOwnedResource.Payroll-Only",)
        assert "is still assigned" in tenant.restore().facts["kept"][0] and "payroll-only" in tenant.policies
