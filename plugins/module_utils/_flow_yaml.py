# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Plain data in one line of YAML that a person can copy.

Ansible prints a text with double quotes in it with a backslash before each, so JSON in a message cannot be copied. YAML does without double quotes.
"""

from __future__ import annotations

import re
import typing as t

# A text that YAML reads as itself without quotes: it begins with a letter, and holds nothing that means something in a flow mapping.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.@/-]*")
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})


def flow_yaml(value: t.Any) -> str:
    """A value of mappings, lists, texts, numbers, booleans and None. A control character in a text, which single quotes cannot hold, becomes a blank."""
    if isinstance(value, t.Mapping):
        return "{" + ", ".join(f"{flow_yaml(str(name))}: {flow_yaml(item)}" for name, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(flow_yaml, value)) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    text = "".join(character if character.isprintable() else " " for character in str(value))
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return "'" + text.replace("'", "''") + "'"
