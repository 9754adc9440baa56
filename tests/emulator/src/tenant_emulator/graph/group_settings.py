# SPDX-License-Identifier: GPL-3.0-or-later
"""Group settings and their templates, among them the one for group owners' consent."""

from __future__ import annotations

import typing as t

from ..web import Response
from ..world import Tenant
from . import query, schema, store
from .call import Call
from .errors import JsonObject, bad_request, invalid_value, not_found, read_only

CONSENT = "dffd5d46-495d-40a9-8e21-954ff55e198a"
_RESOURCE = "GroupSetting"
_BOOLEAN, _TEXT, _GUID = "System.Boolean", "System.String", "System.Guid"

# id -> (name, name of each value -> (type, default))
_TEMPLATES: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    CONSENT: (
        "Consent Policy Settings",
        {
            "EnableGroupSpecificConsent": (_BOOLEAN, "false"),
            "BlockUserConsentForRiskyApps": (_BOOLEAN, "true"),
            "EnableAdminConsentRequests": (_BOOLEAN, "false"),
            "ConstrainGroupSpecificConsentToMembersOfGroupId": (_GUID, ""),
        },
    ),
    "62375ab9-6b52-47ed-826b-58e47e0e304b": (
        "Group.Unified",
        {
            "EnableGroupCreation": (_BOOLEAN, "true"),
            "AllowGuestsToBeGroupOwner": (_BOOLEAN, "false"),
            "AllowToAddGuests": (_BOOLEAN, "true"),
            "GroupCreationAllowedGroupId": (_GUID, ""),
            "UsageGuidelinesUrl": (_TEXT, ""),
        },
    ),
    "08d542b9-071f-4e16-94b0-74abb372e3d9": ("Group.Unified.Guest", {"AllowToAddGuests": (_BOOLEAN, "true")}),
}


def _template(key: str, tenant: Tenant) -> tuple[str, dict[str, tuple[str, str]]] | None:
    return None if key.lower() in tenant.missing_templates else _TEMPLATES.get(key.lower())


def _shown(key: str) -> JsonObject:
    name, values = _TEMPLATES[key]
    return {
        "id": key,
        "deletedDateTime": None,
        "displayName": name,
        "description": f"{name} of the directory.",
        "values": [{"name": item, "type": kind, "defaultValue": default, "description": item} for item, (kind, default) in values.items()],
    }


def templates(call: Call) -> Response:
    """GET /groupSettingTemplates."""
    found = [_shown(key) for key in _TEMPLATES if _template(key, call.tenant)]
    return query.collection(call, found, "groupSettingTemplate", "groupSettingTemplates")


def template(call: Call) -> Response:
    """GET /groupSettingTemplates/{id}."""
    key = call.keys[0].value
    if _template(key, call.tenant) is None:
        raise not_found(key)
    return query.entity(call, _shown(key.lower()), "groupSettingTemplate", "groupSettingTemplates")


def listing(call: Call) -> Response:
    """GET /groupSettings: none until an administrator makes one from a template."""
    return query.collection(call, call.tenant.group_settings.values(), "groupSetting", "groupSettings")


def _one(call: Call) -> JsonObject:
    found = call.tenant.group_settings.get(call.keys[0].value.lower())
    if found is None:
        raise not_found(call.keys[0].value)
    return found


def read(call: Call) -> Response:
    """GET /groupSettings/{id}."""
    return query.entity(call, _one(call), "groupSetting", "groupSettings")


def _values(given: t.Any, known: dict[str, tuple[str, str]]) -> dict[str, str]:
    """The given values by name: all are strings, whatever they mean."""
    found: dict[str, str] = {}
    for entry in given:
        name, value = entry.get("name"), entry.get("value")
        if name not in known or name in found or not isinstance(value, str):
            raise invalid_value("values", _RESOURCE)
        kind = known[name][0]
        if (kind == _BOOLEAN and value.lower() not in ("true", "false")) or (kind == _GUID and value and not schema.GUID.match(value)):
            raise invalid_value("values", _RESOURCE)
        found[name] = value
    return found


def create(call: Call) -> Response:
    """POST /groupSettings: one for each template; what is left out gets the template's default."""
    body = schema.validate("groupSetting", call.body())
    for name in ("id", "displayName"):
        if body.get(name) is not None:
            raise read_only(name)
    key = str(body.get("templateId") or "")
    found = _template(key, call.tenant)
    if found is None:
        raise invalid_value("templateId", _RESOURCE)
    if any(item["templateId"] == key.lower() for item in call.tenant.group_settings.values()):
        raise bad_request("A conflicting object with one or more of the specified property values is present in the directory.")
    given = _values(body.get("values", []), found[1])
    values = [{"name": name, "value": given.get(name, default)} for name, (_kind, default) in found[1].items()]
    item: JsonObject = {"id": store.new_id(), "displayName": found[0], "templateId": key.lower(), "values": values}
    call.tenant.group_settings[item["id"]] = item
    return query.created(call, item, "groupSettings")


def update(call: Call) -> Response:
    """PATCH /groupSettings/{id}: the whole set of values."""
    body = schema.validate("groupSetting", call.body())
    item = _one(call)
    for name, value in body.items():
        if name != "values" and value != item[name]:
            raise read_only(name)
    known = _TEMPLATES[item["templateId"]][1]
    given = _values(body.get("values", []), known)
    for name in known:
        if name not in given:
            # https://github.com/microsoftgraph/microsoft-graph-docs/pull/1607 (read 2026-11): also for a value that the setting itself does not have,
            # being older than it.
            raise bad_request(f"The expected property '{name}' defined in template with SettingTemplateId '{item['templateId']}' was not provided.")
    item["values"] = [{"name": name, "value": given[name]} for name in known]
    return Response(204)


def remove(call: Call) -> Response:
    """DELETE /groupSettings/{id}."""
    del call.tenant.group_settings[_one(call)["id"]]
    return Response(204)
