# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What an application requests (C(requiredResourceAccess)): desired, current, and the pure planner.

Sources: https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation ("API permissions"); read 2026-11. Its limit of 10 APIs of other
tenants is left to Entra.
"""

from __future__ import annotations

import typing as t

from ..._engine import Action, Plan
from ..._errors import OptionError
from ..._ids import is_guid
from .catalogue import AZURE_AD_GRAPH_API, KIND_TYPES, RETIRED, TYPE_KINDS, well_known_name
from .model import Access, PermissionCurrent, PermissionDesired, access_of, access_to_graph
from .option import Lookup, ResourcePermissions, as_result, in_words

PERSONAL_AUDIENCES = ("AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount")
MAX_RESOURCES = 50
MAX_PERMISSIONS = 400
MAX_PERMISSIONS_PERSONAL = 200
MAX_PER_RESOURCE_PERSONAL = 30


def plan_permissions(desired: PermissionDesired, current: PermissionCurrent, lookup: Lookup) -> Plan:
    """Pure. ``lookup`` only serves names: resources it does not know are shown by app id and GUIDs."""
    before, duplicates = access_of(current.required)
    after = _after(desired, before)
    missing = [one for one in desired.permissions if one.resource_sp_id is None] if desired.state == "present" else []
    shape_before = shape_of(before, lookup)
    shape_after = _with_unresolved(shape_of(after, lookup), desired)
    actions = [
        Action(
            "create_service_principal",
            f"create service principal of resource API '{one.resource}' ({one.resource_app_id})",
            {"app_id": one.resource_app_id, "resource": one.resource},
        )
        for one in missing
    ]
    unresolved = [one for one in missing if any(value is None for kind in KIND_TYPES for value in one.of(kind).values())]
    if unresolved or duplicates or _sets(before) != _sets(after):
        _check_limits(after, unresolved, current)
        actions.append(
            Action(
                "set_required_resource_access",
                f"change requested permissions of application '{current.label}': {_difference(shape_before, shape_after, duplicates)}",
                {"object_id": current.object_id, "required": access_to_graph(after), "unresolved": [one.resource_app_id for one in unresolved]},
            )
        )
    return Plan(
        actions=tuple(actions),
        before={"permissions": shape_before, "duplicate_entries": duplicates},
        after={"permissions": shape_after, "duplicate_entries": 0},
        warnings=_retired(after, current.label),
        facts={"permissions": shape_after, "missing_resources": [one.resource_app_id for one in missing]},
    )


def _retired(after: Access, label: str) -> tuple[str, ...]:
    """That a registration still requests what is no more."""
    if not after.get(AZURE_AD_GRAPH_API):
        return ()
    return (
        f"Application '{label}' requests permissions of Azure AD Graph. {RETIRED}, so they give nothing: take them away (entra_app_permission with "
        f"'state: absent', resource {AZURE_AD_GRAPH_API}) once no program of the application's owner asks for them.",
    )


def _after(desired: PermissionDesired, before: Access) -> Access:
    listed: Access = {}
    for one in desired.permissions:
        listed[one.resource_app_id] = {(value, KIND_TYPES[kind]): None for kind in KIND_TYPES for value in one.of(kind).values() if value is not None}
    if desired.state == "absent":
        return {app_id: {pair: None for pair in pairs if pair not in listed.get(app_id, {})} for app_id, pairs in before.items()}
    if desired.mode == "exact":
        return listed
    return {app_id: {**before.get(app_id, {}), **listed.get(app_id, {})} for app_id in {**before, **listed}}


def _sets(access: Access) -> dict[str, frozenset[tuple[str, str]]]:
    return {app_id: frozenset(pairs) for app_id, pairs in access.items() if pairs}


def _check_limits(after: Access, unresolved: t.Sequence[ResourcePermissions], current: PermissionCurrent) -> None:
    """What Entra would refuse, told before the write and with the number."""
    counts = {app_id: len(pairs) for app_id, pairs in after.items() if pairs}
    for one in unresolved:
        counts[one.resource_app_id] = len(one.delegated) + len(one.application)
    personal = current.sign_in_audience in PERSONAL_AUDIENCES
    allowed = MAX_PERMISSIONS_PERSONAL if personal else MAX_PERMISSIONS
    problems = []
    if len(counts) > MAX_RESOURCES:
        problems.append(f"{len(counts)} resource APIs (at most {MAX_RESOURCES})")
    if sum(counts.values()) > allowed:
        problems.append(f"{sum(counts.values())} permissions in all (at most {allowed}{' with personal accounts' if personal else ''})")
    if personal:
        problems.extend(
            f"{count} permissions of {well_known_name(app_id)} (at most {MAX_PER_RESOURCE_PERSONAL} per resource with personal accounts)"
            for app_id, count in counts.items()
            if count > MAX_PER_RESOURCE_PERSONAL
        )
    if problems:
        raise OptionError(f"Application '{current.label}' would request {' and '.join(problems)}. Nothing was changed.", code="permission_limit")


def shape_of(access: Access, lookup: Lookup) -> list[dict[str, t.Any]]:
    """The normalised shape: per resource by name, sorted."""
    rows = []
    for app_id, pairs in access.items():
        if not pairs:
            continue
        resource = lookup(app_id)
        lists: dict[str, list[str]] = {kind: [] for kind in KIND_TYPES}
        for permission_id, type_ in pairs:
            kind = TYPE_KINDS.get(type_, "application")
            lists[kind].append(resource.name_of(kind, permission_id) if resource else permission_id)
        rows.append(as_result(resource.display_name if resource else well_known_name(app_id), app_id, **lists))
    return sorted(rows, key=lambda row: (row["resource"].lower(), row["resource_app_id"]))


def _with_unresolved(rows: list[dict[str, t.Any]], desired: PermissionDesired) -> list[dict[str, t.Any]]:
    """Add the names that have no id yet, so that a prediction shows them."""
    if desired.state == "absent":
        return rows
    by_app = {row["resource_app_id"]: row for row in rows}
    for one in desired.permissions:
        names = {kind: [name for name, value in one.of(kind).items() if value is None and not is_guid(name)] for kind in KIND_TYPES}
        if any(names.values()):
            row = by_app.get(one.resource_app_id) or as_result(one.resource, one.resource_app_id, (), ())
            by_app[one.resource_app_id] = as_result(one.resource, one.resource_app_id, *([*row[kind], *names[kind]] for kind in KIND_TYPES))
    return sorted(by_app.values(), key=lambda row: (row["resource"].lower(), row["resource_app_id"]))


def _difference(before: t.Sequence[dict[str, t.Any]], after: t.Sequence[dict[str, t.Any]], duplicates: int) -> str:
    parts = []
    for verb, left, right in (("add", before, after), ("remove", after, before)):
        known = {row["resource_app_id"]: row for row in left}
        for row in right:
            other = known.get(row["resource_app_id"], {})
            lists = {kind: [name for name in row[kind] if name not in other.get(kind, ())] for kind in KIND_TYPES}
            if any(lists.values()):
                parts.append(f"{verb} {in_words(**lists)} of {row['resource']}")
    if duplicates:
        parts.append(f"drop {duplicates} duplicate {'entries' if duplicates > 1 else 'entry'}")
    return "; ".join(parts)
