# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the role workato asks, by the names that it uses."""

from __future__ import annotations

from ..._entra.connector.connection import whole
from ..._entra.connector.preflight import foreseeing
from . import connection, look, report

CONNECTION = whole("workato", connection.connection)
DECISIONS = {
    "report": report.report,
}
LOOK = look.look
BEFORE_WRITING = None
PREFLIGHT = foreseeing(look.look, asked=True)
FROM_ENVIRONMENT: dict[str, str] = {"workato_api_token": "WORKATO_API_TOKEN"}
# Variables for which an empty text says something. For the others it is a question of a survey that was not answered.
MEANT_EMPTY: frozenset[str] = frozenset()
# What names something of one tenant, so that no extra variable may say it for several hosts.
TARGETS: frozenset[str] = frozenset({"workato_client_id", "workato_soft_deleted_object_id", "workato_host", "workato_external_id", "workato_service_accounts"})
