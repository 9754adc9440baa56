#!/usr/bin/python
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look enterprise applications up."""

from __future__ import annotations

DOCUMENTATION = r"""
module: entra_service_principal_info
short_description: Look enterprise applications up in Microsoft Entra ID
version_added: 1.0.0
description:
  - Returns service principals (enterprise applications) with their publisher, by app id, by display name or by how their display name begins.
  - A name can be imitated. What this module finds by name is a candidate; its publisher's tenant (RV(service_principals[].app_owner_organization_id)) and
    verified publisher say whose it is.
  - Nothing found is an empty list, not a failure.
author:
  - The tenantkit.connectors contributors (@tenantkit)
extends_documentation_fragment:
  - tenantkit.connectors.auth
  - tenantkit.connectors.attributes.info
  - tenantkit.connectors.attributes.actiongroup
options:
  app_id:
    description:
      - App id (client id) of the application.
    type: str
  display_name:
    description:
      - Display name, exactly.
    type: str
  display_name_prefix:
    description:
      - Service principals whose display name begins with this, in upper or lower case.
    type: str
  include_access:
    description:
      - Whether to read who is assigned, and which delegated permissions were consented to and for whom.
    type: bool
    default: false
  member:
    description:
      - A user, by user principal name or object id. With O(include_access=true), says in RV(service_principals[].member) of which of the assigned groups the
        user is a member. Only a direct member has the group's assignment.
      - Needs C(GroupMember.Read.All), C(User.Read.All) or C(Directory.Read.All). Without it the membership is not assessed.
    type: str
  include_permissions:
    description:
      - Whether to show the permissions that it offers as a resource API, by namespace. It costs no request more.
      - RV(service_principals[].permissions) of the Power Platform API is what its permission reference lists, as it is in this tenant.
    type: bool
    default: false
  connector:
    description:
      - The name of the connector that this look is the beginning of. A second host of the same job that means the same connector with the same O(app_id) in
        the same tenant fails, and neither of them writes.
    type: str
notes:
  - Needs C(Application.Read.All) and C(Organization.Read.All), with O(include_access=true) C(Directory.Read.All) instead, or
    C(DelegatedPermissionGrant.ReadWrite.All) on top. Without the right to read users they are named by their ids.
seealso:
  - module: tenantkit.connectors.entra_service_principal
  - module: tenantkit.connectors.entra_admin_consent
"""

EXAMPLES = r"""
- name: Which enterprise applications look like the vendor's?
  tenantkit.connectors.entra_service_principal_info:
    tenant_id: contoso.onmicrosoft.com
    display_name_prefix: Office 365 Admin for Okta
  register: candidates

- name: Who may use it, and what was it granted?
  tenantkit.connectors.entra_service_principal_info:
    tenant_id: contoso.onmicrosoft.com
    app_id: 7e1b4d0a-23f5-4c86-9a1e-5d0f6c7b8a92
    include_access: true

- name: Which permissions does the Power Platform API offer in this tenant?
  tenantkit.connectors.entra_service_principal_info:
    tenant_id: contoso.onmicrosoft.com
    app_id: 8578e004-a5c6-46e7-913e-12f58912df43
    include_permissions: true
"""

RETURN = r"""
service_principals:
  description: The service principals, by display name.
  returned: success
  type: list
  elements: dict
  contains:
    object_id:
      description: Object id.
      type: str
      returned: always
      sample: 59e617e5-e447-4adc-8b88-00af644d7c92
    app_id:
      description: App id (client id) of the application.
      type: str
      returned: always
      sample: 7e1b4d0a-23f5-4c86-9a1e-5d0f6c7b8a92
    display_name:
      description: Display name. Publishers choose it freely, so it proves nothing.
      type: str
      returned: always
      sample: Office 365 Admin for Okta Workflows
    app_owner_organization_id:
      description: Tenant that the application belongs to.
      type: str
      returned: always
      sample: 9a8b7c6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d
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
    verified_publisher:
      description: The publisher that Microsoft verified; V(null) when there is none.
      type: dict
      returned: always
      sample: {"display_name": "Okta, Inc.", "verified_publisher_id": "1234567"}
    account_enabled:
      description: Whether users can sign in.
      type: bool
      returned: always
      sample: true
    app_role_assignment_required:
      description: Whether only assigned users and groups can sign in.
      type: bool
      returned: always
      sample: false
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
      sample: []
    notes:
      description: Text for administrators.
      type: str
      returned: always
      sample: null
    service_principal_type:
      description: Kind of service principal.
      type: str
      returned: always
      sample: Application
    reply_urls:
      description: Where Entra may send a browser after a sign-in.
      type: list
      elements: str
      returned: always
      sample: ["https://oauth.workflows.okta.com/oauth/office365admin/cb"]
    assigned_to:
      description:
        - Users, by user principal name unless there are more than a hundred, and groups that are assigned.
        - C(principal_enabled) says whether the account is enabled; V(null) where that may not be read (it takes C(User.Read.All)), and for groups.
      type: list
      elements: dict
      returned: with O(include_access=true)
      sample:
        - principal: svc-workflows@contoso.com
          principal_id: 1f2e3d4c-5b6a-4798-8a9b-0c1d2e3f4a5b
          principal_type: user
          app_role: null
          principal_enabled: true
    permissions:
      description:
        - The permissions that it offers as a resource API and that are enabled, by namespace, which is what comes before the first dot of a name. Names
          without a dot are in the namespace C("").
        - C(admin_consent) says that only an administrator can consent, C(privileged) that it amounts to owning the tenant.
      type: dict
      returned: with O(include_permissions=true)
      sample:
        EnvironmentManagement:
          - name: EnvironmentManagement.Environments.Read
            id: 177690ed-85f1-41d9-8dbf-2716e60ff46a
            kind: delegated
            description: Read environments
            admin_consent: false
            privileged: false
    member:
      description:
        - Of O(member), the ids of the assigned groups that the user is in directly (C(direct)), and of those in which only through another group (C(nested)).
        - C(not_assessed) is the reason where that could not be read, and V(null) elsewhere.
      type: dict
      returned: with O(member) and O(include_access), where groups are assigned
      sample: {direct: [3c9a1e77-93d1-4f0e-a8e2-5b1d3c9f6a04], nested: [], not_assessed: null}
    grants:
      description:
        - Delegated permissions that were consented to, those for the whole tenant first. C(privileged) repeats those that amount to owning the tenant.
      type: list
      elements: dict
      returned: with O(include_access=true)
      sample:
        - resource: Microsoft Graph
          resource_app_id: 00000003-0000-0000-c000-000000000000
          tenant_wide: false
          principal_id: 1f2e3d4c-5b6a-4798-8a9b-0c1d2e3f4a5b
          principal: svc-workflows@contoso.com
          principal_enabled: true
          delegated: [openid, User.Read]
          privileged: []
tenant:
  description: The tenant that was looked at.
  returned: success
  type: dict
  sample:
    tenant_id: 2f4c9a1e-7d05-4b6f-8e3a-c1d9b0a47f52
    display_name: Contoso
    primary_domain: contoso.com
    initial_domain: contoso.onmicrosoft.com
    verified_domains: [contoso.onmicrosoft.com, contoso.com]
caller:
  description: What the token of the automation identity says of its rights.
  returned: success
  type: dict
  contains:
    permissions:
      description: The application permissions of Microsoft Graph in it.
      type: list
      elements: str
      returned: success
      sample: [Application.Read.All, Organization.Read.All]
    is_telling:
      description:
        - Whether what is not in it is certainly missing. V(false) for a person's token, one that cannot be read, and one of an application with directory
          roles.
      type: bool
      returned: success
      sample: true
actions:
  description: Always empty; this module only reads.
  returned: success
  type: list
  elements: str
  sample: []
failure:
  description: What went wrong, for programs.
  returned: failure
  type: dict
  sample: {"kind": "forbidden", "code": "Authorization_RequestDenied", "http_status": 403, "tenant": "contoso.onmicrosoft.com"}
"""

from ..module_utils._declaration import Declaration
from ..module_utils._entra.service_principal.info import ServicePrincipalInfoResource
from ..module_utils._module import run_module

_NAMES = ("app_id", "display_name", "display_name_prefix")

DECLARATION = Declaration(
    options={
        **{name: {"type": "str"} for name in (*_NAMES, "connector", "member")},
        **{name: {"type": "bool", "default": False} for name in ("include_access", "include_permissions")},
    },
    resource=ServicePrincipalInfoResource,
    documented="entra_service_principal_info",
    required_one_of=[_NAMES],
    mutually_exclusive=[_NAMES],
)


def main() -> None:
    """Run the module."""
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
