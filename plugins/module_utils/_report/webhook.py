# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What a webhook is told: what is new since the last report. Pure.

Ids are the same in every run, so that the other side can tell what it knows already. Nothing in it is a sentence of a service, an address or a secret.
"""

from __future__ import annotations

import typing as t

from .model import ConnectorRow, Json, Report, RunRow, State, TenantRow
from .summary import states

SCHEMA = 1
_WAITING = frozenset(
    {"awaiting_consent", "consent_not_assessed", "ready_for_authorization", "not_connected", "awaiting_role", "awaiting_role_removal", "not_proven"}
)


def message(report: Report, before: Report | None, *, days: int) -> Json | None:
    """The message: what is blocked, waits, failed or ends within ``days`` and was not so ``before``; without a report of before all of it. None for nothing."""
    known = {found["id"] for found in _all(before, days)} if before else set()
    new = [found for found in _all(report, days) if found["id"] not in known]
    if not new:
        return None
    counts = {state.value: number for state, number in states(report).items()}
    return {"schema": SCHEMA, "runs": [_run(run) for run in report.runs], "compared": before is not None, "tenants": counts, "changes": new}


def _run(run: RunRow) -> Json:
    found = {"id": run.id, "job": run.job, "finished": run.finished, "change": run.change}
    return {name: value for name, value in found.items() if value}


def _all(report: Report, days: int) -> list[Json]:
    return [found for tenant in report.tenants for found in _of_tenant(tenant, days)]


def _of_tenant(tenant: TenantRow, days: int) -> t.Iterator[Json]:
    failed = [row for row in tenant.connectors if row.failure]
    if tenant.state in (State.FAILED, State.UNREACHABLE) and not failed:
        yield _change(tenant, "failed" if tenant.state is State.FAILED else "unreachable", code=tenant.failure.code if tenant.failure else "")
    for row in tenant.connectors:
        if row.failure:
            yield _change(tenant, "failed", row, code=row.failure.code)
        elif row.status == "blocked":
            yield _change(tenant, "blocked", row)
        elif row.status in _WAITING:
            yield _change(tenant, "waiting", row)
        if row.end and row.days_left is not None and row.days_left <= days:
            yield _change(tenant, "ending", row, end=row.end, days_left=row.days_left)


def _change(tenant: TenantRow, what: str, row: ConnectorRow | None = None, **more: t.Any) -> Json:
    """One change. Its id has the end of a credential, so that the next credential of the connector is another one."""
    connector = row.connector if row else ""
    parts = [tenant.name, *([connector] if connector else []), what, *([str(more["end"])] if "end" in more else [])]
    found = {"id": ":".join(parts), "what": what, "tenant": tenant.name, "tenant_id": tenant.tenant_id, "connector": connector, "run": tenant.run}
    found |= {"status": row.status if row else "", **more}
    return {name: value for name, value in found.items() if value != ""}
