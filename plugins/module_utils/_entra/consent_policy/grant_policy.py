# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""A custom policy that lets people consent to named applications only. Pure.

Sources: https://learn.microsoft.com/graph/api/resources/permissiongrantpolicy and https://learn.microsoft.com/graph/api/resources/permissiongrantconditionset
(members, defaults, "microsoft-"); read 2026-11. At most 64 characters in an id (inferred).
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ..._engine import Action
from ..._errors import ConflictError, OptionError
from ..._ids import is_guid
from ..permission.catalogue import well_known_app_id

PATH = "/policies/permissionGrantPolicies"
MARK = "[tkc:created]"  # in the description of the policies that this collection made
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ALL = ("all",)


@dataclasses.dataclass(frozen=True)
class GrantPolicy:
    """The option C(grant_policy), checked."""

    id: str
    display_name: str
    description: str
    condition: t.Mapping[str, t.Any]
    adopt: bool = False

    @classmethod
    def from_option(cls, option: t.Mapping[str, t.Any]) -> GrantPolicy:
        """Raises OptionError for what cannot be such a policy, and for one that would not be limited to applications."""
        identifier = option["id"]
        if not _ID.fullmatch(identifier) or identifier.lower().startswith("microsoft-"):
            raise OptionError(
                f"'grant_policy.id' is {identifier!r}; it consists of letters, digits, '-' and '_', and must not begin with 'microsoft-'.", code="invalid_id"
            )
        clients = sorted({client.strip().lower() for client in option["client_application_ids"]})
        wrong = [client for client in clients if not is_guid(client)]
        if wrong or not clients:
            raise OptionError(
                f"'grant_policy.client_application_ids' {f'holds {wrong[0]!r}, which is not an application (client) id' if wrong else 'is empty'}.",
                code="invalid_id",
                advice="The policy is for named applications only; list their application (client) ids.",
            )
        resource = str(option.get("resource_application") or "any")
        resource = resource if resource == "any" else well_known_app_id(resource) or resource.lower()
        permissions = sorted({item.lower() for item in option.get("permissions") or _ALL})
        if resource != "any" and not is_guid(resource):
            raise OptionError(f"'grant_policy.resource_application' is {resource!r}, which is neither 'any' nor an application id.", code="invalid_id")
        if permissions != list(_ALL) and (resource == "any" or not all(map(is_guid, permissions))):
            raise OptionError(
                "'grant_policy.permissions' has to be 'all', or the ids of delegated permissions of one 'grant_policy.resource_application'.",
                code="invalid_id",
            )
        condition = {
            "permissionType": "delegated",
            "permissionClassification": option.get("permission_classification") or "all",
            "resourceApplication": resource,
            "permissions": permissions,
            "clientApplicationIds": clients,
        }
        description = option.get("description") or "Lets people consent to single applications."
        return cls(identifier, option.get("display_name") or identifier, f"{description} {MARK}", condition, bool(option.get("adopt")))

    def differences(self, found: t.Mapping[str, t.Any]) -> tuple[dict[str, t.Any], list[str], bool]:
        """What to change of a policy that exists: its texts, the condition sets to remove, and whether ours is missing."""
        body = {"displayName": self.display_name, "description": self.description}
        texts = {name: value for name, value in body.items() if found.get(name) != value}
        sets = found.get("includes") or []
        same = [entry["id"] for entry in sets if normal(entry) == normal(self.condition)]
        return texts, [entry["id"] for entry in sets if entry["id"] not in same[:1]], not same


def normal(entry: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """A condition set in a form that can be compared: what is left out limits nothing."""
    lists = ("permissions", "clientApplicationIds", "clientApplicationTenantIds", "clientApplicationPublisherIds")
    return {
        "permissionType": entry.get("permissionType"),
        "permissionClassification": entry.get("permissionClassification") or "all",
        "resourceApplication": str(entry.get("resourceApplication") or "any").lower(),
        "clientApplicationsFromVerifiedPublisherOnly": bool(entry.get("clientApplicationsFromVerifiedPublisherOnly")),
        **{name: sorted(str(value).lower() for value in entry.get(name) or _ALL) for name in lists},
    }


def made_here(found: t.Mapping[str, t.Any]) -> bool:
    """Whether this collection made the policy."""
    return str(found.get("description") or "").endswith(MARK)


def shape(found: t.Mapping[str, t.Any] | None) -> dict[str, t.Any] | None:
    """A policy for diff and result."""
    if found is None:
        return None
    sets = sorted((normal(entry) for entry in found.get("includes") or ()), key=repr)
    names = {"permissionClassification": "permission_classification", "resourceApplication": "resource_application", "permissions": "permissions"}
    names["clientApplicationIds"] = "client_application_ids"
    includes = [{name: entry[key] for key, name in names.items()} for entry in sets]
    return {"id": found.get("id"), "display_name": found.get("displayName"), "description": found.get("description"), "includes": includes}


def wanted_shape(wanted: GrantPolicy) -> dict[str, t.Any]:
    """The policy as it is to be, for diff and result."""
    body = {"id": wanted.id, "displayName": wanted.display_name, "description": wanted.description, "includes": [wanted.condition]}
    return t.cast("dict[str, t.Any]", shape(body))


def plan_grant_policy(wanted: GrantPolicy, found: t.Mapping[str, t.Any] | None) -> list[Action]:
    """Make the policy, or bring it into line. What is too wide goes before what is missing comes.

    Raises ConflictError when the policy was made by others, differs, and C(adopt) is not set.
    """
    clients = ", ".join(wanted.condition["clientApplicationIds"])
    if found is None:
        body = {"id": wanted.id, "displayName": wanted.display_name, "description": wanted.description}
        return [
            Action("create_policy", f"create consent policy '{wanted.id}'", {"body": body}),
            Action("add_condition", f"limit consent policy '{wanted.id}' to {clients}", {"id": wanted.id, "body": dict(wanted.condition)}),
        ]
    texts, surplus, missing = wanted.differences(found)
    if not (texts or surplus or missing):
        return []
    if not made_here(found) and not wanted.adopt:
        raise ConflictError(
            f"There is a consent policy '{wanted.id}' ('{found.get('displayName')}') that was not made by this collection, and it differs from what is wanted; "
            "nothing was written.",
            code="foreign_policy",
            advice="Choose another 'grant_policy.id', or set 'grant_policy.adopt' to change that one.",
            outcome="refused",
        )
    actions = [Action("update_policy", f"change {', '.join(texts)} of consent policy '{wanted.id}'", {"id": wanted.id, "body": texts})] if texts else []
    actions += [
        Action("remove_condition", f"remove condition set {entry} from consent policy '{wanted.id}'", {"id": wanted.id, "set": entry}) for entry in surplus
    ]
    if missing:
        actions.append(Action("add_condition", f"limit consent policy '{wanted.id}' to {clients}", {"id": wanted.id, "body": dict(wanted.condition)}))
    return actions
