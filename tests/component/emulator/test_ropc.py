# SPDX-License-Identifier: GPL-3.0-or-later
"""People at the token endpoint and in a browser: passwords, policies, assignment, consent; and what counts as a client's proof."""

from __future__ import annotations

import typing as t

import pytest
import requests
from tenant_emulator.testing import Emulator

OPERATOR = "d2a8c6e4-71f3-4b95-8e0a-6c4f1d9b3a57"
OKTA = "c7e15b90-4d28-4a6f-b3c1-90f2d6e8a745"
POWER_PLATFORM = "8578e004-a5c6-46e7-913e-12f58912df43"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
USER, GUARDED = "service@contoso.com", "guarded@contoso.com"
NOBODY = "00000000-0000-0000-0000-000000000000"


class People:
    """Contoso's token endpoint, for people."""

    def __init__(self, emulator: Emulator, http: requests.Session) -> None:
        self.emulator, self.http = emulator, http

    def post(self, **form: str) -> requests.Response:
        return self.http.post(f"{self.emulator.login_url}/contoso.com/oauth2/v2.0/token", data=form)

    def password(self, **changes: str) -> requests.Response:
        form = {"grant_type": "password", "client_id": OPERATOR, "username": USER, "password": "emulated-service-password"}
        return self.post(**{**form, "scope": "https://graph.microsoft.com/.default", **changes})

    def refused(self, **changes: str) -> tuple[int, str, int, str]:
        answer = self.password(**changes)
        body = answer.json()
        return answer.status_code, body["error"], body["error_codes"][0], body["error_description"].partition(": ")[2].partition(" Trace ID")[0]

    def principal(self, app_id: str) -> dict[str, t.Any]:
        found = self.emulator.tenant("contoso")["service_principals"].values()
        return t.cast("dict[str, t.Any]", next(item for item in found if item["appId"] == app_id))

    def take_in(self, app_id: str) -> str:
        return str(self.emulator.control("POST", "tenants/contoso/servicePrincipals", {"appId": app_id})["id"])

    def assign(self, principal_id: str) -> None:
        headers = {"Authorization": f"Bearer {self.emulator.token('contoso')['access_token']}"}
        body = {"principalId": self.user_id(), "resourceId": principal_id, "appRoleId": NOBODY}
        url = f"{self.emulator.graph_url}/v1.0/servicePrincipals/{principal_id}/appRoleAssignedTo"
        assert self.http.post(url, json=body, headers=headers).status_code == 201

    def user_id(self, name: str = USER) -> str:
        return next(key for key, item in self.emulator.tenant("contoso")["users"].items() if item["userPrincipalName"] == name)

    def claims(self, answer: requests.Response) -> dict[str, t.Any]:
        import jwt

        assert answer.status_code == 200, answer.text
        return t.cast("dict[str, t.Any]", jwt.decode(answer.json()["access_token"], options={"verify_signature": False}))


@pytest.fixture
def people(emulator: Emulator, http: requests.Session) -> People:
    return People(emulator, http)


# -- passwords --


def test_the_default_people_of_every_customer(emulator: Emulator, http: requests.Session) -> None:
    for tenant in ("contoso", "fabrikam", "northwind"):
        url = f"{emulator.login_url}/{tenant}.com/oauth2/v2.0/token"
        form = {"grant_type": "password", "client_id": OPERATOR, "scope": "https://graph.microsoft.com/.default"}
        plain = http.post(url, data={**form, "username": f"service@{tenant}.com", "password": "emulated-service-password"})
        assert plain.status_code == 200
        guarded = http.post(url, data={**form, "username": f"guarded@{tenant}.com", "password": "emulated-guarded-password"})
        assert guarded.json()["error_codes"] == [50076]
        assert "capolids" in guarded.json()["claims"]


def test_what_a_delegated_token_carries_is_what_was_consented_to(people: People) -> None:
    claims = people.claims(people.password())
    assert set(claims["scp"].split()) == {"openid", "profile", "offline_access", "User.Read"}
    assert (claims["upn"], claims["idtyp"]) == (USER, "user")
    assert "roles" not in claims
    operator, api = people.principal(OPERATOR), people.take_in(POWER_PLATFORM)
    scope = "https://api.powerplatform.com/.default"
    named = f"The user or administrator has not consented to use the application with ID '{OPERATOR}' named 'Tailspin Operator'."
    assert people.refused(scope=scope) == (400, "invalid_grant", 65001, f"{named} Send an interactive authorization request for this user and resource.")
    people.emulator.add_grant("contoso", operator["id"], api, "EnvironmentManagement.Environments.Read", people.user_id())
    answer = people.password(scope=scope)
    claims = people.claims(answer)
    assert (claims["aud"], claims["scp"]) == ("https://api.powerplatform.com", "EnvironmentManagement.Environments.Read")
    assert answer.json()["scope"] == "https://api.powerplatform.com/EnvironmentManagement.Environments.Read"
    assert people.refused(scope=scope, username="platform@contoso.com", password="emulated-platform-password")[2] == 65001
    assert people.refused(scope="https://api.powerplatform.com/Authorization.RoleAssignments.Write")[2] == 65001


def test_errors_of_the_user(people: People) -> None:
    wrong = (400, "invalid_grant", 50126, "Error validating credentials due to invalid username or password.")
    assert people.refused(password="wrong") == wrong
    assert people.refused(username="admin@contoso.com") == wrong
    unknown = "The user account nobody@contoso.com does not exist in the Contoso directory."
    assert people.refused(username="nobody@contoso.com")[:3] == (400, "invalid_grant", 50034)
    assert people.refused(username="nobody@contoso.com")[3].startswith(unknown)
    factor = people.refused(username=GUARDED, password="emulated-guarded-password")
    assert (factor[2], "you must use multi-factor authentication to access '00000003-0000-0000-c000-000000000000'" in factor[3]) == (50076, True)
    assert people.refused(username=GUARDED, password="wrong")[2] == 50126
    people.emulator.update("contoso", "users", people.user_id(), accountEnabled=False)
    assert people.refused()[2] == 50057


def test_too_many_wrong_passwords_lock_the_account(people: People) -> None:
    people.emulator.settings(lockout_threshold=3, lockout_seconds=60)
    for _turn in range(2):
        assert people.refused(password="wrong")[2] == 50126
    assert people.password().status_code == 200  # counts from the start again
    assert [people.refused(password="wrong")[2] for _turn in range(3)] == [50126, 50126, 50126]
    text = "The account is locked, you've tried to sign in too many times with an incorrect user ID or password."
    assert people.refused() == (400, "invalid_grant", 50053, text)
    people.emulator.advance(61)
    assert people.password().status_code == 200


@pytest.mark.parametrize("blocked", [OPERATOR, USER.upper(), "00000003-0000-0000-c000-000000000000"])
def test_conditional_access(people: People, blocked: str) -> None:
    people.emulator.settings(conditional_access_blocks=[blocked])
    text = "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance."
    assert people.refused() == (400, "invalid_grant", 53003, text)
    assert people.refused(password="wrong")[2] == 50126


GRAPH, DIRECTORY = "00000003-0000-0000-c000-000000000000", "00000002-0000-0000-c000-000000000000"


@pytest.mark.parametrize(
    ("excluded", "scopes", "blocked"),
    [
        ([], ["openid", "User.Read"], True),
        ([GRAPH], ["openid", "profile", "User.Read"], True),
        ([GRAPH, OPERATOR, OKTA], ["openid"], True),  # leaving the client out does not help
        ([DIRECTORY], ["openid", "User.Read"], False),
        ([GRAPH], ["openid", "User.Read", "Mail.Read"], False),
        ([DIRECTORY], ["openid", "User.Read", "Mail.Read"], True),
        ([GRAPH.upper()], [".default"], False),
        (None, ["openid", "User.Read"], False),
    ],
)
def test_a_policy_for_all_resources_holds_for_basic_scopes(people: People, excluded: list[str] | None, scopes: list[str], blocked: bool) -> None:
    people.take_in(OKTA)
    people.emulator.settings(conditional_access_all_but=excluded)
    came = people.emulator.sign_in("contoso", OKTA, USER, scopes=scopes, consent="admin")
    # A request for what is granted already, where nothing is, is refused for want of a consent.
    assert came.get("error_code") == (53003 if blocked else 65001 if scopes == [".default"] else None)


def test_assignment(people: People) -> None:
    operator = people.principal(OPERATOR)["id"]
    people.emulator.update("contoso", "servicePrincipals", operator, appRoleAssignmentRequired=True)
    text = f"The signed in user '{USER}' is not assigned to a role for the application '{OPERATOR}'(Tailspin Operator)."
    assert people.refused() == (400, "invalid_grant", 50105, text)


# -- clients --


def test_public_and_confidential_clients(people: People) -> None:
    made = people.emulator.add_application("contoso", displayName="App", secrets=[{"displayName": "one"}])
    client, secret = made["application"]["appId"], made["secrets"][0]["value"]
    needed = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
    assert people.refused(client_id=client) == (401, "invalid_client", 7000218, needed)
    graph = people.principal("00000003-0000-0000-c000-000000000000")["id"]
    people.emulator.add_grant("contoso", made["service_principal"]["id"], graph, "User.Read")
    assert people.password(client_id=client, client_secret=secret).status_code == 200
    people.emulator.update("contoso", "applications", made["application"]["id"], isFallbackPublicClient=True)
    assert people.password(client_id=client).status_code == 200
    public = "Client is public so neither 'client_assertion' nor 'client_secret' should be presented."
    assert people.refused(client_id=client, client_secret=secret) == (401, "invalid_client", 700025, public)
    assert people.refused(client_id="11111111-2222-3333-4444-555555555555")[:3] == (400, "unauthorized_client", 700016)
    assert people.refused(scope="https://api.powerplatform.com/.default")[:3] == (400, "invalid_resource", 500011)


def test_roles_of_any_api_and_its_required_assignment(people: People) -> None:
    emulator = people.emulator
    role = {"id": "0a1b2c3d-0000-4000-8000-000000000001", "value": "Orders.Read", "displayName": "Orders", "description": "Orders"}
    role |= {"allowedMemberTypes": ["Application"], "isEnabled": True}
    api = emulator.add_application("contoso", displayName="Orders", identifierUris=["api://contoso.com/orders"], appRoles=[role])
    client = emulator.add_application("contoso", displayName="Client", secrets=[{"displayName": "one"}])
    ask = ("contoso", client["application"]["appId"], client["secrets"][0]["value"], "api://contoso.com/orders/.default")
    claims = emulator.token(*ask)["claims"]
    assert (claims["aud"], "roles" in claims) == ("api://contoso.com/orders", False)
    emulator.update("contoso", "servicePrincipals", api["service_principal"]["id"], appRoleAssignmentRequired=True)
    answer = emulator.token(*ask)
    assert (answer["status"], answer["error"], answer["error_codes"]) == (400, "invalid_grant", [501051])
    emulator.grant_roles("contoso", client["service_principal"]["id"], ["Orders.Read"], "Orders")
    assert emulator.token(*ask)["claims"]["roles"] == ["Orders.Read"]


def test_federated_assertions(people: People) -> None:
    emulator = people.emulator
    made = emulator.add_application("contoso", displayName="Workload")
    token = emulator.token("contoso")["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    path = f"{emulator.graph_url}/v1.0/applications/{made['application']['id']}/federatedIdentityCredentials"
    emulator.settings(federated_activation_delay=120)
    credential = {"name": "main", "issuer": "https://issuer.example", "subject": "repo:main", "audiences": ["api://AzureADTokenExchange"]}
    assert people.http.post(path, json=credential, headers=headers).status_code == 201

    def ask(issuer: str = "https://issuer.example", subject: str = "repo:main", **more: str) -> tuple[int, int]:
        form = {"grant_type": "client_credentials", "client_id": made["application"]["appId"], "scope": "https://graph.microsoft.com/.default"}
        form |= {"client_assertion_type": ASSERTION, "client_assertion": emulator.assertion(issuer, subject, **more)}
        answer = people.post(**form)
        return answer.status_code, (answer.json().get("error_codes") or [0])[0]

    assert ask() == (401, 70021)
    emulator.advance(121)
    assert ask() == (200, 0)
    assert ask("https://other.example") == (401, 700211)
    assert ask(audience="api://other") == (401, 700212)
    assert ask(subject="repo:Main") == (401, 700213)


# -- a person in a browser: the vendor's application --


@pytest.fixture
def okta(people: People) -> str:
    return people.take_in(OKTA)


def test_the_vendor_application_is_offered_and_verified(people: People, okta: str) -> None:
    principal = people.principal(OKTA)
    assert (principal["id"], principal["displayName"]) == (okta, "Office 365 Admin for Okta Workflows")
    assert principal["appOwnerOrganizationId"] == "5e0b7a42-9c16-4f83-a2d7-e41c8b60f395"
    assert principal["verifiedPublisher"]["displayName"] == "Okta, Inc."


def test_one_users_consent_with_required_assignment_counts_or_not(people: People, okta: str) -> None:
    emulator = people.emulator
    graph = people.principal("00000003-0000-0000-c000-000000000000")["id"]
    scopes = {"scopes": ["User.Read.All", "offline_access"]}
    assert emulator.sign_in("contoso", OKTA, USER, **scopes)["error_code"] == 65001
    emulator.update("contoso", "servicePrincipals", okta, appRoleAssignmentRequired=True)
    assert emulator.sign_in("contoso", OKTA, USER, **scopes)["error_code"] == 50105
    people.assign(okta)
    emulator.add_grant("contoso", okta, graph, "User.Read.All offline_access", people.user_id())
    done = emulator.sign_in("contoso", OKTA, USER, **scopes)
    assert (done["signed_in"], done["scopes"], done["refresh_token"]) == (True, ["User.Read.All", "offline_access"], True)
    emulator.settings(assignment_blocks_single_consent=True)
    assert emulator.sign_in("contoso", OKTA, USER, **scopes)["error_code"] == 65001
    emulator.add_grant("contoso", okta, graph, "User.Read.All offline_access")
    assert emulator.sign_in("contoso", OKTA, USER, **scopes)["signed_in"]
    assert emulator.sign_in("contoso", OKTA, USER, scopes=["Directory.Read.All"])["error_code"] == 65001


SELF = "ManagePermissionGrantsForSelf."
RECOMMENDED, LEGACY, LOW = (f"{SELF}microsoft-user-default-{name}" for name in ("recommended", "legacy", "low"))
MAIL_CLIENTS = f"{SELF}microsoft-user-default-allow-consent-apps"
THUNDERBIRD = "9e5f94bc-e8a4-4e73-b8be-63364c29d753"


@pytest.mark.parametrize(
    ("assigned", "scopes", "may"),
    [
        ([RECOMMENDED], ["User.Read", "offline_access"], True),
        ([RECOMMENDED], ["Contacts.Read"], True),
        ([RECOMMENDED], ["Mail.Send"], True),
        ([RECOMMENDED], ["User.Read", "Mail.Read"], False),
        ([RECOMMENDED], ["MailboxFolder.Read"], False),
        ([RECOMMENDED], ["Contacts.ReadWrite"], False),
        ([RECOMMENDED], ["People.Read"], False),
        ([RECOMMENDED], ["User.Read.All"], False),
        ([LEGACY], ["Mail.Read", "Files.ReadWrite.All"], True),
        ([LEGACY], ["User.Read.All"], False),
        # An exclusion of one policy takes nothing away that another includes.
        ([RECOMMENDED, LEGACY], ["Mail.Read"], True),
        ([MAIL_CLIENTS], ["Mail.Read"], False),
        ([RECOMMENDED.upper(), MAIL_CLIENTS], ["User.Read"], True),
        ([LOW], ["User.Read"], False),
        ([], ["User.Read"], False),
        (["ManagePermissionGrantsForOwnedResource.DeveloperConsent"], ["User.Read"], False),
    ],
)
def test_what_a_user_may_consent_to_is_the_tenants_policy(people: People, okta: str, assigned: list[str], scopes: list[str], may: bool) -> None:
    emulator = people.emulator
    emulator.control("PUT", "tenants/contoso/policies/authorizationPolicy", {"defaultUserRolePermissions": {"permissionGrantPoliciesAssigned": assigned}})
    came = emulator.sign_in("contoso", OKTA, USER, scopes=scopes, consent="user")
    assert (came["signed_in"], came.get("error_code")) == ((True, None) if may else (False, 65001))
    grants = [item for item in emulator.tenant("contoso")["grants"].values() if item["clientId"] == okta]
    assert [(item["consentType"], item["principalId"]) for item in grants] == ([("Principal", people.user_id())] if may else [])
    assert emulator.sign_in("contoso", OKTA, "admin@contoso.com", scopes=["User.Read.All"], consent="admin")["signed_in"]


def test_a_mail_client_that_microsoft_names_gets_mail_alone(people: People) -> None:
    emulator = people.emulator
    emulator.add_foreign_app(THUNDERBIRD, "Thunderbird", "22222222-2222-3333-4444-555555555555")
    people.take_in(THUNDERBIRD)
    policy = {"defaultUserRolePermissions": {"permissionGrantPoliciesAssigned": [MAIL_CLIENTS]}}
    emulator.control("PUT", "tenants/contoso/policies/authorizationPolicy", policy)
    assert emulator.sign_in("contoso", THUNDERBIRD, USER, scopes=["Mail.ReadWrite"], consent="user")["signed_in"]
    assert emulator.sign_in("contoso", THUNDERBIRD, USER, scopes=["User.Read"], consent="user")["error_code"] == 65001


def test_where_assignment_is_required_an_administrator_consents(people: People, okta: str) -> None:
    emulator = people.emulator
    policy = {"defaultUserRolePermissions": {"permissionGrantPoliciesAssigned": [RECOMMENDED, LEGACY]}}
    emulator.control("PUT", "tenants/contoso/policies/authorizationPolicy", policy)
    emulator.update("contoso", "servicePrincipals", okta, appRoleAssignmentRequired=True)
    people.assign(okta)
    assert emulator.sign_in("contoso", OKTA, USER, scopes=["User.Read"], consent="user")["error_code"] == 65001
    emulator.update("contoso", "servicePrincipals", okta, appRoleAssignmentRequired=False)
    assert emulator.sign_in("contoso", OKTA, USER, scopes=["User.Read"], consent="user")["signed_in"]


def test_a_policy_of_the_tenants_own_is_for_its_application(people: People, okta: str) -> None:
    emulator = people.emulator
    headers = {"Authorization": f"Bearer {emulator.token('contoso')['access_token']}"}
    url = f"{emulator.graph_url}/v1.0/policies/permissionGrantPolicies"
    assert people.http.post(url, json={"id": "one", "displayName": "One"}, headers=headers).status_code == 201
    condition = {"permissionType": "delegated", "clientApplicationIds": [OKTA]}
    assert people.http.post(f"{url}/one/includes", json=condition, headers=headers).ok
    policy = {"defaultUserRolePermissions": {"permissionGrantPoliciesAssigned": [f"{SELF}one"]}}
    emulator.control("PUT", "tenants/contoso/policies/authorizationPolicy", policy)
    assert emulator.sign_in("contoso", OPERATOR, USER, scopes=["Mail.Read"], consent="user")["error_code"] == 65001
    assert emulator.sign_in("contoso", OKTA, USER, scopes=["Mail.Read"], consent="user")["signed_in"]


def test_a_browser_sign_in_checks_address_secret_and_second_factor(people: People, okta: str) -> None:
    emulator = people.emulator
    assert emulator.sign_in("contoso", OKTA, USER, redirect_uri="https://elsewhere.example")["error_code"] == 50011
    operator = emulator.sign_in("contoso", OPERATOR, GUARDED, second_factor=False)
    assert (operator["signed_in"], operator["error_code"], operator["error"][:13]) == (False, 50076, "AADSTS50076: ")
    assert emulator.sign_in("contoso", OPERATOR, GUARDED)["signed_in"]
    assert emulator.sign_in("contoso", OPERATOR, GUARDED, client_secret="wrong")["error_code"] == 7000215


# -- reset --


def test_a_reset_forgets_people_vendors_and_products(people: People, okta: str) -> None:
    emulator = people.emulator
    app_id = "11111111-2222-3333-4444-555555555555"
    emulator.add_foreign_app(app_id, "Vendor", "22222222-2222-3333-4444-555555555555")
    people.take_in(app_id)
    emulator.settings(lockout_threshold=1)
    people.refused(password="wrong")
    emulator.consent_template("contoso", False)
    environment = emulator.add_environment("contoso", "Extra")
    emulator.set_workato("contoso", data_center="eu")
    emulator.reset()
    with pytest.raises(Exception, match="no application"):
        people.take_in(app_id)
    assert people.password().status_code == 200
    assert environment["id"] not in emulator.powerplatform("contoso")["environments"]
    assert emulator.workato("contoso")["data_center"] == "us"
