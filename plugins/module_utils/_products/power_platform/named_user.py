# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Whether a user whom the operator names may sign in, by the assignments of the enterprise application.

Source: https://learn.microsoft.com/entra/identity/enterprise-apps/assign-user-or-group-access-portal (where assignment is required a user needs one of their
own, or direct membership of an assigned group); read 2026-11-30.
"""

from __future__ import annotations

import typing as t

from ..._auth.aadsts import Remedy
from ..._ids import is_guid
from .remedies import codes_of

Given = t.Mapping[str, t.Any]


def access_of(user: str, enterprise: Given) -> dict[str, t.Any]:
    """The member C(user) of a diagnosis; empty where none is named, or where there is no enterprise application to look at.

    C(assigned) is C(None) where the assignments do not tell: an assigned group may have the user as a direct member, where that may not be read, and users who
    are shown by another name than that by which they sign in may be the one. A member through another group does not have the group's assignment.
    """
    if not user or not enterprise:
        return {}
    rows = list(enterprise.get("assigned_to") or ())
    own = next((row for row in rows if user.lower() in (_lower(row, "principal"), _lower(row, "principal_id"))), None)
    found = {"name": user, "required": bool(enterprise.get("app_role_assignment_required")), "enabled": (own or {}).get("principal_enabled")}
    if own:
        return {**found, "assigned": True, "reason": f"{user} is assigned."}
    groups = {_lower(row, "principal_id"): str(row["principal"]) for row in rows if row.get("principal_type") == "group"}
    member = enterprise.get("member") or {"not_assessed": "It was not asked for."}
    direct, nested = (sorted(groups.get(one, one) for one in member.get(name) or ()) for name in ("direct", "nested"))
    unnamed = sum(row.get("principal_type") == "user" and "@" not in str(row.get("principal")) for row in rows)
    if direct:
        return {**found, "assigned": True, "reason": f"{user} is a direct member of an assigned group: {', '.join(direct)}."}
    if groups and member.get("not_assessed"):
        reason = f"{user} has no assignment, and may be a direct member of an assigned group ({', '.join(sorted(groups.values()))}), which is not assessed: "
        reason += str(member["not_assessed"])
    elif unnamed and not is_guid(user):
        reason = f"{unnamed} of the assigned users could not be read by their user principal names, and {user} may be one of them: give the object id."
    else:
        through = f", and is a member of {', '.join(nested)} only through another group, which does not count" if nested else ""
        among = f", and is no direct member of an assigned group ({', '.join(sorted(groups.values()))})" if groups and not nested else ""
        return {**found, "assigned": False, "reason": f"{user} is not assigned{through}{among}."}
    return {**found, "assigned": None, "reason": reason}


def findings_of(user: Given, enterprise: Given) -> t.Iterator[tuple[str, str, str]]:
    """Check, cause and repair of what keeps the user out. That no account at all is assigned is said of the enterprise application."""
    if user and user["required"] and user["assigned"] is False and enterprise.get("assigned_to"):
        cause = f"Only assigned accounts may sign in, and {str(user['reason']).rstrip('.')} ({codes_of(Remedy.ASSIGN_ACCOUNT)})."
        more = " Or make it a direct member of an assigned group." if any(row.get("principal_type") == "group" for row in enterprise["assigned_to"]) else ""
        yield "assignment", cause, f"Assign it with assigned_to of tenantkit.connectors.entra_service_principal.{more}"
    if user and user["enabled"] is False:
        yield "account", f"The account {user['name']} is disabled ({codes_of(Remedy.ENABLE_ACCOUNT)}).", "An administrator of the tenant enables it."


def _lower(row: Given, name: str) -> str:
    return str(row.get(name) or "").lower()
