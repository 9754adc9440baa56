#!/usr/bin/python
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: entra_service_principal
short_description: Manage an enterprise application in Microsoft Entra ID
version_added: 1.0.0
description:
  - Creates the service principal (enterprise application) of an application of this tenant, of a vendor or of Microsoft, and manages who may
    use it and who sees it. What is not given is left alone.
  - The service principal of an application of another tenant is neither deleted nor disabled.
  - With O(app_id) it takes one request to confirm a service principal, with the other names two.
author:
  - The tenantkit.connectors contributors (@tenantkit)
extends_documentation_fragment:
  - tenantkit.connectors.auth
  - tenantkit.connectors.attributes
  - tenantkit.connectors.attributes.actiongroup
  - tenantkit.connectors.application
  - tenantkit.connectors.chained
options:
  state:
    description:
      - Whether the service principal has to exist.
      - V(absent) deletes only the service principal of an application that this collection created in this tenant.
    type: str
    choices: [present, absent]
    default: present
  account_enabled:
    description:
      - Whether users can sign in and tokens are issued. It cannot be switched off for another publisher's application.
      - Without this option one that is disabled stays so, unless this collection disabled it and noted that (O(until_present), and
        O(expected_publisher_tenant_id)).
    type: bool
  until_present:
    description:
      - With O(account_enabled=false), whether a later task that wants the service principal without a word about O(account_enabled) enables it again. Roles
        say so when a connection is taken away, which is no security measure.
    type: bool
    default: false
  app_role_assignment_required:
    description:
      - Whether only users and groups that are assigned can sign in.
      - Before this is turned on for a service principal that exists already, everybody who holds a grant on it is looked up. If one of them can
        sign in and is not assigned, the task fails and names them, unless O(accept_unassigned=true). Disabled accounts do not count; where it cannot
        be read whether an account is enabled (that needs C(User.Read.All)), it counts.
    type: bool
  accept_unassigned:
    description: Turn O(app_role_assignment_required) on although principals that hold a grant are not assigned themselves.
    type: bool
    default: false
  assigned_to:
    description:
      - Users and groups that are assigned. They are looked up before anything is written, and one that does not exist is an error.
      - Permissions that other applications hold on this one are not touched.
    type: dict
    suboptions:
      set:
        description: Exactly these are assigned. An empty list removes all. Excludes the other two.
        type: list
        elements: dict
        suboptions: &assignee
          user:
            description: User principal name or object id of a user. Excludes the group.
            type: str
          group:
            description: Display name (exactly one match) or object id of a group. Excludes the user.
            type: str
          app_role:
            description:
              - Value of the app role. May be left out for an application without app roles, and for one with a single role for users and groups.
                With C(remove), left out means every role.
            type: str
      add:
        description: These are assigned, besides any others.
        type: list
        elements: dict
        suboptions: *assignee
      remove:
        description: These are not assigned.
        type: list
        elements: dict
        suboptions: *assignee
  visible_to_users:
    description: Whether users see the application in My Apps.
    type: bool
  tags:
    description:
      - Tags. The portal lists a service principal under Enterprise applications when it has C(WindowsAzureActiveDirectoryIntegratedApp).
      - Tags that come from the application, and those that begin with C(tkc:), are left alone.
    type: dict
    suboptions:
      set:
        description: The list consists of exactly these. An empty list empties it. Excludes the other two.
        type: list
        elements: str
      add:
        description: These are in the list, whatever else is.
        type: list
        elements: str
      remove:
        description: These are not in the list.
        type: list
        elements: str
  notes:
    description: Free text for people who manage the service principal. An empty text removes it.
    type: str
  expected_publisher_tenant_id:
    description:
      - The tenant id of the publisher of a vendor's application, as the vendor names it. Nothing is done with the application of another publisher.
      - Whose application an app id is can be seen only once the tenant has a service principal of it. One that turns out to be another publisher's stays as
        it was created, without assignments, and the task fails. Without a required assignment it is made disabled, and enabled once its
        publisher was seen.
    type: str
seealso:
  - module: tenantkit.connectors.entra_app
  - module: tenantkit.connectors.entra_admin_consent
  - name: Create servicePrincipal
    description: Microsoft Graph reference.
    link: https://learn.microsoft.com/graph/api/serviceprincipal-post-serviceprincipals
"""

EXAMPLES = r"""
- name: Make the enterprise application, for the people in one group only
  tenantkit.connectors.entra_service_principal:
    tenant_id: contoso.onmicrosoft.com
    app_id: "{{ payroll.app.app_id }}"
    app_role_assignment_required: true
    assigned_to:
      set:
        - group: Payroll
    tags:
      add:
        - WindowsAzureActiveDirectoryIntegratedApp

- name: Make sure that the service principal of Microsoft's Power Platform API exists
  tenantkit.connectors.entra_service_principal:
    tenant_id: contoso.onmicrosoft.com
    app_id: 8578e004-a5c6-46e7-913e-12f58912df43

- name: Hide a vendor's application from users
  tenantkit.connectors.entra_service_principal:
    tenant_id: contoso.onmicrosoft.com
    app_id: 7e1b4d0a-23f5-4c86-9a1e-5d0f6c7b8a92
    visible_to_users: false
"""

RETURN = r"""
service_principal:
  description: The service principal as it is after the task, or would be in check mode. Empty after O(state=absent).
  returned: success
  type: dict
  contains:
    object_id:
      description: Object id of the service principal. All zeros for one that check mode would create.
      type: str
      returned: always
      sample: 59e617e5-e447-4adc-8b88-00af644d7c92
    app_id:
      description: App id (client id) of the application.
      type: str
      returned: always
      sample: 631a96bc-a705-4eda-9f99-fdaf9f54f6a2
    display_name:
      description: Display name.
      type: str
      returned: always
      sample: Payroll sync
    account_enabled:
      description: Whether users can sign in.
      type: bool
      returned: always
      sample: true
    app_role_assignment_required:
      description: Whether only assigned users and groups can sign in.
      type: bool
      returned: always
      sample: true
    visible_to_users:
      description: Whether users see it in My Apps.
      type: bool
      returned: always
      sample: true
    tags:
      description: All tags.
      type: list
      elements: str
      returned: always
      sample: ["WindowsAzureActiveDirectoryIntegratedApp"]
    notes:
      description: Text for administrators.
      type: str
      returned: always
      sample: Owned by the payroll team
    service_principal_type:
      description: Kind of service principal.
      type: str
      returned: always
      sample: Application
    app_owner_organization_id:
      description: Tenant that the application belongs to.
      type: str
      returned: always
      sample: 2f4c9a1e-7d05-4b6f-8e3a-c1d9b0a47f52
    is_disabled:
      description: Whether its application is deactivated. V(null) where that was not read, and in clouds that do not know it.
      type: bool
      returned: always
      sample: false
    disabled_by_microsoft_status:
      description: What Microsoft says where it disabled the application, such as V(DisabledDueToViolationOfServicesAgreement).
      type: str
      returned: always
      sample: NotDisabled
    assigned_to:
      description: Users and groups that are assigned.
      type: list
      elements: dict
      returned: when O(assigned_to) is given
      sample:
        - principal: Payroll
          principal_id: 1f2e3d4c-5b6a-4798-8a9b-0c1d2e3f4a5b
          principal_type: group
          app_role: null
    would_create:
      description: Whether this is check mode and the service principal does not exist yet.
      type: bool
      returned: always
      sample: false
actions:
  description: One sentence for each write that was done, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: ["create service principal 'Payroll sync' (app id 631a96bc-a705-4eda-9f99-fdaf9f54f6a2)"]
failure:
  description: What went wrong, for programs.
  returned: failure
  type: dict
  sample: {"kind": "option", "code": "unassigned_principals", "http_status": null, "tenant": "contoso.onmicrosoft.com"}
"""

from ..module_utils._declaration import Declaration
from ..module_utils._entra.common.application_reference import APPLICATION_REFERENCE
from ..module_utils._entra.common.options import CHAINED, SERVICE_PRINCIPAL_OPTIONS
from ..module_utils._entra.service_principal.resource import ServicePrincipalResource
from ..module_utils._module import run_module

DECLARATION = Declaration(
    options={**SERVICE_PRINCIPAL_OPTIONS, **CHAINED},
    resource=ServicePrincipalResource,
    documented="entra_service_principal",
    required_one_of=[APPLICATION_REFERENCE],
    mutually_exclusive=[APPLICATION_REFERENCE],
)


def main() -> None:
    """Run the module."""
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
