# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports of several runs as one."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.merge import merged
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.model import Report, RunRow, State, TenantRow
from support.reports import fleet, small


def report(run_id, written, started=None, **states):
    run = RunRow(run_id, started or written, written)
    return Report((run,), tuple(TenantRow(name, State(state), run_id) for name, state in states.items()))


def told(made):
    return {tenant.name: (tenant.state.value, tenant.run) for tenant in made.tenants}


def test_slices_are_put_together():
    made = merged([report("b", "10", started="02", contoso="ok"), report("a", "09", started="01", fabrikam="failed", northwind="ok")])
    assert told(made) == {"fabrikam": ("failed", "a"), "northwind": ("ok", "a"), "contoso": ("ok", "b")}
    assert list(told(made)) == ["fabrikam", "northwind", "contoso"] and [run.id for run in made.runs] == ["a", "b"]


@pytest.mark.parametrize("newest_first", [True, False])
def test_the_newest_row_counts(newest_first):
    reports = [report("old", "09", contoso="failed", fabrikam="ok", northwind="ok"), report("new", "10", contoso="ok", fabrikam="not_begun")]
    made = merged(reports[::-1] if newest_first else reports)
    assert told(made) == {"contoso": ("ok", "new"), "fabrikam": ("not_begun", "new"), "northwind": ("ok", "old")}


def test_a_run_of_which_nothing_is_left_is_left_out():
    made = merged([report("old", "09", contoso="failed"), report("new", "10", contoso="ok")])
    assert [run.id for run in made.runs] == ["new"]


def test_the_same_run_twice_is_one_run_at_its_newest():
    early = report("a", "09", started="01", contoso="unfinished", fabrikam="not_begun")
    late = report("a", "11", started="01", contoso="ok", fabrikam="ok")
    for reports in ([early, late], [late, early]):
        made = merged(reports)
        assert told(made) == {"contoso": ("ok", "a"), "fabrikam": ("ok", "a")} and [run.written for run in made.runs] == ["11"]


def test_what_was_merged_is_merged_again():
    first = merged([report("a", "09", contoso="failed"), report("b", "10", fabrikam="ok")])
    made = merged([first, report("c", "11", contoso="ok")])
    assert told(made) == {"contoso": ("ok", "c"), "fabrikam": ("ok", "b")}


def test_one_report_and_one_without_tenants_stay_as_they_are():
    assert merged([small()]) == small() and merged([fleet(60)]) == fleet(60)
    empty = dataclasses.replace(small(), tenants=())
    assert merged([empty]) == empty
