# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The option C(permissions): what a user writes per resource API, merged, resolved to ids and past the gate."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ..._errors import OptionError
from ..._ids import is_guid
from .catalogue import AZURE_AD_GRAPH_API, KIND_TYPES, RETIRED, ResourceApi, resolve_names, well_known_app_id, well_known_name
from .namespaces import SUFFIX, names_in
from .privileged import check_accepted_exist, check_privileged, parse_accepted

# Texts of the option "resource" to resource APIs; None when the tenant has no service principal for it.
Lookup = t.Callable[[str], t.Optional[ResourceApi]]


@dataclasses.dataclass(frozen=True)
class RequestedPermissions:
    """One entry of C(permissions) as written: names or GUIDs."""

    resource: str
    delegated: tuple[str, ...]
    application: tuple[str, ...]
    namespaces: tuple[str, ...] = ()  # of which all delegated permissions are meant


@dataclasses.dataclass(frozen=True)
class ResourcePermissions:
    """The permissions of one resource API: canonical name to id.

    ``resource_sp_id`` is None when the resource has no service principal in the tenant yet. Then names cannot be looked up
    and have the id None, until it was made.
    """

    resource: str
    resource_app_id: str
    resource_sp_id: str | None
    delegated: t.Mapping[str, str | None] = dataclasses.field(default_factory=dict)
    application: t.Mapping[str, str | None] = dataclasses.field(default_factory=dict)
    identifiers: tuple[str, ...] = ()  # the resource's identifier URIs, for scopes written in full

    def of(self, kind: str) -> t.Mapping[str, str | None]:
        """The permissions of one kind."""
        return self.delegated if kind == "delegated" else self.application

    def to_graph(self) -> dict[str, t.Any]:
        """One entry of C(requiredResourceAccess). Raises OptionError when a permission has no id yet."""
        access = [{"id": permission_id, "type": KIND_TYPES[kind]} for kind in KIND_TYPES for permission_id in self.of(kind).values()]
        if any(entry["id"] is None for entry in access):
            raise OptionError(f"The permissions of {self.resource} have no ids before its service principal exists in the tenant.")
        return {"resourceAppId": self.resource_app_id, "resourceAccess": access}

    def to_result(self) -> dict[str, t.Any]:
        """The shape of results: names, sorted."""
        return as_result(self.resource, self.resource_app_id, self.delegated, self.application)


def as_result(resource: str, app_id: str | None, delegated: t.Iterable[str], application: t.Iterable[str]) -> dict[str, t.Any]:
    """One entry of a result list of permissions per resource."""
    lists = {"delegated": sorted(set(delegated), key=str.lower), "application": sorted(set(application), key=str.lower)}
    return {"resource": resource, "resource_app_id": app_id, **lists}


def in_words(delegated: t.Iterable[str], application: t.Iterable[str]) -> str:
    """C(delegated:A, application:B), for sentences."""
    return ", ".join(
        [*(f"delegated:{name}" for name in sorted(delegated, key=str.lower)), *(f"application:{name}" for name in sorted(application, key=str.lower))]
    )


def parse_permissions(option: t.Iterable[t.Mapping[str, t.Any]] | None) -> tuple[RequestedPermissions, ...]:
    """Read the option; entries for the same resource are merged, repeated names count once.

    Raises OptionError for an empty resource, and for a name that is empty or several.
    """
    merged: dict[str, tuple[str, dict[str, dict[str, None]]]] = {}
    lists = (*KIND_TYPES, "namespaces")
    for entry in option or ():
        resource = str(entry.get("resource") or "").strip()
        if not resource:
            raise OptionError("An entry of 'permissions' has an empty 'resource'.", code="permission_malformed")
        key = well_known_app_id(resource) or resource.lower()
        _text, kinds = merged.setdefault(key, (resource, {kind: {} for kind in lists}))
        for kind, names in kinds.items():
            for name in entry.get(kind) or ():
                word = str(name).strip()
                word = word.removesuffix(SUFFIX) if kind == "namespaces" else word
                if kind == "namespaces" and not re.fullmatch(r"\w+", word):
                    raise OptionError(
                        f"'permissions' for {resource} has the namespace {str(name)!r}; write what comes before the first dot of a permission.",
                        code="permission_malformed",
                    )
                if not word or len(word.split()) > 1:
                    raise OptionError(
                        f"'permissions' for {resource} has the {kind} permission {str(name)!r}; write one name (or GUID) per list entry.",
                        code="permission_malformed",
                    )
                names.setdefault(word, None)
    return tuple(
        RequestedPermissions(text, tuple(kinds["delegated"]), tuple(kinds["application"]), tuple(kinds["namespaces"])) for text, kinds in merged.values()
    )


def resolve_wanted(
    wanted: t.Iterable[RequestedPermissions],
    lookup: Lookup,
    *,
    missing_ok: bool,
    held: t.Collection[str] | None = None,
) -> list[ResourcePermissions]:
    """Names to ids. Raises OptionError for resources and permissions that do not exist: one error for all of them, before anything is written.

    ``missing_ok``: a resource without service principal stays unresolved instead of being an error; it has to be well known or an app id. ``held`` is for
    taking away, see C(resolve_names).
    """
    resolved: dict[str, ResourcePermissions] = {}
    problems: list[str] = []
    advice: list[str] = []
    for entry in wanted:
        resource = lookup(entry.resource)
        try:
            if resource is None:
                one = _unresolved(entry, missing_ok, taking_away=held is not None)
            else:
                names = [*entry.delegated, *names_in(resource, entry.namespaces, held=held)]
                delegated, application = resolve_names(resource, names, entry.application, held=held)
                one = ResourcePermissions(resource.display_name, resource.app_id, resource.object_id, delegated, application, resource.identifiers)
        except OptionError as error:
            problems.append(error.message)
            advice.extend([error.advice] if error.advice and error.advice not in advice else [])
            continue
        other = resolved.get(one.resource_app_id)
        if other is not None:  # the same resource by two different texts
            one = dataclasses.replace(other, delegated={**other.delegated, **one.delegated}, application={**other.application, **one.application})
        resolved[one.resource_app_id] = one
    if problems:
        raise OptionError(" ".join(problems), code="permission_unknown", advice=" ".join(advice) or None)
    return list(resolved.values())


def _unresolved(entry: RequestedPermissions, missing_ok: bool, taking_away: bool) -> ResourcePermissions:
    app_id = well_known_app_id(entry.resource)
    if app_id == AZURE_AD_GRAPH_API and not taking_away:
        raise OptionError(
            f"{RETIRED}, and it has no service principal in this tenant.",
            code="resource_retired",
            advice="Leave it out of 'permissions', and request the permissions of Microsoft Graph in its place.",
        )
    if app_id is None:
        raise OptionError(
            f"This tenant has no service principal named {entry.resource!r} that could be a resource API.",
            code="resource_unknown",
            advice="Write in 'permissions' the display name exactly as under Enterprise applications, an identifier URI, or the app id of the API.",
        )
    if not missing_ok:
        raise OptionError(
            f"The resource API {well_known_name(app_id)} ({app_id}) has no service principal in this tenant.",
            code="resource_missing",
            advice=f"Let entra_app_permission create it with 'create_missing_service_principals: true', or run: az ad sp create --id {app_id}",
        )
    ids = {
        kind: {name: name.lower() if is_guid(name) else None for name in names}
        for kind, names in (("delegated", (*entry.delegated, *(one + SUFFIX for one in entry.namespaces))), ("application", entry.application))
    }
    return ResourcePermissions(well_known_name(app_id), app_id, None, ids["delegated"], ids["application"])


def gate(permissions: t.Sequence[ResourcePermissions], accept_privileged: t.Iterable[str] | None, lookup: Lookup, doing: str) -> frozenset[tuple[str, str]]:
    """Check C(accept_privileged) itself and what it has to cover. Returns the accepted ones."""
    accepted = parse_accepted(accept_privileged)
    for entry in permissions:
        resource = lookup(entry.resource_app_id)
        if resource is not None:
            check_accepted_exist(accepted, resource.app_id, resource.names())
    check_privileged(permissions, accepted, doing)
    return accepted
