# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Changes an application's tags so that what others wrote meanwhile is seen and kept."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ..._errors import BudgetError, ConnectorError, ServiceError
from ..._graph.client import GraphClient
from ..._graph.odata import PathKey, path_to
from ..._graph.parts import Part, server_time
from ..._waiting import until

_PAUSES = (1.0, 2.0, 4.0, 5.0, 5.0)  # seconds between reads before a written tag counts as lost
_WRITES = 4  # of the tags, when others write at the same time or answers are lost


@dataclasses.dataclass(frozen=True)
class TagsWritten:
    """The tags after a write, and all that were seen on the way, also those that others had written in between.

    ``before`` and ``after`` are the application just before and just after the last write, as far as it was asked for, and ``first`` the tags that were
    there before the first one. ``now`` is the service's time of the last write, None where it gave none.
    """

    tags: tuple[str, ...]
    seen: frozenset[str]
    before: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    after: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    first: frozenset[str] = frozenset()
    now: dt.datetime | None = None


class _Round(t.NamedTuple):
    """One write of the tags: the application before and after it, and the service's time."""

    before: t.Mapping[str, t.Any]
    after: t.Mapping[str, t.Any]
    now: dt.datetime | None


class TagWriter:
    """Writes the tags of one application that exists."""

    def __init__(self, graph: GraphClient, object_id: str, label: str, *, just_created: bool = True) -> None:
        """``just_created``: the application is so new that a 404 only means that it is not known everywhere yet."""
        self._graph = graph
        self._just_created = just_created
        self._path = path_to("applications", PathKey(object_id))
        self._label = label

    def write_tags(self, base: t.Sequence[str], drop: t.Collection[str], add: t.Sequence[str], also: str | None = None, *, witness: str = "") -> TagsWritten:
        """Take tags away and add others, keep all the rest, and read the result back.

        Tags can only be replaced as a whole. So the tags just before and just after are read in the same request; what others added since
        ``base`` was read is put back in a second one. Any of these reads may be behind, so every one that is made counts, up to the one that
        shows what was written. A tag too many does no harm, a lost one would hide a delivery. ``also`` names a property that is read with the tags.

        ``witness`` is a tag that this run has written before: a read that shows it is not behind, so what it does not show was taken away by others.
        """
        base = list(base)
        seen = set(base)
        taken: set[str] = set()  # by others, since ``base`` was read
        found = _Round({}, {}, None)
        first: frozenset[str] | None = None
        # A loop of its own, since a try is repeated for two reasons: its answer was lost, or it showed what others had added.
        for attempt in range(1, _WRITES + 1):
            wanted = [tag for tag in base if tag not in drop and tag not in add] + list(add)
            try:
                found = self._tags_round(wanted, also)
            except ConnectorError as error:
                # The same write again does no harm. A refusal is final.
                if error.outcome != "unknown" or isinstance(error, BudgetError) or attempt == _WRITES:
                    raise
                self._graph.wait(2.0 ** (attempt - 1), f"it is not known whether the tags of {self._label} were written")
                continue
            before, after = list(found.before.get("tags") or ()), list(found.after.get("tags") or ())
            # After an answer that was lost the tags before may hold what this very call wrote, and never less than what others had written.
            first = frozenset(before) if first is None else first
            looked = dict.fromkeys((*before, *after))
            removed = [tag for tag in base if tag not in before] if witness in before else []
            base = [tag for tag in base if tag not in removed]
            taken.update(removed)
            others = [tag for tag in before if tag not in (*base, *wanted, *drop, *taken)]
            if not (others or removed) or attempt == _WRITES:
                shown = self._read_back(found.after, drop, add, looked, also)
                found, after = found._replace(after=shown), list(shown.get("tags") or ())
                others = [tag for tag in looked if tag not in (*base, *wanted, *drop, *taken, *after)]
            seen.update(looked, after)
            if not (others or removed):
                break
            base += others
        return TagsWritten(tuple(after), frozenset(seen), found.before, found.after, first or frozenset(), found.now)

    def _tags_round(self, wanted: t.Sequence[str], also: str | None) -> _Round:
        select = ["id", "tags", *filter(None, [also])]
        read = Part("GET", self._path, params={"$select": select}, doing=f"read the tags of {self._label}")
        write = Part("PATCH", self._path, {"tags": list(wanted)}, doing=f"write delivery marks on {self._label}", depends_on_previous=True)
        answers = self._graph.batch_named({"before": read, "write": write, "after": dataclasses.replace(read, depends_on_previous=True)})
        answers["before"].raise_for_error()
        answers["write"].raise_for_error()
        return _Round(answers["before"].body, answers["after"].body if answers["after"].ok else {}, server_time(answers.values()))

    def _read_back(
        self, after: t.Mapping[str, t.Any], drop: t.Collection[str], add: t.Sequence[str], looked: dict[str, None], also: str | None
    ) -> t.Mapping[str, t.Any]:
        """The application with what was written: ``after``, or as a later read shows it."""
        gone = set(drop) - set(add)
        select = ",".join(["id", "tags", *filter(None, [also])])

        def read() -> t.Mapping[str, t.Any]:
            body = self._graph.get(self._path, params={"$select": select}, doing=f"read the tags of {self._label}", just_created=self._just_created)
            looked.update(dict.fromkeys(body.get("tags") or ()))
            return body

        def written(seen: t.Mapping[str, t.Any]) -> bool:
            tags = set(seen.get("tags") or ())
            return set(add) <= tags and not gone & tags

        why = f"the delivery marks of {self._label} cannot be read back yet"
        found = until(read, written, seen=after, pauses=_PAUSES, wait=self._graph.wait, why=why)
        if written(found):
            return found
        raise ServiceError(
            f"Could not write delivery marks on {self._label} in tenant {self._graph.tenant}: they were accepted, but cannot be read back.",
            code="mark_not_read_back",
            tenant=self._graph.tenant,
            advice="Another client may be writing the tags of this application. Run again.",
            outcome="unknown",
        )
