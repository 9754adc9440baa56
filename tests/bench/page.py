# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of docs/performance.md, each between two markers. Pure."""

from __future__ import annotations

import re
import typing as t

from bench.figures import About, Count, Figures, Peer, Stop, Time, enough_forks
from bench.forms import CONFIRM, CONNECT, FORKS, LATENCY

Row = t.Sequence[str]


def markdown(heads: Row, rows: t.Iterable[Row]) -> str:
    """A table."""
    return "\n".join("| " + " | ".join(line) + " |" for line in [heads, ["---", *["---:"] * (len(heads) - 1)], *rows])


def put(text: str, name: str, content: str) -> str:
    """The page with this content between the markers of that name. Raises ValueError when it does not have them once."""
    pattern = re.compile(rf"(<!-- bench: {name} -->\n).*?(<!-- bench: end of {name} -->)", re.DOTALL)
    made, count = pattern.subn(lambda match: f"{match[1]}{content}\n{match[2]}", text)
    if count != 1:
        raise ValueError(f"The page has {count} blocks '{name}', and not one.")
    return made


def about(found: About) -> str:
    """When, on what, with which versions."""
    versions = ", ".join(f"{name} {version}" for name, version in found.versions.items())
    form = "" if found.form == "full" else f", in the form `{found.form}` for machines in use, whose times are noisy"
    others = f" Other programs had {found.others} % of the time of the cores." if found.others else ""
    return f"Measured on {found.date} on {found.cores} cores with {versions}{form}.{others}"


def _each(value: int, tenants: int) -> str:
    return f"{value / tenants:.1f}".removesuffix(".0")


def counts(found: t.Iterable[Count]) -> str:
    """What each tenant costs, counted. A process that starts the others is one of them, so that these are of the whole run."""
    rows = [
        (
            f"{item.run}, {item.tenants} tenants",
            _each(item.requests, item.tenants),
            _each(item.host_tasks, item.tenants),
            _each(item.processes, item.tenants),
            f"{item.bytes_sent / item.tenants / 1000:.1f}",
            f"{item.bytes_received / item.tenants / 1000:.1f}",
        )
        for item in found
    ]
    return markdown(("For each tenant", "Requests", "Host-tasks", "Processes", "kB sent", "kB received"), rows)


def ratio(found: t.Iterable[Time], tenants: int) -> str:
    """Confirming against the floor."""
    rows = [
        (f"{item.forks} forks", f"{item.cpu:.1f}", f"{item.floor_cpu:.1f}", f"{item.cpu_ratio:.2f}", f"{item.wall:.1f}", f"{item.floor_wall:.1f}")
        for item in found
        if (item.run, item.tenants, item.latency_ms) == (CONFIRM, tenants, 0)
    ]
    heads = (f"{tenants} tenants", "CPU, seconds", "of the floor", "ratio", "Wall, seconds", "of the floor")
    return markdown(heads, rows)


def curve(found: t.Sequence[Time]) -> list[Time]:
    """The figures of the picture: all that were measured with the usual forks and without latency, of one connector."""
    return sorted((item for item in found if item.run in (CONNECT, CONFIRM) and item.forks == FORKS and not item.latency_ms), key=lambda item: item.tenants)


def per_tenant(found: t.Sequence[Time]) -> str:
    """The same as a table."""
    rows = []
    for tenants in sorted({item.tenants for item in curve(found)}):
        by_run = {item.run: item for item in curve(found) if item.tenants == tenants}
        first, again = by_run.get(CONNECT), by_run.get(CONFIRM)
        floor = again or first
        rows.append(
            (
                str(tenants),
                f"{first.cpu_ms:.0f}" if first else "",
                f"{again.cpu_ms:.0f}" if again else "",
                f"{floor.floor_ms:.0f}" if floor else "",
                _each(first.requests, tenants) if first else "",
                _each(again.requests, tenants) if again else "",
            )
        )
    heads = ("Tenants", "CPU of a first connect, ms", "CPU of a confirm, ms", "CPU of the floor, ms", "Requests of a first connect", "Requests of a confirm")
    return markdown(heads, rows)


def late(found: t.Iterable[Time], tenants: t.Collection[int] | None = None) -> str:
    """Runs while every answer is late, with the usual forks; with C(tenants) only those of so many."""
    rows = [
        (
            f"{item.run}, {item.tenants} tenants",
            f"{item.wall:.0f}",
            f"{item.floor_wall:.0f}",
            f"{item.cpu:.0f}",
            f"{item.memory_mb} ({item.main_process_mb})",
            _each(item.requests, item.tenants),
        )
        for item in found
        if item.latency_ms and item.forks == FORKS and (tenants is None or item.tenants in tenants)
    ]
    memory = "Memory, MB (main process)"
    return markdown(
        (f"Each answer {1000 * LATENCY:.0f} ms late, {FORKS} forks", "Wall, seconds", "of the floor", "CPU, seconds", memory, "Requests a tenant"), rows
    )


def stops(found: t.Iterable[Stop]) -> str:
    """Rollouts that ended early, and how they went on."""
    rows = [
        (
            item.run,
            str(item.tenants),
            str(item.begun),
            str(item.failed),
            str(item.left),
            f"{item.wall:.0f}",
            f"{item.resumed_wall:.0f}",
            _each(item.resumed_requests, item.left),
        )
        for item in found
    ]
    heads = ("Rollout", "Tenants", "Begun", "Failed", "Left", "Wall, seconds", "Wall of the resumed one", "its requests a tenant")
    return markdown(heads, rows)


def sweep(found: t.Iterable[Time], tenants: int, forks: t.Collection[int]) -> dict[int, dict[int, Time]]:
    """What was measured to choose forks: by forks and latency, only where both latencies were."""
    rows: dict[int, dict[int, Time]] = {}
    for item in found:
        if (item.run, item.tenants) == (CONFIRM, tenants) and item.forks in forks:
            rows.setdefault(item.forks, {})[item.latency_ms] = item
    return {number: rows[number] for number in sorted(rows) if len(rows[number]) > 1}


def forks_table(rows: t.Mapping[int, t.Mapping[int, Time]]) -> str:
    """How long it takes and what it needs with so many forks."""
    late = max((latency for row in rows.values() for latency in row), default=0)
    lines = [(str(number), f"{row[0].wall:.1f}", f"{row[late].wall:.1f}", f"{row[late].cpu:.1f}", str(row[late].memory_mb)) for number, row in rows.items()]
    return markdown(("Forks", "Wall without latency, seconds", f"Wall at {late} ms, seconds", f"CPU at {late} ms, seconds", f"Memory at {late} ms, MB"), lines)


def recommendation(rows: t.Mapping[int, t.Mapping[int, Time]], cores: int) -> str:
    """Which forks these measurements speak for. Raises ValueError for fewer than two numbers of forks."""
    if len(rows) < 2:
        raise ValueError("A choice of forks needs measurements with two numbers of them.")
    late = max(latency for row in rows.values() for latency in row)
    here, there = (enough_forks(row[latency] for row in rows.values()) for latency in (0, late))
    numbers = list(rows)
    fewest, most = rows[numbers[0]][late], rows[numbers[-1]][late]
    each = (most.memory_mb - fewest.memory_mb) / (most.forks - fewest.forks)
    choice = max(here, there)
    if here == there:
        enough = f"{choice} forks are enough, with answers that come at once and with answers that take {late} ms"
    else:
        enough = f"{here} forks are enough for answers that come at once, and {there} for answers that take {late} ms"
    return (
        f"Take `--forks {choice}` on {cores} cores: {enough}, since with more of them a run ends less than 10 % sooner.\n"
        f"Each further fork took {each:.0f} MB of memory. More cores bear as many times more forks; that was not measured."
    )


def peers(found: t.Iterable[Peer]) -> str:
    """One tenant, by several clients."""
    rows = [
        (
            item.client,
            item.run,
            f"{item.requests}" + (f" ({item.to_entra})" if item.to_entra != item.requests else ""),
            str(item.processes),
            f"{item.cpu:.1f}",
            f"{item.wall:.1f}",
        )
        for item in found
    ]
    floor = next(iter(found), None)
    if floor:
        rows.append(("seven tasks that do nothing", "", "0", "", f"{floor.floor_cpu:.1f}", f"{floor.floor_wall:.1f}"))
    return markdown(("Client", "Run", "Requests (to Entra)", "Processes", "CPU, seconds", "Wall, seconds"), rows)


def of_one(text: str, found: Figures, *, ratio_tenants: int, late_tenants: t.Collection[int], forks_tenants: int, forks: t.Collection[int]) -> str:
    """The page with the tables of one connector. Raises ValueError where a marker is missing, or figures are."""
    if found.about is None:
        raise ValueError("There are no figures yet.")
    rows = sweep(found.times, forks_tenants, forks)
    for name, content in (
        ("about", about(found.about)),
        ("counts", counts(found.counts)),
        ("ratio", ratio(found.times, ratio_tenants)),
        ("tenants", per_tenant(found.times)),
        ("late", late(found.times, late_tenants)),
        ("forks", f"{forks_table(rows)}\n\n{recommendation(rows, found.about.cores)}"),
    ):
        text = put(text, name, content)
    return text


def of_fleet(text: str, found: Figures) -> str:
    """The page with the tables of many tenants with four connectors. Raises ValueError where a marker is missing, or figures are."""
    if found.fleet_about is None:
        raise ValueError("There are no figures yet.")
    for name, content in (
        ("about the fleet", about(found.fleet_about)),
        ("fleet", late(sorted(found.fleet, key=lambda item: (item.run, item.tenants)))),
        ("stops", stops(found.stops)),
    ):
        text = put(text, name, content)
    return text
