# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The resource of C(credential_sinks): one question to all sinks of a connection, in their order.

All of them are looked at before the first is written or emptied: what can be refused is refused while no sink has the value yet.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._engine import Action, Plan, Runtime
from .sinks import (
    ABOUT_A_KEY,
    HOLDS,
    STORE,
    TASKS,
    VAULT_FILE,
    Sink,
    file_options,
    sinks_from_options,
)
from .vault_file import VaultFileResource
from .vault_file_plan import FileCurrent


class SinksResource:
    """What the engine needs for the sinks of one connection. Task files of the operator's are only listed: a role has to include them."""

    def __init__(self, runtime: Runtime) -> None:
        runtime.secret(runtime.options.get("value"))
        self._question = runtime.options["question"]
        self._sinks: tuple[Sink, ...] = ()
        self._files: dict[int, VaultFileResource] = {}
        if self._question == STORE:
            # Set before anything can fail: a caller that finds nothing here could not tell "none" from "not known".
            runtime.so_far = lambda: {"stored": self._stored()}
        self._sinks = sinks_from_options(runtime.options)
        # The files share everything with this task but their options.
        self._files = {
            sink.index: VaultFileResource(dataclasses.replace(runtime, options=file_options(sink, runtime.options)))
            for sink in self._sinks
            if sink.type == VAULT_FILE
        }

    def read(self) -> dict[int, FileCurrent]:
        """What every file holds, by the index of its sink. The first one that does not do for the question ends the task."""
        return {index: file.read() for index, file in self._files.items()}

    def plan(self, current: dict[int, FileCurrent]) -> Plan:
        """Pure: the plans of the files, one after the other."""
        plans = {index: file.plan(current[index]) for index, file in self._files.items()}
        return Plan(
            tuple(Action(action.kind, action.text, {"sink": index}) for index, plan in plans.items() for action in plan.actions),
            {self._files[index].path: dict(plan.before) for index, plan in plans.items()},
            {self._files[index].path: dict(plan.after) for index, plan in plans.items()},
        )

    def apply(self, action: Action) -> None:
        """Write or remove one file."""
        self._files[action.payload["sink"]].apply(action)

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """The keys C(sinks), C(lost), C(task_files) and C(stored). Never the value."""
        held = {index: file.holds_key for index, file in self._files.items()} if self._question in ABOUT_A_KEY else {}
        return {
            "sinks": [
                {
                    "index": sink.index,
                    "type": sink.type,
                    "place": sink.file if sink.type == TASKS else self._files[sink.index].path,
                    "held": held.get(sink.index),
                }
                for sink in self._sinks
            ],
            "lost": self._question == HOLDS and not all(held.values()),
            "task_files": [{"index": sink.index, "file": sink.file} for sink in self._sinks if sink.type == TASKS],
            "stored": self._stored(),
        }

    def _stored(self) -> list[str]:
        """The types of the sinks that have the value at this moment, whether this task gave it to them or they had it before."""
        return [VAULT_FILE for file in self._files.values() if file.holds_value] if self._question == STORE else []
