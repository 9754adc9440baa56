# SPDX-License-Identifier: GPL-3.0-or-later
"""What is counted and measured, in which order: each run beside its floor."""

from __future__ import annotations

import sys
import time

from bench.customers import Customers
from bench.figures import Count, Stop, Time, Took, beside, find
from bench.forms import CHANGE_FOUR, CONFIRM, CONFIRM_FOUR, CONNECT, CONNECT_FOUR, FLOOR_TASKS, FORKS, LATENCY, PREFLIGHT_FOUR, Form
from bench.load import Load
from bench.stopping import Stopping

ONE, FOUR, PREFLIGHT = "workspace365.yml", "rollout.yml", "preflight.yml"
STARTED = time.monotonic()


def say(text: str) -> None:
    """Progress, for a person who waits."""
    print(f"{time.monotonic() - STARTED:5.0f} s  {text}", file=sys.stderr, flush=True)


def counted(form: Form) -> list[Count]:
    """First connect and confirm, of one connector and of four."""
    found = []
    for tenants, everything, playbook, connect, confirm in (
        (form.counted, 0, ONE, CONNECT, CONFIRM),
        (form.counted_rollout, form.counted_rollout, FOUR, CONNECT_FOUR, CONFIRM_FOUR),
    ):
        say(f"counting {playbook}, {tenants} tenants")
        with Customers(tenants, everything) as customers:
            found += [customers.count(run, playbook, customers.names) for run in (connect, confirm)]
    return found


class Measuring:
    """All measurements of a form, with tenants that are connected once."""

    def __init__(self, form: Form, customers: Customers) -> None:
        self._form = form
        self._customers = customers
        self._names = customers.names
        self._floors: dict[tuple[int, int], Took] = {}
        self.times: list[Time] = []
        self.stops: list[Stop] = []

    def _floor(self, tenants: int, forks: int) -> Took:
        """The floor of a run that is measured once."""
        if (tenants, forks) not in self._floors:
            say(f"floor, {tenants} tenants, {forks} forks")
            self._floors[tenants, forks] = self._customers.floor(self._names[:tenants], forks, FLOOR_TASKS)
        return self._floors[tenants, forks]

    def one(self) -> None:
        """Workspace 365 alone, in an order in which each finds what it needs."""
        self.connect()
        self.ratio()
        self.confirm()
        self.late()
        self.forks()

    def connect(self) -> None:
        """Connect all tenants, one group after the other."""
        begin = 0
        for tenants in self._form.connect:
            say(f"first connect, {tenants} tenants")
            took = self._customers.time(ONE, self._names[begin : begin + tenants])
            begin += tenants
            self._note(CONNECT, tenants, took)

    def ratio(self) -> None:
        """Confirm and floor in turn, each pair the other way round than the one before."""
        form = self._form
        names = self._names[: form.ratio_tenants]
        for forks in form.ratio_forks:
            pairs = []
            for number in range(form.pairs):
                say(f"pair {number + 1} of {form.pairs}: confirm and floor, {len(names)} tenants, {forks} forks")
                floor = self._customers.floor(names, forks, FLOOR_TASKS) if number % 2 else None
                took = self._customers.confirm(ONE, names, forks)
                requests = self._customers.requests()
                pairs.append((took, floor or self._customers.floor(names, forks, FLOOR_TASKS)))
            self._floors[len(names), forks] = sorted((floor for _took, floor in pairs), key=lambda floor: floor.cpu)[len(pairs) // 2]
            self.times.append(beside(CONFIRM, len(names), pairs, forks=forks, latency=0.0, requests=requests))

    def confirm(self) -> None:
        """Confirm few tenants and many."""
        for tenants in self._form.confirm:
            say(f"confirm, {tenants} tenants")
            took = self._customers.confirm(ONE, self._names[:tenants])
            self._note(CONFIRM, tenants, took)

    def late(self) -> None:
        """Confirm while every answer is late, and look at the memory meanwhile."""
        for tenants in self._form.late:
            say(f"confirm with latency, {tenants} tenants")
            took = self._customers.confirm(ONE, self._names[:tenants], latency=LATENCY, memory=True)
            self._note(CONFIRM, tenants, took, latency=LATENCY)

    def forks(self) -> None:
        """Confirm with few forks and with many."""
        names = self._names[: self._form.forks_tenants]
        for forks in self._form.forks:
            for latency in (0.0, LATENCY):
                if find(self.times, CONFIRM, len(names), forks, round(1000 * latency)):
                    continue  # it was measured for something else
                say(f"confirm, {len(names)} tenants, {forks} forks, {latency:g} s latency")
                took = self._customers.confirm(ONE, names, forks, latency=latency, memory=bool(latency))
                self._note(CONFIRM, len(names), took, forks=forks, latency=latency)

    def fleet(self) -> None:
        """Four connectors that are connected: what a rollout does for many tenants while every answer is late, and one that ends early."""
        for tenants in self._form.fleet:
            names = self._names[:tenants]
            for run, playbook in ((PREFLIGHT_FOUR, PREFLIGHT), (CONFIRM_FOUR, FOUR)):
                say(f"{run}, {tenants} tenants")
                self._note(run, tenants, self._customers.confirm(playbook, names, latency=LATENCY, memory=True), latency=LATENCY)
            say(f"{CHANGE_FOUR}, {tenants} tenants")
            self._customers.take_away_redirect_uris(names)
            self._note(CHANGE_FOUR, tenants, self._customers.change(FOUR, names, latency=LATENCY), latency=LATENCY)

        stopping = Stopping(self._customers, self._names[: max(self._form.fleet)])
        for measured in (stopping.waves, stopping.mass, stopping.killed):
            say(f"a rollout that ends early: {measured.__name__}")
            self.stops.append(measured())
            say(str(self.stops[-1]))

    def _note(self, run: str, tenants: int, took: Took, *, forks: int = FORKS, latency: float = 0.0) -> None:
        requests = self._customers.requests()
        self.times.append(beside(run, tenants, [(took, self._floor(tenants, forks))], forks=forks, latency=latency, requests=requests))
        say(f"  {took.cpu:.1f} s of CPU, {took.wall:.1f} s, {took.memory_mb} MB ({took.main_process_mb} MB in the main process), {requests} requests")


def one(form: Form) -> list[Time]:
    """CPU and wall of what a form measures of one connector."""
    say(f"starting an emulator with {form.tenants} tenants")
    with Customers(form.tenants) as customers:
        measuring = Measuring(form, customers)
        measuring.one()
        return measuring.times


def fleet(form: Form) -> tuple[list[Time], list[Stop], Load]:
    """The same of four connectors, and rollouts that end early; and how busy the machine was since all were connected."""
    most = max(form.fleet)
    say(f"starting an emulator with {most} tenants")
    with Customers(most, most) as customers:
        say(f"connecting {most} tenants")
        customers.time(FOUR, customers.names)
        load = Load()  # connecting is measured for no table
        measuring = Measuring(form, customers)
        measuring.fleet()
        return measuring.times, measuring.stops, load
