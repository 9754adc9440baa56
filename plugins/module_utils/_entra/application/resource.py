# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""An application in Microsoft Entra ID: reads it together with what stands in its way, and carries out the plan.

Sources: https://learn.microsoft.com/graph/api/application-upsert (an application that is there is written over) and
https://learn.microsoft.com/graph/templates/how-to-reference-existing-resources (the unique name is a property that clients write); read 2026-12. That a create
takes it, and is refused where another application has it (inferred).
"""

from __future__ import annotations

import functools
import re
import typing as t

from ..._engine import Action, Plan, Runtime
from ..._errors import ConflictError, ForbiddenError, NotFoundError, ServiceError
from ..._graph.client import GraphClient
from ..._graph.errors import exists_already
from ..._graph.odata import PathKey, below, odata_string, path_to, with_query
from ..._graph.optional_properties import read_named
from ..._graph.parts import Part, PartAnswer
from ..._session import open_session
from ..._waiting import until
from ..common.application_reference import ApplicationReference
from ..common.exemption import refused_audience
from ..common.principals import PrincipalNames, owner_name
from ..common.read_back import write_and_read
from ..common.tags import created_here
from ..permission.catalogue_cache import resolve_permissions
from . import model
from .deleted import DELETED_APPLICATIONS
from .desired import ApplicationDesired
from .model import ApplicationCurrent
from .owners import OwnerContext
from .plan import find_twins, plan_application

__all__ = ["ApplicationCurrent", "ApplicationDesired", "ApplicationResource", "plan_application"]

# What a cloud without the upsert answers: it does not know the header, the key or the method. Anything else is a refusal.
_NO_UPSERT = re.compile(r"not supported|unsupported|resource not found for the segment|alternate key", re.IGNORECASE)
# Entra knows the personal-account side of an application only some seconds after it became possible.
_NOT_YET_PERSONAL = ("MsaAppDoesNotExist",)

_PURGE_PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0)  # seconds
_STALE_READS = (1.0, 2.0, 4.0)  # seconds


def asks_again(error: ServiceError) -> bool:
    """Whether a create that was refused is planned again, from a read of its own: the name may be taken since the look, or a create may not take one."""
    return error.outcome == "refused" and error.http_status in (400, 409)


class ApplicationResource:
    """The resource of C(entra_app)."""

    def __init__(self, runtime: Runtime, graph: GraphClient | None = None, claims: t.Mapping[str, t.Any] | None = None) -> None:
        """``graph`` and ``claims`` (of the token it uses) are made from the options unless they are given."""
        self._runtime = runtime
        self.desired = ApplicationDesired.from_options(runtime.options)
        self._claims = claims or {}
        if graph is None:
            session = open_session(runtime)
            graph = session.graph
            self._claims = session.tokens.token(session.endpoints.graph_audience).claims
        self._graph = graph
        self._current = ApplicationCurrent()
        self._object_id = ""
        self._new: dict[str, t.Any] | None = None
        self._restoring = False
        self._deleted_now = False
        self._restored: dict[str, t.Any] | None = None
        self._believes = bool(runtime.options.get("chained")) and self.desired.state == "present"
        self._replanned: Plan | None = None

    # -- read

    def read(self) -> ApplicationCurrent:
        """One request; a second one only for what the first cannot know (a restored twin, owners of an application found by name)."""
        self._current = self._read()
        if self._current.app is not None:
            self._object_id = self._current.app["id"]
        return self._current

    def _read(self) -> ApplicationCurrent:
        desired, graph = self.desired, self._graph
        if desired.reference.is_placeholder:
            # A missing id in a real run is an error; in check mode nothing can be known about what does not exist yet.
            desired.reference.or_predicted(None, tenant=graph.tenant, check_mode=self._runtime.check_mode)
            return ApplicationCurrent(tenant=graph.tenant, **self._permissions())
        present = desired.state == "present"
        change = desired.owners if present else None
        names = PrincipalNames(map(owner_name, filter(None, change.wanted)), map(owner_name, filter(None, change.remove))) if change else PrincipalNames(())
        select = (*model.SELECT, *model.STATE_SELECT)
        parts = {"app": desired.reference.part(select=select)}
        by_name = desired.adoptable_by_name
        if by_name is not None:
            parts["by_name"] = by_name.part(select=select)
        if present or desired.purge:
            parts["deleted"] = DELETED_APPLICATIONS
        if change is not None and desired.reference.path():
            parts["owners"] = self._owners_part(t.cast(str, desired.reference.path()))
        answer = read_named(graph, {**parts, **names.parts()}, believe=self._believes)
        app = desired.reference.pick(answer["app"], of_others=True)
        if app is None and by_name is not None:
            app = by_name.pick(answer["by_name"], of_others=True)
        owners: list[dict[str, t.Any]] | None = None
        if change is not None and app is not None:
            owners = self._owners(app, answer.get("owners"))
        current: dict[str, t.Any] = {"tenant": graph.tenant, "owner_context": OwnerContext.from_claims(self._claims, names.read(answer))}
        current["caller_app_id"] = self._claims.get("appid") or self._claims.get("azp")
        deleted: list[dict[str, t.Any]] = []
        if app is None and "deleted" in answer:
            deleted, current["warnings"] = self._deleted(answer["deleted"])
            current.update(self._restorable(deleted))
            if present and not current.get("restorable"):
                current.update(self._permissions())
        return ApplicationCurrent.from_graph(app, deleted=deleted, owners=owners, **current)

    def _owners_part(self, path: str) -> Part:
        return Part("GET", f"{path}/owners", doing=f"read the owners of {self.desired.describe()}")

    def _owners(self, app: t.Mapping[str, t.Any], answer: PartAnswer | None) -> list[dict[str, t.Any]]:
        if answer is None or not answer.found:
            (answer,) = self._graph.batch([self._owners_part(path_to("applications", PathKey(app["id"])))])
        return self._graph.items(answer)

    def _deleted(self, answer: PartAnswer) -> tuple[list[dict[str, t.Any]], tuple[str, ...]]:
        try:
            return self._graph.items(answer), ()
        except ForbiddenError as error:
            if self.desired.on_soft_deleted != "fail" or self.desired.state == "absent":
                raise
            # Entra itself refuses a unique name that a deleted application holds, so a create without this read is safe.
            return [], (f"Whether a deleted {self.desired.describe()} exists is not known: {error.message}",)

    def _restorable(self, deleted: t.Sequence[t.Mapping[str, t.Any]]) -> dict[str, t.Any]:
        """The whole deleted application that C(on_soft_deleted=restore) brings back, and the consents that come with it."""
        found = find_twins(self.desired, deleted) if self.desired.on_soft_deleted == "restore" and self.desired.state == "present" else []
        if len(found) != 1:
            return {}
        twin = found[0]
        principals = with_query("/directory/deletedItems/microsoft.graph.servicePrincipal", {"$select": "id,appId", "$top": 999})
        answers = self._graph.batch_named(
            {
                "app": Part("GET", path_to("directory", "deletedItems", PathKey(twin["id"])), doing=f"read deleted {self.desired.describe()}"),
                "principals": Part("GET", principals, doing="read deleted service principals"),
            }
        )
        answers["app"].raise_for_error()
        listed = answers["principals"]
        mine = [entry["id"] for entry in self._graph.items(listed) if entry.get("appId") == twin.get("appId")] if listed.ok else []
        doing = "read the consents of a deleted service principal"
        parts = [Part("GET", "/oauth2PermissionGrants", params={"$filter": f"clientId eq {odata_string(entry)}"}, doing=doing) for entry in mine]
        granted = self._graph.batch(parts)
        grants = tuple(grant for entry in granted if entry.ok for grant in self._graph.items(entry))
        # Consents of a deleted service principal may be invisible: none seen means "could not be read".
        return {"restorable": answers["app"].body, "restorable_grants": grants or None}

    def _permissions(self) -> dict[str, t.Any]:
        """The permissions a new application is created with, as Graph's C(requiredResourceAccess) and by their names."""
        options = self._runtime.options
        if not options.get("permissions"):
            return {}
        accepted = options.get("accept_privileged") or []
        resolved = resolve_permissions(self._graph, self._runtime, options["permissions"], accept_privileged=accepted)
        return {"required_resource_access": tuple(one.to_graph() for one in resolved), "permissions": tuple(one.to_result() for one in resolved)}

    # -- plan, apply, result

    def plan(self, current: ApplicationCurrent) -> Plan:
        """Pure: see C(plan_application)."""
        plan = plan_application(self.desired, current)
        self._restoring = any(action.kind == "restore" for action in plan.actions)
        return plan

    def apply(self, action: Action) -> None:
        """Carry out one action."""
        try:
            getattr(self, f"_apply_{action.kind}")(action)
        except ServiceError as error:
            body = action.payload.get("body") or {}
            audience, caller = str(body.get("signInAudience") or ""), self._graph.rights.caller.app_id if self._graph.rights else ""
            raise refused_audience(error, audience, self._object_id or None, self.desired.describe(), caller) from error

    def _apply_create(self, action: Action) -> None:
        body, unique_name = dict(action.payload["body"]), action.payload["unique_name"]
        if unique_name and self._believes:
            # Planned from what a look saw. An upsert would write over what another run has made since, with the marks of what it delivers.
            try:
                made = self._post(action, {**body, "uniqueName": unique_name})
            except ServiceError as error:
                if not asks_again(error):
                    raise
                self._believes = False
                self._replanned = self.plan(self._read_again(action, taken=exists_already(error)))
                for again in self._replanned.actions:
                    self.apply(again)
                return
        else:
            made = self._upsert(action, unique_name, body) if unique_name else self._post(action, body)
        self._new, self._object_id = made, made["id"]

    def _read_again(self, action: Action, *, taken: bool) -> ApplicationCurrent:
        """What is there, from a read of its own. C(taken): Graph says that something has the name, so a replica that does not know it yet is asked again."""

        def there(seen: ApplicationCurrent) -> bool:
            return not taken or seen.app is not None or bool(find_twins(self.desired, seen.deleted))

        why = f"{action.text}: what has its name is not replicated yet"
        return until(self.read, there, seen=self.read(), pauses=_STALE_READS, wait=self._graph.wait, why=why)

    def _upsert(self, action: Action, unique_name: str, body: dict[str, t.Any]) -> dict[str, t.Any]:
        path = path_to("applications", PathKey(unique_name, "uniqueName"))
        try:
            made = self._graph.patch(path, body, doing=action.text, headers={"Prefer": "create-if-missing"}, retry_texts=_NOT_YET_PERSONAL)
        except ServiceError as error:
            unknown = isinstance(error, NotFoundError) or (error.http_status in (400, 405) and _NO_UPSERT.search(error.service_message or ""))
            if not unknown:
                raise
            return self._post(action, {**body, "uniqueName": unique_name})
        # No body: an earlier try had made it already and only its answer was lost.
        return made or self._graph.get(path, params={"$select": model.SELECT}, doing=f"read new {self.desired.describe()}", just_created=True)

    def _post(self, action: Action, body: dict[str, t.Any]) -> dict[str, t.Any]:
        reconcile = functools.partial(self._find_new, body)
        made = t.cast("dict[str, t.Any]", self._graph.post("/applications", body, doing=action.text, reconcile=reconcile, retry_texts=_NOT_YET_PERSONAL))
        if body.get("uniqueName") and "uniqueName" in made and made["uniqueName"] is None:
            # A cloud that leaves it out: without it the next run would not find the application.
            name = {"uniqueName": body["uniqueName"]}
            self._graph.patch(path_to("applications", PathKey(made["id"])), name, doing=action.text, just_created=True)
            made = {**made, **name}
        return made

    def _find_new(self, body: t.Mapping[str, t.Any]) -> dict[str, t.Any] | None:
        """After a lost answer: there was none of this name before, so one with our tag is the one that was just made."""
        reference = ApplicationReference(display_name=body["displayName"])
        params = {"$filter": f"displayName eq {odata_string(body['displayName'])}", "$select": model.SELECT}
        found = self._graph.list("/applications", params=params, doing=f"look for new {reference.describe()}")
        ours = [app for app in found if app.get("displayName") == body["displayName"] and created_here(app.get("tags") or ())]
        ours = [app for app in ours if app.get("uniqueName") == body.get("uniqueName")]
        if len(ours) > 1:
            raise ConflictError(
                f"Creating {reference.describe()} in tenant {self._graph.tenant} got no response, and {len(ours)} applications have this name now.",
                code="ambiguous_name",
                tenant=self._graph.tenant,
                advice=f"Delete the surplus one: {', '.join(app['id'] for app in ours)}.",
                outcome="unknown",
            )
        return ours[0] if ours else None

    def _apply_update(self, action: Action) -> None:
        path, body = action.payload["path"], action.payload["body"]
        write = write_and_read if self._runtime.options.get("chained") else GraphClient.patch
        write(self._graph, path, body, doing=action.text, just_created=self._restoring, retry_texts=_NOT_YET_PERSONAL)

    def _apply_restore(self, action: Action) -> None:
        restored = path_to("applications", PathKey(action.payload["id"]))
        path = path_to("directory", "deletedItems", PathKey(action.payload["id"]), "restore")
        self._graph.post(path, None, doing=action.text, reconcile=lambda: self._graph.find(restored, doing=action.text))
        self._object_id = action.payload["id"]
        self._restored = self._came_back(action.payload["app_id"])

    def _came_back(self, app_id: str) -> dict[str, t.Any]:
        """The consents and role assignments that are there again, as far as they can be seen yet."""
        path = path_to("servicePrincipals", PathKey(app_id, "appId"))
        doing = f"read the grants that were restored with {self.desired.describe()}"
        granted, assigned = self._graph.batch([Part("GET", below(path, name), doing=doing) for name in ("oauth2PermissionGrants", "appRoleAssignments")])
        return {
            "delegated": [
                {"consent_type": entry.get("consentType"), "principal_id": entry.get("principalId"), "scope": (entry.get("scope") or "").split()}
                for entry in (self._graph.items(granted) if granted.ok else [])
            ],
            "application": [
                {"resource": entry.get("resourceDisplayName"), "app_role_id": entry.get("appRoleId")}
                for entry in (self._graph.items(assigned) if assigned.ok else [])
            ],
        }

    def _apply_purge(self, action: Action) -> None:
        path = path_to("directory", "deletedItems", PathKey(action.payload["id"]))
        if not self._deleted_now:
            self._graph.delete(path, doing=action.text)
            return

        def purge() -> NotFoundError | None:
            try:
                self._graph.delete(path, doing=action.text, missing_ok=False)
            except NotFoundError as error:
                return error
            return None

        # What this task deleted a moment ago may not be among the deleted objects yet; a 404 for anything else means that it is gone.
        why = f"{action.text}: it is not among the deleted objects yet"
        missing = until(purge, lambda seen: seen is None, pauses=_PURGE_PAUSES, wait=self._graph.wait, why=why)
        if missing is not None:
            raise missing

    def _apply_delete(self, action: Action) -> None:
        self._deleted_now = self._graph.delete(action.payload["path"], doing=action.text)

    def _apply_add_owner(self, action: Action) -> None:
        reference = {"@odata.id": below(self._graph.base_url, "directoryObjects", PathKey(action.payload["id"]))}
        path, owner = path_to("applications", PathKey(self._object_id), "owners"), action.payload["id"]

        def there() -> dict[str, t.Any] | None:
            return next((entry for entry in self._graph.list(path, doing=f"check whether to {action.text}") if entry["id"] == owner), None)

        try:
            self._graph.post(f"{path}/$ref", reference, doing=action.text, reconcile=there, just_created=self._new is not None, older=[owner])
        except ServiceError as error:
            # The identity that creates an application may be its owner already.
            if "references already exist" not in (error.service_message or ""):
                raise

    def _apply_remove_owner(self, action: Action) -> None:
        path = path_to("applications", PathKey(self._object_id), "owners", PathKey(action.payload["id"]), "$ref")
        try:
            self._graph.delete(path, doing=action.text, just_created=self._new is not None)
        except ServiceError as error:
            if "references do not exist" not in (error.service_message or ""):
                raise

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """The key C(app); empty after C(state=absent)."""
        app = dict((self._replanned or plan).facts["app"])
        if applied and self._new is not None:
            app.update(model.to_ansible(self._new), would_create=False)
        return {"app": app} if self._restored is None else {"app": app, "restored_grants": self._restored}
