# SPDX-License-Identifier: GPL-3.0-or-later
"""The model of a report and its only stored form."""

from __future__ import annotations

import json

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.model import ConnectorRow, Report, RunRow, State, TenantRow, job_of
from support import reports, results

RUN = {"id": "a", "started": "s", "written": "w", "check_mode": False}


@pytest.mark.parametrize("report", [reports.small(), reports.fleet(60), reports.hostile()], ids=["small", "fleet", "hostile"])
def test_it_is_read_as_it_was_written_and_fits_its_schema(report):
    value = json.loads(json.dumps(report.to_json()))
    assert Report.from_json(value, "a.json") == report
    assert list(results.validator("rollout_report").iter_errors(value)) == []


def test_what_is_empty_is_left_out_and_zero_days_are_not_empty():
    row = ConnectorRow("workato", status="connected", end="2026-11-30", days_left=0)
    report = Report((RunRow("a", "s", "w"),), (TenantRow("contoso", State.OK, "a", connectors=(row,)),))
    assert report.to_json() == {
        "schema": 1,
        "runs": [RUN],
        "tenants": [
            {
                "name": "contoso",
                "state": "ok",
                "run": "a",
                "connectors": [{"connector": "workato", "status": "connected", "changed": False, "end": "2026-11-30", "days_left": 0}],
            }
        ],
    }


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([], "holds no report"),
        ({"runs": []}, "holds no report"),
        ({"schema": 2}, "has|with the schema 2"),
        ({"schema": 1, "runs": []}, "lacks tenants"),
        ({"schema": 1, "runs": {}, "tenants": []}, r"report\.runs is no list"),
        ({"schema": 1, "runs": [1], "tenants": []}, r"report\.runs\[0\] is no object"),
        ({"schema": 1, "runs": [{**RUN, "check_mode": "no"}], "tenants": []}, r"check_mode is no bool"),
        ({"schema": 1, "runs": [RUN], "tenants": [{"name": "a", "state": "fine", "run": "a"}]}, "'fine' is not a valid State"),
        ({"schema": 1, "runs": [RUN], "tenants": [{"name": "a", "state": "ok", "run": "a", "wave": True}]}, "wave is no int"),
    ],
)
def test_what_is_no_report_is_refused_with_the_file(value, said):
    with pytest.raises(OptionError, match=said) as caught:
        Report.from_json(value, "some.json")
    assert "some.json" in caught.value.message


def test_a_later_version_may_know_more():
    value = {"schema": 1, "runs": [{**RUN, "new": 1}], "tenants": [], "more": []}
    assert Report.from_json(value, "a").runs == (RunRow("a", "s", "w"),)


def test_which_run_a_row_comes_from():
    report = Report((RunRow("a", "s", "w"), RunRow("b", "s", "w", job="12")), (TenantRow("x", State.OK, "b"), TenantRow("y", State.OK, "lost")))
    assert [report.run_of(tenant).id for tenant in report.tenants] == ["b", "a"]
    assert [job_of(run) for run in report.runs] == ["run a", "job 12"]
