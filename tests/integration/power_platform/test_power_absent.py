# SPDX-License-Identifier: GPL-3.0-or-later
"""Taking a connection to Power Platform away: everything goes, and what may not be taken does not lose the name of its holder."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from integration.power_platform.helpers import API, NAME, READER, administrator, principal_of, result_of, roles_of, stored, told, vault_file, without_rights
from support.playbooks import Run
from support.plays import own_application
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

PLAYBOOK = "power_platform.yml"
ABSENT = {"power_platform_state": "absent"}
SAID = "Say what an administrator still has to remove in Power Platform"


@pytest.fixture
def sink(workdir: Path) -> dict[str, t.Any]:
    """Host variables of a vault file."""
    return vault_file(workdir)


def test_absent(play: Play, inventory: Inventory, emulator: Emulator, sink: dict[str, t.Any], workdir: Path) -> None:
    """The role, the consent, the file and the application go; Microsoft's service principal stays; an empty tenant stays as it is."""
    wanted = {**sink, "power_platform_credential": "secret"}
    assert play("power_platform.yml", inventory=inventory(contoso={**wanted, **ABSENT})).ok().changed() == []
    play("power_platform.yml", inventory=inventory(contoso=wanted)).ok()
    application = own_application(emulator, "contoso", NAME)
    before = len(emulator.powerplatform()["assignments"])
    emulator.clear_journal()
    play("power_platform.yml", inventory=inventory(contoso={**wanted, **ABSENT}), check=True).ok()
    assert (emulator.writes(), len(stored(workdir))) == ([], 1)
    run = play("power_platform.yml", inventory=inventory(contoso={**wanted, **ABSENT})).ok()
    assert result_of(run)["status"] == "absent"
    assert application["id"] not in emulator.tenant("contoso")["applications"]
    assert stored(workdir) == []
    assert len(emulator.powerplatform()["assignments"]) == before - 1
    assert principal_of(emulator, API)["accountEnabled"]
    assert play("power_platform.yml", inventory=inventory(contoso={**wanted, **ABSENT})).ok().changed() == []


def test_absent_from_an_adopted_application(play: Play, inventory: Inventory, emulator: Emulator, sink: dict[str, t.Any]) -> None:
    """It stays, with what others gave it."""
    made = emulator.add_application("contoso", displayName="By hand", secrets=[{"displayName": "by hand"}])["application"]
    wanted = {**sink, "power_platform_client_id": made["appId"], "power_platform_adopt": True, "power_platform_credential": "certificate"}
    play("power_platform.yml", inventory=inventory(contoso=wanted)).ok()
    assert len(emulator.tenant("contoso")["applications"][made["id"]]["keyCredentials"]) == 1
    gone = play("power_platform.yml", inventory=inventory(contoso={**wanted, **ABSENT})).ok()
    assert (result_of(gone)["status"], result_of(gone)["changed"]) == ("absent", True)
    left = emulator.tenant("contoso")["applications"][made["id"]]
    assert (left["keyCredentials"], [item["displayName"] for item in left["passwordCredentials"]]) == ([], ["by hand"])
    assert [tag for tag in left["tags"] if tag.startswith("tkc:")] == []
    assert roles_of(emulator, made["appId"]) == []


def test_a_role_that_may_not_be_taken_away_keeps_its_holder(
    connected: Play, play: Play, inventory: Inventory, emulator: Emulator, sink: dict[str, t.Any]
) -> None:
    """The application stays, disabled, and every run says what is left, until somebody took the role; check mode foretells it."""
    made = result_of(connected(PLAYBOOK, inventory=inventory(contoso={**sink, "power_platform_credential": "secret"})))
    holder = made["service_principal"]["object_id"]
    without_rights(emulator)
    emulator.add_role_assignment("contoso", holder, "Power Platform reader")
    emulator.add_management_app("contoso", made["app"]["app_id"])
    gone = {**sink, "power_platform_credential": "secret", "power_platform_management_app": True, **ABSENT}
    for check, changed in ((True, True), (False, True), (False, False)):
        run = play(PLAYBOOK, inventory=inventory(contoso=gone), check=check).ok()
        result = result_of(run)
        assert (result["status"], result["changed"]) == ("awaiting_role_removal", changed), check
        role, management = (item["requests"] for item in result["hand_offs"])
        assert [item["method"] for item in (*role, *management)] == ["GET", "DELETE", "DELETE"]
        assert (role[0]["find"]["principalObjectId"], role[0]["find"]["roleDefinitionId"]) == (holder, READER)
        assert made["app"]["app_id"] in management[0]["url"]
        if not check:
            words = ("ends as awaiting_role_removal", holder, READER, "is disabled and stays", "power_platform_role_removed")
            assert [word for word in words if word not in told(run, SAID)] == []
    assert own_application(emulator, "contoso", NAME)["appId"] == made["app"]["app_id"]
    assert not principal_of(emulator, made["app"]["app_id"])["accountEnabled"]

    # Somebody who may sends the requests, or the role does as that person.
    emulator.control("DELETE", f"tenants/contoso/power-platform/applications/{made['app']['app_id']}")
    admin = {"entra_tenant_id": emulator.tenant_id("contoso")}
    admin["power_platform_admin_auth"] = {"method": "access_token", "access_token": administrator(emulator)}
    done = result_of(play(PLAYBOOK, inventory=inventory(contoso={**gone, **admin, "power_platform_management_app": False})).ok())
    assert (done["status"], done["hand_offs"], emulator.powerplatform()["assignments"]) == ("absent", [], {})
    assert play(PLAYBOOK, inventory=inventory(contoso=gone)).ok().changed() == []


@pytest.mark.exhaustive
def test_somebodys_word_that_the_role_is_gone(play: Play, inventory: Inventory, emulator: Emulator, sink: dict[str, t.Any]) -> None:
    """An identity that can never see role assignments is told; a role that was given by others is not forgotten either."""
    without_rights(emulator)
    wanted = {**sink, "power_platform_credential": "secret", "power_platform_role_assigned": True, "power_platform_proof_timeout": 0}
    play(PLAYBOOK, inventory=inventory(contoso=wanted)).ok()
    waiting = result_of(play(PLAYBOOK, inventory=inventory(contoso={**wanted, **ABSENT})).ok())
    assert (waiting["status"], len(waiting["hand_offs"])) == ("awaiting_role_removal", 1)
    back = result_of(play(PLAYBOOK, inventory=inventory(contoso=wanted)).ok())
    assert principal_of(emulator, back["app"]["app_id"])["accountEnabled"], "it was not meant after all"
    told_so = {**wanted, **ABSENT, "power_platform_role_removed": True}
    assert result_of(play(PLAYBOOK, inventory=inventory(contoso=told_so)).ok())["status"] == "absent"
    assert NAME not in [item.get("uniqueName") for item in emulator.tenant("contoso")["applications"].values()]


@pytest.mark.exhaustive
def test_an_adopted_application_with_a_role_that_may_not_be_taken(play: Play, inventory: Inventory, emulator: Emulator, sink: dict[str, t.Any]) -> None:
    """It stays anyway, and works on; what was added to it goes, and the role is said in every run."""
    made = emulator.add_application("contoso", displayName="By hand", secrets=[{"displayName": "by hand"}])["application"]
    wanted = {**sink, "power_platform_client_id": made["appId"], "power_platform_adopt": True, "power_platform_credential": "certificate"}
    play(PLAYBOOK, inventory=inventory(contoso=wanted)).ok()
    holder = principal_of(emulator, made["appId"])["id"]
    without_rights(emulator)
    emulator.add_role_assignment("contoso", holder, "Power Platform reader")
    for changed in (True, False):
        result = result_of(play(PLAYBOOK, inventory=inventory(contoso={**wanted, **ABSENT})).ok())
        assert (result["status"], result["changed"]) == ("awaiting_role_removal", changed)
        assert result["hand_offs"][0]["requests"][0]["find"]["principalObjectId"] == holder
    left = emulator.tenant("contoso")["applications"][made["id"]]
    assert (left["keyCredentials"], [item["displayName"] for item in left["passwordCredentials"]]) == ([], ["by hand"])
    assert principal_of(emulator, made["appId"])["accountEnabled"]
