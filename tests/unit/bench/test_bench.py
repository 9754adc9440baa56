# SPDX-License-Identifier: GPL-3.0-or-later
"""C(make bench): counts that grew make it fail, times never do, and only what is asked for is written."""

from __future__ import annotations

import dataclasses
import shutil
import typing as t
from pathlib import Path

import pytest
from bench import bench
from bench.figures import About, Count, Figures, Stop, Time
from bench.forms import CONFIRM, CONFIRM_FOUR, CONNECT, QUICK

COUNT = Count(CONFIRM, 5, requests=20, host_tasks=15, processes=16, bytes_sent=10_000, bytes_received=50_000)
MORE = dataclasses.replace(COUNT, requests=21)
SLOW = 100.0
EARLIER = About("quick", "2026-01-31", 2, {})
FLEET = [Time(CONFIRM_FOUR, 4, 10, 100, cpu=2.0, wall=1.0, floor_cpu=1.0, floor_wall=1.0, cpu_ratio=2.0, wall_ratio=1.0, requests=36)]
STOPS = [Stop("waves", 12, 4, 3, 11, 10.0, 20.0, 12, 110)]


def times(cpu_ratio: float = 1.5) -> list[Time]:
    """Enough for the page and the picture."""
    keys = [
        (CONNECT, 1, 10, 0),
        (CONFIRM, 1, 10, 0),
        (CONFIRM, QUICK.ratio_tenants, 10, 0),
        *((CONFIRM, QUICK.forks_tenants, forks, late) for forks in QUICK.forks for late in (0, 100)),
    ]
    return [Time(*key, cpu=2.0, wall=1.0, floor_cpu=1.0, floor_wall=1.0, cpu_ratio=cpu_ratio, wall_ratio=1.0, requests=4) for key in keys]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> t.Callable[..., t.Any]:
    """Runs the command with what it would have found. Returns how it ended."""
    for name in ("PAGE", "PICTURE", "FILE"):
        monkeypatch.setattr(bench, name, tmp_path / getattr(bench, name).name)
    shutil.copy(bench.ROOT / "docs" / "performance.md", tmp_path)

    def started(*arguments: str, committed: Count, found: Count, cpu_ratio: float = 1.5) -> t.Any:
        Figures(about=EARLIER, counts=[committed], times=times()).save(bench.FILE)
        monkeypatch.setattr(bench.measure, "counted", lambda form: [found])
        monkeypatch.setattr(bench.measure, "one", lambda form: times(cpu_ratio))
        monkeypatch.setattr(bench.measure, "fleet", lambda form: (FLEET, STOPS, bench.Load()))
        monkeypatch.setattr("sys.argv", ["bench.py", "--quick", *arguments])
        with pytest.raises(SystemExit) as ended:
            bench.main()
        return ended.value.code

    return started


@pytest.mark.parametrize(
    ("arguments", "committed", "found", "cpu_ratio", "good"),
    [
        ((), COUNT, COUNT, 1.5, True),
        ((), COUNT, COUNT, SLOW, True),
        ((), MORE, COUNT, 1.5, True),
        ((), COUNT, MORE, 1.5, False),
        (("--update",), COUNT, MORE, 1.5, True),
    ],
    ids=["same", "slower", "less", "more", "more is accepted"],
)
def test_how_it_ends(
    run: t.Callable[..., t.Any],
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    committed: Count,
    found: Count,
    cpu_ratio: float,
    good: bool,
) -> None:
    code = run(*arguments, committed=committed, found=found, cpu_ratio=cpu_ratio)
    assert (code == 0) is good, code
    said = capsys.readouterr().out
    assert ("requests are 21, they were 20" in said) is (committed == COUNT and found == MORE)
    assert ("IS ABOVE THE LIMIT" in said) is (cpu_ratio == SLOW)


def test_nothing_is_written_unless_asked_for(run: t.Callable[..., t.Any]) -> None:
    before = bench.PAGE.read_text()
    run(committed=COUNT, found=MORE)
    assert Figures.load(bench.FILE).counts == [COUNT]
    assert bench.PAGE.read_text() == before and not bench.PICTURE.exists()


def test_an_update_writes_figures_page_and_picture(run: t.Callable[..., t.Any]) -> None:
    run("--update", committed=COUNT, found=MORE)
    assert Figures.load(bench.FILE).counts == [MORE]
    assert f"| {CONFIRM}, 5 tenants | 4.2 |" in bench.PAGE.read_text()
    assert "| waves | 12 | 4 | 3 | 11 | 10 | 20 | 10 |" in bench.PAGE.read_text() and Figures.load(bench.FILE).stops == STOPS
    assert bench.PICTURE.read_text().startswith("<svg ")
    about = Figures.load(bench.FILE).about
    assert about and about.form == "quick" and about.versions["ansible-core"]


def test_an_update_that_cannot_be_made_writes_nothing(run: t.Callable[..., t.Any], monkeypatch: pytest.MonkeyPatch) -> None:
    bench.PAGE.write_text("no markers")
    with pytest.raises(ValueError, match="blocks"):
        run("--update", committed=COUNT, found=MORE)
    assert Figures.load(bench.FILE).counts == [COUNT]
    assert not bench.PICTURE.exists()


@pytest.mark.parametrize(("part", "counts", "stops"), [("one", [MORE], []), ("fleet", [COUNT], STOPS)])
def test_one_part_leaves_the_other_as_it_was(run: t.Callable[..., t.Any], part: str, counts: list[Count], stops: list[Stop]) -> None:
    run("--update", "--part", part, committed=COUNT, found=MORE)
    found = Figures.load(bench.FILE)
    assert (found.counts, found.stops) == (counts, stops)
    assert (found.about == EARLIER, found.fleet_about is None) == (part == "fleet", part == "one")


def test_the_other_part_may_have_been_measured_in_another_form(run: t.Callable[..., t.Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The tables of one form have no rows for what the other form measured."""
    monkeypatch.setattr(bench, "QUICK", dataclasses.replace(bench.QUICK, forks_tenants=1))
    run("--update", "--part", "fleet", committed=COUNT, found=COUNT)
    assert Figures.load(bench.FILE).stops == STOPS
