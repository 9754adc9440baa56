# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""When an application replaces the certificate that it signs in with itself, and which of its former ones it then removes. Pure.

Sources: https://learn.microsoft.com/graph/api/application-addkey and https://learn.microsoft.com/graph/api/application-removekey (an application
needs no permission to roll its own keys, and a valid one to begin with); read 2026-11-30. That both keep the display name and the dates that they are
given (inferred).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import typing as t

from ..._certificates import LoadedCertificate
from ..._clock import format_time
from ..._engine import Action, Plan
from ..._errors import OptionError
from ..._ids import is_guid
from ..._numbers import number_problem
from .certificate import thumbprint_of
from .key import Key, check_name, days_left, is_due, is_managed
from .marks import marks_of

_DAYS = ("validity_days", "renew_before_days", "overlap_days")


class OwnState(enum.Enum):
    """Where an application is on its way from one certificate to the next."""

    CURRENT = "current"  # nothing follows the present one yet
    WOULD_RENEW = "would_renew"  # in check mode
    RENEWED = "renewed"  # in this run
    FOLLOWS = "follows"  # the following one is accepted, and the task still signs in with the former one


@dataclasses.dataclass(frozen=True)
class OwnDesired:
    """The options of C(entra_own_certificate), checked."""

    path: str
    object_id: str | None = None
    name: str = "automation"
    validity_days: int = 180
    renew_before_days: int = 30
    overlap_days: int = 7
    force: bool = False

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any]) -> OwnDesired:
        """From module options; what is left out has the module's defaults. Raises OptionError."""
        desired = cls(**{field.name: options[field.name] for field in dataclasses.fields(cls) if options.get(field.name) is not None})
        check_name(desired.name, "certificate")
        if desired.object_id is not None and not is_guid(desired.object_id):
            raise OptionError(f"'object_id' has to be a GUID, and '{desired.object_id}' is not.", code="invalid_id")
        for option in _DAYS:
            if problem := number_problem(option, getattr(desired, option)):
                raise OptionError(problem, code="invalid_days")
        if desired.renew_before_days >= desired.validity_days:
            raise OptionError(
                f"'renew_before_days' ({desired.renew_before_days}) must be less than 'validity_days' ({desired.validity_days}): "
                "otherwise every certificate is due for renewal when it is made.",
                code="invalid_days",
            )
        return desired


@dataclasses.dataclass(frozen=True)
class OwnCurrent:
    """The application as it knows itself."""

    label: str
    present: LoadedCertificate  # with which the task has signed in
    following: LoadedCertificate | None = None  # what the file holds
    accepted: bool = False  # whether an application may sign in with that already
    entries: tuple[t.Mapping[str, t.Any], ...] | None = None  # of C(keyCredentials); None where the identity may not read its own application
    tags: tuple[str, ...] = ()

    @property
    def switched(self) -> bool:
        """Whether the task signs in with what the file holds."""
        return self.following is not None and self.following.thumbprint == self.present.thumbprint

    def key_of(self, certificate: LoadedCertificate | None) -> Key | None:
        """The newest entry with this certificate."""
        if certificate is None:
            return None
        found = [Key.from_graph(entry) for entry in self.entries or () if thumbprint_of(entry) == certificate.thumbprint]
        return max(found, key=lambda key: (key.start, key.key_id), default=None)


def plan_own_certificate(desired: OwnDesired, current: OwnCurrent, now: dt.datetime) -> Plan:
    """Make the following certificate when the present one is due, add what is not accepted yet, and remove former ones once their overlap is over.

    Raises OptionError when the file holds something that cannot follow, or no other file is named although the present certificate is due.
    """
    due = desired.force or _due(current.present, desired, now)
    _check_file(desired, current, due, now)
    actions: list[Action] = []
    end = now + dt.timedelta(days=desired.validity_days)
    waits = current.following is not None and not current.switched and not current.accepted
    if current.following is None and due:
        actions.append(Action("make", f"make a certificate valid until {end:%Y-%m-%d}, with its key in {desired.path}", {"end": format_time(end)}))
        waits = True
    if waits:
        which = current.following.thumbprint if current.following else "that was made"
        actions.append(Action("add", f"add the certificate {which} to {current.label}", {"start": format_time(now)}))
    former = former_keys(desired, current, now)
    actions += [Action("remove_key", f"remove the former certificate {key.key_id} of {current.label}", {"key_id": key.key_id}) for key in former]
    before = {"certificates": len(current.entries or ())}
    after = {"certificates": len(current.entries or ()) + waits - len(former)}
    facts = {"renews": waits, "due": due, "removed": [key.key_id for key in former], "kept": kept_because(desired, current, now)}
    return Plan(tuple(actions), before if actions else {}, after if actions else {}, facts=facts)


def former_keys(desired: OwnDesired, current: OwnCurrent, now: dt.datetime) -> list[Key]:
    """The certificates of the name that the present one has replaced for as long as the overlap; none while that cannot be told."""
    present = current.key_of(current.present)
    if present is None or kept_because(desired, current, now):
        return []
    following, marked = current.key_of(current.following), {mark.key_id for mark in marks_of(current.tags)}
    spared = {present.key_id, *([following.key_id] if following else ()), *marked}
    keys = [Key.from_graph(entry) for entry in current.entries or ()]
    return [key for key in keys if is_managed(key, desired.name) and key.start < present.start and key.key_id not in spared]


def kept_because(desired: OwnDesired, current: OwnCurrent, now: dt.datetime) -> str | None:
    """Why no former certificate is looked at; None where they are."""
    if current.entries is None:
        return "not assessed: the identity may not read its own application"
    present = current.key_of(current.present)
    if present is None or present.end <= now:
        return "the certificate that the task signs in with is not among those of the application"
    over = present.start + dt.timedelta(days=desired.overlap_days)
    return None if now >= over else f"the overlap with the present certificate ends on {over:%Y-%m-%d}"


def report(current: OwnCurrent, plan: Plan, applied: bool, paths: tuple[str, str], now: dt.datetime) -> dict[str, t.Any]:
    """What an operator has to know: which file to sign in with from now on. ``current`` is as the run left it, ``paths`` are the present file and the other."""
    present, following = current.present, current.following
    state = OwnState.CURRENT
    if plan.facts["renews"]:
        state = OwnState.RENEWED if applied else OwnState.WOULD_RENEW
    elif following is not None and not current.switched:
        state = OwnState.FOLLOWS
    used = following if following is not None and state in (OwnState.RENEWED, OwnState.FOLLOWS) else present
    use = paths[0] if used is present else paths[1]
    texts = {
        OwnState.CURRENT: f"{_sentence_start(current.label)} signs in with {use}, which is valid until {present.not_after:%Y-%m-%d}.",
        OwnState.WOULD_RENEW: f"A run would add a certificate to {current.label}, with its key in {paths[1]}.",
        OwnState.RENEWED: f"{_sentence_start(current.label)} has a new certificate, which was tried: sign in with {use} from now on, in place of {paths[0]}, "
        f"which ends on {present.not_after:%Y-%m-%d}.",
        OwnState.FOLLOWS: f"The certificate in {use} of {current.label} is accepted: sign in with it from now on, in place of {paths[0]}, which ends on "
        f"{present.not_after:%Y-%m-%d}.",
    }
    kept = plan.facts["kept"]
    return {
        "state": state.value,
        "use": use,
        "thumbprint": used.thumbprint,
        "end_date_time": format_time(used.not_after),
        "days_left": days_left(Key("", "", used.not_before, used.not_after), now),
        "removed": list(plan.facts["removed"]),
        "kept_because": kept,
        "message": texts[state] + (f" Former certificates stay: {kept}." if kept else ""),
    }


def _sentence_start(label: str) -> str:
    return label[:1].upper() + label[1:]


def _due(certificate: LoadedCertificate, desired: OwnDesired, now: dt.datetime) -> bool:
    return is_due(Key("", "", certificate.not_before, certificate.not_after), desired.renew_before_days, now)


def _check_file(desired: OwnDesired, current: OwnCurrent, due: bool, now: dt.datetime) -> None:
    """Raises OptionError for a file that cannot be the following one."""
    present, following = current.present, current.following
    if following is None or (current.switched and not due):
        return
    if current.switched:
        what = f"is the certificate that this task signs in with, which is to be replaced before it ends on {present.not_after:%Y-%m-%d}"
    elif following.not_before < present.not_before:
        what = "is older than the certificate that this task signs in with"
    elif _due(following, desired, now):
        what = f"ends on {following.not_after:%Y-%m-%d} and would have to be replaced at once"
    else:
        return
    raise OptionError(
        f"The certificate in {desired.path} {what}; nothing was made.",
        code="file_in_the_way",
        outcome="refused",
        advice="Name a file in 'path' that does not exist yet.",
    )
