# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing that users rely on goes or changes by accident: C(data/public_interface.json) is what they rely on, see C(tests/tools/public_interface.py)."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from support import public_interface, results

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).parent / "data" / "public_interface.json"


@pytest.fixture(scope="module")
def differences() -> list[public_interface.Difference]:
    """How the collection differs from the list."""
    return list(public_interface.compare(json.loads(LIST.read_text()), public_interface.collect(ROOT)))


def test_nothing_public_was_removed_or_changed(differences: list[public_interface.Difference]) -> None:
    broken = [f"{difference.path} {difference.text}" for difference in differences if difference.breaks]
    assert not broken, (
        "This is public and was removed or changed. It needs a changelog entry and an alias for one minor version; then tests/tools/public_interface.py "
        "--write-breaking.\n" + "\n".join(broken)
    )


def test_everything_public_is_listed(differences: list[public_interface.Difference]) -> None:
    added = [f"{difference.path} {difference.text}" for difference in differences if not difference.breaks]
    assert not added, "This is new and public from now on. Run tests/tools/public_interface.py --write.\n" + "\n".join(added)


def test_the_list_is_read_as_it_was_written() -> None:
    """Otherwise a difference would never go away."""
    value = public_interface.collect(ROOT)
    assert json.loads(public_interface.dump(value)) == value


OPTION = {"a": {"type": "str", "choices": ["x", "y"], "default": ["x"]}}
CHANGES: dict[str, tuple[t.Any, list[bool]]] = {
    "nothing": (OPTION, []),
    "another order of choices": ({"a": {**OPTION["a"], "choices": ["y", "x"]}}, []),
    "an option more": ({**OPTION, "b": {"type": "str"}}, [False]),
    "a choice more": ({"a": {**OPTION["a"], "choices": ["x", "y", "z"]}}, [False]),
    "an alias": ({"a": {**OPTION["a"], "aliases": ["b"]}}, [False]),
    "an option less": ({}, [True]),
    "another name": ({"b": OPTION["a"]}, [True, False]),
    "a choice less": ({"a": {**OPTION["a"], "choices": ["x"]}}, [True]),
    "another type": ({"a": {**OPTION["a"], "type": "bool"}}, [True]),
    "another default": ({"a": {**OPTION["a"], "default": ["x", "y"]}}, [True]),
    "no default": ({"a": {"type": "str", "choices": ["x", "y"]}}, [True]),
    "required": ({"a": {**OPTION["a"], "required": True}}, [True]),
    "a required option more": ({**OPTION, "b": {"type": "str", "required": True}}, [True]),
}


@pytest.mark.parametrize(("now", "breaks"), CHANGES.values(), ids=CHANGES.keys())
def test_what_breaks_users(now: t.Any, breaks: list[bool]) -> None:
    assert [difference.breaks for difference in public_interface.compare(OPTION, now)] == breaks


def test_what_is_less_strict_breaks_nobody() -> None:
    assert [item.breaks for item in public_interface.compare({"a": {"required": True}}, {"a": {}})] == [False]
    assert [item.breaks for item in public_interface.compare({"a": True}, {"a": 1})] == [True]


@pytest.mark.parametrize("name", results.schemas())
def test_the_schemas_of_results(name: str) -> None:
    Draft202012Validator.check_schema(results.schemas()[name])
    list(results.validator(name).iter_errors({}))  # every reference is found


def test_every_role_has_the_schema_of_its_result() -> None:
    names = {path.name for path in (ROOT / "roles").iterdir() if path.is_dir()}
    assert names <= set(results.schemas())


FACTS = {
    ("workspace365_result", "tenantkit.connectors.entra_connector : Report the connection"): "workspace365",
    ("power_platform_diagnosis", "tenantkit.connectors.power_platform : Report the diagnosis"): "power_platform_diagnosis",
    ("payroll_result", "tenantkit.connectors.entra_connector : Report the connection"): "entra_connector",
    ("payroll_result", "entra_connector : Report the connection"): "entra_connector",
    ("payroll_result", "Keep what came of it"): None,
    ("entra_connector_sink_holds", "tenantkit.connectors.entra_connector : Forget earlier answers"): None,
    ("__power_platform_registration", "tenantkit.connectors.entra_connector : Report the connection"): None,
    ("common_result", "Something"): None,
}


@pytest.mark.parametrize(("told", "name"), FACTS.items())
def test_which_facts_are_results(told: tuple[str, str], name: str | None) -> None:
    assert results.schema_of(*told) == name


def test_a_result_that_breaks_its_promise() -> None:
    failed = {"connector": "power_platform", "status": "failed"}
    results.check_facts("Report", {"ansible_facts": {"power_platform_result": failed, "other": 1}})
    wrong = {"ansible_facts": {"power_platform_result": {**failed, "status": "broken", "more": 1}}}
    with pytest.raises(AssertionError, match=r"(?s)power_platform\.schema\.json promises:.*'more' was unexpected.*\$\.status: 'broken' is not one of"):
        results.check_facts("Report", {"results": [{"skipped": True}, wrong]})
