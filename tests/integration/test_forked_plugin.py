# SPDX-License-Identifier: GPL-3.0-or-later
"""A test that fails while its runs are forked is tried again with the real command, and the end says how many runs there were of each."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.forked_choice import ALL_REAL
from support.forked_plugin import ONLY_FORKED, summary
from support.playbooks import ROOT

CONFTEST = """
from support import forked_plugin
pytest_configure = forked_plugin.pytest_configure
"""
TESTS = """
import os
import pytest
from support.forked_runs import RUNS
from support.playbooks import run_playbook

def run(folder, **env):
    before = RUNS.forked
    assert run_playbook("none.yml", folder, args=["--version"], env=env).returncode == 0
    return RUNS.forked - before

@pytest.fixture
def each():
    print("each is set up")
    yield
    print("each is torn down")

@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    yield run(tmp_path_factory.mktemp("shared"))

def test_passes(tmp_path):
    run(tmp_path)

def test_fails_forked(tmp_path, each):
    assert run(tmp_path) == 0, "not the same"

def test_fails_both_ways(tmp_path, each):
    assert run(tmp_path) == 5, "never so"

def test_a_shared_fixture_was_forked(shared):
    assert shared == 0

def test_a_shared_fixture_is_there_for_the_next(shared, tmp_path):
    assert run(tmp_path) == 1

@pytest.fixture
def broken(tmp_path):
    assert run(tmp_path) == 0, "broken set-up"

def test_the_set_up_fails_forked(broken):
    pass

def test_without_runs(each):
    assert not os.environ.get("FAILS"), "no run"

def test_must_be_real(tmp_path):
    assert run(tmp_path, PYTHONUNBUFFERED="1") == 0

@pytest.fixture(scope="session")
def runs():
    return {}

def test_keeps_what_its_run_left(runs, tmp_path):
    runs["forked"] = run(tmp_path)

def test_is_given_what_another_left(runs):
    assert runs.get("forked") != 1
"""


@pytest.fixture
def tried(tmp_path: Path):
    """Runs those tests in a pytest of their own."""
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_it.py").write_text(TESTS)

    def run(*arguments: str, **more: str) -> str:
        env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_CORE_", "COVERAGE_")) and name != ALL_REAL}
        command = [sys.executable, "-m", "pytest", "-c", os.devnull, "--rootdir", tmp_path, "-p", "no:cacheprovider", "-p", "no:cov", "-rA", *arguments]
        path = {"PYTHONPATH": str(ROOT / "tests"), "COLUMNS": "200"}
        return subprocess.run(command, cwd=tmp_path, env={**env, **path, **more}, text=True, capture_output=True, check=False).stdout

    return run


def lines(output: str, word: str) -> dict[str, str]:
    """The short summary's lines that begin so, by the name of the test."""
    found = [line.partition("test_it.py::")[2].partition(" - ") for line in output.splitlines() if line.startswith(word)]
    return {name: message for name, _dash, message in found}


@pytest.mark.parametrize("workers", [(), ("-n", "2", "--dist", "loadfile")], ids=["alone", "workers"])
def test_a_failure_is_tried_again(tried, workers: tuple[str, ...]) -> None:
    output = tried(*workers, FAILS="1")
    failed, errors, passed = (lines(output, word) for word in ("FAILED ", "ERROR ", "PASSED "))
    assert set(passed) == {"test_passes", "test_a_shared_fixture_is_there_for_the_next", "test_must_be_real", "test_keeps_what_its_run_left"}, output
    for name in ("test_fails_forked", "test_a_shared_fixture_was_forked", "test_is_given_what_another_left"):
        assert failed[name].startswith(ONLY_FORKED), output
    assert ONLY_FORKED in errors["test_the_set_up_fails_forked"], output
    # The real failure is shown: none of its runs was forked.
    assert failed["test_fails_both_ways"] == "AssertionError: never so", output
    assert "assert 0 == 5" in output and "assert 1 == 5" not in output
    assert failed["test_without_runs"] == "AssertionError: no run", output
    assert output.count("each is set up") == 3  # each failure shows one try alone
    assert "not the same" in output and f"test_fails_forked {ONLY_FORKED}" in output
    # Eight forked: of test_passes, the three that fail, the shared fixture twice, the next test, and the one whose run is kept.
    # Real: those that failed with a run of their own again, and the one that has to be.
    assert summary(8, 5, {"PYTHONUNBUFFERED": 1}) in output


def test_everything_real(tried) -> None:
    output = tried("-k", "not both_ways and not for_the_next", **{ALL_REAL: "1"})
    assert "8 passed" in output and summary(0, 6, {}) in output, output


def test_nothing_is_said_without_runs(tried) -> None:
    assert "runs of ansible-playbook" not in tried("-k", "without_runs")


def test_summary() -> None:
    assert summary(3, 0, {}) == "3 forked, 0 with the real command"
    assert summary(3, 4, {"B": 1, "A": 1, "C": 2}) == "3 forked, 4 with the real command, 2 for C, 1 for A, 1 for B"
