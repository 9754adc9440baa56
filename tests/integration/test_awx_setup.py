# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook awx_setup hands every object to its module, whole and in an order in which what is named is there.

The modules are those of awx.awx as far as their arguments go; they look at them and do nothing. No controller was available to try them on.
"""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

import pytest
import yaml
from support import awx
from support.playbooks import COLLECTIONS, ROOT, Run, run_playbook

NAMES: dict[str, str] = yaml.safe_load((ROOT / "tests" / "unit" / "data" / "aap_configuration.yml").read_text())["objects"]
PLAYBOOK = ROOT / "playbooks" / "awx_setup.yml"
# The file that docs/awx.md shows, and what it takes from a vault and the environment.
(DOCUMENTED,) = re.findall(r"^```yaml\n(# controller\.yml\n.*?)^```$", (ROOT / "docs" / "awx.md").read_text(), re.MULTILINE | re.DOTALL)
VAULT = {"vault_fleet_secret": "a-secret-of-the-identity", "vault_fleet_key": "a-key-of-the-instance", "vault_fleet_token": "a-token-of-the-report"}
TOKEN = "a-token-of-the-controller"
# What the page tells of and does not show.
ADDED = {
    "controller_credential_input_sources": [
        {
            "target_credential": "Fleet identity",
            "input_field_name": "client_secret",
            "source_credential": "Fleet vault",
            "metadata": {"secret_field": "automation"},
        }
    ],
    "aap_validate_certs": True,
}
CONNECTION = {"controller_host": "https://awx.example", "controller_oauthtoken": TOKEN, "validate_certs": True}


@pytest.fixture(scope="module")
def stub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An awx.awx whose modules only look at their arguments."""
    return awx.stub(tmp_path_factory.mktemp("stub"), NAMES.values())


def setup(folder: Path, stub: Path, extra: dict[str, t.Any], *args: str) -> tuple[Run, list[tuple[str, dict[str, t.Any], dict[str, t.Any]]]]:
    """The playbook, and the calls that it made."""
    record = folder / "calls.jsonl"
    record.touch()
    env = {"ANSIBLE_COLLECTIONS_PATH": f"{COLLECTIONS}:{stub}", awx.RECORD: str(record), "CONTROLLER_OAUTH_TOKEN": TOKEN}
    return run_playbook(PLAYBOOK, folder, env=env, extra=extra, args=args), awx.calls(record)


def test_every_object_reaches_its_module_whole_and_in_order(tmp_path: Path, stub: Path) -> None:
    """What the modules get is what the data says, braces of injectors included; nothing that a key of it says is left behind."""
    own_file = tmp_path / "controller.yml"
    own_file.write_text(DOCUMENTED)
    run, calls = setup(tmp_path, stub, {**VAULT, **ADDED}, "-e", f"@{own_file}")
    run.ok()
    own = {**yaml.safe_load(DOCUMENTED), **ADDED}
    given = {**VAULT, **{name: value for name, value in own.items() if name.startswith("awx_setup_")}}
    data = awx.objects(given) | {name: awx.resolved(value, VAULT) for name, value in own.items() if name.startswith("controller_")}
    expected = [(module, one) for variable, module in NAMES.items() for one in data[variable]]
    names = [(module, given.get("name")) for module, given, _typed in calls]
    assert sorted(names, key=str) == sorted([(module, one.get("name")) for module, one in expected], key=str)
    for module, given, typed in calls:
        assert {key: typed[key] for key in CONNECTION} == CONNECTION
        sent = {key: value for key, value in given.items() if key not in CONNECTION and value is not None}
        (wanted,) = [one for kind, one in expected if kind == module and one.get("name") == given.get("name")]
        if module == "credential":
            assert sent.pop("update_secrets") is False, "a secret that is in the controller stays, and a second run changes nothing"
        assert sent == {key: value for key, value in wanted.items() if value not in ("", [])}, given.get("name")
    order = list(dict.fromkeys(module for module, _given, _typed in calls))
    assert order == [
        "organization", "label", "credential_type", "credential", "credential_input_source", "execution_environment", "notification_template", "project",
        "inventory", "inventory_source", "job_template", "workflow_job_template", "schedule",
    ]  # fmt: skip
    shown = run.stdout + run.stderr + json.dumps([event.result for event in run.events])
    assert not [secret for secret in (*VAULT.values(), TOKEN) if secret in shown]


def test_what_has_no_default_is_asked_for_before_anything_is_set(tmp_path: Path, stub: Path) -> None:
    run, calls = setup(tmp_path, stub, {"awx_setup_image": "registry.example/connectors:1"})
    assert run.returncode and not calls
    assert "awx_setup_notification_configuration, awx_setup_scm_url" in " ".join(run.stdout.split())
