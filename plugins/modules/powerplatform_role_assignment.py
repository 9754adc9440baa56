#!/usr/bin/python
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: powerplatform_role_assignment
short_description: Manage role assignments of Power Platform
version_added: 1.0.0
description:
  - Gives a role of Power Platform's own role-based access control to a service principal, user or group, at the tenant, an environment group or
    an environment. This is what an application needs in order to use the Power Platform API on its own.
  - The API is a preview. It takes a while until it has heard of new environments, groups and principals. That is waited for within O(timeout). What nothing
    else says exists, such as a mistyped id, is given up after a short while.
  - A grant that a stronger role or a wider scope gives already is made, with a warning.
author:
  - The tenantkit.connectors contributors (@tenantkit)
extends_documentation_fragment:
  - tenantkit.connectors.auth
  - tenantkit.connectors.attributes
  - tenantkit.connectors.attributes.actiongroup
options:
  role:
    description:
      - Name or id of the role, with or without V(Power Platform) in front. The built-in roles are V(owner), V(contributor), V(reader) and
        V(role-based access control administrator).
      - Other names are looked up among the roles of the tenant. In check mode, while the tenant does not have the Power Platform API yet, that is left to
        the run that follows, with a warning.
    type: str
    required: true
  principal_object_id:
    description:
      - Object id of the principal. For an application that is the one of its service principal (enterprise application). Neither its application (client)
        id nor the object id of its registration will do. Both are recognised, where the identity may read the directory.
    type: str
    required: true
  principal_type:
    description: What the principal is. V(ApplicationUser) is a service principal.
    type: str
    choices: [ApplicationUser, User, Group]
    default: ApplicationUser
  scope:
    description: Where the role holds. A wider scope includes the narrower ones.
    type: str
    choices: [tenant, environment_group, environment]
    required: true
  environment_id:
    description: Id of the environment, a GUID or V(Default-) with the tenant's GUID. Required with O(scope=environment), and only then allowed.
    type: str
  environment_group_id:
    description: Id of the environment group. Required with O(scope=environment_group), and only then allowed.
    type: str
  state:
    description: Whether the principal holds the role at exactly this scope.
    type: str
    choices: [present, absent]
    default: present
  on_forbidden:
    description:
      - What to do when the identity may not read or change role assignments.
      - V(fail) fails. V(hand_off) succeeds without a change and returns the exact request for an administrator who may send it, RV(role_assignment.hand_off).
    type: str
    choices: [fail, hand_off]
    default: fail
  wait_for_api:
    description:
      - Seconds to wait until the tenant knows the Power Platform API, where its service principal may just have been made, at most what is left of O(timeout).
    type: int
    default: 0
  powerplatform_url:
    description:
      - Root of the Power Platform API in place of the one that O(cloud) names. Only C(https) is accepted.
      - Without it, E(POWERPLATFORM_URL) is used.
    type: str
  audience:
    description: What the token is asked for, in place of the API's official address in the O(cloud).
    type: str
notes:
  - The first assignment in a tenant needs a person, or an application, with the Entra role Power Platform Administrator. O(auth_method=azure_cli) takes
    the account that is signed in to Azure CLI.
  - With O(auth_method=access_token), the token has to be for the Power Platform API, and O(tenant_id) has to be an id.
seealso:
  - module: tenantkit.connectors.entra_service_principal
  - module: tenantkit.connectors.powerplatform_environment_info
  - name: Assign roles to service principals
    description: The vendor's documentation.
    link: https://learn.microsoft.com/power-platform/admin/programmability-tutorial-rbac-role-assignment
"""

EXAMPLES = r"""
- name: The application may read one environment
  tenantkit.connectors.powerplatform_role_assignment:
    tenant_id: contoso.onmicrosoft.com
    role: reader
    principal_object_id: "{{ enterprise_app.service_principal.object_id }}"
    scope: environment
    environment_id: 3fa2b1c0-5d4e-4f6a-8b7c-9d0e1f2a3b4c

- name: Or hand it off to an administrator
  tenantkit.connectors.powerplatform_role_assignment:
    tenant_id: contoso.onmicrosoft.com
    role: Power Platform contributor
    principal_object_id: "{{ enterprise_app.service_principal.object_id }}"
    scope: tenant
    on_forbidden: hand_off
  register: role

- name: Take it away
  tenantkit.connectors.powerplatform_role_assignment:
    tenant_id: contoso.onmicrosoft.com
    role: reader
    principal_object_id: "{{ enterprise_app.service_principal.object_id }}"
    scope: environment
    environment_id: 3fa2b1c0-5d4e-4f6a-8b7c-9d0e1f2a3b4c
    state: absent
"""

RETURN = r"""
role_assignment:
  description: The role assignment.
  returned: success
  type: dict
  contains:
    id:
      description: Its id. V(null) when there is none, all zeros in check mode when it would be made.
      type: str
      sample: 8c1f5f4e-7a3d-4b52-9d0b-0f2f7c9a6e21
    role_definition_id:
      description: Id of the role.
      type: str
      sample: c886ad2e-27f7-4874-8381-5849b8d8a090
    role:
      description: Name of the role.
      type: str
      sample: Power Platform reader
    principal_object_id:
      description: As given.
      type: str
      sample: 4f7a2c10-9b8d-4e65-a3f1-6c5d4e3b2a19
    principal_type:
      description: As given.
      type: str
      sample: ApplicationUser
    scope:
      description: The scope as the API writes it.
      type: str
      sample: /tenants/5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10/environments/3fa2b1c0-5d4e-4f6a-8b7c-9d0e1f2a3b4c
    created_on:
      description: When it was made.
      type: str
      sample: "2026-11-22T08:15:00Z"
    expires_on:
      description: When it ends.
      type: str
      sample: null
    covered_by:
      description:
        - Assignments of a stronger role at the scope, or at wider scopes, that give the role already. Looked for when one has to be made. What may not be
          read is left out.
      type: list
      elements: dict
      sample: []
    would_create:
      description: Whether check mode says that it would be made.
      type: bool
      sample: false
    hand_off:
      description: What an administrator still has to do. V(null) when nothing.
      type: dict
      contains:
        reason:
          description: Why it was not done here.
          type: str
          sample: "Could not list the role assignments of the tenant ... answered 403 Forbidden ..."
        needs:
          description: Which roles the person or application needs for it.
          type: str
          sample: Power Platform Administrator in Entra ID, or ...
        requests:
          description:
            - The requests to send. With O(state=absent) and an identity that cannot see the assignment, the first one lists the assignments at the scope, and
              C(find) is what the one to remove is told by; its C(roleAssignmentId) goes into the address of the second.
          type: list
          elements: dict
          sample:
            - method: POST
              url: https://api.powerplatform.com/authorization/roleAssignments?api-version=2024-10-01
              body:
                roleDefinitionId: c886ad2e-27f7-4874-8381-5849b8d8a090
                principalObjectId: 4f7a2c10-9b8d-4e65-a3f1-6c5d4e3b2a19
                principalType: ApplicationUser
                scope: /tenants/5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10
actions:
  description: One sentence for every change.
  returned: success
  type: list
  elements: str
  sample: [give role 'Power Platform reader' at the tenant to 4f7a2c10-9b8d-4e65-a3f1-6c5d4e3b2a19]
failure:
  description: The failure for a program. When something is forbidden, C(details.hand_off) is what RV(role_assignment.hand_off) would be.
  returned: failure
  type: dict
  sample: {kind: forbidden, code: Forbidden, http_status: 403}
"""

from ..module_utils._declaration import Declaration
from ..module_utils._module import run_module
from ..module_utils._products.power_platform.client import POWERPLATFORM_OPTIONS
from ..module_utils._products.power_platform.role_resource import RoleAssignmentResource

DECLARATION = Declaration(
    options={
        **POWERPLATFORM_OPTIONS,
        "role": {"type": "str", "required": True},
        "principal_object_id": {"type": "str", "required": True},
        "principal_type": {"type": "str", "choices": ["ApplicationUser", "User", "Group"], "default": "ApplicationUser"},
        "scope": {"type": "str", "choices": ["tenant", "environment_group", "environment"], "required": True},
        "environment_id": {"type": "str"},
        "environment_group_id": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "on_forbidden": {"type": "str", "choices": ["fail", "hand_off"], "default": "fail"},
        "wait_for_api": {"type": "int", "default": 0},
    },
    resource=RoleAssignmentResource,
    required_if=[["scope", "environment", ["environment_id"]], ["scope", "environment_group", ["environment_group_id"]]],
)


def main() -> None:
    """Run the module."""
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
