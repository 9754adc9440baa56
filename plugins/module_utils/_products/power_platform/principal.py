# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Which of an application's three ids was given: all are GUIDs, and each of these APIs takes a different one.

Sources: https://learn.microsoft.com/power-platform/admin/programmability-tutorial-rbac-role-assignment (roles take the service principal's object id) and
https://learn.microsoft.com/power-platform/admin/powerplatform-api-create-service-principal (management applications the client id); read 2026-11.
"""

from __future__ import annotations

import typing as t

from ..._errors import CredentialError, ForbiddenError
from ..._graph.odata import PathKey, path_to
from .client import PowerPlatformClient
from .identified import APP_ID, APPLICATION, MISSING, PRINCIPAL, Identified


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
        found = graph.find(path_to("servicePrincipals", PathKey(value)), doing=doing, params=select)
        if found is not None:
            return Identified(PRINCIPAL, _name(found), found.get("appId"), found["id"])
        found = graph.find(path_to("servicePrincipals", PathKey(value, "appId")), doing=doing, params=select)
        if found is not None:
            return Identified(APP_ID, _name(found), value, found["id"])
        found = graph.find(path_to("applications", PathKey(value)), doing=doing, params=select)
        if found is None:
            found = graph.find(path_to("applications", PathKey(value, "appId")), doing=doing, params=select)
            return Identified(MISSING) if found is None else Identified(APP_ID, _name(found), value)
        return Identified(APPLICATION, _name(found), found.get("appId"))
    except (ForbiddenError, CredentialError):
        return None


def _name(found: t.Mapping[str, t.Any]) -> str:
    return str(found.get("displayName") or "")
