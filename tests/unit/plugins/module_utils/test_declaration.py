# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose tenant a failure is of, as its sentence says it. How a declaration is executed otherwise: plugin_utils/test_worker.py."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import Declaration, execute
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import Action, Plan, Runtime
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ServiceError

TENANT = "2f4c9a1e-7d05-4b6f-8e3a-c1d9b0a47f52"


class Fails:
    """A resource that cannot read."""

    def __init__(self, runtime: Runtime) -> None:
        self._message = runtime.options["message"]

    def read(self) -> None:
        raise ServiceError(self._message, code="x")

    def plan(self, current: None) -> Plan:
        return Plan()

    def apply(self, action: Action) -> None:
        pass

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        return {}


def said(message: str, host: str | None = "contoso", **options: t.Any) -> str:
    """The sentence of a failure."""
    declaration = Declaration(options={}, resource=Fails, auth=False)
    return str(execute(declaration, {"message": message, **options}, check_mode=True, environ={}, host=host).result["msg"])


@pytest.mark.parametrize(
    ("message", "host", "options", "told"),
    [
        ("It failed.", "contoso", {"tenant_id": TENANT}, f"In tenant {TENANT} (host contoso): It failed."),
        (
            "It failed.",
            "contoso",
            {"tenant_id": TENANT, "expected_domain": "contoso.com"},
            f"In tenant {TENANT} (expected domain contoso.com, host contoso): It failed.",
        ),
        ("It failed.", None, {"tenant_id": TENANT}, f"In tenant {TENANT}: It failed."),
        ("It failed.", "contoso", {"tenant_id": "contoso.com"}, "In tenant contoso.com: It failed."),
        ("It failed.", "contoso", {}, "It failed."),
        # Once, where the tenant is named, in whatever case.
        (
            f"Tenant {TENANT.upper()} is not {TENANT}.",
            "contoso",
            {"tenant_id": TENANT},
            f"Tenant {TENANT.upper()} (host contoso) is not {TENANT}.",
        ),
        # Not again where the reader knows by now whose it is.
        (f"Tenant {TENANT} of host contoso failed.", "contoso", {"tenant_id": TENANT}, f"Tenant {TENANT} of host contoso failed."),
        (
            f"contoso.com is not verified in {TENANT}.",
            "northwind",
            {"tenant_id": TENANT, "expected_domain": "contoso.com"},
            f"contoso.com is not verified in {TENANT}.",
        ),
        ("It failed.", "contoso", {"expected_tenants": [TENANT]}, f"For tenant {TENANT} (host contoso): It failed."),
    ],
)
def test_whose_failure_it_is(message: str, host: str | None, options: dict[str, t.Any], told: str) -> None:
    assert said(message, host, **options) == told
