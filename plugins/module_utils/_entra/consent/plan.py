# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Consent: delegated grants and application role assignments of one client, desired, current, and the pure planner.

A delegated grant is keyed by (client, resource, consentType, principalId). Only grants of the very key that was asked for are
looked at: tenant-wide ones, or those of one principal. Scopes are compared as sets without regard to case.
"""

from __future__ import annotations

import typing as t

from ..._engine import Action, Plan
from ..permission.option import Lookup, as_result
from .model import ConsentCurrent, ConsentDesired, GrantState, Held, key_of, state_of

TAKING_AWAY = ("delete_grant", "remove_role")


def plan_consent(desired: ConsentDesired, current: ConsentCurrent, lookup: Lookup, *, create_client: bool = False) -> Plan:
    """Pure. Never a second grant for a key that has one, never a grant of another key.

    ``create_client``: the client is an application of this tenant without service principal, which is made before it is granted anything.
    C(facts["consent"]) has requested, granted, missing, extra and complete as they are after the plan; C(facts["now"]) as they are before it.
    """
    before = state_of(desired, current)
    after = _after(desired, before)
    names = _Names(desired, current, lookup)
    actions = [action for key in {**before, **after} for action in _changes(key, before.get(key, Held()), after.get(key, Held()), desired, current, names)]
    actions.sort(key=lambda action: action.kind in TAKING_AWAY)  # grant first, then take away
    if create_client and actions:
        actions.insert(0, Action("create_client", f"create service principal of application '{current.label}'", {"app_id": current.app_id}))
    return Plan(
        actions=tuple(actions),
        before={"granted": names.rows(before)},
        after={"granted": names.rows(after)},
        warnings=tuple(_pointless(desired, current, names)),
        facts={"consent": consent_view(desired, current, after, lookup), "now": consent_view(desired, current, before, lookup), "state": before},
    )


def _after(desired: ConsentDesired, before: GrantState) -> GrantState:
    after = {key: held.copy() for key, held in before.items()}
    if desired.mode == "report":
        return after
    if desired.everything or (desired.state == "present" and desired.mode == "exact"):
        for key, held in after.items():
            listed = {} if desired.everything else _listed(desired, key)
            held.scopes = {low: name for low, name in held.scopes.items() if low in listed.get("scopes", {})}
            held.roles = {role: assignment for role, assignment in held.roles.items() if role in listed.get("roles", {})}
    for one in desired.permissions:
        held = after.setdefault(key_of(one), Held())
        if desired.state == "absent":
            for name in one.delegated:
                held.scopes.pop(name.lower(), None)
            for name, role in one.application.items():
                held.roles.pop(role or name, None)
            continue
        for name in one.delegated:
            held.scopes.setdefault(name.lower(), name)
        for name, role in one.application.items():
            held.roles.setdefault(role or name, "")
    return after


def _listed(desired: ConsentDesired, key: str) -> dict[str, dict[str, str]]:
    for one in desired.permissions:
        if key_of(one) == key:
            return {
                "scopes": {name.lower(): name for name in one.delegated},
                "roles": {role or name: name for name, role in one.application.items()},
            }
    return {}


def _changes(key: str, before: Held, after: Held, desired: ConsentDesired, current: ConsentCurrent, names: _Names) -> t.Iterator[Action]:
    api = names.resource(key)
    whom = f"for {desired.principal_label}" if desired.principal_id else "for the tenant"
    client = f"'{current.label}'"
    added = [name for low, name in after.scopes.items() if low not in before.scopes]
    removed = [name for low, name in before.scopes.items() if low not in after.scopes]
    if added or removed:
        payload = {"key": key, "grant_id": before.grant_id, "scopes": list(after.scopes.values()), "principal_id": desired.principal_id}
        payload["known"] = list(before.scopes.values())
        if not after.scopes:
            text = f"revoke all delegated permissions of {api} from {client} {whom} ({', '.join(sorted(removed))})"
            yield Action("delete_grant", text, payload)
        else:
            words = [f"{verb} {', '.join(sorted(part))}" for verb, part in (("grant", added), ("revoke", removed)) if part]
            text = f"{' and '.join(words)} of {api} (delegated) {'to' if added else 'from'} {client} {whom}"
            yield Action("update_grant" if before.grant_id else "create_grant", text, payload)
    for role in after.roles:
        if role not in before.roles:
            yield Action("assign_role", f"grant {names.role(key, role)} of {api} (application) to {client}", {"key": key, "role": role})
    for role, assignment in before.roles.items():
        if role not in after.roles:
            text = f"revoke {names.role(key, role)} of {api} (application) from {client}"
            yield Action("remove_role", text, {"key": key, "role": role, "assignment_id": assignment})


def carried_out(state: GrantState, action: Action) -> None:
    """Change a state as an action of the plan did: for what is reported when some of a plan was refused."""
    if action.kind == "create_client":
        return
    held = state.setdefault(action.payload["key"], Held())
    if action.kind == "assign_role":
        held.roles[action.payload["role"]] = ""
    elif action.kind == "remove_role":
        held.roles.pop(action.payload["role"], None)
    else:
        held.scopes = {} if action.kind == "delete_grant" else {name.lower(): name for name in action.payload["scopes"]}


def _pointless(desired: ConsentDesired, current: ConsentCurrent, names: _Names) -> t.Iterator[str]:
    if desired.principal_id is None or desired.state == "absent":
        return
    for grant in current.tenant_wide():
        listed = _listed(desired, grant.resource_id).get("scopes", {})
        shared = sorted(scope for scope in grant.scopes if scope.lower() in listed)
        if shared:
            yield (
                f"'{current.label}' already has {', '.join(shared)} of {names.resource(grant.resource_id)} for every user of the tenant; "
                f"a consent for {desired.principal_label} alone limits nothing while that tenant-wide grant exists."
            )


class _Names:
    """Names for ids, with what the options say about resources that do not exist yet."""

    def __init__(self, desired: ConsentDesired, current: ConsentCurrent, lookup: Lookup) -> None:
        self._listed = {key_of(one): one for one in desired.permissions}
        self._displayed = {one.resource_id: one.resource_name for one in current.assignments}
        self._lookup = lookup

    def resource(self, key: str) -> str:
        listed, known = self._listed.get(key), self._lookup(key)
        return listed.resource if listed else known.display_name if known else self._displayed.get(key, key)

    def app_id(self, key: str) -> str | None:
        listed, known = self._listed.get(key), self._lookup(key)
        return listed.resource_app_id if listed else known.app_id if known else None

    def role(self, key: str, role: str) -> str:
        known = self._lookup(key)
        if known is not None:
            return known.name_of("application", role)
        listed = self._listed.get(key)
        return next((name for name, value in listed.application.items() if value == role), role) if listed else role

    def rows(self, state: GrantState) -> list[dict[str, t.Any]]:
        rows = [
            as_result(self.resource(key), self.app_id(key), held.scopes.values(), [self.role(key, role) for role in held.roles])
            for key, held in state.items()
            if held.scopes or held.roles
        ]
        return sorted(rows, key=lambda row: (row["resource"].lower(), row["resource_app_id"] or ""))


def consent_view(desired: ConsentDesired, current: ConsentCurrent, state: GrantState, lookup: Lookup) -> dict[str, t.Any]:
    """Requested, granted, missing and extra per resource by name, and whether anything is left to do."""
    names = _Names(desired, current, lookup)
    wanted: GrantState = {}
    if desired.state == "present":
        for one in desired.permissions:
            wanted[key_of(one)] = Held({name.lower(): name for name in one.delegated}, {role or name: "" for name, role in one.application.items()})
    missing, extra = _without(wanted, state), _without(state, wanted)
    if desired.state == "present":
        complete = not missing and not (desired.mode == "exact" and extra)
    elif desired.everything:
        complete = not extra
    else:
        listed = {
            key_of(one): Held({name.lower(): name for name in one.delegated}, {r or n: "" for n, r in one.application.items()}) for one in desired.permissions
        }
        complete = len(_without(listed, _without(listed, state))) == 0
    return {
        "requested": names.rows(wanted),
        "granted": names.rows(state),
        "missing": names.rows(missing),
        "extra": names.rows(extra),
        "complete": complete,
    }


def _without(left: GrantState, right: GrantState) -> GrantState:
    result: GrantState = {}
    for key, held in left.items():
        other = right.get(key, Held())
        rest = Held(
            {low: name for low, name in held.scopes.items() if low not in other.scopes},
            {role: value for role, value in held.roles.items() if role not in other.roles},
        )
        if rest.scopes or rest.roles:
            result[key] = rest
    return result
