# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing that is, or looks like, a secret survives in a text."""

from __future__ import annotations

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._redact import MASK, excerpt, redact

JWT = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJ0aWQiOiJjb250b3NvIn0.c2lnbmF0dXJlLXNpZ25hdHVyZQ"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Authorization: Bearer abcdefgh.ijkl-mnop_1234", "abcdefgh"),
        ("Authorization: Workspace365 abcdefgh12345", "abcdefgh12345"),
        (f"token {JWT} refused", "c2lnbmF0dXJl"),
        (f"token {JWT[:40]}", "eyJ0eXAi"),
        ("grant_type=client_credentials&client_secret=s%3Dcr+t&scope=x", "s%3Dcr"),
        ('{"secretText": "v,al;ue \\" x", "keyId": "1"}', "v,al"),
        ("{'secretText': 'value1'}", "value1"),
        ('"body": "{\\"client_secret\\": \\"inner-value\\"}"', "inner-value"),
        ('{"secretText": "cut off he', "cut off"),
        ("ProvisioningKey: 8a1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10", "8a1c7f0e"),
        ("provisioning_key=abc123", "abc123"),
        ("x 1Ab8Q~abcdefghijklmnopqrstuvwxyz01234567 y", "abcdefghij"),
        ("https://user:pass@proxy.example:3128/", "pass"),
    ],
)
def test_what_looks_like_a_secret_is_masked(text: str, hidden: str) -> None:
    result = redact(text)
    assert hidden not in result
    assert MASK in result


def test_registered_values_are_masked_in_every_spelling() -> None:
    secret = 'a"b/ö c'
    text = f'{secret} | a%22b%2F%C3%B6%20c | a%22b%2F%C3%B6+c | a\\"b/\\u00f6 c'
    assert redact(text, [secret]) == " | ".join([MASK] * 4)


def test_a_secret_that_contains_another_is_masked_whole() -> None:
    assert redact("abcdefgh", {"abcd", "abcdefgh"}) == MASK


def test_short_and_empty_values_are_no_secrets() -> None:
    assert redact("a tenant", ["", "a"]) == "a tenant"


@pytest.mark.parametrize(
    "text",
    [
        "Permission being assigned was not found on application 'Graph'.",
        "see https://login.example/error?code=7000215",
        "Resource '5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10' does not exist",
        "No password credential found with keyId x.",
    ],
)
def test_ordinary_sentences_stay(text: str) -> None:
    assert redact(text) == text


def test_excerpt_has_no_tags_and_is_cut_after_redaction() -> None:
    page = "<html><head><style>p {x: y}</style><script>var a = 1;</script></head><body><h1>Bad\n gateway</h1><p>" + "x" * 70 + " hidden-secret</p>"
    assert excerpt(page, ["hidden-secret"]) == "Bad gateway " + "x" * 68 + "..."
    assert excerpt("<p>ok</p>") == "ok"
    assert "hidden" not in excerpt("a hidden-secret", ["hidden-secret"], length=5)
