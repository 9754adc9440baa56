# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""How decisions read what the tasks of a role registered."""

from __future__ import annotations

import typing as t


def ran(step: t.Mapping[str, t.Any] | None) -> t.Mapping[str, t.Any]:
    """The result of a step that ran; nothing for one that was skipped or never reached."""
    return {} if not step or step.get("skipped") else step


def changed(*steps: t.Mapping[str, t.Any] | None) -> bool:
    """Whether one of the steps ran and changed something."""
    return any(bool(ran(step).get("changed")) for step in steps)
