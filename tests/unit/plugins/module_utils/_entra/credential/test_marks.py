# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Delivery marks and unproven tags: how they are written, read back, and told from everything else."""

from __future__ import annotations

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.key import is_managed_name
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.marks import (
    Mark,
    marked_keys,
    marks_of,
    remembered_outcome,
    unproven,
    unproven_tag,
)

ONE, TWO = "00000001-0000-4000-8000-000000000000", "00000002-0000-4000-8000-000000000000"
TARGET, OTHER, CONTENT = "0123456789ab", "ba9876543210", "a1b2c3d4e5f6"
PENDING = f"tkc:power_platform:{TARGET}:p:{ONE}:{CONTENT}"
DELIVERED = f"tkc:power_platform:{TARGET}:d:{TWO}:{CONTENT}"


@pytest.mark.parametrize(
    ("tag", "mark"),
    [
        (PENDING, Mark("power_platform", TARGET, False, ONE, CONTENT)),
        (DELIVERED, Mark("power_platform", TARGET, True, TWO, CONTENT)),
        ("tkc:created", None),
        ("tkc:power_platform:unproven:forbidden", None),
        (PENDING.upper(), None),
        (PENDING + ":x", None),
        (" " + PENDING, None),
        (PENDING.replace(":p:", ":x:"), None),
        (PENDING.replace(TARGET, "0123"), None),
        (PENDING.replace(ONE, "1"), None),
        ("HideApp", None),
        ("", None),
    ],
)
def test_a_mark_is_what_was_written_and_nothing_else(tag: str, mark: Mark | None) -> None:
    assert Mark.parse(tag) == mark
    assert mark is None or mark.tag == tag


@pytest.mark.parametrize(
    ("tags", "keys"),
    [
        ([], ()),
        (["tkc:created", "HideApp", "tkc:power_platform:unproven:failed"], ()),
        ([PENDING, DELIVERED], (ONE, TWO)),
        ([DELIVERED, PENDING, "HideApp", DELIVERED], (TWO, ONE)),
        ([PENDING, PENDING.replace(TARGET, OTHER)], (ONE,)),
        ([PENDING.replace("power_platform", "power"), PENDING.replace("power_platform", "power_platform_2")], ()),
    ],
)
def test_the_keys_that_marks_of_a_connector_name(tags: list[str], keys: tuple[str, ...]) -> None:
    assert marked_keys(tags, "power_platform") == keys


@pytest.mark.parametrize(
    ("tags", "outcome"),
    [
        ([], None),
        (["tkc:power_platform:unproven:nothing_visible"], "nothing_visible"),
        (["HideApp", PENDING, "tkc:power_platform:unproven:not_tested", "tkc:power_platform:unproven:failed"], "not_tested"),
        (["tkc:workato:unproven:failed", "tkc:power_platform_2:unproven:failed"], None),
        (["tkc:power_platform:unproven:"], None),
        (["tkc:power_platform:unproven:Failed!"], None),
    ],
)
def test_the_outcome_of_a_proof_that_is_remembered(tags: list[str], outcome: str | None) -> None:
    assert remembered_outcome(tags, "power_platform") == outcome


def test_unproven_tags_are_found_for_removal_whatever_they_say() -> None:
    tags = [unproven_tag("power_platform", "failed"), unproven_tag("power_platform", "Odd one"), unproven_tag("workato", "failed"), PENDING]
    assert unproven(tags, "power_platform") == {tags[0]: "failed", tags[1]: "Odd one"}
    assert marks_of(tags) == [Mark("power_platform", TARGET, False, ONE, CONTENT)]


@pytest.mark.parametrize(
    ("display_name", "ours"),
    [
        ("tkc:sso:0123abcd", True),
        ("tkc:sso:0123abc", False),
        ("tkc:sso:0123abcde", False),
        ("tkc:sso:0123ABCD", False),
        ("tkc:other:0123abcd", False),
        ("tkc:sXo:0123abcd", False),
        ("x tkc:sso:0123abcd", False),
        ("CN=by hand", False),
        ("", False),
        (None, False),
    ],
)
def test_which_keys_are_ours(display_name: str | None, ours: bool) -> None:
    assert is_managed_name(display_name, "sso") is ours
    assert not is_managed_name("tkc:sso:0123abcd", "s.o"), "a name is no pattern"
