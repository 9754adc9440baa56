# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where credential_vault_file runs: in the worker or not at all, since only there are the vault passwords of the run."""

from __future__ import annotations

import typing as t

from ..plugin_utils._action import ConnectorAction, without_vault
from ..plugin_utils._placement import Placement
from ..plugin_utils._worker import preload

preload("credential_vault_file")


class ActionModule(ConnectorAction):
    """Runs in the worker, or fails with a sentence."""

    def placement(self, variables: dict[str, t.Any]) -> Placement:
        return self.placement_with_vault(variables)

    def _run_module_process(
        self, module: str, args: t.Mapping[str, t.Any], variables: dict[str, t.Any], context: dict[str, str], placement: Placement
    ) -> dict[str, t.Any]:
        return without_vault(module, placement)
