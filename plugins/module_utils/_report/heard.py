# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""From what is heard while a playbook runs to its report. Pure: it is told what happened, and when."""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from .model import ConnectorRow, HeldRow, Report, RunRow, State, StopRow, TenantRow, WhyFailed
from .taken import FAILED, Given, chosen_of, connector_of, hold_of, is_result, stop_of, tenant_of, why_failed, why_of

# The host of plays that do something once beside the tenants: no tenant, unless a connector was worked on there.
BESIDE = "localhost"


@dataclasses.dataclass
class HeardTenant:
    """What was heard of a host so far."""

    wave: int | None = None
    begun: bool = False
    refused: bool = False  # its turn came after the run had stopped; its tasks are skipped, and a task that is skipped is begun as well
    chosen: list[str] = dataclasses.field(default_factory=list)
    rows: dict[str, ConnectorRow] = dataclasses.field(default_factory=dict)  # by connector, the last one of each
    known: dict[str, str] = dataclasses.field(default_factory=dict)
    nothing_chosen: bool = False
    held: HeldRow | None = None
    lost: WhyFailed | None = None
    last: WhyFailed | None = None  # the last failure; one that was rescued may be none in the end
    noted: WhyFailed | None = None  # by the playbook, of the tenant as a whole
    failures: list[WhyFailed] = dataclasses.field(default_factory=list)  # by the playbook, of connectors that it went on from

    @property
    def done(self) -> bool:
        """Whether nothing more is expected of it, as far as that can be told while the run goes on."""
        told = {*self.rows, *(why.connector for why in self.failures)}
        return bool(self.nothing_chosen or self.held or self.lost or self.noted or (told and told >= {*self.chosen}))


class Heard:
    """All hosts that a run is for, in the order of the inventory."""

    def __init__(self, run: RunRow) -> None:
        self.run = run
        self.tenants: dict[str, HeardTenant] = {}
        self.wave = 0
        self.stopped: StopRow | None = None
        self.gone: set[str] = set()
        self._play: list[str] = []
        self._batch: list[str] = []

    def play(self, hosts: t.Iterable[str], batch: t.Iterable[str]) -> None:
        """A play begins, or the next batch of it. Its hosts count once a task of this collection is met in it."""
        self._play, self._batch = list(hosts), list(batch)

    def ours(self) -> None:
        """A task of this collection begins: the hosts of the play are tenants, and one of which nothing is heard was never begun."""
        for host in self._play:
            self.tenants.setdefault(host, HeardTenant())
        new = [host for host in self._batch if self.of(host).wave is None]
        if new and new != [BESIDE]:
            self.wave += 1
            for host in new:
                self.of(host).wave = self.wave
        self._play, self._batch = [], []

    def of(self, host: str) -> HeardTenant:
        """What is known of a host."""
        return self.tenants.setdefault(host, HeardTenant())

    def begun(self, host: str) -> None:
        """A task of this collection was begun on it."""
        self.of(host).begun = True

    def facts(self, host: str, facts: Given) -> None:
        """Take what roles and the playbook say of connectors from facts that a task set."""
        for name, value in facts.items():
            if name == "rollout_failures" and isinstance(value, list):
                self.of(host).failures = [why for part in value if (why := why_of(part))]
            elif is_result(name, value):
                row = connector_of(value)
                self.of(host).rows[row.connector] = row
                self.of(host).known.update(tenant_of(value))

    def look(self, host: str, said: Given) -> None:
        """The look at all connectors of a tenant: which it has, or that it chose none. The look of a role, which looks again alone, adds to that."""
        tenant = self.of(host)
        tenant.nothing_chosen = bool(said.get("nothing_chosen"))
        tenant.chosen = list(dict.fromkeys([*tenant.chosen, *chosen_of(said)]))

    def turn(self, host: str, said: Given) -> None:
        """Whether it is the tenant's turn."""
        self.of(host).held = hold_of(said)
        self.of(host).refused = said.get("begins") is False

    def breaker(self, said: Given) -> None:
        """Whether the run goes on."""
        self.stopped = stop_of(said) or self.stopped

    def verdict(self, host: str, said: Given, *, task: str) -> None:
        """What came of a tenant, where that is a failure. A connector that failed says why by itself; what else is wrong with one is no failure of its role."""
        if said.get("problems"):
            tenant = self.of(host)
            tenant.noted = next(iter(tenant.failures), None) or why_failed(said, task=task)

    def failed(self, host: str, said: Given, *, task: str = "", connector: str = "") -> None:
        """Why a task failed. Whether the host failed in the end is known at the end."""
        self.of(host).last = why_failed(said, task=task, connector=connector)

    def lost(self, host: str, said: Given, *, task: str = "") -> None:
        """Why a host could not be reached."""
        self.of(host).lost = why_failed(said, task=task)

    def report(self, now: str, failed: t.Collection[str] | None = None) -> Report:
        """All that is known. ``failed`` are the hosts that failed in the end; None while the run goes on."""
        over = failed is not None
        run = dataclasses.replace(self.run, written=now, finished=now if over else "", stopped=self.stopped)
        heard = {host: tenant for host, tenant in self.tenants.items() if host != BESIDE or tenant.rows or tenant.failures}
        lost = self.gone if failed is None else failed
        return Report((run,), tuple(self._row(host, tenant, host in lost, over) for host, tenant in heard.items()))

    def _row(self, host: str, tenant: HeardTenant, failed: bool, over: bool) -> TenantRow:
        why = tenant.lost or ((tenant.noted or tenant.last or WhyFailed("no message")) if failed or tenant.noted else None)
        if why is None and not over and not tenant.done:
            why = tenant.last
        rows = _with_failures(tenant, why if failed or tenant.noted else None)
        return TenantRow(
            name=host,
            state=_state(tenant, rows, failed=failed, over=over),
            run=self.run.id,
            wave=tenant.wave,
            held=tenant.held,
            failure=why,
            connectors=tuple(rows),
            **tenant.known,
        )


def _with_failures(tenant: HeardTenant, whole: WhyFailed | None) -> list[ConnectorRow]:
    """The rows of its connectors, with those that failed (``whole`` is why the tenant did) and those that were chosen and never heard of."""
    rows = dict(tenant.rows)
    for why in (*tenant.failures, *([whole] if whole and whole.connector else [])):
        told = rows.get(why.connector) or ConnectorRow(why.connector)
        rows[why.connector] = dataclasses.replace(told, status=FAILED, failure=why)
    for name in tenant.chosen:
        rows.setdefault(name, ConnectorRow(name))
    order = collections.defaultdict(lambda: len(tenant.chosen), {name: index for index, name in enumerate(tenant.chosen)})
    return sorted(rows.values(), key=lambda row: order[row.connector])


def _state(tenant: HeardTenant, rows: t.Sequence[ConnectorRow], *, failed: bool, over: bool) -> State:
    """One word. What is not known to be in order is never called so."""
    if tenant.lost:
        return State.UNREACHABLE
    if failed or tenant.noted or any(row.status == FAILED for row in rows):
        return State.FAILED
    if tenant.held:
        return State.HELD
    if tenant.nothing_chosen:
        return State.NOTHING_CHOSEN
    if rows and all(row.status for row in rows) and (over or tenant.done):
        return State.OK
    return State.UNFINISHED if (tenant.begun or rows) and not tenant.refused else State.NOT_BEGUN
