# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The resource of C(entra_credential_proof)."""

from __future__ import annotations

import typing as t

from ..._engine import Action, Plan, Runtime
from ..._graph.client import GraphClient
from ..._session import connect
from ..common.application_reference import ApplicationReference, describe_found
from .outstanding_proof import ProofDesired, plan_proof
from .tag_writer import TagWriter

_SELECT = ("id", "appId", "displayName", "uniqueName", "tags")


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
        writer = TagWriter(self._graph, app["id"], describe_found(app))
        writer.write_tags(list(app.get("tags") or ()), action.payload["drop"], action.payload["add"])

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """The key C(proof)."""
        wanted = self._desired.wanted
        return {"proof": {"connector": self._desired.connector, "outstanding": wanted is not None, "outcome": wanted}}
