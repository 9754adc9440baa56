# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A declaration that tells what it sees. The tests put it in the place of the real modules."""

from __future__ import annotations

import os
import sys

from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import Declaration
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import Action, Plan, Runtime
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ServiceError

IMPORTED_BY = os.getpid()
MINTED = "Minted-0123456789"
FETCHED = "Fetched-0123456789"


def shape(value):
    """The value with the exact type of every part, so that a tagged string does not pass for a plain one."""
    if isinstance(value, dict):
        return {str(key): [type(key).__module__ + "." + type(key).__name__, shape(item)] for key, item in value.items()}
    if isinstance(value, list):
        return [type(value).__module__ + "." + type(value).__name__, [shape(item) for item in value]]
    return type(value).__module__ + "." + type(value).__name__


class ProbeResource:
    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.options = runtime.options

    def read(self):
        self.runtime.secret(FETCHED)
        if self.options["behaviour"] == "warn":
            self.runtime.warn(f"a warning that quotes {self.options['password']} and {FETCHED}")
        if self.options["behaviour"] == "crash":
            raise KeyError(f"a crash that quotes {self.options['password']} and {FETCHED}")
        return None

    def plan(self, current):
        texts = self.options["changes"] or []
        return Plan(
            actions=tuple(Action("write", text) for text in texts),
            before={"name": None},
            after={"name": self.options["name"]} if texts else {"name": None},
        )

    def apply(self, action):
        if self.options["behaviour"] == "fail" and action.text == self.options["changes"][-1]:
            raise ServiceError(
                f"Could not {action.text}: the service answered 403 Denied: {self.options['password']} {FETCHED}.",
                code="Denied",
                http_status=403,
                service="Probe",
                service_message=f"echo {self.options['password']}",
                advice="Ask.",
            )
        if self.options["write_to"]:
            with open(self.options["write_to"], "a", encoding="utf-8") as journal:
                journal.write(action.text + "\n")
        if self.options["sleep"]:  # the answer takes its time; a client waits for it no longer than the budget lasts
            self.runtime.budget._sleep(min(self.options["sleep"], self.runtime.budget.remaining()))

    def result(self, plan, applied):
        environ = self.runtime.environ
        return {
            "probe": {
                "options": self.options,
                "shape": shape(self.options),
                "check_mode": self.runtime.check_mode,
                "host": self.runtime.host,
                "job": environ.get("TENANTKIT_JOB_ID"),
                "deadline_known": bool(environ.get("TENANTKIT_DEADLINE")),
                "budget": self.runtime.budget.seconds,
                "applied": applied,
                "environment": environ.get("PROBE_ENVIRONMENT"),
                "directory": os.getcwd(),
                "echo": f"echo {self.options['password']} and {FETCHED}",
                "truth": True,
            },
            "minted": {"secret_text": self.runtime.secret(MINTED), "echo": f"echo {MINTED}"},
            "where": {
                "pid": os.getpid(),
                "imported_by": IMPORTED_BY,
                "parent": os.getppid(),
                "python": sys.executable,
                "way": "worker" if "ansible.plugins.action" in sys.modules else "process",
            },
        }


def declaration(auth: bool) -> Declaration:
    return Declaration(
        options={
            "name": {
                "type": "str",
                "aliases": ["label", "old_label"],
                "deprecated_aliases": [{"name": "old_label", "version": "9.0.0", "collection_name": "tenantkit.connectors"}],
            },
            "password": {"type": "str", "no_log": True},
            "pins": {"type": "list", "elements": "int", "no_log": True},
            "number": {"type": "int"},
            "flag": {"type": "bool"},
            "from_environment": {"type": "path"},
            "data": {"type": "raw"},
            "items_wanted": {"type": "list", "elements": "dict", "options": {"key": {"type": "str", "no_log": True}, "title": {"type": "str"}}},
            "changes": {"type": "list", "elements": "str"},
            "behaviour": {"type": "str", "choices": ["warn", "fail", "crash"]},
            "sleep": {"type": "float"},
            "write_to": {"type": "path"},
            "old_option": {"type": "str", "removed_in_version": "9.0.0", "removed_from_collection": "tenantkit.connectors"},
            **({} if auth else {"timeout": {"type": "int", "default": 300}}),
        },
        resource=ProbeResource,
        auth=auth,
        reveals=("minted.secret_text",),
        mutually_exclusive=[("number", "flag")],
    )
