# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendor's scopes against the catalogue of Microsoft Graph, and the profiles made of them."""

from __future__ import annotations

import json
import re

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.names import by_name, delegated, lower, once
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.scopes import (
    ADMIN_SCOPES,
    PROFILES,
    RETIRED_SCOPES,
    USER_SCOPES,
    VENDOR_SCOPES,
    admin_note,
    scopes_of,
)
from integration.okta_workflows.helpers import DIRECTORY
from support.playbooks import ROOT


def test_the_scope_lists() -> None:
    """The vendor's 62, 39 of them for administrators, and six of retired APIs: compared with the catalogue of Microsoft Graph."""
    user, admin, retired = set(USER_SCOPES), set(ADMIN_SCOPES), set(RETIRED_SCOPES)
    catalogue = json.loads((ROOT / "tests/emulator/src/tenant_emulator/data/graph_permissions.json").read_text())["scopes"]
    kinds = {item[0]: item[2] for item in catalogue}
    assert (len(user), len(admin), len(retired)) == (len(USER_SCOPES), len(ADMIN_SCOPES), len(RETIRED_SCOPES)) == (23, 39, 6)
    assert not user & admin
    assert retired <= user | admin
    assert {kinds[name] for name in user} == {"User"}
    assert {kinds[name] for name in admin} == {"Admin"}
    readme = (ROOT / "roles/okta_workflows/README.md").read_text()
    assert all(f"`{name}`" in readme for name in retired)


def test_the_counts_are_those_of_the_lists() -> None:
    """In the note, and where the documentation says it."""
    assert admin_note() == "39 of the 62 scopes that the vendor asks for need an administrator's consent whatever these settings are."
    readme = (ROOT / "roles/okta_workflows/README.md").read_text()
    assert re.findall(r"(\d+) of the vendor's (\d+) scopes", readme) == [(str(len(ADMIN_SCOPES)), str(len(VENDOR_SCOPES)))]


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("full", {*USER_SCOPES, *ADMIN_SCOPES}),
        ("current", {*USER_SCOPES, *ADMIN_SCOPES} - set(RETIRED_SCOPES)),
        ("directory", DIRECTORY),
        ("custom", {"Mail.Read"}),
    ],
)
def test_profiles(profile: str, expected: set[str]) -> None:
    names = scopes_of(profile, ["Mail.Read"])
    assert (set(names), len(names)) == (expected, len(expected))
    assert names == list(PROFILES.get(profile, ["Mail.Read"]))


def test_names() -> None:
    names = ["User.Read", "email", "USER.READ", "Mail.Read", "Email"]
    assert once(names) == ["User.Read", "email", "Mail.Read"]
    assert by_name(names) == ["email", "Mail.Read", "User.Read"]
    assert lower(["A", "b"]) == ["a", "b"]
    assert delegated([{"delegated": ["a"]}, {"delegated": ["b", "c"]}]) == ["a", "b", "c"]
