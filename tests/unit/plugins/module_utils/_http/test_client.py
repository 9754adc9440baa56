# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HttpClient against a scripted session: what is sent, what is repeated, what is said."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
import requests
import requests.structures
from ansible_collections.tenantkit.connectors.plugins.module_utils._budget import Budget
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import BudgetError, OptionError, RedirectError, ServiceError, TransportError
from ansible_collections.tenantkit.connectors.plugins.module_utils._http import client as _http
from ansible_collections.tenantkit.connectors.plugins.module_utils._http.answer import retry_after
from ansible_collections.tenantkit.connectors.plugins.module_utils._http.client import HttpClient, Repeat
from ansible_collections.tenantkit.connectors.plugins.module_utils._http.msal_adapter import MsalHttpAdapter
from ansible_collections.tenantkit.connectors.plugins.module_utils._version import VERSION

URL = "https://api.example/v1/things"


class Clock:
    """A clock that only waiting moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    def budget(self, seconds: float = 300) -> Budget:
        return Budget(seconds, clock=lambda: self.now, sleep=self.sleep)


def response(status: int, text: str = "{}", **headers: str) -> requests.Response:
    made = requests.Response()
    made.status_code = status
    made._content = text.encode()  # pylint: disable=protected-access
    made.headers = requests.structures.CaseInsensitiveDict({"Content-Type": "application/json"})
    made.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    made.encoding = "utf-8"
    made.request = requests.Request("GET", URL).prepare()
    return made


class Session:
    """Answers in order; more calls than answers fail."""

    def __init__(self, *script: requests.Response | Exception) -> None:
        self.script = list(script)
        self.calls: list[dict[str, t.Any]] = []

    def request(self, method: str, url: str, **rest: t.Any) -> requests.Response:
        self.calls.append({"method": method, "url": url, **rest})
        assert self.script, f"unexpected request {method} {url}"
        step = self.script.pop(0)
        if isinstance(step, Exception):
            raise step
        return step


def client(clock: Clock, *script: requests.Response | Exception, seconds: float = 300, **rest: t.Any) -> tuple[HttpClient, Session]:
    session = Session(*script)
    return HttpClient(clock.budget(seconds), ca_path=None, session=session, jitter=lambda: 0.5, **rest), session


@pytest.fixture
def clock() -> Clock:
    return Clock()


def ask(http: HttpClient, method: str = "GET", **rest: t.Any) -> t.Any:
    return http.request(method, URL, doing="read things", service="Example", **rest)


def test_the_version_stands_in_one_place() -> None:
    root = pathlib.Path(_http.__file__).resolve().parents[3]
    assert f"\nversion: {VERSION}\n" in (root / "galaxy.yml").read_text()


def test_what_is_sent(clock: Clock) -> None:
    http, session = client(clock, response(200), response(200))
    answer = ask(http, headers={"X-Own": "1"}, params={"a": "b"})
    ask(http)
    first, second = (call["headers"] for call in session.calls)
    assert first["User-Agent"].startswith(f"tenantkit.connectors/{VERSION} python/")
    assert "requests/" in first["User-Agent"]
    assert first["X-Own"] == "1"
    assert first["client-request-id"] == answer.client_request_id != second["client-request-id"]
    assert session.calls[0]["allow_redirects"] is False
    assert session.calls[0]["timeout"] == (10.0, 60.0)
    assert http.requests == ["GET /v1/things 200"] * 2


def test_timeouts_never_exceed_the_budget(clock: Clock) -> None:
    http, session = client(clock, response(200), seconds=7)
    ask(http)
    assert session.calls[0]["timeout"] == (7.0, 7.0)


def test_request_id_under_both_names(clock: Clock) -> None:
    http, _session = client(clock, response(200, request_id="r1"), response(200, x_ms_request_id="r2"))
    assert [ask(http).request_id, ask(http).request_id] == ["r1", "r2"]


@pytest.mark.parametrize("url", ["http://api.example/x?token=geheim", "ftp://api.example/", "api.example", "https://", "https://[broken", "https://h:port/"])
def test_other_addresses_are_refused_before_anything_is_sent(clock: Clock, url: str) -> None:
    http, session = client(clock)
    with pytest.raises(OptionError) as caught:
        http.request("POST", url, doing="send it", service="Example")
    assert "geheim" not in caught.value.sentence()
    assert caught.value.outcome == "refused"
    assert not session.calls


@pytest.mark.parametrize("name", ["169.254.169.254", "127.0.0.1:8080", "localhost:5000", "[::1]:80"])
def test_plain_http_only_to_managed_identity_endpoints(clock: Clock, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    http, session = client(clock, response(200))
    http.request("GET", f"http://{name}/metadata", doing="ask", service="IMDS", allow_http=True)
    assert session.calls[0]["proxies"] == {}


def test_plain_http_to_other_hosts_is_refused_even_then(clock: Clock) -> None:
    http, _session = client(clock)
    with pytest.raises(OptionError, match="plain http://"):
        http.request("GET", "http://10.0.0.1/metadata", doing="ask", service="IMDS", allow_http=True)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "3"}, 3.0),
        ({"Retry-After": " 2.128 "}, 2.128),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:30 GMT", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 30.0),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:30 GMT", "Date": "Wed, 21 Oct 2026 07:29:00 GMT"}, 0.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "inf"}, None),
        ({"Retry-After": ""}, None),
        ({}, None),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_throttling_is_waited_for(clock: Clock) -> None:
    http, _session = client(clock, response(429, Retry_After="2.128"), response(429), response(200))
    assert ask(http, "POST", repeat=Repeat.THROTTLED).status == 200
    assert clock.waits == [2.128, 2.0]


def test_a_retry_after_of_zero_is_no_busy_loop(clock: Clock) -> None:
    http, _session = client(clock, *[response(429, Retry_After="0")] * 4, response(200))
    ask(http)
    assert clock.waits == [0.1, 0.2, 0.4, 0.8]


def test_throttled_beyond_the_budget(clock: Clock) -> None:
    http, _session = client(clock, response(429, Retry_After="120", request_id="r1"), seconds=30)
    with pytest.raises(BudgetError, match="throttled by Example") as caught:
        ask(http, "POST")
    assert (caught.value.http_status, caught.value.request_id, caught.value.outcome) == (429, "r1", "refused")
    assert clock.waits == []


def test_no_time_left_sends_nothing(clock: Clock) -> None:
    http, session = client(clock, seconds=0)
    with pytest.raises(BudgetError) as caught:
        ask(http, "POST")
    assert caught.value.outcome == "refused"
    assert not session.calls


def test_errors_of_the_service_are_repeated_with_growing_pauses_and_then_returned(clock: Clock) -> None:
    http, _session = client(clock, *[response(503)] * 6)
    assert ask(http).status == 503
    assert clock.waits == [1.0, 2.0, 4.0, 8.0, 16.0]


@pytest.mark.parametrize("repeat", [Repeat.THROTTLED, Repeat.NEVER])
def test_errors_are_not_repeated_when_they_may_have_been_applied(clock: Clock, repeat: Repeat) -> None:
    http, _session = client(clock, response(500))
    assert ask(http, "POST", repeat=repeat).status == 500


def test_never_means_one_try(clock: Clock) -> None:
    http, _session = client(clock, response(429))
    assert ask(http, "POST", repeat=Repeat.NEVER).status == 429


def test_an_unopened_connection_is_repeated_for_any_write(clock: Clock) -> None:
    http, _session = client(clock, requests.exceptions.ConnectTimeout(), response(201))
    assert ask(http, "POST", repeat=Repeat.THROTTLED).tried_before is False


def test_a_lost_answer_is_unknown(clock: Clock) -> None:
    http, _session = client(clock, requests.exceptions.ReadTimeout())
    with pytest.raises(TransportError, match="api.example did not answer in time") as caught:
        ask(http, "POST", repeat=Repeat.THROTTLED)
    assert caught.value.sentence().endswith("Whether this was carried out is not known.")
    assert caught.value.outcome == "unknown"


@pytest.mark.parametrize("first", [requests.exceptions.ReadTimeout(), response(502)])
def test_once_lost_no_later_refusal_is_definite(clock: Clock, first: requests.Response | Exception) -> None:
    http, _session = client(clock, first, response(403))
    assert ask(http, "PUT").tried_before is True
    http, _session = client(clock, first, *[requests.exceptions.ConnectTimeout()] * 3)
    with pytest.raises(TransportError) as caught:
        ask(http, "PUT")
    assert caught.value.outcome == "unknown"


def test_unreachable_hosts_give_up_early(clock: Clock) -> None:
    http, _session = client(clock, *[requests.exceptions.ConnectTimeout()] * 4)
    with pytest.raises(TransportError) as caught:
        ask(http)
    assert caught.value.outcome == "refused"


def test_redirects(clock: Clock) -> None:
    http, _session = client(clock, response(302, Location="https://evil.example/login?token=geheim#x"))
    with pytest.raises(RedirectError) as caught:
        ask(http, "POST")
    sentence = caught.value.sentence()
    assert "api.example answered 302" in sentence
    assert "https://evil.example/login (client request id " in sentence
    assert "geheim" not in sentence
    assert caught.value.outcome == "unknown"


def test_html_instead_of_json(clock: Clock) -> None:
    http, _session = client(clock, response(200, "<html><body><h1>Sign in</h1> with s3cr3t-value</body></html>", Content_Type="text/html; charset=utf-8"))
    http.secrets = {"s3cr3t-value"}
    with pytest.raises(ServiceError) as caught:
        ask(http).json()
    assert 'Example at api.example answered 200 with text/html instead of JSON: "Sign in with ********"' in caught.value.message


def test_empty_instead_of_json(clock: Clock) -> None:
    http, _session = client(clock, response(200, ""))
    with pytest.raises(ServiceError, match="an empty body instead of JSON"):
        ask(http).json()


def test_a_key_that_cannot_be_a_header_is_not_quoted(clock: Clock) -> None:
    http, _session = client(clock, requests.exceptions.InvalidHeader("Invalid header: 'geheim\\n'"))
    with pytest.raises(TransportError) as caught:
        ask(http, "PUT")
    assert caught.value.outcome == "refused"
    assert "geheim" not in caught.value.sentence()


def test_bugs_are_not_dressed_up(clock: Clock) -> None:
    http, _session = client(clock, KeyError("bug"))
    with pytest.raises(KeyError):
        ask(http)


def test_answers_do_not_show_their_text(clock: Clock) -> None:
    http, _session = client(clock, response(200, '{"secretText": "geheim"}'))
    assert "geheim" not in repr(ask(http))


def test_missing_ca_path(clock: Clock) -> None:
    with pytest.raises(OptionError, match="ca_path"):
        HttpClient(clock.budget(), ca_path="/nowhere/ca.pem")


def test_nothing_of_the_session_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine api.example login user password geheim\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    prepared = _http.new_session(requests.certs.where()).prepare_request(requests.Request("GET", URL))
    assert "Authorization" not in prepared.headers


def test_proxies_of_the_environment_are_honoured(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "other.example")
    http, session = client(clock, response(200), response(200))
    ask(http)
    http.request("GET", "https://other.example/", doing="x", service="x")
    assert session.calls[0]["proxies"]["https"] == "http://proxy.example:3128"
    assert "https" not in session.calls[1]["proxies"]


def test_ca_path_wins_over_the_environment(clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    ours = tmp_path / "ours.pem"
    ours.write_text("")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/other.pem")
    session = Session(response(200), response(200))
    for path, used in ((str(ours), str(ours)), (None, "/other.pem")):
        ask(HttpClient(clock.budget(), ca_path=path, session=session))
        assert session.calls[-1]["verify"] == used


def test_msal_asks_again_after_an_error(clock: Clock) -> None:
    msal = pytest.importorskip("msal")
    host = "https://login.example/contoso"
    discovery = f'{{"token_endpoint": "{host}/oauth2/v2.0/token", "authorization_endpoint": "{host}/oauth2/v2.0/authorize", "issuer": "{host}/v2.0"}}'
    refused = response(400, '{"error": "unauthorized_client", "error_description": "AADSTS700016: not found"}')
    granted = response(200, '{"access_token": "t", "expires_in": 3599, "token_type": "Bearer"}')
    http, session = client(clock, response(200, discovery), refused, response(503), response(429, Retry_After="3"), granted)
    adapter = MsalHttpAdapter(http, doing="get a token")
    app = msal.ConfidentialClientApplication("id", "secret", authority=host, instance_discovery=False, http_client=adapter)
    scopes = ["https://graph.example/.default"]
    assert app.acquire_token_for_client(scopes)["error"] == "unauthorized_client"
    # msal would answer this one from its cache of errors.
    assert app.acquire_token_for_client(scopes)["access_token"] == "t"
    assert not session.script
    assert adapter.last is not None
    assert adapter.last.status == 200
    assert clock.waits == [1.0, 3.0]
