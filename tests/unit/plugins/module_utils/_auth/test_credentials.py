# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The other credentials: what is found offline, how they get tokens through msal or az, how refusals read."""

from __future__ import annotations

import base64
import datetime as dt
import email.utils
import json
import pathlib
import subprocess
import time
import types
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth import application, base, platform
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.application import AccessToken, ClientSecret, FederatedToken
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.base import Login, claims_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.explain import error_number, token_error
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.platform import AzureCli, ManagedIdentity
from ansible_collections.tenantkit.connectors.plugins.module_utils._budget import Budget
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConnectorError, CredentialError, ProxyAnswerError, TransportError
from ansible_collections.tenantkit.connectors.plugins.module_utils._http.answer import HttpAnswer
from ansible_collections.tenantkit.connectors.plugins.module_utils._http.client import HttpClient
from ansible_collections.tenantkit.connectors.plugins.module_utils._job.cache import JobCache

CLIENT = "11111111-2222-3333-4444-555555555555"
TENANT = "2f4c9a1e-7d05-4b6f-8e3a-c1d9b0a47f52"
GRAPH = "https://graph.microsoft.com"
BASE = "https://login.example/with/prefix"
ENDPOINT = f"{BASE}/{TENANT}/oauth2/v2.0/token"
METADATA = {"issuer": "https://issuer.example", "authorization_endpoint": f"{BASE}/{TENANT}/oauth2/v2.0/authorize", "token_endpoint": ENDPOINT}

# Long ago for this machine's clock, and the present of a service in these tests.
DATED, SECOND = dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC), dt.timedelta(seconds=1)


def jwt(**claims: t.Any) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in ({"alg": "none"}, claims)]
    return ".".join([*parts, "c2ln"])


class Http:
    """Stands in for HttpClient: answers in order."""

    def __init__(self, *script: tuple[int, t.Any] | Exception, date: dt.datetime | None = None) -> None:
        self.date = {} if date is None else {"Date": email.utils.format_datetime(date, usegmt=True)}
        self.script = list(script)
        self.calls: list[dict[str, t.Any]] = []
        self.budget = Budget(30)

    def request(self, method: str, url: str, **rest: t.Any) -> HttpAnswer:
        self.calls.append({"method": method, "url": url, **rest})
        step = self.script.pop(0)
        if isinstance(step, Exception):
            raise step
        status, body = step
        text = body if isinstance(body, str) else json.dumps(body)
        return HttpAnswer(status, {"x-ms-request-id": "from-the-header", **self.date}, text, method, url, rest["service"], rest["doing"])

    def redact(self, text: t.Any) -> str:
        return str(text).replace("s3cret", "********")


def login(http: Http, cache: JobCache | None = None) -> Login:
    return Login(t.cast(HttpClient, http), BASE, TENANT, cache or JobCache(None))


def refusal(number: int, text: str = "Something.") -> dict[str, t.Any]:
    tail = "Trace ID: 0698eccd-5bb2-4149-ba00-a7fb8a65f716 Correlation ID: f793b76d-c34c-45df-a921-b24efbc02973 Timestamp: 2026-05-24 13:34:39Z"
    return {"error": "invalid_client", "error_description": f"AADSTS{number}: {text} {tail}", "error_codes": [number]}


def test_a_secret_becomes_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "machine_time", lambda: 1000.0)
    http = Http((200, METADATA), (200, {"access_token": "the-token", "expires_in": 3599, "token_type": "Bearer"}))
    token = ClientSecret(CLIENT, "s3cret", "the options").acquire(login(http), GRAPH, "Microsoft Graph")
    assert token.value == "the-token"
    assert token.expires_at == 4599.0
    discovery, post = http.calls
    assert (discovery["method"], discovery["url"]) == ("GET", f"{BASE}/{TENANT}/v2.0/.well-known/openid-configuration")
    assert (post["method"], post["url"]) == ("POST", ENDPOINT)
    form = post["form"]
    assert (form["grant_type"], form["client_id"], form["client_secret"]) == ("client_credentials", CLIENT, "s3cret")
    assert form["scope"] == f"{GRAPH}/.default"


def test_a_job_asks_once_where_a_tenant_signs_in(tmp_path: pathlib.Path) -> None:
    token = (200, {"access_token": "x", "expires_in": 3599})
    http = Http((200, METADATA), token, token, (200, METADATA), token)
    cache = JobCache(str(tmp_path / "job"))
    credential = ClientSecret(CLIENT, "s3cret", "the options")
    for audience in (GRAPH, "https://api.powerplatform.com"):
        credential.acquire(login(http, cache), audience, "a service")
    other = Login(t.cast(HttpClient, http), BASE, "fabrikam.onmicrosoft.com", cache)  # another tenant has a configuration of its own
    credential.acquire(other, GRAPH, "a service")
    assert [call["method"] for call in http.calls] == ["GET", "POST", "POST", "GET", "POST"]
    assert http.calls[3]["url"] == f"{BASE}/fabrikam.onmicrosoft.com/v2.0/.well-known/openid-configuration"


@pytest.mark.parametrize("answer", [(404, "<html>"), (200, "<html>"), (200, {}), (400, refusal(90002))])
def test_what_is_no_configuration_is_not_remembered(answer: tuple[int, t.Any], tmp_path: pathlib.Path) -> None:
    http = Http(answer, (200, METADATA), (200, {"access_token": "x", "expires_in": 3599}))
    cache = JobCache(str(tmp_path / "job"))
    credential = ClientSecret(CLIENT, "s3cret", "the options")
    with pytest.raises((CredentialError, ProxyAnswerError)):
        credential.acquire(login(http, cache), GRAPH, "Microsoft Graph")
    assert credential.acquire(login(http, cache), GRAPH, "Microsoft Graph").value == "x"


def test_every_try_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    # msal itself would answer the second try from the memory of the first; and a forced region would be another host.
    monkeypatch.setenv("MSAL_FORCE_REGION", "westeurope")
    http = Http((200, METADATA), (400, refusal(700016)), (200, METADATA), (200, {"access_token": "x", "expires_in": 3599}))
    credential = ClientSecret(CLIENT, "s3cret", "the options")
    with pytest.raises(CredentialError):
        credential.acquire(login(http), GRAPH, "Microsoft Graph")
    assert credential.acquire(login(http), GRAPH, "Microsoft Graph").value == "x"
    assert all(call["url"].startswith(BASE) for call in http.calls)


def test_a_refusal_reads_well() -> None:
    http = Http((200, METADATA), (401, refusal(7000215, "Invalid client secret provided, s3cret.")))
    with pytest.raises(CredentialError) as caught:
        ClientSecret(CLIENT, "s3cret", "the environment").acquire(login(http), GRAPH, "Microsoft Graph")
    error = caught.value
    assert error.message == (
        f"Could not get a token for Microsoft Graph in tenant {TENANT} with the client secret of 11111111... from the environment: "
        "the client secret is wrong (AADSTS7000215, trace id 0698eccd-5bb2-4149-ba00-a7fb8a65f716)."
    )
    assert error.advice and "not its id" in error.advice
    failure = error.as_failure()
    assert failure["code"] == "AADSTS7000215"
    assert failure["http_status"] == 401
    assert failure["client_request_id"] == "f793b76d-c34c-45df-a921-b24efbc02973"
    assert failure["message"] == "AADSTS7000215: Invalid client secret provided, ********."
    assert failure["tenant"] == TENANT


def test_an_unknown_tenant_is_explained_though_msal_does_not() -> None:
    body = {**refusal(90002, "Tenant not found."), "error": "invalid_tenant", "trace_id": "t"}
    with pytest.raises(CredentialError, match=f"there is no tenant {TENANT} in this cloud") as caught:
        ClientSecret(CLIENT, "s3cret", "the options").acquire(login(Http((400, body))), GRAPH, "Microsoft Graph")
    assert caught.value.code == "AADSTS90002"


@pytest.mark.parametrize(
    "script",
    [
        [(404, "<html>")],
        [(200, "<html>")],
        [(200, {})],
        [(200, [])],
        [(200, METADATA), (200, "<html>")],
        [(200, METADATA), (200, {})],
        [(200, METADATA), (400, "nothing")],
        [(200, METADATA), (403, "<html><title>Blocked</title></html>")],
        [(200, METADATA), (403, {"message": "blocked by the gateway"})],
        [(200, METADATA), (401, "")],
    ],
)
def test_what_is_no_token_service_is_said(script: list[t.Any]) -> None:
    """It says nothing about the credential, so it is no failure of one."""
    with pytest.raises(ProxyAnswerError) as caught:
        ClientSecret(CLIENT, "s3cret", "the options").acquire(login(Http(*script)), GRAPH, "Microsoft Graph")
    assert TENANT in caught.value.message and caught.value.outcome is None
    assert "login_url" in caught.value.sentence() and "entra_login_url" in caught.value.sentence()


def test_an_error_that_is_not_known_is_one_of_the_token_service() -> None:
    with pytest.raises(CredentialError, match="odd"):
        ClientSecret(CLIENT, "s3cret", "the options").acquire(login(Http((200, METADATA), (400, {"error": "odd"}))), GRAPH, "Microsoft Graph")


def test_transport_errors_pass_as_they_are() -> None:
    with pytest.raises(TransportError, match="down"):
        ClientSecret(CLIENT, "s3cret", "the options").acquire(login(Http(TransportError("down"))), GRAPH, "Microsoft Graph")
    with pytest.raises(ConnectorError, match="503"):
        ClientSecret(CLIENT, "s3cret", "the options").acquire(login(Http((200, METADATA), (503, "busy"))), GRAPH, "Microsoft Graph")


@pytest.mark.parametrize("client", ["payroll", "00000000-0000-0000-0000-000000000000", "{" + CLIENT + "}"])
def test_a_client_id_is_a_guid(client: str) -> None:
    with pytest.raises(CredentialError, match="not an application"):
        ClientSecret(client, "s3cret", "the options").validate()


def test_white_space_around_a_secret_is_noticed() -> None:
    ClientSecret(CLIENT, "s3cret", "the options").validate()
    with pytest.raises(CredentialError, match="white space") as caught:
        ClientSecret(CLIENT, "s3cret\n", "the options").validate()
    assert "s3cret" not in caught.value.sentence()


def test_a_federated_token_is_read_when_it_is_used(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "token"
    path.write_text(jwt(exp=time.time() + 600) + "\n")
    credential = FederatedToken(CLIENT, str(path), "the environment")
    credential.validate()
    later = jwt(exp=time.time() + 900)
    path.write_text(later)
    http = Http((200, METADATA), (200, {"access_token": "x", "expires_in": 3599}))
    credential.acquire(login(http), GRAPH, "Microsoft Graph")
    assert http.calls[1]["form"]["client_assertion"] == later
    assert http.calls[1]["form"]["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert "client_secret" not in http.calls[1]["form"]


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "cannot be read"), ("", "does not hold a token"), ("a b.c.d", "does not hold"), ("ä.b.c", "does not")],
)
def test_bad_federated_tokens(tmp_path: pathlib.Path, content: str | None, words: str) -> None:
    path = tmp_path / "token"
    if content is not None:
        path.write_text(content)
    with pytest.raises(CredentialError, match=words) as caught:
        FederatedToken(CLIENT, str(path), "the options").validate()
    assert str(path) in caught.value.message


def test_an_expired_federated_token(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "token"
    path.write_text(jwt(exp=DATED.timestamp()))
    credential = FederatedToken(CLIENT, str(path), "the options")
    credential.validate()
    with pytest.raises(CredentialError, match="has expired"):
        credential.acquire(login(Http((200, METADATA), date=DATED + SECOND)), GRAPH, "Microsoft Graph")
    http = Http((200, METADATA), (200, METADATA), (200, {"access_token": "x", "expires_in": 3599}), date=DATED - SECOND)
    assert credential.acquire(login(http), GRAPH, "Microsoft Graph").value == "x"


def test_an_access_token_is_good_for_as_long_as_the_service_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its end is a date of the service's. What is left until then counts, whatever this machine's clock says, and the service is asked for the time once."""
    credential = AccessToken(jwt(aud=GRAPH, exp=DATED.timestamp()), None, "the options")
    http = Http((200, METADATA), date=DATED - 600 * SECOND)
    monkeypatch.setattr(application, "machine_time", lambda: 5000.0)
    assert credential.acquire(login(http), GRAPH, "Microsoft Graph").expires_at == 5600.0
    assert http.calls[0]["url"] == f"{BASE}/{TENANT}/v2.0/.well-known/openid-configuration"


@pytest.mark.parametrize("claims", [{"exp": DATED.timestamp()}, {}], ids=["expired", "no-expiry"])
def test_an_expired_access_token(claims: dict[str, t.Any]) -> None:
    credential = AccessToken(jwt(aud=GRAPH, appid=CLIENT, **claims), CLIENT, "the options")
    credential.validate()
    http = Http((200, METADATA), date=DATED)
    with pytest.raises(CredentialError, match="has expired"):
        credential.acquire(login(http), GRAPH, "Microsoft Graph")
    assert len(http.calls) == 1


def test_an_access_token_is_checked_and_used() -> None:
    for audience in (GRAPH, GRAPH + "/", "00000003-0000-0000-c000-000000000000"):
        value = jwt(aud=audience, exp=time.time() + 600, appid=CLIENT, tid=TENANT)
        credential = AccessToken(f"Bearer {value}", CLIENT, "the options")
        credential.validate()
        assert credential.acquire(login(Http()), GRAPH, "Microsoft Graph").value == value
        with pytest.raises(CredentialError, match="a token for https://api.powerplatform.com is needed"):
            credential.acquire(login(Http()), "https://api.powerplatform.com", "Power Platform")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("opaque", "not a readable token"),
        ("a.b.c", "not a readable token"),
        (jwt(exp=time.time() + 86400, appid="99999999-0000-0000-0000-000000000000"), "was issued to the application 99999999"),
    ],
    ids=["opaque", "no-json", "other-application"],
)
def test_bad_access_tokens(value: str, words: str) -> None:
    with pytest.raises(CredentialError, match=words) as caught:
        AccessToken(value, CLIENT, "the options").validate()
    assert value not in caught.value.sentence()


def test_claims_are_read_without_trust() -> None:
    assert claims_of(jwt(tid=TENANT)) == {"tid": TENANT}
    for other in ("", "a", "a.b", "a.b.c", "a.!!.c", jwt() + ".x", "x." + base64.urlsafe_b64encode(b"[1]").decode() + ".y"):
        assert claims_of(other) == {}


def test_a_managed_identity_of_app_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:1/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "h")
    http = Http((200, {"access_token": "x", "expires_on": str(int(time.time() + 3600)), "resource": GRAPH, "token_type": "Bearer"}))
    assert ManagedIdentity(CLIENT, "the options", {}).acquire(login(http), GRAPH, "Microsoft Graph").value == "x"
    call = http.calls[0]
    assert call["url"] == "http://127.0.0.1:1/msi/token"
    assert call["allow_http"] is True
    assert (call["params"]["resource"], call["params"]["client_id"]) == (GRAPH, CLIENT)
    assert call["headers"]["X-IDENTITY-HEADER"] == "h"


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ((401, {"statusCode": 401, "message": "Unauthorized"}), "answered 401"),
        ((404, {"statusCode": 404, "message": "x"}), "may be updating: run again in some minutes"),
        ((410, ""), "may be updating: run again in some minutes"),
        ((400, {"statusCode": 400, "message": "x"}), "is assigned to this machine."),
        ((404, "<html>"), "answered 404"),
        (TransportError("Nobody there.", outcome="refused"), "Nobody there. The endpoint for managed identities does not answer"),
    ],
)
def test_a_managed_identity_that_is_not_there(monkeypatch: pytest.MonkeyPatch, step: t.Any, words: str) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:1/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "h")
    with pytest.raises(ConnectorError) as caught:
        ManagedIdentity(None, "the options", {}).acquire(login(Http(step)), GRAPH, "Microsoft Graph")
    assert words in caught.value.sentence()


@pytest.mark.parametrize("status", [400, 403, 404, 407])
def test_what_a_proxy_answers_says_nothing_about_a_managed_identity(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:1/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "h")
    with pytest.raises(ProxyAnswerError) as caught:
        ManagedIdentity(None, "the options", {}).acquire(login(Http((status, "<p>Blocked by your organisation"))), GRAPH, "Microsoft Graph")
    said = caught.value.sentence()
    assert "no answer of Azure" in said and "HTTP_PROXY, HTTPS_PROXY and NO_PROXY" in said and "assigned to this machine" not in said


def test_the_file_of_arcs_challenge_that_may_not_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    class Client:
        def __init__(self, *_given: t.Any, **_more: t.Any) -> None: ...

        def acquire_token_for_client(self, **_asked: t.Any) -> t.NoReturn:
            raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(platform.msal, "ManagedIdentityClient", Client)
    with pytest.raises(CredentialError) as caught:
        ManagedIdentity(None, "the options", {}).acquire(login(Http()), GRAPH, "Microsoft Graph")
    assert "challenge cannot be read (Permission denied)" in caught.value.message and "group himds" in str(caught.value.advice)


def test_service_fabric_is_refused_offline() -> None:
    with pytest.raises(CredentialError, match="Service Fabric"):
        ManagedIdentity(None, "the options", {"IDENTITY_SERVER_THUMBPRINT": "x"}).validate()


@pytest.fixture
def az(tmp_path: pathlib.Path) -> dict[str, str]:
    """An environment with a command az on its PATH."""
    (tmp_path / "az").write_text("#!/bin/sh\n")
    (tmp_path / "az").chmod(0o755)
    return {"PATH": str(tmp_path)}


def cli(az: dict[str, str], code: int = 0, out: str = "", err: str = "", error: Exception | None = None) -> tuple[AzureCli, list[t.Any]]:
    calls: list[t.Any] = []

    def run(command: list[str], **rest: t.Any) -> t.Any:
        calls.append((command, rest))
        if error:
            raise error
        return types.SimpleNamespace(returncode=code, stdout=out.encode(), stderr=err.encode())

    return AzureCli(az, run), calls


def test_azure_cli_is_called_without_a_shell(az: dict[str, str]) -> None:
    credential, calls = cli(az, out=json.dumps({"accessToken": "x", "expires_on": 2000000000, "expiresOn": "2033-05-18 03:33:20.000000"}))
    credential.validate()
    token = credential.acquire(login(Http()), GRAPH, "Microsoft Graph")
    assert (token.value, token.expires_at) == ("x", 2000000000.0)
    command, rest = calls[0]
    assert command == [f"{az['PATH']}/az", "account", "get-access-token", "--tenant", TENANT, "--resource", GRAPH, "--output", "json"]
    assert not rest.get("shell")
    assert rest["timeout"] <= 30
    assert rest["stdin"] is subprocess.DEVNULL
    assert cli(az, out='{"accessToken": "x", "expiresOn": "2033-05-18 03:33:20.000000"}')[0].acquire(login(Http()), GRAPH, "").expires_at > 1.9e9


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"code": 1, "err": "ERROR: Please run 'az login' to setup account."}, "is not signed in"),
        ({"code": 1, "err": "ERROR: AADSTS50076: Due to a configuration change Trace ID: 0698eccd-5bb2-4149-ba00-a7fb8a65f716"}, "multi-factor"),
        ({"code": 1, "err": "WARNING: x\nERROR: Something broke, s3cret."}, "az failed: Something broke, ********."),
        ({"code": 1}, "it gave no reason"),
        ({"out": "no json"}, "not a token"),
        ({"out": "{}"}, "not a token"),
        ({"out": '{"accessToken": "x"}'}, "not a token"),
        ({"error": subprocess.TimeoutExpired("az", 1)}, "did not answer"),
        ({"error": PermissionError(13, "Permission denied")}, "cannot be started: Permission denied"),
    ],
)
def test_azure_cli_failures_are_explained(az: dict[str, str], given: dict[str, t.Any], words: str) -> None:
    with pytest.raises(CredentialError) as caught:
        cli(az, **given)[0].acquire(login(Http()), GRAPH, "Microsoft Graph")
    assert words in caught.value.message
    assert TENANT in caught.value.message


def test_azure_cli_has_to_be_there() -> None:
    with pytest.raises(CredentialError, match="no command az"):
        AzureCli({"PATH": "/nonexistent"}).validate()


NUMBERS = [
    90002, 900023, 700016, 7000215, 7000222, 7000112, 7000229, 700027, 70021, 700213, 50034, 53003, 50076, 65001, 500011, 1002012, 501051, 50105, 7000218,
]  # fmt: skip


@pytest.mark.parametrize("number", NUMBERS)
def test_known_numbers_have_a_cause_and_a_next_step(number: int) -> None:
    error = token_error(refusal(number, "RAW"), tenant="contoso.com", client=CLIENT, credential="client secret", what="Microsoft Graph")
    assert "RAW" not in error.message
    assert error.advice
    assert "{" not in error.sentence()
    assert f"AADSTS{number}" in error.message


def test_an_unknown_number_shows_what_was_said() -> None:
    error = token_error(refusal(99999999, "Never heard of."), tenant="contoso.com", client=None, credential="client secret", what="Microsoft Graph")
    assert "Microsoft Entra ID answered: AADSTS99999999: Never heard of (AADSTS99999999" in error.message
    assert "Timestamp" not in error.sentence()


@pytest.mark.parametrize(
    ("body", "number"),
    [
        (refusal(7000215), 7000215),
        ({"error_codes": []}, None),
        ({"error_description": "AADSTS50034: x"}, 50034),
        ("ERROR: AADSTS50034", 50034),
        (None, None),
        ([], None),
    ],
)
def test_error_numbers(body: t.Any, number: int | None) -> None:
    assert error_number(body) == number
