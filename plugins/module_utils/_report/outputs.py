# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What a report is written as: the one stored form, and what people and other programs read. Pure."""

from __future__ import annotations

import dataclasses
import json
import os.path
import re

from .._errors import OptionError
from .customer import customer_pages
from .junit import junit
from .model import Report
from .page import page

# Between these lines stands the JSON of a report, in one line: what is left of a job whose files go with it.
BEGIN, END = "-----BEGIN TENANTKIT ROLLOUT REPORT-----", "-----END TENANTKIT ROLLOUT REPORT-----"
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@dataclasses.dataclass(frozen=True)
class Wanted:
    """The files that are asked for; an empty path asks for none."""

    json: str = ""
    html: str = ""
    junit: str = ""
    customer_pages: str = ""  # a directory

    def __bool__(self) -> bool:
        return any(dataclasses.astuple(self))


def as_json(report: Report) -> str:
    """The report as it is kept: the same report is the same text."""
    return json.dumps(report.to_json(), indent=1, ensure_ascii=True) + "\n"


def as_lines(report: Report) -> list[str]:
    """The report for the output of a job."""
    return [BEGIN, json.dumps(report.to_json(), separators=(",", ":"), ensure_ascii=True), END]


def read_all(text: str, source: str) -> list[Report]:
    """The reports in a file: one as JSON, or those in the output of jobs. Raises OptionError for a file without any."""
    if text.lstrip()[:1] == "{":
        return [Report.from_json(_parsed(text, source), source)]
    lines = [_COLOURS.sub("", line).strip() for line in text.splitlines()]
    found = [Report.from_json(_parsed(lines[index + 1], source), source) for index, line in enumerate(lines[:-2]) if line == BEGIN and lines[index + 2] == END]
    if not found:
        raise OptionError(
            f"{source} holds no report of a rollout.",
            code="no_report",
            advice="Name files that the callback rollout_report wrote, or whole outputs of jobs that printed their report (print_json).",
        )
    return found


def files(report: Report, wanted: Wanted, *, days: int) -> list[tuple[str, str]]:
    """Each file that is asked for, with its content. ``days`` is how soon a credential ends to be pointed out."""
    found = []
    if wanted.json:
        found.append((wanted.json, as_json(report)))
    if wanted.html:
        found.append((wanted.html, page(report, days=days)))
    if wanted.junit:
        found.append((wanted.junit, junit(report)))
    if wanted.customer_pages:
        found += [(os.path.join(wanted.customer_pages, name), text) for name, text in customer_pages(report, days=days)]
    return found


def _parsed(text: str, source: str) -> object:
    try:
        return json.loads(text)
    except ValueError as error:
        raise OptionError(f"{source} holds no report of a rollout: it is no JSON ({error}).", code="no_report", advice="Let the run write it again.") from error
