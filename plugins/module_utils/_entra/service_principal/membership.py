# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""In which groups a user is, directly and through others: an assignment of a group is one of its direct members alone.

Sources: https://learn.microsoft.com/entra/identity/enterprise-apps/assign-user-or-group-access-portal (an assignment does not cascade to nested groups),
https://learn.microsoft.com/graph/api/user-list-memberof and https://learn.microsoft.com/graph/api/user-list-transitivememberof (the permissions; a group
that may not be read is listed by its id); read 2026-11-30.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ..._errors import BlockedError, ForbiddenError, NotFoundError
from ..._graph.odata import PathKey, path_to
from ..._graph.parts import Part, PartAnswer

_DIRECT, _ANY = "memberOf", "transitiveMemberOf"


class ListReader(t.Protocol):
    """What reads the entries of a list that was asked for in a batch; C(GraphClient) does."""

    def items(self, answer: PartAnswer, most: int | None = None) -> list[dict[str, t.Any]]: ...


@dataclasses.dataclass(frozen=True)
class Membership:
    """The ids of the groups that a user is in."""

    direct: frozenset[str] = frozenset()
    any_depth: frozenset[str] = frozenset()
    not_assessed: str | None = None  # why, where it is not known

    def of(self, groups: t.Collection[str]) -> dict[str, t.Any]:
        """For a result: which of these groups the user is in."""
        direct = self.direct & set(groups)
        return {"direct": sorted(direct), "nested": sorted((self.any_depth & set(groups)) - direct), "not_assessed": self.not_assessed}


def groups_in(assigned: t.Iterable[t.Mapping[str, t.Any]]) -> set[str]:
    """The ids of the groups among the assignments of an enterprise application."""
    return {str(one["principalId"]).lower() for one in assigned if one.get("principalType") == "Group"}


def membership_parts(user: str) -> dict[str, Part]:
    """The reads, for a C($batch) with names."""
    doing = f"read the groups of user {user}"
    params = {"$select": "id", "$top": 999}
    return {name: Part("GET", path_to("users", PathKey(user), name), params=params, doing=doing, optional=True) for name in (_DIRECT, _ANY)}


def memberships(reader: ListReader, answers: t.Mapping[str, PartAnswer]) -> Membership:
    """From the answers to them. What may not be read, and a user who is not there, is not assessed."""
    try:
        direct, any_depth = (frozenset(str(row["id"]).lower() for row in reader.items(answers[name])) for name in (_DIRECT, _ANY))
    except (ForbiddenError, BlockedError, NotFoundError) as error:
        return Membership(not_assessed=error.message)
    return Membership(direct, any_depth | direct)
