# SPDX-License-Identifier: GPL-3.0-or-later
"""The token endpoint as MSAL uses it."""

from __future__ import annotations

import typing as t

import msal
import pytest
import requests
from cryptography.hazmat.primitives import hashes
from support.certificates import certificate, key_pem, register
from tenant_emulator.testing import Emulator

GRAPH = "https://graph.microsoft.com/.default"


@pytest.fixture
def no_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("no_bundle")
def test_msal_with_secret_and_certificate(emulator: Emulator) -> None:
    identity = emulator.identity()
    options: dict[str, t.Any] = {
        "authority": f"{emulator.login_url}/contoso.com",
        "instance_discovery": False,
        "verify": emulator.ca_path,
    }
    app = msal.ConfidentialClientApplication(identity["client_id"], client_credential=identity["secret"], **options)
    assert app.acquire_token_for_client([GRAPH])["token_type"] == "Bearer"

    key, cert, pem = certificate()
    client = register(emulator, pem)
    sha1 = cert.fingerprint(hashes.SHA1()).hex()
    for credential in (
        {"private_key": key_pem(key), "thumbprint": sha1},
        {"private_key": key_pem(key), "public_certificate": pem},
    ):
        app = msal.ConfidentialClientApplication(client, client_credential=credential, **options)
        answer = app.acquire_token_for_client([GRAPH])
        assert answer.get("token_type") == "Bearer", answer


@pytest.mark.usefixtures("no_bundle")
def test_msal_knows_nothing_of_the_emulator_behind_the_proxy(emulator: Emulator) -> None:
    identity = emulator.identity()
    app = msal.ConfidentialClientApplication(
        identity["client_id"],
        client_credential=identity["secret"],
        authority="https://login.microsoftonline.com/fabrikam.com",
        verify=emulator.ca_path,
        proxies={"https": emulator.proxy_url},
    )
    assert app.acquire_token_for_client([GRAPH])["token_type"] == "Bearer"


def test_msal_managed_identity(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", emulator.identity_endpoint)
    monkeypatch.setenv("IDENTITY_HEADER", emulator.ready["identity_header"])
    with requests.Session() as session:
        client = msal.ManagedIdentityClient(msal.SystemAssignedManagedIdentity(), http_client=session)
        answer = client.acquire_token_for_client(resource="https://graph.microsoft.com")
    assert answer.get("token_type") == "Bearer", answer
    assert requests.get(emulator.identity_endpoint, params={"resource": "x"}).status_code == 401
