# SPDX-License-Identifier: GPL-3.0-or-later
"""Which permission opens which endpoint, from the data behind the service's own permission tables."""

from __future__ import annotations

import functools
import re
import typing as t

from . import schema, store
from .call import Call
from .errors import denied

OWNED = "Application.ReadWrite.OwnedBy"

_UNLISTED = re.compile(r"/(\$ref|\$count|microsoft\.graph\.(user|serviceprincipal))$")

_READ_APPS: dict[str, list[str]] = {
    "Application.Read.All": [],
    "Application.ReadWrite.All": [],
    OWNED: [],
    "Directory.Read.All": [],
    "Directory.ReadWrite.All": [],
}
_WRITE_APPS: dict[str, list[str]] = {"Application.ReadWrite.All": [], OWNED: []}
_READ_USERS: dict[str, list[str]] = {
    name: []
    for name in (
        "User.ReadBasic.All",
        "User.Read.All",
        "User.ReadWrite.All",
        "Directory.Read.All",
        "Directory.ReadWrite.All",
    )
}
# These show more of a user than the basic profile.
READ_WHOLE_USERS = frozenset({"User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"})
_READ_GROUPS: dict[str, list[str]] = {
    name: []
    for name in (
        "GroupMember.Read.All",
        "Group.Read.All",
        "Group.ReadWrite.All",
        "Directory.Read.All",
        "Directory.ReadWrite.All",
    )
}
# https://learn.microsoft.com/graph/api/user-list-transitivememberof (read 2026-11-30)
_READ_MEMBERSHIPS: dict[str, list[str]] = {
    name: [] for name in ("User.Read.All", "GroupMember.Read.All", "Group.Read.All", "Directory.Read.All", "Directory.ReadWrite.All")
}
_READ_ORGANIZATION: dict[str, list[str]] = {
    name: [] for name in ("Organization.Read.All", "Organization.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All")
}
_READS_PRINCIPALS = ["Application.Read.All", "Directory.Read.All"]
_ASSIGN: dict[str, list[str]] = {"AppRoleAssignment.ReadWrite.All": _READS_PRINCIPALS}
_GRANT_READ: dict[str, list[str]] = {
    name: []
    for name in (
        "Directory.Read.All",
        "Directory.ReadWrite.All",
        "DelegatedPermissionGrant.Read.All",
        "DelegatedPermissionGrant.ReadWrite.All",
    )
}
# Who may read a policy may read its condition sets: they come with it.
_GRANT_POLICIES: dict[str, list[str]] = {"Policy.Read.PermissionGrant": [], "Policy.ReadWrite.PermissionGrant": [], "Directory.Read.All": []}
_POLICY_ASSIGN: dict[str, list[str]] = {
    "Application.Read.All": ["Policy.ReadWrite.ApplicationConfiguration"],
    "Policy.ReadWrite.ApplicationConfiguration": ["Application.Read.All"],
}

# Paths the tables do not list, and those where they are known to be incomplete.
_CORRECTIONS: dict[tuple[str, str], dict[str, list[str]]] = {
    ("/users", "GET"): _READ_USERS,
    ("/users/{id}", "GET"): _READ_USERS,
    ("/users/{id}/memberof", "GET"): _READ_MEMBERSHIPS,
    ("/users/{id}/transitivememberof", "GET"): _READ_MEMBERSHIPS,
    ("/groups", "GET"): _READ_GROUPS,
    ("/groups/{id}", "GET"): _READ_GROUPS,
    ("/organization/{id}", "GET"): _READ_ORGANIZATION,
    ("/directory/deleteditems", "GET"): _READ_APPS,
    ("/directory/deleteditems/{id}", "GET"): _READ_APPS,
    ("/directory/deleteditems/{id}", "DELETE"): _WRITE_APPS,
    ("/directory/deleteditems/{id}/restore", "POST"): _WRITE_APPS,
    # A role assignment needs the privilege to assign and one to read the service principals.
    ("/serviceprincipals/{id}/approleassignedto", "POST"): _ASSIGN,
    ("/serviceprincipals/{id}/approleassignments", "POST"): _ASSIGN,
    ("/serviceprincipals/{id}/oauth2permissiongrants", "GET"): _GRANT_READ,
    ("/oauth2permissiongrants", "GET"): _GRANT_READ,
    ("/oauth2permissiongrants/{id}", "GET"): _GRANT_READ,
    ("/serviceprincipals/{id}/approleassignedto/{id}", "GET"): _READ_APPS,
    ("/serviceprincipals/{id}/approleassignments/{id}", "GET"): _READ_APPS,
    ("/applications/{id}/permanentdelete", "POST"): _WRITE_APPS,
    **{(f"/policies/permissiongrantpolicies/{{id}}/{side}{key}", "GET"): _GRANT_POLICIES for side in ("includes", "excludes") for key in ("", "/{id}")},
    ("/applications/{id}/appmanagementpolicies", "GET"): {
        "Policy.Read.All": [],
        "Policy.ReadWrite.ApplicationConfiguration": [],
    },
    ("/applications/{id}/appmanagementpolicies", "POST"): _POLICY_ASSIGN,
    ("/applications/{id}/appmanagementpolicies/{id}", "DELETE"): _POLICY_ASSIGN,
    ("/serviceprincipals/{id}/appmanagementpolicies", "GET"): {
        "Policy.Read.All": [],
        "Policy.ReadWrite.ApplicationConfiguration": [],
    },
    ("/serviceprincipals/{id}/appmanagementpolicies", "POST"): _POLICY_ASSIGN,
    ("/serviceprincipals/{id}/appmanagementpolicies/{id}", "DELETE"): _POLICY_ASSIGN,
}


@functools.cache
def _table() -> dict[tuple[str, str], tuple[dict[str, list[str]], dict[str, list[str]]]]:
    table = {(path, method): (app, user) for path, method, app, user in schema.load("graph_privileges.json")}
    for key, names in _CORRECTIONS.items():
        table[key] = (names, {name: also for name, also in names.items() if name != OWNED})
    return table


def _held(name: str, privileges: t.Container[str]) -> bool:
    """Whether the privilege is there itself, or as the one that also writes."""
    return name in privileges or name.replace(".Read.All", ".ReadWrite.All") in privileges


def required(path: str, method: str, app_only: bool) -> dict[str, list[str]]:
    """Permission -> others of which one is needed besides, for a path pattern in lower case."""
    path = _UNLISTED.sub("", path)
    rows = _table().get((path, method))
    if rows is None:
        return {}
    names = rows[0] if app_only else rows[1]
    companions = {other for also in names.values() for other in also}
    # A permission that only accompanies another one is listed too, but does not open the endpoint by itself.
    return {name: also for name, also in names.items() if also or name not in companions or method == "GET" or name.endswith(".ReadWrite.All")}


def _rolls_its_own_key(call: Call, path: str) -> bool:
    """Whether an application adds or removes a certificate of its own, which takes no permission.

    https://learn.microsoft.com/graph/api/application-addkey, .../application-removekey (read 2026-11-30)
    """
    kind, _slash, action = path.strip("/").partition("/")
    if not call.app_only or action.rpartition("/")[2] not in ("addkey", "removekey"):
        return False
    item = store.find(call.tenant, "applications" if kind.startswith("applications") else "service_principals", call.keys[0])
    return item is not None and item["appId"] == (call.claims.get("appid") or call.claims.get("azp"))


def check(call: Call, path: str) -> None:
    """Refuse a caller without a sufficient privilege; note when the sufficient one is limited to owned objects."""
    if _rolls_its_own_key(call, path):
        return
    held = call.privileges
    sufficient = {
        name for name, also in required(path, call.method, call.app_only).items() if name in held and (not also or any(_held(other, held) for other in also))
    }
    if not sufficient:
        raise denied()
    call.owned_only = sufficient == {OWNED}
