# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses and authorities that users give."""

from __future__ import annotations

import datetime as dt

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._addresses import address_problem, one_spelling, path_segment, without_secrets
from ansible_collections.tenantkit.connectors.plugins.module_utils._authority import check_authority_address, check_authority_tenant
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connection.model import Authority, Snapshot
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError

OWN = {"5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10", "contoso.com"}


@pytest.mark.parametrize(
    ("address", "spelling"),
    [
        (" https://portal.example/w365// ", "https://portal.example/w365"),
        ("https://portal.example:443", "https://portal.example"),
        ("HTTPS://Portal.example:443/W365/", "HTTPS://Portal.example/W365"),
        ("https://portal.example:4430", "https://portal.example:4430"),
        ("http://portal.example:443", "http://portal.example:443"),
        ("contoso", "contoso"),
    ],
)
def test_one_spelling(address: str, spelling: str) -> None:
    assert one_spelling(address) == spelling


@pytest.mark.parametrize("address", ["https://u:s3cret@host/x?token=s3cret", "u:s3cret@host/x#s3cret", "https://u:s3cret@host:port/x", "https://u:s3cret@[x/x"])
def test_what_a_sentence_shows(address: str) -> None:
    assert address_problem(address)
    assert "s3cret" not in without_secrets(address) and without_secrets(address).endswith("/x")


@pytest.mark.parametrize(
    "authority",
    [
        "https://login.windows.net/contoso.com",
        "https://LOGIN.microsoftonline.com/5F1C7F0E-6d3c-4a0e-9a54-3f1c9f3f1f10/v2.0",
        "https://login.microsoftonline.com/common",
        "https://adfs.contoso.com/adfs",
    ],
)
def test_authorities(authority: str) -> None:
    check_authority_address(authority)
    check_authority_tenant(authority, OWN, "Contoso")


@pytest.mark.parametrize(
    ("authority", "words"),
    [
        ("login.windows.net/contoso.com", "'login.windows.net/contoso.com' is not an https:// address"),
        ("http://login.windows.net/contoso.com", "plain http://"),
        ("https:///contoso.com", "not an https://"),
        ("https://login.windows.net/contoso.com?p=1", "'https://login.windows.net/contoso.com' has a query"),
        ("https://login.windows.net/contoso.com#", "query or a fragment"),
        ("https://login.windows.net/contoso.com ", "white space"),
        ("https://me:pass@login.windows.net/contoso.com", "'https://login.windows.net/contoso.com' contains a user name"),
        ("https://login.windows.net/", "names no tenant"),
        ("contoso.com", "not an https://"),
    ],
)
def test_what_is_no_address_of_an_authority(authority: str, words: str) -> None:
    with pytest.raises(OptionError, match=words) as caught:
        check_authority_address(authority)
    assert caught.value.outcome == "refused" and "me:pass" not in caught.value.sentence()


def test_an_authority_of_another_tenant() -> None:
    with pytest.raises(OptionError, match=r"fabrikam.com, which is neither the id nor a verified domain of Contoso") as caught:
        check_authority_tenant("https://login.windows.net/fabrikam.com", OWN, "Contoso")
    assert caught.value.outcome == "refused"


@pytest.mark.parametrize(
    ("template", "code"),
    [
        ("{primary_domain}", "invalid_authority"),
        ("https://login.windows.net/{tenant_id.x}", "authority_malformed"),
        ("https://login.windows.net/{tenant_id[x]}", "authority_malformed"),
        ("https://login.windows.net/{domain}", "authority_malformed"),
        ("https://login.windows.net/{", "authority_malformed"),
        ("https://login.windows.net/fabrikam.com", "authority_of_another_tenant"),
    ],
)
def test_the_look_at_a_connection_refuses_what_cannot_be_delivered(template: str, code: str) -> None:
    organization = {"id": min(OWN), "displayName": "Contoso", "verifiedDomains": [{"name": "Contoso.com", "isDefault": True}]}
    seen = Snapshot(organization, None, None, (), (), dt.datetime.now(dt.UTC))
    assert Authority.of("https://login.windows.net/{primary_domain}", seen, address=True).text == "https://login.windows.net/Contoso.com"
    assert Authority.of("{tenant_id}", seen).text == min(OWN)
    with pytest.raises(OptionError) as caught:
        Authority.of(template, seen, address=True)
    assert caught.value.code == code


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_a_segment_never_leads_up_and_never_names_the_whole_list(value: str) -> None:
    with pytest.raises(ValueError, match="empty|leads elsewhere"):
        path_segment(value)


@pytest.mark.parametrize(("value", "segment"), [("contoso-1", "contoso-1"), ("a/b", "a%2Fb"), ("%41?#", "%2541%3F%23"), ("7", "7")])
def test_one_segment_of_a_product(value: str, segment: str) -> None:
    assert path_segment(value) == segment
