# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""An enterprise application: desired, current, and its normalised shape.

Sources: https://learn.microsoft.com/graph/api/resources/serviceprincipal,
https://learn.microsoft.com/entra/identity/enterprise-apps/hide-application-from-user-portal (HideApp); read 2026-11. That an empty text is kept as null
(inferred).
"""

from __future__ import annotations

import dataclasses
import typing as t

from ..._errors import OptionError
from ..application.limits import check_tags
from ..common.application_reference import ApplicationReference
from ..common.list_change import ListChange
from ..common.principals import Name, Principal
from .assignments import Assignee

SELECT = (
    "id",
    "appId",
    "displayName",
    "accountEnabled",
    "appRoleAssignmentRequired",
    "tags",
    "notes",
    "appOwnerOrganizationId",
    "servicePrincipalType",
    "isDisabled",  # not in every cloud: reads go through C(_graph/optional_properties.py)
    "disabledByMicrosoftStatus",
)


@dataclasses.dataclass(frozen=True)
class ServicePrincipalDesired:
    """One enterprise application as the user wants it."""

    reference: ApplicationReference
    state: str = "present"
    values: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    visible_to_users: bool | None = None
    tags: ListChange[str] | None = None
    assigned_to: ListChange[Assignee] | None = None
    accept_unassigned: bool = False
    until_present: bool = False  # it is disabled because its connection is taken away
    publisher: str | None = None  # tenant id of the publisher that the application has to belong to

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any]) -> ServicePrincipalDesired:
        """From the options of C(entra_service_principal); those that are missing count as not given.

        Raises OptionError for a reference or tag that cannot be, and for the tag HideApp beside C(visible_to_users).
        """
        values = {name: options[name] for name in ("account_enabled", "app_role_assignment_required") if options.get(name) is not None}
        if options.get("notes") is not None:
            values["notes"] = options["notes"] or None  # Entra keeps an empty text as null
        tags = ListChange.from_option(options.get("tags"))
        if tags:
            check_tags(tags.wanted)
            check_tags(tags.remove, removing=True)
            if options.get("visible_to_users") is not None and HIDE in (*tags.wanted, *tags.remove):
                raise OptionError(f"The tag {HIDE} and 'visible_to_users' are the same setting; use one of them.", code="contradicting_options")
        assigned = ListChange.from_option(options.get("assigned_to"))
        return cls(
            reference=ApplicationReference.from_options(options),
            state=options.get("state") or "present",
            values=values,
            visible_to_users=options.get("visible_to_users"),
            tags=tags,
            assigned_to=assigned.map(Assignee.from_option) if assigned else None,
            accept_unassigned=bool(options.get("accept_unassigned")),
            until_present=bool(options.get("until_present")),
            publisher=options.get("expected_publisher_tenant_id") or None,
        )


@dataclasses.dataclass(frozen=True)
class ServicePrincipalCurrent:
    """What was read: Graph's JSON of the service principal and, where this tenant has it, of the application."""

    principal: t.Mapping[str, t.Any] | None = None
    application: t.Mapping[str, t.Any] | None = None
    app_id: str | None = None  # None in check mode, for an application that does not exist yet
    assigned: tuple[t.Mapping[str, t.Any], ...] = ()
    found: t.Mapping[Name, Principal | None] = dataclasses.field(default_factory=dict)
    grants: tuple[t.Mapping[str, t.Any], ...] = ()  # delegated grants of this client, read before assignment is turned on
    names: t.Mapping[str, str] = dataclasses.field(default_factory=dict)  # of the principals that hold them
    # Whether they can sign in at all: false for a disabled account and one that is gone, none where that could not be read.
    accounts: t.Mapping[str, bool] = dataclasses.field(default_factory=dict)
    tenant: str = "(unknown)"
    tenant_id: str = ""

    @classmethod
    def from_graph(
        cls,
        sp_json: t.Mapping[str, t.Any] | None,
        *,
        application: t.Mapping[str, t.Any] | None = None,
        assigned_to: t.Iterable[t.Mapping[str, t.Any]] = (),
        grants: t.Iterable[t.Mapping[str, t.Any]] = (),
        **more: t.Any,
    ) -> ServicePrincipalCurrent:
        """From Graph JSON; C(application) has at least id, appId, displayName and tags, and appRoles where assignments are managed."""
        app_id = (sp_json or application or {}).get("appId")
        return cls(sp_json, application, **{"app_id": app_id, "assigned": tuple(assigned_to), "grants": tuple(grants), **more})

    @property
    def is_own(self) -> bool:
        """Whether the application belongs to this tenant. Without a service principal that is so when the tenant has the application."""
        if self.principal is not None:
            return bool(self.tenant_id) and self.principal.get("appOwnerOrganizationId") == self.tenant_id
        return self.application is not None or self.app_id is None


def to_ansible(principal: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """An enterprise application as results, diffs and planners see it."""
    tags = list(principal.get("tags") or [])
    return {
        "object_id": principal.get("id"),
        "app_id": principal.get("appId"),
        "display_name": principal.get("displayName"),
        "account_enabled": principal.get("accountEnabled", True) is not False,
        "app_role_assignment_required": bool(principal.get("appRoleAssignmentRequired")),
        "visible_to_users": HIDE not in tags,
        "tags": tags,
        "notes": principal.get("notes") or None,
        "service_principal_type": principal.get("servicePrincipalType") or "Application",
        "app_owner_organization_id": principal.get("appOwnerOrganizationId"),
        "is_disabled": bool(principal["isDisabled"]) if "isDisabled" in principal else None,
        "disabled_by_microsoft_status": principal.get("disabledByMicrosoftStatus"),
    }


# That this collection disabled it, until it is wanted again: nothing else tells that from what an administrator did.
OURS = "tkc:disabled"
HIDE = "HideApp"  # Entra's own tag: not shown in My Apps
