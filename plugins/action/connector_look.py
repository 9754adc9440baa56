# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where connector_look runs: in the worker, which asks the modules that a look names. Each of them runs where its own task would run."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils._entra.connector.look import Host
from ..module_utils._errors import OptionError
from ..module_utils._products.registry import LOOKS
from ..plugin_utils._action import ConnectorAction, failed
from ..plugin_utils._look import Answers, chosen, look_together, told
from ..plugin_utils._role_variables import argument_problem, empty_problem, number_problems
from ..plugin_utils._variable_names import names_checked
from ..plugin_utils._worker import plain, preload

preload("entra_connection_info")
display = Display()


class ActionModule(ConnectorAction):
    """Looks at connectors of one host."""

    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """The looks, by role. What cannot be looked at fails the task, or with C(together) is left to its role."""
        ActionBase.run(self, tmp, task_vars)
        variables: dict[str, t.Any] = task_vars or {}
        names = chosen(plain(self._task.args.get("connectors")))
        if wrong := [name for name in names if name not in LOOKS]:
            return failed(OptionError(f"No connector is called {', '.join(wrong)}.", advice=f"'connectors' lists of these: {', '.join(sorted(LOOKS))}."))
        if not names:
            display.display(f"[{variables.get('inventory_hostname')}] nothing chosen: 'connectors' names no connector, so this host is not touched")
        folder = variables.get("inventory_dir") or variables.get("playbook_dir") or self._loader.get_basedir()
        host = Host(str(variables.get("inventory_hostname", "")), bool(self._task.check_mode), f"{folder}/credentials")
        answers = Answers(self, self._task, self._templar, variables, str(self._task.args.get("connectors_variable") or ""))
        together = boolean(self._task.args.get("together", False))
        connections, problems = self._connections(names, variables, check=together)
        found = look_together({name: LOOKS[name](connection, host) for name, connection in connections.items()}, answers.answer)
        problems |= {name: conversation.failed for name, conversation in found.items() if conversation.failed is not None}
        if problems and not together:
            return next(iter(problems.values()))
        return told(names, found, problems, together=together)

    def _connections(
        self, names: t.Iterable[str], variables: dict[str, t.Any], *, check: bool
    ) -> tuple[dict[str, dict[str, t.Any]], dict[str, dict[str, t.Any]]]:
        """What the roles publish, and by role the failure of one whose variables do not do. ``check``: no role has validated its arguments before."""
        connections: dict[str, dict[str, t.Any]] = {}
        problems: dict[str, dict[str, t.Any]] = {}
        for name in names:
            try:
                misspelt, warning = names_checked(name, variables, self._templar.template)
                problem = misspelt or (argument_problem(name, variables, self._templar.template) if check else "")
                problem = problem or empty_problem(name, variables, self._templar.template) or number_problems(name, variables, self._templar.template)
                if warning:
                    display.warning(warning)
                if not problem:
                    connections[name] = plain(self._templar.template(variables[f"{name}_connection"]))
            except AnsibleError as error:
                if not check:
                    raise
                problem = str(error)
            if problem:
                problems[name] = {"failed": True, "changed": False, "msg": problem}
        return connections, problems
