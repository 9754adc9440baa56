# SPDX-License-Identifier: GPL-3.0-or-later
"""Applications: shape, validation, limits, audiences, unique values, entitlements, upserts."""

from __future__ import annotations

import json
import typing as t
import uuid
from urllib.parse import quote

import pytest
from tenant_emulator.graph.direct import Direct

BAD = "Request_BadRequest"
VERSION = (400, BAD, "Property api.requestedAccessTokenVersion is invalid.")
TOO_LARGE = "The size of the object has exceeded its limit. Please reduce the number of values and retry your request."
ENABLED = (
    400,
    "CannotDeleteOrUpdateEnabledEntitlement",
    "Permission (scope or role) cannot be deleted or updated unless disabled first.",
)


def invalid(prop: str) -> tuple[int, str, str]:
    return 400, BAD, f"Invalid value specified for property '{prop}' of resource 'Application'."


@pytest.fixture
def graph() -> Direct:
    return Direct()


def create(graph: Direct, **body: t.Any) -> dict[str, t.Any]:
    return graph.ask("POST", "applications", {"displayName": "App", **body}, 201)


def refused(graph: Direct, **body: t.Any) -> tuple[int, str, str]:
    return graph.refused("POST", "applications", {"displayName": "App", **body})


def patch(graph: Direct, app: dict, expect: int = 204, **body: t.Any) -> None:
    graph.ask("PATCH", f"applications/{app['id']}", body, expect)


def patch_refused(graph: Direct, app: dict, **body: t.Any) -> tuple[int, str, str]:
    return graph.refused("PATCH", f"applications/{app['id']}", body)


def read(graph: Direct, app: dict) -> dict[str, t.Any]:
    return graph.ask("GET", f"applications/{app['id']}")


def scope(value: str = "read", **fields: t.Any) -> dict[str, t.Any]:
    return {"id": str(uuid.uuid4()), "value": value, "type": "User", "isEnabled": True, **fields}


def role(value: str = "Read", **fields: t.Any) -> dict[str, t.Any]:
    return {
        "id": str(uuid.uuid4()),
        "value": value,
        "displayName": value,
        "description": value,
        "allowedMemberTypes": ["Application"],
        "isEnabled": True,
        **fields,
    }


def test_create_answers_with_all_properties(graph: Direct) -> None:
    app = create(graph)
    assert app["@odata.context"] == "https://graph.test/graph/v1.0/$metadata#applications/$entity"
    assert app["signInAudience"] == "AzureADMyOrg"
    assert app["publisherDomain"] == "contoso.onmicrosoft.com"
    assert app["api"] == {
        "acceptMappedClaims": None,
        "knownClientApplications": [],
        "requestedAccessTokenVersion": None,
        "oauth2PermissionScopes": [],
        "preAuthorizedApplications": [],
    }
    assert app["web"]["implicitGrantSettings"] == {"enableIdTokenIssuance": False, "enableAccessTokenIssuance": False}
    assert app["parentalControlSettings"] == {"countriesBlockedForMinors": [], "legalAgeGroupRule": "Allow"}
    for name in ("uniqueName", "isFallbackPublicClient", "optionalClaims", "deletedDateTime", "groupMembershipClaims"):
        assert app[name] is None
    response = graph.send("POST", "applications", {"displayName": "b"})
    assert response.headers["Location"].startswith("https://graph.test/graph/v1.0/applications/")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"colour": "red"}, (400, BAD, "Invalid property 'colour'.")),
        ({"oauth2RequirePostResponse": True}, (400, BAD, "Invalid property 'oauth2RequirePostResponse'.")),
        ({"web": []}, invalid("web")),
        ({"web": {"redirectUri": []}}, invalid("web")),
        ({"web": {"redirectUris": None}}, invalid("web")),
        ({"api": {"requestedAccessTokenVersion": "2"}}, invalid("api")),
        ({"tags": "a"}, invalid("tags")),
        ({"tags": None}, invalid("tags")),
        ({"isFallbackPublicClient": "true"}, invalid("isFallbackPublicClient")),
        ({"tokenEncryptionKeyId": "x"}, invalid("tokenEncryptionKeyId")),
        ({"signInAudience": "Everyone"}, invalid("signInAudience")),
        ({"nativeAuthenticationApisEnabled": "some"}, invalid("nativeAuthenticationApisEnabled")),
        ({"displayName": None}, invalid("displayName")),
        ({"displayName": " "}, invalid("displayName")),
        ({"displayName": "x" * 121}, invalid("displayName")),
        ({"requiredResourceAccess": [{"resourceAppId": "x", "resourceAccess": []}]}, invalid("requiredResourceAccess")),
        ({"requiredResourceAccess": [{"resourceAccess": []}]}, invalid("requiredResourceAccess")),
        ({"appRoles": [{"value": "x", "allowedMemberTypes": ["User"]}]}, invalid("appRoles")),
        ({"appId": str(uuid.uuid4())}, (400, BAD, "Property 'appId' is read-only and cannot be set.")),
        ({"id": str(uuid.uuid4())}, (400, BAD, "Property 'id' is read-only and cannot be set.")),
    ],
)
def test_a_body_that_is_not_an_application_is_refused(graph: Direct, body: dict, expected: tuple) -> None:
    assert refused(graph, **body) == expected


def test_annotations_and_extensions_are_taken(graph: Direct) -> None:
    app = create(
        graph,
        **{"@odata.type": "#microsoft.graph.application", "extension_abc_colour": "red", "tags@odata.type": "#Collection(String)"},
        web={"@odata.type": "#microsoft.graph.webApplication", "redirectUris": ["https://a.example/cb"]},
    )
    assert app["extension_abc_colour"] == "red"
    assert "@odata.type" not in app["web"]


def test_structures_merge_and_collections_are_replaced(graph: Direct) -> None:
    app = create(graph, web={"redirectUris": ["https://a.example/1"], "homePageUrl": "https://a.example"}, tags=["a", "b"])
    patch(graph, app, web={"implicitGrantSettings": {"enableIdTokenIssuance": True}}, tags=["c"])
    now = read(graph, app)
    assert now["web"]["redirectUris"] == ["https://a.example/1"]
    assert now["web"]["homePageUrl"] == "https://a.example"
    assert now["web"]["implicitGrantSettings"] == {"enableAccessTokenIssuance": False, "enableIdTokenIssuance": True}
    assert now["tags"] == ["c"]
    patch(graph, app, api={"requestedAccessTokenVersion": 2})
    patch(graph, app, api={"oauth2PermissionScopes": [scope()]})
    assert read(graph, app)["api"]["requestedAccessTokenVersion"] == 2
    patch(graph, app, web={"redirectUris": []})
    assert read(graph, app)["web"]["redirectUris"] == []


def test_the_service_principal_follows(graph: Direct) -> None:
    app = create(graph)
    principal = graph.ask("POST", "servicePrincipals", {"appId": app["appId"]}, 201)
    patch(
        graph,
        app,
        displayName="New",
        web={"redirectUris": ["https://a.example/cb"], "homePageUrl": "https://h.example", "logoutUrl": "https://h.example/out"},
        identifierUris=[f"api://{app['appId']}"],
        appRoles=[role()],
        api={"oauth2PermissionScopes": [scope()]},
    )
    now = graph.ask("GET", f"servicePrincipals/{principal['id']}")
    assert (now["displayName"], now["appDisplayName"], now["homepage"]) == ("New", "New", "https://h.example")
    assert now["replyUrls"] == ["https://a.example/cb"]
    assert now["servicePrincipalNames"] == [app["appId"], f"api://{app['appId']}"]
    assert [entry["value"] for entry in now["appRoles"]] == ["Read"]
    assert [entry["value"] for entry in now["oauth2PermissionScopes"]] == ["read"]


@pytest.mark.parametrize(
    ("platform", "uri", "fine"),
    [
        ("web", "https://a.example/cb", True),
        ("web", "http://localhost:8400/", True),
        ("web", "http://127.0.0.1/", True),
        ("web", "http://a.example/", False),
        ("web", "http://[::1]/", False),
        ("web", "urn:ietf:wg:oauth:2.0:oob", True),
        ("spa", "urn:ietf:wg:oauth:2.0:oob", False),
        ("web", "custom://x", False),
        ("publicClient", "custom://x", True),
        ("publicClient", "https://login.microsoftonline.com/common/oauth2/nativeclient", True),
        ("web", "https://a.example/" + "x" * 240, False),
        ("web", "https://a.example/a(b)", False),
        ("web", "https://a.example/a;b", False),
        ("web", "https://a.example/a,b", False),
        ("web", "https://a.example/cb?x=1", True),
        ("web", "", False),
    ],
)
def test_redirect_uris(graph: Direct, platform: str, uri: str, fine: bool) -> None:
    if fine:
        assert create(graph, **{platform: {"redirectUris": [uri]}})[platform]["redirectUris"] == [uri]
    else:
        assert refused(graph, **{platform: {"redirectUris": [uri]}}) == invalid(platform)


def test_a_redirect_uri_without_a_path_gets_its_slash(graph: Direct) -> None:
    assert create(graph, spa={"redirectUris": ["https://a.example"]})["spa"]["redirectUris"] == ["https://a.example/"]


def test_the_number_of_redirect_uris_is_limited(graph: Direct) -> None:
    uris = [f"https://a.example/{number}" for number in range(257)]
    create(graph, web={"redirectUris": uris[:200]}, spa={"redirectUris": uris[200:256]})
    assert refused(graph, web={"redirectUris": uris[:200]}, spa={"redirectUris": uris[200:]}) == (
        403,
        "Directory_ResourceSizeExceeded",
        TOO_LARGE,
    )


def test_logout_urls(graph: Direct) -> None:
    assert refused(graph, web={"logoutUrl": "http://a.example/out"}) == invalid("web")
    create(graph, web={"logoutUrl": "http://localhost/out"})


def test_tags(graph: Direct) -> None:
    for tags in (["a b"], [""], ["x" * 257], ["a", "a"]):
        assert refused(graph, tags=tags) == invalid("tags")


def test_required_access_limits(graph: Direct) -> None:
    def access(resources: int, each: int) -> list[dict]:
        ids = [{"id": str(uuid.uuid4()), "type": "Scope"} for _index in range(each)]
        return [{"resourceAppId": str(uuid.uuid4()), "resourceAccess": ids} for _index in range(resources)]

    create(graph, requiredResourceAccess=access(50, 8))
    assert refused(graph, requiredResourceAccess=access(51, 1))[1:] == ("Directory_ResourceSizeExceeded", TOO_LARGE)
    assert refused(graph, requiredResourceAccess=access(41, 10))[2] == TOO_LARGE
    wrong = [{"resourceAppId": str(uuid.uuid4()), "resourceAccess": [{"id": str(uuid.uuid4()), "type": "App"}]}]
    assert refused(graph, requiredResourceAccess=wrong) == invalid("requiredResourceAccess")


PERSONAL = "AzureADandPersonalMicrosoftAccount"


def personal(graph: Direct, **body: t.Any) -> dict[str, t.Any]:
    return create(graph, signInAudience=PERSONAL, api={"requestedAccessTokenVersion": 2}, **body)


def test_a_personal_audience_needs_token_version_2_first(graph: Direct) -> None:
    assert refused(graph, signInAudience=PERSONAL) == VERSION
    app = create(graph)
    assert patch_refused(graph, app, signInAudience=PERSONAL) == VERSION
    both = {"signInAudience": PERSONAL, "api": {"requestedAccessTokenVersion": 2}}
    assert patch_refused(graph, app, **both) == VERSION
    patch(graph, app, api={"requestedAccessTokenVersion": 2})
    patch(graph, app, signInAudience=PERSONAL)
    assert patch_refused(graph, app, api={"requestedAccessTokenVersion": None}) == VERSION
    assert patch_refused(graph, app, api={"requestedAccessTokenVersion": 3}) == VERSION


def test_a_personal_audience_limits_the_rest(graph: Direct) -> None:
    app = personal(graph)
    assert patch_refused(graph, app, displayName="x" * 91) == invalid("displayName")
    assert patch_refused(graph, app, appRoles=[role()]) == invalid("appRoles")
    assert patch_refused(graph, app, web={"redirectUris": ["https://a.example/cb?x=1"]}) == invalid("web")
    assert patch_refused(graph, app, web={"redirectUris": ["https://*.a.example/cb"]}) == invalid("web")
    assert patch_refused(graph, app, web={"redirectUris": [f"https://a.example/{n}" for n in range(101)]})[2] == TOO_LARGE
    assert patch_refused(graph, app, identifierUris=["urn:x:y"]) == invalid("identifierUris")
    assert patch_refused(graph, app, api={"oauth2PermissionScopes": [scope("x" * 41)]}) == invalid("api")


def test_the_personal_side_may_lag(graph: Direct) -> None:
    graph.world.settings.personal_account_delay = 30
    app = create(graph, api={"requestedAccessTokenVersion": 2})
    assert patch_refused(graph, app, signInAudience=PERSONAL) == (
        409,
        "Error_MsaAppDoesNotExist",
        "The corresponding MSA application does not exist.",
    )
    graph.world.clock.advance(31)
    patch(graph, app, signInAudience=PERSONAL)


def test_scopes_and_roles_are_disabled_before_they_go(graph: Direct) -> None:
    one, two = scope(), role()
    app = create(graph, api={"oauth2PermissionScopes": [one]}, appRoles=[two])
    assert patch_refused(graph, app, api={"oauth2PermissionScopes": []}) == ENABLED
    assert patch_refused(graph, app, appRoles=[]) == ENABLED
    assert patch_refused(graph, app, appRoles=[{**two, "value": "Other"}]) == ENABLED
    assert patch_refused(graph, app, appRoles=[{**two, "isEnabled": False, "value": "Other"}]) == ENABLED
    patch(graph, app, appRoles=[two, role("More")])
    more = read(graph, app)["appRoles"][1]
    patch(graph, app, appRoles=[{**two, "isEnabled": False}, more])
    patch(graph, app, appRoles=[more])
    patch(graph, app, api={"oauth2PermissionScopes": [{**one, "isEnabled": False}]})
    patch(graph, app, api={"oauth2PermissionScopes": []})
    assert read(graph, app)["api"]["oauth2PermissionScopes"] == []


def test_scope_and_role_values(graph: Direct) -> None:
    duplicate = (400, BAD, "It contains duplicate value. Please provide unique value.")
    assert refused(graph, appRoles=[role("a"), role("a")]) == duplicate
    same = str(uuid.uuid4())
    assert refused(graph, appRoles=[role("a", id=same)], api={"oauth2PermissionScopes": [scope("b", id=same)]}) == duplicate
    assert refused(graph, appRoles=[role("a b")]) == invalid("appRoles")
    assert refused(graph, appRoles=[role(allowedMemberTypes=["Robot"])]) == invalid("appRoles")
    assert refused(graph, appRoles=[role(allowedMemberTypes=[])]) == invalid("appRoles")
    assert refused(graph, api={"oauth2PermissionScopes": [scope(type="Robot")]}) == invalid("api")


def test_pre_authorised_clients_refer_to_stored_scopes(graph: Direct) -> None:
    one = scope()
    client = {"appId": str(uuid.uuid4()), "delegatedPermissionIds": [one["id"]]}
    message = "Property api.preAuthorizedApplications.delegatedPermissionIds has a Permission Id that cannot be found in the AppPermissions sets."
    both = {"oauth2PermissionScopes": [one], "preAuthorizedApplications": [client]}
    app = create(graph)
    assert patch_refused(graph, app, api=both) == (400, "InvalidValue", message)
    patch(graph, app, api={"oauth2PermissionScopes": [one]})
    patch(graph, app, api={"preAuthorizedApplications": [client]})
    assert read(graph, app)["api"]["preAuthorizedApplications"] == [client]


def test_identifier_uris_belong_to_the_tenant(graph: Direct) -> None:
    app = create(graph)
    good = [
        f"api://{app['appId']}",
        f"api://{app['appId']}/x",
        f"api://{graph.tenant.id}/x",
        "https://contoso.example/x",
        "https://sub.contoso.example/x",
        "api://contoso.example/x",
        "urn:contoso:x",
    ]
    patch(graph, app, identifierUris=good)
    assert patch_refused(graph, app, identifierUris=["https://elsewhere.example/x"]) == (
        400,
        "HostNameNotOnVerifiedDomain",
        "Values of identifierUris property must use a verified domain of the organization or its subdomain: 'https://elsewhere.example/x'",
    )
    assert patch_refused(graph, app, identifierUris=["api://anything"]) == (
        400,
        BAD,
        "Failed to add identifier URI api://anything. All newly added URIs must contain a tenant verified domain, tenant ID, "
        "or app ID, as per the default tenant policy of your organization. "
        "See https://aka.ms/identifier-uri-addition-error for more information on this error.",
    )
    for uri in ("https://contoso.example/", "contoso", "https://contoso.example/" + "x" * 250):
        assert patch_refused(graph, app, identifierUris=[uri]) == invalid("identifierUris")
    patch(graph, app, api={"requestedAccessTokenVersion": 2})
    patch(graph, app, identifierUris=["api://anything"])  # the policy leaves v2 applications alone


def test_identifier_uris_and_unique_names_are_unique_even_after_deletion(graph: Direct) -> None:
    first = create(graph, identifierUris=["https://contoso.example/x"], uniqueName="one")
    for _index in range(2):
        for prop, value in (("identifierUris", ["https://contoso.example/x"]), ("uniqueName", "one")):
            message = f"Another object with the same value for property {prop} already exists."
            response = graph.send("POST", "applications", {"displayName": "b", prop: value})
            error = response.status, json.loads(response.body)["error"]
            assert error[0] == 400
            assert (error[1]["code"], error[1]["message"]) == (BAD, message)
            assert error[1]["details"] == [{"code": "ObjectConflict", "message": message, "target": prop}]
        if first["id"] in graph.tenant.applications:
            graph.ask("DELETE", f"applications/{first['id']}", expect=204)


def test_immutable_properties(graph: Direct) -> None:
    app = create(graph, uniqueName="one")
    patch(graph, app, uniqueName="one")
    for prop, value in (
        ("uniqueName", "two"),
        ("appId", str(uuid.uuid4())),
        ("id", str(uuid.uuid4())),
        ("publisherDomain", "x"),
        ("createdDateTime", "2020-01-01T00:00:00Z"),
        ("passwordCredentials", []),
    ):
        assert patch_refused(graph, app, **{prop: value}) == (400, BAD, f"Property '{prop}' is read-only and cannot be set.")
    assert patch_refused(graph, app, **{"owners@odata.bind": []}) == (400, BAD, "Invalid property 'owners'.")


@pytest.mark.parametrize("name", ["plain", "it's", "a/b c", "größe-日本", "50%"])
def test_upsert_by_unique_name(graph: Direct, name: str) -> None:
    path = f"applications(uniqueName='{quote(name.replace(chr(39), chr(39) * 2), safe='')}')"
    prefer = {"Prefer": "create-if-missing"}
    assert graph.refused("PATCH", path, {"displayName": "a"}) == (
        404,
        "Request_ResourceNotFound",
        f"Resource '{name}' does not exist or one of its queried reference-property objects are not present.",
    )
    assert graph.refused("PATCH", path, {"notes": "x"}, headers=prefer) == invalid("displayName")
    made = graph.ask("PATCH", path, {"displayName": "a"}, 201, headers=prefer)
    assert made["uniqueName"] == name
    graph.ask("PATCH", path, {"displayName": "b"}, 204, headers=prefer)
    graph.ask("PATCH", path, {"notes": "n"}, 204)
    assert graph.ask("GET", path)["displayName"] == "b"
    assert "secretText" in graph.ask("POST", f"{path}/addPassword", {})
    assert graph.ask("GET", f"{path}/owners")["value"] == []
    graph.ask("DELETE", path, expect=204)
    assert graph.refused("GET", path)[0] == 404


def test_logo(graph: Direct) -> None:
    app = create(graph)
    graph.ask("PUT", f"applications/{app['id']}/logo", b"\x89PNG", 204, headers={"Content-Type": "image/png"})
    assert read(graph, app)["info"]["logoUrl"]


def test_a_new_application_may_lag(graph: Direct) -> None:
    graph.world.settings.replication_reads = 2
    graph.world.settings.replication_flap = True
    app = create(graph)
    path = f"applications/{app['id']}"
    statuses = [graph.send("GET", path).status for _index in range(6)]
    assert statuses == [404, 404, 200, 404, 200, 200]
    found = [len(graph.ask("GET", f"applications?$filter=appId eq '{app['appId']}'")["value"]) for _index in range(6)]
    assert found == [0, 0, 1, 0, 1, 1]
    assert not graph.tenant.lag
    # An upsert is decided by the directory itself.
    prefer = {"Prefer": "create-if-missing"}
    graph.ask("PATCH", "applications(uniqueName='u')", {"displayName": "u"}, 201, headers=prefer)
    graph.ask("PATCH", "applications(uniqueName='u')", {"displayName": "u"}, 204, headers=prefer)


def test_deleted_items_are_kept_for_thirty_days(graph: Direct) -> None:
    app = create(graph, uniqueName="kept")
    principal = graph.ask("POST", "servicePrincipals", {"appId": app["appId"]}, 201)
    graph.ask("DELETE", f"applications/{app['id']}", None, 204)
    graph.world.clock.advance(30 * 86400 - 60)
    assert graph.ask("GET", f"directory/deletedItems/{app['id']}")["id"] == app["id"]
    assert refused(graph, uniqueName="kept")[0] == 400
    graph.world.clock.advance(120)
    for gone in (app, principal):
        assert graph.refused("POST", f"directory/deletedItems/{gone['id']}/restore")[0] == 404
    create(graph, uniqueName="kept")
