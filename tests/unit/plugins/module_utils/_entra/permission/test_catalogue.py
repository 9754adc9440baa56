# SPDX-License-Identifier: GPL-3.0-or-later
"""Resource APIs: names to ids, nearest matches, well-known names."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.permission.catalogue import (
    MICROSOFT_GRAPH,
    ResourceApi,
    resolve_names,
    well_known_app_id,
    well_known_name,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError

READ = "e1fe6dd8-ba31-4d61-89e7-88639da4683d"
GROUP = "bf7b1a76-6e77-406b-b258-bf5c7720e98f"


def scope(number: int, value: str, **more: t.Any) -> dict[str, t.Any]:
    return {"id": f"00000000-0000-0000-0000-{number:012d}", "value": value, "isEnabled": True, **more}


def role(number: int, value: str | None, kinds: tuple[str, ...] = ("Application",), **more: t.Any) -> dict[str, t.Any]:
    return {**scope(number, value or "", **more), "value": value, "allowedMemberTypes": list(kinds)}


@pytest.fixture
def graph() -> ResourceApi:
    return ResourceApi.from_graph(
        {
            "id": "SP000000-0000-0000-0000-000000000001",
            "appId": MICROSOFT_GRAPH,
            "displayName": "Microsoft Graph",
            "appOwnerOrganizationId": "f8cdef31-a31e-4b4a-93e4-5f571e91255a",
            "servicePrincipalNames": [MICROSOFT_GRAPH, "https://graph.microsoft.com"],
            "oauth2PermissionScopes": [
                {"id": READ.upper(), "value": "User.Read", "isEnabled": True},
                scope(2, "Directory.AccessAsUser.All"),
                scope(3, "Old.Read", isEnabled=False),
                scope(4, "Twice"),
                scope(5, "twice"),
                scope(6, "openid"),
            ],
            "appRoles": [
                {"id": GROUP, "value": "Group.Create", "isEnabled": True, "allowedMemberTypes": ["Application"]},
                role(11, "Reader", ("User",)),
                role(12, None),
            ],
        }
    )


def test_names_and_ids(graph: ResourceApi) -> None:
    delegated, application = resolve_names(graph, ["User.Read", "openid"], [GROUP.upper()])
    assert delegated == {"User.Read": READ, "openid": "00000000-0000-0000-0000-000000000006"}
    assert application == {"Group.Create": GROUP}


def test_another_case_is_written_back_as_the_resource_spells_it(graph: ResourceApi) -> None:
    assert resolve_names(graph, ["user.read"], []) == ({"User.Read": READ}, {})


def test_exact_case_wins_and_an_ambiguous_case_is_unknown(graph: ResourceApi) -> None:
    assert list(resolve_names(graph, ["Twice"], [])[0].values()) == ["00000000-0000-0000-0000-000000000004"]
    with pytest.raises(OptionError):
        resolve_names(graph, ["TWICE"], [])


def test_unknown_names_come_with_the_nearest_matches_all_at_once(graph: ResourceApi) -> None:
    with pytest.raises(OptionError) as caught:
        resolve_names(graph, ["Directory.AcessAsUser.All", "Group.Create", "Nothing.Like.It"], ["User.Read"])
    text = caught.value.sentence()
    assert "'Directory.AcessAsUser.All'. Did you mean Directory.AccessAsUser.All?" in text
    assert "has Group.Create as application permission only" in text
    assert "has User.Read as delegated permission only" in text
    assert "no delegated permission 'Nothing.Like.It'." in text
    assert caught.value.code == "permission_unknown"


def test_disabled_is_said_unless_it_is_taken_away(graph: ResourceApi) -> None:
    with pytest.raises(OptionError, match="is disabled"):
        resolve_names(graph, ["Old.Read"], [])
    assert "Old.Read" in resolve_names(graph, ["Old.Read"], [], held=())[0]


def test_roles_for_users_are_no_application_permissions(graph: ResourceApi) -> None:
    with pytest.raises(OptionError):
        resolve_names(graph, [], ["Reader"])


def test_cache_form_is_plain_and_lossless(graph: ResourceApi) -> None:
    import json

    assert ResourceApi.from_cache(json.loads(json.dumps(graph.to_cache()))) == graph


def test_name_of(graph: ResourceApi) -> None:
    assert graph.name_of("delegated", READ.upper()) == "User.Read"
    assert graph.name_of("application", READ) == READ
    assert graph.name_of("application", "00000000-0000-0000-0000-000000000012") == "00000000-0000-0000-0000-000000000012"


@pytest.mark.parametrize(
    ("text", "app_id"),
    [
        ("Microsoft Graph", MICROSOFT_GRAPH),
        (" microsoft graph ", MICROSOFT_GRAPH),
        ("https://graph.microsoft.com/", MICROSOFT_GRAPH),
        (MICROSOFT_GRAPH.upper(), MICROSOFT_GRAPH),
        ("Power Platform API", "8578e004-a5c6-46e7-913e-12f58912df43"),
        ("Payroll API", None),
    ],
)
def test_well_known(text: str, app_id: str | None) -> None:
    assert well_known_app_id(text) == app_id


def test_well_known_name() -> None:
    assert well_known_name(MICROSOFT_GRAPH) == "Microsoft Graph"
    assert well_known_name("11111111-0000-0000-0000-000000000000") == "11111111-0000-0000-0000-000000000000"
