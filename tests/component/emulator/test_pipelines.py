# SPDX-License-Identifier: GPL-3.0-or-later
"""Where jobs of pipelines ask for their tokens, and a managed identity for one that an application takes."""

from __future__ import annotations

import typing as t

import jwt
import pytest
import requests
from tenant_emulator.testing import Emulator, EmulatorError

CONNECTION = "7c1b0e5f-93a2-4f0c-8d1e-5b6a4c3d2e1f"
SUBJECT = "repo:tailspin/fleet:environment:production"


def claims(token: str) -> dict[str, t.Any]:
    found: dict[str, t.Any] = jwt.decode(token, options={"verify_signature": False})
    return found


@pytest.fixture
def github(emulator: Emulator) -> dict[str, str]:
    found: dict[str, str] = emulator.pipeline_job("github_actions", subject=SUBJECT)["environment"]
    return found


@pytest.fixture
def devops(emulator: Emulator) -> dict[str, str]:
    found: dict[str, str] = emulator.pipeline_job("azure_devops", subject="sc://tailspin/fleet/connectors", connection=CONNECTION)["environment"]
    return found


def test_github_gives_a_token_for_the_audience_that_is_asked_for(http: requests.Session, github: dict[str, str], emulator: Emulator) -> None:
    url, token = github["ACTIONS_ID_TOKEN_REQUEST_URL"], github["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]
    assert "?" in url
    answer = http.get(f"{url}&audience=api%3A%2F%2FAzureADTokenExchange", headers={"Authorization": f"bearer {token}"})
    found = claims(answer.json()["value"])
    assert (found["iss"], found["sub"], found["aud"]) == ("https://token.actions.githubusercontent.com", SUBJECT, "api://AzureADTokenExchange")
    assert claims(http.get(url, headers={"Authorization": f"Bearer {token}"}).json()["value"])["aud"] == "https://github.com/tailspin"
    assert {token, answer.json()["value"]} <= set(emulator.issued())


def test_github_knows_its_jobs(http: requests.Session, github: dict[str, str], emulator: Emulator) -> None:
    url = github["ACTIONS_ID_TOKEN_REQUEST_URL"]
    good = {"Authorization": f"Bearer {github['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}"}
    assert http.get(url).status_code == 401
    assert http.get(url, headers={"Authorization": "Bearer other"}).status_code == 401
    assert http.post(url, headers=good).status_code == 404
    assert http.get(url.replace("/github_actions/", "/azure_devops/"), headers=good).status_code == 404
    emulator.reset()
    assert http.get(url, headers=good).status_code == 404


def test_azure_devops_gives_a_token_of_the_service_connection(http: requests.Session, devops: dict[str, str]) -> None:
    url, headers = devops["SYSTEM_OIDCREQUESTURI"], {"Authorization": f"Bearer {devops['SYSTEM_ACCESSTOKEN']}"}
    answer = http.post(f"{url}?api-version=7.1&serviceConnectionId={CONNECTION.upper()}", headers=headers)
    found = claims(answer.json()["oidcToken"])
    assert (found["sub"], found["aud"]) == ("sc://tailspin/fleet/connectors", "api://AzureADTokenExchange")
    assert found["iss"].startswith("https://vstoken.dev.azure.com/")
    plain = claims(http.post(f"{url}?api-version=7.1", headers=headers).json()["oidcToken"])
    assert plain["sub"] != found["sub"]


def test_azure_devops_refuses_the_rest(http: requests.Session, devops: dict[str, str]) -> None:
    url, headers = devops["SYSTEM_OIDCREQUESTURI"], {"Authorization": f"Bearer {devops['SYSTEM_ACCESSTOKEN']}"}
    asked = f"{url}?api-version=7.1&serviceConnectionId={CONNECTION}"
    assert http.get(asked, headers=headers).status_code == 405
    assert http.post(url, headers=headers).status_code == 400
    assert http.post(f"{url}?api-version=7.1&serviceConnectionId={CONNECTION[:-1]}0", headers=headers).status_code == 404
    assert http.post(asked, headers={"X-TFS-FedAuthRedirect": "Suppress"}).status_code == 401
    led_away = http.post(asked, headers={"Authorization": "Bearer other"}, allow_redirects=False)
    assert (led_away.status_code, "_signin" in led_away.headers["Location"]) == (302, True)


def test_there_are_no_other_jobs(emulator: Emulator) -> None:
    with pytest.raises(EmulatorError, match="no jobs of"):
        emulator.pipeline_job("jenkins", subject="x")


def test_a_managed_identity_is_an_assertion_in_every_tenant(http: requests.Session, emulator: Emulator) -> None:
    """Of the tenant of the application: a token for anything else is none, nor is one for an application of another tenant."""
    applications = {
        name: emulator.add_application(name, displayName="trusts", signInAudience="AzureADMultipleOrgs", service_principal=True)["application"]
        for name in ("contoso", "fabrikam")
    }
    managed = next(item for item in emulator.tenant("contoso")["service_principals"].values() if item["appId"] == emulator.identity()["client_id"])
    issuer = f"https://login.microsoftonline.com/{emulator.tenant_id('contoso')}/v2.0"
    for name, application in applications.items():
        emulator.add_federated(name, application["id"], name="managed", issuer=issuer, subject=managed["id"])
    headers = {"X-IDENTITY-HEADER": emulator.ready["identity_header"]}

    def ask(resource: str, name: str) -> dict[str, t.Any]:
        query = {"api-version": "2019-08-01", "resource": resource}
        token = requests.get(emulator.identity_endpoint, params=query, headers=headers).json()["access_token"]
        form = {"grant_type": "client_credentials", "scope": "https://graph.microsoft.com/.default", "client_id": applications[name]["appId"]}
        form |= {"client_assertion": token, "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}
        found: dict[str, t.Any] = http.post(f"{emulator.login_url}/{emulator.tenant_id(name)}/oauth2/v2.0/token", data=form).json()
        return found

    assert claims(ask("api://AzureADTokenExchange", "contoso")["access_token"])["appid"] == applications["contoso"]["appId"]
    assert ask("api://AzureADTokenExchange", "fabrikam")["error_codes"] == [700236]
    assert ask("https://graph.microsoft.com", "contoso")["error_codes"] == [700211]
