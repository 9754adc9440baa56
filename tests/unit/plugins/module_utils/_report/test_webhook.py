# SPDX-License-Identifier: GPL-3.0-or-later
"""What a webhook is told."""

from __future__ import annotations

import json

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.heard import Heard
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.webhook import message
from support.reports import ENDED, FAILURE, fleet, result, run_row, waiting

LATE = {"secret": {"end_date_time": "2027-05-28", "days_left": 179}}


def heard(**results):
    made = Heard(run_row(job="12", change="CHG1"))
    made.play(results, results)
    made.ours()
    for name, said in results.items():
        if said is not None:
            made.facts(name, {"x_result": said})
    return made


def ids(told):
    return [change["id"] for change in told["changes"]] if told else None


def test_everything_is_new_without_a_report_of_before():
    made = heard(
        contoso=result("x", **LATE),
        fabrikam=result("x", "blocked", **LATE),
        northwind=waiting("x", "northwind"),
        wingtip=result("x", secret={"end_date_time": "2026-12-10", "days_left": 10}),
        adatum=None,
        litware=None,
        tailspin=result("x", **LATE),
    )
    made.failed("adatum", {"msg": "It broke in https://secret.example.", "failure": {"code": "forbidden"}})
    made.lost("litware", {"msg": "No route."})
    made.facts("tailspin", {"rollout_failures": [{**FAILURE, "connector": "y"}]})
    told = message(made.report(ENDED, {"adatum"}), None, days=30)
    assert ids(told) == [
        "fabrikam:x:blocked",
        "northwind:x:waiting",
        "wingtip:x:ending:2026-12-10",
        "adatum:failed",
        "litware:unreachable",
        "tailspin:y:failed",
    ]
    assert told["changes"][2] == {
        "id": "wingtip:x:ending:2026-12-10",
        "what": "ending",
        "tenant": "wingtip",
        "tenant_id": "00000000-0000-4000-8000-000000000000",
        "connector": "x",
        "run": "a1b2c3d4e5f6",
        "status": "connected",
        "end": "2026-12-10",
        "days_left": 10,
    }
    assert told["changes"][3]["code"] == "forbidden" and told["tenants"] == {"failed": 2, "unreachable": 1, "ok": 4}
    assert told["runs"] == [{"id": "a1b2c3d4e5f6", "job": "12", "finished": ENDED, "change": "CHG1"}] and told["compared"] is False
    assert "https://" not in json.dumps(told) and "It broke" not in json.dumps(told)


@pytest.mark.parametrize(
    ("before", "now", "new"),
    [
        ("connected", "blocked", ["contoso:x:blocked"]),
        ("blocked", "blocked", None),
        ("blocked", "awaiting_consent", ["contoso:x:waiting"]),
        ("awaiting_consent", "connected", None),
    ],
)
def test_only_what_is_new_is_told(before, now, new):
    reports = [heard(contoso=result("x", status, **LATE)).report(ENDED, set()) for status in (before, now)]
    told = message(reports[1], reports[0], days=30)
    assert ids(told) == new and (told is None or told["compared"] is True)


def test_the_next_credential_of_a_connector_ends_anew():
    def ends(date, days):
        return heard(contoso=result("x", secret={"end_date_time": date, "days_left": days})).report(ENDED, set())

    assert message(ends("2026-12-10", 9), ends("2026-12-10", 10), days=30) is None
    assert ids(message(ends("2026-12-20", 20), ends("2026-12-10", 10), days=30)) == ["contoso:x:ending:2026-12-20"]
    assert message(ends("2027-12-20", 200), None, days=30) is None


def test_it_is_small_for_a_large_fleet():
    assert len(json.dumps(message(fleet(500), None, days=30))) < 70_000
