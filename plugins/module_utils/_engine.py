# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Reads the current state, asks a pure planner what to do, stops there in check mode, otherwise does exactly that.

The engine does not know Ansible: it gets plain options and returns a plain result. Check mode, diff mode and "changed" live
here and nowhere else.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ._budget import Budget
from ._errors import ConnectorError, CrashError

# In check mode an object that a run would create has no id yet. Later tasks get this one and know it.
PLACEHOLDER_ID = "00000000-0000-0000-0000-000000000000"
# And it is called this wherever its name would stand: in labels, diffs and sentences.
NEW = "(new)"


@dataclasses.dataclass(frozen=True)
class Action:
    """One write, as a planner decided it.

    ``kind`` selects what C(Resource.apply) does, ``text`` is what the operator reads ("create application 'Payroll sync'"),
    ``payload`` is all that apply needs. None of them ever holds a secret value.
    """

    kind: str
    text: str
    payload: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Plan:
    """What a planner returns: an ordered list of actions and the normalised shape before and after them."""

    actions: tuple[Action, ...] = ()
    before: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    after: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    facts: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)  # for result(): what was found out on the way

    @property
    def texts(self) -> list[str]:
        """The actions as sentences."""
        return [action.text for action in self.actions]


C = t.TypeVar("C")


class Resource(t.Protocol[C]):
    """What a module brings to the engine."""

    def read(self) -> C:
        """Fetch the current state. The only place for reads before the plan."""

    def plan(self, current: C) -> Plan:
        """Pure: from the options and ``current`` to a plan. Raises OptionError for what must stop before the first write."""

    def apply(self, action: Action) -> None:
        """Carry out one action of the plan."""

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """The module's own return values. ``applied`` is false in check mode and when there was nothing to do."""


@dataclasses.dataclass
class Runtime:
    """Everything around a resource that is not its business: options, time, warnings, secrets to mask."""

    options: dict[str, t.Any]
    check_mode: bool
    budget: Budget
    warn: t.Callable[[str], None]
    environ: t.Mapping[str, str]
    host: str | None = None  # inventory host name, where known
    run: str = ""  # the name of the run of the playbook that the task belongs to, where known
    secrets: set[str] = dataclasses.field(default_factory=set)  # values that must be masked in every output
    guards: list[t.Callable[[], None]] = dataclasses.field(default_factory=list)  # what has to be certain before the first write
    # What only some processes have, by name. The worker of the controller has the "vault" passwords of the run; a module process has none of it.
    services: t.Mapping[str, t.Callable[[], t.Any]] = dataclasses.field(default_factory=dict)
    needs: tuple[str, ...] = ()  # the permissions of Microsoft Graph that the README documents for this task
    # Keys that a failure has to show as well, as they are when it happens: what a task reached matters to the ones after it.
    so_far: t.Callable[[], dict[str, t.Any]] = dict

    def secret(self, value: str | None) -> str | None:
        """Register a value for masking and return it."""
        if value:
            self.secrets.add(value)
        return value


def run(resource: Resource[t.Any], runtime: Runtime) -> dict[str, t.Any]:
    """Run one resource to its end and return the module result: changed, actions, diff and the resource's own keys.

    Raises ConnectorError, and CrashError for a mistake of ours on the way: C(applied) of both tells which actions had been carried out by then.
    """
    current = resource.read()
    plan = resource.plan(current)
    for text in plan.warnings:
        runtime.warn(text)
    applied = bool(plan.actions) and not runtime.check_mode
    if plan.actions and runtime.check_mode:
        # A write would call them, and a prediction must not promise what the run refuses.
        for guard in runtime.guards:
            guard()
    if applied:
        done: list[str] = []
        for action in plan.actions:
            try:
                runtime.budget.check_write(action.text)
                resource.apply(action)
            except ConnectorError as error:
                raise error.with_(applied=done) from error
            except Exception as error:
                # The report of a bug of ours has to say what had been written by then, too.
                raise CrashError(done) from error
            done.append(action.text)
    result = {
        "changed": bool(plan.actions),
        "actions": plan.texts,
        "diff": {"before": dict(plan.before), "after": dict(plan.after)},
    }
    result.update(resource.result(plan, applied))
    return result
