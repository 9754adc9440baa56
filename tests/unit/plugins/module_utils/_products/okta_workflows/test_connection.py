# SPDX-License-Identifier: GPL-3.0-or-later
"""What the variables of the role okta_workflows mean, and what is wrong with them."""

from __future__ import annotations

import json

import pytest
import yaml
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.connection import connection, popup
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.scopes import PROFILES
from integration.okta_workflows.helpers import ADMIN, CHOSEN, OKTA, OPEN, PUBLISHER, SERVICE, SOMEBODY, Json
from support.playbooks import ROOT

ADDRESS = "https://login.microsoftonline.com/common/oauth2/v2.0/authorize"


def of(variables: Json, *, check_mode: bool = False) -> Json:
    return connection(variables, host="contoso", check_mode=check_mode)


@pytest.mark.parametrize(
    ("address", "client_id", "scopes"),
    [
        ("", "", []),
        ("https://workflows.okta.com/app", "", []),
        (f"{ADDRESS}?client_id={OKTA.upper()}&scope=openid+profile%20Mail.Send&state=x%3Dy#top", OKTA, ["openid", "profile", "Mail.Send"]),
        (f"{ADDRESS}?scope=openid&client_id={OKTA}", OKTA, ["openid"]),
        (f"{ADDRESS}?scope=openid#client_id={OKTA}", "", ["openid"]),
        (f"{ADDRESS}?client_id=%7Bx%7D", "{x}", []),
        (f"{ADDRESS}?scope=https%3A%2F%2Fgraph.microsoft.com%2FMail.Send%20https://dod-graph.microsoft.us/Mail.Read", "", ["Mail.Send", "Mail.Read"]),
        (f"{ADDRESS}?scope=https://microsoftgraph.chinacloudapi.cn/User.Read%20https://graph.microsoft.com/.default", "", ["User.Read", ".default"]),
        (f"{ADDRESS}?scope=https://other.example/graph/User.Read", "", ["https://other.example/graph/User.Read"]),
        (f"{ADDRESS}?scope=openid%20User.Read%20OPENID%20https://graph.microsoft.com/user.read", "", ["openid", "User.Read"]),
    ],
)
def test_the_address_of_the_popup(address: str, client_id: str, scopes: list[str]) -> None:
    assert popup(address) == (client_id, scopes)


@pytest.mark.parametrize(
    ("variables", "does"),
    [
        ({}, "discovery"),
        ({"okta_workflows_app_id": OKTA}, "preconsent"),
        ({"okta_workflows_authorization_url": f"{ADDRESS}?client_id={OKTA}"}, "preconsent"),
        ({"okta_workflows_mode": "audit"}, "discovery"),
        ({"okta_workflows_mode": "audit", "okta_workflows_app_id": OKTA}, "preconsent"),
        ({"okta_workflows_mode": "audit", "okta_workflows_app_id": OKTA, "okta_workflows_state": "absent"}, "preconsent"),
        ({"okta_workflows_mode": "vendor_documented"}, "vendor_documented"),
        ({"okta_workflows_mode": "vendor_documented", "okta_workflows_state": "absent"}, "absent"),
        ({"okta_workflows_app_id": OKTA, "okta_workflows_state": "absent"}, "absent"),
        ({"okta_workflows_state": "absent"}, "absent"),
    ],
)
def test_what_a_run_does(variables: Json, does: str) -> None:
    assert of(variables)["does"] == does


PUBLISHER_MISSING = "'okta_workflows_publisher_tenant_id' is missing: a name can be imitated"
NOBODY = "'okta_workflows_accounts' is empty"
NEEDS_APP = "needs 'okta_workflows_app_id'"
WIDE = "lets every user consent to every application"
NO_POPUP = "has to be the whole address of Okta's popup, with client_id and scope in it."


@pytest.mark.parametrize(
    ("variables", "problems"),
    [
        ({}, []),
        (CHOSEN, []),
        (OPEN, []),
        ({**CHOSEN, "okta_workflows_state": "absent"}, []),
        ({**CHOSEN, "okta_workflows_authorization_url": "https://workflows.okta.com/app"}, [NO_POPUP]),
        ({**CHOSEN, "okta_workflows_authorization_url": f"{ADDRESS}?client_id={OKTA}"}, [NO_POPUP]),
        ({**CHOSEN, "okta_workflows_authorization_url": f"{ADDRESS}?scope=openid"}, [NO_POPUP]),
        ({**CHOSEN, "okta_workflows_app_id": OKTA.upper(), "okta_workflows_authorization_url": f"{ADDRESS}?client_id={OKTA}&scope=openid"}, []),
        ({**CHOSEN, "okta_workflows_authorization_url": f"{ADDRESS}?client_id={SOMEBODY}&scope=openid"}, [f"is for the application {SOMEBODY}."]),
        ({**CHOSEN, "okta_workflows_app_id": "", "okta_workflows_authorization_url": f"{ADDRESS}?client_id={OKTA}&scope=openid"}, []),
        ({**OPEN, "okta_workflows_app_id": ""}, [f"The mode 'vendor_documented' {NEEDS_APP}"]),
        ({**OPEN, "okta_workflows_app_id": "", "okta_workflows_state": "absent"}, [f"Revoking grants and removing assignments {NEEDS_APP}"]),
        ({**CHOSEN, "okta_workflows_publisher_tenant_id": ""}, [PUBLISHER_MISSING]),
        ({**OPEN, "okta_workflows_publisher_tenant_id": ""}, [PUBLISHER_MISSING]),
        ({**CHOSEN, "okta_workflows_publisher_tenant_id": "", "okta_workflows_state": "absent"}, []),
        ({**CHOSEN, "okta_workflows_accounts": []}, [NOBODY]),
        ({**OPEN, "okta_workflows_accounts": []}, []),
        ({"okta_workflows_app_id": OKTA, "okta_workflows_mode": "audit"}, []),
        ({**CHOSEN, "okta_workflows_permissions": "custom"}, ["The profile 'custom' needs 'okta_workflows_custom_scopes'."]),
        ({**CHOSEN, "okta_workflows_permissions": "custom", "okta_workflows_custom_scopes": ["openid"]}, []),
        ({**OPEN, "okta_workflows_accept_tenant_wide_consent": False}, [WIDE]),
        ({**OPEN, "okta_workflows_accept_tenant_wide_consent": False, "okta_workflows_state": "absent"}, []),
        (
            {"okta_workflows_mode": "vendor_documented", "okta_workflows_permissions": "custom"},
            [NEEDS_APP, "custom_scopes", WIDE],
        ),
    ],
)
def test_what_does_not_fit_together(variables: Json, problems: list[str]) -> None:
    found = of(variables)["problems"]
    assert len(found) == len(problems), found
    for text, words in zip(found, problems, strict=True):
        assert words in text
        assert text.endswith(".") and "{" not in text


def test_the_wrong_application_is_named_as_it_was_written() -> None:
    (text,) = of({**CHOSEN, "okta_workflows_app_id": "ABC", "okta_workflows_authorization_url": f"{ADDRESS}?client_id=DEF&scope=openid"})["problems"]
    assert text == "'okta_workflows_app_id' is ABC, but the address in 'okta_workflows_authorization_url' is for the application def."


def test_what_opens_the_tenant_says_what_it_is_good_for() -> None:
    (text,) = of({**OPEN, "okta_workflows_accept_tenant_wide_consent": False})["problems"]
    assert text.endswith(
        "It does little for the connection: 39 of the 62 scopes that the vendor asks for need an administrator's consent whatever these settings are."
    )


def test_the_connection_of_a_host() -> None:
    """All of it, so that no secret and nothing unforeseen is in what a role publishes."""
    hidden = {"client_id": "automation", "client_secret": "do-not-show"}
    variables = {
        **CHOSEN,
        "okta_workflows_app_id": OKTA.upper(),
        "okta_workflows_accounts": [SERVICE, ADMIN],
        "entra_tenant_id": "contoso.com",
        "entra_auth": hidden,
    }
    permissions = [{"resource": "Microsoft Graph", "delegated": list(PROFILES["directory"])}]
    shared = {"app_id": OKTA, "permissions": permissions, "accept_privileged": [], "on_forbidden": "hand_off", "expected_publisher_tenant_id": PUBLISHER}
    found = of(variables, check_mode=True)
    assert found == {
        "problems": [],
        "state": "present",
        "mode": "preconsent",
        "does": "preconsent",
        "audit": False,
        "check_mode": True,
        "app": {"app_id": OKTA},
        "app_id": OKTA,
        "publisher_tenant_id": PUBLISHER,
        "display_name_prefix": "",
        "requested": [],
        "profile": "directory",
        "permissions": permissions,
        "accept_privileged": [],
        "accounts": [SERVICE, ADMIN],
        "connections": [],
        "accept_unassigned": False,
        "consent_for": "principal",
        "consent": {"mode": "merge", "on_forbidden": "hand_off"},
        "looks": {
            "enterprise_application": {"app_id": OKTA},
            "consents": [{**shared, "whom": who, "principal": who} for who in (SERVICE, ADMIN)],
        },
    }
    assert "do-not-show" not in json.dumps(found)


def test_a_consent_for_everybody_is_looked_at_once() -> None:
    variables = {**CHOSEN, "okta_workflows_accounts": [SERVICE, ADMIN], "okta_workflows_consent": "all_principals", "okta_workflows_publisher_tenant_id": ""}
    (look,) = of(variables)["looks"]["consents"]
    assert look["whom"] == "every user of the tenant"
    assert not {"principal", "expected_publisher_tenant_id"} & look.keys()


@pytest.mark.parametrize("variables", [OPEN, {**CHOSEN, "okta_workflows_state": "absent"}, {}])
def test_where_no_consent_is_given_none_is_looked_at(variables: Json) -> None:
    assert of(variables)["looks"]["consents"] == []


def test_without_an_app_id_candidates_are_looked_for() -> None:
    found = of({"okta_workflows_display_name_prefix": "Okta"})
    assert (found["app"], found["app_id"]) == ({}, "")
    assert found["looks"] == {"enterprise_application": {"display_name_prefix": "Okta"}, "consents": []}


def test_the_defaults_are_those_of_the_role() -> None:
    """Where the variables of the role are not known, as in a look at several connectors, it is the same connection; the prefix is for candidates only."""
    defaults = yaml.safe_load((ROOT / "roles/okta_workflows/defaults/main.yml").read_text())
    without_prefix = {**defaults, "okta_workflows_display_name_prefix": ""}
    for more in ({}, CHOSEN, OPEN):
        assert of({**without_prefix, **more}) == of(dict(more))


@pytest.mark.parametrize(("mode", "audit"), [("audit", True), ("preconsent", False), ("vendor_documented", False)])
def test_what_is_handed_on(mode: str, audit: bool) -> None:
    found = of({**OPEN, "okta_workflows_mode": mode, "okta_workflows_accept_privileged": ["delegated:a"], "okta_workflows_accept_unassigned": True})
    assert (found["mode"], found["audit"], found["accept_privileged"], found["accept_unassigned"]) == (mode, audit, ["delegated:a"], True)
    assert found["check_mode"] is False
