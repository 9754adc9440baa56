# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Reads that ask for properties which not every cloud has yet, or not every identity may see: refused for that, they are repeated without them.

https://learn.microsoft.com/graph/deployments (read 2026-11): the clouds do not have the same features. That C($select) of a property which a cloud does not
know is answered with 400 (inferred from the answer to any unknown property). https://learn.microsoft.com/graph/permissions-reference#userreadbasicall (read
2026-11): C(accountEnabled) is no part of a user's basic profile. Whether it is refused then, or null (inferred: either).
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .client import GraphClient
from .parts import Part, PartAnswer

NEWER = frozenset({"isDisabled"})
RESTRICTED = frozenset({"accountEnabled"})  # of users
_SELECT = re.compile(r"([?&]\$select=)([^&]*)")


def read_named(graph: GraphClient, parts: t.Mapping[str, Part], *, believe: bool = False) -> dict[str, PartAnswer]:
    """Like C(GraphClient.batch_named): one batch, and a second one only where the first was refused for such a property.

    In the answer to the second one the property is missing, which is not the same as null or false. Raises what C(GraphClient.batch) raises.
    """
    answers = graph.batch_named(parts, believe=believe)
    again = {name: without(part, names) for name, part in parts.items() if (names := refused_for(part, answers[name]))}
    return {**answers, **graph.batch_named(again)} if again else answers


def refused_for(part: Part, answer: PartAnswer) -> frozenset[str]:
    """The properties that the answer may have been refused for: none, unless the read asks for them."""
    asked = {*_names((part.params or {}).get("$select")), *_names_in(part.path)}
    if answer.status == 400:
        return NEWER & asked
    return RESTRICTED & asked if answer.forbidden and part.path.startswith(("/users/", "/users(")) else frozenset()


def without(part: Part, names: t.Collection[str]) -> Part:
    """The same read without these properties."""

    def kept(select: t.Any) -> list[str]:
        return [name for name in _names(select) if name not in names]

    path = _SELECT.sub(lambda found: found[1] + ",".join(kept(found[2])), part.path)
    params = part.params
    if params and params.get("$select") is not None:
        params = {**params, "$select": kept(params["$select"])}
    return dataclasses.replace(part, path=path, params=params)


def _names(select: t.Any) -> list[str]:
    return [] if select is None else select.split(",") if isinstance(select, str) else [str(name) for name in select]


def _names_in(path: str) -> list[str]:
    found = _SELECT.search(path)
    return _names(found[2]) if found else []
