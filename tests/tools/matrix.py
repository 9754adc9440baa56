# SPDX-License-Identifier: GPL-3.0-or-later
"""make matrix: the module playbooks on the oldest and the newest supported ansible-core, in the worker and as module processes.

Makes .venv-matrix-oldest (ansible-core 2.19 on Python 3.11) and .venv-matrix-newest (the newest release on the newest Python that is found) and
keeps each until its requirements change. A Python that cannot be found is a failure: a part of what is promised was not tested.

TENANTKIT_MATRIX_TESTED names the versions, as C(--versions) prints them, on which all integration tests were run just now with the real commands: with
these the tests are not run in the worker once more.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import time_given

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / ".work"
PROBE = "import sys, venv, ensurepip; print(*sys.version_info[:3])"
REQUIREMENTS = (ROOT / "meta" / "ee-requirements.txt", ROOT / "tests" / "requirements-playbooks.txt")
FORCE_VARIABLE = "TENANTKIT_MODULE_PROCESS"
REAL_VARIABLE = "TENANTKIT_TESTS_REAL"  # no run is forked from an import of ansible-core: it is the release itself that is tested
PLAYBOOKS = (
    *("tests/integration/test_modules.py", "tests/integration/test_budgets.py", "tests/integration/workspace365/test_budgets.py"),
    "tests/integration/test_hook_paths.py",
)
TESTED_VARIABLE = "TENANTKIT_MATRIX_TESTED"
BOTH_WAYS = ("tests/integration/placement", "tests/integration/test_both_ways.py")  # compare the two ways themselves


@dataclasses.dataclass(frozen=True)
class Row:
    """One environment of the matrix."""

    name: str
    core: str
    lowest: tuple[int, int]
    highest: tuple[int, int]

    @property
    def python(self) -> Path:
        """The interpreter of its virtual environment."""
        return ROOT / f".venv-matrix-{self.name}" / "bin" / "python"


ROWS = (
    Row("oldest", "ansible-core>=2.19,<2.20", (3, 11), (3, 11)),
    Row("newest", "ansible-core>=2.20", (3, 12), (3, 99)),
)


@dataclasses.dataclass
class Result:
    """One run of pytest."""

    row: Row
    versions: str
    way: str
    tests: str
    passed: int
    failed: int
    seconds: float


def candidates() -> list[Path]:
    """Every file that looks like a Python 3: of PATH, and of the folders where version managers keep theirs."""
    home = Path.home()
    folders = [Path(entry) for entry in os.environ.get("PATH", "").split(os.pathsep) if entry]
    for base in (os.environ.get("PYENV_ROOT", home / ".pyenv"), home / ".asdf" / "installs" / "python", home / ".local" / "share" / "uv" / "python"):
        folders += [*Path(base).glob("versions/*/bin"), *Path(base).glob("*/bin")]
    return [file for folder in folders for file in folder.glob("python3.*") if re.fullmatch(r"python3\.\d+", file.name)]


def pythons() -> dict[tuple[int, ...], Path]:
    """The Pythons that can make a virtual environment, by version. A version manager's shim may lead nowhere: each is tried."""
    found: dict[tuple[int, ...], Path] = {}
    for file in dict.fromkeys(candidates()):
        if int(file.name.rpartition(".")[2]) < min(row.lowest for row in ROWS)[1]:
            continue
        asked = subprocess.run([file, "-c", PROBE], text=True, capture_output=True, check=False)
        if asked.returncode == 0:
            found.setdefault(tuple(int(number) for number in asked.stdout.split()), file)
    return found


def choose(row: Row, found: dict[tuple[int, ...], Path]) -> Path | None:
    """The newest Python that fits."""
    fitting = [version for version in found if row.lowest <= version[:2] <= row.highest]
    return found[max(fitting)] if fitting else None


def requirements(row: Row) -> list[str]:
    """What its environment holds."""
    listed = [word for file in REQUIREMENTS for word in ("-r", str(file))]
    return [row.core, *listed, "-e", str(ROOT / "tests" / "emulator")]


def install(row: Row, python: Path) -> str:
    """Make its environment unless it is there and current. Returns what was done, in words."""
    files = [*REQUIREMENTS, ROOT / "tests" / "emulator" / "pyproject.toml"]
    parts = [*requirements(row), str(python), *(file.read_text() for file in files)]
    wanted = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    target = row.python.parents[1]
    stamp = target / ".installed"
    if stamp.is_file() and stamp.read_text() == wanted:
        return f"{row.name}: as it was"
    started = time.monotonic()
    shutil.rmtree(target, ignore_errors=True)
    pip = [row.python, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    for command in ([python, "-m", "venv", target], [*pip, *requirements(row)]):
        done = subprocess.run([str(word) for word in command], cwd=ROOT, text=True, capture_output=True, check=False)
        if done.returncode:
            raise SystemExit(f"{row.name} cannot be installed:\n{done.stdout[-10000:]}{done.stderr[-10000:]}")
    stamp.write_text(wanted)
    return f"{row.name}: installed, {time.monotonic() - started:.0f} s"


def versions(python: Path) -> str:
    """What the environment of this interpreter really holds."""
    text = "import platform, ansible.release as r; print(f'ansible-core {r.__version__}, Python {platform.python_version()}')"
    return subprocess.run([python, "-c", text], text=True, capture_output=True, check=True).stdout.strip()


def ways(held: str, tested: str) -> tuple[str, ...]:
    """How the tests are run in an environment that holds these versions, where they were run in the worker on C(tested) already."""
    return ("process",) if held == tested else ("worker", "process")


def run(row: Row, way: str) -> Result:
    """Run the tests one way. Those that compare the two set the way themselves, so once is enough for them."""
    files = [*PLAYBOOKS, *(BOTH_WAYS if way == "worker" else [])]
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME", FORCE_VARIABLE)}
    env["PATH"] = os.pathsep.join([str(row.python.parent), env.get("PATH", "")])
    env[REAL_VARIABLE] = "1"
    if way == "process":
        env[FORCE_VARIABLE] = "1"
    report = WORK / f"matrix-{row.name}-{way}.xml"
    report.unlink(missing_ok=True)
    print(f"\n{row.name}, {way}: {' '.join(files)}", flush=True)
    started = time.monotonic()
    command = [row.python, "-m", "pytest", "-q", "-n", "2", f"--junitxml={report}", *files, *os.environ.get("PYTEST_ARGS", "").split()]
    code = subprocess.run([str(word) for word in command], cwd=ROOT, env=env, check=False).returncode
    passed = failed = 0
    if report.is_file():
        for suite in ET.parse(report).iter("testsuite"):
            counts = {name: int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")}
            failed += counts["failures"] + counts["errors"]
            passed += counts["tests"] - counts["failures"] - counts["errors"] - counts["skipped"]
    # A pytest that ended badly without a failed test (nothing collected, an internal error) is one failure.
    names = " ".join(Path(file).stem for file in files)
    return Result(row, versions(row.python), way, names, passed, failed or int(code != 0), time.monotonic() - started)


def main() -> None:
    """Find, install, run, tell."""
    if sys.argv[1:] == ["--versions"]:
        print(versions(Path(sys.executable)))
        return
    if over := time_given.is_over(os.environ):
        print(f"the matrix: {over}")
        return
    WORK.mkdir(exist_ok=True)
    found = pythons()
    chosen = {row: choose(row, found) for row in ROWS}
    with ThreadPoolExecutor(len(ROWS)) as pool:
        for line in pool.map(lambda row: install(row, chosen[row]) if chosen[row] else f"{row.name}: no Python for {row.core} was found", ROWS):
            print(line, flush=True)
    tested = os.environ.get(TESTED_VARIABLE, "")
    results = [run(row, way) for row in ROWS if chosen[row] for way in ways(versions(row.python), tested)]
    missing = [row for row in ROWS if not chosen[row]]

    print(f"\n{'ran on':<36}  {'modules ran':<20}  {'tests':<36}  passed  failed  seconds")
    for result in results:
        way = "in the worker" if result.way == "worker" else "as module processes"
        print(f"{result.versions:<36}  {way:<20}  {result.tests:<36}  {result.passed:>6}  {result.failed:>6}  {result.seconds:>7.0f}")
    if tested:
        print(f"{tested:<36}  in the worker         ran with all other tests already ({TESTED_VARIABLE})")
    for row in missing:
        wanted = ".".join(map(str, row.lowest)) + (" or newer" if row.highest != row.lowest else "")
        print(f"{row.core}: did not run, Python {wanted} was not found in PATH or a version manager's folder")
    failed = sum(result.failed for result in results) + len(missing)
    print(f"\n{sum(result.passed for result in results)} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
