# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Which permissions of Microsoft Graph the open steps of a connection need, so that what is missing is said before the first of them. Pure."""

from __future__ import annotations

import typing as t

from ..._graph.rights import APPLICATIONS, ASSIGN, GRANT, OWN_APPLICATIONS

Wanted = t.Mapping[str, t.Any]
Seen = t.Mapping[str, t.Any]
_OF_THE_APPLICATION = ("app", "permissions", "service_principal", "secret", "certificate", "credential")


def rights_of_steps(wanted: Wanted, seen: Seen) -> list[str]:
    """The rights without which a step that is open is certainly refused.

    ``wanted`` are the options of entra_connection_info with the role's own in C(role), ``seen`` is what it found out, with its steps. Whether an application
    of others belongs to the identity cannot be told from a token, so writing to one counts as writing to its own. A consent that is handed off where the
    right is missing needs none.
    """
    steps = seen["steps"]
    needed = [APPLICATIONS] if seen["missing_resources"] else []
    if any(_is_open(steps.get(name)) for name in _OF_THE_APPLICATION):
        needed.append(OWN_APPLICATIONS)
    if _is_open(steps.get("service_principal")) and (wanted.get("service_principal") or {}).get("assigned_to"):
        needed.append(ASSIGN)
    if _is_open(steps.get("consent")) and not _is_handed_off(wanted):
        needed += _rights_to_consent(wanted, seen.get("consent") or {})
    return needed


def other_way(wanted: Wanted, missing: t.Iterable[str]) -> str:
    """What the operator can do where only the right to consent is missing."""
    lacks = set(missing)
    if wanted.get("state") == "absent" or not lacks or not lacks <= {GRANT, ASSIGN}:
        return ""
    prefix = wanted["role"].get("prefix") or "entra_connector"
    if prefix == "entra_connector":
        return "Or leave the consent to an administrator with 'on_forbidden: hand_off' in 'entra_connector_consent'."
    return f"Or leave the consent to an administrator with '{prefix}_consent_on_forbidden: hand_off'."


def _rights_to_consent(wanted: Wanted, consent: t.Mapping[str, t.Any]) -> list[str]:
    """By the kinds of permissions that are granted, or taken away."""
    rows = list(consent.get("granted" if wanted.get("state") == "absent" else "missing") or ())
    if (wanted.get("consent") or {}).get("mode") == "exact":
        rows += consent.get("extra") or ()
    kinds = (("delegated", GRANT), ("application", ASSIGN))
    return [right for kind, right in kinds if any(row.get(kind) for row in rows)]


def _is_handed_off(wanted: Wanted) -> bool:
    return wanted.get("state") != "absent" and (wanted.get("consent") or {}).get("on_forbidden") == "hand_off"


def _is_open(step: t.Any) -> bool:
    return bool(step) and bool(step.get("open") or step.get("actions"))
