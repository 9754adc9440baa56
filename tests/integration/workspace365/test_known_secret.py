# SPDX-License-Identifier: GPL-3.0-or-later
"""workspace365_client_secret: a secret that the operator knows is delivered in place of a new one, once, and is never removed."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from integration.workspace365.helpers import signs_in
from support.playbooks import Run
from support.plays import failed_well, key_ids
from tenant_emulator.testing import Emulator, JsonObject

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]
ORDINARY, RECOVER = "workspace365.yml", "workspace365_recover.yml"
DAY = 86400


class ByHand:
    """A registration that was made by hand, with a secret whose value is known."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        uri = f"{emulator.workspace365_url()}/contoso/OAuth2/HandleAuthorityResponse"
        made = emulator.add_application("contoso", displayName="W365", web={"redirectUris": [uri]}, secrets=[{"displayName": "by hand"}])
        self.app = t.cast(JsonObject, made["application"])
        self.value, self.key_id = str(made["secrets"][0]["value"]), str(made["secrets"][0]["key_id"])
        self.host = {"workspace365_client_id": self.app["appId"], "workspace365_adopt": True, "workspace365_client_secret": self.value}
        emulator.clear_journal()

    @property
    def keys(self) -> list[str]:
        """The key ids of the registration."""
        return list(key_ids(self._emulator.tenant("contoso")["applications"][self.app["id"]]))

    @property
    def held(self) -> JsonObject:
        """What Workspace 365 holds."""
        return t.cast(JsonObject, self._emulator.workspace365("portal", "contoso")["sso"])


@pytest.fixture
def by_hand(emulator: Emulator) -> ByHand:
    return ByHand(emulator)


def is_told_of(run: Run) -> bool:
    """Whether the run warned that the value is of no use."""
    return any("was given for workspace365 is not used" in text for text in run.warnings())


def test_it_is_delivered_and_then_forgotten(play: Play, inventory: Inventory, emulator: Emulator, by_hand: ByHand) -> None:
    """Proven, delivered and marked like a new one. What stayed in the inventory is a warning and costs nothing; a renewal is a new secret."""
    hosts = inventory(contoso=by_hand.host)
    check = play(ORDINARY, inventory=hosts, check=True).ok()
    assert "would use secret 'by hand'" in check.output and emulator.writes() == []
    first = play(ORDINARY, inventory=hosts).ok()
    assert (by_hand.keys, by_hand.held["key_id"]) == ([by_hand.key_id], by_hand.key_id) and signs_in(emulator)
    assert not is_told_of(first)
    emulator.clear_journal()
    again = play(ORDINARY, inventory=hosts).ok()
    assert again.changed() == [] and is_told_of(again) and emulator.writes() == [] and len(emulator.journal()) <= 4
    result = again.task("Report the connection").facts["workspace365_result"]
    assert (result["secret"]["key_id"], result["secret"]["days_left"]) == (by_hand.key_id, 729)
    emulator.advance(710 * DAY)
    renewed = play(ORDINARY, inventory=hosts).ok()
    assert is_told_of(renewed) and by_hand.held["key_id"] != by_hand.key_id and len(by_hand.keys) == 2
    emulator.advance(10 * DAY)
    play(ORDINARY, inventory=hosts).ok()
    assert by_hand.key_id in by_hand.keys, "a secret of others was removed"
    absent = {**by_hand.host, "workspace365_state": "absent", "workspace365_absent_confirmed": "contoso"}
    play(ORDINARY, inventory=inventory(contoso=absent)).ok()
    assert by_hand.keys == [by_hand.key_id]
    for run in (check, first, again, renewed):
        assert by_hand.value not in run.output + str([event.result for event in run.events])


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("zz of another application".replace(" ", "-"), ("no valid client secret that begins like 'workspace365_client_secret'", "'W365'")),
        ("0b9e4c37-36d2-4f4e-8f28-0a54a8d6b1aa", ("'workspace365_client_secret' is a GUID", "its value is wanted")),
    ],
)
def test_what_cannot_be_it_stops_before_anything_is_written(
    value: str, words: tuple[str, ...], play: Play, inventory: Inventory, emulator: Emulator, by_hand: ByHand
) -> None:
    failed_well(play(ORDINARY, inventory=inventory(contoso={**by_hand.host, "workspace365_client_secret": value})), emulator, *words)
    assert emulator.writes() == [] and emulator.journal("workspace365") == []


def test_a_wrong_value_is_not_delivered(play: Play, inventory: Inventory, emulator: Emulator, by_hand: ByHand) -> None:
    """It begins like the key and is another one: Entra refuses it, and nothing is removed."""
    wrong = {**by_hand.host, "workspace365_client_secret": by_hand.value[:3] + "8Q~is-not-the-rest-of-the-value"}
    failed_well(play(ORDINARY, inventory=inventory(contoso=wrong)), emulator, "The secret that was given of", "does not work", "'workspace365_client_secret'")
    assert by_hand.keys == [by_hand.key_id] and emulator.workspace365("portal", "contoso")["sso"] is None


def test_the_product_refuses_it(play: Play, inventory: Inventory, emulator: Emulator, by_hand: ByHand) -> None:
    """A new one would be removed again. This one is not ours, and the next run delivers it."""
    emulator.fault(service="workspace365", method="PUT", path="OAuth2", action="status", status=403)
    hosts = inventory(contoso=by_hand.host)
    failed_well(play(ORDINARY, inventory=hosts), emulator, "provisioning key was not accepted", "whose value was given, was not delivered and stays")
    assert by_hand.keys == [by_hand.key_id]
    play(ORDINARY, inventory=hosts).ok()
    assert (by_hand.keys, by_hand.held["key_id"]) == ([by_hand.key_id], by_hand.key_id) and signs_in(emulator)


def test_a_recovery_with_it(play: Play, inventory: Inventory, emulator: Emulator, by_hand: ByHand) -> None:
    """Workspace 365 holds an expired secret, and the value of a good one is known: none is made."""
    sso = {"authority": "https://login.windows.net/contoso.com", "client_id": by_hand.app["appId"], "key": "expired-long-ago"}
    emulator.set_workspace365("portal", "contoso", sso=sso)
    assert not signs_in(emulator)
    play(RECOVER, inventory=inventory(contoso={"workspace365_client_secret": by_hand.value})).ok()
    assert (by_hand.keys, by_hand.held["key_id"]) == ([by_hand.key_id], by_hand.key_id) and signs_in(emulator)
