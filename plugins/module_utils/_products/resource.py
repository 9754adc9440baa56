# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The resource of C(connector_decision): no service, no write, one pure function."""

from __future__ import annotations

import typing as t

from .._engine import Action, Plan, Runtime
from .._errors import OptionError
from .registry import DECISIONS


class DecisionResource:
    """Answers one question of a role."""

    def __init__(self, runtime: Runtime) -> None:
        for value in runtime.options.get("never_shown") or ():
            runtime.secret(value)
        name = runtime.options["decision"]
        if name not in DECISIONS:
            raise OptionError(f"'decision' is {name!r}, which no role of this collection asks.", code="no_such_decision", advice=_known(name))
        self._decide = DECISIONS[name]
        self._given = {**runtime.options["given"], "check_mode": runtime.check_mode}

    def read(self) -> t.Mapping[str, t.Any]:
        """What the role handed over, and whether the task runs in check mode."""
        return self._given

    def plan(self, current: t.Mapping[str, t.Any]) -> Plan:
        """The answer. Raises OptionError for what must stop the run."""
        return Plan(facts=self._decide(current))

    def apply(self, action: Action) -> None:
        """Never called."""
        raise NotImplementedError(action.kind)

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """The key C(decision)."""
        return {"decision": dict(plan.facts)}


def _known(name: str) -> str:
    """The decisions of the same role, or the roles."""
    role = name.partition(".")[0]
    same = sorted(other for other in DECISIONS if other.startswith(f"{role}."))
    return f"Known are {', '.join(same or sorted({other.partition('.')[0] for other in DECISIONS}))}."
