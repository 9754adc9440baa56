# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the products decide, by the names that the roles use. Everything named here is a pure function of plain data."""

from __future__ import annotations

import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connector import connection, credential, plan, report

# What the variables of a host mean: called with the variables, host and check_mode; see the lookup plugin "connection".
Connection = t.Callable[..., dict[str, t.Any]]
# A question of a role: called with what the role hands over; see the module connector_decision.
Decision = t.Callable[[t.Mapping[str, t.Any]], dict[str, t.Any]]

CONNECTIONS: t.Mapping[str, Connection] = {
    "entra_connector": connection.of_variables,
}
DECISIONS: t.Mapping[str, Decision] = {
    "entra_connector.plan_after_sinks": plan.plan_after_sinks,
    "entra_connector.note": plan.note,
    "entra_connector.after_registration": credential.after_registration,
    "entra_connector.credential_steps": credential.credential_steps,
    "entra_connector.aftermath": credential.aftermath,
    "entra_connector.give_up": credential.give_up,
    "entra_connector.failed": credential.failed,
    "entra_connector.report": report.report_of,
}
