#!/usr/bin/python
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: connector_preflight
short_description: Find out what a rollout of connectors would meet in a tenant
version_added: 1.0.0
description:
  - Says of each connector of a tenant whether a rollout would end well, without writing anything, in check mode and without it.
  - It asks what the roles ask before they write. Those are the look at the connector, each step that is open as a prediction of its own module, whether the
    sinks can be written, and whether the product takes its key. Nothing is decided by rules of its own.
  - What a connector is to be is read from C(<role>_connection), which its role publishes, as M(tenantkit.connectors.connector_look) does.
  - A connector that cannot be looked at is a verdict and no failure. Only a name that no connector has fails the task.
author:
  - The tenantkit.connectors contributors (@tenantkit)
extends_documentation_fragment:
  - tenantkit.connectors.attributes.info
options:
  connectors:
    description:
      - The names of the roles, in a list or in a text with commas between them. There may be none.
      - Without it they are those of the variable that O(connectors_variable) names.
    type: list
    elements: str
  connectors_variable:
    description:
      - Name of the variable that lists the connectors of a host. A host that does not have it chose none; a value that cannot be resolved fails the host.
    type: str
  held:
    description:
      - What M(tenantkit.connectors.rollout_turn) said under C(held). Nothing is asked of a host that is held back; it is only listed.
    type: dict
    default: {}
seealso:
  - module: tenantkit.connectors.connector_look
  - module: tenantkit.connectors.entra_identity_info
  - plugin: tenantkit.connectors.preflight_report
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Would Workspace 365 go through?
  tenantkit.connectors.connector_preflight:
    connectors: [workspace365]
  module_defaults:
    group/tenantkit.connectors.session: "{{ lookup('tenantkit.connectors.session') }}"
  register: found

- name: Say so
  ansible.builtin.debug:
    var: found.preflight.verdict
"""

RETURN = r"""
preflight:
  description: What was found, as docs/results/preflight.schema.json describes it.
  returned: success
  type: dict
  contains:
    verdict:
      description: The worst of the verdicts of the connectors, or V(nothing_chosen).
      type: str
      sample: go
    message:
      description: What would end a rollout, in a sentence.
      type: str
    tenant:
      description: Id and name of the tenant, as far as it was reached.
      type: dict
    identity:
      description: Who signs in, the application permissions of Microsoft Graph in its token, and which of them none of the connectors needs.
      type: dict
    connectors:
      description: One row for each connector.
      type: list
      elements: dict
      contains:
        connector:
          description: The name of the role.
          type: str
        verdict:
          description:
            - V(go) where nothing was found that would make a rollout fail or end as blocked.
            - V(no_go) where something was.
            - V(not_assessed) where something that decides it could not be read.
          type: str
        writes:
          description: Whether a rollout would write. Null where that is not known.
          type: bool
        reasons:
          description: Why, each with C(code), C(weight) and C(sentence). The weight is V(no_go), V(not_assessed), V(to_do) for a person, or V(note).
          type: list
          elements: dict
        needs:
          description: The least permissions of Microsoft Graph that the connector needs.
          type: list
          elements: str
        sinks:
          description: The sinks that would take a credential, with whether each can be read, and whether writing was V(tested), V(refused) or V(not_tested).
          type: list
          elements: dict
"""

from ..module_utils._declaration import Declaration
from ..module_utils._module import run_module
from ..module_utils._products.look_resource import no_module

DECLARATION = Declaration(
    options={"connectors": {"type": "list", "elements": "str"}, "connectors_variable": {"type": "str"}, "held": {"type": "dict", "default": {}}},
    resource=no_module,
    auth=False,
)


def main() -> None:
    """Entry point of the module process."""
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
