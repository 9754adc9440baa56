# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets, certificates, federated credentials and the policies that limit them."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import re
import typing as t
import uuid

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from tenant_emulator.graph import seed
from tenant_emulator.graph.direct import Direct

BAD = "Request_BadRequest"
CONCURRENT = (
    409,
    "Directory_ConcurrencyViolation",
    "Error due to concurrent requests being made to the tenant. Please wait briefly and retry.",
)


@pytest.fixture
def graph() -> Direct:
    return Direct()


@pytest.fixture
def app(graph: Direct) -> dict[str, t.Any]:
    return graph.ask("POST", "applications", {"displayName": "App"}, 201)


def add(graph: Direct, app: dict, expect: int = 200, **body: t.Any) -> dict[str, t.Any]:
    return graph.ask("POST", f"applications/{app['id']}/addPassword", {"passwordCredential": body}, expect)


def add_refused(graph: Direct, app: dict, **body: t.Any) -> tuple[int, str, str]:
    return graph.refused("POST", f"applications/{app['id']}/addPassword", {"passwordCredential": body})


def secrets_of(graph: Direct, app: dict) -> list[dict]:
    return graph.ask("GET", f"applications/{app['id']}")["passwordCredentials"]


def certificate(days: int = 90, key: t.Any = None) -> bytes:
    key = key or ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(hours=1))
    return builder.not_valid_after(now + dt.timedelta(days=days)).sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def test_a_secret_is_shown_once(graph: Direct, app: dict) -> None:
    made = add(graph, app, displayName="one", endDateTime="2099-01-01T00:00:00Z")
    value = made["secretText"]
    assert len(value) == 40
    assert made["hint"] == value[:3]
    assert made["endDateTime"] == "2099-01-01T00:00:00Z"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z", made["startDateTime"])
    assert value in graph.world.issued
    assert graph.tenant.secrets[made["keyId"]].value == value
    assert graph.tenant.secrets[made["keyId"]].application_id == app["id"]
    stored = secrets_of(graph, app)[0]
    assert stored["secretText"] is None
    assert stored["displayName"] == "one"
    assert value not in json.dumps(graph.ask("GET", "applications"))


def test_a_secret_lives_two_years_by_default(graph: Direct, app: dict) -> None:
    made = graph.ask("POST", f"applications(appId='{app['appId']}')/microsoft.graph.addPassword", None)
    start, end = made["startDateTime"], made["endDateTime"]
    assert int(end[:4]) - int(start[:4]) == 2
    assert made["displayName"] is None


def test_secret_requests_are_checked(graph: Direct, app: dict) -> None:
    assert add_refused(graph, app, colour="red") == (400, BAD, "Invalid property 'colour'.")
    assert add_refused(graph, app, endDateTime="tomorrow")[0] == 400
    assert add_refused(graph, app, startDateTime="2030-01-01T00:00:00Z", endDateTime="2029-01-01T00:00:00Z")[0] == 400
    assert add_refused(graph, app, secretText="mine")[0] == 400
    assert secrets_of(graph, app) == []


def test_secrets_are_removed_by_id(graph: Direct, app: dict) -> None:
    made = add(graph, app)
    path = f"applications/{app['id']}/removePassword"
    other = str(uuid.uuid4())
    assert graph.refused("POST", path, {"keyId": other}) == (400, BAD, f"No password credential found with keyId {other}.")
    graph.ask("POST", path, {"keyId": made["keyId"]}, 204)
    assert secrets_of(graph, app) == []
    assert graph.tenant.secrets == {}
    assert graph.refused("POST", path, {"keyId": made["keyId"]})[2].startswith("No password credential found")


def test_a_new_secret_may_not_be_removable_yet(graph: Direct, app: dict) -> None:
    graph.world.settings.removal_lag = 10
    made = add(graph, app)
    ask = ("POST", f"applications/{app['id']}/removePassword", {"keyId": made["keyId"]})
    assert graph.refused(*ask) == (400, BAD, f"No password credential found with keyId {made['keyId']}.")
    graph.world.clock.advance(11)
    graph.ask(*ask, expect=204)


def test_a_secret_becomes_active_later_if_so_configured(graph: Direct, app: dict) -> None:
    graph.world.settings.secret_activation_delay = 15
    made = add(graph, app)
    wait = (graph.tenant.secrets[made["keyId"]].active_from - graph.world.clock.now()).total_seconds()
    assert 14 < wait <= 15


def test_quick_credential_writes_collide(graph: Direct, app: dict) -> None:
    graph.world.settings.concurrency_window = 5
    made = add(graph, app)
    assert add_refused(graph, app) == CONCURRENT
    assert graph.refused("POST", f"applications/{app['id']}/removePassword", {"keyId": made["keyId"]}) == CONCURRENT
    assert graph.refused("PATCH", f"applications/{app['id']}", {"keyCredentials": []}) == CONCURRENT
    graph.world.clock.advance(6)
    add(graph, app)


def test_personal_accounts_allow_two_secrets(graph: Direct) -> None:
    body = {
        "displayName": "p",
        "signInAudience": "AzureADandPersonalMicrosoftAccount",
        "api": {"requestedAccessTokenVersion": 2},
    }
    app = graph.ask("POST", "applications", body, 201)
    add(graph, app)
    add(graph, app)
    assert add_refused(graph, app)[2].startswith("The size of the object has exceeded its limit.")


def test_secrets_of_the_create_body_are_answered(graph: Direct) -> None:
    made = graph.ask("POST", "applications", {"displayName": "a", "passwordCredentials": [{"displayName": "s"}]}, 201)
    assert len(made["passwordCredentials"][0]["secretText"]) == 40
    assert secrets_of(graph, made)[0]["secretText"] is None


def test_a_service_principal_has_secrets_too(graph: Direct) -> None:
    made = graph.ask("POST", f"servicePrincipals/{graph.caller['id']}/addPassword", {"passwordCredential": {}})
    graph.ask("POST", f"servicePrincipals/{graph.caller['id']}/removePassword", {"keyId": made["keyId"]}, 204)


def test_certificates_by_patch(graph: Direct, app: dict) -> None:
    path = f"applications/{app['id']}"
    der, more = certificate(), certificate()
    body = {"type": "AsymmetricX509Cert", "usage": "Verify", "key": base64.b64encode(der).decode(), "displayName": "c"}
    graph.ask("PATCH", path, {"keyCredentials": [body]}, 204)
    stored = graph.ask("GET", path)["keyCredentials"]
    assert stored[0]["key"] is None
    assert stored[0]["customKeyIdentifier"] == base64.b64encode(hashlib.sha1(der).digest()).decode()
    assert graph.tenant.certificates[stored[0]["keyId"]] == der
    full = graph.ask("GET", f"{path}?$select=keyCredentials")["keyCredentials"]
    assert base64.b64decode(full[0]["key"]) == der
    # What was read is sent back with a null key, and one more.
    graph.ask("PATCH", path, {"keyCredentials": [*stored, {**body, "key": base64.b64encode(more).decode()}]}, 204)
    assert len(graph.ask("GET", path)["keyCredentials"]) == 2
    changed = {**stored[0], "displayName": "other"}
    assert graph.refused("PATCH", path, {"keyCredentials": [changed]}) == (
        400,
        BAD,
        f"Update to existing credential with KeyId '{stored[0]['keyId']}' is not allowed.",
    )
    graph.ask("PATCH", path, {"keyCredentials": []}, 204)
    assert graph.tenant.certificates == {}
    wrong = {**body, "key": base64.b64encode(b"no certificate").decode()}
    assert graph.refused("PATCH", path, {"keyCredentials": [wrong]})[2].startswith("Invalid value specified for property 'key")
    late = {**body, "endDateTime": "2199-01-01T00:00:00Z"}
    assert graph.refused("PATCH", path, {"keyCredentials": [late]}) == (400, BAD, "Key credential end date is invalid.")


def pair(graph: Direct, app: dict, **body: t.Any) -> tuple[int, str, str]:
    key = base64.b64encode(certificate()).decode()
    return graph.refused("PATCH", f"applications/{app['id']}", {"keyCredentials": [{"type": "AsymmetricX509Cert", "usage": "Verify", "key": key, **body}]})


def test_what_a_new_certificate_may_be(graph: Direct, app: dict) -> None:
    for body in ({"usage": "Sign"}, {"type": "X509CertAndPassword"}, {"usage": None}, {"type": None}, {"type": "Other"}):
        assert pair(graph, app, **body)[2].startswith("Invalid value specified for property 'keyCredentials'"), body
    over = {"startDateTime": "2020-01-01T00:00:00Z", "endDateTime": "2021-01-01T00:00:00Z"}
    assert pair(graph, app, **over) == (400, BAD, "Key credential end date is invalid.")
    key = base64.b64encode(certificate()).decode()
    both = [{"type": "X509CertAndPassword", "usage": "Sign", "key": key}, {"type": "AsymmetricX509Cert", "usage": "Verify", "key": key}]
    graph.ask("PATCH", f"applications/{app['id']}", {"keyCredentials": both}, 204)


def test_an_expired_certificate_is_refused(graph: Direct, app: dict) -> None:
    """The dates come from the certificate when the request has none."""
    graph.world.clock.advance(91 * 86400)
    assert pair(graph, app) == (400, BAD, "Key credential end date is invalid.")


def test_entries_are_sent_back_whole(graph: Direct, app: dict) -> None:
    path = f"applications/{app['id']}"
    entry = seed.add_certificate(graph.world, graph.tenant, app["id"], certificate())
    for body in ({"keyId": entry["keyId"]}, {**entry, "usage": None}, {**entry, "type": None}):
        assert graph.refused("PATCH", path, {"keyCredentials": [body]})[2].startswith("Invalid value specified for property 'keyCredentials'")
    thumbprint = base64.b64decode(entry["customKeyIdentifier"]).hex().upper()
    graph.ask("PATCH", path, {"keyCredentials": [{**entry, "key": None, "customKeyIdentifier": thumbprint}]}, 204)
    other = {**entry, "key": None, "customKeyIdentifier": "0" * 40}
    assert "is not allowed" in graph.refused("PATCH", path, {"keyCredentials": [other]})[2]


def test_a_secret_that_is_over_already_is_refused(graph: Direct, app: dict) -> None:
    wanted = {"startDateTime": "2020-01-01T00:00:00Z", "endDateTime": "2021-01-01T00:00:00Z"}
    assert add_refused(graph, app, **wanted) == (400, BAD, "Password credential end date is invalid.")


def test_a_full_application_takes_no_credential(graph: Direct, app: dict) -> None:
    key = rsa.generate_private_key(65537, 2048)
    entry = seed.add_certificate(graph.world, graph.tenant, app["id"], certificate(key=key))
    graph.tenant.applications[app["id"]]["tags"] = [f"tag-{number}" for number in range(1000)]
    assert add_refused(graph, app)[:2] == (403, "Directory_ResourceSizeExceeded")
    now = int(graph.world.clock.now().timestamp())
    proof = jwt.encode({"aud": "00000002-0000-0000-c000-000000000000", "iss": app["id"], "nbf": now, "exp": now + 600}, key, "RS256")
    body = {"keyCredential": {**entry, "keyId": None, "key": base64.b64encode(certificate()).decode()}, "proof": proof}
    assert graph.refused("POST", f"applications/{app['id']}/addKey", body)[:2] == (403, "Directory_ResourceSizeExceeded")


def test_rolling_a_certificate_needs_a_proof(graph: Direct, app: dict) -> None:
    key = rsa.generate_private_key(65537, 2048)
    entry = seed.add_certificate(graph.world, graph.tenant, app["id"], certificate(key=key))
    body = {"type": "AsymmetricX509Cert", "usage": "Verify", "key": base64.b64encode(certificate()).decode()}
    path = f"applications/{app['id']}"
    now = int(graph.world.clock.now().timestamp())
    claims = {"aud": "00000002-0000-0000-c000-000000000000", "iss": app["id"], "nbf": now, "exp": now + 600}
    proof = jwt.encode(claims, key, "RS256")
    wrong = jwt.encode({**claims, "iss": app["appId"]}, key, "RS256")
    assert graph.refused("POST", f"{path}/addKey", {"keyCredential": body, "proof": wrong})[0] == 401
    added = graph.ask("POST", f"{path}/addKey", {"keyCredential": body, "passwordCredential": None, "proof": proof})
    assert added["key"] is None
    graph.ask("POST", f"{path}/removeKey", {"keyId": entry["keyId"], "proof": proof}, 204)
    assert [item["keyId"] for item in graph.ask("GET", path)["keyCredentials"]] == [added["keyId"]]


def test_an_application_rolls_its_own_certificate_without_a_permission(graph: Direct, app: dict) -> None:
    key = rsa.generate_private_key(65537, 2048)
    seed.add_certificate(graph.world, graph.tenant, app["id"], certificate(key=key))
    body = {"type": "AsymmetricX509Cert", "usage": "Verify", "key": base64.b64encode(certificate()).decode()}
    path = f"applications/{app['id']}"
    now = int(graph.world.clock.now().timestamp())
    claims = {"aud": "00000002-0000-0000-c000-000000000000", "iss": app["id"], "nbf": now, "exp": now + 600}
    graph.roles = ()
    signed = {"keyCredential": body, "proof": jwt.encode(claims, key, "RS256")}
    assert graph.refused("POST", f"{path}/addKey", signed)[:2] == (403, "Authorization_RequestDenied")
    graph.caller = {"appId": app["appId"], "id": str(uuid.uuid4())}
    assert graph.refused("GET", path)[0] == 403
    for wrong in ({"exp": now + 601}, {"nbf": now + 301}, {"exp": now}, {"aud": "00000003-0000-0000-c000-000000000000"}, {"nbf": None}):
        proof = jwt.encode({name: value for name, value in {**claims, **wrong}.items() if value is not None}, key, "RS256")
        refused = graph.refused("POST", f"{path}/addKey", {"keyCredential": body, "proof": proof})
        assert refused[:2] == (401, "Authentication_MissingOrMalformed"), wrong
    other = {"keyCredential": body, "proof": jwt.encode(claims, key, "PS256")}
    assert graph.refused("POST", f"{path}/addKey", other)[0] == 401
    added = graph.ask("POST", f"applications(appId='{app['appId']}')/addKey", signed)
    graph.ask("POST", f"{path}/removeKey", {"keyId": added["keyId"], "proof": signed["proof"]}, 204)


# -- app management policies --


def restriction(kind: str, **more: t.Any) -> dict[str, t.Any]:
    return {"restrictionType": kind, "state": "enabled", "maxLifetime": None, "restrictForAppsCreatedAfterDateTime": None, **more}


def default_policy(graph: Direct, *rules: dict) -> None:
    body = {"isEnabled": True, "applicationRestrictions": {"passwordCredentials": list(rules)}}
    graph.ask("PATCH", "policies/defaultAppManagementPolicy", body, 204)


def test_the_default_policy_caps_and_forbids(graph: Direct, app: dict) -> None:
    assert graph.ask("GET", "policies/defaultAppManagementPolicy")["isEnabled"] is False
    policy = "00000000-0000-0000-0000-000000000000"
    default_policy(graph, restriction("passwordLifetime", maxLifetime="P90D"))
    message = f"Credential lifetime exceeds the max value allowed as per assigned policy '{policy}'."
    response = graph.send("POST", f"applications/{app['id']}/addPassword", {"passwordCredential": {}})
    error = json.loads(response.body)["error"]
    assert response.status == 400
    assert (error["code"], error["message"]) == ("CredentialInvalidLifetimeAsPerAppPolicy", message)
    assert error["details"] == [{"code": "InvalidKeyEndDate", "message": message, "target": "EndDate"}]
    end = (graph.world.clock.now() + dt.timedelta(days=89)).strftime("%Y-%m-%dT%H:%M:%SZ")
    add(graph, app, endDateTime=end)
    default_policy(graph, restriction("passwordAddition"))
    assert add_refused(graph, app, endDateTime=end) == (
        400,
        "CredentialTypeNotAllowedAsPerAppPolicy",
        f"Credential type not allowed as per assigned policy '{policy}'.",
    )
    default_policy(graph, restriction("passwordAddition", state="disabled"))
    add(graph, app)


def test_a_policy_looks_at_the_date_of_creation(graph: Direct, app: dict) -> None:
    default_policy(graph, restriction("passwordAddition", restrictForAppsCreatedAfterDateTime="2099-01-01T00:00:00Z"))
    add(graph, app)
    default_policy(graph, restriction("passwordAddition", restrictForAppsCreatedAfterDateTime="2019-06-01T00:00:00Z"))
    assert add_refused(graph, app)[1] == "CredentialTypeNotAllowedAsPerAppPolicy"
    graph.tenant.applications[app["id"]]["createdDateTime"] = None
    add(graph, app)  # counts as created at the beginning of 2019


def test_a_policy_limits_certificates(graph: Direct, app: dict) -> None:
    rule = restriction("asymmetricKeyLifetime", maxLifetime="P30D")
    body = {"isEnabled": True, "applicationRestrictions": {"keyCredentials": [rule]}}
    graph.ask("PATCH", "policies/defaultAppManagementPolicy", body, 204)
    key = {"type": "AsymmetricX509Cert", "usage": "Verify", "key": base64.b64encode(certificate(90)).decode()}
    refused = graph.refused("PATCH", f"applications/{app['id']}", {"keyCredentials": [key]})
    assert refused[1] == "CredentialInvalidLifetimeAsPerAppPolicy"


EXEMPT = {
    "customSecurityAttributes": [
        {"@odata.type": "#microsoft.graph.customSecurityAttributeStringValueExemption", "id": "Compliance_AppPolicy", "operator": "equals", "value": "exempt"}
    ]
}


@pytest.mark.parametrize(
    ("attributes", "free"),
    [
        (None, False),
        ({"Compliance": {"AppPolicy": "exempt"}}, True),
        ({"Compliance": {"AppPolicy": "Exempt"}}, False),
        ({"Compliance": {"Other": "exempt"}}, False),
        ({"Other": {"AppPolicy": "exempt"}}, False),
    ],
)
def test_callers_with_an_attribute_are_exempt(graph: Direct, app: dict, attributes: dict | None, free: bool) -> None:
    graph.tenant.policies["defaultAppManagementPolicy"] = {
        "isEnabled": True,
        "applicationRestrictions": {"passwordCredentials": [restriction("passwordAddition", excludeActors=EXEMPT)]},
    }
    graph.caller["customSecurityAttributes"] = attributes
    if free:
        add(graph, app)
    else:
        assert add_refused(graph, app)[1] == "CredentialTypeNotAllowedAsPerAppPolicy"


def test_a_policy_for_certificates_of_named_authorities_takes_no_self_signed_one(graph: Direct, app: dict) -> None:
    rule = restriction("trustedCertificateAuthority", certificateBasedApplicationConfigurationIds=["x"])
    graph.tenant.policies["defaultAppManagementPolicy"] = {"isEnabled": True, "applicationRestrictions": {"keyCredentials": [rule]}}
    key = {"type": "AsymmetricX509Cert", "usage": "Verify", "key": base64.b64encode(certificate(90)).decode()}
    assert graph.refused("PATCH", f"applications/{app['id']}", {"keyCredentials": [key]})[1] == "CredentialTypeNotAllowedAsPerAppPolicy"
    graph.tenant.policies["defaultAppManagementPolicy"]["isEnabled"] = False
    graph.ask("PATCH", f"applications/{app['id']}", {"keyCredentials": [key]}, 204)


@pytest.mark.parametrize(
    ("restricted", "audience", "allowed"),
    [
        ("azureAdMultipleOrgs", "AzureADMultipleOrgs", False),
        ("azureAdMultipleOrgs", "AzureADMyOrg", True),
        ("personalMicrosoftAccount", "AzureADMultipleOrgs", True),
    ],
)
def test_a_policy_forbids_audiences(graph: Direct, app: dict, restricted: str, audience: str, allowed: bool) -> None:
    rules = {"audiences": {restricted: {"state": "enabled"}}}
    graph.tenant.policies["defaultAppManagementPolicy"] = {"isEnabled": True, "applicationRestrictions": rules}
    new, change = {"displayName": "New", "signInAudience": audience}, {"signInAudience": audience}
    if allowed:
        graph.ask("POST", "applications", new, 201)
        graph.ask("PATCH", f"applications/{app['id']}", change, 204)
        return
    assert graph.refused("POST", "applications", new)[1] == "SignInAudienceNotAllowedAsPerAppPolicy"
    assert graph.refused("PATCH", f"applications/{app['id']}", change)[1] == "SignInAudienceNotAllowedAsPerAppPolicy"
    graph.ask("PATCH", f"applications/{app['id']}", {"displayName": "Renamed"}, 204)
    # A policy of its own lifts it for one application.
    graph.tenant.policies["appManagementPolicies"] = {
        "own": {"id": "own", "isEnabled": True, "restrictions": {"applicationRestrictions": {"audiences": {restricted: {"state": "disabled"}}}}}
    }
    graph.tenant.policy_links[app["id"]] = ["own"]
    graph.ask("PATCH", f"applications/{app['id']}", change, 204)


def test_an_assigned_policy_replaces_the_default(graph: Direct, app: dict) -> None:
    default_policy(graph, restriction("passwordAddition"))
    rules = {"passwordCredentials": [restriction("passwordAddition", state="disabled"), restriction("passwordLifetime", maxLifetime="P10D")]}
    body = {"displayName": "p", "isEnabled": True, "restrictions": rules}
    policy = graph.ask("POST", "policies/appManagementPolicies", body, 201)
    path = f"applications/{app['id']}/appManagementPolicies"
    reference = {"@odata.id": f"https://graph.microsoft.com/v1.0/policies/appManagementPolicies/{policy['id']}"}
    graph.ask("POST", f"{path}/$ref", reference, 204)
    assert [item["id"] for item in graph.ask("GET", path)["value"]] == [policy["id"]]
    applies = graph.ask("GET", f"policies/appManagementPolicies/{policy['id']}/appliesTo")["value"]
    assert [item["id"] for item in applies] == [app["id"]]
    assert add_refused(graph, app) == (
        400,
        "CredentialInvalidLifetimeAsPerAppPolicy",
        f"Credential lifetime exceeds the max value allowed as per assigned policy '{policy['id']}'.",
    )
    end = (graph.world.clock.now() + dt.timedelta(days=9)).strftime("%Y-%m-%dT%H:%M:%SZ")
    add(graph, app, endDateTime=end)
    graph.ask("DELETE", f"{path}/{policy['id']}/$ref", expect=204)
    assert add_refused(graph, app)[1] == "CredentialTypeNotAllowedAsPerAppPolicy"
    graph.ask("PATCH", f"policies/appManagementPolicies/{policy['id']}", {"isEnabled": False}, 204)
    graph.ask("DELETE", f"policies/appManagementPolicies/{policy['id']}", expect=204)
    bad = {"displayName": "p", "restrictions": {"passwordCredentials": [restriction("secretRule")]}}
    assert graph.refused("POST", "policies/appManagementPolicies", bad)[0] == 400


def test_authorization_policy(graph: Direct) -> None:
    policy = graph.ask("GET", "policies/authorizationPolicy")
    assert policy["defaultUserRolePermissions"]["permissionGrantPoliciesAssigned"]


# -- federated identity credentials --


def federated(**more: t.Any) -> dict[str, t.Any]:
    return {"name": "main", "issuer": "https://i.example", "subject": "s", "audiences": ["api://AzureADTokenExchange"], **more}


def test_federated_credentials(graph: Direct, app: dict) -> None:
    path = f"applications/{app['id']}/federatedIdentityCredentials"
    made = graph.ask("POST", path, federated(), 201)
    assert made["@odata.context"].endswith(f"#applications('{app['id']}')/federatedIdentityCredentials/$entity")
    for key in (f"/{made['id']}", "/main", "(name='main')"):
        assert graph.ask("GET", path + key)["subject"] == "s"
    assert graph.tenant.federated[app["id"]][0]["issuer"] == "https://i.example"
    assert graph.refused("POST", path, federated(subject="t")) == (
        409,
        "Request_MultipleObjectsWithSameKeyValue",
        "FederatedIdentityCredential with name main already exists.",
    )
    assert graph.refused("POST", path, federated(name="other")) == (400, BAD, "Combination of issuer and subject must be unique")
    assert graph.refused("POST", path, federated(name="a b", subject="t")) == (400, BAD, "Name value is not a valid URI last segment")
    graph.ask("PATCH", f"{path}/main", {"name": "main", "subject": "u"}, 204)
    assert graph.refused("PATCH", f"{path}/main", {"name": "new"}) == (
        400,
        BAD,
        "Name is immutable and cannot be changed after creation",
    )
    assert graph.refused("GET", f"{path}/gone") == (
        404,
        "Request_ResourceNotFound",
        "FederatedIdentityCredential with name gone not found.",
    )
    assert graph.refused("POST", path, federated(name="two", audiences=["a", "b"], subject="x"))[0] == 400
    upsert = {"issuer": "https://i.example", "subject": "z", "audiences": ["a"]}
    prefer = {"Prefer": "create-if-missing"}
    graph.ask("PATCH", f"{path}(name='three')", upsert, 201, headers=prefer)
    graph.ask("PATCH", f"{path}(name='three')", upsert, 204, headers=prefer)
    assert len(graph.ask("GET", f"{path}?$filter=name eq 'three'")["value"]) == 1
    graph.ask("DELETE", f"{path}/main", expect=204)
    for number in range(19):
        graph.ask("POST", path, federated(name=f"n{number}x", subject=f"n{number}"), 201)
    assert graph.refused("POST", path, federated(name="more", subject="more"))[0] == 403
