#!/usr/bin/python
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rollout_verdict
short_description: Says what came of a tenant's connectors
version_added: 1.0.0
description:
  - Ends what a rollout does with a host. Reads the results that the roles left, and fails the host where a connector failed, where one that is in use is
    blocked or was connected when the run began and is not any more, and where a credential in use ends within half of its time of renewal while a person is
    waited for.
  - Asks no service and changes nothing.
author:
  - The tenantkit.connectors contributors (@tenantkit)
extends_documentation_fragment:
  - tenantkit.connectors.attributes.info
options:
  connectors:
    description:
      - The names of the roles, in a list or in a text with commas between them. Without it they are those that O(looks) tells of.
    type: list
    elements: str
  failures:
    description:
      - What failed before, as the filter P(tenantkit.connectors.connector_failure#filter) says it.
    type: list
    elements: dict
    default: []
  looks:
    description:
      - The key C(looks) of what M(tenantkit.connectors.connector_look) found when the run began.
    type: dict
    default: {}
  turn:
    description:
      - What M(tenantkit.connectors.rollout_turn) said. A host that was not begun has nothing that could be a failure.
    type: dict
    default: {}
  defer:
    description:
      - Whether the task only says what is wrong, and a later play fails the host. Ansible ends a run at a wave of which all hosts have failed, and begins
        no later one, whatever the causes.
    type: bool
    default: false
  fail_on_waiting:
    description:
      - Whether every connection fails the host that waits for a person, and not only one that is in use.
    type: raw
    default: false
seealso:
  - module: tenantkit.connectors.connector_look
  - plugin: tenantkit.connectors.connector_failure
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Say what came of this tenant
  tenantkit.connectors.rollout_verdict:
    connectors: "{{ connectors }}"
    looks: "{{ rollout_look.looks }}"
    failures: "{{ rollout_failures | default([]) }}"
  register: rollout_verdict
"""

RETURN = r"""
problems:
  description: Why the run of the host is a failure; empty where it is none.
  returned: always
  type: list
  elements: dict
  contains:
    connector:
      description: The name of the role; empty for the tenant as a whole.
      type: str
      returned: always
    cause:
      description: A code without names, so that those of several hosts can be compared.
      type: str
      returned: always
    sentence:
      description: The reason in words.
      type: str
      returned: always
    signing_in:
      description: Whether the automation's own sign-in was refused.
      type: bool
      returned: always
"""

from ..module_utils._declaration import Declaration
from ..module_utils._module import run_module
from ..module_utils._products.look_resource import no_module

DECLARATION = Declaration(
    options={
        "connectors": {"type": "list", "elements": "str"},
        "failures": {"type": "list", "elements": "dict", "default": []},
        "looks": {"type": "dict", "default": {}},
        "turn": {"type": "dict", "default": {}},
        "defer": {"type": "bool", "default": False},
        "fail_on_waiting": {"type": "raw", "default": False},
    },
    resource=no_module,
    auth=False,
)


def main() -> None:
    """Entry point of the module process."""
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
