# SPDX-License-Identifier: GPL-3.0-or-later
"""make connector: what it makes keeps the rules of this repository and says nothing of the template, and what it refuses leaves everything as it was."""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

import pytest
from support import architecture, role_rules, role_yaml
from support.new_connector import NAME, TITLE, Copy
from support.playbooks import ROOT
from support.source_tree import Tree

LISTED = ["README.md", "docs/results/README.md"]
GENERATED = ["playbooks/tasks/known_connectors.yml", "plugins/module_utils/_products/roles.py", "tests/unit/data/public_interface.json"]
FILES = 24  # of a new connector, the two generated ones included: this number only goes down
UNITS = f"tests/unit/plugins/module_utils/_products/{NAME}"

RULES: tuple[t.Callable[[Tree], list[str]], ...] = (
    architecture.layers,
    architecture.circles,
    architecture.purity,
    architecture.class_names,
    architecture.sizes,
    architecture.raises,
    architecture.changed_exceptions,
    lambda tree: architecture.imports_by_text(tree, ()),
    lambda tree: architecture.late_imports(tree, ()),
    lambda tree: architecture.without_source(tree, architecture.SERVICE_RULES),
)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A copy in which nothing is made."""
    return Copy.of_repository(tmp_path_factory.mktemp("refused"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Copy, str]:
    """A copy with a new connector, and what was said when it was made."""
    copy = Copy.of_repository(tmp_path_factory.mktemp("made"))
    done = copy.connector()
    assert done.returncode == 0, done.stderr
    return copy, done.stdout


def test_what_is_made_and_said(made: tuple[Copy, str]) -> None:
    """Its own files, and besides those nothing but the places where connectors are listed."""
    copy, said = made
    files = said.partition("\n\n")[0].splitlines()
    assert len(files) == len(set(files)) == FILES
    assert copy.changed() == sorted([*files, *LISTED, *GENERATED])
    assert f"{FILES - 2} files from the template and 2 generated" in said
    assert f"2 shared files were edited: {', '.join(LISTED)}." in said
    assert f"3 shared files were generated anew: {', '.join(GENERATED)}." in said
    assert said.index("The vendor's pages") < said.index("make generate") < said.index("make test")


def test_names_are_replaced_everywhere(made: tuple[Copy, str]) -> None:
    copy, _said = made
    for file in copy.changed():
        text = (copy.root / file).read_text()
        assert not re.search("acme", f"{file}\n{text}", re.IGNORECASE), file
    sentence = (copy.root / "plugins/module_utils/_products" / NAME / "plan.py").read_text()
    assert f'SERVICE = "{TITLE}"' in sentence and "class PenguinDeskDesired:" in sentence and "https://contoso.penguin-desk.example" in sentence
    assert f"| [`{NAME}`](roles/{NAME}/README.md) | `{NAME}` | sign-in to {TITLE} |\n" in (copy.root / "README.md").read_text()
    assert json.loads((copy.root / "docs/results" / f"{NAME}.schema.json").read_text())["title"] == f"{NAME}_result"


def test_generated_files_are_in_step(made: tuple[Copy, str]) -> None:
    copy, _said = made
    for tool in (["generate.py", "--check"], ["generate_role_options.py", "--check"], ["public_interface.py"]):
        done = copy.python(f"tests/tools/{tool[0]}", *tool[1:])
        assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_the_rules_hold(made: tuple[Copy, str]) -> None:
    copy, _said = made
    before, after = Tree(ROOT / "plugins"), Tree(copy.root / "plugins")
    for rule in RULES:
        assert sorted(set(rule(after)) - set(rule(before))) == []
    assert [str(violation) for violation in role_rules.check(role_yaml.read_all(copy.root)) if NAME in violation.file] == []
    assert checked(copy, [name for name in copy.changed() if name.endswith(".py")]) == ""


def checked(copy: Copy, files: list[str]) -> str:
    """What ruff says of Python files."""
    return "".join(copy.python("-m", "ruff", *words, *files).stdout for words in (("check", "--quiet"), ("format", "--quiet", "--diff")))


def test_its_tests_pass_that_need_no_playbook(made: tuple[Copy, str]) -> None:
    """Its own, and those that go through all products."""
    copy, _said = made
    shared = ("tests/unit/test_products.py", "tests/unit/test_role_booleans.py", "tests/component/emulator/test_products.py")
    done = copy.pytest(UNITS, *shared)
    assert done.returncode == 0, done.stdout
    assert copy.pytest("tests/integration", "-k", NAME, "--collect-only").stdout.count("::") > 25


def test_long_names_fit_into_lines(tmp_path: Path) -> None:
    copy = Copy.of_repository(tmp_path)
    done = copy.connector("p" * 24, "A Product with Quite a Long Name")
    assert done.returncode == 0, done.stderr
    assert checked(copy, [name for name in copy.changed() if name.endswith(".py")]) == ""
    texts = {name: (copy.root / name).read_text() for name in copy.changed() if name.endswith(".yml")}
    assert [name for name, text in texts.items() if max(map(len, text.splitlines())) > 160] == []


@pytest.mark.parametrize(
    ("name", "title", "words"),
    [
        ("", "", "NAME is ''"),
        ("Fresh", "", "small letters"),
        ("fresh-service", "", "small letters"),
        ("fresh__service", "", "small letters"),
        ("9fresh", "", "small letters"),
        ("fr", "", "small letters"),
        ("f" * 25, "", "3 to 24"),
        ("class", "", "NAME is 'class'"),
        ("../fresh", "", "small letters"),
        ("acme", "", "called already"),
        ("roles", "", "called already"),
        ("fresh", 'Fresh "Service"', "TITLE is"),
        ("fresh", "Fresh: Service", "TITLE is"),
        ("fresh", "F" * 33, "TITLE is"),
        ("workato", "", "is there already"),
        ("okta_workflows", "", "is there already"),
    ],
)
def test_what_is_refused(repository: Copy, name: str, title: str, words: str) -> None:
    refused(repository, repository.connector(name, title), words)


def refused(copy: Copy, done: t.Any, *words: str) -> None:
    """Assert that there is one sentence and no new file."""
    assert done.returncode == 1 and done.stdout == ""
    assert len(done.stderr.splitlines()) == 1 and done.stderr.endswith(".\n"), done.stderr
    for word in words:
        assert word in done.stderr
    assert [file for file in copy.changed() if file != "README.md"] == []


def test_nothing_is_written_over(repository: Copy) -> None:
    """Not even a single file that happens to be there, and no change that somebody has not committed."""
    there = repository.root / "playbooks" / f"{NAME}.yml"
    there.write_text("mine\n")
    done = repository.connector()
    assert there.read_text() == "mine\n"
    there.unlink()
    refused(repository, done, f"playbooks/{NAME}.yml is there already")
    readme = repository.root / "README.md"
    before = readme.read_text()
    readme.write_text(f"{before}more\n")
    refused(repository, repository.connector(), "README.md has changes that are not committed")
    assert readme.read_text() == f"{before}more\n"
    readme.write_text(before)


def test_everything_is_taken_back_when_a_generator_fails(tmp_path: Path) -> None:
    copy = Copy.of_repository(tmp_path)
    (copy.root / "tests" / "tools" / "public_interface.py").write_text("raise SystemExit('This is how it failed.')\n")
    copy.commit()
    refused(copy, copy.connector(), "public_interface.py --write failed", "This is how it failed")
    assert not (copy.root / "roles" / NAME).exists()
