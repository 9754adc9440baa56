# SPDX-License-Identifier: GPL-3.0-or-later
"""The environments of make matrix hold what the tests import that run in them: a missing package would only be seen where they are made anew."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import re
import sys
import tomllib
import typing as t
from pathlib import Path

import pytest
from support.playbooks import ROOT

TESTS = ROOT / "tests"
OURS = {"support": TESTS / "support", "integration": TESTS / "integration"}
COLLECTION = "ansible_collections"


def matrix() -> t.Any:
    """tests/tools/matrix.py, which is a program and in no package."""
    spec = importlib.util.spec_from_file_location("matrix", TESTS / "tools" / "matrix.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look for their module
    spec.loader.exec_module(module)
    return module


MATRIX = matrix()


def own_file(name: str) -> Path | None:
    """The file of a module of the tests, by its dotted name."""
    first, *rest = name.split(".")
    if first not in OURS:
        return None
    path = OURS[first].joinpath(*rest)
    return path.with_suffix(".py") if path.with_suffix(".py").is_file() else None


def imported(file: Path) -> set[str]:
    """The dotted names that a file imports; of C(from a import b) both C(a) and C(a.b)."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def foreign(starts: t.Iterable[Path]) -> dict[str, Path]:
    """Each top-level package that the files import, themselves or through others of the tests, with one file that does."""
    found: dict[str, Path] = {}
    seen: set[Path] = set()
    waiting = list(starts)
    while waiting:
        file = waiting.pop()
        if file in seen:
            continue
        seen.add(file)
        for name in imported(file):
            if own := own_file(name):
                waiting.append(own)
            top = name.partition(".")[0]
            if top not in {*sys.stdlib_module_names, *OURS, COLLECTION}:
                found.setdefault(top, file)
    return found


def provided(requirements: t.Iterable[str]) -> set[str]:
    """The names of the distributions that requirements name, in files too, as an index compares them."""
    names: set[str] = set()
    words = iter(requirements)
    for word in words:
        if word == "-r":
            lines = [line.partition("#")[0].strip() for line in Path(next(words)).read_text().splitlines()]
            names |= provided(line for line in lines if line)
        elif word == "-e":
            project = tomllib.loads((Path(next(words)) / "pyproject.toml").read_text())["project"]
            names |= provided([project["name"], *project["dependencies"]])
        else:
            names.add(normal(re.split(r"[<>=!~ \[]", word)[0]))
    return names


def normal(name: str) -> str:
    """A distribution's name as an index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def files() -> list[Path]:
    """What is imported in those environments: the tests, their fixtures, and every product's part, which is found by its folder."""
    listed = [TESTS.parent / entry for entry in (*MATRIX.PLAYBOOKS, *MATRIX.BOTH_WAYS)]
    tests = [file for entry in listed for file in ([entry] if entry.is_file() else sorted(entry.glob("*.py")))]
    return [
        *tests,
        *TESTS.glob("integration/*/product.py"),
        *TESTS.glob("integration/*/helpers.py"),
        TESTS / "conftest.py",
        TESTS / "integration" / "conftest.py",
    ]


@pytest.mark.parametrize("row", MATRIX.ROWS, ids=lambda row: row.name)
def test_what_the_tests_import_is_installed(row: t.Any) -> None:
    """Each package that those tests import belongs to a distribution that the environment's requirements name."""
    have = provided(MATRIX.requirements(row))
    distributions = importlib.metadata.packages_distributions()
    wanted = {name: {normal(found) for found in distributions.get(name, [name])} for name in foreign(files())}
    missing = {name: file for name, file in foreign(files()).items() if not wanted[name] & have}
    assert not missing


def test_files_of_the_tests_are_followed(tmp_path: Path) -> None:
    """A package is found through a file in between."""
    test = tmp_path / "test_one.py"
    test.write_text("from support.leaks import Search\n")
    assert "ahocorasick" in foreign([test])
    assert "ahocorasick" not in provided(["pytest>=8"])


@pytest.mark.parametrize(("tested", "expected"), [("", ("worker", "process")), ("ansible-core 2.19.4, Python 3.11.7", ("process",)),
                                                  ("ansible-core 2.19.4, Python 3.12.1", ("worker", "process"))])  # fmt: skip
def test_what_ran_already_is_not_repeated(tested: str, expected: tuple[str, ...]) -> None:
    assert MATRIX.ways("ansible-core 2.19.4, Python 3.11.7", tested) == expected
