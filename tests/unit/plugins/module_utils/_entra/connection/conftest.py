# SPDX-License-Identifier: GPL-3.0-or-later
"""A tenant in memory, as Graph's JSON: looked at with the planners of a connection, and changed by the actions that they plan."""

from __future__ import annotations

import copy
import datetime as dt
import types
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import Plan
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.common.adoption_record import AdoptionRecord
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connection.model import ConnectionDesired, ConnectionPlan, Snapshot
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connection.plan import view_connection
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.delivery import Delivery
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.policy_read import AppManagementPolicies
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.permission.catalogue import (
    MICROSOFT_GRAPH,
    POWER_PLATFORM_API,
    Permission,
    ResourceApi,
    well_known_app_id,
)

Json = dict[str, t.Any]
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
TENANT_ID = "5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10"
OBJECT_ID, APP_ID, PRINCIPAL_ID = (f"{digit * 8}-0000-4000-8000-000000000000" for digit in "123")
USER_READ, MAIL_READ, GROUP_READ, POWER_READ, POWER_ROLE = (f"{digit * 8}-0000-4000-8000-00000000000f" for digit in "56789")
GRAPH = ResourceApi(
    "aaaaaaaa-0000-4000-8000-000000000000", MICROSOFT_GRAPH, "Microsoft Graph", None, (),
    (Permission(USER_READ, "User.Read", True), Permission(MAIL_READ, "Mail.Read", True)), (Permission(GROUP_READ, "Group.Read.All", True),),
)  # fmt: skip
POWER = ResourceApi(
    "bbbbbbbb-0000-4000-8000-000000000000", POWER_PLATFORM_API, "Power Platform API", None, (),
    (Permission(POWER_READ, "AppManagement.Read", True),), (Permission(POWER_ROLE, "AppManagement.Read.All", True),),
)  # fmt: skip
AUTHORITY = "https://login.microsoftonline.com/contoso.com"
DELIVERY = {"connector": "payroll", "instance": "https://portal.example contoso", "authority": "https://login.microsoftonline.com/{primary_domain}"}
KEY_ID, OTHER_KEY = "0000000a-0000-4000-8000-000000000000", "0000000b-0000-4000-8000-000000000000"
ASKED = [{"resource": "Microsoft Graph", "delegated": ["User.Read"], "application": ["Group.Read.All"]}]


def key(key_id: str = KEY_ID, name: str = "tkc:payroll:0000000a", age: float = 1, life: float = 180) -> Json:
    """A key made C(age) days ago, valid for C(life) days."""
    start = NOW - dt.timedelta(days=age)
    return {"keyId": key_id, "displayName": name, "startDateTime": start.isoformat(), "endDateTime": (start + dt.timedelta(days=life)).isoformat()}


def mark(key_id: str = KEY_ID, *, delivered: bool = True, authority: str = AUTHORITY, instance: str = DELIVERY["instance"], connector: str = "payroll") -> str:
    """The tag that says so."""
    return Delivery(connector, instance, authority).mark(key_id, APP_ID, delivered=delivered).tag


def empty(**more: t.Any) -> Json:
    """A tenant that has nothing of the connection."""
    domains = [{"name": "contoso.com", "isDefault": True}, {"name": "contoso.onmicrosoft.com", "isInitial": True}]
    found = {"application": None, "principal": None, "grants": [], "assignments": [], "apis": [GRAPH, POWER], "domains": domains, "forbidden": None}
    return {**found, "policies": AppManagementPolicies({}, ()), **more}


def grant(scope: str, api: ResourceApi = GRAPH) -> Json:
    """What is granted to every user."""
    found = {"clientId": PRINCIPAL_ID, "consentType": "AllPrincipals", "principalId": None, "resourceId": api.object_id}
    return {"id": f"grant-{api.object_id}", **found, "scope": scope}


def assignment(role: str, api: ResourceApi = GRAPH) -> Json:
    """An app role of an API that the client has."""
    return {"id": f"assignment-{role}", "resourceId": api.object_id, "appRoleId": role, "resourceDisplayName": api.display_name}


def requests(api: ResourceApi, *entries: tuple[str, str]) -> Json:
    """What is requested of an API."""
    return {"resourceAppId": api.app_id, "resourceAccess": [{"id": identifier, "type": kind} for identifier, kind in entries]}


def connected(**app: t.Any) -> Json:
    """A tenant in which everything is as C(wanted) describes it."""
    application = {
        "id": OBJECT_ID, "appId": APP_ID, "uniqueName": "payroll", "displayName": "Payroll", "createdDateTime": "2026-01-01T00:00:00Z",
        "signInAudience": "AzureADMyOrg", "tags": ["tkc:created", mark()], "web": {"redirectUris": ["https://payroll.example/signin"]},
        "requiredResourceAccess": [requests(GRAPH, (USER_READ, "Scope"), (GROUP_READ, "Role"))], "passwordCredentials": [key()], **app,
    }  # fmt: skip
    return empty(application=application, principal=_principal(), grants=[grant("User.Read")], assignments=[assignment(GROUP_READ)])


def foreign(**app: t.Any) -> Json:
    """A tenant in which others made an application and use it for something else."""
    theirs = {
        "uniqueName": None, "tags": ["theirs"], "web": {"redirectUris": ["https://theirs.example/a"]},
        "requiredResourceAccess": [requests(GRAPH, (MAIL_READ, "Scope"))], "passwordCredentials": [key(OTHER_KEY, "portal")],
    }  # fmt: skip
    return {**connected(**{**theirs, **app}), "grants": [grant("Mail.Read")], "assignments": []}


def _principal() -> Json:
    found = {"id": PRINCIPAL_ID, "appId": APP_ID, "displayName": "Payroll", "accountEnabled": True}
    return {**found, "appOwnerOrganizationId": TENANT_ID, "tags": []}


def wanted(**more: t.Any) -> ConnectionDesired:
    """What the connection is to be."""
    rows = more.pop("asked", ASKED)
    consent = {"mode": "merge", "permissions": rows, **more.pop("consent", {})}
    app = {"unique_name": "payroll", "display_name": "Payroll", "redirect_uris": {"web": {"add": ["https://payroll.example/signin"]}}, **more.pop("app", {})}
    given: Json = {
        "app": app, "service_principal": {"account_enabled": True}, "consent": consent, "secret": {"name": "payroll"}, "delivery": DELIVERY,
        "permissions": {"permissions": rows, "mode": "merge", "accept_privileged": [], "create_missing_service_principals": True},
    }  # fmt: skip
    return ConnectionDesired(**{**given, "connector": "payroll", **more})


def adopting(**more: t.Any) -> ConnectionDesired:
    """The same with an application that others made, named by its id."""
    return wanted(app={"unique_name": None, "display_name": None, "app_id": APP_ID, "adopt": True}, **more)


def look(tenant: Json, desired: ConnectionDesired | None = None, **more: t.Any) -> ConnectionPlan:
    """What the planners make of the tenant."""

    def lookup(text: str) -> ResourceApi | None:
        name = well_known_app_id(text) or text.lower()
        return next((api for api in tenant["apis"] if name in (api.app_id, api.object_id)), None)

    snapshot = Snapshot(
        {"id": TENANT_ID, "displayName": "Contoso", "verifiedDomains": tenant["domains"]}, tenant["application"], tenant["principal"],
        tuple(tenant["grants"]), tuple(tenant["assignments"]), NOW, tenant["forbidden"], policies=tenant["policies"],
    )  # fmt: skip
    return view_connection(desired or wanted(), snapshot, lookup, tenant="contoso.com", tenant_id=TENANT_ID, **more)


def carry_out(tenant: Json, view: ConnectionPlan, *names: str) -> None:
    """Do what the steps would do, as the modules do it. A credential that is made is delivered."""
    for name in names:
        plan = view.plans.get(name, Plan())
        for action in plan.actions:
            _STEPS[name](tenant, action.kind, action.payload)


def record(tenant: Json, view: ConnectionPlan) -> None:
    """Write down what is about to be added to an application that others made."""
    app = tenant["application"]
    app["tags"] = AdoptionRecord("payroll", view.adds).apply(app["tags"])


def _api(tenant: Json, kind: str, payload: t.Mapping[str, t.Any]) -> None:
    tenant["apis"].append({api.app_id: api for api in (GRAPH, POWER)}[payload["app_id"]])


def _app(tenant: Json, kind: str, payload: t.Mapping[str, t.Any]) -> None:
    if kind == "delete":
        tenant.update(application=None, principal=None, grants=[], assignments=[])
        return
    if kind == "create":
        new = {"id": OBJECT_ID, "appId": APP_ID, "uniqueName": payload["unique_name"], "createdDateTime": NOW.isoformat()}
        tenant["application"] = {**new, **copy.deepcopy(payload["body"])}
        return
    for name, value in payload["body"].items():
        old = tenant["application"].get(name)
        tenant["application"][name] = {**(old or {}), **value} if isinstance(value, dict) else value


def _permissions(tenant: Json, kind: str, payload: t.Mapping[str, t.Any]) -> None:
    tenant["application"]["requiredResourceAccess"] = payload["required"]


def _service_principal(tenant: Json, kind: str, payload: t.Mapping[str, t.Any]) -> None:
    tenant["principal"] = {**(tenant["principal"] if kind == "update" else _principal()), **payload["body"]}


def _consent(tenant: Json, kind: str, payload: t.Mapping[str, t.Any]) -> None:
    apis = {name: api for api in tenant["apis"] for name in (api.object_id, api.app_id)}
    api = apis[payload["key"]]
    if kind in ("create_grant", "update_grant", "delete_grant"):
        tenant["grants"] = [one for one in tenant["grants"] if one["id"] != payload["grant_id"]]
        tenant["grants"] += [grant(" ".join(payload["scopes"]), api)] if payload["scopes"] else []
    elif kind == "assign_role":
        names = {one.name: one.id for one in api.application}
        tenant["assignments"].append(assignment(names.get(payload["role"], payload["role"]), api))
    else:
        tenant["assignments"] = [one for one in tenant["assignments"] if one["id"] != payload["assignment_id"]]


def _secret(tenant: Json, kind: str, payload: t.Mapping[str, t.Any]) -> None:
    app = tenant["application"]
    if kind == "mint":
        app["passwordCredentials"] = [*app.get("passwordCredentials", ()), key(OTHER_KEY if _has(app, KEY_ID) else KEY_ID, age=0)]
    elif kind == "mark_pending":
        app["tags"] = [*app["tags"], mark(app["passwordCredentials"][-1]["keyId"])]
    elif kind == "remove_key":
        app["passwordCredentials"] = [one for one in app["passwordCredentials"] if one["keyId"] != payload["key_id"]]
    else:
        app["tags"] = [tag for tag in app["tags"] if tag not in payload["drop"]] + payload["add"]


def _has(app: Json, key_id: str) -> bool:
    return any(one["keyId"] == key_id for one in app.get("passwordCredentials", ()))


_STEPS: dict[str, t.Callable[[Json, str, t.Mapping[str, t.Any]], None]] = {
    "resources": _api, "app": _app, "permissions": _permissions, "service_principal": _service_principal, "consent": _consent, "secret": _secret,
}  # fmt: skip


@pytest.fixture(name="tenants", scope="session")
def _tenants() -> types.SimpleNamespace:
    """All of this, for tests."""
    functions = (empty, connected, foreign, wanted, adopting, look, carry_out, record, key, mark, grant, assignment, requests)
    return types.SimpleNamespace(**{function.__name__: function for function in functions})
