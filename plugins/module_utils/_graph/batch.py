# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""JSON batches: many calls in one request, each with an answer of its own."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import BudgetError, ConnectorError, ServiceError, TransportError
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.errors import SERVICE, Fault, read_fault
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.made import WAIT
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.odata import with_query
from ansible_collections.tenantkit.connectors.plugins.module_utils._http import HttpAnswer, Repeat

if t.TYPE_CHECKING:
    from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.client import GraphClient

LARGEST = 20  # parts in a request
_ERROR_TRIES = 6
_TRANSIENT = frozenset({408, 500, 502, 503, 504})
_UNANSWERED = 0  # status of a part that the service did not answer


@dataclasses.dataclass(frozen=True)
class Part:
    """One call of a batch. ``path`` is percent-encoded and begins with a slash, ``params`` are added to it."""

    method: str
    path: str
    body: t.Any = None
    headers: t.Mapping[str, str] | None = None
    doing: str = "use Microsoft Graph"
    depends_on_previous: bool = False
    params: t.Mapping[str, t.Any] | None = None
    optional: bool = False  # the caller goes on without it when it is forbidden, so a refusal is not worth another token

    @property
    def writes(self) -> bool:
        """Whether this may change something."""
        return self.method.upper() not in ("GET", "HEAD")


@dataclasses.dataclass
class PartAnswer:
    """The answer to one part. ``body`` is a dict, empty where there was none."""

    status: int
    body: dict[str, t.Any]
    part: Part
    headers: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    error: ConnectorError | None = None  # what raise_for_error raises
    absent: bool = False

    @property
    def ok(self) -> bool:
        """Whether the part did what was asked."""
        return self.error is None

    @property
    def found(self) -> bool:
        """False when Graph says that the object does not exist. Any other failure is raised: it must never pass for "absent"."""
        if self.absent:
            return False
        self.raise_for_error()
        return True

    def raise_for_error(self) -> None:
        """Raise what went wrong with this part, if anything did."""
        if self.error is not None:
            raise self.error


class BatchRun:
    """Carries out one list of parts."""

    def __init__(self, graph: GraphClient, parts: t.Sequence[Part]) -> None:
        self._graph = graph
        self._parts = list(parts)
        self._answers: dict[int, PartAnswer] = {}
        self._renewed = False

    def run(self) -> list[PartAnswer]:
        """All answers, in the order of the parts."""
        for start in range(0, len(self._parts), LARGEST):
            self._chunk(list(range(start, min(start + LARGEST, len(self._parts)))))
        return [self._answers[index] for index in range(len(self._parts))]

    def _chunk(self, indexes: list[int]) -> None:
        tries = 0
        waited = 0.0
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
                elif answer.absent and not answer.part.writes and waited < WAIT and self._graph.made_lately(answer.part.path):
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
        states = {index: self._answers[index].status for index in indexes}
        denied = [index for index, status in states.items() if status == 401 or (status == 403 and not self._parts[index].optional)]
        if self._renewed or not any(self._graph.renewable(self._answers[index].status, self._answers[index].body) for index in denied):
            return set()
        self._renewed = True
        self._graph.renew()
        return set(denied)

    def _wait(self, seconds: float, why: str, again: list[int]) -> None:
        first = next((self._answers[index] for index in again if self._answers[index].error is not None), None)
        try:
            self._graph.wait(seconds, why)
        except BudgetError as error:
            if first is not None and first.error is not None:
                error.http_status, error.request_id = first.status, first.error.request_id
            if any(self._parts[index].writes for index in again):
                error.outcome = "refused"
            raise

    def _without_failed_parents(self, indexes: list[int]) -> list[int]:
        """Parts whose parent failed, in an earlier request, fail without being sent, as the service would let them."""
        kept: list[int] = []
        for index in indexes:
            parent = self._answers.get(index - 1) if self._parts[index].depends_on_previous and index - 1 not in kept else None
            if parent is not None and not parent.ok:
                self._answers[index] = self._failed(index, Fault(424, "failedDependency", "the part before it failed"), None)
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
        if graph.personal is not None:
            for part in writes:
                graph.personal.wait(part.path, part.body, part.doing)
        requests = [self._request(index, indexes) for index in indexes]
        try:
            answer = graph.send(
                "POST", f"{graph.base_url}/$batch", doing=doing, body={"requests": requests}, repeat=Repeat.THROTTLED if writes else Repeat.SAFE
            )
        except (TransportError, BudgetError) as error:
            error.tenant = error.tenant or graph.tenant
            if not writes:
                error.outcome = None
            raise
        outcome = "unknown" if writes else None
        if not answer.ok:
            fault = read_fault(answer.status, answer.text, answer.request_id, graph.http.secrets)
            refused = "refused" if writes and answer.status < 500 and answer.status != 408 else outcome
            raise graph.error(fault, doing=doing, method="POST", path="/$batch", client_request_id=answer.client_request_id, outcome=refused)
        try:
            body = answer.json()
        except ServiceError as error:
            error.outcome = outcome
            raise
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
            return self._failed(index, read_fault(status, body, request_id, self._graph.http.secrets), whole, body, headers)
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
            what = "did not answer this part of a batch" if fault.status == _UNANSWERED else f"answered {fault.status} without an object"
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
