# SPDX-License-Identifier: GPL-3.0-or-later
"""Service principals: of the tenant's own applications, of vendors and of Microsoft."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ..web import Response
from ..world import Tenant, World
from . import consent, credentials, owners, query, schema, shapes, store, times
from .app_rules import SINGLE_TENANT, tags_allowed
from .call import Call
from .errors import JsonObject, bad_request, denied, invalid_value, read_only, same_key, unknown_property

SET = "servicePrincipals"
KIND = "service_principals"
_RESOURCE = "ServicePrincipal"
_SIGN_ON_MODES = (None, "external", "notSupported", "oidc", "password", "saml")
_WEB_ADDRESS = re.compile(r"^https?://[^\s/?#]+(?:[/?#]\S*)?$", re.IGNORECASE)
# What only the service sets, and what it carries over from the application.
_READ_ONLY = (
    "id",
    "appId",
    "appDescription",
    "appDisplayName",
    "appOwnerOrganizationId",
    "appRoles",
    "applicationTemplateId",
    "createdByAppId",
    "createdDateTime",
    "deletedDateTime",
    "disabledByMicrosoftStatus",
    "info",
    "isDisabled",
    "oauth2PermissionScopes",
    "passwordCredentials",
    "replyUrls",
    "resourceSpecificApplicationPermissions",
    "servicePrincipalType",
    "signInAudience",
    "verifiedPublisher",
)


def listing(call: Call) -> Response:
    """GET /servicePrincipals."""
    return query.collection(call, store.listed(call.tenant, KIND), "servicePrincipal", SET, expand=expand)


def counted(call: Call) -> Response:
    """GET /servicePrincipals/$count."""
    return query.count(call, store.listed(call.tenant, KIND), "servicePrincipal")


def read(call: Call) -> Response:
    """GET /servicePrincipals/{id} and (appId='')."""
    return query.entity(call, store.read(call, KIND, call.keys[0]), "servicePrincipal", SET, expand=expand)


def expand(call: Call, item: JsonObject, name: str) -> t.Any:
    """The value of an expanded navigation property."""
    if name == "owners":
        plain = dataclasses.replace(call, request=dataclasses.replace(call.request, raw_query=""))
        return [query.project(plain, owner, None) for owner in store.owners_of(call.tenant, item["id"])]
    if name == "appRoleAssignments":
        return consent.assignments_of(call.tenant, "principalId", item["id"])
    if name == "appRoleAssignedTo":
        return consent.assignments_of(call.tenant, "resourceId", item["id"])
    if name == "oauth2PermissionGrants":
        return consent.grants_by(call.tenant, item["id"])
    if name in schema.navigation("servicePrincipal"):
        return []
    raise unknown_property(name)


def create(call: Call) -> Response:
    """POST /servicePrincipals."""
    call.check_options(*query.ENTITY_OPTIONS)
    return _create(call, schema.validate("servicePrincipal", call.body()))


def _create(call: Call, body: JsonObject) -> Response:
    app_id = body.get("appId")
    if not app_id:
        raise invalid_value("appId", _RESOURCE)
    _refuse({name: value for name, value in body.items() if name != "appId"}, creating=True)
    owner_ids = owners.references(call, body.pop("owners@odata.bind", []))
    source = _backing_application(call, str(app_id))
    if store.own_principal(call.tenant, source["appId"]) is not None:
        raise same_key(f"The service principal cannot be created, updated, or restored because the service principal name {app_id} is already in use.")
    item = build(call.world, call.tenant, source)
    _apply(call, item, {name: value for name, value in body.items() if name != "appId"})
    if call.owned_only or not call.app_only or "Application.ReadWrite.OwnedBy" in call.privileges:
        owner_ids = [call.caller, *(owner for owner in owner_ids if owner != call.caller)]
    if owner_ids:
        call.tenant.owners[item["id"]] = owner_ids
    call.tenant.service_principals[item["id"]] = item
    application = store.application_of(call.tenant, item["appId"])
    if application is not None:
        store.synchronise(call.tenant, application)
    store.appear(call.world, call.tenant, item["id"])
    return query.created(call, item, SET)


def _backing_application(call: Call, app_id: str) -> JsonObject:
    """What the new service principal stands for: an application here, of a vendor, or of Microsoft."""
    missing = f"The appId '{app_id}' of the service principal does not reference a valid application object."
    unknown = bad_request(missing, details=[{"code": "NoBackingApplicationObject", "message": missing, "target": "appId"}])
    foreign = denied("When using this permission, the backing application of the service principal being created must in the local tenant")
    own = store.application_of(call.tenant, app_id)
    if own is not None:
        call.require_owned(own["id"])
        if store.age(call.world, own) < call.world.settings.service_principal_delay:
            # An owner-only caller is told that the application is not here, any other that it does not exist.
            raise foreign if call.owned_only else unknown
        return own
    if call.owned_only:
        raise foreign
    found = available(call.world, app_id)
    if found is None:
        raise unknown
    return found


def available(world: World, app_id: str) -> JsonObject | None:
    """An application of another publisher that any tenant may take in."""
    vendor = world.foreign_apps.get(app_id.lower())
    if vendor is not None:
        return None if vendor.get("instantiable") is False else {"appId": app_id.lower(), **vendor}
    for tenant in world.tenants.values():
        application = store.application_of(tenant, app_id)
        if application is not None and application["signInAudience"] != SINGLE_TENANT:
            return {**application, "appOwnerOrganizationId": tenant.id}
    return None


def build(world: World, tenant: Tenant, source: JsonObject) -> JsonObject:
    """A new service principal for an application, its own or another publisher's, not yet stored."""
    item = shapes.service_principal()
    api, web = source.get("api") or {}, source.get("web") or {}
    item.update(
        id=store.new_id(),
        appId=source["appId"],
        displayName=source["displayName"],
        appDisplayName=source["displayName"],
        appDescription=source.get("description"),
        appOwnerOrganizationId=source.get("appOwnerOrganizationId", tenant.id),
        createdDateTime=times.plain(world.clock.now()),
        homepage=web.get("homePageUrl"),
        logoutUrl=web.get("logoutUrl"),
        replyUrls=list(source.get("replyUrls") or web.get("redirectUris") or []),
        servicePrincipalNames=list(source.get("servicePrincipalNames") or [source["appId"], *source.get("identifierUris", [])]),
        signInAudience=source.get("signInAudience", "AzureADMultipleOrgs"),
        appRoles=source.get("appRoles", []),
        oauth2PermissionScopes=source.get("oauth2PermissionScopes") or api.get("oauth2PermissionScopes") or [],
        tags=list(source.get("tags", [])),
        verifiedPublisher=source.get("verifiedPublisher") or shapes.verified_publisher(),
        servicePrincipalType=source.get("servicePrincipalType", "Application"),
        isDisabled=source.get("isDisabled"),
        disabledByMicrosoftStatus=source.get("disabledByMicrosoftStatus"),
    )
    return item


def _refuse(body: JsonObject, creating: bool = False) -> None:
    for name in body:
        if name in _READ_ONLY:
            raise read_only(name)
        if name.endswith("@odata.bind") and not creating:
            raise unknown_property(name.partition("@")[0])


def _apply(call: Call, item: JsonObject, body: JsonObject) -> None:
    changed: JsonObject = {}
    for name, value in body.items():
        kind, many, _required = schema.properties("servicePrincipal").get(name, ("String", False, True))
        if name == "keyCredentials":
            continue
        if name == "servicePrincipalNames":
            if item["appId"] not in value:
                raise invalid_value(name, _RESOURCE)
            changed["#names"] = list(value)  # those that no application defines survive its next change
        elif many and schema.is_complex(kind):
            value = [schema.complete(kind, entry) for entry in value]
        elif schema.is_complex(kind) and value is not None:
            value = {**schema.complete(kind, item.get(name)), **value}
        changed[name] = value
    _check(changed)
    if "keyCredentials" in body:
        changed["keyCredentials"] = credentials.keys_after(call.world, call.tenant, item, KIND, item["keyCredentials"], body["keyCredentials"], call.caller)
    item.update(changed)


def _check(changed: JsonObject) -> None:
    """The rules for what a write names; those that applications have too are the same."""
    if "displayName" in changed and not changed["displayName"]:
        raise invalid_value("displayName", _RESOURCE)
    if "tags" in changed and not tags_allowed(changed["tags"]):
        raise invalid_value("tags", _RESOURCE)
    for name in ("description", "notes"):
        if len(changed.get(name) or "") > 1024:
            raise invalid_value(name, _RESOURCE)
    if (changed.get("preferredSingleSignOnMode") or None) not in _SIGN_ON_MODES:
        raise invalid_value("preferredSingleSignOnMode", _RESOURCE)
    for name in ("homepage", "loginUrl"):
        value = changed.get(name)
        if value and not _WEB_ADDRESS.match(value):
            raise invalid_value(name, _RESOURCE)


def update(call: Call) -> Response:
    """PATCH /servicePrincipals/{id} and (appId=''), the latter also as an upsert."""
    call.check_options()
    body = schema.validate("servicePrincipal", call.body())
    key = call.keys[0]
    if key.name == "appId" and "create-if-missing" in call.header("Prefer").lower():
        if str(body.pop("appId", key.value)).lower() != key.value.lower():
            raise invalid_value("appId", _RESOURCE)
        found = store.find(call.tenant, KIND, key)
        if found is None:
            return _create(call, {**body, "appId": key.value})
        item = found
        call.require_owned(item["id"])
    else:
        item = store.get_owned(call, KIND, key)
    _refuse(body)
    if item["servicePrincipalType"] == "ManagedIdentity" and set(body) - {"tags", "notes", "description"}:
        raise denied()
    if "keyCredentials" in body:
        store.credential_write(call, item["id"])
    _apply(call, item, body)
    return Response(204)


def remove(call: Call) -> Response:
    """DELETE /servicePrincipals/{id} and (appId='')."""
    item = store.get_owned(call, KIND, call.keys[0])
    store.delete(call.world, call.tenant, KIND, item["id"])
    return Response(204)
