# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose an application without the creation tag is: what is said, and what is not claimed."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.common.whose import on_adopting, without_tag

OURS, OTHER = "0c1e5a77-93d1-4f0e-a8e2-5b1d3c9f6a01", "7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11"
NAMED: dict[str, t.Any] = {"uniqueName": "Payroll"}
ASKED: dict[str, t.Any] = {"unique_name": "payroll", "caller_app_id": OURS}
NAME, MADE = "its unique name is the one that was asked for", "it was created by the application that signs in here"
TAGGED = "it has other tags of this collection"
ELSE = f"it was created by application {OTHER}"


@pytest.mark.parametrize(
    ("app", "asked", "said", "may_be_ours"),
    [
        ({}, {}, "nothing else says whose it is", False),
        ({"tags": None, "createdByAppId": None, "uniqueName": None}, ASKED, "nothing else says whose it is", False),
        ({"tags": ["HideApp"], "uniqueName": "another"}, ASKED, "nothing else says whose it is", False),
        (NAMED, ASKED, NAME, True),
        (NAMED, {"caller_app_id": OURS}, "nothing else says whose it is", False),
        ({"createdByAppId": OURS.upper()}, ASKED, MADE, True),
        ({**NAMED, "createdByAppId": OURS}, ASKED, f"{NAME}, {MADE}", True),
        ({"tags": ["tkc:payroll:d:1"]}, ASKED, TAGGED, True),
        ({"createdByAppId": OTHER}, ASKED, f"{ELSE}, which is not the one that signs in here", False),
        ({**NAMED, "createdByAppId": OTHER}, ASKED, f"{NAME}, {ELSE}, which is not the one that signs in here", True),
        ({"createdByAppId": OTHER}, {}, ELSE, False),
    ],
)
def test_what_speaks_for_whose_it_is(app: dict[str, t.Any], asked: dict[str, t.Any], said: str, may_be_ours: bool) -> None:
    assert without_tag(app, **asked) == f"does not have the tag 'tkc:created' that this collection gives to what it makes, and {said}"
    advice = on_adopting(app, **asked)
    assert bool(advice) == may_be_ours
    if may_be_ours:
        assert "Delivery marks" in advice and "'state: absent'" in advice
