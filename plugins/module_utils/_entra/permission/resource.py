# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The resource of C(entra_app_permission): reads, hands over to the planner, writes."""

from __future__ import annotations

import typing as t

from ..._engine import Action, Plan, Runtime
from ..._errors import ConflictError
from ..._graph.odata import PathKey, path_to, with_query
from ..._graph.optional_properties import read_named
from ..._session import connect
from ..._waiting import until
from ..common.application_reference import ApplicationReference
from ..common.read_back import write_and_read
from .catalogue_cache import SELECT, ResourceLoader
from .model import PermissionCurrent, PermissionDesired, access_of, access_to_graph
from .option import gate, parse_permissions, resolve_wanted
from .plan import plan_permissions
from .privileged import parse_accepted

_PAUSES = (1.0, 2.0, 4.0, 5.0, 5.0)  # seconds between reads while a replica shows the list as it was
APPLICATION_SELECT = ("id", "appId", "displayName", "uniqueName", "signInAudience", "requiredResourceAccess")


class PermissionResource:
    """C(requiredResourceAccess) of one application."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._options = runtime.options
        self._reference = ApplicationReference.from_options(runtime.options)
        self._wanted = parse_permissions(runtime.options["permissions"])
        parse_accepted(runtime.options.get("accept_privileged"), runtime.warn)  # before a token is asked for
        self._graph = connect(runtime)
        self._loader = ResourceLoader(self._graph, runtime)

    def read(self) -> PermissionCurrent:
        """The application and the resources that the job has not seen yet, in one C($batch)."""
        own = {} if self._reference.is_placeholder else {"app": self._reference.part(select=APPLICATION_SELECT)}
        parts = {**own, **self._loader.parts(one.resource for one in self._wanted)}
        answers = read_named(self._graph, parts, believe=bool(self._options.get("chained")) and self._options.get("state") != "absent")
        self._loader.take_all(answers)
        found = self._reference.pick(answers["app"]) if own else None
        application = self._reference.or_predicted(found, tenant=self._graph.tenant, check_mode=self._runtime.check_mode)
        return PermissionCurrent.from_graph(application, self._reference.label)

    def plan(self, current: PermissionCurrent) -> Plan:
        """See C(plan_permissions)."""
        return plan_permissions(PermissionDesired.from_options(self._options, self._loader.lookup), current, self._loader.lookup)

    def apply(self, action: Action) -> None:
        """Make a resource's service principal, or write the list."""
        data = action.payload
        if action.kind == "create_service_principal":
            self._create_service_principal(data["app_id"], action.text)
            return
        required = [dict(entry) for entry in data["required"]]
        if data["unresolved"]:
            required = self._with_ids(required, set(data["unresolved"]))
        path = path_to("applications", PathKey(data["object_id"]))
        self._write(path, required, action.text)

    def _write(self, path: str, required: list[dict[str, t.Any]], doing: str) -> None:
        """Write the list and wait until reads show it: a task that adds to what it read before would take away what was written here."""
        written = {app_id: pairs for app_id, pairs in access_of(required)[0].items() if pairs}
        body, select, reading = {"requiredResourceAccess": required}, {"$select": "id,requiredResourceAccess"}, f"{doing}: read it back"
        found = write_and_read(self._graph, path, body, doing=doing)

        def read() -> t.Mapping[str, t.Any]:
            return self._graph.get(path, params=select, doing=reading, just_created=True)

        def shows_it(seen: t.Mapping[str, t.Any]) -> bool:
            return access_of(seen.get("requiredResourceAccess") or ())[0] == written

        why = f"{doing}: it cannot be read back yet"
        if not shows_it(until(read, shows_it, seen=found, pauses=_PAUSES, wait=self._graph.wait, why=why, quietly=True)):
            self._runtime.warn("The requested permissions were written, but cannot be read back yet. Do not change them again before they are.")

    def _create_service_principal(self, app_id: str, doing: str) -> None:
        path = with_query(path_to("servicePrincipals", PathKey(app_id, "appId")), {"$select": SELECT})

        def find() -> dict[str, t.Any] | None:
            return self._graph.find(path, doing=doing)

        try:
            principal = self._graph.post("/servicePrincipals", {"appId": app_id}, doing=doing, reconcile=find)
        except ConflictError:  # another client created it in the meantime, which is fine
            principal = find()
            if principal is None:
                raise
        if not principal or "oauth2PermissionScopes" not in principal:
            principal = self._graph.get(path, doing=doing, just_created=True)
        self._loader.keep(principal)

    def _with_ids(self, required: list[dict[str, t.Any]], unresolved: set[str]) -> list[dict[str, t.Any]]:
        """The names of resources that were made a moment ago have ids now. A wrong name fails here: no earlier moment knows it."""
        access, _duplicates = access_of(required)
        resolved = resolve_wanted(self._wanted, self._loader.lookup, missing_ok=False)
        gate(resolved, self._options.get("accept_privileged"), self._loader.lookup, "request")  # of a namespace the names are known only now
        for one in resolved:
            if one.resource_app_id in unresolved:
                pairs = {(entry["id"], entry["type"]): None for entry in one.to_graph()["resourceAccess"]}
                access[one.resource_app_id] = {**access.get(one.resource_app_id, {}), **pairs}
        return access_to_graph(access)

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """The requested permissions after the run, by name."""
        return {"permissions": plan.facts["permissions"]}
