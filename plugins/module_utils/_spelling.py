# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Names of variables that are nearly those of a role: Ansible takes any name, so a misspelt one would count as not given. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

NEAR = 2  # edits between a name and the one that was meant


@dataclasses.dataclass(frozen=True)
class Spelling:
    """What was found among the names of a host's variables."""

    misspelt: t.Mapping[str, str]  # the name, and the one that was meant
    unknown: tuple[str, ...]  # no role has a variable that is nearly called so


def spelling(names: t.Iterable[str], known: t.Collection[str], prefix: str) -> Spelling:
    """Compare the ``names`` that begin with ``prefix`` with the ``known`` ones."""
    misspelt: dict[str, str] = {}
    unknown: list[str] = []
    for name in sorted(names):
        if not name.startswith(prefix) or name in known:
            continue
        near = min(((edits(name, other), other) for other in known if abs(len(other) - len(name)) <= NEAR), default=(NEAR + 1, ""))
        if near[0] <= NEAR:
            misspelt[name] = near[1]
        else:
            unknown.append(name)
    return Spelling(misspelt, tuple(unknown))


def edits(one: str, other: str) -> int:
    """How many letters have to be put in, left out or replaced to get from one text to the other (the Levenshtein distance)."""
    row = list(range(len(other) + 1))
    for index, letter in enumerate(one, start=1):
        before, row[0] = row[0], index
        for place, wanted in enumerate(other, start=1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (letter != wanted))
    return row[-1]


def did_you_mean(near: t.Sequence[str]) -> str:
    """A question about names that are near to an unknown one; empty where none is."""
    return f"Did you mean {' or '.join(near)}?" if near else ""


def misspelt_sentence(misspelt: t.Mapping[str, str]) -> str:
    """What is wrong, for the operator; empty where nothing is."""
    if not misspelt:
        return ""
    named = ", ".join(f"'{name}' (meant is probably '{other}')" for name, other in misspelt.items())
    return f"No variable of this collection has this name: {named}. Correct it, or set 'entra_check_variables' to false when the name is meant so."


def unknown_sentence(unknown: t.Collection[str], prefix: str) -> str:
    """What is worth a warning; empty where nothing is."""
    if not unknown:
        return ""
    return f"No variable of the role is called {', '.join(unknown)}, though the name begins with '{prefix}'. 'entra_check_variables: false' turns this off."
