# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""An enterprise application: reads it with its application and its assignments, and carries out the plan."""

from __future__ import annotations

import typing as t

from ..._engine import Action, Plan, Runtime
from ..._errors import ConflictError, NotFoundError, OptionError, ServiceError
from ..._graph.client import GraphClient
from ..._graph.odata import PathKey, odata_string, path_to, with_query
from ..._graph.optional_properties import read_named
from ..._graph.parts import Part
from ..._session import connect
from ..common.application_reference import ApplicationReference, resolve
from ..common.principals import PrincipalNames
from ..common.whose import CREATED_BY
from .assignments import role_id
from .model import OURS, SELECT, ServicePrincipalCurrent, ServicePrincipalDesired, to_ansible
from .plan import plan_service_principal

__all__ = ["ServicePrincipalCurrent", "ServicePrincipalDesired", "ServicePrincipalResource", "plan_service_principal"]

_APPLICATION_SELECT = ("id", "appId", "displayName", "tags", CREATED_BY)
# Of an application of this tenant these only mean that it is too new; of any other they mean what they say.
_TOO_NEW = ("NoBackingApplicationObject", "does not reference a valid application object", "must in the local tenant")


class ServicePrincipalResource:
    """The resource of C(entra_service_principal)."""

    def __init__(self, runtime: Runtime, graph: GraphClient | None = None) -> None:
        self._runtime = runtime
        self.desired = ServicePrincipalDesired.from_options(runtime.options)
        if graph is None:
            graph = connect(runtime)
        self._graph = graph
        self._current = ServicePrincipalCurrent()
        self._principal: dict[str, t.Any] = {}
        self._new = False
        self._described = "service principal"

    def read(self) -> ServicePrincipalCurrent:
        """One request when the app id is given, two otherwise, and one more before assignment is turned on. None for what this job has just made."""
        self._current = self._read()
        self._principal = dict(self._current.principal or {})
        return self._current

    def _read(self) -> ServicePrincipalCurrent:
        desired, graph = self.desired, self._graph
        select = (*_APPLICATION_SELECT, "appRoles") if desired.assigned_to else _APPLICATION_SELECT
        reference, application = desired.reference, None
        by_app_id = reference.key == "app_id" and not reference.is_placeholder
        if not by_app_id:
            application = self._resolve(select)
        app_id = reference.app_id if by_app_id else (application or {}).get("appId")
        change = desired.assigned_to if desired.state == "present" else None
        wanted, leaving = ([(entry.kind, entry.name) for entry in entries] for entries in ((change.wanted, change.remove) if change else ((), ())))
        names = PrincipalNames(wanted, leaving)
        parts: dict[str, Part] = {}
        if app_id:
            path = path_to("servicePrincipals", PathKey(app_id, "appId"))
            fields = (*SELECT, "appRoles") if change else SELECT
            parts["principal"] = Part("GET", with_query(path, {"$select": fields}), doing=f"read the service principal of {reference.describe()}")
            if by_app_id:
                parts["application"] = ApplicationReference(app_id=app_id).part(select=select)
            if change:
                parts["assigned"] = self._assigned_part(path)
        believe = desired.state == "present" and bool(self._runtime.options.get("chained"))
        answer = read_named(graph, {**parts, **names.parts()}, believe=believe)
        principal = answer["principal"].body if "principal" in answer and answer["principal"].found else None
        if by_app_id and answer["application"].found:
            application = answer["application"].body
        assigned = graph.items(answer["assigned"]) if principal and "assigned" in answer else None
        current: dict[str, t.Any] = {"app_id": app_id, "tenant": graph.tenant, "tenant_id": graph.tenant_id}
        current["found"] = names.read(answer)
        if principal and self._turns_assignment_on(principal):
            current["grants"], current["names"], current["accounts"], assigned = self._holders(principal["id"], assigned)
        return ServicePrincipalCurrent.from_graph(principal, application=application, assigned_to=assigned or (), **current)

    def _resolve(self, select: t.Iterable[str]) -> dict[str, t.Any] | None:
        try:
            return resolve(self._graph, self.desired.reference, select=select, check_mode=self._runtime.check_mode)
        except NotFoundError:
            if self.desired.state == "absent":
                return None  # without its application there is nothing to delete
            raise

    def _turns_assignment_on(self, principal: t.Mapping[str, t.Any]) -> bool:
        wanted = self.desired.values.get("app_role_assignment_required") and self.desired.state == "present"
        return bool(wanted) and not principal.get("appRoleAssignmentRequired")

    def _holders(
        self, principal_id: str, assigned: list[dict[str, t.Any]] | None
    ) -> tuple[tuple[dict[str, t.Any], ...], dict[str, str], dict[str, bool], list[dict[str, t.Any]]]:
        """Who consented to the application, with their names and whether they can sign in where that can be read, and who is assigned to it."""
        described = self.desired.reference.describe()
        path = with_query("/oauth2PermissionGrants", {"$filter": f"clientId eq {odata_string(principal_id)}"})
        wanted = {"grants": Part("GET", path, doing=f"read who holds a grant on {described}")}
        if assigned is None:
            wanted["assigned"] = self._assigned_part(path_to("servicePrincipals", PathKey(principal_id)))
        found = {name: self._graph.items(answer) for name, answer in self._graph.batch_named(wanted).items()}
        grants = found["grants"]
        ids = sorted({grant["principalId"] for grant in grants if grant.get("principalId")})
        parts = [
            Part("GET", path_to("users", PathKey(holder)), params={"$select": "id,displayName,userPrincipalName,accountEnabled"}, doing=f"read user {holder}")
            for holder in ids
        ]
        answers = self._graph.batch(parts)
        named = {answer.body["id"]: answer.body.get("userPrincipalName") or answer.body["id"] for answer in answers if answer.ok}
        # An account that is gone cannot sign in. One whose state this identity may not see answers without it.
        accounts = {holder: False for holder, answer in zip(ids, answers, strict=True) if answer.absent}
        accounts |= {
            answer.body["id"]: answer.body["accountEnabled"] for answer in answers if answer.ok and isinstance(answer.body.get("accountEnabled"), bool)
        }
        return tuple(grants), named, accounts, assigned if assigned is not None else found["assigned"]

    def _assigned_part(self, path: str) -> Part:
        doing = f"read the assignments of {self.desired.reference.describe()}"
        return Part("GET", f"{path}/appRoleAssignedTo", doing=doing, params={"$top": 999})

    def plan(self, current: ServicePrincipalCurrent) -> Plan:
        """Pure: see C(plan_service_principal)."""
        return plan_service_principal(self.desired, current)

    def apply(self, action: Action) -> None:
        """Carry out one action."""
        getattr(self, f"_apply_{action.kind}")(action)

    def _apply_create(self, action: Action) -> None:
        body = action.payload["body"]
        path = path_to("servicePrincipals", PathKey(body["appId"], "appId"))

        def find() -> dict[str, t.Any] | None:
            return self._graph.find(path, doing=f"look whether it was done: {action.text}")

        retry_texts = _TOO_NEW if self._current.application is not None else ()
        try:
            made = self._graph.post("/servicePrincipals", body, doing=action.text, reconcile=find, retry_texts=retry_texts)
        except ConflictError:  # another client was faster
            made = find()
            if made is None:
                raise
        self._principal, self._new = t.cast("dict[str, t.Any]", made), True
        self._check_new()

    def _check_new(self) -> None:
        """Whose application an app id is can be seen only once the tenant has a service principal of it."""
        owner, expected = (self._principal.get("appOwnerOrganizationId") or "").lower(), (self.desired.publisher or "").strip().lower()
        if not expected or owner == expected:
            return
        label, app_id = self._principal.get("displayName"), self._principal.get("appId")
        closed = "it is disabled, " if self._principal.get("accountEnabled") is False else ""
        closed += "assignment is required, " if self._principal.get("appRoleAssignmentRequired") else ""
        raise OptionError(
            f"The publisher's tenant of '{label}' ({app_id}) is {owner or 'unknown'}, not {expected} ('expected_publisher_tenant_id'). That could be "
            f"seen only after its service principal {self._principal['id']} had been added to tenant {self._graph.tenant}; {closed}no user or group was "
            "assigned to it and nothing was granted.",
            code="publisher_mismatch",
            tenant=self._graph.tenant,
            advice="Make sure that the app id is the vendor's, and delete that enterprise application if it is not wanted.",
            details={"object_id": self._principal["id"], "app_owner_organization_id": owner},
        )

    def _apply_update(self, action: Action) -> None:
        self._graph.patch(path_to("servicePrincipals", PathKey(self._principal["id"])), action.payload["body"], doing=action.text, just_created=self._new)

    def _apply_assign(self, action: Action) -> None:
        resource, principal = self._principal["id"], action.payload["principal_id"]
        path = path_to("servicePrincipals", PathKey(resource), "appRoleAssignedTo")
        role = role_id(action.payload["role"], self._principal.get("appRoles") or [], f"service principal '{self._principal.get('displayName')}'")

        def there() -> dict[str, t.Any] | None:
            held = self._graph.list(path, doing=f"look whether it was done: {action.text}")
            return next((entry for entry in held if entry.get("principalId") == principal and entry.get("appRoleId") == role), None)

        body = {"principalId": principal, "resourceId": resource, "appRoleId": role}
        try:
            self._graph.post(path, body, doing=action.text, reconcile=there, just_created=self._new, older=[principal])
        except ServiceError as error:
            # Another client was faster; the wanted state exists.
            if "already exists" not in (error.service_message or ""):
                raise

    def _apply_unassign(self, action: Action) -> None:
        self._graph.delete(path_to("servicePrincipals", PathKey(self._principal["id"]), "appRoleAssignedTo", PathKey(action.payload["id"])), doing=action.text)

    def _apply_delete(self, action: Action) -> None:
        self._graph.delete(path_to("servicePrincipals", PathKey(action.payload["id"])), doing=action.text)

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """The key C(service_principal); empty after C(state=absent)."""
        shape = dict(plan.facts["service_principal"])
        if applied and self._new:
            tags = [tag for tag in self._principal.get("tags") or () if tag != OURS]  # it is enabled by now
            shape.update(to_ansible({**self._principal, "accountEnabled": shape["account_enabled"], "tags": tags}), would_create=False)
        return {"service_principal": shape}
