# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of the role C(workato) look at: its result, its application, the connections of a workspace."""

from __future__ import annotations

import typing as t

from support.playbooks import Run
from tenant_emulator.testing import Emulator

TOKEN = "wrkaus-emulated-token-of-contoso-with-rights"
DATA_CENTERS = {"contoso": "us", "fabrikam": "eu", "northwind": "jp"}
TOKENS = {name: f"wrka{center}-emulated-token-of-{name}-with-rights" for name, center in DATA_CENTERS.items()}
SIGN_IN = "ready_for_authorization"
NO_TOKEN: dict[str, t.Any] = {"env": {"WORKATO_API_TOKEN": None}}


def result(run: Run, host: str | None = None) -> dict[str, t.Any]:
    """The fact that the role leaves."""
    return t.cast("dict[str, t.Any]", run.task("Report Workato", host).facts["workato_result"])


def application(emulator: Emulator, tenant: str = "contoso") -> dict[str, t.Any]:
    """The role's application in a tenant."""
    (found,) = [item for item in emulator.tenant(tenant)["applications"].values() if item["uniqueName"] == f"tenantkit.workato.{tenant}"]
    return t.cast("dict[str, t.Any]", found)


def connection(emulator: Emulator, workspace: str = "contoso") -> dict[str, t.Any]:
    """The only connection of a workspace."""
    (found,) = emulator.workato(workspace)["connections"]
    return t.cast("dict[str, t.Any]", found)
