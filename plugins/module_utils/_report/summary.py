# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What people ask of a report: did it work, what is to do first, what ends when, who has to do what. Pure."""

from __future__ import annotations

import collections
import dataclasses
import enum
import typing as t

from .model import ConnectorRow, Report, State, TenantRow, WhyFailed, WorkItem, WorkKind


class Level(enum.StrEnum):
    """How a status stands: what is not known to be good never is."""

    GOOD = "good"
    WAITS = "waits"
    BAD = "bad"
    NONE = "none"


_GOOD = frozenset({"connected", "configured", "absent"})
_BAD = frozenset({"failed", "blocked", "not_proven", "not_absent", "not_restored"})
_OF_STATE = {State.OK: Level.GOOD, State.FAILED: Level.BAD, State.UNREACHABLE: Level.BAD, State.NOTHING_CHOSEN: Level.NONE}
# From the first thing to do to the last.
_ORDER = (State.FAILED, State.UNREACHABLE, State.UNFINISHED, State.NOT_BEGUN, State.HELD, State.NOTHING_CHOSEN, State.OK)
STATE_WORDS = {
    State.OK: "done",
    State.FAILED: "failed",
    State.UNREACHABLE: "unreachable",
    State.HELD: "held",
    State.NOTHING_CHOSEN: "nothing chosen",
    State.NOT_BEGUN: "not begun",
    State.UNFINISHED: "not finished",
}
WORK_WORDS = {WorkKind.CONSENT: "Consent", WorkKind.SIGN_IN: "Sign in", WorkKind.TYPE_IN: "Type in", WorkKind.OTHER: "Other work"}


@dataclasses.dataclass(frozen=True)
class Place:
    """A tenant, and the connector if one is known."""

    tenant: str
    connector: str = ""

    def __str__(self) -> str:
        return f"{self.tenant} ({self.connector})" if self.connector else self.tenant


@dataclasses.dataclass(frozen=True)
class CauseGroup:
    """One cause, and where it was met. The sentence, advice and request id are those of the first place."""

    why: WhyFailed
    places: tuple[Place, ...]
    unreachable: bool = False


@dataclasses.dataclass(frozen=True)
class Ending:
    """A credential that ends."""

    place: Place
    row: ConnectorRow


@dataclasses.dataclass(frozen=True)
class OpenWork:
    """Something for a person."""

    place: Place
    work: WorkItem


def level_of(row: ConnectorRow) -> Level:
    """How a connector stands."""
    if row.failure or row.status in _BAD:
        return Level.BAD
    return Level.GOOD if row.status in _GOOD else Level.WAITS if row.status else Level.NONE


def level_of_tenant(tenant: TenantRow) -> Level:
    """How a tenant stands: as its worst connector, where it was worked on to the end."""
    own = _OF_STATE.get(tenant.state, Level.WAITS)
    if own is not Level.GOOD:
        return own
    levels = {level_of(row) for row in tenant.connectors}
    return next(level for level in (Level.BAD, Level.WAITS, Level.GOOD) if level in levels or level is Level.GOOD)


def waits(tenant: TenantRow) -> bool:
    """Whether a person has to do something in it, or something that is not good stays."""
    return any(row.to_do or level_of(row) is Level.WAITS for row in tenant.connectors)


def columns(report: Report) -> list[str]:
    """The connectors of all tenants, by name."""
    return sorted({row.connector for tenant in report.tenants for row in tenant.connectors if row.connector})


def states(report: Report) -> dict[State, int]:
    """How many tenants are in which state, what matters most first."""
    found = collections.Counter(tenant.state for tenant in report.tenants)
    return {state: found[state] for state in _ORDER if found[state]}


def order_of(state: State) -> int:
    """What matters most is 0."""
    return _ORDER.index(state)


def failures_of(tenant: TenantRow) -> list[tuple[str, WhyFailed]]:
    """Why a tenant failed, and its connectors, each once."""
    found = [(row.connector, row.failure) for row in tenant.connectors if row.failure]
    if tenant.failure and (not found or tenant.failure.sentence not in {why.sentence for _connector, why in found}):
        found.insert(0, (tenant.failure.connector, tenant.failure))
    return found if tenant.state in (State.FAILED, State.UNREACHABLE, State.UNFINISHED) else []


def causes(report: Report) -> list[CauseGroup]:
    """Why tenants failed, what most of them have in common first: a code where there is one, else the sentence."""
    groups: dict[tuple[str, bool], list[tuple[Place, WhyFailed]]] = {}
    for tenant in report.tenants:
        for connector, why in failures_of(tenant):
            key = (why.code or why.sentence, tenant.state is State.UNREACHABLE)
            groups.setdefault(key, []).append((Place(tenant.name, connector), why))
    found = [CauseGroup(many[0][1], tuple(place for place, _why in many), key[1]) for key, many in groups.items()]
    return sorted(found, key=lambda cause: -len(cause.places))


def endings(report: Report) -> list[Ending]:
    """All credentials that end, the first one first."""
    found = [Ending(Place(tenant.name, row.connector), row) for tenant in report.tenants for row in tenant.connectors if row.end]
    return sorted(found, key=lambda ending: (ending.row.end, ending.place.tenant, ending.place.connector))


def soon(found: t.Iterable[Ending], days: int) -> list[Ending]:
    """Those that end within so many days, or have ended."""
    return [ending for ending in found if ending.row.days_left is not None and ending.row.days_left <= days]


def tasks(report: Report) -> list[OpenWork]:
    """What is left for people, by what they have to do."""
    kinds = list(WorkKind)
    found = [OpenWork(Place(tenant.name, row.connector), work) for tenant in report.tenants for row in tenant.connectors for work in row.to_do]
    return sorted(found, key=lambda task: kinds.index(task.work.kind))


def verdict(report: Report, days: int) -> list[str]:
    """Whether it worked, in a few sentences: what failed, stopped runs and lost waves, what waits, what ends."""
    found, number = states(report), len(report.tenants)
    if not number:
        return ["No tenant is in this report."]
    parts = [f"{count} {STATE_WORDS[state]}" for state, count in found.items()]
    check = " Nothing was changed: it was a run in check mode." if any(run.check_mode for run in report.runs) else ""
    lines = [f"{_tenants(number)}: {', '.join(parts)}.{check}", *(run.stopped.sentence for run in report.runs if run.stopped), *lost_waves(report)]
    if any(not run.finished for run in report.runs):
        lines.append("A run has not ended, or was ended from outside: what it was at is not known.")
    waiting = sum(waits(tenant) for tenant in report.tenants)
    if waiting:
        lines.append(f"{_tenants(waiting)} {'waits' if waiting == 1 else 'wait'} for people.")
    ending = len(soon(endings(report), days))
    if ending:
        lines.append(f"{ending} credential{' ends' if ending == 1 else 's end'} within {days} days.")
    return lines


def lost_waves(report: Report) -> list[str]:
    """Waves of which no tenant was left: Ansible ends a run then, and says nothing of those that it never began."""
    lines = []
    for run in report.runs:
        mine = [tenant for tenant in report.tenants if tenant.run == run.id]
        waves = sorted({tenant.wave for tenant in mine if tenant.wave is not None})
        left = sum(tenant.state is State.NOT_BEGUN for tenant in mine)
        for wave in waves:
            members = [tenant for tenant in mine if tenant.wave == wave]
            if all(tenant.state in (State.FAILED, State.UNREACHABLE) for tenant in members) and (len(waves) > 1 or left):
                whole = f"all {len(members)} tenants" if len(members) > 1 else "its only tenant"
                lines.append(f"Wave {wave}: {whole} failed{f', and {_tenants(left)} {_was(left)} not begun' if left else ''}.")
    return lines


def _tenants(number: int) -> str:
    return f"{number} tenant{'' if number == 1 else 's'}"


def _was(number: int) -> str:
    return "was" if number == 1 else "were"
