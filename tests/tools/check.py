# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the checks of this repository and fails when one of them does.

check.py                  all of them, side by side; pytest's closing line is the last line
check.py lint docs        only these

At the end stands what each step took, also when one failed, and which tests took longest.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import awx_modules
import busy
import measuring

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / ".work"
HOME = WORK / "home"
REPORT = WORK / "reports" / "tests.xml"
LAST: list[str] = []  # pytest's closing line
COSTS: list[measuring.Step] = []
MINUTES = 10  # what all checks together may take on two cores
BIN = Path(sysconfig.get_path("scripts"))
CLOSING = re.compile(r"^(=+ )?(no tests ran|\d+ \w+).* in [\d.]+s")
# The top level of the collection's tarball.
IN_TARBALL = {
    "COPYING", "FILES.json", "MANIFEST.json", "Makefile", "README.md", "changelogs", "docs", "examples", "extensions", "meta", "playbooks", "plugins",
    "pyproject.toml", "roles", "tests",
}  # fmt: skip
# The pipelines among the examples, with the schemas that check-jsonschema brings along.
PIPELINES = (
    ("vendor.github-workflows", "github/rollout.yml", ()),
    ("custom.github-workflows-require-timeout", "github/rollout.yml", ()),
    ("vendor.gitlab-ci", "gitlab/gitlab-ci.yml", ("--data-transform", "gitlab-ci")),
    ("vendor.azure-pipelines", "azure_devops/azure-pipelines.yml", ("--data-transform", "azure-pipelines")),
)
# What the steps "lint" and "sanity" leave to "lint-of-tests" and "sanity-more", which run in CI and with make test-all.
OF_TESTS = ("tests", "extensions/molecule")
SLOW_SANITY = ("import", "pylint", "pep8", "yamllint")  # the first two take the most time, and ruff and yamllint look at nearly the same as the others
LITTER = (
    ".ruff_cache",
    ".mypy_cache",
    ".ansible",
    ".venv-clients",
    ".venv-pages",
    "plugins/__pycache__",
    "roles/.cache",
    "tests/emulator/src/tenant_emulator.egg-info",
)

# Stands in for the bootstrap script that ansible-test would download: Python's own pip, then the version it asks for.
GET_PIP = """\
import subprocess, sys
wanted = [word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")]
subprocess.check_call([sys.executable, "-m", "ensurepip"])
subprocess.check_call([sys.executable, "-m", "pip", "install", *wanted])
"""


def run(*command: str | Path, cwd: Path = ROOT, env: t.Mapping[str, str] | None = None, matters: str = "") -> None:
    """Run a command; exit with its output (only the lines that match ``matters``) and status when it fails. Its HOME is below .work."""
    HOME.mkdir(parents=True, exist_ok=True)
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)])
    environ = {**os.environ, "HOME": str(HOME), "PATH": path, "ANSIBLE_COLLECTIONS_PATH": str(WORK / "collections"), **(env or {})}
    done = measuring.run([str(word) for word in command], cwd=cwd, env=environ)
    if done.returncode:
        lines = [line for line in done.stdout.splitlines(keepends=True) if re.search(matters, line)]
        sys.stdout.write("".join(lines)[-20000:])
        sys.exit(f"failed ({done.returncode}): {' '.join(map(str, command))}")


def collection_copy(name: str) -> Path:
    """A copy of the tracked and new files at ansible_collections/tenantkit/connectors: ansible-test and the linters look at that path."""
    base = WORK / name
    target = base / "ansible_collections" / "tenantkit" / "connectors"
    kept = target / "tests" / "output"
    saved = base / "output"
    if kept.exists():  # ansible-test's virtual environments: making them again costs a minute
        shutil.rmtree(saved, ignore_errors=True)
        kept.rename(saved)
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    files = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, text=True, capture_output=True, check=True).stdout.split("\n")
    for file in filter(None, files):
        source = ROOT / file
        if source.is_file():
            (target / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / file)
    if saved.exists():
        saved.rename(kept)
    run("git", "init", "--quiet", cwd=target)
    run("git", "add", "--all", cwd=target)
    return target


def licences() -> None:
    """Every source file names its licence."""
    files = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, text=True, capture_output=True, check=True).stdout.split()
    missing = [
        file
        for file in files
        if re.search(r"\.(py|yml|yaml|sh|toml)$|Makefile$|^\.ci/|find-python$", file)
        and (ROOT / file).is_file()
        and (ROOT / file).stat().st_size
        and "SPDX-License-Identifier: GPL-3.0-or-later" not in (ROOT / file).read_text()[:1500]
    ]
    if missing:
        sys.exit("no SPDX header in: " + ", ".join(missing))


def lint() -> None:
    """Style of Python, YAML and Ansible; generated files; changelog."""
    licences()
    run(BIN / "ruff", "check", ".")
    run(BIN / "ruff", "format", "--check", ".")
    run(sys.executable, "tests/tools/generate.py", "--check")
    run(sys.executable, "tests/tools/generate_role_options.py", "--check")
    run(sys.executable, "tests/tools/surveys.py", "--check")
    target = collection_copy("lint")
    run(BIN / "yamllint", "--strict", ".", cwd=target)
    ansible_lint(target, *(word for folder in OF_TESTS for word in ("--exclude", folder)))
    run(BIN / "antsibull-changelog", "lint", cwd=target)
    for schema, file, more in PIPELINES:
        run(BIN / "check-jsonschema", "--builtin-schema", schema, "--regex-variant", "nonunicode", *more, ROOT / "examples" / "pipelines" / file)


def lint_of_tests() -> None:
    """The playbooks of the tests and of molecule's scenarios: each costs ansible-lint a start of ansible-playbook."""
    ansible_lint(collection_copy("lint-of-tests"), *OF_TESTS)


def ansible_lint(target: Path, *which: str) -> None:
    """Run it in a copy of the collection on what these arguments choose."""
    collections = str(target.parents[2])
    run(BIN / "ansible-lint", "--offline", "--profile", "production", *which, cwd=target, env={"ANSIBLE_COLLECTIONS_PATH": collections})


def docs() -> None:
    """The documentation of modules and roles."""
    target = collection_copy("lint")
    run(
        BIN / "antsibull-docs", "lint-collection-docs", "--plugin-docs", "--validate-collection-refs", "all", "--disallow-unknown-collection-refs",
        "--check-extra-docs-refs", "--skip-rstcheck", ".", cwd=target, env={"ANSIBLE_COLLECTIONS_PATH": str(WORK / "lint")},
    )  # fmt: skip


def sanity() -> None:
    """ansible-test sanity without containers, of all but the tests, and without what "sanity-more" looks at."""
    ansible_test("--exclude", "tests/", *(word for name in SLOW_SANITY for word in ("--skip-test", name)))


def sanity_more() -> None:
    """The rest of ansible-test sanity, of all but the tests."""
    ansible_test("--exclude", "tests/", *(word for name in SLOW_SANITY for word in ("--test", name)))


def sanity_of_tests() -> None:
    """ansible-test sanity of the tests themselves."""
    ansible_test("tests/")


def ansible_test(*which: str) -> None:
    """Run its sanity tests on what these arguments choose."""
    target = collection_copy("sanity")
    cache = HOME / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    import ansible_test  # only this step needs it

    for file in Path(ansible_test.__path__[0]).rglob("*.py"):
        for version in re.findall(r"pip='([\d.]+)'", file.read_text()) if file.name == "python_requirements.py" else ():
            (cache / f"get_pip_{version.replace('.', '_')}.py").write_text(GET_PIP)
    real = Path(sys.executable).resolve().parent  # ansible-test trips over the shims of version managers
    path = os.pathsep.join([str(BIN), str(real), "/usr/bin", "/bin"])
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    command = [BIN / "ansible-test", "sanity", "--venv", "--requirements", "--python", version, "--color", "no", *which]
    run(*command, cwd=target, env={"PATH": path}, matters="^(ERROR|FATAL|[a-z0-9-]+$)")


def litter(source: Path) -> None:
    """What tools leave in a working copy and C(build_ignore) has to keep out."""
    for name in LITTER:
        (source / name).mkdir(parents=True, exist_ok=True)
        (source / name / "litter").touch()


def packed(tarball: Path) -> None:
    """Only what belongs into a collection is in the tarball."""
    with tarfile.open(tarball) as archive:
        names = archive.getnames()
    if wrong := sorted({name.partition("/")[0] for name in names} ^ IN_TARBALL) + [name for name in names if name.endswith("/litter")]:
        sys.exit(f"{tarball.name} lacks, or should not have: {', '.join(wrong)}")


def build() -> None:
    """The tarball can be built and installed, and its playbooks connect a tenant by their full names."""
    target = WORK / "dist"
    shutil.rmtree(target, ignore_errors=True)
    source = collection_copy("lint")
    litter(source)
    run(BIN / "ansible-galaxy", "collection", "build", "--force", "--output-path", target, cwd=source)
    tarball = next(target.glob("*.tar.gz"))
    packed(tarball)
    installed = target / "collections"
    run(BIN / "ansible-galaxy", "collection", "install", "--force", "--collections-path", installed, tarball)
    playbooks = [f"tenantkit.connectors.{path.stem}" for path in (ROOT / "playbooks").glob("*.yml")]
    # awx_setup alone calls modules of another collection, which its operators install.
    environ = {"ANSIBLE_COLLECTIONS_PATH": f"{installed}:{awx_modules.collections()}"}
    project = sorted((installed / "ansible_collections" / "tenantkit" / "connectors" / "extensions" / "awx" / "project" / "playbooks").glob("*.yml"))
    run(BIN / "ansible-playbook", "--syntax-check", "--inventory", "localhost,", *playbooks, *project, cwd=target, env=environ)
    run(sys.executable, "tests/tools/installed.py", installed)


def molecule(*scenarios: str) -> None:
    """The role scenarios, in molecule's own life of a role."""
    emulator = WORK / "molecule" / "emulator"
    chosen = [word for name in scenarios for word in ("--scenario-name", name)] or ["--all", "--workers", "2"]
    try:
        run(BIN / "molecule", "test", *chosen, env={"NO_COLOR": "1"})
    finally:
        run(BIN / "tenant-emulator", "stop", "--state-dir", emulator)  # where a scenario failed or the operator pressed Ctrl-C


def pytest(marker: str, *more: str) -> None:
    """Run pytest on what a marker expression selects and show it as it goes. Three workers on two cores, because playbooks also wait."""
    given = os.environ.get("PYTEST_ARGS", "").split()
    command = [sys.executable, "-m", "pytest", "-n", "3", "--dist", "worksteal", "-q", "--junitxml", str(REPORT), "-m", marker, *more, *given]
    HOME.mkdir(parents=True, exist_ok=True)  # ansible-core makes a temporary directory in it when it is imported
    REPORT.unlink(missing_ok=True)

    def show(piece: bytes) -> None:
        sys.stdout.buffer.write(piece)
        sys.stdout.flush()

    done = measuring.run(command, show, cwd=ROOT, env={**os.environ, "HOME": str(HOME)})
    LAST.extend([line for line in done.stdout.splitlines() if CLOSING.search(line)][-1:])
    if done.returncode:
        sys.exit(f"failed ({done.returncode}): {' '.join(command[1:])}")


def types() -> None:
    """The types of the collection's code, strictly."""
    (WORK / "mypy").mkdir(parents=True, exist_ok=True)
    command = [BIN / "mypy", "--config-file", ROOT / "pyproject.toml", "--cache-dir", WORK / "mypy", "-p", "ansible_collections.tenantkit.connectors.plugins"]
    run(*command, cwd=WORK / "collections")


def tests() -> None:
    """Unit, component and integration tests; files that decide are covered line by line and branch by branch."""
    pytest("not exhaustive", "--cov", "--cov-report=")
    if not os.environ.get("PYTEST_ARGS"):  # of some tests nothing follows
        run(sys.executable, "tests/tools/decision_coverage.py")


def exhaustive() -> None:
    """More points of what the integration tests sample."""
    pytest("exhaustive")


def beside_busy_loops() -> None:
    """Unit, component and integration tests while four other programs want the processor."""
    with busy.loops(4):
        pytest("not exhaustive")


def one_scenario() -> None:
    """One of molecule's scenarios; make test-all has them all."""
    molecule("workspace365")


STEPS: dict[str, t.Callable[[], None]] = {
    "lint": lint, "types": types, "docs": docs, "build": build, "sanity": sanity, "molecule": molecule, "scenario": one_scenario, "tests": tests,
    "lint-of-tests": lint_of_tests, "sanity-more": sanity_more, "sanity-of-tests": sanity_of_tests, "exhaustive": exhaustive, "busy": beside_busy_loops,
}  # fmt: skip


# All of them, side by side: one after the other they leave cores idle, in sum two minutes of two cores.
SIDE_BY_SIDE = (("tests",), ("lint", "types", "docs", "build", "sanity"), ("scenario",))


def say(line: str) -> None:
    """A whole line at once, and on a line of its own between pytest's dots."""
    sys.stdout.write(f"\n{line}\n" if len(sys.argv) == 1 else f"{line}\n")
    sys.stdout.flush()


def steps(names: t.Iterable[str]) -> str:
    """Run steps one after the other and say so. What the first that failed says of it, or nothing."""
    for name in names:
        step = measuring.begin(name)
        COSTS.append(step)
        say(f"{name}: {(STEPS[name].__doc__ or '').splitlines()[0]}")
        try:
            STEPS[name]()
        except (SystemExit, OSError, shutil.Error, subprocess.SubprocessError) as failed:
            step.failed = True
            say(f"{name}: {failed}")
            return f"{name} failed"
        finally:
            step.end()
        say(f"{name}: ok, {step.wall:.0f} s")
    return ""


def main() -> None:
    """Run the named steps, or all."""
    started = time.monotonic()
    WORK.mkdir(exist_ok=True)
    side_by_side = (sys.argv[1:],) if sys.argv[1:] else SIDE_BY_SIDE
    with ThreadPoolExecutor(len(side_by_side)) as pool:
        failed = [line for line in pool.map(steps, side_by_side) if line]
    if slowest := measuring.slowest(REPORT) if {"tests", "exhaustive", "busy"} & {step.name for step in COSTS} else []:
        say("\n".join(["the slowest tests, in seconds:", *slowest]))
    say("\n".join(measuring.table(COSTS)))
    if not sys.argv[1:]:
        took = time.monotonic() - started
        say(f"all checks: {took / 60:.1f} of {MINUTES} minutes on {os.cpu_count()} cores" + (", too long" if took > 60 * MINUTES else ""))
    for line in LAST:  # it is what a reader, and a machine, looks for at the end
        say(line)
    sys.exit(", ".join(failed) or 0)


if __name__ == "__main__":
    main()
