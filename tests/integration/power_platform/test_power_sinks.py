# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the role power_platform puts a key or secret: several sinks, of which one fails, and what is left then."""

from __future__ import annotations

import shutil
import typing as t
from pathlib import Path

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret
from integration.power_platform.helpers import NAME, result_of, sink_tasks, stored, vault_file
from support.playbooks import Run
from support.plays import failed_well, own_application
from support.sampling import sampled
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

STORING = "entra_connector_sink_action == 'store' and not ansible_check_mode"


def two_sinks(workdir: Path, *, first_stores: bool) -> dict[str, t.Any]:
    """Two places, of which the second refuses for good whatever it is given."""
    refuse = {
        "name": "Refuse it",
        "tenantkit.connectors.credential_vault_file": {
            "directory": str(workdir / "second"),
            "tenant_id": "somewhere",
            "connector": "power_platform",
            "vault_id": "not_loaded",
            "key_id": "{{ entra_connector_key_id }}",
            "value": "{{ entra_connector_secret_value }}",
        },
        "when": STORING,
    }
    refusing = sink_tasks(workdir, "refusing.yml", refuse)
    first = vault_file(workdir)
    sinks = [first.pop("entra_connector_sink"), refusing] if first_stores else [refusing]
    return {**first, "entra_connector_sink": sinks}


def test_a_certificate_that_no_sink_took_is_removed(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """The only sink refuses: nobody holds the key, so its certificate goes, and the sentence says so."""
    wanted = {**two_sinks(workdir, first_stores=False), "power_platform_credential": "certificate"}
    run = play("power_platform.yml", inventory=inventory(contoso=wanted))
    failed_well(run, emulator, "Vault id 'not_loaded' is not loaded", "was removed again")
    assert own_application(emulator, "contoso", NAME)["keyCredentials"] == []
    left = run.task("Keep what went wrong, for later plays and reports").facts["__power_platform_delivered"]
    assert (left["status"], left["failure"]["code"]) == ("failed", "vault_id_not_loaded")


def test_what_a_task_file_says_of_the_value_is_not_handed_on(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """The message of the operator's own task quotes the secret; what the role reports and fails with has it masked."""
    quoting = sink_tasks(
        workdir, "quoting.yml", {"name": "Refuse it", "ansible.builtin.fail": {"msg": "No: {{ entra_connector_secret_value }}!"}, "when": STORING}
    )
    run = play("power_platform.yml", inventory=inventory(contoso={"entra_connector_sink": quoting, "power_platform_credential": "secret"}), args=["-vvvv"])
    run.failed()
    assert "No: ****" in run.output
    # ansible-core prints the message of a failed task whatever no_log says; once, and no role can help that.
    assert sum(any(value in line for value in emulator.issued()) for line in run.output.splitlines()) == 1
    assert [(event.task, event.status) for event in run.events if any(value in str(event) for value in emulator.issued())] == []


def test_one_sinks_refusal_leaves_the_key_of_another(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """The first sink holds the key, the second refuses it: the certificate stays, the next run gives both a new one."""
    wanted = {**two_sinks(workdir, first_stores=True), "power_platform_credential": "certificate"}
    run = play("power_platform.yml", inventory=inventory(contoso=wanted))
    failed_well(run, emulator, "Vault id 'not_loaded' is not loaded", "stays, because a sink has stored it (vault_file)")
    (left,) = own_application(emulator, "contoso", NAME)["keyCredentials"]
    assert len(stored(workdir)) == 1
    sink = wanted["entra_connector_sink"][0]
    healed = result_of(play("power_platform.yml", inventory=inventory(contoso={**wanted, "entra_connector_sink": [sink]})).ok())
    assert (healed["status"], healed["proof"]["status"]) == ("connected", "proven")
    assert left["keyId"] != healed["credential"]["key_id"]


@pytest.mark.exhaustive
def test_one_application_under_two_names(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """Two hosts that mean one application by its name and by its id are one too many; with an application each they go their ways."""
    first = {**vault_file(workdir), "power_platform_credential": "secret"}
    play("power_platform.yml", inventory=inventory(contoso=first)).ok()
    app_id = own_application(emulator, "contoso", NAME)["appId"]
    twin = {**vault_file(workdir, "other"), "power_platform_credential": "secret", "entra_tenant_id": "contoso.onmicrosoft.com"}
    emulator.clear_journal()
    run = play("power_platform.yml", inventory=inventory(contoso=first, twin={**twin, "power_platform_client_id": app_id}))
    failed_well(run, emulator, "contoso and twin")
    assert emulator.writes() == []
    apart = play("power_platform.yml", inventory=inventory(contoso=first, twin={**twin, "power_platform_unique_name": "tenantkit.power_platform.second"})).ok()
    assert [result_of(apart, host)["status"] for host in ("contoso", "twin")] == ["connected", "connected"]
    assert apart.changed("contoso") == []
    assert stored(workdir, "other")


def in_the_way(kind: str, workdir: Path) -> tuple[dict[str, t.Any], str]:
    """Host variables with which the credential's place cannot be opened any more, and what is said then."""
    if kind == "tasks":
        closed = {"name": "Refuse", "ansible.builtin.fail": {"msg": "The safe is closed today."}, "when": "entra_connector_sink_action == 'writable'"}
        return {"entra_connector_sink": sink_tasks(workdir, "closed.yml", closed)}, "The safe is closed today."
    if kind == "not loaded":
        return {**vault_file(workdir), "entra_connector_vault_id": "elsewhere"}, "Nothing was taken away."
    (file,) = (workdir / "credentials").iterdir()
    other = VaultSecret(b"another password")
    file.write_bytes(VaultLib([("connectors", other)]).encrypt(b"{}", other, "connectors"))
    return vault_file(workdir), "Nothing was taken away."


@pytest.mark.parametrize("kind", sampled(("not loaded", "locked", "tasks"), "not loaded"))
def test_nothing_is_taken_away_while_a_sink_cannot_be_opened(
    kind: str, connected: Play, play: Play, inventory: Inventory, emulator: Emulator, workdir: Path
) -> None:
    """Role, grant, principal and application stay as they are, in a real run and in check mode; with the sink open everything goes."""
    made = {**vault_file(workdir), "power_platform_credential": "secret"}
    connected("power_platform.yml", inventory=inventory(contoso=made))
    kept = (workdir / "credentials" / stored(workdir)[0]).read_bytes()
    closed, said = in_the_way(kind, workdir)
    gone = {"power_platform_credential": "secret", "power_platform_state": "absent"}
    emulator.clear_journal()
    for check in (False, True):
        run = play("power_platform.yml", inventory=inventory(contoso={**closed, **gone}), check=check)
        failed_well(run, emulator, said)
    assert emulator.writes() == []
    (workdir / "credentials" / stored(workdir)[0]).write_bytes(kept)
    play("power_platform.yml", inventory=inventory(contoso={**vault_file(workdir), **gone})).ok()
    assert stored(workdir) == [] and emulator.writes() != []


@pytest.mark.exhaustive
@pytest.mark.parametrize("credential", ["secret", "certificate"])
def test_every_host_asks_each_of_its_own_sinks(credential: str, play: Play, inventory: Inventory, workdir: Path) -> None:
    """Ansible takes the includes of several hosts together, in another order than a host's own: no answer is lost, and none is another one's."""
    answer = {"ansible.builtin.set_fact": {"entra_connector_sink_holds": "{{ inventory_hostname != forgetful | default('') }}"}}
    asked = sink_tasks(workdir, "asked.yml", {"name": "Answer", **answer})
    names = ("contoso", "fabrikam", "northwind")
    hosts = {}
    for name in names:
        first = vault_file(workdir, name)
        hosts[name] = {**first, "entra_connector_sink": [first["entra_connector_sink"], asked], "power_platform_credential": credential}
    path = inventory(**hosts)
    made = play("power_platform.yml", inventory=path).ok()
    again = play("power_platform.yml", inventory=path).ok()
    assert again.changed() == []
    lost = play("power_platform.yml", inventory=path, extra={"forgetful": "fabrikam"}).ok()
    keys = [[result_of(run, name)["credential"]["key_id"] for run in (made, again, lost)] for name in names]
    assert [len(set(found)) for found in keys] == [1, 2, 1]
    shutil.rmtree(workdir / "northwind")
    lost = play("power_platform.yml", inventory=path).ok()
    assert [result_of(lost, name)["changed"] for name in names] == [False, False, True]


def test_a_restored_application_finds_its_own_file(connected: Play, play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """Before it is back nobody knows whose the file is; it is no reason to refuse."""
    wanted = {**vault_file(workdir), "power_platform_credential": "secret"}
    first = result_of(connected("power_platform.yml", inventory=inventory(contoso=wanted)))
    application = own_application(emulator, "contoso", NAME)
    shutil.copytree(workdir / "credentials", workdir / "kept")
    play("power_platform.yml", inventory=inventory(contoso={**wanted, "power_platform_state": "absent"})).ok()
    shutil.copytree(workdir / "kept", workdir / "credentials", dirs_exist_ok=True)
    back = {"power_platform_on_soft_deleted": "restore", "power_platform_soft_deleted_object_id": application["id"]}
    result = result_of(play("power_platform.yml", inventory=inventory(contoso={**wanted, **back})).ok())
    assert result["app"]["app_id"] == first["app"]["app_id"]
    assert result["status"] == "connected"
