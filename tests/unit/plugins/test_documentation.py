# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documentation of modules says of them beyond their options, which ansible-test compares itself."""

from __future__ import annotations

import functools
import importlib
from pathlib import Path

import pytest
import yaml
from ansible_collections.tenantkit.connectors.plugins.doc_fragments import application

PLUGINS = Path(__file__).resolve().parents[3] / "plugins"
MODULES = sorted(path.stem for path in (PLUGINS / "modules").glob("*.py"))
FRAGMENTS = "tenantkit.connectors."
# They work with an application that others made when its display name is all they are given: one adopts it where that is allowed, the other only reads.
FIND_OTHERS = {"entra_app", "entra_app_info"}


def module(name):
    return importlib.import_module(f"ansible_collections.tenantkit.connectors.plugins.modules.{name}")


@functools.cache
def documentation(name):
    return yaml.safe_load(module(name).DOCUMENTATION)


CHANGE_NOTHING = ("connector_decision", "connector_look", "connector_preflight", "entra_token", "powerplatform_credential_proof")


def fragments(name):
    return {item.removeprefix(FRAGMENTS) for item in documentation(name)["extends_documentation_fragment"]}


@pytest.mark.parametrize("name", MODULES)
def test_the_action_group_is_documented_where_the_module_is_in_it(name):
    assert ("attributes.actiongroup" in fragments(name)) == module(name).DECLARATION.auth


@pytest.mark.parametrize("name", MODULES)
def test_a_module_that_only_reads_claims_no_diff(name):
    only_reads = name.endswith("_info") or name.startswith("rollout_") or name in CHANGE_NOTHING
    assert fragments(name) & {"attributes", "attributes.info"} == {"attributes.info" if only_reads else "attributes"}


@functools.cache
def shared_options():
    return yaml.safe_load(application.ModuleDocFragment.DOCUMENTATION)["options"]


@pytest.mark.parametrize("name", [name for name in MODULES if "application" in fragments(name)])
def test_a_display_name_says_whether_it_finds_what_others_made(name):
    shared = shared_options()["display_name"]
    assert any("did not create is refused" in text for text in shared["description"])
    assert ("display_name" in documentation(name)["options"]) == (name in FIND_OTHERS)
