# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module says in the words of the operator of a role."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._operator_words import (
    in_operators_words,
    role_of_names,
    role_of_task,
    told_to_operator,
    warnings_told,
    words_of,
)
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._role_variables import role_options


def said(text: str, role: str = "workspace365", **more: t.Any) -> str:
    """A sentence of a module, as the operator of a role reads it."""
    return in_operators_words(text, role, role_options(role), **more)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Check 'instance_url' and 'environment'.", "Check 'workspace365_instance_url' and 'workspace365_environment'."),
        ("tenant_id is 'con toso', which is no domain.", "'entra_tenant_id' is 'con toso', which is no domain."),
        ("tenant_id ('entra_tenant_id') names it.", "'entra_tenant_id' names it."),
        ("'login_url' ('entra_login_url' of the roles) and 'cloud' ('entra_cloud')", "'entra_login_url' and 'entra_cloud'"),
        ("auth_client_id is set", "'client_id' in 'entra_auth' is set"),
        (
            "'auth_client_secret' ('client_secret' in 'entra_auth' of the roles, or of the variable that stands in for it) is empty",
            "'client_secret' in 'entra_auth' (or of the variable that stands in for it) is empty",
        ),
        ("add to 'accept_privileged' ('<role>_accept_privileged' of a role): [a]", "add to 'workspace365_accept_privileged': [a]"),
        ("'app_id' has to be a GUID", "'workspace365_client_id' has to be a GUID"),
        ("An entry of 'permissions'", "An entry of 'workspace365_custom_permissions'"),
        ("'validity_days' is 0", "'workspace365_secret_validity_days' is 0"),
        # What is no option of a module: an address, a longer name, a placeholder, a variable of its own, what has no variable.
        ("see https://example.com/tenant_id?tenant_id=1", "see https://example.com/tenant_id?tenant_id=1"),
        ("my_tenant_id, tenant_id_of, x.tenant_id, tenant_id.x, $tenant_id", "my_tenant_id, tenant_id_of, x.tenant_id, tenant_id.x, $tenant_id"),
        ("'workspace365_instance_url' is wrong", "'workspace365_instance_url' is wrong"),
        ("'key' and 'client_secret' and key_id", "'key' and 'client_secret' and key_id"),
        ("'known_value' is a GUID", "'workspace365_client_secret' is a GUID"),
        ("the environment of the url", "the environment of the url"),
        # A member of an entry of another variable.
        (
            "'entra_connector_sink[0].tenant_id' and 'entra_connector_sink[0].client_id'",
            "'entra_connector_sink[0].tenant_id' and 'entra_connector_sink[0].client_id'",
        ),
    ],
)
def test_options_become_variables(text: str, told: str) -> None:
    assert said(text) == told


@pytest.mark.parametrize(
    ("role", "text", "told"),
    [
        ("workato", "'url' or 'data_center'", "'workato_host' or 'workato_data_center'"),
        ("workato", "Check 'api_token' ('workato_api_token' of the role), and", "Check 'workato_api_token', and"),
        ("workato", "Check 'data_center' or 'url' ('workato_data_center' or 'workato_host' of the role).", "Check 'workato_data_center' or 'workato_host'."),
        (
            "workato",
            "Correct 'provider' (of the role: 'workato_provider', 'workato_host').",
            "Correct 'workato_provider' (of the role: 'workato_provider', 'workato_host').",
        ),
        ("workato", "Set 'external_id' (of the role: 'workato_external_id').", "Set 'workato_external_id'."),
        ("power_platform", "'app_id', 'validity_days'", "'power_platform_client_id', 'power_platform_credential_validity_days'"),
        ("okta_workflows", "'permissions', 'app_id', 'mode'", "'okta_workflows_custom_scopes', 'okta_workflows_app_id', 'okta_workflows_consent_mode'"),
        ("okta_workflows", "'instance_url'", "'instance_url'"),
        ("entra_connector", "'accept_privileged'", "'entra_connector_accept_privileged'"),
    ],
)
def test_each_role_has_its_own(role: str, text: str, told: str) -> None:
    assert said(text, role) == told


def test_who_signs_in_has_its_own_variable() -> None:
    assert said("auth_client_id is set", "power_platform", auth="power_platform_admin_auth") == "'client_id' in 'power_platform_admin_auth' is set"


def test_what_a_service_said_is_quoted_as_it_is() -> None:
    assert said("Check 'environment': 403 'environment' is locked.", untouched="'environment' is locked.") == (
        "Check 'workspace365_environment': 403 'environment' is locked."
    )
    assert said("Check 'environment'.", untouched="something else") == "Check 'workspace365_environment'."


def test_a_result() -> None:
    """Only the two sentences of a failure are read."""
    failure = {"advice": "Check 'environment'.", "message": "'environment' is locked", "code": "x"}
    result = {"failed": True, "msg": "404: 'environment' is locked. Check 'environment'.", "failure": failure, "environment": "'environment'"}
    variables = role_options("workspace365")
    told = told_to_operator(result, "workspace365_sso", "workspace365", variables)
    assert told["msg"] == "404: 'environment' is locked. Check 'workspace365_environment'."
    assert told["failure"] == {**failure, "advice": "Check 'workspace365_environment'."}
    assert told["environment"] == "'environment'" and result["failure"] is failure and failure["advice"] == "Check 'environment'."


@pytest.mark.parametrize(
    "result",
    [
        {"msg": "'environment'"},
        {"failed": False, "msg": "'environment'"},
        {"failed": True},
        {"failed": True, "msg": ["'environment'"]},
    ],
)
def test_other_results_stay(result: dict[str, t.Any]) -> None:
    assert told_to_operator(result, "workspace365_sso", "workspace365", role_options("workspace365")) is result


def test_results_without_a_failure_of_ours() -> None:
    for failure in (None, "text", {"advice": None}):
        result = {"failed": True, "msg": "'environment'", "failure": failure}
        told = told_to_operator(result, "workspace365_sso", "workspace365", role_options("workspace365"))
        assert told == {**result, "msg": "'workspace365_environment'"}


def test_options_of_one_task_that_come_from_another_variable() -> None:
    result = {"failed": True, "msg": "no user 'x' ('principal')", "failure": {"advice": "Correct 'principal' or 'app_id'."}}
    told = told_to_operator(result, "entra_admin_consent", "okta_workflows", role_options("okta_workflows"), own={"principal": "okta_workflows_accounts"})
    assert told["msg"] == "no user 'x' ('okta_workflows_accounts')"
    assert told["failure"]["advice"] == "Correct 'okta_workflows_accounts' or 'okta_workflows_app_id'."


def test_members_of_one_variable_keep_their_names() -> None:
    result = {"failed": True, "msg": "'certificate_path' and tenant_id"}
    assert told_to_operator(result, "entra_token", "power_platform", role_options("power_platform"))["msg"] == "'certificate_path' and 'entra_tenant_id'"


def test_warnings_of_the_worker() -> None:
    """Whose deactivated application can be activated with a variable reads the one of the role in use."""
    words = words_of("entra_connection_info", "workspace365", role_options("workspace365"))
    assert words("Set '<role>_enable' or 'app_id'.") == "Set 'workspace365_enable' or 'workspace365_client_id'."
    accounts = words_of("entra_admin_consent", "okta_workflows", role_options("okta_workflows"), own={"principal": "okta_workflows_accounts"})
    assert accounts("'principal' is disabled") == "'okta_workflows_accounts' is disabled"
    members = words_of("entra_token", "power_platform", role_options("power_platform"), "power_platform_admin_auth")
    assert members("'certificate_path' and auth_client_id") == "'certificate_path' and 'client_id' in 'power_platform_admin_auth'"


@dataclasses.dataclass(frozen=True)
class Event:
    msg: t.Any


@dataclasses.dataclass(frozen=True)
class Warning_:
    event: t.Any
    formatted: str = ""


@pytest.mark.parametrize(
    ("warnings", "told"),
    [
        (["Set 'app_id'."], ["Set 'workspace365_client_id'."]),
        ([Warning_(Event("Set 'app_id'."))], [Warning_(Event("Set 'workspace365_client_id'."))]),
        ([Warning_(Event(None)), Warning_(None), 3], [Warning_(Event(None)), Warning_(None), 3]),
        ([], []),
    ],
)
def test_warnings_of_a_module_process(warnings: list[t.Any], told: list[t.Any]) -> None:
    words = words_of("entra_app", "workspace365", role_options("workspace365"))
    assert warnings_told({"changed": True, "warnings": warnings}, words) == {"changed": True, "warnings": told}


@pytest.mark.parametrize("result", [{}, {"warnings": None}, {"warnings": "text"}])
def test_results_without_a_list_of_warnings_stay(result: dict[str, t.Any]) -> None:
    assert warnings_told(result, str) is result


@pytest.mark.parametrize(
    ("names", "role"),
    [
        ([], None),
        (["tenantkit.connectors.workato"], "workato"),
        (["tenantkit.connectors.entra_connector", "tenantkit.connectors.workato"], "workato"),
        (["tenantkit.connectors.entra_connector", "mine", "tenantkit.connectors.workato"], "entra_connector"),
        (["tenantkit.connectors.entra_connector"], "entra_connector"),
        (["mine", "tenantkit.connectors.workato"], None),
        (["tenantkit.connectors.no_such_role"], None),
    ],
)
def test_whose_task_it_is(names: list[str], role: str | None) -> None:
    assert role_of_names(names) == role


def test_the_role_of_a_task() -> None:
    class Role:
        def get_name(self) -> str:
            return "tenantkit.connectors.entra_connector"

    class Task:
        _role: Role | None = Role()

    task = Task()
    assert role_of_task(task, {"ansible_parent_role_names": ["tenantkit.connectors.workspace365"]}) == "workspace365"
    assert role_of_task(task, {}) == "entra_connector"
    task._role = None
    assert role_of_task(task, {"ansible_parent_role_names": ["tenantkit.connectors.workspace365"]}) is None
