# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Decides where a module of this collection runs, and runs it there.

Every module has an action file of its own name, since module_defaults and action groups are resolved by the name of the file. Most of them hold nothing
else; those are written by tests/tools/generate.py.

The parent process imports an action file before it forks the workers, so what is imported there is imported once a job and not once a task. The shared
code imports requests and msal, guarded: without them a task still fails with a sentence.
"""

from __future__ import annotations

import os
import typing as t

from ansible import constants as C
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils._clock import machine_time
from ..module_utils._declaration import crash_result
from ..module_utils._errors import ConnectorError
from ..module_utils._http import trust
from . import _role_variables
from ._action_lines import TELL_ACTIONS, action_lines, to_stderr
from ._extra_variables import extra_target_problem
from ._host_checks import check_hosts
from ._operator_words import role_of_task, told_to_operator, warnings_told, words_of
from ._placement import Placement, decide
from ._task_context import task_context
from ._worker import COLLECTION, WorkerOutcome, load_declaration, preload_lookups, run_in_worker, share_memory_with_workers

# What the workers inherit: what the roles' look-ups take, and the CA certificates that count where no option names others.
trust.preload(os.environ)
_role_variables.preload()
preload_lookups("connection", "session", "host_values", "kept_credential")
share_memory_with_workers()

display = Display()


def failed(error: ConnectorError) -> dict[str, t.Any]:
    """The result of a task that an action refuses before its module runs."""
    return {"failed": True, "changed": False, "msg": error.sentence(), "failure": error.as_failure()}


def without_vault(module: str, placement: Placement) -> dict[str, t.Any]:
    """The result of a module that needs the vault passwords of the run where there are none."""
    advice = "Run it on the controller: delegate_to: localhost, without become and async."
    failure = {"kind": "option", "code": "not_in_worker", "outcome": "refused", "advice": advice}
    text = f"{module} writes a file with the vault passwords of the run, which only the controller's own process has, and {placement.reason}."
    return {"failed": True, "changed": False, "msg": f"{text} {advice}", "failure": failure}


def _tracebacks_wanted() -> bool:
    """Whether this run shows tracebacks of errors; a module process asks the same before it returns one."""
    wanted = C.config.get_config_value("DISPLAY_TRACEBACK")
    return "always" in wanted or ("error" in wanted and "never" not in wanted)


# A role says with this variable, separated with commas, which permissions of Microsoft Graph its README documents for what begins with a task.
NEEDS = "tenantkit_needs"


class ConnectorAction(ActionBase):
    """Runs a module of this collection in the worker where that makes no difference but speed, else as a module process.

    No state is kept in the class or in a module: a worker's changes to those are lost, and what the parent holds would be
    shared by all forks.
    """

    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Refuse what the variables of other hosts forbid, else run the task's module. The result has the same content both ways."""
        started = machine_time()  # the clock of the keyword C(timeout) has just been started
        super().run(tmp, task_vars)
        variables: dict[str, t.Any] = {} if task_vars is None else task_vars
        module = self._task.resolved_action.rsplit(".", 1)[-1]  # the task's own name is a short one under collections:
        host = str(variables.get("inventory_hostname", ""))
        needs = tuple(str(variables.get(NEEDS) or "").split(","))
        role = role_of_task(self._task, variables)
        error: ConnectorError | None = extra_target_problem([role], variables.get("ansible_play_hosts_all"), self._loader) if role else None
        error = error or check_hosts(module, self._task.args, variables, self._task)
        named = _role_variables.role_options(role) if role else {}
        words = words_of(module, role, named) if role else str
        ran = failed(error) if error else self.run_module(module, self._task.args, variables, self.placement(variables), started, needs=needs, words=words)
        result = told_to_operator(ran, module, role, named) if role else ran
        hidden = bool(self._task.no_log) and not variables.get(TELL_ACTIONS)
        for line in action_lines(host, module, result, check_mode=bool(self._task.check_mode), hidden=hidden):
            display.display(line, color=C.COLOR_CHANGED, stderr=to_stderr(C.DEFAULT_STDOUT_CALLBACK))
        return result

    def run_module(
        self,
        module: str,
        args: t.Mapping[str, t.Any],
        variables: dict[str, t.Any],
        placement: Placement,
        started: float,
        services: t.Mapping[str, t.Callable[[], t.Any]] | None = None,
        needs: t.Sequence[str] = (),
        words: t.Callable[[str], str] = str,
    ) -> dict[str, t.Any]:
        """Run a module with these arguments where ``placement`` says. ``words`` is how its warnings read for the operator.

        ``started`` is the time since which the task's own C(timeout) counts, ``services`` what the module finds in the worker besides the usual.
        ``needs`` are the permissions that the README of a role documents, for the advice after a refusal.
        """
        host = str(variables.get("inventory_hostname", ""))
        deadline = started + self._task.timeout if self._task.timeout else None
        context = task_context(host, deadline, share_cache=placement.local and placement.same_user, needs=",".join(needs))
        display.vvv(f"{module} runs in the worker" if placement.in_worker else f"{module} runs as a module process: {placement.reason}", host=host)
        if placement.in_worker:
            return self._run_in_worker(module, args, host, context, services or {}, words)
        return warnings_told(self._run_module_process(module, args, variables, context, placement), words)

    def placement_with_vault(self, variables: dict[str, t.Any]) -> Placement:
        """Where a task runs that needs the vault passwords of the run: in the worker, or nowhere.

        What makes other modules prefer a process of their own (another Python, TENANTKIT_MODULE_PROCESS) means nothing to it: it uses no library, and
        the file has to be written by the controller anyway.
        """
        return decide(
            transport=self._connection.transport,
            become=bool(self._connection.become or self._task.become),
            async_seconds=self._task.async_val,
            environment=None,
            interpreter=None,
            playbook_python=str(variables["ansible_playbook_python"]),
            environ={},
        )

    def placement(self, variables: dict[str, t.Any]) -> Placement:
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
            return t.cast("dict[str, t.Any]", variables["ansible_delegated_vars"][self._task.delegate_to])
        return variables

    def _run_in_worker(
        self,
        module: str,
        args: t.Mapping[str, t.Any],
        host: str,
        context: dict[str, str],
        services: t.Mapping[str, t.Callable[[], t.Any]],
        words: t.Callable[[str], str],
    ) -> dict[str, t.Any]:
        try:
            answer = run_in_worker(
                load_declaration(module),
                f"{COLLECTION}.{module}",
                args,
                check_mode=bool(self._task.check_mode),
                environ={**os.environ, **context},
                host=host,
                directory=self._loader.get_basedir(),
                services=services,
            )
        except Exception as error:  # only what is outside of execute() gets here: a module file that cannot be imported
            answer = WorkerOutcome({"failed": True, **crash_result(error)})
        for text in answer.warnings:
            display.warning(words(text))
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

    def _run_module_process(
        self, module: str, args: t.Mapping[str, t.Any], variables: dict[str, t.Any], context: dict[str, str], placement: Placement
    ) -> dict[str, t.Any]:
        if placement.local and not placement.interpreter_chosen:
            # Discovery would take the first Python in PATH, which need not have msal.
            self._target_variables(variables)["ansible_python_interpreter"] = variables["ansible_playbook_python"]
        if self._connection.has_pipelining:
            # Without it the arguments, secrets included, lie in a temporary file.
            self._connection.set_option("pipelining", True)
        environment = self._task.environment
        self._task.environment = [*(environment or []), context]
        try:
            result: dict[str, t.Any] = self._execute_module(
                module_name=f"{COLLECTION}.{module}", module_args=dict(args), task_vars=variables, wrap_async=bool(self._task.async_val)
            )
        finally:
            self._task.environment = environment
        if not self._task.async_val:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        result.pop("invocation", None)  # ansible-core 2.19 and 2.20 only, and nothing but the options once more
        return result
