# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Managed client secrets: what is wanted, what is there, and the pure planner between them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import PLACEHOLDER_ID, Action, Plan
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.delivery import (
    SUPERSEDED,
    Delivery,
    Verdict,
    contested,
    judge,
    keepers,
    superseded,
    vouches,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.secret_keys import (
    Key,
    check_name,
    days_left,
    format_time,
    is_due,
    is_managed,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.secret_policy import SecretPolicy
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.tags import Mark, marks_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConflictError, OptionError

SELECT = ("id", "appId", "displayName", "uniqueName", "createdDateTime", "signInAudience", "tags", "passwordCredentials")
PERSONAL_SLOTS = 2  # applications for personal accounts take no more client secrets than this
# A lifetime cut to a policy's limit stays below it by this much: Entra compares with its own clock.
_CLOCK_MARGIN = dt.timedelta(minutes=10)


@dataclasses.dataclass(frozen=True)
class SecretDesired:
    """The options of C(entra_client_secret), checked."""

    name: str
    state: str = "present"
    validity_days: int = 180
    renew_before_days: int = 30
    overlap_days: int = 7
    force: bool = False
    key_id: str | None = None
    never_sent: bool = False
    delivery: Delivery | None = None

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any]) -> SecretDesired:
        """From module options; what is left out has the module's defaults."""
        given = {field.name: options[field.name] for field in dataclasses.fields(cls) if options.get(field.name) is not None}
        delivery = given.pop("delivery", None)
        if delivery:
            given["delivery"] = Delivery(
                delivery["connector"],
                delivery["instance"],
                delivery.get("authority") or "",
                tuple(delivery.get("former_authorities") or ()),
                (delivery.get("delivered_key_id") or "").lower() or None,
            )
        if "key_id" in given:
            given["key_id"] = given["key_id"].lower()
        desired = cls(**given)
        check_name(desired.name)
        if desired.validity_days < 1 or desired.renew_before_days < 0 or desired.overlap_days < 0:
            raise OptionError("'validity_days' must be at least 1, 'renew_before_days' and 'overlap_days' at least 0.", code="invalid_days")
        if desired.state != "absent" and (desired.key_id or desired.never_sent):
            raise OptionError("'key_id' and 'never_sent' go with state: absent.", code="option_conflict")
        if desired.never_sent and not desired.key_id:
            raise OptionError("'never_sent' is about one secret: 'key_id' has to name it.", code="option_missing")
        if desired.delivery and options.get("prove") is False:
            raise OptionError(
                "'prove: false' does not go with 'delivery': a secret that was not tried is never delivered.",
                code="option_conflict",
                advice="Leave 'prove' out.",
            )
        if desired.renew_before_days >= desired.validity_days:
            raise OptionError(
                f"'renew_before_days' ({desired.renew_before_days}) must be less than 'validity_days' ({desired.validity_days}): "
                "otherwise every secret is due for renewal when it is made.",
                code="invalid_days",
            )
        return desired

    @property
    def may_mint(self) -> bool:
        """Whether a secret may have to be made, so that the policies have to be read."""
        return self.state == "present" and not (self.delivery and self.delivery.delivered_key_id)


@dataclasses.dataclass(frozen=True)
class SecretCurrent:
    """One application as far as its client secrets go. ``app_id`` is the placeholder for one that a run would create."""

    app_id: str
    label: str
    keys: tuple[Key, ...] = ()
    tags: tuple[str, ...] = ()
    personal: bool = False
    policy: SecretPolicy = dataclasses.field(default_factory=lambda: SecretPolicy(known=False))

    @classmethod
    def from_graph(
        cls,
        app: t.Mapping[str, t.Any] | None,
        policy: t.Mapping[str, t.Any] | None = None,
        own_policies: t.Sequence[t.Mapping[str, t.Any]] | None = None,
        *,
        now: dt.datetime | None = None,
        label: str = "the application",
    ) -> SecretCurrent:
        """From the application (C(SELECT)), the tenant's default policy and the application's own policies; None: not there, not readable."""
        now = now or dt.datetime.now(dt.UTC)
        if app is None:
            return cls(PLACEHOLDER_ID, label, policy=SecretPolicy.from_graph(policy, own_policies, "now", now))
        keys = sorted(map(Key.from_graph, app.get("passwordCredentials") or ()), key=lambda key: (key.start, key.key_id))
        return cls(
            app["appId"],
            f"application '{app.get('displayName') or app['appId']}'",
            tuple(keys),
            tuple(app.get("tags") or ()),
            "Personal" in str(app.get("signInAudience")),
            SecretPolicy.from_graph(policy, own_policies, app.get("createdDateTime"), now),
        )

    @property
    def marks(self) -> list[Mark]:
        """The delivery marks among the tags."""
        return marks_of(self.tags)

    def managed(self, name: str) -> list[Key]:
        """The secrets with this managed name, oldest first."""
        return [key for key in self.keys if is_managed(key, name)]

    def status(self, key_id: str) -> str:
        """What the marks say about a key: delivered, pending, superseded or none."""
        own = [mark for mark in self.marks if mark.key_id == key_id]
        if any(not mark.delivered for mark in own):
            return "pending"
        if any(map(vouches, own)):
            return "delivered"
        return "superseded" if own else "none"


def plan_secret(desired: SecretDesired, current: SecretCurrent, now: dt.datetime) -> Plan:
    """From options and what was read to the actions, in the order that never leaves a product without a valid secret."""
    if desired.state == "retired":
        return _finish(desired, current, now, verdict_of(desired, current, now), *_retire(desired, current, now))
    if desired.state == "absent":
        return _finish(desired, current, now, verdict_of(desired, current, now), *_absent(desired, current, now))
    if desired.delivery and desired.delivery.delivered_key_id:
        return _finish(desired, current, now, verdict_of(desired, current, now), *_confirm(desired, current))
    verdict = verdict_of(desired, current, now)
    actions, warnings, end = _issue(desired, current, now, verdict) if verdict.needed else ([], [], None)
    if verdict.warning:
        warnings.append(verdict.warning)
    return _finish(desired, current, now, verdict, actions, warnings, end)


def verdict_of(desired: SecretDesired, current: SecretCurrent, now: dt.datetime) -> Verdict:
    """Whether a new secret is needed, for the delivery or, without one, for the name alone."""
    managed = current.managed(desired.name)
    if desired.delivery:
        return judge(desired.delivery, current.marks, current.keys, current.app_id, desired.renew_before_days, desired.force, now)
    valid = [key for key in managed if key.end > now]
    newest = max(valid, key=lambda key: key.end, default=None)
    if newest is None:
        return Verdict(True, "there is no valid secret of this name", "none", None)
    if desired.force:
        return Verdict(True, "a new secret was asked for (force)", "none", newest.key_id)
    if is_due(newest, desired.renew_before_days, now):
        return Verdict(True, f"key {newest.key_id} expires in {days_left(newest, now)} days", "none", newest.key_id)
    return Verdict(False, f"key {newest.key_id} is valid for {days_left(newest, now)} days", "none", newest.key_id)


def _issue(desired: SecretDesired, current: SecretCurrent, now: dt.datetime, verdict: Verdict) -> tuple[list[Action], list[str], dt.datetime]:
    """Make room, mint, mark as pending."""
    policy = current.policy
    if policy.addition_blocked:
        raise OptionError(
            f"A policy of the tenant forbids client secrets on {current.label} (app management policy, passwordAddition); nothing was written.",
            code="CredentialTypeNotAllowedAsPerAppPolicy",
            advice="Exempt the application in the tenant's app management policies, or use a certificate where the product takes one "
            "(tenantkit.connectors.entra_app_certificate).",
        )
    actions = _free_slot(desired, current, now)
    lifetime, warnings, days = dt.timedelta(days=desired.validity_days), [], f"{desired.validity_days} days"
    if policy.max_lifetime is not None and policy.max_lifetime < lifetime:
        lifetime = max(policy.max_lifetime - _CLOCK_MARGIN, policy.max_lifetime / 2)
        days = f"{policy.max_lifetime / dt.timedelta(days=1):g} days"
        warnings.append(
            f"A policy of the tenant limits client secrets of {current.label} to {days}; the new secret gets that instead of {desired.validity_days} days."
        )
    end = now + lifetime
    actions.append(Action("mint", f"mint secret '{desired.name}' valid {days}", {"end": format_time(end), "reason": verdict.reason}))
    if desired.delivery:
        drop = [tag for action in actions for tag in action.payload.get("drop", ())]
        seen = [mark.key_id for mark in desired.delivery.own(current.marks) if not mark.delivered]
        actions.append(Action("mark_pending", f"mark secret '{desired.name}' as pending for {desired.delivery.connector}", {"seen": seen, "drop": drop}))
    return actions, warnings, end


def _free_slot(desired: SecretDesired, current: SecretCurrent, now: dt.datetime) -> list[Action]:
    """For personal accounts: the removal that makes room for one more secret, or a failure naming those in the way."""
    if not current.personal or len(current.keys) < PERSONAL_SLOTS:
        return []
    managed = current.managed(desired.name)
    reasons = keepers(managed, current.marks, desired.delivery, dt.timedelta(days=desired.overlap_days), now)
    free = [key for key in managed if key.key_id not in reasons]
    if free:
        return [_removal(current, free[0])]
    foreign = "it is not managed under this name"
    listed = "; ".join(f"{key.key_id} '{key.display_name}' ({reasons.get(key.key_id, foreign)})" for key in current.keys)
    raise ConflictError(
        f"{current.label[0].upper()}{current.label[1:]} is for personal accounts and may have only {PERSONAL_SLOTS} client secrets, and has them: {listed}.",
        code="no_free_secret_slot",
        advice="Find out which of them is not in use and remove it (state: absent with key_id, and force for a managed one).",
        outcome="refused",
        details={"key_ids": [key.key_id for key in current.keys]},
    )


def _removal(current: SecretCurrent, key: Key, why: str = "") -> Action:
    """Remove one key and, with it, every mark that names it."""
    drop = [mark.tag for mark in current.marks if mark.key_id == key.key_id]
    return Action("remove_key", f"remove secret '{key.display_name}' ({key.key_id}){why}", {"key_id": key.key_id, "drop": drop})


def _confirm(desired: SecretDesired, current: SecretCurrent) -> tuple[list[Action], list[str]]:
    """The product took the key: its mark vouches from now on, older ones do not. Whatever is odd leaves the key pending."""
    delivery = t.cast(Delivery, desired.delivery)
    key_id = t.cast(str, delivery.delivered_key_id)
    text = f"mark key {key_id} as delivered to {delivery.connector}"
    if current.app_id == PLACEHOLDER_ID or key_id == PLACEHOLDER_ID:
        return [Action("write_tags", f"mark secret '{desired.name}' as delivered to {delivery.connector}")], []
    starts = {key.key_id: key.start for key in current.keys}
    marks = delivery.own(current.marks)
    mine = [mark for mark in marks if mark.key_id == key_id]
    others = [mark for mark in marks if mark.key_id != key_id]
    wanted, pending = delivery.mark(key_id, current.app_id, delivered=True), delivery.mark(key_id, current.app_id, delivered=False)
    later = [mark for mark in others if key_id in starts and mark.key_id in starts and starts[mark.key_id] > starts[key_id]]
    odd = None
    if key_id not in starts:
        odd = "the key no longer exists"
    elif later:
        odd = f"another run has marked a newer key ({', '.join(mark.key_id for mark in later)})"
    elif mine not in ([pending], [wanted]):
        odd = "its pending mark is gone" if not mine else "its pending mark was changed by another run"
    if odd:
        # The other run must not believe in its own delivery either: its pending mark is taken the content it looks for.
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


def _retire(desired: SecretDesired, current: SecretCurrent, now: dt.datetime) -> tuple[list[Action], list[str]]:
    """Remove what nobody can still need, and the marks of replaced keys that are gone."""
    managed = current.managed(desired.name)
    reasons = keepers(managed, current.marks, desired.delivery, dt.timedelta(days=desired.overlap_days), now)
    actions = [_removal(current, key) for key in managed if key.key_id not in reasons]
    existing = {key.key_id for key in current.keys}
    dead = [mark.tag for mark in current.marks if mark.key_id not in existing and mark.delivered and mark.content == SUPERSEDED]
    return _with_tags(actions, dead), []


def _absent(desired: SecretDesired, current: SecretCurrent, now: dt.datetime) -> tuple[list[Action], list[str]]:
    """Remove one managed key, or all of the name, unless a product may depend on it."""
    managed = current.managed(desired.name)
    if desired.key_id is None:
        held = [key for key in managed if current.status(key.key_id) in ("delivered", "pending")]
        if held and not desired.force:
            raise ConflictError(
                f"Secret '{desired.name}' of {current.label} was delivered, or may have been: "
                + ", ".join(f"{key.key_id} ({current.status(key.key_id)})" for key in held)
                + "; nothing was removed.",
                code="delivered",
                advice="Whoever signs in with it would be locked out. Set 'force' to remove it all the same.",
                outcome="refused",
            )
        existing = {key.key_id for key in current.keys}
        own = desired.delivery.own(current.marks) if desired.delivery and desired.force else []
        return _with_tags([_removal(current, key) for key in managed], [mark.tag for mark in own if mark.key_id not in existing]), []
    key = next((item for item in current.keys if item.key_id == desired.key_id), None)
    if key is None:
        # Only what a run left behind that was killed between the key and its mark.
        dead = [mark.tag for mark in current.marks if mark.key_id == desired.key_id] if desired.never_sent or desired.force else []
        return _with_tags([], dead), []
    if key not in managed:
        raise ConflictError(
            f"Key {key.key_id} '{key.display_name}' of {current.label} is not a managed secret named '{desired.name}'; foreign secrets are never removed.",
            code="foreign_secret",
            outcome="refused",
        )
    status = current.status(key.key_id)
    kept = keepers(managed, current.marks, desired.delivery, dt.timedelta(days=desired.overlap_days), now).get(key.key_id)
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


def _finish(
    desired: SecretDesired,
    current: SecretCurrent,
    now: dt.datetime,
    verdict: Verdict,
    actions: list[Action],
    warnings: list[str],
    end: dt.datetime | None = None,
) -> Plan:
    """The plan with its diff and with what result() needs."""
    removed = {action.payload["key_id"] for action in actions if action.kind == "remove_key"}
    tags = set(current.tags)
    for action in actions:
        tags = (tags - set(action.payload.get("drop", ()))) | set(action.payload.get("add", ()))
    after = dataclasses.replace(current, keys=tuple(key for key in current.keys if key.key_id not in removed), tags=tuple(sorted(tags)))
    rows = shape(after, desired.name)
    if end is not None:
        mark = "pending" if desired.delivery else "none"
        rows.append({"key_id": "(new)", "display_name": f"tkc:{desired.name}:(new)", "end_date_time": f"about {format_time(end)[:10]}", "mark": mark})
    reasons = keepers(current.managed(desired.name), current.marks, desired.delivery, dt.timedelta(days=desired.overlap_days), now)
    facts = {"verdict": verdict, "end": end, **lists(current, desired.name, reasons, now), "policy": describe_policy(current.policy)}
    return Plan(tuple(actions), {"secrets": shape(current, desired.name)}, {"secrets": rows}, tuple(warnings), facts)


def shape(current: SecretCurrent, name: str) -> list[dict[str, t.Any]]:
    """The normalised shape of the diff: managed secrets, oldest first."""
    return [
        {"key_id": key.key_id, "display_name": key.display_name, "end_date_time": format_time(key.end), "mark": current.status(key.key_id)}
        for key in current.managed(name)
    ]


def lists(current: SecretCurrent, name: str, reasons: t.Mapping[str, str], now: dt.datetime) -> dict[str, t.Any]:
    """The lists of managed and foreign secrets for results."""
    result: dict[str, list[dict[str, t.Any]]] = {"managed": [], "foreign": []}
    for key in current.keys:
        row = {
            "key_id": key.key_id,
            "display_name": key.display_name,
            "start_date_time": format_time(key.start),
            "end_date_time": format_time(key.end),
            "days_left": days_left(key, now),
        }
        if is_managed(key, name):
            row.update(mark=current.status(key.key_id), removable=key.key_id not in reasons, kept_because=reasons.get(key.key_id))
        result["managed" if is_managed(key, name) else "foreign"].append(row)
    return result


def describe_policy(policy: SecretPolicy) -> dict[str, t.Any]:
    """What the policies say, for results."""
    longest = policy.max_lifetime
    return {
        "known": policy.known,
        "addition_blocked": policy.addition_blocked,
        "max_lifetime_days": round(longest / dt.timedelta(days=1), 2) if longest is not None else None,
    }
