# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures of a benchmark: what was counted and measured, kept as JSON, and what became more since then. Pure but for the file."""

from __future__ import annotations

import dataclasses
import json
import statistics
import typing as t
from pathlib import Path

FILE = Path(__file__).resolve().parent / "figures.json"
COUNTED = ("requests", "host_tasks", "processes", "bytes_sent", "bytes_received")
# Bytes also tell the versions of Python and its packages (User-Agent) and the lengths of numbers.
BYTES_MAY_GROW = 0.01

Cell = t.Any


@dataclasses.dataclass(frozen=True)
class Count:
    """One run, counted: the same on every machine."""

    run: str
    tenants: int
    requests: int
    host_tasks: int
    processes: int
    bytes_sent: int
    bytes_received: int

    @property
    def key(self) -> tuple[Cell, ...]:
        """What makes it comparable with an earlier one."""
        return self.run, self.tenants


@dataclasses.dataclass(frozen=True)
class Time:
    """One run, measured beside a floor: in seconds, of CPU and of the clock. Of several pairs each is the median, and the ratios are as well."""

    run: str
    tenants: int
    forks: int
    latency_ms: int
    cpu: float
    wall: float
    floor_cpu: float
    floor_wall: float
    cpu_ratio: float
    wall_ratio: float
    requests: int
    memory_mb: int = 0  # 0: not looked at
    main_process_mb: int = 0  # what the process that is not a fork holds of its own

    @property
    def key(self) -> tuple[Cell, ...]:
        """What makes it comparable with an earlier one."""
        return self.run, self.tenants, self.forks, self.latency_ms

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of CPU for each tenant."""
        return 1000 * self.cpu / self.tenants

    @property
    def floor_ms(self) -> float:
        """The same of the floor."""
        return 1000 * self.floor_cpu / self.tenants


@dataclasses.dataclass(frozen=True)
class Stop:
    """A rollout that ended early, and the one that went on from its list. C(begun) counts tenants, those that failed among them."""

    run: str
    tenants: int
    begun: int
    failed: int
    left: int
    wall: float
    resumed_wall: float
    requests: int
    resumed_requests: int


@dataclasses.dataclass(frozen=True)
class Peer:
    """What one client did with one tenant."""

    client: str
    run: str
    requests: int
    to_entra: int
    processes: int
    cpu: float
    wall: float
    floor_cpu: float
    floor_wall: float


@dataclasses.dataclass(frozen=True)
class About:
    """Where figures come from."""

    form: str
    date: str
    cores: int
    versions: dict[str, str]
    others: int = 0  # per cent of the cores' time that other programs used meanwhile


@dataclasses.dataclass
class Figures:
    """All of them. A benchmark fills its own parts and leaves the others as they were."""

    about: About | None = None
    counts: list[Count] = dataclasses.field(default_factory=list)
    times: list[Time] = dataclasses.field(default_factory=list)
    fleet_about: About | None = None
    fleet: list[Time] = dataclasses.field(default_factory=list)
    stops: list[Stop] = dataclasses.field(default_factory=list)
    peers_about: About | None = None
    peers: list[Peer] = dataclasses.field(default_factory=list)

    @classmethod
    def load(cls, path: Path) -> Figures:
        """What was committed, or nothing."""
        data = json.loads(path.read_text()) if path.exists() else {}
        return cls(
            about=About(**data["about"]) if data.get("about") else None,
            counts=[Count(**item) for item in data.get("counts", ())],
            times=[Time(**item) for item in data.get("times", ())],
            fleet_about=About(**data["fleet_about"]) if data.get("fleet_about") else None,
            fleet=[Time(**item) for item in data.get("fleet", ())],
            stops=[Stop(**item) for item in data.get("stops", ())],
            peers_about=About(**data["peers_about"]) if data.get("peers_about") else None,
            peers=[Peer(**item) for item in data.get("peers", ())],
        )

    def save(self, path: Path) -> None:
        """Write them so that a change of one figure is a change of one line."""
        path.write_text(json.dumps(dataclasses.asdict(self), indent=1) + "\n")


@dataclasses.dataclass(frozen=True)
class Took:
    """What a tree of processes cost."""

    wall: float
    cpu: float
    memory_mb: int = 0
    main_process_mb: int = 0


def beside(run: str, tenants: int, pairs: t.Sequence[tuple[Took, Took]], *, forks: int, latency: float, requests: int) -> Time:
    """Runs and their floors as one figure: medians, and the median of the pairs' ratios. Raises ValueError without a pair."""
    if not pairs:
        raise ValueError(f"{run}: there is no pair to take a median of")

    def median(value: t.Callable[[Took, Took], float]) -> float:
        return round(statistics.median(value(*pair) for pair in pairs), 3)

    return Time(
        run=run,
        tenants=tenants,
        forks=forks,
        latency_ms=round(1000 * latency),
        cpu=median(lambda took, floor: took.cpu),
        wall=median(lambda took, floor: took.wall),
        floor_cpu=median(lambda took, floor: floor.cpu),
        floor_wall=median(lambda took, floor: floor.wall),
        cpu_ratio=median(lambda took, floor: took.cpu / floor.cpu),
        wall_ratio=median(lambda took, floor: took.wall / floor.wall),
        requests=requests,
        memory_mb=max(took.memory_mb for took, _floor in pairs),
        main_process_mb=max(took.main_process_mb for took, _floor in pairs),
    )


def may_be(name: str, committed: int) -> float:
    """How much a count may be before it has grown."""
    return committed * (1 + BYTES_MAY_GROW) if name.startswith("bytes") else committed


def growth(found: t.Iterable[Count], committed: t.Iterable[Count]) -> list[str]:
    """A sentence for each count that is more than it was. What was not counted before has not grown."""
    before = {item.key: item for item in committed}
    return [
        f"{item.run}, {item.tenants} tenants: {name.replace('_', ' ')} are {getattr(item, name)}, they were {getattr(old, name)}."
        for item in found
        if (old := before.get(item.key))
        for name in COUNTED
        if getattr(item, name) > may_be(name, getattr(old, name))
    ]


def change(now: float, before: float | None) -> str:
    """How a ratio changed, in per cent of what it was: C(+3 %), or C(new)."""
    return f"{100 * (now / before - 1):+.0f} %" if before else "new"


def find(times: t.Iterable[Time], run: str, tenants: int, forks: int, latency_ms: int = 0) -> Time | None:
    """One figure by its key."""
    return next((item for item in times if item.key == (run, tenants, forks, latency_ms)), None)


def enough_forks(times: t.Iterable[Time], within: float = 0.1) -> int:
    """The fewest forks with which a run took no longer than the fastest, or only so little longer. Raises ValueError when there is none."""
    rows = list(times)
    best = min(item.wall for item in rows)
    return min(item.forks for item in rows if item.wall <= best * (1 + within))
