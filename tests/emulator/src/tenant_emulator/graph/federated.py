# SPDX-License-Identifier: GPL-3.0-or-later
"""Federated identity credentials of applications."""

from __future__ import annotations

import re

from ..web import Response
from ..world import Tenant
from . import query, replicas, schema, store
from .call import Call
from .errors import GraphError, JsonObject, bad_request, invalid_value, read_only, same_key, too_large

_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{2,119}$")
_ISSUER = re.compile(r"^https://[^\s/?#]+(?:/\S*)?$", re.IGNORECASE)
_RESOURCE = "FederatedIdentityCredential"


def _entries(call: Call, application: JsonObject) -> list[JsonObject]:
    return call.tenant.federated.setdefault(application["id"], [])


def listed(tenant: Tenant, application_id: str) -> list[JsonObject]:
    """The credentials of an application as the index shows them."""
    present = ({**entry, "#of": application_id} for entry in tenant.federated.get(application_id, []))
    return replicas.links(tenant, "federated", present, lambda entry: entry["#of"] == application_id)


def _context(application: JsonObject) -> str:
    return f"applications('{application['id']}')/federatedIdentityCredentials"


def _find(call: Call, application: JsonObject) -> JsonObject | None:
    """By id, or by name: the path takes both, with and without ``name=``."""
    key = call.keys[1]
    for entry in _entries(call, application):
        if entry["name"] == key.value or (key.name == "id" and entry["id"] == key.value.lower()):
            return entry
    return None


def _missing(call: Call) -> GraphError:
    return GraphError(404, "Request_ResourceNotFound", f"FederatedIdentityCredential with name {call.keys[1].value} not found.")


def listing(call: Call) -> Response:
    """GET /applications/{id}/federatedIdentityCredentials."""
    application = store.get(call, "applications", call.keys[0])
    entries = listed(call.tenant, application["id"])
    return query.collection(call, entries, "federatedIdentityCredential", _context(application))


def read(call: Call) -> Response:
    """GET of one credential."""
    application = store.get(call, "applications", call.keys[0])
    entry = _find(call, application)
    if entry is None:
        raise _missing(call)
    return query.entity(call, entry, "federatedIdentityCredential", _context(application))


def _check(entries: list[JsonObject], entry: JsonObject) -> None:
    for name in ("issuer", "subject"):
        if not entry.get(name) or len(entry[name]) > 600:
            raise invalid_value(name, _RESOURCE)
    if not _ISSUER.match(entry["issuer"]):
        raise invalid_value("issuer", _RESOURCE)
    if len(entry["audiences"]) != 1 or not 1 <= len(entry["audiences"][0]) <= 600:
        raise invalid_value("audiences", _RESOURCE)
    if len(entry["description"] or "") > 600:
        raise invalid_value("description", _RESOURCE)
    for other in entries:
        if other["id"] != entry["id"] and (other["issuer"], other["subject"]) == (entry["issuer"], entry["subject"]):
            raise bad_request("Combination of issuer and subject must be unique")


def create(call: Call) -> Response:
    """POST /applications/{id}/federatedIdentityCredentials."""
    body = schema.validate("federatedIdentityCredential", call.body())
    return _create(call, store.get_owned(call, "applications", call.keys[0]), body)


def _create(call: Call, application: JsonObject, body: JsonObject) -> Response:
    if body.get("id") is not None:
        raise read_only("id")
    entries = _entries(call, application)
    name = body.get("name")
    if not isinstance(name, str) or not _NAME.match(name):
        if isinstance(name, str) and re.search(r"[^A-Za-z0-9_-]", name):
            raise bad_request("Name value is not a valid URI last segment")
        raise invalid_value("name", _RESOURCE)
    if any(entry["name"] == name for entry in entries):
        raise same_key(f"FederatedIdentityCredential with name {name} already exists.")
    entry = {
        "id": store.new_id(),
        "name": name,
        "issuer": body.get("issuer"),
        "subject": body.get("subject"),
        "description": body.get("description"),
        "audiences": body.get("audiences") or [],
    }
    _check(entries, entry)
    if len(entries) >= 20:
        raise too_large()
    entries.append(entry)
    call.tenant.federated_since[str(entry["id"])] = call.world.clock.now()
    path = f"applications/{application['id']}/federatedIdentityCredentials"
    return query.created(call, entry, _context(application), path)


def update(call: Call) -> Response:
    """PATCH of one credential; with ``Prefer: create-if-missing`` an upsert by name."""
    body = schema.validate("federatedIdentityCredential", call.body())
    application = store.get_owned(call, "applications", call.keys[0])
    entry = _find(call, application)
    if entry is None:
        if call.keys[1].name == "name" and "create-if-missing" in call.header("Prefer").lower():
            if body.get("name", call.keys[1].value) != call.keys[1].value:
                raise invalid_value("name", _RESOURCE)
            return _create(call, application, {**body, "name": call.keys[1].value})
        raise _missing(call)
    if body.get("name", entry["name"]) != entry["name"]:
        raise bad_request("Name is immutable and cannot be changed after creation")
    if body.get("id", entry["id"]) != entry["id"]:
        raise read_only("id")
    changed = {**entry, **body}
    _check(_entries(call, application), changed)
    entry.update(changed)
    return Response(204)


def remove(call: Call) -> Response:
    """DELETE of one credential."""
    application = store.get_owned(call, "applications", call.keys[0])
    entry = _find(call, application)
    if entry is None:
        raise _missing(call)
    _entries(call, application).remove(entry)
    return Response(204)
