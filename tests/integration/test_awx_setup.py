# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook awx_setup hands every object to its module, whole and in an order in which what is named is there.

The modules are those of awx.awx as far as their arguments go; they look at them and do nothing. No controller was available to try them on.
"""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
import yaml
from support import awx
from support.playbooks import COLLECTIONS, ROOT, Run, run_playbook

NAMES: dict[str, str] = yaml.safe_load((ROOT / "tests" / "unit" / "data" / "aap_configuration.yml").read_text())["objects"]
PLAYBOOK = ROOT / "playbooks" / "awx_setup.yml"
# Not in the data that is shipped: what operators add.
ADDED = {
    "controller_credentials": [
        {
            "name": "identity",
            "organization": "Default",
            "credential_type": "Connectors: Entra identity, client secret",
            "inputs": {"client_id": "0b9e4c37-36d2-4f4e-8f28-0a54a8d6b1aa", "client_secret": "a-secret-of-the-identity"},
        }
    ],
    "controller_credential_input_sources": [
        {
            "target_credential": "identity",
            "input_field_name": "client_secret",
            "source_credential": "vault",
            "metadata": {"secret_field": "automation"},
        }
    ],
    "awx_setup_job_credentials": ["identity"],
}
CONNECTION = {"controller_host": "https://awx.example", "controller_oauthtoken": "a-token-of-the-controller", "validate_certs": True}


@pytest.fixture(scope="module")
def stub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An awx.awx whose modules only look at their arguments."""
    return awx.stub(tmp_path_factory.mktemp("stub"), NAMES.values())


def setup(folder: Path, stub: Path, extra: dict[str, t.Any]) -> tuple[Run, list[tuple[str, dict[str, t.Any], dict[str, t.Any]]]]:
    """The playbook, and the calls that it made."""
    record = folder / "calls.jsonl"
    record.touch()
    env = {"ANSIBLE_COLLECTIONS_PATH": f"{COLLECTIONS}:{stub}", awx.RECORD: str(record)}
    return run_playbook(PLAYBOOK, folder, env=env, extra=extra), awx.calls(record)


def test_every_object_reaches_its_module_whole_and_in_order(tmp_path: Path, stub: Path) -> None:
    """What the modules get is what the data says, braces of injectors included; nothing that a key of it says is left behind."""
    connection = {"aap_hostname": CONNECTION["controller_host"], "aap_token": CONNECTION["controller_oauthtoken"], "aap_validate_certs": True}
    run, calls = setup(tmp_path, stub, {**awx.GIVEN, **ADDED, **connection})
    run.ok()
    data = awx.objects(ADDED) | {name: value for name, value in ADDED.items() if name.startswith("controller_")}
    expected = [(module, one) for variable, module in NAMES.items() for one in data[variable]]
    names = [(module, given.get("name")) for module, given, _typed in calls]
    assert sorted(names, key=str) == sorted([(module, one.get("name")) for module, one in expected], key=str)
    for module, given, typed in calls:
        assert {key: typed[key] for key in CONNECTION} == CONNECTION
        own = {key: value for key, value in given.items() if key not in CONNECTION}
        (wanted,) = [one for kind, one in expected if kind == module and one.get("name") == given.get("name")]
        if module == "credential":
            assert own.pop("update_secrets") is False, "a secret that is in the controller stays, and a second run changes nothing"
        assert own == {key: value for key, value in wanted.items() if value not in ("", [])}, given.get("name")
    order = list(dict.fromkeys(module for module, _given, _typed in calls))
    assert order == [
        "organization", "label", "credential_type", "credential", "credential_input_source", "execution_environment", "notification_template", "project",
        "inventory", "inventory_source", "job_template", "workflow_job_template", "schedule",
    ]  # fmt: skip
    shown = run.stdout + run.stderr + json.dumps([event.result for event in run.events])
    assert "a-secret-of-the-identity" not in shown and CONNECTION["controller_oauthtoken"] not in run.stdout


def test_what_has_no_default_is_asked_for_before_anything_is_set(tmp_path: Path, stub: Path) -> None:
    run, calls = setup(tmp_path, stub, {"awx_setup_image": "registry.example/connectors:1"})
    assert run.returncode and not calls
    assert "awx_setup_notification_configuration, awx_setup_scm_url" in " ".join(run.stdout.split())
