# SPDX-License-Identifier: GPL-3.0-or-later
"""Who can consent to what, policy by policy; and how many permissions of each product an administrator consents to."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
import tenant_emulator
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent_policy.who_consents import (
    EXCLUDED,
    FOR_MAIL_CLIENTS,
    LEGACY,
    LOW,
    MAIL_CLIENTS,
    RECOMMENDED,
    WhoConsents,
    managed_by_microsoft,
    who_consents,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.scopes import ADMIN_SCOPES, PROFILES, USER_SCOPES
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.workato.connection import QUICK_START
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.workspace365.connection import PROFILES as WORKSPACE365

CLIENT = "7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11"


def published() -> dict[str, set[str]]:
    """Graph's own statement, from its catalogue: names by who may consent, User or Admin."""
    rows = json.loads((Path(tenant_emulator.__file__).parent / "data" / "graph_permissions.json").read_text(encoding="utf-8"))["scopes"]
    return {kind: {row[0] for row in rows if row[2] == kind} for kind in ("User", "Admin")}


PUBLISHED = published()


def asked(scopes: t.Iterable[str], *policies: str, app_id: str = "") -> WhoConsents:
    return who_consents(scopes, policies, for_administrators=PUBLISHED["Admin"], for_users=PUBLISHED["User"], app_id=app_id)


def test_what_is_excluded_is_otherwise_for_users() -> None:
    """32, each once, and each of them a permission that its publisher leaves to users."""
    assert len(set(EXCLUDED)) == len(EXCLUDED) == 32
    assert set(EXCLUDED) <= PUBLISHED["User"]
    assert len(set(MAIL_CLIENTS)) == 6


@pytest.mark.parametrize(
    ("scope", "policies", "app_id", "expected"),
    [
        ("User.Read", [RECOMMENDED], "", "user"),
        ("User.Read", [RECOMMENDED.upper()], "", "user"),
        ("Mail.Read", [RECOMMENDED], "", "administrator"),
        ("mailBoxSettings.read", [RECOMMENDED], "", "administrator"),  # the page spells it in its own way
        ("User.Read.All", [RECOMMENDED], "", "administrator"),
        ("Not.Known", [RECOMMENDED], "", "undecided"),
        ("Mail.Read", [LEGACY], "", "user"),
        ("User.Read.All", [LEGACY], "", "administrator"),
        ("Not.Known", [LEGACY], "", "undecided"),
        ("User.Read", [LOW], "", "undecided"),  # it depends on the publisher and on what the tenant has classified
        ("User.Read.All", [LOW], "", "administrator"),
        ("Mail.Read", [FOR_MAIL_CLIENTS], "", "administrator"),
        ("Mail.Read", [FOR_MAIL_CLIENTS], CLIENT, "administrator"),
        ("Mail.Read", [FOR_MAIL_CLIENTS], MAIL_CLIENTS[0].upper(), "user"),
        ("User.Read", [FOR_MAIL_CLIENTS], MAIL_CLIENTS[0], "administrator"),
        ("Not.Known", [FOR_MAIL_CLIENTS], MAIL_CLIENTS[0], "administrator"),
        ("User.Read", ["payroll-only"], "", "undecided"),
        ("User.Read.All", ["payroll-only"], "", "undecided"),
        ("User.Read", [], "", "administrator"),
        # One that approves is enough, and one that might leaves it open.
        ("Mail.Read", [RECOMMENDED, LEGACY], "", "user"),
        ("Mail.Read", [LEGACY, RECOMMENDED], "", "user"),
        ("Mail.Read", [RECOMMENDED, "payroll-only"], "", "undecided"),
        ("User.Read", ["payroll-only", RECOMMENDED], "", "user"),
        ("Mail.Read", [RECOMMENDED, FOR_MAIL_CLIENTS], MAIL_CLIENTS[5], "user"),
    ],
)
def test_each_policy(scope: str, policies: list[str], app_id: str, expected: str) -> None:
    found = asked([scope], *policies, app_id=app_id)
    assert found == WhoConsents((scope,) if expected == "administrator" else (), (scope,) if expected == "undecided" else (), tuple(policies))


def test_policies_that_may_not_be_read_decide_nothing() -> None:
    found = who_consents(["User.Read", "User.Read.All"], None, for_administrators=["User.Read.All"], for_users=["User.Read"])
    assert found == WhoConsents((), ("User.Read", "User.Read.All"), None)


@pytest.mark.parametrize(
    ("scopes", "policy", "count", "of"),
    [
        (PROFILES["full"], RECOMMENDED, 49, 62),
        (PROFILES["full"], LEGACY, 39, 62),
        (WORKSPACE365["full"], RECOMMENDED, 8, 12),
        (WORKSPACE365["full"], LEGACY, 2, 12),
        (WORKSPACE365["sign_in"], RECOMMENDED, 0, 2),
        (QUICK_START, RECOMMENDED, 5, 11),
        (QUICK_START, LEGACY, 3, 11),
    ],
)
def test_how_many_of_a_product_need_an_administrator(scopes: t.Sequence[str], policy: str, count: int, of: int) -> None:
    found = asked(scopes, policy)
    assert (len(found.administrator), len(scopes), found.undecided) == (count, of, ())


def test_the_scopes_of_okta_are_told_apart_as_their_publisher_does() -> None:
    assert set(ADMIN_SCOPES) <= PUBLISHED["Admin"]
    assert set(USER_SCOPES) <= PUBLISHED["User"]


@pytest.mark.parametrize(
    ("policies", "managed"),
    [
        ([], []),
        ([LEGACY, LOW, "own"], []),
        ([RECOMMENDED.upper(), LEGACY], [RECOMMENDED.upper()]),
        ([FOR_MAIL_CLIENTS, RECOMMENDED], [FOR_MAIL_CLIENTS, RECOMMENDED]),
    ],
)
def test_what_microsoft_manages(policies: list[str], managed: list[str]) -> None:
    assert managed_by_microsoft(policies) == managed
