# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the callback C(rollout_report) does with what it hears: one report, written after every wave and shown at the end.

A report never breaks or delays a rollout: whatever goes wrong with it is one warning, and the run goes on.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import functools
import time
import typing as t

from ..module_utils._clock import format_time, or_machine_time
from ..module_utils._errors import OptionError
from ..module_utils._report.files import read_text, write_whole
from ..module_utils._report.heard import Heard
from ..module_utils._report.merge import merged
from ..module_utils._report.model import Report, RunRow
from ..module_utils._report.outputs import Wanted, as_lines, files, read_all
from ..module_utils._report.progress import Progress, ProgressMode
from ..module_utils._report.screen import lines
from ..module_utils._report.webhook import message
from ._report_line import TerminalLine
from ._report_webhook import send

COLLECTION = "tenantkit.connectors."
TURN, WAVE, VERDICT, LOOK = (f"{COLLECTION}{name}" for name in ("rollout_turn", "rollout_wave", "rollout_verdict", "connector_look"))
# Tasks that begin nothing on a tenant, and those of which a run may consist that has nothing to report here: a preflight reports by itself.
BEGINS_NOTHING = frozenset({TURN, WAVE, VERDICT})
NOT_OURS = frozenset({TURN, f"{COLLECTION}report_merge", f"{COLLECTION}connector_preflight"})
_SHARED_ROLE = "entra_connector"

P = t.ParamSpec("P")


class Screen(t.Protocol):
    """What is used of Ansible's display."""

    def display(self, msg: str) -> None:
        """Print a line."""

    def banner(self, msg: str) -> None:
        """Print a heading."""

    def warning(self, msg: str) -> None:
        """Print a warning."""


@dataclasses.dataclass(frozen=True)
class ReportOptions:
    """The options of the callback."""

    wanted: Wanted = dataclasses.field(default_factory=Wanted)
    print_json: bool = False
    days: int = 30
    progress: ProgressMode = ProgressMode.NONE
    webhook: str = dataclasses.field(default="", repr=False)  # its address may be a secret


def harmless(method: t.Callable[P, None]) -> t.Callable[P, None]:
    """The method, whose failure is one warning of ours and never one of the run."""

    @functools.wraps(method)
    def guarded(*args: P.args, **more: P.kwargs) -> None:
        owner = t.cast("ReportRun", args[0])
        try:
            method(*args, **more)
        except Exception as error:
            owner.trouble(f"The report of this run is not complete ({type(error).__name__}: {error}). The run itself is not touched by that.")

    return guarded


class ReportRun:
    """One run of a playbook, as the callback hears it."""

    def __init__(self, screen: Screen, now: t.Callable[[], str] | None = None, ticks: t.Callable[[], float] = time.monotonic) -> None:
        """``now`` and ``ticks`` are for unit tests: the time in UTC, and the seconds of a clock that only runs on."""
        self._screen = screen
        self._now = now or utc_now
        self._ticks = ticks
        self._line: TerminalLine | None = None
        self._progress = Progress(ProgressMode.NONE, 0.0)
        self._before: Report | None = None
        self._asked = ReportOptions()
        self._heard: Heard | None = None
        self._met = False  # whether a task of this collection was begun: the callback may be enabled for all playbooks of a project
        self._with_hosts = 0  # plays
        self._told: set[str] = set()

    @property
    def heard(self) -> Heard:
        """What was heard. Raises RuntimeError before the run is known."""
        if self._heard is None:
            raise RuntimeError("no play has begun")
        return self._heard

    def trouble(self, text: str) -> None:
        """Warn once."""
        if text not in self._told:
            self._told.add(text)
            self._screen.warning(text)

    @harmless
    def hear(self, event: t.Callable[[], None]) -> None:
        """An event, with all that is asked of Ansible for it."""
        event()

    @harmless
    def begin(self, run: t.Callable[[str], RunRow], asked: ReportOptions) -> None:
        """The run begins; it is made of the time of that. A second play of it changes nothing."""
        if self._heard is None:
            self._heard = Heard(run(self._now()))
            self._asked = asked
            self._progress = Progress(asked.progress, self._ticks())
            self._before = _report_in(asked.wanted.json) if asked.webhook else None
            if asked.progress is ProgressMode.LINE:
                self._line = TerminalLine(self._screen)

    @harmless
    def play(self, hosts: t.Iterable[str], batch: t.Iterable[str]) -> None:
        """A play, or a wave of it, begins."""
        self._with_hosts += 1
        self.heard.play(hosts, batch)

    @harmless
    def no_host(self) -> None:
        """The play that has begun is for no host, whichever hosts Ansible said that it has: without a pattern those are all."""
        self._with_hosts -= 1

    @harmless
    def wave_over(self, gone: t.Iterable[str]) -> None:
        """The play, or the wave, before this one is over; the hosts that are ``gone`` failed in it or before."""
        self.heard.gone.update(gone)
        if self._met:
            self._write(self.heard.report(self._now()), Wanted(json=self._asked.wanted.json))

    @harmless
    def task(self, action: str) -> None:
        """A task begins."""
        if action.startswith(COLLECTION) and action not in NOT_OURS:
            self._met = True
            self.heard.ours()
            self._show()

    @harmless
    def begun(self, host: str, action: str) -> None:
        """A task begins on a host."""
        if action.startswith(COLLECTION) and action not in BEGINS_NOTHING | NOT_OURS:
            self.heard.begun(host)

    @harmless
    def ok(self, host: str, action: str, result: t.Callable[[], t.Mapping[str, t.Any]], *, sets_facts: bool) -> None:
        """A task succeeded. Its result is only looked at where it can matter: it is copied for every callback that asks."""
        if sets_facts:
            said = result()
            for part in (said, *(item for item in said.get("results") or () if isinstance(item, dict))):
                self.heard.facts(host, part.get("ansible_facts") or {})
        elif action == LOOK:
            self.heard.look(host, result())
        elif action == TURN:
            said = result()
            self.heard.turn(host, said)
            self.heard.breaker(said)
        elif action == WAVE:
            self.heard.breaker(result())
        elif action == VERDICT:
            self.heard.verdict(host, result(), task="")
        self._show()

    @harmless
    def failed(self, host: str, action: str, result: t.Mapping[str, t.Any], *, task: str, role: str) -> None:
        """A task failed."""
        self.heard.failed(host, result, task=task, connector=_connector(role))
        if action == VERDICT:
            self.heard.verdict(host, result, task=task)
        self._show()

    @harmless
    def lost(self, host: str, result: t.Mapping[str, t.Any], *, task: str) -> None:
        """A host cannot be reached."""
        self.heard.lost(host, result, task=task)

    @harmless
    def over(self, failed: t.Collection[str]) -> None:
        """The run is over: the files, and for more than one tenant the lines on the screen."""
        if self._line:
            self._line.end()
        if not self._met:
            if self._asked.print_json and not self._with_hosts:  # a slice of a job without a host: what is made of all slices has to know it
                self._print(self.heard.report(self._now()))
            return
        report = self.heard.report(self._now(), failed)
        self._write(report, self._asked.wanted)
        if len(report.tenants) > 1:
            self._screen.banner("TENANTS")
            for line in lines(report, days=self._asked.days):
                self._screen.display(line)
        if self._asked.print_json:
            self._print(report)
        self._tell(report)

    def _print(self, report: Report) -> None:
        for line in as_lines(report):
            self._screen.display(line)

    def _show(self) -> None:
        """A line about how far the run is, when it is time."""
        if self._met and len(self.heard.tenants) > 1:
            now = self._ticks()
            if self._progress.due(now, self.heard.wave):
                text = self._progress.text(self.heard, now)
                (self._line.show if self._line else self._screen.display)(text)

    def _tell(self, report: Report) -> None:
        """The webhook, about what is new. A run in check mode changed nothing, and has nothing to tell."""
        if self._asked.webhook and not self.heard.run.check_mode:
            told = message(report, self._before, days=self._asked.days)
            if told is not None and (problem := send(self._asked.webhook, told)):
                self.trouble(problem)

    def _write(self, report: Report, wanted: Wanted) -> None:
        for path, text in files(report, wanted, days=self._asked.days):
            try:
                write_whole(path, text)
            except OSError as error:
                self.trouble(f"The report of this run cannot be written to {path}: {error.strerror or error}. The run itself is not touched by that.")


def _report_in(path: str) -> Report | None:
    """The report that an earlier run left in a file. What cannot be read is none: then everything is new."""
    with contextlib.suppress(OSError, OptionError):
        text = read_text(path) if path else None
        return merged(read_all(text, path)) if text else None
    return None


def utc_now() -> str:
    """This machine's clock, in UTC."""
    return format_time(or_machine_time(None).astimezone(dt.UTC))


def _connector(role: str) -> str:
    """The connector whose role a task is in; nothing for the role that all of them share."""
    name = role.removeprefix(COLLECTION)
    return "" if name == _SHARED_ROLE or "." in name else name
