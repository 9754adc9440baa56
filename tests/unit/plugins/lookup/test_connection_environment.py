# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a role takes from the environment of the controller."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.lookup.connection import filled_up

EXPORTED = {"WORKATO_API_TOKEN": "exported", "ENTRA_TENANT_ID": "another tenant's"}


@pytest.mark.parametrize(
    ("role", "given", "environ", "found"),
    [
        ("workato", {"a": 1}, EXPORTED, {"a": 1, "workato_api_token": "exported"}),
        ("workato", {"workato_api_token": ""}, EXPORTED, {"workato_api_token": "exported"}),
        ("workato", {"workato_api_token": "own"}, EXPORTED, {"workato_api_token": "own"}),
        ("workato", {"workato_api_token": ""}, {"WORKATO_API_TOKEN": ""}, {"workato_api_token": ""}),
        ("workato", {}, {}, {}),
        ("workspace365", {"a": 1}, EXPORTED, {"a": 1}),
    ],
)
def test_only_what_the_host_has_not(role: str, given: dict[str, t.Any], environ: dict[str, str], found: dict[str, t.Any]) -> None:
    assert filled_up(role, given, environ) == found
