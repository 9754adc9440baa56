# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Whether what names one tenant was said for all hosts of a run at once. Pure.

An extra variable, of the command line, a survey or a job template, wins over whatever an inventory says, and it is the same for every host. Where it names a
tenant, or an object that belongs to one, every host would be worked on as that one.

Source: https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_variables.html (precedence); read 2026-11.
"""

from __future__ import annotations

import typing as t

from ._errors import OptionError

# Of every role.
GUARD = "entra_expected_domain"
SHARED_TARGETS: t.Final = frozenset({"entra_tenant_id", GUARD})


def extra_targets(extra: t.Mapping[str, t.Any], targets: t.Iterable[str], hosts: int) -> list[str]:
    """The ``targets`` among the ``extra`` variables of a run with so many ``hosts``, in order; none for a run with one.

    A target is the name of a variable, or with a dot that of a member of a dictionary. An empty text is a question of a survey that was not answered, but
    for the domain that a tenant has to have: there it would take away what each host says.
    """
    return sorted(target for target in targets if _is_said(_value(extra, target)) or (target == GUARD and extra.get(GUARD) is not None)) if hosts > 1 else []


def refusal(named: t.Sequence[str], hosts: int) -> OptionError:
    """Why a run does not begin. ``named`` are the targets that were found."""
    written = " and ".join(_written(target) for target in named)
    return OptionError(
        f"{written} {'is' if len(named) == 1 else 'are'} given as {'an extra variable' if len(named) == 1 else 'extra variables'} (-e, a survey or a job "
        f"template), which would name the same target for all {hosts} hosts of this play.",
        code="extra_target",
        advice=f"Put {'it' if len(named) == 1 else 'them'} into the inventory, each value at its host, or limit the run to one host.",
    )


def _written(target: str) -> str:
    """A target as the operator knows it."""
    name, _dot, member = target.partition(".")
    return f"'{member}' in '{name}'" if member else f"'{name}'"


def _value(extra: t.Mapping[str, t.Any], target: str) -> t.Any:
    name, _dot, member = target.partition(".")
    value = extra.get(name)
    if not member:
        return value
    return value.get(member) if isinstance(value, t.Mapping) else None


def _is_said(value: t.Any) -> bool:
    return bool(value.strip()) if isinstance(value, str) else value not in (None, [], {})
