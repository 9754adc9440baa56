# SPDX-License-Identifier: GPL-3.0-or-later
"""One resource run to its end: what is predicted, what is carried out, and what has to be certain before either."""

from __future__ import annotations

import ast
import typing as t
from pathlib import Path

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils import _engine as engine
from ansible_collections.tenantkit.connectors.plugins.module_utils._budget import Budget
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import NEW, Action, Plan, Runtime, run
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import TenantGuardError

ACTION = Action("create", "create application 'Payroll sync'")


class Recorded:
    """A resource with a plan that was made before, and a list of what was done."""

    def __init__(self, *actions: Action) -> None:
        self.actions, self.done = actions, t.cast("list[str]", [])

    def read(self) -> None:
        """There is nothing."""

    def plan(self, current: None) -> Plan:
        return Plan(self.actions)

    def apply(self, action: Action) -> None:
        self.done.append(action.text)

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        return {"applied": applied}


def runtime(*, check_mode: bool, guard: t.Callable[[], None]) -> Runtime:
    """Time enough, and one guard."""
    return Runtime({}, check_mode, Budget(600.0), lambda text: None, {}, guards=[guard])


def wrong_tenant() -> None:
    """The guard of a run that is in another tenant than the operator named."""
    raise TenantGuardError("The credential signs in to another tenant.")


def test_a_prediction_asks_the_guards() -> None:
    """In check mode no write asks them, so that a run in the wrong tenant would predict instead of failing."""
    resource = Recorded(ACTION)
    with pytest.raises(TenantGuardError):
        run(resource, runtime(check_mode=True, guard=wrong_tenant))
    assert resource.done == []


@pytest.mark.parametrize(
    ("check_mode", "actions", "asked", "done"),
    [(True, (ACTION,), 1, []), (True, (), 0, []), (False, (ACTION,), 0, [ACTION.text]), (False, (), 0, [])],
    ids=["predicted", "nothing to predict", "done: the write itself asks", "nothing to do"],
)
def test_what_is_done(check_mode: bool, actions: tuple[Action, ...], asked: int, done: list[str]) -> None:
    asks: list[None] = []
    resource = Recorded(*actions)
    result = run(resource, runtime(check_mode=check_mode, guard=lambda: asks.append(None)))
    assert (len(asks), resource.done, result["changed"], result["applied"]) == (asked, done, bool(actions), bool(done))


def test_what_does_not_exist_yet_is_named_in_one_place() -> None:
    """Each text of the code that ends with it has it from here."""
    plugins = Path(engine.__file__).resolve().parents[1]
    found = []
    for file in sorted(plugins.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.endswith(NEW):
                found.append(file.name)
    assert found == ["_engine.py"]
