# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The life cycle of a managed credential as a pure planner: made, marked, confirmed, retired, removed. It is the same for every kind.

Sources: https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation (two secrets for personal accounts),
https://learn.microsoft.com/graph/api/resources/passwordcredentialconfiguration (additions that are blocked, longest lifetime); read 2026-11. The margin for
clocks (inferred).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ..._clock import format_time
from ..._engine import PLACEHOLDER_ID, Action, Plan
from ..._errors import ConflictError, ConnectorError, OptionError
from ..common.exemption import Exemption, exemption_advice
from .delivery import (
    Delivery,
    Verdict,
    contested,
    keepers,
    superseded,
)
from .key import Key, days_left, is_managed
from .known import not_used
from .marks import SUPERSEDED, Mark
from .model import CredentialCurrent, CredentialDesired
from .rivals import gives_way, next_attempt

NOT_ALLOWED = "CredentialTypeNotAllowedAsPerAppPolicy"  # what Entra answers where a policy forbids a new credential
# A lifetime cut to a policy's limit stays below it by this much: Entra compares with its own clock.
_CLOCK_MARGIN = dt.timedelta(minutes=10)


def plan_credential(desired: CredentialDesired, current: CredentialCurrent, now: dt.datetime) -> Plan:
    """From options and what was read to the actions, in the order that never leaves a product without a valid credential.

    Raises OptionError and ConflictError for what must not be done; nothing was written then.
    """
    verdict = desired.verdict(current, now)
    if desired.state == "retired":
        return finish(desired, current, now, verdict, *_retire(desired, current, now))
    if desired.state == "absent":
        return finish(desired, current, now, verdict, *_absent(desired, current, now))
    if desired.delivery and desired.delivery.delivered_key_id:
        return finish(desired, current, now, verdict, *_confirm(desired, current, now))
    if desired.delivery and desired.delivery.undecided_key_id:
        return finish(desired, current, now, verdict, *_leave_undecided(desired.delivery, current))
    known = desired.known(current, now) if verdict.needed else None
    if known and known.key:
        actions, warnings, end = _use(desired, current, now, known.key)
    else:
        actions, warnings, end = _issue(desired, current, now, verdict) if verdict.needed else ([], [], None)
    warnings += [text for text in (verdict.warning, known.ignored if known else None) if text]
    if desired.known_hint and desired.delivery and not verdict.needed:
        warnings.append(not_used(desired.delivery, verdict.reason))
    return finish(desired, current, now, verdict, actions, warnings, end)


def _use(desired: CredentialDesired, current: CredentialCurrent, now: dt.datetime, key: Key) -> tuple[list[Action], list[str], None]:
    """A key that is there in place of a new one: proven and marked like that, and never removed for it."""
    _check_undecided(desired, current, now)
    delivery, noun = t.cast(Delivery, desired.delivery), current.kind.noun
    own = delivery.own(current.marks)
    payload = {"known": [mark.key_id for mark in own if mark.key_id != key.key_id], "drop": [mark.tag for mark in own if mark.key_id == key.key_id]}
    named = f"{noun} '{key.display_name}' ({key.key_id})"
    return (
        [
            Action("use", f"use {named}, whose value was given", {"key_id": key.key_id}),
            Action("mark_pending", f"mark {named} as pending for {delivery.connector}", payload),
        ],
        [],
        None,
    )


def _issue(desired: CredentialDesired, current: CredentialCurrent, now: dt.datetime, verdict: Verdict) -> tuple[list[Action], list[str], dt.datetime]:
    """Make room, mint, mark as pending."""
    check_allowed(current)
    _check_undecided(desired, current, now)
    actions = _free_slot(desired, current, now)
    lifetime, warnings, days = _lifetime(desired, current)
    end = (now + lifetime).replace(microsecond=0)
    noun = current.kind.noun
    payload = {"start": format_time(now), "end": format_time(end), "reason": verdict.reason}
    actions.append(Action("mint", f"{current.kind.make} {noun} '{desired.name}' valid {days}", payload))
    if desired.delivery:
        drop = [tag for action in actions for tag in action.payload.get("drop", ())]
        known = [mark.key_id for mark in desired.delivery.own(current.marks)]
        actions.append(Action("mark_pending", f"mark {noun} '{desired.name}' as pending for {desired.delivery.connector}", {"known": known, "drop": drop}))
    return actions, warnings, end


def _check_undecided(desired: CredentialDesired, current: CredentialCurrent, now: dt.datetime) -> None:
    """Raises ConflictError while a receiver that never said whether it took the last credentials is not to be given another one."""
    if desired.delivery is None:
        return
    undecided, allowed = next_attempt(desired.delivery, current.managed(desired.name), current.marks, now)
    if allowed is None:
        return
    noun, last = current.kind.noun, max(undecided, key=lambda key: key.start)
    raise ConflictError(
        f"It is not known of {len(undecided)} {current.kind.nouns} of {current.label} whether {desired.delivery.connector} took them, the last one "
        f"({last.key_id}) made at {format_time(last.start)}. From the third one on a new {noun} is made at most once a day, and none was made now.",
        code="undecided_deliveries",
        outcome="refused",
        advice=f"Find out why {desired.delivery.connector} does not confirm a delivery; the failures of the earlier runs say what it answered. "
        f"A run after {format_time(allowed)} makes another {noun}.",
        details={"key_ids": [key.key_id for key in undecided]},
    )


def check_allowed(current: CredentialCurrent, *, made_here: bool = True) -> None:
    """Raises OptionError where a policy of the tenant forbids new credentials of this kind, or those that are C(made_here).

    The failure holds the requests by which an administrator exempts the application.
    """
    if made_here and current.policy.trusted_authority:
        advice, details = exemption_of(current, current.kind.authority, "give a certificate of such an authority, or use a federated credential")
        raise OptionError(
            f"A policy of the tenant takes only certificates of authorities that it names on {current.label} (app management policy, "
            f"{current.kind.authority}), and one that is made here is signed by no authority; nothing was written.",
            code="certificate_authority_not_trusted",
            advice=advice,
            details=details,
        )
    if current.policy.addition_blocked:
        advice, details = exemption_of(current, current.kind.addition, current.kind.instead)
        raise OptionError(
            f"A policy of the tenant forbids {current.kind.in_policies} on {current.label} (app management policy, {current.kind.addition}); "
            "nothing was written.",
            code=NOT_ALLOWED,
            advice=advice,
            details=details,
        )


def exemption_of(current: CredentialCurrent, restriction: str, instead: str) -> tuple[str, dict[str, t.Any]]:
    """How an administrator exempts the application from a restriction: the advice, and the details of a failure."""
    exemption = Exemption(current.kind.collection, restriction, current.policy.default, current.policy.own, current.automation)
    return exemption_advice(exemption, current.object_id, current.label, instead)


def refused_by_policy(error: ConnectorError, current: CredentialCurrent) -> ConnectorError:
    """The failure of a write with the way out, where a policy that was not read beforehand, or that exempts other callers, refused it."""
    if error.code != NOT_ALLOWED:
        return error
    advice, details = exemption_of(current, current.kind.addition, current.kind.instead)
    return error.with_(advice=advice, details={**error.details, **details})


def _lifetime(desired: CredentialDesired, current: CredentialCurrent) -> tuple[dt.timedelta, list[str], str]:
    """How long a new credential is valid, cut to the limit of a policy, with a warning where it is cut; and that in words."""
    wanted, limit = dt.timedelta(days=desired.validity_days), current.policy.max_lifetime
    if limit is None or limit >= wanted:
        return wanted, [], f"{desired.validity_days} days"
    days = f"{limit / dt.timedelta(days=1):g} days"
    warning = (
        f"A policy of the tenant limits {current.kind.in_policies} of {current.label} to {days}; "
        f"the new {current.kind.noun} gets that instead of {desired.validity_days} days."
    )
    return max(limit - _CLOCK_MARGIN, limit / 2), [warning], days


def _free_slot(desired: CredentialDesired, current: CredentialCurrent, now: dt.datetime) -> list[Action]:
    """For personal accounts: the removal that makes room for one more, or a failure naming those in the way."""
    slots = current.kind.personal_slots
    if not current.personal or slots is None or len(current.keys) < slots:
        return []
    managed = current.managed(desired.name)
    reasons = keepers(managed, current.marks, desired.delivery, desired.overlap, now, current.kind.noun)
    free = [key for key in managed if key.key_id not in reasons]
    if free:
        return [_removal(current, free[0])]
    foreign = "it is not managed under this name"
    listed = "; ".join(f"{key.key_id} '{key.display_name}' ({reasons.get(key.key_id, foreign)})" for key in current.keys)
    raise ConflictError(
        f"{current.label[0].upper()}{current.label[1:]} is for personal accounts and may have only {slots} {current.kind.in_policies}, and has {listed}.",
        code="no_free_secret_slot",
        advice="Find out which of them is not in use and remove it (state: absent with key_id, and force for a managed one).",
        outcome="refused",
        details={"key_ids": [key.key_id for key in current.keys]},
    )


def _removal(current: CredentialCurrent, key: Key, why: str = "") -> Action:
    """Remove one key and, with it, every mark that names it."""
    drop = [mark.tag for mark in current.marks if mark.key_id == key.key_id]
    return Action("remove_key", f"remove {current.kind.noun} '{key.display_name}' ({key.key_id}){why}", {"key_id": key.key_id, "drop": drop})


def _confirm(desired: CredentialDesired, current: CredentialCurrent, now: dt.datetime) -> tuple[list[Action], list[str]]:
    """The product took the key: its mark vouches from now on, older ones do not. Whatever is odd leaves the key pending."""
    delivery = t.cast(Delivery, desired.delivery)
    key_id = t.cast(str, delivery.delivered_key_id)
    text = f"mark key {key_id} as delivered to {delivery.connector}"
    if current.app_id == PLACEHOLDER_ID or key_id == PLACEHOLDER_ID:
        return [Action("write_tags", f"mark {current.kind.noun} '{desired.name}' as delivered to {delivery.connector}")], []
    by_id = {key.key_id: key for key in current.keys}
    starts = {key.key_id: key.start for key in current.keys}
    marks = delivery.own(current.marks)
    if key_id in by_id:
        marks = [mark for mark in marks if mark.key_id == key_id or not gives_way(mark, by_id[key_id], starts, now, desired.span)]
    mine = [mark for mark in marks if mark.key_id == key_id]
    others = [mark for mark in marks if mark.key_id != key_id]
    wanted, pending = delivery.mark(key_id, current.app_id, delivered=True), delivery.mark(key_id, current.app_id, delivered=False)
    later = [mark for mark in others if key_id in starts and mark.key_id in starts and starts[mark.key_id] > starts[key_id]]
    odd = None
    if key_id not in starts:
        odd = "the key no longer exists"
    elif later:
        odd = f"another run has marked a newer key ({', '.join(mark.key_id for mark in later)})"
    elif not mine or not set(mine) <= {pending, wanted}:
        odd = "its pending mark was removed" if not mine else "its pending mark was changed by another run"
    if odd:
        # The other run must not confirm its own delivery either, so the content of its pending mark is replaced.
        # A mark of a key that is gone stays as well: as long as it is there, no older key is taken for the delivered one.
        doubt = [contested(mark) for mark in later if not mark.delivered]
        touched = [*mine, *(mark for mark in later if not mark.delivered)]
        payload = {"drop": _tags(touched), "add": _tags([pending, *doubt]), "key_id": key_id, "why": odd}
        return [Action("doubt", f"keep key {key_id} pending for {delivery.connector}: {odd}", payload)], []
    replaced = [superseded(mark) for mark in others if mark.key_id in starts]
    add, drop = _tags([wanted, *replaced]), _tags([*mine, *others])
    add, drop = [tag for tag in add if tag not in current.tags], [tag for tag in drop if tag not in add]
    if not add and not drop:
        return [], []
    return [Action("write_tags", text, {"drop": drop, "add": add})], []


def _leave_undecided(delivery: Delivery, current: CredentialCurrent) -> tuple[list[Action], list[str]]:
    """This run has ended without an answer of the receiver: its mark says so, and the next run need not wait for what will never come."""
    key_id = t.cast(str, delivery.undecided_key_id)
    pending = delivery.mark(key_id, current.app_id, delivered=False)
    if pending.tag not in current.tags:
        return [], []
    text = f"mark key {key_id} as undecided for {delivery.connector}"
    return [Action("write_tags", text, {"drop": [pending.tag], "add": [contested(pending).tag]})], []


def _retire(desired: CredentialDesired, current: CredentialCurrent, now: dt.datetime) -> tuple[list[Action], list[str]]:
    """Remove what no target can still need, and the marks of replaced keys that are gone."""
    kept = current.kept(desired, now)
    actions = [_removal(current, key) for key in current.managed(desired.name) if key.key_id not in kept]
    existing = {key.key_id for key in current.keys}
    dead = [mark.tag for mark in current.marks if mark.key_id not in existing and mark.delivered and mark.content == SUPERSEDED]
    return _with_tags(actions, dead), []


def _absent(desired: CredentialDesired, current: CredentialCurrent, now: dt.datetime) -> tuple[list[Action], list[str]]:
    """Remove one managed key, or all of the name, unless a product may depend on it."""
    managed = current.managed(desired.name)
    if desired.key_id is None:
        held = [key for key in managed if current.status(key.key_id) in ("delivered", "pending")]
        if held and not desired.force:
            raise ConflictError(
                f"{current.kind.noun.capitalize()} '{desired.name}' of {current.label} was delivered, or may have been: "
                + ", ".join(f"{key.key_id} ({current.status(key.key_id)})" for key in held)
                + "; nothing was removed.",
                code="delivered",
                advice="Removing it locks out every program that signs in with it. Set 'force' to remove it anyway.",
                outcome="refused",
            )
        removed = {key.key_id for key in managed}  # with their marks; a key of others that was delivered stays, without ours
        own = desired.delivery.own(current.marks) if desired.delivery and desired.force else []
        return _with_tags([_removal(current, key) for key in managed], [mark.tag for mark in own if mark.key_id not in removed]), []
    key = next((item for item in current.keys if item.key_id == desired.key_id), None)
    if key is None:
        # Only what a run left behind that was killed between the key and its mark.
        dead = [mark.tag for mark in current.marks if mark.key_id == desired.key_id] if desired.never_sent or desired.force else []
        return _with_tags([], dead), []
    if key not in managed:
        raise ConflictError(
            f"Key {key.key_id} '{key.display_name}' of {current.label} is not a managed {current.kind.noun} named '{desired.name}'; "
            f"foreign {current.kind.nouns} are never removed.",
            code=f"foreign_{current.kind.noun}",
            outcome="refused",
        )
    status = current.status(key.key_id)
    kept = keepers(managed, current.marks, desired.delivery, desired.overlap, now, current.kind.noun).get(key.key_id)
    if kept and not desired.force and not (desired.never_sent and status in ("none", "pending")):
        raise ConflictError(
            f"Key {key.key_id} of {current.label} stays: {kept}.",
            code="still_needed",
            advice="Set 'never_sent' only when the product definitely refused it or it was never sent; 'force' removes it whatever the marks say.",
            outcome="refused",
        )
    removal = _removal(current, key)
    if kept and not desired.never_sent:
        # Forced. Its mark outlives it, so that the next run does not take an older key for the one that the product holds.
        removal = dataclasses.replace(removal, payload={**removal.payload, "drop": []})
    return _with_tags([removal], []), []


def _with_tags(actions: list[Action], dead: list[str]) -> list[Action]:
    """One write of the tags at the end, for all keys together: the key goes before its mark, so that no kill makes a key look unknown."""
    drop = [*(tag for action in actions for tag in action.payload["drop"]), *dead]
    if drop:
        actions.append(Action("write_tags", f"remove {len(drop)} delivery mark{'s' if len(drop) > 1 else ''}", {"drop": drop, "add": []}))
    return actions


def _tags(marks: t.Iterable[Mark]) -> list[str]:
    return [mark.tag for mark in marks]


def finish(
    desired: CredentialDesired,
    current: CredentialCurrent,
    now: dt.datetime,
    verdict: Verdict,
    actions: list[Action],
    warnings: list[str],
    end: dt.datetime | None = None,
) -> Plan:
    """The plan with its diff and with what result() needs. ``end`` is that of a new credential."""
    removed = {action.payload["key_id"] for action in actions if action.kind == "remove_key"}
    tags = set(current.tags)
    for action in actions:
        tags = (tags - set(action.payload.get("drop", ()))) | set(action.payload.get("add", ()))
    after = dataclasses.replace(current, keys=tuple(key for key in current.keys if key.key_id not in removed), tags=tuple(sorted(tags)))
    rows = _shape(after, desired.name)
    if end is not None:
        mark = "pending" if desired.delivery else "none"
        rows.append({"key_id": PLACEHOLDER_ID, **desired.identity_of_new(), "end_date_time": f"about {format_time(end)[:10]}", "mark": mark})
    used = {action.payload["key_id"] for action in actions if action.kind == "use"}
    given = next((key for key in current.keys if key.key_id in used), None)
    facts = {"verdict": verdict, "end": end, "given": given, **overview(desired, current, now), "policy": current.policy.shape()}
    nouns = current.kind.nouns
    return Plan(tuple(actions), {nouns: _shape(current, desired.name)}, {nouns: rows}, tuple(warnings), facts)


def _shape(current: CredentialCurrent, name: str) -> list[dict[str, t.Any]]:
    """The normalised shape of the diff: managed keys, oldest first."""
    return [
        {"key_id": key.key_id, **current.identity(key), "end_date_time": format_time(key.end), "mark": current.status(key.key_id)}
        for key in current.managed(name)
    ]


def overview(desired: CredentialDesired, current: CredentialCurrent, now: dt.datetime) -> dict[str, t.Any]:
    """The lists of managed and foreign keys for results."""
    result: dict[str, list[dict[str, t.Any]]] = {"managed": [], "foreign": []}
    reasons = current.kept(desired, now)
    for key in current.keys:
        row = {
            "key_id": key.key_id,
            "display_name": key.display_name,
            "start_date_time": format_time(key.start),
            "end_date_time": format_time(key.end),
            "days_left": days_left(key, now),
            **current.identity(key),
        }
        managed = is_managed(key, desired.name)
        if managed:
            row.update(mark=current.status(key.key_id), removable=key.key_id not in reasons, kept_because=reasons.get(key.key_id))
        result["managed" if managed else "foreign"].append(row)
    return result
