# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Which permissions of Microsoft Graph the open steps need: all of them are there before the first write, since that may open the whole tenant. Pure."""

from __future__ import annotations

import typing as t

from ..._entra.consent_policy.model import policies_for_groups
from ..._graph.rights import APPLICATIONS, ASSIGN, GRANT, GROUP_SETTINGS, USER_CONSENT
from .seen import Json, SeenTenant

# The README's table "Privileges": what reading takes, and what each row adds. A test compares both.
READING = ("Application.Read.All", "Directory.Read.All", "Organization.Read.All")
WRITING: t.Mapping[str, tuple[str, ...]] = {
    "preconsent": (APPLICATIONS, ASSIGN, GRANT),
    "absent": (APPLICATIONS, ASSIGN, GRANT),
    "vendor_documented": (APPLICATIONS, USER_CONSENT, GROUP_SETTINGS),
    "discovery": (),
}
_SETTINGS = {"user_consent": USER_CONSENT, "consent_settings": GROUP_SETTINGS}


def documented(chosen: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    """What the README documents for a run with these variables."""
    return (*READING, *(() if chosen["audit"] else WRITING[chosen["does"]]))


def rights_of_steps(seen: SeenTenant, steps: Json) -> list[str]:
    """The rights without which a step that is open is certainly refused. ``steps`` are those of the plan. An audit only predicts, and needs none."""
    if seen.chosen["audit"]:
        return []
    needed = []
    if (steps.get("enterprise_application") or {}).get("open"):
        # Who owns the service principal may change it; making one takes the right to all.
        needed += [] if seen.principal else [APPLICATIONS]
        needed += [ASSIGN] if seen.does != "vendor_documented" and _assigns(seen) else []
    if steps.get("surplus") or (steps.get("consents") and (seen.does == "absent" or seen.chosen["consent"]["on_forbidden"] != "hand_off")):
        needed.append(GRANT)
    if (steps.get("settings") or {}).get("open"):
        needed += _of_settings(seen)
    return needed


def _assigns(seen: SeenTenant) -> bool:
    """Whether an account has to be assigned, or with state absent its assignment taken away."""
    return seen.does == "absent" or not seen.only_the_accounts_are_let_in


def _of_settings(seen: SeenTenant) -> list[str]:
    """The rights to the settings that are changed: the wanted ones, or with state absent those that are on record."""
    settings = seen.settings
    if seen.does == "absent":
        changed = [name for name in _SETTINGS if name in (settings.get("recorded") or {})]
    else:
        # Where policies say what owners of groups consent to, the group setting is left alone.
        by_policies = bool(policies_for_groups(settings.get("owned_resource_consent") or ()))
        changed = [] if seen.users_consent else ["user_consent"]
        changed += [] if seen.group_owners_consent or by_policies else ["consent_settings"]
    return [_SETTINGS[name] for name in changed]
