# SPDX-License-Identifier: GPL-3.0-or-later
"""The lists of a partner's tenant: customers, relationships and contracts, their permissions, options and pages."""

from __future__ import annotations

import typing as t
from urllib.parse import urlsplit

import pytest
from tenant_emulator.graph import partners
from tenant_emulator.graph.direct import Direct

CUSTOMERS, RELATIONSHIPS = "tenantRelationships/delegatedAdminCustomers", "tenantRelationships/delegatedAdminRelationships"
READ, DIRECTORY = "DelegatedAdminRelationship.Read.All", "Directory.Read.All"


@pytest.fixture
def graph() -> Direct:
    """A partner with a customer for each state of a relationship, and one more relationship with the active one's that Microsoft led."""
    graph = Direct()
    graph.roles = (READ, DIRECTORY)
    for number, status in enumerate(partners.STATUSES):
        add(graph, number, status=status, displayName=f"Relationship, {status}")
    add(graph, partners.STATUSES.index("active"), displayName="MLT_12345")
    return graph


def add(graph: Direct, number: int, **more: t.Any) -> dict[str, t.Any]:
    """A relationship with the customer of a number."""
    customer = {"tenantId": f"00000000-0000-4000-8000-{number:012}", "displayName": f"Customer {number}"}
    return partners.add_relationship(graph.world, graph.tenant, {"customer": customer, **more})


def pages(graph: Direct, path: str) -> list[list[dict[str, t.Any]]]:
    """All pages of a list."""
    found = []
    while path:
        answer = graph.ask("GET", path)
        found.append(answer["value"])
        link = urlsplit(answer.get("@odata.nextLink", ""))
        path = f"{link.path.removeprefix('/graph')}?{link.query}" if link.path else ""
    return found


def test_a_customer_is_there_while_a_relationship_is_not_over(graph: Direct) -> None:
    over = {partners.STATUSES.index(status) for status in ("expired", "terminated")}
    names = [f"Customer {number}" for number in range(len(partners.STATUSES)) if number not in over]
    found = graph.ask("GET", CUSTOMERS)
    assert [item["displayName"] for item in found["value"]] == names
    assert found["@odata.context"].endswith("/v1.0/tenantRelationships/$metadata#delegatedAdminCustomers")
    assert len(graph.ask("GET", RELATIONSHIPS)["value"]) == len(partners.STATUSES) + 1


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("$filter=status eq 'active' and not startswith(displayName,'MLT_')", ["Relationship, active"]),
        ("$filter=customer/tenantId eq '00000000-0000-4000-8000-000000000004'&$count=true", ["Relationship, active", "MLT_12345"]),
        ("$orderby=status desc&$top=1", ["Relationship, terminationRequested"]),
    ],
)
def test_filters_and_order(graph: Direct, query: str, expected: list[str]) -> None:
    found = graph.ask("GET", f"{RELATIONSHIPS}?{query}")
    assert [item["displayName"] for item in found["value"]] == expected
    assert found.get("@odata.count", len(expected)) == len(expected)


def test_pages_have_at_most_300_entries(graph: Direct) -> None:
    for number in range(100, 400):
        add(graph, number)
    assert [len(page) for page in pages(graph, f"{RELATIONSHIPS}?$top=300")] == [300, 11]
    assert [len(page) for page in pages(graph, CUSTOMERS)] == [100, 100, 100, 8]
    assert "between 1 and 300" in graph.refused("GET", f"{RELATIONSHIPS}?$top=301")[2]


def test_each_list_needs_its_permission(graph: Direct) -> None:
    for path, name in ((CUSTOMERS, READ), (RELATIONSHIPS, READ), ("contracts", DIRECTORY)):
        graph.roles = (READ, DIRECTORY)
        graph.ask("GET", path)
        graph.roles = tuple({READ, DIRECTORY} - {name})
        assert graph.refused("GET", path)[:2] == (403, "Authorization_RequestDenied")


@pytest.mark.parametrize("query", ["$skip=1", '$search="displayName:x"', "$filter=nothing eq 'x'", "$orderby=duration"])
def test_what_is_not_offered(graph: Direct, query: str) -> None:
    assert graph.refused("GET", f"{RELATIONSHIPS}?{query}")[0] == 400


def test_contracts(graph: Direct) -> None:
    assert graph.ask("GET", "contracts")["value"] == []
    partners.add_contract(graph.tenant, {"displayName": "Tailspin"})
    made = partners.add_contract(graph.tenant, {"displayName": "Contoso", "defaultDomainName": "contoso.com"})
    assert graph.ask("GET", "contracts?$filter=defaultDomainName eq 'contoso.com'")["value"] == [made]
    assert graph.refused("GET", "contracts?$filter=contractType eq 'x'")[0] == 400


def test_a_relationship_ends_after_its_duration(graph: Direct) -> None:
    made = add(graph, 0, activatedDateTime="2026-11-01T00:00:00Z", duration="P90D")
    assert made["endDateTime"] == "2027-01-30T00:00:00Z"
    assert add(graph, 0, status="created")["endDateTime"] is None
    assert "isPartnerConsentPending" in add(graph, 0, indirectProviderTenantId="00000000-0000-4000-8000-000000000001")
    for wrong in ({"status": "over"}, {"duration": "two years"}):
        with pytest.raises(ValueError, match=r"."):
            add(graph, 0, **wrong)
