# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes on applications for personal accounts stay below what the service takes in a minute, whichever way they are sent."""

from __future__ import annotations

import io
import json
import typing as t

import pytest
import requests
from ansible_collections.tenantkit.connectors.plugins.module_utils._budget import Budget
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import BudgetError
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.client import GraphClient
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.parts import Part
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.personal_account_limit import PersonalWrites
from ansible_collections.tenantkit.connectors.plugins.module_utils._http.client import HttpClient
from ansible_collections.tenantkit.connectors.plugins.module_utils._job.cache import JobCache
from ansible_collections.tenantkit.connectors.plugins.module_utils._job.rate_limit import Pacer

PERSONAL = "AzureADandPersonalMicrosoftAccount"
LIMIT = 60  # in a minute


class Service:
    """Graph with one application, and the time at which every write on an application arrived."""

    def __init__(self, audience: str, seconds: float = 600.0) -> None:
        self.now = 1000.0
        self.audience = audience
        self.writes: list[float] = []
        budget = Budget(seconds, clock=lambda: self.now, sleep=self._sleep)
        self.graph = GraphClient(HttpClient(budget, ca_path=None, session=self), "https://graph.example", self, "contoso")
        self.graph.personal = PersonalWrites(Pacer(budget, JobCache(None), ("contoso", "client"), "Microsoft Graph", lambda: self.now))

    def _sleep(self, seconds: float) -> None:
        self.now += seconds

    def token(self, audience: str, *, fresh: bool = False) -> t.Any:
        token = type("Token", (), {})()
        token.access_token, token.from_cache = "token", False
        return token

    def _answer(self, method: str, path: str) -> dict[str, t.Any]:
        if method != "GET" and "/applications" in path:
            self.writes.append(self.now)
        return {"id": "1", "signInAudience": self.audience}

    def request(self, method: str, url: str, **rest: t.Any) -> requests.Response:
        made = requests.Response()
        made.status_code = 200
        made.headers = requests.structures.CaseInsensitiveDict({"Content-Type": "application/json"})
        made.request = requests.Request(method, url).prepare()
        if url.endswith("$batch"):
            parts = rest["json"]["requests"]
            body: t.Any = {"responses": [{"id": part["id"], "status": 200, "body": self._answer(part["method"], part["url"])} for part in parts]}
        else:
            body = self._answer(method, url)
        made.raw = io.BytesIO(json.dumps(body).encode())
        return made


def busiest_minute(times: list[float]) -> int:
    """How many writes fell into the sixty seconds that had most of them."""
    return max(sum(start <= time < start + 60 for time in times) for start in times)


def read(graph: GraphClient) -> None:
    graph.get("/applications/1", doing="read")


def read_in_a_batch(graph: GraphClient) -> None:
    graph.batch([Part("GET", "/applications/1")])


def write_alone(graph: GraphClient) -> None:
    graph.patch("/applications/1", {"tags": []}, doing="write")


def write_in_a_batch(graph: GraphClient) -> None:
    graph.batch([Part("PATCH", "/applications/1", {"tags": []}), Part("GET", "/applications/1", depends_on_previous=True)])


@pytest.mark.parametrize("write", [write_alone, write_in_a_batch])
@pytest.mark.parametrize("look", [read, read_in_a_batch])
def test_writes_of_a_minute(look: t.Callable[[GraphClient], None], write: t.Callable[[GraphClient], None]) -> None:
    service = Service(PERSONAL)
    look(service.graph)
    for _time in range(3 * LIMIT):
        write(service.graph)
    assert len(service.writes) == 3 * LIMIT
    assert busiest_minute(service.writes) < LIMIT


def test_an_application_that_becomes_personal() -> None:
    service = Service("AzureADMyOrg")
    for _time in range(2 * LIMIT):
        service.graph.patch("/applications/1", {"signInAudience": PERSONAL}, doing="write")
    assert busiest_minute(service.writes) < LIMIT


def test_others_are_not_slowed_down() -> None:
    service = Service("AzureADMyOrg")
    for _time in range(3 * LIMIT):
        write_alone(service.graph)
    personal = Service(PERSONAL)
    read(personal.graph)
    for _time in range(3 * LIMIT):
        personal.graph.patch("/groups/1", {"description": "x"}, doing="write")
    assert service.now == personal.now == 1000.0


def test_a_wait_beyond_the_budget_is_said_before_the_write() -> None:
    service = Service(PERSONAL, seconds=30.0)
    read(service.graph)
    with pytest.raises(BudgetError, match="Microsoft Graph allows 58 such calls in 61 s"):
        for _time in range(LIMIT):
            write_alone(service.graph)
    assert len(service.writes) == 58
