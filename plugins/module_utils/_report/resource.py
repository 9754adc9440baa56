# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The resource of C(report_merge): reads reports, and writes what is made of them."""

from __future__ import annotations

import dataclasses
import glob
import os
import typing as t

from .._engine import Action, Plan, Runtime
from .._errors import ConnectorError, OptionError
from .files import read_text, write_whole
from .merge import merged
from .model import Report
from .outputs import Wanted, files, read_all
from .summary import states


@dataclasses.dataclass(frozen=True)
class ReportFiles:
    """The report, and each file that is asked for with the content that it should have and whether it has it."""

    report: Report
    files: tuple[tuple[str, str], ...]
    current: frozenset[str]


class ReportResource:
    """Makes files from the reports in others."""

    def __init__(self, runtime: Runtime) -> None:
        self._sources: list[str] = runtime.options["sources"]
        self._days: int = runtime.options["ending_within_days"]
        self._wanted = Wanted(**{field.name: runtime.options[field.name] or "" for field in dataclasses.fields(Wanted)})

    def read(self) -> ReportFiles:
        """The reports, and what is in the files already. Raises OptionError for a source without a report, ConnectorError for a file that cannot be read."""
        report = merged([one for path in self._paths() for one in read_all(_read(path) or "", path)])
        made = files(report, self._wanted, days=self._days)
        return ReportFiles(report, tuple(made), frozenset(path for path, text in made if _read(path) == text))

    def plan(self, current: ReportFiles) -> Plan:
        """One action for each file that is missing or different."""
        return plan_files(current)

    def apply(self, action: Action) -> None:
        """Write a file. Raises ConnectorError when it cannot be written."""
        path = action.payload["path"]
        try:
            write_whole(path, action.payload["text"])
        except OSError as error:
            raise ConnectorError(
                f"The report cannot be written to {path}: {error.strerror or error}.", code="not_writable", advice="Choose another place."
            ) from error

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """The key C(report)."""
        return {"report": dict(plan.facts)}

    def _paths(self) -> list[str]:
        """The files that the sources name. Raises OptionError for a source that names none: a report that lacks a slice would look whole."""
        found: list[str] = []
        for source in self._sources:
            paths = sorted(path for path in glob.glob(os.path.expanduser(source), recursive=True) if os.path.isfile(path))
            if not paths:
                raise OptionError(f"'sources' has {source}, and there is no such file.", code="no_source", advice="Name the files of all runs, or take it out.")
            found += [path for path in paths if path not in found]
        return found


def plan_files(current: ReportFiles) -> Plan:
    """What is to be written, and the facts about the report."""
    report = current.report
    actions = tuple(Action("write", f"write the report to {path}", {"path": path, "text": text}) for path, text in current.files if path not in current.current)
    before = {path: "as it should be" if path in current.current else "missing or different" for path, _text in current.files}
    facts = {
        "tenants": len(report.tenants),
        "states": {state.value: number for state, number in states(report).items()},
        "runs": [{"id": run.id, "job": run.job, "finished": run.finished, "tenants": sum(row.run == run.id for row in report.tenants)} for run in report.runs],
        "files": [path for path, _text in current.files],
    }
    return Plan(actions=actions, before=before, after=dict.fromkeys(before, "as it should be"), facts=facts)


def _read(path: str) -> str | None:
    """What a file holds, None where there is none. Raises ConnectorError when it cannot be read."""
    try:
        return read_text(path)
    except OSError as error:
        raise ConnectorError(f"{path} cannot be read: {error.strerror or error}.", code="not_readable", advice="Name files that can be read.") from error
