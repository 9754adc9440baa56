# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failures cannot be changed, what is known more makes another one, and what Python keeps at an exception works as ever."""

from __future__ import annotations

import ast
import json
import re
import traceback
import typing as t
from pathlib import Path

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils import _errors
from ansible_collections.tenantkit.connectors.plugins.module_utils._budget import Budget
from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import crash_result
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import Action, Plan, Runtime, run
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connector.credential import HandedOnError
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import (
    BudgetError,
    Changes,
    ConnectorError,
    CrashError,
    ForbiddenError,
    ServiceError,
    TransportError,
    failures_say,
    sentences,
)

WHOLE: dict[str, t.Any] = {
    "message": "Could not read.",
    "code": "c",
    "http_status": 500,
    "service": "Graph",
    "service_message": "No.",
    "request_id": "r",
    "client_request_id": "cr",
    "tenant": "contoso.com",
    "advice": "Try again.",
    "outcome": "unknown",
    "details": {"a": 1},
    "applied": ("create x",),
}


def values(error: ConnectorError) -> dict[str, t.Any]:
    return {name: getattr(error, name) for name in WHOLE}


# Unchangeable


def test_every_field_is_in_this_test() -> None:
    assert set(WHOLE) == set(Changes.__annotations__)


@pytest.mark.parametrize("name", WHOLE)
def test_no_field_can_be_changed(name: str) -> None:
    error = ServiceError(**WHOLE)
    with pytest.raises(AttributeError, match=f"{name} of ServiceError is final"):
        setattr(error, name, "other")
    assert values(error) == WHOLE


def test_details_cannot_be_changed_in_place_or_from_outside() -> None:
    given = {"a": 1}
    error = ConnectorError("x", details=given)
    with pytest.raises(TypeError):
        error.details["b"] = 2  # type: ignore[index]
    given["b"] = 2
    error.as_failure()["details"]["c"] = 3
    assert error.details == {"a": 1}


def test_a_subclass_sets_its_own_fields_once() -> None:
    error = HandedOnError("x", {"code": "c"})
    with pytest.raises(AttributeError):
        error._failure = {}  # pylint: disable=protected-access


def test_what_python_keeps_at_an_exception_works() -> None:
    error = ConnectorError("x")
    error.add_note("a note")
    error.__cause__ = ValueError("why")
    with pytest.raises(ConnectorError) as caught:
        raise error
    assert caught.value.__traceback__ is not None and caught.value.__notes__ == ["a note"]
    assert "a note" in "".join(traceback.format_exception(error)) and "ValueError: why" in "".join(traceback.format_exception(error))


# with_


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, value in WHOLE.items() if name != "details"])
def test_with_changes_one_field_and_keeps_the_rest(name: str, value: t.Any) -> None:
    before = ForbiddenError("Old.", details={"b": 2})
    old = values(before)
    after = before.with_(**{name: value})  # type: ignore[misc]
    assert after.__class__ is ForbiddenError and values(after) == {**old, name: value}
    assert values(before) == old and str(after) == after.message


def test_with_adds_details() -> None:
    error = ConnectorError("x", details={"a": 1, "b": 1}).with_(details={"b": 2, "c": 2})
    assert error.details == {"a": 1, "b": 2, "c": 2}
    assert error.with_(details=None).details == error.details


def test_with_takes_nothing_that_is_no_field() -> None:
    with pytest.raises(TypeError):
        ConnectorError("x").with_(outcom="unknown")  # type: ignore[call-arg]


def test_with_leaves_the_history_to_the_old_one() -> None:
    error = ConnectorError("x")
    error.add_note("a note")
    with pytest.raises(ConnectorError) as raised:
        raise error
    new = raised.value.with_(outcome="refused")
    assert new.__traceback__ is None and not hasattr(new, "__notes__")


def test_with_keeps_what_a_subclass_adds() -> None:
    new = HandedOnError("x", {"code": "c", "kind": "service"}).with_(message="y", applied=["a"])
    assert isinstance(new, HandedOnError) and new.as_failure() == {"code": "c", "kind": "service"}
    assert new.sentence() == "y Already done in this task: a."


def test_a_failure_is_plain_json() -> None:
    failure = ServiceError(**WHOLE).as_failure()
    assert json.loads(json.dumps(failure)) == failure
    assert failure["kind"] == "service" and failure["applied"] == ["create x"] and failure["message"] == "No."


def test_sentences_leaves_out_what_is_missing() -> None:
    assert sentences("A.", None, "", "B.") == "A. B."
    assert sentences(None) == ""


# failures_say


def test_failures_say_what_their_caller_knows() -> None:
    with pytest.raises(ForbiddenError) as caught, failures_say(outcome="unknown", advice="Look.", tenant="t", service="s"):
        raise ForbiddenError("x", outcome="refused", code="c")
    error = caught.value
    assert (error.outcome, error.advice, error.tenant, error.service, error.code) == ("unknown", "Look.", "t", "s", "c")
    assert isinstance(error.__cause__, ForbiddenError) and error.__cause__.outcome == "refused"


def test_failures_keep_the_tenant_and_the_service_that_they_name() -> None:
    with pytest.raises(ConnectorError) as caught, failures_say(tenant="t", service="s", outcome=None):
        raise ConnectorError("x", tenant="own", service="own", outcome="refused")
    assert (caught.value.tenant, caught.value.service, caught.value.outcome) == ("own", "own", None)


def test_failures_of_other_kinds_and_bugs_pass_as_they_are() -> None:
    for passing in (ServiceError("x"), KeyError("x")):
        with pytest.raises(type(passing)) as caught, failures_say(TransportError, BudgetError, outcome="unknown"):
            raise passing
        assert caught.value is passing


# The engine


class Resource:
    """Two actions, the second of which fails."""

    def __init__(self, failure: Exception) -> None:
        self.failure = failure

    def read(self) -> None:
        """Nothing."""

    def plan(self, current: None) -> Plan:
        """Two actions."""
        return Plan((Action("a", "do a"), Action("b", "do b")))

    def apply(self, action: Action) -> None:
        """The second fails."""
        if action.kind == "b":
            raise self.failure

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """Nothing."""
        return {}


def runtime() -> Runtime:
    return Runtime(options={}, check_mode=False, budget=Budget(60), warn=lambda text: None, environ={})


def test_a_failure_in_a_plan_says_what_was_done() -> None:
    failure = ForbiddenError("x", outcome="refused")
    with pytest.raises(ForbiddenError) as caught:
        run(Resource(failure), runtime())
    assert caught.value.applied == ("do a",) and caught.value.outcome == "refused"
    assert caught.value.__cause__ is failure and failure.applied == ()


def test_a_bug_in_a_plan_is_reported_as_itself_with_what_was_done() -> None:
    with pytest.raises(CrashError) as caught:
        run(Resource(KeyError("S3cret")), runtime())
    result = crash_result(caught.value)
    assert result["changed"] is True and result["failure"]["applied"] == ["do a"]
    line = re.search(r"KeyError in test_errors.py, line (\d+)\.", result["msg"])
    assert line is not None and "S3cret" not in result["msg"]
    assert "raise self.failure" in Path(__file__).read_text(encoding="utf-8").splitlines()[int(line[1]) - 1]
    assert "KeyError" in result["exception"] and "CrashError" not in result["exception"]


# The sources

PLUGINS = Path(_errors.__file__).resolve().parents[1]


def test_the_module_opens_with_every_class() -> None:
    tree = dict(re.findall(r"^(?:[│ ]*[├└]── )?(\w+Error) {2,}(.+)$", _errors.__doc__ or "", re.MULTILINE))
    made = {name for name, value in vars(_errors).items() if isinstance(value, type) and issubclass(value, ConnectorError)}
    assert set(tree) == made


def test_no_source_assigns_to_a_field_of_a_caught_exception() -> None:
    found: list[str] = []
    for path in sorted(PLUGINS.rglob("*.py")):
        for handler in (node for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.ExceptHandler) and node.name):
            for node in ast.walk(handler):
                if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name) and node.value.id == handler.name:
                    found.append(f"{path.name}:{node.lineno}")
    assert not found
