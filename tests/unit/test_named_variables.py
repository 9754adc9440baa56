# SPDX-License-Identifier: GPL-3.0-or-later
"""A sentence that names a variable of a role names one that the role takes."""

from __future__ import annotations

import ast
import re
import typing as t
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir() if path.is_dir())
# In quotes, as sentences name what the operator wrote; a value may follow.
NAMED = re.compile(rf"'((?:{'|'.join(ROLES)})_[a-z0-9_]+)(?:'|: )")
# The one that a role works out from its prefix.
BY_PREFIX = {"_enable": ROLES, "_accept_audience_narrowing": ROLES, "_absent_confirmed": ROLES}
# An application of a vendor is neither enabled nor narrowed; nothing of Power Platform locks people out; a caller of entra_connector says it in the dict.
WITHOUT = {
    ("okta_workflows", "_enable"), ("okta_workflows", "_accept_audience_narrowing"), ("okta_workflows", "_absent_confirmed"),
    ("power_platform", "_absent_confirmed"), ("entra_connector", "_accept_audience_narrowing"),
}  # fmt: skip


def variables(role: str) -> set[str]:
    """All that the entry points of a role take."""
    specs = yaml.safe_load((ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text())["argument_specs"]
    return {name for entry in specs.values() for name in entry["options"]}


TAKEN = {name for role in ROLES for name in variables(role)}


def texts(path: Path) -> t.Iterator[str]:
    """The texts of a file, without what documents it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" not in node.value:
            yield node.value


def test_every_variable_that_a_sentence_names_exists() -> None:
    named = {name for path in (ROOT / "plugins").rglob("*.py") for text in texts(path) for name in NAMED.findall(text)}
    assert len(named) > 20, "the sentences were found"
    assert named - TAKEN == set()


@pytest.mark.parametrize(("role", "suffix"), sorted((role, suffix) for suffix, roles in BY_PREFIX.items() for role in roles))
def test_what_is_made_of_the_prefix(role: str, suffix: str) -> None:
    assert (f"{role}{suffix}" in TAKEN) is ((role, suffix) not in WITHOUT)
