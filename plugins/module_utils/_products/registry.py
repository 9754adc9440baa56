# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the roles decide, by the names that they use. Everything named here is a pure function of plain data."""

from __future__ import annotations

import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connector import decisions as entra_connector
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows import decisions as okta_workflows
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform import decisions as power_platform
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.workato import decisions as workato
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.workspace365 import decisions as workspace365

# What the variables of a host mean: called with the variables, host and check_mode; see the lookup plugin "connection".
Connection = t.Callable[..., dict[str, t.Any]]
# A question of a role: called with what the role hands over; see the module connector_decision.
Decision = t.Callable[[t.Mapping[str, t.Any]], dict[str, t.Any]]

_ROLES = {
    "entra_connector": entra_connector,
    "okta_workflows": okta_workflows,
    "power_platform": power_platform,
    "workato": workato,
    "workspace365": workspace365,
}
CONNECTIONS: t.Mapping[str, Connection] = {role: decisions.CONNECTION for role, decisions in _ROLES.items()}
DECISIONS: t.Mapping[str, Decision] = {f"{role}.{name}": decide for role, decisions in _ROLES.items() for name, decide in decisions.DECISIONS.items()}
# Role, variable: where its value comes from when the host has none.
FROM_ENVIRONMENT: t.Mapping[str, t.Mapping[str, str]] = {"workato": {"workato_api_token": "WORKATO_API_TOKEN"}}
