# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a preflight found in all hosts of a play."""

from __future__ import annotations

DOCUMENTATION = r"""
name: preflight_report
short_description: What a preflight found, over all hosts of the play
version_added: 1.0.0
author: The tenantkit.connectors contributors (@tenantkit)
description:
  - Collects C(preflight_result) of every host of the play, those that have failed included. A host without one is V(not_assessed).
  - Returns C(lines), a table for people, C(report), the same and more for programs, and C(text), the report as JSON.
options: {}
seealso:
  - module: tenantkit.connectors.connector_preflight
"""

EXAMPLES = r"""
- name: Show what was found
  ansible.builtin.debug:
    msg: "{{ lookup('tenantkit.connectors.preflight_report').lines }}"
  run_once: true
"""

RETURN = r"""
_raw:
  description: One dictionary with C(lines), C(report) and C(text).
  type: list
  elements: dict
"""

import typing as t

from ansible.plugins.lookup import LookupBase

from ..module_utils._products.preflight import fleet_report

FACT = "preflight_result"


class LookupModule(LookupBase):
    """What Ansible looks for."""

    def run(self, terms: list[t.Any], variables: t.Mapping[str, t.Any] | None = None, **kwargs: t.Any) -> list[t.Any]:
        """One dictionary."""
        known = variables or {}
        return [fleet_report({str(host): known["hostvars"][host].get(FACT) for host in known.get("ansible_play_hosts_all") or ()})]
