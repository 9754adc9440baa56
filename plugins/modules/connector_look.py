#!/usr/bin/python
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: connector_look
short_description: Look at connectors of a tenant
version_added: 1.0.0
description:
  - Looks at one connector of this collection, or at several, and says of each whether anything is left to do. Changes nothing.
  - What a connector is to be is read from C(<role>_connection), which its role publishes. What a look asks are the modules of this collection that read,
    in check mode. They take the defaults that the play and the role have for them, among them the tenant and the credential.
  - Where nothing is left to do the result is the one that the role leaves in C(<role>_result). Where something is, the role has to run.
author:
  - The tenantkit.connectors contributors (@tenantkit)
extends_documentation_fragment:
  - tenantkit.connectors.attributes.info
options:
  connectors:
    description:
      - The names of the roles, in a list or in a text with commas between them. Without it they are those of the variable that O(connectors_variable) names.
      - With O(together=true) there may be none. Then nothing is looked at, and a line says so.
    type: list
    elements: str
  together:
    description:
      - Whether a connector that cannot be looked at is left to its role, which then says what is wrong, so that it does not keep others from being looked at.
        It counts as open, as does one whose variables its role would not accept. Otherwise it fails the task.
    type: bool
    default: false
  before_writing:
    description:
      - Asks instead what a role asks once it has something to do, before it writes anything, such as whether its product takes its key.
        RV(looks) then has the answer.
    type: dict
    suboptions:
      look:
        description: The answer of the look at Entra, RV(tenantkit.connectors.entra_connection_info#module:connection).
        type: dict
        required: true
      makes_credential:
        description: Whether a credential is to be made.
        type: bool
        default: false
  connectors_variable:
    description:
      - Name of the variable that lists the connectors of a host, where hosts of the play do not all have the same. Hosts without a connector do not count
        where hosts are compared.
    type: str
seealso:
  - module: tenantkit.connectors.entra_connection_info
  - plugin: tenantkit.connectors.connection
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Look at Workspace 365
  tenantkit.connectors.connector_look:
    connectors: [workspace365]
  module_defaults:
    group/tenantkit.connectors.session: "{{ lookup('tenantkit.connectors.session') }}"
  register: found

- name: Connect it where that is needed
  ansible.builtin.include_role:
    name: tenantkit.connectors.workspace365
  when: found.looks.workspace365.open
"""

RETURN = r"""
looks:
  description: What was found, by the names of the roles. A look that is open holds answers that the role goes on with, besides the keys below.
  returned: success
  type: dict
  contains:
    open:
      description: Whether anything is left to do.
      type: bool
      returned: always
    reports:
      description: The result of the role, where nothing is left to do, else nothing.
      type: list
      elements: dict
      returned: always
    tasks:
      description: The file of the role C(entra_connector) that goes on from the look, for C(tasks_from).
      type: str
      returned: for roles that are built on it
    failed:
      description: Why this connector could not be looked at, with O(together=true).
      type: str
      returned: when it could not
open:
  description: The roles that have something to do, in the order of O(connectors).
  returned: success
  type: list
  elements: str
confirmed:
  description: The results of the others.
  returned: success, with O(together=true)
  type: list
  elements: dict
nothing_chosen:
  description: Whether no connector was named, so that nothing was looked at.
  returned: success, with O(together=true)
  type: bool
"""

from ..module_utils._declaration import Declaration
from ..module_utils._module import run_module
from ..module_utils._products.look_resource import no_module

DECLARATION = Declaration(
    options={
        "connectors": {"type": "list", "elements": "str"},
        "together": {"type": "bool", "default": False},
        "before_writing": {
            "type": "dict",
            "options": {"look": {"type": "dict", "required": True}, "makes_credential": {"type": "bool", "default": False}},
        },
        "connectors_variable": {"type": "str"},
    },
    resource=no_module,
    auth=False,
)


def main() -> None:
    """Entry point of the module process."""
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
