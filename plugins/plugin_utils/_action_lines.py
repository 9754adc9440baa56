# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The lines a task prints about what it changes."""

from __future__ import annotations

import re
import typing as t

# The roles of this collection hide the results of tasks that hold a secret value, and say with this variable that their actions may be told all the
# same: an action never holds one. C(no_log) on a task of the user hides its actions, too.
TELL_ACTIONS = "tenantkit_tell_actions"

# Names come from a tenant's directory: a line break or an escape sequence in one must not forge a line of the log.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def action_lines(host: str, module: str, result: t.Mapping[str, t.Any], *, check_mode: bool, hidden: bool) -> list[str]:
    """One line for each action of a result; after a failure for each that was carried out before it.

    ``hidden`` is the task's own C(no_log): then only the number is told.
    """
    if result.get("failed"):
        failure = result.get("failure")
        texts = failure.get("applied") if isinstance(failure, dict) else None
    else:
        texts = result.get("actions") if result.get("changed") else None
    if not isinstance(texts, (list, tuple)) or not texts:
        return []
    would = "would " if check_mode else ""
    if hidden:
        count = len(texts)
        return [f"[{host}] {module}: {would}{'do' if would else 'did'} {count} action{'' if count == 1 else 's'} (no_log hides which)"]
    return [_CONTROL.sub(" ", f"[{host}] {module}: {would}{text}") for text in texts]


def to_stderr(callback: str) -> bool:
    """Whether the lines go to stderr: where the chosen stdout callback writes for a program, a line would break its output."""
    return callback.rsplit(".", 1)[-1] in ("json", "jsonl")
