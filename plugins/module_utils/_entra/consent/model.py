# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Consent: delegated grants and application role assignments of one client, desired and current.

Sources: https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant and https://learn.microsoft.com/graph/api/resources/approleassignment; read
2026-11. Scope texts with leading or double spaces were observed in public reports; they are not documented.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ..._engine import PLACEHOLDER_ID
from ..permission.option import ResourcePermissions

# An assignment to this role says "may use it at all", which is no permission.
DEFAULT_ROLE = "00000000-0000-0000-0000-000000000000"


@dataclasses.dataclass(frozen=True)
class Grant:
    """One oauth2PermissionGrant."""

    id: str
    client_id: str
    resource_id: str
    principal_id: str | None  # None: for every user (AllPrincipals)
    scopes: tuple[str, ...]

    @classmethod
    def from_graph(cls, grant: t.Mapping[str, t.Any]) -> Grant:
        """From Graph's JSON; the scope string may have leading or double spaces."""
        single = grant.get("consentType") == "Principal"
        return cls(
            id=grant["id"],
            client_id=str(grant["clientId"]).lower(),
            resource_id=str(grant["resourceId"]).lower(),
            principal_id=str(grant.get("principalId") or "").lower() if single else None,
            scopes=tuple((grant.get("scope") or "").split()),
        )


@dataclasses.dataclass(frozen=True)
class AppRoleAssignment:
    """One appRoleAssignment whose principal is the client."""

    id: str
    resource_id: str
    role_id: str
    resource_name: str

    @classmethod
    def from_graph(cls, assignment: t.Mapping[str, t.Any]) -> AppRoleAssignment:
        """From Graph's JSON."""
        resource_id = str(assignment["resourceId"]).lower()
        return cls(assignment["id"], resource_id, str(assignment["appRoleId"]).lower(), assignment.get("resourceDisplayName") or resource_id)


@dataclasses.dataclass(frozen=True)
class ConsentDesired:
    """What the options ask for, resolved and past the gate.

    ``everything`` (only with state absent): no permissions were listed, all of the key goes.
    """

    permissions: tuple[ResourcePermissions, ...]
    mode: str = "merge"
    state: str = "present"
    principal_id: str | None = None
    principal_label: str | None = None
    everything: bool = False

    @classmethod
    def from_options(
        cls, options: t.Mapping[str, t.Any], permissions: t.Iterable[ResourcePermissions], principal: t.Mapping[str, t.Any] | None = None
    ) -> ConsentDesired:
        """From the module's options; ``permissions`` are resolved already, ``principal`` is the user's JSON (C(id), C(userPrincipalName))."""
        state = options.get("state") or "present"
        listed = tuple(permissions)
        if principal is not None and options.get("permissions") is None:
            # What an application requests of the application kind exists for the whole tenant only; a single principal's consent leaves it out.
            listed = tuple(dataclasses.replace(one, application={}) for one in listed)
        return cls(
            permissions=listed,
            mode=options.get("mode") or "merge",
            state=state,
            principal_id=str(principal["id"]).lower() if principal else None,
            principal_label=(principal.get("userPrincipalName") or principal["id"]) if principal else None,
            everything=state == "absent" and options.get("permissions") is None,
        )


@dataclasses.dataclass(frozen=True)
class ConsentCurrent:
    """What is granted to the client. ``client_id`` is the placeholder while it has no service principal."""

    label: str
    app_id: str = PLACEHOLDER_ID
    client_id: str = PLACEHOLDER_ID
    grants: tuple[Grant, ...] = ()
    assignments: tuple[AppRoleAssignment, ...] = ()

    @classmethod
    def from_graph(
        cls,
        principal: t.Mapping[str, t.Any] | None,
        grants: t.Iterable[t.Mapping[str, t.Any]] = (),
        assignments: t.Iterable[t.Mapping[str, t.Any]] = (),
        *,
        label: str = "",
        app_id: str | None = None,
    ) -> ConsentCurrent:
        """From the client's service principal, C(/oauth2PermissionGrants) and C(/appRoleAssignments) below it; None predicts for a new one."""
        if principal is None:
            return cls(label, app_id or PLACEHOLDER_ID)
        return cls(
            label=principal.get("displayName") or label,
            app_id=str(principal["appId"]).lower(),
            client_id=str(principal["id"]).lower(),
            grants=tuple(map(Grant.from_graph, grants)),
            assignments=tuple(map(AppRoleAssignment.from_graph, assignments)),
        )

    def tenant_wide(self) -> tuple[Grant, ...]:
        """The grants that hold for every user."""
        return tuple(grant for grant in self.grants if grant.principal_id is None and grant.client_id == self.client_id)


@dataclasses.dataclass
class Held:
    """What is granted on one resource: scopes by lower-case name as spelled, and role ids to assignment ids."""

    scopes: dict[str, str] = dataclasses.field(default_factory=dict)
    roles: dict[str, str] = dataclasses.field(default_factory=dict)
    grant_id: str | None = None

    def copy(self) -> Held:
        """An independent one."""
        return Held(dict(self.scopes), dict(self.roles), self.grant_id)


# Resource service principal id (or app id, while there is none) to what is granted there.
GrantState = dict[str, Held]


def key_of(one: ResourcePermissions) -> str:
    """The key of a resource in a C(GrantState)."""
    return one.resource_sp_id or one.resource_app_id


def state_of(desired: ConsentDesired, current: ConsentCurrent) -> GrantState:
    """What is granted under the key that is asked for. Application roles belong to the tenant-wide key."""
    state: GrantState = {}
    for grant in current.grants:
        if grant.client_id == current.client_id and grant.principal_id == desired.principal_id:
            held = state.setdefault(grant.resource_id, Held())
            held.scopes.update((scope.lower(), scope) for scope in grant.scopes)
            held.grant_id = grant.id
    if desired.principal_id is None:
        for assignment in current.assignments:
            if assignment.role_id != DEFAULT_ROLE:
                state.setdefault(assignment.resource_id, Held()).roles[assignment.role_id] = assignment.id
    return state
