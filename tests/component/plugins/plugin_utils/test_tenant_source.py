# SPDX-License-Identifier: GPL-3.0-or-later
"""An inventory of tenants is whole or fails: with lists of many pages, throttled, refused in the middle, shrunk, kept and not kept."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import BudgetError, ConnectorError, CredentialError, ForbiddenError, TenantGuardError
from ansible_collections.tenantkit.connectors.plugins.module_utils._tenants.whole import SHRINK_VARIABLE
from ansible_collections.tenantkit.connectors.plugins.plugin_utils import _tenant_source
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._tenant_source import TenantSource
from support.partners import HOSTILE, PROVIDER, READ, add_customer, add_customers, customer_id, end_relationships, provider_identity
from tenant_emulator.testing import Emulator

RELATIONSHIPS = "/tenantRelationships/delegatedAdminRelationships"


class Memory:
    """What an inventory keeps: in the tests as JSON, as a file would have it."""

    def __init__(self) -> None:
        self.text = "null"
        self.is_fresh = True

    def fresh(self) -> t.Any:
        return json.loads(self.text) if self.is_fresh else None

    def last(self) -> t.Any:
        return json.loads(self.text)

    def keep(self, value: t.Any) -> None:
        self.text = json.dumps(value)


Source = t.Callable[..., TenantSource]


@pytest.fixture
def source(emulator: Emulator, tmp_path: Path) -> Source:
    """Makes an inventory of the provider's customers; C(permissions) are those of its identity."""

    def make(*permissions: str, environ: t.Mapping[str, str] | None = None, **options: t.Any) -> TenantSource:
        identity = provider_identity(emulator, *(permissions or (READ,)))
        given = {
            "source": "gdap",
            "tenant_id": emulator.tenant_id(PROVIDER),
            "auth_client_id": identity["TENANTKIT_PROVIDER_CLIENT_ID"],
            "auth_client_secret": identity["TENANTKIT_PROVIDER_CLIENT_SECRET"],
            "login_url": emulator.login_url,
            "graph_url": emulator.graph_url,
            "ca_path": emulator.ca_path,
            "cloud": None,
            **options,
        }
        return TenantSource(given, str(tmp_path), environ or {}, lambda text: pytest.fail(text))

    return make


def names(source: TenantSource, kept: Memory | None = None) -> list[str]:
    return [host.name for host in source.hosts(kept)]


def failure(source: TenantSource, kind: type[ConnectorError], emulator: Emulator, kept: Memory | None = None) -> str:
    """The sentence of an inventory that fails so, with nothing secret in it."""
    with pytest.raises(kind) as caught:
        source.hosts(kept)
    sentence = caught.value.sentence()
    assert not [value for value in emulator.issued() if len(value) >= 10 and value in sentence], sentence
    return sentence


def test_all_pages_are_one_list(source: Source, emulator: Emulator) -> None:
    add_customers(emulator, *range(301))
    for _again in range(2):
        add_customer(emulator, customer_id(7), status="expired")
    emulator.clear_journal()
    assert names(source()) == [customer_id(number) for number in range(301)]
    paths = [entry["path"] for entry in emulator.journal("graph")]
    # Both lists in one request, one more for the second page of each.
    assert len(paths) == 3 and paths[0].endswith("/$batch") and all("skiptoken" in path for path in paths[1:]), paths


def test_all_pages_of_contracts(source: Source, emulator: Emulator) -> None:
    for number in range(101):
        emulator.control("POST", f"tenants/{PROVIDER}/contracts", {"customerId": customer_id(number)})
    emulator.clear_journal()
    assert names(source("Directory.Read.All", source="contracts")) == [customer_id(number) for number in range(101)]
    assert len(emulator.journal("graph")) == 2


def test_a_throttled_page_is_waited_for(source: Source, emulator: Emulator) -> None:
    add_customers(emulator, *range(301))
    emulator.fault(service="graph", path=f"{RELATIONSHIPS}.*skiptoken", action="status", status=429, headers={"Retry-After": "20"}, times=2)
    emulator.fault(service="graph", path=RELATIONSHIPS, action="status", status=429, headers={"Retry-After": "5"}, part=True)
    assert len(names(source())) == 301
    assert all(rule["fired"] for rule in emulator.faults())


def test_a_list_that_takes_too_long_is_none(source: Source, emulator: Emulator) -> None:
    add_customers(emulator, *range(301))
    emulator.fault(service="graph", path="skiptoken", action="status", status=429, headers={"Retry-After": "400"}, times=None)
    assert "throttled by Microsoft Graph" in failure(source(), BudgetError, emulator)


@pytest.mark.parametrize("times", [1, None])
def test_401_in_the_middle(source: Source, emulator: Emulator, times: int | None) -> None:
    """Once it is the token, which is renewed; else the list ends there and is no list."""
    add_customers(emulator, *range(301))
    error = {"error": {"code": "InvalidAuthenticationToken", "message": "Lifetime validation failed, the token is expired."}}
    emulator.fault(service="graph", path=f"{RELATIONSHIPS}.*skiptoken", action="status", status=401, body=error, times=times)
    if times:
        assert len(names(source())) == 301
        return
    kept = Memory()
    assert "Could not list the relationships with customers in tenant" in failure(source(), CredentialError, emulator, kept)
    assert kept.text == "null"


@pytest.mark.parametrize(("action", "more"), [("status", {"status": 500}), ("drop_before", {}), ("truncate", {}), ("html", {"status": 200}), ("redirect", {})])
def test_a_page_that_does_not_come_is_a_failure(source: Source, emulator: Emulator, action: str, more: dict[str, t.Any]) -> None:
    add_customers(emulator, *range(301))
    kept = Memory()
    inventory = source()
    assert len(names(inventory, kept)) == 301
    kept.is_fresh = False
    before = kept.text
    emulator.fault(service="graph", path="delegatedAdminCustomers.*skiptoken", action=action, times=None, **more)
    # Nor does what was kept stand in for it.
    assert emulator.tenant_id(PROVIDER) in failure(inventory, ConnectorError, emulator, kept)
    assert kept.text == before


def test_a_next_page_at_another_address_is_not_read(source: Source, emulator: Emulator) -> None:
    body = {"value": [{"tenantId": customer_id(1)}], "@odata.nextLink": "https://graph.example/v1.0/next"}
    emulator.fault(service="graph", path="delegatedAdminCustomers", action="status", status=200, body=body, part=True)
    assert "a next page at another address (graph.example)" in failure(source(), ConnectorError, emulator)


@pytest.mark.parametrize(("kind", "permission", "held"), [("gdap", READ, "Directory.Read.All"), ("contracts", "Directory.Read.All", READ)])
def test_the_permission_that_is_missing_is_named(source: Source, emulator: Emulator, kind: str, permission: str, held: str) -> None:
    add_customers(emulator, 1)
    emulator.control("POST", f"tenants/{PROVIDER}/contracts", {"customerId": customer_id(1), "displayName": HOSTILE, "defaultDomainName": "contoso.com"})
    sentence = failure(source(held, source=kind), ForbiddenError, emulator)
    assert permission in sentence and "403" in sentence and emulator.tenant_id(PROVIDER) in sentence
    (host,) = source(permission, source=kind).hosts(None)
    assert (host.name, host.variables["partner_display_name"]) == (customer_id(1), HOSTILE)
    assert "entra_expected_domain" not in host.variables


def test_the_partner_that_is_meant_or_none(source: Source, emulator: Emulator) -> None:
    identity = emulator.identity()
    contoso = {"auth_client_id": identity["client_id"], "auth_client_secret": identity["secret"], "tenant_id": emulator.tenant_id("contoso")}
    add_customers(emulator, 1)
    assert "has 0 tenants" in failure(source(**contoso, source="contracts"), ConnectorError, emulator)
    token = emulator.token("contoso")["access_token"]
    failure(source(auth_client_id=None, auth_client_secret=None, auth_access_token=token), TenantGuardError, emulator)


def test_what_was_kept_is_not_read_again_and_holds_no_secret(source: Source, emulator: Emulator) -> None:
    add_customers(emulator, 1, 2)
    kept, inventory = Memory(), source()
    first = inventory.hosts(kept)
    emulator.clear_journal()
    emulator.fault(path=".*", action="status", status=503, times=None)
    assert inventory.hosts(kept) == first
    assert emulator.journal() == []
    assert not [value for value in emulator.issued() if len(value) >= 10 and value in kept.text]
    # What is said of tenants, and which are wanted, is not kept.
    inventory.options |= {"names": {customer_id(1): "contoso"}, "exclude": [customer_id(2)]}
    assert names(inventory, kept) == ["contoso"]
    inventory.options["source"] = "contracts"
    failure(inventory, ConnectorError, emulator, kept)


def test_customers_that_left(source: Source, emulator: Emulator) -> None:
    add_customers(emulator, *range(4))
    kept, inventory = Memory(), source(max_shrink="25%")
    assert len(names(inventory, kept)) == 4
    end_relationships(emulator, 0)
    kept.is_fresh = False
    assert len(names(inventory, kept)) == 3
    before = kept.text
    end_relationships(emulator, 1, 2)
    add_customers(emulator, 5, 6)
    for _again in range(2):
        assert "Of the 3 tenants of the list before this one, 2 are gone" in failure(inventory, ConnectorError, emulator, kept)
        assert kept.text == before
    inventory.environ = {SHRINK_VARIABLE: "most"}
    assert f"'{SHRINK_VARIABLE}' is 'most', which is no number of tenants" in failure(inventory, ConnectorError, emulator, kept)
    inventory.environ = {SHRINK_VARIABLE: ""}  # as a controller hands over a field that is not filled
    assert "2 are gone" in failure(inventory, ConnectorError, emulator, kept)
    inventory.environ = {SHRINK_VARIABLE: "100%"}  # before what the file says, for one run
    assert len(names(inventory, kept)) == 3


def test_the_end_of_an_access_is_judged_by_the_service(source: Source, emulator: Emulator) -> None:
    add_customer(emulator, customer_id(1), duration="P60D")  # 30 of them are over
    add_customer(emulator, customer_id(2), duration="P60D", autoExtendDuration="P180D")
    ending = {host.name: "partner_relationship_ending" in host.groups for host in source(ending_within_days=29).hosts(None)}
    assert ending == {customer_id(1): False, customer_id(2): False}
    emulator.advance(2 * 86400)
    ending = {host.name: "partner_relationship_ending" in host.groups for host in source(ending_within_days=29).hosts(None)}
    assert ending == {customer_id(1): True, customer_id(2): False}


def test_a_file_adds_names_and_domains(source: Source, emulator: Emulator, tmp_path: Path) -> None:
    add_customers(emulator, 1, 2)
    text = f"tenant_id,name,expected_domain,region\n{customer_id(1)},contoso,contoso.com,emea\n{customer_id(9)},left,,\n"
    (tmp_path / "customers.csv").write_text(text, encoding="utf-8-sig")
    first, second = source(csv_path="customers.csv", csv_variables=["region"]).hosts(None)
    assert (first.name, second.name) == (customer_id(2), "contoso")
    assert (second.variables["entra_expected_domain"], second.variables["region"]) == ("contoso.com", "emea")


def test_a_file_alone_asks_no_service(source: Source, emulator: Emulator, tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text(f"tenant_id\n{customer_id(1)}\n")
    emulator.clear_journal()
    assert names(source(source="csv", csv_path="customers.csv")) == [customer_id(1)]
    assert emulator.journal() == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"source": "csv", "csv_path": "none.csv"}, "'csv_path' is none.csv, which cannot be read: No such file"),
        ({"source": "csv", "csv_path": "latin.csv"}, "'csv_path' is latin.csv, which is not UTF-8"),
        ({"timeout": 0}, "'timeout' is 0"),
        ({"ending_within_days": -1}, "'ending_within_days' is -1"),
        ({"cloud": "moon"}, "'cloud' is 'moon'"),
        ({"tenant_id": "common"}, "stands for many tenants"),
        ({"auth_client_secret": "a-secret-value\n"}, "'auth_client_secret'"),
        ({"auth_client_secret": None}, "half a credential"),
    ],
)
def test_options_that_cannot_be_used(source: Source, emulator: Emulator, tmp_path: Path, options: dict[str, t.Any], said: str) -> None:
    (tmp_path / "latin.csv").write_bytes("tenant_id,display_name\nx,Zürich\n".encode("latin-1"))
    inventory = source(**options)
    emulator.clear_journal()
    assert said in failure(inventory, ConnectorError, emulator)
    assert emulator.journal() == []


def test_the_identity_of_the_hosts_is_taken_where_there_is_no_other(source: Source, emulator: Emulator) -> None:
    add_customers(emulator, 1)
    identity = provider_identity(emulator, READ)
    environ = {"AZURE_CLIENT_ID": identity["TENANTKIT_PROVIDER_CLIENT_ID"], "AZURE_CLIENT_SECRET": identity["TENANTKIT_PROVIDER_CLIENT_SECRET"]}
    assert names(source(auth_client_id=None, auth_client_secret=None, environ=environ)) == [customer_id(1)]


def test_a_cloud_of_the_environment(source: Source, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    add_customers(emulator, 1)
    monkeypatch.setenv("AZURE_CLOUD_ENVIRONMENT", "AzureChinaCloud")
    kept = Memory()
    failure(source(), ConnectorError, emulator, kept)  # the emulator's Graph is that of the public cloud, and refuses a token for another
    monkeypatch.setenv("AZURE_CLOUD_ENVIRONMENT", "AzureCloud")
    assert names(source(), kept) == [customer_id(1)]


def test_missing_packages_are_named(source: Source, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_tenant_source, "MISSING_LIBRARIES", ["msal"])
    assert "msal cannot be imported" in failure(source(), ConnectorError, emulator)
