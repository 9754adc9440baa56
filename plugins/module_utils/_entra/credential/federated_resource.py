# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The resource of C(entra_federated_credential): reads an application with its federated credentials, and writes one of them."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._engine import PLACEHOLDER_ID, Action, Plan, Runtime
from ..._graph.client import GraphClient
from ..._graph.odata import PathKey, below, path_to
from ..._graph.parts import Part
from ..._session import connect
from ..common.application_reference import ApplicationReference, describe_found
from .federated import (
    LARGEST_NUMBER,
    Federated,
    FederatedCurrent,
    FederatedDesired,
    plan_federated,
)

_COLLECTION = "federatedIdentityCredentials"


class FederatedResource:
    """One federated credential of one application."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._desired = FederatedDesired.from_options(runtime.options)
        self._reference = ApplicationReference.from_options(runtime.options)
        self._graph: GraphClient = connect(runtime)
        self._app: dict[str, t.Any] | None = None
        self._current = FederatedCurrent(self._reference.describe())
        self._made: Federated | None = None

    def read(self) -> FederatedCurrent:
        """One request when the application is named by a key, two when it has to be searched for."""
        if self._reference.is_placeholder:
            self._found(None)
            return self._current
        path = self._reference.path()
        parts = {"app": self._reference.part(), **({"listed": self._part(path)} if path else {})}
        answers = self._graph.batch_named(parts)
        self._app = self._found(self._reference.pick(answers["app"]))
        if self._app is None:
            return self._current
        if not path:
            answers |= self._graph.batch_named({"listed": self._part(path_to("applications", PathKey(self._app["id"])))})
        entries = self._graph.items(answers["listed"])
        self._current = FederatedCurrent(describe_found(self._app), tuple(map(Federated.from_graph, entries)))
        return self._current

    def _found(self, app: dict[str, t.Any] | None) -> dict[str, t.Any] | None:
        """What was found. Without its application a credential is absent; in check mode an earlier task may be about to create the application."""
        if app is None and self._desired.state == "absent":
            return None
        return self._reference.or_predicted(app, tenant=self._graph.tenant, check_mode=self._runtime.check_mode)

    def _part(self, path: str) -> Part:
        return Part("GET", below(path, _COLLECTION), doing=f"read the federated credentials of {self._reference.describe()}")

    def plan(self, current: FederatedCurrent) -> Plan:
        """Pure: see C(plan_federated)."""
        return plan_federated(self._desired, current)

    def apply(self, action: Action) -> None:
        """Carry out the one action of the plan. The application may have been made a moment ago, so a 404 is waited for."""
        path = path_to("applications", PathKey(t.cast("dict[str, t.Any]", self._app)["id"]), _COLLECTION)
        if action.kind == "create":
            name = action.payload["body"]["name"]
            body = self._graph.post(
                path,
                action.payload["body"],
                doing=action.text,
                reconcile=lambda: self._graph.find(below(path, PathKey(name)), doing=f"look whether it was done: {action.text}"),
                just_created=True,
            )
            self._made = Federated.from_graph(t.cast("dict[str, t.Any]", body))
        elif action.kind == "update":
            self._graph.patch(below(path, PathKey(action.payload["id"])), action.payload["body"], doing=action.text)
        else:
            self._graph.delete(below(path, PathKey(action.payload["id"])), doing=action.text)

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """The key C(federated_credential)."""
        after: Federated | None = plan.facts.get("after")
        if after is not None and self._made is not None:
            after = dataclasses.replace(after, id=self._made.id)
        number = len(self._current.credentials) + (plan.after["federated_credential"] is not None) - (plan.before["federated_credential"] is not None)
        shown = after.shape() if after else {"name": self._desired.name, "issuer": None, "subject": None, "audiences": [], "description": None}
        return {
            "federated_credential": {
                "id": after.id if after else None,
                **shown,
                "app_id": (self._app or {}).get("appId", PLACEHOLDER_ID),
                "object_id": (self._app or {}).get("id", PLACEHOLDER_ID),
                "exists": after is not None,
                "would_create": plan.texts != [] and plan.actions[0].kind == "create" and not applied,
                "others": [entry.shape() for entry in self._current.credentials if entry.name != self._desired.name],
                "free": LARGEST_NUMBER - number,
            }
        }
