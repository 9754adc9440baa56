# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The resource of a managed credential: reads one application, and carries out what the planner decided. What a kind does by itself are its methods."""

from __future__ import annotations

import abc
import dataclasses
import datetime as dt
import functools
import time
import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import PLACEHOLDER_ID, Action, Plan, Runtime
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential import policy_read
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.delivery import Delivery, Verdict
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.key import Key, days_left, format_time
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.lifecycle import overview
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.marks import marks_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.model import CredentialCurrent, CredentialDesired
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.writer import CredentialWriter, Minted
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.reference import ApplicationReference
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConflictError, ConnectorError, OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.client import GraphClient
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.clock import server_time
from ansible_collections.tenantkit.connectors.plugins.module_utils._session import connect

_STALE_READS = (1.0, 2.0, 4.0)  # seconds between reads while a confirmation does not see what the run itself wrote


class CredentialResource(abc.ABC):
    """One managed credential of one application. A subclass says how one is planned, made, proven and shown."""

    def __init__(self, runtime: Runtime, desired: CredentialDesired, current: type[CredentialCurrent]) -> None:
        """Raises OptionError and CredentialError before the first request for options that cannot be meant."""
        self._runtime = runtime
        self._desired = desired
        self._reference = ApplicationReference.from_options(runtime.options)
        delivery = desired.delivery
        if delivery and delivery.delivered_key_id == PLACEHOLDER_ID and not runtime.check_mode:
            raise OptionError(f"'delivery.delivered_key_id' is the id that check mode gives to a {desired.kind.noun} that was not made.", code="placeholder")
        self._graph: GraphClient = connect(runtime)
        self._now = dt.datetime.now(dt.UTC)
        self._skew = 0.0  # seconds by which the service's clock is ahead
        self._app: dict[str, t.Any] | None = None
        self._current: CredentialCurrent = current(PLACEHOLDER_ID, self._reference.describe())
        self._minted: Minted | None = None
        self._proof: str | None = None

    # What a kind does by itself

    @abc.abstractmethod
    def plan(self, current: t.Any) -> Plan:
        """Pure: the planner of the kind."""

    @abc.abstractmethod
    def _new_writer(self) -> CredentialWriter:
        """The writer for the application that was read."""

    @abc.abstractmethod
    def _make(self, action: Action) -> Minted:
        """Make a credential and add it to the application. Its value is hidden from then on."""

    @abc.abstractmethod
    def _prove(self, minted: Minted) -> str:
        """Try the new credential and return C(proven), or C(not_possible) where this run cannot sign with it. Raises ConnectorError."""

    def _after(self) -> CredentialCurrent:
        """What was read, and what this run changed."""
        return self._current

    def _predicted(self) -> dict[str, t.Any]:
        """What is known of a credential that check mode did not make, besides its end."""
        return {}

    def _shown(self) -> dict[str, t.Any]:
        """What only the run that made a credential can show."""
        return {}

    # Reading

    def read(self) -> CredentialCurrent:
        """The application, and the policies in the same request when a credential may have to be made."""
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
        here = not self._reference.is_placeholder
        parts = {"app": self._reference.part(select=self._desired.kind.select)} if here else {}
        if self._desired.may_mint:
            parts["default"] = policy_read.default_part()
            if path and here:
                parts["own"] = policy_read.own_part(path)
        answers = dict(zip(parts, self._graph.batch(list(parts.values())) if parts else [], strict=True))
        self._now = server_time(answers.values()) or self._now
        self._skew = self._now.timestamp() - time.time()
        found = self._reference.pick(answers["app"]) if "app" in answers else None
        self._app = self._reference.or_predicted(found, tenant=self._graph.tenant, check_mode=self._runtime.check_mode)
        policies = policy_read.Read.from_answers(answers.get("default"), answers.get("own"))
        self._current = self._to_current(policies)
        if self._app is not None and path is None and self._desired.may_mint and self._desired.verdict(self._current, self._now).needed:
            # Found by its display name, so its own policies could not be asked for in the same request.
            (answer,) = self._graph.batch([policy_read.own_part(f"/applications/{self._app['id']}")])
            self._current = self._to_current(dataclasses.replace(policies, own=policy_read.Read.from_answers(None, answer).own))

    def _to_current(self, policies: policy_read.Read) -> CredentialCurrent:
        return type(self._current).from_graph(self._app, policies.default, policies.own, now=self._now, label=self._reference.describe())

    # Writing

    def apply(self, action: Action) -> None:
        """Carry out one action. Whatever fails after a credential was made removes it again."""
        if action.kind == "remove_key":
            self._writer.remove(action.payload["key_id"])
            self._forget(action.payload["key_id"])
        elif action.kind == "mint":
            self._mint(action)
        elif action.kind == "mark_pending":
            self._mark_pending(action)
        elif action.kind == "write_tags":
            self._write_tags(action)
        elif action.kind == "doubt":
            self._write_tags(action)
            raise self._doubt(action.payload["key_id"], action.payload["why"])

    @functools.cached_property
    def _writer(self) -> CredentialWriter:
        return self._new_writer()

    def _clock(self) -> float:
        """The service's time in epoch seconds."""
        return time.time() + self._skew

    def _forget(self, key_id: str) -> None:
        self._current = dataclasses.replace(self._current, keys=tuple(key for key in self._current.keys if key.key_id != key_id))

    def _mint(self, action: Action) -> None:
        minted = self._make(action)
        try:
            if self._runtime.options.get("prove", True):
                self._proof = self._prove(minted)
        except ConnectorError as error:
            self._writer.remove_made(minted, error)
            raise
        self._minted = minted
        self._current = dataclasses.replace(self._current, keys=(*self._current.keys, minted.key))

    def _mark_pending(self, action: Action) -> None:
        """Write the pending mark and read it back; give way to another run that has begun to deliver meanwhile."""
        delivery, minted = t.cast(Delivery, self._desired.delivery), t.cast(Minted, self._minted)
        own = delivery.mark(minted.key.key_id, self._current.app_id, delivered=False)
        noun = self._current.kind.noun
        known = {own.key_id, *action.payload["seen"]}
        try:
            written = self._writer.write_tags(self._current.tags, action.payload["drop"], [own.tag])
            rivals = {mark.key_id for mark in delivery.own(marks_of(written.seen)) if not mark.delivered} - known
            if rivals:
                self._writer.write_tags(written.tags, [own.tag], [])
                raise ConflictError(
                    f"Another run is delivering a {noun} of {self._current.label} to {delivery.connector} at the same time: "
                    f"it has marked key {', '.join(sorted(rivals))} as pending. The key made here was not sent.",
                    code="another_run",
                    tenant=self._graph.tenant,
                    outcome="refused",
                    advice="Wait until the other run is done, then run again.",
                    details={"pending_key_ids": sorted(rivals)},
                )
        except ConnectorError as error:
            self._writer.remove_made(minted, error)
            self._minted = None
            raise
        self._current = dataclasses.replace(self._current, tags=written.tags)

    def _write_tags(self, action: Action) -> None:
        add = action.payload["add"]
        written = self._writer.write_tags(self._current.tags, action.payload["drop"], add)
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
            advice=f"Both keys stay valid. Run again: a new {self._current.kind.noun} is made and delivered before any is removed. "
            "Make sure that only one job at a time works on this connection.",
            details={"key_id": key_id},
        )

    # Results

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """The key that is called like the kind. The value is there only in the run that made it."""
        current, desired, minted = self._after(), self._desired, self._minted
        predicted = plan.facts["end"] is not None and minted is None
        # After writes the lists are those of the state that was left behind.
        facts = overview(desired, current, self._now) if applied else plan.facts
        before: Verdict = plan.facts["verdict"]
        verdict = dataclasses.replace(desired, force=False).verdict(current, self._now) if applied else before
        key = minted.key if minted else next((item for item in current.keys if item.key_id == verdict.key_id), None)
        shown: dict[str, t.Any] = {
            "name": desired.name,
            "app_id": current.app_id,
            "object_id": (self._app or {}).get("id", PLACEHOLDER_ID),
            **self._describe(None if predicted else key, current),
            "would_create": predicted,
            "proof": self._proof,
            "managed": facts["managed"],
            "foreign": facts["foreign"],
            "policy": plan.facts["policy"] if desired.may_mint else None,
        }
        if predicted:
            shown.update(key_id=PLACEHOLDER_ID, end_date_time=format_time(plan.facts["end"]), **self._predicted())
        if minted:
            shown.update(self._shown())
        if desired.delivery:
            decided = before if desired.may_mint else verdict
            shown["delivery"] = {
                "connector": desired.delivery.connector,
                "target": desired.delivery.target,
                "status": "pending" if minted else verdict.status,
                "key_id": minted.key.key_id if minted else verdict.key_id,
                "needed": decided.needed,
                "reason": decided.reason,
            }
        return {desired.kind.noun: shown}

    def _describe(self, key: Key | None, current: CredentialCurrent) -> dict[str, t.Any]:
        return {
            "key_id": key and key.key_id,
            "display_name": key and key.display_name,
            "start_date_time": key and format_time(key.start),
            "end_date_time": key and format_time(key.end),
            "days_left": None if key is None else days_left(key, self._now),
            **current.identity(key),
        }
