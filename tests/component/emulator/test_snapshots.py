# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots: what was saved comes back whole, and nothing of what was done since."""

from __future__ import annotations

import pytest
import requests
from tenant_emulator.testing import Emulator, EmulatorError

HEADERS = {"ProvisioningKey": "7b2f4e90-1c6d-4a83-9f05-d8e3a7b61c24", "X-Requested-With": "XMLHttpRequest"}


def connect(http: requests.Session, emulator: Emulator, name: str) -> str:
    """An application with a secret that Workspace 365 holds, and a token of it. Returns the secret."""
    made = emulator.add_application("contoso", displayName=name, secrets=[{"displayName": "key"}])
    secret = str(made["secrets"][0]["value"])
    url = f"{emulator.workspace365_url()}/Provisioning/contoso/SingleSignOnSettings/OAuth2"
    body = {"Authority": "https://login.windows.net/contoso.com", "ClientId": made["application"]["appId"], "Key": secret}
    assert http.put(url, headers=HEADERS, json=body).status_code == 200
    assert emulator.token("contoso", made["application"]["appId"], secret)["status"] == 200
    return secret


def everything(emulator: Emulator) -> dict[str, object]:
    """All that the control path shows; of the clock its distance from the machine's."""
    state = emulator.state(full=True)
    state["clock"] = state["clock"]["offset"]
    return {"state": state, "issued": emulator.issued(), "journal": emulator.journal(), "faults": emulator.faults(), "digest": emulator.digest()}


def test_what_was_saved_comes_back_and_nothing_else(http: requests.Session, emulator: Emulator) -> None:
    emulator.settings(replication_reads=2, secret_activation_delay=5)
    emulator.settings(secret_activation_delay=0)
    emulator.advance(3600)
    connect(http, emulator, "Saved")
    token, saved = emulator.snapshot(), everything(emulator)
    for _time in range(2):  # what was restored can be changed without changing what was saved
        later = connect(http, emulator, "Later")
        emulator.settings(replication_reads=0, update_reads=3)
        emulator.advance(86400)
        emulator.fault(action="status", times=None)
        assert later in emulator.issued()
        emulator.restore(token)
        assert everything(emulator) == saved
        assert later not in emulator.issued()


def test_a_reset_after_a_restore_is_whole(http: requests.Session, emulator: Emulator) -> None:
    configured = everything(emulator)
    connect(http, emulator, "Saved")
    token = emulator.snapshot()
    emulator.restore(token)
    assert everything(emulator) != configured
    emulator.reset(forget=True)
    assert everything(emulator) == configured


def test_a_restored_secret_and_a_restored_token_are_good(http: requests.Session, emulator: Emulator) -> None:
    made = emulator.add_application("contoso", displayName="Saved", secrets=[{"displayName": "key"}])
    client, secret = made["application"]["appId"], made["secrets"][0]["value"]
    bearer = emulator.token("contoso")["access_token"]
    token = emulator.snapshot()
    emulator.reset(forget=True)
    assert emulator.token("contoso", client, secret)["status"] != 200
    emulator.restore(token)
    assert emulator.token("contoso", client, secret)["status"] == 200
    url = f"{emulator.graph_url}/v1.0/applications/{made['application']['id']}"
    assert http.get(url, headers={"Authorization": f"Bearer {bearer}"}).json()["displayName"] == "Saved"


def test_equal_contents_have_equal_digests(emulator: Emulator) -> None:
    configured = emulator.digest()
    emulator.token("contoso")
    assert emulator.digest() == configured, "what was looked at, and journal and issued values, are no content"
    emulator.settings(replication_reads=1)
    assert emulator.digest() != configured
    emulator.settings(replication_reads=0)
    assert emulator.digest() == configured
    emulator.add_application("contoso", displayName="One")
    other, token = emulator.digest(), emulator.snapshot()
    assert other != configured
    emulator.reset()
    assert emulator.digest() == configured
    emulator.restore(token)
    assert emulator.digest() == other
    emulator.advance(1)
    assert emulator.digest() != other


def test_a_snapshot_that_was_never_taken(emulator: Emulator) -> None:
    for token in (0, emulator.snapshot() + 1):
        with pytest.raises(EmulatorError, match="no snapshot"):
            emulator.restore(token)
