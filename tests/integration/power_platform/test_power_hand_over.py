# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role power_platform hands over to people: the file that the operator asks for, and samples that work."""

from __future__ import annotations

import json
import os
import subprocess
import typing as t
from pathlib import Path

from integration.power_platform.helpers import NAME, result_of, vault_file
from support.playbooks import Run
from support.plays import failed_well, no_secret_shown, own_application
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]


def test_the_file_is_predicted_written_and_kept(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """Check mode writes none; a second run changes nothing and costs no request more; one that was changed by hand is written again, alone or in a rollout."""
    file = workdir / "contoso.md"
    wanted = {"power_platform_hand_over_file": str(file), "connectors": ["power_platform"]}
    predicted = play("power_platform.yml", inventory=inventory(contoso=wanted), check=True).ok()
    assert [event for event in predicted.changed() if event.task.endswith("Write down how to sign in")]
    assert (result_of(predicted)["hand_over"]["client_id"], file.exists(), emulator.writes()) == ("", False, [])
    first = play("power_platform.yml", inventory=inventory(contoso=wanted)).ok()
    client_id = own_application(emulator, "contoso", NAME)["appId"]
    found = result_of(first)["hand_over"]
    assert (found["client_id"], found["sign_in"], found["file"]) == (client_id, "none", str(file))
    text = file.read_text()
    assert client_id in text and emulator.tenant_id("contoso") in text and found["samples"]["curl"] in text
    emulator.clear_journal()
    again = play("power_platform.yml", inventory=inventory(contoso=wanted)).ok()
    with_file = len(emulator.journal())
    assert (again.changed(), emulator.writes()) == ([], [])
    assert result_of(again)["status"] == "ready_for_authorization"
    emulator.clear_journal()
    play("power_platform.yml", inventory=inventory(contoso={})).ok()
    assert with_file == len(emulator.journal())
    for playbook in ("power_platform.yml", "rollout.yml"):
        file.write_text("something else")
        repaired = play(playbook, inventory=inventory(contoso=wanted)).ok()
        assert (len(repaired.changed()), file.read_text(), emulator.writes()) == (1, text, []), playbook


def test_the_sample_for_curl_signs_in_and_lists(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """As it stands in the file, with the secret from the vault file; no value of a credential is in the file or in the result."""
    file = workdir / "contoso.md"
    wanted = {
        **vault_file(workdir),
        "power_platform_credential": "secret",
        "power_platform_hand_over_file": str(file),
        "power_platform_url": emulator.powerplatform_url,
        "entra_login_url": emulator.login_url,
    }
    run = play("power_platform.yml", inventory=inventory(contoso=wanted)).ok()
    no_secret_shown(run, emulator)
    application = own_application(emulator, "contoso", NAME)
    made = emulator.add_secret("contoso", application["id"], displayName="for a person")
    secret = made.get("value") or made["secretText"]
    script = file.read_text().partition("```sh\n")[2].partition("```")[0]
    assert script == result_of(run)["hand_over"]["samples"]["curl"]
    environ = {"PATH": os.environ["PATH"], "CLIENT_SECRET": secret, "CURL_CA_BUNDLE": emulator.ca_path}
    answer = subprocess.run(["sh", "-eu"], input=script, env=environ, text=True, capture_output=True, check=True)
    listed = json.loads(answer.stdout)["value"]
    assert "Contoso Production" in [one["displayName"] for one in listed]
    assert all(set(one) >= {"id", "displayName", "type", "state"} for one in listed), "what the sample for PowerShell prints"


def test_two_hosts_do_not_share_a_file(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """Neither is looked at. A relative path is refused as well."""
    shared = {"power_platform_hand_over_file": str(workdir / "both.md")}
    run = play("power_platform.yml", inventory=inventory(contoso=shared, fabrikam=shared))
    failed_well(run, emulator, "the same place for power_platform", "power_platform_hand_over_file")
    relative = play("power_platform.yml", inventory=inventory(contoso={"power_platform_hand_over_file": "both.md"}))
    failed_well(relative, emulator, "both.md", "power_platform_hand_over_file")
    assert emulator.writes() == []
