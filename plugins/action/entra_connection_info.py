# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where entra_connection_info runs: see entra_app. Before that it tells two hosts of the play apart that mean the same place."""

from __future__ import annotations

import typing as t

from ansible_collections.tenantkit.connectors.plugins.action import entra_app
from ansible_collections.tenantkit.connectors.plugins.module_utils._claims import collision
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._job import job_cache
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._same_place import same_place
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._worker import preload

preload("entra_connection_info")


class ActionModule(entra_app.ActionModule):
    """Only the controller knows the variables of the other hosts."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Refuse hosts that mean the same place, else run the module."""
        variables: dict[str, t.Any] = task_vars or {}
        places = self._task.args.get("unique_variables")
        if isinstance(places, (list, tuple)) and all(isinstance(place, (list, tuple)) for place in places):
            host = str(variables.get("inventory_hostname", ""))
            others = same_place(job_cache(host), variables, host, places)
            if others:
                connector, tenant = str(self._task.args.get("connector", "")), str(self._task.args.get("tenant_id", ""))
                error = collision({"label": f"the same place for {connector}", "hosts": sorted([host, *others])}, tenant, before=True)
                return {"failed": True, "changed": False, "msg": error.sentence(), "failure": error.as_failure()}
        return super().run(tmp, task_vars)
