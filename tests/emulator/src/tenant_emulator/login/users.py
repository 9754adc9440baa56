# SPDX-License-Identifier: GPL-3.0-or-later
"""Who signs in, and what was consented to for them: the same for a password at the token endpoint and for a browser."""

from __future__ import annotations

import datetime as dt
import hmac
import typing as t

from ..graph import store
from ..tokens import GRAPH_APP_ID
from ..world import JsonObject, Lockout, Tenant, World
from .errors import LoginError


def find_user(tenant: Tenant, name: str) -> JsonObject:
    """The user of this name. Raises LoginError."""
    user = next((item for item in tenant.users.values() if name.lower() in (item["userPrincipalName"].lower(), item["id"])), None)
    if user is None:
        raise LoginError(50034, {"user": name, "tenant": tenant.display_name})
    return user


def check_password(world: World, tenant: Tenant, user: JsonObject, given: str) -> None:
    """Accept the user's password; too many wrong ones lock the account, for the right one too. Raises LoginError."""
    now, settings = world.clock.now(), world.settings
    lock = tenant.lockouts.setdefault(user["id"], Lockout())
    if lock.until is not None and now < lock.until:
        raise LoginError(50053)
    known = tenant.passwords.get(user["id"])
    if known is None or not hmac.compare_digest(known.encode(), given.encode()):
        lock.failures += 1
        if settings.lockout_threshold and lock.failures >= settings.lockout_threshold:
            # The lock is closed by this try; the next one is told.
            lock.failures, lock.until = 0, now + dt.timedelta(seconds=settings.lockout_seconds)
        raise LoginError(50126)
    del tenant.lockouts[user["id"]]


def check_policies(world: World, *names: str) -> None:
    """Refuse a token when Conditional Access blocks the client, the API or the user. Raises LoginError."""
    if {item.lower() for item in world.settings.conditional_access_blocks} & {name.lower() for name in names}:
        raise LoginError(53003)


# Sign-ins for nothing but these count as access to the directory.
# https://learn.microsoft.com/entra/identity/conditional-access/concept-enforcement-resource-exclusions (read 2026-11-30): "What are baseline scopes"
_BASELINE = frozenset(
    {
        "email", "offline_access", "openid", "profile", "User.Read", "User.Read.All", "User.ReadBasic.All", "People.Read", "People.Read.All",
        "GroupMember.Read.All", "Member.Read.Hidden",
    }
)  # fmt: skip
_DIRECTORY = "00000002-0000-0000-c000-000000000000"  # Windows Azure Active Directory


def check_access(
    world: World, tenant: Tenant, client: JsonObject, resource: JsonObject, user: JsonObject, scopes: t.AbstractSet[str], second_factor: bool = False
) -> None:
    """What stands between a known user and a token: a disabled account, policies, an assignment. Raises LoginError.

    ``scopes`` is what is asked for, without the address of the API in front.
    """
    if user.get("accountEnabled") is False:
        raise LoginError(50057)
    evaluated = _DIRECTORY if resource["appId"] == GRAPH_APP_ID and scopes <= _BASELINE else resource["appId"]
    check_policies(world, client["appId"], resource["appId"], evaluated, user["id"], user["userPrincipalName"])
    excluded = world.settings.conditional_access_all_but
    if excluded is not None and evaluated not in map(str.lower, excluded):
        raise LoginError(53003)
    if user["id"] in tenant.multi_factor and not second_factor:
        raise LoginError(50076, {"resource": resource["appId"]})
    # A group's assignment is one of its direct members: learn.microsoft.com/entra/identity/enterprise-apps/assign-user-or-group-access-portal (read 2026-11-30)
    holders = {user["id"], *store.groups_of(tenant, user["id"])}
    assigned = any(item["principalId"] in holders and item["resourceId"] == client["id"] for item in tenant.assignments.values())
    if client.get("appRoleAssignmentRequired") and not assigned:
        raise LoginError(50105, {"app": client["appId"], "name": client.get("displayName"), "user": user["userPrincipalName"]})


def granted_scopes(world: World, tenant: Tenant, client: JsonObject, resource: JsonObject, user: JsonObject) -> set[str]:
    """The delegated permissions of a client on an API: granted for everyone, or for this user."""
    granted: set[str] = set()
    # Whether one user's consent counts for an application that requires assignment is not documented; a setting decides.
    single = not (client.get("appRoleAssignmentRequired") and world.settings.assignment_blocks_single_consent)
    for grant in tenant.grants.values():
        if grant["clientId"] != client["id"] or grant["resourceId"] != resource["id"]:
            continue
        if grant["consentType"] == "AllPrincipals" or (single and grant.get("principalId") == user["id"]):
            granted |= set((grant.get("scope") or "").split())
    return granted
