# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tenant guard: GUIDs against the token, domains against the organization."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.guard import TenantGuard, check_expected_domain, check_tenant
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError, TenantGuardError
from ansible_collections.tenantkit.connectors.plugins.module_utils._job.cache import JobCache

CONTOSO = "2f4c9a1e-7d05-4b6f-8e3a-c1d9b0a47f52"
FABRIKAM = "5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10"


def organization(tenant: str = CONTOSO, *domains: str) -> dict[str, t.Any]:
    return {"id": tenant, "displayName": "Contoso", "verifiedDomains": [{"name": name} for name in domains or ("contoso.com", "contoso.onmicrosoft.com")]}


class Client:
    """Counts reads of the organization."""

    def __init__(self, body: dict[str, t.Any]) -> None:
        self.body = body
        self.reads = 0

    def get(self, path: str, *, doing: str, params: dict[str, str]) -> dict[str, t.Any]:
        assert path == "/organization"
        assert params == {"$select": "id,displayName,tenantType,verifiedDomains"}
        self.reads += 1
        return {"value": [self.body]}


def guard(
    tenant: str = CONTOSO, expected: str | None = None, cache: JobCache | None = None, tid: str | None = CONTOSO, scope: tuple[str, ...] = ("s",)
) -> TenantGuard:
    made = TenantGuard(tenant, expected, cache or JobCache(None), scope, "client secret of 12345678... from the options")
    if tid:
        made.check_token({"tid": tid})
    return made


@pytest.mark.parametrize(
    ("value", "normal"),
    [
        (CONTOSO, CONTOSO),
        (f" {CONTOSO.upper()} ", CONTOSO),
        ("Contoso.COM", "contoso.com"),
        ("contoso.com.", "contoso.com"),
        ("müller.example", "xn--mller-kva.example"),
        ("a-b.c1.example", "a-b.c1.example"),
    ],
)
def test_good_tenants_are_normalised(value: str, normal: str) -> None:
    assert check_tenant(value) == normal


@pytest.mark.parametrize(
    "value",
    [
        None, "", "  ", "common", "organizations", "Consumers", "contoso", "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff", "9188040d-6c67-4c5b-b112-36a304b66dad", "{" + CONTOSO + "}", CONTOSO[:-1], "contoso.com/x",
        "https://contoso.com", "-x.example", "a..b", "10.0.0.1", "user@contoso.com", "contoso.com --help", "x" * 260 + ".com", "../..",
    ],
)  # fmt: skip
def test_anything_else_is_refused_offline(value: str | None) -> None:
    with pytest.raises(OptionError) as caught:
        check_tenant(value)
    assert caught.value.message.startswith("tenant_id is ")
    assert caught.value.advice


def test_the_expected_domain_is_a_domain() -> None:
    assert check_expected_domain(None) is None
    assert check_expected_domain("Contoso.com") == "contoso.com"
    for value in ("", CONTOSO, "contoso"):
        with pytest.raises(OptionError):
            check_expected_domain(value)


def test_a_guid_must_be_the_token_s() -> None:
    assert guard(tid=None).check_token({"tid": CONTOSO.upper()}) == CONTOSO
    with pytest.raises(TenantGuardError) as caught:
        guard(tid=FABRIKAM)
    assert CONTOSO in caught.value.message
    assert FABRIKAM in caught.value.message
    assert caught.value.code == "tenant_mismatch"


@pytest.mark.parametrize("claims", [{}, {"tid": None}, {"tid": "contoso.com"}, {"tid": 1}])
def test_a_token_without_a_tenant_is_refused(claims: dict[str, t.Any]) -> None:
    with pytest.raises(TenantGuardError):
        guard(tid=None).check_token(claims)


def test_a_guid_alone_needs_no_read() -> None:
    client = Client(organization())
    made = guard()
    assert made.passed
    made.check(client)
    assert client.reads == 0


def test_a_domain_is_looked_up_once() -> None:
    client = Client(organization())
    made = guard("contoso.com")
    assert not made.passed
    made.check(client)
    made.check(client)
    assert client.reads == 1
    assert made.organization == {"id": CONTOSO, "display_name": "Contoso", "domains": ["contoso.com", "contoso.onmicrosoft.com"]}


def test_a_domain_of_another_tenant_stops_the_run() -> None:
    made = guard("contoso.com", tid=FABRIKAM)
    with pytest.raises(TenantGuardError) as caught:
        made.check(Client(organization(FABRIKAM, "fabrikam.com")))
    for word in ("tenant_id names contoso.com", FABRIKAM, "fabrikam.com", "client secret of 12345678"):
        assert word in caught.value.message
    assert not made.passed


@pytest.mark.parametrize("tenant", [CONTOSO, "contoso.com"])
def test_the_expected_domain_counts_as_well(tenant: str) -> None:
    guard(tenant, "contoso.onmicrosoft.com").check(Client(organization()))
    with pytest.raises(TenantGuardError, match=r"expected_domain names fabrikam\.com"):
        guard(tenant, "fabrikam.com").check(Client(organization()))


def test_part_of_a_domain_is_not_the_domain() -> None:
    for domain in ("toso.com", "mail.contoso.com", "contoso.com.example"):
        with pytest.raises(TenantGuardError):
            guard(domain).check(Client(organization()))


def test_what_was_read_anyway_is_enough() -> None:
    client = Client(organization())
    for body in (organization(), {"value": [organization()]}, [organization()]):
        made = guard("contoso.com")
        made.see(body)
        made.check(client)
    assert client.reads == 0


@pytest.mark.parametrize("body", [None, {}, {"value": []}, {"value": [organization(), organization()]}, {"id": CONTOSO}, "x"])
def test_an_unreadable_organization_is_not_a_pass(body: t.Any) -> None:
    made = guard("contoso.com")
    with pytest.raises(TenantGuardError):
        made.see(body)
    assert not made.passed


def test_graph_of_another_tenant_is_noticed() -> None:
    with pytest.raises(TenantGuardError, match="The token is for tenant"):
        guard("contoso.com").see(organization(FABRIKAM, "contoso.com"))


def test_the_outcome_is_kept_for_the_job(tmp_path: pathlib.Path) -> None:
    cache = JobCache(str(tmp_path / "job"))
    client = Client(organization())
    guard("contoso.com", cache=cache).check(client)
    later = guard("contoso.com", cache=cache)
    later.check(client)
    assert client.reads == 1
    assert later.organization is not None
    # Another domain, another credential: looked at again.
    guard("contoso.onmicrosoft.com", cache=cache).check(client)
    guard("contoso.com", cache=cache, scope=("other",)).check(client)
    assert client.reads == 3


def test_what_was_seen_is_kept_for_the_job_too(tmp_path: pathlib.Path) -> None:
    cache = JobCache(str(tmp_path / "job"))
    client = Client(organization())
    guard("contoso.com", cache=cache).see(organization())
    guard("contoso.com", cache=cache).check(client)
    assert client.reads == 0


def test_a_kept_outcome_of_another_tenant_does_not_count(tmp_path: pathlib.Path) -> None:
    cache = JobCache(str(tmp_path / "job"))
    guard("contoso.com", cache=cache).check(Client(organization()))
    client = Client(organization(FABRIKAM, "fabrikam.com"))
    with pytest.raises(TenantGuardError):
        guard("contoso.com", cache=cache, tid=FABRIKAM).check(client)
    assert client.reads == 1


def test_a_failure_is_not_kept(tmp_path: pathlib.Path) -> None:
    cache = JobCache(str(tmp_path / "job"))
    with pytest.raises(TenantGuardError):
        guard("contoso.com", cache=cache).check(Client(organization(CONTOSO, "other.example")))
    guard("contoso.com", cache=cache).check(Client(organization()))
