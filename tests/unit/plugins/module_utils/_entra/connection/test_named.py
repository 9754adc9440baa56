# SPDX-License-Identifier: GPL-3.0-or-later
"""Whoever the options of a connection name has to exist before anything is written, and stops no renewal once the connection is in use."""

from __future__ import annotations

import dataclasses
import datetime as dt
import types
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.common.principals import Name, Principal
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connection.model import ConnectionDesired, Snapshot
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connection.named import leave_missing, named_principals
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import NotFoundError

Tenants = types.SimpleNamespace
Json = dict[str, t.Any]
ROBOT = "aaaaaaaa-0000-4000-8000-00000000000a"
OWNERS: Json = {"app": {"owners": {"add": ["anna@contoso.com", ROBOT], "remove": ["bob@contoso.com"]}}}
ASSIGNED: Json = {"service_principal": {"assigned_to": {"set": [{"user": "anna@contoso.com"}, {"group": "Sales", "app_role": "Reader"}]}}}


def snapshot(app: Json | None, found: t.Mapping[Name, Principal | None]) -> Snapshot:
    return Snapshot({}, app, None, (), (), dt.datetime(2026, 11, 22, tzinfo=dt.UTC), found=found)


NAMED: list[tuple[Json, list[str], list[tuple[Name, str]]]] = [
    ({}, [], []),
    (OWNERS, [], [(("user", "anna@contoso.com"), "'owners' in 'entra_connector_app'"), (("any", ROBOT), "'owners' in 'entra_connector_app'")]),
    (ASSIGNED, [], [
        (("user", "anna@contoso.com"), "'assigned_to' in 'entra_connector_service_principal'"),
        (("group", "Sales"), "'assigned_to' in 'entra_connector_service_principal'"),
    ]),
    ({"consent": {"principal": "anna@contoso.com"}}, [], [(("user", "anna@contoso.com"), "'principal' in 'entra_connector_consent'")]),
    ({}, ["anna@contoso.com", ROBOT], [(("user", "anna@contoso.com"), "'workato_service_accounts'"), (("user", ROBOT), "'workato_service_accounts'")]),
    ({**OWNERS, "state": "absent"}, ["anna@contoso.com"], []),
    ({"app": {"owners": {"set": []}}, "service_principal": {"assigned_to": None}}, [], []),
]  # fmt: skip


@pytest.mark.parametrize(("options", "accounts", "expected"), NAMED)
def test_who_is_named_and_where(tenants: Tenants, options: Json, accounts: list[str], expected: list[tuple[Name, str]]) -> None:
    named = named_principals(tenants.wanted(**options), accounts)
    assert [(one.name, one.place("entra_connector", "workato_service_accounts")) for one in named] == expected


def test_where_no_role_asks(tenants: Tenants) -> None:
    owner, account = named_principals(tenants.wanted(app={"owners": {"set": [ROBOT]}}), ["anna@contoso.com"])
    assert (owner.place("", ""), account.place("", "")) == ("'owners' in 'app'", "'accounts'")


def left(tenants: Tenants, options: Json, app: Json | None, *missing: Name, accounts: t.Sequence[str] = ()) -> tuple[ConnectionDesired, tuple[str, ...]]:
    wanted = dataclasses.replace(tenants.wanted(**options), prefix="entra_connector")
    named = named_principals(wanted, accounts)
    found = {one.name: None if one.name in missing else Principal(ROBOT) for one in named}
    return leave_missing(wanted, snapshot(app, found), named, tenant="contoso.com", accounts_variable="workato_service_accounts")


def test_whoever_exists_changes_nothing(tenants: Tenants) -> None:
    wanted, said = left(tenants, {**OWNERS, **ASSIGNED}, None)
    assert (wanted.app["owners"], wanted.service_principal, said) == (OWNERS["app"]["owners"], ASSIGNED["service_principal"], ())


REFUSED: list[tuple[Json, Name, tuple[str, ...], str]] = [
    (OWNERS, ("user", "anna@contoso.com"), (), "no user 'anna@contoso.com' ('owners' in 'entra_connector_app')"),
    (OWNERS, ("any", ROBOT), (), f"no user or service principal '{ROBOT}' ('owners' in 'entra_connector_app')"),
    (ASSIGNED, ("group", "Sales"), (), "no group 'Sales' ('assigned_to' in 'entra_connector_service_principal')"),
    ({"consent": {"principal": ROBOT}}, ("user", ROBOT), (), f"no user '{ROBOT}' ('principal' in 'entra_connector_consent')"),
    ({}, ("user", "anna@contoso.com"), ("anna@contoso.com",), "no user 'anna@contoso.com' ('workato_service_accounts')"),
]


@pytest.mark.parametrize("app", [None, {"appId": "1", "tags": []}], ids=["new", "of others"])
@pytest.mark.parametrize(("options", "missing", "accounts", "words"), REFUSED)
def test_refused_before_the_first_write(tenants: Tenants, app: Json | None, options: Json, missing: Name, accounts: tuple[str, ...], words: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        left(tenants, options, app, missing, accounts=accounts)
    assert caught.value.message == f"There is {words} in tenant contoso.com. Nothing was changed."
    assert caught.value.code == "principal_not_found"
    assert [one["name"] for one in caught.value.details["missing"]] == [missing[1]]


def test_a_connection_in_use_goes_on(tenants: Tenants) -> None:
    """Who left the company is no reason for a credential to expire. What names such a one is left as it is, as a whole."""
    app = tenants.connected()["application"]
    names: tuple[Name, ...] = (("user", "anna@contoso.com"),)
    wanted, (said,) = left(tenants, {**OWNERS, **ASSIGNED}, app, *names, accounts=["anna@contoso.com"])
    assert "owners" not in wanted.app and wanted.app["unique_name"] == "payroll"
    assert "assigned_to" not in wanted.service_principal
    assert said == (
        "There is no user 'anna@contoso.com' ('owners' in 'entra_connector_app'), no user 'anna@contoso.com' ('assigned_to' in "
        "'entra_connector_service_principal'), no user 'anna@contoso.com' ('workato_service_accounts') in tenant contoso.com. The owners stay as they are. "
        "The assignments stay as they are."
    )


def test_consent_for_one_who_does_not_exist_is_never_given_to_others(tenants: Tenants) -> None:
    with pytest.raises(NotFoundError):
        left(tenants, {"consent": {"principal": ROBOT}}, tenants.connected()["application"], ("user", ROBOT))
