# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Writes on applications for personal accounts: Entra takes 60 a minute.

Sources: https://learn.microsoft.com/graph/throttling-limits ("application with personal audience"); read 2026-11. The room that is left to it (inferred).
"""

from __future__ import annotations

import typing as t

from .._job.rate_limit import Pacer

_LIMIT = (58, 61.0)  # with a little room, since the service's clock is not ours
_AUDIENCE = "signInAudience"


class PersonalWrites:
    """Knows from what was read and written whether a task has to do with such an application, and keeps its writes below the limit."""

    def __init__(self, pacer: Pacer) -> None:
        self._pacer = pacer
        self._personal = False

    def notice(self, body: t.Any) -> None:
        """Look at an object, or a list of them, that was read or is about to be written."""
        if not isinstance(body, dict):
            return
        rows = body.get("value")
        for entry in (body, *(rows if isinstance(rows, list) else ())):
            if isinstance(entry, dict) and "Personal" in str(entry.get(_AUDIENCE)):
                self._personal = True

    def wait(self, path: str, body: t.Any, doing: str) -> None:
        """Before a write: wait until the service takes it. Raises BudgetError when that is later than the task may last."""
        if not path.lstrip("/").startswith("applications"):
            return
        self.notice(body)
        if self._personal:
            self._pacer.wait("personal", _LIMIT, doing)
