# SPDX-License-Identifier: GPL-3.0-or-later
"""The results of roles against what C(docs/results/) says of them."""

from __future__ import annotations

import functools
import json
import re
import typing as t
from pathlib import Path

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

SCHEMAS = Path(__file__).resolve().parents[2] / "docs" / "results"
ENDING = ".schema.json"
# What a task of entra_connector sets under a name that its user chose.
CHOSEN = re.compile(r"(?:^|\.)entra_connector : ")
NO_RESULT = frozenset({"entra_connector_sink_holds"})


@functools.cache
def schemas() -> dict[str, dict[str, t.Any]]:
    """Every schema by the name of its file, without the ending."""
    return {path.name.removesuffix(ENDING): json.loads(path.read_text()) for path in sorted(SCHEMAS.glob(f"*{ENDING}"))}


@functools.cache
def validator(name: str) -> Draft202012Validator:
    """The validator of one schema; the common one is known to it."""
    registry = Registry().with_resources([(f"{key}{ENDING}", Resource.from_contents(value)) for key, value in schemas().items()])
    return Draft202012Validator(schemas()[name], registry=registry)


def check_result(name: str, value: t.Any) -> None:
    """Compare a result with the schema C(name): a role, or a role and what its playbook reports instead.

    :raises AssertionError: it differs
    """
    errors = sorted(validator(name).iter_errors(value), key=lambda error: error.json_path)
    said = "\n".join(f"  at {error.json_path}: {error.message[:300]}" for error in errors)
    assert not errors, f"A result of {name} is not what docs/results/{name}{ENDING} promises:\n{said}"


def schema_of(fact: str, task: str) -> str | None:
    """The schema of a fact that a task set, or None when it is no result of this collection."""
    if fact.startswith("__") or fact in NO_RESULT:
        return None
    name = fact.removesuffix("_result")
    if name in schemas() and name != "common":
        return name
    return "entra_connector" if CHOSEN.search(task) else None


def facts_of(result: t.Mapping[str, t.Any]) -> list[tuple[str, t.Any]]:
    """The facts that one task set, in a loop or without: names and values, the last one last."""
    parts = [result, *(item for item in result.get("results") or () if isinstance(item, dict))]
    return [fact for part in parts for fact in (part.get("ansible_facts") or {}).items()]


def check_facts(task: str, result: t.Mapping[str, t.Any]) -> None:
    """Compare the results that one task set, in a loop or without.

    :raises AssertionError: one of them differs
    """
    for fact, value in facts_of(result):
        name = schema_of(fact, task)
        if name is not None:
            check_result(name, value)
