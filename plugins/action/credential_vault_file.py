# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where credential_vault_file runs: in the worker or not at all, since only there are the vault passwords of the run.

What makes other modules prefer a process of their own (another Python, TENANTKIT_MODULE_PROCESS) means nothing here: it uses no library, and the
file has to be written by the controller anyway.
"""

from __future__ import annotations

import typing as t

from ansible_collections.tenantkit.connectors.plugins.action import entra_app
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._placement import Placement, decide
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._worker import preload

preload("credential_vault_file")


class ActionModule(entra_app.ActionModule):
    """Runs in the worker, or fails with a sentence."""

    def _placement(self, variables: dict[str, t.Any]) -> Placement:
        return decide(
            transport=self._connection.transport,
            become=bool(self._connection.become or self._task.become),
            async_seconds=self._task.async_val,
            environment=None,
            interpreter=None,
            playbook_python=str(variables["ansible_playbook_python"]),
            environ={},
        )

    def _run_module_process(self, module: str, variables: dict[str, t.Any], context: dict[str, str], placement: Placement) -> dict[str, t.Any]:
        advice = "Run it on the controller: delegate_to: localhost, without become and async."
        failure = {"kind": "option", "code": "not_in_worker", "outcome": "refused", "advice": advice}
        text = f"{module} writes a file with the vault passwords of the run, which only the controller's own process has, and {placement.reason}."
        return {"failed": True, "changed": False, "msg": f"{text} {advice}", "failure": failure}
