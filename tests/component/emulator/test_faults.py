# SPDX-License-Identifier: GPL-3.0-or-later
"""The fault plan: what a client sees, and what took effect."""

from __future__ import annotations

import subprocess
import sys
import typing as t
from concurrent import futures

import pytest
import requests
from support.waiting import eventually
from tenant_emulator.faults import FaultPlan, Rule
from tenant_emulator.testing import Emulator, EmulatorError

HEADERS = {"ProvisioningKey": "7b2f4e90-1c6d-4a83-9f05-d8e3a7b61c24", "X-Requested-With": "XMLHttpRequest"}
BODY = {"Authority": "https://login.windows.net/contoso.com", "ClientId": "the-client", "Key": "the-key"}
PUT = {"service": "workspace365", "method": "PUT", "path": "/SingleSignOnSettings/OAuth2$"}
BROKEN = (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError)


def put(http: requests.Session, emulator: Emulator, **options: t.Any) -> requests.Response:
    url = f"{emulator.workspace365_url()}/Provisioning/contoso/SingleSignOnSettings/OAuth2"
    return http.put(url, json=BODY, headers=HEADERS, allow_redirects=False, **options)


def applied(emulator: Emulator) -> bool:
    return emulator.workspace365("portal", "contoso")["sso"] is not None


@pytest.mark.parametrize(("action", "effect"), [("drop_before", False), ("drop_after", True)])
def test_dropped_connection(http: requests.Session, emulator: Emulator, action: str, effect: bool) -> None:
    emulator.fault(**PUT, action=action)
    with pytest.raises(BROKEN):
        put(http, emulator)
    assert applied(emulator) is effect
    entry = emulator.journal("workspace365")[0]
    assert (entry["status"], entry["applied"], entry["fault"]) == (None, effect, action)
    assert put(http, emulator).status_code == 200


@pytest.mark.parametrize(("action", "effect"), [("status", False), ("status_after", True)])
def test_status(http: requests.Session, emulator: Emulator, action: str, effect: bool) -> None:
    emulator.fault(**PUT, action=action, status=429, headers={"Retry-After": "2.128"}, body={"slow": "down"})
    answer = put(http, emulator)
    assert (answer.status_code, answer.headers["Retry-After"], answer.json()) == (429, "2.128", {"slow": "down"})
    assert applied(emulator) is effect


def test_a_proxys_page(http: requests.Session, emulator: Emulator) -> None:
    emulator.fault(**PUT, action="proxy_page")
    answer = put(http, emulator)
    assert (answer.status_code, answer.headers["X-Squid-Error"]) == (403, "ERR_ACCESS_DENIED 0") and "squid" in answer.headers["Via"]
    assert answer.headers["Content-Type"].startswith("text/html") and not applied(emulator)
    assert put(http, emulator).status_code == 200


def test_a_challenge(http: requests.Session, emulator: Emulator) -> None:
    emulator.fault(service="graph", action="challenge", code="LocationConditionEvaluationSatisfied")
    answer = http.get(f"{emulator.graph_url}/v1.0/organization")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")
    assert "LocationConditionEvaluationSatisfied" in answer.json()["error"]["message"] and "insufficient_claims" in answer.headers["WWW-Authenticate"]
    with pytest.raises(EmulatorError, match="needs the code"):
        emulator.fault(service="graph", action="challenge")


def test_html_and_redirect(http: requests.Session, emulator: Emulator) -> None:
    emulator.fault(**PUT, action="html")
    answer = put(http, emulator)
    assert answer.status_code == 502 and answer.headers["Content-Type"].startswith("text/html")
    emulator.fault(**PUT, action="html", status=200)
    assert "<html>" in put(http, emulator).text
    emulator.fault(**PUT, action="redirect", location="https://evil.example/?token=x")
    answer = put(http, emulator)
    assert (answer.status_code, answer.headers["Location"]) == (302, "https://evil.example/?token=x")
    assert not applied(emulator)


def test_truncated_answer(http: requests.Session, emulator: Emulator) -> None:
    emulator.fault(service="login", path="openid-configuration", action="truncate")
    with pytest.raises(BROKEN):
        http.get(f"{emulator.login_url}/contoso.com/v2.0/.well-known/openid-configuration").json()


def test_hang(http: requests.Session, emulator: Emulator) -> None:
    emulator.fault(**PUT, action="hang", seconds=600)
    with pytest.raises(requests.exceptions.ReadTimeout):
        put(http, emulator, timeout=(60, 0.5))  # however slow the emulator is: it never answers
    assert eventually(lambda: applied(emulator))


def test_latency(http: requests.Session, emulator: Emulator) -> None:
    emulator.fault(service="workspace365", action="latency", seconds=0.3)
    assert put(http, emulator).status_code == 200
    (entry,) = emulator.journal()
    assert entry["fault"] == "latency 0.3 s" and entry["duration_ms"] >= 300


def test_gate(http: requests.Session, emulator: Emulator) -> None:
    """A request takes effect only after the gate was opened for it."""
    number = emulator.fault(**PUT, action="gate", times=None)
    assert emulator.open_gate(number) == 0
    with futures.ThreadPoolExecutor() as pool:
        for _time in range(2):
            answer = pool.submit(put, http, emulator)
            assert eventually(lambda: emulator.faults()[0].get("waiting"))
            assert not (answer.done() or applied(emulator))
            assert emulator.open_gate(number) == 1
            assert answer.result().status_code == 200 and applied(emulator)
            emulator.set_workspace365("portal", "contoso", sso=None)
    with pytest.raises(EmulatorError, match="no fault rule"):
        emulator.open_gate(number + 1)


def test_what_a_rule_keeps_waiting_goes_on_without_the_rule(http: requests.Session, emulator: Emulator) -> None:
    for action in ("gate", "hang"):
        emulator.fault(**PUT, action=action, seconds=600)
        with futures.ThreadPoolExecutor() as pool:
            answer = pool.submit(put, http, emulator)
            assert eventually(lambda: emulator.faults()[0]["fired"])
            emulator.clear_faults()
            assert answer.result().status_code == 200 and applied(emulator)


def test_skip_and_times_are_counted_per_rule(http: requests.Session, emulator: Emulator) -> None:
    emulator.fault(**PUT, action="status", skip=1, times=2)
    emulator.fault(service="*", action="status", status=418, skip=3, times=None)
    assert [put(http, emulator).status_code for _index in range(6)] == [200, 503, 503, 418, 418, 418]
    assert [(rule["seen"], rule["fired"]) for rule in emulator.faults()] == [(6, 2), (6, 3)]
    emulator.clear_faults()
    assert put(http, emulator).status_code == 200


def test_the_path_is_searched_with_its_query(http: requests.Session, emulator: Emulator) -> None:
    with emulator.faulty(path=r"\?x=1$", action="status", times=None):
        url = f"{emulator.workspace365_url()}/contoso/SignIn"
        assert [http.get(url + tail).status_code for tail in ("", "?x=1", "?x=12")] == [200, 503, 200]
    assert emulator.faults() == []


@pytest.mark.parametrize(("action", "effect"), [("kill_pid_before", False), ("kill_pid_after", True)])
@pytest.mark.parametrize("group", [False, True])
def test_the_client_is_killed_at_a_request(http: requests.Session, emulator: Emulator, action: str, effect: bool, group: bool) -> None:
    victim = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True)
    emulator.fault(**PUT, action=action, pid=victim.pid, group=group, signal="SIGTERM", seconds=0)
    with pytest.raises(BROKEN):
        put(http, emulator)
    assert victim.wait() == -15
    assert applied(emulator) is effect
    assert emulator.journal()[0]["fault"] == f"{action} SIGTERM {victim.pid}: signal sent"


def test_a_killed_client_is_noticed_at_once(emulator: Emulator) -> None:
    code = f"""
import ssl, urllib.request
context = ssl.create_default_context(cafile={emulator.ca_path!r})
opener = urllib.request.build_opener(urllib.request.ProxyHandler({{}}), urllib.request.HTTPSHandler(context=context))
input()
opener.open({emulator.workspace365_url() + "/contoso/SignIn"!r})
"""
    client = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, start_new_session=True)
    emulator.fault(action="kill_pid_before", pid=client.pid, group=True, seconds=600)
    client.communicate(b"\n")
    assert client.returncode == -9
    assert eventually(lambda: emulator.journal()[0]["duration_ms"] is not None)
    assert emulator.journal()[0]["applied"] is False


@pytest.mark.parametrize(
    "rule",
    [
        {"action": "explode"},
        {"action": "status", "service": "azure"},
        {"action": "status", "pth": "x"},
        {"action": "status", "path": "("},
        {"action": "kill_pid_before"},
        {"action": "hang"},
        {"action": "kill_pid_before", "pid": 1},
        {"action": "drop_before", "part": True},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(emulator: Emulator, rule: dict[str, t.Any]) -> None:
    with pytest.raises(EmulatorError):
        emulator.fault(**rule)
    assert emulator.faults() == []


def test_parts_of_a_batch_have_rules_of_their_own() -> None:
    plan = FaultPlan()
    plan.add({"part": True, "method": "GET", "path": "^/applications", "action": "status", "status": 429})
    assert plan.decide("graph", "GET", "/applications").rule is None
    assert plan.for_part("GET", "/servicePrincipals") is None
    hit = plan.for_part("GET", "/applications?$top=1")
    assert hit is not None and hit.status == 429 and b"TooManyRequests" in hit.body
    assert plan.for_part("GET", "/applications") is None


def test_rules_say_only_what_was_set() -> None:
    assert "pid" not in Rule.parse({"action": "status"}).describe()
