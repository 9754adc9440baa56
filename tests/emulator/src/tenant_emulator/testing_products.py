# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of a test's handle that is about people who sign in, Workato and Power Platform."""

from __future__ import annotations

import typing as t
from urllib.parse import quote

JsonObject = dict[str, t.Any]


class Products:
    """Mixed into the handle on a running emulator."""

    ready: JsonObject

    def control(self, method: str, path: str, body: t.Any = None) -> t.Any:
        """One control request."""
        raise NotImplementedError

    @property
    def workato_url(self) -> str:
        """Root of Workato: any data centre. ``{workato_url}/eu`` is that one alone."""
        return str(self.ready["workato_url"])

    @property
    def powerplatform_url(self) -> str:
        """Root of the Power Platform API."""
        return str(self.ready["powerplatform_url"])

    @property
    def bap_url(self) -> str:
        """Root of the older administration API of Power Platform."""
        return str(self.ready["bap_url"])

    # -- people ------------------------------------------------------------------------------------------------------

    def sign_in(self, tenant: str, client_id: str, user: str, **fields: t.Any) -> JsonObject:
        """Let a person sign in to an application: scopes, redirect_uri, client_secret, second_factor, consent.

        ``consent`` is none, user or admin. Returns ``signed_in`` with ``scopes`` and ``refresh_token``, or ``error_code`` and ``error``.
        """
        body = {"client_id": client_id, "user": user, **fields}
        return t.cast(JsonObject, self.control("POST", f"tenants/{quote(tenant)}/sign-in", body))

    def consent_template(self, tenant: str, present: bool) -> None:
        """Give a tenant the group settings template for consent, or take it away."""
        self.control("POST", f"tenants/{quote(tenant)}/consent-template", {"present": present})

    # -- Workato -----------------------------------------------------------------------------------------------------

    def workato(self, workspace: str = "contoso") -> JsonObject:
        """What a workspace holds: options, ``connections`` with their input (secrets as ``key_id``), ``tokens`` of its API clients."""
        return t.cast(JsonObject, self.control("GET", f"workato/{quote(workspace)}"))

    def set_workato(self, workspace: str = "contoso", **options: t.Any) -> JsonObject:
        """Change how a workspace behaves."""
        return t.cast(JsonObject, self.control("POST", f"workato/{quote(workspace)}", options))

    def add_workato_client(self, workspace: str, name: str, token: str, rights: t.Sequence[str] = ()) -> JsonObject:
        """Add or replace an API client."""
        body = {"name": name, "token": token, "rights": list(rights)}
        return t.cast(JsonObject, self.control("POST", f"workato/{quote(workspace)}/clients", body))

    def authorize_workato_connection(self, workspace: str, connection: int | str, user: str | None = None, **fields: t.Any) -> JsonObject:
        """Let a person press Connect and sign in: second_factor, consent, scopes. Without a user it is forced.

        ``connection`` is an id, an external id or a name. Returns the connection, with ``error_code`` when it failed.
        """
        body = {"user": user, **fields} if user else {"force": True, **fields}
        return t.cast(JsonObject, self.control("POST", f"{_connection(workspace, connection)}/authorize", body))

    def lose_workato_connection(self, workspace: str, connection: int | str, reason: str = "", status: str = "failed") -> JsonObject:
        """End a connection's authorization."""
        body = {"status": status} | ({"reason": reason} if reason else {})
        return t.cast(JsonObject, self.control("POST", f"{_connection(workspace, connection)}/lose", body))

    def refresh_workato_connection(self, workspace: str, connection: int | str) -> JsonObject:
        """Let the product renew a connection's sign-in; what can no longer be renewed is lost."""
        return t.cast(JsonObject, self.control("POST", f"{_connection(workspace, connection)}/refresh", {}))

    # -- Power Platform ----------------------------------------------------------------------------------------------

    def powerplatform(self, tenant: str = "contoso") -> JsonObject:
        """What a tenant holds: environments, groups, assignments, administrators, applications."""
        return t.cast(JsonObject, self.control("GET", f"tenants/{quote(tenant)}/power-platform"))

    def add_environment(self, tenant: str, name: str, **fields: t.Any) -> JsonObject:
        """Add an environment: id, type, group, refusals, and properties as the API names them."""
        return t.cast(JsonObject, self.control("POST", f"tenants/{quote(tenant)}/power-platform/environments", {"name": name, **fields}))

    def add_role_assignment(self, tenant: str, principal_id: str, role: str, scope: str = "", principal_type: str = "ApplicationUser") -> JsonObject:
        """Assign a role, by name or id; the scope may leave out its tenant: ``/environments/{id}``."""
        body = {"principalId": principal_id, "principalType": principal_type, "role": role, "scope": scope}
        return t.cast(JsonObject, self.control("POST", f"tenants/{quote(tenant)}/power-platform/role-assignments", body))

    def remove_role_assignment(self, tenant: str, assignment_id: str) -> None:
        """Remove an assignment behind the service's back."""
        self.control("DELETE", f"tenants/{quote(tenant)}/power-platform/role-assignments/{assignment_id}")

    def add_platform_administrator(self, tenant: str, principal_id: str) -> None:
        """Give a user or a service principal the role in Entra that administers Power Platform."""
        self.control("POST", f"tenants/{quote(tenant)}/power-platform/administrators", {"principalId": principal_id})

    def add_management_app(self, tenant: str, app_id: str) -> JsonObject:
        """Register a management application."""
        return t.cast(JsonObject, self.control("POST", f"tenants/{quote(tenant)}/power-platform/applications", {"applicationId": app_id}))


def _connection(workspace: str, connection: int | str) -> str:
    return f"workato/{quote(workspace)}/connections/{quote(str(connection), safe='')}"
