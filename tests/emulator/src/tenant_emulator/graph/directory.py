# SPDX-License-Identifier: GPL-3.0-or-later
"""Deleted items, the organization and its domains, users, groups, and objects of any kind."""

from __future__ import annotations

import typing as t

from ..web import Response
from ..world import Tenant
from . import privileges, query, schema, store
from .call import Call
from .errors import JsonObject, bad_request, denied, invalid_value, not_found

_KINDS = {name.lower(): kind for kind, name in store.TYPES.items()}


def deleted_listing(call: Call) -> Response:
    """GET /directory/deletedItems/microsoft.graph.{type}."""
    name = call.keys[0].value.lower().removeprefix("microsoft.graph.")
    if name not in _KINDS:
        raise bad_request(f"Resource not found for the segment '{call.keys[0].value}'.", "BadRequest")
    type_name = store.TYPES[_KINDS[name]]
    found = [
        {prop: value for prop, value in entry.items() if prop != "@odata.type"}
        for entry in call.tenant.deleted.values()
        if entry["@odata.type"] == f"#microsoft.graph.{type_name}"
    ]
    sets = {"application": "applications", "servicePrincipal": "servicePrincipals", "user": "users", "group": "groups"}
    return query.collection(call, found, type_name, sets[type_name], cast=True)


def _deleted(call: Call) -> JsonObject:
    object_id = call.keys[0].value
    if not schema.GUID.match(object_id):
        raise bad_request(f"Invalid object identifier '{object_id}'.")
    entry = call.tenant.deleted.get(object_id.lower())
    if entry is None:
        raise not_found(object_id)
    if call.method != "GET":
        call.require_owned(entry["id"])
    return entry


def deleted_read(call: Call) -> Response:
    """GET /directory/deletedItems/{id}, or the list of one type."""
    if call.keys[0].value.lower().startswith("microsoft.graph."):
        return deleted_listing(call)
    return query.entity(call, _deleted(call), "directoryObject", "directoryObjects")


def deleted_restore(call: Call) -> Response:
    """POST /directory/deletedItems/{id}/restore."""
    item = store.restore(call.tenant, _deleted(call)["id"])
    return query.entity(call, item, "directoryObject", "directoryObjects")


def deleted_purge(call: Call) -> Response:
    """DELETE /directory/deletedItems/{id}: for good."""
    store.purge(call.tenant, _deleted(call)["id"])
    return Response(204)


def permanent_delete(kind: str) -> t.Callable[[Call], Response]:
    """POST .../permanentDelete on an object that is not deleted yet."""

    def handler(call: Call) -> Response:
        item = store.get_owned(call, kind, call.keys[0])
        store.delete(call.world, call.tenant, kind, item["id"])
        store.purge(call.tenant, item["id"])
        return Response(204)

    return handler


def organization_of(tenant: Tenant) -> JsonObject:
    """The organization object."""
    return {
        "id": tenant.id,
        "deletedDateTime": None,
        "businessPhones": [],
        "city": None,
        "country": None,
        "countryLetterCode": "NL",
        "createdDateTime": "2020-01-01T00:00:00Z",
        "defaultUsageLocation": None,
        "displayName": tenant.display_name,
        "marketingNotificationEmails": [],
        "onPremisesLastSyncDateTime": None,
        "onPremisesSyncEnabled": None,
        "partnerTenantType": None,
        "postalCode": None,
        "preferredLanguage": "en",
        "securityComplianceNotificationMails": [],
        "securityComplianceNotificationPhones": [],
        "state": None,
        "street": None,
        "technicalNotificationMails": [],
        "tenantType": tenant.tenant_type,
        "assignedPlans": [],
        "privacyProfile": None,
        "provisionedPlans": [],
        "verifiedDomains": tenant.domains,
    }


def organizations(call: Call) -> Response:
    """GET /organization: always one."""
    return query.collection(call, [organization_of(call.tenant)], "organization", "organization")


def organization(call: Call) -> Response:
    """GET /organization/{id}."""
    if call.keys[0].value.lower() != call.tenant.id:
        raise not_found(call.keys[0].value)
    return query.entity(call, organization_of(call.tenant), "organization", "organization")


def _domain(entry: JsonObject) -> JsonObject:
    return {
        "id": entry["name"],
        "authenticationType": "Managed",
        "availabilityStatus": None,
        "isAdminManaged": True,
        "isDefault": bool(entry.get("isDefault")),
        "isInitial": bool(entry.get("isInitial")),
        "isRoot": True,
        "isVerified": True,
        "manufacturer": None,
        "model": None,
        "passwordNotificationWindowInDays": None,
        "passwordValidityPeriodInDays": None,
        "state": None,
        "supportedServices": [part.strip() for part in str(entry.get("capabilities") or "").split(",") if part.strip()],
    }


def domains(call: Call) -> Response:
    """GET /domains."""
    return query.collection(call, [_domain(entry) for entry in call.tenant.domains], "domain", "domains")


def domain(call: Call) -> Response:
    """GET /domains/{name}."""
    for entry in call.tenant.domains:
        if entry["name"].lower() == call.keys[0].value.lower():
            return query.entity(call, _domain(entry), "domain", "domains")
    raise not_found(call.keys[0].value)


# https://learn.microsoft.com/graph/permissions-reference#userreadbasicall (read 2026-11): the basic profile. That the rest is null (inferred).
_BASIC = frozenset({"id", "displayName", "givenName", "surname", "mail", "userPrincipalName"})


def _readable(call: Call, kind: str, item: JsonObject) -> JsonObject:
    """What the caller may see of an object."""
    if kind != "users" or not call.app_only or call.privileges & privileges.READ_WHOLE_USERS:
        return item
    return {name: value if name in _BASIC else None for name, value in item.items()}


def listing(kind: str) -> t.Callable[[Call], Response]:
    """GET /users or /groups."""
    return lambda call: query.collection(call, [_readable(call, kind, item) for item in store.listed(call.tenant, kind)], store.TYPES[kind], kind)


def counted(kind: str) -> t.Callable[[Call], Response]:
    """GET /users/$count or /groups/$count."""
    return lambda call: query.count(call, store.listed(call.tenant, kind), store.TYPES[kind])


def read(kind: str) -> t.Callable[[Call], Response]:
    """GET /users/{id or name} or /groups/{id}."""
    return lambda call: query.entity(call, _readable(call, kind, store.get(call, kind, call.keys[0])), store.TYPES[kind], kind)


def memberships(*, nested: bool) -> t.Callable[[Call], Response]:
    """GET /users/{id}/memberOf and /users/{id}/transitiveMemberOf.

    https://learn.microsoft.com/graph/api/user-list-memberof, .../user-list-transitivememberof (read 2026-11-30)
    """

    def handler(call: Call) -> Response:
        user = store.get(call, "users", call.keys[0])
        groups = store.groups_of(call.tenant, user["id"], nested=nested)
        found = [item for group in groups if (item := store.typed(call.tenant, group)) is not None]
        return query.collection(call, found, "directoryObject", "directoryObjects")

    return handler


def me(call: Call) -> Response:
    """GET /me: only where a user is signed in."""
    if call.app_only:
        raise bad_request("/me request is only valid with delegated authentication flow.")
    user = call.tenant.users.get(call.caller)
    if user is None:
        raise denied()
    return query.entity(call, user, "user", "users")


def any_object(call: Call) -> Response:
    """GET /directoryObjects/{id}."""
    object_id = call.keys[0].value
    if not schema.GUID.match(object_id):
        raise bad_request(f"Invalid object identifier '{object_id}'.")
    item = store.typed(call.tenant, object_id.lower())
    if item is None or not store.visible(call.tenant, object_id.lower()):
        raise not_found(object_id)
    return query.entity(call, item, "directoryObject", "directoryObjects")


def get_by_ids(call: Call) -> Response:
    """POST /directoryObjects/getByIds: unknown ids are left out, not an error."""
    body = call.body()
    ids, kinds = body.get("ids"), body.get("types")
    if set(body) - {"ids", "types"} or not isinstance(ids, list) or not 1 <= len(ids) <= 1000:
        raise invalid_value("ids", "DirectoryObject")
    if not all(isinstance(value, str) and schema.GUID.match(value) for value in ids):
        raise bad_request(f"Invalid GUID:{next(value for value in ids if not schema.GUID.match(str(value)))}")
    wanted = {str(kind).lower() for kind in kinds} if kinds else None
    found = []
    for object_id in dict.fromkeys(value.lower() for value in ids):
        item = store.typed(call.tenant, object_id)
        if item is None or not store.visible(call.tenant, object_id):
            continue
        name = item["@odata.type"].rpartition(".")[2].lower()
        if wanted is None or name in wanted or "directoryobject" in wanted:
            found.append(item)
    body = {
        "@odata.context": query.context(call, "directoryObjects", None),
        "value": [query.project(call, item, None) for item in found],
    }
    return Response.json(200, body)
