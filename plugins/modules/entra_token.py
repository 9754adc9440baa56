#!/usr/bin/python
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: entra_token
short_description: Ask Microsoft Entra ID for a token as a connector would, and explain the answer
version_added: 1.0.0
description:
  - Asks the token endpoint once, with the connector's own credential, and says what came of it. When a token was issued, that is what it is for and
    which permissions it carries. When it was refused, that is the cause in plain words and the next step.
  - Changes nothing, keeps nothing, and takes nothing from an earlier task. The token itself is only returned with O(return_token=true).
  - The credential is the connector's, not that of the automation. It is given with the module's own options and never comes from the environment. For this
    reason the module is not in the action group C(entra), whose defaults are about the automation.
  - Signing in interactively is out of scope. For delegated permissions of a person use O(auth_method=azure_cli) after C(az login).
  - A user name and a password (O(username), O(password)) are sent in one direct request, which is never repeated. An account's password is sent once
    in a job, whatever the answer, because failed attempts lock the account. Where that cannot be noted for the other tasks of the job, it is not
    sent at all (C(failure.code=attempt_not_noted)). In check mode it is never sent. Microsoft advises against this kind of sign-in, and
    accounts with multi-factor authentication cannot use it.
author:
  - The tenantkit.connectors contributors (@tenantkit)
extends_documentation_fragment:
  - tenantkit.connectors.attributes.info
options:
  tenant_id:
    description:
      - The tenant to sign in to, as its id (a GUID, preferred) or as one of its verified domains.
      - A token for another tenant than the id names is an error.
      - It is never taken from the environment.
    type: str
    required: true
  auth_method:
    description: What to sign in with.
    type: str
    default: auto
    choices:
      auto: The one credential that the options describe. Half a credential, or two, is an error.
      client_secret: O(client_id) and O(client_secret).
      certificate: O(client_id) and O(certificate_path) or O(certificate_content), with the private key in it or beside it.
      federated: O(client_id) and O(federated_token) or O(federated_token_file).
      password: O(client_id), O(username) and O(password), and O(client_secret) or O(public_client).
      azure_cli: The account that is signed in with C(az login) on the machine.
  client_id:
    description: Application (client) id of the connector's application.
    type: str
  client_secret:
    description: Value of a client secret of the application, not its id.
    type: str
  certificate_path:
    description:
      - File with a certificate, as PEM, DER or PKCS#12 (C(.pfx)).
      - Its private key (RSA) is in the same file, or in O(private_key_path) or O(private_key_content). Without one the module fails with
        C(failure.code=no_private_key).
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
    description: User principal name of an account.
    type: str
  password:
    description: Its password.
    type: str
  public_client:
    description: With O(username), says that the application is a public client, which has no credential of its own.
    type: bool
    default: false
  resource:
    description:
      - What the token is to be for, as an address or an application id. All permissions of it that the connector has are asked for.
      - Without O(resource) and O(scope) it is Microsoft Graph of the O(cloud).
      - Excludes O(scope).
    type: str
  scope:
    description:
      - The scopes to ask for, separated by blanks.
      - Only with O(username) and O(password) can they be single permissions. Otherwise it is one resource followed by V(/.default).
      - Excludes O(resource).
    type: str
  return_token:
    description: Return the token, as RV(token.access_token). Put C(no_log) on the task.
    type: bool
    default: false
  fail_on_refusal:
    description:
      - Whether a refusal fails the task. With V(false) it is a result like any other (RV(token.outcome)).
      - What is wrong before anything is asked (options, a damaged or expired certificate file) and an unreachable service always fail the task.
    type: bool
    default: true
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
  - module: tenantkit.connectors.entra_client_secret
  - module: tenantkit.connectors.entra_app_certificate
  - module: tenantkit.connectors.entra_federated_credential
"""

EXAMPLES = r"""
- name: Does the secret work, and what may it do
  tenantkit.connectors.entra_token:
    tenant_id: contoso.onmicrosoft.com
    client_id: 7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11
    client_secret: "{{ payroll_secret }}"
  register: tried

- name: Why does it not
  tenantkit.connectors.entra_token:
    tenant_id: contoso.onmicrosoft.com
    client_id: 7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11
    certificate_path: /etc/payroll/entra.pem
    resource: https://api.powerplatform.com
    fail_on_refusal: false
  register: tried

- name: Show it
  ansible.builtin.debug:
    msg: "{{ tried.token.outcome }}: {{ tried.token.cause }} {{ tried.token.next_step }}"

- name: A service account whose application is a public client
  tenantkit.connectors.entra_token:
    tenant_id: contoso.onmicrosoft.com
    client_id: 7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11
    username: service@contoso.com
    password: "{{ service_password }}"
    public_client: true
    scope: https://api.powerplatform.com/.default

- name: What the person at the keyboard may do
  tenantkit.connectors.entra_token:
    tenant_id: contoso.onmicrosoft.com
    auth_method: azure_cli
"""

RETURN = r"""
token:
  description: What came of it.
  returned: success
  type: dict
  contains:
    outcome:
      description:
        - V(issued); V(refused) when the credential, the application, the consent or the resource is at fault; V(blocked) when a rule of the tenant stands
          in the way (Conditional Access, a second factor, an assignment that is missing), which says nothing about the credential.
        - V(not_asked) in check mode when nothing was sent.
      type: str
      sample: issued
    code:
      description: The code of a refusal.
      type: str
      sample: AADSTS53003
    cause:
      description: The cause in plain words.
      type: str
      sample: Conditional Access blocked the sign-in
    next_step:
      description: What to do about it.
      type: str
      sample: Ask an administrator of the tenant to exempt this application, or to allow the address the automation comes from.
    message:
      description: The service's own words.
      type: str
      sample: "AADSTS53003: Access has been blocked by Conditional Access policies."
    trace_id:
      description: The service's id of the request, by which an administrator finds it in the sign-in log.
      type: str
      sample: 2b7f9d30-1c4e-4a3b-9f7e-5d6c8b9a0e11
    correlation_id:
      description: The id that the request was sent with.
      type: str
      sample: 9c1d2e3f-4a5b-4c6d-8e7f-0a1b2c3d4e5f
    http_status:
      description: HTTP status of a refusal.
      type: int
      sample: 400
    method:
      description: What was signed in with.
      type: str
      sample: client_secret
    client_id:
      description: As given, in lower case.
      type: str
      sample: 7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11
    username:
      description: As given.
      type: str
      sample: service@contoso.com
    scope:
      description: What was asked for.
      type: str
      sample: https://graph.microsoft.com/.default
    audience:
      description: What the token is for.
      type: str
      sample: https://graph.microsoft.com
    tenant_id:
      description: Id of the tenant the token is for.
      type: str
      sample: 5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10
    app_id:
      description: The application it was issued to.
      type: str
      sample: 7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11
    object_id:
      description: Object id of the service principal or account that it speaks for.
      type: str
      sample: 0b6ff7f5-57a9-4f0a-8c4e-6f3f0a5f9d22
    account:
      description: The account it speaks for. None when it speaks for the application itself.
      type: str
      sample: service@contoso.com
    roles:
      description: Application permissions it carries.
      type: list
      elements: str
      sample: [Group.Read.All]
    scopes:
      description: Delegated permissions it carries.
      type: list
      elements: str
      sample: [User.Read]
    expires_at:
      description: When it expires.
      type: str
      sample: "2026-11-22T09:15:00Z"
    claims:
      description: All that it says, unverified. Only the service it is for may judge it. Empty for a token that cannot be read.
      type: dict
      sample: {aud: https://graph.microsoft.com, idtyp: app, ver: "1.0"}
    access_token:
      description: The token.
      type: str
      returned: with O(return_token=true), when one was issued
      sample: "********"
failure:
  description: The failure for a program. For a refusal C(details.token) holds outcome, code, cause and next step.
  returned: failure
  type: dict
  sample: {kind: credential, code: AADSTS7000215, http_status: 401}
"""

from ..module_utils._declaration import Declaration
from ..module_utils._entra.common.options import TOKEN_OPTIONS
from ..module_utils._entra.token.resource import TokenResource
from ..module_utils._module import run_module

DECLARATION = Declaration(
    options=TOKEN_OPTIONS,
    resource=TokenResource,
    auth=False,
    reveals=["token.access_token"],
    mutually_exclusive=[["resource", "scope"]],
)


def main() -> None:
    """Run the module."""
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
