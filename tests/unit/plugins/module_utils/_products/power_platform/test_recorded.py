# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the templates that stood here before said about runs against the emulator: some of the inputs that both were compared on."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.registry import DECISIONS

ROWS: list[dict[str, t.Any]] = json.loads((Path(__file__).parent / "recorded.json").read_text())
HANDS_OVER = {"file": "", "cloud": "public", "login_url": "https://login.example", "url": "https://api.example", "audience": "https://api.example"}


@pytest.mark.parametrize("row", ROWS, ids=[row["decision"] for row in ROWS])
def test_the_answer_is_the_one_of_the_templates(row: dict[str, t.Any]) -> None:
    given = {**row["given"], "connection": {"hands_over": HANDS_OVER, "diagnosed_user": "", **row["given"]["connection"]}}
    answer = DECISIONS[row["decision"]](given)
    if "report" in answer:  # what the templates did not have
        answer = {**answer, "report": {name: value for name, value in answer["report"].items() if name not in ("to_do", "hand_over")}}
    if "diagnosis" in answer:
        found = answer["diagnosis"]
        answer = {**answer, "lines": [line for line in answer["lines"] if line not in found["notes"]]}
        answer["diagnosis"] = {name: value for name, value in found.items() if name not in ("user", "notes")}
    assert {name: answer[name] for name in row["expected"]} == row["expected"]
