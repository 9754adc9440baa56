# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Users, groups and service principals as owners and assignees: names to ids, in the batch that reads everything else."""

from __future__ import annotations

import dataclasses
import typing as t
from urllib.parse import quote

from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConflictError, NotFoundError
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.client import Part
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.odata import odata_string, with_query
from ansible_collections.tenantkit.connectors.plugins.module_utils._ids import is_guid

if t.TYPE_CHECKING:
    from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.client import PartAnswer

_KINDS = {"#microsoft.graph.user": "user", "#microsoft.graph.group": "group", "#microsoft.graph.servicePrincipal": "service_principal"}


@dataclasses.dataclass(frozen=True)
class Principal:
    """Somebody who can own or be assigned: an id, what it is, and the name to show."""

    id: str
    kind: str | None = None  # user, group, service_principal; None when only the id is known
    name: str | None = None

    @property
    def label(self) -> str:
        """For sentences and results."""
        return self.name or self.id

    @classmethod
    def from_graph(cls, entry: t.Mapping[str, t.Any]) -> Principal:
        """From a directory object, as owners and look-ups answer with it."""
        kind = _KINDS.get(entry.get("@odata.type", "")) or ("user" if entry.get("userPrincipalName") else None)
        return cls(entry["id"], kind, entry.get("userPrincipalName") or entry.get("displayName"))


Name = tuple[str, str]  # kind and name as the user wrote it


class PrincipalNames:
    """The names in the options that have to be looked up; ids are taken as they are and cost no request."""

    def __init__(self, names: t.Iterable[Name]) -> None:
        self.names: list[Name] = list(dict.fromkeys(name for name in names if not is_guid(name[1])))

    def parts(self) -> list[Part]:
        """One read for each name."""
        return [self._part(kind, name) for kind, name in self.names]

    @staticmethod
    def _part(kind: str, name: str) -> Part:
        if kind == "user":
            return Part("GET", f"/users/{quote(name, safe='@')}?$select=id,displayName,userPrincipalName", doing=f"read user '{name}'")
        params = {"$filter": f"displayName eq {odata_string(name)}", "$select": "id,displayName"}
        return Part("GET", with_query("/groups", params), doing=f"read group '{name}'")

    def read(self, answers: t.Sequence[PartAnswer]) -> dict[Name, Principal | None]:
        """What was found, by name; None for a name that nobody has."""
        return {name: self._pick(name, answer) for name, answer in zip(self.names, answers, strict=True)}

    @staticmethod
    def _pick(name: Name, answer: PartAnswer) -> Principal | None:
        kind, text = name
        if kind == "user":
            if not answer.found:
                return None
            answer.raise_for_error()
            return Principal(answer.body["id"], "user", answer.body.get("userPrincipalName") or text)
        answer.raise_for_error()
        matches = [entry for entry in answer.body.get("value", []) if entry.get("displayName") == text]
        if len(matches) > 1:
            raise ConflictError(
                f"{len(matches)} groups have the display name '{text}': {', '.join(entry['id'] for entry in matches)}.",
                code="ambiguous_name",
                advice="Name the one that is meant by its object id.",
            )
        return Principal(matches[0]["id"], "group", text) if matches else None


def find(found: t.Mapping[Name, Principal | None], kind: str, name: str, *, tenant: str) -> Principal:
    """The principal of a name that has to exist."""
    principal = find_or_none(found, kind, name)
    if principal is None:
        raise NotFoundError(
            f"There is no {kind.replace('_', ' ')} '{name}' in tenant {tenant}.",
            code="principal_not_found",
            tenant=tenant,
            advice="Check the spelling, or give the object id.",
        )
    return principal


def find_or_none(found: t.Mapping[Name, Principal | None], kind: str, name: str) -> Principal | None:
    """The principal of a name, None when nobody has it (and so nothing has to be removed)."""
    if is_guid(name):
        return Principal(name.lower(), None if kind == "any" else kind)
    return found.get((kind, name))
