# SPDX-License-Identifier: GPL-3.0-or-later
"""Which rights a plan about consent settings needs."""

from __future__ import annotations

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import Action
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent_policy.rights import rights_of_actions
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.rights import (
    APPLICATIONS,
    CONSENT_REQUESTS,
    GRANT_POLICIES,
    GROUP_SETTINGS,
    OWN_APPLICATIONS,
    USER_CONSENT,
    Caller,
)


@pytest.mark.parametrize(
    ("kinds", "needed"),
    [
        ([], []),
        (["record"], [APPLICATIONS]),
        (["assign"], [USER_CONSENT]),
        (["settings"], [GROUP_SETTINGS]),
        (["remove_settings"], [GROUP_SETTINGS]),
        (["requests"], [CONSENT_REQUESTS]),
        (["create_policy", "update_policy", "add_condition", "remove_condition", "remove_policy"], [GRANT_POLICIES]),
        (["record", "assign", "settings"], [APPLICATIONS, USER_CONSENT, GROUP_SETTINGS]),
    ],
)
def test_kinds(kinds: list[str], needed: list[str]) -> None:
    actions = [Action(kind, kind, {"id": None}) for kind in kinds]
    assert rights_of_actions(actions, Caller()) == needed


@pytest.mark.parametrize(
    ("kind", "identifier", "permissions", "needed"),
    [
        ("settings", "5e77", [USER_CONSENT], []),  # what is there may be changed with this right, too
        ("settings", "5e77", [], [GROUP_SETTINGS]),
        ("settings", None, [USER_CONSENT], [GROUP_SETTINGS]),
        ("remove_settings", "5e77", [USER_CONSENT], [GROUP_SETTINGS]),
        ("assign", "5e77", [USER_CONSENT], [USER_CONSENT]),
        ("record", "5e77", [OWN_APPLICATIONS], []),  # who owns the service principal may write its notes
        ("record", "5e77", [USER_CONSENT], [APPLICATIONS]),
    ],
)
def test_what_another_right_may_do(kind: str, identifier: str | None, permissions: list[str], needed: list[str]) -> None:
    assert rights_of_actions([Action(kind, kind, {"id": identifier})], Caller(frozenset(permissions), True)) == needed
