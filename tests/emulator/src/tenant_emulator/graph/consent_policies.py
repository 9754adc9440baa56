# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies about consent: who may consent to what, and what happens to a request for an administrator's consent."""

from __future__ import annotations

import copy
import functools
import re
import typing as t

from ..tokens import GRAPH_APP_ID
from ..web import Response
from ..world import Tenant
from . import policies, query, schema, store
from .call import Call
from .errors import JsonObject, bad_request, conflict, invalid_value, not_found, read_only

GRANT = "permissionGrantPolicies"
REQUEST = "adminConsentRequestPolicy"
_RESOURCE, _CONDITION = "PermissionGrantPolicy", "PermissionGrantConditionSet"
_ID = re.compile(r"^[A-Za-z0-9_-]{1,128}$")
_ASSIGNED = re.compile(r"^ManagePermissionGrantsFor(Self|OwnedResource)\.([A-Za-z0-9_-]+)$", re.IGNORECASE)
_DEVELOPER = "developerconsent"  # assigned like a policy, but not one that can be read
_REVIEWERS = re.compile(
    r"^(/(v1\.0|beta))?/(users/[^/]+|groups/[^/]+/transitiveMembers(/microsoft\.graph\.user)?|roleManagement/directory/roleAssignments\?.+)$", re.IGNORECASE
)
_LIMITED = ("clientApplicationIds", "clientApplicationTenantIds", "clientApplicationPublisherIds")

EXCHANGE_APP = "00000002-0000-0ff1-ce00-000000000000"
# What people may not consent to under the policy that Microsoft manages, and may for six mail clients under the one beside it.
# https://learn.microsoft.com/entra/identity/enterprise-apps/manage-app-consent-policies (2026-01-22; read 2026-11-30)
EXCLUDED = (
    "Files.Read.All", "Files.ReadWrite.All", "Sites.Read.All", "Sites.ReadWrite.All", "Mail.Read", "Mail.ReadWrite", "Mail.ReadBasic", "Mail.Read.Shared",
    "Mail.ReadBasic.Shared", "Mail.ReadWrite.Shared", "MailboxItem.Read", "Calendars.Read", "Calendars.ReadBasic", "Calendars.ReadWrite",
    "Calendars.Read.Shared", "Calendars.ReadWrite.Shared", "Chat.Read", "Chat.ReadWrite", "OnlineMeetings.Read", "OnlineMeetings.ReadWrite",
    "MailboxFolder.Read", "MailboxFolder.ReadWrite", "MailboxSettings.Read", "MailboxSettings.ReadWrite", "Contacts.ReadWrite", "Contacts.Read.Shared",
    "Contacts.ReadWrite.Shared", "Tasks.Read", "Tasks.Read.Shared", "Tasks.ReadWrite", "Tasks.ReadWrite.Shared", "People.Read",
)  # fmt: skip
# EAS, EWS, IMAP and POP "AccessAsUser.All" of Exchange Online; ids as registrations in public repositories have them.
_EXCHANGE_EXCLUDED = (
    "ff91d191-45a0-43fd-b837-bd682c4a0b0f",
    "3b5f3d61-589b-4a3c-a359-5dd4b5ee5bd5",
    "652390e4-393a-48de-9484-05f9b1212954",
    "d7b7f2d9-0f45-4ea1-9d42-e50810c06991",
)
# Apple Mail, Spark, eM Client, Samsung's and Android's mail, Thunderbird (the same page).
MAIL_CLIENTS = (
    "f8d98a96-0999-43f5-8af3-69971c7bb423",
    "b50c1dbd-1855-4e54-b07c-d3c3029e93d3",
    "e9a7fea1-1cc0-4cd9-a31b-9137ca5deedd",
    "8acd33ea-7197-4a96-bc33-d7cc7101262f",
    "2cee05de-2b8f-45a2-8289-2a06ca32c4c8",
    "9e5f94bc-e8a4-4e73-b8be-63364c29d753",
)

# id -> name and the condition sets that it includes. The page names the policies; the conditions of the first are general knowledge.
_BUILT_IN: dict[str, tuple[str, list[JsonObject]]] = {
    "microsoft-user-default-legacy": ("Default user legacy", [{"permissionType": "delegatedUserConsentable"}]),
    "microsoft-user-default-low": (
        "Default user low risk policy",
        [
            {"permissionType": "delegated", "permissionClassification": "low", "clientApplicationsFromVerifiedPublisherOnly": True},
        ],
    ),
    "microsoft-user-default-recommended": ("Microsoft User Default Recommended Policy", [{"permissionType": "delegatedUserConsentable"}]),
    "microsoft-user-default-allow-consent-apps": (
        "Microsoft user default allow consent apps",
        [{"permissionType": "delegatedUserConsentable", "clientApplicationIds": list(MAIL_CLIENTS)}],
    ),
    "microsoft-application-admin": ("Application Admin Policy", [{"permissionType": "delegated"}, {"permissionType": "application"}]),
    "microsoft-company-admin": ("Company Admin Policy", [{"permissionType": "delegated"}, {"permissionType": "application"}]),
    "microsoft-all-application-permissions-verified": (
        "All application permissions verified",
        [{"permissionType": "application", "clientApplicationsFromVerifiedPublisherOnly": True}],
    ),
    **{
        f"microsoft-{rule}": (rule.replace("-", " ").capitalize(), [{"permissionType": "application"}])
        for rule in (
            "all-application-permissions",
            "all-application-permissions-for-group",
            "all-application-permissions-for-chat",
            "pre-approval-apps-for-group",
            "pre-approval-apps-for-team",
            "pre-approval-apps-for-chat",
            "dynamically-managed-permissions-for-team",
            "dynamically-managed-permissions-for-chat",
        )
    },
}


@functools.cache
def _mail() -> list[JsonObject]:
    """The permissions of the two policies that Microsoft manages, one condition set for each API."""
    ids = {value: scope_id for value, scope_id, *_rest in schema.load("graph_permissions.json")["scopes"]}
    kind = {"permissionType": "delegated"}
    return [
        {**kind, "resourceApplication": GRAPH_APP_ID, "permissions": [ids[name] for name in EXCLUDED]},
        {**kind, "resourceApplication": EXCHANGE_APP, "permissions": list(_EXCHANGE_EXCLUDED)},
    ]


def _conditions(key: str) -> tuple[list[JsonObject], list[JsonObject]]:
    """The condition sets that a built-in policy includes and excludes."""
    _name, includes = _BUILT_IN[key]
    if key == "microsoft-user-default-allow-consent-apps":
        return [_condition(**{**one, **mail}) for one in includes for mail in _mail()], []
    excludes = _mail() if key == "microsoft-user-default-recommended" else []
    return [_condition(**one) for one in includes], [_condition(**one) for one in excludes]


def _condition(**fields: t.Any) -> JsonObject:
    """A condition set that limits nothing but what is given."""
    return {
        "id": store.new_id(),
        "permissionClassification": "all",
        "permissionType": None,
        "resourceApplication": "any",
        "permissions": ["all"],
        "clientApplicationIds": ["all"],
        "clientApplicationTenantIds": ["all"],
        "clientApplicationPublisherIds": ["all"],
        "clientApplicationsFromVerifiedPublisherOnly": False,
        **fields,
    }


def grant_policies(tenant: Tenant) -> dict[str, JsonObject]:
    """All permission grant policies by id, Microsoft's among them."""
    stored = t.cast("dict[str, JsonObject]", tenant.policies.setdefault(GRANT, {}))
    for key, (name, _sets) in _BUILT_IN.items():
        if key not in stored:
            includes, excludes = _conditions(key)
            stored[key] = {"id": key, "deletedDateTime": None, "displayName": name, "description": name, "includes": includes, "excludes": excludes}
    return stored


def _one(call: Call, change: bool = False) -> JsonObject:
    key = call.keys[0].value
    found = next((item for item in grant_policies(call.tenant).values() if item["id"].lower() == key.lower()), None)
    if found is None:
        raise not_found(key)
    if change and found["id"] in _BUILT_IN:
        raise bad_request("Built-in policies cannot be changed.")
    return found


def listing(call: Call) -> Response:
    """GET /policies/permissionGrantPolicies: with their condition sets, asked for or not."""
    return query.collection(call, grant_policies(call.tenant).values(), "permissionGrantPolicy", f"policies/{GRANT}", expand=_expand)


def read(call: Call) -> Response:
    """GET /policies/permissionGrantPolicies/{id}."""
    return query.entity(call, _one(call), "permissionGrantPolicy", f"policies/{GRANT}", expand=_expand)


def _expand(call: Call, item: JsonObject, name: str) -> t.Any:
    if name not in ("includes", "excludes"):
        raise bad_request(f"Parsing OData Select and Expand failed: Could not find a property named '{name}'.", "BadRequest")
    return item[name]


def create(call: Call) -> Response:
    """POST /policies/permissionGrantPolicies; condition sets are added afterwards."""
    body = schema.validate("permissionGrantPolicy", call.body())
    key = body.get("id")
    if not isinstance(key, str) or not _ID.match(key) or key.lower().startswith("microsoft-"):
        raise invalid_value("id", _RESOURCE)
    if not body.get("displayName"):
        raise invalid_value("displayName", _RESOURCE)
    if body.get("deletedDateTime") is not None:
        raise read_only("deletedDateTime")
    stored = grant_policies(call.tenant)
    if any(known.lower() == key.lower() for known in stored):
        raise conflict("id")
    item: JsonObject = {
        "id": key,
        "deletedDateTime": None,
        "displayName": body["displayName"],
        "description": body.get("description"),
        "includes": [],
        "excludes": [],
    }
    stored[key] = item
    return query.created(call, item, f"policies/{GRANT}")


def update(call: Call) -> Response:
    """PATCH /policies/permissionGrantPolicies/{id}."""
    body = schema.validate("permissionGrantPolicy", call.body())
    item = _one(call, change=True)
    for name in ("id", "deletedDateTime"):
        if name in body and body[name] != item[name]:
            raise read_only(name)
    if not {**item, **body}["displayName"]:
        raise invalid_value("displayName", _RESOURCE)
    item.update(body)
    return Response(204)


def remove(call: Call) -> Response:
    """DELETE /policies/permissionGrantPolicies/{id}."""
    item = _one(call, change=True)
    if item["id"].lower() in {key for _kind, key in _assigned(call.tenant)}:
        raise bad_request("The policy is still assigned to one or more objects.")
    del grant_policies(call.tenant)[item["id"]]
    return Response(204)


def conditions(side: str) -> t.Callable[[Call], Response]:
    """GET .../includes or .../excludes."""

    def handler(call: Call) -> Response:
        item = _one(call)
        return query.collection(call, item[side], "permissionGrantConditionSet", f"policies/{GRANT}('{item['id']}')/{side}")

    return handler


def condition(side: str) -> t.Callable[[Call], Response]:
    """GET .../includes/{id} or .../excludes/{id}."""

    def handler(call: Call) -> Response:
        item = _one(call)
        return query.entity(call, _found(call, item[side]), "permissionGrantConditionSet", f"policies/{GRANT}('{item['id']}')/{side}")

    return handler


def _found(call: Call, sets: list[JsonObject]) -> JsonObject:
    for entry in sets:
        if entry["id"] == call.keys[1].value.lower():
            return entry
    raise not_found(call.keys[1].value)


def add_condition(side: str) -> t.Callable[[Call], Response]:
    """POST .../includes or .../excludes."""

    def handler(call: Call) -> Response:
        body = schema.validate("permissionGrantConditionSet", call.body())
        item = _one(call, change=True)
        if body.get("id") is not None:
            raise read_only("id")
        entry = _condition(**{name: value for name, value in body.items() if name != "id"})
        _check_condition(entry)
        item[side].append(entry)
        context = f"policies/{GRANT}('{item['id']}')/{side}"
        answer = query.created(call, entry, context, f"policies/{GRANT}/{item['id']}/{side}")
        answer.status = call.world.settings.condition_set_status
        return answer

    return handler


def _check_condition(entry: JsonObject) -> None:
    if entry["permissionType"] not in ("delegated", "application"):
        raise invalid_value("permissionType", _CONDITION)
    if entry["permissionClassification"] not in ("all", "low", "medium", "high"):
        raise invalid_value("permissionClassification", _CONDITION)
    if entry["resourceApplication"] != "any" and not schema.GUID.match(entry["resourceApplication"] or ""):
        raise invalid_value("resourceApplication", _CONDITION)
    # Permissions are ids of one API, so they can be named only together with it.
    if entry["permissions"] != ["all"] and (entry["resourceApplication"] == "any" or not all(schema.GUID.match(value) for value in entry["permissions"])):
        raise invalid_value("permissions", _CONDITION)
    for name in _LIMITED:
        if entry[name] != ["all"] and not (entry[name] and all(schema.GUID.match(value) for value in entry[name])):
            raise invalid_value(name, _CONDITION)


def remove_condition(side: str) -> t.Callable[[Call], Response]:
    """DELETE .../includes/{id} or .../excludes/{id}."""

    def handler(call: Call) -> Response:
        item = _one(call, change=True)
        item[side].remove(_found(call, item[side]))
        return Response(204)

    return handler


# -- the authorization policy --


def _assigned(tenant: Tenant) -> list[tuple[str, str]]:
    """The assigned policies: for one's own consent, or for what one owns; and the policy's id in lower case."""
    entries = policies.singleton(tenant, policies.AUTHORIZATION)["defaultUserRolePermissions"]["permissionGrantPoliciesAssigned"]
    return [(found.group(1).lower(), found.group(2).lower()) for entry in entries if (found := _ASSIGNED.match(entry))]


def patch_authorization(call: Call) -> Response:
    """PATCH /policies/authorizationPolicy: complex values are merged, the list of assigned policies is replaced."""
    body = schema.validate("authorizationPolicy", call.body())
    given = (body.get("defaultUserRolePermissions") or {}).get("permissionGrantPoliciesAssigned")
    if given is not None:
        known = {key.lower() for key in grant_policies(call.tenant)} | {_DEVELOPER}
        for entry in given:
            found = _ASSIGNED.match(entry)
            if not found or found.group(2).lower() not in known:
                raise invalid_value("permissionGrantPoliciesAssigned", "AuthorizationPolicy")
        if len({entry.lower() for entry in given}) != len(given):
            raise invalid_value("permissionGrantPoliciesAssigned", "AuthorizationPolicy")
    return policies.merge_singleton(call, policies.AUTHORIZATION, body)


# -- requests for an administrator's consent --


def request_policy(tenant: Tenant) -> JsonObject:
    """The policy of requests; off until an administrator turns it on."""
    stored = tenant.policies.setdefault(REQUEST, {})
    blank = {"isEnabled": False, "notifyReviewers": False, "remindersEnabled": False, "requestDurationInDays": 0, "reviewers": [], "version": 0}
    for name, value in blank.items():
        stored.setdefault(name, copy.copy(value))
    return stored


def read_request_policy(call: Call) -> Response:
    """GET /policies/adminConsentRequestPolicy: it has no id."""
    return query.entity(call, request_policy(call.tenant), REQUEST, f"policies/{REQUEST}")


def put_request_policy(call: Call) -> Response:
    """PUT /policies/adminConsentRequestPolicy: all of it, at once."""
    resource = "AdminConsentRequestPolicy"
    body = schema.validate(REQUEST, call.body())
    policy = request_policy(call.tenant)
    if body.get("version", policy["version"]) != policy["version"]:
        raise read_only("version")
    for name in ("isEnabled", "notifyReviewers", "remindersEnabled", "requestDurationInDays"):
        if name not in body:
            raise invalid_value(name, resource)
    reviewers = []
    for entry in body.get("reviewers", []):
        if not _REVIEWERS.match(entry.get("query") or "") or entry.get("queryType") != "MicrosoftGraph":
            raise invalid_value("reviewers", resource)
        reviewers.append({"query": entry["query"], "queryType": "MicrosoftGraph", "queryRoot": entry.get("queryRoot")})
    if body["isEnabled"] and (not reviewers or not 1 <= body["requestDurationInDays"] <= 60):
        raise invalid_value("reviewers" if not reviewers else "requestDurationInDays", resource)
    policy.update({**body, "reviewers": reviewers, "version": policy["version"] + 1})
    policy.pop("id", None)
    return Response(204)
