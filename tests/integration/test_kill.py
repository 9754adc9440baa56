# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that dies anywhere locks nobody out, touches nothing foreign, and is finished by the next one.

Which points are taken says C(support/kill_plan.py); C(KILL_ALL=1) takes all of them.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import typing as t
from pathlib import Path

import pytest
from support.connections import Connection
from support.kill_plan import SCENARIOS, Case, Point, cases, step_of
from support.killing import ORPHAN, run_and_kill
from support.playbooks import ROOT, Run, command_line, environment, run_playbook
from tenant_emulator.testing import Emulator

PLAYBOOK = ROOT / "playbooks" / "workspace365.yml"
DAY = 86400
Inventory = t.Callable[..., Path]


class Site:
    """A tenant in the state that a scenario starts from, and runs of the playbook on it."""

    def __init__(self, scenario: str, emulator: Emulator, operator: dict[str, str], inventory: Inventory, workdir: Path) -> None:
        self.emulator, self._operator, self.workdir = emulator, operator, workdir
        emulator.reset()
        emulator.clear_faults()
        self.connection = Connection(emulator)
        self.by_hand: tuple[str, str] | None = None  # client id and value of a secret that somebody made by hand
        more: dict[str, t.Any] = {}
        if scenario == "adopt":
            more = self._set_up_by_hand()
        self._hosts = inventory(contoso=more)
        if scenario == "renew":
            self.run().ok()
            app = self.connection.application
            made = emulator.add_secret("contoso", app["id"], displayName="by hand")
            self.by_hand = (app["appId"], made["value"])
            emulator.advance(160 * DAY)
        emulator.clear_journal()

    def _set_up_by_hand(self) -> dict[str, t.Any]:
        """The product works with an application that a person registered; the connector is to take it over."""
        site = f"{self.emulator.workspace365_url()}/contoso"
        made = self.emulator.add_application(
            "contoso",
            displayName="Workspace 365 by hand",
            web={"redirectUris": [f"{site}/OAuth2/HandleAuthorityResponse"]},
            secrets=[{"displayName": "by hand"}],
        )
        client_id, value = made["application"]["appId"], made["secrets"][0]["value"]
        sso = {"authority": "https://login.windows.net/contoso.com", "client_id": client_id, "key": value}
        self.emulator.set_workspace365("portal", "contoso", sso=sso)
        self.by_hand = (client_id, value)
        self.connection = Connection(self.emulator, client_id=client_id)
        return {"workspace365_client_id": client_id, "workspace365_adopt": True}

    def run(self) -> Run:
        """A whole run."""
        return run_playbook(PLAYBOOK, self.workdir, inventory=self._hosts, env=self._operator)

    def kill(self, point: Point, how: str) -> None:
        """A run that dies there."""
        command = command_line(PLAYBOOK, inventory=self._hosts, check=False, diff=False, extra=None, args=())
        run_and_kill(command, environment(self.workdir, self._operator), self.workdir, self.emulator, request=point.request, when=point.when, how=how)

    def check(self, others: t.Any) -> None:
        """SAFETY: nobody is locked out, and what is foreign is as it was."""
        self.connection.check_safe()
        assert self.connection.others() == others
        if self.by_hand:
            assert self.emulator.token("contoso", *self.by_hand)["status"] == 200


@pytest.fixture
def site(emulator: Emulator, operator: dict[str, str], inventory: Inventory, workdir: Path) -> t.Callable[[str], Site]:
    """Sets a scenario up, as often as it is called."""

    def make(scenario: str) -> Site:
        for name in ("home", "tmp"):
            shutil.rmtree(workdir / name, ignore_errors=True)
        return Site(scenario, emulator, operator, inventory, workdir)

    return make


@pytest.fixture
def steps(site: t.Callable[[str], Site], tmp_path_factory: pytest.TempPathFactory) -> t.Callable[[str], list[str]]:
    """What each request of a scenario's clean run does; counted once, whichever process needs it first."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base

    def count(scenario: str) -> list[str]:
        with (shared / f"kill-{scenario}.json").open("a+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            text = file.read()
            if not text:
                clean = site(scenario)
                clean.run().ok()
                clean.connection.check_connected()
                text = json.dumps([step_of(entry) for entry in clean.emulator.journal()])
                file.write(text)
        return t.cast("list[str]", json.loads(text))

    return count


@pytest.mark.parametrize("case", cases(), ids=str)
def test_killed(case: Case, site: t.Callable[[str], Site], steps: t.Callable[[str], list[str]]) -> None:
    found = steps(case.scenario)
    problems = []
    for point in case.points(found):
        try:
            killed_there(site(case.scenario), point, case.how)
        except AssertionError as problem:
            problems.append(f"{case.scenario}, {case.how} {point}:\n{problem}")
    assert not problems, "\n\n".join(problems)


def killed_there(site: Site, point: Point, how: str) -> None:
    """Kill a run, and look; run again, and look; run a third time, which has nothing to do."""
    connection, emulator = site.connection, site.emulator
    others = connection.others()
    site.kill(point, how)
    if how != ORPHAN:  # an orphan goes on after the request that the parent died at
        assert len(emulator.journal()) == point.request
    site.check(others)

    site.run().ok()
    site.check(others)
    connection.check_connected()

    emulator.clear_journal()
    third = site.run().ok()
    assert [event.task for event in third.changed()] == []
    assert emulator.writes() == []

    if len(connection.managed()) > 1:
        emulator.advance(8 * DAY)  # the overlap is over, and what the killed run left is older than an hour
        site.run().ok()
        site.check(others)
        connection.check_connected()
        assert len(connection.managed()) == len(connection.marks()) == 1


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_write_is_known(scenario: str, steps: t.Callable[[str], list[str]]) -> None:
    """The sample takes each write of the first connect once; a write that comes new has to come into the sample."""
    found = [step for step in steps(scenario) if step not in ("look", "prove")]
    expected = {
        "connect": ["application", "principal", "consent", "mint", "pending", "deliver", "delivered"],
        "renew": ["mint", "pending", "deliver", "delivered"],
        "adopt": ["application", "application", "consent", "mint", "pending", "deliver", "delivered"],
    }
    assert found == expected[scenario]
