# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes decision tables a little and looks whether their unit tests notice, and makes the seeded faults. Exits with 1 when one survives.

mutants.py                        20 mutants of every decision table, and the seeded faults
mutants.py --faults [WORD ...]    the seeded faults alone; with words those whose promise's number, file or text is one of them
mutants.py FILE ...               of these files alone; FILE=TEST,TEST tries one that is not in the table
mutants.py --count 50 --seed 2    more, or others

Only a copy of the collection is changed. A mutant that changes nothing that could be noticed gets C(# pragma: no mutate) on its line, with the reason.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from support.mutating import Mutant, mutants  # noqa: E402 (found by the line above)
from support.seeded_faults import Fault, seeded_faults  # noqa: E402

UTILS, UNIT = "plugins/module_utils", "tests/unit/plugins/module_utils"
# Pure functions besides those of products, which are found by their names: the file, and the unit tests that have to hold it.
_CONNECTOR = "_entra/connector"
TABLES: dict[str, list[str]] = {
    f"{UTILS}/{_CONNECTOR}/{name}.py": [f"{UNIT}/{_CONNECTOR}/test_{name}.py"] for name in ("connection", "credential", "plan", "report", "steps")
}
TABLES[f"{UTILS}/_auth/aadsts.py"] = [f"{UNIT}/_auth/test_aadsts.py"]
TABLES[f"{UTILS}/_extra_targets.py"] = [f"{UNIT}/test_extra_targets.py"]
for _folder, _name in (("_graph", "rights"), (_CONNECTOR, "rights"), ("_entra/consent", "assessment"), ("_entra/consent_policy", "rights")):
    TABLES[f"{UTILS}/{_folder}/{_name}.py"] = [f"{UNIT}/{_folder}/test_{_name}.py"]
PRODUCTS = f"{UTILS}/_products/*/*.py"
# These talk to a service, and their tests need one, or they are lists of names.
NOT_DECIDING = (
    "__init__", "client", "credential_proof", "decisions", "environments", "identified", "management_app", "principal", "resource", "role_resource", "services",
)  # fmt: skip
# Held by the unit tests of the planner that uses them.
BY_THE_PLANNER = {"addresses": "plan", "sign_in_page": "plan", "management_app_plan": "role_plan"}
NOT_COPIED = shutil.ignore_patterns("__pycache__", ".pytest_cache", "output")


def tables() -> dict[str, list[str]]:
    """Every decision table with its unit tests."""
    files = sorted(path for path in ROOT.glob(PRODUCTS) if path.stem not in NOT_DECIDING)
    return {
        **TABLES,
        **{str(path.relative_to(ROOT)): [f"{UNIT}/_products/{path.parent.name}/test_{BY_THE_PLANNER.get(path.stem, path.stem)}.py"] for path in files},
    }


def collection_copy(folder: Path) -> Path:
    """The collection with plugins and tests of its own; everything else is linked."""
    target = folder / "connectors"
    target.mkdir()
    for path in ROOT.iterdir():
        if path.name in ("plugins", "tests"):
            shutil.copytree(path, target / path.name, ignore=NOT_COPIED, symlinks=True)
        elif path.name not in (".git", ".work"):
            (target / path.name).symlink_to(path)
    namespace = target / ".work" / "collections" / "ansible_collections" / "tenantkit"
    namespace.mkdir(parents=True)
    (namespace / "connectors").symlink_to(target)
    return target


def passes(target: Path, tests: list[str], timeout: float) -> bool:
    """Whether the unit tests pass; what runs for too long does not."""
    options = ["-x", "-q", "--no-header", "-p", "no:cacheprovider", "-p", "no:xdist"]
    command = [sys.executable, "-m", "pytest", *options, *tests]
    environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        return subprocess.run(command, cwd=target, env=environ, capture_output=True, timeout=timeout, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def survivors(target: Path, file: str, tests: list[str], count: int, seed: str) -> list[Mutant]:
    """The mutants of one file that its tests do not notice."""
    missing = [test for test in tests if not (ROOT / test).is_file()]
    if missing:
        sys.exit(f"{file} has no unit tests: {', '.join(missing)} is missing")
    code = (ROOT / file).read_text()
    started = time.monotonic()
    if not passes(target, tests, 300):
        sys.exit(f"{file}: its unit tests fail without any mutant")
    timeout = 10 + 5 * (time.monotonic() - started)
    made = mutants(code, count, f"{seed} {file}")
    survived = []
    try:
        (target / file).write_text("raise AssertionError\n")
        if passes(target, tests, timeout):
            sys.exit(f"{file}: its unit tests do not load it")
        for mutant in made:
            (target / file).write_text(mutant.code)
            if passes(target, tests, timeout):
                survived.append(mutant)
    finally:
        (target / file).write_text(code)
    print(f"{file}: {len(made) - len(survived)} of {len(made)} mutants killed, {time.monotonic() - started:.0f} s", flush=True)
    for mutant in survived:
        print(f"  line {mutant.line} survived\n    - {mutant.before}\n    + {mutant.after}", flush=True)
    return survived


def surviving_faults(target: Path, words: list[str]) -> list[Fault]:
    """The seeded faults that the tests beside them do not notice, of those that are asked for; each is printed with how it ended."""
    chosen = [fault for fault in seeded_faults() if not words or {str(fault.promise), fault.file, fault.breaks} & {*words}]
    if not chosen:
        sys.exit(f"{', '.join(words)}: no seeded fault of this promise, file or text")
    for tests in dict.fromkeys(fault.tests for fault in chosen):
        if not passes(target, [f"tests/{test}" for test in tests], 600):
            sys.exit(f"{', '.join(tests)}: fails without any fault")
    survived = []
    for fault in chosen:
        code = (target / fault.path).read_text()
        try:
            (target / fault.path).write_text(fault.made_in(code))
            if passes(target, [f"tests/{test}" for test in fault.tests], 600):
                survived.append(fault)
        finally:
            (target / fault.path).write_text(code)
        print(f"{'SURVIVED' if fault in survived else 'noticed ':8}  {fault.promise:>2}  {fault.breaks} ({fault.file})", flush=True)
    print(f"seeded faults: {len(chosen) - len(survived)} of {len(chosen)} noticed", flush=True)
    return survived


def main() -> None:
    """Try the mutants of the files that are asked for, and the seeded faults."""
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="*")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--faults", action="store_true")
    options = parser.parse_args()
    if options.faults:
        with tempfile.TemporaryDirectory(prefix="tk-mutants-") as folder:
            sys.exit(1 if surviving_faults(collection_copy(Path(folder)), options.files) else 0)
    known = tables()
    given = {file: tests.split(",") for file, equals, tests in (word.partition("=") for word in options.files) if equals}
    chosen = [word.partition("=")[0] for word in options.files] or list(known)
    known |= given
    unknown = [file for file in chosen if file not in known]
    if unknown:
        sys.exit(f"{', '.join(unknown)}: no decision table that is known here; FILE=TEST names its unit tests")
    with tempfile.TemporaryDirectory(prefix="tk-mutants-") as folder:
        target = collection_copy(Path(folder))
        survived: list[object] = [one for file in chosen for one in survivors(target, file, known[file], options.count, options.seed)]
        if not options.files:
            survived += surviving_faults(target, [])
    sys.exit(1 if survived else 0)


if __name__ == "__main__":
    main()
