# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts of a rollout and its waves, for the keywords of a play."""

from __future__ import annotations

DOCUMENTATION = r"""
name: rollout
short_description: The hosts of a rollout, and its waves
version_added: 1.0.0
author: The tenantkit.connectors contributors (@tenantkit)
description:
  - Works out C(hosts) and C(serial) of a play that rolls out connectors. Only extra variables exist where a play begins, so what is said here counts as
    C(-e), in a file that C(-e) names, or in the extra variables of a job template, and not in an inventory.
  - An extra variable that names a tenant, or an object of one, is refused with more than one host, since it would count for all of them.
  - C(rollout_hosts) is the pattern of hosts, V(all) where it is not given. A run without a host fails unless C(rollout_allow_empty) is true.
  - The hosts of the group C(canary), or of the one that C(rollout_canary) names, go first and are a wave of their own.
  - C(rollout_waves) are the sizes of the other waves, numbers or shares of all hosts, by default C([1, "5%", "25%"]). The last one repeats.
options:
  pattern:
    description: The variable that holds the pattern of hosts.
    type: str
    default: rollout_hosts
  _terms:
    description: V(hosts) or V(waves); V(failed) for the hosts whose run was a failure, once all waves are over, and one other.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Waves of one's own
  hosts: "{{ lookup('tenantkit.connectors.rollout', 'hosts') }}"
  serial: "{{ lookup('tenantkit.connectors.rollout', 'waves') }}"
  gather_facts: false
  tasks: []
"""

RETURN = r"""
_raw:
  description: One list, of hosts or of waves.
  type: list
  elements: list
"""

import typing as t

from ansible import context
from ansible.errors import AnsibleError
from ansible.plugins.loader import lookup_loader
from ansible.plugins.lookup import LookupBase

from ..module_utils._errors import OptionError
from ..module_utils._fleet.waves import canaries_first, canaries_of, is_wanted, odd_names, pattern_of, waves_of
from ..module_utils._products.registry import TARGETS
from ..plugin_utils._extra_variables import extra_target_problem
from ..plugin_utils._rollout import failed_in_all

CANARY = "canary"
NO_HOST = ["all:!all"]


class LookupModule(LookupBase):
    """What Ansible looks for."""

    def run(self, terms: list[t.Any], variables: dict[str, t.Any] | None = None, **kwargs: t.Any) -> list[t.Any]:
        """The hosts, or the waves."""
        self.set_options(var_options=variables, direct=kwargs)
        known = variables or {}
        group = list((known.get("groups") or {}).get(known.get("rollout_canary") or CANARY) or ())
        if terms == ["failed"]:
            return [failed_in_all(known) or NO_HOST]
        variable = self.get_option("pattern")
        pattern = pattern_of(known.get(variable))
        if _chooses_tags():
            raise AnsibleError("This playbook has no tags, so that with --tags or --skip-tags it would do a part of what it has to, or nothing.")
        chosen = self._chosen(pattern, known)
        try:
            if terms == ["waves"]:
                return [waves_of(known.get("rollout_waves"), len(canaries_of(chosen, group)))]
            if terms != ["hosts"]:
                raise AnsibleError(f"The lookup 'rollout' knows hosts, waves and failed, not {terms!r}.")
            if not chosen and not _only_checks_syntax() and not is_wanted("rollout_allow_empty", known.get("rollout_allow_empty")):
                raise AnsibleError(
                    f"No host of the inventory matches '{pattern}' ({variable}), so no tenant would be reached. "
                    "Correct the pattern, or set rollout_allow_empty where that is meant."
                )
            if odd := odd_names(chosen):
                raise AnsibleError(
                    f"{', '.join(map(repr, odd))}: Ansible reads such a name of a host as a pattern of others. Rename it, with letters, digits and _ . - alone."
                )
            if problem := extra_target_problem(TARGETS, chosen, self._loader):
                raise problem
        except OptionError as error:
            raise AnsibleError(error.sentence()) from error
        return [canaries_first(chosen, group)]

    def _chosen(self, pattern: str, known: dict[str, t.Any]) -> list[str]:
        """The hosts of the pattern that the run may see."""
        seen = set(known.get("ansible_play_hosts_all") or ())
        names = lookup_loader.get("ansible.builtin.inventory_hostnames", loader=self._loader, templar=self._templar)
        return [str(host) for host in names.run([pattern], variables=known) if host in seen]


def _only_checks_syntax() -> bool:
    """Whether nothing is run: then there need be no inventory."""
    return bool((context.CLIARGS or {}).get("syntax"))


def _chooses_tags() -> bool:
    """Whether the run is for a part of the tasks."""
    return tuple((context.CLIARGS or {}).get("tags") or ("all",)) != ("all",) or bool((context.CLIARGS or {}).get("skip_tags"))
