# SPDX-License-Identifier: GPL-3.0-or-later
"""Any name survives the way into an address: the emulator reads it as Graph does, and finds in it what was put there."""

from __future__ import annotations

import typing as t
from urllib.parse import urlsplit

import pytest
import requests
from ansible_collections.tenantkit.connectors.plugins.module_utils._addresses import path_segment
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.common.principals import PrincipalNames
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.odata import PathKey, odata_string, path_to, with_query
from hypothesis import example, given
from hypothesis import strategies as st
from tenant_emulator.graph import filters, seed
from tenant_emulator.graph.call import Call, Key, segments
from tenant_emulator.graph.direct import Direct
from tenant_emulator.graph.routes import resolve
from tenant_emulator.web import Request
from tenant_emulator.world import Tenant, World

# The characters that mean something in an address come up often.
NAMES = st.text(st.one_of(st.sampled_from("$'#%/\\?&=+@().;, _~:*\"é中a"), st.characters(codec="utf-8")), min_size=1, max_size=30)


def sent(path: str) -> str:
    """The path as it leaves: a client library normalises what it is given. A part of a batch is sent as it is."""
    return urlsplit(t.cast(str, requests.Request("GET", f"https://graph.example/v1.0{path}").prepare().url)).path


@given(NAMES)
@example("$svc-connector@contoso.com")
@example("$filter")
@example("guest_fabrikam.com#EXT#@contoso.com")
@example("o'neil@contoso.com")
@example("a''b")
@example("..")
@example("%2e%2e")
@example("%2F")
@example("id='x'")
@example("graph.admin@contoso.com")
def test_a_key_is_read_as_what_it_is(name: str) -> None:
    for path, found in ((path_to("users", PathKey(name)), name), (path_to("applications", PathKey(name, "uniqueName")), Key("uniqueName", name))):
        for wire in (sent(path), f"/v1.0{path}"):
            _version, parts, written = segments(wire)
            assert len(parts) == 2, wire
            (key,) = resolve("GET", parts, written)[2]
            assert key == (found if isinstance(found, Key) else Key("id", found)), wire


@given(NAMES, NAMES)
def test_keys_stay_apart(one: str, other: str) -> None:
    path = path_to("applications", PathKey(one, "uniqueName"), "owners", PathKey(other), "$ref")
    _version, parts, written = segments(sent(path))
    assert [key.value for key in resolve("DELETE", parts, written)[2]] == [one, other]


@given(NAMES)
def test_one_segment_of_a_product_is_one(name: str) -> None:
    if name in (".", ".."):
        return
    _root, before, _segment, after = sent(f"/{path_segment(name)}/UserLicenses").split("/")
    assert (before, after) == ("v1.0", "UserLicenses")


@given(NAMES, NAMES)
def test_a_literal_is_read_as_what_it_is(name: str, other: str) -> None:
    path = with_query("/groups", {"$filter": f"displayName eq {odata_string(name)} and startswith(mail,{odata_string(other)})", "$top": 5})
    wire = urlsplit(t.cast(str, requests.Request("GET", f"https://graph.example/v1.0{path}").prepare().url))
    call = Call(Request("GET", wire.path, wire.query, {}, b"", ""), World(), Tenant("", "", []), {}, "v1.0")
    test = filters.parse(t.cast(str, call.option("filter"))).test
    assert test({"displayName": name, "mail": other})
    assert not test({"displayName": f"{name}x", "mail": other})


@pytest.mark.parametrize("name", ["$svc-connector@contoso.com", "o'neil@contoso.com", "guest_fabrikam.com#EXT#@contoso.com", "graph.admin@contoso.com"])
def test_accounts_of_all_names_are_found(name: str) -> None:
    graph = Direct()
    user = seed.add_user(graph.world, graph.tenant, {"userPrincipalName": name, "displayName": "An account"})
    (part,) = PrincipalNames([("user", name)]).parts().values()
    assert graph.ask("GET", part.path.lstrip("/"))["id"] == user["id"]
