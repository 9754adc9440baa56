# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""List options that say how they merge: C(set) replaces, C(add) and C(remove) change, nothing given leaves alone."""

from __future__ import annotations

import dataclasses
import typing as t

T = t.TypeVar("T")


def _same(value: t.Any) -> t.Hashable:
    return t.cast(t.Hashable, value)


@dataclasses.dataclass(frozen=True)
class ListChange(t.Generic[T]):
    """The wanted change of one unordered list."""

    set: tuple[T, ...] | None = None
    add: tuple[T, ...] = ()
    remove: tuple[T, ...] = ()

    @classmethod
    def from_option(cls, option: t.Mapping[str, t.Any] | None) -> ListChange[t.Any] | None:
        """The option as C(list_change_spec) describes it; None when it was not given. An empty C(set) is a value."""
        if option is None:
            return None
        wanted = option.get("set")
        return cls(None if wanted is None else tuple(wanted), tuple(option.get("add") or ()), tuple(option.get("remove") or ()))

    @property
    def wanted(self) -> tuple[T, ...]:
        """Everything that is to be in the list afterwards, as far as the option names it."""
        return self.add if self.set is None else self.set

    def map(self, convert: t.Callable[[T], t.Any]) -> ListChange[t.Any]:
        """The same change with every element converted."""
        return ListChange(None if self.set is None else tuple(map(convert, self.set)), tuple(map(convert, self.add)), tuple(map(convert, self.remove)))

    def apply(self, current: t.Sequence[T], key: t.Callable[[T], t.Hashable] = _same) -> list[T]:
        """The list after the change. What is there already keeps its place and its spelling."""
        gone = {key(value) for value in self.remove}
        if self.set is not None:
            kept_keys = {key(value) for value in self.set}
            after = [value for value in current if key(value) in kept_keys]
        else:
            after = [value for value in current if key(value) not in gone]
        present = {key(value) for value in after}
        for value in self.wanted:
            if key(value) not in present:
                present.add(key(value))
                after.append(value)
        return after


def difference(before: t.Sequence[T], after: t.Sequence[T], key: t.Callable[[T], t.Hashable] = _same) -> tuple[list[T], list[T]]:
    """What was added and what was removed."""
    old, new = {key(value) for value in before}, {key(value) for value in after}
    return [value for value in after if key(value) not in old], [value for value in before if key(value) not in new]


def in_words(before: t.Sequence[t.Any], after: t.Sequence[t.Any], key: t.Callable[[t.Any], t.Hashable] = _same) -> str:
    """A change of a list for a sentence: "add a, b; remove c"."""
    added, removed = difference(before, after, key)
    parts = [f"add {', '.join(map(str, added))}"] if added else []
    if removed:
        parts.append(f"remove {', '.join(map(str, removed))}")
    return "; ".join(parts)
