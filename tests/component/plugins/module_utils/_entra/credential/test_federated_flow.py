# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Federated credentials: the engine against the emulator."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import Execution, execute
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.federated import (
    LARGEST_NUMBER,
)
from ansible_collections.tenantkit.connectors.plugins.modules.entra_federated_credential import DECLARATION
from tenant_emulator.testing import Emulator

ISSUER = "https://issuer.example"
SUBJECT = "repo:contoso/payroll:ref:refs/heads/main"


def run(emulator: Emulator, *, check: bool = False, **options: t.Any) -> Execution:
    identity = emulator.identity()
    plain = {
        "tenant_id": emulator.tenant_id("contoso"),
        "login_url": emulator.login_url,
        "graph_url": emulator.graph_url,
        "ca_path": emulator.ca_path,
        "timeout": 300,
        "name": "main",
        "state": "present",
    }
    environ = {"AZURE_CLIENT_ID": identity["client_id"], "AZURE_CLIENT_SECRET": identity["secret"]}
    return execute(DECLARATION, {**plain, **options}, check_mode=check, environ=environ)


def shown(outcome: Execution) -> dict[str, t.Any]:
    assert not outcome.failed, outcome.result
    return t.cast("dict[str, t.Any]", outcome.result["federated_credential"])


@pytest.fixture
def app(emulator: Emulator) -> dict[str, t.Any]:
    made = emulator.add_application("contoso", displayName="Payroll", uniqueName="payroll", tags=["tkc:created"])["application"]
    emulator.clear_journal()
    return t.cast("dict[str, t.Any]", made)


def test_life(emulator: Emulator, app: dict[str, t.Any]) -> None:
    named = {"display_name": "Payroll"}
    foreseen = run(emulator, check=True, issuer=ISSUER, subject=SUBJECT, **named)
    assert shown(foreseen)["would_create"] and emulator.writes() == []
    made = shown(run(emulator, issuer=ISSUER, subject=SUBJECT, **named))
    assert made["exists"] and made["free"] == LARGEST_NUMBER - 1 and made["object_id"] == app["id"]
    again = run(emulator, issuer=ISSUER, subject=SUBJECT, description=None, unique_name="payroll")
    assert not again.result["changed"] and shown(again) == {**made, "would_create": False}
    changed = run(emulator, subject="other", app_id=app["appId"])
    assert changed.result["actions"] == ["change subject of federated credential 'main' of application 'Payroll'"]
    assert shown(changed)["issuer"] == ISSUER
    gone = run(emulator, state="absent", object_id=app["id"])
    assert gone.result["changed"] and not shown(gone)["exists"] and shown(gone)["free"] == LARGEST_NUMBER
    assert not run(emulator, state="absent", object_id=app["id"]).result["changed"]


def test_lost_answer_is_looked_for(emulator: Emulator, app: dict[str, t.Any]) -> None:
    emulator.fault(service="graph", method="POST", path="/federatedIdentityCredentials$", action="drop_after")
    made = shown(run(emulator, issuer=ISSUER, subject=SUBJECT, object_id=app["id"]))
    assert made["id"]
    assert len(emulator.journal("graph", "POST", "/federatedIdentityCredentials")) == 1


def test_application_that_is_missing(emulator: Emulator) -> None:
    outcome = run(emulator, unique_name="nobody", issuer=ISSUER, subject=SUBJECT)
    assert outcome.result["failure"]["code"] == "application_not_found"
    assert not run(emulator, unique_name="nobody", state="absent").result["changed"]
    assert shown(run(emulator, check=True, unique_name="nobody", issuer=ISSUER, subject=SUBJECT))["would_create"]
    zeros = "00000000-0000-0000-0000-000000000000"
    assert shown(run(emulator, check=True, app_id=zeros, issuer=ISSUER, subject=SUBJECT))["app_id"] == zeros
