#!/usr/bin/python
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: powerplatform_credential_proof
short_description: Prove that an application's credential works with Power Platform
version_added: 1.0.0
description:
  - Signs in as the application with its own credential, lists environments with that token, and says what that proves. A token alone proves little. The
    Power Platform API answers an empty list to every identity that has a token and no role.
  - It goes to the tenant by its id, takes no token from an earlier task and keeps none. Whatever comes of it is in RV(proof), also that a
    credential cannot be used at all. The module does not fail over it.
  - The credential is the application's, not that of the automation. It is given with the module's own options and never comes from the environment. For this
    reason the module is not in the action group C(entra).
  - A user name and a password (O(username), O(password)) are sent in one direct request, which is never repeated, as M(tenantkit.connectors.entra_token) does.
  - In check mode nothing is sent.
author:
  - The tenantkit.connectors contributors (@tenantkit)
extends_documentation_fragment:
  - tenantkit.connectors.attributes.info
options:
  tenant_id:
    description:
      - The tenant to sign in to, as its id (a GUID, preferred) or as one of its verified domains.
      - It is never taken from the environment.
    type: str
    required: true
  client_id:
    description: Application (client) id of the application.
    type: str
    required: true
  client_secret:
    description: Value of a client secret of the application, not its id.
    type: str
  certificate_path:
    description:
      - File with a certificate, as PEM, DER or PKCS#12 (C(.pfx)).
      - Its private key (RSA) is in the same file, or in O(private_key_path) or O(private_key_content). Without one the proof is V(not_possible).
      - A relative path starts in the directory of the playbook.
    type: path
  certificate_content:
    description:
      - The certificate itself, with or without its private key, as PEM, or the certificate as the base64 of DER. It is written to no file.
    type: str
  private_key_path:
    description: File with the private key, as PEM or DER.
    type: path
  private_key_content:
    description: The private key itself, as PEM or as the base64 of DER. It is written to no file.
    type: str
  certificate_password:
    description: Password of the private key, or of the C(.pfx) file, if it has one.
    type: str
  federated_token:
    description: A token of another issuer that the application trusts by a federated credential.
    type: str
  federated_token_file:
    description: File with such a token.
    type: path
  username:
    description:
      - User principal name of an account, to prove the sign-in of a person. Without O(client_secret) the application is taken for a public client.
    type: str
  password:
    description: Its password.
    type: str
  environment_id:
    description: Id of an environment that has to be visible. Without it any will do.
    type: str
  patience:
    description:
      - Seconds to wait until a new application, credential or API is known everywhere, and again as many until a new role takes effect.
      - What is not new is known everywhere, so that a refusal means what it says, with V(0).
    type: int
    default: 0
  remembered:
    description: What M(tenantkit.connectors.entra_credential_proof) remembers of an earlier proof, for RV(proof.remember). An empty text for nothing.
    type: str
    default: ""
  accept_unproven:
    description: Whether the operator vouches for the credential, for RV(proof.remember).
    type: bool
    default: false
  powerplatform_url:
    description:
      - Root of the Power Platform API in place of the one that O(cloud) names. Only C(https) is accepted.
      - Without it, E(POWERPLATFORM_URL) is used.
    type: str
  audience:
    description: What the token is asked for, in place of the API's official address in the O(cloud).
    type: str
  cloud:
    description: The cloud the tenant is in.
    type: str
    default: public
    choices:
      public: The worldwide cloud.
      gcc: US government, GCC.
      usgov: US government, GCC High.
      usgov_dod: US government, DoD.
      china: China, operated by 21Vianet.
  login_url:
    description:
      - Root of the token service in place of the one that O(cloud) names, without a tenant. Only C(https) is accepted.
      - If it is not set, the environment variable E(ENTRA_LOGIN_URL) is used, if that is set.
    type: str
  ca_path:
    description:
      - PEM file with certificate authorities to trust in place of the usual ones. Verification cannot be turned off.
      - If it is not set, the environment variable E(ENTRA_CA_PATH) is used, if that is set.
    type: path
  timeout:
    description: Seconds that the task may take, waiting included.
    type: int
    default: 300
requirements:
  - python >= 3.11
  - msal
  - requests
notes:
  - Where the module runs, the Python packages have to be installed. On local connections that is the Python that runs Ansible.
seealso:
  - module: tenantkit.connectors.entra_token
  - module: tenantkit.connectors.entra_credential_proof
  - module: tenantkit.connectors.powerplatform_environment_info
"""

EXAMPLES = r"""
- name: Prove the new secret
  tenantkit.connectors.powerplatform_credential_proof:
    tenant_id: 5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10
    client_id: 7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11
    client_secret: "{{ issued.secret.secret_text }}"
    patience: 60
  register: tried
  no_log: true

- name: Remember what came of it
  tenantkit.connectors.entra_credential_proof:
    tenant_id: 5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10
    app_id: 7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11
    connector: payroll
    state: "{{ tried.proof.remember.state }}"
    outcome: "{{ tried.proof.remember.outcome | default(omit) }}"
  when: tried.proof.remember | length > 0
"""

RETURN = r"""
proof:
  description: What came of it.
  returned: success
  type: dict
  contains:
    status:
      description:
        - V(proven) when environments are visible, with O(environment_id) that one.
        - V(nothing_visible) or V(incomplete) when a token was issued and does not show them, V(forbidden) when the API answered that it may do nothing.
        - V(refused) when no token was issued; V(blocked) when a rule of the tenant stands in the way, which says nothing about the credential.
        - V(not_possible) for a certificate without its private key; V(failed) when it could not be tried; V(not_tested) in check mode.
      type: str
      sample: proven
    reason:
      description: The same as a sentence.
      type: str
      sample: A token was issued, and 2 environments are visible with it.
    token:
      description:
        - What the token service answered, as far as it did, with the members of RV(tenantkit.connectors.entra_token#module:token) that
          show no claims. Never the token.
      type: dict
      sample: {outcome: issued, method: client_secret, audience: "https://api.powerplatform.com"}
    environments:
      description: Names of the environments that are visible.
      type: list
      elements: str
      sample: [Contoso Production]
    remember:
      description:
        - The options C(state) and C(outcome) of M(tenantkit.connectors.entra_credential_proof) that write this down. Empty when nothing is to be written.
      type: dict
      sample: {state: settled}
actions:
  description: Always empty.
  returned: success
  type: list
  elements: str
  sample: []
failure:
  description: The failure for a program.
  returned: failure
  type: dict
  sample: {kind: option, code: option_empty}
"""

from ..module_utils._declaration import Declaration
from ..module_utils._module import run_module
from ..module_utils._products.power_platform.credential_proof import PLATFORM_PROOF_OPTIONS, PlatformProofResource

DECLARATION = Declaration(
    options=PLATFORM_PROOF_OPTIONS,
    resource=PlatformProofResource,
    auth=False,
)


def main() -> None:
    """Run the module."""
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
