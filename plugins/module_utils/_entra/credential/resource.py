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
import typing as t

from ..._clock import format_time, machine_time, or_machine_time
from ..._engine import PLACEHOLDER_ID, Action, Plan, Runtime
from ..._errors import BudgetError, ConflictError, ConnectorError, OptionError
from ..._graph.client import GraphClient
from ..._graph.odata import PathKey, path_to
from ..._graph.parts import server_time
from ..._session import connect
from ..._waiting import polls, until
from ..common.application_reference import ApplicationReference
from . import policy_read
from .delivery import Delivery, Verdict
from .key import Key, days_left, is_managed
from .lifecycle import overview, refused_by_policy
from .marks import marks_of
from .model import CredentialCurrent, CredentialDesired
from .rivals import Look, Turn, whose_turn
from .tag_writer import TagsWritten
from .writer import CredentialWriter, Minted

_LOOKS = (1.0, 2.0, 4.0, 5.0)  # seconds between the first looks at what another run does
_JUDGED = 3  # times at most that a confirmation is planned again
_LONGEST_LOOK = 10.0  # seconds between later ones
_STALE_READS = (1.0, 2.0, 4.0)  # seconds between reads while a confirmation does not see what the run itself wrote


def _looks(seconds: float) -> t.Iterator[float]:
    """Pauses between looks at another run that make up so many seconds at least."""
    yield from _LOOKS
    yield from polls(seconds - sum(_LOOKS), _LONGEST_LOOK)


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
        self._now = or_machine_time(None)
        self._skew = 0.0  # seconds by which the service's clock is ahead
        self._app: dict[str, t.Any] | None = None
        self._current: CredentialCurrent = current(PLACEHOLDER_ID, self._reference.describe())
        self._minted: Minted | None = None
        self._given = False  # whether that is a key that was there, and whose value the operator gave
        self._proof: str | None = None
        self._judged = 0  # times that a confirmation was planned again, since others wrote at the same moment
        self._chained = bool(runtime.options.get("chained"))

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

    def _entries(self) -> list[t.Mapping[str, t.Any]]:
        """The credentials as this run left them, as Graph's JSON."""
        return [key.to_graph() for key in self._current.keys]

    # Reading

    def read(self) -> CredentialCurrent:
        """The application, and the policies in the same request when a credential may have to be made. None for what this job left behind just now."""
        # What the job left behind does not say how values begin.
        self._read_once(believe=self._chained and self._desired.state == "present" and self._desired.known_hint is None)
        delivery = self._desired.delivery
        if self._reference.is_placeholder:
            return self._current
        if delivery and delivery.delivered_key_id and not self._runtime.check_mode:
            return self._read_pending(self._current)
        return self._wait_for_others(self._current)

    def _wait_for_others(self, seen: CredentialCurrent) -> CredentialCurrent:
        """Read until no other run is at work on the same delivery, for as long as a run may take. Its time is not this task's.

        Raises ConflictError when one is at work still. Check mode waits for nothing and tells that a run would.
        """

        def others(current: CredentialCurrent) -> list[Key]:
            return current.at_work(self._desired, self._now)

        busy, span, noun = others(seen), self._desired.span, seen.kind.noun
        if not busy:
            return seen
        delivery = t.cast(Delivery, self._desired.delivery)
        names = ", ".join(key.key_id for key in busy)
        if self._runtime.check_mode:
            self._runtime.warn(
                f"Another run may be delivering a {noun} of {seen.label} to {delivery.connector} at this moment (key {names}): a run waits for it, until "
                f"{format_time(busy[-1].start + span)} at the latest, and then may have nothing to do."
            )
            return seen
        why = f"another run may be delivering key {names} of {seen.label} to {delivery.connector}"
        seconds = (busy[-1].start + span - self._now).total_seconds() + _LONGEST_LOOK
        with self._runtime.budget.aside(seconds):
            found = until(self._read_once, lambda current: not others(current), seen=seen, pauses=_looks(seconds), wait=self._graph.wait, why=why)
        if busy := others(found):
            raise ConflictError(
                f"Other runs are delivering a {noun} of {found.label} to {delivery.connector}, one after the other: the last one has made key "
                f"{busy[-1].key_id} at {format_time(busy[-1].start)}. This run waited for {seconds:.0f} s and made nothing.",
                code="another_run",
                tenant=self._graph.tenant,
                outcome="refused",
                advice="Make sure that only one job at a time works on this connection, then run again.",
                details={"pending_key_ids": [key.key_id for key in busy]},
            )
        return found

    def _read_pending(self, seen: CredentialCurrent | None = None) -> CredentialCurrent:
        """Read until the key that was delivered is there with its mark, or does not seem to be. ``seen`` was read already."""
        delivery = t.cast(Delivery, self._desired.delivery)
        key_id = delivery.delivered_key_id
        why = f"the pending mark of key {key_id} is not replicated yet"

        def there(current: CredentialCurrent) -> bool:
            return key_id in {mark.key_id for mark in delivery.own(current.marks)} and key_id in {key.key_id for key in current.keys}

        return until(self._read_once, there, seen=seen or self._read_once(), pauses=_STALE_READS, wait=self._graph.wait, why=why)

    def _read_once(self, *, believe: bool = False) -> CredentialCurrent:
        path = self._reference.path()
        here = not self._reference.is_placeholder
        parts = {"app": self._reference.part(select=self._desired.kind.select)} if here else {}
        if self._desired.may_mint:
            parts["default"] = policy_read.default_part()
            if path and here:
                parts["own"] = policy_read.own_part(path)
        answers = self._graph.batch_named(parts, believe=believe)
        self._now = server_time(answers.values()) or self._now
        self._skew = self._now.timestamp() - machine_time()
        found = self._reference.pick(answers["app"]) if "app" in answers else None
        self._app = self._reference.or_predicted(found, tenant=self._graph.tenant, check_mode=self._runtime.check_mode)
        policies = policy_read.AppManagementPolicies.from_answers(answers.get("default"), answers.get("own"))
        self._current = self._to_current(policies)
        if self._app is not None and path is None and self._desired.may_mint and self._desired.verdict(self._current, self._now).needed:
            # Found by its display name, so its own policies could not be asked for in the same request.
            (answer,) = self._graph.batch([policy_read.own_part(path_to("applications", PathKey(self._app["id"])))])
            self._current = self._to_current(dataclasses.replace(policies, own=policy_read.AppManagementPolicies.from_answers(None, answer).own))
        return self._current

    def _to_current(self, policies: policy_read.AppManagementPolicies) -> CredentialCurrent:
        found = type(self._current).from_graph(self._app, policies.default, policies.own, now=self._now, label=self._reference.describe())
        return dataclasses.replace(found, automation=self._graph.rights.caller.app_id if self._graph.rights else "")

    # Writing

    def apply(self, action: Action) -> None:
        """Carry out one action. Whatever fails after a credential was made removes it again."""
        if action.kind == "remove_key":
            self._writer.remove(action.payload["key_id"])
            self._forget(action.payload["key_id"])
        elif action.kind == "mint":
            self._mint(action)
        elif action.kind == "use":
            self._use(action)
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
        return machine_time() + self._skew

    def _forget(self, key_id: str) -> None:
        self._current = dataclasses.replace(self._current, keys=tuple(key for key in self._current.keys if key.key_id != key_id))

    def _mint(self, action: Action) -> None:
        try:
            minted = self._make(action)
        except ConnectorError as error:
            raise refused_by_policy(error, self._current) from error
        try:
            if self._runtime.options.get("prove", True):
                self._proof = self._prove(minted)
        except ConnectorError as error:
            raise self._writer.take_back(minted, self._or_lost(minted, error)) from error
        self._minted = minted
        self._current = dataclasses.replace(self._current, keys=(*self._current.keys, minted.key))

    def _or_lost(self, minted: Minted, error: ConnectorError) -> ConnectorError:
        """Why the proof failed: another run may have taken the new key away. The failure of the proof where that cannot be seen."""
        delivery = self._desired.delivery
        if delivery is None or not self._desired.kind.replaced_whole or isinstance(error, BudgetError):
            return error
        try:
            present = self._writer.keys()
        except ConnectorError:
            return error
        return error if minted.key.key_id in {key.key_id for key in present} else self._give_way(delivery, Turn.LOST, [minted.key.key_id])

    def _use(self, action: Action) -> None:
        """Prove the key whose value was given. It is not ours: whatever fails here or later, it stays."""
        key = next(item for item in self._current.keys if item.key_id == action.payload["key_id"])
        self._given = True
        given = Minted(key, str(self._runtime.options["known_value"]))
        self._proof = self._prove(given)
        self._minted = given

    def _taken_back(self, minted: Minted, error: ConnectorError) -> ConnectorError:
        return error.with_(details={"kept_key_id": minted.key.key_id}) if self._given else self._writer.take_back(minted, error)

    def _mark_pending(self, action: Action) -> None:
        """Write the pending mark and read it back; give way to another run that has begun to deliver meanwhile."""
        delivery, minted = t.cast(Delivery, self._desired.delivery), t.cast(Minted, self._minted)
        own = delivery.mark(minted.key.key_id, self._current.app_id, delivered=False)
        try:
            written = self._writer.write_tags(self._current.tags, action.payload["drop"], [own.tag], self._current.kind.collection)
            look = self._look(own.key_id, written, action.payload["known"])
            if self._desired.kind.replaced_whole:
                look = self._put_back_by_others(look)
            turn, others = whose_turn(delivery, look, self._desired.span)
            if turn is not Turn.GO_ON:
                self._writer.write_tags(written.tags, [own.tag], [], witness=own.tag)
                raise self._give_way(delivery, turn, others)
        except ConnectorError as error:
            self._minted = None
            raise self._taken_back(minted, error) from error
        self._current = dataclasses.replace(self._current, tags=written.tags)
        if self._chained and self._graph.left is not None:
            # What the task that confirms the delivery goes on from.
            app = {**t.cast("dict[str, t.Any]", self._app), "tags": list(written.tags), self._current.kind.collection: self._entries()}
            self._graph.left.saw(app, dt.datetime.fromtimestamp(self._clock(), dt.UTC))

    def _look(self, own: str, written: TagsWritten, known: t.Collection[str]) -> Look:
        """What is there right after the pending mark was written."""
        collection = self._current.kind.collection
        marked = {mark.key_id for mark in t.cast(Delivery, self._desired.delivery).own(marks_of(written.seen))}
        keys = [key for key in map(Key.from_graph, written.after.get(collection) or ()) if is_managed(key, self._desired.name) or key.key_id in marked]
        now = written.now or dt.datetime.fromtimestamp(self._clock(), dt.UTC)
        return Look(own, keys, marks_of(written.seen), marks_of(written.first), known, now)

    def _put_back_by_others(self, look: Look) -> Look:
        """What is there once a run that took this run's key away has put it back, or has had the time to."""

        def managed() -> list[Key]:
            present = self._writer.keys()
            return [key for key in present if is_managed(key, self._desired.name)]

        def there(keys: t.Sequence[Key]) -> bool:
            return look.own in {key.key_id for key in keys}

        why = f"key {look.own} of {self._current.label} is not there"
        keys = until(managed, there, seen=look.keys, pauses=_STALE_READS, wait=self._graph.wait, why=why)
        return dataclasses.replace(look, keys=keys)

    def _give_way(self, delivery: Delivery, turn: Turn, others: t.Sequence[str]) -> ConflictError:
        """The failure of a run that must not send its key, which is taken back."""
        noun, where = self._current.kind.noun, f"{self._current.label} to {delivery.connector}"
        names = ", ".join(others)
        sentences = {
            Turn.EARLIER: f"Another run may be delivering a {noun} of {where} at the same time: it has made key {names}.",
            Turn.DELIVERED: f"Another run has delivered a {noun} of {where} meanwhile: key {names}.",
            Turn.LOST: f"Another client has removed the {noun} that was just made from {self._current.label}: key {names}.",
        }
        return ConflictError(
            f"{sentences[turn]} The key made here was not sent.",
            code="another_run",
            tenant=self._graph.tenant,
            outcome="refused",
            advice="Run again when the other run has finished; then there may be nothing to do.",
            details={"pending_key_ids": list(others)},
        )

    def _write_tags(self, action: Action) -> None:
        add, delivery = action.payload["add"], self._desired.delivery
        confirmed = delivery.delivered_key_id if delivery and action.kind == "write_tags" else None
        known = {*self._current.tags, *add}
        witness = delivery.mark(confirmed, self._current.app_id, delivered=False).tag if delivery and confirmed else ""
        also = self._current.kind.collection if confirmed else None
        written = self._writer.write_tags(self._current.tags, action.payload["drop"], add, also, witness=witness)
        self._current = dataclasses.replace(self._current, tags=written.tags)
        if delivery is None or confirmed is None:
            return
        mine = {mark.tag for mark in delivery.own(marks_of(written.tags)) if mark.key_id == confirmed}
        settled = mine <= set(add)
        if self._judged < _JUDGED and (not settled or self._is_news(delivery, written, known)):
            # A run that gave way at the same moment may have put the pending mark back, beside the delivered one or in its place.
            self._judged += 1
            for correction in self.plan(self._read_pending()).actions:
                self.apply(correction)
        elif not settled:
            raise self._doubt(confirmed, "another run changed its mark at the same moment")

    def _is_news(self, delivery: Delivery, written: TagsWritten, known: t.Collection[str]) -> bool:
        """Whether the confirmation was planned from something else than was there when it was written: marks of this delivery, or the key."""
        keys = {key.key_id for key in map(Key.from_graph, written.before.get(self._current.kind.collection) or ())}
        return delivery.delivered_key_id not in keys or any(mark.tag not in known for mark in delivery.own(marks_of(written.seen)))

    def _doubt(self, key_id: str, why: str) -> ConflictError:
        delivery = t.cast(Delivery, self._desired.delivery)
        return ConflictError(
            f"Key {key_id} of {self._current.label} was sent to {delivery.instance}, but it is not known whether the receiver holds it: {why}.",
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
        key = minted.key if minted else plan.facts["given"] or next((item for item in current.keys if item.key_id == verdict.key_id), None)
        shown: dict[str, t.Any] = {
            "name": desired.name,
            "app_id": current.app_id,
            "object_id": (self._app or {}).get("id", PLACEHOLDER_ID),
            **self._describe(None if predicted else key, current),
            "would_create": predicted,
            "given": self._given or plan.facts["given"] is not None,
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
