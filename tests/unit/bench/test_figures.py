# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures of a benchmark: medians and ratios, what grew, what changed, how many forks are enough."""

from __future__ import annotations

import dataclasses
import typing as t
from pathlib import Path

import pytest
from bench import figures
from bench.figures import About, Count, Figures, Peer, Stop, Time, Took

COUNT = Count("confirm", 5, requests=20, host_tasks=15, processes=16, bytes_sent=10_000, bytes_received=50_000)


def time(run: str = "confirm", tenants: int = 100, forks: int = 10, latency_ms: int = 0, **more: t.Any) -> Time:
    """A figure of which only some values matter."""
    values = {"cpu": 20.0, "wall": 10.0, "floor_cpu": 10.0, "floor_wall": 8.0, "cpu_ratio": 2.0, "wall_ratio": 1.25, "requests": 400}
    return Time(run, tenants, forks, latency_ms, **{**values, **more})


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ({}, []),
        ({"requests": 19, "host_tasks": 14, "processes": 1, "bytes_sent": 1, "bytes_received": 1}, []),
        ({"requests": 21}, ["confirm, 5 tenants: requests are 21, they were 20."]),
        ({"host_tasks": 16}, ["confirm, 5 tenants: host tasks are 16, they were 15."]),
        ({"processes": 17}, ["confirm, 5 tenants: processes are 17, they were 16."]),
        ({"bytes_sent": 10_100, "bytes_received": 50_500}, []),
        ({"bytes_sent": 10_101}, ["confirm, 5 tenants: bytes sent are 10101, they were 10000."]),
        ({"bytes_received": 50_501}, ["confirm, 5 tenants: bytes received are 50501, they were 50000."]),
        ({"requests": 21, "processes": 17}, ["confirm, 5 tenants: requests are 21, they were 20.", "confirm, 5 tenants: processes are 17, they were 16."]),
        ({"tenants": 6, "requests": 99}, []),
        ({"run": "first connect", "requests": 99}, []),
    ],
)
def test_growth(now: dict[str, t.Any], said: list[str]) -> None:
    assert figures.growth([dataclasses.replace(COUNT, **now)], [COUNT]) == said


def test_every_count_is_compared() -> None:
    assert set(figures.COUNTED) == {field.name for field in dataclasses.fields(Count)} - {"run", "tenants"}


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(2.0, 1.0)], {"cpu": 2.0, "floor_cpu": 1.0, "cpu_ratio": 2.0}),
        # The median of the ratios (2.0, 1.5, 4.0), which is not the ratio of the medians (3.0 / 2.0).
        ([(2.0, 1.0), (3.0, 2.0), (8.0, 2.0)], {"cpu": 3.0, "floor_cpu": 2.0, "cpu_ratio": 2.0}),
        ([(1.0, 1.0), (1.0, 3.0)], {"cpu": 1.0, "floor_cpu": 2.0, "cpu_ratio": 0.667}),
    ],
)
def test_ratio(pairs: list[tuple[float, float]], expected: dict[str, float]) -> None:
    taken = [(Took(10 * run, run, memory_mb=number, main_process_mb=10 * number), Took(10 * floor, floor)) for number, (run, floor) in enumerate(pairs)]
    found = figures.beside("confirm", 4, taken, forks=2, latency=0.1, requests=16)
    assert {name: getattr(found, name) for name in expected} == expected
    assert (found.wall_ratio, found.wall, found.floor_wall) == (found.cpu_ratio, 10 * found.cpu, 10 * found.floor_cpu)
    assert found.key == ("confirm", 4, 2, 100)
    assert (found.requests, found.memory_mb, found.main_process_mb) == (16, len(pairs) - 1, 10 * (len(pairs) - 1))
    assert (found.cpu_ms, found.floor_ms) == (1000 * found.cpu / 4, 1000 * found.floor_cpu / 4)


def test_wall_has_a_ratio_of_its_own() -> None:
    found = figures.beside("confirm", 1, [(Took(wall=3.0, cpu=2.0), Took(wall=1.0, cpu=1.0))], forks=2, latency=0, requests=4)
    assert (found.cpu_ratio, found.wall_ratio) == (2.0, 3.0)


def test_a_ratio_needs_a_pair() -> None:
    with pytest.raises(ValueError, match="confirm: there is no pair"):
        figures.beside("confirm", 1, [], forks=2, latency=0, requests=4)


@pytest.mark.parametrize(("now", "before", "said"), [(2.0, 2.0, "+0 %"), (1.5, 2.0, "-25 %"), (2.5, 2.0, "+25 %"), (2.0, None, "new"), (2.0, 0.0, "new")])
def test_change(now: float, before: float | None, said: str) -> None:
    assert figures.change(now, before) == said


def test_find() -> None:
    rows = [time(), time(forks=2), time(tenants=500), time(latency_ms=100), time(run="first connect")]
    assert figures.find(rows, "confirm", 100, 10) is rows[0]
    assert figures.find(rows, "confirm", 100, 2) is rows[1]
    assert figures.find(rows, "confirm", 100, 10, 100) is rows[3]
    assert figures.find(rows, "confirm", 100, 5) is None


@pytest.mark.parametrize(
    ("walls", "forks"),
    [
        ({2: 10.0}, 2),
        ({2: 20.0, 5: 11.0, 10: 10.0, 25: 10.5}, 5),
        ({2: 20.0, 5: 11.1, 10: 10.0}, 10),
        ({50: 10.0, 2: 40.0, 25: 15.0}, 50),
        ({2: 10.0, 10: 12.0}, 2),
    ],
)
def test_enough_forks(walls: dict[int, float], forks: int) -> None:
    assert figures.enough_forks(time(forks=number, wall=wall) for number, wall in walls.items()) == forks


def test_no_forks_without_measurements() -> None:
    with pytest.raises(ValueError):
        figures.enough_forks([])


def test_a_file_gives_back_what_it_was_given(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    assert Figures.load(path) == Figures()
    about = About("quick", "2026-01-31", 2, {"Python": "3.11.7"})
    whole = Figures(
        about,
        [COUNT],
        [time()],
        about,
        [time()],
        [Stop("waves", 12, 4, 3, 11, 10.0, 20.0, 12, 110)],
        about,
        [Peer("azure-cli", "confirm", 5, 5, 4, 3.0, 2.0, 1.0, 1.0)],
    )
    for found in (whole, Figures(about=about), Figures(peers_about=about)):
        found.save(path)
        assert Figures.load(path) == found
    whole.save(path)
    assert '"requests": 20,\n' in path.read_text()
