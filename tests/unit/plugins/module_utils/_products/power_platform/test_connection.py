# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the variables of a host mean for Power Platform."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform.connection import connection

Host = t.Callable[..., dict[str, t.Any]]

API = "8578e004-a5c6-46e7-913e-12f58912df43"
NATIVE = "https://login.microsoftonline.com/common/oauth2/nativeclient"
SINK = {"type": "vault_file", "directory": "/run/credentials"}
FEDERATED = {"name": "main", "issuer": "https://issuer.example", "subject": "repo:main"}
KEY = {"name": "power_platform", "validity_days": 180, "renew_before_days": 30, "overlap_days": 7}


def test_the_whole_of_a_host_without_a_variable(host: Host) -> None:
    assert host() == {
        "connector": "power_platform",
        "problems": [],
        "state": "present",
        "app": {
            "unique_name": "tenantkit.power_platform",
            "display_name": "Power Platform automation",
            "sign_in_audience": "AzureADMyOrg",
            "redirect_uris": {"public_client": {"add": [NATIVE]}},
            "adopt": False,
            "accept_audience_narrowing": False,
            "on_soft_deleted": "fail",
        },
        "people_sign_in": True,
        "used_apis": ["8578e004-a5c6-46e7-913e-12f58912df43"],
        "enable": False,
        "unique_variables": [["entra_tenant_id", "power_platform_unique_name", "power_platform_client_id"], ["power_platform_hand_over_file"]],
        "permissions": [{"resource": API, "delegated": ["EnvironmentManagement.Environments.Read"]}],
        "accept_privileged": [],
        "create_missing_service_principals": True,
        "consent_wanted": True,
        "consent_variable": "power_platform_consent: none",
        "consent": {"on_forbidden": "hand_off"},
        "managed": KEY,
        "secret": {},
        "certificate": {},
        "secret_later": True,
        "force": False,
        "absent_confirmed": "power_platform",
        "credential": "none",
        "generates": False,
        "checks_certificate": False,
        "overlap_days": 7,
        "certificate_files": {},
        "federated": {},
        "has_sinks": False,
        "role": {"role": "", "scope": "tenant", "on_forbidden": "hand_off"},
        "wants_role": False,
        "diagnosed_role": {"role": "reader", "scope": "tenant", "on_forbidden": "hand_off"},
        "role_assigned": False,
        "role_removed": False,
        "needs_api": False,
        "manages": False,
        "needs_more": False,
        "management_app": {"on_forbidden": "hand_off"},
        "prove": True,
        "proof_timeout": 60,
        "accept_unproven": False,
        "on_unproven": "fail",
        "given": [],
        "trial": "",
        "diagnosed_user": "",
        "diagnosed_trial": "",
        "proof": {"timeout": 420},
        "tenant_id": "contoso.onmicrosoft.com",
        "client_id": "",
        "reference": {"unique_name": "tenantkit.power_platform"},
        "api": API,
        "unique_name": "tenantkit.power_platform",
        "native_redirect_uri": NATIVE,
        "hands_over": {
            "file": "",
            "cloud": "public",
            "login_url": "https://login.microsoftonline.com",
            "url": "https://api.powerplatform.com",
            "audience": "https://api.powerplatform.com",
        },
    }


APP = "7a9c5a0e"
TABLE: list[tuple[str, dict[str, t.Any], dict[str, t.Any]]] = [
    ("a secret", {"credential": "secret", "sink": SINK}, {"secret": KEY, "has_sinks": True, "problems": [], "certificate": {}}),
    ("a key that is made", {"credential": "certificate", "sink": [SINK]}, {"certificate": KEY, "generates": True, "secret": {}, "trial": "", "problems": []}),
    (
        "a certificate that is given",
        {"credential": "certificate", "certificate_path": "c.pem", "private_key_path": "k.pem"},
        {
            "certificate": {},
            "generates": False,
            "checks_certificate": True,
            "trial": "file",
            "diagnosed_trial": "file",
            "problems": [],
            "certificate_files": {"certificate_path": "c.pem", "private_key_path": "k.pem"},
        },
    ),
    ("its path beside another kind", {"credential": "none", "certificate_path": "c.pem"}, {"trial": "", "generates": False, "checks_certificate": False}),
    ("a federated one", {"credential": "federated", "federated": {**FEDERATED, "audiences": None}}, {"federated": FEDERATED, "problems": [], "secret": {}}),
    ("check mode", {"check_mode": True, "credential": "certificate", "certificate_path": "c.pem"}, {"secret_later": False, "checks_certificate": False}),
    ("other days", {"credential_validity_days": 90, "credential_renew_before_days": 9, "credential_overlap_days": 3}, {
        "managed": {"name": "power_platform", "validity_days": 90, "renew_before_days": 9, "overlap_days": 3},
        "overlap_days": 3,
    }),
    ("no permissions", {"permissions": []}, {"permissions": [], "needs_api": True, "needs_more": True, "manages": False}),
    ("a management application", {"management_app": True, "bap_url": "https://bap.example"}, {
        "manages": True, "needs_more": True, "needs_api": False, "management_app": {"bap_url": "https://bap.example", "on_forbidden": "hand_off"},
    }),
    ("consent of people", {"consent": "none", "consent_on_forbidden": "fail"}, {"consent_wanted": False, "consent": {"on_forbidden": "fail"}}),
    ("accepted", {"accept_privileged": ["delegated:A"], "force": True}, {"accept_privileged": ["delegated:A"], "force": True}),
    ("a role", {"role": "owner"}, {"wants_role": True, "role": {"role": "owner", "scope": "tenant", "on_forbidden": "hand_off"}}),
    ("a role that others gave", {"role": "owner", "role_assigned": True}, {"wants_role": False, "role_assigned": True}),
    ("a role that others took", {"role_removed": True}, {"role_removed": True}),
    ("unproven is fine", {"accept_unproven": True, "on_unproven": "report", "prove": False}, {
        "accept_unproven": True, "on_unproven": "report", "prove": False,
    }),
    ("an application by its id", {"client_id": APP}, {
        "client_id": APP, "reference": {"app_id": APP}, "unique_name": "tenantkit.power_platform",
    }),
    ("a value to try", {"try": {"client_secret": "value", "federated_token": None}}, {
        "given": ["client_secret"], "trial": "given", "diagnosed_trial": "given",
    }),
    ("an account to try", {"try": {"username": "a", "password": "b"}}, {"given": ["password", "username"], "trial": "", "diagnosed_trial": "given"}),
    ("no value to try", {"try": {"client_secret": None}}, {"given": [], "trial": "", "diagnosed_trial": ""}),
    ("nothing to try", {"try": None}, {"given": [], "trial": ""}),
    ("a longer wait", {"proof_timeout": 100, "entra_timeout": 50}, {"proof_timeout": 100, "proof": {"timeout": 250}}),
    (
        "another place",
        {
            "entra_cloud": "gcc",
            "entra_login_url": "https://login.example",
            "entra_ca_path": "ca.pem",
            "url": "https://api.example",
            "audience": "api://x",
            "environment_id": "e",
        },
        {
            "proof": {
                "cloud": "gcc",
                "login_url": "https://login.example",
                "ca_path": "ca.pem",
                "timeout": 420,
                "powerplatform_url": "https://api.example",
                "audience": "api://x",
                "environment_id": "e",
            },
            "role": {
                "role": "", "scope": "environment", "environment_id": "e", "powerplatform_url": "https://api.example", "audience": "api://x",
                "on_forbidden": "hand_off",
            },
        },
    ),
    ("taken away", {"state": "absent", "credential": "secret"}, {"state": "absent", "problems": []}),
]  # fmt: skip


@pytest.mark.parametrize(("variables", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_what_a_variable_changes(variables: dict[str, t.Any], expected: dict[str, t.Any], host: Host) -> None:
    found = host(**variables)
    assert {name: found[name] for name in expected} == expected


APPS: list[tuple[dict[str, t.Any], dict[str, t.Any]]] = [
    ({"client_id": "7a9c"}, {"app_id": "7a9c"}),
    ({"unique_name": "other", "display_name": "Other"}, {"unique_name": "other", "display_name": "Other"}),
    ({"allow_public_client": False}, {"is_fallback_public_client": False}),
    ({"adopt": True, "accept_audience_narrowing": True}, {"adopt": True, "accept_audience_narrowing": True}),
    ({"on_soft_deleted": "purge", "soft_deleted_object_id": "0"}, {"on_soft_deleted": "purge", "soft_deleted_object_id": "0"}),
    ({"entra_cloud": "china"}, {"redirect_uris": {"public_client": {"add": ["https://login.partner.microsoftonline.cn/common/oauth2/nativeclient"]}}}),
    ({"entra_cloud": "usgov"}, {"redirect_uris": {"public_client": {"add": ["https://login.microsoftonline.us/common/oauth2/nativeclient"]}}}),
    ({"entra_cloud": "nowhere"}, {"redirect_uris": {"public_client": {"add": [NATIVE]}}}),
]


@pytest.mark.parametrize(("variables", "expected"), APPS)
def test_the_application(variables: dict[str, t.Any], expected: dict[str, t.Any], host: Host) -> None:
    app = host(**variables)["app"]
    assert {name: app[name] for name in expected} == expected
    assert ("app_id" in app, "unique_name" in app, "display_name" in app) == ("client_id" in variables, *2 * ("client_id" not in variables,))


SCOPES: list[tuple[dict[str, t.Any], dict[str, t.Any]]] = [
    ({}, {"scope": "tenant"}),
    ({"environment_id": "e"}, {"scope": "environment", "environment_id": "e"}),
    ({"environment_group_id": "g"}, {"scope": "environment_group", "environment_group_id": "g"}),
    ({"environment_id": "e", "environment_group_id": "g"}, {"scope": "environment", "environment_id": "e"}),
    ({"environment_id": "e", "environment_group_id": "g", "scope": "environment_group"}, {"scope": "environment_group", "environment_group_id": "g"}),
    ({"environment_id": "e", "scope": "tenant"}, {"scope": "tenant"}),
    ({"scope": "environment"}, {"scope": "environment"}),
]


@pytest.mark.parametrize(("variables", "expected"), SCOPES)
def test_where_the_role_holds(variables: dict[str, t.Any], expected: dict[str, t.Any], host: Host) -> None:
    found = host(role="reader", **variables)
    assert found["role"] == {"role": "reader", **expected, "on_forbidden": "hand_off"}
    assert found["diagnosed_role"] == found["role"]


INCOMPLETE = "With power_platform_credential=federated the members name, issuer and subject of power_platform_federated are needed."
NOWHERE = "would not be kept anywhere. Name a sink in entra_connector_sink, or"
PROBLEMS: list[tuple[dict[str, t.Any], list[str]]] = [
    ({"credential": "secret"}, [f"The client secret {NOWHERE} choose another power_platform_credential."]),
    ({"credential": "secret", "sink": []}, [f"The client secret {NOWHERE} choose another power_platform_credential."]),
    ({"credential": "certificate"}, [f"The private key of the certificate {NOWHERE} give a certificate in power_platform_certificate_path."]),
    ({"credential": "certificate", "certificate_path": "c.pem"}, []),
    *(
        ({"credential": "federated", "federated": given}, [INCOMPLETE])
        for given in (None, {}, {"name": "a", "issuer": "b"}, {"name": "a", "subject": "b"}, {"issuer": "a", "subject": "b"})
    ),
    ({"credential": "federated", "federated": FEDERATED}, []),
    ({"credential": "federated", "federated": {**FEDERATED, "name": "ab"}}, [
        "In power_platform_federated: 'name' is 'ab'; the name of a federated credential consists of 3 to 120 letters, digits, '-' and '_', the first a "
        "letter or digit."
    ]),
    ({"credential": "federated", "federated": {**FEDERATED, "issuer": "http://issuer.example"}}, [
        "In power_platform_federated: 'issuer' is 'http://issuer.example', which is not an https:// address. Give the 'iss' claim of the tokens, unchanged."
    ]),
    ({"credential": "federated", "federated": {**FEDERATED, "subject": "s" * 601}}, [
        "In power_platform_federated: 'subject' has 601 characters; 600 are allowed."
    ]),
    ({"credential": "certificate", "certificate_path": "c.pem", "federated": {"name": "ab"}}, []),
    ({"credential": "none"}, []),
]  # fmt: skip


@pytest.mark.parametrize(("variables", "expected"), PROBLEMS)
def test_what_does_not_fit_together(variables: dict[str, t.Any], expected: list[str], host: Host) -> None:
    found = host(**variables)
    assert found["problems"] == expected
    assert host(**variables, state="absent")["problems"] == []


TRIED = ("client_secret", "certificate_path", "certificate_content", "certificate_password", "private_key_path", "private_key_content", "federated_token")


@pytest.mark.parametrize("name", [*TRIED, "federated_token_file"])
def test_what_an_application_itself_signs_in_with(name: str, host: Host) -> None:
    assert host(**{"try": {name: "v"}})["trial"] == "given"


def test_a_host_without_the_defaults_of_the_role() -> None:
    """As when the look-up is used outside of the role: nothing is missing, and the numbers are those of the role."""
    found = connection({}, host="contoso", check_mode=False)
    assert (found["credential"], found["state"], found["problems"]) == ("none", "present", [])
    assert (found["permissions"], found["consent_wanted"], found["consent"], found["accept_privileged"]) == ([], True, {"on_forbidden": "hand_off"}, [])
    assert (found["proof_timeout"], found["overlap_days"], found["on_unproven"]) == (60, 7, "fail")
    assert (found["prove"], found["accept_unproven"], found["force"], found["manages"]) == (True, False, False, False)
    assert (found["role_assigned"], found["role_removed"], found["wants_role"]) == (False, False, False)
    assert (found["tenant_id"], found["client_id"], found["unique_name"], found["reference"], found["managed"]) == ("", "", "", {}, {"name": "power_platform"})
    assert connection({"power_platform_role": "reader"}, host="contoso", check_mode=False)["wants_role"] is True


def test_no_value_of_a_credential_is_in_it(host: Host) -> None:
    names = ("client_secret", "certificate_password", "certificate_content", "private_key_content", "federated_token", "password")
    secrets = {name: f"value-{name}" for name in names}
    assert "value-" not in str(host(**{"try": secrets, "certificate_password": "value-6", "admin_auth": {"client_secret": "value-7"}}))


@pytest.mark.parametrize(
    ("wanted", "accepted", "row", "refused"),
    [
        (["EnvironmentManagement.*"], ["EnvironmentManagement"], {"delegated": [], "namespaces": ["EnvironmentManagement"]}, ""),
        (["A.B.Read", "X.*"], ["x.*"], {"delegated": ["A.B.Read"], "namespaces": ["X"]}, ""),
        (["X.*"], [], {"delegated": [], "namespaces": ["X"]}, "asks for a whole namespace of permissions, to which Microsoft may add more: X."),
        (["X.*", "Y.*"], ["Z"], {"delegated": [], "namespaces": ["X", "Y"]}, "set power_platform_accept_namespaces to [X, Y]"),
        (["X.*", "Y.*"], ["X"], {"delegated": [], "namespaces": ["X", "Y"]}, "set power_platform_accept_namespaces to [Y]"),
        (["A.B.Read"], ["X"], {"delegated": ["A.B.Read"]}, ""),
    ],
)
def test_a_namespace_is_asked_for_and_accepted(wanted: list[str], accepted: list[str], row: dict[str, t.Any], refused: str, host: Host) -> None:
    found = host(permissions=wanted, accept_namespaces=accepted)
    assert found["permissions"] == [{"resource": API, **row}]
    assert [refused in problem for problem in found["problems"]] == ([True] if refused else [])
