# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The extra variables of a run, and whether they say for several hosts at once where to work."""

from __future__ import annotations

import typing as t

from ansible.utils.vars import load_extra_vars

from ..module_utils._errors import OptionError
from ..module_utils._extra_targets import SHARED_TARGETS, extra_targets, refusal
from ..module_utils._products.registry import TARGETS
from ._role_variables import parsed
from ._worker import plain


def extra_target_problem(roles: t.Iterable[str], hosts: t.Sized | None, loader: t.Any) -> OptionError | None:
    """Why these roles, or a play without one, must not run on the ``hosts`` of a play: an extra variable names one target for all of them.

    ansible-core reads extra variables before it begins, and the workers that it forks inherit what it read.
    """
    extra = load_extra_vars(loader)
    if not extra or hosts is None or len(hosts) < 2:
        return None
    targets = {*SHARED_TARGETS, *(target for role in roles for target in TARGETS[role])}
    of_members = {target.partition(".")[0] for target in targets if "." in target}
    named = extra_targets({name: parsed(plain(value), {"type": "dict"}) if name in of_members else value for name, value in extra.items()}, targets, len(hosts))
    return refusal(named, len(hosts)) if named else None
