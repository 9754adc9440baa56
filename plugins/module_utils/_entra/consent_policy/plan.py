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
from ..common.list_change import in_words
from . import grant_policy, group_settings
from .admin_consent_requests import ConsentRequests
from .group_settings import ConsentSettings
from .model import DOCUMENTED, SELF, ConsentPolicyCurrent, ConsentPolicyDesired, PolicyState, is_self, policies_for_groups, same
from .record import PolicyRecord


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
    missing = sorted({*missing, *(group_settings.OPTIONS[name] for name in desired.settings if name not in _applicable(desired, current))})
    return Plan(tuple(actions), PolicyState.of(current).shape(current), after.shape(current), facts={"not_applicable": missing, "restored": [], "kept": []})


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


def _user_consent(desired: ConsentPolicyDesired, current: ConsentPolicyCurrent, after: PolicyState) -> list[Action]:
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


def _applicable(desired: ConsentPolicyDesired, current: ConsentPolicyCurrent) -> t.Mapping[str, str]:
    """The wanted values without those that must not be set: where policies say what owners of groups consent to, the setting has to be off."""
    if desired.settings.get("EnableGroupSpecificConsent") != "true" or not policies_for_groups(current.assigned or ()):
        return desired.settings
    return {name: value for name, value in desired.settings.items() if name not in group_settings.OF_GROUP_OWNERS}


def _settings(desired: ConsentPolicyDesired, current: ConsentPolicyCurrent, after: PolicyState) -> list[Action]:
    settings = current.settings
    changed = settings.different(_applicable(desired, current))
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
