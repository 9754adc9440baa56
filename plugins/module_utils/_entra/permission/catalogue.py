# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Resource APIs: which one a text means, what permissions it offers in this tenant, and permission names to ids.

Sources: https://learn.microsoft.com/graph/permissions-reference (permissions are read from the resource's service principal),
https://learn.microsoft.com/entra/identity/monitoring-health/recommendation-migrate-to-microsoft-graph-api (Azure AD Graph),
https://learn.microsoft.com/power-platform/admin/programmability-authentication-v2 and
https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in (app ids); read 2026-11. That names are compared without
regard to case (inferred).
"""

from __future__ import annotations

import dataclasses
import difflib
import typing as t

from ..._clouds import AZURE_AD_GRAPH, CLOUDS
from ..._errors import OptionError
from ..._ids import is_guid
from ..._spelling import did_you_mean

MICROSOFT_GRAPH = "00000003-0000-0000-c000-000000000000"
AZURE_AD_GRAPH_API = "00000002-0000-0000-c000-000000000000"
RETIRED = f"Azure AD Graph ({AZURE_AD_GRAPH_API}) was retired on 2025-07-01 and answers no request"
POWER_PLATFORM_API = "8578e004-a5c6-46e7-913e-12f58912df43"

# Names that mean one thing in every tenant. They are never looked up by display name, so no application of the tenant that calls itself
# "Microsoft Graph" can be taken for it.
_WELL_KNOWN: dict[str, tuple[str, ...]] = {
    MICROSOFT_GRAPH: (
        "Microsoft Graph",
        *dict.fromkeys(cloud.graph_audience for cloud in CLOUDS.values()),
    ),
    POWER_PLATFORM_API: ("Power Platform API", *dict.fromkeys(cloud.powerplatform_audience for cloud in CLOUDS.values())),
    AZURE_AD_GRAPH_API: ("Windows Azure Active Directory", "Azure Active Directory Graph", AZURE_AD_GRAPH),
    "00000007-0000-0000-c000-000000000000": ("Dataverse", "Dynamics CRM", "Common Data Service"),
    "475226c6-020e-4fb2-8a90-7a972cbfc1d4": ("PowerApps Service", "https://service.powerapps.com"),
    "797f4846-ba00-4fd7-ba43-dac1f8f63013": ("Azure Service Management", "Windows Azure Service Management API", "https://management.azure.com"),
}
_APP_ID_OF = {name.lower(): app_id for app_id, names in _WELL_KNOWN.items() for name in names}

KIND_TYPES = {"delegated": "Scope", "application": "Role"}  # as in requiredResourceAccess
TYPE_KINDS = {type_: kind for kind, type_ in KIND_TYPES.items()}
_OTHER = {"delegated": "application", "application": "delegated"}


def well_known_app_id(text: str) -> str | None:
    """The app id that a name, a URI or a GUID stands for without asking the tenant, or None."""
    text = text.strip()
    if is_guid(text):
        return text.lower()
    return _APP_ID_OF.get(text.lower().rstrip("/"))


def well_known_name(app_id: str) -> str:
    """The name of a well-known resource API, otherwise the app id itself."""
    names = _WELL_KNOWN.get(app_id.lower())
    return names[0] if names else app_id


class Permission(t.NamedTuple):
    """One permission a resource offers. ``name`` is empty for the rare role without a value.

    A tuple: Microsoft Graph has more than a thousand of them, and each task that reads them would spend most of its time on making and copying objects.
    """

    id: str
    name: str
    enabled: bool


@dataclasses.dataclass(frozen=True)
class ResourceApi:
    """A resource API as its service principal in this tenant describes it."""

    object_id: str
    app_id: str
    display_name: str
    owner_tenant_id: str | None
    identifiers: tuple[str, ...]
    delegated: tuple[Permission, ...]
    application: tuple[Permission, ...]

    @classmethod
    def from_graph(cls, principal: t.Mapping[str, t.Any]) -> ResourceApi:
        """From a service principal's JSON. Roles that only users can have are no application permissions."""
        roles = [role for role in principal.get("appRoles") or () if "Application" in (role.get("allowedMemberTypes") or ())]
        return cls(
            object_id=str(principal["id"]).lower(),
            app_id=str(principal["appId"]).lower(),
            display_name=principal.get("displayName") or well_known_name(str(principal["appId"])),
            owner_tenant_id=principal.get("appOwnerOrganizationId"),
            identifiers=tuple(principal.get("servicePrincipalNames") or ()),
            delegated=_permissions(principal.get("oauth2PermissionScopes") or ()),
            application=_permissions(roles),
        )

    @classmethod
    def from_cache(cls, plain: t.Mapping[str, t.Any]) -> ResourceApi:
        """The reverse of C(to_cache)."""
        delegated, application = (tuple(Permission(*row) for row in plain[kind]) for kind in KIND_TYPES)
        return cls(plain["object_id"], plain["app_id"], plain["display_name"], plain["owner_tenant_id"], tuple(plain["identifiers"]), delegated, application)

    def to_cache(self) -> dict[str, t.Any]:
        """JSON-plain and small: Microsoft Graph's own texts are ten times as long as what is needed here. Nothing is copied."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    def offered(self, kind: str) -> tuple[Permission, ...]:
        """The permissions of one kind."""
        return self.delegated if kind == "delegated" else self.application

    def name_of(self, kind: str, permission_id: str) -> str:
        """The name of a permission, or its id when the resource does not know it (any more)."""
        wanted = permission_id.lower()
        return next((one.name for one in self.offered(kind) if one.id == wanted and one.name), wanted)

    def names(self) -> dict[str, list[str]]:
        """All names per kind."""
        return {kind: [one.name for one in self.offered(kind) if one.name] for kind in KIND_TYPES}


def _permissions(rows: t.Iterable[t.Mapping[str, t.Any]]) -> tuple[Permission, ...]:
    return tuple(Permission(str(row["id"]).lower(), row.get("value") or "", bool(row.get("isEnabled", True))) for row in rows)


def resolve_names(
    resource: ResourceApi, delegated: t.Iterable[str], application: t.Iterable[str], *, held: t.Collection[str] | None = None
) -> tuple[dict[str, str], dict[str, str]]:
    """Names (or GUIDs) to two ordered dicts of canonical name to id.

    A name is taken as written when the resource has exactly that; otherwise in any case, since Entra compares permission names
    that way, and written back as the resource spells it. All problems are reported at once.

    ``held`` is for taking away: names and ids of what is there. A permission that the API has disabled since, or does not offer any more, can be taken away
    all the same; a GUID names it in any case.
    Raises OptionError for names that the resource does not have or has disabled.
    """
    found: dict[str, dict[str, str]] = {}
    problems: list[str] = []
    for kind, names in (("delegated", delegated), ("application", application)):
        found[kind] = {}
        for name in names:
            match = _find(resource, kind, name)
            if match is None and held is not None and (is_guid(name) or name in held):
                found[kind][name] = name.lower() if is_guid(name) else ""
            elif match is None:
                problems.append(_unknown(resource, kind, name))
            elif not match.enabled and held is None:
                problems.append(f"The {kind} permission {name!r} of {resource.display_name} is disabled in the API's manifest and cannot be granted.")
            else:
                found[kind][match.name or match.id] = match.id
    if problems:
        raise OptionError(" ".join(problems), code="permission_unknown", advice="Correct 'permissions'. Nothing was changed.")
    return found["delegated"], found["application"]


def _find(resource: ResourceApi, kind: str, name: str) -> Permission | None:
    offered = resource.offered(kind)
    if is_guid(name):
        return next((one for one in offered if one.id == name.lower()), None)
    exact = [one for one in offered if one.name == name]
    loose = exact or [one for one in offered if one.name and one.name.lower() == name.lower()]
    # A role and its disabled predecessor may share a value; the enabled one is meant.
    loose = [one for one in loose if one.enabled] or loose
    return loose[0] if len(loose) == 1 else None


def _unknown(resource: ResourceApi, kind: str, name: str) -> str:
    other = _find(resource, _OTHER[kind], name)
    if other is not None:
        return f"{resource.display_name} has {other.name or name} as {_OTHER[kind]} permission only, not as {kind} permission."
    text = f"{resource.display_name} has no {kind} permission {name!r}."
    spelled = {one.name.lower(): one.name for one in resource.offered(kind) if one.name}
    near = [spelled[close] for close in difflib.get_close_matches(name.lower(), list(spelled), n=3, cutoff=0.75)]
    return f"{text} {did_you_mean(near)}".rstrip()
