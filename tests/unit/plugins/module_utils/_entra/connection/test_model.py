# SPDX-License-Identifier: GPL-3.0-or-later
"""What one look holds, and the authority that is made from a tenant's own names."""

from __future__ import annotations

import datetime as dt
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connection.model import Authority, ConnectionDesired, Snapshot
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError
from hypothesis import given
from hypothesis import strategies as st

TENANT_ID = "5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10"
LOGIN = "https://login.microsoftonline.com/"
DOMAINS: tuple[dict[str, t.Any], ...] = (
    {"name": "contoso.com", "isDefault": True}, {"name": "contoso.onmicrosoft.com", "isInitial": True}, {"name": "Contoso.co.uk"},
)  # fmt: skip


def snapshot(domains: t.Sequence[dict[str, t.Any]] | None = DOMAINS) -> Snapshot:
    organization = {"id": TENANT_ID, "displayName": "Contoso", "verifiedDomains": None if domains is None else list(domains)}
    return Snapshot(organization, None, None, (), (), dt.datetime(2026, 11, 22, tzinfo=dt.UTC))


def desired(**options: t.Any) -> ConnectionDesired:
    given: dict[str, t.Any] = {"app": {}, "service_principal": {}, "permissions": {}, "consent": {}, "secret": None, "delivery": None}
    return ConnectionDesired(**{**given, **options})


def test_domains_by_what_they_are_for() -> None:
    assert (snapshot().domain("isDefault"), snapshot().domain("isInitial")) == ("contoso.com", "contoso.onmicrosoft.com")
    assert snapshot(None).domains == [] and snapshot(None).domain("isDefault") is None


class TestAuthority:
    @pytest.mark.parametrize(
        ("template", "text", "former"),
        [
            (None, "", ()),
            ("", "", ()),
            (LOGIN + "{primary_domain}", LOGIN + "contoso.com", (LOGIN + "contoso.onmicrosoft.com", LOGIN + "Contoso.co.uk")),
            (LOGIN + "{tenant_id}/v2.0", f"{LOGIN}{TENANT_ID}/v2.0", ()),
            (LOGIN + "contoso.co.uk", LOGIN + "contoso.co.uk", ()),
            (LOGIN + TENANT_ID.upper(), LOGIN + TENANT_ID.upper(), ()),
            (LOGIN + "common", LOGIN + "common", ()),
            # Products of their own kind of sign-in: nothing of it is Entra's, so nothing of it is judged.
            ("urn:contoso", "urn:contoso", ()),
            ("{primary_domain}", "contoso.com", ("contoso.onmicrosoft.com", "Contoso.co.uk")),
        ],
    )
    def test_filled_in_from_the_tenant(self, template: str | None, text: str, former: tuple[str, ...]) -> None:
        assert Authority.of(template, snapshot()) == Authority(text, former)

    @pytest.mark.parametrize(
        ("template", "code"),
        [
            (LOGIN + "fabrikam.com", "authority_of_another_tenant"),
            (LOGIN + "00000000-1111-2222-3333-444444444444", "authority_of_another_tenant"),
            (LOGIN + "{domain}", "authority_malformed"),
            (LOGIN + "{", "authority_malformed"),
            (LOGIN + "{}", "authority_malformed"),
            (LOGIN + "{0}", "authority_malformed"),
            (LOGIN + "{primary_domain.name}", "authority_malformed"),
            (LOGIN + "{primary_domain[name]}", "authority_malformed"),
            (LOGIN + "{primary_domain:d}", "authority_malformed"),
        ],
    )
    def test_refused(self, template: str, code: str) -> None:
        with pytest.raises(OptionError) as caught:
            Authority.of(template, snapshot())
        assert caught.value.code == code

    def test_a_tenant_without_a_primary_domain(self) -> None:
        bare = snapshot([{"name": "contoso.onmicrosoft.com", "isInitial": True}])
        with pytest.raises(OptionError) as caught:
            Authority.of(LOGIN + "{primary_domain}", bare)
        assert caught.value.code == "no_primary_domain" and "Contoso" in caught.value.message
        assert Authority.of(LOGIN + "{tenant_id}", bare).text == LOGIN + TENANT_ID

    @pytest.mark.parametrize(
        ("template", "right"), [("{primary_domain}", False), (LOGIN, False), ("http://contoso.com", False), (LOGIN + "{primary_domain}", True)]
    )
    def test_a_product_that_takes_an_address_only(self, template: str, right: bool) -> None:
        assert Authority.of(template, snapshot())
        if right:
            assert Authority.of(template, snapshot(), address=True).text == LOGIN + "contoso.com"
            return
        with pytest.raises(OptionError) as caught:
            Authority.of(template, snapshot(), address=True)
        assert caught.value.code == "invalid_authority"

    @given(st.permutations(DOMAINS))
    def test_the_order_of_the_domains_does_not_matter(self, domains: list[dict[str, t.Any]]) -> None:
        found = Authority.of(LOGIN + "{primary_domain}", snapshot(domains))
        assert found.text == LOGIN + "contoso.com"
        assert sorted(found.former) == [LOGIN + "Contoso.co.uk", LOGIN + "contoso.onmicrosoft.com"]


class TestCredential:
    def test_none_or_one(self) -> None:
        assert desired().credential is None
        assert desired(secret={"name": "a"}).credential == ("secret", {"name": "a"})

    @pytest.mark.parametrize(("state", "makes"), [("present", True), ("absent", False)])
    def test_a_certificate_is_made_only_where_it_is_wanted(self, state: str, makes: bool) -> None:
        assert desired(certificate={"name": "a"}, secret={"name": "b"}, state=state).credential == ("certificate", {"name": "a", "generate": makes})


@pytest.mark.parametrize(
    ("options", "waits"),
    [
        ({}, False),
        ({"consent": {"mode": "merge", "on_forbidden": "fail"}}, False),
        ({"consent": {"mode": "report"}}, True),
        ({"consent": {"on_forbidden": "hand_off"}}, True),
        ({"state": "absent"}, True),
    ],
)
def test_whether_the_connection_goes_on_without_knowing_what_is_granted(options: dict[str, t.Any], waits: bool) -> None:
    assert desired(**options).consent_can_wait is waits
