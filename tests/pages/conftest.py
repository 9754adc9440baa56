# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of reports in a headless Chromium."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import typing as t
from pathlib import Path

import pytest

LOOK = Path(__file__).with_name("look.mjs")


@dataclasses.dataclass
class Seen:
    """What was seen of a page."""

    problems: list[str]
    values: list[t.Any]
    violations: list[str] | None
    pdf: int


class Browser:
    """Looks at pages, each in a new tab."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, html: str, *looks: dict[str, t.Any]) -> list[Seen]:
        """Look at a page, once for each of ``looks``; C(look.mjs) says what is in one."""
        file = self._folder / "page.html"
        file.write_text(html, encoding="utf-8")
        asked = {"chromium": os.environ["PAGES_CHROMIUM"], "looks": [{"file": str(file), **look} for look in looks or ({},)]}
        done = subprocess.run(["node", str(LOOK)], input=json.dumps(asked), text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        return [Seen(**seen) for seen in json.loads(done.stdout)]


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    """A browser with files of its own."""
    return Browser(tmp_path)
