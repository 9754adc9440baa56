# SPDX-License-Identifier: GPL-3.0-or-later
"""C(entra_service_principal_info) against the emulator."""

from __future__ import annotations

import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import Execution, execute
from ansible_collections.tenantkit.connectors.plugins.modules import entra_admin_consent, entra_service_principal, entra_service_principal_info
from tenant_emulator.testing import Emulator

ID, USER, GRAPH = "11111111-0000-0000-0000-000000000001", "aaaaaaaa-0000-0000-0000-00000000000a", "99999999-0000-0000-0000-000000000009"
OKTA, PUBLISHER = "c7e15b90-4d28-4a6f-b3c1-90f2d6e8a745", "5e0b7a42-9c16-4f83-a2d7-e41c8b60f395"


@pytest.fixture
def run(emulator: Emulator, tmp_path: t.Any) -> t.Callable[..., Execution]:
    """Runs a module in a tenant of the emulator."""

    def call(module: t.Any, *, check: bool = False, job: int = 0, **options: t.Any) -> Execution:
        who = emulator.identity()
        given: dict[str, t.Any] = {"tenant_id": emulator.tenant_id("contoso"), "timeout": 300}
        given.update(auth_client_id=who["client_id"], auth_client_secret=who["secret"])
        given.update(login_url=emulator.login_url, graph_url=emulator.graph_url, ca_path=emulator.ca_path)
        checked = ArgumentSpecValidator(module.DECLARATION.argument_spec()).validate({**given, **options})
        assert checked.error_messages == []
        emulator.clear_journal()
        environ = {"TENANTKIT_JOB_ID": f"1-{job:032x}", "TENANTKIT_JOB_DIR": str(tmp_path / f"job-{job}")}
        return execute(module.DECLARATION, checked.validated_parameters, check_mode=check, environ=environ)

    return call


def test_one_request_with_an_app_id(run: t.Callable[..., Execution], emulator: Emulator) -> None:
    assert not run(entra_service_principal, app_id=OKTA).failed
    outcome = run(entra_service_principal_info, app_id=OKTA, include_access=True)
    assert [one["display_name"] for one in outcome.result["service_principals"]] == ["Office 365 Admin for Okta Workflows"]
    assert outcome.result["tenant"]["display_name"] == "Contoso"
    assert [entry["method"] for entry in emulator.journal("graph")] == ["POST"]
    assert emulator.writes() == []


def test_a_wrong_domain_is_found(run: t.Callable[..., Execution]) -> None:
    outcome = run(entra_service_principal_info, app_id=OKTA, expected_domain="fabrikam.com")
    assert outcome.failed
    assert "fabrikam.com" in outcome.result["msg"]


def test_another_publisher_than_stated(run: t.Callable[..., Execution], emulator: Emulator) -> None:
    """A new one can be looked at only once it is there; an existing one is left alone."""
    wrong = {"app_id": OKTA, "expected_publisher_tenant_id": ID, "assigned_to": {"add": [{"user": "service@contoso.com"}]}}
    new = run(entra_service_principal, **wrong)
    assert new.failed
    assert new.result["failure"]["code"] == "publisher_mismatch"
    assert PUBLISHER in new.result["msg"]
    assert [entry["path"].rpartition("/")[2] for entry in emulator.writes()] == ["servicePrincipals"]
    existing = run(entra_service_principal, **wrong)
    assert existing.result["failure"]["code"] == "publisher_mismatch"
    assert emulator.writes() == []
    assert not run(entra_service_principal, **{**wrong, "expected_publisher_tenant_id": PUBLISHER.upper()}).failed


def test_a_new_one_is_disabled_until_its_publisher_was_seen(run: t.Callable[..., Execution], emulator: Emulator) -> None:
    """A wrong application id opens nothing; with the right publisher it is enabled, also by the run after one that broke off."""

    def found() -> list[dict[str, t.Any]]:
        return [item for item in emulator.tenant("contoso")["service_principals"].values() if item["appId"] == OKTA]

    wrong, right = ({"app_id": OKTA, "account_enabled": True, "expected_publisher_tenant_id": owner} for owner in (ID, PUBLISHER))
    predicted = run(entra_service_principal, check=True, **right)
    refused = run(entra_service_principal, **wrong)
    assert "it is disabled, no user or group was assigned" in refused.result["msg"] and [item["accountEnabled"] for item in found()] == [False]
    emulator.delete("contoso", "service_principals", found()[0]["id"])
    made = run(entra_service_principal, job=1, **right)
    assert len(made.result["actions"]) == len(predicted.result["actions"]) == 2
    assert made.result["service_principal"]["account_enabled"] is True and [item["accountEnabled"] for item in found()] == [True]
    assert not run(entra_service_principal, job=1, **right).result["changed"]
    emulator.delete("contoso", "service_principals", found()[0]["id"])
    with emulator.faulty(service="graph", method="PATCH", path="/servicePrincipals/", action="status", status=400, times=1):
        assert run(entra_service_principal, job=2, **right).failed and [item["accountEnabled"] for item in found()] == [False]
    assert run(entra_service_principal, job=3, **right).result["changed"] and [item["accountEnabled"] for item in found()] == [True]


def test_a_report_names_what_nobody_accepted(run: t.Callable[..., Execution], emulator: Emulator) -> None:
    permissions = [{"resource": "Microsoft Graph", "delegated": ["User.Read", "Directory.ReadWrite.All", "Directory.AccessAsUser.All"]}]
    options = {"app_id": OKTA, "permissions": permissions, "mode": "report", "accept_privileged": ["delegated:Directory.AccessAsUser.All"]}
    outcome = run(entra_admin_consent, **options, principal="service@contoso.com", expected_publisher_tenant_id=PUBLISHER)
    assert not outcome.failed, outcome.result
    assert outcome.result["consent"]["not_accepted"] == ["delegated:Directory.ReadWrite.All"]
    assert emulator.writes() == []


def test_in_which_of_the_assigned_groups_a_user_is(emulator: Emulator, run: t.Callable[..., Execution]) -> None:
    """One request more, and only where groups are assigned; who may not be looked up is not assessed."""
    app = emulator.add_application("contoso", displayName="Payroll", service_principal=True)["application"]
    look = {"app_id": app["appId"], "include_access": True, "member": "service@contoso.com"}
    (row,) = run(entra_service_principal_info, **look).result["service_principals"]
    assert "member" not in row and len(emulator.journal("graph", "POST")) == 1
    run(entra_service_principal, app_id=app["appId"], assigned_to={"add": [{"group": "Contoso Staff"}]})
    tenant = emulator.tenant("contoso")
    staff = next(key for key, item in tenant["groups"].items() if item["displayName"] == "Contoso Staff")
    user = next(key for key, item in tenant["users"].items() if item["userPrincipalName"] == "service@contoso.com")
    emulator.control("PUT", f"tenants/contoso/groups/{staff}/members", {"ids": [user]})
    (row,) = run(entra_service_principal_info, **look).result["service_principals"]
    assert row["member"] == {"direct": [staff], "nested": [], "not_assessed": None} and len(emulator.journal("graph", "POST")) == 2
    (row,) = run(entra_service_principal_info, **{**look, "member": "nobody@contoso.com"}).result["service_principals"]
    assert row["member"]["direct"] == [] and "404" in row["member"]["not_assessed"]
