# SPDX-License-Identifier: GPL-3.0-or-later
"""What is for agents is no connector's application, whatever it is called."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.common.agents import check_no_agent
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("#microsoft.graph.agentIdentityBlueprint", "is the blueprint of agent identities"),
        ("#microsoft.graph.agentIdentityBlueprintPrincipal", "is the principal of a blueprint of agent identities"),
        ("#Microsoft.Graph.AgentIdentity", "is the identity of an agent"),
        ("agentIdentity", "is the identity of an agent"),
    ],
)
def test_agents_are_refused(kind: str, words: str) -> None:
    with pytest.raises(OptionError) as caught:
        check_no_agent({"@odata.type": kind}, "application 'Payroll'", "contoso")
    assert caught.value.message.startswith(f"The application 'Payroll' in tenant contoso {words} ")
    assert (caught.value.code, caught.value.tenant) == ("agent_identity", "contoso")


@pytest.mark.parametrize(
    "found",
    [
        None,
        {},
        {"@odata.type": None},
        {"@odata.type": "#microsoft.graph.application"},
        {"@odata.type": "#microsoft.graph.servicePrincipal"},
        {"displayName": "agentIdentity"},
    ],
)
def test_others_are_not(found: dict[str, t.Any] | None) -> None:
    check_no_agent(found, "application 'Payroll'", "contoso")
