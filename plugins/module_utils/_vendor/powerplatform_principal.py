# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Which of an application's three ids somebody wrote: they look the same, and each of these APIs takes another one."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import CredentialError, ForbiddenError
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.odata import odata_key
from ansible_collections.tenantkit.connectors.plugins.module_utils._vendor.powerplatform import PowerPlatformClient

PRINCIPAL, APP_ID, APPLICATION, MISSING = "service_principal", "app_id", "application_object", "missing"


@dataclasses.dataclass(frozen=True)
class Identified:
    """What an id is: the object id of a service principal, an app id, the object id of an application, or nothing that Graph knows."""

    kind: str
    name: str = ""
    app_id: str | None = None
    object_id: str | None = None  # of the service principal, where there is one

    @property
    def shown(self) -> str:
        """For sentences."""
        return f"'{self.name}'" if self.name else "this application"


def identify(client: PowerPlatformClient, value: str) -> Identified | None:
    """What this id is, or None when it cannot be found out: the identity need not be allowed to read the directory.

    The ids in our own token need no request.
    """
    token = client.token
    if token.app_id == value and token.app_id != token.object_id:
        return Identified(APP_ID, "the identity that signs in", value, token.object_id)
    if token.object_id == value and client.app_only:
        return Identified(PRINCIPAL, "the identity that signs in", token.app_id, value)
    graph, doing = client.graph, f"look up what {value} is"
    select = {"$select": "id,appId,displayName"}
    try:
        found = graph.find(f"/servicePrincipals/{value}", doing=doing, params=select)
        if found is not None:
            return Identified(PRINCIPAL, _name(found), found.get("appId"), found["id"])
        found = graph.find(f"/servicePrincipals{odata_key('appId', value)}", doing=doing, params=select)
        if found is not None:
            return Identified(APP_ID, _name(found), value, found["id"])
        found = graph.find(f"/applications/{value}", doing=doing, params=select)
        if found is None:
            found = graph.find(f"/applications{odata_key('appId', value)}", doing=doing, params=select)
            return Identified(MISSING) if found is None else Identified(APP_ID, _name(found), value)
        return Identified(APPLICATION, _name(found), found.get("appId"))
    except (ForbiddenError, CredentialError):
        return None


def _name(found: t.Mapping[str, t.Any]) -> str:
    return str(found.get("displayName") or "")
