# SPDX-License-Identifier: GPL-3.0-or-later
"""Booleans of roles may arrive as strings: C(-e name=false), a survey of AWX. A string is true in an expression, whatever it says."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
import yaml

ROLES = sorted(path for path in (Path(__file__).resolve().parents[2] / "roles").iterdir() if path.is_dir())
# What stands under these keys is an expression without braces.
CONDITIONS = ("when", "until", "failed_when", "changed_when", "that")
FILTERED = re.compile(r"\s*((\|\s*default\([^)]*\)\s*)?\|\s*bool\b|is (not )?defined)")


def booleans(role: Path) -> set[str]:
    """The variables of a role that its argument spec calls boolean."""
    spec = yaml.safe_load((role / "meta" / "argument_specs.yml").read_text())["argument_specs"]
    return {name for entry in spec.values() for name, option in entry["options"].items() if option["type"] == "bool"}


def expressions(value: t.Any, key: str = "") -> t.Iterator[tuple[str, bool]]:
    """Every Jinja expression of a YAML document, and whether it is a condition."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from expressions(item, str(name))
    elif isinstance(value, list):
        for item in value:
            yield from expressions(item, key)
    elif isinstance(value, str):
        if key in CONDITIONS:
            yield value, True
        else:
            yield from ((match[1], False) for match in re.finditer(r"{[{%](.*?)[%}]}", value, re.DOTALL))


def handed_on(expression: str, names: set[str]) -> bool:
    """Whether a variable is given away as it is: the module or role that gets it converts it."""
    return re.sub(r"\s*\|\s*default\(omit\)", "", expression).strip() in names


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_booleans_are_made_booleans_where_they_decide(role: Path) -> None:
    names = booleans(role)
    wrong = []
    for file in [*role.glob("tasks/**/*.yml"), *role.glob("vars/**/*.yml")]:
        for expression, condition in expressions(yaml.safe_load(file.read_text())):
            if not condition and handed_on(expression, names):
                continue
            code = re.sub(r"'[^']*'|\"[^\"]*\"", "''", expression)  # a name in a sentence decides nothing
            for match in re.finditer(rf"(?<![\w.])({'|'.join(names)})(?!\w)", code) if names else ():
                if not FILTERED.match(code[match.end() :]):
                    wrong.append(f"{file.relative_to(role.parent)}: {match[1]} in {expression.strip()[:120]!r}")
    assert not wrong, "\n".join(wrong)
