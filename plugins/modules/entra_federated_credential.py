#!/usr/bin/python
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: entra_federated_credential
short_description: Manage federated credentials of an application in Microsoft Entra ID
version_added: 1.0.0
description:
  - Lets a workload sign in as an application with tokens of its own issuer (a CI service, Kubernetes, another cloud), so that no secret has to
    be kept anywhere.
  - A federated credential is found by its O(name), which cannot be changed. Others of the application are listed, and never touched.
  - An application has at most 20 of them, and each has a combination of O(issuer) and O(subject) of its own. Both are checked before anything is
    written.
  - Entra takes some minutes until it accepts tokens for a new one (V(AADSTS70021) until then).
author:
  - The tenantkit.connectors contributors (@tenantkit)
extends_documentation_fragment:
  - tenantkit.connectors.auth
  - tenantkit.connectors.attributes
  - tenantkit.connectors.attributes.actiongroup
  - tenantkit.connectors.application
options:
  name:
    description:
      - The name of the credential, 3 to 120 letters, digits, V(-) and V(_).
    type: str
    required: true
  state:
    description: Whether there is to be a credential of this name.
    type: str
    choices: [present, absent]
    default: present
  issuer:
    description:
      - Who issues the tokens, exactly as in their claim C(iss), an V(https) address of at most 600 characters.
      - Needed to create the credential.
    type: str
  subject:
    description:
      - Whom the tokens are about, exactly as in their claim C(sub), letter case included, at most 600 characters.
      - Needed to create the credential.
    type: str
  audiences:
    description:
      - The audience of the tokens, exactly one, at most 600 characters. A new credential gets V(api://AzureADTokenExchange).
      - Other clouds have audiences of their own. Give them there.
    type: list
    elements: str
  description:
    description: What it is for, at most 600 characters. An empty text removes it.
    type: str
  protected:
    description:
      - Whether a O(subject) is refused that does not stand for one place that can be protected.
      - Of GitHub and GitLab that is one branch or environment (not a tag, a pull request or a whole project), of Kubernetes one service account, of Azure
        DevOps one service connection, of Entra ID one identity. No subject with a wildcard is accepted.
      - Whether a branch or an environment is protected is known to its service alone.
    type: bool
    default: false
seealso:
  - module: tenantkit.connectors.entra_app_certificate
  - module: tenantkit.connectors.entra_client_secret
  - module: tenantkit.connectors.entra_token
"""

EXAMPLES = r"""
- name: Let the main branch sign in
  tenantkit.connectors.entra_federated_credential:
    tenant_id: contoso.onmicrosoft.com
    unique_name: payroll-sync
    name: github-main
    issuer: https://token.actions.githubusercontent.com
    subject: repo:contoso/payroll:ref:refs/heads/main
    description: Deployments of the main branch

- name: Take it away
  tenantkit.connectors.entra_federated_credential:
    tenant_id: contoso.onmicrosoft.com
    unique_name: payroll-sync
    name: github-main
    state: absent
"""

RETURN = r"""
federated_credential:
  description: The federated credential.
  returned: success
  type: dict
  contains:
    id:
      description: Its id. All zeros in check mode when it would be created, none when there is none.
      type: str
      sample: 2a7f3c11-5b0e-4c5e-8d0e-1f6a9c3b7e44
    name:
      description: Its name.
      type: str
      sample: github-main
    issuer:
      description: Who issues the tokens.
      type: str
      sample: https://token.actions.githubusercontent.com
    subject:
      description: Whom the tokens are about.
      type: str
      sample: repo:contoso/payroll:ref:refs/heads/main
    audiences:
      description: The audience of the tokens.
      type: list
      elements: str
      sample: [api://AzureADTokenExchange]
    description:
      description: What it is for.
      type: str
      sample: Deployments of the main branch
    app_id:
      description: Application (client) id.
      type: str
      sample: 7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11
    object_id:
      description: Object id of the application.
      type: str
      sample: 0b6ff7f5-57a9-4f0a-8c4e-6f3f0a5f9d22
    exists:
      description: Whether it is there, or in check mode would be there.
      type: bool
      sample: true
    would_create:
      description: Whether check mode says that it would be created.
      type: bool
      sample: false
    others:
      description: All other federated credentials of the application.
      type: list
      elements: dict
      sample:
        - name: kubernetes
          issuer: https://oidc.example/cluster
          subject: system:serviceaccount:payroll:sync
          audiences: [api://AzureADTokenExchange]
          description:
    free:
      description: How many more the application can have.
      type: int
      sample: 18
actions:
  description: One sentence for every change.
  returned: success
  type: list
  elements: str
  sample: [create federated credential 'github-main' on application 'Payroll sync']
failure:
  description: The failure for a program.
  returned: failure
  type: dict
  sample: {kind: conflict, code: duplicate_issuer_subject, outcome: refused}
"""

from ..module_utils._declaration import Declaration
from ..module_utils._entra.common.application_reference import APPLICATION_REFERENCE
from ..module_utils._entra.common.options import FEDERATED_OPTIONS
from ..module_utils._entra.credential.federated_resource import FederatedResource
from ..module_utils._module import run_module

DECLARATION = Declaration(
    options=FEDERATED_OPTIONS,
    resource=FederatedResource,
    documented="entra_federated_credential",
    required_one_of=[APPLICATION_REFERENCE],
    mutually_exclusive=[APPLICATION_REFERENCE],
)


def main() -> None:
    """Run the module."""
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
