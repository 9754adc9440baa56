# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Writes on one application's certificates. The list can only be replaced as a whole, so what others put there is sent back as it was read.

Between the read and the write another client may add a certificate, which the write then takes away. So each write is sent together with a read just
before it: what only that one shows is put back at once, and a certificate that this run was adding is taken away in the same write.
"""

from __future__ import annotations

import base64
import typing as t
import uuid

from ..._certificates import LoadedCertificate
from ..._errors import Changes, ConflictError, ConnectorError, NotFoundError, ServiceError, TransportError, sentences
from ..._graph.client import GraphClient
from ..._graph.parts import Part
from ..._waiting import until
from .certificate import display_name
from .key import Key
from .writer import CredentialWriter

Entry = t.Mapping[str, t.Any]
# All that is sent of an entry. Its key stays null, which tells Graph to keep the certificate.
_KEPT = ("keyId", "customKeyIdentifier", "displayName", "startDateTime", "endDateTime", "type", "usage")
_CHANGED = "update to existing credential"
_WRITES = 4  # of the list, when others write at the same time
_PAUSES = (1.0, 2.0, 4.0)  # seconds between looks for a certificate that this run added, and that another one may have taken away for a moment


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
        """Add a certificate. The id is ours, so the same write again does no harm.

        Raises ConflictError, and leaves the list as others made it, when another client has changed it since it was read.
        """
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
        if _marks(self._read()) not in map(_marks, self._states):
            raise _list_changed(self._label, self._graph.tenant)
        wanted = [*before, {**entry, "customKeyIdentifier": certificate.thumbprint}]
        try:
            taken = self._replace(wanted, sent, f"add certificate '{name}' to {self._label}")
        except ConnectorError as error:
            if error.outcome != "unknown":
                raise
            raise error.with_(**self._after_lost_answers(wanted, entry["keyId"], error)) from error
        if taken:
            self._put_back(taken, drop=_id(entry))
            raise _overtaken(self._label, self._graph.tenant, [_id(one) for one in taken])
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
        """See the base class. What others have added or removed meanwhile stays as they left it."""
        doing = f"remove certificate {key_id} of {self._label}"

        def there(found: list[Entry]) -> bool:
            return key_id in map(_id, self._base(found))

        # A loop of its own: a try is repeated when others have changed the list in the same moment.
        for attempt in range(1, _WRITES + 1):
            why = f"{doing}: it is not there, and another run may put it back"
            found = until(self._read, there, pauses=_PAUSES if fresh else (), wait=self._graph.wait, why=why)
            if not there(found):
                return
            rest = [entry for entry in self._base(found) if _id(entry) != key_id]
            self._states.append(found)
            try:
                taken = self._replace(rest, None, doing)
            except ConflictError:
                if attempt == _WRITES:
                    raise
                continue
            if taken:
                self._put_back(taken)
            return

    def _base(self, found: list[Entry]) -> list[Entry]:
        """The list to write from: what this run left, where a read that may be behind shows one of its states; otherwise what is there."""
        return self.entries if _marks(found) in map(_marks, self._states) else found

    def _replace(self, wanted: list[Entry], new: Entry | None, doing: str) -> list[Entry]:
        """Write the list. Returns what others had added since it was read, which this write took away."""
        body = [dict(new) if new is not None and _id(entry) == _id(new) else _untouched(entry, self._added) for entry in wanted]
        before = self._round(body, doing, new)
        self._states.append(list(wanted))
        known = {_id(entry) for state in self._states for entry in state}
        return [entry for entry in before if _id(entry) not in known]

    def _put_back(self, taken: list[Entry], drop: str | None = None) -> None:
        """Write what others added back into the list. C(drop) is the certificate that this run added; it goes with the same write.

        Raises ConflictError, which names the certificates, where that cannot be done.
        """
        missing = {_id(entry): entry for entry in taken}
        doing = f"put back what another client added to the certificates of {self._label}"
        refused: ConnectorError | None = None
        # A loop of its own, since others may write again meanwhile: then there is something else to put back.
        for _attempt in range(_WRITES):
            current = self._read()
            here = {_id(entry) for entry in current}
            absent = [entry for key_id, entry in missing.items() if key_id not in here]
            self._states.append(current)
            if not absent and drop not in here:
                return
            rest = [entry for entry in current if _id(entry) != drop]
            try:
                before = self._round([*(_untouched(entry, self._added) for entry in rest), *map(_whole, absent)], doing)
            except (ConflictError, ServiceError) as error:
                if error.outcome == "unknown":
                    raise
                refused = error
                continue
            missing.update({_id(entry): entry for entry in before if _id(entry) not in here})
            self._states.append([*rest, *absent])
            if all(_id(entry) in here for entry in before):
                return
        raise _lost(self._label, self._graph.tenant, sorted(missing), refused, drop)

    def _round(self, body: list[dict[str, t.Any]], doing: str, new: Entry | None = None) -> list[Entry]:
        """Write the list. Returns what it was just before; nothing where that answer was lost.

        Raises ConflictError where the service refused a list that others have changed meanwhile, and what C(GraphClient.patch) raises.
        """
        read = Part("GET", self._path, params={"$select": "id,keyCredentials"}, doing=f"read the certificates of {self._label}")
        write = Part("PATCH", self._path, {"keyCredentials": body}, doing=doing, depends_on_previous=True)
        try:
            look, done = self._graph.batch([read, write])
            look.raise_for_error()
            before = list(look.body.get("keyCredentials") or ())
            # An entry without its key that is not there any more is refused, and so is the whole list.
            if done.error is not None and done.error.outcome == "refused" and _marks(before) not in map(_marks, self._states):
                raise _list_changed(self._label, self._graph.tenant) from done.error
            done.raise_for_error()
            return before
        except (ServiceError, TransportError) as error:
            if error.outcome != "unknown" and not isinstance(error, NotFoundError):
                raise
        try:
            self._graph.patch(self._path, {"keyCredentials": body}, doing=doing, just_created=True)
        except ServiceError as error:
            # After an answer that was lost the certificate may be there, and a second write of it counts as a change.
            said = (error.service_message or "").lower()
            if _CHANGED not in said or new is None or str(new["keyId"]) not in said:
                raise
        return []

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


def _whole(entry: Entry) -> dict[str, t.Any]:
    """An entry that has to be added again, with its certificate."""
    return {name: entry.get(name) for name in (*_KEPT, "key") if name in entry}


def _list_changed(label: str, tenant: str) -> ConflictError:
    """The failure when the list of certificates is not the one that the plan was made from."""
    return ConflictError(
        f"The certificates of {label} in tenant {tenant} were changed by another writer between the read and the write; nothing was written.",
        code="list_changed",
        tenant=tenant,
        outcome="refused",
        advice="The list can only be replaced as a whole. Run again; make sure that only one job at a time works on this application.",
    )


def _overtaken(label: str, tenant: str, key_ids: list[str]) -> ConflictError:
    """The failure when another client has added a certificate between the read and the write. Theirs is there, the one of this run is not."""
    return ConflictError(
        f"Another client added a certificate to {label} in tenant {tenant} at the same moment: key {', '.join(key_ids)}. It stays; the certificate made here "
        "was taken away again and was not sent.",
        code="another_run",
        tenant=tenant,
        outcome="refused",
        advice="Run again when the other run has finished; then there may be nothing to do.",
        details={"pending_key_ids": key_ids},
    )


def _lost(label: str, tenant: str, key_ids: list[str], error: ConnectorError | None, own: str | None) -> ConflictError:
    """The failure when what others added was taken away by a write of this run, and cannot be put back."""
    said = f" ({error.message})" if error is not None else ""
    return ConflictError(
        f"Another client added a certificate to {label} in tenant {tenant} at the same moment as this run wrote the list, which took it away: key "
        f"{', '.join(key_ids)}. It could not be put back{said}.",
        code="certificate_lost",
        tenant=tenant,
        outcome="unknown",
        advice="Add it again: what signs in with it is refused until then. Make sure that only one job at a time works on this application.",
        details={"lost_key_ids": key_ids, **({"left_key_id": own} if own else {})},
    )
