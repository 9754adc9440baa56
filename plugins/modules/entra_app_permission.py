#!/usr/bin/python
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requested permissions of an Entra application."""

from __future__ import annotations

DOCUMENTATION = r"""
module: entra_app_permission
short_description: Manage the permissions an Entra application requests
version_added: 1.0.0
author:
  - The tenantkit.connectors contributors (@tenantkit)
description:
  - Manages C(requiredResourceAccess) of an application, the list behind B(API permissions) in the Entra admin center.
  - Permissions are written by name. Names are looked up in the resource API's service principal in the tenant, once per job;
    an unknown name fails before anything is changed and comes with the nearest matches.
  - Requesting is not granting, see M(tenantkit.connectors.entra_admin_consent).
extends_documentation_fragment:
  - tenantkit.connectors.auth
  - tenantkit.connectors.attributes
  - tenantkit.connectors.attributes.actiongroup
  - tenantkit.connectors.application
  - tenantkit.connectors.chained
options:
  permissions:
    description:
      - The permissions, per resource API.
      - Entries for the same resource are merged.
    type: list
    elements: dict
    required: true
    suboptions:
      resource:
        description:
          - The resource API, by display name (V(Microsoft Graph), V(Power Platform API), or that of any service principal in the tenant,
            which has to be unique), by app id, or by identifier URI (V(https://api.powerplatform.com)).
        type: str
        required: true
      delegated:
        description:
          - Names or ids of delegated permissions (scopes).
          - A name that is not found as written is taken in any case, provided that it is unique then.
        type: list
        elements: str
        default: []
      namespaces:
        description:
          - Namespaces of which all delegated permissions are meant that the API offers and has enabled, such as V(EnvironmentManagement) of the Power
            Platform API, with or without C(.*) behind. What the API adds to them later is meant as well.
          - Those that amount to owning the tenant are still accepted one by one in O(accept_privileged).
        type: list
        elements: str
        default: []
      application:
        description:
          - Names or ids of application permissions (app roles).
        type: list
        elements: str
        default: []
  state:
    description:
      - V(present) requests the listed permissions.
      - V(absent) takes the listed permissions off the list and leaves all others, whatever O(mode) is.
    type: str
    choices: [present, absent]
    default: present
  mode:
    description:
      - V(merge) adds what is missing. Everything else the application requests stays, permissions of unknown APIs included.
      - V(exact) makes the whole list equal to O(permissions). Other permissions of the listed resources go, and so do all resources
        that are not listed.
      - Both drop entries that are there twice.
    type: str
    choices: [merge, exact]
    default: merge
  create_missing_service_principals:
    description:
      - Whether to create the service principal of a resource API that the tenant does not have yet, as is often so for the Power
        Platform API. It has to be well known or named by its app id then.
      - Otherwise a missing one is an error. The names of its permissions can only be checked after it was created.
    type: bool
    default: false
  accept_privileged:
    description:
      - Privileged permissions that may be requested, as C(delegated:Name) or C(application:Name), without wildcards.
      - Permissions with which an application could take over the tenant, such as C(RoleManagement.ReadWrite.Directory), are refused
        unless they are named here.
      - An entry that is not a privileged permission accepts nothing and is a warning.
    type: list
    elements: str
    default: []
seealso:
  - module: tenantkit.connectors.entra_app
  - module: tenantkit.connectors.entra_admin_consent
"""

EXAMPLES = r"""
- name: Request what a sign-in needs, and reading of groups without a user
  tenantkit.connectors.entra_app_permission:
    tenant_id: contoso.onmicrosoft.com
    unique_name: payroll-sync
    permissions:
      - resource: Microsoft Graph
        delegated: [openid, profile, User.Read]
        application: [Group.Read.All]

- name: Request exactly this, with an API the tenant may not have yet
  tenantkit.connectors.entra_app_permission:
    tenant_id: contoso.onmicrosoft.com
    unique_name: environment-report
    permissions:
      - resource: Power Platform API
        delegated: [EnvironmentManagement.Environments.Read]
    mode: exact
    create_missing_service_principals: true

- name: Request a privileged permission, knowingly
  tenantkit.connectors.entra_app_permission:
    tenant_id: contoso.onmicrosoft.com
    unique_name: identity-governance
    permissions:
      - resource: Microsoft Graph
        application: [RoleManagement.ReadWrite.Directory]
    accept_privileged:
      - application:RoleManagement.ReadWrite.Directory

- name: No longer request mail permissions
  tenantkit.connectors.entra_app_permission:
    tenant_id: contoso.onmicrosoft.com
    unique_name: payroll-sync
    permissions:
      - resource: Microsoft Graph
        application: [Mail.Send]
    state: absent
"""

RETURN = r"""
permissions:
  description: What the application requests after the run, per resource API and sorted. In check mode what it would request.
  returned: success
  type: list
  elements: dict
  contains:
    resource:
      description: Display name of the resource API, or its app id when the name is not known.
      type: str
      returned: success
      sample: Microsoft Graph
    resource_app_id:
      description: App id of the resource API.
      type: str
      returned: success
      sample: 00000003-0000-0000-c000-000000000000
    delegated:
      description: Delegated permissions by name, by id where the name is not known (resources that are not in O(permissions)).
      type: list
      elements: str
      returned: success
      sample: [openid, profile, User.Read]
    application:
      description: Application permissions, likewise.
      type: list
      elements: str
      returned: success
      sample: [Group.Read.All]
  sample:
    - resource: Microsoft Graph
      resource_app_id: 00000003-0000-0000-c000-000000000000
      delegated: [openid, profile, User.Read]
      application: [Group.Read.All]
actions:
  description: What was done, one sentence per write; in check mode what would be done.
  returned: success
  type: list
  elements: str
  sample:
    - "change requested permissions of application 'Payroll sync': add delegated:User.Read, application:Group.Read.All of Microsoft Graph"
"""

from ..module_utils._argspec import application_reference_spec, permissions_spec
from ..module_utils._declaration import Declaration
from ..module_utils._entra.common.application_reference import APPLICATION_REFERENCE
from ..module_utils._entra.common.options import CHAINED
from ..module_utils._entra.permission.resource import PermissionResource
from ..module_utils._module import run_module

DECLARATION = Declaration(
    options={
        **application_reference_spec(),
        "permissions": {**permissions_spec(), "required": True},
        "state": {"type": "str", "default": "present", "choices": ["present", "absent"]},
        "mode": {"type": "str", "default": "merge", "choices": ["merge", "exact"]},
        "create_missing_service_principals": {"type": "bool", "default": False},
        "accept_privileged": {"type": "list", "elements": "str", "default": []},
        **CHAINED,
    },
    resource=PermissionResource,
    documented="entra_app_permission",
    required_one_of=[APPLICATION_REFERENCE],
    mutually_exclusive=[APPLICATION_REFERENCE],
)


def main() -> None:
    """Entry point of the module process."""
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
