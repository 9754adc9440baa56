# SPDX-License-Identifier: GPL-3.0-or-later
"""A callback that writes when each task began on each host, so that a request can be told to belong to one."""

from __future__ import annotations

import datetime
import json
import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: timeline
type: notification
short_description: Writes when tasks began
description:
  - Writes one JSON line for each host and task to the file named by E(TIMELINE_PATH).
requirements: []
"""


class CallbackModule(CallbackBase):
    """One JSON line per host and task, at its start."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "timeline"
    CALLBACK_NEEDS_ENABLED = True

    def v2_runner_on_start(self, host, task):
        line = {"time": datetime.datetime.now(datetime.UTC).isoformat(), "host": host.get_name(), "task": task.get_name()}
        with open(os.environ["TIMELINE_PATH"], "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
