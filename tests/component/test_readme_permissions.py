# SPDX-License-Identifier: GPL-3.0-or-later
"""The README's table of permissions: with exactly those of a row the module does its work, and without any one of them it does not.

The rows are read from the README and found by their first cell, so that neither can change without the other.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t
from pathlib import Path

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.rights import DOCUMENTED
from support.identities import Identity
from support.markdown import cells
from tenant_emulator.testing import Emulator

README = Path(__file__).resolve().parents[2] / "README.md"
GRAPH = "00000003-0000-0000-c000-000000000000"
VENDOR = "c7e15b90-4d28-4a6f-b3c1-90f2d6e8a745"
NAME = "payroll"
SERVICE_ACCOUNT = "service@contoso.com"
OWNED = "Application.ReadWrite.OwnedBy"


def rows() -> dict[str, list[str]]:
    """The table: permissions by what they are for."""
    table = README.read_text().partition("| For | Application permissions |\n|---|---|\n")[2].partition("\n\n")[0]
    found = {}
    for line in table.splitlines():
        use, permissions = cells(line)
        found[use] = re.findall(r"`([^`]+)`", permissions)
    return found


def own_application(identity: Identity) -> None:
    """An application of the identity's own, with its enterprise application."""
    identity.may(OWNED)
    identity.done("entra_app", unique_name=NAME, display_name=NAME)
    identity.done("entra_service_principal", unique_name=NAME)


def application_of_others(identity: Identity) -> None:
    """One that somebody registered by hand."""
    identity.emulator.add_application("contoso", displayName=NAME, uniqueName=NAME)


def application_with_grants(identity: Identity) -> None:
    """An application of the identity's own to which something was consented: what a connection consists of."""
    own_application(identity)
    identity.may(OWNED, "DelegatedPermissionGrant.ReadWrite.All")
    identity.done("entra_admin_consent", **DELEGATED)


def principal_of_a_vendor(identity: Identity) -> None:
    """A vendor's application that the tenant has taken in."""
    identity.emulator.control("POST", "tenants/contoso/servicePrincipals", {"appId": VENDOR})


@dataclasses.dataclass(frozen=True)
class Use:
    """What one row is about: a task, what has to be there before it, and permissions that other rows give where this one says "also"."""

    module: str
    options: t.Mapping[str, t.Any]
    prepare: t.Callable[[Identity], None] = own_application
    beside: tuple[str, ...] = ()


APP = {"unique_name": NAME}
DELEGATED = {**APP, "permissions": [{"resource": GRAPH, "delegated": ["User.Read"]}]}
APPLICATION = {**APP, "permissions": [{"resource": GRAPH, "application": ["Group.Read.All"]}]}
POWER_PLATFORM = {**APP, "permissions": [{"resource": "8578e004-a5c6-46e7-913e-12f58912df43", "delegated": ["EnvironmentManagement.Environments.Read"]}]}
FEDERATED = {**APP, "name": NAME, "issuer": "https://token.actions.githubusercontent.com", "subject": "repo:contoso/payroll:ref:refs/heads/main"}
CONNECTION = {"connector": NAME, "app": APP, "permissions": DELEGATED["permissions"], "secret": {"name": NAME}}
IN_A_ROLE = {**CONNECTION, "role": {"prefix": NAME, "has_product": True}, "handed_on": True}
GRANT_POLICY = {"id": NAME, "display_name": NAME, "client_application_ids": [VENDOR]}
REVIEWED = {"is_enabled": True, "reviewers": [{"user": "admin@contoso.com"}]}
RECORD = {"record_on": VENDOR}

USES = {
    "`entra_app`": Use("entra_app", {**APP, "notes": "changed"}),
    "`entra_app` with `adopt`": Use("entra_app", {**APP, "adopt": True, "notes": "changed"}, application_of_others),
    "`entra_app` with `owners`": Use("entra_app", {**APP, "owners": {"add": ["admin@contoso.com"]}}),
    "`entra_app_info`": Use("entra_app_info", APP),
    "`entra_service_principal` of an own application": Use("entra_service_principal", {**APP, "account_enabled": False}),
    "`entra_service_principal` of a vendor's or Microsoft's application": Use("entra_service_principal", {"app_id": VENDOR}),
    "`entra_service_principal` with `assigned_to`, also": Use(
        "entra_service_principal", {**APP, "assigned_to": {"add": [{"user": SERVICE_ACCOUNT}]}}, beside=(OWNED,)
    ),
    "`entra_service_principal` with `app_role_assignment_required`, also": Use(
        "entra_service_principal", {**APP, "app_role_assignment_required": True}, beside=(OWNED,)
    ),
    "`entra_service_principal_info`": Use("entra_service_principal_info", {"app_id": VENDOR}, principal_of_a_vendor),
    "`entra_service_principal_info` with `include_access`": Use(
        "entra_service_principal_info", {"app_id": VENDOR, "include_access": True}, principal_of_a_vendor
    ),
    "`entra_app_permission`": Use("entra_app_permission", DELEGATED),
    "`entra_app_permission` with `create_missing_service_principals`": Use(
        "entra_app_permission", {**POWER_PLATFORM, "create_missing_service_principals": True}
    ),
    "`entra_admin_consent` to delegated permissions": Use("entra_admin_consent", DELEGATED),
    "`entra_admin_consent` to delegated permissions for one user": Use("entra_admin_consent", {**DELEGATED, "principal": SERVICE_ACCOUNT}),
    "`entra_admin_consent` to application permissions": Use("entra_admin_consent", APPLICATION),
    "`entra_client_secret`": Use("entra_client_secret", {**APP, "name": NAME}),
    "`entra_app_certificate`": Use("entra_app_certificate", {**APP, "name": NAME, "generate": True, "subject": NAME}),
    "`entra_federated_credential`": Use("entra_federated_credential", FEDERATED),
    "`entra_credential_proof`": Use("entra_credential_proof", {**APP, "connector": NAME, "outcome": "refused"}),
    "`entra_connection_info` in the roles": Use("entra_connection_info", IN_A_ROLE, application_with_grants),
    "`entra_connection_info` for reports": Use("entra_connection_info", CONNECTION, application_with_grants),
    "`entra_consent_policy` with `user_consent`": Use("entra_consent_policy", {**RECORD, "user_consent": {"set": []}}, principal_of_a_vendor),
    "`entra_consent_policy` with `group_owner_consent`": Use(
        "entra_consent_policy", {**RECORD, "group_owner_consent": {"set": ["microsoft-pre-approval-apps-for-group"]}}, principal_of_a_vendor
    ),
    "`entra_consent_policy` with `grant_policy`": Use("entra_consent_policy", {**RECORD, "grant_policy": GRANT_POLICY}, principal_of_a_vendor),
    "`entra_consent_policy` with `consent_settings`": Use(
        "entra_consent_policy", {**RECORD, "consent_settings": {"enable_group_specific_consent": True}}, principal_of_a_vendor
    ),
    "`entra_consent_policy` with `admin_consent_requests`": Use("entra_consent_policy", {**RECORD, "admin_consent_requests": REVIEWED}, principal_of_a_vendor),
    "a change where `tenant_id` is a domain or `expected_domain` is set, also": Use(
        "entra_app", {**APP, "notes": "changed", "tenant_id": "contoso.onmicrosoft.com"}, beside=(OWNED,)
    ),
}
CASES = [pytest.param(use, lacking, id=f"{use}-{lacking}") for use, names in rows().items() for lacking in (None, *names)]


def test_the_sentences_name_what_the_table_names() -> None:
    """One table: what a refusal names is what the README documents."""
    assert {use.replace("`", ""): tuple(names) for use, names in rows().items()} == dict(DOCUMENTED)


def test_every_row_has_a_case() -> None:
    assert list(rows()) == list(USES)
    assert [use for use, names in rows().items() if not names] == []


@pytest.mark.parametrize(("row", "lacking"), CASES)
def test_what_a_row_names_is_enough_and_needed(row: str, lacking: str | None, emulator: Emulator) -> None:
    use, identity = USES[row], Identity(emulator)
    use.prepare(identity)
    identity.may(*use.beside, *(name for name in rows()[row] if name != lacking))
    outcome = identity.run(use.module, **use.options)
    if lacking:
        assert outcome.failed, outcome.result
        # Refused by the service, or where a tenant would be opened by half before anything was sent.
        failure = outcome.result["failure"]
        assert failure["http_status"] == 403 or failure["details"]["missing_permissions"] == [lacking], outcome.result
        # By its app id alone it cannot be told whose application it is.
        assert lacking in outcome.result["msg"] or row.startswith("`entra_service_principal` of a vendor's")
    else:
        assert not outcome.failed, outcome.result
        assert outcome.result["changed"] or use.module.endswith("_info")


def narrower() -> dict[str, tuple[list[str], list[str]]]:
    """The second table: by row what may be left out, and what is enough in its place."""
    table = README.read_text().partition("| Row | In place of | Enough is | When |\n|---|---|---|---|\n")[2].partition("\n\n")[0]
    rows_of_it = map(cells, table.splitlines())
    return {row: (re.findall(r"`([^`]+)`", left_out), re.findall(r"`([^`]+)`", enough)) for row, left_out, enough, _when in rows_of_it}


def api_is_known(identity: Identity) -> None:
    own_application(identity)
    identity.emulator.control("POST", "tenants/contoso/servicePrincipals", {"appId": POWER_PLATFORM["permissions"][0]["resource"]})


HANDED_OFF = {"on_forbidden": "hand_off"}
# By row: what is there before, and the options, where they differ from those of the row.
NARROWER: dict[str, Use] = {
    "`entra_connection_info` in the roles": USES["`entra_connection_info` in the roles"],
    "`entra_service_principal` of a vendor's or Microsoft's application": Use("entra_service_principal", {"app_id": VENDOR}, principal_of_a_vendor),
    "`entra_app_permission` with `create_missing_service_principals`": Use(
        "entra_app_permission", {**POWER_PLATFORM, "create_missing_service_principals": True}, api_is_known
    ),
    "`entra_admin_consent` to delegated permissions": Use("entra_admin_consent", {**DELEGATED, **HANDED_OFF}),
    "`entra_admin_consent` to application permissions": Use("entra_admin_consent", {**APPLICATION, **HANDED_OFF}),
}


def test_every_narrower_row_has_a_case() -> None:
    assert list(narrower()) == list(NARROWER)
    for row, (left_out, _enough) in narrower().items():
        assert left_out and set(left_out) <= set(rows()[row])


@pytest.mark.parametrize("row", NARROWER)
def test_what_is_said_to_be_enough_is(row: str, emulator: Emulator) -> None:
    """And without it the module is refused, or does not see what it has to."""
    use, identity = NARROWER[row], Identity(emulator)
    use.prepare(identity)
    left_out, enough = narrower()[row]
    kept = [name for name in rows()[row] if name not in left_out]
    identity.may(*kept, *enough)
    outcome = identity.run(use.module, **use.options)
    assert not outcome.failed, outcome.result
    if enough:
        identity.may(*(kept or ["User.Read.All"]))
        lacking = identity.run(use.module, **use.options)
        consent = lacking.result.get("consent") or {}
        assert lacking.failed or consent.get("state") == "not_assessed", lacking.result


def test_the_ids_are_those_of_the_permissions_that_are_named(emulator: Emulator) -> None:
    text = README.read_text()
    principals = emulator.state(full=True)["tenants"][emulator.tenant_id("contoso")]["service_principals"].values()
    roles = {role["value"]: role["id"] for item in principals if item["appId"] == GRAPH for role in item["appRoles"]}
    named = dict(re.findall(r"^\| `([\w.]+)`(?: \(recommended\))? \| ([0-9a-f-]{36}) \|", text, re.MULTILINE))
    assert len(named) == 4
    assert named == {name: roles[name] for name in named}
    for command in (r"for permission in(.*?)\ndo", r"--api-permissions(.*?)\nexport"):
        (ids,) = re.findall(command, text, re.DOTALL)
        assert re.findall(r"[0-9a-f-]{36}", ids) == list(named.values())
