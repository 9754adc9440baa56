# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The resource behind C(powerplatform_role_assignment)."""

from __future__ import annotations

import contextlib
import typing as t

from ..._addresses import path_segment
from ..._engine import PLACEHOLDER_ID, Action, Plan, Runtime
from ..._errors import ConnectorError, ForbiddenError
from ..._http.answer import HttpAnswer
from ..._ids import is_guid
from ..._waiting import pauses, settled
from .client import PlatformFault, ReadFault, connect_powerplatform, read_fault
from .environments import ENVIRONMENTS, environment_view
from .identified import MISSING, PRINCIPAL
from .principal import identify
from .role_plan import (
    ENVIRONMENT,
    GROUP,
    ROLES,
    TENANT,
    RoleAssignment,
    RoleCurrent,
    RoleDesired,
    Scope,
    builtin_role,
    covering,
    created_assignment,
    environment_key,
    find_role,
    matching,
    plan_role,
)

DEFINITIONS = "/authorization/roleDefinitions"
NEEDED = "Power Platform Administrator in Entra ID, or 'Power Platform role-based access control administrator' at this scope or a wider one"
_UNKNOWN_ID = "{roleAssignmentId}"  # of an assignment that this identity may not read
_UNKNOWN_PRINCIPAL = 60.0  # seconds for a principal that Graph does not know either; then it does not exist
_UNKNOWN_SCOPE = 20.0  # seconds for an environment or group that nothing else says exists; mostly the id is mistyped
_LOST_TRIES = 3


class RoleAssignmentResource:
    """What the engine needs for one role assignment."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._desired = RoleDesired.from_options(runtime.options)
        self._hands_off = runtime.options["on_forbidden"] == "hand_off"
        self._client = connect_powerplatform(runtime)
        self._current = RoleCurrent("", self._desired.role)
        self._made: RoleAssignment | None = None
        self._refusal: ForbiddenError | None = None
        self._scope_listed: bool | None = None  # None: not looked yet

    def read(self) -> RoleCurrent:
        """The assignments at the scope; where one has to be made also what wider scopes give and what the principal's id is."""
        desired = self._desired
        try:
            role_id, name = self._role()
            self._current = RoleCurrent(role_id, name)
            listed = self._assignments(desired.scope)
            found = matching(listed, role_id, desired.principal_id, desired.scope)
        except ForbiddenError as error:
            self._refuse(error)
            return self._current
        wider: tuple[RoleAssignment, ...] = ()
        principal = None
        if desired.state == "present" and not found and desired.principal_id != PLACEHOLDER_ID:
            wider = self._wider(role_id, listed)
            principal = identify(self._client, desired.principal_id) if desired.principal_type == "ApplicationUser" else None
        self._current = RoleCurrent(role_id, name, found, wider, principal)
        return self._current

    def _role(self) -> tuple[str, str]:
        value = self._desired.role
        known = builtin_role(value)
        if known:
            return known, ROLES[known]
        if is_guid(value):
            # Kept while the definitions cannot be read: the id is all that is needed.
            self._current = RoleCurrent(value.lower(), value)
        if self._client.absent:
            return self._current.role_id, value
        return find_role(value, self._client.entries(DEFINITIONS, doing="list the roles of Power Platform"))

    def _assignments(self, scope: Scope, *, patient: bool = True) -> list[RoleAssignment]:
        doing = f"list the role assignments of {scope.shown}"
        return [RoleAssignment.from_api(item) for item in self._client.entries(scope.path(), doing=doing, lag=self._lag() if patient else None)]

    def _wider(self, role_id: str, listed: t.Sequence[RoleAssignment]) -> tuple[RoleAssignment, ...]:
        """What gives the role already: a stronger one at the scope, or one at a wider scope.

        Only for a warning, so each look is left out for itself when it does not succeed, and none is waited for.
        """
        desired = self._desired
        scopes, found = [desired.scope], list(listed)
        if desired.scope.kind != TENANT:
            scopes.append(Scope(TENANT))
        if desired.scope.kind == ENVIRONMENT:
            with contextlib.suppress(ConnectorError):
                group = self._group_of(desired.scope.key)
                scopes += [Scope(GROUP, group)] if group else []
        for scope in scopes[1:]:
            with contextlib.suppress(ConnectorError):
                found += self._assignments(scope, patient=False)
        return tuple(dict.fromkeys(covering(found, role_id, desired.principal_id, scopes)))

    def _environment(self, environment_id: str) -> dict[str, t.Any] | None:
        """The environment as the list of environments shows it; None when this identity does not see it there."""
        listed = self._client.entries(ENVIRONMENTS, doing=f"look up environment {environment_id}", params={"ids": environment_id})
        views = (environment_view(item) for item in listed)
        return next((view for view in views if environment_key(str(view["id"])) == environment_id), None)

    def _group_of(self, environment_id: str) -> str | None:
        found = self._environment(environment_id)
        return str(found["environment_group_id"]).lower() if found and found["environment_group_id"] else None

    def _is_listed(self) -> bool:
        """Whether the environment of the scope is known to exist. Asked once, and only when the authorization service says that it does not know it."""
        if self._scope_listed is None:
            self._scope_listed = False
            if self._desired.scope.kind == ENVIRONMENT:
                with contextlib.suppress(ConnectorError):
                    self._scope_listed = self._environment(self._desired.scope.key) is not None
        return self._scope_listed

    def plan(self, current: RoleCurrent) -> Plan:
        """Pure, unless nothing could be read: then nothing is written either."""
        if self._refusal is not None:
            return Plan()
        return plan_role(self._desired, current, check_mode=self._runtime.check_mode)

    def apply(self, action: Action) -> None:
        """One write."""
        desired = self._desired
        try:
            if action.kind == "delete":
                self._client.call("DELETE", desired.scope.path(action.payload["id"]), doing=action.text, accept=(404,))
            else:
                self._made = self._create(action.text)
        except ForbiddenError as error:
            self._refuse(error)

    def _create(self, doing: str) -> RoleAssignment | None:
        """Create it, and after a lost answer or "exists already" look whether it is there: a second one must not come to be."""
        waiting = pauses()
        exists = False  # as the last answer says

        def write() -> HttpAnswer | RoleAssignment:
            nonlocal exists
            exists = False
            answer = self._client.call("POST", self._desired.scope.path(), doing=doing, body=self._body(), lag=self._lag(), accept=(400, 409))
            if answer.ok:
                return answer
            fault = read_fault(answer.status, answer.text)
            exists = answer.status == 409 or "exist" in " ".join(fault.codes).lower()
            failure = self._client.error(answer, doing)
            raise failure if exists else self._explained(failure, fault)

        def look(error: ConnectorError, tried: int) -> RoleAssignment | None:
            self._runtime.budget.wait(next(waiting), f"{doing}: looking whether it was done")
            return self._look()

        def lost(error: ConnectorError, tried: int) -> bool:
            return exists or (error.outcome == "unknown" and tried < _LOST_TRIES)

        made = settled(write, look, lost=lost, tries=_LOST_TRIES, doubtful=False)
        if isinstance(made, RoleAssignment):
            return made
        return (created_assignment(made.json()) if made.text.strip() else None) or self._look()

    def _body(self) -> dict[str, str]:
        desired = self._desired
        return {
            "roleDefinitionId": self._current.role_id,
            "principalObjectId": desired.principal_id,
            "principalType": desired.principal_type,
            "scope": desired.scope.text(self._client.tenant_id),
        }

    def _look(self) -> RoleAssignment | None:
        desired = self._desired
        found = matching(self._assignments(desired.scope), self._current.role_id, desired.principal_id, desired.scope)
        return found[0] if found else None

    def _lag(self) -> ReadFault:
        """What a new environment, group or principal is answered with until the authorization service has heard of it."""
        scope, desired, principal = self._desired.scope, self._desired, self._current.principal

        def lag(fault: PlatformFault) -> tuple[str, float | None] | None:
            words = fault.words
            if _unknown_scope(fault):
                if self._is_listed():
                    return f"{scope.shown} exists and is not known to the authorization service yet", None
                return f"{scope.shown} is not known to the authorization service; it was made a moment ago, or does not exist", _UNKNOWN_SCOPE
            says_missing = any(text in words for text in ("notfound", "not found", "not exist", "could not be resolved"))
            if fault.status in (400, 404) and "principal" in words and says_missing:
                known = principal is not None and principal.kind == PRINCIPAL
                shown = f"{desired.principal_type} {desired.principal_id}"
                text = f"{shown} exists and is not known to the authorization service yet" if known else f"{shown} is not known to the authorization service"
                return text, _UNKNOWN_PRINCIPAL if principal is not None and principal.kind == MISSING else None
            return None

        return lag

    def _explained(self, failure: ConnectorError, fault: PlatformFault) -> ConnectorError:
        if _unknown_scope(fault):
            return failure.with_(advice=f"Check the id of {self._desired.scope.shown}. If it was made a moment ago, run again later.")
        if "principal" in fault.words:
            return failure.with_(
                advice="'principal_object_id' has to be the object id of a service principal (the enterprise application) in this tenant: neither the "
                "application (client) id nor the object id of the app registration. 'principal_type' has to fit it."
            )
        return failure

    def _refuse(self, error: ForbiddenError) -> None:
        """Keep a refusal with what an administrator who may do it has to send, or raise ForbiddenError with that."""
        refusal = error.with_(
            details={"hand_off": self._hand_off(error.message)},
            advice=f"Needed: {NEEDED}; a person's token also needs the delegated permission Authorization.RoleAssignments.Write.",
        )
        if not self._hands_off:
            raise refusal from error
        self._refusal = refusal

    def _hand_off(self, reason: str) -> dict[str, t.Any]:
        """The exact request for an administrator to send."""
        scope, body = self._desired.scope, self._body()
        if not self._current.role_id:
            body["roleDefinitionId"] = f"<id of role '{self._desired.role}'>"
        requests: list[dict[str, t.Any]] = []
        if self._desired.state == "present":
            requests.append({"method": "POST", "url": self._client.address(scope.path()), "body": body})
        else:
            ids = [item.id for item in self._current.matching]
            if not ids:
                # This identity cannot read its id. The request that finds it has to be told now: the object id of a principal that is deleted is gone for good.
                ids = [_UNKNOWN_ID]
                requests.append({"method": "GET", "url": self._client.address(scope.path()), "body": None, "find": body})
            # A person reads the place of the unknown id in the address, so that stays unquoted.
            addresses = [self._client.address(scope.path(key)).replace(path_segment(_UNKNOWN_ID), _UNKNOWN_ID) for key in ids]
            requests += [{"method": "DELETE", "url": address, "body": None} for address in addresses]
        return {"reason": reason, "needs": NEEDED, "requests": requests}

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """The key C(role_assignment)."""
        desired, current = self._desired, self._current
        creating = any(action.kind == "create" for action in plan.actions)
        found = self._made or (current.matching[0] if current.matching and desired.state == "present" else None)
        raw = found.raw if found else {}
        view = {
            "id": found.id if found else PLACEHOLDER_ID if creating and not applied else None,
            "role_definition_id": current.role_id or None,
            "role": current.role_name,
            "principal_object_id": desired.principal_id,
            "principal_type": desired.principal_type,
            "scope": desired.scope.text(self._client.tenant_id),
            "created_on": raw.get("createdOn"),
            "expires_on": raw.get("expiresOn"),
            "covered_by": [
                {"role": ROLES.get(item.role_id, item.role_id), "scope": (item.scope or desired.scope).text(self._client.tenant_id)} for item in current.wider
            ],
            "would_create": creating and not applied,
            "hand_off": self._refusal.details["hand_off"] if self._refusal is not None else None,
        }
        if self._refusal is not None:
            return {"changed": False, "actions": [], "diff": {"before": {}, "after": {}}, "role_assignment": view}
        return {"role_assignment": view}


def _unknown_scope(fault: PlatformFault) -> bool:
    return "environmentidinvalid" in fault.words or "environmentgroupidinvalid" in fault.words
