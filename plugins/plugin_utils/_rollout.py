# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What a rollout knows of its hosts from the variables that Ansible holds: who has failed so far, and why; and who was never begun."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible.errors import AnsibleError

from ..module_utils._errors import OptionError
from ..module_utils._fleet.breaker import UNKNOWN, UNREACHABLE, Lost
from ..module_utils._report.files import replace_text
from ._worker import plain

Variables = t.Mapping[str, t.Any]

# What the tasks of the rollout's playbooks register.
VERDICT, TURN, WAVE = "rollout_verdict", "rollout_turn", "rollout_wave"
AUTH = "entra_auth"


def everyone(variables: Variables) -> list[str]:
    """All hosts of the play, those of other waves and those that have failed among them."""
    return [str(host) for host in variables.get("ansible_play_hosts_all") or ()]


def batch_of(variables: Variables) -> list[str]:
    """The hosts of this wave, without those that Ansible has given up."""
    return [str(host) for host in variables.get("ansible_play_batch") or ()]


def lost(variables: Variables) -> list[Lost]:
    """The hosts that Ansible has given up, in this play or before it. Only their variables are looked at, and those of one other host."""
    there = {str(host) for host in variables.get("ansible_play_hosts") or ()}
    return _found(variables, [host for host in everyone(variables) if host not in there], given_up=True)


def failed_in_waves(variables: Variables) -> list[Lost]:
    """The hosts whose run was a failure so far, in the order of the play.

    A wave leaves what it knows in the variables of its hosts. So those of this wave and one of the wave before are looked at: to put the variables of a
    host together takes as long as a small task.
    """
    known = {tenant.host: tenant for tenant in (*failed_before(variables), *_found(variables, batch_of(variables), given_up=False))}
    return [known[host] for host in everyone(variables) if host in known]


def failed_before(variables: Variables) -> list[Lost]:
    """The same before a wave: nothing is known of its own hosts yet."""
    hosts = everyone(variables)
    first = min((hosts.index(host) for host in batch_of(variables)), default=0)
    return [*_noted(variables, reversed(hosts[:first])), *lost(variables)]


def failed_in_all(variables: Variables) -> list[str]:
    """The hosts whose run was a failure, once all waves are over, and one other: Ansible ends a run after a play of which all hosts have failed.

    Nothing where no play has run, or none has failed.
    """
    hosts = everyone(variables)
    failed = [tenant.host for tenant in _noted(variables, reversed(hosts))] if "hostvars" in variables else []
    return [*failed, *[host for host in hosts if host not in failed][:1]] if failed else []


def never_begun(variables: Variables, known: t.Collection[str]) -> list[str]:
    """The hosts besides the ``known`` whose turn was refused because the rollout had stopped."""
    hostvars = variables["hostvars"]
    return [host for host in everyone(variables) if host not in known and (hostvars[host].get(TURN) or {}).get("stopped")]


def _noted(variables: Variables, hosts: t.Iterable[str]) -> list[Lost]:
    """What the last wave noted that left something with one of the ``hosts``."""
    found = _wave(variables, hosts, run_of_waves(variables))
    return [Lost.from_result(one) for one in found["failed_hosts"]]


def run_of_waves(variables: Variables) -> str:
    """The mark that the first wave of this rollout made: what an earlier one of the same run noted has another. Empty where that is not known."""
    found = variables["hostvars"][everyone(variables)[0]].get(WAVE)
    return str(found.get("run") or "") if isinstance(found, Mapping) else ""


def _wave(variables: Variables, hosts: t.Iterable[str], run: str) -> Mapping[str, t.Any]:
    """What was noted with the first of the ``hosts`` that has something of this ``run``."""
    for host in hosts:
        found = variables["hostvars"][host].get(WAVE)
        if isinstance(found, Mapping) and "failed_hosts" in found and (not run or found.get("run") == run):
            return found
    return {"failed_hosts": []}


def _found(variables: Variables, hosts: t.Iterable[str], *, given_up: bool) -> list[Lost]:
    everybody, hostvars = everyone(variables), variables["hostvars"]
    found = []
    for host in hosts:
        verdict = hostvars[host].get(VERDICT)
        problems = verdict.get("problems") if isinstance(verdict, Mapping) else None
        if problems:
            signing_in = any(problem.get("signing_in") for problem in problems)
            shared = signing_in and _same_credential(hostvars[host], _other(host, everybody), hostvars)
            found.append(Lost(host, tuple(str(problem["cause"]) for problem in problems), shared))
        elif given_up and TURN in hostvars[host]:  # a host that failed before this play is none of its own
            lost_there = hostvars[host][TURN].get("unreachable")
            found.append(Lost(host, (UNREACHABLE if lost_there else UNKNOWN,)))
        elif given_up:
            found.append(Lost(host, ()))
    return found


def _same_credential(variables: Variables, other: str | None, hostvars: Mapping[str, Variables]) -> bool:
    """Whether another host signs in with the same credential: where each customer has one of its own, a wrong one says nothing of the others."""
    try:
        return other is None or plain(variables.get(AUTH)) == plain(hostvars[other].get(AUTH))
    except AnsibleError:  # that host's own matter
        return False


def _other(host: str, hosts: t.Sequence[str]) -> str | None:
    """The next host of the play, the first after the last one."""
    place = hosts.index(host)
    return hosts[(place + 1) % len(hosts)] if len(hosts) > 1 else None


def write_list(variable: str, path: str, text: str) -> None:
    """Replace a file of names of tenants, for its owner alone. ``variable`` is where the operator named it. Raises OptionError."""
    try:
        replace_text(path, text, 0o600)
    except OSError as error:
        raise OptionError(
            f"'{variable}' is {path}, which cannot be written: {error.strerror or error}.", code=variable, advice="Name a file in a folder that is there."
        ) from error
