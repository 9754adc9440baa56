#!/usr/bin/python
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Consent to the permissions of an Entra application."""

from __future__ import annotations

DOCUMENTATION = r"""
module: entra_admin_consent
short_description: Grant, report and revoke consent to the permissions of an Entra application
version_added: 1.0.0
author:
  - The tenantkit.connectors contributors (@tenantkit)
description:
  - Consents to delegated permissions (C(oauth2PermissionGrants)) and application permissions (C(appRoleAssignments)) of an application,
    for the whole tenant or, delegated ones only, for one user.
  - The application may be the tenant's own, or a vendor's enterprise application, named by O(app_id).
  - An existing grant is extended, never replaced by a second one, and the consents of other users are never touched.
  - Where the automation identity may not consent, the task can hand off to a privileged admin, see O(on_forbidden).
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
      - When it is omitted, O(state=present) consents to what the application requests in its registration, and O(state=absent) revokes
        everything that was granted to it for the tenant (with O(principal), for that user).
      - Necessary to consent to an application that is registered in another tenant.
    type: list
    elements: dict
    suboptions:
      resource:
        description:
          - The resource API, by display name, app id or identifier URI, as in M(tenantkit.connectors.entra_app_permission).
        type: str
        required: true
      delegated:
        description:
          - Names or ids of delegated permissions (scopes).
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
          - Names or ids of application permissions (app roles). They hold for the whole tenant and cannot be combined with O(principal).
        type: list
        elements: str
        default: []
  state:
    description:
      - V(present) grants, V(absent) revokes.
      - Consents of other users stay in either case; with O(principal) the tenant-wide one stays, too.
    type: str
    choices: [present, absent]
    default: present
  mode:
    description:
      - V(merge) grants what is missing and leaves what else is granted.
      - V(exact) makes what is granted equal to O(permissions), all resource APIs of this application included. With O(principal) only that
        user's consents count.
      - V(report) changes nothing and says what is missing and what is granted on top.
    type: str
    choices: [merge, exact, report]
    default: merge
  principal:
    description:
      - User principal name or object id of one user. The consent then holds for this user alone.
      - A tenant-wide consent to the same permissions makes that pointless and is reported with a warning.
    type: str
  accept_privileged:
    description:
      - Privileged permissions that may be granted, as C(delegated:Name) or C(application:Name), without wildcards.
      - Permissions with which an application could take over the tenant are neither granted nor handed off unless they are named here.
      - An entry that is not a privileged permission accepts nothing and is a warning.
    type: list
    elements: str
    default: []
  on_forbidden:
    description:
      - What to do when the automation identity may not read or write consents.
      - V(fail) fails; the result key C(failure.details.hand_off) has what an admin needs.
      - V(hand_off) does what is allowed, succeeds, and returns RV(consent.complete) V(false) and RV(consent.hand_off).
    type: str
    choices: [fail, hand_off]
    default: fail
  hand_off_redirect_uri:
    description:
      - Where Entra sends the admin's browser after the consent. It has to be a registered redirect URI of the application.
      - The first registered one when it is omitted.
    type: str
  hand_off_tenants:
    description:
      - Ids of other tenants whose administrators are to consent to an application for several tenants. RV(consent.partner_urls) has one address for each.
      - Domains and C(common) are refused.
    type: list
    elements: str
  expected_publisher_tenant_id:
    description:
      - The tenant id of the publisher of a vendor's application, as the vendor names it.
      - Compared with C(appOwnerOrganizationId) of the service principal. Without it nothing is granted to an application of another tenant.
    type: str
notes:
  - Delegated permissions need C(DelegatedPermissionGrant.ReadWrite.All) and C(Application.Read.All), with O(principal) C(Directory.Read.All) in place of
    the latter. Application permissions need C(AppRoleAssignment.ReadWrite.All) and C(Directory.Read.All). C(Application.ReadWrite.OwnedBy) does for
    C(Application.Read.All). With C(AppRoleAssignment.ReadWrite.All) an identity can give itself every other permission.
  - The service principal of an application of this tenant is created when it is missing, a vendor's is not, see
    M(tenantkit.connectors.entra_service_principal).
  - A URL for application permissions always asks for all of the registration (C(.default)). It is given only when the registration requests
    exactly what this task does; otherwise there are the Graph requests.
seealso:
  - module: tenantkit.connectors.entra_app_permission
  - module: tenantkit.connectors.entra_service_principal
  - name: Admin consent on the Microsoft identity platform
    description: The page behind the URL of a hand-off.
    link: https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
"""

EXAMPLES = r"""
- name: Consent to what the application requests
  tenantkit.connectors.entra_admin_consent:
    tenant_id: contoso.onmicrosoft.com
    unique_name: payroll-sync

- name: Consent, or get a link for an administrator
  tenantkit.connectors.entra_admin_consent:
    tenant_id: contoso.onmicrosoft.com
    unique_name: payroll-sync
    permissions:
      - resource: Microsoft Graph
        delegated: [openid, profile, User.Read]
    on_forbidden: hand_off
  register: consent

- name: Show the link
  ansible.builtin.debug:
    msg: "Please open {{ consent.consent.hand_off.url }}"
  when: not consent.consent.complete

- name: Let a vendor's application act for one service account
  tenantkit.connectors.entra_admin_consent:
    tenant_id: contoso.onmicrosoft.com
    app_id: 5d6e7f80-1a2b-4c3d-9e4f-5a6b7c8d9e0f
    expected_publisher_tenant_id: 9a8b7c6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d
    principal: svc-workflows@contoso.com
    permissions:
      - resource: Microsoft Graph
        delegated: [User.Read, Group.ReadWrite.All]

- name: What is granted beyond what was agreed?
  tenantkit.connectors.entra_admin_consent:
    tenant_id: contoso.onmicrosoft.com
    unique_name: payroll-sync
    mode: report

- name: Revoke everything
  tenantkit.connectors.entra_admin_consent:
    tenant_id: contoso.onmicrosoft.com
    unique_name: payroll-sync
    state: absent
"""

RETURN = r"""
consent:
  description: What is requested and granted after the run. In check mode what it would be.
  returned: success
  type: dict
  contains:
    requested:
      description: What was asked for, per resource API. The lists below have the same form.
      type: list
      elements: dict
      returned: success
      contains:
        resource:
          description: Display name of the resource API.
          type: str
          returned: success
          sample: Microsoft Graph
        resource_app_id:
          description: App id of the resource API; V(null) when its service principal is gone.
          type: str
          returned: success
          sample: 00000003-0000-0000-c000-000000000000
        delegated:
          description: Delegated permissions by name.
          type: list
          elements: str
          returned: success
          sample: [openid, User.Read]
        application:
          description: Application permissions by name.
          type: list
          elements: str
          returned: success
          sample: [Group.Read.All]
      sample:
        - resource: Microsoft Graph
          resource_app_id: 00000003-0000-0000-c000-000000000000
          delegated: [openid, User.Read]
          application: [Group.Read.All]
    granted:
      description:
        - What is granted, asked for or not.
        - Empty where RV(consent.state) is V(not_assessed), and so are RV(consent.missing) and RV(consent.extra). They say nothing then.
      type: list
      elements: dict
      returned: success
      sample:
        - resource: Microsoft Graph
          resource_app_id: 00000003-0000-0000-c000-000000000000
          delegated: [openid, User.Read]
          application: []
    missing:
      description: What was asked for and is not granted.
      type: list
      elements: dict
      returned: success
      sample:
        - resource: Microsoft Graph
          resource_app_id: 00000003-0000-0000-c000-000000000000
          delegated: []
          application: [Group.Read.All]
    extra:
      description: What is granted and was not asked for.
      type: list
      elements: dict
      returned: success
      sample: []
    tenant_wide:
      description: What is granted for every user of the tenant.
      type: list
      elements: dict
      returned: with O(principal)
      sample: []
    not_accepted:
      description: Privileged permissions among them that O(accept_privileged) does not name. Only O(mode=report) gets this far with any.
      type: list
      elements: str
      returned: success
      sample: []
    extra_privileged:
      description: The privileged ones among RV(consent.extra), as C(delegated:Name) or C(application:Name).
      type: list
      elements: str
      returned: success
      sample: []
    partner_urls:
      description: For each of O(hand_off_tenants) the address for its administrator, or why there is none.
      type: list
      elements: dict
      returned: with O(hand_off_tenants)
      sample:
        - tenant_id: 5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10
          url: https://login.microsoftonline.com/5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10/v2.0/adminconsent?client_id=...
          note: null
    state:
      description:
        - V(complete), V(incomplete), or V(not_assessed) where the identity may not read what is granted (O(on_forbidden=hand_off)). That is neither granted
          nor missing.
      type: str
      returned: success
      sample: incomplete
    unread:
      description: What may not be read, and which permission lets the identity read it. V(null) where everything was read.
      type: str
      returned: success
      sample: null
    complete:
      description: Whether nothing is left to do. V(false) where that is not known.
      type: bool
      returned: success
      sample: false
    app_id:
      description: App id of the application.
      type: str
      returned: success
      sample: 631a96bc-a705-4eda-9f99-fdaf9f54f6a2
    client_id:
      description: Object id of its service principal, the C(clientId) of its grants.
      type: str
      returned: success
      sample: ef969797-201d-4f6b-960c-e9ed5f31dab5
    principal_id:
      description: Object id of the user the consent is for; V(null) for the tenant.
      type: str
      returned: success
      sample: null
    principal_enabled:
      description: Whether the account of that user is enabled. V(null) where that may not be read (it takes C(User.Read.All)), and for a user named by id.
      type: bool
      returned: success
      sample: null
    hand_off:
      description: What a privileged admin needs to finish. V(null) when nothing is left to do.
      type: dict
      returned: success
      contains:
        url:
          description:
            - The admin consent page with exactly these permissions.
            - V(null) when a URL cannot ask for that; RV(consent.hand_off.note) says why.
          type: str
          returned: success
          sample: "https://login.microsoftonline.com/9a8b7c6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d/v2.0/adminconsent?client_id=631a96bc-..."
        lacks:
          description:
            - The permissions that the automation identity lacks, and because of which this is handed off. With them the next run does it, and no administrator
              of a tenant has anything to do.
          type: list
          elements: str
          returned: success
          sample: [DelegatedPermissionGrant.ReadWrite.All]
        reason:
          description: Why it was not done here.
          type: str
          returned: success
          sample: "Could not grant User.Read ... Microsoft Graph answered 403 Authorization_RequestDenied ..."
        note:
          description: Why there is no URL.
          type: str
          returned: success
          sample: null
        graph_requests:
          description: The same as Microsoft Graph requests.
          type: list
          elements: dict
          returned: success
          contains:
            method:
              description: The method.
              type: str
              returned: success
              sample: POST
            url:
              description: The address.
              type: str
              returned: success
              sample: https://graph.microsoft.com/v1.0/oauth2PermissionGrants
            body:
              description: The JSON body, V(null) where there is none.
              type: dict
              returned: success
              sample:
                clientId: ef969797-201d-4f6b-960c-e9ed5f31dab5
                consentType: AllPrincipals
                resourceId: 943603e4-e787-4fe9-93d1-e30f749aae39
                scope: openid User.Read
actions:
  description: What was done, one sentence per write; in check mode what would be done.
  returned: success
  type: list
  elements: str
  sample:
    - "grant openid, User.Read of Microsoft Graph (delegated) to 'Payroll sync' for the tenant"
"""

from ..module_utils._declaration import Declaration
from ..module_utils._entra.common.application_reference import APPLICATION_REFERENCE
from ..module_utils._entra.common.options import CHAINED, CONSENT_OPTIONS
from ..module_utils._entra.consent.resource import ConsentResource
from ..module_utils._module import run_module

DECLARATION = Declaration(
    options={**CONSENT_OPTIONS, **CHAINED},
    resource=ConsentResource,
    documented="entra_admin_consent",
    required_one_of=[APPLICATION_REFERENCE],
    mutually_exclusive=[APPLICATION_REFERENCE],
)


def main() -> None:
    """Entry point of the module process."""
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
