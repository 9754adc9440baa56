# SPDX-License-Identifier: GPL-3.0-or-later
"""SAFETY 24: the hand-off URL and the Graph requests."""

from __future__ import annotations

import dataclasses
import typing as t
import urllib.parse

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import PLACEHOLDER_ID, Action
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent.url import (
    Handover,
    check_partners,
    check_redirect_uri,
    consent_url,
    hand_off,
    partner_urls,
    registered_uris,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.permission.catalogue import MICROSOFT_GRAPH
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.permission.option import ResourcePermissions
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError

TENANT = "2f4c9a1e-7d05-4b6f-8e3a-c1d9b0a47f52"
APP = "eeeeeeee-0000-0000-0000-000000000001"
PLACE = Handover(
    login_url="https://login.microsoftonline.com/",
    graph_url="https://graph.microsoft.com/v1.0",
    graph_scope_root="https://graph.microsoft.com",
    tenant_id=TENANT,
    app_id=APP,
    client_id="client",
    registered_uris=("https://payroll.example/callback", "http://localhost"),
    required=(),
)
GRAPH = ResourcePermissions("Microsoft Graph", MICROSOFT_GRAPH, "sp", {"User.Read": "d1", "openid": "d2", "offline_access": "d3"})
PLATFORM = ResourcePermissions("Power Platform API", "8578e004-a5c6-46e7-913e-12f58912df43", "pp", {"A.Read": "p"}, {}, ("https://api.powerplatform.com",))
ROLES = ResourcePermissions("Microsoft Graph", MICROSOFT_GRAPH, "sp", {"User.Read": "d1"}, {"Group.Read.All": "r1"})
REGISTERED = {"resourceAppId": MICROSOFT_GRAPH, "resourceAccess": [{"id": "r1", "type": "Role"}, {"id": "d1", "type": "Scope"}]}


def split(url: str | None) -> tuple[str, dict[str, str]]:
    assert url is not None
    parts = urllib.parse.urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}", dict(urllib.parse.parse_qsl(parts.query, strict_parsing=True))


def test_exact_scopes_in_full_for_the_tenants_guid() -> None:
    url, note = consent_url(PLACE, [GRAPH, PLATFORM], None)
    address, query = split(url)
    assert address == f"https://login.microsoftonline.com/{TENANT}/v2.0/adminconsent" and note is None
    assert query["scope"].split() == ["offline_access", "openid", "https://graph.microsoft.com/User.Read", "https://api.powerplatform.com/A.Read"]
    assert (query["client_id"], query["redirect_uri"]) == (APP, "https://payroll.example/callback")
    assert "common" not in str(url) and "+" not in str(url)


def test_application_permissions_only_when_the_registration_says_the_same() -> None:
    url, _note = consent_url(dataclasses.replace(PLACE, required=(REGISTERED,)), [ROLES], "http://localhost")
    assert split(url)[1]["scope"] == "https://graph.microsoft.com/.default"
    assert split(url)[1]["redirect_uri"] == "http://localhost"


@pytest.mark.parametrize("required", [None, (), ({"resourceAppId": "x", "resourceAccess": [{"id": "y", "type": "Role"}]}, REGISTERED)])
def test_no_url_that_would_ask_for_something_else(required: t.Any) -> None:
    url, note = consent_url(dataclasses.replace(PLACE, required=required), [ROLES], None)
    assert url is None and note is not None and note.startswith("No URL")


def test_no_url_without_a_redirect_uri() -> None:
    assert consent_url(dataclasses.replace(PLACE, registered_uris=()), [GRAPH], None)[0] is None


def test_national_cloud() -> None:
    place = dataclasses.replace(PLACE, graph_scope_root="https://microsoftgraph.chinacloudapi.cn", login_url="https://login.partner.microsoftonline.cn")
    address, query = split(consent_url(place, [GRAPH], None)[0])
    assert address.startswith("https://login.partner.microsoftonline.cn/") and "https://microsoftgraph.chinacloudapi.cn/User.Read" in query["scope"]


def test_redirect_uri_has_to_be_registered_letter_by_letter() -> None:
    uris = registered_uris({"web": {"redirectUris": ["https://a"]}, "spa": {"redirectUris": ["https://b"]}, "publicClient": None}, None)
    assert uris == ("https://a", "https://b")
    check_redirect_uri("https://b", uris, "x")
    check_redirect_uri(None, (), "x")
    with pytest.raises(OptionError):
        check_redirect_uri("https://b/", uris, "x")
    assert registered_uris(None, {"replyUrls": ["https://vendor"]}) == ("https://vendor",)


GRANT = Action("create_grant", "grant", {"key": "sp", "grant_id": None, "scopes": ["User.Read"], "principal_id": "user"})
ROLE = Action("assign_role", "assign", {"key": "sp", "role": "r1"})
REVOKE = Action("remove_role", "revoke", {"key": "sp", "role": "r1", "assignment_id": "a1"})


def off(actions: list[Action], permissions: list[ResourcePermissions], **more: t.Any) -> dict[str, t.Any]:
    return hand_off(PLACE, actions, permissions, **{"reason": "why", "redirect_uri": None, "single_principal": False, **more})


def test_single_principal_gets_the_request_and_no_url() -> None:
    result = off([GRANT], [GRAPH], single_principal=True)
    assert result["url"] is None and "every user" in result["note"]
    assert result["graph_requests"] == [
        {
            "method": "POST",
            "url": "https://graph.microsoft.com/v1.0/oauth2PermissionGrants",
            "body": {"clientId": "client", "consentType": "Principal", "principalId": "user", "resourceId": "sp", "scope": "User.Read"},
        }
    ]


def test_a_url_takes_nothing_away() -> None:
    result = off([ROLE, REVOKE], [GRAPH])
    assert result["url"] is None
    assert [(one["method"], one["url"].rpartition("/")[2]) for one in result["graph_requests"]] == [("POST", "appRoleAssignedTo"), ("DELETE", "a1")]


def test_the_gate_covers_the_hand_off() -> None:
    result = off([GRANT], [GRAPH], refused=["delegated:Directory.ReadWrite.All"])
    assert result["url"] is None and result["graph_requests"] == [] and "Directory.ReadWrite.All" in result["note"]


def test_a_url_where_nothing_is_taken_away() -> None:
    result = off([GRANT], [GRAPH])
    assert split(result["url"])[0].endswith(f"/{TENANT}/v2.0/adminconsent") and result["note"] is None and len(result["graph_requests"]) == 1


def test_every_write_as_a_request() -> None:
    """The service principal that would be made first is no request of consent: Graph makes none for it."""
    client = Action("create_client", "create", {"app_id": APP})
    update = Action("update_grant", "grant", {"key": "sp", "grant_id": "g1", "scopes": ["openid", "User.Read"], "principal_id": None})
    delete = Action("delete_grant", "revoke", {"key": "sp", "grant_id": "g2", "scopes": [], "principal_id": None})
    tenant_wide = Action("create_grant", "grant", {"key": "sp", "grant_id": None, "scopes": ["User.Read"], "principal_id": None})
    grants = "https://graph.microsoft.com/v1.0/oauth2PermissionGrants"
    assert off([client, update, delete, tenant_wide], [GRAPH])["graph_requests"] == [
        {"method": "PATCH", "url": f"{grants}/g1", "body": {"scope": "openid User.Read"}},
        {"method": "DELETE", "url": f"{grants}/g2", "body": None},
        {"method": "POST", "url": grants, "body": {"clientId": "client", "consentType": "AllPrincipals", "resourceId": "sp", "scope": "User.Read"}},
    ]


def test_no_url_for_an_application_that_check_mode_predicts() -> None:
    assert consent_url(dataclasses.replace(PLACE, app_id=PLACEHOLDER_ID), [GRAPH], None) == (None, "No URL yet: the application does not exist.")


def test_a_resource_without_an_address_goes_by_its_app_id() -> None:
    plain = dataclasses.replace(PLATFORM, identifiers=("8578e004-a5c6-46e7-913e-12f58912df43",))
    assert split(consent_url(PLACE, [plain], None)[0])[1]["scope"] == "8578e004-a5c6-46e7-913e-12f58912df43/A.Read"


class TestPartners:
    OTHER = "9B0C4B1E-7D05-4B6F-8E3A-C1D9B0A47F53"

    def test_each_tenant_has_its_own_url(self) -> None:
        rows = partner_urls(PLACE, [TENANT, self.OTHER], [GRAPH], None, ())
        assert [row["tenant_id"] for row in rows] == [TENANT, self.OTHER] and [row["note"] for row in rows] == [None, None]
        assert [split(row["url"])[0].split("/")[3] for row in rows] == [TENANT, self.OTHER.lower()]

    def test_the_gate_covers_them(self) -> None:
        (row,) = partner_urls(PLACE, [self.OTHER], [GRAPH], None, ["delegated:Directory.ReadWrite.All"])
        assert row["url"] is None and "Directory.ReadWrite.All" in row["note"]

    @pytest.mark.parametrize(
        ("tenants", "audience", "code"),
        [(["common"], "AzureADMultipleOrgs", "invalid_id"), (["contoso.com"], None, "invalid_id"), ([TENANT], "AzureADMyOrg", "single_tenant")],
    )
    def test_refused(self, tenants: list[str], audience: str | None, code: str) -> None:
        with pytest.raises(OptionError) as caught:
            check_partners(tenants, audience, "Payroll")
        assert caught.value.code == code

    @pytest.mark.parametrize(("tenants", "audience"), [([], "AzureADMyOrg"), ([TENANT], "AzureADMultipleOrgs"), ([TENANT], None)])
    def test_accepted(self, tenants: list[str], audience: str | None) -> None:
        check_partners(tenants, audience, "Payroll")
