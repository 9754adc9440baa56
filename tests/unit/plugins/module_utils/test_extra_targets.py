# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what names one tenant was said for all hosts of a run at once, and that every role says what names one."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._extra_targets import SHARED_TARGETS, extra_targets, refusal
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.registry import TARGETS
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._role_variables import role_options

KNOWN = {*SHARED_TARGETS, "payroll_environment", "payroll_app.app_id"}
TENANT = {"entra_tenant_id": "contoso.com"}
# How variables end that name one thing in the world.
NAMES_ONE = re.compile(r"_(id|url|host|environment|domain|instance|authority|workspace|accounts)$")
# Those that are the same for many tenants.
FOR_MANY = {
    "entra_login_url": "the cloud",
    "entra_graph_url": "the cloud",
    "entra_connector_vault_id": "the operator's vault",
    "okta_workflows_app_id": "the vendor's application",
    "okta_workflows_publisher_tenant_id": "the vendor's tenant",
    "okta_workflows_authorization_url": "the vendor's application",
    "power_platform_url": "the cloud",
    "power_platform_bap_url": "the cloud",
    "workato_expected_workspace": "says which workspace the token beside it opens, and travels with that",
    "workspace365_provisioning_key_instance": "says whose the key beside it is, and travels with that",
    "workato_folder_id": "a folder of the workspace, which has all connections of a service provider",
}


@pytest.mark.parametrize(
    ("extra", "hosts", "found"),
    [
        ({}, 2, []),
        (TENANT, 2, ["entra_tenant_id"]),
        (TENANT, 500, ["entra_tenant_id"]),
        (TENANT, 1, []),  # the one that is meant
        (TENANT, 0, []),
        ({"payroll_environment": "contoso", "entra_expected_domain": "contoso.com"}, 2, ["entra_expected_domain", "payroll_environment"]),
        ({"other_environment": "contoso", "payroll_environments": "x"}, 2, []),  # of a role that is not asked for, and a name that only begins so
        ({"entra_tenant_id": ""}, 2, []),  # a question of a survey that was not answered
        ({"entra_tenant_id": " \n"}, 2, []),
        ({"entra_tenant_id": None}, 2, []),
        ({"entra_expected_domain": ""}, 2, ["entra_expected_domain"]),  # would take the guard of every host away
        ({"entra_expected_domain": " "}, 500, ["entra_expected_domain"]),
        ({"entra_expected_domain": ""}, 1, []),
        ({"payroll_environment": []}, 2, []),
        ({"payroll_environment": 0}, 2, ["payroll_environment"]),  # a survey gives numbers as such
        ({"payroll_environment": "{{ inventory_hostname }}"}, 2, ["payroll_environment"]),  # what becomes of it is not known yet
        ({"payroll_app": {"unique_name": "payroll"}}, 2, []),
        ({"payroll_app": {"unique_name": "payroll", "app_id": "631a96bc"}}, 2, ["payroll_app.app_id"]),
        ({"payroll_app": {"app_id": ""}}, 2, []),
        ({"payroll_app": "app_id"}, 2, []),  # no dictionary, which the role refuses
        ({"awx_job_id": 7, "tower_job_id": 7, "awx_inventory_id": 2, "tower_user_name": "operator", "awx_job_template_name": "entra_tenant_id"}, 2, []),
        ({"rollout_hosts": "all", "connectors": "payroll", "entra_change_reference": "CHG0042"}, 2, []),
    ],
)
def test_what_is_found(extra: dict[str, t.Any], hosts: int, found: list[str]) -> None:
    assert extra_targets(extra, KNOWN, hosts) == found


def test_the_sentence() -> None:
    one = refusal(["entra_tenant_id"], 3)
    assert one.sentence() == (
        "'entra_tenant_id' is given as an extra variable (-e, a survey or a job template), which would name the same target for all 3 hosts of this play. "
        "Put it into the inventory, each value at its host, or limit the run to one host."
    )
    assert one.code == "extra_target"
    assert one.as_failure()["kind"] == "option"


def test_the_sentence_about_several() -> None:
    several = refusal(["a", "app.app_id"], 2)
    assert several.message == (
        "'a' and 'app_id' in 'app' are given as extra variables (-e, a survey or a job template), "
        "which would name the same target for all 2 hosts of this play."
    )
    assert several.advice == "Put them into the inventory, each value at its host, or limit the run to one host."


@pytest.mark.parametrize("role", TARGETS)
def test_every_role_says_what_names_a_target(role: str) -> None:
    """A new variable that ends like a name of one thing is a target, or it is said here why it is none."""
    options = role_options(role)
    worked_out = f"{role}_connection"  # all that the others say
    assert worked_out in TARGETS[role]
    assert {target.partition(".")[0] for target in TARGETS[role]} <= {*options, worked_out}, "a target that is no variable of the role"
    assert [name for name in options if NAMES_ONE.search(name) and name not in TARGETS[role] and name not in FOR_MANY] == []
    assert TARGETS[role] & set(FOR_MANY) == set()
