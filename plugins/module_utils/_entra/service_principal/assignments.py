# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Users and groups that are assigned to an enterprise application. Pure; service principals' permissions are never touched.

Sources: https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignedto and https://learn.microsoft.com/graph/api/resources/approleassignment
(the default role's id); read 2026-11.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ..._engine import Action
from ..._errors import OptionError
from ..common.list_change import ListChange, difference
from ..common.principals import Name, Principal, find, find_or_none

DEFAULT_ROLE = "00000000-0000-0000-0000-000000000000"
_TYPES = {"User": "user", "Group": "group"}


@dataclasses.dataclass(frozen=True)
class Assignee:
    """An entry of C(assigned_to): who, and in which role."""

    kind: str
    name: str
    app_role: str | None = None

    @classmethod
    def from_option(cls, entry: t.Mapping[str, t.Any]) -> Assignee:
        """One of C(user) and C(group) is given."""
        kind = "user" if entry.get("user") else "group"
        return cls(kind, entry[kind], entry.get("app_role") or None)


@dataclasses.dataclass(frozen=True)
class PrincipalAssignment:
    """An assignment that exists (with an id) or is wanted."""

    principal_id: str
    kind: str
    label: str
    role: str | None = None  # value of the app role, None for the default one
    id: str | None = None

    @property
    def key(self) -> tuple[str, str | None]:
        """What makes two assignments the same."""
        return (self.principal_id, self.role)

    @property
    def words(self) -> str:
        """For sentences: "group 'Sales' as Approver"."""
        return f"{self.kind} '{self.label}'" + (f" as {self.role}" if self.role else "")

    def to_result(self) -> dict[str, t.Any]:
        """For results and diffs."""
        return {"principal_id": self.principal_id, "principal_type": self.kind, "principal": self.label, "app_role": self.role}


def existing(entries: t.Iterable[t.Mapping[str, t.Any]], roles: t.Iterable[t.Mapping[str, t.Any]]) -> list[PrincipalAssignment]:
    """The assignments of users and groups among Graph's C(appRoleAssignedTo)."""
    values = {role.get("id"): _label(role) for role in roles}
    return [
        PrincipalAssignment(
            entry["principalId"],
            _TYPES[entry["principalType"]],
            entry.get("principalDisplayName") or entry["principalId"],
            None if entry.get("appRoleId") == DEFAULT_ROLE else values.get(entry.get("appRoleId")) or entry.get("appRoleId"),
            entry["id"],
        )
        for entry in entries
        if entry.get("principalType") in _TYPES
    ]


def _label(role: t.Mapping[str, t.Any]) -> str:
    return str(role.get("value") or role.get("displayName") or role.get("id"))


def _role(value: str | None, roles: t.Sequence[t.Mapping[str, t.Any]], described: str) -> t.Mapping[str, t.Any] | None:
    """The app role of an assignment, None for the default one, or OptionError naming the ones there are.

    Entra takes the default role only where there are no app roles at all, those of applications included.
    """
    offered = [role for role in roles if role.get("isEnabled", True) and "User" in (role.get("allowedMemberTypes") or ["User"])]
    names = ", ".join(map(_label, offered))
    if value is None:
        if not roles or len(offered) == 1:
            return offered[0] if offered else None
        if offered:
            raise OptionError(f"The {described} has app roles, so an assignment has to name one of them in 'app_role': {names}.", code="app_role_missing")
        others = ", ".join(map(_label, roles))
        raise OptionError(
            f"No user or group can be assigned to the {described}: its app roles are disabled or for applications only ({others}).", code="no_app_role"
        )
    for role in offered:
        if value in (_label(role), role.get("id")):
            return role
    hint = f"; it has {names}." if names else "." if roles else "; leave 'app_role' out."
    raise OptionError(f"The {described} has no app role '{value}' for users and groups{hint}", code="unknown_app_role")


def role_id(value: str | None, roles: t.Sequence[t.Mapping[str, t.Any]], described: str) -> str:
    """The id of the app role that is called ``value``, or of the only one there is."""
    role = _role(value, roles, described)
    return DEFAULT_ROLE if role is None else t.cast(str, role["id"])


@dataclasses.dataclass(frozen=True)
class AssignmentPlan:
    """What is added and removed, and the whole list before and after."""

    add: tuple[Action, ...] = ()
    remove: tuple[Action, ...] = ()
    before: tuple[PrincipalAssignment, ...] = ()
    after: tuple[PrincipalAssignment, ...] = ()


def plan_assignments(
    change: ListChange[Assignee],
    current: t.Sequence[PrincipalAssignment],
    found: t.Mapping[Name, Principal | None],
    roles: t.Sequence[t.Mapping[str, t.Any]] | None,
    described: str,
    *,
    tenant: str,
) -> AssignmentPlan:
    """From the option to writes. ``roles`` is None for an application that is not known yet."""
    held = {assignment.key for assignment in current}
    wanted = []
    for entry in change.wanted:
        principal = find(found, entry.kind, entry.name, tenant=tenant, option="assigned_to")
        name = entry.app_role
        # Who was assigned before the application had roles stays that way until a role is asked for.
        if roles is not None and not (name is None and (principal.id, None) in held):
            role = _role(name, roles, described)
            name = None if role is None else _label(role)
        wanted.append(PrincipalAssignment(principal.id, entry.kind, principal.label, name))
    gone = []
    for entry in change.remove:
        leaving = find_or_none(found, entry.kind, entry.name)
        if leaving is not None:
            gone += [one for one in current if one.principal_id == leaving.id and entry.app_role in (None, one.role)]
    merged = ListChange(None if change.set is None else tuple(wanted), () if change.set is not None else tuple(wanted), tuple(gone))
    after = merged.apply(list(current), lambda held: held.key)
    added, removed = difference(list(current), after, lambda held: held.key)
    return AssignmentPlan(
        tuple(Action("assign", f"assign {held.words} to {described}", {"principal_id": held.principal_id, "role": held.role}) for held in added),
        tuple(Action("unassign", f"remove the assignment of {held.words} from {described}", {"id": held.id}) for held in removed),
        tuple(current),
        tuple(after),
    )
