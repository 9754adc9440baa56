# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The address of a vault, who signs in to it, and how a sentence names what the operator wrote: tables."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._clouds import CLOUDS
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConnectorError, CredentialError, OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._sinks.key_vault_access import (
    VaultAddress,
    identity_of,
    of_sink,
    root_of,
    vault_address,
    words_of_sink,
)

APP, OTHER = "11111111-2222-3333-4444-555555555555", "99999999-2222-3333-4444-555555555555"
PUBLIC = CLOUDS["public"]
HOST_IDENTITY = {"AZURE_CLIENT_ID": OTHER, "AZURE_CLIENT_SECRET": "of-the-host", "AZURE_TENANT_ID": OTHER, "ENTRA_FEDERATED_SOURCE": "github_actions"}
OWN = {"TENANTKIT_KEY_VAULT_TENANT_ID": "own.example", "TENANTKIT_KEY_VAULT_CLIENT_ID": OTHER, "TENANTKIT_KEY_VAULT_CLIENT_SECRET": "of-the-vault"}


@pytest.mark.parametrize(
    ("given", "url", "name", "cloud"),
    [
        ("https://keys.vault.azure.net", "https://keys.vault.azure.net", "keys", "public"),
        (" https://Keys.Vault.Azure.Net/ ", "https://keys.vault.azure.net", "keys", "public"),
        ("https://keys.vault.azure.net:443", "https://keys.vault.azure.net", "keys", "public"),
        ("https://keys.vault.usgovcloudapi.net", "https://keys.vault.usgovcloudapi.net", "keys", "usgov"),
        ("https://keys.vault.azure.cn", "https://keys.vault.azure.cn", "keys", "china"),
    ],
)
def test_a_vault(given: str, url: str, name: str, cloud: str) -> None:
    found = vault_address(given, 0)
    assert (found.url, found.name, found.cloud.name) == (url, name, cloud) and found.cloud.key_vault_audience == f"https://{url.partition('.')[2]}"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (None, "'entra_connector_sink[2].vault_url' is missing."),
        ("", "is missing."),
        ("http://keys.vault.azure.net", "is a plain http:// address; only https:// is used."),
        ("keys.vault.azure.net", "is not an https:// address."),
        ("https://vault.azure.net", "is not the address of a key vault of a cloud that is known."),
        ("https://keys.vault.azure.net.example.com", "is not the address of a key vault of a cloud that is known."),
        ("https://keys.evil.vault.azure.net", "is not the address of a key vault of a cloud that is known."),
        ("https://keys-vault.azure.net", "is not the address of a key vault of a cloud that is known."),
        ("https://keys.vault.azure.net:8443", "is not the address of a key vault of a cloud that is known."),
        ("https://keys.managedhsm.azure.net", "is not the address of a key vault of a cloud that is known."),
        ("https://user:password@keys.vault.azure.net", "contains a user name or password."),
        ("https://keys.vault.azure.net/secrets/x", "has a path, and a vault has none."),
        ("https://keys.vault.azure.net?x", "has a query or a fragment."),
        ("https://127.0.0.1", "is not the address of a key vault of a cloud that is known."),
    ],
)
def test_what_is_no_vault(given: str | None, said: str) -> None:
    with pytest.raises(OptionError) as caught:
        vault_address(given, 2)
    assert caught.value.message.endswith(said) and "'entra_connector_sink[2].vault_url'" in caught.value.message and "password@" not in caught.value.message
    assert (caught.value.code, caught.value.outcome) == ("invalid_vault_url", "refused") and ".vault.azure.cn" in (caught.value.advice or "")


@pytest.mark.parametrize(
    ("environ", "root"),
    [
        ({}, "https://keys.vault.azure.net"),
        ({"TENANTKIT_KEY_VAULT_GATEWAY": ""}, "https://keys.vault.azure.net"),
        ({"TENANTKIT_KEY_VAULT_GATEWAY": "https://127.0.0.1:1/keyvault/"}, "https://127.0.0.1:1/keyvault/keys"),
    ],
)
def test_where_requests_go(environ: dict[str, str], root: str) -> None:
    assert root_of(VaultAddress("https://keys.vault.azure.net", "keys", PUBLIC), environ) == root


def test_a_gateway_is_checked() -> None:
    with pytest.raises(OptionError, match="TENANTKIT_KEY_VAULT_GATEWAY"):
        root_of(VaultAddress("https://keys.vault.azure.net", "keys", PUBLIC), {"TENANTKIT_KEY_VAULT_GATEWAY": "http://plain"})


ENTRY = {"tenant_id": "tailspin.example", "client_id": APP}


@pytest.mark.parametrize(
    ("entry", "secrets", "environ", "tenant", "method", "source"),
    [
        (ENTRY, {"client_secret": "s3cret"}, {}, "tailspin.example", "client_secret", "sink 1"),
        (ENTRY, {"client_secret": "s3cret"}, OWN, "tailspin.example", "client_secret", "sink 1"),
        ({**ENTRY, "certificate_path": "/c.pem"}, {"certificate_password": "p"}, {}, "tailspin.example", "certificate", "sink 1"),
        ({**ENTRY, "federated_token_file": "/t"}, {}, {}, "tailspin.example", "federated", "sink 1"),
        ({**ENTRY, "federated_source": "github_actions"}, {}, {}, "tailspin.example", "federated", "sink 1"),
        ({**ENTRY, "auth_method": "managed_identity"}, {}, {}, "tailspin.example", "managed_identity", "sink 1"),
        ({"tenant_id": "tailspin.example", "auth_method": "managed_identity"}, {}, OWN, "tailspin.example", "managed_identity", "sink 1"),
        ({}, {}, OWN, "own.example", "client_secret", "the environment"),
        ({"tenant_id": "tailspin.example"}, {}, OWN, "tailspin.example", "client_secret", "the environment"),
        ({"client_id": ""}, {}, OWN, "own.example", "client_secret", "the environment"),
    ],
)
@pytest.mark.parametrize("host", [{}, HOST_IDENTITY])
def test_who_signs_in(
    entry: dict[str, t.Any], secrets: dict[str, str], environ: dict[str, str], tenant: str, method: str, source: str, host: dict[str, str]
) -> None:
    """The identity of the host, which is in the environment too, changes nothing."""
    found, credential = identity_of(entry, secrets, 0, {**environ, **host}, PUBLIC)
    assert (found, credential.method, credential.source) == (tenant, method, source)
    assert credential.client_id in ((OTHER,) if source == "the environment" else (APP, None))


@pytest.mark.parametrize(
    ("entry", "secrets", "environ", "kind", "said"),
    [
        ({"client_id": APP}, {"client_secret": "x"}, {}, OptionError, "'entra_connector_sink[1].tenant_id' is missing"),
        ({"client_id": APP, "tenant_id": " "}, {"client_secret": "x"}, {}, OptionError, "'entra_connector_sink[1].tenant_id' is missing"),
        ({"tenant_id": "tailspin.example"}, {}, {}, CredentialError, "No credential was given."),
        (ENTRY, {}, {}, CredentialError, "half a credential in sink 2: 'entra_connector_sink[1].client_id' is set"),
        (ENTRY, {}, OWN, CredentialError, "half a credential in sink 2"),
        (ENTRY, {"certificate_password": "x"}, {}, CredentialError, "'entra_connector_sink[1].certificate_path' is missing"),
        ({**ENTRY, "certificate_path": "/c"}, {"client_secret": "x"}, {}, CredentialError, "two credentials in sink 2"),
        ({**ENTRY, "federated_source": "elsewhere"}, {}, {}, CredentialError, "'entra_connector_sink[1].federated_source' is 'elsewhere'"),
        ({**ENTRY, "auth_method": "azure_cli"}, {}, {}, OptionError, "'entra_connector_sink[1].auth_method' is 'azure_cli'"),
        (
            {},
            {},
            {"TENANTKIT_KEY_VAULT_TENANT_ID": "own.example", "TENANTKIT_KEY_VAULT_CLIENT_ID": APP},
            CredentialError,
            "TENANTKIT_KEY_VAULT_CLIENT_ID is set",
        ),
        ({**ENTRY, "tenant_id": "common"}, {"client_secret": "x"}, {}, OptionError, "stands for many tenants"),
    ],
)
def test_who_cannot_sign_in(entry: dict[str, t.Any], secrets: dict[str, str], environ: dict[str, str], kind: type[ConnectorError], said: str) -> None:
    with pytest.raises(kind) as caught:
        identity_of(entry, secrets, 1, {**environ, **HOST_IDENTITY}, PUBLIC)
    assert said in caught.value.message and "of-the" not in caught.value.sentence()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Set auth_client_id to the GUID.", "Set 'entra_connector_sink[0].client_id' to the GUID."),
        ("auth_certificate_password is wrong", "'entra_connector_sink[0].certificate_password' is wrong"),
        ("Use another auth_method ('entra_auth' for the automation itself).", "Use another 'entra_connector_sink[0].auth_method'."),
        ("tenant_id ('entra_tenant_id') is wrong", "'entra_connector_sink[0].tenant_id' is wrong"),
        (
            "Check login_url ('entra_login_url') and cloud ('entra_cloud').",
            "Check TENANTKIT_KEY_VAULT_LOGIN_URL and the cloud in 'entra_connector_sink[0].vault_url'.",
        ),
        (
            "Check 'login_url' ('entra_login_url' of the roles) and 'cloud' ('entra_cloud').",
            "Check TENANTKIT_KEY_VAULT_LOGIN_URL and the cloud in 'entra_connector_sink[0].vault_url'.",
        ),
        ("Check the option cloud ('entra_cloud').", "Check the cloud in 'entra_connector_sink[0].vault_url'."),
        ("'entra_connector_sink[0].client_id' stays", "'entra_connector_sink[0].client_id' stays"),
        ("TENANTKIT_KEY_VAULT_CLIENT_ID stays", "TENANTKIT_KEY_VAULT_CLIENT_ID stays"),
        ("the client secret of 1234... is over", "the client secret of 1234... is over"),
    ],
)
def test_a_sentence_names_what_the_operator_wrote(text: str, expected: str) -> None:
    assert words_of_sink(text, 0) == expected


def test_a_failure_says_which_sink_it_is() -> None:
    with pytest.raises(CredentialError) as caught, of_sink(1):
        raise CredentialError("It is over.", advice="Set auth_client_id.", tenant="of-the-vault")
    assert caught.value.message == "Sink 2 of 'entra_connector_sink': It is over." and caught.value.tenant is None
    assert caught.value.advice == "Set 'entra_connector_sink[1].client_id'."
    with pytest.raises(CredentialError) as caught, of_sink(1):
        raise CredentialError("'entra_connector_sink[1].tenant_id' is missing.")
    assert (caught.value.message, caught.value.advice) == ("'entra_connector_sink[1].tenant_id' is missing.", None)


def test_what_is_missing_is_named_member_by_member() -> None:
    """Without the entry in front a name would be taken for a variable of the role."""
    with pytest.raises(CredentialError) as caught, of_sink(0):
        identity_of({"tenant_id": "tailspin.example"}, {}, 0, {}, PUBLIC)
    names = ("client_id", "client_secret", "certificate_path", "federated_token_file", "federated_source", "auth_method")
    assert caught.value.message == "Sink 1 of 'entra_connector_sink': No credential was given."
    assert [f"'entra_connector_sink[0].{name}'" in (caught.value.advice or "") for name in names] == [True] * len(names)
    assert "TENANTKIT_KEY_VAULT_CLIENT_ID" in (caught.value.advice or "") and "The identity of the host is never taken" in (caught.value.advice or "")
