# SPDX-License-Identifier: GPL-3.0-or-later
"""What C(make test) says at its end: what each step took, and which tests took longest."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "tools"))

import check
import measuring

BUSY = "sum(index * index for index in range(300000)); print('out'); import sys; print('err', file=sys.stderr); sys.exit(3)"


def test_a_command_costs_its_own_step() -> None:
    step, seen = measuring.begin("lint"), []
    done = measuring.run([sys.executable, "-c", BUSY], seen.append)
    assert done.returncode == 3 and sorted(done.stdout.split()) == ["err", "out"] == sorted(b"".join(seen).decode().split())
    assert step.cpu > 0
    other = measuring.begin("docs")
    assert other.cpu == 0


def test_a_table_has_the_longest_step_first() -> None:
    steps = [measuring.Step("lint", wall=75.4, cpu=40.0), measuring.Step("tests", wall=420.0, cpu=701.5, failed=True)]
    assert measuring.table(steps) == [
        "step              seconds   of CPU",
        "tests                 420      702  failed",
        "lint                   75       40",
    ]


def test_the_slowest_tests(tmp_path: Path) -> None:
    report = tmp_path / "tests.xml"
    assert measuring.slowest(report) == []
    cases = "".join(f'<testcase classname="a.b" name="test_{number}[x]" time="{number}.25"/>' for number in range(30))
    report.write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
    lines = measuring.slowest(report)
    assert len(lines) == 20 and lines[0] == "    29.2  a.b::test_29[x]" and lines[-1] == "    10.2  a.b::test_10[x]"


@pytest.mark.parametrize(
    ("line", "closes"),
    [
        ("12 passed in 3.20s", True),
        ("===== 1 failed, 12 passed, 2 warnings in 63.20s (0:01:03) =====", True),
        ("no tests ran in 0.01s", True),
        ("12 passed", False),
        ("lint: ok, 12 s", False),
    ],
)
def test_the_closing_line_of_pytest_is_found(line: str, closes: bool) -> None:
    assert bool(check.CLOSING.search(line)) is closes


def test_the_table_stands_at_the_end_also_when_a_step_failed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    def tests() -> None:
        """Closes like pytest."""
        check.LAST.append("1 failed in 0.10s")
        raise SystemExit("failed (1): pytest")

    def lint() -> None:
        """Style."""

    monkeypatch.setattr(check, "STEPS", {"tests": tests, "lint": lint})
    monkeypatch.setattr(check, "SIDE_BY_SIDE", (("tests",), ("lint",)))
    monkeypatch.setattr(check, "WORK", tmp_path)
    for name in ("LAST", "COSTS"):
        monkeypatch.setattr(check, name, [])
    monkeypatch.setattr(sys, "argv", ["check.py"])
    with pytest.raises(SystemExit, match="tests failed"):
        check.main()
    lines = capsys.readouterr().out.split("\n")
    shown = [line for line in lines if line]
    start = shown.index(measuring.table([])[0])
    assert {line.split()[0]: line.split()[-1] for line in shown[start + 1 : start + 3]} == {"tests": "failed", "lint": "0"}
    assert shown[start + 3].startswith("all checks: 0.0 of 10 minutes") and shown[-1] == "1 failed in 0.10s"
