# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""A principal of Power Platform as Entra ID knows it."""

from __future__ import annotations

import dataclasses

PRINCIPAL, APP_ID, APPLICATION, MISSING = "service_principal", "app_id", "application_object", "missing"


@dataclasses.dataclass(frozen=True)
class Identified:
    """What an id is: the object id of a service principal, an app id, the object id of an application, or nothing that Graph knows."""

    kind: str
    name: str = ""
    app_id: str | None = None
    object_id: str | None = None  # of the service principal, where there is one

    @property
    def shown(self) -> str:
        """For sentences."""
        return f"'{self.name}'" if self.name else "this application"
