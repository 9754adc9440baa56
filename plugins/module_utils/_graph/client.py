# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The Graph client: tokens, paging, error classes, what may be repeated, reconciliation of lost answers, waits for replication."""

from __future__ import annotations

import builtins  # GraphClient has a method named list
import typing as t
import urllib.parse

from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import (
    BudgetError,
    ConnectorError,
    CredentialError,
    RedirectError,
    ServiceError,
    TransportError,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.batch import BatchRun, Part, PartAnswer
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.consistency import Lag, lag_of, pauses
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.errors import CONCURRENCY, SERVICE, Fault, error_for, read_fault
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.holding import holds
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.made import WAIT, MadeObjects
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.odata import odata_key, odata_string, path_segment, with_query
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.personal import PersonalWrites
from ansible_collections.tenantkit.connectors.plugins.module_utils._http import HttpAnswer, HttpClient, Repeat

__all__ = ["GraphClient", "Guard", "Part", "PartAnswer", "Reconcile", "odata_key", "odata_string", "path_segment", "with_query"]

VERSION = "v1.0"
_AMBIGUOUS_TRIES = 4  # how often a write is sent when each answer is lost and a read shows nothing of it
_LOOKS = 2  # reads before an object counts as not made: the first may come too early
_DIRECTORY_TRIES = 6

# Collections that take $top up to 999. Others refuse a page size, or are small.
_PAGED = frozenset({
    "applications", "serviceprincipals", "oauth2permissiongrants", "approleassignments", "approleassignedto", "users", "groups", "owners",
    "microsoft.graph.application", "microsoft.graph.serviceprincipal",
})  # fmt: skip

# Objects that are large, and that Graph can be asked a part of.
_SELECTABLE = ("applications", "servicePrincipals")

Reconcile = t.Callable[[], "dict[str, t.Any] | None"]


class Tokens(t.Protocol):
    """Where tokens come from."""

    def token(self, audience: str, *, fresh: bool = False) -> t.Any:
        """An object with C(access_token) and C(from_cache)."""


class Guard(t.Protocol):
    """What has to be certain before the first write."""

    def check(self, graph: GraphClient) -> None:
        """Raise TenantGuardError when the tenant is not the right one. Reads only."""


class GraphClient:
    """Microsoft Graph v1.0 in one tenant."""

    def __init__(
        self, http: HttpClient, base_url: str, token_provider: Tokens, tenant: str, tenant_id: str | None = None, *, audience: str | None = None
    ) -> None:
        """``base_url`` is the service root, with or without C(/v1.0). ``audience`` is that root unless it is given."""
        self.http = http
        root = base_url.rstrip("/").removesuffix("/" + VERSION)
        self.base_url = f"{root}/{VERSION}"
        self.audience = audience or root
        self.tenant = tenant
        self.tenant_id = tenant_id or ""
        self.guard: Guard | None = None
        self.made: MadeObjects | None = None
        self.personal: PersonalWrites | None = None
        self._tokens = token_provider
        self._guarded = False
        self._renewed = False

    # Reads

    def get(
        self, path: str, *, doing: str, params: t.Mapping[str, t.Any] | None = None, headers: t.Mapping[str, str] | None = None, made_here: bool = False
    ) -> dict[str, t.Any]:
        """One object. NotFoundError on 404, unless it was made in this run: then it is waited for."""
        answer = self._call("GET", with_query(path, params), doing=doing, headers=headers, made_here=made_here)
        found = self._object(answer)
        if made_here and self.made is not None:
            self.made.note(path, found)
        return found

    def find(
        self, path: str, *, doing: str, params: t.Mapping[str, t.Any] | None = None, headers: t.Mapping[str, str] | None = None
    ) -> dict[str, t.Any] | None:
        """One object, or None when Graph itself answers that it does not exist. A 404 from anything else is an error."""
        answer = self._call("GET", with_query(path, params), doing=doing, headers=headers, absent_ok=True)
        return None if answer.status == 404 else self._object(answer)

    def list(
        self, path: str, *, doing: str, params: t.Mapping[str, t.Any] | None = None, headers: t.Mapping[str, str] | None = None, made_here: bool = False
    ) -> builtins.list[dict[str, t.Any]]:
        """All pages of a collection. ``made_here``: the object that the collection hangs on was made in this run."""
        bare = path.partition("?")[0]
        if "$top" not in (params or {}) and "$top=" not in path and bare.rstrip("/").rpartition("/")[2].lower() in _PAGED:
            params = {**(params or {}), "$top": 999}
        answer = self._call("GET", with_query(path, params), doing=doing, headers=headers, made_here=made_here)
        return self._pages(self._object(answer), doing, headers)

    def items(self, answer: PartAnswer) -> builtins.list[dict[str, t.Any]]:
        """All entries of a collection that was read as a part of a batch."""
        answer.raise_for_error()
        return self._pages(answer.body, answer.part.doing, answer.part.headers)

    # Writes

    def post(
        self,
        path: str,
        body: t.Any,
        *,
        doing: str,
        reconcile: Reconcile | None = None,
        retry_texts: t.Sequence[str] = (),
        made_here: bool = False,
        headers: t.Mapping[str, str] | None = None,
        reads: bool = False,
    ) -> dict[str, t.Any] | None:
        """Create, or carry out an action. Returns the body, None when there is none.

        After an ambiguous failure (5xx, no answer, 404 Directory_ObjectNotFound) ``reconcile`` looks whether the object is there after all;
        without it the error is raised with outcome C(unknown). ``retry_texts`` are further parts of codes or messages to be waited for.
        ``reads``: the call changes nothing (getByIds), so it is repeated like a read and the guard is not asked.
        """
        if reads:
            return self._body(self._call("POST", path, doing=doing, body=body, headers=headers, made_here=made_here, retry_texts=retry_texts, reads=True))
        sent = 0
        while True:
            sent += 1
            try:
                return self._body(self._call("POST", path, doing=doing, body=body, headers=headers, made_here=made_here, retry_texts=retry_texts))
            except ConnectorError as error:
                # A redirect is an answer of something else than Graph: not to be asked again.
                lost = error.outcome == "unknown" and not isinstance(error, (BudgetError, RedirectError))
                # "Exists already" after an answer that was lost: it is ours.
                exists = sent > 1 and _exists_already(error)
                if sent > 1:
                    error.outcome = "unknown"  # of the tries before
                if reconcile is None or not (lost or exists):
                    raise
                found = self._look(reconcile, doing, looks=_LOOKS if lost else None)
                if found is not None:
                    if self.made is not None:
                        self.made.note(path, found)
                    return found
                if sent >= _AMBIGUOUS_TRIES:
                    raise

    def patch(
        self, path: str, body: t.Any, *, doing: str, headers: t.Mapping[str, str] | None = None, made_here: bool = False, retry_texts: t.Sequence[str] = ()
    ) -> dict[str, t.Any] | None:
        """Change an object. Returns the object when Graph sends one, else None.

        With C(Prefer: create-if-missing) 201 brings the new object. None means that it was there: also when the answer to the first try
        was lost and a later look found the object, so a caller that gets None reads it.
        """
        return self._replace("PATCH", path, body, doing=doing, headers=headers, made_here=made_here, retry_texts=retry_texts)

    def put(
        self, path: str, body: t.Any, *, doing: str, headers: t.Mapping[str, str] | None = None, made_here: bool = False, retry_texts: t.Sequence[str] = ()
    ) -> dict[str, t.Any] | None:
        """Replace an object."""
        return self._replace("PUT", path, body, doing=doing, headers=headers, made_here=made_here, retry_texts=retry_texts)

    def _replace(self, method: str, path: str, body: t.Any, *, doing: str, **more: t.Any) -> dict[str, t.Any] | None:
        """A write of values. When its answer is lost the object is read, and the write is repeated only if it does not hold the values."""
        sent = 0
        while True:
            sent += 1
            try:
                return self._body(self._call(method, path, doing=doing, body=body, **more))
            except ConnectorError as error:
                lost = error.outcome == "unknown" and not isinstance(error, (BudgetError, RedirectError))
                if sent > 1:
                    error.outcome = "unknown"  # of the tries before
                if not lost or sent >= _AMBIGUOUS_TRIES:
                    raise
                if self._look(lambda: self._holding(path, body, doing), doing, looks=1) is not None:
                    return None

    def _holding(self, path: str, body: t.Any, doing: str) -> dict[str, t.Any] | None:
        """The object when it holds what was to be written to it. One that cannot be read is written once more: that does no harm."""
        params = {"$select": list(body)} if path.lstrip("/").startswith(_SELECTABLE) else None
        try:
            found = self._object(self._call("GET", with_query(path, params), doing=f"look whether it was done: {doing}"))
        except ServiceError:
            return None
        return found if holds(found, body) else None

    def delete(self, path: str, *, doing: str, missing_ok: bool = True, headers: t.Mapping[str, str] | None = None, made_here: bool = False) -> bool:
        """Delete an object. False when it was not there (an error with ``missing_ok=False``). ``made_here``: it is, so it is waited for.

        The one write that is simply repeated when its answer is lost: an id is never used twice, and 404 says that it is done.
        """
        return self._call("DELETE", path, doing=doing, headers=headers, absent_ok=missing_ok and not made_here, made_here=made_here).status != 404

    def batch(self, parts: t.Sequence[Part]) -> builtins.list[PartAnswer]:
        """Send parts together, at most 20 a request, and return their answers in the order of the parts.

        Errors of parts are in their answers. Throttled parts are repeated alone, failed reads too. Lists are whole: further pages, also after an empty
        one, are fetched before anybody can take the first for all there is.
        """
        for part in parts:
            if part.writes:
                self.before_write(part.doing)
                break
        answers = BatchRun(self, parts).run()
        for answer in answers:
            if answer.ok and answer.body.get("@odata.nextLink"):
                try:
                    answer.body = {"value": self._pages(answer.body, answer.part.doing, answer.part.headers)}
                except ConnectorError as error:
                    answer.error = error
        return answers

    # For the batch as well

    def before_write(self, doing: str) -> None:
        """The tenant guard, once, and the time budget."""
        if self.guard is not None and not self._guarded:
            self.guard.check(self)
            self._guarded = True
        self.http.budget.check_write(doing)

    def send(self, method: str, url: str, *, doing: str, body: t.Any = None, headers: t.Mapping[str, str] | None = None, repeat: Repeat) -> HttpAnswer:
        """One request with a token; asked once more with a new one after a 401, or a 403 that an outdated token can explain."""
        token = self._tokens.token(self.audience)
        answer = self._send(token, method, url, doing, body, headers, repeat)
        if not self.renewable(answer.status, answer.text, token):
            return answer
        return self._send(self._tokens.token(self.audience, fresh=True), method, url, doing, body, headers, repeat)

    def renewable(self, status: int, text: t.Any, token: t.Any = None) -> bool:
        """Whether a new token may help. A cached one may miss permissions that were granted since; asked for once per client."""
        if status not in (401, 403) or (status == 403 and self._renewed):
            return False
        if status == 403:
            if token is None:
                token = self._tokens.token(self.audience)
            fault = read_fault(status, text)
            if not token.from_cache or lag_of(403, fault.words) or "quota" in fault.words.lower():
                return False
        self._renewed = True
        return True

    def renew(self) -> None:
        """Drop the cached token."""
        self._tokens.token(self.audience, fresh=True)

    def error(self, fault: Fault, *, doing: str, method: str, path: str, client_request_id: str | None = None, outcome: str | None = None) -> ConnectorError:
        """The exception for a fault in this tenant."""
        return error_for(fault, doing=doing, tenant=self.tenant, method=method, path=path, client_request_id=client_request_id, outcome=outcome)

    # Inner workings

    def _send(self, token: t.Any, method: str, url: str, doing: str, body: t.Any, headers: t.Mapping[str, str] | None, repeat: Repeat) -> HttpAnswer:
        sent = {"Authorization": f"Bearer {token.access_token}", **(headers or {})}
        return self.http.request(method, url, doing=f"{doing} in tenant {self.tenant}", service=SERVICE, headers=sent, json=body, repeat=repeat)

    def _call(
        self,
        method: str,
        path: str,
        *,
        doing: str,
        body: t.Any = None,
        headers: t.Mapping[str, str] | None = None,
        made_here: bool = False,
        retry_texts: t.Sequence[str] = (),
        absent_ok: bool = False,
        reads: bool = False,
        url: str | None = None,
    ) -> HttpAnswer:
        """One call to its end: a success (or an accepted 404), or the exception. ``url`` is that of a next page."""
        reads = reads or method == "GET"
        once_only = method != "DELETE" and not reads
        url = url or f"{self.base_url}/{path.lstrip('/')}"
        waiting, waited, unread = pauses(), 0.0, 0
        while True:
            if not reads:
                self.before_write(doing)
                if self.personal is not None:
                    self.personal.wait(path, body, doing)
            try:
                answer = self.send(method, url, doing=doing, body=body, headers=headers, repeat=Repeat.THROTTLED if once_only else Repeat.SAFE)
            except (TransportError, BudgetError, CredentialError) as error:
                error.tenant = error.tenant or self.tenant
                if reads:
                    error.outcome = None
                raise
            if answer.ok:
                if self.made is not None and answer.status == 201:
                    self.made.note(path, answer.json())
                elif self.made is not None and method == "DELETE":
                    self.made.forget(path)
                return answer
            fault = read_fault(answer.status, answer.text, answer.request_id, self.http.secrets)
            if absent_ok and fault.absent:
                return answer
            lag = self._lag(fault, made_here, retry_texts)
            if lag is None and fault.absent and method != "DELETE" and self.made_lately(path):
                lag = Lag(404, "", WAIT)
            why = ""
            if fault.concurrent and not reads:
                why = f"another change is under way ({CONCURRENCY})"
            elif fault.directory_unread and method != "POST" and unread < _DIRECTORY_TRIES:
                unread += 1
                why = f"{SERVICE} could not read the directory ({fault.code})"
            elif lag is not None and not (fault.directory_unread and method == "POST" and not reads) and (lag.limit is None or waited < lag.limit):
                why = f"not replicated yet, {SERVICE} answered {fault.status} {fault.code or ''}".rstrip()
            if not why:
                unknown = answer.tried_before or fault.directory_unread or ((answer.status >= 500 or answer.status == 408) and not fault.concurrent)
                outcome = None if reads else "unknown" if unknown else "refused"
                raise self.error(fault, doing=doing, method=method, path=path, client_request_id=answer.client_request_id, outcome=outcome)
            pause = max(next(waiting), self.http.pause(1, answer.headers) if answer.headers.get("Retry-After") else 0.0)
            self.wait(pause, f"{doing} in tenant {self.tenant}: {why}", fault, writes=not reads)
            waited += pause

    def wait(self, seconds: float, why: str, fault: Fault | None = None, *, writes: bool = False) -> None:
        """Wait within the budget; when it ends, the failure says what the service last answered."""
        try:
            self.http.budget.wait(seconds, why)
        except BudgetError as error:
            error.service = SERVICE
            error.tenant = self.tenant
            if fault is not None:
                error.http_status, error.service_message, error.request_id = fault.status, fault.message or None, fault.request_id
            if writes:
                error.outcome = "refused"
            raise

    def made_lately(self, path: str) -> bool:
        """Whether an earlier task of this job made what this path leads to: a 404 then means that it is not known everywhere yet."""
        return self.made is not None and self.made.names(path)

    @staticmethod
    def _lag(fault: Fault, made_here: bool, retry_texts: t.Sequence[str]) -> Lag | None:
        if made_here:
            return Lag(404, "") if fault.absent else lag_of(fault.status, fault.words, retry_texts)
        words = fault.words.lower()
        return next((Lag(fault.status, text) for text in retry_texts if text.lower() in words), None)

    def _look(self, reconcile: Reconcile, doing: str, *, looks: int | None) -> dict[str, t.Any] | None:
        """Look for what a lost POST may have made. ``looks`` None: it exists, so look until it is seen."""
        waiting = pauses()
        done = 0
        try:
            while looks is None or done < looks:
                self.http.budget.wait(next(waiting), f"{doing} in tenant {self.tenant}: the answer was lost, looking whether it was done")
                found = reconcile()
                if found is not None:
                    return found
                done += 1
        except ConnectorError as error:
            error.outcome = "unknown"
            raise
        return None

    def _pages(self, page: t.Mapping[str, t.Any], doing: str, headers: t.Mapping[str, str] | None) -> builtins.list[dict[str, t.Any]]:
        found: builtins.list[dict[str, t.Any]] = []
        seen: set[str] = set()
        while True:
            entries = page.get("value")
            if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
                raise self._malformed(doing, "a list without 'value'")
            found += entries
            link = page.get("@odata.nextLink")
            if not link:
                return found
            if not isinstance(link, str) or _origin(link) != _origin(self.base_url):
                raise self._malformed(doing, f"a next page at another address ({self.http.redact(_origin(str(link))[1] or 'no host')})")
            if link in seen:
                raise self._malformed(doing, "the same next page twice")
            seen.add(link)
            # Followed verbatim: the link carries the options of the first request.
            path = urllib.parse.urlsplit(link).path.partition(f"/{VERSION}")[2]
            page = self._object(self._call("GET", path, url=link, doing=doing, headers=headers))

    def _object(self, answer: HttpAnswer) -> dict[str, t.Any]:
        body = answer.json()
        if not isinstance(body, dict):
            outcome = None if answer.method == "GET" else "unknown"
            raise self._malformed(answer.doing.removesuffix(f" in tenant {self.tenant}"), f"JSON that is no object ({answer.id_words})", outcome)
        if self.personal is not None:
            self.personal.notice(body)
        return body

    def _body(self, answer: HttpAnswer) -> dict[str, t.Any] | None:
        return self._object(answer) if answer.text.strip() else None

    def _malformed(self, doing: str, what: str, outcome: str | None = None) -> ServiceError:
        return ServiceError(
            f"Could not {doing} in tenant {self.tenant}: {SERVICE} answered {what}.",
            code="malformed_answer",
            service=SERVICE,
            tenant=self.tenant,
            outcome=outcome,
            advice="Check 'graph_url' and proxy settings.",
        )


def _exists_already(error: ConnectorError) -> bool:
    codes = t.cast("list[str]", error.details.get("codes", []))
    fault = Fault(error.http_status or 0, error.code, error.service_message or "", tuple(codes))
    return fault.exists_already


def _origin(url: str) -> tuple[str, str, int | None]:
    try:
        parts = urllib.parse.urlsplit(url)
        return parts.scheme.lower(), (parts.hostname or "").lower(), parts.port or {"https": 443, "http": 80}.get(parts.scheme.lower())
    except ValueError:
        return "", "", None
