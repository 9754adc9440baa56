#!/usr/bin/python
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: entra_consent_policy
short_description: Manage who may consent to applications in a Microsoft Entra ID tenant
version_added: 1.0.0
description:
  - Sets what people may consent to for themselves, the consent settings for groups, and who reviews requests for an administrator's consent.
    These settings hold for the whole tenant. Without any of them given the module only reports what is.
  - A policy of the tenant's own (O(grant_policy)) lets people consent to named applications and no others.
  - Only what is given is changed. In the list of assigned consent policies every C(ManagePermissionGrantsForOwnedResource) entry about teams and chats
    stays, those about groups do without O(group_owner_consent), and so do the spelling and the order of those that are kept.
  - Before a tenant-wide setting is changed, its earlier value is recorded in the notes of the service principal that O(record_on) names. A recorded value
    is never overwritten. O(state=restored) puts the recorded values back, but only where the tenant still has what this module set. The
    rest is reported and stays recorded.
  - A change holds for later consents only. What was consented to before stays.
author:
  - The tenantkit.connectors contributors (@tenantkit)
extends_documentation_fragment:
  - tenantkit.connectors.auth
  - tenantkit.connectors.attributes
  - tenantkit.connectors.attributes.actiongroup
options:
  state:
    description:
      - V(present) brings into line what is given.
      - V(restored) puts back what is recorded on O(record_on), and removes the policies that were made for it once they are no longer assigned. Without a
        record there is nothing to do.
    type: str
    choices: [present, restored]
    default: present
  user_consent:
    description:
      - The ids of the policies by which people may consent for themselves. None of them means that they cannot.
      - Microsoft's are V(microsoft-user-default-legacy) (all applications), V(microsoft-user-default-low) (verified publishers, permissions of low impact),
        V(microsoft-user-default-recommended) and V(microsoft-user-default-allow-consent-apps).
      - V(microsoft-user-default-recommended) is the policy that Microsoft manages, and that new tenants have. In November 2026 it excluded 32 permissions of
        Microsoft Graph (files and sites of everybody, mail, mailbox, calendars, chats, meetings, contacts, tasks, people) and 4 of Exchange Online, for which
        an administrator consents. It was narrowed three times since August 2025, without a change in the tenant; what was consented to before stays.
      - V(microsoft-user-default-allow-consent-apps), managed as well, lets people consent to just these permissions for six mail clients that Microsoft names.
        Microsoft's page spells the id in two ways; this is the one that the tenant's policies have.
      - Without a policy of either of the two the tenant is no longer changed by Microsoft, RV(consent_policy.managed_by_microsoft) is empty then.
      - Where an application requires an assignment, an administrator's consent is needed whatever is set here.
    type: dict
    suboptions:
      set:
        description: Exactly these. An empty list turns consent by people off.
        type: list
        elements: str
      add:
        description: These as well.
        type: list
        elements: str
      remove:
        description: These no longer.
        type: list
        elements: str
  group_owner_consent:
    description:
      - The ids of the policies by which owners of groups may consent to applications that use the data of their groups. Newer tenants have these in place of
        O(consent_settings.enable_group_specific_consent), which has to be off for them to count; where it is on, a warning says so.
      - Microsoft's are V(microsoft-all-application-permissions-for-group) (all applications) and V(microsoft-pre-approval-apps-for-group) (those that were
        approved before). One of the tenant's own is known by its id, which has to end with C(-for-group) as well. What owners of teams and chats may
        consent to is never changed.
    type: dict
    suboptions:
      set:
        description: Exactly these. An empty list turns consent by owners of groups off, as far as policies give it.
        type: list
        elements: str
      add:
        description: These as well.
        type: list
        elements: str
      remove:
        description: These no longer.
        type: list
        elements: str
  consent_settings:
    description:
      - Values of the group setting C(Consent Policy Settings). It is made from its template when the tenant has none and a value differs from the default.
      - What a tenant does not have (newer ones may have no such template) is reported in RV(consent_policy.not_applicable), and is no error.
    type: dict
    suboptions:
      enable_group_specific_consent:
        description: Whether owners of groups may consent to applications that use the data of their groups.
        type: bool
      block_user_consent_for_risky_apps:
        description: Whether people are kept from consenting to applications that Microsoft considers risky.
        type: bool
      enable_admin_consent_requests:
        description: Whether people may ask for an administrator's consent. See O(admin_consent_requests) as well.
        type: bool
      constrain_group_specific_consent_to_members_of_group_id:
        description: Object id of a group whose members alone may do so. An empty text removes the limit.
        type: str
  grant_policy:
    description:
      - A policy of the tenant's own for delegated permissions of named applications. It has an effect once it is assigned (O(user_consent)).
    type: dict
    suboptions:
      id:
        description: Its id. Letters, digits, V(-) and V(_), at most 64, not beginning with V(microsoft-).
        type: str
        required: true
      display_name:
        description: Its name. Without it the id.
        type: str
      description:
        description: What it is for. A mark that tells who made it is put behind it.
        type: str
      client_application_ids:
        description: Application (client) ids of the applications that people may consent to.
        type: list
        elements: str
        required: true
      resource_application:
        description: The API, as an application id or a well-known name, whose permissions may be consented to; V(any) for all.
        type: str
        default: any
      permissions:
        description: Ids of delegated permissions of that API; V(all) for all.
        type: list
        elements: str
        default: [all]
      permission_classification:
        description: Only permissions that the tenant has classified so.
        type: str
        choices: [all, low, medium, high]
        default: all
      adopt:
        description: Change a policy of this id although this collection did not make it.
        type: bool
        default: false
  admin_consent_requests:
    description:
      - Requests for an administrator's consent. What is left out stays as it is. It takes up to an hour until a change is in effect.
    type: dict
    suboptions:
      is_enabled:
        description: Whether people may send requests.
        type: bool
      notify_reviewers:
        description: Whether reviewers get an e-mail.
        type: bool
      reminders_enabled:
        description: Whether they are reminded before a request expires.
        type: bool
      request_duration_in_days:
        description: After how many days a request expires, 1 to 60.
        type: int
      reviewers:
        description: Exactly those who review requests.
        type: list
        elements: dict
        suboptions:
          user:
            description: User principal name or object id of a user.
            type: str
          group:
            description: Display name or object id of a group, whose members review.
            type: str
          role_definition_id:
            description: Id of a directory role, whose holders review.
            type: str
  record_on:
    description:
      - Application (client) id of the service principal in whose notes earlier values are recorded. Needed to change a tenant-wide setting, and to restore.
      - Use the same one for everything that changes these settings in a tenant, and one that is not deleted.
    type: str
seealso:
  - module: tenantkit.connectors.entra_admin_consent
  - module: tenantkit.connectors.entra_service_principal
"""

EXAMPLES = r"""
- name: What is
  tenantkit.connectors.entra_consent_policy:
    tenant_id: contoso.onmicrosoft.com
  register: audit

- name: Let people consent to one application only
  tenantkit.connectors.entra_consent_policy:
    tenant_id: contoso.onmicrosoft.com
    grant_policy:
      id: payroll-only
      display_name: Consent to the payroll application
      client_application_ids: [7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11]
    user_consent:
      set: [payroll-only]
    record_on: 7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11

- name: Let Microsoft decide what people consent to, and owners of groups consent to what was approved before
  tenantkit.connectors.entra_consent_policy:
    tenant_id: contoso.onmicrosoft.com
    user_consent:
      set: [microsoft-user-default-recommended]
    group_owner_consent:
      set: [microsoft-pre-approval-apps-for-group]
    consent_settings:
      enable_group_specific_consent: false
    record_on: 7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11

- name: Let people ask for an administrator's consent
  tenantkit.connectors.entra_consent_policy:
    tenant_id: contoso.onmicrosoft.com
    admin_consent_requests:
      is_enabled: true
      notify_reviewers: true
      request_duration_in_days: 14
      reviewers:
        - user: admin@contoso.com
    record_on: 7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11

- name: Put back what was there before
  tenantkit.connectors.entra_consent_policy:
    tenant_id: contoso.onmicrosoft.com
    state: restored
    record_on: 7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11
"""

RETURN = r"""
consent_policy:
  description: The settings as they are, or in check mode would be. None for what may not be read and was not asked for.
  returned: success
  type: dict
  contains:
    user_consent:
      description: The policies by which people may consent for themselves. Empty when they cannot.
      type: list
      elements: str
      sample: [microsoft-user-default-low]
    owned_resource_consent:
      description: The entries about what people own.
      type: list
      elements: str
      sample: [ManagePermissionGrantsForOwnedResource.microsoft-dynamically-managed-permissions-for-team]
    group_owner_consent:
      description: The policies among them whose ids end with C(-for-group), in lower case.
      type: list
      elements: str
      sample: [microsoft-pre-approval-apps-for-group]
    managed_by_microsoft:
      description: Those of RV(consent_policy.user_consent) whose conditions Microsoft changes.
      type: list
      elements: str
      sample: [microsoft-user-default-recommended]
    consent_settings:
      description: The consent settings, the defaults where the tenant has set nothing. None when it has no such settings, or when they were just removed.
      type: dict
      contains:
        enable_group_specific_consent:
          description: Whether owners of groups may consent.
          type: bool
          sample: false
        block_user_consent_for_risky_apps:
          description: Whether consent to risky applications is blocked.
          type: bool
          sample: true
        enable_admin_consent_requests:
          description: Whether people may ask for an administrator's consent.
          type: bool
          sample: false
        constrain_group_specific_consent_to_members_of_group_id:
          description: The group whose members alone may consent.
          type: str
          sample: ""
    grant_policy:
      description: The policy of O(grant_policy).
      type: dict
      contains:
        id:
          description: Its id.
          type: str
          sample: payroll-only
        display_name:
          description: Its name.
          type: str
          sample: Consent to the payroll application
        description:
          description: What it is for, with the mark.
          type: str
          sample: Lets people consent to single applications. [tkc:created]
        includes:
          description: Its condition sets.
          type: list
          elements: dict
          sample:
            - client_application_ids: [7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11]
              permission_classification: all
              resource_application: any
              permissions: [all]
    recorded_policies:
      description: With O(state=restored), the policies that were made here and are left.
      type: list
      elements: dict
      sample: []
    admin_consent_requests:
      description: Requests for an administrator's consent.
      type: dict
      contains:
        is_enabled:
          description: Whether people may send requests.
          type: bool
          sample: true
        notify_reviewers:
          description: Whether reviewers get an e-mail.
          type: bool
          sample: true
        reminders_enabled:
          description: Whether they are reminded.
          type: bool
          sample: false
        request_duration_in_days:
          description: After how many days a request expires.
          type: int
          sample: 14
        reviewers:
          description: Who reviews, as Graph writes it.
          type: list
          elements: str
          sample: [/users/0c1e5a77-93d1-4f0e-a8e2-5b1d3c9f6a01]
    recorded:
      description: What is recorded on O(record_on). C(was) is the earlier value, C(set) what was written (of requests a fingerprint).
      type: dict
      sample: {user_consent: {was: [microsoft-user-default-recommended], set: [payroll-only]}}
    not_assessed:
      description: What the identity may not read and was not asked for, with the permission that shows it.
      type: list
      elements: str
      sample: []
    not_applicable:
      description: The wanted consent settings that this tenant does not have.
      type: list
      elements: str
      sample: []
    restored:
      description: With O(state=restored), what is as it was recorded.
      type: list
      elements: str
      sample: [user_consent]
    kept:
      description: With O(state=restored), what was not put back, and why.
      type: list
      elements: str
      sample: []
actions:
  description: One sentence for every change.
  returned: success
  type: list
  elements: str
  sample:
    - record earlier consent settings in the notes of service principal 'Payroll sync'
    - change user consent (add payroll-only; remove microsoft-user-default-recommended)
failure:
  description: The failure for a program.
  returned: failure
  type: dict
  sample: {kind: conflict, code: list_changed, outcome: refused}
"""

from ..module_utils._declaration import Declaration
from ..module_utils._entra.common.options import CONSENT_POLICY_OPTIONS
from ..module_utils._entra.consent_policy.resource import ConsentPolicyResource
from ..module_utils._module import run_module

DECLARATION = Declaration(options=CONSENT_POLICY_OPTIONS, resource=ConsentPolicyResource, documented="entra_consent_policy")


def main() -> None:
    """Run the module."""
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
