# SPDX-License-Identifier: GPL-3.0-or-later
"""C(entra_credential_proof): one tag for a connector, whatever else is there."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.common.tags import is_reserved
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.marks import marks_of, unproven_outcome, unproven_tag
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.outstanding_proof import ProofDesired, plan_proof
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError

TAG = "tkc:power_platform:unproven:nothing_visible"
OTHERS = ["own", "tkc:created", "tkc:power:unproven:failed", "tkc:power_platform:unproven"]


def plan(state: str, tags: t.Sequence[str], outcome: str = "nothing_visible") -> dict[str, list[str]] | None:
    """What is dropped and added, None for no write."""
    desired = ProofDesired.from_options({"connector": "power_platform", "state": state, "outcome": outcome})
    actions = plan_proof(desired, tags, "application 'x'").actions
    return dict(actions[0].payload) if actions else None


def test_the_tag_is_ours_and_no_delivery_mark() -> None:
    assert unproven_tag("power_platform", "nothing_visible") == TAG
    assert is_reserved(TAG) and marks_of([TAG]) == []
    assert unproven_outcome(TAG, "power_platform") == "nothing_visible"
    assert [unproven_outcome(tag, "power_platform") for tag in OTHERS] == [None] * len(OTHERS)


def test_it_is_written_once() -> None:
    assert plan("outstanding", OTHERS) == {"drop": [], "add": [TAG]}
    assert plan("outstanding", [*OTHERS, TAG]) is None
    assert plan("outstanding", [TAG], "forbidden") == {"drop": [TAG], "add": ["tkc:power_platform:unproven:forbidden"]}


def test_it_is_taken_away() -> None:
    assert plan("settled", OTHERS) is None
    second = "tkc:power_platform:unproven:blocked"
    assert plan("settled", [TAG, *OTHERS, second]) == {"drop": sorted([TAG, second]), "add": []}


def test_a_name_that_cannot_be_in_a_tag() -> None:
    for name in ("Power", "power platform", "power:platform", ""):
        with pytest.raises(OptionError, match="connector"):
            ProofDesired.from_options({"connector": name, "state": "settled", "outcome": "failed"})
