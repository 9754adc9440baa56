# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Everything C(entra_admin_consent) has to know, read with as few requests as the names allow."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import Runtime
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra import principals
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent import Assignment, Grant
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent_checks import check_publisher, is_fresh
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.owner_watch import owner_parts
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.permission import wanted_from_required
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.permission_option import (
    ResourcePermissions,
    Wanted,
    parse_permissions,
    resolve_wanted,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.reference import ApplicationReference
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.resource_loader import ResourceLoader
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ForbiddenError, OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.client import Part, odata_key

if t.TYPE_CHECKING:
    from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.client import GraphClient, PartAnswer

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


def client_parts(app_id: str) -> list[Part]:
    """Service principal, delegated grants and role assignments of a client, in this order, for a C($batch)."""
    base = f"/servicePrincipals{odata_key('appId', app_id)}"
    label = f"application {app_id}"
    return [
        Part("GET", base, params={"$select": CLIENT_SELECT}, doing=f"read the service principal of {label}"),
        Part("GET", f"{base}/oauth2PermissionGrants", doing=f"read the delegated permissions granted to {label}"),
        Part("GET", f"{base}/appRoleAssignments", doing=f"read the application permissions granted to {label}"),
    ]


class ConsentReader:
    """Reads for one task. ``loader`` has the resources afterwards."""

    def __init__(self, graph: GraphClient, runtime: Runtime) -> None:
        options = runtime.options
        self._graph = graph
        self._runtime = runtime
        self._reference = ApplicationReference.from_options(options)
        self._absent = options.get("state") == "absent"
        self._reporting = options.get("mode") == "report"
        self._wanted: tuple[Wanted, ...] | None = parse_permissions(options["permissions"]) if options.get("permissions") is not None else None
        self._user = options.get("principal") or None
        self._users = principals.PrincipalNames([("user", self._user)] if self._user else [])
        self.loader = ResourceLoader(graph, runtime)

    def read(self) -> Reading:
        """See the class."""
        reference = self._reference
        texts = self.loader.needed(one.resource for one in self._wanted or ())
        own = [] if reference.is_placeholder else [reference.part(select=APPLICATION_SELECT)]
        known = reference.app_id if reference.key == "app_id" and not reference.is_placeholder else None
        groups = [own, self._users.parts(), [self.loader.part(text) for text in texts], *(self._client_groups(known) if known else ([], []))]
        own_answers, user_answers, resource_answers, client, owners = self._batch(groups)
        for text, answer in zip(texts, resource_answers, strict=True):
            self.loader.take(text, answer)
        found = reference.pick(own_answers[0]) if own_answers else None
        if known is None and not self._absent:
            found = reference.or_predicted(found, tenant=self._graph.tenant, check_mode=self._runtime.check_mode)
        if known is None and found is not None:
            client, owners = self._batch(self._client_groups(found["appId"]))
        return dataclasses.replace(self._reading(found, client, self._principal(user_answers)), owners=tuple(owners))

    def _client_groups(self, app_id: str) -> tuple[list[Part], list[Part]]:
        """The client, and its owners where privileged permissions are wanted: whoever wants them accepts them."""
        watched = not self._absent and bool(self._runtime.options.get("accept_privileged"))
        return client_parts(app_id), owner_parts(app_id) if watched else []

    def _batch(self, groups: t.Sequence[t.Sequence[Part]]) -> list[list[PartAnswer]]:
        parts = [part for group in groups for part in group]
        answers = iter(self._graph.batch(parts) if parts else ())
        return [[next(answers) for _part in group] for group in groups]

    def _principal(self, answers: t.Sequence[PartAnswer]) -> dict[str, t.Any] | None:
        if not self._user:
            return None
        one = principals.find(self._users.read(answers), "user", self._user, tenant=self._graph.tenant)
        return {"id": one.id, "userPrincipalName": one.name}

    def _reading(self, application: dict[str, t.Any] | None, client: t.Sequence[PartAnswer], user: dict[str, t.Any] | None) -> Reading:
        principal = dict(client[0].body) if client and client[0].found else None
        if principal is not None:
            check_publisher(
                principal,
                self._runtime.options.get("expected_publisher_tenant_id"),
                self._graph.tenant_id,
                registered_here=application is not None,
                granting=not self._absent and not self._reporting,
            )
        fresh = is_fresh(application, principal)
        forbidden: ForbiddenError | None = None
        lists: list[list[dict[str, t.Any]]] = [[], []]
        for index, answer in enumerate(client[1:] if principal is not None else ()):
            if answer.absent and fresh:
                continue  # the service principal is so new that this replica does not know it
            try:
                lists[index] = self._graph.items(answer)
            except ForbiddenError as error:
                forbidden = forbidden or error
        self._load_names(lists, user)
        return Reading(
            label=(application or principal or {}).get("displayName") or ("(new)" if self._reference.is_placeholder else self._reference.value),
            application=application,
            principal=principal,
            grants=lists[0],
            assignments=lists[1],
            permissions=self._permissions(application, principal),
            user=user,
            fresh=fresh,
            forbidden=forbidden,
        )

    def _permissions(self, application: dict[str, t.Any] | None, principal: dict[str, t.Any] | None) -> list[ResourcePermissions]:
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
        return resolve_wanted(wanted, self.loader.lookup, missing_ok=missing_ok, disabled_ok=self._absent)

    def _offered(self, wanted: Wanted) -> Wanted:
        """Without what a registration requests but its resource does not offer any more: Entra ignores that, too."""
        resource = self.loader.lookup(wanted.resource)
        if resource is None:
            return wanted
        offered = {kind: {one.id for one in resource.offered(kind) if one.enabled} for kind in ("delegated", "application")}
        gone = [one for kind in offered for one in getattr(wanted, kind) if one not in offered[kind]]
        if gone:
            self._runtime.warn(f"The application requests permissions that {resource.display_name} does not offer: {', '.join(gone)}. They are left out.")
        return Wanted(
            wanted.resource,
            tuple(one for one in wanted.delegated if one in offered["delegated"]),
            tuple(one for one in wanted.application if one in offered["application"]),
        )

    def _load_names(self, lists: t.Sequence[t.Sequence[dict[str, t.Any]]], user: dict[str, t.Any] | None) -> None:
        """Resources that something is granted on without being asked for: only their names are needed, once a job."""
        owners = {None, user["id"].lower()} if user else {None}
        ids = [grant.resource_id for grant in map(Grant.from_graph, lists[0]) if grant.principal_id in owners]
        ids += [assignment.resource_id for assignment in map(Assignment.from_graph, lists[1])]
        self.loader.load((), dict.fromkeys(ids))
