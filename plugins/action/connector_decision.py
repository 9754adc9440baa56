# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where connector_decision runs: see plugin_utils/_action.py. Only the controller knows the names of a host's variables."""

from __future__ import annotations

import typing as t

from ansible.utils.display import Display

from ..module_utils._errors import OptionError
from ..plugin_utils._action import ConnectorAction, failed
from ..plugin_utils._variable_names import names_checked
from ..plugin_utils._worker import preload

preload("connector_decision")
display = Display()
# The question that an entry point of a role without a look begins with.
FIRST = ".usable"


class ActionModule(ConnectorAction):
    """The action of this module."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """The answer; the first question of a role is refused where a variable of the host is misspelt."""
        decision = str(self._task.args.get("decision") or "")
        if decision.endswith(FIRST):
            misspelt, warning = names_checked(decision.removesuffix(FIRST), task_vars or {}, self._templar.template)
            if misspelt:
                return failed(OptionError(misspelt, code="misspelt_variable"))
            if warning:
                display.warning(warning)
        return super().run(tmp, task_vars)
