# SPDX-License-Identifier: GPL-3.0-or-later
"""The fixture C(connected): a run that was put back cannot be told from the one that was carried out, and brings nothing of other tests with it."""

from __future__ import annotations

import json
import shutil
import typing as t
from pathlib import Path

import pytest
from support.connected import Runs
from support.playbooks import Run
from support.vault_files import VaultFiles, sink
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]
PLAYBOOK = "workspace365.yml"


@pytest.fixture
def counted(play: Play, runs: Runs, operator: dict[str, str], emulator: Emulator, workdir: Path) -> t.Callable[..., tuple[Run, bool]]:
    """C(connected), that also says whether the run was carried out."""

    def run(**more: t.Any) -> tuple[Run, bool]:
        carried_out = []

        def now() -> Run:
            carried_out.append(True)
            return play(PLAYBOOK, **more).ok()

        return runs.get(workdir, {"playbook": PLAYBOOK, "operator": operator, **more}, now), bool(carried_out)

    return run


def world(emulator: Emulator, workdir: Path) -> dict[str, t.Any]:
    """The emulator, and the operator's files."""
    state = emulator.state(full=True)
    state["clock"] = state["clock"]["offset"]
    files = {str(path.relative_to(workdir)): (path.read_bytes(), path.stat().st_mode) for path in (workdir / "credentials").rglob("*") if path.is_file()}
    modes = {path.name: path.stat().st_mode for path in workdir.iterdir() if path.is_dir() and path.name == "credentials"}
    seen = {"state": state, "issued": emulator.issued(), "journal": emulator.journal(), "faults": emulator.faults()}
    return {**seen, "files": files, "modes": modes}


def test_a_run_is_put_back_whole(counted: t.Callable[..., tuple[Run, bool]], inventory: Inventory, emulator: Emulator, workdir: Path, play: Play) -> None:
    hosts = inventory(contoso=sink(workdir / "credentials"))
    first, carried_out = counted(inventory=hosts)
    saved = world(emulator, workdir)
    assert carried_out and saved["files"] and first.changed()

    # Another test: it changes all there is, and ends.
    emulator.advance(86400)
    emulator.settings(replication_reads=3)
    leaked = emulator.add_application("contoso", displayName="Another's", secrets=[{}])["secrets"][0]["value"]
    emulator.fault(action="status", times=None)
    shutil.rmtree(workdir / "credentials")
    emulator.reset(forget=True)

    again, carried_out = counted(inventory=hosts)
    assert not carried_out
    assert world(emulator, workdir) == saved
    assert leaked not in json.dumps(world(emulator, workdir)["state"]) and leaked not in emulator.issued()
    assert (again.stdout, again.events) == (first.stdout, first.events)
    # It is a tenant that is connected: there is nothing to do, and what the sink holds signs in.
    assert VaultFiles(workdir / "credentials", emulator).signs_in("workspace365")
    assert play(PLAYBOOK, inventory=hosts).ok().changed() == []


def test_what_differs_is_carried_out(counted: t.Callable[..., tuple[Run, bool]], inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """Another host, another setting, another state, another file; and always while rules for faults are in force."""

    def carried_out(**host: t.Any) -> bool:
        return counted(inventory=inventory(contoso=host))[1]

    carried_out()
    emulator.reset(forget=True)
    assert not carried_out()
    assert carried_out(), "from the connected tenant it is another run"
    emulator.reset(forget=True)
    assert carried_out(workspace365_display_name="Another")
    emulator.reset(forget=True)
    emulator.settings(update_reads=1)
    assert carried_out()
    emulator.reset(forget=True)
    (workdir / "more.yml").write_text("{}\n")
    assert carried_out()
    emulator.reset(forget=True)
    (workdir / "more.yml").unlink()
    with emulator.faulty(service="arm", action="status"):
        assert carried_out()
    emulator.reset(forget=True)
    assert not carried_out()
