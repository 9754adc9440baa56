# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The permissions that an application requests (C(requiredResourceAccess)): desired, current, and their conversion."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._engine import PLACEHOLDER_ID
from .catalogue import KIND_TYPES
from .option import Lookup, ResourcePermissions, gate, parse_permissions, resolve_wanted

# requiredResourceAccess without duplicates and order: app id -> (id, Scope|Role), both kept in the order they were found.
Access = dict[str, dict[tuple[str, str], None]]


def access_of(required: t.Iterable[t.Mapping[str, t.Any]]) -> tuple[Access, int]:
    """C(requiredResourceAccess) as sets, and how many entries were there twice (resources or permissions)."""
    access: Access = {}
    duplicates = 0
    for entry in required:
        app_id = str(entry["resourceAppId"]).lower()
        duplicates += app_id in access
        pairs = access.setdefault(app_id, {})
        for one in entry.get("resourceAccess") or ():
            pair = (str(one["id"]).lower(), str(one["type"]))
            duplicates += pair in pairs
            pairs[pair] = None
    return access, duplicates


def access_to_graph(access: Access) -> list[dict[str, t.Any]]:
    """The reverse of C(access_of). Resources without permissions are left out: Entra refuses or drops them."""
    return [
        {"resourceAppId": app_id, "resourceAccess": [{"id": permission_id, "type": kind} for permission_id, kind in pairs]}
        for app_id, pairs in access.items()
        if pairs
    ]


def wanted_from_required(required: t.Iterable[t.Mapping[str, t.Any]]) -> list[dict[str, t.Any]]:
    """C(requiredResourceAccess) as the option C(permissions), by GUID: "what the application requests"."""
    access, _duplicates = access_of(required)
    return [
        {"resource": app_id, **{kind: [one for one, type_ in pairs if type_ == KIND_TYPES[kind]] for kind in KIND_TYPES}} for app_id, pairs in access.items()
    ]


@dataclasses.dataclass(frozen=True)
class PermissionDesired:
    """What the options ask for."""

    permissions: tuple[ResourcePermissions, ...]
    mode: str = "merge"
    state: str = "present"

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any], lookup: Lookup) -> PermissionDesired:
        """Resolve and gate. ``options`` are the module's; all of them but C(permissions) may be missing."""
        state = options.get("state") or "present"
        absent = state == "absent"
        missing_ok = absent or bool(options.get("create_missing_service_principals"))
        resolved = resolve_wanted(parse_permissions(options.get("permissions")), lookup, missing_ok=missing_ok, held=() if absent else None)
        # Removing permissions needs no acceptance, but a misspelled acceptance is reported anyway.
        gate([] if absent else resolved, options.get("accept_privileged"), lookup, "request")
        return cls(tuple(resolved), options.get("mode") or "merge", state)


@dataclasses.dataclass(frozen=True)
class PermissionCurrent:
    """What the application requests now. ``object_id`` is the placeholder for one that does not exist yet."""

    label: str
    object_id: str = PLACEHOLDER_ID
    sign_in_audience: str = "AzureADMyOrg"
    required: tuple[t.Mapping[str, t.Any], ...] = ()

    @classmethod
    def from_graph(cls, application: t.Mapping[str, t.Any] | None, label: str) -> PermissionCurrent:
        """From an application's JSON (C(id), C(signInAudience), C(requiredResourceAccess)); None predicts for a new one."""
        if application is None:
            return cls(label)
        return cls(
            label=application.get("displayName") or label,
            object_id=application["id"],
            sign_in_audience=application.get("signInAudience") or "AzureADMyOrg",
            required=tuple(application.get("requiredResourceAccess") or ()),
        )
