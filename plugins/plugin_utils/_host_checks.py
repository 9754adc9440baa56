# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What a module cannot check because only the controller knows the variables of the other hosts of a play."""

from __future__ import annotations

import os
import typing as t

from ansible.playbook.task import Task

from ..module_utils._errors import ConnectorError
from ..module_utils._job.claims import collision
from ._duplicate_targets import duplicate_targets
from ._shared_tokens import hosts_sharing_a_token, refusal
from ._task_context import job_cache

Arguments = t.Mapping[str, t.Any]


def check_hosts(module: str, args: Arguments, variables: t.Mapping[str, t.Any], task: Task) -> ConnectorError | None:
    """Why this module must not run on this host, as far as that follows from the variables of other hosts."""
    check = _CHECKS.get(module)
    return check(args, variables, task) if check else None


def _same_place(args: Arguments, variables: t.Mapping[str, t.Any], task: Task) -> ConnectorError | None:
    """Hosts that mean the same place."""
    places = args.get("unique_variables")
    if not isinstance(places, (list, tuple)) or not all(isinstance(place, (list, tuple)) for place in places):
        return None
    host = str(variables.get("inventory_hostname", ""))
    others = duplicate_targets(job_cache(host), variables, host, places)
    if not others:
        return None
    connector, tenant = str(args.get("connector", "")), str(args.get("tenant_id", ""))
    compared = ", or ".join(" with ".join(str(name) for name in place) for place in places)
    return collision({"label": f"the same place for {connector} (by {compared})", "hosts": sorted([host, *others])}, tenant, before=True)


def _same_token(args: Arguments, variables: t.Mapping[str, t.Any], task: Task) -> ConnectorError | None:
    """Hosts that share a token, unless they say which workspace it opens."""
    name = args.get("token_variable")
    if not name or args.get("expected_workspace"):
        return None
    host = str(variables.get("inventory_hostname", ""))
    fallback = os.environ.get("WORKATO_API_TOKEN", "").strip()
    own = str(args.get("api_token") or fallback).strip()
    constant = _constant_of_the_play(task, str(name))
    listed = args.get("connectors_variable") or None
    others = hosts_sharing_a_token(job_cache(host), variables, host, str(name), own, fallback, of_the_play=constant, connectors=listed, connector="workato")
    return refusal(host, others, str(name), str(variables.get("entra_tenant_id", "")) or None) if others else None


def _constant_of_the_play(task: Task, name: str) -> str | None:
    """What the play says a variable is, where that is the same for every host; the variables of other hosts do not show it."""
    play = getattr(task, "play", None)
    text = play.get_vars().get(name) if play is not None else None
    return str(text) if isinstance(text, str) and text and "{{" not in text else None


_CHECKS: t.Mapping[str, t.Callable[[Arguments, t.Mapping[str, t.Any], Task], ConnectorError | None]] = {
    "entra_connection_info": _same_place,
    "workato_connection": _same_token,
}
