# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a host has variables that are nearly called like those of a role."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._products import registry
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._variable_names import names_checked

ROOT = Path(__file__).resolve().parents[4]
WRITTEN = [*ROOT.glob("roles/*/*/*.yml"), *ROOT.glob("roles/*/README.md"), *ROOT.glob("playbooks/*.yml"), *ROOT.glob("examples/**/*.yml"), ROOT / "README.md"]


def as_it_is(value):
    """What has no templates."""
    return value


def checked(role, **variables):
    return names_checked(role, {"inventory_hostname": "contoso", **variables}, as_it_is)


@pytest.mark.parametrize("role", sorted(registry.CONNECTIONS))
def test_what_the_collection_itself_calls_so_is_known(role):
    """A name of the roles, the playbooks or the documentation must not be refused. What a host has of another role is not looked at."""
    prefix = re.compile(rf"(?<![\w.])(?:{role}|entra)_\w+\b(?=\s*[:=])")
    names = {name for file in WRITTEN for name in prefix.findall(file.read_text())}
    assert names
    misspelt, _warning = names_checked(role, dict.fromkeys(names, "value"), as_it_is)
    assert misspelt == ""


@pytest.mark.parametrize("name", ["connection", "result", "hosts"])
def test_what_a_role_leaves_is_no_surprise(name):
    assert checked("workato", **{f"workato_{name}": {}}) == ("", "")


def test_a_misspelt_name_is_said_with_the_right_one():
    problem, warning = checked("workspace365", workspace365_permision="full", entra_expected_domian="contoso.com", workspace365_our_notes="x")
    assert "'workspace365_permision' (meant is probably 'workspace365_permissions')" in problem
    assert "'entra_expected_domian' (meant is probably 'entra_expected_domain')" in problem
    assert "workspace365_our_notes" in warning and "workspace365_permision" not in warning


def test_other_roles_and_private_names_are_not_looked_at():
    assert checked("workato", workspace365_permision="full", __workato_seen={}, entra_connector_look={}, entra_our_group="x") == ("", "")


@pytest.mark.parametrize("off", [False, "false", "False", "no", 0])
def test_it_can_be_turned_off(off):
    assert checked("workspace365", workspace365_permision="full", entra_check_variables=off) == ("", "")


@pytest.mark.parametrize("on", [True, "true", "", None, "perhaps"])
def test_what_is_neither_true_nor_false_is_left_to_the_validation_of_the_role(on):
    assert "permission" in checked("workspace365", workspace365_permision="full", entra_check_variables=on)[0]
