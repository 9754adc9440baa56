# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which credential is chosen: one, whole, from one source."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth import choose_credential
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import CredentialError

CLIENT = "11111111-2222-3333-4444-555555555555"
OTHER = "99999999-2222-3333-4444-555555555555"

SECRET = {"auth_client_id": CLIENT, "auth_client_secret": "s3cret"}
CERTIFICATE = {"auth_client_id": CLIENT, "auth_certificate_path": "/c.pem"}
FEDERATED = {"auth_client_id": CLIENT, "auth_federated_token_file": "/token"}
TOKEN = {"auth_access_token": "a.b.c"}
CONNECTION = "7c1b0e5f-93a2-4f0c-8d1e-5b6a4c3d2e1f"
GITHUB = {"auth_client_id": CLIENT, "auth_federated_source": "github_actions"}
DEVOPS = {"auth_client_id": CLIENT, "auth_federated_source": "azure_devops", "auth_service_connection_id": CONNECTION}
MANAGED = {"auth_client_id": CLIENT, "auth_federated_source": "managed_identity"}

ENV_SECRET = {"AZURE_CLIENT_ID": OTHER, "AZURE_CLIENT_SECRET": "env-secret"}
ENV_AWX = {"AZURE_CLIENT_ID": OTHER, "AZURE_SECRET": "env-secret", "AZURE_TENANT": "x", "AZURE_SUBSCRIPTION_ID": "y"}
ENV_CERTIFICATE = {"AZURE_CLIENT_ID": OTHER, "AZURE_CLIENT_CERTIFICATE_PATH": "/env.pem", "AZURE_CLIENT_CERTIFICATE_PASSWORD": "p"}
ENV_FEDERATED = {"AZURE_CLIENT_ID": OTHER, "AZURE_FEDERATED_TOKEN_FILE": "/env-token"}
ENV_GITHUB = {"AZURE_CLIENT_ID": OTHER, "ENTRA_FEDERATED_SOURCE": "github_actions"}
ENV_CONNECTION = {"AZURESUBSCRIPTION_SERVICE_CONNECTION_ID": CONNECTION}
ENV_DEVOPS = {"AZURE_CLIENT_ID": OTHER, "ENTRA_FEDERATED_SOURCE": "azure_devops", **ENV_CONNECTION}
ENV_MANAGED = {"AZURE_CLIENT_ID": OTHER, "ENTRA_FEDERATED_SOURCE": "managed_identity", "ENTRA_MANAGED_IDENTITY_CLIENT_ID": CLIENT}
# What the platforms set for every job, whatever it signs in with.
JOBS = {"ACTIONS_ID_TOKEN_REQUEST_URL": "https://x", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "y", "SYSTEM_OIDCREQUESTURI": "https://z", **ENV_CONNECTION}


def options(*parts: dict[str, t.Any], **more: t.Any) -> dict[str, t.Any]:
    """All options, as a module gets them: what is not given is None."""
    names = ["id", "client_secret", "certificate_path", "certificate_password", "federated_token_file", "access_token"]
    names += ["federated_source", "service_connection_id", "managed_identity_client_id"]
    made: dict[str, t.Any] = {"auth_method": "auto", "auth_client_id": None, **{f"auth_{name}": None for name in names[1:]}}
    for part in parts:
        made.update(part)
    return {**made, **more}


@pytest.mark.parametrize(
    ("given", "environ", "method", "source", "client"),
    [
        (SECRET, {}, "client_secret", "the options", CLIENT),
        (CERTIFICATE, {}, "certificate", "the options", CLIENT),
        ({**CERTIFICATE, "auth_certificate_password": "p"}, {}, "certificate", "the options", CLIENT),
        (FEDERATED, {}, "federated", "the options", CLIENT),
        (TOKEN, {}, "access_token", "the options", None),
        ({**TOKEN, "auth_client_id": CLIENT}, {}, "access_token", "the options", CLIENT),
        ({}, ENV_SECRET, "client_secret", "the environment", OTHER),
        ({}, ENV_AWX, "client_secret", "the environment", OTHER),
        ({}, {**ENV_AWX, "AZURE_CLIENT_SECRET": "env-secret"}, "client_secret", "the environment", OTHER),
        ({}, ENV_CERTIFICATE, "certificate", "the environment", OTHER),
        ({}, ENV_FEDERATED, "federated", "the environment", OTHER),
        ({}, {**ENV_SECRET, "AZURE_FEDERATED_TOKEN_FILE": ""}, "client_secret", "the environment", OTHER),
        # where a federated token comes from
        ({**FEDERATED, "auth_federated_source": "file"}, {}, "federated", "the options", CLIENT),
        (GITHUB, {}, "federated", "the options", CLIENT),
        (DEVOPS, {}, "federated", "the options", CLIENT),
        (MANAGED, {}, "federated", "the options", CLIENT),
        ({**MANAGED, "auth_managed_identity_client_id": OTHER}, {}, "federated", "the options", CLIENT),
        ({**GITHUB, "auth_method": "federated"}, ENV_SECRET, "federated", "the options", CLIENT),
        ({}, ENV_GITHUB, "federated", "the environment", OTHER),
        ({}, ENV_DEVOPS, "federated", "the environment", OTHER),
        ({}, ENV_MANAGED, "federated", "the environment", OTHER),
        ({"auth_method": "federated"}, {**ENV_SECRET, **ENV_GITHUB}, "federated", "the environment", OTHER),
        # what the platform of a job sets is no credential by itself
        ({}, {**ENV_SECRET, **JOBS}, "client_secret", "the environment", OTHER),
        (SECRET, JOBS, "client_secret", "the options", CLIENT),
        ({}, {**ENV_FEDERATED, **JOBS}, "federated", "the environment", OTHER),
        # options win, whole
        (SECRET, ENV_CERTIFICATE, "client_secret", "the options", CLIENT),
        (CERTIFICATE, ENV_SECRET, "certificate", "the options", CLIENT),
        (TOKEN, ENV_SECRET, "access_token", "the options", None),
        # a method that is named settles what would be two
        ({**SECRET, **CERTIFICATE, "auth_method": "certificate"}, {}, "certificate", "the options", CLIENT),
        ({**SECRET, **CERTIFICATE, "auth_method": "client_secret"}, {}, "client_secret", "the options", CLIENT),
        ({"auth_method": "federated"}, {**ENV_SECRET, **ENV_FEDERATED}, "federated", "the environment", OTHER),
        ({"auth_method": "client_secret"}, ENV_SECRET, "client_secret", "the environment", OTHER),
        # only when named; its client id is never the environment's
        ({"auth_method": "managed_identity"}, ENV_SECRET, "managed_identity", "the options", None),
        ({"auth_method": "managed_identity", "auth_client_id": CLIENT}, ENV_SECRET, "managed_identity", "the options", CLIENT),
        ({"auth_method": "azure_cli"}, ENV_SECRET, "azure_cli", "this machine", None),
    ],
)
def test_one_is_chosen(given: dict[str, str], environ: dict[str, str], method: str, source: str, client: str | None) -> None:
    credential = choose_credential(options(given), environ)
    assert (credential.method, credential.source, credential.client_id) == (method, source, client)


@pytest.mark.parametrize(
    ("given", "environ", "code", "words"),
    [
        ({"auth_client_id": CLIENT}, {}, "half_credential", ["the options", "auth_client_id is set", "auth_client_secret", "auth_certificate_path"]),
        ({"auth_client_secret": "x"}, {}, "half_credential", ["auth_client_secret is set", "auth_client_id is missing"]),
        ({"auth_certificate_path": "x"}, {}, "half_credential", ["auth_certificate_path is set", "auth_client_id is missing"]),
        (
            {"auth_certificate_password": "x"},
            {},
            "half_credential",
            ["auth_certificate_password is set", "auth_client_id and auth_certificate_path are missing"],
        ),
        ({"auth_federated_token_file": "x"}, {}, "half_credential", ["auth_client_id is missing"]),
        # half in the options is not completed from the environment, nor replaced by it
        ({"auth_client_id": CLIENT}, ENV_SECRET, "half_credential", ["the options"]),
        ({"auth_client_secret": "x"}, ENV_SECRET, "half_credential", ["the options"]),
        ({"auth_client_secret": ""}, ENV_SECRET, "half_credential", ["auth_client_secret is set and empty"]),
        ({**SECRET, "auth_client_id": " "}, {}, "half_credential", ["auth_client_id is set and empty"]),
        ({}, {"AZURE_CLIENT_ID": OTHER}, "half_credential", ["the environment", "AZURE_CLIENT_ID is set", "AZURE_CLIENT_SECRET"]),
        ({}, {"AZURE_CLIENT_SECRET": "x"}, "half_credential", ["AZURE_CLIENT_ID is missing"]),
        ({}, {"AZURE_SECRET": "x"}, "half_credential", ["AZURE_SECRET is set", "AZURE_CLIENT_ID is missing"]),
        ({}, {"AZURE_FEDERATED_TOKEN_FILE": "x"}, "half_credential", ["AZURE_CLIENT_ID is missing"]),
        ({}, JOBS, "no_credential", ["auth_federated_source"]),
        ({"auth_federated_source": "github_actions"}, {}, "half_credential", ["auth_federated_source is set", "auth_client_id is missing"]),
        ({"auth_client_id": CLIENT, "auth_federated_source": "file"}, {}, "half_credential", ["auth_federated_token_file is missing"]),
        ({"auth_client_id": CLIENT, "auth_federated_source": "azure_devops"}, ENV_CONNECTION, "half_credential", ["auth_service_connection_id is missing"]),
        ({}, {"AZURE_CLIENT_ID": OTHER, "ENTRA_FEDERATED_SOURCE": "azure_devops"}, "half_credential", ["AZURESUBSCRIPTION_SERVICE_CONNECTION_ID is missing"]),
        ({}, {"ENTRA_FEDERATED_SOURCE": "github_actions"}, "half_credential", ["AZURE_CLIENT_ID is missing"]),
        ({}, {"AZURE_CLIENT_ID": OTHER, "ENTRA_FEDERATED_SOURCE": "gitlab"}, "federated_source", ["ENTRA_FEDERATED_SOURCE is 'gitlab'", "github_actions"]),
        ({"auth_client_id": CLIENT}, JOBS, "half_credential", ["auth_federated_source"]),
        (
            {**FEDERATED, **GITHUB},
            {},
            "federated_source",
            ["auth_federated_token_file belongs to the federated tokens of 'file'", "auth_federated_source is github_actions"],
        ),
        ({**GITHUB, "auth_service_connection_id": CONNECTION}, {}, "federated_source", ["auth_service_connection_id belongs to", "azure_devops"]),
        ({"auth_client_id": CLIENT, "auth_service_connection_id": CONNECTION}, {}, "federated_source", ["auth_federated_source is not set", "to azure_devops"]),
        ({**FEDERATED, "auth_managed_identity_client_id": OTHER}, {}, "federated_source", ["auth_managed_identity_client_id belongs", "to managed_identity"]),
        ({**SECRET, **GITHUB}, {}, "two_credentials", ["a client secret and a federated token", "auth_client_secret and auth_federated_source"]),
        ({}, {**ENV_SECRET, **ENV_GITHUB}, "two_credentials", ["AZURE_CLIENT_SECRET and ENTRA_FEDERATED_SOURCE"]),
        ({**SECRET, **CERTIFICATE}, {}, "two_credentials", ["a client secret and a certificate", "auth_client_secret", "auth_certificate_path"]),
        ({**SECRET, **TOKEN}, {}, "two_credentials", ["a client secret and an access token"]),
        ({**SECRET, "auth_certificate_password": "p"}, {}, "two_credentials", ["auth_certificate_password"]),
        ({}, {**ENV_SECRET, **ENV_FEDERATED}, "two_credentials", ["AZURE_CLIENT_SECRET and AZURE_FEDERATED_TOKEN_FILE"]),
        ({}, {**ENV_SECRET, "AZURE_SECRET": "another"}, "two_credentials", ["AZURE_CLIENT_SECRET and AZURE_SECRET"]),
        ({}, {}, "no_credential", ["No credential"]),
        ({}, {"AZURE_TENANT_ID": "x"}, "no_credential", ["No credential"]),
        ({"auth_method": "client_secret"}, {}, "no_credential", ["auth_method is client_secret"]),
        ({"auth_method": "client_secret", "auth_client_id": CLIENT}, ENV_SECRET, "half_credential", ["auth_client_secret is missing"]),
        ({"auth_method": "client_secret"}, ENV_CERTIFICATE, "half_credential", ["AZURE_CLIENT_SECRET is missing"]),
        ({"auth_method": "certificate"}, {"AZURE_CLIENT_CERTIFICATE_PASSWORD": "p"}, "half_credential", ["AZURE_CLIENT_ID and AZURE_CLIENT_CERTIFICATE_PATH"]),
        ({"auth_method": "access_token"}, ENV_SECRET, "no_credential", ["auth_method is access_token"]),
        ({"auth_method": "managed_identity", "auth_client_id": ""}, {}, "half_credential", ["set and empty"]),
    ],
)
def test_anything_else_is_an_error(given: dict[str, str], environ: dict[str, str], code: str, words: list[str]) -> None:
    with pytest.raises(CredentialError) as caught:
        choose_credential(options(given), environ)
    assert caught.value.code == code
    for word in words:
        assert word in caught.value.sentence()
    assert caught.value.advice


@pytest.mark.parametrize(
    ("cloud", "audience"),
    [
        (None, "api://AzureADTokenExchange"),
        ("gcc", "api://AzureADTokenExchange"),
        ("usgov", "api://AzureADTokenExchangeUSGov"),
        ("usgov_dod", "api://AzureADTokenExchangeUSGov"),
        ("china", "api://AzureADTokenExchangeChina"),
    ],
)
def test_an_assertion_is_for_the_cloud(cloud: str | None, audience: str) -> None:
    credential = choose_credential(options(GITHUB, cloud=cloud), {})
    assert vars(credential)["_asked"].audience == audience


def test_no_value_of_a_secret_stands_in_an_error() -> None:
    with pytest.raises(CredentialError) as caught:
        choose_credential(options({"auth_client_secret": "do-not-show", "auth_access_token": "nor-this"}), {"AZURE_SECRET": "x"})
    assert "do-not-show" not in caught.value.sentence()
    assert "nor-this" not in caught.value.sentence()


def test_the_description_says_source_and_client() -> None:
    assert choose_credential(options(), ENV_SECRET).describe() == "client secret of 99999999... from the environment"
    assert choose_credential(options(CERTIFICATE), {}).describe() == "certificate /c.pem of 11111111... from the options"
    assert choose_credential(options(TOKEN), {}).describe() == "access token from the options"
    assert choose_credential(options(auth_method="managed_identity"), {}).describe() == "system-assigned managed identity"


def test_every_credential_has_a_fingerprint_of_its_own() -> None:
    given = [
        choose_credential(options(SECRET), {}),
        choose_credential(options(SECRET, auth_client_secret="another"), {}),
        choose_credential(options(SECRET, auth_client_id=OTHER), {}),
        choose_credential(options(FEDERATED), {}),
        choose_credential(options(GITHUB), {}),
        choose_credential(options(DEVOPS), {}),
        choose_credential(options(MANAGED), {}),
        choose_credential(options(TOKEN), {}),
        choose_credential(options(auth_method="managed_identity"), {}),
        choose_credential(options(auth_method="managed_identity", auth_client_id=CLIENT), {}),
        choose_credential(options(auth_method="azure_cli"), {}),
        choose_credential(options(auth_method="azure_cli"), {"AZURE_CONFIG_DIR": "/x"}),
    ]
    assert len({credential.fingerprint for credential in given}) == len(given)
    assert choose_credential(options(SECRET), {}).fingerprint == given[0].fingerprint
