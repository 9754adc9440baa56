# SPDX-License-Identifier: GPL-3.0-or-later
"""Owners of applications and service principals: list, add, remove."""

from __future__ import annotations

import typing as t
from urllib.parse import urlsplit

from ..web import Response
from . import privileges, query, schema, store
from .call import Call
from .errors import GraphError, JsonObject, bad_request, invalid_value, not_found

_CASTS = {"microsoft.graph.user": "user", "microsoft.graph.serviceprincipal": "servicePrincipal"}
_MOST = 100
_HOST = "graph.microsoft.com"  # what clients write, wherever they send it


def reference(call: Call, text: t.Any) -> str:
    """The object id in an ``@odata.id``; the object must exist."""
    if not isinstance(text, str) or "/" not in text:
        raise bad_request("Invalid URL format specified in payload.")
    host = urlsplit(text).hostname
    if host not in (None, _HOST, urlsplit(call.request.base_url).hostname):
        raise bad_request("Invalid URL format specified in payload.")
    object_id = text.rstrip("/").rpartition("/")[2].rstrip("')").rpartition("'")[2]
    if not schema.GUID.match(object_id):
        raise bad_request(f"Invalid object identifier '{object_id}'.")
    if store.typed(call.tenant, object_id) is None:
        raise not_found(object_id)
    return object_id


def references(call: Call, values: t.Any) -> list[str]:
    """The object ids of an ``owners@odata.bind``, at most twenty."""
    if not isinstance(values, list) or len(values) > 20:
        raise invalid_value("owners")
    return [_owner(call, reference(call, text)) for text in values]


def _owner(call: Call, object_id: str) -> str:
    if object_id not in call.tenant.users and object_id not in call.tenant.service_principals:
        raise bad_request("The reference target of owners must be a user or a service principal.")
    return object_id


def listing(kind: str) -> t.Callable[[Call], Response]:
    """GET .../owners, with or without a cast in the last segment."""

    def handler(call: Call) -> Response:
        item = store.get(call, kind, call.keys[0])
        found = [_limited(call, owner) for owner in store.owners_of(call.tenant, item["id"])]
        return query.collection(call, found, "directoryObject", "directoryObjects")

    return handler


def _limited(call: Call, owner: JsonObject) -> JsonObject:
    """Of a user whom the caller may not read only the type and the id are shown.

    https://learn.microsoft.com/graph/permissions-overview#limited-information-returned-for-inaccessible-member-objects (read 2026-11).
    """
    if owner["@odata.type"] != "#microsoft.graph.user" or not call.app_only or privileges.READ_WHOLE_USERS & call.privileges:
        return owner
    if "User.ReadBasic.All" in call.privileges:
        return {**owner, "accountEnabled": None}
    return {name: value if name in ("@odata.type", "id") else None for name, value in owner.items()}


def cast(kind: str, name: str) -> t.Callable[[Call], Response]:
    """GET .../owners/microsoft.graph.user and the like."""
    type_name = _CASTS[name.lower()]

    def handler(call: Call) -> Response:
        item = store.get(call, kind, call.keys[0])
        owned = [_limited(call, owner) for owner in store.owners_of(call.tenant, item["id"])]
        found = [
            {name: value for name, value in owner.items() if name != "@odata.type"}
            for owner in owned
            if owner["@odata.type"] == f"#microsoft.graph.{type_name}"
        ]
        return query.collection(call, found, type_name, "users" if type_name == "user" else "servicePrincipals", cast=True)

    return handler


def links(kind: str) -> t.Callable[[Call], Response]:
    """GET .../owners/$ref."""

    def handler(call: Call) -> Response:
        item = store.get(call, kind, call.keys[0])
        value = [{"@odata.id": f"{call.root}/directoryObjects/{owner['id']}"} for owner in store.owners_of(call.tenant, item["id"])]
        body = {"@odata.context": f"{call.root}/$metadata#Collection($ref)", "value": value}
        return Response.json(200, body)

    return handler


def add(kind: str) -> t.Callable[[Call], Response]:
    """POST .../owners/$ref."""

    def handler(call: Call) -> Response:
        body = call.body()
        item = store.get_owned(call, kind, call.keys[0])
        object_id = _owner(call, reference(call, body.get("@odata.id")))
        present = call.tenant.owners.setdefault(item["id"], [])
        if object_id in present:
            raise bad_request("One or more added object references already exist for the following modified properties: 'owners'.")
        if len(present) >= _MOST:
            raise GraphError(
                403,
                "Directory_QuotaExceeded",
                f"Unable to perform operation as '{len(present) + 1}' would exceed the maximum quota count '{_MOST}' for forward-link owners.",
            )
        present.append(object_id)
        return Response(204)

    return handler


def remove(kind: str) -> t.Callable[[Call], Response]:
    """DELETE .../owners/{id}/$ref."""

    def handler(call: Call) -> Response:
        item = store.get_owned(call, kind, call.keys[0])
        present = call.tenant.owners.get(item["id"], [])
        if call.keys[1].value not in present:
            raise bad_request("One or more removed object references do not exist for the following modified properties: 'owners'.")
        present.remove(call.keys[1].value)
        return Response(204)

    return handler
