# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the role power_platform asks, by the names that it uses."""

from __future__ import annotations

from ..._entra.connector.connection import whole
from ..._entra.connector.preflight import foreseeing
from . import absent, connection, diagnosis, look, preflight, present

CONNECTION = whole("power_platform", connection.connection)
DECISIONS = {
    "credential": present.credential,
    "proof": present.proof,
    "earlier": present.earlier,
    "settled": present.settled,
    "removal": absent.removal,
    "kept": absent.kept,
    "removed": absent.removed,
    "subject": diagnosis.subject,
    "looks": diagnosis.looks,
    "diagnosis": diagnosis.diagnosis,
}
LOOK = look.look
BEFORE_WRITING = preflight.before_writing
PREFLIGHT = foreseeing(look.look, preflight.before_writing)
FROM_ENVIRONMENT: dict[str, str] = {}
# Variables for which an empty text says something. For the others it is a question of a survey that was not answered.
MEANT_EMPTY: frozenset[str] = frozenset({"power_platform_role"})  # no role at all
# What names something of one tenant, so that no extra variable may say it for several hosts.
TARGETS: frozenset[str] = frozenset(
    {"power_platform_client_id", "power_platform_soft_deleted_object_id", "power_platform_environment_id", "power_platform_environment_group_id"}
)
