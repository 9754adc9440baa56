# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What this job left behind a moment ago: answers of Graph that its next task may believe instead of asking again.

A task that goes on from the task before would read what that one has just written. Only a reader that says so believes, and never a look: what a look
reports was read. What may be believed:

1. An application or service principal that this job made, as the answer to that write has it, and an application of which this job read its own write back.
2. What such a new object does not have yet: an application its service principal and policies, and, when an application made it, people who own it; a
   service principal grants, assignments and owners.
3. That a look found no application of a unique name, and which deleted ones it read with that (C(missed)), for the task that makes it.
4. An answer that a reader said will do for longer (C(keep)): a policy that the service applies whether it was read or not.

For how long: 1 to 3 for C(BELIEVED) seconds, and no longer than until a task of this job sends a write that names the object; 3 also until one that
deletes, restores or purges anything. Whatever others write in that time is found as what is written between a read and the write after it is always found:
a create is refused as a conflict, and a write of tags reads what was there just before and just after. A property that is not in an answer is read.

Sources: https://learn.microsoft.com/graph/api/application-upsert and https://learn.microsoft.com/graph/api/serviceprincipal-post-serviceprincipals (the answer
is the new object), https://learn.microsoft.com/entra/identity-platform/app-objects-and-service-principals (a registration by the API has no service
principal until one is made), https://learn.microsoft.com/graph/api/application-list-owners; read 2026-11. That no person owns what an application made without
naming one (inferred).
"""

from __future__ import annotations

import datetime as dt
import email.utils
import re
import typing as t
import urllib.parse

from .._clock import machine_time
from .._errors import ConnectorError
from .._job.cache import JobCache
from .errors import Fault, error_for
from .odata import with_query
from .parts import Part, PartAnswer, server_time

BELIEVED = 60.0  # seconds
_KIND = "left"
_COLLECTIONS = ("applications", "servicePrincipals")
_ADDRESS = re.compile(rf"^/?({'|'.join(_COLLECTIONS)})(?:/([^/?$(]+)|\((?:appId|uniqueName)='((?:[^']|'')*)'\))?(?:/(.*))?$")
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NAMES = ("id", "appId", "uniqueName")
_BELOW = {
    "applications": frozenset({"appManagementPolicies"}),
    "servicePrincipals": frozenset({"oauth2PermissionGrants", "appRoleAssignments"}),
}
_SECRETS = ("secretText", "hint", "key")  # of entries of credentials: none of them is needed

Send = t.Callable[[list[Part]], list[PartAnswer]]
Json = t.Mapping[str, t.Any]


class Address(t.NamedTuple):
    """What the path of a read or write leads to. ``key`` is empty for the collection itself, ``rest`` for the object itself."""

    collection: str
    key: str
    rest: str

    @classmethod
    def of(cls, path: str) -> Address | None:
        """None for other objects. Without the query."""
        match = _ADDRESS.match(urllib.parse.unquote(path.partition("?")[0]))
        return match and cls(match[1], (match[2] or (match[3] or "").replace("''", "'")).lower(), match[4] or "")


class LeftBehind:
    """Notes in the job's cache; without a job nothing is ever noted."""

    def __init__(self, cache: JobCache, scope: t.Sequence[str], tenant: str, *, by_person: bool, clock: t.Callable[[], float] = machine_time) -> None:
        """``scope`` begins the key of everything that is noted: caller and tenant. ``by_person``: the caller is signed in, so it owns what it makes."""
        self._cache = cache
        self._scope = tuple(scope)
        self._tenant = tenant
        self._by_person = by_person
        self._clock = clock

    # Notes

    def made(self, path: str, body: t.Any, headers: t.Mapping[str, str]) -> None:
        """The answer to a request that made an object."""
        address = Address.of(path)
        if address is None or address.rest or not isinstance(body, dict):
            return
        self._note(address.collection, body, server_time([PartAnswer(201, {}, Part("POST", path), headers)]))
        object_id = str(body.get("id") or "")
        if object_id:
            self._put("new", object_id, value={"collection": address.collection, "unowned": not self._by_person})
        if object_id and address.collection == "applications":
            self._put("no principal", object_id, value=True)

    def saw(self, body: Json, now: dt.datetime | None) -> None:
        """An application as this job left it: it read its own write back, so that nothing in it is older than that. ``now`` is the service's time."""
        self._note("applications", body, now)

    def missed(self, answer: PartAnswer, deleted: PartAnswer) -> None:
        """A look asked for an application by its unique name and found none; C(deleted) is the list of deleted ones that it read with that."""
        address = Address.of(answer.part.path)
        if address is not None and answer.absent:
            self._drop("id of", address.collection, address.key)  # of one that this job has deleted
            self._put("absent", address.key, value=True)
            self._put("deleted", value={"query": _query(deleted.part), "body": deleted.body, "ahead": self._ahead(server_time([deleted]))})

    def touched(self, method: str, path: str, body: t.Any) -> None:
        """A write is about to be sent: nothing that it may change is believed any more."""
        address = Address.of(path)
        named = {found.lower() for found in _GUID.findall(path)}
        if address is not None and address.key:
            named |= {address.key, self._id_of(address.collection, address.key) or address.key}
        if isinstance(body, dict) and body.get("uniqueName"):
            named.add(str(body["uniqueName"]))
        if method == "DELETE" or "/deletedItems/" in path:
            self._drop("deleted")
        if method == "DELETE":  # its service principal goes with an application
            applications = filter(None, (self._get("object", object_id) for object_id in named))
            named |= {gone for one in applications if (gone := self._id_of("servicePrincipals", str(one["body"].get("appId"))))}
        for object_id in named:
            for what in ("object", "new", "no principal", "absent"):
                self._drop(what, object_id)
        for value in body.values() if isinstance(body, dict) else ():
            for found in _GUID.findall(value) if isinstance(value, str) else ():
                self._drop("new", found)
                self._drop("no principal", self._id_of("applications", found) or found)

    def keep(self, answers: t.Iterable[PartAnswer], seconds: float) -> None:
        """These answers will do for so long. That it is not ours to read, or that the tenant does not have it, is kept as well; any other failure is not."""
        for answer in answers:
            if not answer.ok and not (answer.part.optional and (answer.forbidden or answer.not_offered)):
                continue
            error = answer.error
            refusal = None if error is None else {"code": error.code, "message": error.service_message or ""}
            value = {"status": answer.status, "body": answer.body, "refusal": refusal, "ahead": self._ahead(server_time([answer]))}
            self._put("answer", _query(answer.part), value=value, seconds=seconds)

    def _note(self, collection: str, body: Json, now: dt.datetime | None) -> None:
        object_id = str(body.get("id") or "")
        if not object_id:
            return
        self._put("object", object_id, value={"body": _without_secrets(body), "ahead": self._ahead(now)})
        for name in filter(None, map(body.get, _NAMES)):
            self._put("id of", collection, str(name), value=object_id)

    # Answers

    def answers(self, parts: t.Sequence[Part], send: Send) -> list[PartAnswer]:
        """The answers to reads in their order: those that may be believed, and the others as they were sent."""
        known = {index: answer for index, part in enumerate(parts) if (answer := self._answer(part)) is not None}
        rest = [part for index, part in enumerate(parts) if index not in known]
        sent = iter(send(rest) if rest else ())
        return [known[index] if index in known else next(sent) for index in range(len(parts))]

    def _answer(self, part: Part) -> PartAnswer | None:
        if part.writes or part.headers:
            return None
        query = _query(part)
        kept = self._get("answer", query)
        if kept is not None:
            return self._found(part, kept["body"], kept["ahead"], kept["status"], kept["refusal"])
        deleted = self._get("deleted")
        if deleted is not None and deleted["query"] == query:
            return self._found(part, deleted["body"], deleted["ahead"])
        address = Address.of(query)
        if address is None or not address.key:
            return None
        object_id = self._id_of(address.collection, address.key)
        if object_id is None:
            return self._absent(part, address)
        if address.rest:
            return self._nothing(part, address, object_id)
        noted, names = self._get("object", object_id), _selected(query)
        if noted is None or not names or not names <= noted["body"].keys():
            return None
        return self._found(part, {name: noted["body"][name] for name in noted["body"] if name in names}, noted["ahead"])

    def _absent(self, part: Part, address: Address) -> PartAnswer | None:
        """That a new application has no service principal, or that there is no application of this name, as Graph says it."""
        if address.collection == "applications":
            noun, absent = "application", self._get("absent", address.key) and self._get("deleted")
        else:
            application = self._id_of("applications", address.key)
            noun, absent = "service principal", application is not None and self._get("no principal", application)
        if not absent:
            return None
        fault = Fault(404, "Request_ResourceNotFound", f"The {noun} does not exist yet.", shaped=True)
        return PartAnswer(404, {}, part, {}, self._error(fault, part), absent=True)

    def _nothing(self, part: Part, address: Address, object_id: str) -> PartAnswer | None:
        """The empty list of what a new object does not have yet."""
        new = self._get("new", object_id)
        if new is None or not (address.rest in _BELOW[new["collection"]] or (address.rest == "owners" and new["unowned"])):
            return None
        return PartAnswer(200, {"value": []}, part)

    def _found(self, part: Part, body: dict[str, t.Any], ahead: float | None, status: int = 200, refusal: Json | None = None) -> PartAnswer:
        now = None if ahead is None else dt.datetime.fromtimestamp(self._clock() + ahead, dt.UTC)
        headers = {} if now is None else {"Date": email.utils.format_datetime(now, usegmt=True)}
        error = None if refusal is None else self._error(Fault(status, refusal["code"], refusal["message"], shaped=True), part)
        return PartAnswer(status, body, part, headers, error)

    def _error(self, fault: Fault, part: Part) -> ConnectorError:
        return error_for(fault, doing=part.doing, tenant=self._tenant, method=part.method, path=part.path)

    # The cache

    def _ahead(self, now: dt.datetime | None) -> float | None:
        """Seconds by which the service's clock is ahead of this one."""
        return None if now is None else now.timestamp() - self._clock()

    def _id_of(self, collection: str, name: str) -> str | None:
        return t.cast("str | None", self._get("id of", collection, name))

    def _key(self, what: str, names: t.Iterable[str]) -> list[str]:
        return [*self._scope, what, *(name.lower() for name in names)]

    def _put(self, what: str, *names: str, value: t.Any, seconds: float = BELIEVED) -> None:
        self._cache.put(_KIND, self._key(what, names), value, self._clock() + seconds)

    def _get(self, what: str, *names: str) -> t.Any:
        return self._cache.get(_KIND, self._key(what, names))

    def _drop(self, what: str, *names: str) -> None:
        self._cache.drop(_KIND, self._key(what, names))


def _query(part: Part) -> str:
    """The whole address of a read."""
    return with_query("/" + part.path.lstrip("/"), part.params)


def _selected(query: str) -> set[str]:
    """The properties that a read of one object asks for; none where it asks for anything else as well."""
    options = urllib.parse.parse_qs(query.partition("?")[2])
    return set(options["$select"][0].split(",")) if list(options) == ["$select"] else set()


def _without_secrets(body: Json) -> dict[str, t.Any]:
    """An object without the beginnings of its secrets."""
    return {name: [_bare(entry) for entry in value] if isinstance(value, list) else value for name, value in body.items() if not name.startswith("@")}


def _bare(entry: t.Any) -> t.Any:
    return {name: value for name, value in entry.items() if name not in _SECRETS} if isinstance(entry, dict) else entry
