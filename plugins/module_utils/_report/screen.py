# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The lines at the end of a run: a table of tenants and connectors, what failed, what is left for people, what ends soon. Pure."""

from __future__ import annotations

import typing as t

from .._products.closing import one_line
from .model import ConnectorRow, Report, State, TenantRow, WhyFailed
from .summary import STATE_WORDS, Level, causes, endings, level_of, level_of_tenant, soon, tasks, verdict

_HEAD = ("tenant", "connector", "status", "credential", "change")
WHOLE = 40  # a table of more tenants has only those with something to tell
_NAMED = 10  # tenants of one cause that are named
_LONGEST = 50  # lines of a section


def lines(report: Report, *, days: int) -> list[str]:
    """The lines. ``days`` is how soon a credential ends to be named."""
    check_mode = any(run.check_mode for run in report.runs)
    whole = len(report.tenants) <= WHOLE
    told = [tenant for tenant in report.tenants if whole or level_of_tenant(tenant) is not Level.GOOD or any(_tells(row, days) for row in tenant.connectors)]
    rows = [row for tenant in told for row in _rows(tenant, check_mode, None if whole else days)]
    widths = [max(len(row[column]) for row in (_HEAD, *rows)) for column in range(len(_HEAD))]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in (_HEAD, *rows)]
    left = len(report.tenants) - len(told)
    rest = [f"{left} more are as they should be."] if left else []
    return [
        *table,
        *rest,
        *_section("Failed", _failed(report)),
        *_section("To do", (f"{task.place.tenant} {task.place.connector}: {task.work.sentence}" for task in tasks(report))),
        *_section(
            f"Ends within {days} days", (f"{ending.place.tenant} {ending.place.connector}: {_until(ending.row)}" for ending in soon(endings(report), days))
        ),
        *_section("In short", verdict(report, days)),
    ]


def _tells(row: ConnectorRow, days: int) -> bool:
    """Whether there is more to tell of a connector than that it is as it should be."""
    return bool(row.to_do) or level_of(row) is not Level.GOOD or (row.days_left is not None and row.days_left <= days)


def _rows(tenant: TenantRow, check_mode: bool, days: int | None) -> t.Iterator[tuple[str, ...]]:
    """The rows of a tenant; with ``days`` only those that tell something."""
    name, told = one_line(tenant.name), [row for row in tenant.connectors if row.status]
    for row in told:
        if days is None or _tells(row, days):
            change = ("would change" if check_mode else "changed") if row.changed else "no change"
            yield (name, one_line(row.connector), one_line(row.status), _until(row), change)
    failed = tenant.state is State.FAILED and not any(row.failure for row in told)
    if failed or not told or tenant.state in (State.UNREACHABLE, State.HELD, State.UNFINISHED):
        held = tenant.held
        more = f" until {held.until}" if held and held.until else ""
        yield (name, "", one_line(f"{STATE_WORDS[tenant.state]}{more}"), "", one_line(held.reason) if held else "")


def _until(row: ConnectorRow) -> str:
    if not row.end:
        return ""
    days = row.days_left
    left = "" if days is None else f" ({days} day{'' if days == 1 else 's'})" if days >= 0 else " (it has ended)"
    return one_line(f"{row.credential} until {row.end}{left}")


def _failed(report: Report) -> t.Iterator[str]:
    """What most tenants have in common first; one sentence for many tenants says which ones."""
    for cause in causes(report):
        named = ", ".join(str(place) for place in cause.places[:_NAMED])
        more = f" and {len(cause.places) - _NAMED} more" if len(cause.places) > _NAMED else ""
        yield f"{named}{more}: {sentence_of(cause.why)}"


def sentence_of(why: WhyFailed) -> str:
    """The sentence, the advice and the id by which the service finds the request."""
    known = f"(request {why.request_id})" if why.request_id and why.request_id not in why.sentence else ""
    return " ".join(part for part in (why.sentence, known, why.advice) if part)


def _section(title: str, found: t.Iterable[str]) -> list[str]:
    said = [one_line(line) for line in found]
    more = [f"  and {len(said) - _LONGEST} more"] if len(said) > _LONGEST else []
    return ["", f"{title}:", *(f"  {line}" for line in said[:_LONGEST]), *more] if said else []
