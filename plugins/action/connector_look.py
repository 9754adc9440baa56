# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where connector_look runs: in the worker, which asks the modules that a look names. Each of them runs where its own task would run."""

from __future__ import annotations

import typing as t

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils._entra.connector.look import Host, Look, Looked
from ..module_utils._errors import OptionError
from ..module_utils._products.registry import BEFORE_WRITING, LOOKS
from ..plugin_utils._action import ConnectorAction, failed
from ..plugin_utils._chosen_connectors import check_known, connections_of, host_of, names_of
from ..plugin_utils._extra_variables import extra_target_problem
from ..plugin_utils._look import Answers, look_together, told
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
        args = self._task.args
        before = plain(args["before_writing"]) if args.get("before_writing") else None
        try:
            names = names_of(args, variables, self._templar.template)
            check_known(names, LOOKS if before is None else BEFORE_WRITING)
        except OptionError as error:
            return failed(error)
        if problem := extra_target_problem(names, variables.get("ansible_play_hosts_all"), self._loader):
            return failed(problem)
        if not names:
            display.display(f"[{variables.get('inventory_hostname')}] nothing chosen: 'connectors' names no connector, so this host is not touched")
        host = host_of(variables, self._loader.get_basedir(), check_mode=bool(self._task.check_mode))
        answers = Answers(self, self._task, self._templar, variables, str(args.get("connectors_variable") or ""))
        together = boolean(args.get("together", False))
        connections, problems = connections_of(names, variables, self._templar.template, check=together)
        looks = {name: LOOKS[name](one, host) if before is None else _before(name, one, before, host) for name, one in connections.items()}
        found = look_together(looks, answers.answer)
        problems |= {name: conversation.failed for name, conversation in found.items() if conversation.failed is not None}
        if problems and not together:
            return next(iter(problems.values()))
        return told(names, found, problems, together=together)


def _before(name: str, connection: dict[str, t.Any], before: dict[str, t.Any], host: Host) -> Look:
    """What a role asks before it writes: its answer is handed back as that of an open look is."""
    answer = yield from BEFORE_WRITING[name](connection, before["look"], boolean(before.get("makes_credential", False)), host)
    return Looked(True, seen=answer)
