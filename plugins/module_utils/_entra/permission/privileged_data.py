# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Permissions that amount to owning a tenant, as data.

Each row is (resource app id, C(delegated) or C(application), name). A C(*) at the end or in the middle of a name stands for any
characters. A row has to match at least one permission of the catalogue, which a unit test checks together with the whole expansion: a
row without a match has no effect.

Sources: https://learn.microsoft.com/graph/permissions-reference (the names) and
https://learn.microsoft.com/entra/identity/role-based-access-control/privileged-roles-permissions; read 2026-11. Microsoft marks no permission of Graph in
this way: which ones amount to a tenant is judged here (inferred).
"""

from __future__ import annotations

_GRAPH = "00000003-0000-0000-c000-000000000000"

# Give themselves or others a directory role, a Graph permission, an application's credentials or a user's sign-in.
_BOTH = (
    "AppRoleAssignment.ReadWrite.All",
    "Application.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "DeviceManagementConfiguration.ReadWrite.All",
    "DeviceManagementManagedDevices.PrivilegedOperations.All",
    "DeviceManagementRBAC.ReadWrite.All",
    "Directory.ReadWrite.All",
    "Domain.ReadWrite.All",
    "EntitlementManagement.ReadWrite.All",
    "Organization.ReadWrite.All",
    "Policy.ReadWrite.*",
    "Privileged*.ReadWrite.*",
    "RoleAssignmentSchedule.ReadWrite.*",
    "RoleEligibilitySchedule.ReadWrite.*",
    "RoleManagement.ReadWrite.*",
    "RoleManagementPolicy.ReadWrite.*",
    "Sites.FullControl.All",
    "Synchronization.ReadWrite.All",
    "User-PasswordProfile.ReadWrite.All",
    "User.ManageIdentities.All",
    "UserAuthenticationMethod.ReadWrite.All",
)

# Acts with everything the signed-in administrator may do; there is no application permission of that name.
_DELEGATED_ONLY = ("Directory.AccessAsUser.All",)

PRIVILEGED: tuple[tuple[str, str, str], ...] = (
    *((_GRAPH, "delegated", name) for name in (*_BOTH, *_DELEGATED_ONLY)),
    *((_GRAPH, "application", name) for name in _BOTH),
)
