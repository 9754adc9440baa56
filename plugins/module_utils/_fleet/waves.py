# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""How many tenants each wave of a rollout takes. Pure."""

from __future__ import annotations

import re
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean

from .._errors import OptionError

VARIABLE = "rollout_waves"
DEFAULT: tuple[int | str, ...] = (1, "5%", "25%")


def waves_of(given: t.Any, canaries: int) -> list[int | str]:
    """The value for C(serial): tenants, or per cent of all of them, of each wave; the last entry repeats. The ``canaries`` are a wave of their own, the first.

    ``given`` is a list, or a text with commas between the entries, as extra variables are. Raises OptionError for anything else.
    """
    entries = DEFAULT if given in (None, "", []) else _entries(given)
    return [*([canaries] if canaries else []), *map(_size, entries)]


def _entries(given: t.Any) -> t.Sequence[t.Any]:
    if isinstance(given, str):
        return [part.strip().strip("'\"") for part in given.strip().removeprefix("[").removesuffix("]").split(",")]
    return [given] if isinstance(given, int) else t.cast(t.Sequence[t.Any], given) if isinstance(given, (list, tuple)) else [given]


def _size(entry: t.Any) -> int | str:
    text = str(entry)
    number = int(text.removesuffix("%")) if re.fullmatch(r"\d{1,6}%?", text) and not isinstance(entry, bool) else 0
    if number < 1 or (text.endswith("%") and number > 100):
        raise OptionError(
            f"'{VARIABLE}' has {entry!r}, which is neither a number of tenants nor a share of them.",
            code=VARIABLE,
            advice=f'Write numbers from 1 and shares from 1% to 100%, the last of which is repeated, as in {VARIABLE}: [1, "5%", "25%"].',
        )
    return text if text.endswith("%") else number


def canaries_of(chosen: t.Sequence[str], group: t.Collection[str]) -> list[str]:
    """The hosts of a run that go first, in its order. ``group`` are the members of the group of canaries, also those that the run is not for."""
    return [host for host in chosen if host in group]


def canaries_first(chosen: t.Sequence[str], group: t.Collection[str]) -> list[str]:
    """The hosts of a run with the canaries at its beginning."""
    return [*canaries_of(chosen, group), *(host for host in chosen if host not in group)]


def pattern_of(given: t.Any) -> str:
    """The pattern of hosts, which may be a list of patterns; without one all."""
    return ":".join(map(str, given)) if isinstance(given, (list, tuple)) else str(given or "all")


def odd_names(hosts: t.Iterable[str]) -> list[str]:
    """The names that Ansible would read as patterns, in C(hosts) of a play and in a file for C(--limit): of others, of several, or of all but one."""
    return [host for host in hosts if re.search(r"[\s,:*?\[\]]|^[!&~@]", host)]


def is_wanted(variable: str, given: t.Any) -> bool:
    """What a variable says that is true or false; not given it is false. Raises OptionError for anything else."""
    try:
        return bool(boolean(given if given not in (None, "") else False))
    except TypeError as error:
        raise OptionError(f"'{variable}' is {given!r}.", code=variable, advice="Set it to true or false.") from error
