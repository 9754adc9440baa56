# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the hosts of a play, or of the inventory, say in one variable: looked at once a run."""

from __future__ import annotations

import hashlib
import json
import typing as t

from ..module_utils._job.cache import JobCache

_KIND = "host_values"


def host_values(cache: JobCache, variables: t.Mapping[str, t.Any], name: str, *, whole_inventory: bool = False) -> dict[str, str]:
    """The values of ``name`` by host, in the order of the hosts. A host whose value cannot be made out fails on its own account."""
    hosts = [str(host) for host in variables.get("ansible_play_hosts_all") or ()]
    if whole_inventory:
        hosts = list(dict.fromkeys([*hosts, *map(str, (variables.get("groups") or {}).get("all") or ())]))

    def find() -> tuple[dict[str, str], None]:
        values = {host: _value(variables["hostvars"][host], name) for host in hosts}
        return {host: value for host, value in values.items() if value is not None}, None

    key = hashlib.sha256(json.dumps([hosts, name]).encode()).hexdigest()
    return cache.get_or_create(_KIND, [key], find)[0]


def _value(variables: t.Mapping[str, t.Any], name: str) -> str | None:
    try:
        value = variables.get(name)
        return None if value is None else str(value)
    except Exception:
        return None
