# SPDX-License-Identifier: GPL-3.0-or-later
"""$filter, $select, $top, $count, $orderby, $search, $expand and paging."""

from __future__ import annotations

import typing as t
from urllib.parse import urlsplit

import pytest
from tenant_emulator.graph import filters, seed
from tenant_emulator.graph.direct import Direct
from tenant_emulator.graph.errors import GraphError

EVENTUAL = {"ConsistencyLevel": "eventual"}
UNSUPPORTED = (400, "Request_UnsupportedQuery", "Unsupported Query.")


@pytest.fixture(scope="module")
def graph() -> Direct:
    graph = Direct()
    for number, name in enumerate(["Alpha", "Beta one", "beta two", "It's"]):
        seed.add_application(
            graph.world,
            graph.tenant,
            {"displayName": name, "tags": [f"t{number}"], "identifierUris": [f"https://contoso.example/{number}"]},
        )
    return graph


def names(graph: Direct, query: str, expect: int = 200, **more: t.Any) -> list[str]:
    return [item["displayName"] for item in graph.ask("GET", f"applications?{query}", expect=expect, **more)["value"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("displayName eq 'Alpha'", ["Alpha"]),
        (" displayName eq 'alpha' ", ["Alpha"]),
        ("displayName eq 'It''s'", ["It's"]),
        ("startswith(displayName,'beta')", ["Beta one", "beta two"]),
        ("startsWith(displayName, 'beta') and displayName eq 'Beta one'", ["Beta one"]),
        ("displayName eq 'Alpha' or (displayName eq 'It''s' and signInAudience eq 'AzureADMyOrg')", ["Alpha", "It's"]),
        ("displayName in ('Alpha', 'beta two')", ["Alpha", "beta two"]),
        ("tags/any(t:t eq 't2')", ["beta two"]),
        ("tags/any(t:t eq 't2' or t eq 't3')", ["beta two", "It's"]),
        ("identifierUris/any(x:startswith(x,'https://contoso.example/0'))", ["Alpha"]),
        ("displayName eq null", []),
        ("createdDateTime ge 2020-01-01T00:00:00Z and displayName eq 'Alpha'", ["Alpha"]),
        ("createdDateTime le 2020-01-01T00:00:00Z", []),
    ],
)
def test_filters(graph: Direct, text: str, expected: list[str]) -> None:
    assert names(graph, f"$filter={text}") == expected


def test_filters_by_service_principal_name(graph: Direct) -> None:
    for name in ("https://graph.microsoft.com", seed.GRAPH):
        found = graph.ask("GET", f"servicePrincipals?$filter=servicePrincipalNames/any(c:c eq '{name}')&$select=id,appId")
        assert [item["appId"] for item in found["value"]] == [seed.GRAPH]
        assert set(found["value"][0]) == {"id", "appId"}
        assert found["@odata.context"].endswith("$metadata#servicePrincipals(id,appId)")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("displayName ne 'Alpha'", ["Automation", "Beta one", "beta two", "It's"]),
        ("not startswith(displayName,'b')", ["Automation", "Alpha", "It's"]),
        ("not tags/any(t:startswith(t,'t'))", ["Automation"]),
        ("displayName ne 'Alpha'&$orderby=displayName desc", ["It's", "beta two", "Beta one", "Automation"]),
    ],
)
def test_advanced_filters_need_header_and_count(graph: Direct, text: str, expected: list[str]) -> None:
    assert names(graph, f"$count=true&$filter={text}", headers=EVENTUAL) == expected
    assert graph.refused("GET", f"applications?$filter={text}", headers=EVENTUAL)[:2] == UNSUPPORTED[:2]
    assert graph.refused("GET", f"applications?$count=true&$filter={text}")[:2] == UNSUPPORTED[:2]


def test_redirect_uris_are_found_in_advanced_queries_only() -> None:
    """In full or by their beginning, each platform for itself."""
    graph = Direct()
    uri = "https://two.example/callback"
    seed.add_application(
        graph.world, graph.tenant, {"displayName": "Two", "web": {"redirectUris": [uri]}, "spa": {"redirectUris": ["https://two.example/spa"]}}
    )
    web = f"web/redirectUris/any(u:u eq '{uri}')"
    assert names(graph, f"$count=true&$filter={web}", headers=EVENTUAL) == ["Two"]
    assert names(graph, "$count=true&$filter=spa/redirectUris/any(u:startswith(u,'https://two.example/'))", headers=EVENTUAL) == ["Two"]
    assert names(graph, f"$count=true&$filter=spa/redirectUris/any(u:u eq '{uri}')", headers=EVENTUAL) == []
    for url, headers in ((f"$filter={web}", EVENTUAL), (f"$count=true&$filter={web}", None)):
        assert graph.refused("GET", f"applications?{url}", headers=headers) == UNSUPPORTED


def test_refused_filters(graph: Direct) -> None:
    def ask(text: str) -> tuple[int, str, str]:
        return graph.refused("GET", f"applications?$filter={text}")

    assert ask("displayName ne 'x'") == UNSUPPORTED
    assert ask("notes eq 'x'") == (400, "Request_UnsupportedQuery", "The request uses a filter property that is not indexed")
    assert ask("colour eq 'x'") == (
        400,
        "Request_UnsupportedQuery",
        "Unsupported or invalid query filter clause specified for property 'colour' of resource 'Application'.",
    )
    assert ask("contains(displayName,'x')") == UNSUPPORTED
    for text in (
        "",
        "displayName",
        "displayName eq",
        "displayName eq 'x",
        "displayName like 'x'",
        "eq eq eq eq",
        "(displayName eq 'x'",
        "tags/any(t:x eq 't')",
    ):
        assert ask(text)[:2] == (400, "BadRequest"), text


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("applications", "createdDateTime lt 2030-01-01T00:00:00Z"),
        ("applications", "endswith(displayName,'two')"),
        ("applications", "identifierUris/any(x:x ge 'a')"),
        ("applications", "startswith(signInAudience,'Azure')"),
        ("applications", "not startswith(publisherDomain,'c')"),
        ("oauth2PermissionGrants", "clientId eq 'a' or clientId eq 'b'"),
        ("oauth2PermissionGrants", "startswith(clientId,'a')"),
        ("oauth2PermissionGrants", "not clientId eq 'a'"),
        ("oauth2PermissionGrants", "clientId in ('a')"),
        ("servicePrincipals/{caller}/appRoleAssignments", "not resourceId eq 00000000-0000-0000-0000-000000000000"),
    ],
)
def test_operators_a_property_does_not_have(graph: Direct, path: str, text: str) -> None:
    url = f"{path.format(caller=graph.caller['id'])}?$count=true&$filter={text}"
    assert graph.refused("GET", url, headers=EVENTUAL) == UNSUPPORTED


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("applications", "uniqueName eq 'x'"),
        ("applications", "web/homePageUrl eq 'x'"),
        ("servicePrincipals", "homepage eq 'x'"),
        ("oauth2PermissionGrants", "scope eq 'x'"),
        ("servicePrincipals/{caller}/appRoleAssignments", "appRoleId eq 00000000-0000-0000-0000-000000000000"),
    ],
)
def test_properties_nobody_can_filter_by(graph: Direct, path: str, text: str) -> None:
    refused = graph.refused("GET", f"{path.format(caller=graph.caller['id'])}?$filter={text}")
    assert refused == (400, "Request_UnsupportedQuery", "The request uses a filter property that is not indexed")


def test_select_order_and_count(graph: Direct) -> None:
    assert graph.ask("GET", "applications?$select=displayName&$top=1")["value"] == [{"displayName": "Automation"}]
    assert names(graph, "$orderby=displayName") == ["Alpha", "Automation", "Beta one", "beta two", "It's"]
    assert "@odata.count" not in graph.ask("GET", "applications?$count=true")
    assert graph.ask("GET", "applications?$count=true", headers=EVENTUAL)["@odata.count"] == 5
    assert graph.ask("GET", "applications/$count", headers=EVENTUAL) == "5"
    assert graph.refused("GET", "applications/$count") == (400, "Request_BadRequest", "$count is not currently supported.")
    missing = graph.refused("GET", "oauth2PermissionGrants?$select=colour")
    assert missing[2] == ("Parsing OData Select and Expand failed: Could not find a property named 'colour' on type 'microsoft.graph.oAuth2PermissionGrant'.")


def test_search(graph: Direct) -> None:
    query = '$search="displayName:beta"'
    assert names(graph, query, headers=EVENTUAL) == ["Beta one", "beta two"]
    assert graph.refused("GET", f"applications?{query}") == (
        400,
        "Request_UnsupportedQuery",
        "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
    )


def test_options_that_do_not_exist(graph: Direct) -> None:
    assert graph.refused("GET", "applications?$skip=1") == (400, "Request_BadRequest", "'$skip' is not supported by the service.")
    assert graph.refused("GET", "applications?$colour=1")[0] == 400
    assert graph.refused("GET", "applications?$expand=colour") == (400, "Request_BadRequest", "Invalid property 'colour'.")


def test_paging() -> None:
    graph = Direct()
    for number in range(250):
        seed.add_application(graph.world, graph.tenant, {"displayName": f"n{number}"}, with_service_principal=False)
    seen: list[str] = []
    link: str | None = "/v1.0/applications?$select=id,displayName&$filter=startswith(displayName,'n')"
    sizes = []
    while link:
        page = graph.ask("GET", link)
        sizes.append(len(page["value"]))
        seen += [item["displayName"] for item in page["value"]]
        link = page.get("@odata.nextLink")
        if link:
            parts = urlsplit(link)
            assert link.startswith("https://graph.test/graph/v1.0/applications?")
            assert "$skiptoken=" in parts.query
            link = f"{parts.path.removeprefix('/graph')}?{parts.query}"
    assert sizes == [100, 100, 50]
    assert seen == [f"n{number}" for number in range(250)]
    assert len(graph.ask("GET", "applications?$top=999")["value"]) == 251
    for top in ("0", "1000", "x"):
        assert graph.refused("GET", f"applications?$top={top}") == (
            400,
            "Request_UnsupportedQuery",
            f"Invalid page size specified: '{top}'. Must be between 1 and 999 inclusive.",
        )
    assert graph.refused("GET", "applications?$skiptoken=nonsense")[0] == 400


def test_the_parser_on_its_own() -> None:
    item = {"n": {"m": 3}, "b": True, "g": "9A5D68DD-52B0-4CC2-BD40-ABCF44AC3A30", "list": [{"k": "x"}], "none": []}
    for text, expected in (
        ("n/m eq 3", True),
        ("n/m gt 3", False),
        ("n/m ge 3 and n/m le 3.5", True),
        ("b eq true", True),
        ("b eq false or not (b eq false)", True),
        ("g eq 9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30", True),
        ("list/any(i:i/k eq 'x')", True),
        ("list/all(i:i/k eq 'y')", False),
        ("none/any()", False),
        ("startswith(g,'9a') eq true", True),
        ("missing/deep eq null", True),
    ):
        assert filters.parse(text).test(item) is expected, text
    with pytest.raises(GraphError):
        filters.parse("a eq 'b' c")


@pytest.mark.parametrize("path", ["directory/deletedItems/microsoft.graph.application", "applications/{app}/owners/microsoft.graph.user"])
def test_casts_with_more_are_advanced_queries(graph: Direct, path: str) -> None:
    url = path.format(app=next(iter(graph.tenant.applications)))
    assert graph.ask("GET", f"{url}?$select=id,displayName&$top=999")["value"] == []
    for option in ("$filter=displayName eq 'x'", "$orderby=displayName", "$count=true"):
        assert graph.refused("GET", f"{url}?{option}") == UNSUPPORTED
        assert graph.ask("GET", f"{url}?{option}&$count=true", headers=EVENTUAL)["@odata.count"] == 0
    assert graph.refused("GET", f'{url}?$search="displayName:x"')[1] == "Request_UnsupportedQuery"


# https://learn.microsoft.com/graph/api/user-get (read 2026-11): a name that begins with a dollar sign is refused in a segment, and taken in parentheses.
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("users/$svc@contoso.example", 400),
        ("users/%24svc@contoso.example", 400),
        ("users('$svc@contoso.example')", 200),
        ("users('%24svc%40contoso.example')", 200),
        ("users(%27$svc@contoso.example%27)", 200),
        ("users/o'neil@contoso.example", 200),
        ("users/o''neil@contoso.example", 404),
        ("users('o''neil@contoso.example')", 200),
        ("users('o'neil@contoso.example')", 400),
        ("users('o''neil@contoso.example)", 400),
        ("users/a_fabrikam.example%23EXT%23@contoso.example", 200),
        ("users/a_fabrikam.example%2523EXT%2523@contoso.example", 404),
        ("users/graph.admin@contoso.example", 200),
        ("users('graph.admin@contoso.example')", 200),
    ],
)
def test_names_in_paths(path: str, status: int) -> None:
    graph = Direct()
    for name in ("$svc", "o'neil", "a_fabrikam.example#EXT#", "graph.admin"):
        seed.add_user(graph.world, graph.tenant, {"userPrincipalName": f"{name}@contoso.example"})
    assert graph.send("GET", path).status == status


def test_a_b2c_tenant_has_no_advanced_queries() -> None:
    graph = Direct()
    graph.tenant.tenant_type = "AAD B2C"
    assert graph.ask("GET", "organization")["value"][0]["tenantType"] == "AAD B2C"
    refused = (400, "Request_BadRequest", "This request is not supported by the service.")
    assert graph.refused("GET", "applications?$count=true&$filter=web/redirectUris/any(u:u eq 'https://a.example/')", headers=EVENTUAL) == refused
    assert graph.refused("GET", "applications/$count", headers=EVENTUAL) == refused
    for query in ("applications", "applications?$filter=displayName eq 'Automation'", "users?$top=5", "applications?$count=true"):
        assert "value" in graph.ask("GET", query)
