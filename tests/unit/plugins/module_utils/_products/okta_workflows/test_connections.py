# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several connections of one tenant: what their list means, and what is wrong with it."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.connection import connection
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.connections import accounts_variable
from integration.okta_workflows.helpers import ADMIN, CHOSEN, SERVICE, Json

USERS: Json = {"nickname": "Users", "account": SERVICE, "permissions": "custom", "custom_scopes": ["openid", "User.Read", "openid"]}
MAIL: Json = {"nickname": "Mail", "account": ADMIN, "permissions": "custom", "custom_scopes": ["openid", "Mail.Send"]}


def of(*rows: t.Any, **more: t.Any) -> Json:
    """The connection of a host with these; more variables without the prefix of the role."""
    variables = {name: value for name, value in CHOSEN.items() if name != "okta_workflows_accounts"}
    variables |= {"okta_workflows_connections": list(rows), **{f"okta_workflows_{name}": value for name, value in more.items()}}
    return connection(variables, host="contoso", check_mode=False)


def test_each_account_is_asked_for_its_own_scopes() -> None:
    found = of(USERS, MAIL)
    assert found["problems"] == []
    assert found["accounts"] == [SERVICE, ADMIN]
    assert [(one["principal"], one["whom"], one["permissions"]) for one in found["looks"]["consents"]] == [
        (SERVICE, SERVICE, [{"resource": "Microsoft Graph", "delegated": ["openid", "User.Read"]}]),
        (ADMIN, ADMIN, [{"resource": "Microsoft Graph", "delegated": ["openid", "Mail.Send"]}]),
    ]
    assert found["permissions"] == [{"resource": "Microsoft Graph", "delegated": ["openid", "User.Read", "Mail.Send"]}], "all of them together"
    assert found["connections"] == [
        {"nickname": "Users", "account": SERVICE, "profile": "custom", "scopes": ["openid", "User.Read"]},
        {"nickname": "Mail", "account": ADMIN, "profile": "custom", "scopes": ["openid", "Mail.Send"]},
    ]


def test_what_a_connection_leaves_out_is_that_of_all() -> None:
    found = of({"nickname": " Users ", "account": SERVICE}, {**MAIL, "custom_scopes": None}, permissions="custom", custom_scopes=["Mail.Read"])
    assert [(one["nickname"], one["profile"], one["scopes"]) for one in found["connections"]] == [
        ("Users", "custom", ["Mail.Read"]),
        ("Mail", "custom", ["Mail.Read"]),
    ]
    assert of({"nickname": "Users", "account": SERVICE})["connections"][0]["profile"] == "directory"


def test_the_single_form_is_as_it_was() -> None:
    found = connection(CHOSEN, host="contoso", check_mode=False)
    assert (found["connections"], found["accounts"], len(found["looks"]["consents"])) == ([], [SERVICE], 1)
    assert found["looks"]["consents"][0]["permissions"] == found["permissions"]


LIST = "'okta_workflows_connections'"
FOUR: list[Json] = [{**USERS, "nickname": name, "account": f"{number}@contoso.com"} for number, name in enumerate(("Users", "Mail", "users", "MAIL"))]
SHARED = (
    f"The accounts {SERVICE} and {ADMIN} are in {LIST} more than once: Entra keeps one consent for an account, so each connection needs a service account "
    "of its own."
)
WRONG: list[tuple[list[Json], Json, str]] = [
    ([{**USERS, "nickname": ""}], {}, f"Every entry of {LIST} needs a nickname and an account."),
    ([{**USERS, "account": " "}], {}, f"Every entry of {LIST} needs a nickname and an account."),
    (FOUR, {}, f"The nicknames Users and Mail are in {LIST} more than once."),
    ([USERS, {**MAIL, "nickname": "a"}, {**USERS, "nickname": "b", "account": SERVICE.upper()}, {**MAIL, "nickname": "c"}], {}, SHARED),
    ([USERS, {**MAIL, "nickname": "users"}], {}, f"The nickname Users is in {LIST} more than once."),
    (
        [USERS],
        {"accounts": [ADMIN]},
        f"Both {LIST} and 'okta_workflows_accounts' are set: the accounts of several connections stand in the list of connections.",
    ),
    ([USERS], {"consent": "all_principals"}, f"The variable {LIST} gives each account its own scopes, which needs okta_workflows_consent: principal."),
    (
        [USERS],
        {"mode": "vendor_documented", "accept_tenant_wide_consent": True},
        f"The mode 'vendor_documented' consents to nothing for an account, so it takes no {LIST}.",
    ),
    (
        [USERS, {**MAIL, "custom_scopes": []}, {"nickname": "Files", "account": "c@contoso.com", "permissions": "custom"}],
        {},
        f"The profile 'custom' needs custom_scopes in {LIST}: Mail, Files.",
    ),
]


@pytest.mark.parametrize(("rows", "more", "sentence"), WRONG, ids=[row[2][-40:] for row in WRONG])
def test_what_is_wrong_with_the_list(rows: list[Json], more: Json, sentence: str) -> None:
    assert of(*rows, **more)["problems"] == [sentence]


def test_the_variable_that_a_sentence_names() -> None:
    assert accounts_variable(of(USERS)) == "okta_workflows_connections"
    assert accounts_variable(connection(CHOSEN, host="contoso", check_mode=False)) == "okta_workflows_accounts"


def test_a_list_without_entries_is_none() -> None:
    assert [problem for problem in of()["problems"] if "okta_workflows_accounts' is empty" in problem]
