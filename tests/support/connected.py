# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that many tests start from, carried out once a test process and put back afterwards: in the emulator and in the operator's directory.

What comes back is what the run left: the emulator's content with its issued values and journal, the files of sinks, and what the run said.
"""

from __future__ import annotations

import dataclasses
import json
import typing as t
from pathlib import Path

from tenant_emulator.testing import Emulator

from support.playbooks import Event, Run

# Of the directory: what a run is given, and what is ansible-core's own.
_GIVEN = frozenset({"inventory.yml", "vault-password"})
_OWN = frozenset({"home", "tmp", "record.jsonl"})
_HERE = "\0workdir\0"  # in the place of the directory's path, which differs from test to test

Files = dict[str, tuple[bytes | None, int]]  # content (None: a folder) and mode by path


@dataclasses.dataclass(frozen=True)
class Saved:
    """A run that was carried out."""

    token: int
    files: Files
    run: str


class Runs:
    """Those of one emulator."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._saved: dict[str, Saved] = {}

    def get(self, workdir: Path, given: t.Mapping[str, t.Any], carry_out: t.Callable[[], Run]) -> Run:
        """The run of C(carry_out) that is given this, carried out or put back. Equal are runs that are given the same, in an emulator of equal content,
        in directories of equal files. Where rules for faults are in force it is carried out."""
        if self._emulator.faults():
            return carry_out()
        key = _portable([given, self._emulator.digest(), _read(workdir, _OWN)], workdir)
        if (found := self._saved.get(key)) is not None:
            self._emulator.restore(found.token)
            _write(workdir, found.files)
            return _run(found.run.replace(_HERE, json.dumps(str(workdir))[1:-1]))
        run = carry_out()
        self._saved[key] = Saved(self._emulator.snapshot(), _read(workdir, _OWN | _GIVEN), _portable(dataclasses.asdict(run), workdir))
        return run


def _portable(value: t.Any, workdir: Path) -> str:
    text = json.dumps(value, sort_keys=True, default=repr)
    return text.replace(json.dumps(str(workdir))[1:-1], _HERE)


def _run(text: str) -> Run:
    fields = json.loads(text)
    return Run(**{**fields, "events": [Event(**event) for event in fields["events"]]})


def _read(workdir: Path, without: frozenset[str]) -> Files:
    found: Files = {}
    for path in sorted(workdir.rglob("*")):
        name = path.relative_to(workdir)
        if name.parts[0] not in without:
            found[str(name)] = (None if path.is_dir() else path.read_bytes(), path.stat().st_mode & 0o777)
    return found


def _write(workdir: Path, files: Files) -> None:
    for name, (content, mode) in files.items():
        path = workdir / name
        if content is None:
            path.mkdir(exist_ok=True)
        else:
            path.write_bytes(content)
        path.chmod(mode)
