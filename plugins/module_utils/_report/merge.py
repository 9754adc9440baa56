# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Reports of several runs as one: slices of a job, and runs that were started again for what failed. Pure."""

from __future__ import annotations

import typing as t

from .model import Report, RunRow, TenantRow


def merged(reports: t.Sequence[Report]) -> Report:
    """Each tenant as the newest run knows it, whatever that says: a row that was never begun is not hidden by an older one that is in order.

    Tenants come in the order in which the runs began, and within a run in that of the inventory. Runs of which no row is left are left out.
    """
    runs: dict[str, RunRow] = {}
    rows: dict[str, tuple[str, TenantRow]] = {}
    for report in sorted(reports, key=lambda report: min(run.started for run in report.runs)):
        for run in report.runs:
            known = runs.get(run.id)
            if known is None or known.written < run.written:
                runs[run.id] = run
        for tenant in report.tenants:
            written = report.run_of(tenant).written
            if tenant.name not in rows or rows[tenant.name][0] < written:
                rows[tenant.name] = (written, tenant)
    tenants = tuple(tenant for _written, tenant in rows.values())
    used = {tenant.run for tenant in tenants}
    left = sorted((run for run in runs.values() if run.id in used), key=lambda run: (run.started, run.id))
    return Report(tuple(left or runs.values()), tenants)
