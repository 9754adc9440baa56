# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The roles whose decisions are Python. Written by tests/tools/generate.py from the files named decisions.py."""

from __future__ import annotations

import typing as t

from .._entra.connector import decisions as entra_connector
from .okta_workflows import decisions as okta_workflows
from .power_platform import decisions as power_platform
from .workato import decisions as workato
from .workspace365 import decisions as workspace365


class RoleDecisions(t.Protocol):
    """What a file named decisions.py holds."""

    @property
    def CONNECTION(self) -> t.Callable[..., dict[str, t.Any]]:
        """What the variables of a host mean; see the lookup plugin C(connection)."""

    @property
    def DECISIONS(self) -> t.Mapping[str, t.Callable[..., dict[str, t.Any]]]:
        """The questions of the role; see the module C(connector_decision)."""

    @property
    def LOOK(self) -> t.Callable[..., t.Any] | None:
        """The look at the connector; see the module C(connector_look). None for a role that others include."""

    @property
    def BEFORE_WRITING(self) -> t.Callable[..., t.Any] | None:
        """What the role asks once it has something to do, before it writes; see the option C(before_writing) of C(connector_look)."""

    @property
    def PREFLIGHT(self) -> t.Callable[..., t.Any] | None:
        """What a rollout of the connector would meet; see the module C(connector_preflight). None for a role that others include."""

    @property
    def MEANT_EMPTY(self) -> frozenset[str]:
        """Variables for which an empty text says something."""

    @property
    def TARGETS(self) -> frozenset[str]:
        """Variables that name something of one tenant, or with a dot members of them."""

    @property
    def FROM_ENVIRONMENT(self) -> t.Mapping[str, str]:
        """Variable: where its value comes from when the host has none."""


ROLES: t.Mapping[str, RoleDecisions] = {
    "entra_connector": entra_connector,
    "okta_workflows": okta_workflows,
    "power_platform": power_platform,
    "workato": workato,
    "workspace365": workspace365,
}
