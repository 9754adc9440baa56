# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the products decide, by the names that the roles use. Everything named here is a pure function of plain data."""

from __future__ import annotations

import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._products.workato import connection as workato_connection
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.workato import report as workato_report
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.workspace365 import connection as workspace365_connection
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.workspace365 import preflight as workspace365_preflight
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.workspace365 import recovery as workspace365_recovery

# What the variables of a host mean: called with the variables, host and check_mode; see the lookup plugin "connection".
Connection = t.Callable[..., dict[str, t.Any]]
# A question of a role: called with what the role hands over; see the module connector_decision.
Decision = t.Callable[[t.Mapping[str, t.Any]], dict[str, t.Any]]

# Role, variable: where its value comes from when the host has none.
FROM_ENVIRONMENT: t.Mapping[str, t.Mapping[str, str]] = {"workato": {"workato_api_token": "WORKATO_API_TOKEN"}}

CONNECTIONS: t.Mapping[str, Connection] = {
    "workato": workato_connection.connection,
    "workspace365": workspace365_connection.connection,
}
DECISIONS: t.Mapping[str, Decision] = {
    "workato.report": workato_report.report,
    "workspace365.preflight": workspace365_preflight.preflight,
    "workspace365.recovery": workspace365_recovery.report,
    "workspace365.registration": workspace365_recovery.registration,
}
