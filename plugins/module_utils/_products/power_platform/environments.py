# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Environments of Power Platform: their shapes, and the resource behind C(powerplatform_environment_info).

Sources: https://learn.microsoft.com/rest/api/power-platform/environmentmanagement/environments/list-environments-for-user (flat) and
https://learn.microsoft.com/power-platform/admin/list-environments (nested); read 2026-11.
"""

from __future__ import annotations

import dataclasses
import itertools
import typing as t

from ..._engine import Action, Plan, Runtime
from ..._errors import ForbiddenError, OptionError
from ..._ids import is_guid
from ..._waiting import until
from .client import connect_powerplatform

ENVIRONMENTS = "/environmentmanagement/environments"
_POLL = 5.0
# Result key -> the names it has been seen under, flat or inside "properties".
_MEMBERS: t.Mapping[str, tuple[str, ...]] = {
    "display_name": ("displayName",),
    "state": ("state",),
    "geo": ("geo", "location"),
    "azure_region": ("azureRegion", "azureRegionHint"),
    "url": ("url", "instanceUrl"),
    "domain_name": ("domainName",),
    "dataverse_id": ("dataverseId", "resourceId"),
    "version": ("version",),
    "tenant_id": ("tenantId",),
    "environment_group_id": ("environmentGroupId",),
    "security_group_id": ("securityGroupId",),
    "protection_level": ("protectionLevel",),
    "admin_mode": ("adminMode",),
    "created_date_time": ("createdDateTime", "createdTime"),
}


def environment_view(item: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """An environment in one shape: newer versions answer flat, older ones nest most of it and call the id its name."""
    given = item.get("properties")
    properties: dict[str, t.Any] = given if isinstance(given, dict) else {}
    dataverse = properties.get("linkedEnvironmentMetadata") or {}
    places: list[t.Mapping[str, t.Any]] = [item, properties, dataverse if isinstance(dataverse, dict) else {}]
    # The older id is a path, and the older type says what kind of resource it is.
    nested = bool(properties) or "/" in str(item.get("id") or "")
    names = [item.get("name"), str(item.get("id") or "").rstrip("/").rpartition("/")[2]] if nested else [item.get("id"), item.get("name")]
    view: dict[str, t.Any] = {"id": next((str(name) for name in names if name), None)}
    view["type"] = properties.get("environmentSku") or properties.get("environmentType") if nested else item.get("type")
    for key, members in _MEMBERS.items():
        view[key] = next((place[name] for name in members for place in places if place.get(name) is not None), None)
    return view


@dataclasses.dataclass(frozen=True)
class EnvironmentsSeen:
    """What the credential may see."""

    environments: tuple[t.Mapping[str, t.Any], ...] = ()
    refusal: ForbiddenError | None = None

    def missing(self, wanted: t.Collection[str]) -> list[str]:
        """The wanted ids that are not among them."""
        seen = {str(item["id"]).lower() for item in self.environments}
        return [key for key in wanted if key not in seen]


class EnvironmentInfoResource:
    """Lists environments; with C(wait_for_visible) until the wanted ones, or any at all, are there."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._wanted = list(dict.fromkeys(str(value).strip().lower() for value in runtime.options["environment_ids"]))
        for value in self._wanted:
            if not is_guid(value) and not value.lower().startswith("default-"):
                raise OptionError(f"'environment_ids' holds {value!r}, which is not the id of an environment.", code="not_an_id")
        self._client = connect_powerplatform(runtime)
        self._seen = EnvironmentsSeen()

    def read(self) -> EnvironmentsSeen:
        """One list, or several while something is waited for. A new role takes effect only after a while."""
        options = self._runtime.options
        patience = float(options["wait_timeout"]) if options["wait_for_visible"] else 0.0

        def enough(seen: EnvironmentsSeen) -> bool:
            return seen.refusal is None and bool(seen.environments) and not seen.missing(self._wanted)

        whole_pauses = itertools.repeat(_POLL, int(patience // _POLL))
        seen = until(self._look, enough, pauses=whole_pauses, wait=self._runtime.budget.wait, why="environments are not visible yet", quietly=True)
        if seen.refusal is not None:
            raise seen.refusal
        self._seen = seen
        return seen

    def _look(self) -> EnvironmentsSeen:
        try:
            found = self._client.entries(ENVIRONMENTS, doing="list the environments")
        except ForbiddenError as error:
            advice = (
                "The identity has no role that shows an environment: give its service principal (by object id) one with "
                "tenantkit.connectors.powerplatform_role_assignment. A person's token needs EnvironmentManagement.Environments.Read."
            )
            return EnvironmentsSeen(refusal=error.with_(advice=advice))
        return EnvironmentsSeen(tuple(environment_view(item) for item in found))

    def plan(self, current: EnvironmentsSeen) -> Plan:
        """Nothing: this only looks."""
        return Plan()

    def apply(self, action: Action) -> None:
        """Never called."""

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """What is visible. An empty list proves that the token is accepted, and not that anything may be done with it."""
        seen = self._seen
        missing = seen.missing(self._wanted)
        shown = [dict(item) for item in seen.environments if not self._wanted or str(item["id"]).lower() in self._wanted]
        visibility = "nothing_visible" if not seen.environments else "incomplete" if missing else "visible"
        token = self._client.token
        return {
            "environments": shown,
            "visible": len(seen.environments),
            "missing": missing,
            "visibility": visibility,
            "identity": {"app_id": token.app_id, "object_id": token.object_id, "app_only": self._client.app_only, "tenant_id": self._client.tenant_id},
        }
