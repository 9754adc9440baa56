# SPDX-License-Identifier: GPL-3.0-or-later
"""Okta Workflows is prepared for one account, or the way the vendor documents it, and that is taken back."""

from __future__ import annotations

import json
import typing as t

from integration.okta_workflows.helpers import CHOSEN, OKTA, OPEN, SERVICE
from support.scenarios import ENTRA_WORDS, Scenario
from tenant_emulator.testing import JsonObject

OWN = "managePermissionGrantsForOwnedResource.DeveloperConsent"
BEFORE = ["ManagePermissionGrantsForSelf.microsoft-user-default-recommended", OWN]
LEGACY = ["ManagePermissionGrantsForSelf.microsoft-user-default-legacy", OWN]


class Preconsent(Scenario):
    """One account may use the vendor's application, which the tenant does not have yet."""

    playbook = "okta_workflows.yml"
    words = (
        (r"/servicePrincipals.* notes$", "record"),
        (r"^PATCH .*/servicePrincipals.* accountEnabled\b", "enable"),
        (r"/policies/authorizationPolicy ", "open"),
        (r"/groupSettings", "settings"),
        *ENTRA_WORDS,
    )
    writes: t.ClassVar[t.Sequence[str]] = ("principal", "assign", "consent")

    def set_up(self) -> None:
        policy = {"defaultUserRolePermissions": {"permissionGrantPoliciesAssigned": BEFORE}}
        self.emulator.control("PUT", "tenants/contoso/policies/authorizationPolicy", policy)
        state = self.state
        self.account = next(user["id"] for user in state["users"].values() if user["userPrincipalName"] == SERVICE)
        self.theirs = set(state["service_principals"])
        self.host = CHOSEN

    @property
    def state(self) -> JsonObject:
        """The tenant."""
        return self.emulator.tenant("contoso")

    def principals(self) -> list[JsonObject]:
        """The vendor's enterprise application."""
        return [item for item in self.state["service_principals"].values() if item["appId"] == OKTA]

    def grants(self) -> list[JsonObject]:
        """What was consented to for it."""
        mine = {item["id"] for item in self.principals()}
        return [item for item in self.state["grants"].values() if item["clientId"] in mine]

    def user_consent(self) -> list[str]:
        """What users may consent to."""
        found = self.state["policies"]["authorizationPolicy"]["defaultUserRolePermissions"]
        return t.cast("list[str]", found["permissionGrantPoliciesAssigned"])

    def settings(self) -> JsonObject:
        """What group owners may consent to; empty when there are no such settings."""
        found = [item for item in self.state["group_settings"].values() if "EnableGroupSpecificConsent" in {value["name"] for value in item["values"]}]
        return {value["name"]: value["value"] for item in found for value in item["values"]}

    def others(self) -> t.Any:
        state = self.state
        mine = {item["id"] for item in self.principals()}
        return {
            "principals": {key: item for key, item in state["service_principals"].items() if key in self.theirs},
            "grants": {key: item for key, item in state["grants"].items() if item["clientId"] not in mine},
            "assignments": {key: item for key, item in state["assignments"].items() if item["resourceId"] not in mine},
            "applications": state["applications"],
            "tenants": {name: self.emulator.tenant(name) for name in ("fabrikam", "northwind", "tailspin")},
        }

    def check_safe(self) -> None:
        """Nobody but the account gets anything, and the tenant's own settings are as they were."""
        assert len(self.principals()) <= 1
        assert {item["principalId"] for item in self.grants()} <= {self.account}
        for principal in self.principals():
            assert principal["accountEnabled"] and principal["appRoleAssignmentRequired"]
        assert (sorted(self.user_consent()), self.settings()) == (sorted(BEFORE), {})

    def check_done(self) -> None:
        self.check_safe()
        assert len(self.grants()) == 1
        mine = {item["id"] for item in self.principals()}
        assert [item["principalId"] for item in self.state["assignments"].values() if item["resourceId"] in mine] == [self.account]


class VendorDocumented(Preconsent):
    """The tenant-wide settings are opened; what they were is never lost, and comes back."""

    writes = ("principal", "enable", "record", "open", "settings")

    def set_up(self) -> None:
        super().set_up()
        self.host = OPEN

    def recorded(self) -> JsonObject:
        """The earlier values that are kept in the notes of the enterprise application."""
        lines = [line for item in self.principals() for line in (item["notes"] or "").splitlines() if line.startswith("tkc:consent-policy ")]
        assert len(lines) <= 1
        return json.loads(lines[0].partition(" ")[2]) if lines else {}

    def check_safe(self) -> None:
        """What is not as it was can be put back. A new enterprise application is disabled until its publisher was seen."""
        assert len(self.principals()) <= 1
        assert self.grants() == []
        recorded = self.recorded()
        if sorted(self.user_consent()) != sorted(BEFORE):
            assert sorted(self.user_consent()) == sorted(LEGACY)
            assert recorded["user_consent"]["was"] == ["microsoft-user-default-recommended"], recorded
        if self.settings():
            assert recorded["consent_settings"]["was"] is None, recorded

    def check_done(self) -> None:
        self.check_safe()
        assert [item["accountEnabled"] for item in self.principals()] == [True]
        assert sorted(self.user_consent()) == sorted(LEGACY)
        assert self.settings()["EnableGroupSpecificConsent"].lower() == "true"

    def check_back(self) -> None:
        """Everything is as it was, and nothing is recorded any more."""
        assert (sorted(self.user_consent()), self.settings()) == (sorted(BEFORE), {})
        assert self.recorded() == {}
        assert len(self.principals()) == 1

    def check_at_last(self) -> None:
        self.run({**OPEN, "okta_workflows_state": "absent"}).ok()
        self.check_back()


class ChangedMind(VendorDocumented):
    """The same run, and what comes after the kill is to undo it."""

    @property
    def next_host(self) -> dict[str, t.Any]:
        return {**OPEN, "okta_workflows_state": "absent"}

    def check_done(self) -> None:
        self.check_back() if self.principals() else self.check_safe()

    def check_at_last(self) -> None:
        """Nothing more."""


class Absent(ChangedMind):
    """It was opened, and is put back."""

    writes = ("open", "settings", "record")

    def set_up(self) -> None:
        super().set_up()
        self.start_from(OPEN)
        self.host = {**OPEN, "okta_workflows_state": "absent"}
