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
from .._errors import failures_say
from .._sink_entry import KEY_VAULT, TASKS, VAULT_FILE
from .key_vault import KeyVaultResource
from .sinks import ABOUT_A_KEY, HOLDS, RETIRE, STORE, Sink, file_options, sinks_from_options
from .vault_file import VaultFileResource


class SinksResource:
    """What the engine needs for the sinks of one connection. Task files of the operator's are only listed: a role has to include them."""

    def __init__(self, runtime: Runtime) -> None:
        runtime.secret(runtime.options.get("value"))
        self._question = runtime.options["question"]
        self._sinks: tuple[Sink, ...] = ()
        self._parts: dict[int, VaultFileResource | KeyVaultResource] = {}
        if self._question == STORE:
            # Set before anything can fail: a caller that finds nothing here could not tell "none" from "not known".
            runtime.so_far = lambda: {"stored": self._stored()}
        self._sinks = sinks_from_options(runtime.options)
        # They share everything with this task but their options.
        with self._before_anything_is_sent():
            self._parts = {sink.index: part for sink in self._sinks if (part := _part(sink, runtime)) is not None}

    def read(self) -> dict[int, t.Any]:
        """What every sink holds, by its index. The first one that does not do for the question ends the task."""
        with self._before_anything_is_sent():
            return {index: part.read() for index, part in self._parts.items()}

    def plan(self, current: dict[int, t.Any]) -> Plan:
        """Pure: the plans of the sinks, one after the other. One that cannot try a write without writing comes before those that can."""
        plans = {index: part.plan(current[index]) for index, part in self._parts.items()}
        untried_first = sorted(plans, key=lambda index: (self._parts[index].type != KEY_VAULT, index))
        return Plan(
            tuple(Action(action.kind, action.text, {**action.payload, "sink": index}) for index in untried_first for action in plans[index].actions),
            {self._parts[index].path: dict(plan.before) for index, plan in plans.items()},
            {self._parts[index].path: dict(plan.after) for index, plan in plans.items()},
        )

    def apply(self, action: Action) -> None:
        """Write, empty or clear up one sink."""
        self._parts[action.payload["sink"]].apply(action)

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """The keys C(sinks), C(lost), C(task_files) and C(stored). Never the value."""
        held = {index: part.holds_key for index, part in self._parts.items()} if self._question in ABOUT_A_KEY else {}
        return {
            "sinks": [
                {
                    "index": sink.index,
                    "type": sink.type,
                    "place": self._parts[sink.index].path if sink.index in self._parts else sink.file,
                    "held": held.get(sink.index),
                    "older": self._older(sink.index),
                }
                for sink in self._sinks
            ],
            "lost": self._question == HOLDS and not all(held.values()),
            "task_files": [{"index": sink.index, "file": sink.file} for sink in self._sinks if sink.type == TASKS],
            "stored": self._stored(),
        }

    def _older(self, index: int) -> list[str] | None:
        part = self._parts.get(index)
        return part.older if self._question == HOLDS and isinstance(part, KeyVaultResource) else None

    def _stored(self) -> list[str]:
        """The types of the sinks that have the value at this moment, whether this task gave it to them or they had it before."""
        return [part.type for part in self._parts.values() if part.holds_value] if self._question == STORE else []

    def _before_anything_is_sent(self) -> t.ContextManager[None]:
        """Whatever fails while the sinks are looked at: none of them was given the value by then."""
        return failures_say(outcome="refused") if self._question == STORE else failures_say()


def _part(sink: Sink, runtime: Runtime) -> VaultFileResource | KeyVaultResource | None:
    """What works with one sink; None for one that this question, or this module, has nothing to do with. Raises what it has wrong."""
    if sink.type == KEY_VAULT:
        return KeyVaultResource(runtime, sink.entry, sink.secrets, sink.index)
    if sink.type == VAULT_FILE and runtime.options["question"] != RETIRE:
        return VaultFileResource(dataclasses.replace(runtime, options=file_options(sink, runtime.options)))
    return None
