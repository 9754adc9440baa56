# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which provisioning key may go to the instance of a host."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.workspace365.keys import KeyChoice, choose_key, partial_problem

OWN, OTHER = "https://portal.workspace365.net", "https://other.workspace365.net"
NONE = KeyChoice("", there=False, own=False)
SINGLE = KeyChoice("", there=True, own=False)
BESIDE = KeyChoice("", there=True, own=True)


def entry(name: str, there: bool = True) -> KeyChoice:
    """A key that stands beside a host or an instance."""
    return KeyChoice(name, there, own=True)


@pytest.mark.parametrize(
    ("single", "beside", "keys", "choice"),
    [
        (None, None, None, NONE),
        ("", None, {}, NONE),
        ("a key", None, None, SINGLE),
        ("a key", "", {}, SINGLE),
        ("a key", OWN, None, BESIDE),
        ("a key", "HTTPS://Portal.Workspace365.net:443/", None, BESIDE),
        ("", OWN, None, KeyChoice("", there=False, own=True)),
        ("a key", OTHER, None, KeyChoice("", there=False, own=False, elsewhere=OTHER)),
        ("a key", "https://me:secret@other.workspace365.net", None, KeyChoice("", there=False, own=False, elsewhere=OTHER)),
        (None, OTHER, None, NONE),
        (None, None, {"contoso": "its key"}, entry("contoso")),
        (None, None, {f"{OWN}/": "its key"}, entry(f"{OWN}/")),
        (None, None, {OWN: "the instance's", "contoso": "its key"}, entry("contoso")),
        ("a key", OTHER, {OWN: "its key"}, entry(OWN)),
        ("a key", OWN, {OTHER: "another", "fabrikam": "another"}, BESIDE),
        (None, None, {OTHER: "another", "fabrikam": "another"}, NONE),
        # What stands beside the host and is empty is not filled up with what could be another instance's.
        ("a key", OWN, {"contoso": ""}, entry("contoso", there=False)),
        ("a key", None, {OWN: None}, entry(OWN, there=False)),
    ],
)
def test_the_key_of_a_host(single: str | None, beside: str | None, keys: dict[str, t.Any] | None, choice: KeyChoice) -> None:
    variables = {
        "workspace365_provisioning_key": single,
        "workspace365_provisioning_key_instance": beside,
        "workspace365_provisioning_keys": keys,
    }
    assert choose_key(variables, "contoso", OWN) == choice


@pytest.mark.parametrize(
    ("choice", "partial", "refused"),
    [
        (SINGLE, "", False),
        (SINGLE, "is limited to 'contoso'", True),
        (BESIDE, "is limited to 'contoso'", False),
        (NONE, "is limited to 'contoso'", False),
        (entry("contoso"), "is limited to 'contoso'", False),
    ],
)
def test_a_run_that_sees_only_some_hosts(choice: KeyChoice, partial: str, refused: bool) -> None:
    assert (partial_problem(choice, "contoso", OWN, partial) is not None) is refused


def test_what_is_said() -> None:
    assert partial_problem(SINGLE, "contoso", "https://me:secret@portal.workspace365.net", "is limited to 'contoso'") == (
        "'workspace365_provisioning_key' does not say which Workspace 365 instance it belongs to, and this run is limited to 'contoso': hosts that would show "
        f"it may be missing, so the key could reach another instance than its own. Nothing was asked for. If it belongs to {OWN}, set "
        "'workspace365_provisioning_key_instance' to that address; or give the keys by instance or host, this one's being 'contoso', in "
        "'workspace365_provisioning_keys'."
    )
