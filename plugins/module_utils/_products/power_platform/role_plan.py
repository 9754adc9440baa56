# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Role assignments of Power Platform: roles, scopes and the pure planner.

Sources: https://learn.microsoft.com/power-platform/admin/programmability-tutorial-rbac-role-assignment (ids of the roles, scopes) and
https://learn.microsoft.com/power-platform/admin/security/role-based-access-control (inheritance); read 2026-11. Which role covers which (inferred).
"""

from __future__ import annotations

import dataclasses
import difflib
import re
import typing as t

from ..._addresses import path_segment
from ..._engine import PLACEHOLDER_ID, Action, Plan
from ..._errors import OptionError
from ..._ids import is_guid
from .identified import APP_ID, APPLICATION, Identified
from .services import POWER_PLATFORM

OWNER = "0cb07c69-1631-4725-ab35-e59e001c51ea"
CONTRIBUTOR = "ff954d61-a89a-4fbe-ace9-01c367b89f87"
READER = "c886ad2e-27f7-4874-8381-5849b8d8a090"
RBAC_ADMINISTRATOR = "95e94555-018c-447b-8691-bdac8e12211e"
ROLES: t.Mapping[str, str] = {
    OWNER: "Power Platform owner",
    CONTRIBUTOR: "Power Platform contributor",
    READER: "Power Platform reader",
    RBAC_ADMINISTRATOR: "Power Platform role-based access control administrator",
}
# Which roles give what another one gives, and more.
_COVERS: t.Mapping[str, frozenset[str]] = {
    OWNER: frozenset({OWNER, CONTRIBUTOR, READER, RBAC_ADMINISTRATOR}),
    CONTRIBUTOR: frozenset({CONTRIBUTOR, READER}),
}
TENANT, GROUP, ENVIRONMENT = "tenant", "environment_group", "environment"
DEFAULT = "Default-"  # environment of a tenant
_SEGMENTS = {GROUP: "environmentGroups", ENVIRONMENT: "environments"}
_SCOPE = re.compile(r"^(?:/tenants/(?P<tenant>[^/]+))?(?:/(?P<kind>environmentgroups|environments)/(?P<key>[^/]+))?/?$", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Scope:
    """What a role is assigned at. Lists have been seen to name it with and without the tenant, hence no text."""

    kind: str
    key: str = ""  # id of the environment or group

    @classmethod
    def parse(cls, text: t.Any) -> Scope | None:
        """From an assignment; None for a scope of another kind."""
        found = _SCOPE.match(str(text or ""))
        if found is None or not (found["tenant"] or found["kind"]):
            return None
        if not found["kind"]:
            return cls(TENANT)
        if found["kind"].lower() == "environmentgroups":
            return cls(GROUP, found["key"].lower())
        return cls(ENVIRONMENT, environment_key(found["key"]))

    def path(self, assignment_id: str = "") -> str:
        """The path of the assignments at this scope, or of one of them."""
        middle = "" if self.kind == TENANT else f"/{_SEGMENTS[self.kind]}/{path_segment(self.key)}"
        return f"/authorization{middle}/roleAssignments{f'/{path_segment(assignment_id)}' if assignment_id else ''}"

    def text(self, tenant_id: str) -> str:
        """As the API writes it."""
        return f"/tenants/{tenant_id}" + ("" if self.kind == TENANT else f"/{_SEGMENTS[self.kind]}/{self.key}")

    @property
    def shown(self) -> str:
        """For sentences."""
        return "the tenant" if self.kind == TENANT else f"{self.kind.replace('_', ' ')} {self.key}"


@dataclasses.dataclass(frozen=True)
class RoleDesired:
    """The options, checked; the role may still be a name."""

    state: str
    role: str
    principal_id: str
    principal_type: str
    scope: Scope

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any]) -> RoleDesired:
        """From module options. Raises OptionError for what can be no id."""
        kind = options["scope"]
        key = ""
        for name, needed, check in (("environment_id", ENVIRONMENT, _environment), ("environment_group_id", GROUP, _guid)):
            if kind == needed:
                key = check(options.get(name), name)
            elif options.get(name):
                raise OptionError(
                    f"'{name}' is set, and 'scope' is {kind}.", code="scope", outcome="refused", advice=f"Set 'scope' to {needed}, or leave it out."
                )
        principal = _guid(options["principal_object_id"], "principal_object_id")
        return cls(options["state"], options["role"].strip(), principal, options["principal_type"], Scope(kind, key))


@dataclasses.dataclass(frozen=True)
class RoleAssignment:
    """One role assignment."""

    id: str
    role_id: str
    principal_id: str
    scope: Scope | None
    raw: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict, compare=False)

    @classmethod
    def from_api(cls, item: t.Mapping[str, t.Any]) -> RoleAssignment:
        """From one entry of a list or the answer to a create."""
        texts = [str(item.get(name) or "").lower() for name in ("roleAssignmentId", "roleDefinitionId", "principalObjectId")]
        return cls(texts[0], texts[1], texts[2], Scope.parse(item.get("scope")), item)


@dataclasses.dataclass(frozen=True)
class RoleCurrent:
    """What was read. ``wider`` and ``principal`` only where an assignment has to be made.

    ``role_id`` is empty for a name that cannot be looked up yet: check mode before the API is in the tenant.
    """

    role_id: str
    role_name: str
    matching: tuple[RoleAssignment, ...] = ()
    wider: tuple[RoleAssignment, ...] = ()
    principal: Identified | None = None


def created_assignment(body: t.Any) -> RoleAssignment | None:
    """The assignment that a create answered with: flat, or in a list of one; None when it said nothing."""
    if isinstance(body, dict) and isinstance(next((value for name, value in body.items() if name.lower() == "value"), None), list):
        body = next((item for item in next(value for name, value in body.items() if name.lower() == "value") if isinstance(item, dict)), None)
    found = RoleAssignment.from_api(body) if isinstance(body, dict) else None
    return found if found is not None and found.id else None


def matching(assignments: t.Iterable[RoleAssignment], role_id: str, principal_id: str, scope: Scope) -> tuple[RoleAssignment, ...]:
    """The assignments of this role to this principal at exactly this scope."""
    return tuple(item for item in assignments if (item.role_id, item.principal_id, item.scope) == (role_id, principal_id, scope))


def covering(assignments: t.Iterable[RoleAssignment], role_id: str, principal_id: str, scopes: t.Collection[Scope]) -> tuple[RoleAssignment, ...]:
    """The assignments at these scopes that give the role, or more, already."""
    return tuple(
        item
        for item in assignments
        if item.principal_id == principal_id and item.scope in scopes and role_id in _COVERS.get(item.role_id, frozenset({item.role_id}))
    )


def builtin_role(value: str) -> str | None:
    """The id of one of the four roles by id or name. Names are spelled differently from place to place."""
    if is_guid(value):
        return value.lower() if value.lower() in ROLES else None
    return next((key for key, name in ROLES.items() if _plain(name) == _plain(value)), None)


def find_role(value: str, definitions: t.Sequence[t.Mapping[str, t.Any]]) -> tuple[str, str]:
    """Id and name of a role among the definitions of the tenant. Raises OptionError, with the nearest names, unless exactly one role fits."""
    known = {str(item.get("roleDefinitionId") or "").lower(): str(item.get("roleDefinitionName") or "") for item in definitions}
    found = [key for key, name in known.items() if key == value.lower() or (name and _plain(name) == _plain(value))]
    if len(found) == 1:
        return found[0], known[found[0]]
    names = {_plain(name): name for name in [*known.values(), *ROLES.values()] if name}
    near = [names[match] for match in difflib.get_close_matches(_plain(value), names, 3, 0.4)]
    raise OptionError(
        f"Power Platform has no role {value!r}." if not found else f"Several roles are called {value!r}: {', '.join(found)}.",
        code="role_unknown",
        service=POWER_PLATFORM,
        outcome="refused",
        advice=f"The nearest: {', '.join(near)}." if near else f"The roles are: {', '.join(sorted(names.values()))}.",
        details={"nearest": near, "known": sorted(names.values())},
    )


def plan_role(desired: RoleDesired, current: RoleCurrent, *, check_mode: bool = False) -> Plan:
    """Make what is missing, remove what is there; an assignment cannot be changed.

    Raises OptionError for check mode's placeholder in a real run, and for an id of the application in place of its service principal's.
    """
    what = f"role '{current.role_name}' at {desired.scope.shown}"
    shape = {"role": current.role_name, "scope": desired.scope.shown, "principal_object_id": desired.principal_id}
    if desired.state == "absent":
        actions = tuple(Action("delete", f"take {what} from {desired.principal_id}", {"id": item.id}) for item in current.matching)
        return Plan(actions, shape if actions else {}, {})
    if current.matching:
        return Plan(before=shape, after=shape)
    if desired.principal_id == PLACEHOLDER_ID:
        if not check_mode:
            raise OptionError("'principal_object_id' is the id that check mode gives to what does not exist yet.", code="placeholder", outcome="refused")
    elif current.principal is not None:
        _check_principal(desired.principal_id, current.principal)
    warnings = tuple(
        f"{desired.principal_id} holds role '{ROLES.get(item.role_id, item.role_id)}' at {t.cast(Scope, item.scope).shown}, which includes {what} already."
        for item in current.wider
    )
    if not current.role_id:
        warnings += (f"The Power Platform API is not in the tenant yet: whether it has a role {current.role_name!r} is known when it is.",)
    return Plan((Action("create", f"give {what} to {desired.principal_id}"),), {}, shape, warnings)


def _check_principal(value: str, found: Identified) -> None:
    if found.kind not in (APP_ID, APPLICATION):
        return
    what = f"the application (client) id of {found.shown}" if found.kind == APP_ID else f"the object id of the app registration {found.shown}"
    right = f" That is {found.object_id}." if found.object_id else ""
    raise OptionError(
        f"'principal_object_id' is {value}, which is {what}. Roles are given to the object id of its service principal.{right}",
        code="app_id_for_object_id" if found.kind == APP_ID else "application_for_service_principal",
        service=POWER_PLATFORM,
        outcome="refused",
        advice="tenantkit.connectors.entra_service_principal returns it as service_principal.object_id.",
        details={"service_principal_object_id": found.object_id},
    )


def environment_key(value: str) -> str:
    """The id of an environment in one spelling. That of a tenant's default environment has a word in front of the GUID."""
    text = value.strip().lower()
    return DEFAULT + text.removeprefix(DEFAULT.lower()) if text.startswith(DEFAULT.lower()) else text


def _environment(value: t.Any, name: str) -> str:
    key = environment_key(str(value or ""))
    _guid(key.removeprefix(DEFAULT), name)
    return key


def _guid(value: t.Any, name: str) -> str:
    text = str(value or "").strip().lower()
    if not is_guid(text):
        raise OptionError(f"'{name}' is {str(value or '')!r}, which is not an id (a GUID).", code="not_an_id", outcome="refused")
    return text


def _plain(name: str) -> str:
    """A role's name without what differs between its spellings: case, hyphens, the product's name in front."""
    words = re.sub(r"[^a-z0-9]+", " ", name.lower()).split()
    if words[:2] == ["power", "platform"]:
        words = words[2:]
    text = " ".join(words)
    return {"rbac administrator": "role based access control administrator"}.get(text, text)
