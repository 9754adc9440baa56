# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Names of scopes and of people, which Microsoft compares without regard to case."""

from __future__ import annotations

import typing as t


def once(names: t.Iterable[str]) -> list[str]:
    """Each name once, in the spelling and at the place where it comes first."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(name.lower(), name)
    return list(found.values())


def by_name(names: t.Iterable[str]) -> list[str]:
    """Each name once, in alphabetical order."""
    return sorted(once(names), key=str.lower)


def lower(names: t.Iterable[str]) -> list[str]:
    """All names in lower case."""
    return [name.lower() for name in names]


def delegated(rows: t.Iterable[t.Mapping[str, t.Any]]) -> list[str]:
    """The delegated permissions of all rows of a consent, or of all grants."""
    return [name for row in rows for name in row["delegated"]]
