# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture of docs/performance.md."""

from __future__ import annotations

import typing as t
import xml.etree.ElementTree as ET

import pytest
from bench import picture
from bench.figures import Time
from bench.forms import CONFIRM, CONNECT

SVG = "{http://www.w3.org/2000/svg}"


def time(run: str, tenants: int, cpu_ms: float, requests: int, **more: t.Any) -> Time:
    """A figure by what a tenant costs. The floor costs 100 ms."""
    values = {"forks": 10, "latency_ms": 0, "cpu": cpu_ms * tenants / 1000, "wall": 1.0, "floor_cpu": tenants / 10, "floor_wall": 1.0, "cpu_ratio": 1.0}
    return Time(run, tenants, wall_ratio=1.0, requests=requests * tenants, **{**values, **more})


TIMES = [time(CONNECT, 1, 2000, 20), time(CONNECT, 389, 1000, 20), time(CONFIRM, 1, 1200, 4), time(CONFIRM, 10, 300, 4), time(CONFIRM, 500, 150, 4)]
UNUSED = [time(CONFIRM, 10, 9000, 99, forks=2), time(CONFIRM, 500, 9000, 99, latency_ms=100)]


def drawn(times: list[Time]) -> ET.Element:
    """The picture, read again."""
    return ET.fromstring(picture.picture(times))


def lines(root: ET.Element, kind: str) -> list[list[tuple[float, float]]]:
    """The points of the lines of a kind."""
    found = [item.attrib["points"] for item in root.iter(f"{SVG}polyline") if item.attrib["class"] == f"line {kind}"]
    return [[(float(across), float(down)) for across, _comma, down in (point.partition(",") for point in points.split())] for points in found]


@pytest.mark.parametrize(
    ("highest", "grid"),
    [
        (1, [0, 0.5, 1.0]),
        (4, [0, 1, 2, 3, 4]),
        (20, [0, 5, 10, 15, 20]),
        (21, [0, 10, 20, 30]),
        (1999, [0, 500, 1000, 1500, 2000]),
        (2001, [0, 1000, 2000, 3000]),
        (0, [0, 1]),
    ],
)
def test_steps(highest: float, grid: list[float]) -> None:
    assert picture.steps(highest) == pytest.approx(grid)


@pytest.mark.parametrize(
    ("most", "numbers"), [(1, [1]), (10, [1, 10]), (12, [1, 12]), (500, [1, 10, 100, 500]), (120, [1, 10, 120]), (1000, [1, 10, 100, 1000])]
)
def test_ticks(most: int, numbers: list[int]) -> None:
    assert picture.ticks(most) == numbers


@pytest.mark.parametrize(
    ("wanted", "places"),
    [([], []), ([5.0], [5.0]), ([50.0, 10.0], [50.0, 10.0]), ([10.0, 12.0, 100.0], [10.0, 27.0, 100.0]), ([12.0, 10.0, 11.0], [44.0, 10.0, 27.0])],
)
def test_spread(wanted: list[float], places: list[float]) -> None:
    assert picture.spread(wanted, 17) == places


def test_lines_are_where_the_figures_are() -> None:
    root = drawn(TIMES)
    cpu, requests = lines(root, "confirm")
    (floor,) = lines(root, "floor")
    assert [across for across, _down in cpu] == [across for across, _down in requests] == pytest.approx([70, 277.5, 630], abs=0.1)
    assert cpu[0][1] < cpu[1][1] < cpu[2][1] < floor[2][1]  # less is lower on the page
    assert len({down for _across, down in requests}) == len({down for _across, down in floor}) == 1
    assert [len(points) for points in lines(root, "connect")] == [2, 2]
    # 1,200 ms of a grid that ends at 2,000.
    assert cpu[0][1] == pytest.approx(picture.TOP + picture.PANEL * (1 - 1200 / 2000), abs=0.1)


def test_what_was_measured_for_something_else_is_not_drawn() -> None:
    assert picture.picture([*TIMES, *UNUSED]) == picture.picture(TIMES)


def test_it_says_what_it_shows() -> None:
    text = " ".join("".join(item.itertext()) for item in drawn(TIMES).iter() if item.tag in (f"{SVG}text", f"{SVG}title"))
    for part in ("CPU for each tenant, milliseconds", "Requests for each tenant", "first connect", "confirm", "floor", "2,000", "500", "from 1 tenant to 500"):
        assert part in text


def test_it_reads_on_a_dark_page() -> None:
    assert "prefers-color-scheme: dark" in picture.picture(TIMES)


@pytest.mark.parametrize("times", [[], UNUSED, TIMES[:2], TIMES[2:]])
def test_nothing_to_draw(times: list[Time]) -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        picture.picture(times)
