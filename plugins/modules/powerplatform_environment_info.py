#!/usr/bin/python
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: powerplatform_environment_info
short_description: List the environments of Power Platform that an identity can see
version_added: 1.0.0
description:
  - Asks the Power Platform API for its environments with the credential of the task. This is how an application proves that its sign-in and its role work.
  - An empty list is no such proof. The API answers it to every identity that has a token and no role. RV(visibility) tells the difference.
author:
  - The tenantkit.connectors contributors (@tenantkit)
extends_documentation_fragment:
  - tenantkit.connectors.auth
  - tenantkit.connectors.attributes.info
  - tenantkit.connectors.attributes.actiongroup
options:
  environment_ids:
    description:
      - Return these environments only, and name the ones that are not visible in RV(missing).
      - Without it, all that are visible are returned.
    type: list
    elements: str
    default: []
  wait_for_visible:
    description:
      - Ask again until the O(environment_ids) are visible, or any environment without them. A new role takes effect only after a while.
    type: bool
    default: false
  wait_timeout:
    description: Seconds to wait for that, at most what is left of O(timeout).
    type: int
    default: 60
  powerplatform_url:
    description:
      - Root of the Power Platform API in place of the one that O(cloud) names. Only C(https) is accepted.
      - Without it, E(POWERPLATFORM_URL) is used.
    type: str
  audience:
    description: What the token is asked for, in place of the API's official address in the O(cloud).
    type: str
notes:
  - With O(auth_method=access_token), the token has to be for the Power Platform API.
seealso:
  - module: tenantkit.connectors.powerplatform_role_assignment
  - name: List environments
    description: The vendor's documentation.
    link: https://learn.microsoft.com/rest/api/power-platform/environmentmanagement/environments/list-environments-for-user
"""

EXAMPLES = r"""
- name: Prove the new credential
  tenantkit.connectors.powerplatform_environment_info:
    tenant_id: 5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10
    auth_method: client_secret
    auth_client_id: "{{ issued.secret.app_id }}"
    auth_client_secret: "{{ issued.secret.secret_text }}"
    environment_ids: [3fa2b1c0-5d4e-4f6a-8b7c-9d0e1f2a3b4c]
    wait_for_visible: true
  register: proof

- name: Nothing visible is not a proof
  ansible.builtin.assert:
    that: proof.visibility == 'visible'
"""

RETURN = r"""
environments:
  description: The environments, whatever shape the API answered in. What it does not say is V(null).
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Id of the environment.
      type: str
      sample: 3fa2b1c0-5d4e-4f6a-8b7c-9d0e1f2a3b4c
    display_name:
      description: Its name.
      type: str
      sample: Contoso Production
    type:
      description: Its type.
      type: str
      sample: Production
    state:
      description: Its state.
      type: str
      sample: Enabled
    geo:
      description: Where it is.
      type: str
      sample: europe
    azure_region:
      description: The region of Azure.
      type: str
      sample: westeurope
    url:
      description: Address of its Dataverse.
      type: str
      sample: https://contoso.crm4.dynamics.com
    domain_name:
      description: Its domain name.
      type: str
      sample: contoso
    dataverse_id:
      description: Id of its Dataverse organization.
      type: str
      sample: 7d2e9c41-0b5a-4f38-8c6d-1e2f3a4b5c6d
    version:
      description: Version of its Dataverse.
      type: str
      sample: 9.2.25104.170
    tenant_id:
      description: The tenant it belongs to.
      type: str
      sample: 5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10
    environment_group_id:
      description: The environment group it belongs to.
      type: str
      sample: null
    security_group_id:
      description: The group that its users have to be in.
      type: str
      sample: null
    protection_level:
      description: V(Standard), or V(Protected) for a managed environment.
      type: str
      sample: Standard
    admin_mode:
      description: Whether it is in administration mode.
      type: str
      sample: Disabled
    created_date_time:
      description: When it was made.
      type: str
      sample: "2025-01-15T08:00:00Z"
visible:
  description: How many environments the identity can see in all.
  returned: success
  type: int
  sample: 1
missing:
  description: The O(environment_ids) that are not visible.
  returned: success
  type: list
  elements: str
  sample: []
visibility:
  description:
    - V(visible) when everything that was asked for is visible, or without O(environment_ids) at least one.
    - V(incomplete) when something of it is missing, V(nothing_visible) when the list is empty.
  returned: success
  type: str
  sample: visible
identity:
  description: Who asked.
  returned: success
  type: dict
  contains:
    app_id:
      description: Client id of the application.
      type: str
      sample: 7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11
    object_id:
      description: Object id of the service principal, or of the person.
      type: str
      sample: 4f7a2c10-9b8d-4e65-a3f1-6c5d4e3b2a19
    app_only:
      description: Whether the application asked for itself, not for a person.
      type: bool
      sample: true
    tenant_id:
      description: The tenant that was reached.
      type: str
      sample: 5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10
failure:
  description: The failure for a program.
  returned: failure
  type: dict
  sample: {kind: forbidden, code: Forbidden, http_status: 403}
"""

from ..module_utils._declaration import Declaration
from ..module_utils._module import run_module
from ..module_utils._products.power_platform.client import POWERPLATFORM_OPTIONS
from ..module_utils._products.power_platform.environments import EnvironmentInfoResource

DECLARATION = Declaration(
    options={
        **POWERPLATFORM_OPTIONS,
        "environment_ids": {"type": "list", "elements": "str", "default": []},
        "wait_for_visible": {"type": "bool", "default": False},
        "wait_timeout": {"type": "int", "default": 60},
    },
    resource=EnvironmentInfoResource,
)


def main() -> None:
    """Run the module."""
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
