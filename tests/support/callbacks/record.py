# SPDX-License-Identifier: GPL-3.0-or-later
"""A callback that writes what happened to every host in every task as JSON lines, for tests to assert on."""

from __future__ import annotations

import json
import os
import pathlib
import runpy

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: record
type: notification
short_description: Writes results as JSON lines
description:
  - Writes one line for each host and task to the file named by E(RECORD_PATH).
  - Where E(RECORD_EMULATOR) names the state directory of an emulator, its clock moves while a task waits for another run, which takes no time then.
requirements: []
"""


class CallbackModule(CallbackBase):
    """One JSON line per host and task."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "record"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self):
        super().__init__()
        waiting = runpy.run_path(str(pathlib.Path(__file__).parents[1] / "waiting.py"))
        if state_dir := os.environ.get(waiting["EMULATOR_VARIABLE"]):
            # Before ansible-core forks its workers, so that it holds in them too. Module processes are beyond its reach.
            from ansible_collections.tenantkit.connectors.plugins.module_utils._budget import Budget

            def advance(seconds):
                from tenant_emulator.testing import Emulator

                Emulator.attach(state_dir).advance(seconds)

            waiting["pass_time_while_waiting_for_others"](Budget, advance)

    def _write(self, status, result, **more):
        task = result._task if hasattr(result, "_task") else result.task
        host = result._host if hasattr(result, "_host") else result.host
        data = result._result if hasattr(result, "_result") else result.result
        line = {"status": status, "host": host.get_name(), "task": task.get_name(), "action": task.action, "no_log": bool(task.no_log), **more}
        line["result"] = json.loads(json.dumps(data, default=str))
        with open(os.environ["RECORD_PATH"], "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def v2_runner_on_ok(self, result):
        self._write("ok", result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._write("failed", result, ignored=bool(ignore_errors))

    def v2_runner_on_skipped(self, result):
        self._write("skipped", result)

    def v2_runner_on_unreachable(self, result):
        self._write("unreachable", result)
