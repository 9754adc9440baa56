# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of the credentials of the role power_platform: renewal, overlap and retirement, and what happens when the kind of credential changes."""

from __future__ import annotations

import contextlib
import itertools
import threading
import typing as t
from pathlib import Path

import pytest
from integration.power_platform.helpers import DAY, NAME, result_of, stored, vault_file
from support.certificates import pair
from support.playbooks import Run
from support.plays import no_secret_shown, own_application
from support.sampling import sampled
from support.vault_files import VaultFiles
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

TRUST = {"name": "main", "issuer": "https://token.actions.githubusercontent.com", "subject": "repo:contoso/platform:ref:refs/heads/main"}
KEYS = {"secret": "passwordCredentials", "certificate": "keyCredentials"}


def keys_of(emulator: Emulator, kind: str) -> list[str]:
    """The ids of the application's credentials of a kind, in the order in which they were made."""
    found = own_application(emulator, "contoso", NAME)[KEYS[kind]]
    return [item["keyId"] for item in sorted(found, key=lambda item: item["startDateTime"])]


@pytest.mark.parametrize("kind", sampled(("secret", "certificate"), "secret"))
def test_renewed_kept_for_the_overlap_and_retired(kind: str, play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """Thirty days before its end a new one is made, proven and stored; the old one stays for seven days and then goes."""
    # The token request signs by this machine's clock, which does not move along; the proof at Entra that comes before goes by the service's.
    proves = kind == "secret"
    hosts = inventory(contoso={**vault_file(workdir), "power_platform_credential": kind, "power_platform_prove": proves})

    def run() -> dict[str, t.Any]:
        done = play("power_platform.yml", inventory=hosts).ok()
        no_secret_shown(done, emulator)
        return result_of(done)

    first = run()
    emulator.advance(140 * DAY)
    assert run()["credential"]["key_id"] == first["credential"]["key_id"]
    emulator.advance(11 * DAY)
    second = run()
    expected = ("connected", "proven") if proves else ("configured", "not_tested")
    assert (second["status"], second["proof"]["status"], second["changed"]) == (*expected, True)
    assert keys_of(emulator, kind) == [first["credential"]["key_id"], second["credential"]["key_id"]]
    assert len(stored(workdir)) == 1
    emulator.advance(6 * DAY)
    assert not run()["changed"]
    emulator.advance(2 * DAY)
    retired = run()
    assert (retired["status"], retired["changed"]) == (expected[0], True)
    assert keys_of(emulator, kind) == [second["credential"]["key_id"]]
    assert not run()["changed"]


@pytest.mark.exhaustive
@pytest.mark.parametrize(("before", "after"), [("secret", "certificate"), ("certificate", "secret")])
def test_another_kind_of_credential(before: str, after: str, play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """What was made before is named, kept for the overlap and removed then; a credential that somebody else put there stays."""
    sinks = {kind: vault_file(workdir, kind) for kind in (before, after)}
    play("power_platform.yml", inventory=inventory(contoso={**sinks[before], "power_platform_credential": before})).ok()
    (old,) = keys_of(emulator, before)
    emulator.add_secret("contoso", own_application(emulator, "contoso", NAME)["id"], displayName="by hand")
    hosts = inventory(contoso={**sinks[after], "power_platform_credential": after})
    changed = play("power_platform.yml", inventory=hosts).ok()
    assert result_of(changed)["earlier_credentials"][f"{before}s"] == [old]
    assert old in changed.output
    emulator.advance(6 * DAY)
    kept = play("power_platform.yml", inventory=hosts).ok()
    assert (kept.changed(), old in keys_of(emulator, before)) == ([], True)
    emulator.advance(3 * DAY)
    gone = play("power_platform.yml", inventory=hosts).ok()
    assert (result_of(gone)["changed"], result_of(gone)["status"], old in keys_of(emulator, before)) == (True, "connected", False)
    assert "by hand" in [item["displayName"] for item in own_application(emulator, "contoso", NAME)["passwordCredentials"]]
    settled = play("power_platform.yml", inventory=hosts).ok()
    assert (settled.changed(), result_of(settled)["earlier_credentials"]) == ([], {"secrets": [], "certificates": [], "federated": []})


@pytest.mark.exhaustive
def test_a_federated_credential_is_only_named(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """It has no date, so whoever trusted the other issuer says when that ends; the run that makes another credential says how."""
    trust = {"name": "main", "issuer": "https://token.actions.githubusercontent.com", "subject": "repo:contoso/platform:ref:refs/heads/main"}
    wanted = {**vault_file(workdir), "power_platform_federated": trust}
    play("power_platform.yml", inventory=inventory(contoso={**wanted, "power_platform_credential": "federated"})).ok()
    run = play("power_platform.yml", inventory=inventory(contoso={**wanted, "power_platform_credential": "secret"})).ok()
    assert result_of(run)["earlier_credentials"]["federated"] == ["main"]
    assert "entra_federated_credential (state: absent)" in run.output
    assert play("power_platform.yml", inventory=inventory(contoso={**wanted, "power_platform_credential": "secret"})).ok().changed() == []


@pytest.mark.exhaustive
def test_certificates_that_are_given_one_after_the_other(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """The earlier one stays for the overlap after the later one came, however long both have been valid, and so it does when one is made in its place."""
    for name, begin in (("first", -300), ("second", -200)):
        (workdir / f"{name}.pem").write_bytes(pair(begin, 300).pem)

    def wanted(name: str) -> Path:
        return inventory(contoso={"power_platform_credential": "certificate", "power_platform_certificate_path": str(workdir / f"{name}.pem")})

    for name in ("first", "second"):
        assert result_of(play("power_platform.yml", inventory=wanted(name)).ok())["status"] == "configured", "its key is not here"
    emulator.advance(6 * DAY)
    assert play("power_platform.yml", inventory=wanted("second")).ok().changed() == []
    assert len(keys_of(emulator, "certificate")) == 2
    emulator.advance(2 * DAY)
    assert result_of(play("power_platform.yml", inventory=wanted("second")).ok())["changed"]
    (given,) = keys_of(emulator, "certificate")
    generated = inventory(contoso={**vault_file(workdir), "power_platform_credential": "certificate", "power_platform_prove": False})
    play("power_platform.yml", inventory=generated).ok()
    emulator.advance(6 * DAY)
    play("power_platform.yml", inventory=generated).ok()
    assert given in keys_of(emulator, "certificate")
    emulator.advance(2 * DAY)
    play("power_platform.yml", inventory=generated).ok()
    assert given not in keys_of(emulator, "certificate")
    (just_created,) = keys_of(emulator, "certificate")
    back = result_of(play("power_platform.yml", inventory=wanted("second")).ok())
    assert back["earlier_credentials"]["certificates"] == [just_created]
    emulator.advance(9 * DAY)
    play("power_platform.yml", inventory=wanted("second")).ok()
    assert just_created not in keys_of(emulator, "certificate")


@contextlib.contextmanager
def signing_in_all_along(folder: Path, emulator: Emulator) -> t.Iterator[None]:
    """Whoever reads the sink signs in between any two requests of the block, and always succeeds."""
    over, answers = threading.Event(), list[bool]()
    mine = Emulator.attach(emulator.state_dir)  # over a connection of its own
    files = VaultFiles(folder, mine)

    def sign_in() -> None:
        while not over.is_set():
            standing = [rule["id"] for rule in mine.faults() if rule.get("waiting")]
            answers.append(files.signs_in("power_platform"))
            for gate in standing:
                mine.open_gate(gate)

    emulator.clear_journal()
    # Each request stands at a gate before it takes effect, so that the state that the one before left is looked at.
    with contextlib.ExitStack() as stack:
        for service in ("graph", "powerplatform"):
            stack.enter_context(emulator.faulty(action="gate", service=service, times=None))
        reader = threading.Thread(target=sign_in)
        reader.start()
        try:
            yield
        finally:
            over.set()
            reader.join()
    requests = [entry for entry in emulator.journal() if entry["service"] in ("graph", "powerplatform")]
    assert len(answers) >= len(requests) > 0  # at least once between any two requests
    assert all(answers) and files.signs_in("power_platform")


CHANGES = {
    "secret to certificate": ("secret", "certificate"),
    # Back as well, and over the kind whose values no sink holds: what the sink has stays good.
    "all kinds and back": ("secret", "certificate", "federated", "certificate", "secret", "federated", "secret"),
}


@pytest.mark.parametrize("name", sampled(CHANGES.keys(), "secret to certificate"))
def test_the_sink_signs_in_all_along(name: str, play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """The kind of credential is changed by one variable: at every request of the change what the sink holds signs in."""
    shared: dict[str, t.Any] = {**vault_file(workdir), "power_platform_federated": TRUST}

    def run(kind: str) -> dict[str, t.Any]:
        given = {"power_platform_try": {"federated_token": emulator.assertion(TRUST["issuer"], TRUST["subject"])}} if kind == "federated" else {}
        return result_of(play("power_platform.yml", inventory=inventory(contoso={**shared, **given, "power_platform_credential": kind})).ok())

    kinds = CHANGES[name]
    assert run(kinds[0])["status"] == "connected"
    for _before, after in itertools.pairwise(kinds):
        with signing_in_all_along(workdir / "credentials", emulator):
            result = run(after)
        assert (result["status"], result["credential"]["kind"]) == ("connected", after)
    emulator.advance(8 * DAY)
    with signing_in_all_along(workdir / "credentials", emulator):
        settled = run(kinds[-1])
    assert (settled["status"], settled["earlier_credentials"]["secrets"], settled["earlier_credentials"]["certificates"]) == ("connected", [], [])
