# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints how much the roles decide in YAML: characters and number of expressions, conditions, private variables that hold an expression, lines of vars."""

from __future__ import annotations

import collections
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from support import expressions, role_yaml  # noqa: E402 (found by the line above)
from support.role_rules import PRIVATE  # noqa: E402 (found by the line above)

COLUMNS = {
    "characters": "inside of {{ }} and {% %}, braces left out",
    "of them in vars": "",
    "expressions": "number of {{ }}",
    "statements": "number of {% %}",
    "conditions": "if, and, or, not, comparisons, tests, choosing filters, indexes by expression, in expressions",
    "calls": "filters, functions, operators, as support/expressions.py counts them",
    "tests": "entries of when, until, failed_when, changed_when and that",
    "private": "private variables that hold an expression",
    "facts": "names that set_fact sets",
    "tasks": "lines of tasks",
    "vars": "lines of vars",
}


def figures(document: role_yaml.Document) -> collections.Counter[str]:
    """The figures of one file."""
    found: collections.Counter[str] = collections.Counter()
    folder = Path(document.file).parts[2] if document.is_role else "playbooks"
    for text in document.texts:
        if text.place is role_yaml.Place.CONDITION:
            found["tests"] += 1
            continue
        for piece in expressions.pieces(text.value):
            found["characters"] += len(piece.text)
            found["of them in vars"] += len(piece.text) if folder == "vars" else 0
            found["statements" if piece.node is None else "expressions"] += 1
            cost = expressions.cost(piece.node) if piece.node is not None else expressions.Cost()
            found.update(calls=cost.calls, conditions=cost.conditions)
    found["facts"] = len({(given.path, given.name) for given in document.given if given.kind == "fact"})
    if folder in ("tasks", "vars"):
        found[folder] = len((ROOT / document.file).read_text().splitlines())
    return found


def main() -> None:
    """Print the table."""
    rows: dict[str, collections.Counter[str]] = {}
    private: dict[str, set[str]] = {}
    for document in role_yaml.read_all(ROOT):
        name = document.owner if document.is_role else "playbooks"
        rows.setdefault(name, collections.Counter()).update(figures(document))
        private.setdefault(name, set()).update(variable for variable in document.defined if PRIVATE.fullmatch(variable))
    for name, variables in private.items():
        rows[name]["private"] = len(variables)
    total = sum(rows.values(), collections.Counter())
    print("\n".join(f"{name}: {meaning}" for name, meaning in COLUMNS.items() if meaning), end="\n\n")
    widths = [max(len(name), 7) for name in COLUMNS]
    print(f"{'':16}" + "  ".join(name.rjust(width) for name, width in zip(COLUMNS, widths, strict=True)))
    for name, row in [*sorted(rows.items()), ("sum", total)]:
        print(f"{name:16}" + "  ".join(str(row[column]).rjust(width) for column, width in zip(COLUMNS, widths, strict=True)))


if __name__ == "__main__":
    main()
