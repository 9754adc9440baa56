# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole namespaces of permissions: which names they mean, and how they are shown."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.permission.catalogue import ResourceApi
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.permission.namespaces import browsable, names_in, namespace_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.permission.option import gate, parse_permissions, resolve_wanted
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError

API, GRAPH = "8578e004-a5c6-46e7-913e-12f58912df43", "00000003-0000-0000-c000-000000000000"
READ, GROUPS, RETIRED, FLOWS, BARE = (f"{number}" * 8 + "-0000-4000-8000-000000000000" for number in range(1, 6))


def scope(identity: str, value: str, **more: t.Any) -> dict[str, t.Any]:
    return {"id": identity, "value": value, "isEnabled": True, "type": "User", "adminConsentDisplayName": f"May {value}", **more}


PRINCIPAL: dict[str, t.Any] = {
    "id": "59e617e5-e447-4adc-8b88-00af644d7c92",
    "appId": API,
    "displayName": "Power Platform API",
    "oauth2PermissionScopes": [
        scope(GROUPS, "EnvironmentManagement.Groups.Read", type="Admin"),
        scope(READ, "EnvironmentManagement.Environments.Read"),
        scope(RETIRED, "EnvironmentManagement.Old.Read", isEnabled=False),
        scope(FLOWS, "PowerAutomate.Flows.Read"),
        scope(BARE, "user_impersonation"),
    ],
    "appRoles": [
        {"id": FLOWS, "value": "PowerAutomate.Flows.Read", "isEnabled": True, "displayName": "Flows", "allowedMemberTypes": ["Application"]},
        {"id": BARE, "value": "ForPeople", "isEnabled": True, "displayName": "People", "allowedMemberTypes": ["User"]},
    ],
}
RESOURCE = ResourceApi.from_graph(PRINCIPAL)
BOTH = ["EnvironmentManagement.Environments.Read", "EnvironmentManagement.Groups.Read"]


@pytest.mark.parametrize(("name", "namespace"), [("A.B.C", "A"), ("A.B", "A"), ("user_impersonation", ""), ("", "")])
def test_the_namespace_of_a_name(name: str, namespace: str) -> None:
    assert namespace_of(name) == namespace


@pytest.mark.parametrize(
    ("namespaces", "held", "names"),
    [
        (["EnvironmentManagement"], None, BOTH),
        (["environmentmanagement"], None, BOTH),
        (["PowerAutomate", "EnvironmentManagement", "PowerAutomate"], None, ["PowerAutomate.Flows.Read", *BOTH]),
        ([], None, []),
        (["EnvironmentManagement"], [], [*BOTH, "EnvironmentManagement.Old.Read"]),  # taken away although it is disabled
        (["Gone"], ["Gone.Things.Read", "Other.Read"], ["Gone.Things.Read"]),  # the API does not offer it any more
        (["Gone"], [], []),
    ],
)
def test_which_names_a_namespace_means(namespaces: list[str], held: list[str] | None, names: list[str]) -> None:
    assert names_in(RESOURCE, namespaces, held=held) == names


@pytest.mark.parametrize(
    ("namespace", "sentence"),
    [
        ("EnvironmentManagment", "namespace 'EnvironmentManagment'. Did you mean EnvironmentManagement?"),
        ("Licensing", "Power Platform API has no delegated permission in a namespace 'Licensing'."),
    ],
)
def test_a_namespace_that_the_api_does_not_have(namespace: str, sentence: str) -> None:
    with pytest.raises(OptionError) as caught:
        names_in(RESOURCE, [namespace])
    assert sentence in caught.value.message


def resolved(**entry: t.Any) -> dict[str, t.Any]:
    (one,) = resolve_wanted(parse_permissions([{"resource": API, **entry}]), lambda _text: RESOURCE, missing_ok=False)
    return dict(one.delegated)


@pytest.mark.parametrize("written", ["EnvironmentManagement", "EnvironmentManagement.*", " EnvironmentManagement "])
def test_names_and_namespaces_together(written: str) -> None:
    found = resolved(delegated=["PowerAutomate.Flows.Read", BOTH[1]], namespaces=[written])
    assert found == {"PowerAutomate.Flows.Read": FLOWS, BOTH[1]: GROUPS, BOTH[0]: READ}


@pytest.mark.parametrize("written", ["", "*", "A.B", "A.B.*", "A B", "Environment*"])
def test_what_is_no_namespace(written: str) -> None:
    with pytest.raises(OptionError) as caught:
        parse_permissions([{"resource": API, "namespaces": [written]}])
    assert "has the namespace" in caught.value.message


def test_a_name_with_a_wildcard_is_still_no_name() -> None:
    with pytest.raises(OptionError):
        resolved(delegated=["EnvironmentManagement.*"])


def test_before_the_api_is_there_the_namespace_stands_for_itself() -> None:
    (one,) = resolve_wanted(parse_permissions([{"resource": API, "namespaces": ["EnvironmentManagement"]}]), lambda _text: None, missing_ok=True)
    assert dict(one.delegated) == {"EnvironmentManagement.*": None}


def test_a_privileged_one_of_a_namespace_is_refused_by_its_name() -> None:
    """Accepting a namespace accepts nothing that amounts to owning a tenant."""
    rows = [scope(READ, "RoleManagement.ReadWrite.Directory"), scope(GROUPS, "RoleManagement.Read.All")]
    graph = ResourceApi.from_graph({**PRINCIPAL, "appId": GRAPH, "displayName": "Microsoft Graph", "oauth2PermissionScopes": rows, "appRoles": []})
    wanted = resolve_wanted(parse_permissions([{"resource": GRAPH, "namespaces": ["RoleManagement"]}]), lambda _text: graph, missing_ok=False)
    with pytest.raises(OptionError) as caught:
        gate(wanted, [], lambda _text: graph, "request")
    assert "delegated:RoleManagement.ReadWrite.Directory" in caught.value.message
    assert gate(wanted, ["delegated:RoleManagement.ReadWrite.Directory"], lambda _text: graph, "request")


def test_what_an_api_offers_by_namespace() -> None:
    found = browsable(PRINCIPAL)
    assert list(found) == ["", "EnvironmentManagement", "PowerAutomate"]
    assert found["EnvironmentManagement"] == [
        {"name": BOTH[0], "id": READ, "kind": "delegated", "description": f"May {BOTH[0]}", "admin_consent": False, "privileged": False},
        {"name": BOTH[1], "id": GROUPS, "kind": "delegated", "description": f"May {BOTH[1]}", "admin_consent": True, "privileged": False},
    ]
    assert [(one["kind"], one["description"], one["admin_consent"]) for one in found["PowerAutomate"]] == [
        ("delegated", "May PowerAutomate.Flows.Read", False),
        ("application", "Flows", True),
    ]
    assert [one["name"] for one in found[""]] == ["user_impersonation"]


def test_what_amounts_to_owning_a_tenant_is_marked() -> None:
    (one,) = browsable({"appId": GRAPH, "oauth2PermissionScopes": [scope(READ, "RoleManagement.ReadWrite.Directory")]})["RoleManagement"]
    assert one["privileged"]


def test_an_application_that_is_no_api() -> None:
    assert browsable({"appId": API}) == {}
