# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which answers are a service's own, which of them mean a missing right, and what a rule of the tenant refuses."""

from __future__ import annotations

import base64
import json
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._refusals import (
    CHALLENGES,
    OF_GRAPH,
    OF_MANAGED_IDENTITY,
    OF_POWER_PLATFORM,
    OF_TOKEN_ENDPOINT,
    OF_WORKATO,
    OF_WORKSPACE_365,
    PROTECTED_ACTION,
    Refusals,
    challenge_in,
    doubt_about,
    foreign_answer,
    is_missing_right,
    other_cause,
)

PAGE = "<html><title>Blocked</title><body>by your organisation</body></html>"
DENIED = {"error": {"code": "Authorization_RequestDenied", "message": "no"}}
SQUID = {"X-Squid-Error": "ERR_ACCESS_DENIED 0"}
VIA = {"via": "1.1 proxy (squid)"}

# Table, status, headers, body, whether it is the service's own.
ANSWERS: list[tuple[Refusals, int, dict[str, str], t.Any, bool]] = [
    *((OF_GRAPH, status, {}, DENIED, True) for status in (400, 401, 403, 404, 409)),
    *((table, status, {}, PAGE, False) for table in (OF_GRAPH, OF_TOKEN_ENDPOINT, OF_WORKATO, OF_POWER_PLATFORM) for status in (400, 401, 403, 404, 405)),
    *((OF_WORKSPACE_365, status, {}, PAGE, False) for status in (400, 401, 403, 404, 405)),
    *((OF_GRAPH, 403, {}, body, False) for body in ("", None, "[]", "null", '{"message": "no"}', '{"error": "no"}', {"error": {}}, {"error": {"code": ""}})),
    (OF_GRAPH, 403, {}, {"error": {"message": "no code"}}, True),
    # What a proxy adds to a genuine answer does not make it doubtful, what only it writes does.
    (OF_GRAPH, 403, VIA, DENIED, True),
    (OF_GRAPH, 403, SQUID, DENIED, False),
    (OF_GRAPH, 407, {}, DENIED, False),
    (OF_WORKSPACE_365, 511, {}, "", False),
    # Gateways of the services answer these with pages, and the HTTP client repeats the last two.
    *((OF_GRAPH, status, {}, PAGE, True) for status in (200, 500, 502, 503, 504, 408, 429)),
    (OF_TOKEN_ENDPOINT, 401, {}, {"error": "invalid_client"}, True),
    (OF_TOKEN_ENDPOINT, 403, {}, {"message": "blocked"}, False),
    (OF_TOKEN_ENDPOINT, 401, {}, "", False),
    (OF_WORKSPACE_365, 400, {}, [{"PropertyName": "Key"}], True),
    (OF_WORKSPACE_365, 400, {}, {"globalError": "x"}, False),
    (OF_WORKSPACE_365, 400, {}, "", False),
    *((OF_WORKSPACE_365, status, {}, "", True) for status in (403, 404)),
    *((OF_WORKSPACE_365, status, VIA, " ", False) for status in (403, 404)),
    *((OF_WORKSPACE_365, status, {}, {"message": "no"}, False) for status in (403, 404)),
    *((OF_WORKSPACE_365, status, {}, "", False) for status in (401, 405, 415)),
    *((OF_WORKATO, status, {}, {"message": "no"}, True) for status in (400, 401, 403, 404, 422)),
    (OF_WORKATO, 404, {}, "", True),
    (OF_WORKATO, 404, VIA, "", False),
    (OF_WORKATO, 403, {}, "", False),
    *(
        (OF_POWER_PLATFORM, status, {}, body, True)
        for status in (401, 403, 404)
        for body in ("", {"code": "X"}, {"error": {"code": "Forbidden"}}, {"message": "m"})
    ),
    (OF_POWER_PLATFORM, 400, {}, {"code": "EndpointInvalid", "message": "m"}, True),
    (OF_POWER_PLATFORM, 400, {}, "", False),
    (OF_POWER_PLATFORM, 403, VIA, "", False),
    # IMDS, App Service, Arc's challenge, and what is answered while the endpoint is updated.
    (OF_MANAGED_IDENTITY, 400, {}, {"error": "invalid_request", "error_description": "Identity not found"}, True),
    (OF_MANAGED_IDENTITY, 403, {}, {"statusCode": 403, "message": "no", "correlationId": "c"}, True),
    (OF_MANAGED_IDENTITY, 401, {"WWW-Authenticate": "Basic realm=/var/opt/azcmagent/tokens/a.key"}, "", True),
    *((OF_MANAGED_IDENTITY, status, {}, "", True) for status in (404, 410)),
    *((OF_MANAGED_IDENTITY, status, VIA, "", False) for status in (401, 404, 410)),
    *((OF_MANAGED_IDENTITY, status, {}, "", False) for status in (400, 403)),
    *((OF_MANAGED_IDENTITY, status, {}, PAGE, False) for status in (400, 401, 403, 404, 410)),
    (OF_MANAGED_IDENTITY, 400, SQUID, {"error": "invalid_request"}, False),
    (OF_MANAGED_IDENTITY, 403, {}, {"error": {"code": "Forbidden"}}, False),
]


@pytest.mark.parametrize(("table", "status", "headers", "body", "own"), ANSWERS)
def test_only_an_answer_in_a_listed_form_is_the_services(table: Refusals, status: int, headers: dict[str, str], body: t.Any, own: bool) -> None:
    assert (doubt_about(table, status, headers, body) is None) is own
    text = json.dumps(body) if isinstance(body, (dict, list)) else body
    assert (doubt_about(table, status, headers, text) is None) is own


@pytest.mark.parametrize(
    ("table", "status", "codes", "missing"),
    [
        (OF_GRAPH, 403, ["Authorization_RequestDenied"], True),
        (OF_GRAPH, 403, ["accessDenied"], True),
        (OF_GRAPH, 403, ["UnknownError", "PermissionScopeNotGranted"], True),
        (OF_GRAPH, 403, ["Directory_QuotaExceeded"], False),
        (OF_GRAPH, 403, ["UnknownError"], False),
        (OF_GRAPH, 403, [""], False),
        (OF_GRAPH, 400, ["Authorization_RequestDenied"], False),
        (OF_TOKEN_ENDPOINT, 403, ["invalid_client"], False),
        (OF_WORKATO, 403, [], True),
        (OF_WORKATO, 401, [], False),
    ],
)
def test_which_codes_mean_a_missing_right(table: Refusals, status: int, codes: list[str], missing: bool) -> None:
    assert is_missing_right(table, status, codes) is missing


def failure(table: Refusals, status: int, headers: dict[str, str], body: t.Any, *, reading: bool = False, secrets: t.Collection[str] = ()) -> t.Any:
    doubt = doubt_about(table, status, headers, body, secrets, content_type="text/html")
    assert doubt is not None
    where = {"doing": "do it", "service": table.service, "host": "api.example", "method": "POST"}
    return foreign_answer(doubt, status=status, reading=reading, ids="client request id c1", check="'url'", **where)


def test_the_sentence_names_what_came_and_what_spoke() -> None:
    error = failure(OF_GRAPH, 403, {**SQUID, **VIA}, PAGE)
    assert error.message == (
        'Could not do it: api.example answered 403 with text/html ("Blocked by your organisation"), which is no answer of Microsoft Graph; '
        "its header X-Squid-Error: ERR_ACCESS_DENIED 0 names what spoke (client request id c1)."
    )
    assert error.outcome == "unknown" and "Whether this was carried out is not known" in error.advice
    assert all(word in error.advice for word in ("POST", "api.example", "HTTPS_PROXY", "'url'"))
    assert failure(OF_GRAPH, 403, {}, PAGE, reading=True).outcome is None
    assert "an empty body" in failure(OF_GRAPH, 403, {}, "").message


def test_a_page_that_quotes_what_was_sent_shows_no_secret() -> None:
    error = failure(OF_WORKSPACE_365, 403, {"Via": "1.1 p geheim-1"}, "<p>ProvisioningKey: geheim-1</p>", secrets={"geheim-1"})
    assert "geheim-1" not in error.sentence()


EVALUATED = "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: "


def header(claims: t.Any) -> dict[str, str]:
    text = base64.b64encode(json.dumps(claims).encode()).decode()
    return {"www-authenticate": f'Bearer realm="", error="insufficient_claims", claims="{text}"'}


def test_the_place_is_refused_whatever_the_token() -> None:
    place, *others = (challenge_in(401, {}, EVALUATED + one.code) for one in CHALLENGES)
    assert place is not None and "address that the automation comes from" in place.cause and not place.new_token_helps
    assert all(one is not None and one.new_token_helps for one in others)
    for one in CHALLENGES:
        assert "credential" not in one.cause and "do not make a new one" in one.next_step and "check the credential" not in one.next_step.lower()


def test_a_challenge_in_the_header_alone() -> None:
    assert challenge_in(401, header({"access_token": {"acrs": {"essential": True, "value": "c1"}}}), "no") is PROTECTED_ACTION
    assert not PROTECTED_ACTION.new_token_helps
    other = challenge_in(401, header({"access_token": {"nbf": {"value": "1"}}}), "no")
    assert other is not None and other.new_token_helps and other.code == "insufficient_claims"
    new = challenge_in(401, {}, EVALUATED + "SomethingNew")
    assert new is not None and new.new_token_helps
    for broken in ("%%%", "abc"):
        assert challenge_in(401, {"WWW-Authenticate": f'Bearer error="insufficient_claims", claims="{broken}"'}, "") is not None


def test_other_refusals_are_no_challenge() -> None:
    assert challenge_in(401, {"WWW-Authenticate": 'Bearer error="invalid_token"'}, "Access token has expired") is None
    assert challenge_in(404, {}, EVALUATED + CHALLENGES[0].code) is None


@pytest.mark.parametrize(
    ("words", "step"), [("The quota limit is exceeded.", "quota"), ("The subscription is locked.", "lock"), ("block list", None), ("Access denied", None)]
)
def test_other_causes_than_a_missing_right(words: str, step: str | None) -> None:
    found = other_cause(words)
    assert (step is None and found is None) or (step is not None and found is not None and step in found and "not a missing permission" in found)
