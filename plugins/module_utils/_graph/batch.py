# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""JSON batches: many calls in one request, each with an answer of its own.

Sources: https://learn.microsoft.com/graph/json-batching (20 parts, dependsOn, 424, a status and headers for each part),
https://learn.microsoft.com/graph/throttling (Retry-After); read 2026-11. Which errors of a part are repeated, and how often (inferred).
"""

from __future__ import annotations

import typing as t

from .._errors import ConnectorError, Fields, ProxyAnswerError, ServiceError, failures_say
from .._http.answer import HttpAnswer
from .._http.client import HttpClient, Repeat
from .errors import SERVICE, Fault, read_fault
from .left_behind import LeftBehind
from .odata import with_query
from .parts import Part, PartAnswer
from .personal_account_limit import PersonalWrites
from .recently_created import WAIT

LARGEST = 20  # parts in a request
_ERROR_TRIES = 6
_TRANSIENT = frozenset({408, 500, 502, 503, 504})
_UNANSWERED = 0  # status of a part that the service did not answer


class Sender(t.Protocol):
    """What a batch needs of the Graph client."""

    http: HttpClient
    base_url: str
    tenant: str
    personal: PersonalWrites | None
    left: LeftBehind | None

    def before_write(self, doing: str) -> None:
        """Make certain that the tenant is the right one. Raises TenantGuardError."""

    def send(self, method: str, url: str, *, doing: str, body: t.Any = None, repeat: Repeat, reads: bool = False) -> HttpAnswer:
        """One request with a token. Raises TransportError, BudgetError or CredentialError."""

    def renewable(self, status: int, body: t.Any, headers: t.Mapping[str, str]) -> bool:
        """Whether a newer token may help."""

    def renew(self) -> None:
        """Drop the token."""

    def wait(self, seconds: float, why: str, **known: t.Unpack[Fields]) -> None:
        """Pause. Raises BudgetError, which says what is ``known``, when the task's time does not suffice."""

    def recently_created(self, path: str) -> bool:
        """Whether the job made this object a short time ago."""

    def error(self, fault: Fault, *, doing: str, method: str, path: str, client_request_id: str | None = None, outcome: str | None = None) -> ConnectorError:
        """The failure that an error answer stands for."""


def left_out(parts: t.Sequence[Part]) -> set[int]:
    """The indexes of parts that can be spared, where a request is saved without them."""
    spare = {index for index, part in enumerate(parts) if part.spare}
    return spare if -(-(len(parts) - len(spare)) // LARGEST) < -(-len(parts) // LARGEST) else set()


class BatchRun:
    """Carries out one list of parts."""

    def __init__(self, graph: Sender, parts: t.Sequence[Part]) -> None:
        self._graph = graph
        self._parts = list(parts)
        self._answers: dict[int, PartAnswer] = {}
        self._renewed = False

    def run(self) -> list[PartAnswer]:
        """All answers, in the order of the parts."""
        spared = left_out(self._parts)
        for index in spared:
            self._answers[index] = self._failed(index, Fault(_UNANSWERED, "notSent", "the batch has no room for it"), None)
        sent = [index for index in range(len(self._parts)) if index not in spared]
        for start in range(0, len(sent), LARGEST):
            self._chunk(sent[start : start + LARGEST])
        return [self._answers[index] for index in range(len(self._parts))]

    def _chunk(self, indexes: list[int]) -> None:
        tries = 0
        waited = 0.0
        # A loop of its own: every part has an answer of its own, and only those whose answer is not final are sent again.
        while indexes:
            tries += 1
            indexes = self._without_failed_parents(indexes)
            if not indexes:
                return
            raw, whole = self._send(indexes)
            for index in indexes:
                self._answers[index] = self._read(index, raw.get(str(index)), whole)
            denied = self._denied(indexes)
            again: list[int] = []
            pauses: list[float] = []
            why = ""
            for index in indexes:
                answer = self._answers[index]
                if answer.status == 424 and answer.part.depends_on_previous and index - 1 in again:
                    again.append(index)  # not carried out only because its parent has to be repeated
                elif index in denied:
                    again.append(index)
                elif self._repeatable(answer, tries):
                    again.append(index)
                    pauses.append(self._graph.http.pause(tries, answer.headers))
                    why = why or (f"throttled by {SERVICE}" if answer.status == 429 else f"{SERVICE} answered {answer.status}")
                elif answer.absent and not answer.part.writes and waited < WAIT and self._graph.recently_created(answer.part.path):
                    again.append(index)
                    pauses.append(min(5.0, self._graph.http.pause(tries)))
                    why = why or "not replicated yet"
            if pauses:
                waited += max(pauses)
                # The longest Retry-After, so that every part gets the time the service asked for.
                names = ", ".join(dict.fromkeys(self._parts[index].doing for index in again))
                self._wait(max(pauses), f"{why} ({names})", again)
            indexes = again

    def _denied(self, indexes: list[int]) -> set[int]:
        """Parts that were refused to an outdated token, which is dropped then."""
        answers = {index: self._answers[index] for index in indexes if not isinstance(self._answers[index].error, ProxyAnswerError)}
        denied = [index for index, one in answers.items() if one.status == 401 or (one.status == 403 and not self._parts[index].optional)]
        if self._renewed or not any(self._graph.renewable(answers[index].status, answers[index].body, answers[index].headers) for index in denied):
            return set()
        self._renewed = True
        self._graph.renew()
        return set(denied)

    def _wait(self, seconds: float, why: str, again: list[int]) -> None:
        known: Fields = {"outcome": "refused" if any(self._parts[index].writes for index in again) else None}
        first = next((error for index in again if (error := self._answers[index].error) is not None), None)
        if first is not None:
            known |= {"http_status": first.http_status, "request_id": first.request_id}
        self._graph.wait(seconds, why, **known)

    def _without_failed_parents(self, indexes: list[int]) -> list[int]:
        """Parts whose parent failed, in an earlier request, fail without being sent, as the service would let them."""
        kept: list[int] = []
        for index in indexes:
            parent = self._answers.get(index - 1) if self._parts[index].depends_on_previous and index - 1 not in kept else None
            if parent is not None and not parent.ok:
                self._answers[index] = self._failed(index, Fault(424, "failedDependency", "the request that it depends on failed"), None)
            else:
                kept.append(index)
        return kept

    def _repeatable(self, answer: PartAnswer, tries: int) -> bool:
        if answer.ok:
            return False  # without a look at its body: a list of permissions has a megabyte
        if answer.status == 429:
            return True
        fault = read_fault(answer.status, answer.body)
        if answer.part.writes:
            return fault.concurrent
        return tries < _ERROR_TRIES and (answer.status in _TRANSIENT or fault.directory_unread)

    def _send(self, indexes: list[int]) -> tuple[dict[str, t.Any], HttpAnswer]:
        graph = self._graph
        writes = [self._parts[index] for index in indexes if self._parts[index].writes]
        names = list(dict.fromkeys(self._parts[index].doing for index in indexes))
        doing = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        if writes:
            graph.before_write(doing)
        for part in writes:
            if graph.personal is not None:
                graph.personal.wait(part.path, part.body, part.doing)
            if graph.left is not None:
                graph.left.touched(part.method, part.path, part.body)
        requests = [self._request(index, indexes) for index in indexes]
        repeat = Repeat.THROTTLED if writes else Repeat.SAFE
        answer = graph.send("POST", f"{graph.base_url}/$batch", doing=doing, body={"requests": requests}, repeat=repeat, reads=not writes)
        outcome = "unknown" if writes else None
        if not answer.ok:
            fault = read_fault(answer.status, answer.text, answer.request_id, graph.http.secrets, headers=answer.headers)
            refused = "refused" if writes and answer.status < 500 and answer.status != 408 else outcome
            raise graph.error(fault, doing=doing, method="POST", path="/$batch", client_request_id=answer.client_request_id, outcome=refused)
        with failures_say(outcome=outcome):  # the request is a POST even where it only reads
            body = answer.json()
        entries = body.get("responses") if isinstance(body, dict) else None
        raw: dict[str, t.Any] = {}
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, dict):
                raw.setdefault(str(entry.get("id")), entry)
        return raw, answer

    def _request(self, index: int, indexes: list[int]) -> dict[str, t.Any]:
        part = self._parts[index]
        request: dict[str, t.Any] = {"id": str(index), "method": part.method.upper(), "url": with_query("/" + part.path.lstrip("/"), part.params)}
        headers = dict(part.headers or {})
        if part.body is not None:
            headers.setdefault("Content-Type", "application/json")
            request["body"] = part.body
        if headers:
            request["headers"] = headers
        if part.depends_on_previous and index - 1 in indexes:
            request["dependsOn"] = [str(index - 1)]
        return request

    def _read(self, index: int, raw: t.Any, whole: HttpAnswer) -> PartAnswer:
        part = self._parts[index]
        status = _number(raw.get("status")) if isinstance(raw, dict) else _UNANSWERED
        if status == _UNANSWERED:
            return self._failed(index, Fault(_UNANSWERED, "malformed_answer", "", request_id=whole.request_id), whole)
        headers = _Headers({str(name): str(value) for name, value in raw["headers"].items()} if isinstance(raw.get("headers"), dict) else {})
        if whole.headers.get("Date") and not headers.get("Date"):
            headers["Date"] = whole.headers["Date"]  # the service's clock, which parts rarely repeat
        body = raw.get("body")
        if not 200 <= status < 300:
            request_id = headers.get("request-id") or whole.request_id
            return self._failed(index, read_fault(status, body, request_id, self._graph.http.secrets, headers=headers), whole, body, headers)
        if isinstance(body, dict) or (not body and part.writes):
            if self._graph.personal is not None:
                self._graph.personal.notice(body)
            return PartAnswer(status, body or {}, part, headers)
        return self._failed(index, Fault(status, "malformed_answer", "", request_id=whole.request_id), whole)

    def _failed(self, index: int, fault: Fault, whole: HttpAnswer | None, body: t.Any = None, headers: t.Mapping[str, str] | None = None) -> PartAnswer:
        part = self._parts[index]
        graph = self._graph
        client_id = whole.client_request_id if whole is not None else None
        if fault.code == "malformed_answer":
            what = "sent no response to this request of a $batch" if fault.status == _UNANSWERED else f"answered {fault.status} without an object"
            error: ConnectorError = ServiceError(
                f"Could not {part.doing} in tenant {graph.tenant}: {SERVICE} {what}.",
                code=fault.code,
                service=SERVICE,
                request_id=fault.request_id,
                client_request_id=client_id,
                tenant=graph.tenant,
                outcome="unknown" if part.writes else None,
                advice="Run again.",
            )
        else:
            outcome = None if not part.writes else "unknown" if fault.status >= 500 or fault.status == 408 or fault.directory_unread else "refused"
            if fault.concurrent:
                outcome = "refused"
            error = graph.error(fault, doing=part.doing, method=part.method, path=part.path, client_request_id=client_id, outcome=outcome)
        return PartAnswer(fault.status, body if isinstance(body, dict) else {}, part, headers or _Headers({}), error, fault.absent)


class _Headers(dict[str, str]):
    """Headers of a part; services spell their names in either case."""

    def get(self, key: str, default: t.Any = None) -> t.Any:
        return next((value for name, value in self.items() if name.lower() == key.lower()), default)


def _number(value: t.Any) -> int:
    try:
        status = int(value)
    except (TypeError, ValueError):
        return _UNANSWERED
    return status if 100 <= status <= 599 else _UNANSWERED
