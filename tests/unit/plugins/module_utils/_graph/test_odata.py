# SPDX-License-Identifier: GPL-3.0-or-later
"""Names in paths: which form each of them gets, and what never gets there."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.odata import PathKey, below, odata_string, path_to, with_query


@pytest.mark.parametrize(
    ("segments", "path"),
    [
        (("groups",), "/groups"),
        (("users", PathKey("adele@contoso.com")), "/users/adele@contoso.com"),
        (("users", PathKey("guest_fabrikam.com#EXT#@contoso.com")), "/users/guest_fabrikam.com%23EXT%23@contoso.com"),
        (("users", PathKey("100%@contoso.com")), "/users/100%25@contoso.com"),
        (("users", PathKey("jörg@contoso.com")), "/users/j%C3%B6rg@contoso.com"),
        # A segment that begins with a dollar sign is a system query option, however it is encoded.
        (("users", PathKey("$svc-connector@contoso.com")), "/users('%24svc-connector%40contoso.com')"),
        (("users", PathKey("o'neil@contoso.com")), "/users('o''neil%40contoso.com')"),
        (("users", PathKey("$o'neil@contoso.com"), "owners"), "/users('%24o''neil%40contoso.com')/owners"),
        (("users", PathKey("a/b@contoso.com")), "/users('a%2Fb%40contoso.com')"),
        (("users", PathKey("a(b)@contoso.com")), "/users('a%28b%29%40contoso.com')"),
        (("users", PathKey("..")), "/users('..')"),
        (("policies/permissionGrantPolicies", PathKey("my-policy"), "includes"), "/policies/permissionGrantPolicies/my-policy/includes"),
        (("applications", PathKey("team/payroll", "uniqueName"), "owners", "$ref"), "/applications(uniqueName='team%2Fpayroll')/owners/$ref"),
        (("servicePrincipals", PathKey("o'neil", "appId")), "/servicePrincipals(appId='o''neil')"),
        (("directory", "deletedItems", "microsoft.graph.servicePrincipal"), "/directory/deletedItems/microsoft.graph.servicePrincipal"),
    ],
)
def test_the_path_of(segments: tuple[t.Any, ...], path: str) -> None:
    assert path_to(*segments) == path


def test_a_path_goes_on_below_another_one() -> None:
    assert below("/applications/7", "owners", PathKey("$1"), "$ref") == "/applications/7/owners('%241')/$ref"


@pytest.mark.parametrize("name", ["$svc@contoso.com", "a b", "adele@contoso.com", "", "users/1", "..", "a('b')"])
def test_a_value_is_no_name_of_graph(name: str) -> None:
    with pytest.raises(ValueError, match="PathKey"):
        path_to("users", name)


@pytest.mark.parametrize("make", [lambda: path_to("users", PathKey("")), lambda: path_to("applications", PathKey("", "appId"))])
def test_an_empty_key_would_name_the_whole_list(make: t.Callable[[], str]) -> None:
    with pytest.raises(ValueError, match="empty"):
        make()


def test_literals() -> None:
    assert odata_string("O'Neil / Ünïcode") == "'O''Neil%20%2F%20%C3%9Cn%C3%AFcode'"


def test_query_options() -> None:
    params = {"$filter": f"displayName eq {odata_string('a & b #1 100%')}", "$select": ["id", "appId"], "$count": True, "$top": None}
    assert with_query("/a", params) == "/a?$filter=displayName%20eq%20'a%20%26%20b%20%231%20100%25'&$select=id,appId&$count=true"
    assert with_query("/a?x=1", {"$search": '"a b"'}) == "/a?x=1&$search=%22a%20b%22"
    assert with_query("/a", None) == "/a"
