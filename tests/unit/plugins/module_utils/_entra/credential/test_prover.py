# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proof of a credential of either kind: three times in a row, waiting for what is not known yet, blocked is not wrong."""

from __future__ import annotations

import base64
import datetime as dt
import functools
import json
import typing as t

import jwt
import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._budget import Budget
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.certificate_file import generate
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.prover import (
    Proof,
    Signature,
    by_certificate,
    by_secret,
    proof_of_possession,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.prover import prove as prove_with
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import TransportError
from ansible_collections.tenantkit.connectors.plugins.module_utils._http.answer import HttpAnswer
from ansible_collections.tenantkit.connectors.plugins.module_utils._http.client import HttpClient

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

    redact = staticmethod(str)

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


@functools.cache
def signature(noun: str) -> Signature:
    if noun == "secret":
        return by_secret("the-secret")
    now = dt.datetime.now(dt.UTC)
    return by_certificate(generate("x", 2048, now, now + dt.timedelta(days=1)), CLIENT, lambda: 1_800_000_000.0)


@pytest.fixture(params=["secret", "certificate"])
def noun(request: pytest.FixtureRequest) -> str:
    """Both kinds of credential: one loop proves them."""
    return str(request.param)


def prove(http: Http, clock: Clock | None = None, seconds: float = 60, noun: str = "secret", **rest: t.Any) -> Proof:
    clock = clock or Clock()
    budget = Budget(seconds, clock=lambda: clock.now, sleep=clock.sleep)
    client = t.cast(HttpClient, http)
    return prove_with(client, "https://login.example", TENANT, CLIENT, signature(noun), "https://graph.microsoft.com", budget, **rest)


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


def test_a_certificate_signs_each_request_anew() -> None:
    http = Http("ok")
    proof = prove(http, noun="certificate")
    assert (proof.status, proof.tries, proof.detail) == ("proven", 3, f"Microsoft Entra ID accepted the certificate 3 times in a row in tenant {TENANT}.")
    assertions = []
    for call in http.calls:
        assert (call["url"], call["headers"]) == (f"https://login.example/{TENANT}/oauth2/v2.0/token", {"Connection": "close"})
        assertion = call["form"].pop("client_assertion")
        assert call["form"] == {
            "client_id": CLIENT,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "scope": "https://graph.microsoft.com/.default",
            "grant_type": "client_credentials",
        }
        header, claims = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in assertion.split(".")[:2])
        assert (header["alg"], claims["aud"], claims["iss"], claims["sub"]) == ("PS256", call["url"], CLIENT, CLIENT)
        assert (claims["nbf"], claims["exp"]) == (1_800_000_000, 1_800_000_600)
        assertions.append(claims["jti"])
    assert len(set(assertions)) == 3


CAUSES = "its registration was deactivated, or its enterprise application is disabled"


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("secret", f"The secret of application {CLIENT} could not be used in tenant {TENANT}: the application {CLIENT} is disabled: " + CAUSES),
        (
            "certificate",
            f"Could not get a token for Microsoft Graph in tenant {TENANT} with the certificate THUMB: the application {CLIENT} is disabled: " + CAUSES,
        ),
    ],
)
def test_the_sentence_about_a_refusal(kind: str, sentence: str) -> None:
    name = signature(kind).name
    assert prove(Http(7000112), noun=kind).detail == f"{sentence.replace('certificate THUMB', name)} (AADSTS7000112, trace id trace)."


def test_the_number_of_successes_can_be_chosen() -> None:
    assert prove(Http("ok"), successes=1).tries == 1


@pytest.mark.parametrize("number", [7000215, 700016, 7000229, 700027])
def test_what_is_not_known_yet_is_waited_for(noun: str, number: int) -> None:
    clock = Clock()
    proof = prove(Http(number, number, "ok"), clock, noun=noun)
    assert (proof.status, proof.tries) == ("proven", 5)
    assert clock.waits == [1.0, 2.0]


def test_a_relapse_starts_the_row_anew(noun: str) -> None:
    proof = prove(Http("ok", "ok", 7000215, "ok", "ok", "ok"), noun=noun)
    assert (proof.status, proof.tries) == ("proven", 6)


def test_the_budget_ends_the_waiting(noun: str) -> None:
    clock = Clock()
    proof = prove(Http(7000215), clock, seconds=20, noun=noun)
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
def test_other_answers_end_it_at_once(noun: str, number: int, status: str) -> None:
    clock = Clock()
    proof = prove(Http("ok", number), clock, noun=noun)
    assert (proof.status, proof.tries, clock.waits) == (status, 2, [])
    assert f"AADSTS{number}" in proof.detail
    assert (f"says nothing about the {noun} itself." in proof.detail) == (status == "blocked")
    assert not proof.proven


@pytest.mark.parametrize(
    "step", [TransportError("Nobody there.", outcome="refused"), (200, "<html>"), (200, {}), (500, {}), (400, []), (200, {"access_token": ""})]
)
def test_what_is_no_answer_proves_nothing(noun: str, step: t.Any) -> None:
    proof = prove(Http(step), noun=noun)
    assert (proof.status, proof.tries) == ("failed", 1)
    assert proof.detail.endswith(".")


@pytest.mark.parametrize("claims", [{"tid": "5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10"}, {"appid": "99999999-2222-3333-4444-555555555555"}])
def test_a_token_for_somebody_else_is_no_proof(noun: str, claims: dict[str, str]) -> None:
    proof = prove(Http((200, good(**claims))), noun=noun)
    assert (proof.status, proof.code) == ("failed", "wrong_token")


def test_an_opaque_token_is_a_token(noun: str) -> None:
    assert prove(Http((200, {"access_token": "opaque"})), noun=noun).proven


def test_nothing_secret_stands_in_a_proof(noun: str) -> None:
    for step in ("ok", 7000215, 53003):
        shown = repr(prove(Http(step), seconds=3, noun=noun))
        assert "the-secret" not in shown
        assert good()["access_token"] not in shown
    assert "the-secret" not in repr(signature(noun)) and "PRIVATE" not in repr(signature(noun))


def test_a_domain_is_not_enough() -> None:
    with pytest.raises(ValueError, match="GUID"):
        prove_with(
            t.cast(HttpClient, Http("ok")), "https://login.example", "contoso.com", CLIENT, signature("secret"), "https://graph.microsoft.com", Budget(5)
        )


def test_a_proof_of_possession() -> None:
    """What Microsoft's sample makes: the object id as issuer, ten minutes, the thumbprint, and RS256."""
    now = 1_800_000_000
    made = generate("automation", 2048, dt.datetime.fromtimestamp(now, dt.UTC), dt.datetime.fromtimestamp(now + 86400, dt.UTC))
    token = proof_of_possession(made, TENANT, lambda: now + 0.5)
    claims = jwt.decode(
        token,
        made.private_key.public_key(),
        ["RS256"],
        audience="00000002-0000-0000-c000-000000000000",
        options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
    )
    assert (claims["iss"], claims["nbf"], claims["exp"]) == (TENANT, now, now + 600)
    header = jwt.get_unverified_header(token)
    assert base64.urlsafe_b64decode(header["x5t"] + "=").hex().upper() == made.thumbprint == header["kid"]
