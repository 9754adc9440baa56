# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts of an inventory of tenants."""

from __future__ import annotations

import datetime as dt
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConnectorError, OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._tenants.csv_file import CsvRow
from ansible_collections.tenantkit.connectors.plugins.module_utils._tenants.hosts import TenantHost, WantedTenants, check_keys, hosts_of, listing_of_file
from ansible_collections.tenantkit.connectors.plugins.module_utils._tenants.model import ListedTenant, Listing, Relationship

NOW = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
PARTNER, ONE, OTHER, THIRD = (f"00000000-0000-4000-8000-00000000000{letter}" for letter in "9abc")
GDAP = {"source": "gdap", "tenant_id": PARTNER}


def tenant(tenant_id: str, *statuses: str, days: int = 100, name: str = "{{ lookup('pipe', 'id') }}") -> ListedTenant:
    rows = (Relationship(status.removeprefix("MLT_"), status.startswith("MLT_"), NOW + dt.timedelta(days=days), False, ("role",)) for status in statuses)
    return ListedTenant(tenant_id, name, tuple(rows))


def hosts(
    tenants: t.Sequence[ListedTenant], rows: t.Mapping[str, CsvRow] | None = None, before: t.Sequence[ListedTenant] | None = None, **options: t.Any
) -> dict[str, TenantHost]:
    wanted = WantedTenants.of({**GDAP, **options})
    last = None if before is None else Listing(wanted.source, "", tuple(before))
    found = hosts_of(wanted, Listing(wanted.source, "", tuple(tenants)), rows or {}, NOW, last, partner=PARTNER)
    assert [host.name for host in found] == sorted(host.name for host in found)
    return {host.name: host for host in found}


def test_a_customer_with_a_relationship() -> None:
    assert hosts([tenant(ONE, "active", days=20)]) == {
        ONE: TenantHost(
            ONE,
            ("partner_relationship_active", "partner_relationship_ending"),
            {
                "entra_tenant_id": ONE,
                "ansible_connection": "local",
                "partner_display_name": "{{ lookup('pipe', 'id') }}",
                "partner_relationship_status": "active",
                "partner_relationship_end": "2026-12-21T00:00:00Z",
                "partner_relationship_auto_extend": False,
                "partner_relationship_roles": ["role"],
            },
        )
    }


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [ONE]),
        ({"relationship_statuses": ["active", "expiring"]}, [ONE, OTHER]),
        ({"microsoft_led": True}, [ONE, THIRD]),
        ({"relationship_statuses": ["none"]}, [THIRD]),
        ({"relationship_statuses": ["active", "expiring"], "exclude": [ONE.upper()]}, [OTHER]),
        ({"relationship_statuses": ["active", "expiring"], "exclude": ["contoso"], "names": {ONE: "contoso"}}, [OTHER]),
        ({"include": ["contoso"], "names": {ONE: "contoso"}}, ["contoso"]),
        ({"relationship_statuses": ["active", "expiring"], "include": [OTHER]}, [OTHER]),
        ({"exclude": ["00000000-0000-4000-8000-0000000000ff"]}, [ONE]),
        ({"exclude": ["gone"], "names": {"00000000-0000-4000-8000-0000000000ff": "gone"}}, [ONE]),
        ({"include": [ONE, OTHER], "exclude": [OTHER]}, [ONE]),
        ({"include": [ONE], "exclude": [ONE], "tenants_min": 0}, []),
    ],
)
def test_which_tenants_become_hosts(options: dict[str, t.Any], expected: list[str]) -> None:
    assert list(hosts([tenant(ONE, "active"), tenant(OTHER, "expiring"), tenant(THIRD, "MLT_active")], **options)) == expected


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"include": ["00000000-0000-4000-8000-0000000000ff"]}, "'include' has '00000000-0000-4000-8000-0000000000ff', which is not in the list"),
        ({"include": ["contoso"]}, "'include' has 'contoso', which is not"),
        ({"exclude": ["contosso"], "names": {ONE: "contoso"}}, "'exclude' has 'contosso', which is not"),
        ({"include": [ONE, OTHER]}, f"'include' has '{OTHER}', whose relationships"),
        ({"include": ["Contoso Ltd"]}, "An entry of 'include' is 'Contoso Ltd', which cannot be the name"),
        ({"exclude": [ONE]}, "has 0 tenants, and 'tenants_min' is 1"),
        ({"tenants_min": 2}, "has 1 tenant, and 'tenants_min' is 2"),
        ({"names": {ONE: "x", OTHER: "x"}}, "both called 'x'"),
    ],
)
def test_an_inventory_that_is_not_what_was_meant(options: dict[str, t.Any], said: str) -> None:
    with pytest.raises(OptionError, match=said):
        hosts([tenant(ONE, "active"), tenant(OTHER, "expired")], **options)


def test_a_customer_without_any_relationship_is_no_whole_list() -> None:
    with pytest.raises(ConnectorError, match="do not fit together"):
        hosts([tenant(ONE, "active"), tenant(OTHER)])
    assert list(hosts([tenant(ONE, "active"), tenant(OTHER)], relationship_statuses=["active", "none"])) == [ONE, OTHER]


def test_a_shrink_is_one_of_the_hosts_that_are_wanted() -> None:
    """Relationships that end take a host away as well; a filter that is new does not count."""
    three = [tenant(ONE, "active"), tenant(OTHER, "active"), tenant(THIRD, "active")]
    assert list(hosts(three, before=three)) == [ONE, OTHER, THIRD]
    with pytest.raises(OptionError, match=f"Of the 3 tenants .* 2 are gone .{OTHER}, {THIRD}."):
        hosts([tenant(ONE, "active"), tenant(OTHER, "terminated"), tenant(THIRD, "expired")], before=three)
    assert list(hosts(three, before=three, exclude=[OTHER, THIRD])) == [ONE]
    assert list(hosts(three[:1], before=three, max_shrink=2)) == [ONE]


def test_what_an_operator_says_of_a_tenant() -> None:
    rows = {ONE: CsvRow(2, "contoso", "Contoso Ltd", "contoso.com", {"region": "emea", "tier": "{{ x }}"}), THIRD: CsvRow(3, "gone")}
    found = hosts([tenant(ONE, "active"), tenant(OTHER, "active", name="")], rows)
    said = found["contoso"].variables
    assert (said["entra_expected_domain"], said["partner_display_name"], said["region"], said["tier"]) == ("contoso.com", "Contoso Ltd", "emea", "{{ x }}")
    assert not {"entra_expected_domain", "partner_display_name"} & set(found[OTHER].variables)


def test_contracts() -> None:
    listed = ListedTenant(ONE, "Contoso", contract_type="ResellerPartner", contract_domain="contoso.com")
    assert hosts([listed], source="contracts")[ONE] == TenantHost(
        ONE,
        (),
        {
            "entra_tenant_id": ONE,
            "ansible_connection": "local",
            "partner_display_name": "Contoso",
            "partner_contract_type": "ResellerPartner",
            "partner_contract_domain": "contoso.com",
        },
    )


def test_rows_of_a_file() -> None:
    rows = {ONE: CsvRow(2, "contoso", "Contoso"), OTHER: CsvRow(3, variables={"region": "emea"})}
    found = hosts(listing_of_file(rows).tenants, rows, source="csv", csv_path="customers.csv")
    assert {name: (host.groups, dict(host.variables)) for name, host in found.items()} == {
        "contoso": ((), {"entra_tenant_id": ONE, "ansible_connection": "local", "partner_display_name": "Contoso"}),
        OTHER: ((), {"entra_tenant_id": OTHER, "ansible_connection": "local", "region": "emea"}),
    }


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"tenant_id": None}, "'tenant_id' is missing"),
        ({"source": "contracts", "tenant_id": ""}, "'tenant_id' is missing"),
        ({"source": "csv"}, "'csv_path' is missing"),
        ({"csv_delimiter": ";;"}, "no single character"),
        ({"csv_delimiter": '"'}, "no single character"),
        ({"csv_variables": ["ansible_host"]}, "cannot set"),
        ({"names": {"x": "y"}}, "no id of a tenant"),
        ({"relationship_statuses": ["active", "approvalPending"]}, "'approvalPending', which no relationship can be"),
        ({"tenants_min": -1}, "'tenants_min' is less than 0"),
        ({"max_shrink": "lots"}, "'max_shrink'"),
        ({"keyed_groups": [{"key": "partner_display_name"}]}, "'keyed_groups'"),
        ({"compose": {"entra_tenant_id": "x"}}, "'compose'"),
    ],
)
def test_options_that_cannot_be_meant(options: dict[str, t.Any], said: str) -> None:
    with pytest.raises(OptionError, match=said):
        WantedTenants.of({**GDAP, **options})


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (["plugin", "exlude"], "'exlude', which is no option of the plugin. Did you mean 'exclude'?"),
        (["tenants"], "'tenants', which is no option of the plugin. Remove it."),
        ([7], "'7'"),
    ],
)
def test_a_key_that_is_no_option(written: list[t.Any], said: str) -> None:
    known = ("plugin", "exclude", "include")
    check_keys(known, known)
    with pytest.raises(OptionError) as caught:
        check_keys(written, known)
    assert said in caught.value.sentence()
