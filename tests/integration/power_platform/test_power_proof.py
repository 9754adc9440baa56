# SPDX-License-Identifier: GPL-3.0-or-later
"""How the role power_platform proves a credential: with keys in every form and in no file, when Entra learns slowly, and what a failed proof leaves behind."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from integration.power_platform.helpers import NAME, result_of, sink_tasks, vault_file, without_environments
from support.certificates import Pair, pair
from support.killing import run_and_kill
from support.playbooks import ROOT, Run, command_line, environment
from support.plays import failed_well, no_secret_shown, own_application, role_play
from support.sampling import sampled
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

PLAYBOOK = "power_platform.yml"
ISSUER, SUBJECT = "https://token.actions.githubusercontent.com", "repo:contoso/platform:ref:refs/heads/main"


def holding_keys(files: t.Mapping[Path, bytes]) -> list[Path]:
    """Those of the files in which a private key stands."""
    return [path for path, content in files.items() if b"PRIVATE KEY" in content]


@pytest.mark.parametrize("way", sampled(("worker", "process"), "worker"))
def test_no_key_is_written_for_the_proof(way: str, play: Play, inventory: Inventory, operator: dict[str, str], emulator: Emulator, workdir: Path) -> None:
    """Killed while the generated key signs in, and while its token lists environments: no file holds it but the sink's, which is encrypted."""
    env = {"TENANTKIT_MODULE_PROCESS": "1"} if way == "process" else {}
    hosts = inventory(contoso={**vault_file(workdir), "power_platform_credential": "certificate"})
    play(PLAYBOOK, inventory=hosts, env=env).ok()
    requests = [str(entry.get("path")) for entry in emulator.journal()]
    listing = next(at for at, path in enumerate(requests) if "/environmentmanagement/environments" in path)
    signing_in = sum(path.endswith("/token") for path in requests[:listing])
    command = command_line(ROOT / "playbooks" / PLAYBOOK, inventory=hosts, check=False, diff=True, extra=None, args=["-vvvv"])
    for path, number in (("/token$", signing_in), ("/environmentmanagement/environments", 1)):
        emulator.reset()
        for file in (workdir / "credentials").iterdir():
            file.unlink()
        killed = run_and_kill(command, environment(workdir, {**operator, **env}), workdir, emulator, request=number, path=path, when="before", how="SIGKILL")
        assert own_application(emulator, "contoso", NAME)["keyCredentials"], "the key is made"
        assert any("credentials" in str(name) for name in killed.files), "the sink holds it"
        assert holding_keys(killed.files) == []
        assert "PRIVATE KEY" not in killed.output + "".join(killed.command_lines)


def write(folder: Path, made: Pair) -> None:
    """A key and its certificate in every form."""
    folder.mkdir()
    for name, content in {"c.pem": made.pem, "c.der": made.der, "k.pem": made.key_pem, "k.der": made.key_der, "both.pem": made.key_pem + made.pem}.items():
        (folder / name).write_bytes(content)


def unusable(workdir: Path, case: str) -> dict[str, t.Any]:
    """The host variables of a certificate with which nobody can sign in."""
    made = pair(*{"expired": (-30, -2), "early": (3, 30)}.get(case, (-1, 300)))
    path = workdir / (f"{case}.pfx" if case == "password" else f"{case}.pem")
    wanted = {"power_platform_credential": "certificate", "power_platform_certificate_path": str(path)}
    if case == "password":
        locked = serialization.BestAvailableEncryption(b"the right password")
        path.write_bytes(pkcs12.serialize_key_and_certificates(b"platform", made.key, made.certificate, None, locked))
        wanted["power_platform_certificate_password"] = "the wrong password"
    elif case != "missing":
        path.write_bytes(made.pem)
    if case == "mismatch":
        (workdir / "other.pem").write_bytes(pair().key_pem)
        wanted["power_platform_private_key_path"] = str(workdir / "other.pem")
    return wanted


@pytest.mark.parametrize(
    "cases",
    [
        {"contoso": ("expired", "expired on"), "fabrikam": ("early", "is not valid before"), "northwind": ("mismatch", "does not fit the private key")},
        {"contoso": ("password", "does not open with the password"), "fabrikam": ("missing", "cannot be read")},
    ],
)
def test_certificates_that_cannot_work(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path, cases: dict[str, tuple[str, str]]) -> None:
    """Each is found before the application is registered."""
    hosts = inventory(**{name: unusable(workdir, case) for name, (case, _words) in cases.items()})
    run = play("power_platform.yml", inventory=hosts)
    for name, (_case, words) in cases.items():
        failed_well(run, emulator, words, host=name)
    assert emulator.writes() == []


@pytest.mark.exhaustive
@pytest.mark.parametrize("way", ["worker", "process"])
def test_certificates_in_every_form(way: str, play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """PEM and DER, with the key in the same file, in another, or nowhere; relative paths start at the playbook, for upload and proof alike."""
    playbook = role_play(workdir, "power_platform")
    write(workdir / "keys", pair())
    env = {"TENANTKIT_MODULE_PROCESS": "1"} if way == "process" else {}
    forms: list[tuple[str, str | None, str]] = [
        ("c.der", "k.der", "proven"),
        ("c.der", None, "not_possible"),
        ("c.pem", "k.der", "proven"),
        ("both.pem", None, "proven"),
    ]
    for certificate, key, proof in forms:
        wanted = {"power_platform_credential": "certificate", "power_platform_certificate_path": f"keys/{certificate}"}
        if key:
            wanted["power_platform_private_key_path"] = f"keys/{key}"
        result = result_of(play(playbook, inventory=inventory(contoso=wanted), env=env).ok())
        status = "connected" if proof == "proven" else "configured"
        assert (result["status"], result["proof"]["status"]) == (status, proof), (certificate, key, result["proof"])
    assert len(own_application(emulator, "contoso", NAME)["keyCredentials"]) == 1, "it is the same certificate each time"


@pytest.mark.exhaustive
def test_a_federated_credential_that_is_new(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Entra does not know it at once: the first run waits as long as it may, and proves it. With less time it is not proven, not failed."""
    emulator.settings(federated_activation_delay=9)
    wanted: dict[str, t.Any] = {
        "power_platform_credential": "federated",
        "power_platform_federated": {"name": "main", "issuer": ISSUER, "subject": SUBJECT},
        "power_platform_try": {"federated_token": emulator.assertion(ISSUER, SUBJECT)},
    }
    run = play(PLAYBOOK, inventory=inventory(contoso=wanted)).ok()
    assert result_of(run)["proof"]["status"] == "proven", result_of(run)["proof"]
    assert play(PLAYBOOK, inventory=inventory(contoso=wanted)).ok().changed() == []


def test_an_api_that_is_not_known_everywhere_yet(connected: Play, play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """A service principal of the API that was just made: what a server answers that has not heard of it is waited for."""
    hosts = inventory(contoso={**vault_file(workdir), "power_platform_credential": "secret"})
    connected(PLAYBOOK, inventory=hosts)
    requests = [str(entry.get("path")) for entry in emulator.journal()]
    listing = next(at for at, path in enumerate(requests) if "/environmentmanagement/environments" in path)
    signing_in = sum(path.endswith("/token") for path in requests[:listing])
    emulator.reset()
    emulator.clear_journal()
    (workdir / "credentials" / f"{emulator.tenant_id('contoso')}_power_platform.yml").unlink()
    body = {"error": "invalid_resource", "error_description": "AADSTS500011: The resource principal was not found.", "error_codes": [500011]}
    emulator.fault(service="login", path="/token$", action="status", status=400, body=body, skip=signing_in - 1)
    result = result_of(play(PLAYBOOK, inventory=hosts).ok())
    assert (result["status"], result["proof"]["status"]) == ("connected", "proven")
    assert [rule["fired"] for rule in emulator.faults()] == [1]


def a_file(workdir: Path) -> dict[str, t.Any]:
    """A sink of the user's, which nobody but the user can read back."""
    holds = {
        "name": "Say whether the key is here",
        "ansible.builtin.set_fact": {"entra_connector_sink_holds": "{{ (lookup('ansible.builtin.file', f) | from_json).key == entra_connector_key_id }}"},
        "vars": {"f": str(workdir / "held.json")},
        "when": "entra_connector_sink_action == 'holds'",
    }
    store = {
        "name": "Keep it",
        "ansible.builtin.copy": {"dest": str(workdir / "held.json"), "mode": "0600", "content": "{{ held | to_json }}"},
        "vars": {"held": {"key": "{{ entra_connector_key_id }}", "value": "{{ entra_connector_secret_value }}"}},
        "when": "entra_connector_sink_action == 'store' and not ansible_check_mode",
    }
    sink = sink_tasks(workdir, "sink.yml", holds, store)
    return {"entra_connector_sink": sink, "ansible_python_interpreter": "{{ ansible_playbook_python }}"}


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", ["secret", "certificate"])
def test_what_cannot_be_read_back_stays_unproven(kind: str, play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """Without the value no later run turns green by itself: it takes a proof with the value, or the operator's word."""
    without_environments(emulator)
    wanted = {**a_file(workdir), "power_platform_credential": kind, "power_platform_proof_timeout": 0}
    first = play(PLAYBOOK, inventory=inventory(contoso=wanted))
    failed_well(first, emulator, "nothing visible")
    assert "tkc:power_platform:unproven:nothing_visible" in own_application(emulator, "contoso", NAME)["tags"]
    emulator.clear_journal()
    second = play(PLAYBOOK, inventory=inventory(contoso=wanted))
    failed_well(second, emulator, "An earlier run could not prove it (nothing visible)", "power_platform_accept_unproven")
    assert (result_of(second)["status"], second.changed(), emulator.writes()) == ("not_proven", [], [])
    reported = result_of(play(PLAYBOOK, inventory=inventory(contoso={**wanted, "power_platform_on_unproven": "report"})).ok())
    assert reported["status"] == "not_proven"

    emulator.add_environment("contoso", "The first one")
    held = json.loads((workdir / "held.json").read_text())["value"]
    given = {"power_platform_try": {"client_secret" if kind == "secret" else "certificate_content": held}}
    proven = play(PLAYBOOK, inventory=inventory(contoso={**wanted, **given}), args=["-vvvv"]).ok()
    assert (result_of(proven)["status"], result_of(proven)["proof"]["status"]) == ("connected", "proven")
    no_secret_shown(proven, emulator)
    assert "PRIVATE KEY" not in proven.output
    after = play(PLAYBOOK, inventory=inventory(contoso=wanted)).ok()
    assert (result_of(after)["status"], after.changed()) == ("connected", [])


@pytest.mark.exhaustive
def test_the_operators_word(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """Where there is nothing to see, somebody may vouch for the credential; what was remembered is forgotten then."""
    without_environments(emulator)
    wanted = {**vault_file(workdir), "power_platform_credential": "secret", "power_platform_proof_timeout": 0}
    play(PLAYBOOK, inventory=inventory(contoso=wanted)).failed()
    vouched = {**wanted, "power_platform_accept_unproven": True}
    run = play(PLAYBOOK, inventory=inventory(contoso=vouched)).ok()
    assert result_of(run)["status"] == "connected"
    assert [tag for tag in own_application(emulator, "contoso", NAME)["tags"] if "unproven" in tag] == []
    assert play(PLAYBOOK, inventory=inventory(contoso=vouched)).ok().changed() == []


@pytest.mark.exhaustive
def test_killed_before_the_outcome_is_written_down(play: Play, inventory: Inventory, operator: dict[str, str], emulator: Emulator, workdir: Path) -> None:
    """The secret is in the sink and nothing is remembered: its delivery is still pending, so the next run makes and tries another one."""
    without_environments(emulator)
    hosts = inventory(contoso={**vault_file(workdir), "power_platform_credential": "secret", "power_platform_proof_timeout": 0})
    command = command_line(ROOT / "playbooks" / PLAYBOOK, inventory=hosts, check=False, diff=False, extra=None, args=[])
    run_and_kill(command, environment(workdir, operator), workdir, emulator, path="/environmentmanagement/environments", when="after", how="SIGKILL")
    assert [tag for tag in own_application(emulator, "contoso", NAME)["tags"] if "unproven" in tag] == []
    emulator.advance(4 * 300 + 1)  # until then the key belongs to a run that may be at work
    run = play(PLAYBOOK, inventory=hosts)
    failed_well(run, emulator, "nothing visible")
    assert result_of(run)["status"] == "not_proven"
