# SPDX-License-Identifier: GPL-3.0-or-later
"""A consent that Graph refuses: what the operator reads, and how often."""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

import pytest
from support.playbooks import Run
from support.plays import failed_well, requests_in, role_play
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

SAID = "Insufficient privileges to complete the operation."
REFUSAL = json.dumps({"error": {"code": "Authorization_RequestDenied", "message": SAID}})
REFUSED = {"service": "graph", "method": "POST", "path": "/oauth2PermissionGrants$", "action": "status", "status": 403, "body": REFUSAL, "times": None}
PAYROLL = {
    "entra_connector_name": "payroll",
    "entra_connector_app": {"unique_name": "payroll", "display_name": "Payroll"},
    "entra_connector_consent": {"on_forbidden": "hand_off"},
    "entra_connector_permissions": [{"resource": "Microsoft Graph", "delegated": ["User.Read"]}],
}


@pytest.mark.parametrize("verbose", [False, True])
def test_a_refusal_is_printed_once(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path, verbose: bool) -> None:
    """Per host: in the sentence, which Ansible shows as it shows each failure, and for programs in the member with what the service said."""
    hosts = inventory(contoso={**PAYROLL, "entra_connector_consent": {"on_forbidden": "fail"}})
    with emulator.faulty(**REFUSED):
        run = play(role_play(workdir, "entra_connector"), inventory=hosts, args=["-v"] if verbose else [])
    failure = failed_well(run, emulator, SAID)["failure"]
    assert failure["details"]["hand_off"]["graph_requests"] and failure["message"] == SAID
    assert SAID not in json.dumps({**failure, "message": ""})
    assert len(re.findall(f'"message": "{SAID}', run.output)) == 1


def test_a_consent_that_is_handed_off_is_told_with_requests(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """As YAML that can be copied, where no address asks for the same: the application has no redirect URI."""
    with emulator.faulty(**REFUSED):
        run = play(role_play(workdir, "entra_connector"), inventory=inventory(contoso=PAYROLL)).ok()
    (request,) = requests_in(run.output)
    assert (request["method"], request["body"]["scope"]) == ("POST", "User.Read")
    assert run.output.count(SAID) == 0 and run.output.count("is waiting for admin consent") == 1
