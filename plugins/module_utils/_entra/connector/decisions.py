# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the role entra_connector and the playbook automation_identity ask, by the names that they use."""

from __future__ import annotations

from ..identity.tiers import automation_tiers
from . import connection, credential, plan, report

CONNECTION = connection.whole("", connection.of_variables)
DECISIONS = {
    "plan_after_sinks": plan.plan_after_sinks,
    "note": plan.note,
    "after_registration": credential.after_registration,
    "credential_steps": credential.credential_steps,
    "still_live": credential.still_live,
    "aftermath": credential.aftermath,
    "give_up": credential.give_up,
    "failed": credential.failed,
    "report": report.report_of,
    "automation_tiers": automation_tiers,
}
LOOK = None
BEFORE_WRITING = None
PREFLIGHT = None
FROM_ENVIRONMENT: dict[str, str] = {}
# Variables for which an empty text says something. For the others it is a question of a survey that was not answered.
MEANT_EMPTY: frozenset[str] = frozenset()
# What names something of one tenant, so that no extra variable may say it for several hosts.
TARGETS: frozenset[str] = frozenset({"entra_connector_app.app_id", "entra_connector_app.object_id"})
