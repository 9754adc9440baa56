# SPDX-License-Identifier: GPL-3.0-or-later
"""Two or three runs on one tenant at one moment: one goes on, or none sends (SAFETY: two at once).

Each seed is one order of their requests. A failure names the seed: C(pytest -k "seed-17-").
"""

from __future__ import annotations

import dataclasses
import functools
import typing as t
import uuid
from pathlib import Path

import pytest
import requests
from ansible_collections.tenantkit.connectors.plugins.module_utils._budget import Budget
from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import Declaration, Execution, execute
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.common.tags import CREATION_TAG
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.delivery import vouches
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.marks import marks_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.workato import client as workato
from ansible_collections.tenantkit.connectors.plugins.modules import entra_managed_credential, workato_connection, workspace365_sso
from cryptography.hazmat.primitives.asymmetric import rsa
from support.certificate_samples import KEY
from support.in_process import InProcess
from support.interleaving import Schedule

SEEDS = 300
SLICE = 10  # seeds of one test
TIMEOUT = 300
KINDS = ("workspace365", "workato", "sink")
CERTIFICATES = 1000  # the first seed of those where the credential is a certificate, whose list can only be replaced as a whole


@dataclasses.dataclass
class Told:
    """What one run said at its end."""

    name: str
    says: str  # delivered, nothing, or the code of its failure
    key_id: str | None
    result: dict[str, t.Any]


class World:
    """One tenant, one receiver of its credential, and the runs."""

    def __init__(self, emulator: InProcess, schedule: Schedule, folder: Path, receiver: str) -> None:
        self.emulator, self.schedule, self.folder, self.receiver = emulator, schedule, folder, receiver
        self.kind = "certificate" if receiver == "power_platform" else "secret"
        made = emulator.add_application("contoso", displayName="Payroll", service_principal=True, tags=[CREATION_TAG, "own-tag"])
        self.app_id, self.object_id = str(made["application"]["appId"]), str(made["application"]["id"])
        self.given: list[tuple[str, str]] = []  # the runs that handed a key over, with its id, in this order
        self.made: dict[str, str] = {}  # key id -> the run that made it
        self.open: set[str] = set()  # runs between the mark and the end of the delivery
        self.told: list[Told] = []
        self.killed = False  # whether one of the runs is killed

    def task(self, run: str, declaration: Declaration, **options: t.Any) -> Execution:
        identity = self.emulator.identity()
        plain = {name: option.get("default") for name, option in declaration.argument_spec().items()}
        sites = {"login_url": self.emulator.login_url, "graph_url": self.emulator.graph_url} if declaration.auth else {}
        tenant = {"tenant_id": "contoso.onmicrosoft.com"} if declaration.auth else {}
        given = {**plain, **tenant, **sites, "ca_path": self.emulator.ca_path, "timeout": TIMEOUT, **options}
        environ = {"AZURE_CLIENT_ID": identity["client_id"], "AZURE_CLIENT_SECRET": identity["secret"], "TENANTKIT_JOB_DIR": str(self.folder / run)}
        return execute(declaration, given, check_mode=False, environ=environ)

    def credential(self, run: str, **options: t.Any) -> Execution:
        delivery = {"connector": self.receiver, "instance": "portal contoso", "authority": "https://login.windows.net/contoso.com", "former_authorities": []}
        shared = {"app_id": self.app_id, "kind": self.kind, "name": "sso", "delivery": delivery, "chained": True}
        return self.task(run, entra_managed_credential.DECLARATION, **{**shared, **options})

    def work(self, run: str, *, force: bool = False) -> None:
        """What the role does about a credential."""
        issued = self.credential(run, force=force)
        credential = issued.result.get("credential") or {}
        if issued.failed:
            self.say(run, issued, str(issued.result["failure"]["code"]))
        elif "value" not in issued.result:
            self.say(run, issued, "nothing", credential["delivery"]["key_id"])
            assert credential["delivery"]["key_id"] in self.vouched(), "nothing was to do, and nothing is delivered"
        else:
            key_id = str(credential["key_id"])
            self.made[key_id] = run
            assert not self.open, f"{run} sends while {self.open} has not settled its key"
            self.open.add(run)
            try:
                self.deliver(run, key_id, issued.result["value"])
                confirmed = self.credential(run, delivered_key_id=key_id)
            finally:
                self.open.discard(run)  # also of a run that is killed here: it sends nothing any more
            if confirmed.failed and self.killed and confirmed.result["failure"]["code"] == "delivery_unknown":
                # The run that was killed had taken this key away with its own write, and did not live to put it back.
                assert key_id not in self.keys and "the key no longer exists" in confirmed.result["msg"]
                self.say(run, confirmed, "delivery_unknown", key_id)
                return
            assert not confirmed.failed, confirmed.result
            assert key_id in self.vouched() and self.given[-1] == (run, key_id)
            self.say(run, confirmed, "delivered", key_id)
        self.credential(run, state="retired")

    def deliver(self, run: str, key_id: str, value: str) -> None:
        """Hand the value over."""
        if self.receiver == "workspace365":
            key = self.emulator.control("GET", "workspace365/portal")["provisioning_key"]
            options = {"instance_url": self.emulator.workspace365_url(), "environment": "contoso", "provisioning_key": key, "sign_in_checked": True}
            authority = {"authority": "https://login.windows.net/contoso.onmicrosoft.com", "client_id": self.app_id, "key": value, "key_id": key_id}
            done = self.task(run, workspace365_sso.DECLARATION, expected_tenants=[], **options, **authority)
        elif self.receiver == "workato":
            token = self.emulator.workato("contoso")["tokens"]["automation"]
            options = {"url": self.emulator.workato_url, "api_token": token, "name": "Entra", "external_id": "x-1", "tenant": "common"}
            done = self.task(run, workato_connection.DECLARATION, client_id=self.app_id, client_secret=value, **options)
        else:
            self.schedule.stop()
            self.given.append((run, key_id))
            self.schedule.stop()
            return
        assert not done.failed, done.result
        self.given.append((run, key_id))

    def say(self, run: str, outcome: Execution, says: str, key_id: str | None = None) -> None:
        assert (outcome.result.get("failure") or {}).get("kind") != "bug", outcome.result
        self.told.append(Told(run, says, key_id, outcome.result))

    @property
    def stored(self) -> dict[str, t.Any]:
        return t.cast("dict[str, t.Any]", self.emulator.front.world.tenant("contoso.com").applications[self.object_id])  # type: ignore[union-attr]

    @property
    def keys(self) -> set[str]:
        return {entry["keyId"] for entry in self.stored["keyCredentials" if self.kind == "certificate" else "passwordCredentials"]}

    def vouched(self) -> list[str]:
        return [mark.key_id for mark in marks_of(self.stored["tags"]) if vouches(mark)]

    @property
    def orphans(self) -> set[str]:
        """Keys of which no mark says that they were delivered."""
        return self.keys - {mark.key_id for mark in marks_of(self.stored["tags"]) if mark.delivered}

    def check(self) -> None:
        """One live delivered key, no orphan beyond one, and every sentence true."""
        assert {CREATION_TAG, "own-tag"} <= set(self.stored["tags"])
        assert len(self.vouched()) <= 1 and set(self.vouched()) <= self.keys
        assert len(self.orphans) <= 1
        if self.given:
            assert self.vouched() == [self.given[-1][1]]
        for one in self.told:
            assert one.says in ("delivered", "nothing", "another_run", *(["list_changed"] if self.kind == "certificate" else [])), one.result
            if one.says == "list_changed":
                assert "nothing was written" in one.result["msg"] and one.result["failure"]["outcome"] == "refused"
            if one.says == "another_run":
                assert one.name not in {run for run, _key in self.given}
                for named in (one.result["failure"]["details"] or {}).get("pending_key_ids", ()):
                    assert named in one.result["msg"] and self.made.get(named) != one.name
                removed = (one.result["failure"]["details"] or {}).get("removed_key_id")
                assert removed is None or removed not in self.keys


@pytest.fixture(scope="module")
def in_process(tmp_path_factory: pytest.TempPathFactory) -> InProcess:
    return InProcess(tmp_path_factory.mktemp("emulator"))


@pytest.fixture
def begin(in_process: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> t.Callable[[int, str], World]:
    """A fresh tenant, and an order that the number decides; everything that is made at random is made from the number, too."""

    def make(seed: int, receiver: str) -> World:
        in_process.reset(forget=True)
        in_process.settings(workato_others_per_second=0)
        schedule = Schedule(seed, lambda: in_process.now, in_process.advance)

        def send(session: requests.Session, request: requests.PreparedRequest, **more: t.Any) -> requests.Response:
            schedule.stop()
            return in_process.send(session, request, **more)

        in_process.in_place_of_the_network(monkeypatch, send)
        monkeypatch.setattr(Budget.__init__, "__defaults__", (lambda: in_process.now, schedule.stop))
        monkeypatch.setattr(workato, "OTHER_LIMIT", (1, 0.0))
        monkeypatch.setattr(rsa, "generate_private_key", lambda **_how: KEY)  # takes long, and is not what this is about
        monkeypatch.setattr(uuid, "uuid4", lambda: uuid.UUID(int=schedule.random.getrandbits(128), version=4))
        return World(in_process, schedule, tmp_path / f"{receiver}-{seed}", receiver)

    return make


def works(world: World, runs: int, *, force: bool = False) -> dict[str, t.Callable[[], object]]:
    return {f"run{number}": functools.partial(world.work, f"run{number}", force=force) for number in range(runs)}


def receiver_of(seed: int) -> str:
    return "power_platform" if seed >= CERTIFICATES else KINDS[seed % len(KINDS)]


@pytest.mark.parametrize(
    "first", [*range(0, SEEDS, SLICE), *range(CERTIFICATES, CERTIFICATES + 120, SLICE)], ids=lambda first: f"seeds-{first}-to-{first + SLICE - 1}"
)
def test_runs_at_one_moment(begin: t.Callable[[int, str], World], first: int) -> None:
    """Nothing was delivered before, or everything is renewed."""
    for seed in range(first, first + SLICE):
        receiver = receiver_of(seed)
        world = begin(seed, receiver)
        force = world.schedule.random.random() < 0.3
        if force:
            world.work("before")
            world.told.clear()
            world.emulator.advance(3600)
        try:
            world.schedule.run(works(world, world.schedule.random.choice((2, 2, 3)), force=force))
            world.check()
        except BaseException as error:
            raise AssertionError(f"seed {seed} ({receiver}): {[(one.name, one.says) for one in world.told]}") from error


@pytest.mark.parametrize(
    "first",
    [*range(SEEDS, SEEDS + 40, SLICE), *range(CERTIFICATES + SEEDS, CERTIFICATES + SEEDS + 40, SLICE)],
    ids=lambda first: f"seeds-{first}-to-{first + SLICE - 1}",
)
def test_one_of_them_is_killed(begin: t.Callable[[int, str], World], first: int) -> None:
    """Wherever that is: the others end in time, and a run after them leaves one delivered key."""
    for seed in range(first, first + SLICE):
        receiver = receiver_of(seed)
        world = begin(seed, receiver)
        world.killed = True
        try:
            world.schedule.run(works(world, 2), {"run0": world.schedule.random.randint(1, 25)})
            world.emulator.advance(4 * TIMEOUT + 1)
            world.work("after")
            assert world.told[-1].says in ("delivered", "nothing")
            assert len(world.vouched()) == 1 and world.vouched()[0] in world.keys
        except BaseException as error:
            raise AssertionError(f"seed {seed} ({receiver}): {[(one.name, one.says) for one in world.told]}") from error


def test_a_run_waits_and_finds_nothing_to_do(begin: t.Callable[[int, str], World]) -> None:
    """The other one is between its mark and its delivery."""
    world = begin(0, "sink")
    first = world.credential("one")
    key_id = first.result["credential"]["key_id"]
    orders: dict[str, t.Callable[[], object]] = {
        "one": lambda: [world.schedule.stop(400.0), world.credential("one", delivered_key_id=key_id)],
        "two": lambda: world.say("two", world.credential("two"), "nothing"),
    }
    world.schedule.run(orders)
    assert world.vouched() == [key_id] and world.keys == {key_id}
    assert not world.told[0].result["changed"] and 400 <= world.emulator.now < 450


def test_what_a_killed_run_left_is_waited_for_no_longer_than_a_run_takes(begin: t.Callable[[int, str], World]) -> None:
    world = begin(0, "sink")
    world.credential("killed")
    world.work("next")
    assert world.told[0].says == "delivered" and 4 * TIMEOUT <= world.emulator.now < 4 * TIMEOUT + 30


def test_a_receiver_that_fails_every_night(begin: t.Callable[[int, str], World]) -> None:
    """Thirty nights, and each run once more in the morning: a new secret at most once a day, and the sentence says why there is none."""
    world = begin(0, "workspace365")
    world.emulator.fault(action="status", status=500, service="workspace365", method="PUT", times=None)
    made: list[int] = []
    for _night in range(30):
        for hours in (7.0, 17.0):
            before = set(world.keys)
            issued = world.credential("nightly")
            if issued.failed:
                assert issued.result["failure"]["code"] == "undecided_deliveries" and "at most once a day" in issued.result["msg"]
                assert world.keys == before
            else:
                with pytest.raises(AssertionError):
                    world.deliver("nightly", issued.result["credential"]["key_id"], issued.result["value"])
                settled = world.credential("nightly", undecided_key_id=issued.result["credential"]["key_id"])
                assert settled.result["changed"]
            made.append(len(world.keys - before))
            world.emulator.advance(hours * 3600)
    assert made[:4] == [1, 1, 1, 0] and set(made) == {0, 1}
    assert all(sum(made[at : at + 2]) <= 1 for at in range(2, len(made) - 1))
    world.emulator.clear_faults()
    world.emulator.advance(86400)
    world.work("at last")
    assert world.told[-1].says == "delivered" and len(world.vouched()) == 1
    world.emulator.advance(8 * 86400)
    world.credential("at last", state="retired")
    assert world.keys == set(world.vouched())
