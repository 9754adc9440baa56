# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures as a person reads them in a terminal: each beside its floor, and beside what was committed. Pure."""

from __future__ import annotations

import typing as t

from bench.figures import COUNTED, Count, Figures, Peer, Time, change, find
from bench.forms import AIM, CONFIRM, FORKS, LIMIT, MEMORY_LIMIT

Row = t.Sequence[str]


def table(heads: Row, rows: t.Iterable[Row]) -> str:
    """Columns that are as wide as what is in them; the first is aligned left."""
    lines = [list(heads), *(list(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    return "\n".join("  ".join([line[0].ljust(widths[0]), *(map(str.rjust, line[1:], widths[1:]))]).rstrip() for line in lines)


def counts(found: t.Sequence[Count], committed: t.Sequence[Count]) -> str:
    """What was counted, each with how much more or less it is than what was committed."""
    before = {item.key: item for item in committed}

    def cell(item: Count, name: str) -> str:
        now, old = getattr(item, name), before.get(item.key)
        if old is None:
            return f"{now} new"
        more = now - getattr(old, name)
        return f"{now} {more:+d}" if more else str(now)

    rows = [(item.run, str(item.tenants), *(cell(item, name) for name in COUNTED)) for item in found]
    return table(("run", "tenants", *(name.replace("_", " ") for name in COUNTED)), rows)


def times(found: t.Sequence[Time], committed: t.Sequence[Time]) -> str:
    """What was measured, and how its ratios to the floor changed."""
    before = {item.key: item for item in committed}
    rows = []
    for item in found:
        old = before.get(item.key)
        rows.append(
            (
                item.run,
                str(item.tenants),
                str(item.forks),
                str(item.latency_ms),
                f"{item.cpu:.1f}",
                f"{item.floor_cpu:.1f}",
                f"{item.cpu_ratio:.2f}",
                change(item.cpu_ratio, old and old.cpu_ratio),
                f"{item.wall:.1f}",
                f"{item.floor_wall:.1f}",
                f"{item.wall_ratio:.2f}",
                change(item.wall_ratio, old and old.wall_ratio),
                str(item.memory_mb or ""),
            )
        )
    heads = ("run", "tenants", "forks", "ms late", "CPU s", "floor", "ratio", "change", "wall s", "floor", "ratio", "change", "MB")
    return table(heads, rows)


def limits(found: t.Sequence[Time], tenants: int, most: int) -> list[str]:
    """What confirming is held against, as sentences; of C(most) tenants none may cost more than one of C(tenants)."""
    said = []
    for item in found:
        if (item.run, item.tenants, item.latency_ms) == (CONFIRM, tenants, 0):
            kept = "reaches the aim" if item.cpu_ratio <= AIM else "keeps the limit" if item.cpu_ratio <= LIMIT else "IS ABOVE THE LIMIT"
            said.append(f"Confirming {tenants} tenants with {item.forks} forks costs {item.cpu_ratio:.2f} floors of CPU: {kept} ({LIMIT}, aim {AIM}).")
    few, many = find(found, CONFIRM, tenants, FORKS), find(found, CONFIRM, most, FORKS)
    if few and many:
        kept = "not more" if many.cpu_ms <= few.cpu_ms else "MORE"
        said.append(f"One of {most} tenants costs {many.cpu_ms:.0f} ms of CPU, one of {tenants} {few.cpu_ms:.0f} ms: {kept}.")
    for item in found:
        if item.run == CONFIRM and item.tenants == most and item.memory_mb:
            kept = "keeps the limit" if item.memory_mb <= MEMORY_LIMIT else "IS ABOVE THE LIMIT"
            said.append(f"Confirming {most} tenants takes {item.memory_mb} MB at most: {kept} ({MEMORY_LIMIT} MB).")
    return said


def peers(found: t.Sequence[Peer], committed: t.Sequence[Peer]) -> str:
    """One tenant, by several clients."""
    before = {(item.client, item.run): item for item in committed}
    rows = []
    for item in found:
        old = before.get((item.client, item.run))
        rows.append(
            (
                f"{item.client}, {item.run}",
                str(item.requests),
                str(item.to_entra),
                str(item.processes),
                f"{item.cpu:.2f}",
                f"{item.cpu / item.floor_cpu:.2f}",
                change(item.cpu / item.floor_cpu, old and old.cpu / old.floor_cpu),
                f"{item.wall:.2f}",
                f"{item.wall / item.floor_wall:.2f}",
                change(item.wall / item.floor_wall, old and old.wall / old.floor_wall),
            )
        )
    return table(("client", "requests", "to Entra", "processes", "CPU s", "ratio", "change", "wall s", "ratio", "change"), rows)


def first_part(found: Figures, committed: Figures, grew: t.Sequence[str]) -> str:
    """What C(make bench) prints first: counts, and which of them grew."""
    title = f"Counted, whole runs with {FORKS} forks, and the difference to the committed figures:"
    return "\n".join([f"\n{title}\n", counts(found.counts, committed.counts), *(["\nMore than what was committed:", *grew] if grew else [])])


def second_part(found: Figures, committed: Figures, tenants: int, most: int) -> str:
    """What it prints after that: times, and what they are held against."""
    title = "Measured, beside a floor of the same run, and the change of the ratio since the committed figures:"
    return "\n".join([f"\n{title}\n", times(found.times, committed.times), "", *limits(found.times, tenants, most)])


def fleet_part(found: Figures, committed: Figures) -> str:
    """What it prints of four connectors in each tenant."""
    rows = [
        (
            item.run,
            *(str(n) for n in (item.tenants, item.begun, item.failed, item.left)),
            f"{item.wall:.1f}",
            f"{item.resumed_wall:.1f}",
            str(item.resumed_requests),
        )
        for item in found.stops
    ]
    stops = table(("rollout", "tenants", "begun", "failed", "left", "wall s", "resumed: s", "requests"), rows)
    return "\n".join(["\nFour connectors, beside a floor of the same run:\n", times(found.fleet, committed.fleet), "\nRollouts that end early:\n", stops])
