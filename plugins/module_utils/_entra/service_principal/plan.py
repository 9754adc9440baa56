# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What has to be written to make an enterprise application what a task wants. Pure."""

from __future__ import annotations

import typing as t

from ..._engine import PLACEHOLDER_ID, Action, Plan
from ..._errors import OptionError
from ..application.desired import apply_tags
from ..common.agents import check_no_agent
from ..common.list_change import in_words
from ..common.publisher import check_publisher
from ..common.tags import created_here, is_reserved
from ..common.whose import without_tag
from .assignments import AssignmentPlan, existing, plan_assignments
from .model import HIDE, OURS, ServicePrincipalCurrent, ServicePrincipalDesired, to_ansible

LONGEST_NOTES = 1024  # characters, what Graph takes
_GRAPH = {
    "account_enabled": "accountEnabled",
    "app_role_assignment_required": "appRoleAssignmentRequired",
    "notes": "notes",
    "tags": "tags",
}
_LABELS = {
    "account_enabled": "account enabled",
    "app_role_assignment_required": "assignment required",
    "notes": "notes",
    "tags": "tags",
}


def plan_service_principal(desired: ServicePrincipalDesired, current: ServicePrincipalCurrent) -> Plan:
    """The plan for one enterprise application. Raises OptionError for what must stop before the first write."""
    known = current.principal or current.application or {}
    label = known.get("displayName") or desired.reference.display_name or desired.reference.value
    described = f"service principal '{label}'"
    for found in (current.principal, current.application):
        check_no_agent(found, described, current.tenant)
    if current.principal is not None and desired.publisher is not None:
        check_publisher(current.principal, desired.publisher, current.tenant_id, registered_here=current.application is not None, granting=False)
    if desired.state == "absent":
        return _plan_absent(current, described)
    if desired.values.get("account_enabled") is False and not current.is_own:
        raise OptionError(
            f"The {described} in tenant {current.tenant} belongs to another publisher's application and is not disabled.",
            code="not_own_application",
            tenant=current.tenant,
            advice="Take away its grants and assignments instead.",
        )
    before = to_ansible(current.principal or {"tags": []})
    after = _after(desired, before, (current.application or {}).get("tags") or ())
    assignments = _assignments(desired, current, described)
    warnings: list[str] = []
    actions: list[Action] = []
    changed = [name for name in _GRAPH if before[name] != after[name]]
    body = {_GRAPH[name]: after[name] for name in changed}
    if current.principal is None:
        app_id = current.app_id or PLACEHOLDER_ID
        # Whose application an app id is shows only once the tenant has it: until then one that would let everybody in is disabled, and the tag says that the
        # next run may enable it, should this one end in between.
        unseen = (
            desired.publisher is not None
            and current.application is None
            and desired.values.get("account_enabled") is not False
            and not after["app_role_assignment_required"]
        )
        made = {"appId": app_id, **body, **({"accountEnabled": False, "tags": [*after["tags"], OURS]} if unseen else {})}
        actions.append(Action("create", f"create {described} (app id {app_id}){', disabled at first' if unseen else ''}", {"body": made}))
        if unseen:
            actions.append(
                Action("update", f"enable {described}, whose publisher is the expected one", {"body": {"accountEnabled": True, "tags": after["tags"]}})
            )
        actions += assignments.add
        after.update(object_id=PLACEHOLDER_ID, app_id=app_id, display_name=label)
    else:
        if after["app_role_assignment_required"] and not before["app_role_assignment_required"]:
            warnings += _check_assigned(desired, current, assignments, described)
        # Assignments come first and go last, so that no user is locked out between two writes.
        actions += assignments.add
        if changed:
            actions.append(Action("update", _update_text(described, before, after, changed), {"body": body}))
        actions += assignments.remove
    if desired.assigned_to is not None:
        before["assigned_to"] = [held.to_result() for held in assignments.before]
        after["assigned_to"] = [held.to_result() for held in assignments.after]
    return Plan(
        tuple(actions),
        _shown(before) if current.principal is not None else {},
        _shown(after),
        tuple(warnings),
        facts={"service_principal": {**after, "would_create": current.principal is None}},
    )


def _after(desired: ServicePrincipalDesired, before: t.Mapping[str, t.Any], inherited: t.Collection[str]) -> dict[str, t.Any]:
    after = {**before, **desired.values}
    if "notes" in desired.values:
        # Lines of ours keep what tenant-wide settings were before they were changed; a caller that writes notes does not mean those.
        ours = [line for line in (before["notes"] or "").splitlines() if is_reserved(line)]
        after["notes"] = "\n".join(filter(None, [desired.values["notes"], *ours])) or None
        _check_notes(after["notes"], sum(len(line) + 1 for line in ours))
    tags = list(before["tags"])
    if desired.tags:
        # The application's own tags show up on its service principal too and can only be changed there.
        keep = {*inherited, HIDE} if desired.visible_to_users is not None else set(inherited)
        tags = apply_tags(desired.tags, tags, keep)
    if desired.visible_to_users is not None and desired.visible_to_users == (HIDE in tags):
        tags = [tag for tag in tags if tag != HIDE] if desired.visible_to_users else [*tags, HIDE]
    if OURS in tags and desired.values.get("account_enabled") is None:
        after["account_enabled"] = True
    if after["account_enabled"]:
        tags = [tag for tag in tags if tag != OURS]
    elif desired.until_present and before["account_enabled"]:
        tags = [*tags, OURS]
    return {**after, "tags": tags, "visible_to_users": HIDE not in tags}


def _check_notes(notes: str | None, ours: int) -> None:
    if len(notes or "") > LONGEST_NOTES:
        kept = f", {ours} of them for lines that this collection keeps there" if ours else ""
        raise OptionError(
            f"The notes would have {len(notes or '')} characters{kept}; Entra takes {LONGEST_NOTES}. Nothing was written.",
            code="notes_too_long",
            advice="Shorten 'notes'.",
        )


def _assignments(desired: ServicePrincipalDesired, current: ServicePrincipalCurrent, described: str) -> AssignmentPlan:
    if desired.assigned_to is None:
        return AssignmentPlan()
    known = current.principal or current.application
    roles = None if known is None else list(known.get("appRoles") or [])
    held = existing(current.assigned, roles or [])
    return plan_assignments(desired.assigned_to, held, current.found, roles, described, tenant=current.tenant)


def _check_assigned(desired: ServicePrincipalDesired, current: ServicePrincipalCurrent, assignments: AssignmentPlan, described: str) -> list[str]:
    """Before assignment is required of an application in use: who consented to it and could not sign in any more."""
    after = assignments.after if desired.assigned_to is not None else existing(current.assigned, ())
    assigned = {held.principal_id for held in after}
    holders = list(dict.fromkeys(grant["principalId"] for grant in current.grants if grant.get("principalId")))
    shown = {holder: f"{current.names[holder]} ({holder})" if holder in current.names else holder for holder in holders}
    unassigned = [holder for holder in holders if holder not in assigned]
    # Requiring an assignment takes nothing away from an account that cannot sign in anyway, such as that of a person who has left.
    disabled = [holder for holder in unassigned if current.accounts.get(holder) is False]
    locked_out = [holder for holder in unassigned if holder not in disabled]
    unknown = [holder for holder in locked_out if holder not in current.accounts]
    asides = []
    if disabled:
        asides.append(f"Disabled or deleted, and so not counted: {', '.join(shown[holder] for holder in disabled)}.")
    if unknown:
        asides.append(f"Not assessed is whether these can sign in, which User.Read.All shows: {', '.join(shown[holder] for holder in unknown)}.")
    if locked_out and not desired.accept_unassigned:
        raise OptionError(
            " ".join(
                [
                    f"Requiring assignment for {described} in tenant {current.tenant} would lock out {len(locked_out)} of the {len(holders)} principals that "
                    f"hold a grant on it: {', '.join(shown[holder] for holder in locked_out)}.",
                    *asides,
                ]
            ),
            code="unassigned_principals",
            tenant=current.tenant,
            advice="Assign them with 'assigned_to', or set accept_unassigned: true (also when they are members of an assigned group).",
            details={"holders": holders, "unassigned": locked_out, "disabled": disabled},
        )
    said = []
    if holders:
        counted = f"These principals hold a grant on {described}: {', '.join(shown.values())}; not assigned are {len(locked_out)} of them."
        said.append(" ".join([counted, *asides]))
    if any(grant.get("consentType") == "AllPrincipals" for grant in current.grants):
        said.append(f"The {described} has tenant-wide consent, so users without a grant of their own may be using it; only assigned users keep access.")
    return said


def _plan_absent(current: ServicePrincipalCurrent, described: str) -> Plan:
    principal = current.principal
    if principal is None:
        return Plan(facts={"service_principal": {}})
    if not current.is_own:
        raise OptionError(
            f"The {described} in tenant {current.tenant} belongs to an application of another publisher "
            f"(tenant {principal.get('appOwnerOrganizationId')}) and is not deleted.",
            code="not_own_application",
            tenant=current.tenant,
            advice="Take away its grants and assignments instead.",
            details={"app_owner_organization_id": principal.get("appOwnerOrganizationId")},
        )
    if not created_here((current.application or {}).get("tags") or ()):
        raise OptionError(
            f"The {described} (app id {principal.get('appId')}) in tenant {current.tenant} is not deleted: its application "
            f"{without_tag(current.application or {})}.",
            code="not_ours",
            tenant=current.tenant,
            advice="Delete it by hand if that is meant.",
        )
    action = Action("delete", f"delete {described} (app id {principal.get('appId')})", {"id": principal["id"]})
    return Plan((action,), _shown(to_ansible(principal)), {}, facts={"service_principal": {}})


def _shown(shape: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What diffs show: what the module can set."""
    shown = {name: shape[name] for name in (*_GRAPH, "visible_to_users", "assigned_to") if name in shape}
    shown["tags"] = [tag for tag in shape["tags"] if not is_reserved(tag)]
    return shown


def _update_text(described: str, before: t.Mapping[str, t.Any], after: t.Mapping[str, t.Any], changed: list[str]) -> str:
    said: list[tuple[str, str]] = []
    for name in changed:
        if name == "tags" and {*before["tags"]} ^ {*after["tags"]} == {OURS}:
            continue
        if name == "tags":
            detail = f": {in_words(before[name], after[name])}"
        elif after[name] is None:
            detail = " to nothing"
        else:
            detail = f" to '{str(after[name]).lower() if isinstance(after[name], bool) else after[name]}'"
        said.append((_LABELS[name], detail))
    if len(said) == 1:
        return f"set {said[0][0]} of {described}{said[0][1]}"
    return f"update {described}: " + "; ".join(f"set {label}{detail}" for label, detail in said)
