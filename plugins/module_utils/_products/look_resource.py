# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What a module is whose action does all its work: nothing. The variables of the hosts are known to the controller alone."""

from __future__ import annotations

import typing as t

from .._engine import Runtime
from .._errors import OptionError


def no_module(runtime: Runtime) -> t.NoReturn:
    """Raises OptionError."""
    raise OptionError(
        "This module works with the variables of the hosts, which only its action has; without it the module can do nothing.",
        code="not_in_worker",
        advice="Use it as a task of a play.",
    )
