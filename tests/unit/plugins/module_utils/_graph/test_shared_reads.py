# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of several modules in one batch: each is sent once, to the right identity, and what fails fails for those who need it."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConnectorError, ServiceError
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.parts import Part, PartAnswer
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.shared_reads import MoreReadsNeeded, SharedReads

SCOPE, OTHER = ("tenant", "identity"), ("tenant", "administrator")


class Service:
    """Answers every part with its path, and keeps what was sent."""

    def __init__(self, error: ConnectorError | None = None) -> None:
        self.sent: list[list[str]] = []
        self._error = error

    def __call__(self, parts: list[Part]) -> list[PartAnswer]:
        self.sent.append([part.path for part in parts])
        if self._error:
            raise self._error
        return [PartAnswer(200, {"path": part.path}, part) for part in parts]


def read(path: str, **more: t.Any) -> Part:
    """A read."""
    return Part("GET", path, **more)


def needs(shared: SharedReads, parts: list[Part], service: Service, scope: tuple[str, ...] = SCOPE) -> None:
    """Ask for reads that were not sent."""
    with pytest.raises(MoreReadsNeeded):
        shared.answers(scope, parts, service)


def test_what_two_need_is_sent_together_and_once() -> None:
    shared, service = SharedReads(), Service()
    needs(shared, [read("/organization", doing="read the organization"), read("/a")], service)
    needs(shared, [read("/organization", doing="see which tenant this is"), read("/b")], service)
    shared.fetch()
    assert service.sent == [["/organization", "/a", "/b"]]
    first, second = shared.answers(SCOPE, [read("/b"), read("/organization", doing="see which tenant this is")], service)
    assert (first.body, second.body, second.part.doing) == ({"path": "/b"}, {"path": "/organization"}, "see which tenant this is")
    assert len(service.sent) == 1


def test_only_what_is_missing_is_sent_later() -> None:
    shared, service = SharedReads(), Service()
    needs(shared, [read("/a")], service)
    shared.fetch()
    needs(shared, [read("/a"), read("/a/owners")], service)
    shared.fetch()
    assert service.sent == [["/a"], ["/a/owners"]]
    shared.fetch()
    assert len(service.sent) == 2


@pytest.mark.parametrize("other", [read("/a", params={"$select": "id"}), read("/a", headers={"ConsistencyLevel": "eventual"}), Part("HEAD", "/a")])
def test_another_query_is_another_read(other: Part) -> None:
    shared, service = SharedReads(), Service()
    needs(shared, [read("/a"), other], service)
    shared.fetch()
    assert len(service.sent[0]) == 2


def test_another_identity_reads_for_itself() -> None:
    shared, mine, theirs = SharedReads(), Service(), Service()
    needs(shared, [read("/a")], mine)
    needs(shared, [read("/a")], theirs, OTHER)
    shared.fetch()
    assert (mine.sent, theirs.sent) == ([["/a"]], [["/a"]])


def test_a_batch_that_fails_fails_for_those_who_need_it() -> None:
    shared, service, broken = SharedReads(), Service(), Service(ServiceError("Graph is down.", http_status=503))
    needs(shared, [read("/a")], broken)
    needs(shared, [read("/a")], service, OTHER)
    shared.fetch()
    with pytest.raises(ServiceError, match="Graph is down"):
        shared.answers(SCOPE, [read("/a")], broken)
    assert shared.answers(OTHER, [read("/a")], service)[0].ok


def test_an_answer_is_not_changed_by_who_read_it_first() -> None:
    shared, service = SharedReads(), Service()
    needs(shared, [read("/a")], service)
    shared.fetch()
    shared.answers(SCOPE, [read("/a")], service)[0].body["path"] = "changed"
    assert shared.answers(SCOPE, [read("/a")], service)[0].body == {"path": "/a"}


def test_it_is_no_exception_that_anything_reports() -> None:
    assert not issubclass(MoreReadsNeeded, Exception)


def test_what_was_read_is_known() -> None:
    shared, service = SharedReads(), Service()
    needs(shared, [read("/a")], service)
    assert not shared.has(SCOPE, read("/a")), "it was not sent yet"
    shared.fetch()
    assert shared.has(SCOPE, read("/a", doing="in other words"))
    assert not shared.has(OTHER, read("/a")) and not shared.has(SCOPE, read("/b"))
