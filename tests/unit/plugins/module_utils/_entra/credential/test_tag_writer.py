# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags are written as a whole list: what others add meanwhile is kept."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.tag_writer import TagWriter
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ServiceError
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.parts import Part, PartAnswer

OURS, OLD, THEIRS, LATER = "tkc:desk:a:p:key", "tkc:desk:a:d:key", "cost-centre:42", "owner:finance"


class Application:
    """Graph with one application. ``others`` are the tags that other clients add just before each of our writes, in turn."""

    tenant = "contoso.com"

    def __init__(self, tags: t.Sequence[str], *others: t.Sequence[str], lost: int = 0) -> None:
        self.tags, self._others, self._lost = list(tags), list(others), lost
        self.writes = 0

    def batch_named(self, parts: dict[str, Part]) -> dict[str, PartAnswer]:
        self.tags += self._others.pop(0) if self._others else ()
        answers = {"before": self._answer(parts["before"])}
        self.writes += 1
        if self.writes > self._lost:
            body = t.cast("dict[str, t.Any]", parts["write"].body)
            self.tags = list(body["tags"])
        return {**answers, "write": PartAnswer(204, {}, parts["write"]), "after": self._answer(parts["after"])}

    def get(self, path: str, **more: t.Any) -> dict[str, t.Any]:
        return {"tags": list(self.tags)}

    def wait(self, seconds: float, why: str) -> None:
        """No time passes."""

    def _answer(self, part: Part) -> PartAnswer:
        return PartAnswer(200, {"id": "1", "tags": list(self.tags)}, part)


def write(graph: Application, base: t.Sequence[str], drop: t.Collection[str] = (), add: t.Sequence[str] = (OURS,)) -> set[str]:
    """Write, and return what is there then, which is what the writer says as well."""
    found = TagWriter(t.cast(t.Any, graph), "1", "application 'Desk'").write_tags(base, drop, add)
    assert set(found.tags) == set(graph.tags)
    return set(graph.tags)


@pytest.mark.parametrize(
    ("there", "others", "left", "writes"),
    [
        ([OLD], [], {OURS}, 1),
        ([OLD, THEIRS], [], {OURS, THEIRS}, 1),
        ([OLD], [[THEIRS]], {OURS, THEIRS}, 2),
        ([OLD], [[THEIRS], [LATER]], {OURS, THEIRS, LATER}, 3),
    ],
    ids=["ours alone", "theirs from before", "theirs between our read and our write", "more of theirs at the second write"],
)
def test_what_others_wrote_is_kept(there: list[str], others: list[list[str]], left: set[str], writes: int) -> None:
    graph = Application(there, *others)
    assert write(graph, there, drop=[OLD]) == left
    assert graph.writes == writes


def test_what_was_seen_on_the_way_is_told() -> None:
    """A mark of another run may be gone again at the end, and counts all the same."""
    graph = Application([OLD], [THEIRS])
    found = TagWriter(t.cast(t.Any, graph), "1", "application 'Desk'").write_tags([OLD], [OLD], [OURS])
    assert found.seen >= {OLD, OURS, THEIRS}


def test_a_write_that_is_never_seen_is_unknown() -> None:
    graph = Application([OLD], lost=9)
    with pytest.raises(ServiceError, match="cannot be read back") as caught:
        write(graph, [OLD], drop=[OLD])
    assert (caught.value.code, caught.value.outcome) == ("mark_not_read_back", "unknown")
