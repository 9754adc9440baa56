# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Who may consent in a tenant: what is wanted, what is there, and the pure planner of the state C(present).

Earlier values are recorded before anything tenant-wide is changed. Putting them back is in consent_policy_restore.py.
"""

from __future__ import annotations

import difflib
import typing as t

from ..._engine import Action, Plan
from ..._errors import ConflictError, NotFoundError, OptionError
from ..._spelling import did_you_mean
from ..common.list_change import in_words
from . import grant_policy, group_settings
from .admin_consent_requests import ConsentRequests
from .group_settings import ConsentSettings
from .model import (
    DOCUMENTED,
    OWNED,
    SELF,
    ConsentPolicyCurrent,
    ConsentPolicyDesired,
    PolicyState,
    is_for_groups,
    is_self,
    owned_policy,
    policies_for_groups,
    same,
    same_owned,
)
from .record import PolicyRecord
from .who_consents import managed_by_microsoft


def plan_consent_policy(desired: ConsentPolicyDesired, current: ConsentPolicyCurrent) -> Plan:
    """From options and what was read to the actions of the state C(present).

    Raises OptionError for a policy that is both removed and wanted and for tenant-wide changes without C(record_on); ConflictError, see C(plan_grant_policy).
    """
    after = PolicyState.of(current)
    actions: list[Action] = []
    if desired.policy:
        _check_adoptable(desired)
        steps = grant_policy.plan_grant_policy(desired.policy, current.policy)
        actions += steps
        after.policy = grant_policy.wanted_shape(desired.policy) if steps else after.policy
        if current.policy is None and desired.record_on:
            after.record = after.record.with_policy(desired.policy.id)
    assigning = [*_user_consent(desired, current, after), *_group_owner_consent(desired, current, after)]
    tenant_wide = [
        *([assign(current, after, f"change {' and '.join(assigning)}")] if assigning else []),
        *_settings(desired, current, after),
        *_requests(desired, current, after),
    ]
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
    missing = sorted({*missing, *(group_settings.OPTIONS[name] for name in desired.settings if name not in _applicable(desired, after))})
    facts = {"not_applicable": missing, "restored": [], "kept": [], "managed_by_microsoft": managed_by_microsoft(after.own or ())}
    return Plan(tuple(actions), PolicyState.of(current).shape(), after.shape(), tuple(_beside_the_setting(desired, current, after)), facts)


def _beside_the_setting(desired: ConsentPolicyDesired, current: ConsentPolicyCurrent, after: PolicyState) -> t.Iterator[str]:
    """That policies for the owners of groups do not count while the earlier setting is on."""
    if desired.group_owner_consent and policies_for_groups(after.owned or ()) and after.settings.get("EnableGroupSpecificConsent", "").lower() == "true":
        yield (
            f"In tenant {current.tenant} the setting EnableGroupSpecificConsent is on, and the policies for consent of group owners count only while it "
            "is off: set 'consent_settings.enable_group_specific_consent' to false beside 'group_owner_consent'."
        )


def _check_adoptable(desired: ConsentPolicyDesired) -> None:
    """A policy cannot be taken out of use and brought into line in the same task: which of the two is meant would be unclear."""
    change = desired.user_consent
    if change and desired.policy and desired.policy.id.lower() in map(same, change.remove):
        raise OptionError(f"'user_consent.remove' and 'grant_policy' both name '{desired.policy.id}'.", code="option_conflict")


def record_action(current: ConsentPolicyCurrent, record: PolicyRecord, text: str) -> Action | None:
    """The write of the record, None when it stays as it is.

    Raises NotFoundError when the service principal of C(record_on) does not exist, and OptionError when the record is too long for its notes.
    """
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


def _user_consent(desired: ConsentPolicyDesired, current: ConsentPolicyCurrent, after: PolicyState) -> list[str]:
    """What changes, in words; nothing where it is as it should be."""
    if desired.user_consent is None:
        return []
    own = t.cast("list[str]", current.own)
    wanted = desired.user_consent.apply(own, same)
    made = desired.policy.id.lower() if desired.policy else None
    unknown = [item for item in current.missing_policies if item.lower() != made and same(item) in map(same, wanted)]
    _check_known(unknown, current)
    if set(map(same, wanted)) == set(map(same, own)):
        return []
    after.own = wanted
    after.record = after.record.with_change("user_consent", own, wanted)
    return [f"user consent ({in_words(own, wanted, same)})"]


def _group_owner_consent(desired: ConsentPolicyDesired, current: ConsentPolicyCurrent, after: PolicyState) -> list[str]:
    """What changes of the policies for the owners of groups, in words; nothing where it is as it should be."""
    change = desired.group_owner_consent
    if change is None:
        return []
    owned = t.cast("list[str]", current.owned)
    now = [owned_policy(entry) for entry in owned if is_for_groups(entry)]
    wanted = change.apply(now, same_owned)
    _check_known([item for item in current.missing_policies if same_owned(item) in map(same_owned, wanted)], current)
    if set(map(same_owned, wanted)) == set(map(same_owned, now)):
        return []
    after.owned = owned_after(owned, wanted)
    after.record = after.record.with_change("group_owner_consent", now, wanted)
    return [f"consent of group owners ({in_words(now, wanted, same_owned)})"]


def owned_after(owned: t.Sequence[str], wanted: t.Sequence[str]) -> list[str]:
    """The entries about what people own with C(wanted) for groups; the others, and the spelling of those that stay, are kept."""
    spelled = {same_owned(entry): entry for entry in owned}
    return [*(entry for entry in owned if not is_for_groups(entry)), *(spelled.get(same_owned(item), OWNED + item) for item in wanted)]


def _check_known(unknown: t.Sequence[str], current: ConsentPolicyCurrent) -> None:
    """Raises NotFoundError for a policy that the tenant does not have."""
    if unknown:
        near = difflib.get_close_matches(unknown[0].lower(), sorted({*DOCUMENTED, *map(str.lower, current.known_policies)}), 3)
        raise NotFoundError(
            f"There is no consent policy '{unknown[0]}' in tenant {current.tenant}; nothing was written.",
            code="policy_not_found",
            tenant=current.tenant,
            advice=f"{did_you_mean(near)} Check the id, or describe the policy in 'grant_policy'.".lstrip(),
        )


def assign(current: ConsentPolicyCurrent, after: PolicyState, text: str) -> Action:
    """Replace the whole list at once, as Graph takes it. The spelling of entries that stay is kept."""
    assigned = t.cast("tuple[str, ...]", current.assigned)
    spelled = {same(entry): entry for entry in assigned if is_self(entry)}
    own = [spelled.get(same(item), SELF + item) for item in after.own or ()]
    return Action("assign", text, {"assigned": [*(after.owned or ()), *own], "seen": list(assigned)})


def _applicable(desired: ConsentPolicyDesired, after: PolicyState) -> t.Mapping[str, str]:
    """The wanted values without those that must not be set: where policies say what owners of groups consent to, the setting has to be off."""
    if desired.settings.get("EnableGroupSpecificConsent") != "true" or not policies_for_groups(after.owned or ()):
        return desired.settings
    return {name: value for name, value in desired.settings.items() if name not in group_settings.OF_GROUP_OWNERS}


def _settings(desired: ConsentPolicyDesired, current: ConsentPolicyCurrent, after: PolicyState) -> list[Action]:
    settings = current.settings
    changed = settings.different(_applicable(desired, after))
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


def _requests(desired: ConsentPolicyDesired, current: ConsentPolicyCurrent, after: PolicyState) -> list[Action]:
    if desired.requests is None:
        return []
    now = t.cast(ConsentRequests, current.requests)
    wanted = desired.requests.apply(now)
    if wanted.same_as(now):
        return []
    after.requests = wanted.shape()
    after.record = after.record.with_change("admin_consent_requests", now.compact(), wanted.digest())
    return [Action("requests", f"change the tenant's admin consent requests ({wanted.difference(now)})", {"body": wanted.body()})]


def list_changed(tenant: str) -> ConflictError:
    """The failure when the assigned policies are not the ones the plan was made from."""
    return ConflictError(
        f"The consent policies assigned in tenant {tenant} were changed by another writer between the read and the write; they were not written.",
        code="list_changed",
        tenant=tenant,
        outcome="refused",
        advice="The list can only be replaced as a whole. Run again.",
    )
