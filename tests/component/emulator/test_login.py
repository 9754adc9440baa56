# SPDX-License-Identifier: GPL-3.0-or-later
"""The token endpoint and discovery, as a client sees them."""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
import typing as t
import uuid

import jwt
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from support.certificates import certificate, register
from tenant_emulator.testing import Emulator

GRAPH = "https://graph.microsoft.com/.default"
CONTOSO = "2f4c9a1e-7d05-4b6f-8e3a-c1d9b0a47f52"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def post(http: requests.Session, emulator: Emulator, tenant: str = "contoso.com", **form: str) -> requests.Response:
    return http.post(f"{emulator.login_url}/{tenant}/oauth2/v2.0/token", data=form)


def secret_form(emulator: Emulator, **changes: str) -> dict[str, str]:
    identity = emulator.identity()
    form = {"grant_type": "client_credentials", "scope": GRAPH}
    return {**form, "client_id": identity["client_id"], "client_secret": identity["secret"], **changes}


def without(form: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in form.items() if key != name}


def check(answer: requests.Response, status: int, error: str, number: int) -> dict[str, t.Any]:
    """The envelope every error has."""
    body: dict[str, t.Any] = answer.json()
    assert (answer.status_code, body["error"], body["error_codes"]) == (status, error, [number])
    stamp = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ"
    form = rf"AADSTS{number}: .+ Trace ID: {body['trace_id']} Correlation ID: {body['correlation_id']} Timestamp: {stamp}"
    assert re.fullmatch(form, body["error_description"])
    assert re.fullmatch(stamp, body["timestamp"])
    assert answer.headers["x-ms-request-id"] == body["trace_id"]
    return body


@pytest.mark.parametrize("name", ["contoso.com", "contoso.onmicrosoft.com", "CONTOSO.com", CONTOSO, CONTOSO.upper()])
@pytest.mark.parametrize("version", ["/v2.0", ""])
def test_discovery_names_the_tenant_by_its_id(http: requests.Session, emulator: Emulator, name: str, version: str) -> None:
    found = http.get(f"{emulator.login_url}/{name}{version}/.well-known/openid-configuration").json()
    assert found["token_endpoint"] == f"{emulator.login_url}/{CONTOSO}/oauth2/v2.0/token"
    assert CONTOSO in found["issuer"]


def test_discovery_of_an_unknown_tenant(http: requests.Session, emulator: Emulator) -> None:
    answer = http.get(f"{emulator.login_url}/nobody.example/v2.0/.well-known/openid-configuration")
    check(answer, 400, "invalid_tenant", 90002)


def test_user_realm_is_not_there(http: requests.Session, emulator: Emulator) -> None:
    assert http.get(f"{emulator.login_url}/common/userrealm/a@contoso.com?api-version=1.0").status_code == 404


def test_graph_token_is_version_1_and_carries_the_assigned_roles(http: requests.Session, emulator: Emulator) -> None:
    answer = post(http, emulator, **secret_form(emulator))
    body = answer.json()
    assert set(body) == {"token_type", "expires_in", "ext_expires_in", "access_token"}
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3599)
    keys = http.get(f"{emulator.login_url}/{CONTOSO}/discovery/v2.0/keys").json()["keys"]
    claims = jwt.decode(
        body["access_token"],
        jwt.PyJWK(keys[0]).key,
        algorithms=["RS256"],
        audience="https://graph.microsoft.com",
        issuer=f"https://sts.windows.net/{CONTOSO}/",
    )
    header = jwt.get_unverified_header(body["access_token"])
    assert set(header) == {"alg", "typ", "kid"} and header["kid"] == keys[0]["kid"]
    assert claims["ver"] == "1.0" and claims["idtyp"] == "app" and claims["tid"] == CONTOSO
    assert claims["appid"] == emulator.identity()["client_id"]
    assert claims["roles"] == sorted(emulator.identity()["permissions"]["Microsoft Graph"])
    assert claims["oid"] in emulator.tenant("contoso")["service_principals"]


def test_roles_follow_the_state_and_only_of_the_resource(emulator: Emulator) -> None:
    made = emulator.add_application("contoso", displayName="Fresh", secrets=[{"displayName": "one"}])
    client, value = made["application"]["appId"], made["secrets"][0]["value"]
    assert "roles" not in emulator.token("contoso", client, value)["claims"]
    emulator.grant_roles("contoso", made["service_principal"]["id"], ["User.Read.All"])
    assert emulator.token("contoso", client, value)["claims"]["roles"] == ["User.Read.All"]


def test_http_basic(http: requests.Session, emulator: Emulator) -> None:
    form = secret_form(emulator)
    pair = f"{form.pop('client_id')}:{form.pop('client_secret').replace('~', '%7E')}"
    headers = {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
    answer = http.post(f"{emulator.login_url}/{CONTOSO}/oauth2/v2.0/token", data=form, headers=headers)
    assert answer.status_code == 200


def test_one_identity_for_all_customers(emulator: Emulator) -> None:
    subjects = {emulator.token(name)["claims"]["oid"] for name in ("contoso", "fabrikam", "northwind")}
    assert len(subjects) == 3


def test_errors_of_the_request(http: requests.Session, emulator: Emulator) -> None:
    form = secret_form(emulator)
    check(post(http, emulator, "nobody.example", **form), 400, "invalid_request", 90002)
    check(post(http, emulator, str(uuid.uuid4()), **form), 400, "invalid_request", 90002)
    check(post(http, emulator, "contoso", **form), 400, "invalid_request", 900023)
    for name in ("grant_type", "client_id"):
        text = check(post(http, emulator, **without(form, name)), 400, "invalid_request", 900144)["error_description"]
        assert f"parameter: '{name}'." in text
    body = check(post(http, emulator, **{**form, "grant_type": "magic"}), 400, "unsupported_grant_type", 70003)
    assert "error_uri" not in body
    check(post(http, emulator, **without(form, "client_secret")), 401, "invalid_client", 7000218)
    check(post(http, emulator, **without(form, "scope")), 400, "invalid_scope", 70011)
    check(post(http, emulator, **{**form, "scope": "User.Read"}), 400, "invalid_scope", 1002012)
    body = check(post(http, emulator, **{**form, "scope": "api://none/.default"}), 400, "invalid_resource", 500011)
    assert "named api://none was not found in the tenant named Contoso." in body["error_description"]
    json_answer = http.post(f"{emulator.login_url}/contoso.com/oauth2/v2.0/token", json=form)
    check(json_answer, 400, "invalid_request", 900144)


def test_the_correlation_id_is_the_clients(http: requests.Session, emulator: Emulator) -> None:
    wanted = str(uuid.uuid4())
    answer = http.post(
        f"{emulator.login_url}/contoso.com/oauth2/v2.0/token",
        data=secret_form(emulator, client_secret="wrong"),
        headers={"client-request-id": wanted},
    )
    body = check(answer, 401, "invalid_client", 7000215)
    assert body["correlation_id"] == wanted == answer.headers["client-request-id"]
    assert body["error_uri"] == "https://login.microsoftonline.com/error?code=7000215"


def test_errors_of_the_client(http: requests.Session, emulator: Emulator) -> None:
    form = secret_form(emulator)
    unknown = str(uuid.uuid4())
    body = check(post(http, emulator, **{**form, "client_id": unknown}), 400, "unauthorized_client", 700016)
    assert f"identifier '{unknown}' was not found in the directory 'Contoso'." in body["error_description"]
    zero = str(uuid.UUID(int=0))
    assert "error_uri" not in check(post(http, emulator, **{**form, "client_id": zero}), 400, "unauthorized_client", 700038)

    made = emulator.add_application("contoso", displayName="No principal", service_principal=False, secrets=[{}])
    mine = {**form, "client_id": made["application"]["appId"], "client_secret": made["secrets"][0]["value"]}
    check(post(http, emulator, **mine), 400, "unauthorized_client", 7000229)
    check(post(http, emulator, "fabrikam.com", **mine), 400, "unauthorized_client", 700016)

    made = emulator.add_application("contoso", displayName="Off", secrets=[{}])
    mine = {**form, "client_id": made["application"]["appId"], "client_secret": made["secrets"][0]["value"]}
    assert post(http, emulator, **mine).status_code == 200
    emulator.update("contoso", "servicePrincipals", made["service_principal"]["id"], accountEnabled=False)
    body = check(post(http, emulator, **mine), 400, "unauthorized_client", 7000112)
    assert f"Application '{mine['client_id']}'(Off) is disabled." in body["error_description"]


@pytest.mark.parametrize("shut", [{"isDisabled": True}, {"disabledByMicrosoftStatus": "DisabledDueToViolationOfServicesAgreement"}])
@pytest.mark.parametrize("collection", ["applications", "servicePrincipals"])
def test_a_deactivated_client_gets_no_token(http: requests.Session, emulator: Emulator, shut: dict, collection: str) -> None:
    made = emulator.add_application("contoso", displayName="Off", secrets=[{}])
    mine = {"client_id": made["application"]["appId"], "client_secret": made["secrets"][0]["value"]}
    item = made["application"] if collection == "applications" else made["service_principal"]
    emulator.update("contoso", collection, item["id"], **shut)
    check(post(http, emulator, **{**secret_form(emulator), **mine}), 400, "unauthorized_client", 7000112)
    emulator.update("contoso", collection, item["id"], **dict.fromkeys(shut))
    assert post(http, emulator, **{**secret_form(emulator), **mine}).status_code == 200


@pytest.mark.parametrize("shut", [{"accountEnabled": False}, {"isDisabled": True}])
def test_no_token_for_a_disabled_api(http: requests.Session, emulator: Emulator, shut: dict) -> None:
    made = emulator.add_application("contoso", displayName="API")
    form = {**secret_form(emulator), "scope": f"{made['application']['appId']}/.default"}
    assert post(http, emulator, **form).status_code == 200
    emulator.update("contoso", "servicePrincipals", made["service_principal"]["id"], **shut)
    check(post(http, emulator, **form), 400, "invalid_resource", 500014)


def test_a_secret_lives_between_its_dates_and_after_its_activation(emulator: Emulator) -> None:
    now = dt.datetime.now(dt.UTC)

    def stamp(days: float) -> str:
        return (now + dt.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")

    secrets = [
        {"displayName": "later", "startDateTime": stamp(10), "endDateTime": stamp(30)},
        {"displayName": "past", "startDateTime": stamp(-30), "endDateTime": stamp(-1)},
    ]
    made = emulator.add_application("contoso", displayName="Dates", secrets=secrets)
    client = made["application"]["appId"]
    later, past = (item["value"] for item in made["secrets"])
    assert emulator.token("contoso", client, past)["error_codes"] == [7000222]
    assert emulator.token("contoso", client, later)["error_codes"] == [7000215]
    emulator.advance(11 * 86400)
    assert emulator.token("contoso", client, later)["status"] == 200
    emulator.advance(30 * 86400)
    assert emulator.token("contoso", client, later)["error_codes"] == [7000222]


def test_a_removed_secret_is_refused(emulator: Emulator) -> None:
    made = emulator.add_application("contoso", displayName="Gone", secrets=[{}])
    client, secret = made["application"]["appId"], made["secrets"][0]
    assert emulator.token("contoso", client, secret["value"])["status"] == 200
    emulator.control("DELETE", f"tenants/contoso/applications/{made['application']['id']}/secrets/{secret['key_id']}")
    assert emulator.token("contoso", client, secret["value"])["error_codes"] == [7000215]


def test_conditional_access(emulator: Emulator) -> None:
    emulator.settings(conditional_access_blocks=[emulator.identity()["client_id"]])
    assert emulator.token("contoso")["error_codes"] == [53003]


def test_own_api(emulator: Emulator) -> None:
    api = {"requestedAccessTokenVersion": 2}
    made = emulator.add_application("contoso", displayName="API", identifierUris=["api://payroll"], api=api, secrets=[{}])
    client, value = made["application"]["appId"], made["secrets"][0]["value"]
    claims = emulator.token("contoso", client, value, "api://payroll/.default")["claims"]
    assert (claims["aud"], claims["ver"], claims["azp"], claims["azpacr"]) == (client, "2.0", client, "1")
    assert claims["iss"] == f"https://login.microsoftonline.com/{CONTOSO}/v2.0"

    emulator.update("contoso", "servicePrincipals", made["service_principal"]["id"], appRoleAssignmentRequired=True)
    other = emulator.token("contoso", scope="api://payroll/.default")
    assert other["error_codes"] == [501051] and other["error"] == "invalid_grant"


# -- certificates and federation -------------------------------------------------------------------------------------


def assertion(emulator: Emulator, client: str, key: rsa.RSAPrivateKey, cert: x509.Certificate, **changes: t.Any) -> str:
    now = int(dt.datetime.now().timestamp())
    claims = {
        "aud": f"{emulator.login_url}/{CONTOSO}/oauth2/v2.0/token",
        "iss": client,
        "sub": client,
        "jti": str(uuid.uuid4()),
        "exp": now + 600,
        **changes,
    }
    thumbprint = base64.urlsafe_b64encode(cert.fingerprint(hashes.SHA256())).rstrip(b"=").decode()
    return jwt.encode(claims, key, algorithm="PS256", headers={"x5t#S256": thumbprint})


def assert_form(client: str, value: str) -> dict[str, str]:
    form = {"grant_type": "client_credentials", "scope": GRAPH, "client_id": client}
    return {**form, "client_assertion_type": ASSERTION, "client_assertion": value}


def test_certificate_is_really_verified(http: requests.Session, emulator: Emulator) -> None:
    key, cert, pem = certificate()
    client = register(emulator, pem)
    good = post(http, emulator, **assert_form(client, assertion(emulator, client, key, cert)))
    assert good.status_code == 200
    assert jwt.decode(good.json()["access_token"], options={"verify_signature": False})["appidacr"] == "2"

    other_key, other_cert, _pem = certificate()
    for wrong_key, named, reason in ((other_key, cert, "key was found, but"), (other_key, other_cert, "The key was not found.")):
        answer = post(http, emulator, **assert_form(client, assertion(emulator, client, wrong_key, named)))
        assert reason in check(answer, 401, "invalid_client", 700027)["error_description"]
    changes: list[tuple[dict[str, t.Any], int]] = [
        ({"aud": "https://elsewhere.example"}, 700023),
        ({"iss": str(uuid.uuid4())}, 700021),
        ({"exp": 1}, 700024),
        ({"nbf": int(dt.datetime.now().timestamp()) + 3600, "exp": int(dt.datetime.now().timestamp()) + 4200}, 700024),
        ({"exp": None}, 50027),
    ]
    for change, number in changes:
        answer = post(http, emulator, **assert_form(client, assertion(emulator, client, key, cert, **change)))
        check(answer, 401, "invalid_client", number)
    check(post(http, emulator, **assert_form(client, "no.jwt")), 401, "invalid_client", 50027)


def test_what_an_assertion_may_be(http: requests.Session, emulator: Emulator) -> None:
    key, cert, pem = certificate()
    client = register(emulator, pem)
    long = assertion(emulator, client, key, cert, exp=int(dt.datetime.now().timestamp()) + 7200)
    check(post(http, emulator, **assert_form(client, long)), 401, "invalid_client", 700024)
    claims = jwt.decode(assertion(emulator, client, key, cert), options={"verify_signature": False})
    thumbprint = base64.urlsafe_b64encode(cert.fingerprint(hashes.SHA1())).rstrip(b"=").decode()
    old = jwt.encode(claims, key, algorithm="PS256", headers={"x5t": thumbprint})
    check(post(http, emulator, **assert_form(client, old)), 401, "invalid_client", 50027)
    assert post(http, emulator, **assert_form(client, jwt.encode(claims, key, algorithm="RS256", headers={"x5t": thumbprint}))).status_code == 200


def test_a_single_tenant_application_is_unknown_elsewhere(http: requests.Session, emulator: Emulator) -> None:
    made = emulator.add_application("contoso", displayName="Shared", signInAudience="AzureADMultipleOrgs", secrets=[{"displayName": "s"}])
    app = made["application"]
    emulator.control("POST", "tenants/fabrikam/servicePrincipals", {"appId": app["appId"]})
    assert emulator.token("fabrikam", app["appId"], made["secrets"][0]["value"])["status"] == 200
    emulator.update("contoso", "applications", app["id"], signInAudience="AzureADMyOrg")
    assert emulator.token("fabrikam", app["appId"], made["secrets"][0]["value"])["error_codes"] == [700016]
    assert emulator.token("contoso", app["appId"], made["secrets"][0]["value"])["status"] == 200


@pytest.mark.parametrize("blocked", ["client_id", "resource"])
def test_policies_look_at_the_client_and_at_the_api(http: requests.Session, emulator: Emulator, blocked: str) -> None:
    names = {"client_id": emulator.identity()["client_id"], "resource": "00000003-0000-0000-C000-000000000000"}
    emulator.settings(conditional_access_blocks=[names[blocked].upper()])
    body = check(post(http, emulator, **secret_form(emulator)), 400, "invalid_grant", 53003)
    assert "capolids" in json.loads(body["claims"])["access_token"]
    query = {"api-version": "2019-08-01", "resource": "https://graph.microsoft.com"}
    headers = {"X-IDENTITY-HEADER": emulator.ready["identity_header"]}
    assert http.get(emulator.ready["identity_endpoint"], params=query, headers=headers).status_code == 200


def test_a_new_certificate_is_not_known_at_once(http: requests.Session, emulator: Emulator) -> None:
    emulator.settings(certificate_activation_delay=30)
    key, cert, pem = certificate()
    made = emulator.add_application("contoso", displayName="Certified")["application"]
    entry = {"type": "AsymmetricX509Cert", "usage": "Verify", "key": base64.b64encode(cert.public_bytes(serialization.Encoding.DER)).decode()}
    headers = {"Authorization": f"Bearer {emulator.token('contoso')['access_token']}"}
    path = f"{emulator.graph_url}/v1.0/applications/{made['id']}"
    assert http.patch(path, json={"keyCredentials": [entry]}, headers=headers).status_code == 204
    early = post(http, emulator, **assert_form(made["appId"], assertion(emulator, made["appId"], key, cert)))
    assert "The key was not found." in check(early, 401, "invalid_client", 700027)["error_description"]
    emulator.advance(31)
    late = int(dt.datetime.now().timestamp()) + 631
    assert post(http, emulator, **assert_form(made["appId"], assertion(emulator, made["appId"], key, cert, exp=late))).status_code == 200
    seeded = register(emulator, pem)  # past all delays
    assert post(http, emulator, **assert_form(seeded, assertion(emulator, seeded, key, cert, exp=late))).status_code == 200


def test_expired_certificate(http: requests.Session, emulator: Emulator) -> None:
    key, cert, pem = certificate(dt.timedelta(days=1))
    client = register(emulator, pem)
    emulator.advance(2 * 86400)
    later = int(dt.datetime.now().timestamp()) + 3 * 86400
    answer = post(http, emulator, **assert_form(client, assertion(emulator, client, key, cert, exp=later)))
    text = check(answer, 401, "invalid_client", 700027)["error_description"]
    assert "The key used is expired." in text and "Found key 'Start=" in text and ", End=" in text


def test_federated_assertion(http: requests.Session, emulator: Emulator) -> None:
    made = emulator.add_application("contoso", displayName="Pipeline")
    client, object_id = made["application"]["appId"], made["application"]["id"]
    issuer, subject = "https://token.actions.githubusercontent.com", "repo:contoso/infra:ref:refs/heads/main"
    emulator.add_federated("contoso", object_id, name="main", issuer=issuer, subject=subject)

    def ask(**changes: str) -> requests.Response:
        wanted = {"issuer": issuer, "subject": subject, "audience": "api://AzureADTokenExchange", **changes}
        return post(http, emulator, **assert_form(client, emulator.assertion(**wanted)))

    assert ask().status_code == 200
    check(ask(issuer="https://elsewhere.example"), 401, "invalid_client", 700211)
    check(ask(audience="api://Other"), 401, "invalid_client", 700212)
    check(ask(subject=subject.upper()), 401, "invalid_client", 700213)
    # Tokens of Entra ID itself are taken from the application's own tenant alone.
    for number, tenant in enumerate(("contoso", "fabrikam")):
        entra = f"https://login.microsoftonline.com/{emulator.tenant_id(tenant)}/v2.0"
        emulator.add_federated("contoso", object_id, name=f"identity-{number}", issuer=entra, subject="the-identity")
        answer = ask(issuer=entra, subject="the-identity")
        if tenant == "contoso":
            assert answer.status_code == 200
        else:
            assert entra in check(answer, 401, "invalid_client", 700236)["error_description"]


# -- people ----------------------------------------------------------------------------------------------------------


def test_password_grant(http: requests.Session, emulator: Emulator) -> None:
    made = emulator.add_application("contoso", displayName="Desk", isFallbackPublicClient=True)
    form = {
        "grant_type": "password",
        "client_id": made["application"]["appId"],
        "username": "service@contoso.com",
        "password": "emulated-service-password",
        "scope": "https://graph.microsoft.com/User.Read openid",
    }
    body = check(post(http, emulator, **form), 400, "invalid_grant", 65001)
    assert body["suberror"] == "consent_required"
    graph = next(item for item in emulator.tenant("contoso")["service_principals"].values() if item["displayName"] == "Microsoft Graph")
    emulator.add_grant("contoso", made["service_principal"]["id"], graph["id"], "User.Read")
    answer = post(http, emulator, **form)
    claims = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})
    assert claims["scp"] == "User.Read" and claims["idtyp"] == "user" and claims["upn"] == "service@contoso.com"
    check(post(http, emulator, **{**form, "password": "wrong"}), 400, "invalid_grant", 50126)
    check(post(http, emulator, **{**form, "username": "nobody@contoso.com"}), 400, "invalid_grant", 50034)
    guarded = {**form, "username": "guarded@contoso.com", "password": "emulated-guarded-password"}
    assert check(post(http, emulator, **guarded), 400, "invalid_grant", 50076)["suberror"] == "basic_action"


def test_a_disabled_api(http: requests.Session, emulator: Emulator) -> None:
    api = next(item for item in emulator.tenant("contoso")["service_principals"].values() if item["appId"] == "00000003-0000-0000-c000-000000000000")
    emulator.update("contoso", "service_principals", api["id"], accountEnabled=False)
    answer = emulator.token("contoso")
    assert (answer["status"], answer["error_codes"]) == (400, [500014]) and "a subscription within the tenant has lapsed" in answer["error_description"]
