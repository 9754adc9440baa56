# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Managed credentials: what is wanted and what is there, the same for every kind."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ..._engine import NEW, PLACEHOLDER_ID
from ..._errors import OptionError
from ..._numbers import number_problem
from .app_management_policy import AppManagementPolicy
from .delivery import Delivery, Verdict, judge, keepers, vouches
from .key import Key, check_name, days_left, is_due, is_managed
from .kind import Kind
from .known import KnownKey, hint_of, known_key
from .marks import Mark, marks_of
from .rivals import at_work, run_time


@dataclasses.dataclass(frozen=True)
class CredentialDesired:
    """The options that every module of a managed credential has, checked."""

    kind: t.ClassVar[Kind]

    name: str
    state: str = "present"
    validity_days: int = 180
    renew_before_days: int = 30
    overlap_days: int = 7
    force: bool = False
    key_id: str | None = None
    never_sent: bool = False
    timeout: int = 300  # seconds that one task may take
    delivery: Delivery | None = None
    known_hint: str | None = dataclasses.field(default=None, repr=False)  # how the value of a key that the operator has begins

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any]) -> t.Self:
        """From module options; what is left out has the module's defaults. Raises OptionError."""
        noun = cls.kind.noun
        given = {field.name: options[field.name] for field in dataclasses.fields(CredentialDesired) if options.get(field.name) is not None}
        delivery = given.pop("delivery", None)
        if delivery:
            given["delivery"] = Delivery(
                delivery["connector"],
                delivery["instance"],
                delivery.get("authority") or "",
                tuple(delivery.get("former_authorities") or ()),
                (delivery.get("delivered_key_id") or "").lower() or None,
                (delivery.get("undecided_key_id") or "").lower() or None,
            )
        if "key_id" in given:
            given["key_id"] = given["key_id"].lower()
        if options.get("known_value"):
            given["known_hint"] = hint_of(options["known_value"])
        desired = cls(**given)
        check_name(desired.name, noun)
        for option in ("validity_days", "renew_before_days", "overlap_days"):
            problem = number_problem(option, getattr(desired, option))
            if problem:
                raise OptionError(problem, code="invalid_days")
        if desired.state != "absent" and (desired.key_id or desired.never_sent):
            raise OptionError("'key_id' and 'never_sent' go with state: absent.", code="option_conflict")
        if desired.never_sent and not desired.key_id:
            raise OptionError(f"'never_sent' is about one {noun}: 'key_id' has to name it.", code="option_missing")
        if desired.delivery and options.get("prove") is False:
            raise OptionError(
                f"'prove: false' cannot be combined with 'delivery': an unproven {noun} is never delivered.",
                code="option_conflict",
                advice="Leave 'prove' out.",
            )
        if desired.known_hint and not desired.delivery:
            raise OptionError("'known_value' goes with 'delivery': without one there is nothing that a known secret would be given to.", code="option_conflict")
        if desired.renew_before_days >= desired.validity_days:
            raise OptionError(
                f"'renew_before_days' ({desired.renew_before_days}) must be less than 'validity_days' ({desired.validity_days}): "
                f"otherwise every {noun} is due for renewal when it is made.",
                code="invalid_days",
            )
        return desired

    @property
    def may_mint(self) -> bool:
        """Whether a new credential may have to be made, so that the policies have to be read."""
        return self.state == "present" and not (self.delivery and (self.delivery.delivered_key_id or self.delivery.undecided_key_id))

    @property
    def contends(self) -> bool:
        """Whether another run may be making and delivering a credential for the same target at this moment."""
        return self.may_mint and self.delivery is not None

    @property
    def span(self) -> dt.timedelta:
        """How long a run may take from making a credential to its settled mark."""
        return run_time(self.timeout)

    @property
    def overlap(self) -> dt.timedelta:
        """How long an earlier credential stays valid beside a later one."""
        return dt.timedelta(days=self.overlap_days)

    def verdict(self, current: CredentialCurrent, now: dt.datetime) -> Verdict:
        """Whether a new credential is needed, for the delivery or, without one, for the name alone."""
        noun = self.kind.noun
        managed = current.managed(self.name)
        if self.delivery:
            return judge(self.delivery, current.marks, current.keys, current.app_id, self.renew_before_days, self.force, now, noun)
        valid = [key for key in managed if key.end > now]
        newest = max(valid, key=lambda key: key.end, default=None)
        if newest is None:
            return Verdict(True, f"there is no valid {noun} of this name", "none", None)
        if self.force:
            return Verdict(True, f"a new {noun} was asked for (force)", "none", newest.key_id)
        if is_due(newest, self.renew_before_days, now):
            return Verdict(True, f"key {newest.key_id} expires in {days_left(newest, now)} days", "none", newest.key_id)
        return Verdict(False, f"key {newest.key_id} is valid for {days_left(newest, now)} days", "none", newest.key_id)

    def known(self, current: CredentialCurrent, now: dt.datetime) -> KnownKey | None:
        """The key that the operator has the value of; None where no value was given. Raises ConflictError where it cannot be told which one that is."""
        if self.known_hint is None or self.delivery is None or not self.may_mint:
            return None
        return known_key(self.known_hint, current.keys, self.delivery, current.marks, current.label, now)

    def identity_of_new(self) -> dict[str, str]:
        """What the diff shows in place of C(CredentialCurrent.identity) for a credential that is about to be made."""
        return {"display_name": f"tkc:{self.name}:{NEW}"}


@dataclasses.dataclass(frozen=True)
class CredentialCurrent:
    """One application as far as its credentials of one kind go. ``app_id`` is the placeholder for one that a run would create."""

    kind: t.ClassVar[Kind]

    app_id: str
    label: str  # names the application in sentences
    keys: tuple[Key, ...] = ()
    tags: tuple[str, ...] = ()
    personal: bool = False  # whether the application takes personal accounts
    policy: AppManagementPolicy = dataclasses.field(default_factory=lambda: AppManagementPolicy(known=False))
    object_id: str | None = None  # None for one that a run would create
    automation: str = dataclasses.field(default="", compare=False)  # the client id that the task signs in with, where it is known

    @classmethod
    def from_graph(
        cls,
        app: t.Mapping[str, t.Any] | None,
        policy: t.Mapping[str, t.Any] | None = None,
        own_policies: t.Sequence[t.Mapping[str, t.Any]] | None = None,
        *,
        now: dt.datetime,
        label: str = "the application",
    ) -> t.Self:
        """From the application (C(Kind.select)), the tenant's default policy and the application's own policies; None: not there, not readable.

        ``now`` is the service's time.
        """
        if app is None:
            return cls(PLACEHOLDER_ID, label, policy=AppManagementPolicy.from_graph(policy, own_policies, "now", now, cls.kind))
        keys = sorted(map(Key.from_graph, app.get(cls.kind.collection) or ()), key=lambda key: (key.start, key.key_id))
        return cls(
            app["appId"],
            f"application '{app.get('displayName') or app['appId']}'",
            tuple(keys),
            tuple(app.get("tags") or ()),
            "Personal" in str(app.get("signInAudience")),
            AppManagementPolicy.from_graph(policy, own_policies, app.get("createdDateTime"), now, cls.kind),
            app.get("id"),
        )

    @property
    def marks(self) -> list[Mark]:
        """The delivery marks among the tags."""
        return marks_of(self.tags)

    def managed(self, name: str) -> list[Key]:
        """The keys with this managed name, oldest first."""
        return [key for key in self.keys if is_managed(key, name)]

    def status(self, key_id: str) -> str:
        """What the marks say about a key: delivered, pending, superseded or none."""
        own = [mark for mark in self.marks if mark.key_id == key_id]
        if any(not mark.delivered for mark in own):
            return "pending"
        if any(map(vouches, own)):
            return "delivered"
        return "superseded" if own else "none"

    def at_work(self, desired: CredentialDesired, now: dt.datetime) -> list[Key]:
        """The keys that other runs may be proving or delivering to the same target at this moment, oldest first."""
        if not desired.contends or not desired.verdict(self, now).needed:
            return []
        return at_work(t.cast(Delivery, desired.delivery), self.managed(desired.name), self.marks, now, desired.span)

    def kept(self, desired: CredentialDesired, now: dt.datetime) -> dict[str, str]:
        """Why each managed key has to stay: key id to reason. Retiring removes the others."""
        return keepers(self.managed(desired.name), self.marks, desired.delivery, desired.overlap, now, self.kind.noun)

    def identity(self, key: Key | None) -> dict[str, str | None]:
        """What tells one key from another in diffs and results, besides its id."""
        return {"display_name": key.display_name if key else None}
