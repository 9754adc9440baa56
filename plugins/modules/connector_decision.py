#!/usr/bin/python
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: connector_decision
short_description: Answers a question of a connector's role
version_added: 1.0.0
author:
  - The tenantkit.connectors contributors (@tenantkit)
description:
  - The roles of this collection hold order and data. What follows from what a run has seen and done (a status, what is still to do, a repair, a report) is
    worked out here, by functions without input or output.
  - Asks no service, reads no file and changes nothing. It takes no credential and is no member of the action group.
extends_documentation_fragment:
  - tenantkit.connectors.attributes.info
options:
  decision:
    description:
      - The question, as the name of a role and of the question.
    type: str
    required: true
  given:
    description:
      - What the answer depends on. The results of steps can be given as they were registered; a step that was skipped counts as one that did not run.
      - Hand over no secret. A text that may quote one needs O(never_shown).
    type: dict
    default: {}
  never_shown:
    description: Values that the answer, or the failure, must not show wherever O(given) has them. They are masked.
    type: list
    elements: str
seealso:
  - plugin: tenantkit.connectors.connection
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Report Workato
  tenantkit.connectors.connector_decision:
    decision: workato.report
    given:
      connection: "{{ workato_connection }}"
      entra: "{{ __workato_entra }}"
      seen: "{{ workato_seen }}"
  register: report
"""

RETURN = r"""
decision:
  description: The answer. What is in it depends on the question.
  returned: success
  type: dict
  sample: {status: connected}
actions:
  description: Always empty.
  returned: success
  type: list
  elements: str
  sample: []
"""

from ..module_utils._declaration import Declaration
from ..module_utils._module import run_module
from ..module_utils._products.resource import DecisionResource

DECLARATION = Declaration(
    options={
        "decision": {"type": "str", "required": True},
        "given": {"type": "dict", "default": {}},
        "never_shown": {"type": "list", "elements": "str", "no_log": True},
    },
    resource=DecisionResource,
    auth=False,
)


def main() -> None:
    """Run the module."""
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
