# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The value in a vault file."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible_collections.tenantkit.connectors.plugins.lookup.kept_credential import LookupModule


@pytest.fixture
def look(tmp_path: Path) -> t.Callable[[t.Any], list[t.Any]]:
    """Encrypts content into a file and looks it up."""
    secrets = [("connectors", VaultSecret(b"emulated-vault-password"))]

    def run(content: t.Any) -> list[t.Any]:
        path = tmp_path / "contoso_payroll.yml"
        path.write_bytes(VaultLib(secrets).encrypt(json.dumps(content), vault_id="connectors"))
        loader = DataLoader()
        loader.set_vault_secrets(secrets)
        return LookupModule(loader=loader).run([str(path)])

    return run


def test_the_value_is_what_was_written(look: t.Callable[[t.Any], list[t.Any]]) -> None:
    assert look({"tenantkit_credential": {"value": "-a {{ b }} ~c", "key_id": "d"}}) == ["-a {{ b }} ~c"]


@pytest.mark.parametrize("content", [{}, {"tenantkit_credential": {}}, {"tenantkit_credential": {"value": ""}}, {"tenantkit_credential": "a"}, ["a"]])
def test_another_file_holds_none(look: t.Callable[[t.Any], list[t.Any]], content: t.Any) -> None:
    with pytest.raises(AnsibleError, match="holds no credential of this collection"):
        look(content)


def test_one_file_is_looked_up() -> None:
    with pytest.raises(AnsibleError, match="one file"):
        LookupModule(loader=DataLoader()).run([])
