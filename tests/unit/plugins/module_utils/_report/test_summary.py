# SPDX-License-Identifier: GPL-3.0-or-later
"""What people ask of a report."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._report import summary
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.heard import Heard
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.model import ConnectorRow, Report, RunRow, State, TenantRow, WhyFailed
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.summary import Level
from support.reports import fleet, result, run_row, small

RUN = RunRow("a", "s", "w", finished="f")


def tenant(name="contoso", state=State.OK, **more):
    return TenantRow(name, state, "a", **more)


@pytest.mark.parametrize(
    ("row", "level"),
    [
        (ConnectorRow("x", "connected"), Level.GOOD),
        (ConnectorRow("x", "awaiting_consent"), Level.WAITS),
        (ConnectorRow("x", "a status of tomorrow"), Level.WAITS),
        (ConnectorRow("x", "blocked"), Level.BAD),
        (ConnectorRow("x", "connected", failure=WhyFailed("s")), Level.BAD),
        (ConnectorRow("x"), Level.NONE),
    ],
)
def test_how_a_connector_stands(row, level):
    assert summary.level_of(row) == level


@pytest.mark.parametrize(
    ("state", "statuses", "level"),
    [
        (State.OK, ["connected"], Level.GOOD),
        (State.OK, ["connected", "awaiting_consent"], Level.WAITS),
        (State.OK, ["blocked", "awaiting_consent"], Level.BAD),
        (State.FAILED, ["connected"], Level.BAD),
        (State.UNREACHABLE, [], Level.BAD),
        (State.HELD, [], Level.WAITS),
        (State.NOT_BEGUN, [], Level.WAITS),
        (State.UNFINISHED, ["connected"], Level.WAITS),
        (State.NOTHING_CHOSEN, [], Level.NONE),
    ],
)
def test_how_a_tenant_stands(state, statuses, level):
    assert summary.level_of_tenant(tenant(state=state, connectors=tuple(ConnectorRow("x", status) for status in statuses))) == level


def test_what_failed_first_is_what_most_have_in_common():
    rows = (
        tenant("a", State.FAILED, failure=WhyFailed("Alone.")),
        tenant("b", State.FAILED, connectors=(ConnectorRow("x", "failed", failure=WhyFailed("Refused in b.", "forbidden")),)),
        tenant("c", State.FAILED, failure=WhyFailed("Refused in c.", "forbidden", connector="x")),
        tenant("d", State.UNREACHABLE, failure=WhyFailed("Alone.")),
        tenant("e", State.OK, failure=WhyFailed("Never shown.")),
    )
    found = summary.causes(Report((RUN,), rows))
    assert [(cause.why.sentence, [str(place) for place in cause.places], cause.unreachable) for cause in found] == [
        ("Refused in b.", ["b (x)", "c (x)"], False),
        ("Alone.", ["a"], False),
        ("Alone.", ["d"], True),
    ]


def test_a_tenant_and_its_connector_with_the_same_sentence_failed_once():
    why = WhyFailed("Refused.", "forbidden", connector="x")
    row = tenant("a", State.FAILED, failure=why, connectors=(ConnectorRow("x", "failed", failure=why),))
    assert summary.failures_of(row) == [("x", why)]
    other = dataclasses.replace(row, failure=WhyFailed("Another one."))
    assert [why.sentence for _connector, why in summary.failures_of(other)] == ["Another one.", "Refused."]


def test_credentials_by_end():
    rows = (
        tenant("b", connectors=(ConnectorRow("x", end="2027-01-01", days_left=30), ConnectorRow("y", end="2026-01-01", days_left=-3))),
        tenant("a", connectors=(ConnectorRow("x", end="2027-01-01", days_left=31), ConnectorRow("z"), ConnectorRow("w", end="2028-01-01"))),
    )
    found = summary.endings(Report((RUN,), rows))
    assert [str(ending.place) for ending in found] == ["b (y)", "a (x)", "b (x)", "a (w)"]
    assert [str(ending.place) for ending in summary.soon(found, 30)] == ["b (y)", "b (x)"]


def test_work_by_what_has_to_be_done():
    names = ("a", "b")
    made = Heard(run_row())
    for name in names:
        made.facts(name, {"x_result": result("x", "blocked", to_do=["Other."]), "y_result": result("y", "awaiting_consent", to_do=["Consent."])})
    found = summary.tasks(made.report("now", set()))
    assert [(task.place.tenant, task.work.sentence) for task in found] == [("a", "Consent."), ("b", "Consent."), ("a", "Other."), ("b", "Other.")]


def test_columns_and_states():
    report = fleet(100)
    assert summary.columns(report) == ["helpdesk", "intranet", "payroll", "telephony"]
    assert list(summary.states(report).values()) == [4, 2, 5, 2, 2, 85]
    assert [summary.order_of(state) for state in summary.states(report)] == sorted(summary.order_of(state) for state in summary.states(report))


def test_the_verdict_of_a_small_run():
    assert summary.verdict(small(), 30) == [
        "3 tenants: 1 failed, 2 done.",
        "1 tenant waits for people.",
        "1 credential ends within 30 days.",
    ]
    assert summary.verdict(Report((RUN,), ()), 30) == ["No tenant is in this report."]


def test_the_verdict_says_what_stopped_and_what_never_ended():
    report = fleet(100)
    assert "The run was stopped: forbidden was met on 3 tenants or more." in summary.verdict(report, 30)
    open_run = dataclasses.replace(report, runs=(dataclasses.replace(report.runs[0], finished="", check_mode=True),))
    said = summary.verdict(open_run, 30)
    assert "Nothing was changed" in said[0] and any(line.startswith("A run has not ended") for line in said)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("a", State.FAILED, 1)], []),
        ([("a", State.FAILED, 1), ("b", State.OK, 1), ("c", State.NOT_BEGUN, None)], []),
        ([("a", State.FAILED, 1), ("b", State.NOT_BEGUN, None)], ["Wave 1: its only tenant failed, and 1 tenant was not begun."]),
        ([("a", State.OK, 1), ("b", State.FAILED, 2), ("c", State.UNREACHABLE, 2)], ["Wave 2: all 2 tenants failed."]),
        (
            [("a", State.OK, 1), ("b", State.FAILED, 2), ("c", State.FAILED, 2), ("d", State.NOT_BEGUN, None), ("e", State.NOT_BEGUN, None)],
            ["Wave 2: all 2 tenants failed, and 2 tenants were not begun."],
        ),
    ],
)
def test_a_wave_of_which_no_tenant_was_left_is_said(rows, said):
    assert summary.lost_waves(Report((RUN,), tuple(tenant(name, state, wave=wave) for name, state, wave in rows))) == said
