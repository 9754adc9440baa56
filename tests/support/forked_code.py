# SPDX-License-Identifier: GPL-3.0-or-later
"""The code of collections, compiled once for many runs.

ansible-core's loader of collections keeps no compiled files: each run compiles each file again that it imports, which is most of what a small run that was
forked costs. A run still reads every file, and only one that says what it said when the server started has its code from here.
Only the server process and what it forks use this file.
"""

from __future__ import annotations

import builtins
import contextlib
import typing as t
from pathlib import Path

Key = tuple[t.Any, t.Any]  # source and file name


class Compiled:
    """What stands in the place of C(compile) in the module that loads collections."""

    def __init__(self, paths: t.Iterable[str]) -> None:
        """C(paths) have the folder ansible_collections. What does not compile is left to the run that wants it."""
        self._code: dict[Key, t.Any] = {}
        for path in paths:
            for file in Path(path).glob("ansible_collections/*/*/plugins/**/*.py"):
                with contextlib.suppress(SyntaxError, ValueError, OSError):
                    source, name = file.read_bytes(), str(file)
                    self._code[source, name] = builtins.compile(source=source, filename=name, mode="exec", flags=0, dont_inherit=True)

    def compile(self, source: t.Any, filename: t.Any, mode: str, flags: int = 0, dont_inherit: bool = False, **more: t.Any) -> t.Any:
        """As the function of that name."""
        known = self._code.get((source, filename)) if isinstance(source, bytes) and (mode, flags, dont_inherit, more) == ("exec", 0, True, {}) else None
        return known or builtins.compile(source, filename, mode, flags, dont_inherit, **more)
