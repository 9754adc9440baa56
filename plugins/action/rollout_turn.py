# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where rollout_turn runs: in the worker, since only the controller knows what became of the other hosts."""

from __future__ import annotations

import datetime as dt
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.utils.display import Display

from ..module_utils._clock import machine_time
from ..module_utils._fleet.breaker import Limits, stop_of
from ..module_utils._fleet.hold import hold_of
from ..module_utils._fleet.waves import is_wanted
from ..plugin_utils._rollout import everyone, lost
from ..plugin_utils._rollout_action import RolloutAction

display = Display()


class ActionModule(RolloutAction):
    """Says whether a host is begun."""

    def decide(self, host: str, variables: dict[str, t.Any], args: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """Whether it is this host's turn. Raises OptionError."""
        hold = hold_of(args.get("hold"), dt.datetime.fromtimestamp(machine_time(), dt.UTC).date())
        is_wanted("fail_on_waiting", args.get("fail_on_waiting"))  # the verdict asks for it when the roles are through
        limits = Limits.of(args.get("stop_after"), args.get("stop_after_any"), len(everyone(variables)))
        stop = stop_of(lost(variables), limits) if boolean(args.get("gate") or False) and not hold else None
        if hold:
            display.display(f"[{host}] held until {hold.until.isoformat()}, not touched: {hold.reason}")
        if stop:
            display.display(f"[{host}] not begun: {stop.sentence}")
        return {"begins": not (hold or stop), "held": hold.to_result() if hold else {}, "stopped": stop.to_result() if stop else {}}
