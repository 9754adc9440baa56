# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where rollout_wave runs: in the worker, since only the controller knows what became of the hosts."""

from __future__ import annotations

import os
import typing as t
import uuid

from ansible.utils.display import Display
from ansible.utils.vars import load_extra_vars

from ..module_utils._errors import OptionError
from ..module_utils._fleet.breaker import Limits, Lost, Stop, stop_of
from ..module_utils._fleet.resume import key_of, left_at_begin, left_at_end, text_of
from ..module_utils._http.origin import job_of
from ..plugin_utils._rollout import batch_of, everyone, failed_before, failed_in_waves, lost, never_begun, run_of_waves, write_list
from ..plugin_utils._rollout_action import RolloutAction

OF_THE_PLAY = ("rollout_hosts", "rollout_canary", "rollout_waves", "rollout_allow_empty")
RESUME_PATH = "rollout_resume_path"
display = Display()


class ActionModule(RolloutAction):
    """Says which hosts are left, and whether the rollout stops here."""

    def decide(self, host: str, variables: dict[str, t.Any], args: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """What is left, as a figure of the job and in a file when one is named. Raises OptionError."""
        if ignored := [name for name in OF_THE_PLAY if name in variables and name not in load_extra_vars(self._loader)]:
            display.warning(f"{', '.join(ignored)}: this counts as an extra variable alone (-e, or of a job template), since a play begins without a host.")
        left, failures, stop = self._left(str(args.get("moment")), variables, args)
        if args.get("resume_path") and not self._task.check_mode:
            write_list(RESUME_PATH, str(args["resume_path"]), text_of(left))
        if stop:
            display.display(f"The rollout stops: {stop.sentence}. {len(left)} of {len(everyone(variables))} tenants are left.")
        return {
            "left": left,
            "run": self._run_of_waves(variables),
            "failed_hosts": [failure.to_result() for failure in failures],
            "stops": stop is not None,
            "stopped": stop.to_result() if stop else {},
            "ansible_stats": {"data": {key_of(job_of(variables, os.environ)): left}, "per_host": False, "aggregate": False},
        }

    @staticmethod
    def _run_of_waves(variables: dict[str, t.Any]) -> str:
        first = everyone(variables)[:1]
        return uuid.uuid4().hex if first == batch_of(variables)[:1] else run_of_waves(variables)

    def _left(self, moment: str, variables: dict[str, t.Any], args: t.Mapping[str, t.Any]) -> tuple[list[str], list[Lost], Stop | None]:
        """The hosts that are left, those that have failed, and why no more are begun. Raises OptionError."""
        hosts, batch = everyone(variables), batch_of(variables)
        limits = Limits.of(args.get("stop_after"), args.get("stop_after_any"), len(hosts))
        failures = {"begin": failed_before, "end": failed_in_waves}.get(moment, lost)(variables)
        names = {tenant.host for tenant in failures}
        if moment == "begin":
            return left_at_begin(hosts, names, batch), failures, None
        if moment == "end":
            return left_at_end(hosts, names, batch), failures, stop_of(failures, limits)
        if moment == "over":
            waiting = set(never_begun(variables, names)) if names else set()
            return [host for host in hosts if host in names or host in waiting], failures, stop_of(failures, limits)
        raise OptionError(f"'moment' is {moment!r}.", code="moment", advice="It is begin, end or over.")
