# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the role okta_workflows share: its variables, its outcome, and looks at what the tenant holds about Okta."""

from __future__ import annotations

import typing as t

from support.playbooks import Run
from tenant_emulator.testing import Emulator

Json = dict[str, t.Any]

OKTA = "c7e15b90-4d28-4a6f-b3c1-90f2d6e8a745"
PUBLISHER = "5e0b7a42-9c16-4f83-a2d7-e41c8b60f395"
SOMEBODY = "11f2a7c4-6d3e-4b95-8a0c-d7e5f1b29c38"
SERVICE, ADMIN = "service@contoso.com", "admin@contoso.com"
CHOSEN: Json = {
    "okta_workflows_app_id": OKTA,
    "okta_workflows_publisher_tenant_id": PUBLISHER,
    "okta_workflows_accounts": [SERVICE],
    "okta_workflows_permissions": "directory",
}
OPEN: Json = {**CHOSEN, "okta_workflows_mode": "vendor_documented", "okta_workflows_accept_tenant_wide_consent": True}
DIRECTORY = {"email", "openid", "profile", "offline_access", "Directory.Read.All", "Group.ReadWrite.All", "User.ReadWrite.All"}
RECOMMENDED = ["ManagePermissionGrantsForSelf.microsoft-user-default-recommended"]
LEGACY = ["ManagePermissionGrantsForSelf.microsoft-user-default-legacy"]
PLAYBOOK = "okta_workflows.yml"


def outcome(run: Run) -> Json:
    """The fact the role leaves."""
    (only,) = run.task("Report").result["results"]
    return t.cast(Json, only["ansible_facts"]["okta_workflows_result"])


def has_its_own_consents(emulator: Emulator, tenant: str) -> bool:
    """Whether two of a tenant's own accounts hold a consent, and no other account does."""
    state = emulator.tenant(tenant)
    (principal,) = [one for one in state["service_principals"].values() if one["appId"] == OKTA]
    people = {state["users"][one["principalId"]]["userPrincipalName"] for one in state["grants"].values() if one["clientId"] == principal["id"]}
    return people == {f"service@{tenant}.com", f"admin@{tenant}.com"}


class Tenant:
    """What the emulated tenant holds about Okta."""

    def __init__(self, emulator: Emulator, name: str = "contoso") -> None:
        self.emulator, self.name = emulator, name

    @property
    def state(self) -> Json:
        return self.emulator.tenant(self.name)

    def user(self, upn: str) -> str:
        return next(str(user["id"]) for user in self.state["users"].values() if user["userPrincipalName"] == upn)

    @property
    def principals(self) -> list[Json]:
        return [one for one in self.state["service_principals"].values() if one["appId"] == OKTA]

    @property
    def principal(self) -> Json:
        (found,) = self.principals
        return found

    @property
    def graph(self) -> str:
        name = "Microsoft Graph"
        return next(str(one["id"]) for one in self.state["service_principals"].values() if one["displayName"] == name)

    def grants(self) -> dict[str | None, set[str]]:
        """Scopes by user id, None being everybody."""
        mine = [one for one in self.state["grants"].values() if one["clientId"] == self.principal["id"]]
        return {one["principalId"]: set(one["scope"].split()) for one in mine}

    def assigned(self) -> set[str]:
        return {one["principalId"] for one in self.state["assignments"].values() if one["resourceId"] == self.principal["id"]}

    def take_in(self) -> Json:
        """Somebody has used the connector before: the enterprise application is there, open to everybody."""
        return t.cast(Json, self.emulator.control("POST", f"tenants/{self.name}/servicePrincipals", {"appId": OKTA}))

    def policy(self, name: str) -> t.Any:
        return self.state["policies"].get(name, {})

    def user_consent(self) -> list[str]:
        found = self.policy("authorizationPolicy").get("defaultUserRolePermissions") or {}
        return list(found.get("permissionGrantPoliciesAssigned") or RECOMMENDED)
