# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a tenant has granted, judged by the token that it issues."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.error_code import Remedy
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.identity.report import Seen, SeenApi, judge

APP = "9e1d4c6b-52a8-4f37-b0c9-8d7e6f5a4b31"
NEEDED = ["Application.ReadWrite.OwnedBy", "Organization.Read.All"]


def seen(*roles: str, **more: t.Any) -> Seen:
    return Seen("contoso", app_id=APP, **{"roles": roles, **more})


@pytest.mark.parametrize(
    ("found", "outcome", "missing", "extra", "words"),
    [
        (seen(*NEEDED), "consented", [], [], "has granted what is needed to the application"),
        (seen("organization.read.all", NEEDED[0]), "consented", [], [], "has granted what is needed"),
        (seen(NEEDED[0]), "incomplete", [NEEDED[1]], [], "has not granted Organization.Read.All to"),
        (seen(), "incomplete", NEEDED, [], "has not granted Application.ReadWrite.OwnedBy, Organization.Read.All to"),
        (seen(*NEEDED, "User.Read.All"), "consented", [], ["User.Read.All"], "It has granted more than is needed: User.Read.All."),
        (seen(NEEDED[0], "User.Read.All"), "incomplete", [NEEDED[1]], ["User.Read.All"], "It has granted more than is needed"),
        (seen(roles=None, code="AADSTS1", remedy=Remedy.CLIENT_ID_AND_TENANT), "not_consented", [], [], "has not consented to the application"),
        (seen(roles=None, code="AADSTS2", remedy=Remedy.SERVICE_PRINCIPAL), "not_consented", [], [], "(AADSTS2)"),
        (seen(roles=None, code="AADSTS3", remedy=Remedy.SECRET_EXPIRED, reason="It is over."), "not_assessed", [], [], "is not assessed: It is over."),
        (seen(roles=None, reason="A person."), "not_assessed", [], [], "is not assessed: A person."),
    ],
)
def test_what_is_said(found: Seen, outcome: str, missing: list[str], extra: list[str], words: str) -> None:
    told = judge(found, NEEDED)
    assert (told["outcome"], told["missing"], told["extra"]) == (outcome, missing, extra)
    assert words in told["message"] and "contoso" in told["message"] and APP in told["message"]
    assert (told["tenant"], told["app_id"], told["code"]) == ("contoso", APP, found.code)


def test_what_is_privileged_among_what_is_more() -> None:
    told = judge(seen(*NEEDED, "User.Read.All", "RoleManagement.ReadWrite.Directory"), NEEDED)
    assert told["privileged_extra"] == ["RoleManagement.ReadWrite.Directory"]
    assert judge(seen("AppRoleAssignment.ReadWrite.All"), ["AppRoleAssignment.ReadWrite.All"])["privileged_extra"] == []


DATAVERSE, OTHER = "00000007-0000-0000-c000-000000000000", "5c0d1f2e-7a8b-4c9d-8e0f-1a2b3c4d5e6f"


@pytest.mark.parametrize(
    ("others", "outcome", "words"),
    [
        ([SeenApi(DATAVERSE, ("Read",), ("read",))], "consented", "has granted what is needed to the application"),
        ([SeenApi(DATAVERSE, ("Read",), ())], "incomplete", "has not granted Read (Dataverse) to the application"),
        ([SeenApi(OTHER, ("Read",), ("Read", "Write"))], "consented", f"It has granted more than is needed: User.Read.All, Write ({OTHER})."),
        ([SeenApi(DATAVERSE, ("Read",), reason="It is disabled.")], "not_assessed", "What it has granted of Dataverse is not assessed: It is disabled."),
        ([SeenApi(DATAVERSE, ("Read",), reason="It is disabled.")], "not_assessed", "as far as that can be told"),
        ([SeenApi(DATAVERSE, ("Read",), reason="No."), SeenApi(OTHER, ("Read",), ())], "incomplete", f"has not granted Read ({OTHER}) to"),
    ],
)
def test_other_apis(others: list[SeenApi], outcome: str, words: str) -> None:
    told = judge(seen(*NEEDED, "User.Read.All", others=tuple(others)), NEEDED)
    assert told["outcome"] == outcome and words in told["message"], told["message"]
    assert told["missing"] == [] and [row["resource_app_id"] for row in told["resources"][1:]] == [api.app_id for api in others]


def test_a_tenant_that_has_not_consented_says_nothing_of_other_apis() -> None:
    told = judge(seen(roles=None, code="AADSTS1", remedy=Remedy.CLIENT_ID_AND_TENANT), NEEDED)
    assert [row["outcome"] for row in told["resources"]] == ["not_assessed"] and told["outcome"] == "not_consented"
