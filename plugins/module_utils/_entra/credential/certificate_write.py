# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Writes on one application's certificates. The list can only be replaced as a whole, so what others put there is sent back as it was read."""

from __future__ import annotations

import base64
import typing as t
import uuid

from ..._certificates import LoadedCertificate
from ..._errors import Changes, ConflictError, ConnectorError, ServiceError, sentences
from ..._graph.client import GraphClient
from .certificate import display_name
from .key import Key
from .writer import CredentialWriter

Entry = t.Mapping[str, t.Any]
# All that is sent of an entry. Its key stays null, which tells Graph to keep the certificate.
_KEPT = ("keyId", "customKeyIdentifier", "displayName", "startDateTime", "endDateTime", "type", "usage")
_CHANGED = "update to existing credential"


class CertificateWriter(CredentialWriter):
    """Adds and removes certificates."""

    def __init__(self, graph: GraphClient, object_id: str, label: str, entries: t.Sequence[Entry]) -> None:
        super().__init__(graph, object_id, label)
        # What the list may look like when it is read again: as planned, or as after each write of this run, since a read may be behind.
        self._states = [list(entries)]
        self._added: set[str] = set()

    def keys(self) -> list[Key]:
        """The certificates as they are now."""
        return [Key.from_graph(entry) for entry in self._read()]

    @property
    def entries(self) -> list[Entry]:
        """The certificates as this run left them."""
        return self._states[-1]

    def add(self, name: str, certificate: LoadedCertificate, start: str, end: str) -> Key:
        """Add a certificate. The id is ours, so the same write again does no harm."""
        entry: dict[str, t.Any] = {
            "keyId": str(uuid.uuid4()),
            "type": "AsymmetricX509Cert",
            "usage": "Verify",
            "displayName": display_name(name, certificate.thumbprint),
            "startDateTime": start,
            "endDateTime": end,
        }
        self._added.add(_id(entry))
        sent = {**entry, "key": base64.b64encode(certificate.der).decode()}
        before = self.entries
        wanted = [*before, {**entry, "customKeyIdentifier": certificate.thumbprint}]
        try:
            self._replace(wanted, sent, f"add certificate '{name}' to {self._label}")
        except ConnectorError as error:
            if error.outcome != "unknown":
                raise
            raise error.with_(**self._after_lost_answers(wanted, entry["keyId"], error)) from error
        return Key.from_graph(entry)

    def _after_lost_answers(self, wanted: list[Entry], key_id: str, error: ConnectorError) -> Changes:
        """Remove the certificate, which may be there: no product gets its key. Returns what the failure has to say of it, also of one that may be left."""
        try:
            there = any(_id(entry) == key_id for entry in self._read())
            if not there:
                return {}
            self._states.append(wanted)
            self.remove(key_id)
        except ConnectorError as second:
            left = f"The certificate {key_id} may have been added ({second.message}); its private key was not delivered. Remove it by hand."
            return {"details": {"left_key_id": key_id}, "advice": sentences(error.advice, left)}
        return {"details": {"removed_key_id": key_id}, "outcome": "refused"}

    def remove(self, key_id: str, *, fresh: bool = False) -> None:
        """See the base class; what was just made is known here, so C(fresh) makes no difference."""
        rest = [entry for entry in self.entries if _id(entry) != key_id]
        if len(rest) < len(self.entries):
            self._replace(rest, None, f"remove certificate {key_id} of {self._label}")

    def _replace(self, wanted: list[Entry], new: Entry | None, doing: str) -> None:
        """Write the list, provided that it still is the one that this run knows."""
        found = _marks(self._read())
        if found not in map(_marks, self._states):
            raise _list_changed(self._label, self._graph.tenant)
        body = [dict(new) if new is not None and _id(entry) == _id(new) else _untouched(entry, self._added) for entry in wanted]
        try:
            self._graph.patch(self._path, {"keyCredentials": body}, doing=doing, just_created=True)
        except ServiceError as error:
            # After an answer that was lost the certificate may be there, and a second write of it counts as a change.
            said = (error.service_message or "").lower()
            if _CHANGED not in said or new is None or str(new["keyId"]) not in said:
                raise
        self._states.append(list(wanted))

    def _read(self) -> list[Entry]:
        doing = f"read the certificates of {self._label}"
        body = self._graph.get(self._path, params={"$select": "id,keyCredentials"}, doing=doing, just_created=True)
        return list(body.get("keyCredentials") or ())


def _id(entry: Entry) -> str:
    return str(entry.get("keyId") or "").lower()


def _marks(entries: t.Iterable[Entry]) -> list[tuple[str, str]]:
    """What tells one state of the list from another. An entry can be added and removed, never changed."""
    return sorted((_id(entry), str(entry.get("usage"))) for entry in entries)


def _untouched(entry: Entry, added: t.Collection[str]) -> dict[str, t.Any]:
    """An entry as it was read. For an entry that this run added, Graph's own form of the identifier is not known."""
    kept = {name: entry[name] for name in _KEPT if name in entry and not (name == "customKeyIdentifier" and _id(entry) in added)}
    return {**kept, "key": None}


def _list_changed(label: str, tenant: str) -> ConflictError:
    """The failure when the list of certificates is not the one that the plan was made from."""
    return ConflictError(
        f"The certificates of {label} in tenant {tenant} were changed by another writer between the read and the write; nothing was written.",
        code="list_changed",
        tenant=tenant,
        outcome="refused",
        advice="The list can only be replaced as a whole. Run again; make sure that only one job at a time works on this application.",
    )
