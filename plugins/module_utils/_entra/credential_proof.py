# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Remembers on an application that the proof of its credential is outstanding: the planner and the resource of C(entra_credential_proof).

Nothing but the application outlives a job, and the run that makes a credential is often the only one that has its value. So when its proof fails, that has
to be written down where the next run looks anyway.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import Action, Plan, Runtime
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.reference import ApplicationReference, describe_found
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.secret_write import SecretWriter
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.tags import check_connector, unproven_outcome, unproven_tag
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.client import GraphClient
from ansible_collections.tenantkit.connectors.plugins.module_utils._session import connect

_SELECT = ("id", "appId", "displayName", "uniqueName", "tags")


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


def remembered(tags: t.Iterable[str], connector: str) -> dict[str, str]:
    """Tag -> outcome, of this connector. More than one only when two runs wrote at the same time."""
    found = {tag: unproven_outcome(tag, connector) for tag in tags}
    return {tag: outcome for tag, outcome in found.items() if outcome is not None}


def plan_proof(desired: ProofDesired, tags: t.Sequence[str], label: str) -> Plan:
    """One write of the tags, or none."""
    present = remembered(tags, desired.connector)
    wanted = {unproven_tag(desired.connector, desired.wanted)} if desired.wanted else set()
    before, after = {"outstanding": sorted(present.values())}, {"outstanding": [desired.wanted] if desired.wanted else []}
    if set(present) == wanted:
        return Plan(before=before, after=after)
    shown = (
        f"remember that the proof for {desired.connector} is outstanding ({desired.wanted})" if wanted else f"forget the failed proof for {desired.connector}"
    )
    payload = {"drop": sorted(set(present) - wanted), "add": sorted(wanted - set(present))}
    return Plan((Action("write_tags", f"{shown} on {label}", payload),), before, after)


class CredentialProofResource:
    """The mark of one connector on one application."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._desired = ProofDesired.from_options(runtime.options)
        self._reference = ApplicationReference.from_options(runtime.options)
        self._graph: GraphClient = connect(runtime)
        self._app: dict[str, t.Any] | None = None

    def read(self) -> tuple[str, ...]:
        """The tags of the application."""
        found = None
        if not self._reference.is_placeholder:
            (answer,) = self._graph.batch([self._reference.part(select=_SELECT)])
            found = self._reference.pick(answer)
        self._app = self._reference.or_predicted(found, tenant=self._graph.tenant, check_mode=self._runtime.check_mode)
        return tuple((self._app or {}).get("tags") or ())

    def plan(self, current: tuple[str, ...]) -> Plan:
        """Pure: see C(plan_proof)."""
        return plan_proof(self._desired, current, describe_found(self._app) if self._app else self._reference.describe())

    def apply(self, action: Action) -> None:
        """Write the tags and read them back; what others write meanwhile is kept."""
        app = t.cast("dict[str, t.Any]", self._app)
        writer = SecretWriter(self._graph, app["id"], describe_found(app))
        writer.write_tags(list(app.get("tags") or ()), action.payload["drop"], action.payload["add"])

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """The key C(proof)."""
        wanted = self._desired.wanted
        return {"proof": {"connector": self._desired.connector, "outstanding": wanted is not None, "outcome": wanted}}
