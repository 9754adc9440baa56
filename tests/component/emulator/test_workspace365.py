# SPDX-License-Identifier: GPL-3.0-or-later
"""The Provisioning API and the sign-in page."""

from __future__ import annotations

import typing as t
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from tenant_emulator.testing import Emulator

KEY = "7b2f4e90-1c6d-4a83-9f05-d8e3a7b61c24"
HEADERS = {"ProvisioningKey": KEY, "X-Requested-With": "XMLHttpRequest"}
SSO = "Provisioning/contoso/SingleSignOnSettings/OAuth2"
BODY = {"Authority": "https://login.windows.net/contoso.com", "ClientId": "the-client", "Key": "the-key"}


def call(http: requests.Session, emulator: Emulator, method: str, path: str, instance: str = "portal", **options: t.Any) -> requests.Response:
    options.setdefault("headers", HEADERS)
    return http.request(method, f"{emulator.workspace365_url(instance)}/{path}", allow_redirects=False, **options)


def test_sso_is_stored_and_cannot_be_read_back(http: requests.Session, emulator: Emulator) -> None:
    assert emulator.workspace365("portal", "contoso")["sso"] is None
    answer = call(http, emulator, "PUT", SSO, json=BODY)
    assert (answer.status_code, answer.content) == (200, b"")
    stored = emulator.workspace365("portal", "contoso")
    assert (stored["sso"]["authority"], stored["sso"]["client_id"]) == (BODY["Authority"], "the-client")
    assert stored["sso"]["key_id"] is None and "the-key" not in str(stored)
    for method in ("GET", "POST", "DELETE"):
        assert call(http, emulator, method, SSO).status_code == 404
    assert emulator.workspace365("other", "contoso")["sso"] is None


def test_the_control_path_says_which_key_is_held(http: requests.Session, emulator: Emulator) -> None:
    secret = emulator.add_application("contoso", displayName="W", secrets=[{}, {}])["secrets"][1]
    call(http, emulator, "PUT", SSO, json={**BODY, "Key": secret["value"]})
    assert emulator.workspace365("portal", "contoso")["sso"]["key_id"] == secret["key_id"]


@pytest.mark.parametrize("key", [None, "", "wrong", "c05a9d37-8e41-4b2f-a6d8-3f7e1b90c652"])
def test_a_wrong_key_is_403_without_a_body(http: requests.Session, emulator: Emulator, key: str | None) -> None:
    headers = {**HEADERS, "ProvisioningKey": key} if key is not None else {"X-Requested-With": "XMLHttpRequest"}
    for method, path in (("PUT", SSO), ("GET", "Provisioning/Environment/"), ("GET", "Provisioning/nobody/UserLicenses/")):
        answer = call(http, emulator, method, path, headers=headers, json=BODY)
        assert (answer.status_code, answer.content) == (403, b"")


def test_switched_off(http: requests.Session, emulator: Emulator) -> None:
    emulator.set_workspace365("portal", api_enabled=False)
    assert call(http, emulator, "PUT", SSO, json=BODY).status_code == 403
    emulator.set_workspace365("portal", api_enabled=True, on_premises=True)
    assert call(http, emulator, "PUT", SSO, json=BODY).status_code == 404
    assert call(http, emulator, "GET", "Provisioning/Environment/").status_code == 200


def test_the_ajax_header_is_required_in_strict_mode(http: requests.Session, emulator: Emulator) -> None:
    headers = {"ProvisioningKey": KEY}
    assert call(http, emulator, "PUT", SSO, json=BODY, headers=headers).status_code == 400
    emulator.set_workspace365("portal", strict_headers=False)
    assert call(http, emulator, "PUT", SSO, json=BODY, headers=headers).status_code == 200


def test_unknown_environment(http: requests.Session, emulator: Emulator) -> None:
    for name in ("nobody", "Contoso"):
        assert call(http, emulator, "PUT", SSO.replace("contoso", name), json=BODY).status_code == 404
        assert call(http, emulator, "GET", f"Provisioning/{name}/UserLicenses/").status_code == 404
        assert call(http, emulator, "GET", f"{name}/SignIn").status_code == 404


@pytest.mark.parametrize("name", ["Authority", "ClientId", "Key"])
@pytest.mark.parametrize("value", [None, "", "  "])
def test_missing_values(http: requests.Session, emulator: Emulator, name: str, value: str | None) -> None:
    answer = call(http, emulator, "PUT", SSO, json={**BODY, name: value})
    assert answer.status_code == 400
    assert [item["PropertyName"] for item in answer.json()] == [name]
    assert emulator.workspace365("portal", "contoso")["sso"] is None


@pytest.mark.parametrize(
    "authority",
    ["http://login.windows.net/x", "https://login.windows.net/", "https://login.windows.net.evil.example/x", "contoso.com"],
)
def test_authority(http: requests.Session, emulator: Emulator, authority: str) -> None:
    assert call(http, emulator, "PUT", SSO, json={**BODY, "Authority": authority}).status_code == 400


def test_wrong_bodies_are_500(http: requests.Session, emulator: Emulator) -> None:
    assert call(http, emulator, "PUT", SSO, json={**BODY, "Key": 7}).status_code == 500
    assert call(http, emulator, "PUT", SSO, json=[BODY]).status_code == 500
    headers = {**HEADERS, "Content-Type": "application/json"}
    assert call(http, emulator, "PUT", SSO, data="{", headers=headers).status_code == 500
    assert call(http, emulator, "PUT", SSO, data=BODY).status_code == 500


def test_member_names_are_bound_without_case(http: requests.Session, emulator: Emulator) -> None:
    body = {"authority": BODY["Authority"], "clientId": "lower", "KEY": "k"}
    assert call(http, emulator, "PUT", SSO, json=body).status_code == 200
    assert emulator.workspace365("portal", "contoso")["sso"]["client_id"] == "lower"


def test_environments_and_licenses(http: requests.Session, emulator: Emulator) -> None:
    assert call(http, emulator, "GET", "Provisioning/Environment/").json() == ["contoso", "fabrikam", "northwind"]
    emulator.set_workspace365("portal", environment_shape="objects")
    assert call(http, emulator, "GET", "Provisioning/Environment/").json()[0] == {"Name": "contoso"}
    licenses = call(http, emulator, "GET", "Provisioning/contoso/UserLicenses/").json()
    assert set(licenses) == {"purchasedLicenses", "usedLicenses"}


def test_sign_in_page(http: requests.Session, emulator: Emulator) -> None:
    page = call(http, emulator, "GET", "contoso/SignIn", headers={})
    assert page.status_code == 200 and "<form" in page.text
    call(http, emulator, "PUT", SSO, json=BODY)
    page = call(http, emulator, "GET", "contoso/SignIn", headers={})
    assert page.status_code == 302
    parts = urlsplit(page.headers["Location"])
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{BODY['Authority']}/oauth2/authorize"
    query = parse_qs(parts.query)
    assert query["client_id"] == ["the-client"]
    assert query["redirect_uri"] == [f"{emulator.workspace365_url()}/contoso/OAuth2/HandleAuthorityResponse"]
    for mode, status in (("html", 200), ("error", 500)):
        emulator.set_workspace365("portal", "contoso", page_mode=mode)
        assert call(http, emulator, "GET", "contoso/SignIn", headers={}).status_code == status


def test_a_sign_in_page_that_names_no_client_id(http: requests.Session, emulator: Emulator) -> None:
    call(http, emulator, "PUT", SSO, json=BODY)
    emulator.set_workspace365("portal", "contoso", page_mode="bare")
    page = call(http, emulator, "GET", "contoso/SignIn", headers={})
    assert page.status_code == 302 and "client_id" not in page.headers["Location"]


def test_a_sign_in_page_that_lags_behind(http: requests.Session, emulator: Emulator) -> None:
    """So many reads show what was there before the call, nothing or another client."""
    emulator.set_workspace365("portal", "contoso", page_lag=2)
    for before, client in (([200, 200], "one"), ([302, 302], "two")):
        call(http, emulator, "PUT", SSO, json={**BODY, "ClientId": client})
        pages = [call(http, emulator, "GET", "contoso/SignIn", headers={}) for _number in range(3)]
        assert [page.status_code for page in pages] == [*before, 302]
        assert [f"client_id={client}&" in page.headers.get("Location", "") for page in pages] == [False, False, True]


def test_by_public_host_name_through_the_proxy(emulator: Emulator) -> None:
    with requests.Session() as session:
        session.trust_env = False
        session.verify = emulator.ca_path
        session.proxies = {"https": str(emulator.proxy_url)}
        url = "https://other.workspace365.net/Provisioning/Environment/"
        headers = {**HEADERS, "ProvisioningKey": "c05a9d37-8e41-4b2f-a6d8-3f7e1b90c652"}
        assert session.get(url, headers=headers).json() == ["contoso", "wingtip"]
        with pytest.raises(requests.exceptions.ProxyError, match="403"):
            session.get("https://example.com/")
        with pytest.raises(requests.exceptions.ProxyError, match="403"):
            session.get("https://graph.microsoft.com:8443/")
