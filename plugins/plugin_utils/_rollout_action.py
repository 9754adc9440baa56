# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the actions of a rollout have in common: they decide something from variables that only the controller has, and change nothing."""

from __future__ import annotations

import abc
import typing as t

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils._errors import ConnectorError
from ._action import failed
from ._worker import plain

display = Display()


class RolloutAction(ActionBase, abc.ABC):
    """Decides in the worker. There is no module to run."""

    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """The decision, or its failure in a sentence."""
        super().run(tmp, task_vars)
        variables: dict[str, t.Any] = task_vars or {}
        module, host = self._task.resolved_action.rsplit(".", 1)[-1], str(variables.get("inventory_hostname", ""))
        display.vvv(f"{module} runs in the worker", host=host)
        try:
            return {"changed": False, **self.decide(host, variables, plain(self._task.args))}
        except ConnectorError as error:
            return failed(error)

    @abc.abstractmethod
    def decide(self, host: str, variables: dict[str, t.Any], args: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """The result of the task. Raises ConnectorError for what cannot be decided."""
