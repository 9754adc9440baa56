# SPDX-License-Identifier: GPL-3.0-or-later
"""azure-keyvault-secrets, unchanged: it asks the emulated vault for what a controller's look-up asks for, and does all that the sink does."""

from __future__ import annotations

import datetime as dt

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.identity import ClientSecretCredential
from azure.keyvault.secrets import SecretClient
from tenant_emulator.testing import Emulator

from .pointed import proxy_environment

PATH = "/secrets/payroll"


@pytest.fixture
def client(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> SecretClient:
    """Signed in as the vault's writer, under the public host names."""
    return client_of(emulator, monkeypatch, "vault-writer")


def client_of(emulator: Emulator, monkeypatch: pytest.MonkeyPatch, identity: str) -> SecretClient:
    for name, value in proxy_environment(emulator).items():
        monkeypatch.setenv(name, value)
    known = emulator.identity(identity)
    credential = ClientSecretCredential(emulator.tenant_id("tailspin"), known["client_id"], known["secret"], disable_instance_discovery=True)
    return SecretClient("https://tailspin-keys.vault.azure.net", credential)


@pytest.fixture
def refused() -> set[tuple[str, str, int]]:
    """Every client asks without a token first."""
    return {(method, "", 401) for method in ("GET", "PUT", "PATCH", "DELETE")}


Refused = set[tuple[str, str, int]]


def test_versions(client: SecretClient, emulator: Emulator) -> None:
    """A write is a new version, the newest is handed out, and an older one can be disabled."""
    end = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    first = client.set_secret("payroll", "one", tags={"key_id": "1"}, expires_on=end)
    emulator.advance(2)
    second = client.set_secret("payroll", "two", tags={"key_id": "2"})
    assert (first.properties.expires_on, first.properties.tags) == (end, {"key_id": "1"})
    found = client.get_secret("payroll")
    assert (found.value, found.properties.version, found.properties.tags) == ("two", second.properties.version, {"key_id": "2"})
    assert client.get_secret("payroll", first.properties.version).value == "one"
    changed = client.update_secret_properties("payroll", first.properties.version, enabled=False)
    assert changed.enabled is False and changed.tags == {"key_id": "1"}
    emulator.settings(key_vault_page_size=1)
    listed = {one.version: (one.enabled, one.tags) for one in client.list_properties_of_secret_versions("payroll")}
    assert listed == {first.properties.version: (False, {"key_id": "1"}), second.properties.version: (True, {"key_id": "2"})}


def test_soft_delete(client: SecretClient, refused: Refused) -> None:
    refused |= {("PUT", PATH, 409), ("GET", f"{PATH}", 404), ("GET", f"{PATH}/", 404), ("GET", "/deletedsecrets/payroll", 404)}
    client.set_secret("payroll", "one")
    client.begin_delete_secret("payroll").wait()
    assert client.get_deleted_secret("payroll").scheduled_purge_date is not None
    with pytest.raises(ResourceExistsError, match="deleted but recoverable"):
        client.set_secret("payroll", "two")
    with pytest.raises(ResourceNotFoundError):
        client.get_secret("payroll")
    client.begin_recover_deleted_secret("payroll").wait()
    assert client.get_secret("payroll").value == "one"


def test_a_reader(emulator: Emulator, monkeypatch: pytest.MonkeyPatch, refused: Refused) -> None:
    """What a controller's look-up may."""
    refused.add(("PUT", PATH, 403))
    emulator.put_in_key_vault("payroll", value="kept")
    reader = client_of(emulator, monkeypatch, "vault-reader")
    assert reader.get_secret("payroll", "").value == "kept"
    with pytest.raises(HttpResponseError) as caught:
        reader.set_secret("payroll", "two")
    assert caught.value.status_code == 403 and "not authorized" in str(caught.value)
