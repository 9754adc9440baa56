# SPDX-License-Identifier: GPL-3.0-or-later
"""The directory: finding objects through a replica that may lag, keeping related objects in step, deleting, restoring."""

from __future__ import annotations

import base64
import datetime as dt
import secrets
import typing as t
import uuid

from ..world import Tenant, World
from . import replicas, schema, times
from .call import Call, Key
from .errors import GraphError, JsonObject, bad_request, not_found, same_key

TYPES = {
    "applications": "application",
    "service_principals": "servicePrincipal",
    "users": "user",
    "groups": "group",
}
_KEPT_DELETED = dt.timedelta(days=30)
_ALTERNATE = {
    "applications": ("appId", "uniqueName"),
    "service_principals": ("appId",),
    "users": ("userPrincipalName",),
    "groups": ("uniqueName",),
}


def members(tenant: Tenant, kind: str) -> dict[str, JsonObject]:
    """The objects of one kind (an attribute name of the tenant)."""
    return t.cast("dict[str, JsonObject]", getattr(tenant, kind))


def new_id() -> str:
    """A fresh object id."""
    return str(uuid.uuid4())


def age(world: World, item: JsonObject) -> float:
    """Seconds since an object was created; without a date it is as old as the hills."""
    created = item.get("createdDateTime")
    return (world.clock.now() - times.parse(created)).total_seconds() if created else float("inf")


def appear(world: World, tenant: Tenant, object_id: str) -> None:
    """Let a new object reach the replicas only after the configured number of reads."""
    reads = world.settings.replication_reads
    if reads or world.settings.replication_flap:
        flap = int(world.settings.replication_flap)
        tenant.lag[object_id] = {"get": reads, "list": reads, "flap": flap, "flap_list": flap}


def visible(tenant: Tenant, object_id: str, way: str = "get") -> bool:
    """Whether the replica that answers this read knows the object. Every call counts as a read."""
    lag = tenant.lag.get(object_id)
    if lag is None:
        return True
    flap = "flap" if way == "get" else "flap_list"
    if lag[way] > 0:
        lag[way] -= 1
        return False
    if lag[flap] == 1:  # the first success; the next read meets the replica that is behind
        lag[flap] = 2
        return True
    if lag[flap] == 2:
        lag[flap] = 0
        return False
    if not any(lag.values()):
        del tenant.lag[object_id]
    return True


def listed(tenant: Tenant, kind: str) -> list[JsonObject]:
    """All objects of a kind that the index shows."""
    items = members(tenant, kind)
    if not tenant.lag and not tenant.earlier:
        return list(items.values())
    found = ((object_id, item) for object_id, item in items.items() if visible(tenant, object_id, "list"))
    return [replicas.seen(tenant, kind, object_id, item, "list") or item for object_id, item in found]


def find(tenant: Tenant, kind: str, key: Key) -> JsonObject | None:
    """The object with this key as the directory itself knows it, replicas aside."""
    items = members(tenant, kind)
    if key.name == "id":
        item = items.get(key.value) or items.get(key.value.lower())
        if item is None and kind == "users" and "@" in key.value:
            return find(tenant, kind, Key("userPrincipalName", key.value))
        return item
    if key.name not in _ALTERNATE[kind]:
        raise bad_request(f"The key property '{key.name}' is not declared on the type.", "BadRequest")
    wanted = key.value.lower()
    for item in items.values():
        if str(item.get(key.name) or "").lower() == wanted and key.value:
            return item
    return None


def get(call: Call, kind: str, key: Key) -> JsonObject:
    """The object with this key, or the error a client sees."""
    if key.name == "id" and kind != "users" and not schema.GUID.match(key.value):
        raise bad_request(f"Invalid object identifier '{key.value}'.")
    item = find(call.tenant, kind, key)
    if item is None or not visible(call.tenant, item["id"]):
        raise not_found(key.value)
    return item


def read(call: Call, kind: str, key: Key) -> JsonObject:
    """The object with this key as a read of it shows it, which may be as it was before."""
    return replicas.entity(call.tenant, kind, get(call, kind, key))


def get_owned(call: Call, kind: str, key: Key) -> JsonObject:
    """The object with this key, if the caller may change it."""
    item = get(call, kind, key)
    call.require_owned(item["id"])
    return item


def groups_of(tenant: Tenant, member: str, *, nested: bool = False) -> list[str]:
    """The ids of the groups that an object is in; ``nested``: also through other groups."""
    found = [group for group, ids in tenant.members.items() if member in ids and group in tenant.groups]
    for group in found if nested else ():
        found += [other for other in groups_of(tenant, group) if other not in found]  # grows while it is walked through
    return found


def own_principal(tenant: Tenant, app_id: str) -> JsonObject | None:
    """The service principal of an application in this tenant."""
    for principal in tenant.service_principals.values():
        if principal["appId"] == app_id:
            return principal
    return None


def application_of(tenant: Tenant, app_id: str) -> JsonObject | None:
    """The application with this app id in this tenant."""
    return find(tenant, "applications", Key("appId", app_id))


def synchronise(tenant: Tenant, application: JsonObject, tags_before: t.Sequence[str] = ()) -> None:
    """Carry what an application defines over to its service principal in the home tenant."""
    principal = own_principal(tenant, application["appId"])
    if principal is None:
        return
    web, info = application["web"], application["info"]
    own_names = [name for name in principal["servicePrincipalNames"] if name != application["appId"] and name in principal.get("#names", [])]
    replies = [*web["redirectUris"], *application["spa"]["redirectUris"], *application["publicClient"]["redirectUris"]]
    own_tags = [tag for tag in principal["tags"] if tag not in tags_before and tag not in application["tags"]]
    principal.update(
        displayName=application["displayName"],
        appDisplayName=application["displayName"],
        appDescription=application["description"],
        appOwnerOrganizationId=tenant.id,
        homepage=web["homePageUrl"],
        logoutUrl=web["logoutUrl"],
        replyUrls=list(dict.fromkeys(replies)),
        servicePrincipalNames=[application["appId"], *application["identifierUris"], *own_names],
        signInAudience=application["signInAudience"],
        info=dict(info),
        appRoles=application["appRoles"],
        oauth2PermissionScopes=application["api"]["oauth2PermissionScopes"],
        tags=[*application["tags"], *own_tags],
        verifiedPublisher=application["verifiedPublisher"],
    )


def deactivation(world: World, app_id: str, is_disabled: t.Any) -> None:
    """Show on the service principals of all tenants that an application was deactivated or is active again.

    It is set on the application and holds in every tenant: https://learn.microsoft.com/entra/identity/enterprise-apps/deactivate-application-portal (read
    2026-11). That C(isDisabled) of service principals follows it (inferred).
    """
    for tenant in world.tenants.values():
        principal = own_principal(tenant, app_id)
        if principal is not None:
            principal["isDisabled"] = is_disabled


def owners_of(tenant: Tenant, object_id: str) -> list[JsonObject]:
    """The owners that still exist, each with its type."""
    found = (typed(tenant, owner) for owner in tenant.owners.get(object_id, []))
    return [item for item in found if item is not None]


def typed(tenant: Tenant, object_id: str) -> JsonObject | None:
    """Any directory object by id, with ``@odata.type`` in front."""
    for kind, name in TYPES.items():
        item = members(tenant, kind).get(object_id)
        if item is not None:
            return {"@odata.type": f"#microsoft.graph.{name}", **item}
    return None


def grant_id(client: str, resource: str, principal: str | None) -> str:
    """The id of a delegated grant, which the service computes from its parts."""
    parts = [client, resource] + ([principal] if principal else [])
    raw = b"".join(uuid.UUID(part).bytes_le for part in parts)
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def assignment_id(principal: str) -> str:
    """A new id of an app role assignment: the principal's id and sixteen random bytes."""
    raw = uuid.UUID(principal).bytes_le + secrets.token_bytes(16)
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def delete(world: World, tenant: Tenant, kind: str, object_id: str, because_of: str | None = None) -> None:
    """Move an object to the deleted items, with what hangs on it."""
    item = members(tenant, kind).pop(object_id)
    item["deletedDateTime"] = times.plain(world.clock.now())
    entry = {"@odata.type": f"#microsoft.graph.{TYPES[kind]}", **item}
    if because_of:
        entry["#because_of"] = because_of
    if kind == "applications":
        principal = own_principal(tenant, item["appId"])
        if principal is not None:
            delete(world, tenant, "service_principals", principal["id"], because_of=object_id)
    if kind == "service_principals":
        entry["#links"] = {
            "grants": _take(tenant.grants, object_id, ("clientId", "resourceId")),
            "assignments": _take(tenant.assignments, object_id, ("principalId", "resourceId")),
        }
    tenant.lag.pop(object_id, None)
    tenant.deleted[object_id] = entry


def entitlements_written(world: World, tenant: Tenant, before: JsonObject | None, after: JsonObject) -> None:
    """Remember which scopes and roles of an application were added or disabled just now."""
    enabled = {entry["id"].lower(): entry["isEnabled"] for entry in _entitlements(before)} if before else {}
    for entry in _entitlements(after):
        key = entry["id"].lower()
        if key not in enabled or (enabled[key] and not entry["isEnabled"]):
            tenant.entitlement_writes[key] = world.clock.now()


def _entitlements(application: JsonObject) -> list[JsonObject]:
    return [*application["api"]["oauth2PermissionScopes"], *application["appRoles"]]


def recent_entitlements(world: World, tenant: Tenant) -> set[str]:
    """The ids of scopes and roles that were added or disabled too recently for every replica to know."""
    delay, now = world.settings.entitlement_delay, world.clock.now()
    return {key for key, at in tenant.entitlement_writes.items() if (now - at).total_seconds() < delay}


def _take(items: dict[str, JsonObject], object_id: str, names: tuple[str, str]) -> list[JsonObject]:
    found = [key for key, item in items.items() if object_id in (item[names[0]], item[names[1]])]
    return [items.pop(key) for key in found]


def restore(tenant: Tenant, object_id: str) -> JsonObject:
    """Bring a deleted object back, an application with its service principal."""
    entry = tenant.deleted[object_id]
    type_name = str(entry["@odata.type"]).rpartition(".")[2]
    kind = next(kind for kind, name in TYPES.items() if name == type_name)
    if kind == "service_principals" and own_principal(tenant, entry["appId"]) is not None:
        raise same_key(f"The service principal cannot be created, updated, or restored because the service principal name {entry['appId']} is already in use.")
    del tenant.deleted[object_id]
    links = entry.pop("#links", {})
    item = {name: value for name, value in entry.items() if name not in ("@odata.type", "#because_of")}
    item["deletedDateTime"] = None
    members(tenant, kind)[object_id] = item
    for name, store in (("grants", tenant.grants), ("assignments", tenant.assignments)):
        for link in links.get(name, []):
            store.setdefault(link["id"], link)
    if kind == "applications":
        for other in [key for key, value in tenant.deleted.items() if value.get("#because_of") == object_id]:
            restore(tenant, other)
        synchronise(tenant, item)
    return {"@odata.type": entry["@odata.type"], **item}


def purge(tenant: Tenant, object_id: str) -> None:
    """Delete for good. The service principal of an application stays among the deleted items."""
    entry = tenant.deleted.pop(object_id)
    for credential in entry.get("passwordCredentials", []):
        tenant.secrets.pop(credential["keyId"], None)
    for credential in entry.get("keyCredentials", []):
        tenant.certificates.pop(credential["keyId"], None)
    for items in (tenant.owners, tenant.policy_links, tenant.federated):
        items.pop(object_id, None)


def expire(world: World, tenant: Tenant) -> None:
    """Forget what has been among the deleted items for too long."""
    now = world.clock.now()
    over = [key for key, entry in tenant.deleted.items() if now - times.parse(entry["deletedDateTime"]) >= _KEPT_DELETED]
    for key in over:
        purge(tenant, key)


def credential_write(call: Call, object_id: str) -> None:
    """Refuse a credential change that follows another one on the same object too quickly."""
    now = call.world.clock.now()
    window = call.world.settings.concurrency_window
    last = call.tenant.credential_writes.get(object_id)
    if window and last is not None and 0 <= (now - last).total_seconds() < window:
        raise GraphError(
            409,
            "Directory_ConcurrencyViolation",
            "Error due to concurrent requests being made to the tenant. Please wait briefly and retry.",
        )
    call.tenant.credential_writes[object_id] = now
