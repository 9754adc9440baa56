# SPDX-License-Identifier: GPL-3.0-or-later
"""A copy of the repository with one more connector in it, made as C(make connector) does."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys
from pathlib import Path

from support.playbooks import ROOT

WORDS = ("penguin", "desk")  # apart, since no shared file names a product
NAME, TITLE = "_".join(WORDS), " ".join(word.capitalize() for word in WORDS)


@dataclasses.dataclass(frozen=True)
class Copy:
    """The files that are tracked or new, at a path at which tests and playbooks find the collection, committed."""

    root: Path

    @classmethod
    def of_repository(cls, folder: Path) -> Copy:
        """A new one."""
        root = folder / "repository"
        files = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, text=True, capture_output=True, check=True).stdout.splitlines()
        for file in files:
            if (ROOT / file).is_file():
                (root / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / file, root / file)
        copy = cls(root)
        namespace = copy.collections / "ansible_collections" / "tenantkit"
        namespace.mkdir(parents=True)
        (namespace / "connectors").symlink_to(root)
        copy.run("git", "init", "--quiet")
        copy.commit()
        return copy

    @property
    def collections(self) -> Path:
        """Where it is found as a collection."""
        return self.root / ".work" / "collections"

    def run(self, *command: str | Path, cwd: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command in it, with its own emulator, more in the environment, and without options that were meant for this test run."""
        env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_CORE_", "COVERAGE_"))}
        env["PYTHONPATH"] = str(self.root / "tests" / "emulator" / "src")
        return subprocess.run([str(word) for word in command], cwd=cwd or self.root, env={**env, **more}, text=True, capture_output=True, check=False)

    def python(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run this interpreter in it."""
        return self.run(sys.executable, *arguments)

    def pytest(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run tests in it, one after the other."""
        return self.python("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:cov", *arguments)

    def connector(self, name: str = NAME, title: str = "") -> subprocess.CompletedProcess[str]:
        """Make a connector in it."""
        return self.python("tests/tools/new_connector.py", name, title)

    def commit(self) -> None:
        """Commit everything."""
        self.run("git", "add", "--all")
        done = self.run("git", "-c", "user.name=test", "-c", "user.email=test@localhost", "commit", "--quiet", "--message", "test")
        assert done.returncode == 0, done.stderr

    def changed(self) -> list[str]:
        """The files that are not as they were committed."""
        return sorted(line[3:] for line in self.run("git", "status", "--porcelain", "-uall").stdout.splitlines())
