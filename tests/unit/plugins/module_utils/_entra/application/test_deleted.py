# SPDX-License-Identifier: GPL-3.0-or-later
"""Deleted applications: which of them is the wanted one, what happens to it, and what comes back with it."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.application.deleted import (
    SEEN_BY_A_LOOK,
    comes_back,
    decide,
    describe,
    nothing_but_these,
    twins,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConflictError, ForbiddenError, NotFoundError, OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.parts import Part, PartAnswer

ONE = {"id": "o1", "appId": "a1", "displayName": "Payroll", "uniqueName": "payroll", "deletedDateTime": "2026-02-01"}
TWO = {"id": "o2", "appId": "a2", "displayName": "Payroll", "uniqueName": None, "deletedDateTime": "2026-02-02"}
THREE = {"id": "o3", "appId": "a3", "displayName": "Other", "uniqueName": "Other"}


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ({"object_id": "o2", "app_id": "a1"}, ["o2"]),
        ({"app_id": "a3", "unique_name": "payroll"}, ["o3"]),
        ({"unique_name": "PAYROLL", "display_name": "Payroll"}, ["o1", "o2"]),
        ({"unique_name": "another", "display_name": "Payroll"}, ["o2"]),
        ({"unique_name": "other"}, ["o3"]),
        ({"display_name": "Payroll"}, ["o1", "o2"]),
        ({"display_name": "payroll"}, []),
        ({}, []),
    ],
)
def test_twins(names: dict[str, str], found: list[str]) -> None:
    assert [app["id"] for app in twins([ONE, TWO, THREE], **names)] == found


NAMED = Part("GET", "/applications(uniqueName='payroll')")
THERE, NONE = PartAnswer(200, ONE, NAMED), PartAnswer(404, {}, NAMED, error=NotFoundError("None."), absent=True)
LIST = PartAnswer(200, {"value": [ONE]}, SEEN_BY_A_LOOK)
PAGE = PartAnswer(200, {"value": [ONE], "@odata.nextLink": "https://graph.microsoft.com/v1.0/next"}, SEEN_BY_A_LOOK)
DENIED = PartAnswer(403, {}, SEEN_BY_A_LOOK, error=ForbiddenError("No."))


@pytest.mark.parametrize(
    ("app", "deleted", "whole"),
    [(NONE, LIST, True), (THERE, LIST, False), (NONE, None, False), (NONE, PAGE, False), (NONE, DENIED, False), (DENIED, LIST, False)],
)
def test_whether_a_look_saw_all_that_may_stand_in_the_way(app: PartAnswer, deleted: PartAnswer | None, whole: bool) -> None:
    assert nothing_but_these(app, deleted) is whole


def decided(*found: t.Mapping[str, t.Any], mode: str = "fail", purge_id: str | None = None) -> tuple[str | None, list[str]]:
    decision = decide(found, mode=mode, purge_id=purge_id, described="application 'Payroll'", tenant="contoso.com")
    return (decision.restore or {}).get("id"), [action.payload["id"] for action in decision.actions]


class TestDecision:
    @pytest.mark.parametrize("mode", ["fail", "restore", "purge"])
    def test_nobody_in_the_way(self, mode: str) -> None:
        assert decided(mode=mode) == (None, [])

    def test_the_only_one(self) -> None:
        assert decided(ONE, mode="restore") == ("o1", [])
        assert decided(ONE, mode="purge", purge_id="o1") == (None, ["o1"])

    def test_one_of_several_is_not_purged_while_another_stays_in_the_way(self) -> None:
        with pytest.raises(ConflictError) as caught:
            decided(ONE, TWO, mode="purge", purge_id="o1")
        assert "o2" in caught.value.message and "o1" not in caught.value.message
        assert caught.value.details["soft_deleted_object_ids"] == ["o1", "o2"]

    @pytest.mark.parametrize("purge_id", [None, "o3"])
    def test_purging_needs_the_id_of_one_of_them(self, purge_id: str | None) -> None:
        with pytest.raises(OptionError, match="object id o1"):
            decided(ONE, mode="purge", purge_id=purge_id)


def test_the_words_tell_one_from_another() -> None:
    assert describe(ONE) == "'Payroll' (object id o1, app id a1, unique name payroll, deleted 2026-02-01)"
    assert "unique name" not in describe(TWO)


class TestComesBack:
    APP: t.ClassVar[dict[str, t.Any]] = {
        "passwordCredentials": [{"displayName": "tkc:default:01234567", "keyId": "k1", "endDateTime": "2027-01-01"}],
        "keyCredentials": [{"displayName": "by hand", "keyId": "k2"}],
    }

    def test_everything_is_named(self) -> None:
        grants = [{"consentType": "AllPrincipals", "scope": " openid User.Read "}, {"consentType": "Principal", "principalId": "u1", "scope": "Mail.Read"}]
        assert comes_back(self.APP, grants) == [
            "client secret 'tkc:default:01234567' (key id k1, until 2027-01-01)",
            "certificate 'by hand' (key id k2)",
            "consent for everyone to openid User.Read",
            "consent for user u1 to Mail.Read",
        ]

    def test_what_could_not_be_read_is_said(self) -> None:
        (said,) = comes_back({}, None)
        assert "could not be read" in said
        assert comes_back({}, []) == []

    def test_a_grant_that_grants_nothing_does_not_stand_in_the_way(self) -> None:
        assert comes_back({}, [{"consentType": "AllPrincipals", "scope": None}])
