# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the variables of a host mean for Acme."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.acme.connection import connection

CLIENT = "0b9e4c37-36d2-4f4e-8f28-0a54a8d6b1aa"
SITE = "https://contoso.acme.example"
CALLBACK = {"web": {"add": [f"{SITE}/auth/callback"]}}
# What the role's defaults and the least of an inventory say.
LEAST: dict[str, t.Any] = {
    "entra_tenant_id": "contoso.onmicrosoft.com",
    "acme_url": f"{SITE}/",
    "acme_api_key": "a key that is in no answer",
    "acme_state": "present",
    "acme_unique_name": "tenantkit.acme.contoso",
    "acme_display_name": "Acme (contoso)",
    "acme_adopt": False,
    "acme_on_soft_deleted": "fail",
    "acme_consent_on_forbidden": "hand_off",
    "acme_secret_validity_days": 180,
    "acme_secret_renew_before_days": 30,
    "acme_secret_overlap_days": 7,
    "acme_take_over": False,
    "acme_force": False,
}


def of(**more: t.Any) -> dict[str, t.Any]:
    """The connection of a host; a variable that is None is not there."""
    variables = {name: value for name, value in {**LEAST, **more}.items() if value is not None}
    return connection(variables, host="contoso", check_mode=False)


def test_the_whole_of_an_ordinary_host() -> None:
    assert of() == {
        "problems": [],
        "app": {
            "unique_name": "tenantkit.acme.contoso",
            "display_name": "Acme (contoso)",
            "sign_in_audience": "AzureADMyOrg",
            "redirect_uris": CALLBACK,
            "adopt": False,
            "accept_audience_narrowing": False,
            "on_soft_deleted": "fail",
        },
        "people_sign_in": True,
        "enable": False,
        "permissions": [{"resource": "Microsoft Graph", "delegated": ["openid", "User.Read"]}],
        "consent": {"on_forbidden": "hand_off"},
        "consent_wanted": True,
        "consent_variable": "acme_consent: none",
        "secret": {"name": "acme", "validity_days": 180, "renew_before_days": 30, "overlap_days": 7},
        "delivery": {"instance": SITE},
        "force": False,
        "unique_variables": [["acme_url"], ["entra_tenant_id", "acme_unique_name", "acme_client_id"]],
        "state": "present",
        "absent_confirmed": "acme",
        "absent_confirmation": "acme",
        "product": {"url": SITE, "take_over": False},
    }


def test_the_api_key_is_not_in_it() -> None:
    assert LEAST["acme_api_key"] not in str(of())


@pytest.mark.parametrize(
    ("variables", "member", "value"),
    [
        ({"acme_state": "absent"}, "state", "absent"),
        ({"acme_state": None}, "state", "present"),
        ({"acme_force": True}, "force", True),
        ({"acme_force": None}, "force", False),
        ({"acme_url": None}, "delivery", {"instance": ""}),
        ({"acme_consent_on_forbidden": "fail"}, "consent", {"on_forbidden": "fail"}),
        ({"acme_secret_validity_days": None, "acme_secret_overlap_days": 0}, "secret", {"name": "acme", "renew_before_days": 30, "overlap_days": 0}),
        (
            {"acme_client_id": CLIENT, "acme_adopt": True},
            "app",
            {"app_id": CLIENT, "redirect_uris": CALLBACK, "adopt": True, "accept_audience_narrowing": False, "on_soft_deleted": "fail"},
        ),
        (
            {"acme_take_over": True, "entra_ca_path": "~/ca.pem", "entra_timeout": 20},
            "product",
            {"url": SITE, "take_over": True, "ca_path": "~/ca.pem", "timeout": 20},
        ),
    ],
)
def test_each_variable(variables: dict[str, t.Any], member: str, value: t.Any) -> None:
    assert of(**variables)[member] == value
