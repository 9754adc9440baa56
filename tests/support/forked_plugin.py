# SPDX-License-Identifier: GPL-3.0-or-later
"""Hooks of pytest for forked runs: turns them on, tries a test that failed with them again with the real command, and says at the end how many there were."""

from __future__ import annotations

import collections
import os
import typing as t

import pytest
from _pytest.runner import call_and_report  # the phases of a test, as pytest itself runs them

from support.forked_choice import ALL_REAL
from support.forked_runs import RUNS, can_fork
from support.playbooks import base_environment

ONLY_FORKED = "passes with the real command, fails forked"
KEEPS = "runs"  # the fixture that hands what a run left to later tests
_COUNTS = "runs_of_ansible_playbook"  # in what an xdist worker hands to the process that started it
_REASONS = 5  # that are shown


def pytest_configure(config: pytest.Config) -> None:
    """A hook for conftest.py."""
    config.pluginmanager.register(ForkedRuns(config), "forked_runs")


class ForkedRuns:
    """One for each test process."""

    def __init__(self, config: pytest.Config) -> None:
        self._shared: set[str] = set()  # fixtures for more than one test that ran something forked
        self._counts: collections.Counter[str] = collections.Counter()
        self._reasons: collections.Counter[str] = collections.Counter()
        if os.environ.get(ALL_REAL) != "1" and can_fork():
            RUNS.fork_from(base_environment())

    # A test that fails

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[t.Any]) -> t.Generator[None, t.Any, t.Any]:
        """Notice what the fixtures of modules and sessions do."""
        before = RUNS.forked
        try:
            return (yield)
        finally:
            if fixturedef.scope != "function" and RUNS.forked != before:
                self._shared.add(fixturedef.argname)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        """Run a test, and once more when it failed and something of it was forked."""
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        before = RUNS.forked
        reports = _to_the_call(item)
        used = RUNS.forked != before or self._has_shared(getattr(item, "fixturenames", ()))
        # Fixtures of all scopes are made again for another try.
        reports.append(_tear_down(item, None if used and _failed(reports) else nextitem))
        if used and (first := _failed(reports)):
            item._report_sections.clear()  # what the first try wrote
            with RUNS.forking(None):
                again = [*_to_the_call(item), _tear_down(item, None)]
            if _failed(again):
                reports = again
            else:
                _say(first[0])
        for report in reports:
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def _has_shared(self, fixtures: t.Collection[str]) -> bool:
        return bool(self._shared.intersection(fixtures)) or (RUNS.forked > 0 and KEEPS in fixtures)

    # The counts

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """End the server and hand on the counts."""
        RUNS.close()
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput[_COUNTS] = [RUNS.forked, RUNS.real, dict(RUNS.reasons)]
        else:
            self._add(RUNS.forked, RUNS.real, RUNS.reasons)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: t.Any) -> None:
        """Take the counts of a worker. One that died has none."""
        if counts := getattr(node, "workeroutput", {}).get(_COUNTS):
            self._add(*counts)

    def _add(self, forked: int, real: int, reasons: t.Mapping[str, int]) -> None:
        self._counts.update(forked=forked, real=real)
        self._reasons.update(reasons)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """One line."""
        if self._counts.total():
            terminalreporter.section("runs of ansible-playbook")
            terminalreporter.write_line(summary(self._counts["forked"], self._counts["real"], self._reasons))


def summary(forked: int, real: int, reasons: t.Mapping[str, int]) -> str:
    """How many runs were forked and how many real, and what kept the most from being forked."""
    most = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))[:_REASONS]
    because = "".join(f", {count} for {reason}" for reason, count in most)
    return f"{forked} forked, {real} with the real command{because}"


def _failed(reports: t.Iterable[pytest.TestReport]) -> list[pytest.TestReport]:
    return [report for report in reports if report.failed]


def _to_the_call(item: pytest.Item) -> list[pytest.TestReport]:
    if hasattr(item, "_request") and not item._request:
        item._initrequest()  # type: ignore[attr-defined]
    reports = [call_and_report(item, "setup", log=False)]
    if reports[0].passed:
        reports.append(call_and_report(item, "call", log=False))
    return reports


def _tear_down(item: pytest.Item, nextitem: pytest.Item | None) -> pytest.TestReport:
    """Fixtures that the next test needs as well stay."""
    stops = item.session.shouldfail or item.session.shouldstop
    report = call_and_report(item, "teardown", log=False, nextitem=None if stops else nextitem)
    item._request = item.funcargs = None  # type: ignore[attr-defined]
    return report


def _say(report: pytest.TestReport) -> None:
    """Put the difference in front of what the forked run failed with."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is not None and hasattr(report.longrepr, "addsection"):
        crash.message = f"{ONLY_FORKED}: {crash.message}"
        report.longrepr.addsection(ONLY_FORKED, f"{report.nodeid} {ONLY_FORKED}: the two ways of running ansible-playbook are not equal.")
    else:
        report.longrepr = f"{ONLY_FORKED}\n{report.longreprtext}"
