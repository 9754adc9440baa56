# SPDX-License-Identifier: GPL-3.0-or-later
"""What a token is asked for, with which credential, and what the answers mean."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.explain import cause_of, is_blocked
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.token.model import TokenDesired
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.token.plan import issued, refusal
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConnectorError, CredentialError, OptionError, TransportError

CLIENT = "11111111-2222-3333-4444-555555555555"
TENANT = "5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10"
POWER_PLATFORM = "https://api.powerplatform.com"
# Every code of Entra's token endpoint that is known to occur with these connectors.
KNOWN = (
    7000215, 7000222, 700016, 700038, 7000112, 7000229, 500011, 90002, 900023, 700027, 70021, 700213, 700211, 700212, 70011, 1002012, 70003, 900144,
    7000218, 700025, 50126, 50034, 50076, 53003, 65001, 501051, 50105, 65002, 50059, 50057, 50079, 50053, 700024, 700021, 700023, 50027, 70016,
)  # fmt: skip


def desired(**options: t.Any) -> TokenDesired:
    return TokenDesired.from_options({"tenant_id": TENANT, "client_id": CLIENT, **options})


class TestCredential:
    @pytest.mark.parametrize(
        ("options", "method"),
        [
            ({"client_secret": "s"}, "client_secret"),
            ({"certificate_path": "/x", "certificate_password": "p"}, "certificate"),
            ({"certificate_content": "x", "private_key_path": "/x"}, "certificate"),
            ({"certificate_path": "/x", "private_key_content": "x"}, "certificate"),
            ({"federated_token": "a.b.c"}, "federated"),
            ({"federated_token_file": "/x", "auth_method": "federated"}, "federated"),
            ({"username": "u@x.com", "password": "p", "public_client": True}, "password"),
            ({"username": "u@x.com", "password": "p", "client_secret": "s"}, "password"),
            ({"client_id": None, "auth_method": "azure_cli"}, "azure_cli"),
        ],
    )
    def test_chosen(self, options: dict[str, t.Any], method: str) -> None:
        assert desired(**options).method == method

    @pytest.mark.parametrize(
        ("options", "code", "words"),
        [
            ({}, "no_credential", "No credential"),
            ({"client_secret": ""}, "option_empty", "client_secret is set and empty"),
            ({"client_secret": "s", "certificate_path": "/x"}, "two_credentials", "a certificate and a client secret"),
            ({"client_secret": "s", "auth_method": "certificate"}, "no_credential", "a certificate was not given"),
            ({"client_secret": "s", "client_id": None}, "half_credential", "client_id is missing"),
            ({"username": "u", "public_client": True}, "half_credential", "password is missing"),
            ({"certificate_password": "p"}, "half_credential", "certificate_path is missing"),
            ({"username": "u", "password": "p"}, "option_conflict", "neither"),
            ({"username": "u", "password": "p", "public_client": True, "client_secret": "s"}, "option_conflict", "both"),
            ({"client_secret": "s", "public_client": True}, "option_conflict", "public client has no credential"),
            ({"private_key_content": "x"}, "half_credential", "certificate_path is missing"),
            ({"certificate_path": "/x", "certificate_content": "x"}, "two_credentials", "certificate_path and certificate_content are both set"),
            ({"certificate_path": "/x", "private_key_path": "/x", "private_key_content": "x"}, "two_credentials", "both set"),
            ({"federated_token": "a.b.c", "federated_token_file": "/x"}, "two_credentials", "both set"),
            ({"auth_method": "azure_cli"}, "two_credentials", "client_id is set as well"),
            ({"client_secret": "s", "scope": "User.Read"}, "scope", "/.default"),
            ({"client_secret": "s", "scope": "https://a/.default https://b/.default"}, "scope", "one resource"),
            ({"client_secret": "s", "tenant_id": "common"}, "tenant_id", "many tenants"),
        ],
    )
    def test_refused(self, options: dict[str, t.Any], code: str, words: str) -> None:
        with pytest.raises(ConnectorError) as caught:
            desired(**options)
        assert caught.value.code == code and words in caught.value.message, caught.value.message

    def test_scope(self) -> None:
        assert desired(client_secret="s").scope == "https://graph.microsoft.com/.default"
        assert desired(client_secret="s", cloud="usgov").scope == "https://graph.microsoft.us/.default"
        assert desired(client_secret="s", resource="https://service.powerapps.com/").scope == "https://service.powerapps.com//.default"
        assert desired(client_secret="s", resource=POWER_PLATFORM).what == "the Power Platform API"
        assert desired(username="u", password="p", public_client=True, scope="openid  User.Read").scope == "openid User.Read"


@pytest.mark.parametrize("number", KNOWN)
def test_every_known_code_has_a_cause_and_a_next_step(number: int) -> None:
    cause, step = cause_of(number, tenant=TENANT, client=CLIENT)
    assert cause and step and "{" not in cause + step and step.endswith(".")


def test_which_refusals_say_nothing_about_the_credential() -> None:
    assert all(map(is_blocked, (53003, 50076, 50105, 501051)))
    assert not any(map(is_blocked, (7000215, 65001, 500011, 50126, None)))


class TestRefusal:
    @pytest.mark.parametrize(
        ("error", "outcome", "cause"),
        [
            # A rule of the tenant says nothing about the credential; a wrong secret does.
            (CredentialError("x", code="AADSTS53003", http_status=400), "blocked", "Conditional Access"),
            (CredentialError("x", code="AADSTS7000215", http_status=401), "refused", "secret"),
            # An OAuth error without a number, and a number that nobody knows: what the service said, or else our own sentence.
            (CredentialError("ours", code="invalid_client", http_status=401, service_message="theirs"), "refused", "theirs"),
            (CredentialError("ours", code="AADSTS999999999", http_status=400), "refused", "ours"),
            (CredentialError("ours", http_status=403, advice="Ask."), "refused", "ours"),
        ],
    )
    def test_answers_of_the_token_endpoint(self, error: ConnectorError, outcome: str, cause: str) -> None:
        found = refusal(error, tenant=TENANT, client=CLIENT)
        assert found is not None and found["outcome"] == outcome and cause in found["cause"]
        assert found["code"] == error.code and found["http_status"] == error.http_status and found["message"] == error.service_message

    @pytest.mark.parametrize(
        "error",
        [
            TransportError("no answer"),
            CredentialError("nothing was sent", code="no_credential"),
            CredentialError("x", code="server_error", http_status=500),
            CredentialError("x", code="not_a_token_service", http_status=403),
            OptionError("x", code="scope", http_status=400),
        ],
        ids=["no answer", "nothing sent", "broken service", "something else answered", "our own refusal"],
    )
    def test_what_is_no_answer_of_it(self, error: ConnectorError) -> None:
        assert refusal(error, tenant=TENANT, client=CLIENT) is None

    def test_ids_and_advice_are_kept(self) -> None:
        error = CredentialError("x", code="invalid_grant", http_status=400, request_id="trace", client_request_id="correlation", advice="Ask.")
        found = refusal(error, tenant=TENANT, client=None)
        assert found is not None and (found["trace_id"], found["correlation_id"], found["next_step"]) == ("trace", "correlation", "Ask.")

    def test_client_without_an_id_is_named_in_words(self) -> None:
        found = refusal(CredentialError("x", code="AADSTS700016", http_status=400), tenant=TENANT, client=None)
        assert found is not None and "{" not in found["cause"] + found["next_step"]


class TestIssued:
    def test_an_application(self) -> None:
        found = issued({"aud": "https://graph.microsoft.com", "tid": TENANT, "appid": CLIENT, "oid": "o", "roles": ["b", "a"]}, 1795348800)
        assert (found["audience"], found["tenant_id"], found["app_id"], found["object_id"]) == ("https://graph.microsoft.com", TENANT, CLIENT, "o")
        assert found["roles"] == ["a", "b"] and found["scopes"] == [] and found["account"] is None
        assert found["outcome"] == "issued" and found["expires_at"] == "2026-11-22T12:00:00Z"

    @pytest.mark.parametrize("name", ["upn", "preferred_username", "unique_name"])
    def test_a_person(self, name: str) -> None:
        found = issued({"azp": CLIENT, "scp": "User.Read  openid", name: "anna@contoso.com"}, 0)
        assert (found["app_id"], found["scopes"], found["account"]) == (CLIENT, ["User.Read", "openid"], "anna@contoso.com")

    @pytest.mark.parametrize("claims", [{}, {"roles": "Reader", "scp": ["User.Read"]}])
    def test_a_token_that_says_nothing_readable(self, claims: dict[str, t.Any]) -> None:
        found = issued(claims, 0)
        assert (found["roles"], found["scopes"], found["app_id"], found["claims"]) == ([], [], None, claims)
