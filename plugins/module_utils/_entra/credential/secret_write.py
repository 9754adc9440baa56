# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Writes on one application's client secrets.

Sources: https://learn.microsoft.com/graph/api/application-addpassword (the value is shown once) and
https://learn.microsoft.com/graph/api/application-removepassword; read 2026-11. The text "No password credential found", for a secret that is gone or not
replicated yet: observed in public reports; not documented.
"""

from __future__ import annotations

import typing as t

from ..._errors import ConnectorError, ServiceError, sentences
from ..._graph.client import GraphClient
from ..._waiting import until
from .key import Key, attempt_name
from .writer import CredentialWriter, Minted

_GONE = "no password credential found"
_PAUSES = (1.0, 2.0, 4.0)  # seconds between tries to remove a secret that was just made


class SecretWriter(CredentialWriter):
    """Adds and removes client secrets."""

    def __init__(self, graph: GraphClient, object_id: str, label: str, *, just_created: bool = True) -> None:
        super().__init__(graph, object_id, label, just_created=just_created)
        self.attempts: list[str] = []  # display names of every addPassword attempt of this run

    def keys(self) -> list[Key]:
        """The application's secrets as they are now."""
        body = self._graph.get(
            self._path, params={"$select": "id,passwordCredentials"}, doing=f"read the secrets of {self._label}", just_created=self._just_created
        )
        return [Key.from_graph(entry) for entry in body.get("passwordCredentials") or ()]

    def mint(self, name: str, end: str) -> Minted:
        """Add a secret. The answer is final; an attempt whose answer was lost is looked for, removed, and made again under another name.

        Raises ServiceError when Entra refuses or its answer holds no secret, and what HTTP raises; outcome C(unknown) when a secret may have been made.
        """
        # The start is left to Entra: its clock decides whether a secret is valid already.
        credential = {"displayName": self._attempt(name), "endDateTime": end}

        def remove_lost() -> None:
            self._remove_attempts()
            credential["displayName"] = self._attempt(name)

        doing = f"add secret '{name}' to {self._label}"
        try:
            body = self._graph.post(
                f"{self._path}/addPassword", {"passwordCredential": credential}, doing=doing, reconcile=remove_lost, just_created=self._just_created
            )
            if not body or not body.get("secretText") or not body.get("keyId"):
                raise ServiceError(f"Could not {doing} in tenant {self._graph.tenant}: the answer holds no secret.", code="malformed_answer", outcome="unknown")
        except ConnectorError as error:
            if error.outcome == "unknown" and not self._clean_up():
                left = "A secret that was not delivered may be left over; a later run removes it."
                raise error.with_(advice=sentences(error.advice, left)) from error
            raise
        return Minted(Key.from_graph(body), str(body["secretText"]))

    def remove(self, key_id: str, *, fresh: bool = False) -> None:
        """See the base class."""
        doing = f"remove secret {key_id} of {self._label}"

        def gone() -> dict[str, t.Any] | None:
            return None if any(key.key_id == key_id for key in self.keys()) else {}

        def attempt() -> ServiceError | None:
            """The failure when there is no such secret, or when a secret that was just made is not known everywhere yet."""
            try:
                self._graph.post(f"{self._path}/removePassword", {"keyId": key_id}, doing=doing, reconcile=gone, just_created=self._just_created)
            except ServiceError as error:
                if _GONE not in (error.service_message or "").lower():
                    raise
                return error
            return None

        def attempt_again() -> ServiceError | None:
            missing = attempt()
            return missing if missing is not None and gone() is None else None

        pauses = _PAUSES if fresh else ()
        why = f"{doing}: it is not replicated yet"
        missing = until(attempt_again, lambda seen: seen is None, seen=attempt(), pauses=pauses, wait=self._graph.wait, why=why)
        if missing is not None and fresh:
            raise missing

    def _attempt(self, name: str) -> str:
        self.attempts.append(attempt_name(name))
        return self.attempts[-1]

    def _remove_attempts(self) -> None:
        for key in self.keys():
            if key.display_name in self.attempts:
                self.remove(key.key_id, fresh=True)

    def _clean_up(self) -> bool:
        """Whether nothing is left of the attempts. A courtesy: what a lost one made has no mark and goes with a later run in any case."""
        try:
            self._remove_attempts()
        except ConnectorError:
            return False
        return True
