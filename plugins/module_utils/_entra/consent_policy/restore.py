# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Puts recorded consent settings back: only what still is as this collection left it. The rest is reported, and stays recorded. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._engine import Action, Plan
from . import grant_policy
from .admin_consent_requests import ConsentRequests
from .model import ConsentPolicyCurrent, PolicyState, policies_for_groups, same, same_owned
from .plan import assign, owned_after, record_action, write_settings
from .who_consents import managed_by_microsoft

_NAMES = {
    "user_consent": "user consent",
    "group_owner_consent": "consent of group owners",
    "consent_settings": "consent settings",
    "admin_consent_requests": "admin consent requests",
    "grant_policy": "policy",
}


@dataclasses.dataclass
class _Restoring:
    """What has been decided so far."""

    current: ConsentPolicyCurrent
    after: PolicyState
    actions: list[Action] = dataclasses.field(default_factory=list)
    assigning: list[str] = dataclasses.field(default_factory=list)  # what goes back in the list of assigned policies, in words
    done: list[str] = dataclasses.field(default_factory=list)  # as recorded again, by this run or before it
    kept: dict[str, str] = dataclasses.field(default_factory=dict)  # setting -> why it stays


def plan_restore(current: ConsentPolicyCurrent) -> Plan:
    """From the record and what is there to the actions. The record goes last: a run that dies is repeated."""
    entries = current.record.entries
    work = _Restoring(current, PolicyState.of(current))
    for key, restore in (("user_consent", _user_consent), ("group_owner_consent", _group_owner_consent)):
        if key in entries:
            restore(work, entries[key])
    if work.assigning:
        work.actions.append(assign(current, work.after, f"put {' and '.join(work.assigning)}"))
    for key, put_back in (("consent_settings", _settings), ("admin_consent_requests", _requests), ("grant_policy", _policies)):
        if key in entries:
            put_back(work, entries[key])
    restored = list(work.done)
    work.after.record = work.after.record.without(work.done)
    recording = record_action(current, work.after.record, "remove what was put back from the record")
    actions = [*work.actions, *([recording] if recording else [])]
    kept = [f"{_NAMES[key]}: {why}" for key, why in work.kept.items()]
    warnings = tuple(f"Not put back in tenant {current.tenant}: {text}." for text in kept)
    facts = {"not_applicable": [], "restored": restored, "kept": kept, "managed_by_microsoft": managed_by_microsoft(work.after.own or ())}
    return Plan(tuple(actions), PolicyState.of(current).shape(), work.after.shape(), warnings, facts)


def _user_consent(work: _Restoring, entry: t.Mapping[str, t.Any]) -> None:
    if _goes_back(work, "user_consent", t.cast("list[str]", work.current.own), entry, same):
        work.after.own = list(entry["was"])


def _group_owner_consent(work: _Restoring, entry: t.Mapping[str, t.Any]) -> None:
    owned = t.cast("list[str]", work.current.owned)
    if _goes_back(work, "group_owner_consent", policies_for_groups(owned), entry, same_owned):
        work.after.owned = owned_after(owned, entry["was"])


def _goes_back(work: _Restoring, key: str, now: t.Sequence[str], entry: t.Mapping[str, t.Any], known_as: t.Callable[[str], str]) -> bool:
    """Whether the assigned policies of one kind are to be put back. What the tenant chose since stays, and stays recorded."""
    is_now, was, left = (set(map(known_as, values)) for values in (now, entry["was"], entry["set"]))
    if is_now != was and is_now != left:
        work.kept[key] = f"it is {', '.join(now) or 'off'}, which is not what was set ({', '.join(entry['set']) or 'off'})"
        return False
    work.done.append(key)
    if is_now == was:
        return False
    work.assigning.append(f"{_NAMES[key]} back to {', '.join(entry['was']) or 'off'}")
    return True


def _settings(work: _Restoring, entry: t.Mapping[str, t.Any]) -> None:
    settings = work.current.settings
    was: t.Mapping[str, str] | None = entry["was"]
    left: t.Mapping[str, str] = entry["set"]
    if was is None:
        if settings.id is None:
            work.done.append("consent_settings")
        elif settings.different(left):
            work.kept["consent_settings"] = _words(settings.different(left), settings.values)
        else:
            work.done.append("consent_settings")
            work.after.settings = {}
            work.actions.append(Action("remove_settings", "remove the tenant's consent settings, so that the defaults hold again", {"id": settings.id}))
        return
    if settings.id is None:
        work.kept["consent_settings"] = "they have been removed since"
        return
    foreign = {name: value for name, value in settings.different(left).items() if name in settings.different(was)}
    back = {name: value for name, value in settings.different(was).items() if name not in foreign}
    if foreign:
        work.kept["consent_settings"] = _words(foreign, settings.values)
        # Only those that stay remain recorded.
        remaining = {"was": {name: was[name] for name in foreign}, "set": {name: left[name] for name in foreign}}
        work.after.record = work.after.record.with_entry("consent_settings", remaining)
    else:
        work.done.append("consent_settings")
    if back:
        work.after.settings = {**settings.values, **back}
        work.actions.append(write_settings(settings, back))


def _words(foreign: t.Mapping[str, str], values: t.Mapping[str, str]) -> str:
    return ", ".join(f"{name} is {values[name] or 'empty'}, which is not what was set ({left or 'empty'})" for name, left in sorted(foreign.items()))


def _requests(work: _Restoring, entry: t.Mapping[str, t.Any]) -> None:
    now, was = t.cast(ConsentRequests, work.current.requests), ConsentRequests.from_compact(entry["was"])
    if now.same_as(was):
        work.done.append("admin_consent_requests")
    elif now.digest() != entry["set"]:
        work.kept["admin_consent_requests"] = "they have been changed since"
    else:
        work.done.append("admin_consent_requests")
        work.after.requests = was.shape()
        work.actions.append(Action("requests", f"put the tenant's admin consent requests back ({was.difference(now)})", {"body": was.body()}))


def _policies(work: _Restoring, _entry: t.Any) -> None:
    """A policy that was created is deleted once it is no longer assigned. Policies that stay remain recorded."""
    stay: dict[str, str] = {}
    for identifier, found in work.current.made.items():
        if found is None:
            continue
        if not grant_policy.made_here(found):
            stay[identifier] = f"'{identifier}' has been changed since"
        elif identifier.lower() in _assigned_after(work):
            stay[identifier] = f"'{identifier}' is still assigned"
        else:
            work.after.made[identifier] = None
            work.actions.append(Action("remove_policy", f"remove consent policy '{identifier}'", {"id": identifier}))
    if not stay:
        work.done.append("grant_policy")
        return
    work.kept["grant_policy"] = ", ".join(stay.values())
    if list(stay) != work.current.record.policies:
        work.after.record = work.after.record.with_entry("grant_policy", list(stay))


def _assigned_after(work: _Restoring) -> set[str]:
    """The policies that are assigned when everything else has been put back."""
    others = {entry.rpartition(".")[2].lower() for entry in work.after.owned or ()}
    return others | {same(item) for item in work.after.own or ()}
