# SPDX-License-Identifier: GPL-3.0-or-later
"""Applications: create, upsert, read, change, delete."""

from __future__ import annotations

import copy
import dataclasses
import typing as t

from ..web import Response
from ..world import Tenant, World
from . import app_rules, credentials, federated, owners, policies, query, schema, shapes, store, times
from .call import Call, Key
from .errors import GraphError, JsonObject, denied, invalid_value, not_found, read_only, too_large, unknown_property

SET = "applications"
KIND = "applications"
_READ_ONLY = (
    "id",
    "appId",
    "applicationTemplateId",
    "certification",
    "createdByAppId",
    "createdDateTime",
    "deletedDateTime",
    "disabledByMicrosoftStatus",
    "publisherDomain",
    "verifiedPublisher",
)
# In the published type, but v1.0 does not take it.
_NOT_IN_SERVICE = ("oauth2RequirePostResponse", "managerApplications", "logo")
_RESET_TO_SHAPE = ("api", "web", "spa", "publicClient", "info", "parentalControlSettings")


def listing(call: Call) -> Response:
    """GET /applications."""
    return query.collection(call, store.listed(call.tenant, KIND), "application", SET, expand=expand)


def counted(call: Call) -> Response:
    """GET /applications/$count."""
    return query.count(call, store.listed(call.tenant, KIND), "application")


def read(call: Call) -> Response:
    """GET /applications/{id} and its alternate keys."""
    return query.entity(call, store.read(call, KIND, call.keys[0]), "application", SET, expand=expand)


def expand(call: Call, item: JsonObject, name: str) -> t.Any:
    """The value of an expanded navigation property."""
    if name == "owners":
        return [query.project(_plain(call), owner, None) for owner in store.owners_of(call.tenant, item["id"])]
    if name == "federatedIdentityCredentials":
        return federated.listed(call.tenant, item["id"])
    if name in schema.navigation("application"):
        return []
    raise unknown_property(name)


def _plain(call: Call) -> Call:
    """The same call without query options, to render nested objects."""
    return dataclasses.replace(call, request=dataclasses.replace(call.request, raw_query=""))


def create(call: Call) -> Response:
    """POST /applications."""
    call.check_options(*query.ENTITY_OPTIONS)
    body = schema.validate("application", call.body())
    return _create(call, body)


def _create(call: Call, body: JsonObject) -> Response:
    _refuse(body, ("passwordCredentials",), creating=True)
    # This flag is not part of what an owner may decide at creation.
    if call.owned_only and (body.get("api") or {}).get("acceptMappedClaims") is not None:
        raise denied()
    owner_ids = owners.references(call, body.pop("owners@odata.bind", []))
    wanted = body.pop("passwordCredentials", [])
    item = build(call.world, call.tenant, body)
    policies.check_audience(call.tenant, item, call.caller)
    # https://learn.microsoft.com/graph/api/resources/application (read 2026-11): the app id of the application that created this one.
    item["createdByAppId"] = call.claims.get("appid")
    if len(wanted) > 2 and item["signInAudience"] in app_rules.PERSONAL:
        raise too_large()
    if call.owned_only or not call.app_only or "Application.ReadWrite.OwnedBy" in call.privileges:
        owner_ids = [call.caller, *(owner for owner in owner_ids if owner != call.caller)]
    tenant = call.tenant
    if item["keyCredentials"]:
        item["keyCredentials"] = credentials.keys_after(call.world, tenant, item, KIND, [], item["keyCredentials"], call.caller)
    answers = [credentials.new_password(call.world, tenant, item, KIND, entry, caller=call.caller) for entry in wanted]
    tenant.applications[item["id"]] = item
    store.entitlements_written(call.world, tenant, None, item)
    if owner_ids:
        tenant.owners[item["id"]] = owner_ids
    store.appear(call.world, tenant, item["id"])
    shown = {**item, "createdDateTime": times.precise(call.world.clock.now())}
    if answers:
        shown["passwordCredentials"] = answers
    return query.created(call, shown, SET)


def build(world: World, tenant: Tenant, body: JsonObject) -> JsonObject:
    """A new application from a validated body, checked against all rules, not yet stored."""
    item = shapes.application()
    item["id"], item["appId"] = store.new_id(), store.new_id()
    item["createdDateTime"] = times.plain(world.clock.now())
    item["publisherDomain"] = next((domain["name"] for domain in tenant.domains if domain.get("isInitial")), None)
    after = merged(item, body)
    app_rules.check(app_rules.Change(tenant, None, after, body, world))
    return after


def merged(before: JsonObject, body: JsonObject) -> JsonObject:
    """The application with a body applied: collections replaced, structures merged."""
    after = copy.copy(before)
    for name, value in body.items():
        kind, many, _required = schema.properties("application").get(name, ("String", False, True))
        if many and schema.is_complex(kind):
            if any(schema.missing_parts(kind, entry) for entry in value):
                raise invalid_value(name)
            after[name] = [schema.complete(kind, entry) for entry in value]
        elif schema.is_complex(kind):
            after[name] = _merge_structure(name, kind, before.get(name), value)
        else:
            after[name] = copy.copy(value)
    return after


def _merge_structure(name: str, kind: str, before: JsonObject | None, value: JsonObject | None) -> JsonObject | None:
    if value is None:
        return shapes.application()[name] if name in _RESET_TO_SHAPE else None
    if schema.missing_parts(kind, {**(before or {}), **value}):
        raise invalid_value(name)
    if name == "info":
        value = {part: text for part, text in value.items() if part != "logoUrl"}  # set by uploading a logo
    result = schema.complete(kind, {**(before or {}), **value})
    for part, (inner, many, _required) in schema.properties(kind).items():
        if not many and schema.is_complex(inner) and isinstance(value.get(part), dict):
            result[part] = {**((before or {}).get(part) or {}), **value[part]}
    if name in ("web", "spa"):
        result["redirectUris"] = [app_rules.with_slash(uri) for uri in result["redirectUris"]]
    if name == "web" and ("redirectUris" in value or "redirectUriSettings" in value):
        result["redirectUriSettings"] = (
            [{"uri": uri, "index": None} for uri in result["redirectUris"]] if "redirectUris" in value else result["redirectUriSettings"]
        )
    return result


def _refuse(body: JsonObject, allowed: tuple[str, ...] = (), creating: bool = False) -> None:
    for name in body:
        if name in _NOT_IN_SERVICE:
            raise unknown_property(name)
        if name in _READ_ONLY and name not in allowed:
            raise read_only(name)
        if name == "passwordCredentials" and name not in allowed:
            raise read_only(name)
        if name.endswith("@odata.bind") and not creating:
            raise unknown_property(name.partition("@")[0])


def update(call: Call) -> Response:
    """PATCH /applications/{id} and its alternate keys; with ``Prefer: create-if-missing`` an upsert."""
    call.check_options()
    body = schema.validate("application", call.body())
    key = call.keys[0]
    if key.name == "uniqueName" and "create-if-missing" in call.header("Prefer").lower():
        if body.get("uniqueName", key.value) != key.value:
            raise invalid_value("uniqueName")
        # The directory itself decides whether the object exists, not a replica that may lag.
        item = store.find(call.tenant, KIND, key)
        if item is None:
            return _create(call, {**body, "uniqueName": key.value})
        call.require_owned(item["id"])
    else:
        item = store.get_owned(call, KIND, key)
    _refuse(body)
    change(call, item, body)
    if "isDisabled" in body:
        store.deactivation(call.world, item["appId"], body["isDisabled"])
    return Response(204)


def change(call: Call, item: JsonObject, body: JsonObject) -> None:
    """Apply a validated body to an application, or raise for the rule it breaks."""
    if "uniqueName" in body and item["uniqueName"] is not None and body["uniqueName"] != item["uniqueName"]:
        raise read_only("uniqueName")
    after = merged(item, body)
    if "keyCredentials" in body:
        store.credential_write(call, item["id"])
        after["keyCredentials"] = credentials.keys_after(call.world, call.tenant, item, KIND, item["keyCredentials"], body["keyCredentials"], call.caller)
    if after["signInAudience"] != item["signInAudience"]:
        policies.check_audience(call.tenant, after, call.caller)
    app_rules.check(app_rules.Change(call.tenant, item, after, body, call.world, store.recent_entitlements(call.world, call.tenant)))
    delay = call.world.settings.personal_account_delay
    became_personal = after["signInAudience"] in app_rules.PERSONAL and item["signInAudience"] not in app_rules.PERSONAL
    if delay and became_personal and store.age(call.world, item) < delay:
        raise GraphError(409, "Error_MsaAppDoesNotExist", "The corresponding MSA application does not exist.")
    tags_before = item["tags"]
    store.entitlements_written(call.world, call.tenant, item, after)
    item.update(after)
    store.synchronise(call.tenant, item, tags_before)


def remove(call: Call) -> Response:
    """DELETE /applications/{id} and its alternate keys."""
    item = store.get_owned(call, KIND, call.keys[0])
    store.delete(call.world, call.tenant, KIND, item["id"])
    return Response(204)


def put_logo(call: Call) -> Response:
    """PUT /applications/{id}/logo: an image is taken and forgotten."""
    item = store.get_owned(call, KIND, call.keys[0])
    if not call.header("Content-Type").lower().startswith("image/") or not call.request.body:
        raise invalid_value("logo")
    item["info"] = {**item["info"], "logoUrl": f"{call.request.base_url}/logos/{item['appId']}"}
    store.synchronise(call.tenant, item, item["tags"])
    return Response(204)


def require(tenant: Tenant, object_id: str) -> JsonObject:
    """The application with this object id. For callers inside the emulator."""
    item = store.find(tenant, KIND, Key("id", object_id))
    if item is None:
        raise not_found(object_id)
    return item
