# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Which permissions of Microsoft Graph a plan about the consent settings of a tenant needs. Pure.

Sources: the table "Permissions" of https://learn.microsoft.com/graph/api/authorizationpolicy-update,
https://learn.microsoft.com/graph/api/group-post-settings and https://learn.microsoft.com/graph/api/groupsetting-update (which takes the right to the
authorization policy as well); read 2026-11.
"""

from __future__ import annotations

import typing as t

from ..._engine import Action
from ..._graph.rights import APPLICATIONS, CONSENT_REQUESTS, GRANT_POLICIES, GROUP_SETTINGS, OWN_APPLICATIONS, USER_CONSENT, Caller

_OF_KINDS: t.Mapping[str, str] = {
    "record": APPLICATIONS,
    "assign": USER_CONSENT,
    "settings": GROUP_SETTINGS,
    "remove_settings": GROUP_SETTINGS,
    "requests": CONSENT_REQUESTS,
    "create_policy": GRANT_POLICIES,
    "update_policy": GRANT_POLICIES,
    "add_condition": GRANT_POLICIES,
    "remove_condition": GRANT_POLICIES,
    "remove_policy": GRANT_POLICIES,
}


def rights_of_actions(actions: t.Iterable[Action], caller: Caller) -> list[str]:
    """The rights without which one of the actions is certainly refused, each once."""
    return list(dict.fromkeys(_OF_KINDS[action.kind] for action in actions if not _has_another_way(action, caller)))


def _has_another_way(action: Action, caller: Caller) -> bool:
    """Whether another right that the caller has may do as well.

    Who owns the service principal may write the record into its notes, and group settings that are there may be changed with the right to the
    authorization policy.
    """
    if action.kind == "record":
        return OWN_APPLICATIONS in caller.permissions
    return action.kind == "settings" and bool(action.payload.get("id")) and USER_CONSENT in caller.permissions
