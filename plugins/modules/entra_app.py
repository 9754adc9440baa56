#!/usr/bin/python
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: entra_app
short_description: Manage an application registration in Microsoft Entra ID
version_added: 1.0.0
description:
  - Creates, changes and deletes an application registration. What is not given is left alone.
  - An application that this module creates carries the tag C(tkc:created). One without it, made by others or robbed of its tags, is changed
    only with O(adopt=true), and never deleted. What speaks for whose it is (its unique name, the application that created it) is said.
  - Everything that Entra would refuse about names, URIs, tags and audiences is checked before the first write.
  - To confirm an application takes one request; to create one takes a read and a write.
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
      - Whether the application has to exist.
      - V(absent) deletes only an application that this collection created. Entra keeps it for 30 days, see O(purge).
    type: str
    choices: [present, absent]
    default: present
  object_id:
    description:
      - Object id of an application that exists. Of several names the first of O(object_id), O(app_id), O(unique_name) and O(display_name) is looked
        for; the others must not contradict it.
    type: str
  app_id:
    description: Application (client) id of an application that exists.
    type: str
  unique_name:
    description:
      - The unique name of the application, a key that Entra knows (C(uniqueName)) and that can never be changed. The best way to name it.
      - When the application is found by another name and has none yet, it gets this one.
    type: str
  display_name:
    description:
      - The display name. It identifies the application when no other name is given, and then has to belong to exactly one.
      - With another name, the application is renamed to it. With O(unique_name) and O(adopt=true) an application that has this display
        name, and no application the unique name, is adopted and given the unique name.
      - A new application without it is called as O(unique_name) says.
      - At most 120 characters, 90 when personal accounts can sign in.
    type: str
  description:
    description: Free text for people who use the application. An empty text removes it.
    type: str
  notes:
    description: Free text for people who manage the application. An empty text removes it.
    type: str
  sign_in_audience:
    description:
      - Who can sign in. A new application is V(AzureADMyOrg) unless this says otherwise.
      - For the two with personal accounts O(requested_access_token_version) becomes V(2), in a write of its own before the audience.
      - An audience that leaves out people who can sign in now needs O(accept_audience_narrowing=true).
    type: str
    choices: [AzureADMyOrg, AzureADMultipleOrgs, AzureADandPersonalMicrosoftAccount, PersonalMicrosoftAccount]
  accept_audience_narrowing:
    description: Accept that people who can sign in now will not be able to any more.
    type: bool
    default: false
  redirect_uris:
    description:
      - Redirect URIs per platform.
      - V(https) everywhere, V(http) for localhost only, other schemes in O(redirect_uris.public_client). At most 256 characters each and 256
        in all; for personal accounts 100 in all, without query string and wildcard.
      - A web or single-page URI without a path has to be written with a slash at its end, since that is how Entra stores it.
    type: dict
    suboptions:
      web:
        description: For web applications.
        type: dict
        suboptions: &list_of_texts
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
      spa:
        description: For single-page applications.
        type: dict
        suboptions: *list_of_texts
      public_client:
        description: For mobile and desktop applications.
        type: dict
        suboptions: *list_of_texts
  home_page_url:
    description: Where My Apps sends users to. An empty text removes it.
    type: str
  logout_url:
    description: Front-channel logout URL, V(https) or localhost, at most 255 characters. An empty text removes it.
    type: str
  requested_access_token_version:
    description: Version of the access tokens for this application as an API. Applications for personal accounts need V(2).
    type: int
    choices: [1, 2]
  is_fallback_public_client:
    description: Whether flows without a redirect URI and without a secret (device code, resource owner password) are allowed.
    type: bool
  is_disabled:
    description:
      - Whether the application is deactivated. Then no tokens are issued for it in any tenant, and everything else about it stays.
      - Without this option a deactivated application is left so. V(false) takes back what may have been a security measure.
    type: bool
  implicit_grant:
    description: Tokens that the authorization endpoint may hand out directly.
    type: dict
    suboptions:
      enable_id_token_issuance:
        description: Whether ID tokens may be requested this way.
        type: bool
      enable_access_token_issuance:
        description: Whether access tokens may be requested this way.
        type: bool
  optional_claims:
    description: Claims in addition to the usual ones. A list that is given replaces that list, an empty one empties it.
    type: dict
    suboptions:
      id_token:
        description: In ID tokens.
        type: list
        elements: dict
        suboptions: &claim
          name:
            description: Name of the claim.
            type: str
            required: true
          source:
            description: Where the claim comes from, V(user) for directory extensions, left out for predefined claims.
            type: str
          essential:
            description: Whether the application cannot do without the claim.
            type: bool
            default: false
          additional_properties:
            description: Further settings of this claim, such as V(emit_as_roles).
            type: list
            elements: str
            default: []
      access_token:
        description: In access tokens.
        type: list
        elements: dict
        suboptions: *claim
      saml2_token:
        description: In SAML tokens.
        type: list
        elements: dict
        suboptions: *claim
  group_membership_claims:
    description:
      - Which groups tokens contain, V(None), V(SecurityGroup), V(ApplicationGroup), V(DirectoryRole), V(All), or several with commas between.
    type: str
  identifier_uris:
    description:
      - Identifier URIs (App ID URIs), such as C(api://<app id>), without a slash at the end.
    type: dict
    suboptions: *list_of_texts
  owners:
    description:
      - Owners, by user principal name, or by object id of a user or service principal. At most 100.
      - They are looked up before anything is written, and one that does not exist is an error. Object ids are taken as they are where the automation identity
        may not read what they lead to (C(Directory.Read.All)).
      - An identity whose only power is C(Application.ReadWrite.OwnedBy) stays an owner, since it could not manage the application any more.
    type: dict
    suboptions: *list_of_texts
  tags:
    description:
      - Tags, 1 to 256 characters without white space. Tags that begin with C(tkc:) belong to this collection; they cannot be given here, and
        O(tags.set) keeps them.
    type: dict
    suboptions: *list_of_texts
  info:
    description: Pages about the application. An empty text removes one.
    type: dict
    suboptions:
      marketing_url:
        description: Marketing page.
        type: str
      support_url:
        description: Support page.
        type: str
      privacy_statement_url:
        description: Privacy statement.
        type: str
      terms_of_service_url:
        description: Terms of service.
        type: str
  service_management_reference:
    description: Reference into a service or asset database. An empty text removes it.
    type: str
  permissions:
    description:
      - Permissions that a B(new) application is created with, so that it never exists without them.
      - They are not compared afterwards; M(tenantkit.connectors.entra_app_permission) manages the permissions of an application.
    type: list
    elements: dict
    suboptions:
      resource:
        description: The API, by name, app id or identifier URI.
        type: str
        required: true
      delegated:
        description: Delegated permissions (scopes), by name or id.
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
        description: Application permissions (app roles), by name or id.
        type: list
        elements: str
        default: []
  accept_privileged:
    description:
      - Permissions in O(permissions) that amount to owning the tenant and are meant nevertheless, each as C(delegated:Name) or
        C(application:Name). Without it the task fails before anything is written.
    type: list
    elements: str
    default: []
  adopt:
    description:
      - Manage an application that this collection did not create. It stays without the creation tag and is never deleted by O(state=absent).
      - Blueprints of agent identities (Microsoft Entra Agent ID) look like applications and are refused.
    type: bool
    default: false
  adoption_record:
    description:
      - What a connector adds to an application that others made, so that just that can be taken away again. Kept in tags without readable names.
      - Comes from RV(tenantkit.connectors.entra_connection_info#module:connection.adds); no items remove the record.
    type: dict
    suboptions:
      connector:
        description: The name of the connector.
        type: str
        required: true
      items:
        description: Twelve hexadecimal digits for each thing that is added.
        type: list
        elements: str
        default: []
  on_soft_deleted:
    description:
      - What to do when there is no such application, but a deleted one that Entra still keeps has its unique name or display name.
      - V(fail) names it, V(restore) brings it back with its secrets and consents, which are listed in a warning, V(purge) removes the one in
        O(soft_deleted_object_id) for good and creates a new application.
    type: str
    choices: [fail, restore, purge]
    default: fail
  soft_deleted_object_id:
    description: Object id of the deleted application that O(on_soft_deleted=purge) or O(purge=true) removes for good.
    type: str
  purge:
    description:
      - With O(state=absent), remove the application for good, also when it is deleted already. Needs its object id, as O(object_id) or
        O(soft_deleted_object_id).
    type: bool
    default: false
seealso:
  - module: tenantkit.connectors.entra_app_info
  - module: tenantkit.connectors.entra_service_principal
  - module: tenantkit.connectors.entra_app_permission
  - name: Create application
    description: Microsoft Graph reference.
    link: https://learn.microsoft.com/graph/api/application-upsert
"""

EXAMPLES = r"""
- name: Register a web application
  tenantkit.connectors.entra_app:
    tenant_id: contoso.onmicrosoft.com
    unique_name: payroll-sync
    display_name: Payroll sync
    redirect_uris:
      web:
        set:
          - https://payroll.example/callback
    home_page_url: https://payroll.example/
    tags:
      add:
        - payroll
  register: payroll

- name: Adopt an application that was registered by hand, and give it a unique name
  tenantkit.connectors.entra_app:
    tenant_id: contoso.onmicrosoft.com
    unique_name: payroll-sync
    display_name: Payroll sync
    adopt: true

- name: Open it to other organizations and to personal accounts
  tenantkit.connectors.entra_app:
    tenant_id: contoso.onmicrosoft.com
    unique_name: payroll-sync
    sign_in_audience: AzureADandPersonalMicrosoftAccount

- name: Delete it and remove it for good
  tenantkit.connectors.entra_app:
    tenant_id: contoso.onmicrosoft.com
    object_id: "{{ payroll.app.object_id }}"
    state: absent
    purge: true
"""

RETURN = r"""
app:
  description:
    - The application as it is after the task, or would be in check mode. Empty after O(state=absent).
  returned: success
  type: dict
  contains:
    object_id:
      description: Object id. All zeros for an application that check mode would create.
      type: str
      returned: always
      sample: 03ef14b0-ca33-4840-8f4f-d6e91916010e
    app_id:
      description: App id (client id). All zeros for an application that check mode would create.
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
      sample: {"marketing_url": null, "support_url": "https://payroll.example/help", "privacy_statement_url": null, "terms_of_service_url": null}
    service_management_reference:
      description: Reference into a service database.
      type: str
      returned: always
      sample: CMDB-1234
    tags:
      description: All tags, those of this collection included.
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
    owners:
      description: Owners, user principal names where there is one.
      type: list
      elements: str
      returned: when O(owners) is given
      sample: ["anna@contoso.com"]
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
    would_create:
      description: Whether this is check mode and the application does not exist yet.
      type: bool
      returned: always
      sample: false
restored_grants:
  description: Consents and app role assignments that came back with a restored application, as far as they could be seen at once.
  returned: when a deleted application was restored
  type: dict
  sample:
    delegated: [{"consent_type": "AllPrincipals", "principal_id": null, "scope": ["openid", "User.Read"]}]
    application: []
actions:
  description: One sentence for each write that was done, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: ["create application 'Payroll sync' (unique name payroll-sync)"]
failure:
  description:
    - What went wrong, for programs.
    - Where an app management policy of the tenant forbids the sign-in audience, C(details.hand_off.graph_requests) are the requests by which an administrator
      exempts the application, or the automation while there is no application, and C(script) is the same for a shell with the Azure CLI. The collection
      never sends them.
  returned: failure
  type: dict
  sample: {"kind": "option", "code": "not_ours", "http_status": null, "tenant": "contoso.onmicrosoft.com"}
"""

from ..module_utils._declaration import Declaration
from ..module_utils._entra.application.resource import ApplicationResource
from ..module_utils._entra.common.application_reference import APPLICATION_REFERENCE
from ..module_utils._entra.common.options import APPLICATION_OPTIONS, CHAINED
from ..module_utils._module import run_module

DECLARATION = Declaration(
    options={**APPLICATION_OPTIONS, **CHAINED},
    resource=ApplicationResource,
    documented="entra_app",
    required_one_of=[APPLICATION_REFERENCE],
)


def main() -> None:
    """Run the module."""
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
