# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The least privileged application permission per call, for the advice after a 403.

Sources: https://learn.microsoft.com/graph/permissions-reference, and the table "Permissions" on the page of each call, such as
https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignedto; read 2026-11. That service principals of another tenant's application need
Application.ReadWrite.All follows from the refusal "must in the local tenant" (inferred).
"""

from __future__ import annotations

import re

_READ_APPS = "Application.Read.All (or Application.ReadWrite.OwnedBy)"
_WRITE_APPS = "Application.ReadWrite.OwnedBy (as owner of the object) or Application.ReadWrite.All"
_OWNERS = "Application.ReadWrite.OwnedBy (as owner of the object) or Application.ReadWrite.All, together with Directory.Read.All"
_ASSIGN = "AppRoleAssignment.ReadWrite.All together with Application.Read.All"
_GRANT = "DelegatedPermissionGrant.ReadWrite.All"
_READ_GRANTS = "DelegatedPermissionGrant.ReadWrite.All or Directory.Read.All"
_WRITES = "POST|PUT|PATCH|DELETE"

# Method pattern, path pattern (lower case, without the version), names. The first match counts.
_CALLS: tuple[tuple[str, str, str], ...] = (
    ("GET", r"/(applications|serviceprincipals)\b.*/owners", "Application.Read.All"),
    ("POST", r"/(applications|serviceprincipals)\b.*/owners", _OWNERS),
    ("GET", r"/serviceprincipals\b.*/approleassign", "Application.Read.All"),
    (_WRITES, r"/serviceprincipals\b.*/approleassign", _ASSIGN),
    ("GET", r"/serviceprincipals\b.*/oauth2permissiongrants", _READ_GRANTS),
    ("GET", r"/oauth2permissiongrants", _READ_GRANTS),
    (_WRITES, r"/oauth2permissiongrants", _GRANT),
    (_WRITES, r"/serviceprincipals\b.*/delegatedpermissionclassifications", "Policy.ReadWrite.PermissionGrant"),
    (_WRITES, r"/applications\b.*/appmanagementpolicies", "Policy.ReadWrite.ApplicationConfiguration together with Application.Read.All"),
    ("POST", r"/serviceprincipals/?$", _WRITE_APPS + "; for an application of another tenant Application.ReadWrite.All"),
    ("GET", r"/(applications|serviceprincipals)\b", _READ_APPS),
    (_WRITES, r"/(applications|serviceprincipals)\b", _WRITE_APPS),
    ("GET", r"/policies/authorizationpolicy", "Policy.Read.All (or Policy.ReadWrite.Authorization)"),
    (_WRITES, r"/policies/authorizationpolicy", "Policy.ReadWrite.Authorization"),
    ("GET", r"/policies/permissiongrantpolicies", "Policy.Read.PermissionGrant (or Policy.ReadWrite.PermissionGrant)"),
    (_WRITES, r"/policies/permissiongrantpolicies", "Policy.ReadWrite.PermissionGrant"),
    ("GET", r"/policies/adminconsentrequestpolicy", "Policy.Read.All (or Policy.ReadWrite.ConsentRequest)"),
    (_WRITES, r"/policies/adminconsentrequestpolicy", "Policy.ReadWrite.ConsentRequest"),
    ("GET", r"/policies/(default)?appmanagementpolic", "Policy.Read.All"),
    (_WRITES, r"/policies/(default)?appmanagementpolic", "Policy.ReadWrite.ApplicationConfiguration"),
    ("GET", r"/groupsetting", "GroupSettings.Read.All (or GroupSettings.ReadWrite.All)"),
    (_WRITES, r"/groupsetting", "GroupSettings.ReadWrite.All"),
    ("GET", r"/organization", "Organization.Read.All"),
    ("GET", r"/domains", "Domain.Read.All"),
    ("GET", r"/contracts", "Directory.Read.All"),
    ("GET", r"/tenantrelationships/delegatedadmin", "DelegatedAdminRelationship.Read.All"),
    ("GET", r"/tenantrelationships/findtenantinformation", "CrossTenantInformation.ReadBasic.All"),
    ("GET", r"/(directoryroles|rolemanagement/directory)", "RoleManagement.Read.Directory"),
    (_WRITES, r"/rolemanagement/directory", "RoleManagement.ReadWrite.Directory"),
    ("GET|POST", r"/directoryobjects", "Directory.Read.All"),
    ("GET|POST|DELETE", r"/directory/deleteditems", _READ_APPS + "; to restore or purge Application.ReadWrite.OwnedBy (as owner) or Application.ReadWrite.All"),
    ("GET", r"/users\b", "User.Read.All (or Directory.Read.All)"),
    ("GET", r"/groups\b", "Group.Read.All (or Directory.Read.All)"),
)


def least_permissions(method: str, path: str) -> str:
    """The permission (or permissions) a call needs at least, as words; empty when not known."""
    lowered = path.partition("?")[0].lower().rstrip("/")
    for methods, pattern, names in _CALLS:
        if re.fullmatch(methods, method.upper()) and re.match(pattern, lowered):
            return names
    return ""
