# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Identities of agents, which look like applications and service principals and are never taken for a connector's. Pure.

Sources: https://learn.microsoft.com/graph/api/resources/agentidentityblueprint (inherits from application) and
https://learn.microsoft.com/graph/api/resources/agentidentityblueprintprincipal (inherits from servicePrincipal); read 2026-11-30. That Graph writes the
derived type into C(@odata.type), as OData has it (inferred).
"""

from __future__ import annotations

import typing as t

from ..._errors import OptionError

_KINDS: t.Mapping[str, str] = {
    "agentidentityblueprint": "the blueprint of agent identities",
    "agentidentityblueprintprincipal": "the principal of a blueprint of agent identities",
    "agentidentity": "the identity of an agent",
}


def check_no_agent(found: t.Mapping[str, t.Any] | None, described: str, tenant: str) -> None:
    """Raises OptionError for an object that is for agents: what changes it changes all of them, and their platform manages it."""
    kind = _KINDS.get(str((found or {}).get("@odata.type") or "").rpartition(".")[2].lower())
    if kind is not None:
        raise OptionError(
            f"The {described} in tenant {tenant} is {kind} (Microsoft Entra Agent ID), which is never adopted or changed; nothing was written.",
            code="agent_identity",
            tenant=tenant,
            advice="Name an application of the connector's own, or let it be made under another name.",
        )
