# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lists of a partner say of a tenant, read and kept."""

from __future__ import annotations

import datetime as dt
import json
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ServiceError
from ansible_collections.tenantkit.connectors.plugins.module_utils._tenants.model import (
    ListedTenant,
    Listing,
    Relationship,
    tenants_of_contracts,
    tenants_of_relationships,
)

ONE, OTHER, PARTNER = (f"00000000-0000-4000-8000-00000000000{number}" for number in (1, 2, 9))
END = dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)


def relationship(customer: t.Any = ONE, **more: t.Any) -> dict[str, t.Any]:
    """An entry as Graph has it."""
    return {
        "id": f"{customer}-1",
        "displayName": "Ours",
        "status": "active",
        "customer": customer and {"tenantId": customer, "displayName": "Contoso"},
        "accessDetails": {"unifiedRoles": [{"roleDefinitionId": "b"}, {"roleDefinitionId": "a"}, {"roleDefinitionId": "b"}]},
        "autoExtendDuration": "PT0S",
        "endDateTime": "2027-03-01T12:00:00.1234567Z",
        **more,
    }


def listed(customers: t.Sequence[str], *relationships: t.Any) -> tuple[ListedTenant, ...]:
    return tenants_of_relationships([{"tenantId": one, "displayName": f"Customer {one[-1]}"} for one in customers], relationships, partner=PARTNER)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {"status": "active", "microsoft_led": False, "extends_itself": False, "roles": ("a", "b")}),
        ({"displayName": "MLT_1234_abc"}, {"microsoft_led": True}),
        ({"displayName": "About MLT_"}, {"microsoft_led": False}),
        ({"displayName": None}, {"microsoft_led": False}),
        ({"status": "approvalPending"}, {"status": "approval_pending"}),
        ({"status": "terminationRequested"}, {"status": "termination_requested"}),
        ({"status": "frozen"}, {"status": "unknown"}),
        ({"status": None}, {"status": "unknown"}),
        ({"autoExtendDuration": "P180D"}, {"extends_itself": True}),
        ({"autoExtendDuration": "P0D"}, {"extends_itself": False}),
        ({"autoExtendDuration": None}, {"extends_itself": False}),
        ({"endDateTime": None}, {"end": None}),
        ({"accessDetails": None}, {"roles": ()}),
        ({"accessDetails": {"unifiedRoles": None}}, {"roles": ()}),
    ],
)
def test_a_relationship(given: dict[str, t.Any], expected: dict[str, t.Any]) -> None:
    found = Relationship.from_graph(relationship(**given))
    assert {name: getattr(found, name) for name in expected} == expected


def test_rows_of_one_customer_are_one_tenant() -> None:
    rows = [relationship(id="1"), relationship(id="2", status="expired"), relationship(id="1"), relationship(ONE.upper(), id="3"), relationship(OTHER)]
    first, second = listed([OTHER, ONE], *rows)
    assert (first.tenant_id, first.display_name) == (ONE, "Customer 1")
    assert [one.status for one in first.relationships] == ["active", "expired", "active"]
    assert (second.tenant_id, len(second.relationships)) == (OTHER, 1)


def test_a_customer_that_only_one_list_has_is_there_too() -> None:
    first, second = listed([ONE], relationship(OTHER))
    assert (first.tenant_id, first.relationships) == (ONE, ())
    assert (second.tenant_id, second.display_name, len(second.relationships)) == (OTHER, "Contoso", 1)


@pytest.mark.parametrize("status", ["created", "approvalPending", "expired", "terminated"])
@pytest.mark.parametrize("customer", [None, {}, {"tenantId": None}, {"tenantId": ""}])
def test_a_relationship_that_has_no_customer(status: str, customer: t.Any) -> None:
    assert listed([], {**relationship(None, status=status), "customer": customer}) == ()


@pytest.mark.parametrize(
    ("customers", "rows", "said"),
    [
        ([{}], [], "a customer without the id"),
        ([{"tenantId": "contoso"}], [], "a customer without the id"),
        ([{"tenantId": 7}], [], "a customer without the id"),
        ([], [relationship(None)], "a relationship without the id"),
        ([], [relationship("contoso.com", status="created")], "a relationship without the id"),
        ([], [relationship(endDateTime="soon", id="r-7")], "a relationship with id 'r-7'"),
        ([], [relationship(accessDetails={"unifiedRoles": [{}]})], "a relationship with id"),
        ([], [relationship(accessDetails=["x"])], "a relationship with id"),
    ],
)
def test_what_cannot_be_read_is_not_left_out(customers: list[dict[str, t.Any]], rows: list[t.Any], said: str) -> None:
    with pytest.raises(ServiceError, match=said) as caught:
        tenants_of_relationships(customers, rows, partner=PARTNER)
    assert PARTNER in caught.value.message


def test_contracts() -> None:
    rows = [
        {"customerId": OTHER, "displayName": "Fabrikam", "contractType": "ResellerPartner", "defaultDomainName": "fabrikam.com"},
        {"customerId": ONE, "displayName": None},
        {"customerId": OTHER.upper(), "displayName": "Fabrikam again"},
    ]
    assert tenants_of_contracts(rows, partner=PARTNER) == (
        ListedTenant(ONE, ""),
        ListedTenant(OTHER, "Fabrikam", contract_type="ResellerPartner", contract_domain="fabrikam.com"),
    )
    with pytest.raises(ServiceError, match="a contract without the id"):
        tenants_of_contracts([{"customerId": None}], partner=PARTNER)


LISTING = Listing(
    "gdap", "there", (ListedTenant(ONE, "Contoso", (Relationship("active", False, END, True, ("a",)), Relationship("created", True, None, False, ()))),)
)


def test_a_listing_comes_back_from_the_cache() -> None:
    kept = json.loads(json.dumps(LISTING.to_cache()))
    assert Listing.from_cache(kept, "gdap", "there") == LISTING


@pytest.mark.parametrize(
    ("changed", "source", "asked"),
    [
        ({}, "contracts", "there"),
        ({}, "gdap", "elsewhere"),
        ({"format": 2}, "gdap", "there"),
        ({"tenants": None}, "gdap", "there"),
        ({"tenants": [{}]}, "gdap", "there"),
        ({"tenants": ["x"]}, "gdap", "there"),
        ({"tenants": [{**LISTING.to_cache()["tenants"][0], "relationships": [{"end": "soon"}]}]}, "gdap", "there"),
        ({"tenants": [{**LISTING.to_cache()["tenants"][0], "more": 1}]}, "gdap", "there"),
    ],
)
def test_what_was_kept_of_something_else_is_not_taken(changed: dict[str, t.Any], source: str, asked: str) -> None:
    assert Listing.from_cache({**LISTING.to_cache(), **changed}, source, asked) is None


@pytest.mark.parametrize("kept", [None, [], "x", {}])
def test_nothing_kept(kept: t.Any) -> None:
    assert Listing.from_cache(kept, "gdap", "there") is None
