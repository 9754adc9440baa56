# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries of C(entra_connector_sink), and what of them must not be shown: tables."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._sink_entry import entries_of, needs_vault_passwords, secrets_of, without_secrets

VAULT = {"type": "azure_key_vault", "client_secret": "made-up-secret", "certificate_password": "made-up-password", "client_id": "app"}
FILE = {"type": "vault_file"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [(None, []), ([], []), ("", []), ({}, []), ("text", ["text"]), (FILE, [FILE]), ([FILE, VAULT], [FILE, VAULT]), ((FILE,), [FILE])],
)
def test_one_or_several(given: t.Any, expected: list[t.Any]) -> None:
    assert entries_of(given) == expected


def test_an_entry_as_it_may_be_shown() -> None:
    assert without_secrets(VAULT) == {"type": "azure_key_vault", "client_id": "app"} and without_secrets(FILE) == FILE


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, []),
        (FILE, []),
        (VAULT, [{"sink": 0, "client_secret": "made-up-secret", "certificate_password": "made-up-password"}]),
        ([FILE, {**VAULT, "certificate_password": ""}], [{"sink": 1, "client_secret": "made-up-secret"}]),
        # Entries that are none are left out of the sinks, too: the places are those of the list that is left.
        (["text", {**VAULT, "client_secret": None}], [{"sink": 0, "certificate_password": "made-up-password"}]),
    ],
)
def test_what_is_secret(given: t.Any, expected: list[t.Any]) -> None:
    assert secrets_of(given) == expected


@pytest.mark.parametrize(
    ("sinks", "expected"),
    [
        (None, False),
        ([], False),
        ([VAULT, {"type": "tasks"}], False),
        ([VAULT, FILE], True),
        ([{"type": "safe"}], True),
        (["text"], True),
        ("text", True),
        (VAULT, True),
        (7, True),
    ],
)
def test_who_needs_the_vault_passwords(sinks: t.Any, expected: bool) -> None:
    assert needs_vault_passwords(sinks) is expected
