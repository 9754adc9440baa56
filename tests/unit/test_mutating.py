# SPDX-License-Identifier: GPL-3.0-or-later
"""Mutants are what a person could get wrong, and never what no test could notice."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from support import mutating

ROOT = Path(__file__).resolve().parents[2]
CODE = '''\
"""About it."""
from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    import decimal


@t.final
class Row:
    """One row."""

    name: str | None


def says(status: t.Literal["a", "b"], count: int | None = None) -> str | None:
    """What it says."""
    chosen = t.cast("str", status)
    if status == "a" and not count:
        return f"nothing for {chosen}"
    return TABLE["b"] if count in (1, 2) else "kept"  # pragma: no mutate


TABLE = {"b": "some"}
'''


def all_mutants() -> list[mutating.Mutant]:
    """As many as there are."""
    return mutating.mutants(CODE, 1000, "seed")


def test_mutants_are_of_what_decides() -> None:
    lines = {CODE.splitlines()[mutant.line - 1].strip() for mutant in all_mutants()}
    assert lines == {'if status == "a" and not count:', 'return f"nothing for {chosen}"', 'TABLE = {"b": "some"}'}


@pytest.mark.parametrize(
    "after",
    [
        'if status != "a" and not count:',
        'if status == "a" or not count:',
        'if status == "a~" and not count:',
        'if not status == "a" and not count:',
        'return f"nothing for ~{chosen}"',
        'TABLE = {"b~": "some"}',
        'TABLE = {"b": "some~"}',
    ],
)
def test_what_is_made(after: str) -> None:
    assert " ".join(after.split()) in [" ".join(mutant.after.split()) for mutant in all_mutants()]


def test_each_mutant_is_another_program_and_can_be_loaded() -> None:
    made = all_mutants()
    assert len({mutant.code for mutant in made}) == len(made)
    for mutant in made:
        compile(mutant.code, "mutant", "exec")


def test_the_same_seed_makes_the_same_mutants() -> None:
    assert mutating.mutants(CODE, 5, "1") == mutating.mutants(CODE, 5, "1") != mutating.mutants(CODE, 5, "2")
    assert len(mutating.mutants(CODE, 5, "1")) == 5


def test_a_few_mutants_are_of_different_places() -> None:
    made = mutating.mutants(CODE, 5, "1")
    assert len({mutant.after for mutant in made}) == 5


def test_every_decision_table_has_its_unit_tests() -> None:
    specification = importlib.util.spec_from_file_location("mutants", ROOT / "tests" / "tools" / "mutants.py")
    assert specification and specification.loader
    tool = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(tool)
    assert [test for tests in tool.tables().values() for test in tests if not (ROOT / test).exists()] == []
