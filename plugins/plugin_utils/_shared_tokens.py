# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Hosts of a play that one API token would be used for. A token opens one workspace: where a customer's own token is missing, another customer's is reached."""

from __future__ import annotations

import hashlib
import json
import typing as t
from collections.abc import Mapping, Sequence

from ..module_utils._errors import TenantGuardError
from ..module_utils._job.cache import JobCache

_KIND = "same_token"
_SHOWN = 3  # hosts in a sentence


def hosts_sharing_a_token(
    cache: JobCache,
    variables: Mapping[str, t.Any],
    host: str,
    name: str,
    own: str,
    fallback: str,
    *,
    of_the_play: str | None = None,
    connectors: str | None = None,
    connector: str = "",
) -> list[str]:
    """The other hosts of the play for which the variable C(name) is the same token as ``own``, the one of ``host``.

    Hosts without the variable use ``fallback``. C(of_the_play) is the token of every host, where the play itself says so. Where ``own`` comes from yet
    another place, such as an expression in a file of the play, nothing shows what others have. ``connectors`` names a variable that lists what a host is
    connected to: hosts whose list lacks ``connector`` do not count. The variables of all hosts are looked at once a job, by whichever host comes first;
    no token is kept.
    """
    hosts = [str(one) for one in variables.get("ansible_play_hosts_all") or ()]
    if len(hosts) < 2:
        return []
    hostvars = variables["hostvars"]
    if of_the_play is None and _token(hostvars[host], name, fallback) != own:
        return []

    def find() -> tuple[dict[str, list[str]], None]:
        groups: dict[str, list[str]] = {}
        for one in hosts:
            its = hostvars[one]  # put together anew each time that it is asked for
            token = of_the_play or _token(its, name, fallback)
            if token and (connectors is None or connector in _list(its, connectors)):
                groups.setdefault(token, []).append(one)
        return {one: [other for other in group if other != one] for group in groups.values() for one in group}, None

    key = hashlib.sha256(json.dumps([hosts, name, of_the_play is None, connectors, connector]).encode()).hexdigest()
    found, _from_cache = cache.get_or_create(_KIND, [key], find)
    return found.get(host, [])


def refusal(host: str, others: Sequence[str], name: str, tenant: str | None) -> TenantGuardError:
    """The failure of each of them."""
    hosts = sorted([host, *others])
    more = f" and {len(hosts) - _SHOWN} more" if len(hosts) > _SHOWN else ""
    return TenantGuardError(
        f"The hosts {' and '.join(hosts[:_SHOWN])}{more} of this play use the same API token, which opens one Workato workspace, possibly another "
        "customer's. Nothing was written.",
        code="shared_token",
        tenant=tenant,
        advice=f"Give {host} the token of its own workspace in '{name}' (without it, WORKATO_API_TOKEN of the environment is used), or name the workspace that "
        "they share in 'workato_expected_workspace' of each of them.",
        details={"hosts": hosts},
    )


def _token(variables: Mapping[str, t.Any], name: str, fallback: str) -> str:
    try:
        return str(variables.get(name) or fallback).strip()
    except Exception:  # a variable that cannot be made out belongs to a host that will fail on its own
        return ""


def _list(variables: Mapping[str, t.Any], name: str) -> Sequence[str]:
    try:
        listed = variables.get(name)
    except Exception:
        return ()
    return [str(entry) for entry in listed] if isinstance(listed, (list, tuple)) else ()
