# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The writes of consent, one Graph call each, reconciled with what another client may have written in the meantime."""

from __future__ import annotations

import typing as t

from ..._engine import PLACEHOLDER_ID, Action
from ..._errors import ConflictError
from ..._graph.client import GraphClient
from ..._graph.odata import PathKey, odata_string, path_to
from ..._waiting import until
from .model import Grant
from .url import grant_body, role_body

# Two texts for a resource or client that not every replica knows yet; the client knows the others.
_PAUSES = (1.0, 2.0, 4.0, 5.0, 5.0)  # seconds between looks for what a conflict says is there: lists are behind the longest
_LAGS = ("Specified resourceId was not found", "queried reference-property objects are not present")


class ConsentWriter:
    """Carries out the actions of C(plan_consent). The answers are authoritative; nothing is read back."""

    def __init__(self, graph: GraphClient) -> None:
        self._graph = graph
        self.client_id = PLACEHOLDER_ID
        self.just_created = False

    def write(self, action: Action) -> None:
        """One action."""
        getattr(self, f"_{action.kind}")(action.payload, action.text)

    def _create_client(self, data: t.Mapping[str, t.Any], doing: str) -> None:
        path = path_to("servicePrincipals", PathKey(data["app_id"], "appId"))

        def find() -> dict[str, t.Any] | None:
            return self._graph.find(path, doing=doing, params={"$select": "id,appId"})

        try:
            made = self._graph.post("/servicePrincipals", {"appId": data["app_id"]}, doing=doing, reconcile=find, just_created=True)
        except ConflictError:  # it exists, only the read came too early for it
            made = self._graph.get(path, doing=doing, params={"$select": "id,appId"}, just_created=True)
        self.client_id = str((made or {})["id"]).lower()
        self.just_created = True

    def _create_grant(self, data: t.Mapping[str, t.Any], doing: str) -> None:
        scopes = data["scopes"]

        def find() -> dict[str, t.Any] | None:
            return self._existing(data, doing)

        body = grant_body(self.client_id, data["key"], data["principal_id"], " ".join(scopes))
        waits: dict[str, t.Any] = {"retry_texts": _LAGS if self.just_created else (), "just_created": self.just_created}
        try:
            grant = self._graph.post("/oauth2PermissionGrants", body, doing=doing, reconcile=find, older=list(filter(None, [data["principal_id"]])), **waits)
        except ConflictError:
            # At most one grant exists for a key, so never a second POST: what was made in the meantime is extended.
            grant = self._await(find, doing)
            if grant is None:
                raise
        held = Grant.from_graph(grant).scopes if grant else ()
        if not {scope.lower() for scope in scopes} <= {scope.lower() for scope in held}:
            union = {scope.lower(): scope for scope in (*held, *scopes)}
            self._graph.patch(path_to("oauth2PermissionGrants", PathKey((grant or {})["id"])), {"scope": " ".join(union.values())}, doing=doing)

    def _await(self, find: t.Callable[[], dict[str, t.Any] | None], doing: str) -> dict[str, t.Any] | None:
        why = f"{doing}: it exists already, but is not listed yet"
        return until(find, lambda found: found is not None, pauses=_PAUSES, wait=self._graph.wait, why=why)

    def _existing(self, data: t.Mapping[str, t.Any], doing: str) -> dict[str, t.Any] | None:
        """The grant of exactly this key. The filter names all of it, and so does the comparison: an index may be behind."""
        kind = "Principal" if data["principal_id"] else "AllPrincipals"
        conditions = [f"clientId eq {odata_string(self.client_id)}", f"resourceId eq {odata_string(data['key'])}", f"consentType eq {odata_string(kind)}"]
        if data["principal_id"]:
            conditions.append(f"principalId eq {odata_string(data['principal_id'])}")
        for found in self._graph.list("/oauth2PermissionGrants", doing=doing, params={"$filter": " and ".join(conditions)}):
            grant = Grant.from_graph(found)
            if (grant.client_id, grant.resource_id, grant.principal_id) == (self.client_id, data["key"], data["principal_id"]):
                return found
        return None

    def _update_grant(self, data: t.Mapping[str, t.Any], doing: str) -> None:
        path, wanted = path_to("oauth2PermissionGrants", PathKey(data["grant_id"])), list(data["scopes"])
        # The list that was planned with may be behind, and a PATCH replaces all scopes: what it did not show yet stays.
        grant = self._graph.find(path, doing=doing)
        planned = {scope.lower() for scope in (*wanted, *data["known"])}
        wanted += [scope for scope in (Grant.from_graph(grant).scopes if grant else ()) if scope.lower() not in planned]
        self._graph.patch(path, {"scope": " ".join(wanted)}, doing=doing)

    def _delete_grant(self, data: t.Mapping[str, t.Any], doing: str) -> None:
        self._graph.delete(path_to("oauth2PermissionGrants", PathKey(data["grant_id"])), doing=doing)

    def _assign_role(self, data: t.Mapping[str, t.Any], doing: str) -> None:
        path = path_to("servicePrincipals", PathKey(data["key"]), "appRoleAssignedTo")

        def find() -> dict[str, t.Any] | None:
            own = path_to("servicePrincipals", PathKey(self.client_id), "appRoleAssignments")
            rows = self._graph.list(own, doing=doing, just_created=self.just_created)
            return next((row for row in rows if (row["resourceId"].lower(), row["appRoleId"].lower()) == (data["key"], data["role"])), None)

        try:
            self._graph.post(path, role_body(self.client_id, data["key"], data["role"]), doing=doing, reconcile=find, just_created=self.just_created)
        except ConflictError:
            # "Permission being assigned already exists": another client assigned it. Any other conflict is an error.
            if self._await(find, doing) is None:
                raise

    def _remove_role(self, data: t.Mapping[str, t.Any], doing: str) -> None:
        self._graph.delete(path_to("servicePrincipals", PathKey(data["key"]), "appRoleAssignedTo", PathKey(data["assignment_id"])), doing=doing)
