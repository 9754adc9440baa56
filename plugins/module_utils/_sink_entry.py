# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The entries of C(entra_connector_sink) as far as everything knows them: their types, and which of their members are secret. Pure.

An entry goes through the results of several tasks. What it signs in with does not: it is taken out of the entry first, and handed to the one module that
needs it beside the entries.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence

VARIABLE = "entra_connector_sink"  # what the operator sets; every sentence about a sink names it
VAULT_FILE = "vault_file"
KEY_VAULT = "azure_key_vault"
TASKS = "tasks"
TYPES = (VAULT_FILE, KEY_VAULT, TASKS)
SECRETS = ("client_secret", "certificate_password")


def entries_of(given: t.Any) -> list[t.Any]:
    """The entries that the variable holds, be they sinks or not: it is one of them or a list."""
    return ([given] if given else []) if isinstance(given, Mapping | str) else list(given or ())


def without_secrets(entry: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """An entry as results may show it."""
    return {name: value for name, value in entry.items() if name not in SECRETS}


def secrets_of(given: t.Any) -> list[dict[str, t.Any]]:
    """What the variable holds beside that: C(sink), the place of the entry from 0, and its secrets. Entries without any are left out."""
    sinks = [entry for entry in entries_of(given) if isinstance(entry, Mapping)]
    found = [{"sink": index, **{name: str(sink[name]) for name in SECRETS if sink.get(name)}} for index, sink in enumerate(sinks)]
    return [row for row in found if len(row) > 1]


def needs_vault_passwords(sinks: t.Any) -> bool:
    """Whether one of the sinks may be a vault file, as far as that can be seen before they are checked: only the controller's process can work with it."""
    if isinstance(sinks, str | bytes) or not isinstance(sinks or [], Sequence):
        return True
    return not all(isinstance(sink, Mapping) and sink.get("type") in (TASKS, KEY_VAULT) for sink in sinks or [])
