# SPDX-License-Identifier: GPL-3.0-or-later
"""A callback that writes what happened to every host in every task as JSON lines, for tests to assert on."""

from __future__ import annotations

import json
import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: record
type: notification
short_description: Writes results as JSON lines
description:
  - Writes one line for each host and task to the file named by E(RECORD_PATH).
requirements: []
"""


class CallbackModule(CallbackBase):
    """One JSON line per host and task."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "record"
    CALLBACK_NEEDS_ENABLED = True

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
