# SPDX-License-Identifier: GPL-3.0-or-later
"""Notes of a service principal: what people write there, and the record that the consent settings keep there."""

from __future__ import annotations

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.service_principal.model import ServicePrincipalCurrent, ServicePrincipalDesired
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.service_principal.plan import plan_service_principal
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError

APP_ID = "631a96bc-a705-4eda-9f99-fdaf9f54f6a2"
RECORD = 'tkc:consent-policy {"user_consent": []}'


@pytest.mark.parametrize(("wanted", "kept"), [("for the auditors", f"for the auditors\n{RECORD}"), ("", RECORD)])
def test_writing_notes_keeps_our_own_lines(wanted: str, kept: str) -> None:
    principal = {"id": "2", "appId": APP_ID, "displayName": "Okta", "accountEnabled": True, "tags": [], "notes": f"old\n{RECORD}"}
    desired = ServicePrincipalDesired.from_options({"app_id": APP_ID, "notes": wanted})
    plan = plan_service_principal(desired, ServicePrincipalCurrent.from_graph(principal))
    (action,) = plan.actions
    assert action.payload["body"] == {"notes": kept}


def test_notes_that_do_not_fit_are_refused_before_anything_is_written() -> None:
    principal = {"id": "2", "appId": APP_ID, "displayName": "Okta", "accountEnabled": True, "tags": [], "notes": f"old\n{RECORD}"}
    fits = "x" * (1024 - len(RECORD) - 1)
    current = ServicePrincipalCurrent.from_graph(principal)
    assert plan_service_principal(ServicePrincipalDesired.from_options({"app_id": APP_ID, "notes": fits}), current).actions
    with pytest.raises(OptionError, match=f"1025 characters, {len(RECORD) + 1} of them for lines") as failure:
        plan_service_principal(ServicePrincipalDesired.from_options({"app_id": APP_ID, "notes": fits + "x"}), current)
    assert failure.value.code == "notes_too_long"
