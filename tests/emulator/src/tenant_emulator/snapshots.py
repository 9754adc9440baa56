# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies of everything the emulator remembers, to go back to."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import pickle
import typing as t

from . import copies
from .config import KEPT
from .journal import Entry, Journal
from .world import World


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """A copy. The clock is kept as its distance from the machine's: time goes on meanwhile."""

    world: bytes
    offset: float
    issued: tuple[str, ...]
    journal: bytes


class Snapshots:
    """The copies by token."""

    def __init__(self, world: World, journal: Journal) -> None:
        self._world = world
        self._journal = journal
        self._taken: list[Snapshot] = []

    def _content(self) -> dict[str, t.Any]:
        return {name: value for name, value in vars(self._world).items() if name not in KEPT}

    def take(self) -> int:
        """Copy the present: objects, settings, products, clock, issued values and journal. Returns the token of the copy."""
        entries = pickle.dumps([dataclasses.asdict(entry) for entry in self._journal.entries])
        self._taken.append(Snapshot(copies.packed(self._content()), self._world.clock.offset, tuple(self._world.issued), entries))
        return len(self._taken)

    def restore(self, token: int) -> None:
        """Go back to a copy. Raises ValueError when there is none with this token."""
        if not 0 < token <= len(self._taken):
            raise ValueError(f"there is no snapshot {token}")
        found = self._taken[token - 1]
        vars(self._world).update(copies.unpacked(found.world))
        self._world.clock.offset = found.offset
        self._world.issued = list(found.issued)
        self._journal.entries = [Entry(**entry) for entry in pickle.loads(found.journal)]

    def digest(self) -> str:
        """A short name of the present content, of objects, settings, products and clock: equal for equal content, however it came to be."""
        stream = io.BytesIO()
        pickler = pickle.Pickler(stream)
        pickler.fast = True  # without marks for objects that stand in two places: these differ between equal contents
        pickler.dump((self._content(), self._world.clock.offset))
        return hashlib.sha256(stream.getvalue()).hexdigest()
