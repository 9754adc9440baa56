# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret stays anywhere: not in output and logs at their most talkative, not in HOME and temporary directories, not after a kill.

Every run is searched for every secret, token and key that the emulator ever gave out or was configured with.
"""

from __future__ import annotations

import base64
import json
import os
import stat
import time
import typing as t
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from support.killing import Killed, run_and_kill
from support.leak_plan import AS_PROCESS, CASES, allowed, search_for
from support.leaks import PRIVATE_KEY, Found, Search, is_in_job_cache, job_caches, private_parts
from support.playbooks import ROOT, Run, command_line, environment
from support.sampling import sampled
from support.scenarios import workato
from support.vault_files import VAULT_PASSWORD, VaultFiles, sink
from tenant_emulator.testing import Emulator

pytestmark = pytest.mark.usefixtures("unhurried")

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

PLAYBOOK = "workspace365.yml"
TALKATIVE = ("-vvvv",)
WAYS = {"worker": {}, "process": {"TENANTKIT_MODULE_PROCESS": "1"}}


@pytest.fixture
def files(emulator: Emulator, workdir: Path) -> VaultFiles:
    """Where the sink of this test writes."""
    return VaultFiles(workdir / "credentials", emulator)


def test_the_search_finds_what_it_is_for(workdir: Path) -> None:
    """A private key in any wrapping, and a password."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    search = Search([PRIVATE_KEY, VAULT_PASSWORD, *private_parts(pem)])
    body = "".join(pem.splitlines()[1:-1])
    for text in (pem, json.dumps({"value": pem}), base64.b64encode(b"x" + pem.encode()).decode(), quote(pem), body, f"password: {VAULT_PASSWORD}"):
        (workdir / "found").write_text(text)
        assert search.folder(workdir) != [], text[:40]
    (workdir / "found").write_text(key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode())
    assert search.folder(workdir) == []


def is_token(text: str) -> bool:
    return text.startswith("eyJ")


def none(found: t.Sequence[Found]) -> None:
    """Assert that nothing was found, without showing what was."""
    assert not found, "\n".join(sorted({str(item) for item in found}))


def talk(workdir: Path, way: str) -> dict[str, str]:
    """Every log there is."""
    return {"ANSIBLE_DISPLAY_ARGS_TO_STDOUT": "1", "ANSIBLE_LOG_PATH": str(workdir / "ansible.log"), **WAYS[way]}


BY_WAY = {f"{name}-{way}": (name, way) for way, names in (("worker", CASES), ("process", AS_PROCESS)) for name in names}
SAMPLE = ("connect-worker", "check-worker", "refused-worker", "workato_connect-worker", "platform_ropc-worker", "platform_certificate-process")


@pytest.mark.parametrize(("name", "way"), sampled(BY_WAY, *SAMPLE))
def test_nothing_is_left(name: str, way: str, play: Play, inventory: Inventory, emulator: Emulator, files: VaultFiles, workdir: Path) -> None:
    case = CASES[name]
    common = {"entra_timeout": 60, **(sink(files.folder) if case.sink else {})}
    if case.first is not None:
        play(case.playbook.replace("_diagnose", ""), inventory=inventory(contoso={**common, **case.first})).ok()
    case.before(emulator)
    hosts = inventory(contoso={**common, **case.host(emulator)})
    env = {**talk(workdir, way), **case.env}
    run = play(case.playbook, inventory=hosts, check=case.check, diff=True, args=TALKATIVE, env=env, extra=case.extra)
    if case.fails:
        run.failed()
    else:
        run.ok()
    search = search_for(emulator, files)
    none(search.text("stdout", run.stdout) + search.text("stderr", run.stderr) + search.folder(workdir, without=allowed(workdir)))
    assert (workdir / "ansible.log").stat().st_size > 1000
    assert job_caches(workdir / "tmp") == []
    # The search is no good if it cannot find anything.
    assert search.folder(workdir) != []
    if case.sink and not (case.fails or case.check or name.endswith("absent")):
        assert files.values() != []


@pytest.mark.exhaustive
@pytest.mark.parametrize("way", WAYS)
def test_second_run_with_a_new_secret(way: str, play: Play, inventory: Inventory, emulator: Emulator, files: VaultFiles, workdir: Path) -> None:
    hosts = inventory(contoso=None)
    play(PLAYBOOK, inventory=hosts).ok()
    run = play(PLAYBOOK, inventory=hosts, diff=True, args=TALKATIVE, env=talk(workdir, way), extra={"workspace365_force": True}).ok()
    assert run.changed()
    search = search_for(emulator, files)
    none(search.text("stdout", run.stdout) + search.text("stderr", run.stderr) + search.folder(workdir, without=allowed(workdir)))


Kill = t.Callable[..., tuple[Killed, Search]]


@pytest.fixture
def kill(inventory: Inventory, operator: dict[str, str], emulator: Emulator, files: VaultFiles, workdir: Path) -> Kill:
    """Kills a talkative run with a secret in its hands, and asserts that nothing outside the job's own cache shows it, then and afterwards."""

    def run(playbook: str, way: str, host: dict[str, t.Any], **where: t.Any) -> tuple[Killed, Search]:
        hosts = inventory(contoso=host)
        command = command_line(ROOT / "playbooks" / playbook, inventory=hosts, check=False, diff=True, extra=None, args=TALKATIVE)
        env = environment(workdir, {**operator, **talk(workdir, way)})
        killed = run_and_kill(command, env, workdir, emulator, how="SIGKILL", **where)
        search = search_for(emulator, files)
        outside = {path: data for path, data in killed.files.items() if path not in allowed(workdir) and not is_in_job_cache(path)}
        inside = {path: data for path, data in killed.files.items() if is_in_job_cache(path)}
        none([found for line in killed.command_lines for found in search.text("a command line", line)])
        none(search.text("output", killed.output) + search.files(outside))
        # The token of the automation identity is kept in the job's private directory; nothing else is.
        assert inside
        none([found for found in search.files(inside) if not is_token(found.secret)])

        (cache,) = job_caches(workdir / "tmp")
        left = {path for path in cache.rglob("*") if path.is_file()}
        assert stat.S_IMODE(cache.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in left} == {0o600}
        none(search.folder(workdir, without={*allowed(workdir), *left}))
        return killed, search

    return run


STEPS = {f"{way}-{name}": (way, step) for name, step in (("minted", "/addPassword$"), ("delivered", "/SingleSignOnSettings/OAuth2$")) for way in WAYS}


@pytest.mark.parametrize(("way", "step"), sampled(STEPS, "worker-minted"))
def test_a_run_killed_with_a_secret_in_its_hands(
    way: str, step: str, kill: Kill, play: Play, inventory: Inventory, emulator: Emulator, files: VaultFiles, workdir: Path
) -> None:
    kill(PLAYBOOK, way, {}, path=step)
    (cache,) = job_caches(workdir / "tmp")
    hosts = inventory(contoso=None)
    # Another job may still be using it; once it is old it goes.
    play(PLAYBOOK, inventory=hosts).ok()
    assert job_caches(workdir / "tmp") == [cache]
    old = time.time() - 2 * 86400
    os.utime(cache, (old, old))
    play(PLAYBOOK, inventory=hosts, check=True).ok()
    assert job_caches(workdir / "tmp") == []
    none(search_for(emulator, files).folder(workdir, without=allowed(workdir)))


SECRET, CERTIFICATE = ({"power_platform_credential": kind} for kind in ("secret", "certificate"))
ENVIRONMENTS = {"path": "/environmentmanagement/environments"}  # the proof lists them with the new credential's token
KILLS: dict[str, tuple[str, dict[str, t.Any], dict[str, t.Any]]] = {
    "workato_made": ("workato.yml", {"workato_api_token": workato.TOKEN}, {"path": "/addPassword$"}),
    "workato_sent": ("workato.yml", {"workato_api_token": workato.TOKEN}, {"path": "/api/connections$", "request": 2}),
    "workato_half_written": ("workato.yml", {"workato_api_token": workato.TOKEN}, {"hold": "half"}),
    "platform_secret_made": ("power_platform.yml", SECRET, {"path": "/addPassword$"}),
    "platform_secret_proof": ("power_platform.yml", SECRET, ENVIRONMENTS),
    "platform_key_made": ("power_platform.yml", CERTIFICATE, {"path": "/applications/[0-9a-f-]{36}$", "request": 1}),
    "platform_key_half_written": ("power_platform.yml", CERTIFICATE, {"hold": "half"}),
    "platform_key_proof": ("power_platform.yml", CERTIFICATE, ENVIRONMENTS),
}


@pytest.mark.parametrize(("way", "name"), sampled({f"{way}-{name}": (way, name) for name in KILLS for way in WAYS}, "worker-platform_key_made"))
def test_another_connector_killed_with_a_secret_in_its_hands(way: str, name: str, kill: Kill, files: VaultFiles) -> None:
    playbook, host, where = KILLS[name]
    kill(playbook, way, {**host, **sink(files.folder)}, **where)
