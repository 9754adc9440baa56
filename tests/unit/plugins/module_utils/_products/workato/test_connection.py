# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the variables of a host mean for Workato."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.workato.addresses import DATA_CENTERS
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.workato.connection import connection

Variables = dict[str, t.Any]
CLIENT = "0b9e4c37-36d2-4f4e-8f28-0a54a8d6b1aa"
PARTNER = "5F1C7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10"
TOKEN = "a token of the test"
# What the role's defaults say.
LEAST: Variables = {
    "entra_tenant_id": "contoso.onmicrosoft.com",
    "workato_state": "present",
    "workato_data_center": "us",
    "workato_account_type": "single_tenant",
    "workato_partner_tenants": [],
    "workato_permissions": "quick_start",
    "workato_custom_permissions": [],
    "workato_accept_privileged": [],
    "workato_accept_audience_narrowing": False,
    "workato_external_id": "tenantkit-entra-contoso",
    "workato_connection_name": "Entra ID - contoso",
    "workato_unique_name": "tenantkit.workato.contoso",
    "workato_display_name": "Workato",
    "workato_adopt": False,
    "workato_on_soft_deleted": "fail",
    "workato_input_field_map": {},
    "workato_adopt_connection": False,
    "workato_wait_for_authorization": False,
    "workato_wait_timeout": 300,
    "workato_consent_on_forbidden": "hand_off",
    "workato_secret_validity_days": 180,
    "workato_secret_renew_before_days": 30,
    "workato_secret_overlap_days": 7,
    "workato_force": False,
    "workato_absent_confirmed": "",
}
QUICK_START = [
    "offline_access",
    "User.Read",
    "User.Read.All",
    "User.ReadWrite.All",
    "Channel.ReadBasic.All",
    "ChannelMessage.Read.All",
    "ChannelMessage.Send",
    "Chat.Read",
    "Chat.ReadWrite",
    "ChatMessage.Send",
    "Team.ReadBasic.All",
]
ROOT = "https://www.workato.com"
REDIRECT = f"{ROOT}/oauth/callback"
PLACE = {"data_center": "us", "pages_url": "https://www.workato.com", "external_id": "tenantkit-entra-contoso"}
NAMED = {**PLACE, "name": "Entra ID - contoso"}


def graph(*delegated: str, **more: list[str]) -> list[dict[str, t.Any]]:
    """The permissions of one API."""
    return [{"resource": "Microsoft Graph", "delegated": list(delegated), **more}]


def of(**more: t.Any) -> dict[str, t.Any]:
    """The connection of the host contoso; a variable that is None is not there."""
    variables = {name: value for name, value in {**LEAST, **more}.items() if value is not None}
    return connection(variables, host="contoso", check_mode=False)


def test_the_whole_of_an_ordinary_host() -> None:
    assert of(workato_api_token=TOKEN) == {
        "problems": [],
        "root": ROOT,
        "redirect_uri": REDIRECT,
        "has_token": True,
        "asks": True,
        "personal": False,
        "connection_name": "Entra ID - contoso",
        "external_id": "tenantkit-entra-contoso",
        "unique_name": "tenantkit.workato.contoso",
        "wait_for_authorization": False,
        "partner_tenants": [],
        "app": {
            "unique_name": "tenantkit.workato.contoso",
            "display_name": "Workato",
            "sign_in_audience": "AzureADMyOrg",
            "accept_audience_narrowing": False,
            "redirect_uris": {"web": {"add": [REDIRECT]}},
            "adopt": False,
            "on_soft_deleted": "fail",
        },
        "people_sign_in": True,
        "accounts": [],
        "accounts_variable": "workato_service_accounts",
        "enable": False,
        "permissions": graph(*QUICK_START),
        "accept_privileged": [],
        "consent": {"on_forbidden": "hand_off"},
        "consent_wanted": True,
        "consent_variable": "workato_consent: none",
        "secret": {"name": "workato", "validity_days": 180, "renew_before_days": 30, "overlap_days": 7},
        "delivery": {"instance": f"{ROOT} tenantkit-entra-contoso", "authority": "{tenant_id}"},
        "force": False,
        "state": "present",
        "absent_confirmed": "",
        "absent_confirmation": "contoso",
        "absent_consequence": "without it the connection in Workato stops working, and so does every recipe that uses it",
        "calls": {
            "look": {**NAMED, "adopt": False},
            "deliver": {**NAMED, "adopt": False},
            "remove": PLACE,
            "correct": {**NAMED, "wait_timeout": 300, "wait_for_authorization": False, "timeout": 300},
        },
    }


def test_everything_that_can_be_said_about_the_product() -> None:
    found = of(
        workato_api_token=TOKEN,
        workato_host="https://workato.example/api",
        entra_ca_path="~/ca.pem",
        entra_timeout=20,
        workato_expected_workspace="Contoso",
        workato_folder_id=4515,
        workato_provider="ms_entra",
        workato_input_field_map={"tenant": ""},
        workato_adopt_connection=True,
        workato_wait_for_authorization=True,
        workato_wait_timeout=60,
    )
    place = {
        **PLACE,
        "url": "https://workato.example/api",
        "pages_url": "https://workato.example",
        "ca_path": "~/ca.pem",
        "timeout": 20,
        "expected_workspace": "Contoso",
    }
    named = {**place, "name": "Entra ID - contoso", "folder_id": 4515, "provider": "ms_entra"}
    assert found["calls"] == {
        "look": {**named, "adopt": True},
        "deliver": {**named, "adopt": True, "input_field_map": {"tenant": ""}},
        "remove": place,
        "correct": {**named, "wait_timeout": 60, "wait_for_authorization": True, "timeout": 80},
    }
    assert found["wait_for_authorization"] is True
    assert TOKEN not in str(found)


@pytest.mark.parametrize(
    ("waits", "seconds", "timeout", "whole"),
    [(False, 60, 20, 20), (True, 60, 20, 80), (True, 60, None, 360), (False, 60, None, 300), (True, None, 20, 20), (True, 60, 0, 60)],
)
def test_waiting_for_a_person_comes_on_top(waits: bool, seconds: int | None, timeout: int | None, whole: int) -> None:
    found = of(workato_wait_for_authorization=waits, workato_wait_timeout=seconds, entra_timeout=timeout)
    assert found["calls"]["correct"]["timeout"] == whole


def secret(**days: int) -> dict[str, t.Any]:
    """The options of the client secret."""
    return {"name": "workato", "validity_days": 180, "renew_before_days": 30, "overlap_days": 7, **days}


@pytest.mark.parametrize(
    ("variables", "member", "value"),
    [
        ({"workato_accept_privileged": ["delegated:User.ReadWrite.All"]}, "accept_privileged", ["delegated:User.ReadWrite.All"]),
        ({"workato_accept_privileged": None}, "accept_privileged", []),
        ({"workato_consent_on_forbidden": "fail"}, "consent", {"on_forbidden": "fail"}),
        ({"workato_secret_validity_days": 90}, "secret", secret(validity_days=90)),
        ({"workato_secret_overlap_days": 0}, "secret", secret(overlap_days=0)),
        ({"workato_secret_renew_before_days": 9}, "secret", secret(renew_before_days=9)),
        ({"workato_force": True}, "force", True),
        ({"workato_force": None}, "force", False),
        ({"workato_state": "absent"}, "state", "absent"),
        ({"workato_state": None}, "state", "present"),
        ({"workato_absent_confirmed": "contoso"}, "absent_confirmed", "contoso"),
        ({"workato_absent_confirmed": None}, "absent_confirmed", ""),
        ({"workato_partner_tenants": None}, "partner_tenants", []),
        ({"workato_partner_tenants": [f" {PARTNER} "], "workato_account_type": "multitenant_and_personal"}, "partner_tenants", [PARTNER]),
        ({"workato_account_type": "multitenant_and_personal"}, "personal", True),
        ({"workato_permissions": None}, "permissions", graph(*QUICK_START)),
        ({"workato_permissions": "directory"}, "permissions", graph(*QUICK_START[:4])),
        ({"workato_custom_permissions": [{"resource": "a"}]}, "permissions", graph(*QUICK_START)),
        (
            {"workato_permissions": "custom", "workato_custom_permissions": [{"resource": "a", "application": ["b"]}]},
            "permissions",
            [{"resource": "a", "application": ["b"]}, *graph("offline_access")],
        ),
        ({"workato_permissions": "custom", "workato_custom_permissions": None}, "permissions", graph("offline_access")),
        (
            {"workato_permissions": "full"},
            "permissions",
            graph(
                *QUICK_START,
                "Directory.AccessAsUser.All",
                "Directory.Read.All",
                "Directory.ReadWrite.All",
                "Group.Read.All",
                "Group.ReadWrite.All",
                "GroupMember.Read.All",
                "GroupMember.ReadWrite.All",
                "User.ReadBasic.All",
                application=[
                    "Directory.Read.All",
                    "Directory.ReadWrite.All",
                    "Group.Create",
                    "Group.Read.All",
                    "Group.ReadWrite.All",
                    "GroupMember.Read.All",
                    "GroupMember.ReadWrite.All",
                    "User.ManageIdentities.All",
                    "User.Read.All",
                    "User.ReadWrite.All",
                ],
            ),
        ),
    ],
)
def test_each_variable(variables: Variables, member: str, value: t.Any) -> None:
    assert of(**variables)[member] == value


@pytest.mark.parametrize(
    ("variables", "app"),
    [
        (
            {"workato_client_id": CLIENT, "workato_adopt": True, "workato_soft_deleted_object_id": "an id", "workato_on_soft_deleted": "purge"},
            {"app_id": CLIENT, "sign_in_audience": "AzureADMyOrg", "adopt": True, "on_soft_deleted": "purge", "soft_deleted_object_id": "an id"},
        ),
        (
            {"workato_account_type": "multitenant_and_personal", "workato_accept_audience_narrowing": True},
            {
                "unique_name": "tenantkit.workato.contoso",
                "display_name": "Workato",
                "sign_in_audience": "AzureADandPersonalMicrosoftAccount",
                "accept_audience_narrowing": True,
                "adopt": False,
                "on_soft_deleted": "fail",
            },
        ),
    ],
)
def test_the_application(variables: Variables, app: dict[str, t.Any]) -> None:
    """A registration that others made keeps its names."""
    assert of(**variables)["app"] == {"accept_audience_narrowing": False, "redirect_uris": {"web": {"add": [REDIRECT]}}, **app}


@pytest.mark.parametrize(
    ("token", "state", "account", "delivery"),
    [
        (TOKEN, "present", "single_tenant", "{tenant_id}"),
        (TOKEN, "present", "multitenant_and_personal", "common"),
        (TOKEN, "absent", "single_tenant", "{tenant_id}"),
        (None, "absent", "single_tenant", "{tenant_id}"),
        (None, "present", "single_tenant", None),
        ("  ", "present", "single_tenant", None),
        ("", None, "single_tenant", None),
    ],
)
def test_where_the_secret_goes(token: str | None, state: str | None, account: str, delivery: str | None) -> None:
    """Taking away has to know the product without a token as well."""
    found = of(workato_api_token=token, workato_state=state, workato_account_type=account)
    assert found["delivery"] == ({"instance": f"{ROOT} tenantkit-entra-contoso", "authority": delivery} if delivery else {})
    assert (found["has_token"], found["asks"]) == (token == TOKEN, token == TOKEN)


def test_only_our_own_connection_is_looked_for_when_it_goes() -> None:
    assert of(workato_state="absent")["calls"]["look"] == {**PLACE, "adopt": False}


@pytest.mark.parametrize("center", DATA_CENTERS)
def test_every_data_center(center: str) -> None:
    found = of(workato_data_center=center)
    assert (found["root"], found["problems"]) == (DATA_CENTERS[center], [])
    assert found["redirect_uri"] == f"{DATA_CENTERS[center]}/oauth/callback"


@pytest.mark.parametrize(
    ("center", "host", "root", "problem"),
    [
        (None, None, ROOT, ""),
        ("eu", "https://workato.example/api/", "https://workato.example", ""),
        ("nowhere", "https://workato.example", "https://workato.example", ""),
        ("nowhere", None, "", "'workato_data_center' is 'nowhere', which is none of us, eu, jp, sg, au, il, cn, kr, uk, trial."),
        ("eu", "", "https://app.eu.workato.com", ""),
        ("eu", "http://workato.example", "", "workato_host is 'http://workato.example', which is a plain http:// address; only https:// is used."),
    ],
)
def test_the_host(center: str | None, host: str | None, root: str, problem: str) -> None:
    found = of(workato_data_center=center, workato_host=host, workato_api_token=TOKEN)
    assert found["root"] == root
    assert " ".join(found["problems"]).startswith(problem) and bool(found["problems"]) is bool(problem)
    assert found["asks"] is not bool(problem)


SINGLE = (
    "'workato_partner_tenants' is set, and 'workato_account_type' is single_tenant: other tenants cannot consent to such a registration. "
    "Leave it out, or choose multitenant_and_personal."
)
IDS = "'workato_partner_tenants' holds {}: give the id of each partner's tenant (a GUID), not a domain and not 'common'."
CUSTOM = "The profile 'custom' needs permissions in 'workato_custom_permissions', delegated ones or application permissions."
SEVERAL = {"workato_account_type": "multitenant_and_personal"}


@pytest.mark.parametrize(
    ("variables", "problems"),
    [
        ({"workato_partner_tenants": [PARTNER]}, [SINGLE]),
        ({"workato_partner_tenants": [PARTNER], "workato_state": "absent"}, []),
        ({"workato_partner_tenants": [PARTNER], **SEVERAL}, []),
        ({"workato_partner_tenants": ["common", PARTNER, "fabrikam.com"], **SEVERAL}, [IDS.format("common, fabrikam.com")]),
        ({"workato_partner_tenants": ["common"], "workato_state": "absent"}, [IDS.format("common")]),
        ({"workato_partner_tenants": ["common"]}, [SINGLE, IDS.format("common")]),
        ({"workato_permissions": "custom"}, [CUSTOM]),
        ({"workato_permissions": "custom", "workato_custom_permissions": None}, [CUSTOM]),
        ({"workato_permissions": "custom", "workato_state": "absent"}, []),
        ({"workato_permissions": "custom", "workato_custom_permissions": [{"resource": "a"}]}, [CUSTOM]),
        ({"workato_permissions": "custom", "workato_custom_permissions": [{"resource": "a", "delegated": [], "application": []}]}, [CUSTOM]),
        ({"workato_permissions": "custom", "workato_custom_permissions": [{"resource": "a"}, {"resource": "b", "delegated": ["c"]}]}, []),
        ({"workato_permissions": "custom", "workato_custom_permissions": [{"resource": "a", "application": ["c"]}]}, []),
        ({"workato_permissions": "directory"}, []),
    ],
)
def test_what_does_not_fit_together(variables: Variables, problems: list[str]) -> None:
    """Nobody is asked then."""
    found = of(workato_api_token=TOKEN, **variables)
    assert found["problems"] == problems
    assert (found["has_token"], found["asks"]) == (True, not problems)


@pytest.mark.parametrize(
    ("variables", "refused"),
    [
        ({"workato_api_token": TOKEN}, True),
        ({"workato_api_token": TOKEN, "workato_state": "absent"}, True),  # what is removed is removed from a workspace, too
        ({"workato_api_token": TOKEN, "workato_expected_workspace": ""}, True),
        ({"workato_api_token": TOKEN, "workato_expected_workspace": "Contoso"}, False),
        ({}, False),
    ],
)
def test_a_run_that_sees_only_some_hosts(variables: Variables, refused: bool) -> None:
    """Whose workspace the token opens is then not shown by what other hosts have."""
    found = of(partial_run="is limited to 'contoso'", **variables)
    assert ([("'workato_expected_workspace'" in text, "this run is limited to 'contoso'" in text) for text in found["problems"]] == [(True, True)]) is refused
    assert (found["problems"] == [], found["asks"]) == (not refused, bool(variables) and not refused)
    assert of(**variables)["problems"] == [] and TOKEN not in str(found)


def test_the_folder_by_names() -> None:
    found = of(workato_folder="Shared/Entra", workato_project="Identity")
    for call in ("look", "deliver", "correct"):
        assert (found["calls"][call]["folder"], found["calls"][call]["project"]) == ("Shared/Entra", "Identity")
        assert "folder_id" not in found["calls"][call]
    assert "folder" not in found["calls"]["remove"] and "project" not in found["calls"]["remove"] and found["problems"] == []


@pytest.mark.parametrize(("named", "variable"), [({"workato_folder": "Entra"}, "workato_folder"), ({"workato_project": "Identity"}, "workato_project")])
def test_a_folder_is_named_in_one_way(named: Variables, variable: str) -> None:
    assert of(workato_folder_id=4515, **named)["problems"] == [f"'workato_folder_id' names the folder already: leave it out, or '{variable}'."]
    assert of(workato_folder_id=4515, workato_folder="")["problems"] == of(**named)["problems"] == []


@pytest.mark.parametrize(("given", "name"), [(None, "workato"), ("Entra-ID.for_recipes", "Entra-ID.for_recipes")])
def test_what_the_description_of_the_secret_says(given: str | None, name: str) -> None:
    found = of(workato_secret_description=given)
    assert (found["secret"]["name"], found["problems"]) == (name, [])


@pytest.mark.parametrize("given", ["Entra ID", "-x", "a:b", "x" * 61, ""])
def test_a_description_that_would_hide_whose_secret_it_is(given: str) -> None:
    (problem,) = of(workato_secret_description=given)["problems"]
    assert problem.startswith(f"'workato_secret_description' is {given!r}; it consists of letters, digits")
