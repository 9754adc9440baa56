#!/usr/bin/python
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say as whom a task works in a tenant, and what the tenant has granted to it."""

from __future__ import annotations

DOCUMENTATION = r"""
module: entra_identity_info
short_description: Say what a tenant has granted to the identity that works in it
version_added: 1.0.0
description:
  - Signs in as every other module of the action group does, and reads the token alone, one for each resource API. That takes no permission and no request to
    Microsoft Graph.
  - Says whether the tenant has consented to the application, which of the application permissions that are needed were not granted, and which were granted
    on top.
  - A tenant that has not consented is no failure. A sign-in that fails before any tenant has answered is one.
author:
  - The tenantkit.connectors contributors (@tenantkit)
extends_documentation_fragment:
  - tenantkit.connectors.auth
  - tenantkit.connectors.attributes.info
  - tenantkit.connectors.attributes.actiongroup
options:
  permissions:
    description:
      - The application permissions of Microsoft Graph that are needed, by name.
    type: list
    elements: str
    default: []
  other_permissions:
    description:
      - The application permissions of other resource APIs that are needed. Each API is asked for a token of its own, which says what was granted of it. An API
        that is not named here is not looked at.
      - An API that the tenant does not have, and one that wants an assignment and has none for the application, has granted nothing.
    type: list
    elements: dict
    default: []
    suboptions:
      resource:
        description: The API, by its app id, or by a name that is the same everywhere, such as V(Power Platform API).
        type: str
        required: true
      application:
        description: The application permissions, by name.
        type: list
        elements: str
        default: []
seealso:
  - module: tenantkit.connectors.entra_admin_consent
  - module: tenantkit.connectors.entra_token
"""

EXAMPLES = r"""
- name: Has this customer granted what Workspace 365 needs, and no more?
  tenantkit.connectors.entra_identity_info:
    tenant_id: 2f4c9a1e-7d05-4b6f-8e3a-c1d9b0a47f52
    permissions: [Application.ReadWrite.OwnedBy, DelegatedPermissionGrant.ReadWrite.All, Organization.Read.All]
    other_permissions:
      - resource: 6a9f1f2c-3d4e-4b5a-8c6d-7e8f90a1b2c3
        application: [Rooms.Read]
  register: found

- name: Show it
  ansible.builtin.debug:
    var: found.identity.message
"""

RETURN = r"""
identity:
  description: What the tenant has granted.
  returned: success
  type: dict
  contains:
    tenant:
      description: The tenant, as it was named.
      type: str
      sample: contoso.onmicrosoft.com
    tenant_id:
      description: Its id. V(null) where no token was issued.
      type: str
      sample: 2f4c9a1e-7d05-4b6f-8e3a-c1d9b0a47f52
    app_id:
      description: The application (client) id that the task signs in with.
      type: str
      sample: 9e1d4c6b-52a8-4f37-b0c9-8d7e6f5a4b31
    object_id:
      description: The object id of its service principal in the tenant. V(null) where no token was issued.
      type: str
      sample: 0d9c8b7a-6f5e-4d3c-9b2a-1f0e9d8c7b6a
    outcome:
      description:
        - V(consented) where everything that is needed was granted, V(incomplete) where some of it was not, V(not_consented) where the tenant does not know the
          application, or there is no application with this client id.
        - V(not_assessed) where the tenant issued no token for another reason, or a person is signed in; also where that is so for one API, and nothing is
          certainly missing.
      type: str
      sample: consented
    granted:
      description: The application permissions of Microsoft Graph in the token.
      type: list
      elements: str
      sample: [Application.ReadWrite.OwnedBy, Organization.Read.All]
    missing:
      description: Which of O(permissions) are not among them.
      type: list
      elements: str
      sample: []
    extra:
      description: Which of them are not among O(permissions).
      type: list
      elements: str
      sample: []
    privileged_extra:
      description: Which of RV(identity.extra) amount to owning the tenant.
      type: list
      elements: str
      sample: []
    resources:
      description: The same for each resource API, Microsoft Graph first. C(reason) is the sentence of a tenant that issued no token for it.
      type: list
      elements: dict
      sample:
        - resource: Microsoft Graph
          resource_app_id: 00000003-0000-0000-c000-000000000000
          outcome: consented
          granted: [Application.ReadWrite.OwnedBy, Organization.Read.All]
          missing: []
          extra: []
          privileged_extra: []
          reason:
    code:
      description: The code of the token endpoint where it issued no token.
      type: str
      sample: null
    message:
      description: All of it in a sentence.
      type: str
      sample: Tenant contoso.onmicrosoft.com has granted what is needed to the application 9e1d4c6b-52a8-4f37-b0c9-8d7e6f5a4b31.
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
  sample: {"kind": "credential", "code": "half_credential", "tenant": "contoso.onmicrosoft.com"}
"""

from ..module_utils._declaration import Declaration
from ..module_utils._entra.identity.info import IdentityInfoResource
from ..module_utils._module import run_module

DECLARATION = Declaration(
    options={
        "permissions": {"type": "list", "elements": "str", "default": []},
        "other_permissions": {
            "type": "list",
            "elements": "dict",
            "default": [],
            "options": {"resource": {"type": "str", "required": True}, "application": {"type": "list", "elements": "str", "default": []}},
        },
    },
    resource=IdentityInfoResource,
)


def main() -> None:
    """Run the module."""
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
