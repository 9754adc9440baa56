# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Whether a host has variables that are nearly called like those of a role."""

from __future__ import annotations

import functools
import typing as t

from ansible.module_utils.parsing.convert_bool import BOOLEANS_FALSE

from ..module_utils._products import registry
from ..module_utils._spelling import misspelt_sentence, spelling, unknown_sentence
from ._role_variables import role_options

OFF = "entra_check_variables"
_NO = frozenset(str(value).lower() for value in BOOLEANS_FALSE)
_SHARED = "entra_"  # what all roles take
_ENTRA_ROLE = "entra_connector_"  # set by the roles themselves on their way
_BESIDE = ("connection", "result", "hosts")  # what a role publishes, what it leaves, and the hosts that its playbook takes


def names_checked(role: str, variables: t.Mapping[str, t.Any], template: t.Callable[[t.Any], t.Any]) -> tuple[str, str]:
    """What is wrong with the names of a host's variables, and what is worth a warning; both may be empty.

    Raises AnsibleError where C(entra_check_variables) cannot be resolved. What is neither true nor false the role's own validation refuses.
    """
    if str(template(variables.get(OFF, True))).strip().lower() in _NO:
        return "", ""
    own = spelling(variables, _known(role), f"{role}_")
    shared = spelling((name for name in variables if not name.startswith(_ENTRA_ROLE)), _known_to_all(), _SHARED)
    return misspelt_sentence({**own.misspelt, **shared.misspelt}), unknown_sentence(own.unknown, f"{role}_")


@functools.cache
def _known(role: str) -> frozenset[str]:
    return frozenset((*role_options(role), *(f"{role}_{name}" for name in _BESIDE)))


@functools.cache
def _known_to_all() -> frozenset[str]:
    return frozenset(name for role in registry.CONNECTIONS for name in role_options(role) if name.startswith(_SHARED))
