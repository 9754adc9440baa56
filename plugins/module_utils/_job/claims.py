# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Two hosts of one job must not work on the same thing: the same connection of a tenant, or the same place in a product.

Every host claims what it is about to manage when it is looked at. A second host that claims the same fails at once, and the tenants of both
are marked, so that the first one stops before its first write as well. Claims live in the job's cache and end with the job; without a job
(a module run by hand) no other host can collide.
"""

from __future__ import annotations

import typing as t

from .._errors import TenantGuardError
from .cache import JobCache

_CLAIM = "claim"
_CONTESTED = "contested"
_GATHERED = "gathered"


def claim(cache: JobCache, what: str, label: str, host: str, tenant_id: str) -> None:
    """Claim ``what`` (a key; ``label`` is what people read) for a host. Raises TenantGuardError when another host has claimed it."""
    mine = {"host": host, "tenant_id": tenant_id}
    seen: list[dict[str, str]] = []

    def without_mine(stored: dict[str, t.Any]) -> bool:
        seen[:] = stored["by"]
        return mine not in stored["by"]

    stored, _from_cache = cache.get_or_create(_CLAIM, [what], lambda: ({"by": [*seen, mine]}, None), reject=without_mine)
    others = sorted({entry["host"] for entry in stored["by"]} - {host})
    if not others:
        return
    hosts = sorted([host, *others])
    marker = {"label": label, "hosts": hosts}
    for tenant in {entry["tenant_id"] for entry in stored["by"]}:
        cache.get_or_create(_CONTESTED, [tenant], lambda: (marker, None))
    raise collision(marker, tenant_id)


def collect_from_hosts(cache: JobCache, what: str, mine: list[str]) -> list[list[str]]:
    """Add ``mine`` to what the hosts of this job left at ``what`` (a key) and return all of it. The caller decides what other entries mean."""
    seen: list[list[str]] = []

    def without_mine(stored: dict[str, list[list[str]]]) -> bool:
        seen[:] = stored["entries"]
        return mine not in seen

    stored, _from_cache = cache.get_or_create(_GATHERED, [what], lambda: ({"entries": [*seen, mine]}, None), reject=without_mine)
    return stored["entries"]


def check_contested(cache: JobCache, tenant_id: str) -> None:
    """Raise TenantGuardError when a claim on this tenant turned out to be contested. Called before a task's first write."""
    nothing: dict[str, t.Any] = {}
    found, from_cache = cache.get_or_create(_CONTESTED, [tenant_id], lambda: (nothing, 0.0))
    if from_cache and found:
        raise collision(found, tenant_id)


def collision(marker: t.Mapping[str, t.Any], tenant_id: str | None, *, before: bool = False) -> TenantGuardError:
    """The failure of every host that means the same as another. ``before``: all of them end here, before anything was looked at."""
    hosts = " and ".join(marker["hosts"])
    written = "Nothing was written." if before else "Nothing was written for this host after that was found; what it wrote before stays."
    return TenantGuardError(
        f"The hosts {hosts} of this run have the same target: {marker['label']}. {written}",
        code="duplicate_target",
        tenant=tenant_id,
        advice="Remove one of them from the inventory, or correct its tenant, instance, environment or file.",
        details={"hosts": list(marker["hosts"])},
    )
