# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Everything C(entra_admin_consent) has to know, read with as few requests as the names allow.

Sources: https://learn.microsoft.com/graph/api/serviceprincipal-list-oauth2permissiongrants and
https://learn.microsoft.com/graph/api/serviceprincipal-list-approleassignments (both tell of replication delays, and of the permission to read them); read
2026-11.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ..._clock import or_machine_time
from ..._engine import Runtime
from ..._errors import ForbiddenError, OptionError
from ..._graph.client import GraphClient
from ..._graph.odata import PathKey, path_to
from ..._graph.optional_properties import read_named
from ..._graph.parts import Part, PartAnswer, server_time
from ..common import principals
from ..common.agents import check_no_agent
from ..common.application_reference import ApplicationReference
from ..common.publisher import check_publisher, is_fresh
from ..permission.catalogue_cache import ResourceLoader
from ..permission.model import wanted_from_required
from ..permission.option import RequestedPermissions, ResourcePermissions, parse_permissions, resolve_wanted
from ..permission.privileged_owners import owner_answers, owner_parts
from .model import AppRoleAssignment, Grant

# What consent needs of an application and of its service principal; entra_connection_info selects at least these.
APPLICATION_SELECT = (
    "id", "appId", "displayName", "uniqueName", "createdDateTime", "requiredResourceAccess", "signInAudience", "web", "spa",
    "publicClient",
)  # fmt: skip
CLIENT_SELECT = ("id", "appId", "displayName", "appOwnerOrganizationId", "createdDateTime", "replyUrls", "servicePrincipalType")


@dataclasses.dataclass(frozen=True)
class Reading:
    """What was read. ``forbidden`` says that the grants could not be: then C(grants) and C(assignments) mean nothing."""

    label: str
    application: dict[str, t.Any] | None
    principal: dict[str, t.Any] | None
    grants: list[dict[str, t.Any]]
    assignments: list[dict[str, t.Any]]
    permissions: list[ResourcePermissions]
    user: dict[str, t.Any] | None
    fresh: bool
    forbidden: ForbiddenError | None
    owners: tuple[PartAnswer, ...] = ()  # answers to C(owner_parts), where they were asked for


def client_parts(app_id: str) -> dict[str, Part]:
    """Service principal, delegated grants and role assignments of a client, for a C($batch) with names."""
    base = path_to("servicePrincipals", PathKey(app_id, "appId"))
    label = f"application {app_id}"
    return {
        "principal": Part("GET", base, params={"$select": CLIENT_SELECT}, doing=f"read the service principal of {label}"),
        "grants": Part("GET", f"{base}/oauth2PermissionGrants", doing=f"read the delegated permissions granted to {label}"),
        "assignments": Part("GET", f"{base}/appRoleAssignments", doing=f"read the application permissions granted to {label}"),
    }


class ConsentReader:
    """Reads for one task. ``loader`` has the resources afterwards."""

    def __init__(self, graph: GraphClient, runtime: Runtime) -> None:
        options = runtime.options
        self._graph = graph
        self._runtime = runtime
        self._reference = ApplicationReference.from_options(options)
        self._absent = options.get("state") == "absent"
        self._reporting = options.get("mode") == "report"
        self._wanted: tuple[RequestedPermissions, ...] | None = parse_permissions(options["permissions"]) if options.get("permissions") is not None else None
        self._user = options.get("principal") or None
        self._users = principals.PrincipalNames([("user", self._user)] if self._user else [])
        self.loader = ResourceLoader(graph, runtime)

    def read(self) -> Reading:
        """See the class."""
        reference = self._reference
        parts = {} if reference.is_placeholder else {"app": reference.part(select=APPLICATION_SELECT)}
        parts |= self._users.parts() | self.loader.parts(one.resource for one in self._wanted or ())
        known = reference.app_id if reference.key == "app_id" and not reference.is_placeholder else None
        if known:
            parts |= self._client_parts(known)
        # A report says what was read; a grant that is there already is met as a conflict.
        believe = bool(self._runtime.options.get("chained")) and not self._absent and not self._reporting
        answers = read_named(self._graph, parts, believe=believe)
        self.loader.take_all(answers)
        found = reference.pick(answers["app"]) if "app" in answers else None
        if known is None and not self._absent:
            found = reference.or_predicted(found, tenant=self._graph.tenant, check_mode=self._runtime.check_mode)
        if known is None and found is not None:
            answers |= self._graph.batch_named(self._client_parts(found["appId"]), believe=believe)
        return self._reading(found, answers, self._principal(answers))

    def _client_parts(self, app_id: str) -> dict[str, Part]:
        """The client, and its owners where C(accept_privileged) names permissions."""
        watched = not self._absent and bool(self._runtime.options.get("accept_privileged"))
        return {**client_parts(app_id), **(owner_parts(app_id) if watched else {})}

    def _principal(self, answers: t.Mapping[str, PartAnswer]) -> dict[str, t.Any] | None:
        if not self._user:
            return None
        one = principals.find(self._users.read(answers), "user", self._user, tenant=self._graph.tenant, option="principal")
        return {"id": one.id, "userPrincipalName": one.name, "accountEnabled": one.enabled}

    def _reading(self, application: dict[str, t.Any] | None, answers: t.Mapping[str, PartAnswer], user: dict[str, t.Any] | None) -> Reading:
        principal = dict(answers["principal"].body) if "principal" in answers and answers["principal"].found else None
        for found in (application, principal) if not self._reporting else ():
            check_no_agent(found, f"application '{(found or {}).get('displayName')}'", self._graph.tenant)
        if principal is not None:
            check_publisher(
                principal,
                self._runtime.options.get("expected_publisher_tenant_id"),
                self._graph.tenant_id,
                registered_here=application is not None,
                granting=not self._absent and not self._reporting,
            )
        fresh = is_fresh(application, principal, now=or_machine_time(server_time(answers.values())))
        forbidden: ForbiddenError | None = None
        grants: list[dict[str, t.Any]] = []
        assignments: list[dict[str, t.Any]] = []
        for name, rows in (("grants", grants), ("assignments", assignments)) if principal is not None else ():
            if answers[name].absent and fresh:
                continue  # the service principal is so new that this replica does not know it
            try:
                rows += self._graph.items(answers[name])
            except ForbiddenError as error:
                forbidden = forbidden or error
        self._load_names(grants, assignments, user)
        return Reading(
            label=(application or principal or {}).get("displayName") or self._reference.label,
            application=application,
            principal=principal,
            grants=grants,
            assignments=assignments,
            permissions=self._permissions(application, principal, {scope for grant in map(Grant.from_graph, grants) for scope in grant.scopes}),
            user=user,
            fresh=fresh,
            forbidden=forbidden,
            owners=owner_answers(answers),
        )

    def _permissions(self, application: dict[str, t.Any] | None, principal: dict[str, t.Any] | None, granted: t.Collection[str]) -> list[ResourcePermissions]:
        wanted = self._wanted
        if wanted is None:
            if self._absent:
                return []
            if application is None and principal is not None:
                raise OptionError(
                    f"'{principal.get('displayName')}' is registered in another tenant, so what it requests cannot be read here.",
                    code="permissions_needed",
                    advice="List the permissions to consent to in 'permissions'.",
                )
            wanted = parse_permissions(wanted_from_required((application or {}).get("requiredResourceAccess") or ()))
            self.loader.load(one.resource for one in wanted)
            wanted = tuple(self._offered(one) for one in wanted)
        # In check mode an earlier task would have made the service principal of a resource.
        missing_ok = self._absent or self._runtime.check_mode
        return resolve_wanted(wanted, self.loader.lookup, missing_ok=missing_ok, held=granted if self._absent else None)

    def _offered(self, wanted: RequestedPermissions) -> RequestedPermissions:
        """Without what a registration requests but its resource does not offer any more: Entra ignores that, too."""
        resource = self.loader.lookup(wanted.resource)
        if resource is None:
            return wanted
        offered = {kind: {one.id for one in resource.offered(kind) if one.enabled} for kind in ("delegated", "application")}
        gone = [one for kind in offered for one in getattr(wanted, kind) if one not in offered[kind]]
        if gone:
            self._runtime.warn(f"The application requests permissions that {resource.display_name} does not offer: {', '.join(gone)}. They are left out.")
        return RequestedPermissions(
            wanted.resource,
            tuple(one for one in wanted.delegated if one in offered["delegated"]),
            tuple(one for one in wanted.application if one in offered["application"]),
        )

    def _load_names(self, grants: t.Sequence[dict[str, t.Any]], assignments: t.Sequence[dict[str, t.Any]], user: dict[str, t.Any] | None) -> None:
        """Resources that something is granted on without being asked for: only their names are needed, once a job."""
        owners = {None, user["id"].lower()} if user else {None}
        ids = [grant.resource_id for grant in map(Grant.from_graph, grants) if grant.principal_id in owners]
        ids += [assignment.resource_id for assignment in map(AppRoleAssignment.from_graph, assignments)]
        self.loader.load((), dict.fromkeys(ids))
