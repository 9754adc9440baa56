# SPDX-License-Identifier: GPL-3.0-or-later
"""Redirect URIs are judged before anything is written, in one sentence that names the URI."""

from __future__ import annotations

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.application.redirect_uris import (
    changes_from_option,
    check_personal,
    check_total,
    check_uri,
    comparison_key,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.common.list_change import ListChange, in_words
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError


@pytest.mark.parametrize(
    ("uri", "platform"),
    [
        ("https://app.example/callback", "web"),
        ("https://app.example/", "spa"),
        ("https://app.example:8443/a?b=c", "web"),
        ("http://localhost/", "web"),
        ("http://localhost:5000/cb", "spa"),
        ("http://127.0.0.1:5000/cb", "web"),
        ("urn:ietf:wg:oauth:2.0:oob", "web"),
        ("urn:ietf:wg:oauth:2.0:oob", "public_client"),
        ("http://localhost", "public_client"),
        ("msal1234://auth", "public_client"),
        ("https://*.app.example/cb", "web"),
    ],
)
def test_accepted(uri: str, platform: str) -> None:
    check_uri(uri, platform)


@pytest.mark.parametrize(
    ("uri", "platform", "words"),
    [
        ("", "web", "is empty"),
        ("app.example/cb", "web", "has no scheme"),
        ("http://app.example/cb", "web", "localhost only"),
        ("http://app.example/cb", "public_client", "localhost only"),
        ("https://app.example", "web", "has no path"),
        ("https://app.example?x=y", "spa", "has no path"),
        ("urn:x:y", "spa", "the scheme 'urn'"),
        ("myapp://auth", "web", "the scheme 'myapp'"),
        ("https://app.example/a b", "web", "white space"),
        ("https://app.example/cb#x", "web", "fragment"),
        ("http://[::1]/cb", "web", "IPv6"),
        ("https://[broken/cb", "web", "not a valid URI"),
        ("https:///cb", "web", "has no host"),
        ("https://app.example/" + "a" * 240, "web", "260 characters"),
        *((f"https://app.example/{char}", "web", "does not allow") for char in "!$'(),;"),
    ],
)
def test_refused(uri: str, platform: str, words: str) -> None:
    with pytest.raises(OptionError) as failure:
        check_uri(uri, platform)
    assert words in failure.value.message
    assert f"'{uri}'" in failure.value.message
    assert failure.value.code == "invalid_redirect_uri"


@pytest.mark.parametrize(("uri", "right"), [("https://app.example", "https://app.example/"), ("https://app.example?a=b", "https://app.example/?a=b")])
def test_the_right_form_is_shown(uri: str, right: str) -> None:
    with pytest.raises(OptionError) as failure:
        check_uri(uri, "web")
    assert failure.value.advice == f"Write it as '{right}'."


def test_the_right_form_is_a_form_that_is_accepted() -> None:
    check_uri("https://app.example/?a=b", "web")


@pytest.mark.parametrize("uri", ["https://app.example/?a=b", "https://*.app.example/"])
def test_personal_accounts_are_stricter(uri: str) -> None:
    check_uri(uri, "web")
    with pytest.raises(OptionError):
        check_personal(uri, "web")


@pytest.mark.parametrize("uri", ["https://app.example/", "http://localhost/cb", "urn:ietf:wg:oauth:2.0:oob"])
def test_what_personal_accounts_allow(uri: str) -> None:
    check_personal(uri, "web")


def test_total_counts_all_platforms() -> None:
    uris = {"web": ["u"] * 60, "spa": ["u"] * 40, "public_client": []}
    check_total(uris, personal=True, described="application 'x'")
    uris["public_client"].append("u")
    check_total(uris, personal=False, described="application 'x'")
    with pytest.raises(OptionError, match="101 redirect URIs"):
        check_total(uris, personal=True, described="application 'x'")


def test_host_in_upper_case_is_the_same_uri_but_not_the_path() -> None:
    change = changes_from_option({"web": {"set": ["HTTPS://APP.example/Cb"], "add": None, "remove": None}, "spa": None})["web"]
    assert change.apply(["https://app.example/Cb"], comparison_key) == ["https://app.example/Cb"]
    assert change.apply(["https://app.example/cb"], comparison_key) == ["HTTPS://APP.example/Cb"]


@pytest.mark.parametrize(
    ("uri", "key"),
    [
        ("HTTPS://APP.example:8443/Cb?X=Y", "https://app.example:8443/Cb?X=Y"),
        ("MSAL1234://Auth", "msal1234://auth"),
        ("urn:Ietf:X", "urn:Ietf:X"),
        ("no uri at all", "no uri at all"),
        ("https://[Broken/cb", "https://[Broken/cb"),  # others may have written anything
    ],
)
def test_what_is_compared(uri: str, key: str) -> None:
    assert comparison_key(uri) == key and comparison_key(key) == key


def test_what_is_removed_is_not_judged() -> None:
    assert changes_from_option({"web": {"remove": ["http://old.example/x y"]}})["web"].remove == ("http://old.example/x y",)


class TestListChange:
    def test_not_given_is_not_empty(self) -> None:
        assert ListChange.from_option(None) is None
        empty = ListChange.from_option({"set": [], "add": None, "remove": None})
        assert empty is not None
        assert empty.apply(["a"]) == []

    def test_order_and_doubles_do_not_matter(self) -> None:
        assert ListChange(("b", "a", "a")).apply(["a", "b"]) == ["a", "b"]
        assert ListChange(add=("a", "c", "c")).apply(["a", "b"]) == ["a", "b", "c"]

    def test_add_and_remove(self) -> None:
        after = ListChange(add=("c",), remove=("a", "z")).apply(["a", "b"])
        assert after == ["b", "c"]
        assert in_words(["a", "b"], after) == "add c; remove a"
