# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the variables of a host mean for Workspace 365."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.workspace365.connection import connection

Variables = dict[str, t.Any]
CLIENT = "0b9e4c37-36d2-4f4e-8f28-0a54a8d6b1aa"
# What the role's defaults and the least of an inventory say.
LEAST: Variables = {
    "entra_tenant_id": "contoso.onmicrosoft.com",
    "workspace365_instance_url": "https://portal.workspace365.net",
    "workspace365_environment": "contoso",
    "workspace365_state": "present",
    "workspace365_permissions": "sign_in",
    "workspace365_custom_permissions": [],
    "workspace365_accept_privileged": [],
    "workspace365_unique_name": "tenantkit.workspace365.contoso",
    "workspace365_display_name": "Workspace 365 (contoso)",
    "workspace365_adopt": False,
    "workspace365_accept_second_registration": False,
    "workspace365_on_soft_deleted": "fail",
    "workspace365_secret_validity_days": 180,
    "workspace365_secret_renew_before_days": 30,
    "workspace365_secret_overlap_days": 7,
    "workspace365_take_over": False,
    "workspace365_force": False,
    "workspace365_consent": "admin",
    "workspace365_consent_on_forbidden": "hand_off",
    "workspace365_absent_confirmed": "",
}
INSTANCE = "https://portal.workspace365.net"
SITE = f"{INSTANCE}/contoso"
CALLBACK = f"{SITE}/OAuth2/HandleAuthorityResponse"
OUTSIDE = "'workspace365_authority' has to be given outside the public cloud, and entra_cloud is '{}'."
SIGN_IN = [{"resource": "Microsoft Graph", "delegated": ["openid", "User.Read"]}]


def of(host: str = "contoso", **more: t.Any) -> dict[str, t.Any]:
    """The connection of a host; a variable that is None is not there."""
    variables = {name: value for name, value in {**LEAST, **more}.items() if value is not None}
    return connection(variables, host=host, check_mode=False)


def test_the_whole_of_an_ordinary_host() -> None:
    assert of() == {
        "problems": [],
        "host": "contoso",
        "tenant": "contoso.onmicrosoft.com",
        "instance": "https://portal.workspace365.net",
        "environment": "contoso",
        "callback": CALLBACK,
        "has_key": False,
        "key_entry": "",
        "key_is_own": False,
        "key_elsewhere": "",
        "client_id": None,
        "unique_name": "tenantkit.workspace365.contoso",
        "app": {
            "unique_name": "tenantkit.workspace365.contoso",
            "display_name": "Workspace 365 (contoso)",
            "sign_in_audience": "AzureADMyOrg",
            "home_page_url": f"{SITE}/SignIn",
            "logout_url": f"{SITE}/SignOut",
            "redirect_uris": {"web": {"add": [CALLBACK]}},
            "adopt": False,
            "accept_audience_narrowing": False,
            "on_soft_deleted": "fail",
        },
        "people_sign_in": True,
        "enable": False,
        "permissions": SIGN_IN,
        "accept_privileged": [],
        "consent": {"on_forbidden": "hand_off"},
        "consent_wanted": True,
        "consent_variable": "workspace365_consent: none",
        "secret": {"name": "workspace365", "validity_days": 180, "renew_before_days": 30, "overlap_days": 7},
        "known_value_variable": "workspace365_client_secret",
        "delivery": {
            "instance": "https://portal.workspace365.net contoso",
            "authority": "https://login.windows.net/{primary_domain}",
            "authority_form": "address",
        },
        "force": False,
        "find_other_registrations": True,
        "unique_variables": [
            ["workspace365_instance_url", "workspace365_environment"],
            ["entra_tenant_id", "workspace365_environment", "workspace365_unique_name", "workspace365_client_id"],
        ],
        "state": "present",
        "absent_confirmed": "",
        "absent_confirmation": "contoso",
        "absent_consequence": "no API removes it from Workspace 365, and removing it in Entra locks every user out",
        "product": {"instance_url": "https://portal.workspace365.net", "environment": "contoso", "take_over": False},
    }


def test_a_registration_that_others_made_keeps_what_it_has() -> None:
    found = of(workspace365_client_id=CLIENT, workspace365_adopt=True, workspace365_soft_deleted_object_id="an id", workspace365_on_soft_deleted="purge")
    assert found["app"] == {
        "app_id": CLIENT,
        "redirect_uris": {"web": {"add": [CALLBACK]}},
        "adopt": True,
        "accept_audience_narrowing": False,
        "on_soft_deleted": "purge",
        "soft_deleted_object_id": "an id",
    }
    assert found["client_id"] == CLIENT


def secret(**days: int) -> dict[str, t.Any]:
    """The options of the client secret."""
    return {"name": "workspace365", "validity_days": 180, "renew_before_days": 30, "overlap_days": 7, **days}


@pytest.mark.parametrize(
    ("variables", "member", "value"),
    [
        ({"workspace365_accept_privileged": ["delegated:Sites.FullControl.All"]}, "accept_privileged", ["delegated:Sites.FullControl.All"]),
        ({"workspace365_accept_privileged": None}, "accept_privileged", []),
        ({"workspace365_consent_on_forbidden": "fail"}, "consent", {"on_forbidden": "fail"}),
        ({"workspace365_consent": "none"}, "consent_wanted", False),
        ({"workspace365_consent": None}, "consent_wanted", True),
        ({"workspace365_secret_validity_days": 90}, "secret", secret(validity_days=90)),
        ({"workspace365_secret_overlap_days": 0}, "secret", secret(overlap_days=0)),
        ({"workspace365_secret_renew_before_days": 9}, "secret", secret(renew_before_days=9)),
        ({"workspace365_force": True}, "force", True),
        ({"workspace365_force": None}, "force", False),
        ({"workspace365_accept_second_registration": True}, "find_other_registrations", False),
        ({"workspace365_state": "absent"}, "state", "absent"),
        ({"workspace365_state": None}, "state", "present"),
        ({"workspace365_absent_confirmed": "contoso"}, "absent_confirmed", "contoso"),
        ({"workspace365_absent_confirmed": None}, "absent_confirmed", ""),
        ({"workspace365_environment": "other"}, "absent_confirmation", "other"),
        ({"workspace365_custom_permissions": [{"resource": "a"}]}, "permissions", SIGN_IN),
        ({"workspace365_permissions": None}, "permissions", SIGN_IN),
        (
            {"workspace365_permissions": "custom", "workspace365_custom_permissions": [{"resource": "a", "delegated": ["b"]}]},
            "permissions",
            [{"resource": "a", "delegated": ["b"]}],
        ),
        ({"workspace365_permissions": "custom", "workspace365_custom_permissions": None}, "permissions", []),
        (
            {"workspace365_take_over": True, "entra_ca_path": "~/ca.pem", "entra_timeout": 20},
            "product",
            {"instance_url": "https://portal.workspace365.net", "environment": "contoso", "take_over": True, "ca_path": "~/ca.pem", "timeout": 20},
        ),
    ],
)
def test_each_variable(variables: Variables, member: str, value: t.Any) -> None:
    assert of(**variables)[member] == value


def test_the_profile_of_the_vendors_script() -> None:
    (graph,) = of(workspace365_permissions="full")["permissions"]
    assert graph == {
        "resource": "Microsoft Graph",
        "delegated": [
            "Calendars.ReadWrite.Shared",
            "Contacts.ReadWrite.Shared",
            "Directory.ReadWrite.All",
            "Files.ReadWrite.All",
            "Mail.ReadWrite.Shared",
            "Mail.Send",
            "Mail.Send.Shared",
            "openid",
            "People.Read",
            "Sites.FullControl.All",
            "Tasks.ReadWrite.Shared",
            "User.Read",
        ],
    }


@pytest.mark.parametrize(
    ("written", "instance"),
    [
        ("https://portal.workspace365.net/", "https://portal.workspace365.net"),
        ("https://portal.workspace365.net:443//", "https://portal.workspace365.net"),
        ("HTTPS://Portal.workspace365.net:443/Sub", "HTTPS://Portal.workspace365.net/Sub"),
        ("https://portal.workspace365.net:4430", "https://portal.workspace365.net:4430"),
        (None, ""),
    ],
)
def test_an_instance_has_one_spelling(written: str | None, instance: str) -> None:
    """Since marks and claims go by it."""
    found = of(workspace365_instance_url=written)
    assert (found["instance"], found["product"]["instance_url"]) == (instance, instance)
    assert found["delivery"]["instance"] == f"{instance} contoso"
    assert found["callback"] == f"{instance}/contoso/OAuth2/HandleAuthorityResponse"


def test_without_an_environment() -> None:
    assert of(workspace365_environment=None)["delivery"]["instance"] == "https://portal.workspace365.net "


@pytest.mark.parametrize(
    ("cloud", "given", "authority", "problems"),
    [
        (None, None, "https://login.windows.net/{primary_domain}", []),
        ("public", None, "https://login.windows.net/{primary_domain}", []),
        ("gcc", None, "https://login.windows.net/{primary_domain}", []),
        ("usgov", None, None, [OUTSIDE.format("usgov")]),
        ("usgov_dod", None, None, [OUTSIDE.format("usgov_dod")]),
        ("china", None, None, [OUTSIDE.format("china")]),
        ("nowhere", None, None, [OUTSIDE.format("nowhere")]),
        ("china", "https://login.partner.microsoftonline.cn/contoso.cn", "https://login.partner.microsoftonline.cn/contoso.cn", []),
        ("public", "", "", []),  # refused as no address where it is used
    ],
)
def test_the_authority(cloud: str | None, given: str | None, authority: str | None, problems: list[str]) -> None:
    found = of(entra_cloud=cloud, workspace365_authority=given)
    assert (found["delivery"].get("authority"), found["problems"]) == (authority, problems)
    assert ("authority" in found["delivery"]) is (authority is not None)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"workspace365_provisioning_key": "a secret"}, (True, "", False, "")),
        ({"workspace365_provisioning_key": "a secret", "workspace365_provisioning_key_instance": f"{INSTANCE}/"}, (True, "", True, "")),
        (
            {"workspace365_provisioning_key": "a secret", "workspace365_provisioning_key_instance": "https://other.example"},
            (False, "", False, "https://other.example"),
        ),
        ({"workspace365_provisioning_keys": {"contoso": "a secret"}}, (True, "contoso", True, "")),
        ({"workspace365_provisioning_keys": {f"{INSTANCE}/": "a secret"}}, (True, f"{INSTANCE}/", True, "")),
    ],
)
def test_whose_key(given: Variables, found: tuple[bool, str, bool, str]) -> None:
    """The choice itself has its table in test_keys.py. No key is in the answer."""
    answer = of(**given)
    assert (answer["has_key"], answer["key_entry"], answer["key_is_own"], answer["key_elsewhere"]) == found
    assert "a secret" not in str(answer)


@pytest.mark.parametrize(
    ("given", "state", "refused"),
    [
        ({"workspace365_provisioning_key": "a secret"}, "present", True),
        ({"workspace365_provisioning_key": "a secret"}, "absent", False),  # what is taken away takes no key
        ({"workspace365_provisioning_key": "a secret", "workspace365_provisioning_key_instance": INSTANCE}, "present", False),
        ({"workspace365_provisioning_keys": {INSTANCE: "a secret"}}, "present", False),
        ({}, "present", False),
    ],
)
def test_a_run_that_sees_only_some_hosts(given: Variables, state: str, refused: bool) -> None:
    found = of(workspace365_state=state, partial_run="is limited to 'contoso'", **given)["problems"]
    assert [("workspace365_provisioning_key_instance" in text, "is limited to 'contoso'" in text) for text in found] == [(True, True)] * refused
    assert of(workspace365_state=state, **given)["problems"] == []


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        (
            "workspace365_instance_url",
            "http://portal.example",
            "'workspace365_instance_url' is 'http://portal.example', which is a plain http",
        ),
        ("workspace365_instance_url", "https://me:secret@portal.workspace365.net", f"'workspace365_instance_url' is '{INSTANCE}', which contains a user name"),
        ("workspace365_instance_url", "", "'workspace365_instance_url' is '', which is not"),
        ("workspace365_environment", "../x", "'workspace365_environment' is '../x'; the name of an environment consists of"),
    ],
)
def test_addresses_are_refused_by_the_name_of_the_variable(name: str, value: str, words: str) -> None:
    found = of(**{name: value})
    (problem,) = found["problems"]
    assert problem.startswith(words) and "me:secret" not in str(found)
