# SPDX-License-Identifier: GPL-3.0-or-later
"""The role okta_workflows as the vendor documents it: tenant-wide settings are opened on request, recorded, and put back."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from integration.okta_workflows.helpers import ADMIN, CHOSEN, LEGACY, OKTA, OPEN, PLAYBOOK, PUBLISHER, RECOMMENDED, SERVICE, SOMEBODY, Tenant, outcome
from support.playbooks import Run
from support.plays import failed_well
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]


@pytest.fixture
def tenant(emulator: Emulator) -> Tenant:
    return Tenant(emulator)


def test_the_address_of_the_popup_as_the_vendor_documents_it(play: Play, inventory: Inventory, emulator: Emulator, tenant: Tenant) -> None:
    """Nothing was compared with a profile: what is found on the enterprise application counts, for everybody and for the accounts."""
    address = f"https://login.microsoftonline.com/common/oauth2/v2.0/authorize?client_id={OKTA}&scope=openid%20Files.ReadWrite.All%20User.ReadWrite.All"
    hosts = inventory(contoso={**OPEN, "okta_workflows_authorization_url": address})
    for check in (True, False):
        result = outcome(play(PLAYBOOK, inventory=hosts, check=check).ok())
        assert result["requested_but_not_granted"] == ["Files.ReadWrite.All", "openid", "User.ReadWrite.All"]
        (said,) = [note for note in result["notes"] if "popup" in note]
        assert said.endswith("An administrator has to approve there: User.ReadWrite.All.")
    emulator.add_grant("contoso", tenant.principal["id"], tenant.graph, "User.ReadWrite.All Mail.Read", tenant.user(SERVICE))
    emulator.add_grant("contoso", tenant.principal["id"], tenant.graph, "openid")
    result = outcome(play(PLAYBOOK, inventory=hosts).ok())
    assert (result["requested_but_not_granted"], result["granted_but_not_requested"]) == (["Files.ReadWrite.All"], ["Mail.Read"])


@pytest.mark.parametrize("template", [True, False])
def test_what_the_vendor_documents(play: Play, inventory: Inventory, emulator: Emulator, tenant: Tenant, template: bool) -> None:
    """Only on request; what it replaces is recorded and comes back; a tenant without the consent settings template is no error."""
    emulator.control("POST", "tenants/contoso/consent-template", {"present": template})
    other = "managePermissionGrantsForOwnedResource.DeveloperConsent"
    before = [*RECOMMENDED, other]
    emulator.control("PUT", "tenants/contoso/policies/authorizationPolicy", {"defaultUserRolePermissions": {"permissionGrantPoliciesAssigned": before}})
    if template:
        refused = play(PLAYBOOK, inventory=inventory(contoso={**OPEN, "okta_workflows_accept_tenant_wide_consent": False}))
        failed_well(refused, emulator, "39 of the 62", "okta_workflows_accept_tenant_wide_consent", "the consent policy that Microsoft manages")
    hosts = inventory(contoso=OPEN)
    check = play(PLAYBOOK, inventory=hosts, check=True).ok()
    assert emulator.writes() == []
    first = play(PLAYBOOK, inventory=hosts).ok()
    result = outcome(first)
    assert result["actions"][0] == outcome(check)["would_do"][0]
    assert (result["status"], result["changed"]) == ("ready_for_authorization", True)
    assert "39 of the 62" in " ".join(result["notes"])
    for verb, run in (("would take", check), ("takes", first)):
        assert f"{verb} Contoso off the consent policy that Microsoft manages" in " ".join(outcome(run)["notes"])
    assert set(tenant.user_consent()) == {*LEGACY, other}
    assert bool(result["tenant_settings"]["not_applicable"]) is not template
    assert ("group owner consent for all was not set" in " ".join(result["notes"])) is not template
    assert emulator.sign_in("contoso", OKTA, ADMIN, scopes=["User.ReadWrite.All"], consent="admin")["signed_in"]
    assert "microsoft-user-default-recommended" in tenant.principal["notes"]
    emulator.clear_journal()
    again = play(PLAYBOOK, inventory=hosts).ok()
    assert (again.changed(), emulator.writes()) == ([], [])
    assert outcome(again)["tenant_settings"]["managed_by_microsoft"] == []
    gone = play(PLAYBOOK, inventory=inventory(contoso={**OPEN, "okta_workflows_state": "absent"})).ok()
    assert outcome(gone)["status"] == "absent"
    assert set(tenant.user_consent()) == set(before)
    assert not tenant.principal["notes"]
    assert len(tenant.principals) == 1
    assert [run.warnings() for run in (check, first, again, gone)] == [[], [], [], []]


def test_the_vendors_way_where_only_some_may_sign_in(connected: Play, play: Play, inventory: Inventory, emulator: Emulator, tenant: Tenant) -> None:
    """Mode preconsent was there first: who is let in is said, a disabled enterprise application stays so, and where nobody is let in the run refuses."""
    connected(PLAYBOOK, inventory=inventory(contoso=CHOSEN))
    emulator.update("contoso", "servicePrincipals", tenant.principal["id"], accountEnabled=False)
    emulator.clear_journal()
    hosts = inventory(contoso=OPEN)
    assert outcome(play(PLAYBOOK, inventory=hosts).ok())["status"] == "blocked"
    assert emulator.writes() == [], "the tenant is not opened for what cannot be used"
    emulator.update("contoso", "servicePrincipals", tenant.principal["id"], accountEnabled=True)
    said = " ".join(outcome(play(PLAYBOOK, inventory=hosts).ok())["notes"])
    assert "an administrator who is assigned" in said and SERVICE in said
    asks = {"scopes": ["User.Read"], "consent": "admin"}
    assert emulator.sign_in("contoso", OKTA, ADMIN, **asks)["error_code"] == 50105
    assert emulator.sign_in("contoso", OKTA, SERVICE, **asks)["signed_in"]
    play(PLAYBOOK, inventory=inventory(contoso={**OPEN, "okta_workflows_state": "absent"})).ok()
    emulator.clear_journal()
    hosts = inventory(contoso=OPEN)
    for check in (True, False):
        failed_well(play(PLAYBOOK, inventory=hosts, check=check), emulator, "AADSTS50105", "no account is assigned", "preconsent")
    assert emulator.writes() == []
    emulator.update("contoso", "servicePrincipals", tenant.principal["id"], appRoleAssignmentRequired=False)
    last = outcome(play(PLAYBOOK, inventory=hosts).ok())
    assert last["status"] == "ready_for_authorization" and "as an administrator." in " ".join(last["notes"])
    assert emulator.sign_in("contoso", OKTA, ADMIN, **asks)["signed_in"]


def test_a_tenant_that_was_open_all_along(play: Play, inventory: Inventory, emulator: Emulator, tenant: Tenant) -> None:
    """Nothing was replaced, so nothing is left to put back; that it is open is said."""
    emulator.consent_template("contoso", present=False)
    emulator.control("PUT", "tenants/contoso/policies/authorizationPolicy", {"defaultUserRolePermissions": {"permissionGrantPoliciesAssigned": LEGACY}})
    play(PLAYBOOK, inventory=inventory(contoso=OPEN)).ok()
    assert not tenant.principal["notes"]
    for _time in range(2):
        gone = outcome(play(PLAYBOOK, inventory=inventory(contoso={**OPEN, "okta_workflows_state": "absent"})).ok())
        assert gone["status"] == "absent" and "may never have changed it" in " ".join(gone["notes"])
    assert tenant.user_consent() == LEGACY


def test_settings_that_stay_open_are_not_called_absent(play: Play, inventory: Inventory, emulator: Emulator, tenant: Tenant) -> None:
    """Somebody changed them since, or the record went with the enterprise application."""
    play(PLAYBOOK, inventory=inventory(contoso=OPEN)).ok()
    gone = inventory(contoso={**OPEN, "okta_workflows_state": "absent"})
    low = "ManagePermissionGrantsForSelf.microsoft-user-default-low"
    assigned = [*LEGACY, low]
    emulator.control("PUT", "tenants/contoso/policies/authorizationPolicy", {"defaultUserRolePermissions": {"permissionGrantPoliciesAssigned": assigned}})
    changed = outcome(play(PLAYBOOK, inventory=gone).ok())
    assert changed["status"] == "not_restored" and "user consent" in " ".join(changed["notes"]) and tenant.user_consent() == assigned
    emulator.delete("contoso", "service_principals", tenant.principal["id"])
    lost = outcome(play(PLAYBOOK, inventory=gone).ok())
    assert lost["status"] == "not_restored" and "no record" in " ".join(lost["notes"])
    # A tenant that was open all along and never was of this role's making is told, and no more.
    other = play(PLAYBOOK, inventory=inventory(contoso={**CHOSEN, "okta_workflows_state": "absent"})).ok()
    assert outcome(other)["status"] == "absent" and "no record" in " ".join(outcome(other)["notes"])


def test_another_publisher_than_stated_the_vendors_way(play: Play, inventory: Inventory, emulator: Emulator, tenant: Tenant) -> None:
    """A wrong app id opens nothing: the new enterprise application stays disabled, the tenant's settings as they were; the right one is enabled."""
    wrong = inventory(contoso={**OPEN, "okta_workflows_publisher_tenant_id": SOMEBODY})
    failed_well(play(PLAYBOOK, inventory=wrong), emulator, OKTA, PUBLISHER, SOMEBODY, "it is disabled")
    assert (tenant.user_consent(), tenant.principal["accountEnabled"]) == (RECOMMENDED, False)
    assert emulator.sign_in("contoso", OKTA, ADMIN, scopes=["User.Read"], consent="admin")["error_code"] == 7000112
    play(PLAYBOOK, inventory=inventory(contoso=OPEN)).ok()
    assert emulator.sign_in("contoso", OKTA, ADMIN, scopes=["User.Read"], consent="admin")["signed_in"]
