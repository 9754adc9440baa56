# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""An enterprise application: reads it with its application and its assignments, and carries out the plan."""

from __future__ import annotations

import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import Action, Plan, Runtime
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.assignments import role_id
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.principals import PrincipalNames
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.reference import ApplicationReference, resolve
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.service_principal_plan import (
    SELECT,
    ServicePrincipalCurrent,
    ServicePrincipalDesired,
    plan_service_principal,
    to_ansible,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import NotFoundError, OptionError, ServiceError
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.client import GraphClient, Part
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.odata import odata_key, odata_string, with_query

__all__ = ["ServicePrincipalCurrent", "ServicePrincipalDesired", "ServicePrincipalResource", "plan_service_principal"]

_APPLICATION_SELECT = ("id", "appId", "displayName", "tags")
# Of an application of this tenant these only mean that it is too new; of any other they mean what they say.
_TOO_NEW = ("NoBackingApplicationObject", "does not reference a valid application object", "must in the local tenant")


class ServicePrincipalResource:
    """The resource of C(entra_service_principal)."""

    def __init__(self, runtime: Runtime, graph: GraphClient | None = None) -> None:
        self._runtime = runtime
        self.desired = ServicePrincipalDesired.from_options(runtime.options)
        if graph is None:
            # Imported here so that planners and unit tests need neither requests nor msal.
            from ansible_collections.tenantkit.connectors.plugins.module_utils._session import connect

            graph = connect(runtime)
        self._graph = graph
        self._current = ServicePrincipalCurrent()
        self._principal: dict[str, t.Any] = {}
        self._new = False
        self._described = "service principal"

    def read(self) -> ServicePrincipalCurrent:
        """One request when the app id is given, two otherwise, and one more before assignment is turned on."""
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
        names = PrincipalNames((entry.kind, entry.name) for entry in (*change.wanted, *change.remove)) if change else PrincipalNames(())
        parts: dict[str, Part] = {}
        if app_id:
            path = f"/servicePrincipals{odata_key('appId', app_id)}"
            fields = (*SELECT, "appRoles") if change else SELECT
            parts["principal"] = Part("GET", with_query(path, {"$select": fields}), doing=f"read the service principal of {reference.describe()}")
            if by_app_id:
                parts["application"] = ApplicationReference(app_id=app_id).part(select=select)
            if change:
                parts["assigned"] = self._assigned_part(path)
        name_parts = names.parts()
        answers = graph.batch([*parts.values(), *name_parts]) if parts or name_parts else []
        answer = dict(zip(parts, answers, strict=False))
        principal = answer["principal"].body if "principal" in answer and answer["principal"].found else None
        if by_app_id and answer["application"].found:
            application = answer["application"].body
        assigned = graph.items(answer["assigned"]) if principal and "assigned" in answer else None
        current: dict[str, t.Any] = {"app_id": app_id, "tenant": graph.tenant, "tenant_id": graph.tenant_id}
        current["found"] = names.read(answers[len(parts) :])
        if principal and self._turns_assignment_on(principal):
            current["grants"], current["names"], assigned = self._holders(principal["id"], assigned)
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
    ) -> tuple[tuple[dict[str, t.Any], ...], dict[str, str], list[dict[str, t.Any]]]:
        """Who consented to the application, with names where they can be read, and who is assigned to it."""
        described = self.desired.reference.describe()
        path = with_query("/oauth2PermissionGrants", {"$filter": f"clientId eq {odata_string(principal_id)}"})
        wanted = [Part("GET", path, doing=f"read who holds a grant on {described}")]
        if assigned is None:
            wanted.append(self._assigned_part(f"/servicePrincipals/{principal_id}"))
        grants, *others = [self._graph.items(answer) for answer in self._graph.batch(wanted)]
        ids = sorted({grant["principalId"] for grant in grants if grant.get("principalId")})
        parts = [Part("GET", f"/users/{holder}?$select=id,displayName,userPrincipalName", doing=f"read user {holder}") for holder in ids]
        answers = self._graph.batch(parts) if parts else []
        named = {answer.body["id"]: answer.body.get("userPrincipalName") or answer.body["id"] for answer in answers if answer.ok}
        return tuple(grants), named, assigned if assigned is not None else others[0]

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
        path = f"/servicePrincipals{odata_key('appId', body['appId'])}"
        made = self._graph.post(
            "/servicePrincipals",
            body,
            doing=action.text,
            reconcile=lambda: self._graph.find(path, doing=f"look whether it was done: {action.text}"),
            retry_texts=_TOO_NEW if self._current.application is not None else (),
        )
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
            f"'{label}' ({app_id}) belongs to the tenant {owner or 'of nobody'}, not to {expected} as 'expected_publisher_tenant_id' says. That could be "
            f"seen only after its service principal {self._principal['id']} had been added to tenant {self._graph.tenant}; {closed}nobody was "
            "assigned to it and nothing was granted.",
            code="publisher_mismatch",
            tenant=self._graph.tenant,
            advice="Make sure that the app id is the vendor's, and delete that enterprise application if nobody wants it.",
            details={"object_id": self._principal["id"], "app_owner_organization_id": owner},
        )

    def _apply_update(self, action: Action) -> None:
        self._graph.patch(f"/servicePrincipals/{self._principal['id']}", action.payload["body"], doing=action.text, made_here=self._new)

    def _apply_assign(self, action: Action) -> None:
        resource, principal = self._principal["id"], action.payload["principal_id"]
        path = f"/servicePrincipals/{resource}/appRoleAssignedTo"
        role = role_id(action.payload["role"], self._principal.get("appRoles") or [], f"service principal '{self._principal.get('displayName')}'")

        def there() -> dict[str, t.Any] | None:
            held = self._graph.list(path, doing=f"look whether it was done: {action.text}")
            return next((entry for entry in held if entry.get("principalId") == principal and entry.get("appRoleId") == role), None)

        body = {"principalId": principal, "resourceId": resource, "appRoleId": role}
        try:
            self._graph.post(path, body, doing=action.text, reconcile=there, made_here=self._new)
        except ServiceError as error:
            # Somebody else was faster; what was wanted is there.
            if "already exists" not in (error.service_message or ""):
                raise

    def _apply_unassign(self, action: Action) -> None:
        self._graph.delete(f"/servicePrincipals/{self._principal['id']}/appRoleAssignedTo/{action.payload['id']}", doing=action.text)

    def _apply_delete(self, action: Action) -> None:
        self._graph.delete(f"/servicePrincipals/{action.payload['id']}", doing=action.text)

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """The key C(service_principal); empty after C(state=absent)."""
        shape = dict(plan.facts["service_principal"])
        if applied and self._new:
            shape.update(to_ansible({**self._principal, "accountEnabled": shape["account_enabled"]}), would_create=False)
        return {"service_principal": shape}
