# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes every result that callbacks get into the file named by PROBE_RECORD, one JSON object a line."""

from __future__ import annotations

import json
import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: record
type: notification
short_description: Writes results to a file
description: Writes every result to the file named by E(PROBE_RECORD).
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "record"

    def _record(self, event, result):
        # result.task and friends came with 2.19.1; the underscore names warn since then.
        entry = {"event": event, "host": result.host.get_name(), "task": result.task.get_name(), "result": result.result}
        with open(os.environ["PROBE_RECORD"], "a", encoding="utf-8") as record:
            record.write(json.dumps(entry, default=repr, sort_keys=True) + "\n")

    def v2_runner_on_ok(self, result):
        self._record("ok", result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._record("failed", result)

    def v2_runner_on_unreachable(self, result):
        self._record("unreachable", result)

    def v2_runner_item_on_ok(self, result):
        self._record("item", result)

    def v2_runner_item_on_failed(self, result):
        self._record("item failed", result)
