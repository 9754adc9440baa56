# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Where a request comes from: the run and the change that it belongs to, as the logs of a tenant show them.

MicrosoftGraphActivityLogs has the columns C(UserAgent) and C(ClientRequestId), so with these a customer finds what a run did. The identifier of a request
has to be a GUID: its first eight digits say the run, the rest is random.

Sources: https://learn.microsoft.com/graph/microsoft-graph-activity-logs-overview and
https://learn.microsoft.com/azure/azure-monitor/reference/tables/microsoftgraphactivitylogs (read 2026-11). That AWX exports C(JOB_ID):
https://github.com/ansible/awx, awx/main/tasks (read 2026-11).
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
import typing as t
import uuid

from .._addresses import path_segment
from .._errors import OptionError

RUNNER_JOB = "JOB_ID"  # in every job of AWX and Automation Controller
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")  # may stand in a header as one token
_LENGTH = 12


def job_of(variables: t.Mapping[str, t.Any], environ: t.Mapping[str, str]) -> str:
    """The number of the controller's job, from the extra variables that it gives each one, else from the environment. Empty where none runs this."""
    return str(variables.get("awx_job_id") or variables.get("tower_job_id") or environ.get(RUNNER_JOB) or "")


@dataclasses.dataclass(frozen=True)
class Origin:
    """The run, by the number of the controller's job or by a name of its own, and the operator's change; either may be empty."""

    run: str = ""
    change: str = ""

    @classmethod
    def of(cls, environ: t.Mapping[str, str], own_run: str, change: str | None) -> Origin:
        """From the environment of a task, the name that this collection gives a run, and the option C(change_reference).

        Raises OptionError for a reference that cannot stand in a header.
        """
        reference = (change or "").strip()
        if reference and not _REFERENCE.fullmatch(reference):
            raise OptionError(
                "'change_reference' ('entra_change_reference') is no reference: it has to be up to 64 letters, digits, dots, hyphens and underscores, "
                "and begin with a letter or a digit.",
                code="change_reference",
                advice="Give the number of the change or ticket, such as CHG0042.",
            )
        job = environ.get(RUNNER_JOB, "")
        return cls(job if _REFERENCE.fullmatch(job) else own_run.rpartition("-")[2][:_LENGTH], reference)

    @property
    def products(self) -> str:
        """What C(User-Agent) ends with."""
        run = f" run/{path_segment(self.run)}" if self.run else ""
        return f"{run} change/{path_segment(self.change)}" if self.change else run

    def request_id(self) -> str:
        """A new C(client-request-id). Those of one run and change begin with the same eight digits."""
        new = str(uuid.uuid4())
        mark = f"{self.run} {self.change}".strip()
        return f"{hashlib.sha256(mark.encode()).hexdigest()[:8]}{new[8:]}" if mark else new
