# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the products decide, by the names that the roles use. Everything named here is a pure function of plain data."""

from __future__ import annotations

import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform import absent as power_platform_absent
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform import connection as power_platform_connection
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform import diagnosis as power_platform_diagnosis
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform import present as power_platform_present

# What the variables of a host mean: called with the variables, host and check_mode; see the lookup plugin "connection".
Connection = t.Callable[..., dict[str, t.Any]]
# A question of a role: called with what the role hands over; see the module connector_decision.
Decision = t.Callable[[t.Mapping[str, t.Any]], dict[str, t.Any]]

CONNECTIONS: t.Mapping[str, Connection] = {
    "power_platform": power_platform_connection.connection,
}
DECISIONS: t.Mapping[str, Decision] = {
    "power_platform.credential": power_platform_present.credential,
    "power_platform.proof": power_platform_present.proof,
    "power_platform.earlier": power_platform_present.earlier,
    "power_platform.settled": power_platform_present.settled,
    "power_platform.removal": power_platform_absent.removal,
    "power_platform.kept": power_platform_absent.kept,
    "power_platform.removed": power_platform_absent.removed,
    "power_platform.subject": power_platform_diagnosis.subject,
    "power_platform.looks": power_platform_diagnosis.looks,
    "power_platform.diagnosis": power_platform_diagnosis.diagnosis,
}
