# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an attempt to sign in proves, and what is remembered of it."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform import proof

ISSUED = {"outcome": "issued", "method": "client_secret", "roles": ["R"], "access_token": "the token", "claims": {"oid": "x"}, "tenant_id": "y"}
SHOWN = {"outcome": "issued", "method": "client_secret", "roles": ["R"]}


@pytest.mark.parametrize(
    ("token", "sentence"),
    [
        ({"cause": "it is wrong", "code": "AADSTS1", "next_step": "Do it."}, "it is wrong (AADSTS1). Do it."),
        ({"cause": "it is wrong", "code": None, "next_step": None}, "it is wrong."),
        ({"cause": None, "code": "AADSTS1"}, "the token service refused (AADSTS1)."),
        ({"next_step": "Do it."}, "the token service refused. Do it."),
    ],
)
def test_a_refusal_as_a_sentence(token: dict[str, t.Any], sentence: str) -> None:
    assert proof.refusal_sentence(token) == sentence


def test_a_refusal() -> None:
    found = proof.of_refusal({"outcome": "blocked", "cause": "a policy", "code": "AADSTS53003", "message": "m"})
    assert found == {
        "status": "blocked",
        "reason": "a policy (AADSTS53003).",
        "token": {"outcome": "blocked", "cause": "a policy", "code": "AADSTS53003", "message": "m"},
        "environments": [],
    }


@pytest.mark.parametrize(
    ("visibility", "status", "reason"),
    [
        ("visible", "proven", "A token was issued, and 2 environments are visible with it."),
        ("nothing_visible", "nothing_visible", "A token was issued, but it shows no environment."),
        ("incomplete", "incomplete", "A token was issued, and environment e is not visible with it."),
    ],
)
def test_what_is_visible(visibility: str, status: str, reason: str) -> None:
    listed = {"visibility": visibility, "visible": 2, "environments": [{"display_name": "One", "id": "1"}, {"display_name": "Two"}]}
    assert proof.of_environments(ISSUED, listed, "e") == {"status": status, "reason": reason, "token": SHOWN, "environments": ["One", "Two"]}


def test_an_environment_that_nothing_names() -> None:
    found = proof.of_environments(ISSUED, {"visibility": "incomplete", "visible": 1, "environments": []}, None)
    assert found["reason"] == "A token was issued, and environment  is not visible with it."


@pytest.mark.parametrize(("forbidden", "status"), [(True, "forbidden"), (False, "failed")])
def test_a_list_that_is_not_answered(forbidden: bool, status: str) -> None:
    found = proof.of_failed_list(ISSUED, forbidden=forbidden, sentence="No.")
    assert found == {"status": status, "reason": "No.", "token": SHOWN, "environments": []}


@pytest.mark.parametrize(("code", "status"), [("no_private_key", "not_possible"), ("half_credential", "failed"), (None, "failed")])
def test_what_cannot_be_tried(code: str | None, status: str) -> None:
    assert proof.of_failure(code, "Why.") == {"status": status, "reason": "Why.", "token": {}, "environments": []}


def test_not_tried() -> None:
    assert proof.not_tried("Why.") == {"status": "not_tested", "reason": "Why.", "token": {}, "environments": []}


def test_what_is_shown_of_a_token() -> None:
    every = dict.fromkeys([*proof.SHOWN, "access_token", "claims", "trace_id"], "x")
    shown = proof.of_refusal(every)["token"]
    assert set(shown) == {"outcome", "code", "cause", "next_step", "message", "method", "audience", "account", "roles", "scopes", "expires_at"}


BAD = ["forbidden", "nothing_visible", "incomplete", "refused", "failed", "blocked"]
REMEMBER: list[tuple[str, str, bool, dict[str, str]]] = [
    *((status, "", False, {"state": "outstanding", "outcome": status}) for status in BAD),
    *((status, status, False, {}) for status in BAD),
    *((status, "", True, {}) for status in BAD),
    *((status, status, True, {"state": "settled"}) for status in BAD),
    ("refused", "nothing_visible", False, {"state": "outstanding", "outcome": "refused"}),
    ("proven", "", False, {}),
    ("proven", "refused", False, {"state": "settled"}),
    ("proven", "not_tested", False, {"state": "settled"}),
    # A proof that was not possible neither settles one that failed nor is one.
    ("not_possible", "refused", False, {}),
    ("not_possible", "", False, {}),
    ("not_possible", "refused", True, {"state": "settled"}),
    ("not_tested", "not_tested", False, {}),
]


@pytest.mark.parametrize(("status", "remembered", "accepted", "expected"), REMEMBER)
def test_what_is_remembered(status: str, remembered: str, accepted: bool, expected: dict[str, str]) -> None:
    assert proof.to_remember(status, remembered, accepted=accepted) == expected


@pytest.mark.parametrize("status", [*BAD, "proven", "not_tested", "not_possible"])
def test_what_shows_nothing(status: str) -> None:
    assert proof.is_unproven(status, accepted=False) == (status in BAD)
    assert not proof.is_unproven(status, accepted=True)
