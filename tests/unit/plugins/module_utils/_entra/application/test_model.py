# SPDX-License-Identifier: GPL-3.0-or-later
"""An application in Graph's shape and in ours, there and back."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.application.model import (
    SELECT,
    WRITABLE,
    ApplicationCurrent,
    blank,
    claim,
    claim_key,
    claim_set,
    to_ansible,
    to_graph,
)
from hypothesis import given
from hypothesis import strategies as st

TEXT = st.none() | st.text(min_size=1, max_size=8)
URIS = st.lists(st.text(min_size=1, max_size=8), max_size=3)
CLAIM = st.fixed_dictionaries({
    "name": st.sampled_from(["upn", "email"]), "source": st.sampled_from([None, "user"]), "essential": st.booleans(),
    "additional_properties": st.lists(st.sampled_from(["include_externally_authenticated_upn", "sam_account_name"]), unique=True).map(sorted),
})  # fmt: skip
SHAPES = st.fixed_dictionaries({
    **dict.fromkeys(("unique_name", "display_name", "description", "notes", "sign_in_audience", "service_management_reference"), TEXT),
    **dict.fromkeys(("home_page_url", "logout_url"), TEXT),
    "requested_access_token_version": st.sampled_from([1, 2]),
    "redirect_uris": st.fixed_dictionaries(dict.fromkeys(("web", "spa", "public_client"), URIS)),
    "implicit_grant": st.fixed_dictionaries({name: st.booleans() for name in ("enable_id_token_issuance", "enable_access_token_issuance")}),
    "is_fallback_public_client": st.booleans(),
    "optional_claims": st.fixed_dictionaries({name: st.lists(CLAIM, max_size=2) for name in ("id_token", "access_token", "saml2_token")}),
    "group_membership_claims": st.sampled_from([None, "All", "ApplicationGroup,SecurityGroup"]),
    "identifier_uris": URIS,
    "info": st.fixed_dictionaries(dict.fromkeys(("marketing_url", "support_url", "privacy_statement_url", "terms_of_service_url"), TEXT)),
    "tags": URIS, "is_disabled": st.booleans(),
})  # fmt: skip


@given(SHAPES)
def test_there_and_back(shape: dict[str, t.Any]) -> None:
    """Everything that can be written is read back as it was written, and nothing besides it is in the request."""
    found = to_ansible(to_graph(shape, WRITABLE))
    assert {name: found[name] for name in WRITABLE} == shape


@given(SHAPES, st.sets(st.sampled_from(WRITABLE)))
def test_only_what_is_named_is_written(shape: dict[str, t.Any], names: set[str]) -> None:
    found, untouched = to_ansible(to_graph(shape, names)), to_ansible({})
    assert all(found[name] == (shape if name in names else untouched)[name] for name in WRITABLE)


GRAPH_APP: dict[str, t.Any] = {
    "uniqueName": "payroll", "displayName": "Payroll", "description": "d", "notes": "n", "signInAudience": "AzureADMyOrg",
    "serviceManagementReference": "s", "api": {"requestedAccessTokenVersion": 2}, "web": {
        "redirectUris": ["https://a.example/"], "homePageUrl": "https://h.example", "logoutUrl": "https://o.example",
        "implicitGrantSettings": {"enableIdTokenIssuance": True, "enableAccessTokenIssuance": False},
    },
    "spa": {"redirectUris": ["https://s.example/"]}, "publicClient": {"redirectUris": ["http://localhost"]}, "isFallbackPublicClient": True,
    "optionalClaims": {
        "idToken": [{"name": "upn", "source": None, "essential": False, "additionalProperties": []}], "accessToken": [],
        "saml2Token": [{"name": "email", "source": "user", "essential": True, "additionalProperties": ["sam_account_name"]}],
    },
    "groupMembershipClaims": "SecurityGroup", "identifierUris": ["api://x"], "tags": ["a"], "isDisabled": True, "info": {
        "marketingUrl": "https://m.example", "supportUrl": "https://su.example", "privacyStatementUrl": "https://p.example",
        "termsOfServiceUrl": "https://t.example",
    },
}  # fmt: skip
READ_ONLY: dict[str, t.Any] = {
    "id": "o", "appId": "a", "createdDateTime": "2026-01-01T00:00:00Z", "publisherDomain": "contoso.com", "createdByAppId": "c",
    "requiredResourceAccess": [{"resourceAppId": "r", "resourceAccess": [{"id": "p", "type": "Scope"}]}], "appRoles": [], "passwordCredentials": [],
}  # fmt: skip


def test_every_property_has_graphs_name() -> None:
    shape = to_ansible({**GRAPH_APP, **READ_ONLY})
    assert to_graph(shape, WRITABLE) == GRAPH_APP
    assert {name: shape[name] for name in ("object_id", "app_id", "publisher_domain", "required_resource_access", "created_here")} == {
        "object_id": "o", "app_id": "a", "publisher_domain": "contoso.com", "created_here": False,
        "required_resource_access": [{"resource_app_id": "r", "resource_access": [{"id": "p", "type": "Scope"}]}],
    }  # fmt: skip
    assert {*SELECT, "isDisabled"} == {*GRAPH_APP, *READ_ONLY}  # what is looked at is asked for


@pytest.mark.parametrize(("app", "shown"), [({}, None), ({"isDisabled": None}, False), ({"isDisabled": False}, False), ({"isDisabled": True}, True)])
def test_deactivated(app: dict[str, t.Any], shown: bool | None) -> None:
    """What was not read is not known."""
    assert to_ansible(app)["is_disabled"] is shown


def test_what_other_modules_write_is_in_no_request() -> None:
    assert to_graph(to_ansible({"id": "x"}), ("object_id", "required_resource_access", "created_here")) == {}


def test_blank_is_what_entra_makes() -> None:
    assert blank()["sign_in_audience"] == "AzureADMyOrg" and blank()["tags"] == [] and blank()["created_date_time"] is None


def test_dates_of_a_create_and_of_a_read_are_the_same() -> None:
    for text in ("2026-01-01T00:00:00.1234567Z", "2026-01-01T00:00:00Z"):
        assert to_ansible({"createdDateTime": text})["created_date_time"] == "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("text", "words"),
    [(None, []), ("", []), ("None", []), ("All", ["All"]), (" SecurityGroup ,ApplicationGroup,None", ["ApplicationGroup", "SecurityGroup"])],
)
def test_group_claims(text: str | None, words: list[str]) -> None:
    assert claim_set(text) == words


def test_claims_of_both_spellings_are_the_same() -> None:
    graph = {"name": "upn", "source": "", "essential": None, "additionalProperties": ["b", "a"]}
    option = {"name": "upn", "additional_properties": ["a", "b"]}
    assert claim_key(claim(graph)) == claim_key(claim(option)) == ("upn", None, False, ("a", "b"))


def test_owners_that_were_not_read_are_not_no_owners() -> None:
    assert ApplicationCurrent.from_graph(None).owners is None and ApplicationCurrent.from_graph(None, owners=[]).owners == ()
