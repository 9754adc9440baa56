# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Remembers on an application that the proof of its credential is outstanding: the planner of C(entra_credential_proof).

Nothing but the application outlives a job, and the run that makes a credential is often the only one that has its value. So when its proof fails, that has
to be written down where the next run looks anyway.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ..._engine import Action, Plan
from ..common.tags import check_connector
from .marks import unproven, unproven_tag


@dataclasses.dataclass(frozen=True)
class ProofDesired:
    """The options, checked."""

    connector: str
    state: str
    outcome: str

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any]) -> ProofDesired:
        """From module options. The connector becomes a part of the tag."""
        return cls(check_connector(options["connector"], "connector"), options["state"], options["outcome"])

    @property
    def wanted(self) -> str | None:
        """What is to be remembered, None for nothing."""
        return self.outcome if self.state == "outstanding" else None


def plan_proof(desired: ProofDesired, tags: t.Sequence[str], label: str) -> Plan:
    """One write of the tags, or none."""
    present = unproven(tags, desired.connector)
    wanted = {unproven_tag(desired.connector, desired.wanted)} if desired.wanted else set()
    before, after = {"outstanding": sorted(present.values())}, {"outstanding": [desired.wanted] if desired.wanted else []}
    if set(present) == wanted:
        return Plan(before=before, after=after)
    shown = (
        f"remember that the proof for {desired.connector} is outstanding ({desired.wanted})" if wanted else f"forget the failed proof for {desired.connector}"
    )
    payload = {"drop": sorted(set(present) - wanted), "add": sorted(wanted - set(present))}
    return Plan((Action("write_tags", f"{shown} on {label}", payload),), before, after)
