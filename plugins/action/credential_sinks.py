# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where credential_sinks runs: as credential_vault_file, while one of the sinks is a vault file.

Other sinks need no vault password. A connection that has only these is not kept from become or from another host.
"""

from __future__ import annotations

import typing as t

from ..module_utils._sink_entry import needs_vault_passwords
from ..plugin_utils._action import ConnectorAction
from ..plugin_utils._placement import Placement
from ..plugin_utils._worker import preload
from . import credential_vault_file

preload("credential_sinks")


class ActionModule(credential_vault_file.ActionModule):
    """Runs in the worker, or fails with a sentence; without a vault file, where other modules run."""

    def placement(self, variables: dict[str, t.Any]) -> Placement:
        return super().placement(variables) if self._needs_vault() else ConnectorAction.placement(self, variables)

    def _run_module_process(
        self, module: str, args: t.Mapping[str, t.Any], variables: dict[str, t.Any], context: dict[str, str], placement: Placement
    ) -> dict[str, t.Any]:
        if self._needs_vault():
            return super()._run_module_process(module, args, variables, context, placement)
        return ConnectorAction._run_module_process(self, module, args, variables, context, placement)

    def _needs_vault(self) -> bool:
        """Whether one of the sinks may be a vault file, as far as the arguments can be read before they are checked."""
        return needs_vault_passwords(self._task.args.get("sinks"))
