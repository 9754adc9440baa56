# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the decisions of the role power_platform are tested with: a host, and what its run has seen so far."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform.connection import connection
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform.status import Situation, SoFar

APP_ID = "136042dc-5d4e-4f6a-8b7c-9d0e1f2a3b4c"
HOLDER = "4f7a2c10-9b8d-4e65-a3f1-6c5d4e3b2a19"
TENANT = {"tenant_id": "2f4c9a1e-6d3c-4a0e-9a54-3f1c9f3f1f10", "display_name": "Contoso"}
SINK = {"type": "vault_file", "directory": "/run/credentials"}
# What roles/power_platform/defaults/main.yml gives every host.
DEFAULTS: dict[str, t.Any] = {
    "state": "present",
    "permissions": ["EnvironmentManagement.Environments.Read"],
    "accept_privileged": [],
    "consent": "admin",
    "consent_on_forbidden": "hand_off",
    "unique_name": "tenantkit.power_platform",
    "display_name": "Power Platform automation",
    "adopt": False,
    "accept_audience_narrowing": False,
    "on_soft_deleted": "fail",
    "credential": "none",
    "credential_validity_days": 180,
    "credential_renew_before_days": 30,
    "credential_overlap_days": 7,
    "force": False,
    "federated": {},
    "role": "",
    "role_assigned": False,
    "role_removed": False,
    "management_app": False,
    "prove": True,
    "proof_timeout": 60,
    "on_unproven": "fail",
    "accept_unproven": False,
    "try": {},
}


def host(*, check_mode: bool = False, sink: t.Any = None, **own: t.Any) -> dict[str, t.Any]:
    """The connection of a host that says this much; names without the prefix of the role."""
    variables = {f"power_platform_{name}": value for name, value in {**DEFAULTS, **own}.items() if not name.startswith("entra_")}
    variables |= {name: value for name, value in own.items() if name.startswith("entra_")}
    variables |= {"entra_tenant_id": "contoso.onmicrosoft.com", **({"entra_connector_sink": sink} if sink is not None else {})}
    return connection(variables, host="contoso", check_mode=check_mode)


def registration(**more: t.Any) -> dict[str, t.Any]:
    """The result fact of entra_connector; C(tags) are those of the application."""
    app = {"app_id": more.pop("app_id", APP_ID), "display_name": "Power Platform automation", "tags": more.pop("tags", ["tkc:created"])}
    return {
        "tenant": TENANT,
        "status": "connected",
        "changed": False,
        "app": app,
        "service_principal": {"object_id": HOLDER},
        "consent": {"complete": True, "hand_off": None},
        "secret": {},
        "secret_due": False,
        "sinks": [],
        **more,
    }


def situation(
    *, variables: t.Mapping[str, t.Any] | None = None, seen: t.Mapping[str, t.Any] | None = None, check_mode: bool = False, **so_far: t.Any
) -> Situation:
    """A host in the middle of a run."""
    return Situation(host(check_mode=check_mode, **(variables or {})), registration(**(seen or {})), SoFar(**so_far), check_mode)


@pytest.fixture(name="host")
def _host() -> t.Callable[..., dict[str, t.Any]]:
    return host


@pytest.fixture(name="registration")
def _registration() -> t.Callable[..., dict[str, t.Any]]:
    return registration


@pytest.fixture(name="situation")
def _situation() -> t.Callable[..., Situation]:
    return situation
