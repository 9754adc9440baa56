# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Who may consent in a tenant: what is wanted, what is there, and the pure planner of the state C(present).

Earlier values are recorded before anything tenant-wide is changed. Putting them back is in consent_policy_restore.py.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import Action, Plan
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra import grant_policy, group_settings
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.admin_consent_requests import Requests, RequestsDesired
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent_policy_record import Record
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.group_settings import ConsentSettings
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.list_change import ListChange, in_words
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConflictError, NotFoundError, OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._ids import is_guid

SELF = "ManagePermissionGrantsForSelf."
# Microsoft's policies for consent of one's own, which every tenant has.
DOCUMENTED = frozenset({"microsoft-user-default-legacy", "microsoft-user-default-low", "microsoft-user-default-recommended"})
_POLICY_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")


def is_self(entry: str) -> bool:
    """Whether an entry is about what people may consent to for themselves; the others are about what they own, and not ours."""
    return entry.lower().startswith(SELF.lower())


def policy_id(entry: str) -> str:
    """The policy of an entry, or what was given when it is no entry."""
    return entry[len(SELF) :] if is_self(entry) else entry


def same(entry: str) -> str:
    """What makes two entries the same: tenants spell them in different ways."""
    return policy_id(entry).lower()


@dataclasses.dataclass(frozen=True)
class ConsentPolicyDesired:
    """The options of C(entra_consent_policy), checked."""

    state: str = "present"
    user_consent: ListChange[str] | None = None  # policy ids
    settings: t.Mapping[str, str] = dataclasses.field(default_factory=dict)  # as Graph names them
    policy: grant_policy.GrantPolicy | None = None
    requests: RequestsDesired | None = None
    record_on: str | None = None

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any]) -> ConsentPolicyDesired:
        """From module options."""
        change = ListChange.from_option(options.get("user_consent"))
        for item in (*change.wanted, *change.remove) if change else ():
            if not _POLICY_ID.fullmatch(policy_id(item)):
                raise OptionError(
                    f"'user_consent' holds {item!r}, which is not the id of a policy for consent of one's own.",
                    code="invalid_id",
                    advice="Give an id such as microsoft-user-default-low. What people may consent to for groups and chats they own is never changed here.",
                )
        policy, requests = options.get("grant_policy"), options.get("admin_consent_requests")
        settings = group_settings.to_graph(options.get("consent_settings") or {})
        limited_to = settings.get("ConstrainGroupSpecificConsentToMembersOfGroupId")
        if limited_to and not is_guid(limited_to):
            raise OptionError(
                "'consent_settings.constrain_group_specific_consent_to_members_of_group_id' has to be the object id of a group, or empty.", code="invalid_id"
            )
        record_on = options.get("record_on")
        if record_on is not None and not is_guid(record_on):
            raise OptionError(f"'record_on' is {record_on!r}, which is not an application (client) id.", code="invalid_id")
        desired = cls(
            options.get("state") or "present",
            change.map(policy_id) if change else None,
            settings,
            grant_policy.GrantPolicy.from_option(policy) if policy else None,
            RequestsDesired.from_option(requests) if requests else None,
            record_on.lower() if record_on else None,
        )
        if desired.state == "restored":
            given = [name for name in ("user_consent", "consent_settings", "grant_policy", "admin_consent_requests") if options.get(name)]
            if given:
                raise OptionError(f"'{given[0]}' goes with state: present; restoring puts back what is recorded.", code="option_conflict")
            if not desired.record_on:
                raise OptionError("'record_on' is needed to restore: it names where the earlier values are recorded.", code="option_missing")
        return desired


@dataclasses.dataclass(frozen=True)
class ConsentPolicyCurrent:
    """The tenant as far as it could be read. None: not readable, or not asked for."""

    tenant: str = ""
    assigned: tuple[str, ...] | None = None  # the whole list, as it is spelled
    settings: ConsentSettings = dataclasses.field(default_factory=lambda: ConsentSettings(known=False))
    requests: Requests | None = None
    policy: t.Mapping[str, t.Any] | None = None  # the one that is wanted
    made: t.Mapping[str, t.Mapping[str, t.Any] | None] = dataclasses.field(default_factory=dict)  # with state restored, those that the record names
    missing_policies: tuple[str, ...] = ()  # among those that are to be assigned
    known_policies: tuple[str, ...] = ()  # all of the tenant, where one was looked for
    holder: t.Mapping[str, t.Any] | None = None  # the service principal that keeps the record
    predicted_holder: bool = False  # check mode: an earlier task would create it

    @property
    def record(self) -> Record:
        """What is recorded."""
        return Record.parse((self.holder or {}).get("notes"))

    @property
    def own(self) -> list[str] | None:
        """The policies for consent of one's own."""
        return None if self.assigned is None else [policy_id(entry) for entry in self.assigned if is_self(entry)]


@dataclasses.dataclass
class State:
    """The values that a plan works on, before and after."""

    own: list[str] | None
    settings: dict[str, str]
    requests: t.Any
    policy: dict[str, t.Any] | None
    made: dict[str, dict[str, t.Any] | None]
    record: Record

    @classmethod
    def of(cls, current: ConsentPolicyCurrent) -> State:
        """From what was read."""
        requests = current.requests.shape() if current.requests else None
        made = {identifier: grant_policy.shape(found) for identifier, found in current.made.items()}
        return cls(current.own, dict(current.settings.values), requests, grant_policy.shape(current.policy), made, current.record)

    def shape(self, current: ConsentPolicyCurrent) -> dict[str, t.Any]:
        """For diff and result."""
        return {
            "user_consent": self.own,
            "owned_resource_consent": None if current.assigned is None else [entry for entry in current.assigned if not is_self(entry)],
            "consent_settings": group_settings.to_ansible(self.settings) if self.settings else None,
            "grant_policy": self.policy,
            "recorded_policies": [found for found in self.made.values() if found is not None],
            "admin_consent_requests": self.requests,
            "recorded": dict(self.record.entries),
        }


def plan_consent_policy(desired: ConsentPolicyDesired, current: ConsentPolicyCurrent) -> Plan:
    """From options and what was read to the actions of the state C(present)."""
    after = State.of(current)
    actions: list[Action] = []
    if desired.policy:
        _check_adoptable(desired)
        steps = grant_policy.plan_grant_policy(desired.policy, current.policy)
        actions += steps
        after.policy = grant_policy.wanted_shape(desired.policy) if steps else after.policy
        if current.policy is None and desired.record_on:
            after.record = after.record.with_policy(desired.policy.id)
    tenant_wide = [*_user_consent(desired, current, after), *_settings(desired, current, after), *_requests(desired, current, after)]
    if tenant_wide and not desired.record_on:
        raise OptionError(
            f"This would change what holds for the whole tenant ({'; '.join(action.text for action in tenant_wide)}), and 'record_on' is not set; "
            "nothing was written.",
            code="record_missing",
            advice="Name a service principal by its application id: the earlier values are kept in its notes, so that they can be put back later.",
        )
    actions += tenant_wide
    recording = record_action(current, after.record, "record earlier consent settings")
    actions = [*([recording] if recording else []), *actions]
    missing = current.settings.missing(desired.settings) if current.settings.known else []
    return Plan(tuple(actions), State.of(current).shape(current), after.shape(current), facts={"not_applicable": missing, "restored": [], "kept": []})


def _check_adoptable(desired: ConsentPolicyDesired) -> None:
    """A policy cannot be taken out of use and brought into line in the same task: which of both is meant would be unclear."""
    change = desired.user_consent
    if change and desired.policy and desired.policy.id.lower() in map(same, change.remove):
        raise OptionError(f"'user_consent.remove' and 'grant_policy' both name '{desired.policy.id}'.", code="option_conflict")


def record_action(current: ConsentPolicyCurrent, record: Record, text: str) -> Action | None:
    """The write of the record, None when it stays as it is."""
    if record.entries == current.record.entries:
        return None
    holder = current.holder
    if holder is None:
        if not current.predicted_holder:
            raise NotFoundError(
                f"The application that 'record_on' names has no service principal in tenant {current.tenant}; nothing was written.",
                code="service_principal_not_found",
                tenant=current.tenant,
                advice="Create it first with tenantkit.connectors.entra_service_principal.",
            )
        return Action("record", f"{text} on the service principal", {})
    label = f"service principal '{holder.get('displayName') or holder.get('appId')}'"
    notes = record.write_into(holder.get("notes"), label)
    return Action("record", f"{text} in the notes of {label}", {"id": holder["id"], "notes": notes, "seen": holder.get("notes")})


def _user_consent(desired: ConsentPolicyDesired, current: ConsentPolicyCurrent, after: State) -> list[Action]:
    if desired.user_consent is None:
        return []
    own = t.cast("list[str]", current.own)
    wanted = desired.user_consent.apply(own, same)
    made = desired.policy.id.lower() if desired.policy else None
    unknown = [item for item in current.missing_policies if item.lower() != made and same(item) in map(same, wanted)]
    if unknown:
        near = difflib.get_close_matches(same(unknown[0]), sorted({*DOCUMENTED, *map(str.lower, current.known_policies)}), 3)
        raise NotFoundError(
            f"There is no consent policy '{unknown[0]}' in tenant {current.tenant}; nothing was written.",
            code="policy_not_found",
            tenant=current.tenant,
            advice=(f"Did you mean {' or '.join(near)}? " if near else "") + "Check the id, or describe the policy in 'grant_policy'.",
        )
    if set(map(same, wanted)) == set(map(same, own)):
        return []
    after.own = wanted
    after.record = after.record.with_change("user_consent", own, wanted)
    return [assign(current, wanted, f"change user consent ({in_words(own, wanted, same)})")]


def assign(current: ConsentPolicyCurrent, wanted: t.Sequence[str], text: str) -> Action:
    """Replace what people may consent to for themselves. All other entries, and the spelling of those that stay, are kept."""
    assigned = t.cast("tuple[str, ...]", current.assigned)
    spelled = {same(entry): entry for entry in assigned if is_self(entry)}
    kept = [entry for entry in assigned if not is_self(entry)]
    return Action("assign", text, {"assigned": [*kept, *(spelled.get(same(item), SELF + item) for item in wanted)], "seen": list(assigned)})


def _settings(desired: ConsentPolicyDesired, current: ConsentPolicyCurrent, after: State) -> list[Action]:
    settings = current.settings
    changed = settings.different(desired.settings)
    if not changed:
        return []
    after.settings = {**settings.values, **changed}
    # What is made has values for everything; what exists is recorded value by value.
    now = changed if settings.id else after.settings
    after.record = after.record.with_values("consent_settings", dict(settings.values) if settings.id else None, now)
    return [write_settings(settings, changed)]


def write_settings(settings: ConsentSettings, changed: t.Mapping[str, str]) -> Action:
    """Write the group setting, or make it."""
    words = ", ".join(f"{name} to {value or 'nothing'}" for name, value in sorted(changed.items()))
    return Action("settings", f"set {words} in the tenant's consent settings", {"id": settings.id, "values": settings.body(changed)})


def _requests(desired: ConsentPolicyDesired, current: ConsentPolicyCurrent, after: State) -> list[Action]:
    if desired.requests is None:
        return []
    now = t.cast(Requests, current.requests)
    wanted = desired.requests.apply(now)
    if wanted.same_as(now):
        return []
    after.requests = wanted.shape()
    after.record = after.record.with_change("admin_consent_requests", now.compact(), wanted.digest())
    return [Action("requests", f"change the tenant's admin consent requests ({wanted.difference(now)})", {"body": wanted.body()})]


def list_changed(tenant: str) -> ConflictError:
    """The failure when the assigned policies are not the ones the plan was made from."""
    return ConflictError(
        f"The consent policies assigned in tenant {tenant} were changed by somebody else between reading and writing; nothing of them was written.",
        code="list_changed",
        tenant=tenant,
        outcome="refused",
        advice="The list can only be replaced as a whole. Run again.",
    )
