# SPDX-License-Identifier: GPL-3.0-or-later
"""What entra_service_principal_info shows of what was read."""

from __future__ import annotations

import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent.model import Grant
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.service_principal.info import Access, Found, grant_view, to_info, verified_publisher

ID, USER, GRAPH = "11111111-0000-0000-0000-000000000001", "aaaaaaaa-0000-0000-0000-00000000000a", "99999999-0000-0000-0000-000000000009"
OKTA, PUBLISHER = "c7e15b90-4d28-4a6f-b3c1-90f2d6e8a745", "5e0b7a42-9c16-4f83-a2d7-e41c8b60f395"
PRINCIPAL = {"id": ID, "appId": OKTA, "displayName": "Okta", "appOwnerOrganizationId": PUBLISHER, "replyUrls": ["https://a.example/cb"]}


def grant(principal_id: str | None, scope: str) -> dict[str, t.Any]:
    kind = "Principal" if principal_id else "AllPrincipals"
    return {"id": "g", "clientId": ID, "resourceId": GRAPH, "consentType": kind, "principalId": principal_id, "scope": scope}


def test_a_publisher_without_id_is_none() -> None:
    assert verified_publisher({"verifiedPublisher": {"displayName": None, "verifiedPublisherId": None}}) is None
    assert verified_publisher({}) is None
    assert verified_publisher({"verifiedPublisher": {"displayName": "Okta", "verifiedPublisherId": "1"}}) == {
        "display_name": "Okta",
        "verified_publisher_id": "1",
    }


def test_names_for_ids_and_ids_where_there_is_no_name() -> None:
    known = grant_view(
        Grant.from_graph(grant(USER, " b  A")),
        Found({}, [], users={USER: "anna@contoso.com"}, enabled={USER: False}, resources={GRAPH: ("Microsoft Graph", "0003")}),
    )
    assert known == {
        "resource": "Microsoft Graph",
        "resource_app_id": "0003",
        "tenant_wide": False,
        "principal_id": USER,
        "principal": "anna@contoso.com",
        "principal_enabled": False,
        "delegated": ["A", "b"],
        "privileged": [],
    }
    unknown = grant_view(Grant.from_graph(grant(None, "A")), Found({}, []))
    assert (unknown["resource"], unknown["tenant_wide"], unknown["principal"]) == (GRAPH, True, None)


def test_access_only_when_it_was_read() -> None:
    assert "grants" not in to_info(PRINCIPAL, Found({}, [PRINCIPAL]))
    access = Access([{"id": "x", "principalId": USER, "principalType": "User", "appRoleId": "0"}], [grant(USER, "A"), grant(None, "B")])
    view = to_info(PRINCIPAL, Found({}, [PRINCIPAL], {ID: access}))
    assert [one["tenant_wide"] for one in view["grants"]] == [True, False]
    assert [(one["principal_id"], one["principal_enabled"]) for one in view["assigned_to"]] == [(USER, None)]
    assert view["reply_urls"] == ["https://a.example/cb"]


def test_permissions_only_when_they_were_asked_for() -> None:
    offered = {**PRINCIPAL, "oauth2PermissionScopes": [{"id": GRAPH, "value": "Flows.Read", "isEnabled": True, "type": "User"}]}
    assert "permissions" not in to_info(offered, Found({}, [offered]))
    assert [one["name"] for one in to_info(offered, Found({}, [offered], browsed=True))["permissions"]["Flows"]] == ["Flows.Read"]
