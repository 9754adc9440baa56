# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests ask of Power Platform."""

from __future__ import annotations

import typing as t

from ...world import JsonObject
from .. import base


class Handle(base.Handle):
    """Environments, role assignments, administrators and management applications of a tenant."""

    @property
    def powerplatform_url(self) -> str:
        """Root of the Power Platform API."""
        return self._url("powerplatform")

    @property
    def bap_url(self) -> str:
        """Root of the older administration API of Power Platform."""
        return self._url("bap")

    def powerplatform(self, tenant: str = "contoso") -> JsonObject:
        """What a tenant holds: environments, groups, assignments, administrators, applications."""
        return self._get("tenants", tenant, "power-platform")

    def add_environment(self, tenant: str, name: str, **fields: t.Any) -> JsonObject:
        """Add an environment: id, type, group, refusals, and properties as the API names them."""
        return self._post({"name": name, **fields}, "tenants", tenant, "power-platform", "environments")

    def add_role_assignment(self, tenant: str, principal_id: str, role: str, scope: str = "", principal_type: str = "ApplicationUser") -> JsonObject:
        """Assign a role, by name or id; the scope may leave out its tenant: ``/environments/{id}``."""
        body = {"principalId": principal_id, "principalType": principal_type, "role": role, "scope": scope}
        return self._post(body, "tenants", tenant, "power-platform", "role-assignments")

    def remove_role_assignment(self, tenant: str, assignment_id: str) -> None:
        """Remove an assignment behind the service's back."""
        self._delete("tenants", tenant, "power-platform", "role-assignments", assignment_id)

    def add_platform_administrator(self, tenant: str, principal_id: str) -> None:
        """Give a user or a service principal the role in Entra that administers Power Platform."""
        self._post({"principalId": principal_id}, "tenants", tenant, "power-platform", "administrators")

    def add_management_app(self, tenant: str, app_id: str) -> JsonObject:
        """Register a management application."""
        return self._post({"applicationId": app_id}, "tenants", tenant, "power-platform", "applications")
