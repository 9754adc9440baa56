# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What a connection adds to an application that others made, as items of the adoption record, and which of them are on record."""

from __future__ import annotations

import typing as t

from ..application.redirect_uris import comparison_key
from ..common.adoption_record import AdoptionRecord
from ..common.tags import fingerprint
from ..consent.model import ConsentCurrent, GrantState
from ..permission.catalogue import KIND_TYPES, TYPE_KINDS
from ..permission.model import access_of
from ..permission.option import Lookup, ResourcePermissions


def uri_item(platform: str, uri: str) -> str:
    """A redirect URI."""
    return fingerprint("uri", platform, comparison_key(uri))


def request_item(resource_app_id: str, type_: str, permission_id: str) -> str:
    """An entry of C(requiredResourceAccess)."""
    return fingerprint("request", resource_app_id, type_, permission_id)


def grant_item(resource_id: str, kind: str, name: str) -> str:
    """A scope (by name) or an app role (by id) that is granted on a resource's service principal."""
    return fingerprint("grant", resource_id, kind, name)


def uri_items(before: t.Mapping[str, t.Sequence[str]], after: t.Mapping[str, t.Sequence[str]]) -> set[str]:
    """The redirect URIs that are new in C(after), per platform."""
    known = {uri_item(platform, uri) for platform, uris in before.items() for uri in uris}
    return {uri_item(platform, uri) for platform, uris in after.items() for uri in uris} - known


def _unresolved_item(resource_app_id: str, type_: str, name: str) -> str:
    """The same, of a permission whose id is not known yet: its API has no service principal in the tenant, and the record is written before it gets one."""
    return fingerprint("request by name", resource_app_id, type_, name.lower())


def request_items(required: t.Iterable[t.Mapping[str, t.Any]], wanted: t.Iterable[ResourcePermissions]) -> set[str]:
    """The permissions that are wanted and not requested yet."""
    access, _duplicates = access_of(required)
    items = set()
    for one in wanted:
        requested = access.get(one.resource_app_id, {})
        for kind, type_ in KIND_TYPES.items():
            for name, value in one.of(kind).items():
                if value is None:
                    items.add(_unresolved_item(one.resource_app_id, type_, name))
                elif (value, type_) not in requested:
                    items.add(request_item(one.resource_app_id, type_, value))
    return items


def grant_items(before: GrantState, wanted: t.Iterable[ResourcePermissions]) -> set[str]:
    """The permissions that are wanted and not granted to every user yet."""
    items = set()
    for one in wanted:
        key = one.resource_sp_id or one.resource_app_id
        held = before.get(key)
        items |= {grant_item(key, "delegated", name) for name in one.delegated if not held or name.lower() not in held.scopes}
        items |= {grant_item(key, "application", role or name) for name, role in one.application.items() if not held or (role or name) not in held.roles}
    return items


def uris_on_record(record: AdoptionRecord, present: t.Mapping[str, t.Sequence[str]]) -> dict[str, list[str]]:
    """Those of the redirect URIs that the connector added."""
    found = {platform: [uri for uri in uris if uri_item(platform, uri) in record.items] for platform, uris in present.items()}
    return {platform: uris for platform, uris in found.items() if uris}


def requests_on_record(record: AdoptionRecord, required: t.Iterable[t.Mapping[str, t.Any]], lookup: Lookup) -> list[dict[str, t.Any]]:
    """Those of the requested permissions that the connector added, as the option C(permissions)."""
    access, _duplicates = access_of(required)
    rows = []
    for app_id, pairs in access.items():
        row: dict[str, t.Any] = {"resource": app_id, "delegated": [], "application": []}
        for permission_id, type_ in pairs:
            if type_ in TYPE_KINDS and _items_of(app_id, type_, permission_id, lookup) & record.items:
                row[TYPE_KINDS[type_]].append(permission_id)
        rows += [row] if row["delegated"] or row["application"] else []
    return rows


def _items_of(app_id: str, type_: str, permission_id: str, lookup: Lookup) -> set[str]:
    """The items that an entry of C(requiredResourceAccess) may be on record as: by its id, or by its name where the API was not in the tenant then."""
    resource = lookup(app_id)
    names = [one.name for one in resource.offered(TYPE_KINDS[type_]) if one.id == permission_id and one.name] if resource else []
    return {request_item(app_id, type_, permission_id), *(_unresolved_item(app_id, type_, name) for name in names)}


def grants_on_record(record: AdoptionRecord, current: ConsentCurrent, lookup: Lookup) -> list[dict[str, t.Any]]:
    """Those of the tenant-wide grants that the connector added, as the option C(permissions)."""
    rows: dict[str, dict[str, t.Any]] = {}

    def add(resource_id: str, kind: str, name: str) -> None:
        resource = lookup(resource_id)
        if resource is None:
            return
        # While the service principal did not exist the resource was known by its app id alone, and its roles by their names.
        known = [name, *(one.name for one in resource.offered(kind) if one.id == name and one.name)]
        if {grant_item(key, kind, one) for key in (resource_id, resource.app_id) for one in known} & record.items:
            rows.setdefault(resource.app_id, {"resource": resource.app_id, "delegated": [], "application": []})[kind].append(name)

    for grant in current.tenant_wide():
        for scope in grant.scopes:
            add(grant.resource_id, "delegated", scope)
    for assignment in current.assignments:
        add(assignment.resource_id, "application", assignment.role_id)
    return list(rows.values())
