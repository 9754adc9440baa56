# SPDX-License-Identifier: GPL-3.0-or-later
"""make pages: the pages of reports in a headless Chromium, with axe-core.

Installs axe-core and puppeteer-core below .venv-pages, in the versions of tests/pages/package-lock.json, and runs tests/pages. Chromium and Node.js are those
of the machine; as root on Debian they are installed when they are missing. An environment is kept until its versions change. PYTEST_ARGS is handed to pytest,
whose closing line is the last line. C(pages.py pictures) makes the pictures of the documentation in place of the tests.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import time_given

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "tests" / "pages"
BASE = ROOT / ".venv-pages"
WANTED = ("package.json", "package-lock.json")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
LEAST_NODE = 18


def run(*command: str, cwd: Path = ROOT) -> str:
    """What a command printed; the end of this program, with what it said, where it fails."""
    done = subprocess.run(command, cwd=cwd, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout[-5000:]}")
    return done.stdout


def debian(*packages: str) -> None:
    """Install packages of Debian, as root where that is the system. Elsewhere the caller says what is missing."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        patient = ("-q", "-o", "Acquire::Retries=3")
        run("apt-get", "update", *patient)
        run("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", *patient, "-y", "--no-install-recommends", *packages)


def node() -> None:
    """Node.js and npm are there, and new enough."""
    if not shutil.which("node") or not shutil.which("npm"):
        debian("nodejs", "npm")
    if not shutil.which("node") or not shutil.which("npm"):
        raise SystemExit("make pages needs Node.js and npm (on Debian the packages nodejs and npm), and they are not installed; root installs Debian's.")
    version = run("node", "--version").strip()
    if int(version.lstrip("v").partition(".")[0]) < LEAST_NODE:
        raise SystemExit(f"make pages needs Node.js {LEAST_NODE} or newer, and this is {version}.")


def chromium() -> str:
    """The browser, installed when it is missing and can be."""
    found = browser()
    if found is None:
        debian("chromium")
        found = browser()
    if found is None:
        raise SystemExit("make pages needs Chromium (on Debian the package chromium), and it is not installed; root installs Debian's.")
    return found


def browser() -> str | None:
    """The one that is there."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def install() -> str:
    """The packages of npm, unless they are there and current. Returns what was done, in words."""
    wanted = hashlib.sha256(b"\0".join((PAGES / name).read_bytes() for name in WANTED)).hexdigest()
    stamp = BASE / ".installed"
    if stamp.is_file() and stamp.read_text() == wanted:
        return "axe-core and puppeteer-core: as they were"
    shutil.rmtree(BASE, ignore_errors=True)
    BASE.mkdir()
    for name in WANTED:
        shutil.copy2(PAGES / name, BASE / name)
    run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", cwd=BASE)
    stamp.write_text(wanted)
    return "axe-core and puppeteer-core: installed"


def main() -> None:
    """Install what is missing, then run the tests."""
    if over := time_given.is_over(os.environ):
        print(f"the pages: {over}")
        return
    node()
    env = {**os.environ, "PAGES_CHROMIUM": chromium(), "PAGES_MODULES": str(BASE)}
    print(install(), flush=True)
    arguments = os.environ.get("PYTEST_ARGS", "").split()
    what = [str(PAGES / "pictures.py")] if sys.argv[1:] == ["pictures"] else ["-m", "pytest", "-q", "tests/pages", *arguments]
    sys.exit(subprocess.run([sys.executable, *what], cwd=ROOT, env=env, check=False).returncode)


if __name__ == "__main__":
    main()
