# SPDX-License-Identifier: GPL-3.0-or-later
"""What C(make bench) prints: columns, differences to what was committed, and what is held against a limit."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from bench import report
from bench.figures import Count, Figures, Peer, Time
from bench.forms import CONFIRM, CONNECT

COUNT = Count(CONFIRM, 5, requests=20, host_tasks=15, processes=16, bytes_sent=10_000, bytes_received=50_000)


def time(run: str = CONFIRM, tenants: int = 100, forks: int = 10, latency_ms: int = 0, **more: t.Any) -> Time:
    """A figure of which only some values matter."""
    values = {"cpu": 20.0, "wall": 10.0, "floor_cpu": 10.0, "floor_wall": 8.0, "cpu_ratio": 2.0, "wall_ratio": 1.25, "requests": 400}
    return Time(run, tenants, forks, latency_ms, **{**values, **more})


def test_table() -> None:
    assert report.table(("run", "n"), [("long name", "1"), ("x", "100")]) == "run          n\nlong name    1\nx          100"
    assert report.table(("run", "n"), []) == "run  n"


@pytest.mark.parametrize(
    ("committed", "cells"),
    [
        ([COUNT], ["5", "20", "15", "16", "10000", "50000"]),
        ([], ["5", "20", "new", "15", "new", "16", "new", "10000", "new", "50000", "new"]),
        ([dataclasses.replace(COUNT, requests=19, processes=20)], ["5", "20", "+1", "15", "16", "-4", "10000", "50000"]),
    ],
)
def test_counts(committed: list[Count], cells: list[str]) -> None:
    head, line = report.counts([COUNT], committed).splitlines()
    assert head.split("  ")[0] == "run" and "bytes received" in head
    assert line.removeprefix(CONFIRM).split() == cells


@pytest.mark.parametrize(
    ("committed", "cpu", "wall"),
    [([], "new", "new"), ([time(cpu_ratio=1.6, wall_ratio=1.25)], "+25 %", "+0 %"), ([time(forks=2)], "new", "new"), ([time(wall_ratio=2.5)], "+0 %", "-50 %")],
)
def test_times(committed: list[Time], cpu: str, wall: str) -> None:
    line = report.times([time(memory_mb=312)], committed).splitlines()[1]
    assert line.split("  ")[0] == CONFIRM
    assert " ".join(line.removeprefix(CONFIRM).split()) == f"100 10 0 20.0 10.0 2.00 {cpu} 10.0 8.0 1.25 {wall} 312"


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([time(cpu_ratio=1.6)], ["Confirming 100 tenants with 10 forks costs 1.60 floors of CPU: reaches the aim (2.0, aim 1.6)."]),
        ([time(cpu_ratio=2.0, forks=2)], ["Confirming 100 tenants with 2 forks costs 2.00 floors of CPU: keeps the limit (2.0, aim 1.6)."]),
        ([time(cpu_ratio=2.01)], ["Confirming 100 tenants with 10 forks costs 2.01 floors of CPU: IS ABOVE THE LIMIT (2.0, aim 1.6)."]),
        ([time(latency_ms=100)], []),
        ([time(run=CONNECT)], []),
        ([time(tenants=500, memory_mb=700)], ["Confirming 500 tenants takes 700 MB at most: keeps the limit (700 MB)."]),
        ([time(tenants=500, memory_mb=701)], ["Confirming 500 tenants takes 701 MB at most: IS ABOVE THE LIMIT (700 MB)."]),
        ([time(tenants=100, latency_ms=100, memory_mb=900)], []),
    ],
)
def test_limits(found: list[Time], said: list[str]) -> None:
    assert report.limits(found, 100, 500) == said


@pytest.mark.parametrize(("cpu", "said"), [(100.0, "200 ms of CPU, one of 100 200 ms: not more."), (100.1, "200 ms of CPU, one of 100 200 ms: MORE.")])
def test_many_tenants_against_few(cpu: float, said: str) -> None:
    assert report.limits([time(), time(tenants=500, cpu=cpu)], 100, 500)[-1] == f"One of 500 tenants costs {said}"


def test_peers() -> None:
    peer = Peer("azure-cli", "confirm", 6, 5, 4, 3.0, 4.0, 1.0, 2.0)
    line = report.peers([peer], [dataclasses.replace(peer, cpu=2.0)]).splitlines()[1]
    assert " ".join(line.removeprefix("azure-cli, confirm").split()) == "6 5 4 3.00 3.00 +50 % 4.00 2.00 +0 %"
    assert "new" in report.peers([peer], [])


def test_what_grew_stands_with_the_counts() -> None:
    found = Figures(counts=[COUNT])
    assert report.first_part(found, Figures(), []).rstrip().endswith("new")
    assert report.first_part(found, Figures(), ["Requests are more."]).endswith("More than what was committed:\nRequests are more.")


def test_times_stand_with_their_limits() -> None:
    text = report.second_part(Figures(times=[time()]), Figures(), 100, 500)
    assert text.index("CPU s") < text.index("floors of CPU")
