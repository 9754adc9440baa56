# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plain data in one line of YAML."""

from __future__ import annotations

import typing as t

import pytest
import yaml
from ansible_collections.tenantkit.connectors.plugins.module_utils._flow_yaml import flow_yaml


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"method": "POST", "url": "https://api.example/a?b=c", "body": None}, "{method: POST, url: 'https://api.example/a?b=c', body: null}"),
        ({"body": {"id": "0b9e4c37", "scopes": ["openid", "User.Read"]}}, "{body: {id: '0b9e4c37', scopes: [openid, User.Read]}}"),
        (("O'Neil", True, False, 7, 1.5), "['O''Neil', true, false, 7, 1.5]"),
        (["true", "No", "null", "", "1", "~", "{a: b}", "a, b"], "['true', 'No', 'null', '', '1', '~', '{a: b}', 'a, b']"),
        ({}, "{}"),
        ([], "[]"),
    ],
)
def test_a_line_that_can_be_copied(value: t.Any, text: str) -> None:
    assert flow_yaml(value) == text
    assert yaml.safe_load(text) == (list(value) if isinstance(value, tuple) else value)


@pytest.mark.parametrize("text", ["Söhne 'x' \\ \"y\"", "日本語: #1", "- a", "<id of role 'Reader'>", "a\tb"])
def test_any_text_survives_without_double_quotes_around_it(text: str) -> None:
    assert yaml.safe_load(flow_yaml([text])) == [text.replace("\t", " ")]
    assert flow_yaml("a\nb") == "'a b'"
