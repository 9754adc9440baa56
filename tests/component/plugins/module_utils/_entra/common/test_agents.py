# SPDX-License-Identifier: GPL-3.0-or-later
"""No module changes what is for agents, by whichever name it is reached, and none of their reads stands in for a write."""

from __future__ import annotations

import typing as t

import pytest
from support.identities import Identity
from tenant_emulator.testing import Emulator

GRAPH = "00000003-0000-0000-c000-000000000000"
EVERYTHING = ["Application.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "Directory.Read.All"]
PERMISSIONS = {"permissions": [{"resource": GRAPH, "delegated": ["User.Read"], "application": ["Organization.Read.All"]}]}
ISSUER = {"issuer": "https://token.actions.githubusercontent.com", "subject": "repo:contoso/payroll:ref:refs/heads/main"}
WRITERS = [
    ("entra_app", {"adopt": True, "notes": "changed"}),
    ("entra_app", {"state": "absent"}),
    ("entra_app_permission", PERMISSIONS),
    ("entra_client_secret", {"name": "sso"}),
    ("entra_client_secret", {"name": "sso", "state": "absent"}),
    ("entra_client_secret", {"name": "sso", "state": "retired"}),
    ("entra_managed_credential", {"name": "sso"}),
    ("entra_app_certificate", {"name": "sso", "generate": True}),
    ("entra_app_certificate", {"name": "sso", "state": "absent"}),
    ("entra_federated_credential", {"name": "main", **ISSUER}),
    ("entra_federated_credential", {"name": "main", "state": "absent"}),
    ("entra_service_principal", {"account_enabled": False}),
    ("entra_service_principal", {"state": "absent"}),
    ("entra_admin_consent", PERMISSIONS),
    ("entra_admin_consent", {**PERMISSIONS, "state": "absent"}),
    ("entra_credential_proof", {"connector": "payroll", "outcome": "refused"}),
]


@pytest.fixture
def identity(emulator: Emulator) -> Identity:
    return Identity(emulator, EVERYTHING)


@pytest.mark.parametrize(("by", "has_principal"), [("app_id", False), ("object_id", True), ("unique_name", True)])
@pytest.mark.parametrize(("module", "options"), WRITERS, ids=[f"{module} {options.get('state', 'present')}" for module, options in WRITERS])
def test_a_blueprint_is_refused(identity: Identity, module: str, options: dict[str, t.Any], by: str, has_principal: bool) -> None:
    emulator = identity.emulator
    made = emulator.add_application("contoso", displayName="Helper", uniqueName="helper", service_principal=has_principal)
    app = made["application"]
    emulator.update("contoso", "applications", app["id"], **{"@odata.type": "#microsoft.graph.agentIdentityBlueprint"})
    if has_principal:
        principal = made["service_principal"]["id"]
        emulator.update("contoso", "servicePrincipals", principal, **{"@odata.type": "#microsoft.graph.agentIdentityBlueprintPrincipal"})
    emulator.clear_journal()
    named = {"app_id": {"app_id": app["appId"]}, "object_id": {"object_id": app["id"]}, "unique_name": {"unique_name": "helper"}}[by]
    for check in (True, False):
        outcome = identity.run(module, check_mode=check, **named, **options)
        assert outcome.failed and outcome.result["failure"]["code"] == "agent_identity", outcome.result
    assert emulator.writes() == []


@pytest.mark.parametrize(("module", "options"), [("entra_service_principal", {"account_enabled": False}), ("entra_admin_consent", PERMISSIONS)])
def test_the_identity_of_an_agent_is_refused(identity: Identity, module: str, options: dict[str, t.Any]) -> None:
    """It has no registration here, so it is reached by its app id alone."""
    emulator = identity.emulator
    app_id = "5c0d1f2e-7a8b-4c9d-8e0f-1a2b3c4d5e6f"
    emulator.add_foreign_app(app_id, "Agent", emulator.tenant_id("tailspin"))
    principal = emulator.control("POST", "tenants/contoso/servicePrincipals", {"appId": app_id})
    emulator.update("contoso", "servicePrincipals", principal["id"], **{"@odata.type": "#microsoft.graph.agentIdentity"})
    emulator.clear_journal()
    outcome = identity.run(module, app_id=app_id, expected_publisher_tenant_id=emulator.tenant_id("tailspin"), **options)
    assert outcome.failed and outcome.result["failure"]["code"] == "agent_identity", outcome.result
    assert emulator.writes() == []


def test_a_report_changes_nothing_and_may_look(identity: Identity) -> None:
    app = identity.emulator.add_application("contoso", displayName="Helper", service_principal=True)["application"]
    identity.emulator.update("contoso", "applications", app["id"], **{"@odata.type": "#microsoft.graph.agentIdentityBlueprint"})
    identity.done("entra_admin_consent", app_id=app["appId"], mode="report", **PERMISSIONS)
    identity.done("entra_app_info", app_id=app["appId"])
