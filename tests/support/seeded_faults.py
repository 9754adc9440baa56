# SPDX-License-Identifier: GPL-3.0-or-later
"""Seeded faults: mistakes in the code behind the promises of docs/safety.md, each with the tests that have to notice it (unit/data/seeded_faults.yml)."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "tests" / "unit" / "data" / "seeded_faults.yml"
PROMISES = ROOT / "docs" / "safety.md"
CODE = "plugins/module_utils"


@dataclasses.dataclass(frozen=True)
class Fault:
    """One mistake. C(file) is below the collection's module_utils, C(tests) are below tests/."""

    promise: int
    breaks: str
    file: str
    tests: tuple[str, ...]
    before: str
    after: str

    @property
    def path(self) -> str:
        """The file, from the root of the repository."""
        return f"{CODE}/{self.file}"

    def made_in(self, code: str) -> str:
        """The code with the mistake. Raises ValueError when the place is not there, or there more than once."""
        found = code.count(self.before)
        if found != 1:
            raise ValueError(f"{self.file} has {found} places for the fault of promise {self.promise} ({self.breaks}): {self.before!r}")
        return code.replace(self.before, self.after)


def seeded_faults() -> list[Fault]:
    """All of them, in the order of the promises."""
    return [Fault(**{**entry, "tests": tuple(entry.get("tests") or [_mirror(entry["file"])])}) for entry in yaml.safe_load(FILE.read_text())]


def _mirror(file: str) -> str:
    """The unit test of a file, below tests/."""
    path = Path(f"unit/{CODE}/{file}")
    return str(path.with_name(f"test_{path.name.lstrip('_')}"))


def promises() -> set[int]:
    """The numbers of the promises."""
    return {int(number) for number in re.findall(r"^\| (\d+) \|", PROMISES.read_text(), re.MULTILINE)}
