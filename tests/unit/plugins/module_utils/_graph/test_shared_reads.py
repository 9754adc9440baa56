# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of several modules in one batch: each is sent once, to the right identity, and what fails fails for those who need it."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConnectorError, ForbiddenError, ServiceError
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.parts import Part, PartAnswer
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.shared_reads import MoreReadsNeeded, SharedReads, will_do

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


LACKS: dict[str, t.Any] = {"first_page": True, "optional": True, "spare": True}
FORBIDDEN = ForbiddenError("no", http_status=403)


@pytest.mark.parametrize("order", [1, -1], ids=["the spare one first", "the needed one first"])
def test_a_read_that_one_can_spare_is_sent_when_another_needs_it(order: int) -> None:
    """Both in one batch: it has no room to be left out."""
    sent: list[Part] = []
    shared = SharedReads()

    def send(parts: list[Part]) -> list[PartAnswer]:
        sent.extend(parts)
        return [PartAnswer(200, {"value": []}, part) for part in parts]

    for part in [read("/deleted", **LACKS), read("/deleted")][::order]:
        with pytest.raises(MoreReadsNeeded):
            shared.answers(SCOPE, [part], send)
    shared.fetch()
    assert sent == [read("/deleted")]
    assert [shared.answers(SCOPE, [part], send)[0].body for part in (read("/deleted", **LACKS), read("/deleted"))] == [{"value": []}] * 2


@pytest.mark.parametrize(
    ("sent", "answer", "wanted", "does"),
    [
        ({"spare": True}, {}, {}, True),
        ({"spare": True}, {"status": 0, "error": ServiceError("not sent")}, {}, False),
        ({"spare": True}, {"status": 0, "error": ServiceError("not sent")}, {"spare": True}, True),
        ({"optional": True}, {"status": 403, "error": FORBIDDEN}, {}, False),
        ({"optional": True}, {"status": 403, "error": FORBIDDEN}, {"optional": True}, True),
        ({}, {"status": 403, "error": FORBIDDEN}, {"optional": True}, True),
        ({"optional": True}, {"status": 404, "error": ServiceError("gone"), "absent": True}, {}, True),
        ({"first_page": True}, {"body": {"value": [], "@odata.nextLink": "more"}}, {}, False),
        ({"first_page": True}, {"body": {"value": [], "@odata.nextLink": "more"}}, {"first_page": True}, True),
        ({"first_page": True}, {"body": {"value": []}}, {}, True),
    ],
)
def test_which_answers_do_for_a_read(sent: dict[str, t.Any], answer: dict[str, t.Any], wanted: dict[str, t.Any], does: bool) -> None:
    given = PartAnswer(**{"status": 200, "body": {}, "part": read("/a", **sent), **answer})
    assert will_do(given, read("/a", **wanted)) is does


def test_an_answer_that_does_not_do_is_read_again() -> None:
    shared = SharedReads()

    def send(parts: list[Part]) -> list[PartAnswer]:
        return [PartAnswer(0, {}, part, error=ServiceError("not sent")) if part.spare else PartAnswer(200, {"value": ["a"]}, part) for part in parts]

    with pytest.raises(MoreReadsNeeded):
        shared.answers(SCOPE, [read("/deleted", spare=True)], send)
    shared.fetch()
    assert not shared.answers(SCOPE, [read("/deleted", spare=True)], send)[0].ok
    assert not shared.has(SCOPE, read("/deleted"))
    with pytest.raises(MoreReadsNeeded):
        shared.answers(SCOPE, [read("/deleted")], send)
    shared.fetch()
    assert shared.answers(SCOPE, [read("/deleted")], send)[0].body == {"value": ["a"]}
