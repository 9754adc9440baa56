# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What has to be written to make an application what a task wants. Pure: options and Graph JSON in, a plan out."""

from __future__ import annotations

import typing as t

from ..._engine import PLACEHOLDER_ID, Action, Plan
from ..._errors import OptionError
from ..._graph.odata import PathKey, path_to
from ..common import whose
from ..common.agents import check_no_agent
from ..common.application_reference import describe_found
from ..common.list_change import in_words
from ..common.tags import CREATION_TAG, created_here, is_reserved
from . import deleted as deleted_items
from . import limits, model, redirect_uris
from .desired import ApplicationDesired
from .model import ApplicationCurrent
from .owners import plan_owners
from .tag_words import tags_in_words

_LABELS = {
    "unique_name": "unique name",
    "display_name": "display name",
    "sign_in_audience": "sign-in audience",
    "requested_access_token_version": "requested access token version",
    "home_page_url": "home page URL",
    "logout_url": "logout URL",
    "implicit_grant": "implicit grant",
    "is_fallback_public_client": "fallback public client",
    "optional_claims": "optional claims",
    "group_membership_claims": "group membership claims",
    "identifier_uris": "identifier URIs",
    "info": "information URLs",
    "service_management_reference": "service management reference",
    "is_disabled": "deactivated",
}
_SHOWN = 80  # characters of a text in a sentence


def plan_application(desired: ApplicationDesired, current: ApplicationCurrent) -> Plan:
    """The plan for one application. Raises OptionError and ConflictError for what must stop before the first write."""
    if current.app is not None:
        check_no_agent(current.app, describe_found(current.app), current.tenant)
    if desired.state == "absent":
        return _plan_absent(desired, current)
    if current.app is not None:
        _check_adoption(desired, current.app, current)
        return _plan_update(desired, current, current.app, (), ())
    if current.restorable is None and not desired.reference.can_be_new:
        raise desired.reference.missing(current.tenant)
    decision = deleted_items.decide(
        find_twins(desired, current.deleted),
        mode=desired.on_soft_deleted,
        purge_id=desired.soft_deleted_object_id,
        described=desired.describe(),
        tenant=current.tenant,
    )
    if decision.restore is not None:
        return _plan_restore(desired, current, current.restorable or decision.restore)
    return _plan_create(desired, current, decision.actions)


def find_twins(desired: ApplicationDesired, deleted: t.Iterable[t.Mapping[str, t.Any]]) -> list[t.Mapping[str, t.Any]]:
    """The deleted applications that stand in the way of the wanted one."""
    reference = desired.reference
    if reference.is_placeholder:
        return []
    return deleted_items.twins(
        deleted, object_id=reference.object_id, app_id=reference.app_id, unique_name=reference.unique_name, display_name=desired.name_for_new
    )


def _check_adoption(desired: ApplicationDesired, app: t.Mapping[str, t.Any], current: ApplicationCurrent) -> None:
    reference, tenant = desired.reference, current.tenant
    if reference.app_id and app.get("appId") != reference.app_id:
        raise OptionError(
            f"The {describe_found(app)} with the object id {app.get('id')} has the app id {app.get('appId')}, not {reference.app_id}.",
            code="contradicting_names",
            tenant=tenant,
        )
    unique_name = app.get("uniqueName")
    if reference.unique_name and unique_name and unique_name.lower() != reference.unique_name.lower():
        raise OptionError(
            f"The {describe_found(app)} (app id {app.get('appId')}) has the unique name '{unique_name}', which cannot be changed to '{reference.unique_name}'.",
            code="contradicting_names",
            tenant=tenant,
        )
    if not created_here(app.get("tags") or ()) and not desired.adopt:
        known = {"unique_name": reference.unique_name, "caller_app_id": current.caller_app_id}
        lost = whose.on_adopting(app, **known)
        raise OptionError(
            f"The {describe_found(app)} (app id {app.get('appId')}, object id {app.get('id')}, created {app.get('createdDateTime')}) exists in tenant "
            f"{tenant}. It {whose.without_tag(app, **known)}.",
            code="not_ours",
            tenant=tenant,
            advice=f"Set adopt: true ('<role>_adopt' of a role) to manage it from now on, or choose another name.{' ' if lost else ''}{lost}",
            details={"app_id": app.get("appId"), "object_id": app.get("id"), "created_date_time": app.get("createdDateTime")},
        )


def _plan_create(desired: ApplicationDesired, current: ApplicationCurrent, first: tuple[Action, ...]) -> Plan:
    before = model.blank()
    after = desired.apply_to({**before, "tags": [CREATION_TAG], "created_here": True})
    after["display_name"] = desired.name_for_new
    after.update(object_id=PLACEHOLDER_ID, app_id=PLACEHOLDER_ID)
    described = desired.describe()
    required = list(current.required_resource_access)
    after["required_resource_access"] = model.to_ansible({"requiredResourceAccess": required})["required_resource_access"]
    changed = [name for name in model.WRITABLE if name != "unique_name" and before[name] != after[name]]
    # Everything of a new application is judged, the default audience too.
    warnings = limits.check_final(after, {*model.WRITABLE, "required_resource_access"}, {"requiredResourceAccess": required}, described)
    body = model.to_graph(_only_changed(before, after), changed)
    if required:
        body["requiredResourceAccess"] = required
    unique_name = desired.reference.unique_name
    named = f" (unique name {unique_name})" if unique_name else ""
    create = Action("create", f"create {described}{named}", {"body": body, "unique_name": unique_name})
    owners = plan_owners(desired.owners, (), current.owner_context, described, tenant=current.tenant, new=True)
    if owners.after is not None:
        after["owners"] = owners.after
    return Plan(
        actions=(*first, create, *owners.actions),
        before={},
        after=_set_of({**_settable(after), "permissions": [dict(one) for one in current.permissions]}),
        warnings=(*current.warnings, *warnings),
        facts={"app": {**after, "would_create": True}},
    )


def _plan_restore(desired: ApplicationDesired, current: ApplicationCurrent, app: t.Mapping[str, t.Any]) -> Plan:
    _check_adoption(desired, app, current)
    text = f"restore deleted {describe_found(app)} (app id {app.get('appId')}, deleted {app.get('deletedDateTime')})"
    brought = deleted_items.comes_back(app, current.restorable_grants)
    warning = f"Restoring {describe_found(app)} brings back: {'; '.join(brought)}." if brought else None
    return _plan_update(desired, current, app, (Action("restore", text, {"id": app["id"], "app_id": app["appId"]}),), (warning,) if warning else ())


def _plan_update(
    desired: ApplicationDesired, current: ApplicationCurrent, app: t.Mapping[str, t.Any], first: tuple[Action, ...], warnings: tuple[str, ...]
) -> Plan:
    before = model.to_ansible(app)
    after = desired.apply_to(before)
    described = describe_found(app)
    changed = [name for name in model.WRITABLE if before[name] != after[name]]
    _check_audience(desired, before, after, described)
    warnings += tuple(limits.check_final(after, changed, app, described))
    actions = list(first)
    path = path_to("applications", PathKey(app["id"]))
    for names in _in_order(before, after, changed):
        body = model.to_graph(_only_changed(before, after), names)
        actions.append(Action("update", _update_text(described, before, after, names), {"path": path, "body": body}))
    owners = plan_owners(desired.owners, current.owners or (), current.owner_context, described, tenant=current.tenant)
    if owners.after is not None:
        before["owners"], after["owners"] = owners.before, owners.after
    return Plan(
        actions=(*actions, *owners.actions),
        before={} if first else _settable(before),
        after=_settable(after),
        warnings=(*current.warnings, *warnings),
        facts={"app": {**after, "would_create": False}},
    )


def _check_audience(desired: ApplicationDesired, before: t.Mapping[str, t.Any], after: t.Mapping[str, t.Any], described: str) -> None:
    old, new = before["sign_in_audience"], after["sign_in_audience"]
    if limits.narrows(old, new) and not desired.accept_audience_narrowing:
        raise OptionError(
            f"Changing the sign-in audience of {described} from {old} to {new} locks out people who can sign in now.",
            code="audience_narrowing",
            advice="Set accept_audience_narrowing: true ('<role>_accept_audience_narrowing' of a role) if you want that.",
        )
    if limits.is_personal(new) and after["requested_access_token_version"] != 2:
        raise OptionError(
            f"The {described} is for personal accounts and needs requested_access_token_version: 2.",
            code="invalid_token_version",
        )


def _in_order(before: t.Mapping[str, t.Any], after: t.Mapping[str, t.Any], changed: list[str]) -> list[list[str]]:
    """One write for all changes; the token version in one of its own where an audience with personal accounts comes or goes.

    Such an audience is refused while the stored version is not 2, whatever else the same request says.
    """
    version = "requested_access_token_version"
    if "sign_in_audience" in changed and version in changed:
        rest = [name for name in changed if name != version]
        if limits.is_personal(after["sign_in_audience"]):
            return [[version], rest]
        if limits.is_personal(before["sign_in_audience"]):
            return [rest, [version]]
    return [changed] if changed else []


def _plan_absent(desired: ApplicationDesired, current: ApplicationCurrent) -> Plan:
    app = current.app
    described = describe_found(app) if app else desired.describe()
    actions: list[Action] = []
    if app is not None:
        _check_ours(app, described, desired, current)
        actions.append(Action("delete", f"delete {described} (app id {app.get('appId')})", {"path": path_to("applications", PathKey(app["id"]))}))
    if desired.purge:
        found = [app] if app else find_twins(desired, current.deleted)
        wanted = desired.soft_deleted_object_id or desired.reference.object_id
        for twin in [entry for entry in found if entry["id"] == wanted]:
            _check_ours(twin, describe_found(twin), desired, current)
            actions.append(deleted_items.purge_action(twin))
        if found and not any(action.kind == "purge" for action in actions):
            listed = "; ".join(f"'{entry.get('displayName')}' has {entry['id']}" for entry in found)
            raise OptionError(
                f"purge: true needs the object id of the application to remove for good, as 'object_id' or 'soft_deleted_object_id': {listed}.",
                code="purge_needs_object_id",
                tenant=current.tenant,
                details={"object_ids": [entry["id"] for entry in found]},
            )
    before = _settable(model.to_ansible(app)) if app else {}
    return Plan(tuple(actions), before, {}, facts={"app": {}})


def _check_ours(app: t.Mapping[str, t.Any], described: str, desired: ApplicationDesired, current: ApplicationCurrent) -> None:
    if not created_here(app.get("tags") or ()):
        raise OptionError(
            f"The {described} (app id {app.get('appId')}, created {app.get('createdDateTime')}) in tenant {current.tenant} is not deleted: it "
            f"{whose.without_tag(app, unique_name=desired.reference.unique_name, caller_app_id=current.caller_app_id)}.",
            code="not_ours",
            tenant=current.tenant,
            advice="An application without that tag, such as an adopted one, is never deleted; delete it by hand if you want that.",
            details={"app_id": app.get("appId"), "object_id": app.get("id"), "created_date_time": app.get("createdDateTime")},
        )


def _only_changed(before: t.Mapping[str, t.Any], after: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The shape cut down to the sub-properties that differ, so that a write carries nothing else."""
    platforms = model.changed_platforms(before, after)
    return {
        **after,
        "redirect_uris": {name: after["redirect_uris"][name] for name in platforms},
        "info": {name: url for name, url in after["info"].items() if url != before["info"][name]},
    }


def _update_text(described: str, before: t.Mapping[str, t.Any], after: t.Mapping[str, t.Any], names: list[str]) -> str:
    changes: list[tuple[str, str]] = []
    for name in names:
        if name == "redirect_uris":
            for platform in model.changed_platforms(before, after):
                said = in_words(before[name][platform], after[name][platform], redirect_uris.comparison_key)
                changes.append((redirect_uris.label(platform), f": {said}"))
        elif name == "tags":
            changes.append((_LABELS.get(name, name), f": {tags_in_words(before[name], after[name])}"))
        elif name == "identifier_uris":
            changes.append((_LABELS.get(name, name), f": {in_words(before[name], after[name])}"))
        elif isinstance(after[name], dict):
            parts = [part for part in after[name] if after[name][part] != before[name][part]]
            changes.append((_LABELS[name], f" ({', '.join(parts)})"))
        elif after[name] is None:
            changes.append((_LABELS.get(name, name), " to nothing"))
        else:
            text = str(after[name]).lower() if isinstance(after[name], bool) else str(after[name])
            changes.append((_LABELS.get(name, name), f" to '{text if len(text) <= _SHOWN else text[:_SHOWN] + '...'}'"))
    if len(changes) == 1:
        label, detail = changes[0]
        return f"set {label} of {described}{detail}"
    return f"update {described}: " + "; ".join(f"set {label}{detail}" for label, detail in changes)


def _set_of(shown: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What of a new application is set at all: the rest would be a page of nothing in a diff."""
    whole = {name: _set_of(value) if isinstance(value, dict) else value for name, value in shown.items()}
    return {name: value for name, value in whole.items() if value not in (None, "", [], {}, False)}


def _settable(shape: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What diffs show: what this module can set, without ids, dates and the tags that other modules write."""
    shown = {name: shape[name] for name in (*model.WRITABLE, "owners") if name in shape}
    shown["tags"] = [tag for tag in shape["tags"] if not is_reserved(tag)]
    return shown
