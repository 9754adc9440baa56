# SPDX-License-Identifier: GPL-3.0-or-later
"""make test-clients: Microsoft's own clients, unchanged, against the emulator.

Installs azure-cli and msgraph-sdk below .venv-clients, each in a virtual environment of its own because azure-cli
pins what it needs, and runs tests/clients there. An environment is kept until its requirements change. PYTEST_ARGS is
handed to pytest, whose closing line is the last line.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import time_given

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = ROOT / "tests" / "clients"
BASE = ROOT / ".venv-clients"
ENVIRONMENTS = ("azure-cli", "sdk")


def python_of(name: str) -> Path:
    """The interpreter of an environment."""
    return BASE / name / "bin" / "python"


def fingerprint(name: str) -> str:
    """What an environment was made from: its requirements, the emulator's, and the interpreter."""
    parts = [(CLIENTS / f"requirements-{name}.txt").read_bytes(), sys.version.encode(), sys.base_prefix.encode()]
    if name == "sdk":
        parts.append((ROOT / "tests" / "emulator" / "pyproject.toml").read_bytes())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def install(name: str) -> str:
    """Make an environment unless it is there and current. Returns what was done, in words."""
    target, wanted = BASE / name, fingerprint(name)
    stamp = target / ".installed"
    if stamp.is_file() and stamp.read_text() == wanted:
        return f"{name}: as it was"
    started = time.monotonic()
    shutil.rmtree(target, ignore_errors=True)
    # Most of the thousands of modules are never imported: those that are get compiled then.
    pip = [python_of(name), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", "--no-warn-script-location"]
    for command in ([sys.executable, "-m", "venv", target], [*pip, "-r", CLIENTS / f"requirements-{name}.txt"]):
        done = subprocess.run([str(word) for word in command], cwd=ROOT, text=True, capture_output=True, check=False)
        if done.returncode:
            raise SystemExit(f"{name} cannot be installed:\n{done.stdout[-10000:]}{done.stderr[-10000:]}")
    stamp.write_text(wanted)
    return f"{name}: installed, {time.monotonic() - started:.0f} s"


def main() -> None:
    """Install what is missing, then run the tests."""
    if over := time_given.is_over(os.environ):
        print(f"the clients: {over}")
        return
    BASE.mkdir(exist_ok=True)
    with ThreadPoolExecutor(len(ENVIRONMENTS)) as pool:
        for line in pool.map(install, ENVIRONMENTS):
            print(line, flush=True)
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    env["CLIENTS_AZURE_CLI_PYTHON"] = str(python_of("azure-cli"))
    env["CLIENTS_ANSIBLE_PLAYBOOK"] = str(Path(sys.executable).parent / "ansible-playbook")
    arguments = os.environ.get("PYTEST_ARGS", "").split()
    sys.exit(subprocess.run([str(python_of("sdk")), "-m", "pytest", "-q", "tests/clients", *arguments], cwd=ROOT, env=env, check=False).returncode)


if __name__ == "__main__":
    main()
