# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides where the modules of this collection run, and runs them there.

The other files of this directory only import this class: module_defaults and action groups are resolved by the name of
the file, so every module needs one of its own. They are written by tests/tools/generate_actions.py.
"""

from __future__ import annotations

import os
import time
import typing as t

from ansible import constants as C
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

# The parent process imports this file before it forks the workers, so what is imported here is imported once a job and not
# once a task. The shared code imports requests and msal, guarded: without them a task still fails with a sentence.
from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import crash_result
from ansible_collections.tenantkit.connectors.plugins.plugin_utils import _role_variables
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._job import task_context
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._lines import TELL_ACTIONS, action_lines, to_stderr
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._placement import Placement, decide
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._worker import COLLECTION, WorkerOutcome, load_declaration, preload, run_in_worker

preload("entra_app")
# The lookup plugins of the roles use it in the workers, which inherit it here.
_role_variables.preload()

display = Display()


def _tracebacks_wanted() -> bool:
    """Whether this run shows tracebacks of errors; a module process asks the same before it returns one."""
    wanted = C.config.get_config_value("DISPLAY_TRACEBACK")
    return "always" in wanted or ("error" in wanted and "never" not in wanted)


class ActionModule(ActionBase):
    """Runs a module of this collection in the worker where that makes no difference but speed, else as a module process.

    No state is kept in the class or in a module: a worker's changes to those are lost, and what the parent holds would be
    shared by all forks.
    """

    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Run the task's module. The result has the same content both ways."""
        started = time.time()  # the clock of the keyword C(timeout) has just been started
        super().run(tmp, task_vars)
        variables: dict[str, t.Any] = {} if task_vars is None else task_vars
        module = self._task.resolved_action.rsplit(".", 1)[-1]  # the task's own name is a short one under collections:
        host = str(variables.get("inventory_hostname", ""))
        placement = self._placement(variables)
        context = task_context(host, started + self._task.timeout if self._task.timeout else None, share_cache=placement.local and placement.same_user)
        display.vvv(f"{module} runs in the worker" if placement.in_worker else f"{module} runs as a module process: {placement.reason}", host=host)
        if placement.in_worker:
            result = self._run_in_worker(module, host, context)
        else:
            result = self._run_module_process(module, variables, context, placement)

        hidden = bool(self._task.no_log) and not variables.get(TELL_ACTIONS)
        for line in action_lines(host, module, result, check_mode=bool(self._task.check_mode), hidden=hidden):
            display.display(line, color=C.COLOR_CHANGED, stderr=to_stderr(C.DEFAULT_STDOUT_CALLBACK))
        return result

    def _placement(self, variables: dict[str, t.Any]) -> Placement:
        """Where this task runs, judged by the host that it is delegated to, if it is."""
        target = self._target_variables(variables)
        chosen = C.config.get_config_value("INTERPRETER_PYTHON", variables=target)  # the variable, the environment, ansible.cfg
        return decide(
            transport=self._connection.transport,
            become=bool(self._connection.become or self._task.become),
            async_seconds=self._task.async_val,
            environment=self._task.environment,
            interpreter=self._templar.copy_with_new_env(available_variables=target).template(chosen),
            playbook_python=str(variables["ansible_playbook_python"]),
            environ=os.environ,
        )

    def _target_variables(self, variables: dict[str, t.Any]) -> dict[str, t.Any]:
        """The variables a module process would be started with."""
        if self._task.delegate_to:
            return variables["ansible_delegated_vars"][self._task.delegate_to]
        return variables

    def _run_in_worker(self, module: str, host: str, context: dict[str, str]) -> dict[str, t.Any]:
        try:
            answer = run_in_worker(
                load_declaration(module),
                f"{COLLECTION}.{module}",
                self._task.args,
                check_mode=bool(self._task.check_mode),
                environ={**os.environ, **context},
                host=host,
                directory=self._loader.get_basedir(),
            )
        except Exception as error:  # only what is outside of execute() gets here: a module file that cannot be imported
            answer = WorkerOutcome({"failed": True, **crash_result(error)})
        for text in answer.warnings:
            display.warning(text)
        for deprecation in answer.deprecations:
            display.deprecated(
                deprecation["msg"],
                version=deprecation.get("version"),
                date=deprecation.get("date"),
                collection_name=deprecation.get("collection_name"),
            )
        if not _tracebacks_wanted():
            answer.result.pop("exception", None)
        return answer.result

    def _run_module_process(self, module: str, variables: dict[str, t.Any], context: dict[str, str], placement: Placement) -> dict[str, t.Any]:
        if placement.local and not placement.interpreter_chosen:
            # Discovery would take the first Python in PATH, which need not have msal.
            self._target_variables(variables)["ansible_python_interpreter"] = variables["ansible_playbook_python"]
        if self._connection.has_pipelining:
            # Without it the arguments, secrets included, lie in a temporary file.
            self._connection.set_option("pipelining", True)
        environment = self._task.environment
        self._task.environment = [*(environment or []), context]
        try:
            result = self._execute_module(module_name=f"{COLLECTION}.{module}", task_vars=variables, wrap_async=bool(self._task.async_val))
        finally:
            self._task.environment = environment
        if not self._task.async_val:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        result.pop("invocation", None)  # ansible-core 2.19 and 2.20 only, and nothing but the options once more
        return result
