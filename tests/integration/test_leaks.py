# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret stays anywhere: not in output and logs at their most talkative, not in HOME and temporary directories, not after a kill.

Every run is searched for every secret, token and key that the emulator ever gave out or was configured with.
"""

from __future__ import annotations

import dataclasses
import os
import stat
import time
import typing as t
from pathlib import Path

import pytest
from support.killing import run_and_kill
from support.leaks import Found, Search, is_in_job_cache, job_caches
from support.playbooks import ROOT, Run, command_line, environment
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

PLAYBOOK = "workspace365.yml"
TALKATIVE = ("-vvvv",)
WRONG_SECRET = "wrng8Q~never-issued-to-anybody-0123456789"
WAYS = {"worker": {}, "process": {"TENANTKIT_MODULE_PROCESS": "1"}}
PUT = {"service": "workspace365", "method": "PUT"}
TOKEN = {"service": "login", "method": "POST", "path": "/token$"}


@dataclasses.dataclass(frozen=True)
class Case:
    """A run and how it has to end."""

    fails: bool = False
    check: bool = False
    before: t.Callable[[Emulator], object] = lambda emulator: None
    host: t.Callable[[Emulator], dict[str, t.Any]] = lambda emulator: {}
    env: t.Mapping[str, str | None] = dataclasses.field(default_factory=dict)
    extra: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)


def provisioning_key(emulator: Emulator) -> str:
    return str(emulator.control("GET", "workspace365/portal")["provisioning_key"])


def echo(emulator: Emulator, text: str, **rule: t.Any) -> int:
    """A service that answers with what it was sent."""
    text = f"'{text}' is not accepted"
    body = {"error": {"code": "BadRequest", "message": text}, "errors": {"Key": [text], "client_secret": text}, "title": text}
    return emulator.fault(action="status", status=400, body=body, **rule)


def echo_login(emulator: Emulator) -> int:
    secret = emulator.identity()["secret"]
    body = {"error": "invalid_client", "error_description": f"AADSTS7000215: Invalid client secret provided: {secret}", "error_codes": [7000215]}
    return emulator.fault(action="status", status=401, body=body, times=None, **TOKEN)


def in_inventory(emulator: Emulator) -> dict[str, t.Any]:
    identity = emulator.identity()
    return {"entra_auth": {"client_id": identity["client_id"], "client_secret": identity["secret"]}}


NO_ENVIRONMENT = {"AZURE_CLIENT_ID": None, "AZURE_CLIENT_SECRET": None}
CASES = {
    "connect": Case(),
    "check": Case(check=True),
    "inventory": Case(host=in_inventory, env=NO_ENVIRONMENT),
    "refused": Case(fails=True, before=lambda emulator: emulator.fault(action="status", status=403, times=None, **PUT)),
    "echo_product": Case(fails=True, before=lambda emulator: echo(emulator, provisioning_key(emulator), **PUT)),
    "echo_graph": Case(fails=True, before=lambda emulator: echo(emulator, emulator.identity()["secret"], service="graph", path="/addPassword$")),
    "echo_page": Case(
        fails=True, before=lambda emulator: emulator.fault(action="html", status=500, body=f"<p>{provisioning_key(emulator)}</p>", times=None, **PUT)
    ),
    "echo_login": Case(fails=True, before=echo_login),
    "wrong_tenant": Case(fails=True, host=lambda emulator: {"entra_expected_domain": "fabrikam.com"}),
    "wrong_secret": Case(fails=True, env={"AZURE_CLIENT_SECRET": WRONG_SECRET}),
    "wrong_type": Case(fails=True, host=lambda emulator: {"workspace365_provisioning_key": [provisioning_key(emulator)]}),
    "half_credential": Case(fails=True, host=lambda emulator: {"entra_auth": {"client_secret": emulator.identity()["secret"]}}, env=NO_ENVIRONMENT),
}
AS_PROCESS = ("connect", "refused", "echo_product", "echo_graph", "wrong_secret", "inventory")


def search_for(emulator: Emulator) -> Search:
    """Everything that must not be found."""
    identities = [item["secret"] for item in emulator.control("GET", "identities") if item.get("secret")]
    return Search([*emulator.issued(), *identities, provisioning_key(emulator), WRONG_SECRET])


def is_token(text: str) -> bool:
    return text.startswith("eyJ")


def none(found: t.Sequence[Found]) -> None:
    """Assert that nothing was found, without showing what was."""
    assert not found, "\n".join(sorted({str(item) for item in found}))


def talk(workdir: Path, way: str) -> dict[str, str]:
    """Every log there is."""
    return {"ANSIBLE_DISPLAY_ARGS_TO_STDOUT": "1", "ANSIBLE_LOG_PATH": str(workdir / "ansible.log"), **WAYS[way]}


@pytest.mark.parametrize(("name", "way"), [*((name, "worker") for name in CASES), *((name, "process") for name in AS_PROCESS)])
def test_nothing_is_left(name: str, way: str, play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    case = CASES[name]
    case.before(emulator)
    hosts = inventory(contoso={"entra_timeout": 60, **case.host(emulator)})
    run = play(PLAYBOOK, inventory=hosts, check=case.check, diff=True, args=TALKATIVE, env={**talk(workdir, way), **case.env})
    if case.fails:
        run.failed()
    else:
        run.ok()
    search = search_for(emulator)
    none(search.text("stdout", run.stdout) + search.text("stderr", run.stderr) + search.folder(workdir, without={hosts}))
    assert (workdir / "ansible.log").stat().st_size > 1000
    assert job_caches(workdir / "tmp") == []
    # The search is no good if it cannot find anything.
    assert search.folder(workdir) != []


@pytest.mark.parametrize("way", WAYS)
def test_second_run_with_a_new_secret(way: str, play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    hosts = inventory(contoso=None)
    play(PLAYBOOK, inventory=hosts).ok()
    run = play(PLAYBOOK, inventory=hosts, diff=True, args=TALKATIVE, env=talk(workdir, way), extra={"workspace365_force": True}).ok()
    assert run.changed()
    search = search_for(emulator)
    none(search.text("stdout", run.stdout) + search.text("stderr", run.stderr) + search.folder(workdir, without={hosts}))


@pytest.mark.parametrize("step", ["/addPassword$", "/SingleSignOnSettings/OAuth2$"])
@pytest.mark.parametrize("way", WAYS)
def test_a_run_killed_with_a_secret_in_its_hands(
    step: str, way: str, play: Play, inventory: Inventory, operator: dict[str, str], emulator: Emulator, workdir: Path
) -> None:
    hosts = inventory(contoso=None)
    command = command_line(ROOT / "playbooks" / PLAYBOOK, inventory=hosts, check=False, diff=True, extra=None, args=TALKATIVE)
    env = environment(workdir, {**operator, **talk(workdir, way)})
    killed = run_and_kill(command, env, workdir, emulator, path=step, when="after", how="SIGKILL")
    search = search_for(emulator)
    outside = {path: data for path, data in killed.files.items() if path != hosts and not is_in_job_cache(path)}
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
    none(search.folder(workdir, without={hosts, *left}))

    # Another job may still be using it; once it is old it goes.
    play(PLAYBOOK, inventory=hosts).ok()
    assert job_caches(workdir / "tmp") == [cache]
    old = time.time() - 2 * 86400
    os.utime(cache, (old, old))
    play(PLAYBOOK, inventory=hosts, check=True).ok()
    assert job_caches(workdir / "tmp") == []
    none(search_for(emulator).folder(workdir, without={hosts}))
