# SPDX-License-Identifier: GPL-3.0-or-later
"""Promises 8 to 13: no user is locked out, and no secret is left behind."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from integration.workspace365.helpers import own_application, signs_in
from support.playbooks import Run
from support.plays import failed_well, key_ids, no_secret_shown, task, write_play
from support.waiting import OWN_CLOCK
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

DAY = 86400


def held(emulator: Emulator, environment: str = "contoso") -> str:
    """The id of the key that Workspace 365 holds."""
    return str(emulator.workspace365("portal", environment)["sso"]["key_id"])


def marks(emulator: Emulator, tenant: str = "contoso") -> list[str]:
    """The delivery marks on the application."""
    return [tag for tag in own_application(emulator, tenant)["tags"] if tag.startswith("tkc:") and tag != "tkc:created"]


def steps(emulator: Emulator) -> list[str]:
    """The journal as words: what happened to the secret, in order."""
    found: list[str] = []
    app_id = own_application(emulator)["appId"]
    for entry in emulator.journal():
        if entry["service"] == "login" and entry["method"] == "POST" and entry["app_id"] == app_id:
            found.append("prove" if entry["status"] == 200 else "refused")
        elif entry["service"] == "workspace365" and entry["method"] == "PUT":
            found.append("deliver")
        elif entry["service"] == "graph":
            for part in (entry["request"] or {}).get("requests") or [{"method": entry["method"], "url": entry["path"], "body": entry["request"]}]:
                found += _graph_step(part, found[-1:])
    return found


def _graph_step(part: dict[str, t.Any], before: list[str]) -> list[str]:
    """What one request, or one part of a batch, did to the secret."""
    body = json.dumps(part.get("body") or {})
    if part["url"].endswith("/addPassword"):
        return ["issue"]
    if part["url"].endswith("/removePassword"):
        return ["remove"]
    if part["method"] == "PATCH" and "tkc:workspace365:" in body:
        return ["pending" if ":p:" in body else "delivered"]
    return ["read back"] if "tags" in part["url"] and before == ["pending"] else []


def test_8_a_secret_is_proven_and_marked_before_it_is_delivered(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Issue, three successes at Entra, pending mark and its read-back, delivery, delivered mark: in this order and nothing else."""
    emulator.settings(secret_activation_delay=1)
    play("workspace365.yml", inventory=inventory(contoso={})).ok()
    order = [step for step in steps(emulator) if step != "refused"]
    assert order[0] == "issue"
    proofs = order[1 : order.index("pending")]
    assert proofs == ["prove"] * 3, order
    assert [step for step in order[order.index("pending") :] if step != "prove"] == ["pending", "read back", "deliver", "delivered"]
    assert signs_in(emulator)


def test_8_a_secret_that_is_not_proven_is_never_delivered(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Entra never accepts it: it is removed, nothing is delivered, the run fails and says why."""
    emulator.settings(secret_activation_delay=9999)
    run = play("workspace365.yml", inventory=inventory(contoso={}), env=OWN_CLOCK)
    failed_well(run, emulator, "AADSTS7000215", own_application(emulator)["appId"])
    assert emulator.journal("workspace365", "PUT") == []
    assert key_ids(own_application(emulator)) == []
    assert marks(emulator) == []


def test_10_the_mark_names_nothing_readable_and_survives(connected: Play, play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """One tag for a key, with no name in it that can be read; setting tags keeps ours."""
    connected("workspace365.yml", inventory=inventory(contoso={}))
    (mark,) = marks(emulator)
    assert mark.split(":")[1] == "workspace365" and mark.split(":")[3:5] == ["d", held(emulator)]
    assert "contoso" not in mark and "portal" not in mark
    before = own_application(emulator)["tags"]
    playbook = write_play(workdir, task("tags", "entra_app", {"unique_name": "tenantkit.workspace365.contoso", "tags": {"set": ["team-a"]}}))
    play(playbook, inventory=inventory(contoso={})).ok()
    assert set(own_application(emulator)["tags"]) == {*before, "team-a"}


def test_10_a_lost_mark_means_unknown(connected: Play, play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Somebody removed the tags: the next run delivers a new key first, and takes the old one for one that may be in use."""
    connected("workspace365.yml", inventory=inventory(contoso={}))
    old = held(emulator)
    emulator.update("contoso", "applications", own_application(emulator)["id"], tags=["tkc:created"])
    play("workspace365.yml", inventory=inventory(contoso={})).ok()
    assert held(emulator) != old
    assert set(key_ids(own_application(emulator))) == {old, held(emulator)}
    assert signs_in(emulator)


def test_11_only_what_nobody_can_need_is_removed(connected: Play, play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """A renewed secret stays for the overlap and goes after it; secrets that are not ours stay for good."""
    hosts = inventory(contoso={})
    connected("workspace365.yml", inventory=hosts)
    first, application = held(emulator), own_application(emulator)
    foreign = {emulator.add_secret("contoso", application["id"], displayName=name)["key_id"] for name in ("by hand", "tkc", "tkc:other:1234")}
    emulator.advance(155 * DAY)
    play("workspace365.yml", inventory=hosts).ok()
    second = held(emulator)
    assert second != first
    assert set(key_ids(own_application(emulator))) == {first, second, *foreign}
    emulator.advance(6 * DAY)
    assert play("workspace365.yml", inventory=hosts).ok().changed() == []
    emulator.advance(2 * DAY)
    play("workspace365.yml", inventory=hosts).ok()
    assert held(emulator) == second
    assert set(key_ids(own_application(emulator))) == {second, *foreign}
    assert signs_in(emulator)
    assert play("workspace365.yml", inventory=hosts).ok().changed() == []


def test_12_a_changed_authority_or_force_delivers_a_new_secret(connected: Play, play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Nobody holds the old value, so it takes a new one; the old one is kept for the overlap."""
    connected("workspace365.yml", inventory=inventory(contoso={}))
    first = held(emulator)
    authority = "https://login.windows.net/contoso.onmicrosoft.com"
    play("workspace365.yml", inventory=inventory(contoso={"workspace365_authority": authority})).ok()
    second = held(emulator)
    assert second != first
    assert emulator.workspace365("portal", "contoso")["sso"]["authority"] == authority
    assert play("workspace365.yml", inventory=inventory(contoso={"workspace365_authority": authority})).ok().changed() == []
    play("workspace365.yml", inventory=inventory(contoso={"workspace365_authority": authority, "workspace365_force": True})).ok()
    assert held(emulator) not in (first, second)
    assert set(key_ids(own_application(emulator))) == {first, second, held(emulator)}
    assert signs_in(emulator)


def test_12_a_changed_primary_domain_alone_only_warns(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """What was delivered for the domain that was primary then stays good: it is kept, with a warning, until the authority is set."""
    former = "https://login.windows.net/contoso.onmicrosoft.com"
    play("workspace365.yml", inventory=inventory(contoso={"workspace365_authority": former})).ok()
    first = held(emulator)
    run = play("workspace365.yml", inventory=inventory(contoso={})).ok()
    assert any(former in text and "https://login.windows.net/contoso.com" in text for text in run.warnings()), run.warnings()
    assert held(emulator) == first
    assert run.changed() == []
    play("workspace365.yml", inventory=inventory(contoso={"workspace365_authority": "https://login.windows.net/contoso.com"})).ok()
    assert held(emulator) != first


def test_12_outside_the_public_cloud_the_authority_has_to_be_given(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """The default authority is one of the public cloud."""
    run = play("workspace365.yml", inventory=inventory(contoso={"entra_cloud": "usgov"}))
    failed_well(run, emulator, "authority", "cloud")
    assert emulator.writes() == []


def test_13_without_a_delivery_marks_are_not_asked(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """A valid managed secret is simply present: its key id, no value. Every attempt has its own suffix, and a lost one is removed."""
    payroll = {"unique_name": "payroll"}
    playbook = write_play(
        workdir,
        task("app", "entra_app", {**payroll, "display_name": "Payroll"}),
        task("principal", "entra_service_principal", payroll),
        task("secret", "entra_client_secret", {**payroll, "name": "nightly"}, register="made", no_log=True),
        task("again", "entra_client_secret", {**payroll, "name": "nightly"}),
        task("forced", "entra_client_secret", {**payroll, "name": "nightly", "force": True}, no_log=True),
    )
    emulator.fault(service="graph", path="/addPassword$", action="drop_after")
    run = play(playbook, inventory=inventory(contoso={}), args=["-v"]).ok()
    secrets = own_application(emulator, "contoso", "payroll")["passwordCredentials"]
    assert len(secrets) == 2
    names = [item["displayName"] for item in secrets]
    assert len(set(names)) == 2 and all(name.startswith("tkc:nightly:") for name in names)
    again = run.task("again")
    assert not again.changed
    assert "secret_text" not in again.result["secret"]
    assert again.result["secret"]["key_id"] in key_ids(own_application(emulator, "contoso", "payroll"))
    issued = [entry["request"]["passwordCredential"]["displayName"] for entry in emulator.journal("graph", "POST", "/addPassword")]
    assert len(issued) == len(set(issued)) == 3, "the attempt whose answer was lost, its repetition, the forced one"
    no_secret_shown(run, emulator)
