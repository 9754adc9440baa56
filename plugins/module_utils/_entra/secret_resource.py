# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The resource of C(entra_client_secret): reads one application, and carries out what the planner decided."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import PLACEHOLDER_ID, Action, Plan, Runtime
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra import secret_policy
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent_checks import is_fresh
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.prover import by_secret, prove_new
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.delivery import Delivery
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.reference import ApplicationReference
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.secret import (
    SELECT,
    SecretCurrent,
    SecretDesired,
    plan_secret,
    verdict_of,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.secret_keys import Key, days_left, format_time
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.secret_write import Minted, SecretWriter
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.tags import marks_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConflictError, ConnectorError, OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.client import GraphClient, Part
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.clock import server_time
from ansible_collections.tenantkit.connectors.plugins.module_utils._session import connect

_STALE_READS = (1.0, 2.0, 4.0)  # seconds between reads while a confirmation does not see what the run itself wrote


class SecretResource:
    """One managed secret of one application."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._desired = SecretDesired.from_options(runtime.options)
        self._reference = ApplicationReference.from_options(runtime.options)
        delivery = self._desired.delivery
        if delivery and delivery.delivered_key_id == PLACEHOLDER_ID and not runtime.check_mode:
            raise OptionError("'delivery.delivered_key_id' is the id that check mode gives to a secret that was not made.", code="placeholder")
        self._graph: GraphClient = connect(runtime)
        self._now = dt.datetime.now(dt.UTC)
        self._app: dict[str, t.Any] | None = None
        self._current = SecretCurrent(PLACEHOLDER_ID, self._reference.describe())
        self._minted: Minted | None = None
        self._proof: str | None = None

    # Reading

    def read(self) -> SecretCurrent:
        """The application, and the policies in the same request when a secret may have to be made."""
        self._read_once()
        delivery = self._desired.delivery
        if delivery and delivery.delivered_key_id and not self._reference.is_placeholder and not self._runtime.check_mode:
            for pause in _STALE_READS:
                if self._sees(delivery, delivery.delivered_key_id):
                    break
                self._graph.wait(pause, f"the pending mark of key {delivery.delivered_key_id} is not replicated yet")
                self._read_once()
        return self._current

    def _sees(self, delivery: Delivery, key_id: str) -> bool:
        named = {mark.key_id for mark in delivery.own(self._current.marks)}
        return key_id in named and any(key.key_id == key_id for key in self._current.keys)

    def _read_once(self) -> None:
        path = self._reference.path()
        parts: list[Part] = [] if self._reference.is_placeholder else [self._reference.part(select=SELECT)]
        if self._desired.may_mint:
            parts.append(secret_policy.default_part())
            if path and not self._reference.is_placeholder:
                parts.append(secret_policy.own_part(path))
        answers = self._graph.batch(parts) if parts else []
        self._now = server_time(answers) or self._now
        app = None if self._reference.is_placeholder else self._reference.pick(answers.pop(0))
        self._app = self._reference.or_predicted(app, tenant=self._graph.tenant, check_mode=self._runtime.check_mode)
        policies = secret_policy.Read.from_answers(*answers, *([None] * (2 - len(answers))))
        self._current = self._to_current(policies)
        if self._app is not None and path is None and self._desired.may_mint and verdict_of(self._desired, self._current, self._now).needed:
            # Found by its display name, so its own policies could not be asked for in the same request.
            (answer,) = self._graph.batch([secret_policy.own_part(f"/applications/{self._app['id']}")])
            self._current = self._to_current(dataclasses.replace(policies, own=secret_policy.Read.from_answers(None, answer).own))

    def _to_current(self, policies: secret_policy.Read) -> SecretCurrent:
        return SecretCurrent.from_graph(self._app, policies.default, policies.own, now=self._now, label=self._reference.describe())

    # Planning and writing

    def plan(self, current: SecretCurrent) -> Plan:
        """Pure."""
        return plan_secret(self._desired, current, self._now)

    def apply(self, action: Action) -> None:
        """Carry out one action. Whatever fails after a secret was made removes it again."""
        writer = self._writer
        if action.kind == "remove_key":
            writer.remove(action.payload["key_id"])
            self._forget(action.payload["key_id"])
        elif action.kind == "mint":
            self._mint(writer, action)
        elif action.kind == "mark_pending":
            self._mark_pending(writer, action)
        elif action.kind == "write_tags":
            self._write_tags(writer, action)
        elif action.kind == "doubt":
            self._write_tags(writer, action)
            raise self._doubt(action.payload["key_id"], action.payload["why"])

    @property
    def _writer(self) -> SecretWriter:
        return SecretWriter(self._graph, t.cast("dict[str, t.Any]", self._app)["id"], self._current.label, made_here=is_fresh(self._app, now=self._now))

    def _forget(self, key_id: str) -> None:
        self._current = dataclasses.replace(self._current, keys=tuple(key for key in self._current.keys if key.key_id != key_id))

    def _mint(self, writer: SecretWriter, action: Action) -> None:
        minted = writer.mint(self._desired.name, action.payload["end"])
        self._runtime.secret(minted.secret_text)
        try:
            if self._runtime.options.get("prove", True):
                self._proof = prove_new(self._runtime, self._graph, self._current.app_id, self._current.label, by_secret(minted.secret_text))
        except ConnectorError as error:
            writer.remove_made(minted, error)
            raise
        self._minted = minted
        self._current = dataclasses.replace(self._current, keys=(*self._current.keys, minted.key))

    def _mark_pending(self, writer: SecretWriter, action: Action) -> None:
        """Write the pending mark and read it back; give way to another run that has begun to deliver meanwhile."""
        delivery, minted = t.cast(Delivery, self._desired.delivery), t.cast(Minted, self._minted)
        own = delivery.mark(minted.key.key_id, self._current.app_id, delivered=False)
        known = {own.key_id, *action.payload["seen"]}
        try:
            written = writer.write_tags(self._current.tags, action.payload["drop"], [own.tag])
            rivals = {mark.key_id for mark in delivery.own(marks_of(written.seen)) if not mark.delivered} - known
            if rivals:
                writer.write_tags(written.tags, [own.tag], [])
                raise ConflictError(
                    f"Another run is delivering a secret of {self._current.label} to {delivery.connector} at the same time: "
                    f"it has marked key {', '.join(sorted(rivals))} as pending. The key made here was not sent.",
                    code="another_run",
                    tenant=self._graph.tenant,
                    outcome="refused",
                    advice="Wait until the other run is done, then run again.",
                    details={"pending_key_ids": sorted(rivals)},
                )
        except ConnectorError as error:
            writer.remove_made(minted, error)
            self._minted = None
            raise
        self._current = dataclasses.replace(self._current, tags=written.tags)

    def _write_tags(self, writer: SecretWriter, action: Action) -> None:
        add = action.payload["add"]
        written = writer.write_tags(self._current.tags, action.payload["drop"], add)
        self._current = dataclasses.replace(self._current, tags=written.tags)
        delivery = self._desired.delivery
        if action.kind == "write_tags" and delivery and delivery.delivered_key_id:
            mine = {mark.tag for mark in delivery.own(marks_of(written.tags)) if mark.key_id == delivery.delivered_key_id}
            if not mine <= set(add):
                raise self._doubt(delivery.delivered_key_id, "another run changed its mark at the same moment")

    def _doubt(self, key_id: str, why: str) -> ConflictError:
        delivery = t.cast(Delivery, self._desired.delivery)
        return ConflictError(
            f"Key {key_id} of {self._current.label} was sent to {delivery.instance}, but whether that holds it now is not known: {why}.",
            code="delivery_unknown",
            tenant=self._graph.tenant,
            outcome="unknown",
            advice="Both keys stay valid. Run again: a new secret is made and delivered before any is removed. "
            "Make sure that only one job at a time works on this connection.",
            details={"key_id": key_id},
        )

    # Results

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """The key C(secret). C(secret_text) is there only in the run that made it."""
        current, desired = self._current, self._desired
        predicted = bool(plan.facts.get("end")) and self._minted is None
        # After writes the lists are those of the state that was left behind.
        facts = plan_secret(dataclasses.replace(desired, state="retired", force=False), current, self._now).facts if applied else plan.facts
        verdict = verdict_of(dataclasses.replace(desired, force=False), current, self._now) if applied else plan.facts["verdict"]
        key = self._minted.key if self._minted else next((item for item in current.keys if item.key_id == verdict.key_id), None)
        secret: dict[str, t.Any] = {
            "name": desired.name,
            "app_id": current.app_id,
            "object_id": (self._app or {}).get("id", PLACEHOLDER_ID),
            **_describe(key, self._now),
            "would_create": predicted,
            "proof": self._proof,
            "managed": facts["managed"],
            "foreign": facts["foreign"],
            "policy": plan.facts["policy"] if desired.may_mint else None,
        }
        if predicted:
            secret.update(_describe(None, self._now), key_id=PLACEHOLDER_ID, end_date_time=format_time(plan.facts["end"]))
        if self._minted:
            secret["secret_text"] = self._minted.secret_text
        if desired.delivery:
            before = plan.facts["verdict"]
            issuing = desired.may_mint
            secret["delivery"] = {
                "connector": desired.delivery.connector,
                "target": desired.delivery.target,
                "status": "pending" if self._minted else verdict.status,
                "key_id": self._minted.key.key_id if self._minted else verdict.key_id,
                "needed": before.needed if issuing else verdict.needed,
                "reason": before.reason if issuing else verdict.reason,
            }
        return {"secret": secret}


def _describe(key: Key | None, now: dt.datetime) -> dict[str, t.Any]:
    if key is None:
        return {"key_id": None, "display_name": None, "start_date_time": None, "end_date_time": None, "days_left": None}
    return {
        "key_id": key.key_id,
        "display_name": key.display_name,
        "start_date_time": format_time(key.start),
        "end_date_time": format_time(key.end),
        "days_left": days_left(key, now),
    }
