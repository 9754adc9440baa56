# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where rollout_verdict runs: in the worker, which has the results of the roles among the variables of the host."""

from __future__ import annotations

import typing as t

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.utils.display import Display

from ..module_utils._errors import OptionError
from ..module_utils._fleet.outcome import failure_text, problems_of, worked_at_first
from ..module_utils._fleet.waves import is_wanted
from ..module_utils._products.closing import one_line
from ..module_utils._products.registry import LOOKS
from ..plugin_utils._look import chosen
from ..plugin_utils._role_variables import role_options, role_variables
from ..plugin_utils._rollout_action import RolloutAction
from ..plugin_utils._worker import plain

RENEW_BEFORE = "_renew_before_days"  # how the variables end that say so
display = Display()


class ActionModule(RolloutAction):
    """Says what came of a host, and fails where that is a failure."""

    def decide(self, host: str, variables: dict[str, t.Any], args: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """The problems; the task fails when there are any, unless a later play fails the host."""
        if not (args.get("turn") or {}).get("begins", True):
            return {"problems": []}
        looks = args.get("looks") or {}
        names = [name for name in (chosen(args.get("connectors")) or looks) if name in LOOKS]
        failures = args.get("failures") or ()
        problems = problems_of(
            names,
            {name: plain(variables[f"{name}_result"]) for name in names if isinstance(variables.get(f"{name}_result"), dict)},
            failures,
            [name for name, look in looks.items() if worked_at_first(look)],
            lambda name: self._renew_before(name, variables),
            fail_on_waiting=self._waiting_fails(args.get("fail_on_waiting")),
        )
        if not problems:
            return {"problems": []}
        text, fails = failure_text(problems), not boolean(args.get("defer") or False)
        if not fails and (unseen := problems[len(failures) :]):  # what failed was shown when it did
            display.display(f"[{host}] failed: {one_line(failure_text(unseen))}")
        return {
            **({"failed": True} if fails else {}),
            "msg": text,
            "failure": {"kind": "rollout", "code": problems[0].cause},
            "problems": [problem.to_result() for problem in problems],
        }

    @staticmethod
    def _waiting_fails(given: t.Any) -> bool:
        """What cannot be understood has failed the host already, in its turn."""
        try:
            return is_wanted("fail_on_waiting", given)
        except OptionError:
            return False

    def _renew_before(self, role: str, variables: dict[str, t.Any]) -> int | None:
        """Days before its end in which a role renews its credential; None for a role without one."""
        options = role_options(role)
        name = next((name for name in options if name.endswith(RENEW_BEFORE)), None)
        if name is None:
            return None
        given = role_variables(role, {name: variables[name]}, self._templar.template).get(name) if name in variables else None
        return int(options[name]["default"] if given is None else given)
