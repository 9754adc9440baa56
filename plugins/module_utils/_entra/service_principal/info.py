# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Looks enterprise applications up, with their publisher, who may use them and what was consented to. Reads only."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._auth.guard import ORGANIZATION_PARAMS, ORGANIZATION_PATH
from ..._engine import PLACEHOLDER_ID, Action, Plan, Runtime
from ..._errors import OptionError
from ..._graph.odata import PathKey, below, odata_string, path_to
from ..._graph.optional_properties import read_named
from ..._graph.parts import Part
from ..._ids import is_guid
from ..._job.claims import claim
from ..._session import open_session
from ..consent.model import Grant
from ..permission.catalogue_cache import ResourceLoader
from ..permission.namespaces import browsable
from ..permission.privileged import is_privileged
from . import model
from .assignments import existing
from .membership import Membership, groups_in, membership_parts, memberships

PERMISSIONS = ("oauth2PermissionScopes",)  # beside SELECT, where they are asked for
SELECT = (*model.SELECT, "verifiedPublisher", "replyUrls", "appRoles")
_NAMED_ASSIGNMENTS = 100
_ACCESS = ("appRoleAssignedTo", "oauth2PermissionGrants")  # the lists that C(Access) is made of, in its order
Json = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Access:
    """Who is assigned to one service principal and what was consented to, as Graph's JSON."""

    assigned: t.Sequence[t.Mapping[str, t.Any]] = ()
    grants: t.Sequence[t.Mapping[str, t.Any]] = ()


@dataclasses.dataclass(frozen=True)
class Found:
    """Everything that was read."""

    organization: t.Mapping[str, t.Any]
    principals: t.Sequence[t.Mapping[str, t.Any]]
    access: t.Mapping[str, Access] = dataclasses.field(default_factory=dict)  # by object id; empty when it was not asked for
    users: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    enabled: t.Mapping[str, bool | None] = dataclasses.field(default_factory=dict)  # by the ids of users; None where that may not be read
    member: Membership | None = None  # of the user who is asked about; None where no group is assigned
    browsed: bool = False  # whether the permissions that they offer were asked for
    resources: t.Mapping[str, tuple[str, str]] = dataclasses.field(default_factory=dict)  # object id to name and app id


def verified_publisher(principal: t.Mapping[str, t.Any]) -> Json | None:
    """The publisher that Microsoft verified, None for an application without one."""
    publisher = principal.get("verifiedPublisher") or {}
    if not publisher.get("verifiedPublisherId"):
        return None
    return {"display_name": publisher.get("displayName"), "verified_publisher_id": publisher["verifiedPublisherId"]}


def grant_view(grant: Grant, found: Found) -> Json:
    """One delegated grant with names."""
    users = found.users
    name, app_id = found.resources.get(grant.resource_id, (grant.resource_id, None))
    holder = grant.principal_id
    return {
        "resource": name,
        "resource_app_id": app_id,
        "tenant_wide": holder is None,
        "principal_id": holder,
        "principal": users.get(holder, holder) if holder else None,
        "principal_enabled": found.enabled.get(holder) if holder else None,
        "delegated": sorted(grant.scopes, key=str.lower),
        "privileged": sorted((scope for scope in grant.scopes if is_privileged(app_id or "", "delegated", scope)), key=str.lower),
    }


def to_info(principal: t.Mapping[str, t.Any], found: Found) -> Json:
    """A service principal as C(entra_service_principal_info) returns it."""
    view = {
        **model.to_ansible(principal),
        "verified_publisher": verified_publisher(principal),
        "reply_urls": list(principal.get("replyUrls") or ()),
        **({"permissions": browsable(principal)} if found.browsed else {}),
    }
    access = found.access.get(principal["id"])
    if access is not None:
        held = [one.to_result() for one in existing(access.assigned, principal.get("appRoles") or ())]
        view["assigned_to"] = [
            {**one, "principal": found.users.get(one["principal_id"], one["principal"]), "principal_enabled": found.enabled.get(one["principal_id"])}
            for one in held
        ]
        grants = [grant_view(Grant.from_graph(grant), found) for grant in access.grants]
        if found.member is not None:
            view["member"] = found.member.of(groups_in(access.assigned))
        view["grants"] = sorted(grants, key=lambda one: (not one["tenant_wide"], one["principal"] or "", one["resource"]))
    return view


class ServicePrincipalInfoResource:
    """The resource of C(entra_service_principal_info)."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime, self._options = runtime, runtime.options
        app_id = runtime.options.get("app_id")
        if app_id is not None and not is_guid(app_id):
            raise OptionError(f"'app_id' has to be a GUID, '{app_id}' is not one.", code="invalid_id")
        self._app_id = app_id.lower() if app_id else None
        self._browses = bool(runtime.options["include_permissions"])
        self._select = (*SELECT, *(PERMISSIONS if self._browses else ()))
        self._session = open_session(runtime)
        self._graph = self._session.graph

    def read(self) -> Found:
        """One request with an app id; with names and with access one or two more."""
        graph, app_id = self._graph, self._app_id
        self._claim()
        parts = {"organization": Part("GET", ORGANIZATION_PATH, params=ORGANIZATION_PARAMS, doing="read the organization")}
        if not app_id:
            parts["listed"] = self._by_name()
        elif app_id != PLACEHOLDER_ID:
            parts |= self._by_app_id(app_id)
        answers = read_named(graph, parts)
        organization = self._organization(answers["organization"])
        if app_id:
            principals = [answers["principal"].body] if "principal" in answers and answers["principal"].found else []
        else:
            principals = self._named(graph.items(answers["listed"]))
        if not self._options["include_access"] or not principals:
            return Found(organization, principals, browsed=self._browses)
        if not app_id:
            more: dict[str, Part] = {}
            for one in principals:
                more |= self._access_parts(one["id"], path_to("servicePrincipals", PathKey(one["id"])))
            answers = graph.batch_named(more)
        lists = {name: graph.items(answer) for name, answer in answers.items() if name.startswith(_ACCESS)}
        access = {one["id"]: Access(*(lists[f"{name} {app_id or one['id']}"] for name in _ACCESS)) for one in principals}
        return self._with_member(self._with_names(Found(organization, principals, access, browsed=self._browses)))

    def _claim(self) -> None:
        connector, host, tenant_id = self._options.get("connector"), self._runtime.host, self._session.tenant_id
        if connector and host and self._app_id:
            claim(self._session.cache, f"tenant {tenant_id} {connector} {self._app_id}", f"the {connector} connection of tenant {tenant_id}", host, tenant_id)

    def _by_app_id(self, app_id: str) -> dict[str, Part]:
        path = path_to("servicePrincipals", PathKey(app_id, "appId"))
        part = Part("GET", path, params={"$select": self._select}, doing=f"read the service principal of application {app_id}")
        return {"principal": part, **(self._access_parts(app_id, path) if self._options["include_access"] else {})}

    @staticmethod
    def _access_parts(name: str, path: str) -> dict[str, Part]:
        """Who is assigned to a service principal, and what is granted to it. ``name`` is the id that it is known by here."""
        assigned, granted = _ACCESS
        return {
            f"{assigned} {name}": Part("GET", below(path, assigned), params={"$top": 999}, doing="read who is assigned to a service principal"),
            f"{granted} {name}": Part("GET", below(path, granted), doing="read the delegated permissions granted to a service principal"),
        }

    def _by_name(self) -> Part:
        name, prefix = self._options.get("display_name"), self._options.get("display_name_prefix")
        condition = f"startswith(displayName,{odata_string(prefix)})" if prefix else f"displayName eq {odata_string(str(name))}"
        return Part("GET", "/servicePrincipals", params={"$filter": condition, "$select": self._select, "$top": 999}, doing="list service principals")

    def _named(self, rows: t.Sequence[Json]) -> list[Json]:
        """The service compares names without regard to case; a different spelling is a different name."""
        name = self._options.get("display_name")
        return [row for row in rows if name is None or row.get("displayName") == name]

    def _organization(self, answer: t.Any) -> Json:
        answer.raise_for_error()
        if self._graph.guard is not None:
            t.cast(t.Any, self._graph.guard).see(answer.body)
        return next(iter(self._graph.items(answer)), {})

    def _with_names(self, found: Found) -> Found:
        grants = [Grant.from_graph(grant) for access in found.access.values() for grant in access.grants]
        # An assignment carries a display name, which several people may have. Where thousands are assigned that is good enough.
        assigned = {str(one["principalId"]).lower() for access in found.access.values() for one in access.assigned if one.get("principalType") == "User"}
        holders = sorted({grant.principal_id for grant in grants if grant.principal_id} | (assigned if len(assigned) <= _NAMED_ASSIGNMENTS else set()))
        select = {"$select": "id,userPrincipalName,accountEnabled"}
        parts = {holder: Part("GET", path_to("users", PathKey(holder)), params=select, doing=f"read user {holder}", optional=True) for holder in holders}
        # A user who is gone, or whom this identity may not read, is shown by the id.
        answers = [answer for answer in read_named(self._graph, parts).values() if answer.ok]
        users = {answer.body["id"]: answer.body.get("userPrincipalName") or answer.body["id"] for answer in answers}
        enabled = {answer.body["id"]: answer.body.get("accountEnabled") for answer in answers}
        loader = ResourceLoader(self._graph, self._runtime)
        ids = list(dict.fromkeys(grant.resource_id for grant in grants))
        loader.load((), ids)
        known = {one: loader.lookup(one) for one in ids}
        resources = {one: (api.display_name, api.app_id) for one, api in known.items() if api is not None}
        return dataclasses.replace(found, users=users, enabled=enabled, resources=resources)

    def _with_member(self, found: Found) -> Found:
        """One request more where a user is asked about and groups are assigned."""
        member = self._options.get("member")
        if not member or not any(groups_in(access.assigned) for access in found.access.values()):
            return found
        return dataclasses.replace(found, member=memberships(self._graph, self._graph.batch_named(membership_parts(member))))

    def plan(self, current: Found) -> Plan:
        """Nothing is ever written."""
        rows = sorted((to_info(one, current) for one in current.principals), key=lambda one: ((one["display_name"] or "").lower(), one["object_id"]))
        return Plan(facts={"service_principals": rows, "tenant": self._tenant(current.organization), "caller": self._session.caller().to_result()})

    def _tenant(self, organization: t.Mapping[str, t.Any]) -> Json:
        domains = list(organization.get("verifiedDomains") or ())
        flagged = {flag: next((str(one["name"]) for one in domains if one.get(flag)), None) for flag in ("isDefault", "isInitial")}
        return {
            "tenant_id": self._graph.tenant_id,
            "display_name": organization.get("displayName") or self._graph.tenant,
            "primary_domain": flagged["isDefault"],
            "initial_domain": flagged["isInitial"],
            "verified_domains": [str(one["name"]) for one in domains],
        }

    def apply(self, action: Action) -> None:
        """Never called."""
        raise NotImplementedError(action.kind)

    def result(self, plan: Plan, applied: bool) -> Json:
        """The keys C(service_principals), C(tenant) and C(caller)."""
        return dict(plan.facts)
