# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every Graph request: authentication, privileges, routing, headers, bodies, $batch."""

from __future__ import annotations

import json
import re
import typing as t

import pytest
from tenant_emulator.graph import privileges, routes, seed
from tenant_emulator.graph.direct import Direct
from tenant_emulator.web import Response

DENIED = (403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
UNREADABLE = "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format."


@pytest.fixture
def graph() -> Direct:
    return Direct()


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("", "Access token is empty."),
        ("Bearer ", "Access token is empty."),
        ("Basic abc", "Access token is empty."),
        ("Bearer malformed", "CompactToken parsing failed with error code: 80049217"),
        ("Bearer expired", "Lifetime validation failed, the token is expired."),
        ("Bearer audience", "Access token validation failure. Invalid audience."),
        ("Bearer JWT is not well formed, there are no dots (.).", "JWT is not well formed, there are no dots (.)."),
    ],
)
def test_a_bad_token_is_refused(graph: Direct, header: str, message: str) -> None:
    refused = graph.refused("GET", "applications", headers={"Authorization": header})
    assert refused == (401, "InvalidAuthenticationToken", message)


def test_a_token_of_an_unknown_tenant_is_refused(graph: Direct) -> None:
    assert graph.refused("GET", "applications", claims=graph.claims(tid="elsewhere"))[:2] == (401, "InvalidAuthenticationToken")


def test_every_answer_carries_the_headers_of_the_service(graph: Direct) -> None:
    for response in (
        graph.send("GET", "applications", headers={"client-request-id": "mine"}),
        graph.send("GET", "applications?client-request-id=mine"),
        graph.send("GET", "nothing", headers={"client-request-id": "mine"}),
    ):
        assert response.headers["client-request-id"] == "mine"
        assert re.fullmatch(r"[0-9a-f-]{36}", response.headers["request-id"])
        assert "ServerInfo" in json.loads(response.headers["x-ms-ags-diagnostic"])
        assert response.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert response.headers["Cache-Control"] == "no-cache"
        assert response.headers["x-ms-resource-unit"] == "1"


def test_an_error_names_the_request(graph: Direct) -> None:
    response = graph.send("GET", "applications/not-a-guid", headers={"client-request-id": "mine"})
    error = json.loads(response.body)["error"]
    assert error["innerError"]["request-id"] == response.headers["request-id"]
    assert error["innerError"]["client-request-id"] == "mine"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", error["innerError"]["date"])


def test_paths(graph: Direct) -> None:
    assert graph.refused("GET", "widgets") == (400, "BadRequest", "Resource not found for the segment 'widgets'.")
    made = graph.ask("POST", "applications", {"displayName": "a"}, 201)
    path = f"applications/{made['id']}"
    assert graph.refused("GET", f"{path}/widgets") == (400, "BadRequest", "Resource not found for the segment 'widgets'.")
    assert graph.refused("PUT", path) == (
        405,
        "Request_BadRequest",
        "Specified HTTP method is not allowed for the request target.",
    )
    assert graph.refused("GET", "applications/x-y") == (400, "Request_BadRequest", "Invalid object identifier 'x-y'.")
    unknown = "00000000-1111-0000-0000-000000000000"
    assert graph.refused("GET", f"applications/{unknown}") == (
        404,
        "Request_ResourceNotFound",
        f"Resource '{unknown}' does not exist or one of its queried reference-property objects are not present.",
    )
    for same in (f"/v1.0//applications/{made['id']}", f"/beta/APPLICATIONS/{made['id']}", f"applications('{made['id']}')"):
        assert graph.ask("GET", same)["id"] == made["id"]


def test_bodies(graph: Direct) -> None:
    ask = ("POST", "applications")
    assert graph.refused(*ask, b"{") == (400, "BadRequest", UNREADABLE)
    assert graph.refused(*ask, [1]) == (400, "BadRequest", UNREADABLE)
    assert graph.refused(*ask, {"displayName": "a"}, headers={"Content-Type": ""}) == (400, "BadRequest", UNREADABLE)
    assert graph.refused(*ask, {"displayName": "a"}, headers={"Content-Type": "text/plain"})[0] == 415
    assert graph.refused(*ask) == (400, "BadRequest", "Empty Payload. JSON content expected.")


def test_privileges_open_endpoints(graph: Direct) -> None:
    made = graph.ask("POST", "applications", {"displayName": "a"}, 201)
    graph.roles = ("Application.Read.All",)
    graph.ask("GET", f"applications/{made['id']}")
    assert graph.refused("POST", "applications", {"displayName": "a"}) == DENIED
    assert graph.refused("DELETE", f"applications/{made['id']}") == DENIED
    assert graph.refused("GET", "organization") == DENIED
    assert graph.refused("GET", "domains") == DENIED
    assert graph.refused("GET", "users") == DENIED
    assert graph.refused("GET", "oauth2PermissionGrants") == DENIED
    assert graph.refused("GET", "policies/defaultAppManagementPolicy") == DENIED
    graph.roles = ("Organization.Read.All",)
    graph.ask("GET", "organization")
    graph.roles = ()
    assert graph.refused("GET", f"applications/{made['id']}") == DENIED


def test_some_privileges_need_another_one(graph: Direct) -> None:
    resource = graph.caller["id"]
    body = {"principalId": resource, "resourceId": resource, "appRoleId": "00000000-0000-0000-0000-000000000000"}
    for roles in (("AppRoleAssignment.ReadWrite.All",), ("Application.ReadWrite.All",), ("Directory.Read.All",)):
        graph.roles = roles
        assert graph.refused("POST", f"servicePrincipals/{resource}/appRoleAssignedTo", body) == DENIED
    graph.roles = ("AppRoleAssignment.ReadWrite.All", "Application.ReadWrite.All")
    graph.ask("POST", f"servicePrincipals/{resource}/appRoleAssignedTo", body, 201)
    user = seed.add_user(graph.world, graph.tenant, displayName="Ada")
    reference = {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{user['id']}"}
    for roles in (("Application.ReadWrite.All",), ("Directory.Read.All",)):
        graph.roles = roles
        assert graph.refused("POST", f"servicePrincipals/{resource}/owners/$ref", reference) == DENIED
    graph.roles = ("Application.ReadWrite.All", "Directory.Read.All")
    graph.ask("POST", f"servicePrincipals/{resource}/owners/$ref", reference, 204)


def test_owned_by_reaches_only_what_the_caller_owns(graph: Direct) -> None:
    other = graph.ask("POST", "applications", {"displayName": "other"}, 201)
    assert graph.tenant.owners.get(other["id"]) is None
    graph.roles = ("Application.ReadWrite.OwnedBy",)
    mine = graph.ask("POST", "applications", {"displayName": "mine"}, 201)
    assert graph.tenant.owners[mine["id"]] == [graph.caller["id"]]
    graph.ask("PATCH", f"applications/{mine['id']}", {"notes": "n"}, 204)
    graph.ask("GET", f"applications/{other['id']}")  # it may read all of them
    for ask in (
        ("PATCH", f"applications/{other['id']}", {"notes": "n"}),
        ("DELETE", f"applications(appId='{other['appId']}')", None),
        ("POST", f"applications/{other['id']}/addPassword", {}),
        ("POST", f"applications/{other['id']}/federatedIdentityCredentials", {"name": "abc", "issuer": "i", "subject": "s"}),
    ):
        assert graph.refused(*ask) == DENIED
    principal = graph.ask("POST", "servicePrincipals", {"appId": mine["appId"]}, 201)
    assert graph.tenant.owners[principal["id"]] == [graph.caller["id"]]
    assert graph.refused("POST", "servicePrincipals", {"appId": seed.POWER_PLATFORM}) == (
        403,
        "Authorization_RequestDenied",
        "When using this permission, the backing application of the service principal being created must in the local tenant",
    )
    assert graph.refused("POST", "applications", {"displayName": "x", "api": {"acceptMappedClaims": True}}) == DENIED


def test_me_needs_a_user(graph: Direct) -> None:
    assert graph.refused("GET", "me") == (
        400,
        "Request_BadRequest",
        "/me request is only valid with delegated authentication flow.",
    )
    user = seed.add_user(graph.world, graph.tenant, displayName="Ada Lovelace")
    claims = graph.claims(oid=user["id"], scp="User.Read", idtyp="user")
    assert graph.ask("GET", "me", claims=claims)["userPrincipalName"] == "ada.lovelace@contoso.example"
    assert graph.refused("GET", "applications", claims=claims) == DENIED


# -- $batch --


def batch(graph: Direct, *parts: dict, expect: int = 200) -> dict[str, dict]:
    requests = [{"id": str(index), "method": "GET", **part} for index, part in enumerate(parts, 1)]
    answer = graph.ask("POST", "$batch", {"requests": requests}, expect)
    return {item["id"]: item for item in answer["responses"]}


def test_a_batch_answers_each_part(graph: Direct) -> None:
    headers = {"Content-Type": "application/json"}
    answers = batch(
        graph,
        {"url": "/applications?$select=id"},
        {"url": "applications", "method": "POST", "headers": headers, "body": {"displayName": "a"}},
        {"url": "/applications/nonsense"},
        {"url": "/organization", "dependsOn": ["3"]},
        {"url": "/organization", "dependsOn": ["1"]},
    )
    assert [answers[str(number)]["status"] for number in range(1, 6)] == [200, 201, 400, 424, 200]
    assert answers["2"]["body"]["displayName"] == "a"
    assert answers["2"]["headers"]["Location"].endswith(answers["2"]["body"]["id"])
    assert answers["4"]["body"]["error"]["code"] == "failedDependency"


def test_parts_of_a_batch_reach_the_journal(graph: Direct) -> None:
    body = {"requests": [{"id": "a", "method": "get", "url": "/domains?$select=id"}]}
    response = graph.send("POST", "$batch", body)
    assert response.parts == [{"id": "a", "method": "GET", "path": "/v1.0/domains", "query": "$select=id", "status": 200}]


def test_one_part_of_a_batch_can_be_throttled(graph: Direct) -> None:
    throttled = Response.json(429, {"error": {"code": "TooManyRequests"}}, {"Retry-After": "2.128"})
    graph.world.part_fault = lambda method, path: throttled if path.endswith("/domains") else None
    answers = batch(graph, {"url": "/domains"}, {"url": "/organization"})
    assert (answers["1"]["status"], answers["1"]["headers"]["Retry-After"]) == (429, "2.128")
    assert answers["2"]["status"] == 200


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [{"id": str(number), "method": "GET", "url": "/domains"} for number in range(21)],
        [{"id": "1", "method": "GET", "url": "/domains"}] * 2,
        [{"id": "1", "method": "GET", "url": "https://graph.microsoft.com/v1.0/domains"}],
        [{"id": "1", "method": "POST", "url": "/$batch", "headers": {"Content-Type": "application/json"}, "body": {}}],
        [{"id": "1", "method": "POST", "url": "/applications", "body": {"displayName": "a"}}],
        [{"id": "1", "method": "GET", "url": "/domains", "dependsOn": ["9"]}],
        [{"id": "1", "method": "GET", "url": "/domains", "dependsOn": ["2"]}, {"id": "2", "method": "GET", "url": "/domains", "dependsOn": ["1"]}],
    ],
)
def test_a_malformed_batch_is_refused_as_a_whole(graph: Direct, parts: list) -> None:
    assert graph.refused("POST", "$batch", {"requests": parts})[:2] == (400, "BadRequest")


def test_every_route_can_be_opened_by_some_privilege() -> None:
    closed = [
        (path, method)
        for path, methods in routes.ROUTES.items()
        for method in methods
        if path != "me" and not privileges.required("/" + path.lower(), method, True)
    ]
    assert closed == []


def test_a_cycle_in_a_batch_is_found_before_anything_is_done(graph: Direct) -> None:
    body = {"displayName": "Never"}
    first = {"id": "1", "method": "POST", "url": "/applications", "headers": {"Content-Type": "application/json"}, "body": body}
    rest = [{"id": "2", "method": "GET", "url": "/domains", "dependsOn": ["3"]}, {"id": "3", "method": "GET", "url": "/domains", "dependsOn": ["2"]}]
    assert graph.refused("POST", "$batch", {"requests": [first, *rest]})[0] == 400
    assert all(item["displayName"] != "Never" for item in graph.tenant.applications.values())


def test_answers_of_a_batch_come_in_an_order_of_their_own(graph: Direct) -> None:
    parts: list[dict[str, t.Any]] = [{"id": str(number), "method": "GET", "url": "/domains"} for number in range(10)]
    parts.append({"id": "last", "method": "GET", "url": "/domains", "dependsOn": ["3"]})

    def order() -> list[str]:
        return [answer["id"] for answer in graph.ask("POST", "$batch", {"requests": parts})["responses"]]

    assert order() == order()
    assert sorted(order()[:-1], key=int) == [str(number) for number in range(10)] != order()[:-1]
    assert order()[-1] == "last"
