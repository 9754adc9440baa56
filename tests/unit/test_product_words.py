# SPDX-License-Identifier: GPL-3.0-or-later
"""A sentence of one product says nothing of another, and a shared one nothing of any: whoever connects Workato does not read of Workspace 365."""

from __future__ import annotations

import ast
import re
import typing as t
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULE_UTILS = ROOT / "plugins" / "module_utils"
PRODUCTS = sorted(path.parent.name for path in (MODULE_UTILS / "_products").glob("*/connection.py"))
# By the folder of a product: its names, its parts, and what is true of it alone. "Power Platform API" is an API of Microsoft's like Microsoft Graph.
_SAID = {
    "workspace365": r"Workspace 365|workspace365_\w+|provisioning key|locks? every user out|[Ee]mergency page",
    "workato": r"\bWorkato\b|workato_\w+|\brecipes?\b",
    "okta_workflows": r"\bOkta\b|okta_workflows_\w+",
    "power_platform": r"Power Platform(?! API)|power_platform_\w+",
}
WORDS = {name: _SAID.get(name, rf"\b{name}_\w+") for name in PRODUCTS}  # a new one has its variables at first
# The role power_platform alone signs a person in with a password, so these errors of the token endpoint are met nowhere else.
ALLOWED = {"(the variable 'power_platform_try', where the role power_platform tries an account)"}
SHARED = ("_entra", "_graph", "_auth", "_http", "_sinks", "_job")


def texts(source: str) -> t.Iterator[tuple[int, str]]:
    """The texts of a Python file with their lines, without what stands alone: docstrings are for developers."""
    tree = ast.parse(source)
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone and node.value not in ALLOWED:
            yield node.lineno, node.value


def strangers(source: str, own: str | None) -> list[str]:
    """The texts with words of products other than C(own)."""
    others = {name: pattern for name, pattern in WORDS.items() if name != own}
    return [f"{line}: {text}" for line, text in texts(source) if any(re.search(pattern, text) for pattern in others.values())]


def files() -> t.Iterator[tuple[Path, str | None]]:
    """The files of the products, and those that all of them share."""
    for product in WORDS:
        yield from ((path, product) for path in sorted((MODULE_UTILS / "_products" / product).glob("*.py")))
    for folder in SHARED:
        yield from ((path, None) for path in sorted((MODULE_UTILS / folder).rglob("*.py")))


def test_no_sentence_speaks_of_another_product() -> None:
    found = [f"{path.relative_to(ROOT)}:{text}" for path, own in files() for text in strangers(path.read_text(), own)]
    assert not found, "\n".join(found)


def test_every_product_has_words() -> None:
    """The table is of products that there are, and its words are found in their own files."""
    assert set(_SAID) <= set(PRODUCTS)
    for product, pattern in WORDS.items():
        source = "".join(path.read_text() for path in (MODULE_UTILS / "_products" / product).glob("*.py"))
        assert re.search(pattern, source), product


@pytest.mark.parametrize(
    ("source", "own", "number"),
    [
        ('raise X("It locks every user out.")', None, 1),
        ('raise X("It locks every user out.")', "workspace365", 0),
        ('raise X(f"{a} locks every user out, {b}.")', "workato", 1),
        ('"""Workato and Okta."""\na = 1', None, 0),
        ("a = \"Set 'workato_api_token'\"", "okta_workflows", 1),
        ('a = "Set the token"', "okta_workflows", 0),
    ],
)
def test_the_rule(source: str, own: str | None, number: int) -> None:
    assert len(strangers(source, own)) == number
