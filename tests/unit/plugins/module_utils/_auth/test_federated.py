# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assertions that are fetched: what is half given, what is asked for and how, and that each request has its own."""

from __future__ import annotations

import base64
import json
import pathlib
import time
import typing as t

import pytest
import yaml
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.application import FederatedToken
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.base import Login
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.federated import (
    Asked,
    AssertionSource,
    AzureDevOps,
    FetchedAssertion,
    GitHubActions,
    ManagedIdentityAssertion,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._budget import Budget
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import CredentialError
from ansible_collections.tenantkit.connectors.plugins.module_utils._http.answer import HttpAnswer
from ansible_collections.tenantkit.connectors.plugins.module_utils._http.client import HttpClient
from ansible_collections.tenantkit.connectors.plugins.module_utils._job.cache import JobCache

CLIENT = "11111111-2222-3333-4444-555555555555"
CONNECTION = "7c1b0e5f-93a2-4f0c-8d1e-5b6a4c3d2e1f"
TENANT = "2f4c9a1e-7d05-4b6f-8e3a-c1d9b0a47f52"
GRAPH = "https://graph.microsoft.com"
BASE = "https://login.example"
METADATA = {"issuer": BASE, "authorization_endpoint": f"{BASE}/authorize", "token_endpoint": f"{BASE}/{TENANT}/oauth2/v2.0/token"}
ISSUED = (200, {"access_token": "x", "expires_in": 3599})
RANGE = "Current time: 2026-11-30T10:20:00Z, assertion valid from 2026-11-30T10:00:00Z, expiry time of assertion {}."
ASKED = Asked("the options", "auth_federated_source", "api://AzureADTokenExchange")

GITHUB = {"ACTIONS_ID_TOKEN_REQUEST_URL": "https://pipelines.example/idtoken?api-version=2.0", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "job-token"}
DEVOPS = {"SYSTEM_OIDCREQUESTURI": "https://devops.example/plans/1/oidctoken/", "SYSTEM_ACCESSTOKEN": "system-token"}


def jwt(number: int) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in ({"alg": "none"}, {"exp": time.time() + 600, "n": number})]
    return ".".join([*parts, "c2ln"])


class Http:
    """Stands in for HttpClient: answers in order."""

    def __init__(self, *script: tuple[int, t.Any]) -> None:
        self.script = list(script)
        self.calls: list[dict[str, t.Any]] = []
        self.budget = Budget(30)

    def request(self, method: str, url: str, **rest: t.Any) -> HttpAnswer:
        self.calls.append({"method": method, "url": url, **rest})
        status, body = self.script.pop(0)
        text = body if isinstance(body, str) else json.dumps(body)
        return HttpAnswer(status, {"x-ms-request-id": "from-the-header"}, text, method, url, rest["service"], rest["doing"], secrets=("job-token",))

    def redact(self, text: t.Any) -> str:
        return str(text)

    @property
    def shown(self) -> list[str]:
        """The assertions that the token endpoint got."""
        return [call["form"]["client_assertion"] for call in self.calls if call.get("form")]


def login(http: Http) -> Login:
    return Login(t.cast(HttpClient, http), BASE, TENANT, JobCache(None))


def refusal(number: int, text: str) -> tuple[int, dict[str, t.Any]]:
    return 401, {"error": "invalid_client", "error_description": f"AADSTS{number}: {text}", "error_codes": [number]}


def github(environ: t.Mapping[str, str] | None = None) -> GitHubActions:
    return GitHubActions(CLIENT, ASKED, GITHUB if environ is None else environ)


def devops(environ: t.Mapping[str, str] | None = None, connection: str = CONNECTION) -> AzureDevOps:
    return AzureDevOps(CLIENT, ASKED, DEVOPS if environ is None else environ, connection, "auth_service_connection_id")


def managed(environ: t.Mapping[str, str], identity: str | None = None) -> ManagedIdentityAssertion:
    return ManagedIdentityAssertion(CLIENT, ASKED, environ, identity, "auth_managed_identity_client_id")


def test_the_roles_offer_what_there_is() -> None:
    offered = yaml.safe_load((pathlib.Path(__file__).parents[4] / "tools" / "role_options.yml").read_text())["entra_auth"]["options"]["federated_source"]
    assert [source.value for source in AssertionSource] == offered["choices"]


@pytest.mark.parametrize(
    ("credential", "words"),
    [
        (
            github({}),
            ["auth_federated_source", "GitHub Actions", "ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN are not set", "id-token: write"],
        ),
        (github({**GITHUB, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": " "}), ["ACTIONS_ID_TOKEN_REQUEST_TOKEN is not set"]),
        (github({**GITHUB, "ACTIONS_ID_TOKEN_REQUEST_URL": ""}), ["ACTIONS_ID_TOKEN_REQUEST_URL is not set"]),
        (devops({}), ["Azure DevOps", "SYSTEM_OIDCREQUESTURI and SYSTEM_ACCESSTOKEN are not set", "System.AccessToken"]),
        (devops({"SYSTEM_OIDCREQUESTURI": "https://x"}), ["SYSTEM_ACCESSTOKEN is not set"]),
        (devops(connection="connectors"), ["auth_service_connection_id is 'connectors'", "resourceId"]),
        (managed({}, "payroll"), ["auth_managed_identity_client_id"]),
        (managed({"IDENTITY_SERVER_THUMBPRINT": "x"}), ["Service Fabric"]),
        (GitHubActions("payroll", ASKED, GITHUB), ["not an application", "auth_client_id"]),
    ],
)
def test_what_is_half_given(credential: FetchedAssertion, words: list[str]) -> None:
    with pytest.raises(CredentialError) as caught:
        credential.validate()
    for word in words:
        assert word in caught.value.sentence()
    assert "job-token" not in caught.value.sentence()


def test_what_is_given_whole() -> None:
    for credential in (github(), devops(), managed({}), managed({}, CLIENT)):
        credential.validate()


def test_github_is_asked_as_its_documentation_says() -> None:
    http = Http((200, METADATA), (200, {"value": jwt(1)}), ISSUED)
    assert github().acquire(login(http), GRAPH, "Microsoft Graph").value == "x"
    asked = next(call for call in http.calls if call["service"] == "GitHub Actions")
    assert (asked["method"], asked["url"]) == ("GET", f"{GITHUB['ACTIONS_ID_TOKEN_REQUEST_URL']}&audience=api%3A%2F%2FAzureADTokenExchange")
    assert asked["headers"] == {"Authorization": "Bearer job-token"}
    assert len(http.shown) == 1


def test_an_address_without_a_query_gets_one() -> None:
    http = Http((200, {"value": "a.b.c"}))
    github({**GITHUB, "ACTIONS_ID_TOKEN_REQUEST_URL": "https://forge.example/idtoken"}).fetch(login(http))
    assert http.calls[0]["url"].startswith("https://forge.example/idtoken?audience=")


def test_azure_devops_is_asked_as_its_documentation_says() -> None:
    http = Http((200, {"oidcToken": "a.b.c"}))
    assert devops().fetch(login(http)) == "a.b.c"
    assert http.calls[0]["method"] == "POST"
    assert http.calls[0]["url"] == f"https://devops.example/plans/1/oidctoken?api-version=7.1&serviceConnectionId={CONNECTION}"
    assert http.calls[0]["headers"]["Authorization"] == "Bearer system-token"
    assert http.calls[0]["headers"]["X-TFS-FedAuthRedirect"] == "Suppress"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((401, {"message": "Bad job-token."}), ["answered 401", "Bad ********", "only while it runs"]),
        ((403, "<html>Blocked by the proxy</html>"), ["answered 403", "Blocked by the proxy"]),
        ((500, ""), ["answered 500 with an empty body"]),
        ((200, "<html>"), ["without a token in 'value'"]),
        ((200, {"value": "not a token"}), ["without a token in 'value'"]),
        ((200, {"value": None}), ["without a token in 'value'"]),
        ((200, []), ["without a token in 'value'"]),
    ],
)
def test_no_assertion_is_a_sentence(answer: tuple[int, t.Any], words: list[str]) -> None:
    with pytest.raises(CredentialError) as caught:
        github().fetch(login(Http(answer)))
    for word in (*words, "GitHub Actions", "pipelines.example", TENANT):
        assert word in caught.value.sentence()
    assert "job-token" not in caught.value.sentence()


def test_each_request_has_an_assertion_of_its_own() -> None:
    http = Http((200, METADATA), (200, {"value": "a.b.1"}), ISSUED, (200, METADATA), (200, {"value": "a.b.2"}), ISSUED)
    credential = github()
    for _time in range(2):
        credential.acquire(login(http), GRAPH, "Microsoft Graph")
    assert http.shown == ["a.b.1", "a.b.2"]


@pytest.mark.parametrize(
    ("number", "text", "asked"),
    [
        (700024, RANGE.format("2026-11-30T10:10:00Z"), 2),  # it was too old when it came there
        (700024, "Client assertion is not within its valid time range.", 2),
        (700024, RANGE.format("2026-12-30T10:10:00Z"), 1),  # it ends too late: the next one does as well
        (700213, "No matching federated identity record found.", 1),
        (700236, "Entra ID tokens.", 1),
    ],
)
def test_only_an_assertion_that_is_too_old_is_replaced(number: int, text: str, asked: int) -> None:
    script: list[tuple[int, t.Any]] = []
    for _time in range(2):
        script += [(200, METADATA), (200, {"value": f"a.b.{_time}"}), refusal(number, text)]
    http = Http(*script)
    with pytest.raises(CredentialError) as caught:
        github().acquire(login(http), GRAPH, "Microsoft Graph")
    assert caught.value.code == f"AADSTS{number}"
    assert http.shown == ["a.b.0", "a.b.1"][:asked]


def test_a_file_that_was_renewed_meanwhile_is_read_again(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "token"
    path.write_text(jwt(1))

    class Renewing(Http):
        def request(self, method: str, url: str, **rest: t.Any) -> HttpAnswer:
            if rest.get("form"):
                path.write_text(jwt(2))
            return super().request(method, url, **rest)

    old = refusal(700024, RANGE.format("2026-11-30T10:10:00Z"))
    http = Renewing((200, METADATA), old, (200, METADATA), ISSUED)
    assert FederatedToken(CLIENT, str(path), "the options").acquire(login(http), GRAPH, "Microsoft Graph").value == "x"
    assert len(set(http.shown)) == 2
    same = Http((200, METADATA), old)
    with pytest.raises(CredentialError, match="has expired"):
        FederatedToken(CLIENT, str(path), "the options").acquire(login(same), GRAPH, "Microsoft Graph")
    assert len(same.shown) == 1


def test_a_managed_identity_is_asked_for_the_exchange(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:1/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "h")
    own = {"access_token": "a.b.c", "expires_on": str(int(time.time() + 3600)), "resource": ASKED.audience, "token_type": "Bearer"}
    http = Http((200, METADATA), (200, own), ISSUED)
    assert managed({}, CONNECTION).acquire(login(http), GRAPH, "Microsoft Graph").value == "x"
    asked = next(call for call in http.calls if call["url"].endswith("/msi/token"))
    assert (asked["params"]["resource"], asked["params"]["client_id"]) == ("api://AzureADTokenExchange", CONNECTION)
    assert http.shown == ["a.b.c"]
    assert http.calls[-1]["form"]["client_id"] == CLIENT


def test_the_jobs_own_token_is_a_secret_and_no_part_of_the_identity() -> None:
    assert github().secrets == ("job-token",)
    assert devops().secrets == ("system-token",)
    assert managed({}).secrets == ()
    assert github({}).secrets == ()
    assert github().fingerprint == github({**GITHUB, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "another"}).fingerprint
    others = [
        github(),
        github({**GITHUB, "ACTIONS_ID_TOKEN_REQUEST_URL": "https://other.example"}),
        devops(),
        devops(connection=CLIENT),
        managed({}),
        managed({}, CLIENT),
        managed({"IDENTITY_ENDPOINT": "http://127.0.0.1:1"}),
    ]
    assert len({credential.fingerprint for credential in others}) == len(others)
    assert github().describe() == "assertion of GitHub Actions of 11111111... from the options"
