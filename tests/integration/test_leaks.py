# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret stays anywhere: not in output and logs at their most talkative, not in HOME and temporary directories, not after a kill.

Every run is searched for every secret, token and key that the emulator ever gave out or was configured with.
"""

from __future__ import annotations

import base64
import json
import stat
import typing as t
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from support.connected import Runs
from support.killing import Killed, run_and_kill
from support.leak_plan import Held, Leak, allowed, search_for
from support.leaks import PRIVATE_KEY, Found, Search, is_in_job_cache, job_caches, private_parts
from support.playbooks import ROOT, Run, command_line, environment
from support.products import every
from support.sampling import sampled
from support.vault_files import VAULT_PASSWORD, VaultFiles, sink
from tenant_emulator.testing import Emulator

pytestmark = pytest.mark.usefixtures("unhurried")

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

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


CASES: dict[str, Leak] = every("leaks")
BY_WAY = {f"{name}-{way}": (name, way) for way in WAYS for name, case in CASES.items() if way == "worker" or case.process}
SAMPLE = [f"{name}-{way}" for name, case in CASES.items() for way in case.sampled]


@pytest.mark.parametrize(("name", "way"), sampled(BY_WAY, *SAMPLE))
def test_nothing_is_left(name: str, way: str, play: Play, runs: Runs, inventory: Inventory, emulator: Emulator, files: VaultFiles, workdir: Path) -> None:
    case = CASES[name]
    common = {"entra_timeout": 60, **(sink(files.folder) if case.sink else {})}
    if case.first is not None:
        hosts, first = inventory(contoso={**common, **case.first}), case.first_playbook or case.playbook
        # By these tests alone: the one that it is carried out in looks at all that it left.
        runs.get(workdir, {"playbook": first, "leaks": True}, lambda: play(first, inventory=hosts).ok())
    case.before(emulator)
    hosts = inventory(contoso={**common, **case.host(emulator)})
    env = {**talk(workdir, way), **case.env}
    run = play(case.playbook, inventory=hosts, check=case.check, diff=True, args=TALKATIVE, env=env, extra=case.extra)
    if case.fails:
        run.failed()
    else:
        run.ok()
    assert run.changed() or not case.changes
    search = search_for(emulator, files)
    none(search.text("stdout", run.stdout) + search.text("stderr", run.stderr) + search.folder(workdir, without=allowed(workdir)))
    assert (workdir / "ansible.log").stat().st_size > 1000
    assert job_caches(workdir / "tmp") == []
    # The search is no good if it cannot find anything.
    assert search.folder(workdir) != []
    if case.sink and not (case.fails or case.check or name.endswith("absent")):
        assert files.values() != []


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


def by_way(cache: bool) -> list[t.Any]:
    """Each in both ways of running."""
    chosen: dict[str, Held] = {name: held for name, held in every("held").items() if held.cache == cache}
    sample = [f"{way}-{name}" for name, held in chosen.items() for way in held.sampled]
    return sampled({f"{way}-{name}": (way, held) for name, held in chosen.items() for way in WAYS}, *sample)


@pytest.mark.parametrize(("way", "held"), by_way(cache=True))
def test_a_run_killed_with_a_secret_in_its_hands(
    way: str, held: Held, kill: Kill, play: Play, inventory: Inventory, emulator: Emulator, files: VaultFiles, workdir: Path
) -> None:
    kill(held.playbook, way, held.host, **held.where)
    (cache,) = job_caches(workdir / "tmp")
    hosts = inventory(contoso=held.host)
    assert cache.is_dir()
    # The lock of its folder is free, so no job is using it.
    play(held.playbook, inventory=hosts).ok()
    assert job_caches(workdir / "tmp") == []
    none(search_for(emulator, files).folder(workdir, without=allowed(workdir)))


@pytest.mark.parametrize(("way", "held"), by_way(cache=False))
def test_another_connector_killed_with_a_secret_in_its_hands(way: str, held: Held, kill: Kill, files: VaultFiles) -> None:
    kill(held.playbook, way, {**held.host, **sink(files.folder)}, **held.where)
