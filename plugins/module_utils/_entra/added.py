# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What a connector added to an application that others made, on record there, so that just that can be taken away again.

The record is a tag C(tkc:<connector>:a:<items>), or several: twelve hex digits for each thing that was added, since tags can be seen beyond the tenant.
It is written before anything is added. A thing that was there before is not in it, whatever happens to it later.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent import ConsentCurrent, State
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.permission import access_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.permission_option import Lookup, ResourcePermissions
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.redirect_uris import comparison_key
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.resources import KIND_TYPES, TYPE_KINDS
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.tags import check_connector, fingerprint
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError

_ITEM = re.compile(r"[0-9a-f]{12}")
_PER_TAG = 16  # a tag has at most 256 characters


@dataclasses.dataclass(frozen=True)
class Record:
    """The items that one connector has on record on an application."""

    connector: str
    items: frozenset[str] = frozenset()

    @classmethod
    def from_tags(cls, tags: t.Iterable[str], connector: str) -> Record:
        """What the tags of an application say."""
        prefix = _prefix(connector)
        return cls(connector, frozenset(item for tag in tags if tag.startswith(prefix) for item in _ITEM.findall(tag[len(prefix) :])))

    @classmethod
    def from_option(cls, option: t.Mapping[str, t.Any] | None) -> Record | None:
        """The option C(adoption_record) of C(entra_app); None when it was not given."""
        if option is None:
            return None
        items = [str(item).strip().lower() for item in option.get("items") or ()]
        if not all(map(_ITEM.fullmatch, items)):
            raise OptionError("'adoption_record' is what entra_connection_info returns as 'connection.adds'; this is not.", code="invalid_record")
        return cls(check_connector(option["connector"], "adoption_record.connector"), frozenset(items))

    def apply(self, tags: t.Sequence[str]) -> list[str]:
        """The tags with this record in place of the one that is there; all others stay where they are."""
        prefix, items = _prefix(self.connector), sorted(self.items)
        wanted = [prefix + "".join(items[start : start + _PER_TAG]) for start in range(0, len(items), _PER_TAG)]
        kept = [tag for tag in tags if not tag.startswith(prefix) or tag in wanted]
        return kept + [tag for tag in wanted if tag not in kept]


def _prefix(connector: str) -> str:
    return f"tkc:{connector}:a:"


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


def request_items(required: t.Iterable[t.Mapping[str, t.Any]], wanted: t.Iterable[ResourcePermissions]) -> set[str]:
    """The permissions that are wanted and not requested yet."""
    access, _duplicates = access_of(required)
    return {
        request_item(one.resource_app_id, KIND_TYPES[kind], value)
        for one in wanted
        for kind in KIND_TYPES
        for value in one.of(kind).values()
        if value is not None and (value, KIND_TYPES[kind]) not in access.get(one.resource_app_id, {})
    }


def grant_items(before: State, wanted: t.Iterable[ResourcePermissions]) -> set[str]:
    """The permissions that are wanted and not granted to every user yet."""
    items = set()
    for one in wanted:
        key = one.resource_sp_id or one.resource_app_id
        held = before.get(key)
        items |= {grant_item(key, "delegated", name) for name in one.delegated if not held or name.lower() not in held.scopes}
        items |= {grant_item(key, "application", role or name) for name, role in one.application.items() if not held or (role or name) not in held.roles}
    return items


def uris_on_record(record: Record, present: t.Mapping[str, t.Sequence[str]]) -> dict[str, list[str]]:
    """Those of the redirect URIs that the connector added."""
    found = {platform: [uri for uri in uris if uri_item(platform, uri) in record.items] for platform, uris in present.items()}
    return {platform: uris for platform, uris in found.items() if uris}


def requests_on_record(record: Record, required: t.Iterable[t.Mapping[str, t.Any]]) -> list[dict[str, t.Any]]:
    """Those of the requested permissions that the connector added, as the option C(permissions)."""
    access, _duplicates = access_of(required)
    rows = []
    for app_id, pairs in access.items():
        row: dict[str, t.Any] = {"resource": app_id, "delegated": [], "application": []}
        for permission_id, type_ in pairs:
            if type_ in TYPE_KINDS and request_item(app_id, type_, permission_id) in record.items:
                row[TYPE_KINDS[type_]].append(permission_id)
        rows += [row] if row["delegated"] or row["application"] else []
    return rows


def grants_on_record(record: Record, current: ConsentCurrent, lookup: Lookup) -> list[dict[str, t.Any]]:
    """Those of the tenant-wide grants that the connector added, as the option C(permissions)."""
    rows: dict[str, dict[str, t.Any]] = {}

    def add(resource_id: str, kind: str, name: str) -> None:
        resource = lookup(resource_id)
        # While the service principal did not exist the resource was known by its app id alone.
        if resource and {grant_item(key, kind, name) for key in (resource_id, resource.app_id)} & record.items:
            rows.setdefault(resource.app_id, {"resource": resource.app_id, "delegated": [], "application": []})[kind].append(name)

    for grant in current.tenant_wide():
        for scope in grant.scopes:
            add(grant.resource_id, "delegated", scope)
    for assignment in current.assignments:
        add(assignment.resource_id, "application", assignment.role_id)
    return list(rows.values())
