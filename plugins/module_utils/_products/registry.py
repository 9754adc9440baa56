# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the roles decide, by the names that they use. Everything named here is a pure function of plain data."""

from __future__ import annotations

import typing as t

from .._extra_targets import SHARED_TARGETS
from .roles import ROLES

# What the variables of a host mean: called with the variables, host and check_mode; see the lookup plugin "connection".
Connection = t.Callable[..., dict[str, t.Any]]
# A question of a role: called with what the role hands over; see the module connector_decision.
Decision = t.Callable[[t.Mapping[str, t.Any]], dict[str, t.Any]]

CONNECTIONS: t.Mapping[str, Connection] = {role: decisions.CONNECTION for role, decisions in ROLES.items()}
DECISIONS: t.Mapping[str, Decision] = {f"{role}.{name}": decide for role, decisions in ROLES.items() for name, decide in decisions.DECISIONS.items()}
LOOKS: t.Mapping[str, t.Callable[..., t.Any]] = {role: decisions.LOOK for role, decisions in ROLES.items() if decisions.LOOK is not None}
# What a role asks before it writes, and what the playbook preflight asks of it.
BEFORE_WRITING: t.Mapping[str, t.Callable[..., t.Any]] = {role: one.BEFORE_WRITING for role, one in ROLES.items() if one.BEFORE_WRITING is not None}
PREFLIGHTS: t.Mapping[str, t.Callable[..., t.Any]] = {role: one.PREFLIGHT for role, one in ROLES.items() if one.PREFLIGHT is not None}
# For these an empty text says something.
MEANT_EMPTY: frozenset[str] = frozenset(name for decisions in ROLES.values() for name in decisions.MEANT_EMPTY)
# Role, variable: where its value comes from when the host has none.
FROM_ENVIRONMENT: t.Mapping[str, t.Mapping[str, str]] = {role: decisions.FROM_ENVIRONMENT for role, decisions in ROLES.items()}
# Role: what of its variables names a tenant, or something of one; and what it works out of all of them, which an extra variable would replace as a whole.
TARGETS: t.Mapping[str, frozenset[str]] = {role: SHARED_TARGETS | decisions.TARGETS | {f"{role}_connection"} for role, decisions in ROLES.items()}
