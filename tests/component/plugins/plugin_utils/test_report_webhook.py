# SPDX-License-Identifier: GPL-3.0-or-later
"""The webhook of a report over a real connection: what is trusted, and what is sent."""

from __future__ import annotations

import pytest
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._report_webhook import CA_VARIABLE, send
from tenant_emulator.testing import Emulator


def test_a_server_is_told_only_when_it_is_trusted(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"{emulator.ready['graph_url']}/v1.0/nothing-here/hush"
    monkeypatch.delenv(CA_VARIABLE, raising=False)
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    emulator.clear_journal()
    said = send(address, {"schema": 1})
    assert "no usable answer came" in said and "hush" not in said and emulator.journal() == []
    monkeypatch.setenv(CA_VARIABLE, "/no/such/file.pem")
    assert "no usable answer came (ca_path)" in send(address, {"schema": 1})
    monkeypatch.setenv(CA_VARIABLE, emulator.ca_path)
    said = send(address, {"schema": 1})
    assert "it answered with the status 4" in said and "hush" not in said
    (entry,) = emulator.journal()
    assert entry["method"] == "POST"
