# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The connectors that a host names, and what the roles publish of each."""

from __future__ import annotations

import functools
import typing as t

from ansible.errors import AnsibleError
from ansible.utils.display import Display

from ..module_utils._entra.connector.look import Host
from ..module_utils._errors import OptionError
from ._host_values import host_values
from ._look import chosen
from ._role_variables import argument_problem, empty_problem, number_problems
from ._task_context import job_cache
from ._variable_names import names_checked
from ._worker import plain

display = Display()
Json = dict[str, t.Any]


def names_of(args: t.Mapping[str, t.Any], variables: t.Mapping[str, t.Any], template: t.Callable[[t.Any], t.Any]) -> list[str]:
    """The connectors that a task names or, where it does not, those of the host's variable that C(connectors_variable) names.

    Raises OptionError for a variable that cannot be resolved: that is no host that chose nothing.
    """
    variable = str(args.get("connectors_variable") or "")
    if args.get("connectors") is not None or variable not in variables:
        return chosen(plain(args.get("connectors")))
    try:
        return chosen(plain(template(variables[variable])))
    except AnsibleError as error:
        advice = "Correct it, or leave it out for a host without any."
        raise OptionError(f"'{variable}' cannot be resolved: {error}", code="connectors", advice=advice) from error


def check_known(names: t.Iterable[str], known: t.Collection[str]) -> None:
    """Raises OptionError for names that no connector has."""
    wrong = [name for name in names if name not in known]
    if wrong:
        raise OptionError(f"No connector is called {', '.join(wrong)}.", advice=f"'connectors' lists of these: {', '.join(sorted(known))}.")


def host_of(variables: t.Mapping[str, t.Any], directory: str, *, check_mode: bool) -> Host:
    """What a look knows of its host. ``directory`` is that of the playbook."""
    folder = variables.get("inventory_dir") or variables.get("playbook_dir") or directory
    name = str(variables.get("inventory_hostname", ""))
    return Host(name, check_mode, f"{folder}/credentials", functools.partial(_of_all_hosts, name, variables))


def _of_all_hosts(host: str, variables: t.Mapping[str, t.Any], variable: str) -> dict[str, str]:
    return host_values(job_cache(host), variables, variable, whole_inventory=True)


def connections_of(
    names: t.Iterable[str], variables: dict[str, t.Any], template: t.Callable[[t.Any], t.Any], *, check: bool
) -> tuple[dict[str, Json], dict[str, Json]]:
    """What the roles publish, and by role the failure of one whose variables do not do. ``check``: no role has validated its arguments before.

    Raises AnsibleError for a variable that cannot be resolved, where it is not to ``check``.
    """
    connections: dict[str, Json] = {}
    problems: dict[str, Json] = {}
    for name in names:
        try:
            misspelt, warning = names_checked(name, variables, template)
            problem = misspelt or (argument_problem(name, variables, template) if check else "")
            problem = problem or empty_problem(name, variables, template) or number_problems(name, variables, template)
            if warning:
                display.warning(warning)
            if not problem:
                connections[name] = plain(template(variables[f"{name}_connection"]))
        except AnsibleError as error:
            if not check:
                raise
            problem = str(error)
        if problem:
            problems[name] = {"failed": True, "changed": False, "msg": problem}
    return connections, problems
