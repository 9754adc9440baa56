# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the role okta_workflows asks, by the names that it uses."""

from __future__ import annotations

from . import connection, failure, look, plan, preflight, report

CONNECTION = connection.connection
DECISIONS = {
    "plan": plan.plan,
    "report": report.report,
    "went_wrong": failure.went_wrong,
}
LOOK = look.look
BEFORE_WRITING = None
PREFLIGHT = preflight.preflight
FROM_ENVIRONMENT: dict[str, str] = {}
# Variables for which an empty text says something. For the others it is a question of a survey that was not answered.
MEANT_EMPTY: frozenset[str] = frozenset()
# What names something of one tenant, so that no extra variable may say it for several hosts.
TARGETS: frozenset[str] = frozenset({"okta_workflows_accounts", "okta_workflows_connections"})
