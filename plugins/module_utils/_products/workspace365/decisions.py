# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the role workspace365 asks, by the names that it uses."""

from __future__ import annotations

from ..._entra.connector.connection import whole
from ..._entra.connector.look import look
from ..._entra.connector.preflight import foreseeing
from . import connection, preflight, recovery

CONNECTION = whole("workspace365", connection.connection)
DECISIONS = {
    "usable": recovery.usable,
    "preflight": preflight.preflight,
    "search": recovery.search,
    "registration": recovery.registration,
    "recovery": recovery.report,
    "locked_out": recovery.locked_out,
}
LOOK = look  # the product gives nothing back: what it was given is known from the marks on the application
BEFORE_WRITING = preflight.before_writing
PREFLIGHT = foreseeing(look, preflight.before_writing)
FROM_ENVIRONMENT: dict[str, str] = {}
# Variables for which an empty text says something. For the others it is a question of a survey that was not answered.
MEANT_EMPTY: frozenset[str] = frozenset()
# What names something of one tenant, so that no extra variable may say it for several hosts.
TARGETS: frozenset[str] = frozenset(
    {
        "workspace365_client_id", "workspace365_soft_deleted_object_id", "workspace365_instance_url", "workspace365_environment",
        "workspace365_authority",
    }
)  # fmt: skip
