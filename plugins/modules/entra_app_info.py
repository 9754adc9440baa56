#!/usr/bin/python
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: entra_app_info
short_description: Look application registrations up in Microsoft Entra ID
version_added: 1.0.0
description:
  - Returns one application by name, or all that match every filter that is given; without a name and a filter, all of the tenant.
  - Nothing found is an empty list, not a failure.
  - Of client secrets and certificates only ids, names and dates are returned.
author:
  - The tenantkit.connectors contributors (@tenantkit)
extends_documentation_fragment:
  - tenantkit.connectors.auth
  - tenantkit.connectors.attributes.info
  - tenantkit.connectors.attributes.actiongroup
  - tenantkit.connectors.application
options:
  display_name:
    description:
      - Display name of the application, also of one that this collection did not make. Display names are not unique; more than one match is an error.
      - Excludes O(object_id), O(app_id) and O(unique_name).
    type: str
  tag:
    description: Applications with this tag.
    type: str
  display_name_prefix:
    description: Applications whose display name begins with this, in upper or lower case.
    type: str
  redirect_uri:
    description: Applications that have this redirect URI on any platform. All applications that match the other filters are read for it.
    type: str
  created_here:
    description: Only applications that this collection created.
    type: bool
    default: false
seealso:
  - module: tenantkit.connectors.entra_app
"""

EXAMPLES = r"""
- name: Find one application
  tenantkit.connectors.entra_app_info:
    tenant_id: contoso.onmicrosoft.com
    unique_name: payroll-sync
  register: payroll

- name: Find the application that was registered by hand for this sign-in page
  tenantkit.connectors.entra_app_info:
    tenant_id: contoso.onmicrosoft.com
    redirect_uri: https://payroll.example/callback

- name: List what this collection created
  tenantkit.connectors.entra_app_info:
    tenant_id: contoso.onmicrosoft.com
    created_here: true
"""

RETURN = r"""
apps:
  description: The applications, by display name.
  returned: success
  type: list
  elements: dict
  contains:
    object_id:
      description: Object id.
      type: str
      returned: always
      sample: 03ef14b0-ca33-4840-8f4f-d6e91916010e
    app_id:
      description: App id (client id).
      type: str
      returned: always
      sample: 631a96bc-a705-4eda-9f99-fdaf9f54f6a2
    unique_name:
      description: Unique name.
      type: str
      returned: always
      sample: payroll-sync
    display_name:
      description: Display name.
      type: str
      returned: always
      sample: Payroll sync
    description:
      description: Text for users.
      type: str
      returned: always
      sample: Sends salaries to the bank
    notes:
      description: Text for administrators.
      type: str
      returned: always
      sample: Owned by the payroll team
    sign_in_audience:
      description: Who can sign in.
      type: str
      returned: always
      sample: AzureADMyOrg
    requested_access_token_version:
      description: Version of its access tokens.
      type: int
      returned: always
      sample: 2
    redirect_uris:
      description: Redirect URIs per platform.
      type: dict
      returned: always
      sample: {"web": ["https://payroll.example/callback"], "spa": [], "public_client": []}
    home_page_url:
      description: Home page.
      type: str
      returned: always
      sample: https://payroll.example/
    logout_url:
      description: Front-channel logout URL.
      type: str
      returned: always
      sample: https://payroll.example/logout
    implicit_grant:
      description: Tokens that the authorization endpoint may hand out.
      type: dict
      returned: always
      sample: {"enable_id_token_issuance": false, "enable_access_token_issuance": false}
    is_fallback_public_client:
      description: Whether it is a public client where that cannot be told from the redirect URI.
      type: bool
      returned: always
      sample: false
    optional_claims:
      description: Optional claims per kind of token.
      type: dict
      returned: always
      sample: {"id_token": [], "access_token": [], "saml2_token": []}
    group_membership_claims:
      description: Groups in tokens, with commas between; null for none.
      type: str
      returned: always
      sample: SecurityGroup
    identifier_uris:
      description: Identifier URIs.
      type: list
      elements: str
      returned: always
      sample: ["api://631a96bc-a705-4eda-9f99-fdaf9f54f6a2"]
    info:
      description: Pages about the application.
      type: dict
      returned: always
      sample: {"marketing_url": null, "support_url": null, "privacy_statement_url": null, "terms_of_service_url": null}
    service_management_reference:
      description: Reference into a service database.
      type: str
      returned: always
      sample: CMDB-1234
    tags:
      description: All tags.
      type: list
      elements: str
      returned: always
      sample: ["tkc:created", "payroll"]
    required_resource_access:
      description: Requested permissions, by id.
      type: list
      elements: dict
      returned: always
      sample:
        - resource_app_id: 00000003-0000-0000-c000-000000000000
          resource_access: [{"id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d", "type": "Scope"}]
    created_here:
      description: Whether this collection created the application.
      type: bool
      returned: always
      sample: true
    created_date_time:
      description: When it was created.
      type: str
      returned: always
      sample: "2026-11-22T10:00:00Z"
    publisher_domain:
      description: Verified domain of the publisher.
      type: str
      returned: always
      sample: contoso.onmicrosoft.com
    is_disabled:
      description: Whether it is deactivated. V(null) where that was not read, and in clouds that do not know it.
      type: bool
      returned: always
      sample: false
    disabled_by_microsoft_status:
      description: What Microsoft says where it disabled the application, such as V(DisabledDueToViolationOfServicesAgreement).
      type: str
      returned: always
      sample: NotDisabled
    secrets:
      description: Client secrets, without values. C(managed) tells those that this collection made from those of others.
      type: list
      elements: dict
      returned: always
      sample:
        - key_id: 7b1a2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d
          display_name: tkc:default:5c1e90ab
          start_date_time: "2026-11-22T10:00:00Z"
          end_date_time: "2027-05-21T10:00:00Z"
          managed: true
    certificates:
      description: Certificates, without their content.
      type: list
      elements: dict
      returned: always
      sample:
        - key_id: 9c8b7a6d-5e4f-4321-8765-0f1e2d3c4b5a
          display_name: CN=payroll
          thumbprint: 5A9D1F0E3C7B2A486D1E0F9C8B7A6D5E4F3C2B1A
          start_date_time: "2026-11-22T10:00:00Z"
          end_date_time: "2027-11-22T10:00:00Z"
service_time:
  description:
    - The time by Microsoft Graph's own clock when it answered. The ends of secrets and certificates are compared with this, since the clock of the
      controller may be wrong. Null when nothing was asked, or when the answer did not say.
  returned: success
  type: str
  sample: "2026-11-22T10:00:00Z"
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

from ..module_utils._argspec import application_reference_spec
from ..module_utils._declaration import Declaration
from ..module_utils._entra.application.info import ApplicationInfoResource
from ..module_utils._entra.common.application_reference import APPLICATION_REFERENCE
from ..module_utils._module import run_module

DECLARATION = Declaration(
    options={
        **application_reference_spec(),
        "tag": {"type": "str"},
        "display_name_prefix": {"type": "str"},
        "redirect_uri": {"type": "str"},
        "created_here": {"type": "bool", "default": False},
    },
    resource=ApplicationInfoResource,
    documented="entra_app_info",
    mutually_exclusive=[APPLICATION_REFERENCE],
)


def main() -> None:
    """Run the module."""
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
