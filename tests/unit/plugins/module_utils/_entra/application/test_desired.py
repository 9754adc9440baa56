# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task wants an application to be, before anything is read."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.application.desired import ApplicationDesired, apply_tags
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.application.model import to_ansible
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.common.application_reference import ApplicationReference
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.common.list_change import ListChange
from hypothesis import given
from hypothesis import strategies as st

APP_ID = "22222222-0000-0000-0000-000000000002"
TAGS = st.lists(st.sampled_from(["a", "b", "c", "tkc:created", "tkc:x:a:0123456789ab"]), unique=True)
OWN = st.lists(st.sampled_from(["a", "b", "d"]), unique=True)


def desired(**options: t.Any) -> ApplicationDesired:
    return ApplicationDesired.from_options({"unique_name": "payroll", **options})


class TestAdoptableByName:
    def test_the_display_name_is_asked_for_as_well(self) -> None:
        assert desired(display_name="Payroll", adopt=True).adoptable_by_name == ApplicationReference(display_name="Payroll")

    @pytest.mark.parametrize(
        "options",
        [
            {"display_name": "Payroll"},
            {"adopt": True},
            {"display_name": "Payroll", "adopt": True, "state": "absent"},
            {"display_name": "Payroll", "adopt": True, "app_id": APP_ID},
            {"display_name": "Payroll", "adopt": True, "unique_name": None},
        ],
        ids=["not adopting", "no display name", "absent", "an id", "the display name alone"],
    )
    def test_not_where_nothing_is_taken_over_or_another_name_decides(self, options: dict[str, t.Any]) -> None:
        assert desired(**options).adoptable_by_name is None


@given(before=TAGS, set_=st.none() | OWN, add=OWN, remove=OWN)
def test_tags_of_this_collection_survive_any_change(before: list[str], set_: list[str] | None, add: list[str], remove: list[str]) -> None:
    change = ListChange(None if set_ is None else tuple(set_), tuple(add), tuple(remove))
    after = apply_tags(change, before)
    assert [tag for tag in after if tag.startswith("tkc:")] == [tag for tag in before if tag.startswith("tkc:")]
    assert set(change.wanted) <= set(after) and len(after) == len(set(after))
    assert apply_tags(change, after) == after  # once more changes nothing
    if set_ is not None:
        assert {tag for tag in after if not tag.startswith("tkc:")} == set(set_)


def test_asking_twice_changes_nothing() -> None:
    wanted = desired(
        display_name="Payroll", redirect_uris={"web": {"add": ["https://A.example/x"]}}, identifier_uris={"add": ["api://x"]}, tags={"set": ["a"]},
        optional_claims={"id_token": [{"name": "upn"}]}, info={"support_url": ""}, implicit_grant={"enable_id_token_issuance": True},
        sign_in_audience="AzureADandPersonalMicrosoftAccount", adoption_record={"connector": "payroll", "items": ["0123456789ab"]},
    )  # fmt: skip
    before = to_ansible({"web": {"redirectUris": ["https://a.example/x"]}, "tags": ["tkc:created", "old"]})
    once = wanted.apply_to(before)
    assert wanted.apply_to(once) == once
    assert once["redirect_uris"]["web"] == ["https://a.example/x"]  # the host's spelling is the one that is there
    assert once["tags"] == ["tkc:created", "a", "tkc:payroll:a:0123456789ab"] and once["requested_access_token_version"] == 2


@pytest.mark.parametrize(
    ("app", "wanted", "after"),
    [
        ({"isDisabled": True}, False, False),
        ({"isDisabled": None}, False, False),
        ({}, False, None),  # a cloud that does not know it: nothing to take back
        ({}, True, True),
        ({"isDisabled": True}, None, True),
        ({"isDisabled": False}, True, True),
    ],
)
def test_deactivated(app: dict[str, t.Any], wanted: bool | None, after: bool | None) -> None:
    assert desired(is_disabled=wanted).apply_to(to_ansible(app))["is_disabled"] is after
