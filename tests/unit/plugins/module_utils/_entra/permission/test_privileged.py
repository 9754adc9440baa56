# SPDX-License-Identifier: GPL-3.0-or-later
"""SAFETY 21 and 22: the list of permissions that amount to owning a tenant, against the permission catalogue, and its gate."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
import tenant_emulator
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.permission import privileged
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.permission.option import ResourcePermissions
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.permission.privileged_data import PRIVILEGED
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError

GRAPH = "00000003-0000-0000-c000-000000000000"
OTHER_API = "8578e004-a5c6-46e7-913e-12f58912df43"

# Every permission of the catalogue that is behind the gate. A change of rules or catalogue has to be looked at here, by a person.
GOLDEN_BOTH = """
AppRoleAssignment.ReadWrite.All
Application.ReadWrite.All
DelegatedPermissionGrant.ReadWrite.All
DeviceManagementConfiguration.ReadWrite.All
DeviceManagementManagedDevices.PrivilegedOperations.All
DeviceManagementRBAC.ReadWrite.All
Directory.ReadWrite.All
Domain.ReadWrite.All
EntitlementManagement.ReadWrite.All
Organization.ReadWrite.All
Policy.ReadWrite.AccessReview
Policy.ReadWrite.ApplicationConfiguration
Policy.ReadWrite.AuthenticationFlows
Policy.ReadWrite.AuthenticationMethod
Policy.ReadWrite.Authorization
Policy.ReadWrite.B2BManagementPolicy
Policy.ReadWrite.ConditionalAccess
Policy.ReadWrite.ConsentRequest
Policy.ReadWrite.CrossTenantAccess
Policy.ReadWrite.CrossTenantCapability
Policy.ReadWrite.DeviceConfiguration
Policy.ReadWrite.ExternalIdentities
Policy.ReadWrite.FeatureRollout
Policy.ReadWrite.FedTokenValidation
Policy.ReadWrite.IdentityProtection
Policy.ReadWrite.PermissionGrant
Policy.ReadWrite.Recovery
Policy.ReadWrite.SecurityDefaults
Policy.ReadWrite.TrustFramework
PrivilegedAccess-CustomExt.ReadWrite.All
PrivilegedAccess.ReadWrite.AzureAD
PrivilegedAccess.ReadWrite.AzureADGroup
PrivilegedAccess.ReadWrite.AzureResources
PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup
PrivilegedAssignmentSchedule.ReadWrite.EntraAppRole
PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup
PrivilegedEligibilitySchedule.ReadWrite.EntraAppRole
RoleAssignmentSchedule.ReadWrite.Directory
RoleEligibilitySchedule.ReadWrite.Directory
RoleManagement.ReadWrite.CloudPC
RoleManagement.ReadWrite.Defender
RoleManagement.ReadWrite.Directory
RoleManagement.ReadWrite.Exchange
RoleManagementPolicy.ReadWrite.AzureADGroup
RoleManagementPolicy.ReadWrite.Directory
RoleManagementPolicy.ReadWrite.EntraAppRole
Sites.FullControl.All
Synchronization.ReadWrite.All
User-PasswordProfile.ReadWrite.All
User.ManageIdentities.All
UserAuthenticationMethod.ReadWrite.All
""".split()  # noqa: SIM905 (one a line reads and diffs better)
GOLDEN = {
    "application": set(GOLDEN_BOTH),
    "delegated": {*GOLDEN_BOTH, "Directory.AccessAsUser.All", "Policy.ReadWrite.MobilityManagement"},
}


@pytest.fixture(scope="module")
def catalogue() -> dict[str, set[str]]:
    path = Path(tenant_emulator.__file__).parent / "data" / "graph_permissions.json"
    content = json.loads(path.read_text())
    return {"delegated": {row[0] for row in content["scopes"]}, "application": {row[0] for row in content["roles"]}}


def permissions(app_id: str = GRAPH, **kinds: t.Iterable[str]) -> list[ResourcePermissions]:
    return [ResourcePermissions("Microsoft Graph", app_id, "sp", **{kind: dict.fromkeys(names, "id") for kind, names in kinds.items()})]


@pytest.mark.parametrize("rule", PRIVILEGED, ids=lambda rule: f"{rule[1]}:{rule[2]}")
def test_every_rule_matches_the_catalogue(rule: tuple[str, str, str], catalogue: dict[str, set[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    one = [row for row in privileged._RULES if row[0] == rule[0]][PRIVILEGED.index(rule)]
    monkeypatch.setattr(privileged, "_RULES", (one,))
    assert any(privileged.is_privileged(GRAPH, rule[1], name) for name in catalogue[rule[1]])


@pytest.mark.parametrize("kind", ["delegated", "application"])
def test_the_expansion_is_the_golden_list(kind: str, catalogue: dict[str, set[str]]) -> None:
    assert {name for name in catalogue[kind] if privileged.is_privileged(GRAPH, kind, name)} == GOLDEN[kind]


@pytest.mark.parametrize("name", ["Application.ReadWrite.OwnedBy", "Directory.Read.All", "Group.ReadWrite.All", "User.Read", "openid", "Policy.Read.All"])
def test_ordinary_permissions_pass(name: str) -> None:
    privileged.check_privileged(permissions(delegated=[name], application=[name]), frozenset(), "request")


def test_the_same_name_of_another_resource_is_not_meant() -> None:
    assert not privileged.is_privileged(OTHER_API, "delegated", "Directory.ReadWrite.All")


def test_case_is_no_way_around_the_gate() -> None:
    assert privileged.is_privileged(GRAPH.upper(), "application", "rolemanagement.readwrite.directory")


def test_refusal_lists_what_to_add() -> None:
    with pytest.raises(OptionError) as caught:
        privileged.check_privileged(
            permissions(delegated=["User.Read", "Directory.AccessAsUser.All"], application=["Directory.ReadWrite.All"]),
            frozenset({("delegated", "directory.readwrite.all")}),
            "grant",
        )
    assert caught.value.code == "privileged_not_accepted"
    assert caught.value.details["accept_privileged"] == ["application:Directory.ReadWrite.All", "delegated:Directory.AccessAsUser.All"]
    assert "'application:Directory.ReadWrite.All', 'delegated:Directory.AccessAsUser.All'" in caught.value.sentence()
    assert "User.Read" not in caught.value.sentence()


def test_acceptance_is_per_kind() -> None:
    accepted = privileged.parse_accepted(["application:Directory.ReadWrite.All"])
    privileged.check_privileged(permissions(application=["Directory.ReadWrite.All"]), accepted, "grant")
    with pytest.raises(OptionError):
        privileged.check_privileged(permissions(delegated=["Directory.ReadWrite.All"]), accepted, "grant")


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ("Directory.ReadWrite.All", "accept_privileged_malformed"),
        ("app:Directory.ReadWrite.All", "accept_privileged_malformed"),
        ("delegated:", "accept_privileged_malformed"),
        ("", "accept_privileged_malformed"),
        ("delegated:Directory.ReadWrite.All Domain.ReadWrite.All", "accept_privileged_malformed"),
        ("delegated:*", "accept_privileged_wildcard"),
        ("application:Policy.ReadWrite.*", "accept_privileged_wildcard"),
    ],
)
def test_wrong_acceptance_is_an_error(entry: str, code: str) -> None:
    with pytest.raises(OptionError) as caught:
        privileged.parse_accepted([entry])
    assert caught.value.code == code


@pytest.mark.parametrize("entry", ["delegated:User.Read", "application:Directory.AccessAsUser.All", "delegated:Directory.ReadWrite.Al"])
def test_acceptance_that_is_not_needed_is_a_warning(entry: str) -> None:
    """It opens nothing: a misspelt one leaves what was meant refused."""
    said: list[str] = []
    right = "delegated:Directory.ReadWrite.All"
    assert privileged.parse_accepted([entry, right], said.append) == privileged.parse_accepted([right]) == {("delegated", "directory.readwrite.all")}
    assert privileged.parse_accepted([entry]) == frozenset()
    (text,) = said
    assert repr(entry) in text and "'accept_privileged'" in text and "needs no acceptance" in text


def test_acceptance_of_a_name_the_resource_does_not_have() -> None:
    accepted = privileged.parse_accepted(["application:Policy.ReadWrite.Nonsense"])
    names = {"delegated": ["Policy.ReadWrite.Authorization"], "application": ["Policy.ReadWrite.Authorization"]}
    with pytest.raises(OptionError) as caught:
        privileged.check_accepted_exist(accepted, GRAPH, names)
    assert caught.value.code == "accept_privileged_unknown"
    privileged.check_accepted_exist(accepted, OTHER_API, {"delegated": [], "application": []})


def test_what_is_privileged_in_a_result() -> None:
    rows = [
        {"resource": "Microsoft Graph", "resource_app_id": GRAPH.upper(), "delegated": ["User.Read"], "application": ["Application.ReadWrite.All"]},
        {"resource": "Microsoft Graph", "resource_app_id": GRAPH, "delegated": ["directory.readwrite.all"], "application": ["Application.ReadWrite.All"]},
        {"resource": "gone", "resource_app_id": None, "delegated": ["Directory.ReadWrite.All"], "application": []},
    ]
    assert privileged.privileged_in(rows) == ["application:Application.ReadWrite.All", "delegated:directory.readwrite.all"]
    assert privileged.privileged_in([]) == []
