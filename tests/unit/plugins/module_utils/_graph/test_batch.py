# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Batches: splitting, order, repeats of single parts, malformed answers."""

from __future__ import annotations

import json
import typing as t

import pytest
import requests
import requests.structures
from ansible_collections.tenantkit.connectors.plugins.module_utils._budget import Budget
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import (
    BlockedError,
    BudgetError,
    ConnectorError,
    ForbiddenError,
    NotFoundError,
    ProxyAnswerError,
    ServiceError,
    TransportError,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph import batch
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.client import GraphClient
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.parts import Part
from ansible_collections.tenantkit.connectors.plugins.module_utils._http.client import HttpClient

# One $batch request: from the parts that were sent, by id, to an HTTP answer, or to a list of answers to parts.
Round = t.Callable[[dict[str, dict[str, t.Any]]], t.Any]


class Batches:
    """A service that answers round after round."""

    def __init__(self, *rounds: Round, cached: bool = False, seconds: float = 300) -> None:
        self.rounds = list(rounds)
        self.sent: list[list[dict[str, t.Any]]] = []
        self.tokens: list[str] = []
        self.waits: list[float] = []
        self.now = 0.0
        self.cached = cached
        self.fresh = 0
        budget = Budget(seconds, clock=lambda: self.now, sleep=self._sleep)
        self.graph = GraphClient(HttpClient(budget, ca_path=None, session=self, jitter=lambda: 0.5), "https://graph.example", self, "contoso")

    def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    def token(self, audience: str, *, fresh: bool = False) -> t.Any:
        assert audience == "https://graph.example"
        self.fresh += fresh
        token = type("Token", (), {})()
        token.access_token, token.from_cache = f"token{self.fresh}", self.cached and not self.fresh
        return token

    def request(self, method: str, url: str, **rest: t.Any) -> requests.Response:
        made = requests.Response()
        made.status_code = 200
        made.headers = requests.structures.CaseInsensitiveDict(
            {"Content-Type": "application/json", "request-id": "whole", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}
        )
        made.request = requests.Request(method, url).prepare()
        assert self.rounds, f"unexpected {method} {url}"
        if method == "GET":
            body = self.rounds.pop(0)({"url": url})  # type: ignore[dict-item]
        else:
            assert (method, url) == ("POST", "https://graph.example/v1.0/$batch")
            self.tokens.append(rest["headers"]["Authorization"])
            self.sent.append(rest["json"]["requests"])
            body = self.rounds.pop(0)({part["url"]: part for part in self.sent[-1]})
        if isinstance(body, Exception):
            raise body
        if isinstance(body, tuple):
            made.status_code, body = body
        elif isinstance(body, list):
            body = {"responses": body}
        made._content = body.encode() if isinstance(body, str) else json.dumps(body).encode()  # pylint: disable=protected-access
        return made

    def urls(self) -> list[list[str]]:
        return [[part["url"] for part in parts] for parts in self.sent]


def to(part: dict[str, t.Any], status: t.Any = 200, body: t.Any = None, **headers: str) -> dict[str, t.Any]:
    return {"id": part["id"], "status": status, "headers": {name.replace("_", "-"): value for name, value in headers.items()}, "body": body}


def fault(code: str, message: str = "m") -> dict[str, t.Any]:
    return {"error": {"code": code, "message": message}}


def all_ok(parts: dict[str, dict[str, t.Any]]) -> t.Any:
    return [to(part, 200, {"url": url}) for url, part in parts.items()]


def reads(count: int) -> list[Part]:
    return [Part("GET", f"/a/{number}", doing=f"read {number}") for number in range(count)]


def test_twenty_parts_a_request_and_answers_in_order() -> None:
    service = Batches(*[lambda parts: list(reversed(all_ok(parts)))] * 3)
    answers = service.graph.batch(reads(45))
    assert [len(parts) for parts in service.sent] == [20, 20, 5]
    assert [answer.body["url"] for answer in answers] == [f"/a/{number}" for number in range(45)]


def test_a_part_that_can_be_spared_is_not_worth_a_request() -> None:
    service = Batches(all_ok)
    answers = service.graph.batch([Part("GET", "/spare", spare=True), *reads(20)])
    assert (len(service.sent), [answer.ok for answer in answers]) == (1, [False] + [True] * 20)


def test_answers_have_the_names_of_their_parts() -> None:
    service = Batches(*[lambda parts: list(reversed(all_ok(parts)))] * 2)
    parts = {f"part {number}": part for number, part in enumerate(reads(25))}
    answers = service.graph.batch_named(parts)
    assert {name: (answer.part, answer.body["url"]) for name, answer in answers.items()} == {name: (part, part.path) for name, part in parts.items()}
    assert Batches().graph.batch_named({}) == {}


def test_lists_are_whole_even_after_an_empty_first_page() -> None:
    """A page may be empty and still not be the last: taken for all there is it would mean "absent"."""
    link = "https://graph.example/v1.0/a/0?$skiptoken=x"
    first = [
        lambda parts: [to(part, 200, {"value": [], "@odata.nextLink": link} if url == "/a/0" else {"value": [{"id": "9"}]}) for url, part in parts.items()]
    ]
    service = Batches(*first, lambda asked: {"value": [{"id": "1"}]} if asked["url"] == link else None)
    assert [answer.body["value"] for answer in service.graph.batch(reads(2))] == [[{"id": "1"}], [{"id": "9"}]]
    failing = Batches(*first, lambda _asked: (403, {"error": {"code": "Authorization_RequestDenied", "message": "no"}}))
    answer, other = failing.graph.batch(reads(2))
    assert not answer.ok and other.ok
    with pytest.raises(ForbiddenError):
        answer.found  # noqa: B018 # the property raises


def test_a_good_answer_is_not_read_as_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be a megabyte of permissions, and looking for secrets in it costs more than the request."""

    def read(status: int, *rest: t.Any) -> t.NoReturn:
        raise AssertionError(f"read as a fault: {status}")

    monkeypatch.setattr(batch, "read_fault", read)
    assert [answer.ok for answer in Batches(all_ok).graph.batch(reads(2))] == [True, True]


def test_nothing_to_send() -> None:
    assert Batches().graph.batch([]) == []


def test_what_is_sent() -> None:
    service = Batches(lambda parts: [to(part, 204) for part in parts.values()])
    service.graph.batch(
        [
            Part("PATCH", "applications/1", {"a": []}, doing="change", headers={"Prefer": "x"}),
            Part("GET", "/applications/1", doing="read", depends_on_previous=True, params={"$select": ["id"], "$filter": "a eq 'b c'"}),
        ]
    )
    assert service.sent == [
        [
            {"id": "0", "method": "PATCH", "url": "/applications/1", "headers": {"Prefer": "x", "Content-Type": "application/json"}, "body": {"a": []}},
            {"id": "1", "method": "GET", "url": "/applications/1?$select=id&$filter=a%20eq%20'b%20c'", "dependsOn": ["0"]},
        ]
    ]


def test_each_part_has_its_own_error() -> None:
    service = Batches(
        lambda parts: [
            to(parts["/a/0"], 200, {"id": "0"}),
            to(parts["/a/1"], 404, fault("Request_ResourceNotFound")),
            to(parts["/a/2"], 403, fault("Authorization_RequestDenied"), Request_Id="part-2"),
            to(parts["/a/3"], 404, "<html>"),
        ]
    )
    first, missing, denied, odd = service.graph.batch(reads(4))
    assert (first.ok, first.found, first.status, first.body) == (True, True, 200, {"id": "0"})
    first.raise_for_error()
    assert first.headers["Date"] == "Wed, 21 Oct 2026 07:28:00 GMT"
    assert (missing.ok, missing.found) == (False, False)
    with pytest.raises(NotFoundError, match="Could not read 1 in tenant contoso"):
        missing.raise_for_error()
    with pytest.raises(ForbiddenError, match="request id part-2"):
        denied.raise_for_error()
    # Neither of these may pass for "absent".
    for answer in (denied, odd):
        with pytest.raises(ServiceError):
            assert answer.found


def test_throttled_parts_are_repeated_alone_after_the_longest_pause() -> None:
    service = Batches(
        lambda parts: [
            to(parts["/a/0"], 429, fault("TooManyRequests"), Retry_After="2.5"),
            to(parts["/a/1"], 200, {}),
            to(parts["/a/2"], 429, fault("TooManyRequests"), retry_after="7"),
        ],
        all_ok,
    )
    assert all(answer.ok for answer in service.graph.batch(reads(3)))
    assert service.urls()[1] == ["/a/0", "/a/2"]
    assert service.waits == [7.0]


def test_failing_reads_are_repeated_and_then_reported() -> None:
    service = Batches(lambda parts: [to(parts["/a/0"], 503, ""), to(parts["/a/1"])], *[lambda parts: [to(parts["/a/0"], 503)]] * 5)
    failed, malformed = service.graph.batch(reads(2))
    assert service.waits == [1.0, 2.0, 4.0, 8.0, 16.0]
    with pytest.raises(ServiceError, match="answered 503"):
        failed.raise_for_error()
    with pytest.raises(ServiceError, match="answered 200 without an object"):
        malformed.raise_for_error()


@pytest.mark.parametrize("body", [fault("Directory_ObjectNotFound", "Unable to read the company information from the directory.")])
def test_an_unreadable_directory_is_asked_again(body: t.Any) -> None:
    service = Batches(lambda parts: [to(parts["/a/0"], 404, body)], all_ok)
    assert service.graph.batch(reads(1))[0].found


@pytest.mark.parametrize(("status", "code"), [(429, "TooManyRequests"), (409, "Directory_ConcurrencyViolation"), (503, "Directory_ConcurrencyViolation")])
def test_writes_that_were_certainly_not_applied_are_repeated(status: int, code: str) -> None:
    service = Batches(lambda parts: [to(parts["/a"], status, fault(code))], lambda parts: [to(parts["/a"], 201, {"id": "1"})])
    (answer,) = service.graph.batch([Part("POST", "/a", {}, doing="create")])
    assert answer.body == {"id": "1"}


@pytest.mark.parametrize(
    ("status", "code", "outcome"), [(500, "X", "unknown"), (504, "", "unknown"), (404, "Directory_ObjectNotFound", "unknown"), (400, "X", "refused")]
)
def test_other_writes_are_not_repeated(status: int, code: str, outcome: str) -> None:
    service = Batches(lambda parts: [to(parts["/a"], status, fault(code))])
    (answer,) = service.graph.batch([Part("POST", "/a", {}, doing="create")])
    with pytest.raises(ServiceError) as caught:
        answer.raise_for_error()
    assert caught.value.outcome == outcome


def test_throttled_beyond_the_budget() -> None:
    service = Batches(lambda parts: [to(parts["/a/0"], 429, fault("TooManyRequests"), Retry_After="60")], seconds=30)
    with pytest.raises(BudgetError, match=r"throttled by Microsoft Graph \(read 0\)") as caught:
        service.graph.batch(reads(1))
    assert caught.value.http_status == 429


def chain(count: int) -> list[Part]:
    return [Part("PATCH", f"/a/{number}", {}, doing=f"write {number}", depends_on_previous=number > 0) for number in range(count)]


def test_a_dependant_of_a_throttled_part_is_repeated_with_it() -> None:
    service = Batches(
        lambda parts: [
            to(parts["/a/0"], 204),
            to(parts["/a/1"], 429, fault("TooManyRequests"), Retry_After="1"),
            to(parts["/a/2"], 424, fault("failedDependency")),
        ],
        lambda parts: [to(part, 204) for part in parts.values()],
    )
    assert all(answer.ok for answer in service.graph.batch(chain(3)))
    assert [(part["url"], part.get("dependsOn")) for part in service.sent[1]] == [("/a/1", None), ("/a/2", ["1"])]


def test_a_chain_across_requests_stops_where_it_broke() -> None:
    service = Batches(lambda parts: [to(part, 400 if url == "/a/19" else 204, fault("X")) for url, part in parts.items()])
    answers = service.graph.batch(chain(22))
    assert [answer.status for answer in answers[18:]] == [204, 400, 424, 424]
    assert len(service.sent) == 1


def test_a_chain_across_requests_goes_on() -> None:
    service = Batches(*[lambda parts: [to(part, 204) for part in parts.values()]] * 2)
    assert all(answer.ok for answer in service.graph.batch(chain(22)))
    assert "dependsOn" not in service.sent[1][0]
    assert service.sent[1][1]["dependsOn"] == ["20"]


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"responses": None},
        {"responses": ["x", None, 5]},
        [],
        [{"id": "7", "status": 200, "body": {}}],
        [{"id": "0"}],
        [{"id": "0", "status": "many", "body": {}}],
        [{"id": "0", "status": 1000, "body": {}}],
    ],
)
def test_a_part_without_an_answer(answers: t.Any) -> None:
    (answer,) = Batches(lambda parts: answers).graph.batch(reads(1))
    with pytest.raises(ServiceError, match=r"Could not read 0 in tenant contoso: Microsoft Graph sent no response to this request of a \$batch\."):
        answer.raise_for_error()
    with pytest.raises(ServiceError):
        assert answer.found
    (answer,) = Batches(lambda parts: answers).graph.batch([Part("POST", "/a/0", {}, doing="create")])
    assert answer.error is not None
    assert answer.error.outcome == "unknown"


def test_tolerated_oddities() -> None:
    service = Batches(lambda parts: [{"id": 0, "status": "200", "headers": [], "body": {"a": 1}}, {"id": "1", "status": 204}])
    first, second = service.graph.batch([Part("GET", "/a/0"), Part("DELETE", "/a/1")])
    assert first.body == {"a": 1}
    assert (second.ok, second.body) == (True, {})


@pytest.mark.parametrize("status", [401, 403])
def test_a_part_that_is_refused_to_a_cached_token_is_asked_once_more(status: int) -> None:
    service = Batches(
        lambda parts: [to(part, 200 if url == "/a/1" else status, fault("Authorization_RequestDenied")) for url, part in parts.items()],
        lambda parts: [to(part, 200 if url == "/a/0" else status, fault("Authorization_RequestDenied")) for url, part in parts.items()],
        cached=True,
    )
    first, second, third = service.graph.batch(reads(3))
    assert (first.ok, second.ok, third.ok) == (True, True, False)
    assert service.urls()[1] == ["/a/0", "/a/2"]
    assert service.tokens == ["Bearer token0", "Bearer token1"]


def test_a_part_that_may_be_forbidden_is_not_worth_a_new_token() -> None:
    service = Batches(lambda parts: [to(part, 403, fault("Authorization_RequestDenied")) for part in parts.values()], cached=True)
    (answer,) = service.graph.batch([Part("GET", "/a/0", optional=True)])
    assert (answer.status, service.fresh, len(service.sent)) == (403, 0, 1)


def test_a_refused_part_with_a_new_token_is_reported() -> None:
    service = Batches(lambda parts: [to(parts["/a/0"], 403, fault("Authorization_RequestDenied"))])
    assert service.graph.batch(reads(1))[0].status == 403


def test_the_whole_request_fails() -> None:
    service = Batches(lambda parts: (400, fault("BadRequest", "Invalid batch.")))
    with pytest.raises(ServiceError, match="Could not read 0, read 1, read 2 and 1 more in tenant contoso"):
        service.graph.batch(reads(4))


@pytest.mark.parametrize("broken", [requests.exceptions.ReadTimeout(), (502, ""), "<html>"])
def test_a_lost_batch_of_reads_is_repeated_one_with_writes_is_unknown(broken: t.Any) -> None:
    if broken != "<html>":
        assert Batches(lambda parts: broken, all_ok).graph.batch(reads(1))[0].ok
    with pytest.raises(ConnectorError) as caught:
        Batches(lambda parts: broken).graph.batch([Part("GET", "/a"), Part("POST", "/b", {}, doing="create")])
    assert caught.value.outcome == "unknown"


def test_a_batch_of_reads_that_is_lost_has_no_outcome() -> None:
    service = Batches(lambda parts: requests.exceptions.InvalidURL())
    with pytest.raises(TransportError) as caught:
        service.graph.batch(reads(1))
    assert caught.value.outcome is None


def test_items_follows_the_pages_of_a_part() -> None:
    link = "https://graph.example/v1.0/a/0?page=2"
    service = Batches(
        lambda parts: [to(parts["/a/0"], 200, {"value": [{"id": "1"}], "@odata.nextLink": link})],
        lambda call: {"value": [{"id": t.cast(str, call["url"])}]},
    )
    (answer,) = service.graph.batch(reads(1))
    assert [entry["id"] for entry in service.graph.items(answer)] == ["1", link]


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_part_that_graph_did_not_answer_is_neither_forbidden_nor_absent(status: int) -> None:
    """A status alone says nothing: the page of something else is no missing right, and a newer token is not asked for."""
    service = Batches(lambda parts: [to(part, status, "<html>Blocked</html>") for part in parts.values()])
    answers = service.graph.batch([*reads(1), Part("POST", "/b", body={}, doing="write it")])
    assert (service.fresh, len(service.sent)) == (0, 1)
    for answer, outcome in zip(answers, (None, "unknown"), strict=True):
        assert not answer.forbidden and not answer.absent
        with pytest.raises(ProxyAnswerError, match=f"answered {status} with") as caught:
            assert answer.found
        assert caught.value.outcome == outcome


def test_a_part_that_graph_forbids_is_forbidden() -> None:
    service = Batches(lambda parts: [to(parts["/a/0"], 403, fault("Authorization_RequestDenied")), to(parts["/a/1"], 403, fault("Directory_QuotaExceeded"))])
    denied, full = service.graph.batch(reads(2))
    assert (denied.forbidden, full.forbidden) == (True, False)


@pytest.mark.parametrize(("code", "renewed"), [("LocationConditionEvaluationSatisfied", 0), ("TokenCreatedWithOutdatedPolicies", 1)])
def test_a_challenge_in_a_part(code: str, renewed: int) -> None:
    body = {"error": {"code": "InvalidAuthenticationToken", "message": f"Continuous access evaluation resulted in challenge with code: {code}"}}

    def refused(parts: t.Any) -> t.Any:
        return [to(part, 401, body) for part in parts.values()]

    service = Batches(refused, refused)
    (answer,) = service.graph.batch(reads(1))
    assert isinstance(answer.error, BlockedError) and answer.error.code == code
    assert (service.fresh, len(service.sent)) == (renewed, 1 + renewed)
