# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Changes an application's tags so that what others wrote meanwhile is seen and kept."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import BudgetError, ConnectorError, ServiceError
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.client import GraphClient, Part

_LOOKS = 6  # reads before a written tag counts as lost: 1+2+4+5+5 s
_WRITES = 4  # of the tags, when others write at the same time or answers are lost


@dataclasses.dataclass(frozen=True)
class TagsWritten:
    """The tags after a write, and all that were seen on the way, also those that others had written in between."""

    tags: tuple[str, ...]
    seen: frozenset[str]


class TagWriter:
    """Writes the tags of one application that exists."""

    def __init__(self, graph: GraphClient, object_id: str, label: str, *, made_here: bool = True) -> None:
        """``made_here``: the application is so new that a 404 only means that it is not known everywhere yet."""
        self._graph = graph
        self._made_here = made_here
        self._path = f"/applications/{object_id}"
        self._label = label

    def write_tags(self, base: t.Sequence[str], drop: t.Collection[str], add: t.Sequence[str]) -> TagsWritten:
        """Take tags away and add others, keep all the rest, and read the result back.

        Tags can only be replaced as a whole. So the tags just before and just after are read in the same request; what others added since
        ``base`` was read is put back in a second one. Any of these reads may be behind, so every one that is made counts, up to the one that
        shows what was written. A tag too many does no harm, a lost one would hide a delivery.
        """
        base = list(base)
        seen = set(base)
        for attempt in range(1, _WRITES + 1):
            wanted = [tag for tag in base if tag not in drop and tag not in add] + list(add)
            try:
                before, after = self._tags_round(wanted)
            except ConnectorError as error:
                # The same write again does no harm. A refusal is final.
                if error.outcome != "unknown" or isinstance(error, BudgetError) or attempt == _WRITES:
                    raise
                self._graph.wait(2.0 ** (attempt - 1), f"it is not known whether the tags of {self._label} were written")
                continue
            looked = dict.fromkeys((*before, *after))
            others = [tag for tag in before if tag not in base and tag not in wanted and tag not in drop]
            if not others or attempt == _WRITES:
                after = self._read_back(after, drop, add, looked)
                others = [tag for tag in looked if tag not in (*base, *wanted, *drop, *after)]
            seen.update(looked, after)
            if not others:
                break
            base += others
        return TagsWritten(tuple(after), frozenset(seen))

    def _tags_round(self, wanted: t.Sequence[str]) -> tuple[list[str], list[str]]:
        read = Part("GET", f"{self._path}?$select=id,tags", doing=f"read the tags of {self._label}")
        write = Part("PATCH", self._path, {"tags": list(wanted)}, doing=f"write delivery marks on {self._label}", depends_on_previous=True)
        answers = self._graph.batch([read, write, dataclasses.replace(read, depends_on_previous=True)])
        answers[0].raise_for_error()
        answers[1].raise_for_error()
        after = list(answers[2].body.get("tags") or ()) if answers[2].ok else []
        return list(answers[0].body.get("tags") or ()), after

    def _read_back(self, tags: list[str], drop: t.Collection[str], add: t.Sequence[str], looked: dict[str, None]) -> list[str]:
        pauses = iter((1.0, 2.0, 4.0, 5.0, 5.0))
        gone = set(drop) - set(add)
        for look in range(_LOOKS):
            if set(add) <= set(tags) and not gone & set(tags):
                return tags
            if look == _LOOKS - 1:
                break
            self._graph.wait(next(pauses), f"the delivery marks of {self._label} cannot be read back yet")
            body = self._graph.get(self._path, params={"$select": "id,tags"}, doing=f"read the tags of {self._label}", made_here=self._made_here)
            tags = list(body.get("tags") or ())
            looked.update(dict.fromkeys(tags))
        raise ServiceError(
            f"Could not write delivery marks on {self._label} in tenant {self._graph.tenant}: they were accepted, but cannot be read back.",
            code="mark_not_read_back",
            tenant=self._graph.tenant,
            advice="Something else may be writing the tags of this application. Run again.",
            outcome="unknown",
        )
