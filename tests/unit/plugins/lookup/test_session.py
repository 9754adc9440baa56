# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which module defaults the variables of a host mean."""

from __future__ import annotations

import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.tenantkit.connectors.plugins.module_utils._argspec import auth_argument_spec
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._session_options import CREDENTIAL, SHARED, session


def credential(**options: str) -> dict[str, str | None]:
    """A credential of the host, which is whole: nothing of a play's defaults completes it."""
    return {**{f"auth_{member}": None for member in CREDENTIAL}, "auth_method": "auto", **options}


@pytest.mark.parametrize(
    ("variables", "options"),
    [
        ({}, {}),
        ({"entra_tenant_id": "contoso.com"}, {"tenant_id": "contoso.com"}),
        ({"entra_tenant_id": "a", "entra_timeout": 5, "entra_cloud": None}, {"tenant_id": "a", "timeout": 5}),
        ({"entra_auth": {"method": "client_secret", "client_id": "b"}}, credential(auth_method="client_secret", auth_client_id="b")),
        ({"entra_auth": {"method": None, "access_token": "c"}}, credential(auth_access_token="c")),
        ({"entra_auth": {"unknown": 1}, "unrelated": 2}, credential()),
        ({"entra_auth": None}, {}),
        ({"entra_auth": {}}, {}),
    ],
)
def test_what_the_host_names(variables: dict[str, t.Any], options: dict[str, t.Any]) -> None:
    assert session(variables, lambda value: value) == options


def test_another_credential_takes_the_place_of_the_first_as_a_whole() -> None:
    variables = {"entra_auth": {"client_id": "first", "client_secret": "x"}, "admin_auth": {"client_id": "second"}}
    assert session(variables, lambda value: value, "admin_auth") == credential(auth_client_id="second")
    assert session(variables, lambda value: value, "missing_auth") == credential(auth_client_id="first", auth_client_secret="x")


def test_what_a_credential_leaves_out_is_valid() -> None:
    """What is handed on as nothing is taken by each module: an option with choices would refuse it."""
    given = {"tenant_id": "contoso.com", **session({"entra_auth": {"client_id": "b", "client_secret": "c"}}, lambda value: value)}
    assert ArgumentSpecValidator(auth_argument_spec()).validate(given).error_messages == []


def test_every_shared_option_of_the_modules_can_be_said() -> None:
    assert {*SHARED, *(f"auth_{member}" for member in CREDENTIAL)} == set(auth_argument_spec())
