#!/usr/bin/python
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: powerplatform_management_app
short_description: Register a management application of Power Platform
version_added: 1.0.0
description:
  - Registers an application as management application, through the older administration API of Power Platform (BAP). Such an application administers all of
    Power Platform in the tenant. A role with M(tenantkit.connectors.powerplatform_role_assignment) is the better way where it is enough.
  - A service principal can neither register nor remove one, itself included. That is known before it is tried, in check mode as well
    (C(failure.code) V(registers_itself) or V(app_only)). A person who administers Power Platform has to do it, with O(auth_method=azure_cli) for instance.
author:
  - The tenantkit.connectors contributors (@tenantkit)
extends_documentation_fragment:
  - tenantkit.connectors.auth
  - tenantkit.connectors.attributes
  - tenantkit.connectors.attributes.actiongroup
options:
  app_id:
    description:
      - Application (client) id of the application. The object id of its service principal, which role assignments take, will not do.
    type: str
    required: true
  state:
    description: Whether it is registered.
    type: str
    choices: [present, absent]
    default: present
  on_forbidden:
    description:
      - What to do when the identity may not do it.
      - V(fail) fails. V(hand_off) succeeds without a change and returns the exact request for an administrator who may send it, RV(management_app.hand_off).
    type: str
    choices: [fail, hand_off]
    default: fail
  bap_url:
    description:
      - Root of the administration API in place of the one that O(cloud) names. Only C(https) is accepted.
      - Without it, E(BAP_URL) is used.
    type: str
  audience:
    description: What the token is asked for, in place of V(https://service.powerapps.com/) or its counterpart in the O(cloud).
    type: str
notes:
  - With O(auth_method=access_token), the token has to be for that audience, and O(tenant_id) has to be an id.
seealso:
  - module: tenantkit.connectors.powerplatform_role_assignment
  - name: Create a service principal application
    description: The vendor's documentation.
    link: https://learn.microsoft.com/power-platform/admin/powerplatform-api-create-service-principal
"""

EXAMPLES = r"""
- name: Register it as the person who is signed in with az login
  tenantkit.connectors.powerplatform_management_app:
    tenant_id: contoso.onmicrosoft.com
    auth_method: azure_cli
    app_id: 7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11

- name: Check whether it is registered, and show the request for an administrator if not
  tenantkit.connectors.powerplatform_management_app:
    tenant_id: contoso.onmicrosoft.com
    app_id: 7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11
    on_forbidden: hand_off
  register: management

- name: Take it back
  tenantkit.connectors.powerplatform_management_app:
    tenant_id: contoso.onmicrosoft.com
    auth_method: azure_cli
    app_id: 7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11
    state: absent
"""

RETURN = r"""
management_app:
  description: The management application.
  returned: success
  type: dict
  contains:
    app_id:
      description: As given.
      type: str
      sample: 7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11
    registered:
      description: Whether it is registered after the run. In check mode, whether it would be.
      type: bool
      sample: true
    would_create:
      description: Whether check mode says that it would be registered.
      type: bool
      sample: false
    hand_off:
      description: What an administrator still has to do. V(null) when nothing.
      type: dict
      contains:
        reason:
          description: Why it was not done here.
          type: str
          sample: "Could not register ... answered 403 Forbidden ..."
        needs:
          description: Who may do it.
          type: str
          sample: a person who is Power Platform Administrator in Entra ID
        requests:
          description: The requests to send.
          type: list
          elements: dict
          sample:
            - method: PUT
              url: https://api.bap.microsoft.com/providers/Microsoft.BusinessAppPlatform/adminApplications/7a9c5a0e-...?api-version=2020-10-01
              body: null
actions:
  description: One sentence for every change.
  returned: success
  type: list
  elements: str
  sample: [register 7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11 as management application]
failure:
  description: The failure for a program. When something is forbidden, C(details.hand_off) is what RV(management_app.hand_off) would be.
  returned: failure
  type: dict
  sample: {kind: forbidden, code: registers_itself, outcome: refused}
"""

from ..module_utils._declaration import Declaration
from ..module_utils._module import run_module
from ..module_utils._products.power_platform.client import BAP_OPTIONS
from ..module_utils._products.power_platform.management_app import ManagementAppResource

DECLARATION = Declaration(
    options={
        **BAP_OPTIONS,
        "app_id": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "on_forbidden": {"type": "str", "choices": ["fail", "hand_off"], "default": "fail"},
    },
    resource=ManagementAppResource,
)


def main() -> None:
    """Run the module."""
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
