# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests ask of Workato."""

from __future__ import annotations

import typing as t

from ...world import JsonObject
from .. import base


class Handle(base.Handle):
    """The workspaces, their API clients and their connections."""

    @property
    def workato_url(self) -> str:
        """Root of Workato: any data centre. ``{workato_url}/eu`` is that one alone."""
        return self._url("workato")

    def workato(self, workspace: str = "contoso") -> JsonObject:
        """What a workspace holds: options, ``connections`` with their input (secrets as ``key_id``), ``tokens`` of its API clients."""
        return self._get("workato", workspace)

    def set_workato(self, workspace: str = "contoso", **options: t.Any) -> JsonObject:
        """Change how a workspace behaves."""
        return self._post(options, "workato", workspace)

    def add_workato_client(self, workspace: str, name: str, token: str, rights: t.Sequence[str] = ()) -> JsonObject:
        """Add or replace an API client."""
        return self._post({"name": name, "token": token, "rights": list(rights)}, "workato", workspace, "clients")

    def authorize_workato_connection(self, workspace: str, connection: int | str, user: str | None = None, **fields: t.Any) -> JsonObject:
        """Let a person press Connect and sign in: second_factor, consent, scopes. Without a user it is forced.

        ``connection`` is an id, an external id or a name. Returns the connection, with ``error_code`` when it failed.
        """
        body = {"user": user, **fields} if user else {"force": True, **fields}
        return self._post(body, "workato", workspace, "connections", connection, "authorize")

    def lose_workato_connection(self, workspace: str, connection: int | str, reason: str = "", status: str = "failed") -> JsonObject:
        """End a connection's authorization."""
        body = {"status": status} | ({"reason": reason} if reason else {})
        return self._post(body, "workato", workspace, "connections", connection, "lose")

    def refresh_workato_connection(self, workspace: str, connection: int | str) -> JsonObject:
        """Let the product renew a connection's sign-in; what can no longer be renewed is lost."""
        return self._post({}, "workato", workspace, "connections", connection, "refresh")
