# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of docs/performance.md."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from bench import page
from bench.bench import PAGE
from bench.figures import About, Count, Figures, Peer, Time
from bench.forms import CONFIRM, CONFIRM_FOUR, CONNECT
from support import markdown

BLOCKS = ("about", "counts", "ratio", "tenants", "late", "about the fleet", "fleet", "stops", "forks")
ABOUT = About("full", "2026-01-31", 2, {"Python": "3.11.7", "ansible-core": "2.19.1"})


def time(run: str = CONFIRM, tenants: int = 100, forks: int = 10, latency_ms: int = 0, **more: t.Any) -> Time:
    """A figure of which only some values matter."""
    values = {"cpu": 20.0, "wall": 10.0, "floor_cpu": 10.0, "floor_wall": 8.0, "cpu_ratio": 2.0, "wall_ratio": 1.25, "requests": 400}
    return Time(run, tenants, forks, latency_ms, **{**values, **more})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\n<!-- bench: x -->\nold\n\nrows\n<!-- bench: end of x -->\nz\n", "a\n<!-- bench: x -->\nnew\n<!-- bench: end of x -->\nz\n"),
        ("<!-- bench: x -->\n<!-- bench: end of x -->", "<!-- bench: x -->\nnew\n<!-- bench: end of x -->"),
    ],
)
def test_put(before: str, after: str) -> None:
    assert page.put(before, "x", "new") == after
    assert page.put(after, "x", "new") == after


def test_put_takes_what_it_is_given_for_what_it_is() -> None:
    assert r"\1 \g<0>" in page.put("<!-- bench: x -->\n<!-- bench: end of x -->", "x", r"\1 \g<0>")


@pytest.mark.parametrize("text", ["", "<!-- bench: x -->", 2 * "<!-- bench: x -->\n<!-- bench: end of x -->\n"])
def test_put_wants_the_markers_once(text: str) -> None:
    with pytest.raises(ValueError, match="blocks 'x'"):
        page.put(text, "x", "new")


def test_about() -> None:
    assert page.about(ABOUT) == "Measured on 2026-01-31 on 2 cores with Python 3.11.7, ansible-core 2.19.1."
    assert "`quick`" in page.about(About("quick", "2026-01-31", 2, {}))
    assert page.about(dataclasses.replace(ABOUT, others=7)).endswith("ansible-core 2.19.1. Other programs had 7 % of the time of the cores.")


def test_counts() -> None:
    count = Count(CONFIRM, 5, requests=20, host_tasks=16, processes=17, bytes_sent=12_500, bytes_received=50_000)
    assert markdown.rows(page.counts([count])) == [[f"{CONFIRM}, 5 tenants", "4", "3.2", "3.4", "2.5", "10.0"]]


def test_ratio_has_the_rows_that_it_is_about() -> None:
    found = [time(forks=2), time(), time(latency_ms=100), time(tenants=500), time(run=CONNECT)]
    assert markdown.rows(page.ratio(found, 100)) == [
        ["2 forks", "20.0", "10.0", "2.00", "10.0", "8.0"],
        ["10 forks", "20.0", "10.0", "2.00", "10.0", "8.0"],
    ]


def test_tenants() -> None:
    found = [time(CONNECT, 1, cpu=2.5, floor_cpu=1.0, requests=20), time(CONFIRM, 100), time(CONFIRM, 1, cpu=1.25, floor_cpu=0.9, requests=4)]
    found += [time(CONNECT, 10, requests=200), time(forks=2), time(latency_ms=100), time(CONFIRM_FOUR, 7)]
    assert markdown.rows(page.per_tenant(found)) == [
        ["1", "2500", "1250", "900", "20", "4"],
        ["10", "2000", "", "1000", "20", ""],
        ["100", "", "200", "100", "", "4"],
    ]


def test_late() -> None:
    found = [
        time(),
        time(latency_ms=100, memory_mb=212, main_process_mb=70),
        time(CONFIRM_FOUR, 200, latency_ms=100),
        time(latency_ms=100, tenants=50),
        time(latency_ms=100, forks=2),
    ]
    assert markdown.rows(page.late(found, (100, 500))) == [
        [f"{CONFIRM}, 100 tenants", "10", "8", "20", "212 (70)", "4"],
    ]
    assert [row[0] for row in markdown.rows(page.late(found))] == [f"{CONFIRM}, 100 tenants", f"{CONFIRM_FOUR}, 200 tenants", f"{CONFIRM}, 50 tenants"]


def swept(**walls: tuple[float, float]) -> list[Time]:
    """Measurements with so many forks: wall without and with latency, and 20 MB a fork."""
    rows = []
    for name, (here, there) in walls.items():
        forks = int(name.removeprefix("f"))
        rows += [time(tenants=50, forks=forks, wall=here), time(tenants=50, forks=forks, latency_ms=100, wall=there, memory_mb=100 + 20 * forks)]
    return rows


def test_forks() -> None:
    found = [*swept(f10=(5.0, 6.0), f2=(6.0, 20.0)), time(tenants=50, forks=5), time(tenants=50, forks=7), time(tenants=50, forks=7, latency_ms=100), time()]
    rows = page.sweep(found, 50, (2, 5, 10))
    assert list(rows) == [2, 10]
    assert markdown.rows(page.forks_table(rows)) == [["2", "6.0", "20.0", "20.0", "140"], ["10", "5.0", "6.0", "20.0", "300"]]


@pytest.mark.parametrize(
    ("walls", "said"),
    [
        (
            {"f2": (5.0, 20.0), "f10": (4.9, 9.0), "f25": (5.1, 8.5)},
            "Take `--forks 10` on 2 cores: 2 forks are enough for answers that come at once, and 10 for answers that take 100 ms, since",
        ),
        (
            {"f2": (9.0, 20.0), "f10": (4.9, 9.0), "f25": (5.1, 8.5)},
            "Take `--forks 10` on 2 cores: 10 forks are enough, with answers that come at once and with answers that take 100 ms, since",
        ),
        (
            {"f2": (9.0, 9.0), "f10": (4.9, 9.0), "f25": (5.1, 8.5)},
            "Take `--forks 10` on 2 cores: 10 forks are enough for answers that come at once, and 2 for answers that take 100 ms, since",
        ),
    ],
)
def test_recommendation(walls: dict[str, tuple[float, float]], said: str) -> None:
    text = page.recommendation(page.sweep(swept(**walls), 50, (2, 10, 25)), 2)
    assert text.startswith(said)
    assert "Each further fork took 20 MB" in text


def test_no_recommendation_from_one_number_of_forks() -> None:
    with pytest.raises(ValueError, match="two numbers"):
        page.recommendation(page.sweep(swept(f2=(1.0, 1.0)), 50, (2,)), 2)


def test_peers() -> None:
    found = [Peer("this role", "confirm", 4, 4, 5, 1.25, 1.0, 0.9, 0.8), Peer("azure-cli", "confirm", 12, 8, 4, 3.0, 4.0, 0.9, 0.8)]
    assert markdown.rows(page.peers(found)) == [
        ["this role", "confirm", "4", "5", "1.2", "1.0"],
        ["azure-cli", "confirm", "12 (8)", "4", "3.0", "4.0"],
        ["seven tasks that do nothing", "", "0", "", "0.9", "0.8"],
    ]


def figures() -> Figures:
    """Enough for every block."""
    return Figures(ABOUT, [Count(CONFIRM, 5, 20, 15, 16, 1, 1)], [time(), *swept(f2=(1.0, 2.0), f10=(1.0, 2.0))], ABOUT, [time(CONFIRM_FOUR, latency_ms=100)])


def test_the_page_has_every_block() -> None:
    text = PAGE.read_text()
    made = page.of_fleet(page.of_one(text, figures(), ratio_tenants=100, late_tenants=(100,), forks_tenants=50, forks=(2, 10)), figures())
    for name in BLOCKS:
        assert page.put(made, name, "") != made, name
    assert page.put(made, "peers", "") != made
    assert "Measured on 2026-01-31" in made


def test_nothing_is_written_without_figures() -> None:
    with pytest.raises(ValueError, match="no figures"):
        page.of_one(PAGE.read_text(), Figures(), ratio_tenants=100, late_tenants=(), forks_tenants=50, forks=())
    with pytest.raises(ValueError, match="no figures"):
        page.of_fleet(PAGE.read_text(), Figures())
