# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the products decide, by the names that the roles use. Everything named here is a pure function of plain data."""

from __future__ import annotations

import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows import connection as okta_workflows_connection
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows import failure as okta_workflows_failure
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows import plan as okta_workflows_plan
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows import report as okta_workflows_report

# What the variables of a host mean: called with the variables, host and check_mode; see the lookup plugin "connection".
Connection = t.Callable[..., dict[str, t.Any]]
# A question of a role: called with what the role hands over; see the module connector_decision.
Decision = t.Callable[[t.Mapping[str, t.Any]], dict[str, t.Any]]

CONNECTIONS: t.Mapping[str, Connection] = {
    "okta_workflows": okta_workflows_connection.connection,
}
DECISIONS: t.Mapping[str, Decision] = {
    "okta_workflows.plan": okta_workflows_plan.plan,
    "okta_workflows.report": okta_workflows_report.report,
    "okta_workflows.went_wrong": okta_workflows_failure.went_wrong,
}
