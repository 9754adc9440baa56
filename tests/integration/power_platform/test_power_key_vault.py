# SPDX-License-Identifier: GPL-3.0-or-later
"""A connector whose credential is kept in the provider's key vault: up to the job that looks it up there, and what is left when the vault refuses."""

from __future__ import annotations

import typing as t
from pathlib import Path

from integration.power_platform.helpers import DAY, NAME, key_vault, result_of
from support import second_job
from support.playbooks import Run
from support.plays import failed_well, no_secret_shown, own_application
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]
PLAYBOOK = "power_platform.yml"


def wanted(emulator: Emulator, identity: str = "vault-writer", **more: t.Any) -> dict[str, t.Any]:
    """Host variables."""
    return {"power_platform_credential": "secret", **key_vault(emulator, identity, **more)}


def kept(emulator: Emulator) -> tuple[str, dict[str, t.Any]]:
    """The one secret in the vault."""
    ((name, secret),) = emulator.key_vault()["secrets"].items()
    return name, secret


def versions(emulator: Emulator) -> list[tuple[str, bool]]:
    """Which key each version is of, oldest first, and whether it can be read. The tag says what the value is."""
    rows = kept(emulator)[1]["versions"] if emulator.key_vault()["secrets"] else []
    live = {key["keyId"] for key in own_application(emulator, "contoso", NAME)["passwordCredentials"]}
    assert all(row["holds"] == row["tags"]["key_id"] for row in rows if row["tags"]["key_id"] in live)
    return [(row["tags"]["key_id"], row["enabled"]) for row in rows]


def test_a_second_job_takes_the_new_secret_up(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Made, confirmed, renewed and retired; each later job signs in with what the vault then hands out, and no controller was told anything."""
    hosts = inventory(contoso=wanted(emulator))

    def run() -> tuple[Run, dict[str, t.Any]]:
        emulator.clear_journal()
        done = play(PLAYBOOK, inventory=hosts)
        no_secret_shown(done, emulator)
        return done, result_of(done.ok())

    def job() -> tuple[int, str]:
        found = second_job.job(emulator, "contoso", first["app"]["app_id"], kept(emulator)[0])
        return found["status"], found["tags"]["key_id"]

    _run, first = run()
    one = first["credential"]["key_id"]
    assert versions(emulator) == [(one, True)] and job() == (200, one)
    assert kept(emulator)[1]["versions"][0]["exp"] and "power-platform" in kept(emulator)[0]

    confirmed, _found = run()
    assert confirmed.changed() == [] and emulator.writes() == []
    assert [(entry["method"], entry["path"].partition("?")[0].rpartition("/")[2]) for entry in emulator.journal("keyvault")] == [("GET", "versions")]

    emulator.advance(151 * DAY)
    two = run()[1]["credential"]["key_id"]
    assert versions(emulator) == [(one, True), (two, True)] and job() == (200, two)
    before_last = {key["keyId"] for key in own_application(emulator, "contoso", NAME)["passwordCredentials"]}
    assert before_last == {one, two}, "a job that began before goes on with the old one"

    # The key is retired, and the run ends before its version is disabled: the next one finds it.
    emulator.advance(8 * DAY)
    refusal = {"error": {"code": "Forbidden", "message": "no", "innererror": {"code": "ForbiddenByRbac"}}}
    with emulator.faulty(service="keyvault", method="PATCH", action="status", status=403, body=refusal, times=None):
        failed_well(play(PLAYBOOK, inventory=hosts), emulator, "Could not disable a version of the secret", "Key Vault Secrets Officer")
    assert [key["keyId"] for key in own_application(emulator, "contoso", NAME)["passwordCredentials"]] == [two]
    assert versions(emulator) == [(one, True), (two, True)]
    foreseen = [event.task for event in play(PLAYBOOK, inventory=hosts, check=True).ok().changed()]
    assert versions(emulator) == [(one, True), (two, True)]
    cleared, _found = run()
    assert (
        [event.task for event in cleared.changed()] == foreseen
        and len(foreseen) == 1
        and versions(emulator) == [(one, False), (two, True)]
        and job() == (200, two)
    )
    assert run()[0].changed() == []


def test_a_refusal_of_the_vault_removes_the_key(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """It may be read, which is all that could be asked before. Nobody has the value, so its key goes."""
    run = play(PLAYBOOK, inventory=inventory(contoso=wanted(emulator, "vault-reader")))
    failed_well(run, emulator, "Sink 1 of 'entra_connector_sink'", "Key Vault Secrets Officer", "was removed again")
    assert own_application(emulator, "contoso", NAME)["passwordCredentials"] == [] and versions(emulator) == []


def test_a_vault_of_which_nothing_is_known_keeps_the_key(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """It took the value and never said so: what it hands out may be in use by now. The next run makes another one."""
    hosts = inventory(contoso={**wanted(emulator), "entra_timeout": 120})
    emulator.fault(service="keyvault", method="PUT", action="drop_after", times=None)
    emulator.fault(service="keyvault", method="GET", path="/versions", action="status", status=403, skip=2, times=None)
    failed_well(play(PLAYBOOK, inventory=hosts), emulator, "It is not known whether")
    emulator.clear_faults()
    (left,) = own_application(emulator, "contoso", NAME)["passwordCredentials"]
    assert versions(emulator) == [(left["keyId"], True)]
    healed = result_of(play(PLAYBOOK, inventory=hosts).ok())["credential"]["key_id"]
    assert versions(emulator) == [(left["keyId"], True), (healed, True)] and healed != left["keyId"]


def test_two_hosts_with_one_name(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """A vault does not tell names apart by their case: neither host writes there."""
    hosts = inventory(contoso=wanted(emulator, secret_name="Platform"), fabrikam=wanted(emulator, secret_name="platform"))
    run = play(PLAYBOOK, inventory=hosts)
    failed_well(run, emulator, "contoso and fabrikam", "have the same target: the secret", "in https://tailspin-keys.vault.azure.net", host="fabrikam")
    assert run.failure("contoso")["results"][0]["failure"]["code"] == "duplicate_target"
    assert emulator.writes() == []


def test_taken_away_and_wanted_again(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """The secret goes and stays recoverable. Its name is not free then: that is said before anything is made, and nothing is purged."""
    play(PLAYBOOK, inventory=inventory(contoso=wanted(emulator))).ok()
    play(PLAYBOOK, inventory=inventory(contoso={**wanted(emulator), "power_platform_state": "absent"})).ok()
    name, secret = kept(emulator)
    assert secret["deleted"]
    emulator.clear_journal()
    run = play(PLAYBOOK, inventory=inventory(contoso={**wanted(emulator), "power_platform_unique_name": "tenantkit.another"}))
    failed_well(run, emulator, name, "is deleted and can still be recovered", "Nothing is recovered or purged here")
    assert [entry for entry in emulator.writes() if "addPassword" in entry["path"]] == [] and kept(emulator)[1]["deleted"]
