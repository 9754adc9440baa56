# SPDX-License-Identifier: GPL-3.0-or-later
"""Notes of a service principal: what people write there, and the record that the consent settings keep there."""

from __future__ import annotations

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.service_principal_plan import (
    ServicePrincipalCurrent,
    ServicePrincipalDesired,
    plan_service_principal,
)

APP_ID = "631a96bc-a705-4eda-9f99-fdaf9f54f6a2"
RECORD = 'tkc:consent-policy {"user_consent": []}'


@pytest.mark.parametrize(("wanted", "kept"), [("for the auditors", f"for the auditors\n{RECORD}"), ("", RECORD)])
def test_writing_notes_keeps_our_own_lines(wanted: str, kept: str) -> None:
    principal = {"id": "2", "appId": APP_ID, "displayName": "Okta", "accountEnabled": True, "tags": [], "notes": f"old\n{RECORD}"}
    desired = ServicePrincipalDesired.from_options({"app_id": APP_ID, "notes": wanted})
    plan = plan_service_principal(desired, ServicePrincipalCurrent.from_graph(principal))
    (action,) = plan.actions
    assert action.payload["body"] == {"notes": kept}
