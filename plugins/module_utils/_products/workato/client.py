# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Client for Workato's developer API: data centres, rate limits, errors.

The API has no call that reads one connection and none that returns what a connection was given: connections are found in the list,
and nothing here says which client secret one holds.

Sources: https://docs.workato.com/workato-api/connections.html, https://docs.workato.com/workato-api/limits.html,
https://docs.workato.com/en/workato-api/api-connectors.html and https://docs.workato.com/en/workato-api/folders.md; read 2026-11. Every call but the list of
connections keeps to the strictest limit, that of connections; connectors may be read more often. What is wanted of a role where the API answers 403 (inferred).
"""

from __future__ import annotations

import hashlib
import itertools
import json
import typing as t
import urllib.parse

from ..._addresses import path_segment
from ..._budget import Budget
from ..._errors import (
    BudgetError,
    ConnectorError,
    CredentialError,
    ForbiddenError,
    NotFoundError,
    OptionError,
    ProxyAnswerError,
    ServiceError,
)
from ..._http.answer import HttpAnswer
from ..._http.client import HttpClient, Repeat
from ..._job.cache import JobCache
from ..._job.rate_limit import Pacer
from ..._refusals import OF_WORKATO, other_cause
from ..._waiting import settled
from .addresses import _ADDRESS, SERVICE

# How many calls in how many seconds: the vendor's limits with a little room, since its clock is not ours.
LIST_LIMIT, OTHER_LIMIT = (58, 61.0), (1, 1.1)
_PAGE_SIZE = 100  # the largest; without it the service sends one connector a page
_CREATE_TRIES = 3


class WorkatoClient:
    """One workspace of one data centre, as an API token opens it.

    Every call raises the kind of ServiceError that fits an error answer, CredentialError for a token that is not accepted, and TransportError or BudgetError
    when there is no answer.
    """

    def __init__(self, http: HttpClient, budget: Budget, cache: JobCache, url: str, api_token: str, pages_url: str | None = None) -> None:
        """``url`` is where requests go, ``pages_url`` the root of what a person opens; the same unless it is given."""
        self._http = http
        self._budget = budget
        self._cache = cache
        self.url = url
        self._pages = pages_url or url
        self.host = urllib.parse.urlsplit(url).netloc
        self._headers = {"Authorization": f"Bearer {api_token}"}
        # Whose calls are counted together, and whose answers may be remembered.
        self.key = (url, hashlib.sha256(api_token.encode()).hexdigest())
        self._pacer = Pacer(budget, cache, self.key, SERVICE)

    def page_of(self, connection_id: t.Any) -> str:
        """Where a person sees a connection, and signs in."""
        return f"{self._pages}/connections/{path_segment(str(connection_id))}"

    def workspace(self) -> dict[str, t.Any] | None:
        """Id and names of the workspace, asked for once a job; None when the token may not know it."""

        def ask() -> tuple[dict[str, t.Any], None]:
            answer = self._send("GET", "/api/users/me", "read the workspace's details")
            if answer.status in (403, 404) and answer.foreign(OF_WORKATO) is None:
                return {"workspace": None}, None
            body = self._ok(answer, "Workspace details").json()
            if not isinstance(body, dict) or body.get("id") is None:
                raise self._malformed(answer)
            return {"workspace": {name: body.get(name) for name in ("id", "name", "company_name")}}, None

        stored, _from_cache = self._cache.get_or_create("workato_workspace", self.key, ask)
        return t.cast("dict[str, t.Any] | None", stored["workspace"])

    def connections(self) -> list[dict[str, t.Any]]:
        """All connections the token can see. The list has no pages."""
        answer = self._ok(self._send("GET", "/api/connections", "list the connections", listing=True), "Projects > Connections")
        body = answer.json()
        if isinstance(body, dict):  # not documented; harmless to understand
            body = body.get("items", body.get("result"))
        if not isinstance(body, list) or not all(isinstance(item, dict) and "id" in item for item in body):
            raise self._malformed(answer)
        return body

    def connectors(self) -> list[dict[str, t.Any]]:
        """Name, title and kind of every connector of the platform, asked for once a job."""

        def ask() -> tuple[list[dict[str, t.Any]], None]:
            found: list[dict[str, t.Any]] = []
            # No page names the next one here, as C(all_pages) wants it: they have numbers.
            for page in itertools.count(1):
                params = {"page": page, "per_page": _PAGE_SIZE}
                answer = self._ok(self._send("GET", "/api/integrations/all", "list the connectors", params=params), "Tools > Connectors")
                body = answer.json()
                items = body.get("items") if isinstance(body, dict) else None
                if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                    raise self._malformed(answer)
                found += [{name: item.get(name) for name in ("name", "title", "oauth", "deprecated")} for item in items]
                count = body.get("count")
                # The service may send smaller pages than asked for; without a count only an empty page is the end.
                if not items or (isinstance(count, int) and len(found) >= count):
                    break
            return found, None

        return self._cache.get_or_create("workato_connectors", self.key, ask)[0]

    def projects(self) -> list[dict[str, t.Any]]:
        """The projects of the workspace, asked for once a job: each with its name and the id of its folder."""
        return self._pages_of("/api/projects", {}, "list the projects", ("name", "folder_id"))

    def folders(self, parent_id: int | None) -> list[dict[str, t.Any]]:
        """The folders that lie in one, or in Home, asked for once a job."""
        return self._pages_of("/api/folders", {} if parent_id is None else {"parent_id": parent_id}, "list the folders", ("name", "id"))

    def _pages_of(self, path: str, where: t.Mapping[str, t.Any], doing: str, members: tuple[str, str]) -> list[dict[str, t.Any]]:
        """All pages of a list that is a plain array: a page that is not full is the last one."""

        def ask() -> tuple[list[dict[str, t.Any]], None]:
            found: list[dict[str, t.Any]] = []
            for page in itertools.count(1):
                params = {**where, "page": page, "per_page": _PAGE_SIZE}
                answer = self._ok(self._send("GET", path, doing, params=params), "Projects > Projects & folders")
                items = answer.json()
                if not isinstance(items, list) or not all(isinstance(item, dict) and isinstance(item.get(members[1]), int) for item in items):
                    raise self._malformed(answer)
                found += [{name: item.get(name) for name in members} for item in items]
                if len(items) < _PAGE_SIZE:
                    break
            return found, None

        return self._cache.get_or_create("workato_folders", (*self.key, path, str(where)), ask)[0]

    def create(self, body: t.Mapping[str, t.Any], label: str, find: t.Callable[[], dict[str, t.Any] | None]) -> dict[str, t.Any]:
        """Create a connection. ``find`` looks whether it is there after all when the answer was lost: a second one must not come to be."""

        def write() -> HttpAnswer | dict[str, t.Any]:
            return self._ok(self._send("POST", "/api/connections", f"create connection {label}", body, Repeat.THROTTLED), "Projects > Connections")

        def look(error: ConnectorError, tried: int) -> dict[str, t.Any] | None:
            try:
                # The service may still be working on the request, so the first read waits.
                self._budget.wait(self._http.pause(tried), f"it is not known whether {self.host} made connection {label}")
                return find()
            except ConnectorError:
                raise error from None

        def lost(error: ConnectorError, tried: int) -> bool:
            return error.outcome == "unknown" and not isinstance(error, (BudgetError, ProxyAnswerError))

        made = settled(write, look, lost=lost, tries=_CREATE_TRIES, doubtful=False)
        return self._object(made) if isinstance(made, HttpAnswer) else made

    def update(self, connection_id: t.Any, body: t.Mapping[str, t.Any], label: str) -> dict[str, t.Any]:
        """Change a connection; sending the same again does no harm.

        Raises NotFoundError when it was deleted meanwhile, and what the service answered otherwise.
        """
        path = f"/api/connections/{path_segment(str(connection_id))}"
        answer = self._send("PUT", path, f"update connection {label}", body)
        if answer.status == 404 and answer.foreign(OF_WORKATO) is None:
            raise NotFoundError(
                f"Could not {answer.doing}: connection {connection_id} was deleted meanwhile.",
                code="connection_gone",
                http_status=404,
                service=SERVICE,
                client_request_id=answer.client_request_id,
                advice="Run again: the connection is created again.",
                outcome="refused",  # whatever an earlier try did, there is nothing any more that could hold it
            )
        return self._object(self._ok(answer, "Projects > Connections"))

    def disconnect(self, connection_id: t.Any, label: str) -> None:
        """End its sign-in."""
        path = f"/api/connections/{path_segment(str(connection_id))}/disconnect"
        self._gone_or_ok(self._send("POST", path, f"disconnect connection {label}"))

    def delete(self, connection_id: t.Any, label: str) -> None:
        """Delete it; one that is gone already is fine."""
        self._gone_or_ok(self._send("DELETE", f"/api/connections/{path_segment(str(connection_id))}", f"delete connection {label}"))

    def sign_in_link(self, connection_id: t.Any) -> str:
        """Where a person signs in: the link of the sign-in itself where the service hands it out, else the connection's page."""
        path = f"/api/connections/runtime_user_connections/{path_segment(str(connection_id))}/get_oauth_url"
        try:
            answer = self._send("GET", path, "ask for the sign-in link")
            body = answer.json() if answer.ok else None
        except ConnectorError:
            body = None
        data = body.get("data") if isinstance(body, dict) else None
        link = data.get("url") if isinstance(data, dict) else None
        return link if isinstance(link, str) and link.startswith("https://") else self.page_of(connection_id)

    def _send(
        self,
        method: str,
        path: str,
        doing: str,
        body: t.Any = None,
        repeat: Repeat = Repeat.SAFE,
        *,
        params: t.Mapping[str, t.Any] | None = None,
        listing: bool = False,
    ) -> HttpAnswer:
        doing = f"{doing} of {SERVICE} at {self.host}"

        def turn() -> None:
            self._pacer.wait("list" if listing else "other", LIST_LIMIT if listing else OTHER_LIMIT, doing)

        turn()
        sent = {"headers": self._headers, "json": body, "params": params}
        return self._http.request(method, self.url + path, doing=doing, service=SERVICE, repeat=repeat, before_repeat=turn, **sent)

    def _ok(self, answer: HttpAnswer, right: str) -> HttpAnswer:
        if not answer.ok:
            raise self._error(answer, right)
        return answer

    def _gone_or_ok(self, answer: HttpAnswer) -> None:
        if answer.status != 404 or answer.foreign(OF_WORKATO) is not None:
            self._ok(answer, "Projects > Connections")

    def _object(self, answer: HttpAnswer) -> dict[str, t.Any]:
        body = answer.json()
        if not isinstance(body, dict) or "id" not in body:
            raise self._malformed(answer)
        return body

    def _error(self, answer: HttpAnswer, right: str) -> ConnectorError:
        """The sentence for an error status. The service's own words may quote what was sent, so they are redacted."""
        foreign = answer.foreign(OF_WORKATO, check=_ADDRESS)
        if foreign is not None:
            return foreign
        said = self._http.redact(_words(answer.text))[:500]
        kind: type[ConnectorError] = ServiceError
        advice = "Run again later; if it stays like that, ask the vendor's support."
        if answer.status == 401:
            kind = CredentialError
            advice = (
                f"Check 'api_token' ('workato_api_token' of the role), and that it was created in the data centre of {self.host}: "
                "a token is known in its own data centre only."
            )
        elif answer.status == 403 and (cause := other_cause(said)):
            advice = cause
        elif answer.status == 403:
            kind, advice = ForbiddenError, f'The role of the API client needs "{right}" (Workspace admin > API clients > Client roles).'
        elif answer.status == 404:
            kind, advice = NotFoundError, f"Check {_ADDRESS}, and that the plan of the workspace includes the developer API."
        elif answer.status in (400, 422):
            kind = ServiceError
            advice = (
                "Correct what it names; a provider or a field that it does not know can be set with 'provider' ('workato_provider' of the "
                "role) and 'input_field_map' ('workato_input_field_map' of the role)."
            )
        return kind(
            f"Could not {answer.doing}: it answered {answer.status}{f', {said}' if said else ''}.".replace("..", "."),
            code=f"http_{answer.status}",
            http_status=answer.status,
            service=SERVICE,
            service_message=said or None,
            request_id=answer.request_id,
            client_request_id=answer.client_request_id,
            advice=advice,
            outcome=answer.outcome,
        )

    def _malformed(self, answer: HttpAnswer) -> ServiceError:
        return ServiceError(
            f"Could not {answer.doing}: it answered {answer.status} with JSON of another form than documented.",
            code="malformed_answer",
            http_status=answer.status,
            service=SERVICE,
            outcome=None if answer.method == "GET" else "unknown",
            advice=f"Check {_ADDRESS}.",
        )


def resolve_provider(connectors: t.Sequence[t.Mapping[str, t.Any]], titles: t.Sequence[str], near: t.Sequence[str]) -> str:
    """The name of the one connector with one of these titles. Raises OptionError for none and for more than one: never a guess. ``near`` is for advice."""
    wanted = {title.strip().casefold() for title in titles}
    found = sorted(
        {
            str(item["name"])
            for item in connectors
            if item.get("name") and item.get("oauth") and not item.get("deprecated") and str(item.get("title") or "").strip().casefold() in wanted
        }
    )
    if len(found) == 1:
        return found[0]
    shown = ", ".join(repr(title) for title in titles)
    recipe = (
        "Create a connection by hand in Workato, run this with 'state=probed' to see its provider, and set 'provider' ('workato_provider' of the role) to it."
    )
    if found:
        text, code = f"Several connectors are called {shown}: {', '.join(found)}.", "provider_ambiguous"
        recipe = f"Set 'provider' to one of them. {recipe}"
    else:
        text, code = f"No connector that signs in with OAuth is called {shown}{f'; near ones: {chr(44).join(near)}' if near else ''}.", "provider_not_found"
    raise OptionError(text, code=code, service=SERVICE, outcome="refused", advice=recipe, details={"candidates": found})


def _words(text: str) -> str:
    """What an error body says, with its errors by field; a page of HTML says nothing."""
    try:
        body = json.loads(text)
    except ValueError:
        return ""
    if not isinstance(body, dict):
        return ""
    parts = [str(body["message"])] if body.get("message") else []
    errors = body.get("errors")
    if isinstance(errors, dict):
        parts += [f"{name} {' and '.join(map(str, value)) if isinstance(value, list) else value}" for name, value in errors.items()]
    elif isinstance(errors, list):
        parts += [str(value) for value in errors]
    return "; ".join(parts)
