# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the hosts of a play say in one variable."""

from __future__ import annotations

DOCUMENTATION = r"""
name: host_values
short_description: The values of a variable over the hosts of the play
version_added: 1.0.0
author: The tenantkit.connectors contributors (@tenantkit)
description:
  - Looks at one variable of every host of the play, those that have failed included, and returns its values, each once. Hosts that do not have it, or whose
    value cannot be made out, are left out.
  - Variables of the play and defaults of roles are no variables of a host and do not show.
  - The variables of all hosts are looked at once a run, by whichever host comes first. What is found is kept in a file until the run ends, so do not ask for a
    secret.
options:
  _terms:
    description:
      - Name of one variable.
    type: list
    elements: str
    required: true
  by_host:
    description:
      - Whether the answer says which host has which value.
    type: bool
    default: false
  whole_inventory:
    description:
      - Whether the hosts of the inventory that are not in this play are looked at as well.
    type: bool
    default: false
seealso:
  - plugin: tenantkit.connectors.connection
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Which instances of Workspace 365 are there?
  ansible.builtin.debug:
    msg: "{{ lookup('tenantkit.connectors.host_values', 'workspace365_instance_url') }}"
"""

RETURN = r"""
_raw:
  description:
    - One list with the values as texts, in the order of the hosts; with O(by_host) one dictionary, with the values by the names of the hosts.
  type: list
  elements: raw
"""

import typing as t

from ansible.errors import AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.lookup import LookupBase

from ..plugin_utils._host_values import host_values
from ..plugin_utils._task_context import job_cache


class LookupModule(LookupBase):
    """What Ansible looks for."""

    def run(self, terms: list[t.Any], variables: t.Mapping[str, t.Any] | None = None, **kwargs: t.Any) -> list[t.Any]:
        """One list, or one dictionary."""
        if len(terms) != 1:
            raise AnsibleError("host_values takes the name of one variable.")
        known = variables or {}
        cache = job_cache(str(known.get("inventory_hostname", "")))
        found = host_values(cache, known, str(terms[0]), whole_inventory=boolean(kwargs.get("whole_inventory", False)))
        return [found if boolean(kwargs.get("by_host", False)) else list(dict.fromkeys(found.values()))]
