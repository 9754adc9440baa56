# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose application it is."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.common.publisher import check_publisher
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError

HOME, VENDOR, OTHER = "2f4c9a1e-6d3c-4a0e-9a54-3f1c9f3f1f10", "9d0e1f2a-3b4c-4d5e-8f60-718293a4b5c6", "136042dc-5d4e-4f6a-8b7c-9d0e1f2a3b4c"
APP_ID = "4f7a2c10-9b8d-4e65-a3f1-6c5d4e3b2a19"

# The principal's owner and type, the expected publisher, whether the application is registered here, whether something is granted; the code of the refusal.
ROWS: list[tuple[str | None, str, str | None, bool, bool, str | None]] = [
    (VENDOR, "Application", VENDOR.upper() + " ", False, True, None),
    (OTHER, "Application", VENDOR, False, True, "publisher_mismatch"),
    (OTHER, "Application", VENDOR, False, False, "publisher_mismatch"),
    (None, "Application", VENDOR, False, True, "publisher_mismatch"),
    (HOME, "Application", VENDOR, True, True, "publisher_mismatch"),
    (VENDOR, "Application", None, False, True, "publisher_not_named"),
    (VENDOR, "Application", None, False, False, None),
    (HOME, "Application", None, True, True, None),
    (HOME.upper(), "Application", None, False, True, None),
    (None, "Application", None, True, True, None),
    (None, "ManagedIdentity", None, False, True, None),
    (None, "Application", None, False, True, "publisher_not_named"),
]


@pytest.mark.parametrize(("owner", "kind", "expected", "registered_here", "granting", "refused"), ROWS)
def test_the_publisher(owner: str | None, kind: str, expected: str | None, registered_here: bool, granting: bool, refused: str | None) -> None:
    principal: dict[str, t.Any] = {"appId": APP_ID, "displayName": "Okta", "appOwnerOrganizationId": owner, "servicePrincipalType": kind}

    def check() -> None:
        check_publisher(principal, expected, HOME, registered_here=registered_here, granting=granting)

    if refused is None:
        check()
        return
    with pytest.raises(OptionError) as failure:
        check()
    assert failure.value.code == refused
    assert (owner or "unknown") in str(failure.value) and APP_ID in str(failure.value)
