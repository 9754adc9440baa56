# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host says about a role, with the types that the role documents."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._role_variables import role_options, role_variables


@pytest.mark.parametrize(
    ("variables", "typed"),
    [
        ({"workato_force": "false"}, {"workato_force": False}),  # a survey of a controller
        ({"workato_force": "True", "unknown": 1, "inventory_hostname": "contoso"}, {"workato_force": True}),
        ({"workato_secret_validity_days": "90"}, {"workato_secret_validity_days": 90}),
        ({"workato_secret_validity_days": "soon", "workato_force": "no"}, {"workato_secret_validity_days": "soon", "workato_force": "no"}),
        ({"workato_client_id": None}, {}),
        ({"entra_ca_path": "~/ca.pem"}, {"entra_ca_path": "~/ca.pem"}),
        ({"workato_accept_privileged": "delegated:User.ReadWrite.All"}, {"workato_accept_privileged": ["delegated:User.ReadWrite.All"]}),
    ],
)
def test_typed(variables: dict[str, t.Any], typed: dict[str, t.Any]) -> None:
    assert role_variables("workato", variables, lambda value: value) == typed


def test_a_template_that_is_left_out_is_left_out() -> None:
    def template(value: dict[str, t.Any]) -> dict[str, t.Any]:
        return {name: item for name, item in value.items() if item != "{{ omit }}"}

    assert role_variables("workspace365", {"workspace365_client_id": "{{ omit }}", "workspace365_environment": "a"}, template) == {
        "workspace365_environment": "a"
    }


def test_all_entry_points_count() -> None:
    assert {"power_platform_try", "power_platform_state"} <= set(role_options("power_platform"))
