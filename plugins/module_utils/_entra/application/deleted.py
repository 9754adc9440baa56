# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Deleted applications that Entra still keeps: who stands in the way of a new one, and what to do about it.

Sources: https://learn.microsoft.com/graph/api/resources/directory (30 days) and https://learn.microsoft.com/graph/api/directory-deleteditems-restore; read
2026-11. On whether the service principal comes back with its application the pages differ: that one says no, and
https://learn.microsoft.com/entra/identity/enterprise-apps/restore-application says yes for the admin center. That a deleted application keeps its unique name
and identifier URIs from others (inferred).
"""

from __future__ import annotations

import dataclasses
import typing as t

from ..._engine import Action
from ..._errors import ConflictError, OptionError
from ..._graph.parts import Part, PartAnswer

# Not filtered: the service does not promise a filter on uniqueName here, and the list holds 30 days only.
DELETED_APPLICATIONS = Part(
    "GET",
    "/directory/deletedItems/microsoft.graph.application?$select=id,appId,displayName,uniqueName,createdDateTime,deletedDateTime,tags&$top=999",
    doing="read deleted applications",
)

# The same for a look, which goes on without it and does not turn pages: what it does not see whole is read by the task that makes an application.
SEEN_BY_A_LOOK = dataclasses.replace(DELETED_APPLICATIONS, first_page=True, optional=True, spare=True)


def nothing_but_these(app: PartAnswer, deleted: PartAnswer | None) -> bool:
    """Whether a look saw all that may stand in the way of a new application: there is none, and its list of deleted ones is whole."""
    return app.absent and deleted is not None and deleted.ok and not deleted.body.get("@odata.nextLink")


def twins(
    deleted: t.Iterable[t.Mapping[str, t.Any]],
    *,
    object_id: str | None = None,
    app_id: str | None = None,
    unique_name: str | None = None,
    display_name: str | None = None,
) -> list[t.Mapping[str, t.Any]]:
    """The deleted applications that are the wanted one, or could be taken for it.

    A display name counts only where no unique name tells the two apart.
    """
    found = []
    for app in deleted:
        if object_id:
            same = app.get("id") == object_id
        elif app_id:
            same = app.get("appId") == app_id
        elif unique_name and app.get("uniqueName"):
            same = app["uniqueName"].lower() == unique_name.lower()
        else:
            same = bool(display_name) and app.get("displayName") == display_name
        if same:
            found.append(app)
    return found


def describe(app: t.Mapping[str, t.Any]) -> str:
    """One deleted application with everything a person needs to tell it from another."""
    unique = f", unique name {app['uniqueName']}" if app.get("uniqueName") else ""
    return f"'{app.get('displayName')}' (object id {app['id']}, app id {app.get('appId')}{unique}, deleted {app.get('deletedDateTime')})"


@dataclasses.dataclass(frozen=True)
class TwinDecision:
    """What happens to the twins: one is restored, or one is purged, or there is none."""

    restore: t.Mapping[str, t.Any] | None = None
    actions: tuple[Action, ...] = ()


def decide(found: t.Sequence[t.Mapping[str, t.Any]], *, mode: str, purge_id: str | None, described: str, tenant: str) -> TwinDecision:
    """Apply C(on_soft_deleted) to the twins of an application that does not exist.

    Raises ConflictError when a twin is in the way or several could be restored, and OptionError for a purge that names none of them.
    """
    if not found:
        return TwinDecision()
    listed = "; ".join(map(describe, found))
    details = {"soft_deleted_object_ids": [app["id"] for app in found]}
    if mode == "restore":
        if len(found) > 1:
            raise ConflictError(
                f"{len(found)} deleted applications in tenant {tenant} could be restored as {described}: {listed}.",
                code="soft_deleted",
                advice="Name the one to restore by 'object_id', or purge the others with state: absent, purge: true and their object id.",
                details=details,
            )
        return TwinDecision(restore=found[0])
    if mode == "purge":
        chosen = [app for app in found if app["id"] == purge_id]
        if not chosen:
            raise OptionError(
                f"on_soft_deleted: purge needs 'soft_deleted_object_id' with the id of the deleted application to remove for good: {listed}.",
                code="soft_deleted",
                tenant=tenant,
                details=details,
            )
        if len(found) == 1:
            return TwinDecision(actions=(purge_action(chosen[0]),))
        listed = "; ".join(describe(app) for app in found if app["id"] != purge_id)
    raise ConflictError(
        f"Tenant {tenant} still keeps a deleted {described}: {listed}.",
        code="soft_deleted",
        tenant=tenant,
        advice="Set on_soft_deleted: restore to bring it back with its secrets and grants, or on_soft_deleted: purge and soft_deleted_object_id "
        "to remove it for good and create a new one ('<role>_on_soft_deleted' and '<role>_soft_deleted_object_id' of a role).",
        details=details,
    )


def purge_action(app: t.Mapping[str, t.Any]) -> Action:
    """Remove a deleted application for good."""
    return Action("purge", f"permanently delete application '{app.get('displayName')}' (object id {app['id']})", {"id": app["id"]})


def comes_back(app: t.Mapping[str, t.Any], grants: t.Sequence[t.Mapping[str, t.Any]] | None) -> list[str]:
    """What a restored application brings with it, in words."""
    said = [
        f"client secret '{secret.get('displayName')}' (key id {secret.get('keyId')}, until {secret.get('endDateTime')})"
        for secret in app.get("passwordCredentials") or []
    ]
    said += [f"certificate '{key.get('displayName')}' (key id {key.get('keyId')})" for key in app.get("keyCredentials") or []]
    for grant in grants or []:
        whom = "everyone" if grant.get("consentType") == "AllPrincipals" else f"user {grant.get('principalId')}"
        said.append(f"consent for {whom} to {(grant.get('scope') or '').strip()}")
    if grants is None:
        said.append("the consents and role assignments of its service principal, which could not be read while it is deleted")
    return said
