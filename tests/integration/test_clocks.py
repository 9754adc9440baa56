# SPDX-License-Identifier: GPL-3.0-or-later
"""SAFETY 39: one clock, the service's. With the controller's a year behind it, or a day before it, every connector lives its whole life."""

from __future__ import annotations

import dataclasses
import typing as t
from pathlib import Path

import pytest
from integration.okta_workflows.helpers import CHOSEN
from integration.power_platform.helpers import vault_file
from integration.workato.helpers import TOKEN
from support.playbooks import Run
from support.plays import no_secret_shown
from support.sampling import sampled
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]
Json = dict[str, t.Any]

DAY = 86400
RENEWAL = 155 * DAY  # after which less than thirty days are left of 180


@dataclasses.dataclass(frozen=True)
class Life:
    """What a connector is given, and what it says of itself once it is connected."""

    host: t.Mapping[str, t.Any]
    connected: str
    renews: bool = True  # whether there is a credential that ends
    absent: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)


LIVES = {
    "workspace365": Life({}, "connected", absent={"workspace365_absent_confirmed": "contoso"}),
    "workato": Life({"workato_api_token": TOKEN}, "ready_for_authorization", absent={"workato_absent_confirmed": "contoso"}),
    "power_platform": Life({"power_platform_credential": "secret"}, "connected"),
    "okta_workflows": Life(CHOSEN, "ready_for_authorization", renews=False),
}
CLOCKS = {"a-year-ahead": 365 * DAY, "a-day-behind": -DAY}
ALL = {f"{name}-{clock}": (name, seconds) for name in LIVES for clock, seconds in CLOCKS.items()}


def keys(emulator: Emulator, name: str) -> set[str]:
    """The ids of the secrets of the connector's application."""
    apps = emulator.tenant("contoso")["applications"].values()
    return {key["keyId"] for app in apps if (app["uniqueName"] or "").startswith(f"tenantkit.{name}") for key in app["passwordCredentials"]}


@pytest.mark.parametrize(
    ("name", "ahead"),
    sampled(
        ALL, "workspace365-a-year-ahead", "workspace365-a-day-behind", "workato-a-day-behind", "power_platform-a-year-ahead", "okta_workflows-a-day-behind"
    ),
)
def test_a_whole_life(name: str, ahead: int, play: Play, inventory: Inventory, emulator: Emulator, workdir: Path, unhurried: None) -> None:
    """First connect; confirmed; renewed when the service's clock says so and not before; taken away. Reads that are behind: C(test_stale_reads.py)."""
    life, settings = LIVES[name], emulator.settings()
    emulator.reset(forget=True, ahead=ahead)
    emulator.settings(**settings)
    host = {**(vault_file(workdir) if name == "power_platform" else {}), **life.host}

    def run(**more: t.Any) -> Json:
        done = play(f"{name}.yml", inventory=inventory(contoso={**host, **more})).ok()
        no_secret_shown(done, emulator)
        return t.cast(Json, [event.facts[f"{name}_result"] for event in done.events if f"{name}_result" in event.facts][-1])

    assert run()["status"] == life.connected
    made = keys(emulator, name)
    assert len(made) == int(life.renews)
    confirmed = run()
    assert (confirmed["status"], confirmed["changed"]) == (life.connected, False)
    if life.renews:
        emulator.advance(RENEWAL)
        assert run()["status"] == life.connected
        assert keys(emulator, name) > made
    assert run(**{f"{name}_state": "absent"}, **life.absent)["status"] in ("absent", "not_absent")
    assert keys(emulator, name) == set()
