# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The Graph client: tokens, paging, error classes, what may be repeated, reconciliation of lost answers, waits for replication.

Sources: https://learn.microsoft.com/graph/paging, https://learn.microsoft.com/graph/throttling and https://learn.microsoft.com/graph/errors; read 2026-11.
That a 404 "Unable to read the company information" may follow a write that was applied: observed in public reports; not documented. Numbers of tries
(inferred).
"""

from __future__ import annotations

import builtins  # GraphClient has a method named list
import dataclasses
import functools
import itertools
import typing as t
import urllib.parse

from .._errors import BudgetError, ConnectorError, CredentialError, Fields, ServiceError, TransportError, failures_say
from .._http.answer import HttpAnswer
from .._http.client import HttpClient, Repeat
from .._http.pages import all_pages
from .._waiting import NotYet, answered, pauses, settled, until
from .batch import BatchRun
from .errors import SERVICE, Fault, error_for, exists_already, is_lost, read_fault
from .lag import Patience, lag_of
from .left_behind import LeftBehind
from .odata import with_query
from .parts import Part, PartAnswer
from .personal_account_limit import PersonalWrites
from .recently_created import RecentlyCreated
from .rights import TaskRights
from .shared_reads import SharedReads
from .write_check import is_applied

VERSION = "v1.0"
_AMBIGUOUS_TRIES = 4  # how often a write is sent when each answer is lost and a read shows nothing of it
_LOOKS = 2  # reads before an object counts as not made: the first may come too early

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
    """Microsoft Graph v1.0 in one tenant.

    Every call raises the kind of ServiceError that fits an error answer, or TransportError, BudgetError or CredentialError when there is none. The first
    write raises TenantGuardError when the tenant is not the right one.
    """

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
        self.made: RecentlyCreated | None = None
        self.left: LeftBehind | None = None
        self.personal: PersonalWrites | None = None
        self.rights: TaskRights | None = None  # that the task needs, for the advice after a refusal
        self.shared: SharedReads | None = None  # of one look, and
        self.scope: tuple[str, ...] = ()  # of those modules in it that share theirs
        self._tokens = token_provider
        self._guarded = False
        self._renewed = False

    # Reads

    def get(
        self, path: str, *, doing: str, params: t.Mapping[str, t.Any] | None = None, headers: t.Mapping[str, str] | None = None, just_created: bool = False
    ) -> dict[str, t.Any]:
        """One object. NotFoundError on 404, unless it was made in this run: then it is waited for."""
        answer = self._call("GET", with_query(path, params), doing=doing, headers=headers, just_created=just_created)
        found = self._object(answer)
        if just_created and self.made is not None:
            self.made.note(path, found)
        return found

    def find(
        self, path: str, *, doing: str, params: t.Mapping[str, t.Any] | None = None, headers: t.Mapping[str, str] | None = None
    ) -> dict[str, t.Any] | None:
        """One object, or None when Graph itself answers that it does not exist. A 404 from anything else is an error."""
        answer = self._call("GET", with_query(path, params), doing=doing, headers=headers, absent_ok=True)
        return None if answer.status == 404 else self._object(answer)

    def list(
        self, path: str, *, doing: str, params: t.Mapping[str, t.Any] | None = None, headers: t.Mapping[str, str] | None = None, just_created: bool = False
    ) -> builtins.list[dict[str, t.Any]]:
        """All pages of a collection. ``just_created``: the object that the collection hangs on was made in this run."""
        bare = path.partition("?")[0]
        if "$top" not in (params or {}) and "$top=" not in path and bare.rstrip("/").rpartition("/")[2].lower() in _PAGED:
            params = {**(params or {}), "$top": 999}
        answer = self._call("GET", with_query(path, params), doing=doing, headers=headers, just_created=just_created)
        return self._pages(self._object(answer), doing, headers)

    def items(self, answer: PartAnswer, most: int | None = None) -> builtins.list[dict[str, t.Any]]:
        """All entries of a collection that was read as a part of a batch; with ``most`` no page after the one that shows that there are more."""
        answer.raise_for_error()
        return self._pages(answer.body, answer.part.doing, answer.part.headers, most)

    # Writes

    def post(
        self,
        path: str,
        body: t.Any,
        *,
        doing: str,
        reconcile: Reconcile | None = None,
        retry_texts: t.Sequence[str] = (),
        just_created: bool = False,
        older: t.Collection[str] = (),
        headers: t.Mapping[str, str] | None = None,
        reads: bool = False,
    ) -> dict[str, t.Any] | None:
        """Create, or carry out an action. Returns the body, None when there is none.

        After an ambiguous failure (5xx, no answer, 404 Directory_ObjectNotFound) ``reconcile`` looks whether the object is there after all;
        without it the error is raised with outcome C(unknown). ``retry_texts`` are further parts of codes or messages to be waited for, ``older``
        ids of objects that were not just made: an answer that misses one of those is final.
        ``reads``: the call changes nothing (getByIds), so it is repeated like a read and the guard is not asked.
        """

        def write() -> dict[str, t.Any] | None:
            waits: dict[str, t.Any] = {"just_created": just_created, "older": older, "retry_texts": retry_texts}
            return self._body(self._call("POST", path, doing=doing, body=body, headers=headers, reads=reads, **waits))

        if reads or reconcile is None:
            return write()
        find = reconcile

        def look(error: ConnectorError, tried: int) -> dict[str, t.Any] | None:
            found = self._look(find, doing, looks=_LOOKS if is_lost(error) else None)
            if found is not None and self.made is not None:
                self.made.note(path, found)
            return found

        def lost(error: ConnectorError, tried: int) -> bool:
            # "Exists already" after an answer that was lost: it is ours.
            return is_lost(error) or (tried > 1 and exists_already(error))

        return settled(write, look, lost=lost, tries=_AMBIGUOUS_TRIES)

    def patch(
        self, path: str, body: t.Any, *, doing: str, headers: t.Mapping[str, str] | None = None, just_created: bool = False, retry_texts: t.Sequence[str] = ()
    ) -> dict[str, t.Any] | None:
        """Change an object. Returns the object when Graph sends one, else None.

        With C(Prefer: create-if-missing) 201 brings the new object. None means that it was there: also when the answer to the first try
        was lost and a later look found the object, so a caller that gets None reads it.
        """
        return self._replace("PATCH", path, body, doing=doing, headers=headers, just_created=just_created, retry_texts=retry_texts)

    def put(
        self, path: str, body: t.Any, *, doing: str, headers: t.Mapping[str, str] | None = None, just_created: bool = False, retry_texts: t.Sequence[str] = ()
    ) -> dict[str, t.Any] | None:
        """Replace an object."""
        return self._replace("PUT", path, body, doing=doing, headers=headers, just_created=just_created, retry_texts=retry_texts)

    def _replace(self, method: str, path: str, body: t.Any, *, doing: str, **more: t.Any) -> dict[str, t.Any] | None:
        """A write of values. When its answer is lost the object is read, and the write is repeated only if it does not hold the values."""

        def write() -> dict[str, t.Any] | None:
            return self._body(self._call(method, path, doing=doing, body=body, **more))

        def look(error: ConnectorError, tried: int) -> dict[str, t.Any] | None:
            return None if self._look(lambda: self._holding(path, body, doing), doing, looks=1) is None else {}

        # An object that was read and holds the values is not an answer to the write, hence None for it.
        return settled(write, look, lost=lambda error, tried: is_lost(error) and tried < _AMBIGUOUS_TRIES, tries=_AMBIGUOUS_TRIES) or None

    def _holding(self, path: str, body: t.Any, doing: str) -> dict[str, t.Any] | None:
        """The object when it holds what was to be written to it. An object that cannot be read is written again, which is harmless."""
        params = {"$select": list(body)} if path.lstrip("/").startswith(_SELECTABLE) else None
        try:
            found = self._object(self._call("GET", with_query(path, params), doing=f"look whether it was done: {doing}"))
        except ServiceError:
            return None
        return found if is_applied(found, body) else None

    def delete(self, path: str, *, doing: str, missing_ok: bool = True, headers: t.Mapping[str, str] | None = None, just_created: bool = False) -> bool:
        """Delete an object. False when it was not there (an error with ``missing_ok=False``). ``just_created``: it is, so it is waited for.

        The one write that is simply repeated when its answer is lost: an id is never used twice, and 404 says that it is done.
        """
        return self._call("DELETE", path, doing=doing, headers=headers, absent_ok=missing_ok and not just_created, just_created=just_created).status != 404

    def batch(self, parts: t.Sequence[Part], *, believe: bool = False) -> builtins.list[PartAnswer]:
        """Send parts together, at most 20 a request, and return their answers in the order of the parts.

        Errors of parts are in their answers. Throttled parts are repeated alone, failed reads too. Lists are whole: further pages, also after an empty
        one, are fetched, so that the first page is never taken for the whole list. ``believe``: what this job left behind need not be read, see there.
        """
        writes = next((part for part in parts if part.writes), None)
        if writes is not None:
            self.before_write(writes.doing)
        elif self.shared is not None:
            return self.shared.answers(self.scope, parts, self._send_batch)
        elif believe and self.left is not None:
            return self.left.answers(parts, self._send_batch)
        return self._send_batch(parts)

    def _send_batch(self, parts: t.Sequence[Part]) -> builtins.list[PartAnswer]:
        return [self._whole(answer) for answer in BatchRun(self, parts).run()]

    def batch_named(self, parts: t.Mapping[str, Part], *, believe: bool = False) -> dict[str, PartAnswer]:
        """The same with names: each answer under the name of its part. Raises what C(batch) raises."""
        return dict(zip(parts, self.batch(list(parts.values()), believe=believe), strict=True))

    def _whole(self, answer: PartAnswer) -> PartAnswer:
        """An answer with all pages of its list."""
        if not answer.ok or answer.part.first_page or not answer.body.get("@odata.nextLink"):
            return answer
        try:
            return dataclasses.replace(answer, body={"value": self._pages(answer.body, answer.part.doing, answer.part.headers)})
        except ConnectorError as error:
            return dataclasses.replace(answer, error=error)

    # For the batch as well

    def before_write(self, doing: str) -> None:
        """The tenant guard, once, and the time budget."""
        if self.guard is not None and not self._guarded:
            self.guard.check(self)
            self._guarded = True
        self.http.budget.check_write(doing)

    def send(
        self, method: str, url: str, *, doing: str, body: t.Any = None, headers: t.Mapping[str, str] | None = None, repeat: Repeat, reads: bool = False
    ) -> HttpAnswer:
        """One request with a token; asked once more with a new one after a 401, or a 403 that an outdated token can explain.

        ``reads``: it changes nothing, so a failure says nothing about a write. Raises TransportError, BudgetError and CredentialError, which name the tenant.
        """
        known: Fields = {"tenant": self.tenant, **({"outcome": None} if reads else {})}
        with failures_say(TransportError, BudgetError, CredentialError, **known):
            token = self._tokens.token(self.audience)
            answer = self._send(token, method, url, doing, body, headers, repeat)
            if not self.renewable(answer.status, answer.text, answer.headers, token):
                return answer
            return self._send(self._tokens.token(self.audience, fresh=True), method, url, doing, body, headers, repeat)

    def renewable(self, status: int, body: t.Any, headers: t.Mapping[str, str], token: t.Any = None) -> bool:
        """Whether a new token may help. A cached one may miss permissions that were granted since; asked for once per client."""
        if status not in (401, 403):
            return False
        fault = read_fault(status, body, headers=headers)
        if not fault.outdated_token or (self._renewed and (status == 403 or fault.challenge)):
            return False
        if status == 403 and (lag_of(403, fault.words) or not (token or self._tokens.token(self.audience)).from_cache):
            return False
        self._renewed = True
        return True

    def renew(self) -> None:
        """Drop the cached token."""
        self._tokens.token(self.audience, fresh=True)

    def error(self, fault: Fault, *, doing: str, method: str, path: str, client_request_id: str | None = None, outcome: str | None = None) -> ConnectorError:
        """The exception for a fault in this tenant."""
        made = functools.partial(error_for, fault, doing=doing, tenant=self.tenant, method=method, path=path, outcome=outcome, rights=self.rights)
        return made(client_request_id=client_request_id, host=urllib.parse.urlsplit(self.base_url).netloc)

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
        just_created: bool = False,
        older: t.Collection[str] = (),
        retry_texts: t.Sequence[str] = (),
        absent_ok: bool = False,
        reads: bool = False,
        url: str | None = None,
    ) -> HttpAnswer:
        """One call to its end: a success (or an accepted 404), or the exception. ``url`` is that of a next page."""
        reads = reads or method == "GET"
        repeat = Repeat.SAFE if reads or method == "DELETE" else Repeat.THROTTLED
        address = url or f"{self.base_url}/{path.lstrip('/')}"
        made = functools.partial(self.recently_created, path)
        patience = Patience(method, reads=reads, just_created=just_created, retry_texts=retry_texts, recently_created=made, older=older)

        def call() -> HttpAnswer:
            if not reads:
                self.before_write(doing)
                if self.personal is not None:
                    self.personal.wait(path, body, doing)
                if self.left is not None:
                    self.left.touched(method, path, body)
            return self.send(method, address, doing=doing, body=body, headers=headers, repeat=repeat, reads=reads)

        def judge(answer: HttpAnswer, waited: float) -> NotYet | None:
            if answer.ok:
                return None
            fault = read_fault(answer.status, answer.text, answer.request_id, self.http.secrets, headers=answer.headers)
            if absent_ok and fault.absent:
                return None
            why = patience.why(fault, waited)
            if not why:
                unknown = answer.tried_before or fault.directory_unread or ((answer.status >= 500 or answer.status == 408) and not fault.concurrent)
                outcome = None if reads else "unknown" if unknown else "refused"
                raise self.error(fault, doing=doing, method=method, path=path, client_request_id=answer.client_request_id, outcome=outcome)
            known: Fields = {"service": SERVICE, "tenant": self.tenant, "outcome": None if reads else "refused"}
            known |= {"http_status": fault.status, "service_message": fault.message or None, "request_id": fault.request_id}
            asked = self.http.pause(1, answer.headers) if answer.headers.get("Retry-After") else 0.0
            return NotYet(f"{doing} in tenant {self.tenant}: {why}", known, asked)

        answer = answered(call, judge, self.http.budget)
        if self.left is not None and answer.status == 201:
            self.left.made(path, answer.json(), answer.headers)
        if self.made is not None and answer.status == 201:
            self.made.note(path, answer.json())
        elif self.made is not None and answer.ok and method == "DELETE":
            self.made.forget(path)
        return answer

    def wait(self, seconds: float, why: str, **known: t.Unpack[Fields]) -> None:
        """Wait for Graph. Raises BudgetError when the budget ends first; ``known`` is what that says of the last answer."""
        fields: Fields = {"service": SERVICE, "tenant": self.tenant, **known}
        self.http.budget.wait(seconds, why, **fields)

    def recently_created(self, path: str) -> bool:
        """Whether an earlier task of this job made what this path leads to: a 404 then means that it is not known everywhere yet."""
        return self.made is not None and self.made.names(path)

    def _look(self, reconcile: Reconcile, doing: str, *, looks: int | None) -> dict[str, t.Any] | None:
        """Look for what a lost write may have done. ``looks`` None: it was done, so look until it is seen."""
        why = f"{doing} in tenant {self.tenant}: the response was lost; checking whether the write was applied"
        with failures_say(outcome="unknown"):
            return until(reconcile, lambda found: found is not None, seen=None, pauses=itertools.islice(pauses(), looks), wait=self.http.budget.wait, why=why)

    def _pages(self, page: t.Mapping[str, t.Any], doing: str, headers: t.Mapping[str, str] | None, most: int | None = None) -> builtins.list[dict[str, t.Any]]:
        def follow(link: str) -> dict[str, t.Any]:
            # Followed verbatim: the link carries the options of the first request.
            path = urllib.parse.urlsplit(link).path.partition(f"/{VERSION}")[2]
            return self._object(self._call("GET", path, url=link, doing=doing, headers=headers))

        malformed = functools.partial(self._malformed, doing)
        return all_pages(page, follow, lambda body: body.get("@odata.nextLink"), root=self.base_url, malformed=malformed, most=most)

    def _object(self, answer: HttpAnswer) -> dict[str, t.Any]:
        body = answer.json()
        if not isinstance(body, dict):
            outcome = None if answer.method == "GET" else "unknown"
            raise self._malformed(answer.doing.removesuffix(f" in tenant {self.tenant}"), f"JSON that is not an object ({answer.id_words})", outcome)
        if self.personal is not None:
            self.personal.notice(body)
        return body

    def _body(self, answer: HttpAnswer) -> dict[str, t.Any] | None:
        return self._object(answer) if answer.text.strip() else None

    def _malformed(self, doing: str, what: str, outcome: str | None = None) -> ServiceError:
        return ServiceError(
            f"Could not {doing} in tenant {self.tenant}: {SERVICE} answered {self.http.redact(what)}.",
            code="malformed_answer",
            service=SERVICE,
            tenant=self.tenant,
            outcome=outcome,
            advice="Check 'graph_url' and proxy settings.",
        )
