# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the YAML of roles and playbooks into a flat list: every string with the place it stands at, and every name that is given to something."""

from __future__ import annotations

import dataclasses
import enum
import functools
import typing as t
from pathlib import Path

import yaml

from support.expressions import pieces

CONDITIONS = frozenset({"when", "until", "failed_when", "changed_when"})
LISTS_OF_TASKS = frozenset({"block", "rescue", "always", "tasks", "pre_tasks", "post_tasks", "handlers"})
# The keywords of tasks, blocks, plays and entries of C(roles). Whatever else a task holds is its action.
KEYWORDS = frozenset({
    "any_errors_fatal", "args", "async", "become", "become_exe", "become_flags", "become_method", "become_user", "check_mode", "collections",
    "connection", "debugger", "delay", "delegate_facts", "delegate_to", "diff", "environment", "fact_path", "force_handlers", "gather_facts",
    "gather_subset", "gather_timeout", "hosts", "ignore_errors", "ignore_unreachable", "import_playbook", "listen", "loop", "loop_control",
    "max_fail_percentage", "module_defaults", "name", "no_log", "notify", "order", "poll", "port", "register", "remote_user", "retries", "role",
    "roles", "run_once", "serial", "strategy", "tags", "throttle", "timeout", "vars", "vars_files", "vars_prompt",
})  # fmt: skip
PREFIXES = ("ansible.builtin.", "ansible.legacy.")


class Place(enum.Enum):
    """Where a string stands, as far as a rule asks."""

    ARGUMENT = "an argument of a module or action"
    CONDITION = "a condition"
    OTHER = "elsewhere"


class Unsafe(str):
    """A text that Ansible does not template."""


class Loader(yaml.SafeLoader):
    """Safe YAML with Ansible's tags."""


Loader.add_constructor("!unsafe", lambda loader, node: Unsafe(loader.construct_scalar(node)))
Loader.add_constructor("!vault", lambda loader, node: Unsafe(loader.construct_scalar(node)))


@dataclasses.dataclass(frozen=True)
class Text:
    """One string, a key that holds an expression included."""

    path: str
    value: str
    place: Place
    variable: str = ""  # the variable of vars, defaults or a C(vars:) block that it is a part of


@dataclasses.dataclass(frozen=True)
class Given:
    """A name that a task or a file of variables gives to something."""

    path: str
    name: str
    kind: t.Literal["variable", "register", "loop", "fact"]


@dataclasses.dataclass(frozen=True)
class Entries:
    """The entries of one C(when), C(until), C(failed_when), C(changed_when) or C(that)."""

    path: str
    tests: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Loop:
    """The loop of one task, with the name of what it runs over; C(item) where it gives none."""

    path: str
    variable: str


@dataclasses.dataclass
class Document:
    """One file of a role or one playbook."""

    file: str
    owner: str  # the role, or the name of the playbook
    is_role: bool = True
    texts: list[Text] = dataclasses.field(default_factory=list)
    given: list[Given] = dataclasses.field(default_factory=list)
    conditions: list[Entries] = dataclasses.field(default_factory=list)
    loops: list[Loop] = dataclasses.field(default_factory=list)

    @functools.cached_property
    def defined(self) -> dict[str, list[Text]]:
        """The texts with an expression of each variable that vars, defaults or a C(vars:) block define here."""
        found: dict[str, list[Text]] = {}
        for text in self.texts:
            if text.variable and pieces(text.value):
                found.setdefault(text.variable, []).append(text)
        return found


class Walk:
    """Fills a document."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def strings(self, value: t.Any, path: str, place: Place = Place.OTHER, variable: str = "") -> None:
        """Every string of a value."""
        if isinstance(value, dict):
            for key, item in value.items():
                if isinstance(key, str) and "{" in key:
                    self.document.texts.append(Text(path, key, place, variable))
                self.strings(item, f"{path}.{key}", place, variable)
        elif isinstance(value, list):
            for number, item in enumerate(value):
                self.strings(item, f"{path}[{number}]", place, variable)
        elif isinstance(value, str) and not isinstance(value, Unsafe):
            self.document.texts.append(Text(path, value, place, variable))

    def variables(self, value: t.Mapping[str, t.Any] | None, path: str = "") -> None:
        """A file of variables, or a C(vars:) block."""
        for name, item in (value or {}).items():
            where = f"{path}.{name}".lstrip(".")
            self.document.given.append(Given(where, name, "variable"))
            self.strings(item, where, variable=name)

    def entries(self, value: t.Any, path: str) -> None:
        """Conditions. What is no string decides nothing."""
        tests = tuple(item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str))
        self.document.conditions.append(Entries(path, tests))
        for test in tests:
            self.document.texts.append(Text(path, test, Place.CONDITION))

    def tasks(self, value: t.Any, path: str = "") -> None:
        """A list of tasks, blocks or plays."""
        for number, task in enumerate(value or ()):
            if any(key == "loop" or str(key).startswith("with_") for key in task):
                control = task.get("loop_control") or {}
                self.document.loops.append(Loop(f"{path}[{number}].loop".lstrip("."), control.get("loop_var", "item")))
            for key, item in task.items():
                self.keyword(str(key), item, f"{path}[{number}].{key}".lstrip("."))

    def keyword(self, key: str, value: t.Any, path: str) -> None:
        """One line of a task, block or play."""
        if key in LISTS_OF_TASKS:
            self.tasks(value, path)
        elif key in CONDITIONS:
            self.entries(value, path)
        elif key == "vars":
            self.variables(value, path)
        elif key == "register":
            self.document.given.append(Given(path, value, "register"))
        elif key == "loop_control":
            self.document.given.extend(Given(path, value[name], "loop") for name in ("loop_var", "index_var", "extended_var") if name in value)
            self.strings(value, path)
        elif key == "roles":
            self.roles(value, path)
        elif key in ("args", "action", "local_action"):
            self.strings(value, path, Place.ARGUMENT)
        elif key in KEYWORDS or key.startswith("with_"):
            self.strings(value, path)
        else:
            self.action(key, value, path)

    def roles(self, value: t.Any, path: str) -> None:
        """The roles of a play; what is no keyword is a variable."""
        for number, role in enumerate(value):
            for key, item in role.items() if isinstance(role, dict) else ():
                known = key in KEYWORDS or key in CONDITIONS
                self.keyword(key if known else "vars", item if known else {key: item}, f"{path}[{number}].{key}")

    def action(self, key: str, value: t.Any, path: str) -> None:
        """The action of a task with its arguments."""
        name = functools.reduce(str.removeprefix, PREFIXES, key)
        if name == "set_fact" and isinstance(value, dict):
            self.document.given.extend(Given(path, fact, "fact") for fact in value if fact != "cacheable")
        if name == "assert" and isinstance(value, dict):
            self.entries(value.get("that"), f"{path}.that")
            value = {option: item for option, item in value.items() if option != "that"}
        hands_on = name in ("set_fact", "debug", "include_vars") or name.startswith(("include_", "import_"))
        self.strings(value, path, Place.OTHER if hands_on else Place.ARGUMENT)


def read(file: str, source: str) -> Document:
    """One file, by its path below the collection: C(roles/ROLE/tasks/main.yml), C(playbooks/NAME.yml)."""
    parts = Path(file).parts
    is_role = parts[0] == "roles"
    document = Document(file, parts[1] if is_role else Path(file).stem, is_role)
    value = yaml.load(source, Loader)
    walk = Walk(document)
    if is_role and parts[2] in ("vars", "defaults"):
        walk.variables(value)
    else:
        walk.tasks(value)
    return document


def read_all(root: Path) -> list[Document]:
    """All roles and playbooks of a collection."""
    found = [path for pattern in ("roles/*/*/**/*", "playbooks/**/*") for path in root.glob(pattern)]
    kinds = ("tasks", "handlers", "vars", "defaults")
    files = sorted(path.relative_to(root) for path in found if path.suffix in (".yml", ".yaml"))
    return [read(str(file), (root / file).read_text()) for file in files if file.parts[0] == "playbooks" or file.parts[2] in kinds]
