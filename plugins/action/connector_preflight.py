# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where connector_preflight runs: in the worker, which asks the modules that a preflight names. All of them are asked in check mode."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils._entra.connector.look import Ask, Looked
from ..module_utils._errors import OptionError
from ..module_utils._products.preflight import held_back, judged, line_of
from ..module_utils._products.registry import PREFLIGHTS
from ..plugin_utils._action import ConnectorAction, failed
from ..plugin_utils._chosen_connectors import check_known, connections_of, host_of, names_of
from ..plugin_utils._extra_variables import extra_target_problem
from ..plugin_utils._look import Answers, look_together
from ..plugin_utils._worker import plain, preload

preload("entra_connection_info")
display = Display()
IDENTITY = Ask("entra_identity_info", {"permissions": []}, optional=True)


class ActionModule(ConnectorAction):
    """Finds out what a rollout of the connectors of one host would meet."""

    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """The verdicts. Only names that no connector has fail the task."""
        ActionBase.run(self, tmp, task_vars)
        # What a rollout would do is asked, whether this run is in check mode or not.
        variables: dict[str, t.Any] = {**(task_vars or {}), "ansible_check_mode": False}
        templar = self._templar.copy_with_new_env(available_variables=variables)
        if held := plain(self._task.args.get("held")):
            return {"changed": False, "preflight": held_back(str(held["reason"]), str(held["until"]))}
        try:
            names = names_of(self._task.args, variables, templar.template)
            check_known(names, PREFLIGHTS)
        except OptionError as error:
            return failed(error)
        if problem := extra_target_problem(names, variables.get("ansible_play_hosts_all"), self._loader):
            return failed(problem)
        host = host_of(variables, self._loader.get_basedir(), check_mode=False)
        connections, problems = connections_of(names, variables, templar.template, check=True)
        answers = Answers(self, self._task, templar, variables, "connectors")
        in_check_mode = self._task.check_mode
        self._task.check_mode = True  # nothing that is asked writes
        try:
            asked = answers.answer(next(iter(connections)), IDENTITY, None) if connections else {}
            identity = asked.get("identity") or {}
            found = look_together({name: PREFLIGHTS[name](one, host, identity) for name, one in connections.items()}, answers.answer)
        finally:
            self._task.check_mode = in_check_mode
        trials = {name: problems.get(name) or found[name].failed or t.cast(Looked, found[name].looked).seen["foreseen"] for name in names}
        result = judged(trials, asked)
        for row in result["connectors"]:
            display.display(f"[{host.name}] {line_of(host.name, row)}")
        return {"changed": False, "preflight": result}
