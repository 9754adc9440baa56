# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a run is, in one line."""

from __future__ import annotations

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._partial_run import JOB_VARIABLES
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.heard import Heard
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.progress import Progress, ProgressMode, clock, mode_of
from support.reports import FAILURE, fails, result, run_row

AUTO, LINE, PLAIN, NONE = ProgressMode.AUTO, ProgressMode.LINE, ProgressMode.PLAIN, ProgressMode.NONE
XTERM = {"TERM": "xterm"}


@pytest.mark.parametrize(
    ("asked", "environ", "terminal", "mode"),
    [
        (AUTO, XTERM, True, LINE),
        (AUTO, XTERM, False, PLAIN),
        (AUTO, {}, True, PLAIN),
        (AUTO, {"TERM": "dumb"}, True, PLAIN),
        (AUTO, {**XTERM, "CI": "true"}, True, PLAIN),
        (AUTO, {**XTERM, "JOB_ID": "7"}, True, PLAIN),
        (AUTO, {**XTERM, "AWX_PRIVATE_DATA_DIR": "/runner"}, True, PLAIN),
        (LINE, {"JOB_ID": "7"}, False, LINE),
        (NONE, XTERM, True, NONE),
    ],
)
def test_a_line_is_written_anew_only_where_a_person_sees_it(asked, environ, terminal, mode):
    assert mode_of(asked, environ, JOB_VARIABLES, terminal=terminal) == mode


@pytest.mark.parametrize(
    ("mode", "calls"),
    [
        (NONE, [(0, 1, False), (100, 2, False)]),
        (PLAIN, [(100, 1, True), (110, 1, False), (131, 1, True), (132, 2, True), (140, 2, False)]),
        (LINE, [(100.1, 1, False), (100.6, 1, True), (100.7, 2, False), (101.2, 2, True)]),
    ],
)
def test_when_a_line_is_due(mode, calls):
    progress = Progress(mode, started=100.0)
    for now, wave, due in calls:
        assert progress.due(now, wave) is due, now


def heard(number):
    names = [f"t{index}" for index in range(number)]
    made = Heard(run_row())
    made.play(names, names)
    made.ours()
    return made


def test_what_it_says():
    made, progress = heard(20), Progress(PLAIN, started=1000.0)
    assert progress.text(made, 1002.4) == "0 of 20 tenants, 0 failed, wave 1, 00:00:02"
    for index in range(4):
        made.facts(f"t{index}", {"x_result": result("x")})
    made.failed("t3", {"msg": "It was rescued."})
    assert progress.text(made, 1060.0) == "4 of 20 tenants, 0 failed, wave 1, 00:01:00"
    made.failed("t4", {"msg": "No."})
    made.lost("t5", {"msg": "No."})
    fails(made, "t6", FAILURE)
    made.facts("t7", {"rollout_failures": [FAILURE]})
    assert progress.text(made, 1008.0) == "8 of 20 tenants, 4 failed, wave 1, 00:00:08"
    assert progress.text(made, 1060.0) == "8 of 20 tenants, 4 failed, wave 1, 00:01:00, 8.0 a minute, 00:01:30 left"
    for index in range(8, 20):
        made.look(f"t{index}", {"nothing_chosen": True})
    assert progress.text(made, 1060.0) == "20 of 20 tenants, 4 failed, wave 1, 00:01:00, 20.0 a minute"


def test_before_any_wave():
    assert Progress(PLAIN, 0.0).text(Heard(run_row()), 0.0) == "0 of 0 tenants, 0 failed, 00:00:00"


@pytest.mark.parametrize(("seconds", "text"), [(0, "00:00:00"), (59.6, "00:01:00"), (3661, "01:01:01"), (360000, "100:00:00"), (-1, "00:00:00")])
def test_time(seconds, text):
    assert clock(seconds) == text
