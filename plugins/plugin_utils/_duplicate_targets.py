# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Hosts of a play whose variables say that they mean the same place.

The claims of C(module_utils/_claims.py) see two hosts only once both were looked at. With C(serial), or a strategy that lets hosts run ahead, the first
may be done by then. What the inventory itself says is known before anything is asked for.
"""

from __future__ import annotations

import hashlib
import json
import typing as t
from collections.abc import Mapping, Sequence

from ..module_utils._addresses import one_spelling
from ..module_utils._job.cache import JobCache

_KIND = "same_place"
_MISSING = "\0"  # a variable that the inventory does not have; a default of a role is the same for all that lack it


def duplicate_targets(cache: JobCache, variables: Mapping[str, t.Any], host: str, places: Sequence[Sequence[str]]) -> list[str]:
    """The other hosts of the play that share one of the ``places`` with ``host``; a place is a list of variables' names.

    The variables of all hosts are looked at once a job, by whichever host comes first.
    """
    hosts = [str(name) for name in variables.get("ansible_play_hosts_all") or ()]
    if len(hosts) < 2 or not places:
        return []
    hostvars = variables["hostvars"]
    key = hashlib.sha256(json.dumps([hosts, [list(map(str, place)) for place in places]]).encode()).hexdigest()
    found, _from_cache = cache.get_or_create(_KIND, [key], lambda: (_find(hostvars, hosts, places), None))
    return found.get(host, [])


def _find(hostvars: Mapping[str, t.Any], hosts: Sequence[str], places: Sequence[Sequence[str]]) -> dict[str, list[str]]:
    seen: dict[tuple[str, ...], list[str]] = {}
    for host in hosts:
        variables = hostvars[host]  # put together anew each time that it is asked for
        for place in places:
            values = tuple(_value(variables, name) for name in place)
            if any(value not in (_MISSING, "") for value in values):
                seen.setdefault((*place, *values), []).append(host)
    others: dict[str, set[str]] = {}
    for group in seen.values():
        for host in group if len(group) > 1 else ():
            others.setdefault(host, set()).update(one for one in group if one != host)
    return {host: sorted(names) for host, names in others.items()}


def _value(variables: Mapping[str, t.Any], name: str) -> str:
    """Addresses and names of tenants mean the same in any case, and addresses in every spelling."""
    try:
        value = variables.get(name)
    except Exception:  # a variable that cannot be made out belongs to a host that will fail on its own
        return _MISSING
    return _MISSING if value is None else one_spelling(str(value)).lower()
