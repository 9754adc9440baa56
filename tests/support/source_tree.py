# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection's own files as syntax trees: what the rules of its architecture look at."""

from __future__ import annotations

import ast
import copy
import dataclasses
import functools
from pathlib import Path


@dataclasses.dataclass(frozen=True)
class Source:
    """One file below C(plugins/)."""

    path: Path  # relative to plugins/
    text: str

    @functools.cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.text)

    @property
    def unit(self) -> str:
        """What it belongs to among the layers: a file or a folder of module_utils, or another folder of plugins."""
        parts = self.path.with_suffix("").parts
        return parts[1] if parts[0] == "module_utils" and len(parts) > 1 else parts[0]

    @functools.cached_property
    def nodes(self) -> list[tuple[str, ast.AST]]:
        """Every node with the name of the function that it is in, empty outside of all. Most rules look at them, some many times."""
        found: list[tuple[str, ast.AST]] = []
        todo: list[tuple[str, ast.AST]] = [("", self.tree)]
        while todo:
            function, node = todo.pop()
            below = node.name if isinstance(node, ast.FunctionDef) else function
            children = [(below, child) for child in ast.iter_child_nodes(node)]
            found += children
            todo += children
        return found

    @functools.cached_property
    def imports(self) -> list[tuple[int, tuple[str, ...]]]:
        """Line and absolute path (below plugins/) of everything of the collection that it imports; a path ends with a module or a name of one."""
        package = self.path.parent.parts
        found = []
        for _function, node in self.nodes:
            if isinstance(node, ast.ImportFrom) and node.level:
                base = package[: len(package) - node.level + 1] + tuple((node.module or "").split(".") if node.module else ())
                found += [(node.lineno, (*base, alias.name)) for alias in node.names]
        return found

    @functools.cached_property
    def foreign(self) -> set[str]:
        """The modules outside of the collection that it imports when it is loaded; what a function imports counts as late, not as this."""
        found: set[str] = set()
        for function, node in self.nodes:
            if function:
                continue
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        return found


# Trees of one process share what they know of a file that is the same in them: most of a copy of the repository is.
_source = functools.cache(Source)


class Tree:
    """The files below a folder C(plugins/)."""

    def __init__(self, plugins: Path) -> None:
        self.files = {path.relative_to(plugins): _source(path.relative_to(plugins), path.read_text(encoding="utf-8")) for path in sorted(plugins.rglob("*.py"))}

    def of_file(self, name: str) -> Tree:
        """This file alone, for rules that look at one file at a time."""
        alone = copy.copy(self)
        alone.files = {Path(name): self.files[Path(name)]}
        return alone

    def resolve(self, path: tuple[str, ...]) -> Path | None:
        """The file that an import names: a module, the module that holds a name, or a package."""
        for parts in (path, path[:-1]):
            for candidate in (Path(*parts).with_suffix(".py"), Path(*parts, "__init__.py")) if parts else ():
                if candidate in self.files:
                    return candidate
        return None

    @functools.cached_property
    def graph(self) -> dict[Path, set[Path]]:
        """Which files each file imports."""
        return {
            path: {target for _line, name in source.imports if (target := self.resolve(name)) is not None and target != path}
            for path, source in self.files.items()
        }

    def reached(self, start: Path) -> dict[Path, Path | None]:
        """Every file that is loaded with this one, and which file loads it."""
        found: dict[Path, Path | None] = {start: None}
        todo = [start]
        while todo:
            here = todo.pop()
            for target in self.graph[here]:
                if target not in found:
                    found[target] = here
                    todo.append(target)
        return found
