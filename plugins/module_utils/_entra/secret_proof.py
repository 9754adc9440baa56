# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""A new secret is tried at Entra before anybody gets it."""

from __future__ import annotations

from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.proof import prove_secret
from ansible_collections.tenantkit.connectors.plugins.module_utils._budget import Budget
from ansible_collections.tenantkit.connectors.plugins.module_utils._clouds import endpoints_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import Runtime
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConnectorError
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.client import GraphClient

# What is kept of the task's time for removing a secret that could not be proven: nothing is written once the time is over.
_RESERVE = 20.0


def prove(runtime: Runtime, graph: GraphClient, app_id: str, label: str, secret_text: str) -> str:
    """Try the secret at the home tenant's token endpoint until it works three times in a row, or raise."""
    left = runtime.budget.remaining()
    budget = Budget(max(left - _RESERVE, left / 2))
    proof = prove_secret(graph.http, endpoints_of(runtime.options).login_url, graph.tenant_id, app_id, secret_text, graph.audience, budget)
    if proof.proven:
        return proof.status
    blocked = proof.status == "blocked"
    raise ConnectorError(
        f"The new secret of {label} in tenant {graph.tenant} "
        + ("could not be tried: " if blocked else "does not work: ")
        + f"{proof.detail} It was delivered to nobody.",
        code="proof_blocked" if blocked else proof.code or "not_proven",
        service="Microsoft Entra ID",
        request_id=proof.request_id,
        tenant=graph.tenant,
        advice=proof.advice or "The application needs a service principal in its own tenant (tenantkit.connectors.entra_service_principal).",
        outcome="refused",
        details={"proof": proof.status, "tries": proof.tries},
    )
