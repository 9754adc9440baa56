# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Users, groups and service principals as owners and assignees: names to ids, in the batch that reads everything else.

Sources: https://learn.microsoft.com/graph/api/user-get, https://learn.microsoft.com/graph/api/group-get and
https://learn.microsoft.com/graph/api/directoryobject-get (by id, and the permissions to read them); read 2026-11.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ..._errors import ConflictError, NotFoundError
from ..._graph.odata import PathKey, odata_string, path_to, with_query
from ..._graph.parts import Part, PartAnswer
from ..._ids import is_guid

_KINDS = {"#microsoft.graph.user": "user", "#microsoft.graph.group": "group", "#microsoft.graph.servicePrincipal": "service_principal"}


@dataclasses.dataclass(frozen=True)
class Principal:
    """A principal that can be an owner or an assignee: its id, its type and its display name."""

    id: str
    kind: str | None = None  # user, group, service_principal; None when only the id is known
    name: str | None = None
    enabled: bool | None = None  # whether its account is; None where that was not read

    @property
    def label(self) -> str:
        """For sentences and results."""
        return self.name or self.id

    @classmethod
    def from_graph(cls, entry: t.Mapping[str, t.Any]) -> Principal:
        """From a directory object, as owners and look-ups answer with it."""
        kind = _KINDS.get(entry.get("@odata.type", "")) or ("user" if entry.get("userPrincipalName") else None)
        return cls(entry["id"], kind, entry.get("userPrincipalName") or entry.get("displayName"))


HOW_TO_NAME = "Correct it: a user by user principal name or object id, a group by display name or object id."
Name = tuple[str, str]  # kind ("any" where an id says it) and name as the user wrote it
_BY_ID = {"user": ("users", "id,displayName,userPrincipalName,accountEnabled"), "group": ("groups", "id,displayName")}


def owner_name(text: str) -> Name:
    """The name of an owner: a user by user principal name, or whatever an id leads to."""
    return ("any" if is_guid(text) else "user", text)


class PrincipalNames:
    """The names and ids in the options that have to be looked up.

    Ids are looked up as well, since a write with one that does not exist is refused like one that only came too early. Where the caller may not read what
    an id leads to, the id is taken as it is.
    """

    def __init__(self, names: t.Iterable[Name], leaving: t.Iterable[Name] = ()) -> None:
        """``leaving`` are those that are to be removed: an id is enough for that."""
        self.names: list[Name] = list(dict.fromkeys((*names, *(name for name in leaving if not is_guid(name[1])))))

    def parts(self) -> dict[str, Part]:
        """One read for each name, for a C($batch) with names."""
        return {_key(name): self._part(*name) for name in self.names}

    @staticmethod
    def _part(kind: str, name: str) -> Part:
        if is_guid(name):
            collection, select = _BY_ID.get(kind, ("directoryObjects", ""))
            path = path_to(collection, PathKey(name))
            doing = f"read {kind} {name}" if kind in _BY_ID else f"read the directory object {name}"
            return Part("GET", with_query(path, {"$select": select}) if select else path, doing=doing, optional=True)
        if kind == "user":
            path = with_query(path_to("users", PathKey(name)), {"$select": "id,displayName,userPrincipalName,accountEnabled"})
            return Part("GET", path, doing=f"read user '{name}'")
        params = {"$filter": f"displayName eq {odata_string(name)}", "$select": "id,displayName"}
        return Part("GET", with_query("/groups", params), doing=f"read group '{name}'")

    def read(self, answers: t.Mapping[str, PartAnswer]) -> dict[Name, Principal | None]:
        """What was found, by name; None for a name that was not found. ``answers`` are those to C(parts), and to whatever else the batch had."""
        return {name: self._pick(name, answers[_key(name)]) for name in self.names}

    @staticmethod
    def _pick(name: Name, answer: PartAnswer) -> Principal | None:
        kind, text = name
        if is_guid(text):
            return _by_id(kind, text, answer)
        if kind == "user":
            if not answer.found:
                return None
            answer.raise_for_error()
            return Principal(answer.body["id"], "user", answer.body.get("userPrincipalName") or text, answer.body.get("accountEnabled"))
        answer.raise_for_error()
        matches = [entry for entry in answer.body.get("value", []) if entry.get("displayName") == text]
        if len(matches) > 1:
            raise ConflictError(
                f"{len(matches)} groups have the display name '{text}': {', '.join(entry['id'] for entry in matches)}.",
                code="ambiguous_name",
                advice="Name one of them by its object id.",
            )
        return Principal(matches[0]["id"], "group", text) if matches else None


def _key(name: Name) -> str:
    return " ".join(name)


def _by_id(kind: str, object_id: str, answer: PartAnswer) -> Principal | None:
    if answer.forbidden:
        return Principal(object_id.lower(), None if kind == "any" else kind)
    if not answer.found:
        return None
    seen = Principal.from_graph({**answer.body, "id": object_id.lower()})
    return dataclasses.replace(seen, kind=seen.kind if kind == "any" else kind, enabled=answer.body.get("accountEnabled"))


def no_such(kind: str, name: str, place: str) -> str:
    """That a principal does not exist, in a sentence. ``place`` is where the operator named it."""
    return f"no {'user or service principal' if kind == 'any' else kind} '{name}' ({place})"


def find(found: t.Mapping[Name, Principal | None], kind: str, name: str, *, tenant: str, option: str) -> Principal:
    """The principal of a name that has to exist. ``option`` is where it is named. Raises NotFoundError when no principal has it."""
    principal = find_or_none(found, kind, name)
    if principal is None:
        place = f"'{option}'"
        raise NotFoundError(
            f"There is {no_such(kind, name, place)} in tenant {tenant}. Nothing was changed.",
            code="principal_not_found",
            tenant=tenant,
            advice=HOW_TO_NAME,
        )
    return principal


def find_or_none(found: t.Mapping[Name, Principal | None], kind: str, name: str) -> Principal | None:
    """The principal of a name, None when no principal has it (and so nothing has to be removed). An id that was not looked up is taken as it is."""
    if is_guid(name) and (kind, name) not in found:
        return Principal(name.lower(), None if kind == "any" else kind)
    return found.get((kind, name))
