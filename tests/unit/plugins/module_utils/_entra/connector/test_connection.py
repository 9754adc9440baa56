# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From variables, or a product's own dict, to one whole connection."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connector.connection import complete, delivery_to, of_variables, sinks_of, whole


def test_variables_of_a_play_of_ones_own() -> None:
    variables = {
        "entra_connector_name": "payroll",
        "entra_connector_app": {"unique_name": "a"},
        "entra_connector_state": "absent",
        "entra_connector_secret_later": True,
        "entra_connector_sink": {"type": "tasks"},
        "entra_tenant_id": "contoso.com",
    }
    found = of_variables(variables, host="contoso", check_mode=False)
    named = {"prefix": "entra_connector", "consent_variable": "entra_connector_consent_wanted: false"}
    assert found == {"connector": "payroll", "app": {"unique_name": "a"}, "state": "absent", "secret_later": True, "problems": [], **named}


@pytest.mark.parametrize(
    ("variables", "problems"),
    [
        ({}, ["'entra_connector_name' is missing.", "'entra_connector_app' is missing."]),
        ({"entra_connector_name": "a", "entra_connector_app": {}}, ["'entra_connector_app' is missing."]),
        ({"entra_connector_name": "", "entra_connector_app": {"app_id": "a"}}, ["'entra_connector_name' is missing."]),
    ],
)
def test_what_is_missing(variables: dict[str, t.Any], problems: list[str]) -> None:
    assert of_variables(variables, host="contoso", check_mode=False)["problems"] == problems


def test_the_least() -> None:
    found = complete({"connector": "payroll", "app": {"unique_name": "a"}}, {}, host="contoso")
    assert found["sinks"] == []
    assert found["look"] == {
        "connector": "payroll",
        "app": {"unique_name": "a"},
        "consent": {},
        "role": {
            "sinks": [],
            "has_product": False,
            "consent_wanted": True,
            "secret_later": False,
            "prefix": "payroll",
            "consent_variable": "",
            "absent_confirmed": "",
            "absent_confirmation": "payroll",
            "absent_consequence": "",
            "problems": [],
        },
    }


def test_everything() -> None:
    given = {
        "connector": "payroll",
        "app": {"unique_name": "a"},
        "service_principal": {"account_enabled": True},
        "permissions": [{"resource": "Microsoft Graph"}],
        "permissions_mode": "exact",
        "create_missing_service_principals": True,
        "accept_privileged": ["delegated:Directory.ReadWrite.All"],
        "secret": {"name": "payroll"},
        "force": False,
        "find_other_registrations": True,
        "state": "present",
        "unique_variables": [["a", "b"]],
        "consent": {"on_forbidden": "hand_off"},
        "delivery": {"instance": "there"},
        "consent_wanted": True,
        "secret_later": True,
        "absent_confirmed": "x",
        "absent_confirmation": "contoso",
        "absent_consequence": "people stay outside",
        "problems": ["Wrong."],
        "of_the_product": 1,
    }
    found = complete(given, {"entra_connector_sink": [{"type": "tasks", "file": "a.yml"}]}, host="contoso")
    role = found["look"].pop("role")
    assert found["of_the_product"] == 1
    of_the_role = ("consent_wanted", "secret_later", "absent_confirmed", "absent_confirmation", "absent_consequence", "problems", "of_the_product")
    assert found["look"] == {name: value for name, value in given.items() if name not in of_the_role}
    assert role == {
        "sinks": [{"type": "tasks", "file": "a.yml"}],
        "has_product": True,
        "consent_wanted": True,
        "secret_later": True,
        "prefix": "payroll",
        "consent_variable": "",
        "absent_confirmed": "x",
        "absent_confirmation": "contoso",
        "absent_consequence": "people stay outside",
        "problems": ["Wrong."],
    }


@pytest.mark.parametrize("given", [{}, {"account_enabled": True, "notes": "n"}])
def test_nothing_is_enabled_unless_the_operator_says_so(given: dict[str, t.Any]) -> None:
    said = {"connector": "a", "app": {"app_id": "b"}, "service_principal": given}
    look = complete(said, {}, host="contoso")["look"]
    assert (look["app"], look.get("service_principal", {})) == ({"app_id": "b"}, given)
    look = complete({**said, "enable": True}, {}, host="contoso")["look"]
    assert look["app"] == {"app_id": "b", "is_disabled": False}
    assert look["service_principal"] == {**given, "account_enabled": True}


def test_consent_that_others_see_to_is_only_reported() -> None:
    found = complete({"connector": "a", "app": {"app_id": "b"}, "consent": {"on_forbidden": "fail"}, "consent_wanted": False}, {}, host="contoso")
    assert (found["look"]["consent"], found["look"]["role"]["consent_wanted"]) == ({"mode": "report"}, False)


@pytest.mark.parametrize(
    ("found", "delivery"),
    [
        ({"secret": {"name": "a"}}, {"instance": "sink contoso vault_file tasks"}),
        ({"certificate": {"name": "a"}}, {"instance": "sink contoso vault_file tasks certificate"}),
        ({"secret": {"name": "a"}, "delivery": {"instance": "product"}}, {"instance": "product"}),
    ],
)
def test_where_a_credential_goes(found: dict[str, t.Any], delivery: dict[str, str]) -> None:
    sinks = [{"type": "vault_file"}, {"type": "tasks", "file": "a.yml"}]
    whole = complete({"connector": "a", "app": {"app_id": "b"}, **found}, {"entra_connector_sink": sinks}, host="contoso")
    assert whole["look"]["delivery"] == delivery
    assert whole["look"]["role"]["has_product"] is ("delivery" in found)


@pytest.mark.parametrize(
    ("given", "vault_id", "sinks"),
    [
        (None, None, []),
        ([], None, []),
        ({}, "a", []),
        ({"type": "vault_file"}, None, [{"type": "vault_file", "vault_id": "default"}]),
        ({"type": "vault_file"}, "connectors", [{"type": "vault_file", "vault_id": "connectors"}]),
        ([{"type": "vault_file", "vault_id": "own"}, {"type": "tasks"}], "connectors", [{"type": "vault_file", "vault_id": "own"}, {"type": "tasks"}]),
    ],
)
def test_sinks(given: t.Any, vault_id: str | None, sinks: list[dict[str, str]]) -> None:
    assert sinks_of(given, vault_id) == sinks


def test_without_a_sink_nothing_is_made_up() -> None:
    assert delivery_to([], "contoso", certificate=True) == {}


def test_a_products_connection_answers_with_everything_the_role_takes() -> None:

    def of_product(variables: t.Mapping[str, t.Any], *, host: str, check_mode: bool) -> dict[str, t.Any]:
        return {"app": {"unique_name": variables["x"]}, "problems": [f"{host} {check_mode}"]}

    found = whole("payroll", of_product)({"x": "a"}, host="contoso", check_mode=True)
    said = {"connector": "payroll", "app": {"unique_name": "a"}, "problems": ["contoso True"]}
    assert found == complete(said, {}, host="contoso") and found["look"]["role"]["problems"] == ["contoso True"]


def test_what_a_sink_signs_in_with_is_not_published() -> None:
    """The connection goes through results; the secrets of a sink do not."""
    sink = {
        "type": "azure_key_vault",
        "vault_url": "https://keys.vault.azure.net",
        "client_secret": "made-up-secret",
        "certificate_password": "made-up-password",
    }
    found = complete({"connector": "a", "app": {"app_id": "b"}}, {"entra_connector_sink": sink}, host="contoso")
    assert "made-up" not in str(found) and found["sinks"] == [{"type": "azure_key_vault", "vault_url": "https://keys.vault.azure.net"}]
    assert "made-up" not in str(of_variables({"entra_connector_name": "a", "entra_connector_sink": sink}, host="contoso", check_mode=False))
