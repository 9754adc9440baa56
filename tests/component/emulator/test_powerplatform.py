# SPDX-License-Identifier: GPL-3.0-or-later
"""The Power Platform API and the older administration API beside it."""

from __future__ import annotations

import typing as t
import uuid

import pytest
import requests
from tenant_emulator.testing import Emulator

API = "8578e004-a5c6-46e7-913e-12f58912df43"
OPERATOR = "d2a8c6e4-71f3-4b95-8e0a-6c4f1d9b3a57"
CONTOSO = "2f4c9a1e-7d05-4b6f-8e3a-c1d9b0a47f52"
TENANT = f"/tenants/{CONTOSO}"
PRODUCTION, SALES, FRESH, GROUP = (f"e1a4d7c0-3b62-4f58-9d0e-7c5a1b8f2d{end}" for end in ("01", "02", "03", "f0"))
OWNER, READER = "0cb07c69-1631-4725-ab35-e59e001c51ea", "c886ad2e-27f7-4874-8381-5849b8d8a090"
RBAC = "95e94555-018c-447b-8691-bdac8e12211e"
FORBIDDEN = (403, {"error": {"code": "Forbidden", "message": "Access denied"}})
ENVIRONMENTS = "environmentmanagement/environments"
ASSIGNMENTS = "authorization/roleAssignments"
ADMIN_APPS = "providers/Microsoft.BusinessAppPlatform/adminApplications"


class Api:
    """Requests with one token."""

    def __init__(self, http: requests.Session, root: str, token: str, version: str) -> None:
        self.http, self.root, self.version = http, root, version
        self.headers = {"Authorization": f"Bearer {token}"}

    def send(self, method: str, path: str, body: t.Any = None) -> requests.Response:
        url = path if path.startswith("https:") else f"{self.root}/{path}{'&' if '?' in path else '?'}api-version={self.version}"
        return self.http.request(method, url, json=body, headers=self.headers)

    def ask(self, method: str, path: str, body: t.Any = None, status: int = 200) -> t.Any:
        answer = self.send(method, path, body)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def refused(self, method: str, path: str, body: t.Any = None) -> tuple[int, t.Any]:
        answer = self.send(method, path, body)
        return answer.status_code, answer.json()


@pytest.fixture
def world(emulator: Emulator, http: requests.Session) -> World:
    return World(emulator, http)


class World:
    """Contoso with the API's service principal and a fresh application."""

    def __init__(self, emulator: Emulator, http: requests.Session) -> None:
        self.emulator, self.http = emulator, http
        self.api_principal = emulator.control("POST", "tenants/contoso/servicePrincipals", {"appId": API})["id"]
        self.made = emulator.add_application("contoso", displayName="Platform", secrets=[{"displayName": "one"}])
        self.app_id, self.principal = self.made["application"]["appId"], self.made["service_principal"]["id"]
        self.people = {item["userPrincipalName"].partition("@")[0]: item["id"] for item in emulator.tenant("contoso")["users"].values()}

    def _api(self, token: str, bap: bool) -> Api:
        return Api(self.http, self.emulator.bap_url if bap else self.emulator.powerplatform_url, token, "2020-10-01" if bap else "2024-10-01")

    def app(self, bap: bool = False, scope: str = "") -> Api:
        """As the fresh application."""
        scope = scope or ("https://service.powerapps.com//.default" if bap else "https://api.powerplatform.com/.default")
        return self._api(self.emulator.token("contoso", self.app_id, self.made["secrets"][0]["value"], scope)["access_token"], bap)

    def automation(self, bap: bool = False) -> Api:
        """As the automation identity, which may assign roles."""
        scope = "https://service.powerapps.com//.default" if bap else "https://api.powerplatform.com/.default"
        return self._api(self.emulator.token("contoso", scope=scope)["access_token"], bap)

    def person(self, name: str = "platform", scopes: str = "", bap: bool = False) -> Api:
        """As a person, in the public client."""
        if scopes:
            client = next(item for item in self.emulator.tenant("contoso")["service_principals"].values() if item["appId"] == OPERATOR)
            self.emulator.add_grant("contoso", client["id"], self.api_principal, scopes)
        resource = "https://service.powerapps.com/" if bap else "https://api.powerplatform.com"
        form = {"grant_type": "password", "client_id": OPERATOR, "username": f"{name}@contoso.com", "scope": f"{resource}/.default"}
        form["password"] = f"emulated-{name}-password"
        answer = self.http.post(f"{self.emulator.login_url}/contoso.com/oauth2/v2.0/token", data=form)
        assert answer.status_code == 200, answer.text
        return self._api(answer.json()["access_token"], bap)

    def body(self, scope: str = TENANT, **fields: str) -> dict[str, str]:
        return {"roleDefinitionId": READER, "principalObjectId": self.principal, "principalType": "ApplicationUser", "scope": scope, **fields}


# -- the API as such --


def test_the_service_principal_is_absent_by_default(emulator: Emulator) -> None:
    answer = emulator.token("contoso", scope="https://api.powerplatform.com/.default")
    assert (answer["status"], answer["error_codes"]) == (400, [500011])


def test_audience_version_and_route(world: World, http: requests.Session, emulator: Emulator) -> None:
    api = world.app(scope="https://graph.microsoft.com/.default")
    message = "Access token validation failure. Invalid audience."
    assert api.refused("GET", ENVIRONMENTS) == (401, {"error": {"code": "Unauthorized", "message": message}})
    assert http.get(f"{emulator.powerplatform_url}/{ENVIRONMENTS}?api-version=2024-10-01").status_code == 401
    api = world.automation()
    assert api.refused("GET", "nothing")[1]["error"]["code"] == "RouteNotFound"
    assert api.refused("POST", ENVIRONMENTS, {})[0] == 404
    assert api.refused("GET", f"{api.root}/{ENVIRONMENTS}")[1]["error"]["code"] == "MissingApiVersionParameter"
    api.version = "2099-01-01"
    assert api.refused("GET", ENVIRONMENTS)[1]["error"]["code"] == "UnsupportedApiVersion"
    api.version, api.root = "2024-10-01", f"https://127.0.0.1:{emulator.ready['port']}"
    api.headers["Host"] = "api.powerplatform.com"
    assert len(api.ask("GET", "authorization/roleDefinitions")["value"]) == 5
    assert emulator.journal("powerplatform")[-1]["tenant"] == CONTOSO


def test_role_definitions(world: World) -> None:
    roles = {role["roleDefinitionId"]: role for role in world.automation().ask("GET", "authorization/roleDefinitions")["value"]}
    assert roles[READER]["roleDefinitionName"] == "Power Platform reader"
    assert "EnvironmentManagement.Environments.Read" in roles[READER]["permissions"]
    assert not [name for name in roles[READER]["permissions"] if not name.endswith(".Read")]
    assert "Authorization.RoleAssignments.Write" in roles[OWNER]["permissions"]
    assert world.app().refused("GET", "authorization/roleDefinitions") == FORBIDDEN


# -- environments --


def test_an_application_sees_what_its_roles_cover(world: World, emulator: Emulator) -> None:
    assert world.app().refused("GET", ENVIRONMENTS) == FORBIDDEN
    one = emulator.add_role_assignment("contoso", world.principal, READER, f"/environments/{PRODUCTION}")
    assert [item["id"] for item in world.app().ask("GET", ENVIRONMENTS)["value"]] == [PRODUCTION]
    emulator.add_role_assignment("contoso", world.principal, "Power Platform reader", f"/environmentGroups/{GROUP}")
    assert [item["id"] for item in world.app().ask("GET", ENVIRONMENTS)["value"]] == [PRODUCTION, SALES]
    emulator.remove_role_assignment("contoso", one["roleAssignmentId"])
    assert [item["id"] for item in world.app().ask("GET", ENVIRONMENTS)["value"]] == [SALES]
    emulator.add_role_assignment("contoso", world.principal, READER)
    assert len(world.app().ask("GET", ENVIRONMENTS)["value"]) == 3
    emulator.settings(powerplatform_forbidden_body=False)
    other = emulator.add_application("contoso", displayName="Other", secrets=[{"displayName": "x"}])
    token = emulator.token("contoso", other["application"]["appId"], other["secrets"][0]["value"], "https://api.powerplatform.com/.default")
    answer = Api(world.http, emulator.powerplatform_url, token["access_token"], "2024-10-01").send("GET", ENVIRONMENTS)
    assert (answer.status_code, answer.content) == (403, b"")


def test_a_management_application_sees_everything(world: World, emulator: Emulator) -> None:
    emulator.add_management_app("contoso", world.app_id)
    assert len(world.app().ask("GET", ENVIRONMENTS)["value"]) == 3


def test_a_person_needs_the_scope_and_the_right(world: World) -> None:
    assert world.person(scopes="Authorization.RoleAssignments.Read").refused("GET", ENVIRONMENTS) == FORBIDDEN
    scopes = "EnvironmentManagement.Environments.Read"
    assert len(world.person(scopes=scopes).ask("GET", ENVIRONMENTS)["value"]) == 3
    assert world.person("service", scopes).ask("GET", ENVIRONMENTS) == {"value": []}
    assert world.person(scopes=scopes).refused("GET", "authorization/roleDefinitions") == FORBIDDEN


def test_shapes_and_pages_of_environments(world: World, emulator: Emulator) -> None:
    api = world.automation()
    flat = api.ask("GET", ENVIRONMENTS)["value"][0]
    assert (flat["id"], flat["displayName"], flat["tenantId"]) == (PRODUCTION, "Contoso Production", CONTOSO)
    emulator.settings(powerplatform_environment_shape="nested")
    nested = api.ask("GET", ENVIRONMENTS)["value"][0]
    assert (nested["name"], nested["properties"]["displayName"]) == (PRODUCTION, "Contoso Production")
    assert "displayName" not in nested
    emulator.settings(powerplatform_environment_shape="flat", powerplatform_page_size=2)
    first = api.ask("GET", ENVIRONMENTS)
    assert set(first) == {"value", "@odata.nextlink"}
    second = api.ask("GET", first["@odata.nextlink"])
    assert [item["id"] for item in first["value"] + second["value"]] == [PRODUCTION, SALES, FRESH]
    assert set(second) == {"value"}
    emulator.settings(powerplatform_next_link="@odata.nextLink")
    assert "@odata.nextLink" in api.ask("GET", ENVIRONMENTS)
    assert "@odata.nextLink" not in api.ask("GET", f"{ENVIRONMENTS}?$top=2")


def test_queries_of_environments(world: World) -> None:
    api = world.automation()
    assert [item["id"] for item in api.ask("GET", f"{ENVIRONMENTS}?ids={SALES},{uuid.uuid4()}")["value"]] == [SALES]
    assert [item["id"] for item in api.ask("GET", f"{ENVIRONMENTS}?$filter=type eq 'Sandbox' and environmentGroupId eq '{GROUP}'")["value"]] == [SALES]
    assert [item["id"] for item in api.ask("GET", f"{ENVIRONMENTS}?$skip=1&$top=1")["value"]] == [SALES]
    assert api.refused("GET", f"{ENVIRONMENTS}?$filter=displayName eq 'x'")[1]["error"]["code"] == "InvalidFilter"
    assert api.refused("GET", f"{ENVIRONMENTS}?$top=x")[0] == 400


# -- role assignments --


def test_assign_list_remove(world: World) -> None:
    api = world.automation()
    made = api.ask("POST", ASSIGNMENTS, world.body(), 201)
    assert set(made) == {
        "roleAssignmentId", "scope", "principalType", "principalObjectId", "roleDefinitionId", "createdByPrincipalType",
        "createdByPrincipalObjectId", "createdOn", "expiresOn"
    }  # fmt: skip
    assert (made["scope"], made["createdByPrincipalType"], made["expiresOn"]) == (TENANT, "ApplicationUser", None)
    assert made in api.ask("GET", ASSIGNMENTS)["value"]
    path = f"{ASSIGNMENTS}/{made['roleAssignmentId']}"
    assert api.send("GET", path).status_code == 404
    assert api.send("DELETE", f"authorization/environments/{PRODUCTION}/roleAssignments/{made['roleAssignmentId']}").status_code == 404
    assert api.send("DELETE", path).status_code == 204
    assert api.refused("DELETE", path)[0] == 404
    assert made not in api.ask("GET", ASSIGNMENTS)["value"]


def test_the_answers_vary(world: World, emulator: Emulator) -> None:
    api = world.automation()
    emulator.settings(powerplatform_assignment_shape="value", powerplatform_delete_status=200, powerplatform_short_scopes=True)
    path = f"authorization/environments/{PRODUCTION}/roleAssignments"
    made = api.ask("POST", path, world.body(f"{TENANT}/environments/{PRODUCTION}"), 201)["value"][0]
    assert made["scope"] == f"/environments/{PRODUCTION}"
    assert api.ask("GET", path)["value"] == [made]
    assert made not in api.ask("GET", ASSIGNMENTS)["value"]
    emulator.settings(powerplatform_nested_assignments=True)
    assert made in api.ask("GET", ASSIGNMENTS)["value"]
    assert api.refused("POST", path, world.body(f"{TENANT}/environments/{PRODUCTION}")) == (
        409,
        {"error": {"code": "RoleAssignmentExists", "message": "The role assignment already exists."}},
    )
    stored = f"{TENANT}/environments/{PRODUCTION}"
    assert api.refused("POST", path.replace(PRODUCTION, PRODUCTION.upper()), world.body(stored.replace(PRODUCTION, PRODUCTION.upper())))[0] == 409
    emulator.settings(powerplatform_duplicate_status=200)
    assert api.ask("POST", path, world.body(f"{TENANT}/environments/{PRODUCTION}")) == made
    assert api.send("DELETE", f"{path}/{made['roleAssignmentId']}").status_code == 200


def test_a_fresh_environment_is_not_known_yet(world: World) -> None:
    api = world.automation()
    path = f"authorization/environments/{FRESH}/roleAssignments"
    refused = {"code": "EndpointInvalid", "message": f"Environment id {FRESH} is invalid.", "innererror": {"code": "EnvironmentIdInvalid"}}
    assert api.refused("POST", path, world.body(f"{TENANT}/environments/{FRESH}")) == (400, refused)
    api.ask("POST", path, world.body(f"{TENANT}/environments/{FRESH}"), 201)
    unknown = uuid.uuid4()
    answer = api.refused("POST", f"authorization/environmentGroups/{unknown}/roleAssignments", world.body(f"{TENANT}/environmentGroups/{unknown}"))
    assert (answer[0], answer[1]["innererror"]) == (400, {"code": "EnvironmentGroupIdInvalid"})
    assert api.refused("GET", f"authorization/environments/{unknown}/roleAssignments")[1]["innererror"] == {"code": "EnvironmentIdInvalid"}
    api.ask("POST", f"authorization/environmentGroups/{GROUP}/roleAssignments", world.body(f"{TENANT}/environmentGroups/{GROUP}"), 201)


def test_what_an_assignment_refuses(world: World, emulator: Emulator) -> None:
    api = world.automation()

    def code(**fields: t.Any) -> str:
        status, body = api.refused("POST", ASSIGNMENTS, {**world.body(), **fields})
        assert status == 400
        return str(body["error"]["code"])

    assert code(principalObjectId=world.app_id) == "InvalidPrincipalId"
    assert code(principalObjectId="x") == "InvalidPrincipalId"
    assert code(principalObjectId=str(uuid.uuid4())) == "PrincipalNotFound"
    assert code(principalType="User") == "PrincipalNotFound"
    assert code(principalType="ServicePrincipal") == "InvalidPrincipalType"
    assert code(roleDefinitionId=str(uuid.uuid4())) == "RoleDefinitionNotFound"
    assert code(scope=f"{TENANT}/environments/{PRODUCTION}") == "InvalidScope"
    assert code(scope="/") == "InvalidScope"
    assert code(colour="x") == "InvalidRequestBody"
    assert code(roleDefinitionId="") == "InvalidRequestBody"
    emulator.settings(powerplatform_principal_delay=60)
    assert code() == "PrincipalNotFound"
    emulator.advance(61)
    api.ask("POST", ASSIGNMENTS, world.body(), 201)


def test_who_may_assign(world: World, emulator: Emulator) -> None:
    assert world.app().refused("POST", ASSIGNMENTS, world.body()) == FORBIDDEN
    emulator.add_role_assignment("contoso", world.principal, "Power Platform contributor")
    assert world.app().refused("POST", ASSIGNMENTS, world.body()) == FORBIDDEN
    assert world.app().send("GET", ASSIGNMENTS).status_code == 200
    emulator.add_role_assignment("contoso", world.principal, RBAC, f"/environments/{PRODUCTION}")
    assert world.app().refused("POST", ASSIGNMENTS, world.body()) == FORBIDDEN
    body = world.body(f"{TENANT}/environments/{PRODUCTION}")
    world.app().ask("POST", f"authorization/environments/{PRODUCTION}/roleAssignments", body, 201)
    assert world.person(scopes="Authorization.RoleAssignments.Read").refused("POST", ASSIGNMENTS, world.body()) == FORBIDDEN
    assert world.person("service", "Authorization.RoleAssignments.Write").refused("POST", ASSIGNMENTS, world.body()) == FORBIDDEN
    made = world.person(scopes="Authorization.RoleAssignments.Write").ask("POST", ASSIGNMENTS, world.body(), 201)
    assert (made["createdByPrincipalType"], made["createdByPrincipalObjectId"]) == ("User", world.people["platform"])
    emulator.add_platform_administrator("contoso", world.people["service"])
    world.person("service").ask("POST", ASSIGNMENTS, world.body(roleDefinitionId=OWNER), 201)


# -- management applications --


def test_management_applications(world: World, emulator: Emulator) -> None:
    person = world.person(bap=True)
    assert person.ask("GET", ADMIN_APPS) == {"value": []}
    path = f"{ADMIN_APPS}/{world.app_id}"
    status, body = world.app(bap=True).refused("PUT", path)
    assert (status, body["error"]["code"]) == (403, "Forbidden")
    assert world.person("service", bap=True).refused("PUT", path)[0] == 403
    assert person.refused("PUT", f"{ADMIN_APPS}/{world.principal}")[1]["error"]["code"] == "InvalidApplicationId"
    assert person.refused("GET", path)[0] == 404
    assert world.person("service", bap=True).refused("GET", ADMIN_APPS)[0] == 403
    for _turn in range(2):
        assert person.ask("PUT", path, {}) == {"applicationId": world.app_id}
    assert world.app(bap=True).ask("GET", ADMIN_APPS) == {"value": [{"applicationId": world.app_id}]}
    assert emulator.powerplatform("contoso")["applications"] == {world.app_id: {"applicationId": world.app_id}}
    assert world.app(bap=True).refused("DELETE", path)[0] == 403
    assert person.send("DELETE", path).status_code == 204
    assert person.refused("DELETE", path)[0] == 404


def test_environments_of_the_older_api(world: World, emulator: Emulator) -> None:
    path = "providers/Microsoft.BusinessAppPlatform/scopes/admin/environments"
    emulator.add_role_assignment("contoso", world.principal, OWNER)
    assert world.app(bap=True).refused("GET", path)[0] == 403
    assert world.person("service", bap=True).refused("GET", path)[0] == 403
    found = world.person(bap=True).ask("GET", path)["value"]
    assert (found[0]["name"], found[0]["properties"]["displayName"]) == (PRODUCTION, "Contoso Production")
    emulator.add_management_app("contoso", world.app_id)
    assert len(world.app(bap=True).ask("GET", path)["value"]) == 3
    newer = world.app()
    newer.root, newer.version = emulator.bap_url, "2020-10-01"
    assert newer.refused("GET", path)[0] == 401
    by_host = world.app(bap=True, scope="https://api.bap.microsoft.com/.default")
    by_host.root, by_host.headers["Host"] = f"https://127.0.0.1:{emulator.ready['port']}", "api.bap.microsoft.com"
    assert by_host.send("GET", path).status_code == 200
    by_host.version = "2016-01-01"
    assert by_host.refused("GET", path)[1]["error"]["code"] == "UnsupportedApiVersion"
