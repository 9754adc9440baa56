# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules of the collection awx.awx, which playbooks/awx_setup.yml calls and which nothing else needs: below .work/awx, taken from a package once.

    awx_modules.py    brings them there and says where they are

The package C(ansible) up to 12.3.0 holds awx.awx 24.6.1, the last one that was found; 14.5.0 does not (tried 2026-11-29).
"""

from __future__ import annotations

import contextlib
import fcntl
import subprocess
import sys
import tempfile
import typing as t
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".work" / "awx"
PACKAGE = "ansible==12.3.0"
COLLECTION = Path("ansible_collections") / "awx" / "awx"
WANTED = (f"{COLLECTION}/plugins/", f"{COLLECTION}/meta/", f"{COLLECTION}/MANIFEST.json", f"{COLLECTION}/FILES.json")


@contextlib.contextmanager
def _locked(path: Path) -> t.Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def collections(folder: Path = FOLDER) -> Path:
    """A folder for ANSIBLE_COLLECTIONS_PATH that holds awx.awx. Raises subprocess.CalledProcessError where the package cannot be had."""
    with _locked(folder.with_suffix(".lock")):
        if not folder.is_dir():
            with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
                command = [sys.executable, "-m", "pip", "download", "-qq", "--disable-pip-version-check", "--no-deps", "--dest", temporary, PACKAGE]
                subprocess.run(command, check=True)
                (package,) = Path(temporary).glob("*.whl")
                made = Path(temporary) / "made"
                with zipfile.ZipFile(package) as archive:
                    archive.extractall(made, [name for name in archive.namelist() if name.startswith(WANTED)])
                made.rename(folder)
    return folder


if __name__ == "__main__":
    print(collections())
