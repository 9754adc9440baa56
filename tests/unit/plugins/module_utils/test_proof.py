# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proof of a secret: three times in a row, waiting for what is not known yet, blocked is not wrong."""

from __future__ import annotations

import base64
import json
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.proof import Proof, prove_secret
from ansible_collections.tenantkit.connectors.plugins.module_utils._budget import Budget
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import TransportError
from ansible_collections.tenantkit.connectors.plugins.module_utils._http import HttpClient
from ansible_collections.tenantkit.connectors.plugins.module_utils._http_answer import HttpAnswer

CLIENT = "11111111-2222-3333-4444-555555555555"
TENANT = "2f4c9a1e-7d05-4b6f-8e3a-c1d9b0a47f52"


class Clock:
    """A clock that only waiting moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


class Http:
    """Answers in order, the last one again and again."""

    def __init__(self, *script: t.Any) -> None:
        self.script = list(script)
        self.calls: list[dict[str, t.Any]] = []

    def request(self, method: str, url: str, **rest: t.Any) -> HttpAnswer:
        self.calls.append({"method": method, "url": url, **rest})
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(step, Exception):
            raise step
        status, body = (200, good()) if step == "ok" else (401, refusal(step)) if isinstance(step, int) else step
        text = body if isinstance(body, str) else json.dumps(body)
        return HttpAnswer(status, {"x-ms-request-id": "from-the-header"}, text, method, url, rest["service"], rest["doing"])


def good(**claims: t.Any) -> dict[str, t.Any]:
    payload = {"tid": TENANT, "appid": CLIENT, "oid": "o", "aud": "https://graph.microsoft.com", **claims}
    return {"access_token": f"h.{base64.urlsafe_b64encode(json.dumps(payload).encode()).rstrip(b'=').decode()}.s", "expires_in": 3599}


def refusal(number: int) -> dict[str, t.Any]:
    return {"error": "invalid_client", "error_description": f"AADSTS{number}: x", "error_codes": [number], "trace_id": "trace"}


def prove(http: Http, clock: Clock | None = None, seconds: float = 60, **rest: t.Any) -> Proof:
    clock = clock or Clock()
    budget = Budget(seconds, clock=lambda: clock.now, sleep=clock.sleep)
    client = t.cast(HttpClient, http)
    return prove_secret(client, "https://login.example", TENANT, CLIENT, "the-secret", "https://graph.microsoft.com", budget, **rest)


def test_three_times_in_a_row() -> None:
    http, clock = Http("ok"), Clock()
    proof = prove(http, clock)
    assert (proof.status, proof.proven, proof.tries) == ("proven", True, 3)
    assert proof.token_claims_summary == {"tenant_id": TENANT, "app_id": CLIENT, "object_id": "o", "audience": "https://graph.microsoft.com"}
    assert clock.waits == []
    for call in http.calls:
        assert (call["method"], call["url"]) == ("POST", f"https://login.example/{TENANT}/oauth2/v2.0/token")
        assert call["headers"] == {"Connection": "close"}
        assert call["form"] == {
            "client_id": CLIENT,
            "client_secret": "the-secret",
            "scope": "https://graph.microsoft.com/.default",
            "grant_type": "client_credentials",
        }


def test_the_number_of_successes_can_be_chosen() -> None:
    assert prove(Http("ok"), successes=1).tries == 1


@pytest.mark.parametrize("number", [7000215, 700016, 7000229, 700027])
def test_what_is_not_known_yet_is_waited_for(number: int) -> None:
    clock = Clock()
    proof = prove(Http(number, number, "ok"), clock)
    assert (proof.status, proof.tries) == ("proven", 5)
    assert clock.waits == [1.0, 2.0]


def test_a_relapse_starts_the_row_anew() -> None:
    proof = prove(Http("ok", "ok", 7000215, "ok", "ok", "ok"))
    assert (proof.status, proof.tries) == ("proven", 6)


def test_the_budget_ends_the_waiting() -> None:
    clock = Clock()
    proof = prove(Http(7000215), clock, seconds=20)
    assert proof.status == "failed"
    assert proof.code == "AADSTS7000215"
    assert "The time budget ended" in proof.detail
    assert proof.request_id == "trace"
    assert clock.now < 20
    assert max(clock.waits) <= 5


@pytest.mark.parametrize(
    ("number", "status"),
    [(number, "blocked") for number in (53003, 501051, 53000, 53001, 530035, 50097, 50105)]
    + [(7000222, "failed"), (7000112, "failed"), (90002, "failed"), (99999999, "failed")],
)
def test_other_answers_end_it_at_once(number: int, status: str) -> None:
    clock = Clock()
    proof = prove(Http("ok", number), clock)
    assert (proof.status, proof.tries, clock.waits) == (status, 2, [])
    assert f"AADSTS{number}" in proof.detail
    assert ("says nothing about the secret" in proof.detail) == (status == "blocked")
    assert not proof.proven


@pytest.mark.parametrize(
    "step", [TransportError("Nobody there.", outcome="refused"), (200, "<html>"), (200, {}), (500, {}), (400, []), (200, {"access_token": ""})]
)
def test_what_is_no_answer_proves_nothing(step: t.Any) -> None:
    proof = prove(Http(step))
    assert (proof.status, proof.tries) == ("failed", 1)
    assert proof.detail.endswith(".")


@pytest.mark.parametrize("claims", [{"tid": "5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10"}, {"appid": "99999999-2222-3333-4444-555555555555"}])
def test_a_token_for_somebody_else_is_no_proof(claims: dict[str, str]) -> None:
    proof = prove(Http((200, good(**claims))))
    assert (proof.status, proof.code) == ("failed", "wrong_token")


def test_an_opaque_token_is_a_token() -> None:
    assert prove(Http((200, {"access_token": "opaque"}))).proven


def test_nothing_secret_stands_in_a_proof() -> None:
    for step in ("ok", 7000215, 53003):
        shown = repr(prove(Http(step), seconds=3))
        assert "the-secret" not in shown
        assert good()["access_token"] not in shown


def test_a_domain_is_not_enough() -> None:
    with pytest.raises(ValueError, match="GUID"):
        prove_secret(t.cast(HttpClient, Http("ok")), "https://login.example", "contoso.com", CLIENT, "s", "https://graph.microsoft.com", Budget(5))
