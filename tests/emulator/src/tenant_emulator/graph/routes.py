# SPDX-License-Identifier: GPL-3.0-or-later
"""Which path is answered by which function."""

from __future__ import annotations

import typing as t

from ..web import Response
from . import applications, consent, consent_policies, credentials, directory, federated, group_settings, owners, partners, policies, service_principals
from .call import Call, Key, Segment
from .errors import GraphError, bad_request

Handler = t.Callable[[Call], Response]
_APPS, _PRINCIPALS = "applications", "service_principals"


def _credentials(path: str, kind: str) -> dict[str, dict[str, Handler]]:
    """What applications and service principals have in common."""
    return {
        f"{path}/{{id}}/addPassword": {"POST": credentials.add_password(kind)},
        f"{path}/{{id}}/removePassword": {"POST": credentials.remove_password(kind)},
        f"{path}/{{id}}/addKey": {"POST": credentials.add_key(kind)},
        f"{path}/{{id}}/removeKey": {"POST": credentials.remove_key(kind)},
        f"{path}/{{id}}/owners": {"GET": owners.listing(kind)},
        f"{path}/{{id}}/owners/$ref": {"GET": owners.links(kind), "POST": owners.add(kind)},
        f"{path}/{{id}}/owners/microsoft.graph.user": {"GET": owners.cast(kind, "microsoft.graph.user")},
        f"{path}/{{id}}/owners/microsoft.graph.servicePrincipal": {"GET": owners.cast(kind, "microsoft.graph.servicePrincipal")},
        f"{path}/{{id}}/owners/{{id}}/$ref": {"DELETE": owners.remove(kind)},
        f"{path}/{{id}}/appManagementPolicies": {"GET": policies.assigned(kind)},
        f"{path}/{{id}}/appManagementPolicies/$ref": {"POST": policies.assign(kind)},
        f"{path}/{{id}}/appManagementPolicies/{{id}}/$ref": {"DELETE": policies.unassign(kind)},
        f"{path}/{{id}}/permanentDelete": {"POST": directory.permanent_delete(kind)},
    }


def _consent(side: str) -> dict[str, dict[str, Handler]]:
    path = f"servicePrincipals/{{id}}/{side}"
    return {
        path: {"GET": consent.assignments(side), "POST": consent.assign(side)},
        f"{path}/{{id}}": {"GET": consent.read_assignment(side), "DELETE": consent.unassign(side)},
    }


def _conditions(side: str) -> dict[str, dict[str, Handler]]:
    path = f"policies/permissionGrantPolicies/{{id}}/{side}"
    return {
        path: {"GET": consent_policies.conditions(side), "POST": consent_policies.add_condition(side)},
        f"{path}/{{id}}": {"GET": consent_policies.condition(side), "DELETE": consent_policies.remove_condition(side)},
    }


_FEDERATED = "applications/{id}/federatedIdentityCredentials"
_DEFAULT, _AUTHORIZATION = policies.DEFAULT, policies.AUTHORIZATION

ROUTES: dict[str, dict[str, Handler]] = {
    "applications": {"GET": applications.listing, "POST": applications.create},
    "applications/$count": {"GET": applications.counted},
    "applications/{id}": {"GET": applications.read, "PATCH": applications.update, "DELETE": applications.remove},
    "applications/{id}/logo": {"PUT": applications.put_logo},
    **_credentials("applications", _APPS),
    _FEDERATED: {"GET": federated.listing, "POST": federated.create},
    _FEDERATED + "/{id}": {"GET": federated.read, "PATCH": federated.update, "DELETE": federated.remove},
    "servicePrincipals": {"GET": service_principals.listing, "POST": service_principals.create},
    "servicePrincipals/$count": {"GET": service_principals.counted},
    "servicePrincipals/{id}": {
        "GET": service_principals.read,
        "PATCH": service_principals.update,
        "DELETE": service_principals.remove,
    },
    **_credentials("servicePrincipals", _PRINCIPALS),
    **_consent("appRoleAssignments"),
    **_consent("appRoleAssignedTo"),
    "servicePrincipals/{id}/oauth2PermissionGrants": {"GET": consent.grants_of},
    "oauth2PermissionGrants": {"GET": consent.grants, "POST": consent.grant},
    "oauth2PermissionGrants/{id}": {
        "GET": consent.read_grant,
        "PATCH": consent.change_grant,
        "DELETE": consent.revoke_grant,
    },
    "directory/deletedItems/{id}": {"GET": directory.deleted_read, "DELETE": directory.deleted_purge},
    "directory/deletedItems/{id}/restore": {"POST": directory.deleted_restore},
    "tenantRelationships/delegatedAdminCustomers": {"GET": partners.customers},
    "tenantRelationships/delegatedAdminRelationships": {"GET": partners.relationships},
    "contracts": {"GET": partners.contracts},
    "organization": {"GET": directory.organizations},
    "organization/{id}": {"GET": directory.organization},
    "domains": {"GET": directory.domains},
    "domains/{id}": {"GET": directory.domain},
    "users": {"GET": directory.listing("users")},
    "users/$count": {"GET": directory.counted("users")},
    "users/{id}": {"GET": directory.read("users")},
    "users/{id}/memberOf": {"GET": directory.memberships(nested=False)},
    "users/{id}/transitiveMemberOf": {"GET": directory.memberships(nested=True)},
    "groups": {"GET": directory.listing("groups")},
    "groups/$count": {"GET": directory.counted("groups")},
    "groups/{id}": {"GET": directory.read("groups")},
    "me": {"GET": directory.me},
    "directoryObjects/getByIds": {"POST": directory.get_by_ids},
    "directoryObjects/{id}": {"GET": directory.any_object},
    f"policies/{_DEFAULT}": {"GET": policies.get_singleton(_DEFAULT), "PATCH": policies.patch_singleton(_DEFAULT)},
    f"policies/{_AUTHORIZATION}": {
        "GET": policies.get_singleton(_AUTHORIZATION),
        "PATCH": consent_policies.patch_authorization,
    },
    "policies/adminConsentRequestPolicy": {"GET": consent_policies.read_request_policy, "PUT": consent_policies.put_request_policy},
    "policies/permissionGrantPolicies": {"GET": consent_policies.listing, "POST": consent_policies.create},
    "policies/permissionGrantPolicies/{id}": {
        "GET": consent_policies.read,
        "PATCH": consent_policies.update,
        "DELETE": consent_policies.remove,
    },
    **_conditions("includes"),
    **_conditions("excludes"),
    "groupSettingTemplates": {"GET": group_settings.templates},
    "groupSettingTemplates/{id}": {"GET": group_settings.template},
    "groupSettings": {"GET": group_settings.listing, "POST": group_settings.create},
    "groupSettings/{id}": {"GET": group_settings.read, "PATCH": group_settings.update, "DELETE": group_settings.remove},
    "policies/appManagementPolicies": {"GET": policies.list_custom, "POST": policies.create_custom},
    "policies/appManagementPolicies/{id}": {
        "GET": policies.get_custom,
        "PATCH": policies.patch_custom,
        "DELETE": policies.delete_custom,
    },
    "policies/appManagementPolicies/{id}/appliesTo": {"GET": policies.applies_to},
}

_PATTERNS = [(path.lower(), path.lower().split("/"), methods) for path, methods in ROUTES.items()]
# The long form of an action's name; a cast stays a segment of its own.
_ACTIONS = {"addpassword", "removepassword", "addkey", "removekey", "restore", "getbyids", "permanentdelete"}


def _literal(segment: Segment) -> str | None:
    if isinstance(segment, Key):
        return None
    name = segment.lower()
    short = name.removeprefix("microsoft.graph.")
    return short if short in _ACTIONS else name


def _matches(pattern: t.Sequence[str], literals: t.Sequence[str | None]) -> int:
    """How many segments, given as what they are literally, agree with the pattern from the left."""
    for index, literal in enumerate(literals):
        if index == len(pattern):
            return index
        if pattern[index] == "{id}":
            if literal is not None and literal.startswith("$"):
                return index
        elif pattern[index] != literal:
            return index
    return len(literals)


def resolve(method: str, segments: list[Segment], written: list[str]) -> tuple[str, Handler, list[Key]]:
    """The path pattern, the handler and the keys in the path. Raises for an unknown path or method."""
    found = None
    furthest = 0
    literals = [_literal(segment) for segment in segments]
    for path, pattern, methods in _PATTERNS:
        agreed = _matches(pattern, literals)
        furthest = max(furthest, agreed)
        if agreed == len(segments) == len(pattern) and (found is None or path.count("{") < found[0].count("{")):
            found = (path, pattern, methods)
    if found is None:
        name = written[min(furthest, len(written) - 1)] if written else ""
        raise bad_request(f"Resource not found for the segment '{name}'.", "BadRequest")
    path, pattern, methods = found
    if method not in methods:
        raise GraphError(
            405,
            "Request_BadRequest",
            "Specified HTTP method is not allowed for the request target.",
            headers={"Allow": ", ".join(sorted(methods))},
        )
    keys = [segment if isinstance(segment, Key) else Key("id", segment) for segment, part in zip(segments, pattern, strict=True) if part == "{id}"]
    return path, methods[method], keys
