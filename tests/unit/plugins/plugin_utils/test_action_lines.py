# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines a task prints about its writes."""

from __future__ import annotations

import pytest
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._action_lines import action_lines, to_stderr


def lines(result, check_mode=False, hidden=False):
    return action_lines("contoso", "entra_app", result, check_mode=check_mode, hidden=hidden)


def test_one_line_for_each_action():
    result = {"changed": True, "actions": ["create application 'a'", "add owner 'b'"]}
    assert lines(result) == ["[contoso] entra_app: create application 'a'", "[contoso] entra_app: add owner 'b'"]
    assert lines(result, check_mode=True)[0] == "[contoso] entra_app: would create application 'a'"


@pytest.mark.parametrize(
    "result",
    [
        {},
        {"changed": False, "actions": []},
        {"changed": False, "actions": ["create application 'a'"]},
        {"changed": True},
        {"changed": True, "actions": "odd"},
        {"failed": True, "msg": "Unsupported parameters"},
        {"failed": True, "failure": "odd", "changed": True, "actions": ["create"]},
        {"changed": True, "ansible_job_id": "j1.2", "started": True, "finished": False},
    ],
)
def test_nothing_done_nothing_said(result):
    assert lines(result) == []


def test_a_failure_tells_what_was_done_before_it():
    result = {"failed": True, "changed": True, "failure": {"applied": ["create application 'a'"]}, "actions": ["create application 'a'", "grant"]}
    assert lines(result) == ["[contoso] entra_app: create application 'a'"]


def test_no_log_hides_all_but_the_number():
    assert lines({"changed": True, "actions": ["x"]}, hidden=True) == ["[contoso] entra_app: did 1 action (no_log hides which)"]
    assert lines({"changed": True, "actions": ["x", "y"]}, hidden=True, check_mode=True) == ["[contoso] entra_app: would do 2 actions (no_log hides which)"]


@pytest.mark.parametrize("sign", ["\n", "\r\n", "\x1b", "\x9b", "\u2028", "\x00\x07"])
def test_a_name_cannot_forge_a_line(sign):
    (line,) = lines({"changed": True, "actions": [f"create 'a{sign}ok: [fabrikam]'"]})
    assert line == "[contoso] entra_app: create 'a ok: [fabrikam]'"


@pytest.mark.parametrize(
    ("callback", "expected"),
    [("default", False), ("ansible.posix.jsonl", True), ("json", True), ("ansible.posix.json", True), ("yaml", False)],
)
def test_output_for_programs_is_left_alone(callback, expected):
    assert to_stderr(callback) is expected
