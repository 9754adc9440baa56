# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Writes on one application's client secrets."""

from __future__ import annotations

import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.key import Key, attempt_name
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.writer import CredentialWriter, Minted
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConnectorError, ServiceError, TransportError
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.client import GraphClient

_GONE = "no password credential found"


class SecretWriter(CredentialWriter):
    """Adds and removes client secrets."""

    def __init__(self, graph: GraphClient, object_id: str, label: str, *, made_here: bool = True) -> None:
        super().__init__(graph, object_id, label, made_here=made_here)
        self.attempts: list[str] = []  # display names of every addPassword attempt of this run

    def keys(self) -> list[Key]:
        """The application's secrets as they are now."""
        body = self._graph.get(self._path, params={"$select": "id,passwordCredentials"}, doing=f"read the secrets of {self._label}", made_here=self._made_here)
        return [Key.from_graph(entry) for entry in body.get("passwordCredentials") or ()]

    def mint(self, name: str, end: str) -> Minted:
        """Add a secret. The answer is final; an attempt whose answer was lost is looked for, removed, and made again under another name."""
        # The start is left to Entra: its clock decides whether a secret is valid already.
        credential = {"displayName": self._attempt(name), "endDateTime": end}

        def remove_lost() -> None:
            self._remove_attempts()
            credential["displayName"] = self._attempt(name)

        doing = f"add secret '{name}' to {self._label}"
        try:
            body = self._graph.post(
                f"{self._path}/addPassword", {"passwordCredential": credential}, doing=doing, reconcile=remove_lost, made_here=self._made_here
            )
            if not body or not body.get("secretText") or not body.get("keyId"):
                raise ServiceError(f"Could not {doing} in tenant {self._graph.tenant}: the answer holds no secret.", code="malformed_answer", outcome="unknown")
        except ConnectorError as error:
            if error.outcome == "unknown":
                self._clean_up(error)
            raise
        return Minted(Key.from_graph(body), str(body["secretText"]))

    def remove(self, key_id: str, *, fresh: bool = False) -> None:
        """See the base class."""
        doing = f"remove secret {key_id} of {self._label}"

        def gone() -> dict[str, t.Any] | None:
            return None if any(key.key_id == key_id for key in self.keys()) else {}

        for attempt in range(4):
            try:
                self._graph.post(f"{self._path}/removePassword", {"keyId": key_id}, doing=doing, reconcile=gone, made_here=self._made_here)
                return
            except ServiceError as error:
                if _GONE not in (error.service_message or "").lower():
                    raise
                if not fresh or (attempt and gone() is not None):
                    return
                if attempt == 3:
                    raise
            self._graph.wait(2.0**attempt, f"{doing}: it is not replicated yet")

    def _attempt(self, name: str) -> str:
        self.attempts.append(attempt_name(name))
        return self.attempts[-1]

    def _remove_attempts(self) -> None:
        for key in self.keys():
            if key.display_name in self.attempts:
                self.remove(key.key_id, fresh=True)

    def _clean_up(self, error: ConnectorError) -> None:
        """A courtesy: what a lost attempt made has no mark and goes with a later run in any case."""
        try:
            self._remove_attempts()
        except (ConnectorError, TransportError):
            error.advice = " ".join(filter(None, [error.advice, "A secret that was delivered to nobody may be left; a later run removes it."]))
